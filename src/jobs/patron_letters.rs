//! The letters about recurring support: what each says, and whether it is still true when it leaves.

use super::Services;
use super::letters::addressed;
use super::run::{self, JobError};
use crate::domain::bank::CreditorReference;
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{OrderId, PledgeId};
use crate::domain::money::Money;
use crate::domain::pledge::{Frequency, GatewayKind};
use crate::domain::subscription::{OrderKind, SubscriptionState};
use crate::mail::Address;
use crate::render::letters::{PatronLetter, PatronLetterKind};
use crate::usecases::views::{self, PatronView};
use crate::words::Language;
use chrono::{DateTime, TimeDelta, Utc};

/// Money that is owed, and which letter about it this is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owed {
    pub(super) pledge: PledgeId,
    /// Seconds since 1970.
    pub(super) since: i64,
    pub(super) letter: u32,
}

/// Thanks a new patron.
pub(super) async fn welcome(services: &Services, pledge: PledgeId, message_id: &str) -> Result<(), JobError> {
    let view = views::patron(&services.ctx, pledge).await?;
    send(services, &view, PatronLetterKind::Welcome, about(services, &view), message_id).await
}

/// A payment was declined, or a standing order did not come; nothing is sent if it was made good in the meantime.
pub(super) async fn owed(
    services: &Services,
    kind: PatronLetterKind,
    owed: Owed,
    message_id: &str,
) -> Result<(), JobError> {
    let view = views::patron(&services.ctx, owed.pledge).await?;
    match still_owed(services, &view, owed) {
        Some(letter) => send(services, &view, kind, letter, message_id).await,
        None => Ok(()),
    }
}

fn still_owed(services: &Services, view: &PatronView, owed: Owed) -> Option<PatronLetter> {
    match view.subscription.news.state {
        SubscriptionState::PastDue { since } if since.timestamp() == owed.since => {
            let grace = TimeDelta::days(services.ctx.policy.patrons.grace_days.into());
            let mut letter = about(services, view);
            letter.letter = owed.letter;
            letter.since_text = Some(written(services, view, since));
            letter.grace_text = Some(written(services, view, since + grace));
            Some(letter)
        }
        SubscriptionState::PastDue { .. }
        | SubscriptionState::Incomplete
        | SubscriptionState::Active
        | SubscriptionState::Paused { .. }
        | SubscriptionState::Ended { .. } => None,
    }
}

/// The card expires; nothing is sent if another was named in the meantime.
pub(super) async fn card_expiring(
    services: &Services,
    pledge: PledgeId,
    message_id: &str,
) -> Result<(), JobError> {
    let view = views::patron(&services.ctx, pledge).await?;
    let ctx = &services.ctx;
    let notice = TimeDelta::days(ctx.policy.patrons.card_notice_days.into());
    let latest = ctx.day_of(ctx.now() + notice);
    let news = &view.subscription.news;
    let expires_soon = news.card.as_ref().is_some_and(|card| card.expires_on <= latest);
    if !expires_soon || !news.state.is_in_force() || news.ends_at.is_some() {
        return Ok(());
    }
    send(services, &view, PatronLetterKind::CardExpiring, about(services, &view), message_id).await
}

/// Confirms what was asked.
pub(super) async fn changed(services: &Services, order: OrderId, message_id: &str) -> Result<(), JobError> {
    let (order, view) = views::order(&services.ctx, order).await?;
    let mut letter = about(services, &view);
    letter.change = Some(match &order.what {
        OrderKind::Change { amount, frequency } => {
            letter.amount_text = language(services, &view).money(*amount);
            letter.frequency = frequency.as_str();
            "change"
        }
        OrderKind::Pause { until } => {
            letter.paused_until_text = until.map(|until| written(services, &view, until));
            "pause"
        }
        OrderKind::Resume => "resume",
        OrderKind::Cancel => "cancel",
        OrderKind::Keep => "keep",
        OrderKind::End { .. } => return Ok(()),
    });
    send(services, &view, PatronLetterKind::PledgeChanged, letter, message_id).await
}

/// It has ended.
pub(super) async fn cancelled(
    services: &Services,
    pledge: PledgeId,
    message_id: &str,
) -> Result<(), JobError> {
    let view = views::patron(&services.ctx, pledge).await?;
    let SubscriptionState::Ended { at, reason } = view.subscription.news.state else {
        return Ok(());
    };
    let mut letter = about(services, &view);
    letter.reason = Some(reason.as_str());
    letter.ended_text = Some(written(services, &view, at));
    send(services, &view, PatronLetterKind::PledgeCancelled, letter, message_id).await
}

/// The language in which the donor is written to.
fn language<'a>(services: &'a Services, view: &PatronView) -> &'a Language {
    services.templates.words().language(&view.pledge.terms.locale)
}

fn written(services: &Services, view: &PatronView, at: DateTime<Utc>) -> String {
    language(services, view).date(services.ctx.day_of(at))
}

/// What all these letters know.
fn about(services: &Services, view: &PatronView) -> PatronLetter {
    let (ctx, news) = (&services.ctx, &view.subscription.news);
    let (amount, frequency): (Money, Frequency) = (news.amount, news.frequency);
    let site = &ctx.policy.public_url;
    PatronLetter {
        donor_name: view.name.as_ref().map(|name| name.as_str().to_owned()),
        amount_text: language(services, view).money(amount),
        frequency: frequency.as_str(),
        campaign_title: view.campaign.title.clone(),
        tier_name: view.tier.as_ref().map(|tier| tier.name.clone()),
        by_transfer: view.pledge.terms.gateway == GatewayKind::BankTransfer,
        reference: view.pledge.reference.as_ref().map(CreditorReference::grouped),
        next_text: view.subscription.next_charge_at().map(|at| written(services, view, at)),
        ends_text: news.ends_at.map(|at| written(services, view, at)),
        paused_until_text: None,
        since_text: None,
        grace_text: None,
        letter: 1,
        change: None,
        reason: None,
        ended_text: None,
        card_label: news.card.as_ref().map(|card| card.label.clone()),
        card_expires_text: news.card.as_ref().map(|card| language(services, view).date(card.expires_on)),
        account_url: format!("{site}/account"),
        mend_url: format!("{site}/account/mend"),
        return_url: format!("{site}/patrons"),
    }
}

/// To the address on record when it leaves: donors change theirs.
async fn send(
    services: &Services,
    view: &PatronView,
    kind: PatronLetterKind,
    letter: PatronLetter,
    message_id: &str,
) -> Result<(), JobError> {
    let name = view.name.as_ref().map(|name| name.as_str().to_owned());
    let to = Address { name, email: EmailAddress::as_str(&view.email).to_owned() };
    let letter = letter.render(kind, &services.templates.speaking(language(services, view)))?;
    run::send(services, addressed(to, letter, message_id)).await
}
