//! What is learned of a member is written down and counted, once, from wherever it comes.

use super::PATREON;
use crate::domain::ids::MemberId;
use crate::domain::member::{Counted, Member, MemberNews, MemberSource, MemberState, what_happened};
use crate::domain::money::Money;
use crate::domain::patron::{Month, MoveKind};
use crate::store::external_moves::{self, MemberMove};
use crate::store::{Tx, external_members};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, Utc};

/// What news changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Learned {
    /// Somebody who was not known.
    New(MemberId),
    /// Somebody who was, and is otherwise now.
    Changed(MemberId),
    /// Somebody who was, and is as before.
    Same(MemberId),
    /// Nothing: later news were here before, or it is about nobody.
    Nothing,
}

/// Takes news of a member in. `as_of`: of which moment they are; older ones change nothing, and the same ones again
/// neither.
pub(super) fn learn(
    tx: &mut Tx<'_>,
    ctx: &Context,
    source: MemberSource,
    news: MemberNews,
    as_of: DateTime<Utc>,
) -> Result<Learned, UseCaseError> {
    let mut known = external_members::known_as(tx, PATREON, &news)?;
    // One name by the membership and one by the person, of which only now is heard that they are one.
    let person = known.iter().position(|member| member.news.person.is_some()).unwrap_or_default();
    let before = (person < known.len()).then(|| known.remove(person));
    for double in known {
        let gone = Member { news: double.news.clone().erased(), as_of, ..double.clone() };
        write(tx, ctx, Some(&double), &gone)?;
    }
    let Some(before) = before else {
        if news.state == MemberState::Erased {
            return Ok(Learned::Nothing);
        }
        let (id, platform) = (ctx.new_id(), PATREON);
        let (donor, apart_at, forgotten_at) = (None, None, None);
        let member = Member { id, platform, news, source, as_of, donor, apart_at, forgotten_at };
        write(tx, ctx, None, &member)?;
        return Ok(Learned::New(id));
    };
    if as_of < before.as_of {
        return Ok(Learned::Nothing);
    }
    let known_twice = news.remote.is_some() && before.news.remote != news.remote && person > 0;
    let remote = if known_twice { None } else { news.remote.clone() };
    let mut after = Member {
        news: MemberNews {
            remote: remote.or_else(|| before.news.remote.clone()),
            person: news.person.clone().or_else(|| before.news.person.clone()),
            ..news
        },
        source,
        as_of,
        ..before.clone()
    };
    if before.forgotten_at.is_some() {
        (after.news.email, after.news.is_email_verified, after.news.name) = (None, false, None);
    }
    if after.news == before.news && after.source == before.source {
        external_members::confirm(tx, before.id, as_of)?;
        return Ok(Learned::Same(before.id));
    }
    write(tx, ctx, Some(&before), &after)?;
    Ok(Learned::Changed(before.id))
}

/// Writes a member, and counts the difference to what was counted before.
pub(super) fn write(
    tx: &mut Tx<'_>,
    ctx: &Context,
    before: Option<&Member>,
    after: &Member,
) -> Result<(), UseCaseError> {
    let now = ctx.now();
    match before {
        None => external_members::insert(tx, after, now)?,
        Some(_) => external_members::update(tx, after, now)?,
    }
    let counted = external_moves::counted(tx, after.id)?;
    let past = if counted.is_empty() { Counted::Never } else { Counted::Before };
    let kind = what_happened(before.map(|before| &before.news), &after.news, past);
    let annual = after.news.annual()?;
    let at = happened_at(kind, after, now);
    let month = Month::of(ctx.day_of(at));
    let mut add = |kind, annual| {
        let change = MemberMove { kind, month: month.clone(), annual, at };
        external_moves::append(tx, (after.platform, after.id), &change, now)
    };
    // What was counted in another currency is counted there no more.
    for (currency, minor) in
        counted.iter().filter(|(code, minor)| **code != annual.currency() && **minor != 0)
    {
        add(MoveKind::Changed, Money::new(*minor, *currency).negated()?)?;
    }
    let so_far = counted.get(&annual.currency()).copied().unwrap_or_default();
    let difference = annual.minus(Money::new(so_far, annual.currency()))?;
    match kind {
        Some(kind) => add(kind, difference)?,
        None if !difference.is_zero() => add(MoveKind::Changed, difference)?,
        None => {}
    }
    Ok(())
}

/// When it happened: of the beginning the platform says so; all else is known by when it was seen.
fn happened_at(kind: Option<MoveKind>, after: &Member, now: DateTime<Utc>) -> DateTime<Utc> {
    let began = after.news.joined_at.filter(|_| kind == Some(MoveKind::Joined));
    began.unwrap_or(after.as_of).min(now)
}
