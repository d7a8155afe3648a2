//! Webhooks: the raw bytes are verified, stored and acknowledged; what they mean is worked out in a job.

use super::settle::{self, Settled};
use super::{Context, UseCaseError, audit, members};
use crate::domain::audit::{Action, Actor};
use crate::domain::donation::GatewayFact;
use crate::domain::ids::InboxId;
use crate::domain::job::Job;
use crate::domain::member::{Platform, Sender};
use crate::domain::pledge::GatewayKind;
use crate::gateways::{InterpretError, Interpretation, ListedEvent, WebhookHeaders, WebhookRejected};
use crate::store::{StoreError, Tx, donations, event_subjects, forgetting, inbox, jobs, subscriptions};
use serde_json::json;
use std::collections::BTreeSet;

/// Why a webhook was not stored.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// This gateway is off, or sends none: the route does not exist.
    #[error("this gateway sends no webhooks")]
    Off,
    /// The signature is wrong. The sender learns nothing more.
    #[error(transparent)]
    Rejected(WebhookRejected),
    /// It cannot be checked now: the gateway is to send it again.
    #[error(transparent)]
    Unchecked(WebhookRejected),
    /// It could not be stored: the gateway will send it again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<WebhookRejected> for WebhookError {
    fn from(why: WebhookRejected) -> Self {
        match why {
            WebhookRejected::Unchecked(_) => Self::Unchecked(why),
            WebhookRejected::NoSignature
            | WebhookRejected::Stale(_)
            | WebhookRejected::Forged
            | WebhookRejected::Foreign(_)
            | WebhookRejected::Malformed(_) => Self::Rejected(why),
        }
    }
}

/// What became of an event at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is on disk.
    Stored,
    /// It was on disk already.
    Repeat,
}

/// Verifies and stores an event. Once this returns `Ok`, the event is on disk.
pub async fn accept(
    ctx: &Context,
    sender: impl Into<Sender>,
    headers: &WebhookHeaders,
    body: Vec<u8>,
) -> Result<Arrival, WebhookError> {
    let kind = match sender.into() {
        Sender::Gateway(kind) => kind,
        Sender::Platform(Platform::Patreon) => return members::accept(ctx, headers, body).await,
    };
    let gateway =
        ctx.gateways.get(kind).filter(|gateway| gateway.capabilities().webhooks).ok_or(WebhookError::Off)?;
    let verified = gateway.verify_webhook(headers, &body, ctx.now()).await?;
    let event = ListedEvent { event_id: verified.event_id, body };
    let is_new = ctx.db.take_in(arrived(ctx, kind.into(), event)).await?;
    Ok(if is_new { Arrival::Stored } else { Arrival::Repeat })
}

fn arrived(ctx: &Context, sender: Sender, event: ListedEvent) -> inbox::Arrival {
    let ListedEvent { event_id, body } = event;
    let event = inbox::Stored { id: ctx.new_id(), sender, event_id, body, received_at: ctx.now() };
    inbox::Arrival { event, job: ctx.new_id() }
}

/// Puts an event into the inbox, with the job that processes it. None if it is there already.
pub(super) fn store(
    tx: &mut Tx<'_>,
    ctx: &Context,
    sender: Sender,
    event: ListedEvent,
) -> Result<Option<InboxId>, StoreError> {
    let arrival = arrived(ctx, sender, event);
    Ok(inbox::insert(tx, &arrival)?.then_some(arrival.event.id))
}

/// Takes a stored event into the books. Doing it again changes nothing.
pub async fn process(ctx: &Context, id: InboxId) -> Result<(), UseCaseError> {
    let (event, is_whole) = ctx
        .db
        .read(move |conn| Ok::<_, StoreError>((inbox::get(conn, id)?, inbox::is_whole(conn, id)?)))
        .await?;
    if is_whole == Some(false) {
        return Ok(());
    }
    let kind = match event.sender {
        Sender::Gateway(kind) => kind,
        Sender::Platform(Platform::Patreon) => return members::process(ctx, &event).await,
    };
    let gateway = ctx.gateway(kind)?;
    let meaning = match gateway.interpret(&event.body).await {
        Err(InterpretError::Gateway(error)) => return Err(error.into()),
        Err(InterpretError::Malformed(why)) => Err(why),
        Ok(meaning) => Ok(meaning),
    };
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            match meaning {
                Ok(Interpretation::Facts(facts)) => {
                    let fate = match settle::apply(tx, &inner, kind, &facts)? {
                        Settled::Booked => inbox::Fate::Processed,
                        Settled::Unclaimed => inbox::Fate::Parked,
                    };
                    inbox::set_fate(tx, id, fate, None, now)?;
                    note_subjects(tx, id, kind, &facts)?;
                    forgetting::purge_if_forgotten(tx, id, now)?;
                }
                Ok(Interpretation::Ignore(why)) => {
                    inbox::set_fate(tx, id, inbox::Fate::Ignored, Some(&why), now)?;
                }
                // Signed by the gateway and yet unreadable: kept, shown, and no reason to fail for days.
                Err(why) => inbox::set_fate(tx, id, inbox::Fate::Parked, Some(&why), now)?,
            }
            Ok(())
        })
        .await
}

/// Notes of which donations and pledges an event told, so that their pages can show what was really said.
fn note_subjects(
    tx: &mut Tx<'_>,
    event: InboxId,
    gateway: GatewayKind,
    facts: &[GatewayFact],
) -> Result<(), StoreError> {
    let mut subjects = BTreeSet::new();
    for fact in facts {
        let pledge = match fact {
            GatewayFact::Payment(fact) => {
                let donation = donations::find_by_remote(tx, gateway, &fact.payment)?;
                subjects.extend(donation.as_ref().map(|donation| donation.id.to_string()));
                donation.map(|donation| donation.pledge)
            }
            GatewayFact::Subscription(fact) => {
                subscriptions::find_by_remote(tx, gateway, &fact.news.remote)?.map(|known| known.pledge)
            }
        };
        subjects.extend(pledge.map(|pledge| pledge.to_string()));
    }
    for subject in subjects {
        event_subjects::note(tx, event, &subject)?;
    }
    Ok(())
}

/// Has a stored event processed again: after a mistake was mended, or when a pledge was restored. Facts that are
/// in the books already change nothing.
pub async fn replay(ctx: &Context, by: Actor, id: InboxId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if !inbox::is_whole(tx, id)?.ok_or(UseCaseError::NotFound("event"))? {
                let message =
                    "what the event said is no longer kept; ask the gateway by `mainstay reconcile`"
                        .to_owned();
                return Err(UseCaseError::Conflict { code: "event_purged", message });
            }
            let job = Job::ProcessWebhook { event: id };
            let known = job.unique_key().map(|key| jobs::reopen(tx, &key, inner.now())).transpose()?;
            if known != Some(true) {
                inner.enqueue(tx, &job)?;
            }
            audit::record(tx, &inner, (by, Action::EventReplayed), &id, &json!({}))
        })
        .await
}
