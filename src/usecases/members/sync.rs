//! Rounds through all members: what no webhook told is found here. A round that is cut off goes on where it stood.

use super::account::{self, asked};
use super::learn::{Learned, learn};
use super::{PATREON, moving, same, webhook};
use crate::domain::member::{Member, MemberNews, MemberSource, MemberState};
use crate::domain::money::Money;
use crate::gateways::patreon::Members;
use crate::store::external_accounts::{self, Round};
use crate::store::external_members;
use crate::store::external_tiers::{self, ExternalTier};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, TimeDelta, Utc};

/// Members in one transaction: others are not kept waiting for long.
const MEMBERS_AT_ONCE: usize = 100;

/// A round that was cut off so long ago begins anew: places in a list do not live for ever.
const ROUND_LIVES: TimeDelta = TimeDelta::hours(2);

/// Members that a round asks about one by one, because they were not in the list: Patreon answers a hundred calls a minute.
const ONE_BY_ONE: i64 = 50;

/// What a round found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Members in the list.
    pub members: usize,
    /// Those who were not known.
    pub new: usize,
    /// Those who are otherwise than before.
    pub changed: usize,
    /// Those whom Patreon knows no more.
    pub gone: usize,
    /// Entries that could not be read.
    pub unreadable: usize,
}

impl Report {
    fn add(&mut self, learned: Learned) {
        match learned {
            Learned::New(_) => self.new += 1,
            Learned::Changed(_) => self.changed += 1,
            Learned::Same(_) | Learned::Nothing => {}
        }
    }
}

/// The round of every hour; nothing while Patreon is off, no account is connected, or it must be connected again.
///
/// # Errors
/// Patreon or the database does not answer; the next round goes on where this one stood.
pub async fn hourly(ctx: &Context) -> Result<(), UseCaseError> {
    if ctx.patreon.is_none() {
        return Ok(());
    }
    let Some(account) = account::find(ctx).await? else { return Ok(()) };
    if account.trouble.is_some() {
        return Ok(());
    }
    if let Err(error) = webhook::tend(ctx).await {
        tracing::warn!(%error, "the webhook at Patreon could not be looked after");
    }
    let found = sync(ctx).await?;
    same::look(ctx).await?;
    moving::ask_about_doubles(ctx).await?;
    tracing::info!(
        members = found.members,
        new = found.new,
        changed = found.changed,
        gone = found.gone,
        unreadable = found.unreadable,
        "the members at Patreon were read"
    );
    Ok(())
}

/// Reads all members.
///
/// # Errors
/// `NotFound` without an app, `Conflict` without an account; Patreon or the database does not answer: what was read before
/// is kept, and the next round goes on where this one stood.
pub async fn sync(ctx: &Context) -> Result<Report, UseCaseError> {
    account::plan(ctx)?;
    let now = ctx.now();
    let standing = account::find(ctx).await?.and_then(|account| account.round);
    let fresh = || Round { began_at: now, cursor: None };
    let mut round = standing.filter(|round| round.began_at > now - ROUND_LIVES).unwrap_or_else(fresh);
    let mut report = Report::default();
    loop {
        let (as_of, cursor) = (ctx.now(), round.cursor.clone());
        let (page, next) = asked(ctx, |open| {
            let cursor = cursor.clone();
            async move {
                let of = (open.campaign.as_str(), open.currency);
                open.client.members(&open.token, of, cursor.as_deref()).await
            }
        })
        .await?;
        report.members += page.members.len();
        report.unreadable += page.unreadable;
        round.cursor = next;
        take_in(ctx, page, as_of, (&round, &mut report)).await?;
        if round.cursor.is_none() {
            break;
        }
    }
    ask_about_missing(ctx, round.began_at, &mut report).await?;
    let ended = ctx.now();
    ctx.db.write(move |tx| external_accounts::set_round(tx, PATREON, Err(ended))).await?;
    Ok(report)
}

/// Writes a page, and with its last part where the round goes on.
async fn take_in(
    ctx: &Context,
    page: Members,
    as_of: DateTime<Utc>,
    (round, report): (&Round, &mut Report),
) -> Result<(), UseCaseError> {
    let (inner, levels) = (ctx.clone(), page.levels);
    ctx.db
        .write(move |tx| {
            for level in levels {
                let (remote, title, amount_minor) = (level.id, level.title, level.amount_minor);
                let tier = ExternalTier { remote, title, amount_minor, tier: None };
                external_tiers::learn(tx, PATREON, &tier, inner.now())?;
            }
            Ok::<_, UseCaseError>(())
        })
        .await?;
    for part in page.members.chunks(MEMBERS_AT_ONCE) {
        let (inner, part) = (ctx.clone(), part.to_vec());
        let found = ctx
            .db
            .write(move |tx| {
                let mut found = Report::default();
                for news in part {
                    found.add(learn(tx, &inner, MemberSource::Platform, news, as_of)?);
                }
                Ok::<_, UseCaseError>(found)
            })
            .await?;
        report.new += found.new;
        report.changed += found.changed;
    }
    let round = round.clone();
    Ok(ctx.db.write(move |tx| external_accounts::set_round(tx, PATREON, Ok(&round))).await?)
}

/// Who is not in a whole list is asked about: they may have been missed, or Patreon knows them no more. Of those of whom a
/// file told and Patreon's list does not, nothing can be asked: they are members no longer.
async fn ask_about_missing(
    ctx: &Context,
    began_at: DateTime<Utc>,
    report: &mut Report,
) -> Result<(), UseCaseError> {
    let missing =
        ctx.db.read(move |conn| external_members::unheard_since(conn, PATREON, began_at, ONE_BY_ONE)).await?;
    for member in missing {
        let as_of = ctx.now();
        let news = match &member.news.remote {
            Some(_) => current(ctx, &member).await?,
            None => ended(&member),
        };
        if news.state == MemberState::Erased {
            report.gone += 1;
        }
        let inner = ctx.clone();
        let learned = ctx.db.write(move |tx| learn(tx, &inner, MemberSource::Platform, news, as_of)).await?;
        report.add(learned);
    }
    Ok(())
}

/// A member as Patreon knows them now: erased, if it does not.
pub(super) async fn current(ctx: &Context, member: &Member) -> Result<MemberNews, UseCaseError> {
    let Some(remote) = member.news.remote.clone() else { return Ok(member.news.clone()) };
    let found = account::member(ctx, &remote).await?.and_then(|found| found.members.into_iter().next());
    Ok(found.unwrap_or_else(|| member.news.clone().erased()))
}

fn ended(member: &Member) -> MemberNews {
    let news = member.news.clone();
    let entitled = Money::zero(news.entitled.currency());
    let state = if news.state.is_in_force() { MemberState::Former } else { news.state };
    MemberNews { state, entitled, next_charge_at: None, ..news }
}
