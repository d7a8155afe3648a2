//! Outgoing webhooks: noted in the transaction in which something happens, told by a job.
//!
//! What is told names ids, amounts and states, and no person: whoever needs more asks the API with a token.

use super::{Context, UseCaseError, audit};
use crate::domain::account::Secret;
use crate::domain::audit::{Action, Actor};
use crate::domain::comment::Comment;
use crate::domain::donation::{Donation, DonationStatus};
use crate::domain::ids::{DeliveryId, EndpointId};
use crate::domain::job::Job;
use crate::domain::outgoing::{Delivery, DeliveryStatus, ENDPOINTS_MAX, Endpoint, EventKind, signature};
use crate::domain::pledge::{Pledge, PledgeStatus};
use crate::domain::receipt::Receipt;
use crate::gateways::{CourierError, Parcel};
use crate::store::outgoing::{self, Tried};
use crate::store::{Tx, campaigns};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Notes that something happened for everybody who wants to be told.
fn tell(
    tx: &mut Tx<'_>,
    ctx: &Context,
    kind: EventKind,
    data: impl FnOnce(&mut Tx<'_>) -> Result<Value, UseCaseError>,
) -> Result<(), UseCaseError> {
    let wanted: Vec<Endpoint> =
        outgoing::endpoints(tx)?.into_iter().filter(|endpoint| endpoint.wants(kind)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let now = ctx.now();
    let timestamp = now.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let body = json!({ "type": kind.as_str(), "timestamp": timestamp, "data": data(tx)? }).to_string();
    for endpoint in wanted {
        put(tx, ctx, endpoint.id, kind, body.clone())?;
    }
    Ok(())
}

fn put(
    tx: &mut Tx<'_>,
    ctx: &Context,
    endpoint: EndpointId,
    kind: EventKind,
    body: String,
) -> Result<DeliveryId, UseCaseError> {
    let delivery = Delivery {
        id: ctx.new_id(),
        endpoint,
        kind,
        body,
        status: DeliveryStatus::Pending,
        tries: 0,
        answer: None,
        error: None,
        created_at: ctx.now(),
        tried_at: None,
    };
    outgoing::insert_delivery(tx, &delivery)?;
    ctx.enqueue(tx, &Job::DeliverWebhook { delivery: delivery.id, round: 0 })?;
    Ok(delivery.id)
}

fn money(amount: crate::domain::money::Money) -> Value {
    json!({ "minor": amount.minor(), "currency": amount.currency().code() })
}

fn of_pledge(tx: &mut Tx<'_>, pledge: &Pledge, status: PledgeStatus) -> Result<Value, UseCaseError> {
    Ok(json!({
        "pledge": pledge.id,
        "campaign": campaigns::get(tx, pledge.terms.campaign)?.slug.to_string(),
        "amount": money(pledge.terms.amount),
        "frequency": pledge.terms.frequency.as_str(),
        "gateway": pledge.terms.gateway.as_str(),
        "status": status.as_str(),
    }))
}

/// Somebody promised something.
pub(super) fn pledged(tx: &mut Tx<'_>, ctx: &Context, pledge: &Pledge) -> Result<(), UseCaseError> {
    tell(tx, ctx, EventKind::PledgeCreated, |tx| of_pledge(tx, pledge, pledge.status))
}

/// Recurring support stands in another way than before.
pub(super) fn support_moved(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    status: PledgeStatus,
) -> Result<(), UseCaseError> {
    let kind = match status {
        PledgeStatus::Active => EventKind::PledgeActivated,
        PledgeStatus::PastDue => EventKind::PledgePastDue,
        PledgeStatus::Cancelled => EventKind::PledgeCancelled,
        PledgeStatus::Pending
        | PledgeStatus::Paused
        | PledgeStatus::Fulfilled
        | PledgeStatus::Expired
        | PledgeStatus::Failed => return Ok(()),
    };
    tell(tx, ctx, kind, |tx| of_pledge(tx, pledge, status))
}

/// A donation stands in another way than before.
pub(super) fn money_moved(
    tx: &mut Tx<'_>,
    ctx: &Context,
    before: &Donation,
    after: &Donation,
) -> Result<(), UseCaseError> {
    // A past that is taken over is no news: a hundred thousand tellings of it would only bury the ones that are.
    if after.gateway.is_of_the_past() {
        return Ok(());
    }
    let (was, is) = (before.payment.status(), after.payment.status());
    let arrived = before.payment.money().is_none() && after.payment.money().is_some();
    let went_back = before.payment.kept() != after.payment.kept() && !arrived;
    let mut kinds = Vec::new();
    if arrived {
        kinds.push(EventKind::DonationSucceeded);
    }
    match is {
        DonationStatus::PartlyRefunded | DonationStatus::Refunded if arrived || went_back => {
            kinds.push(EventKind::DonationRefunded);
        }
        DonationStatus::Disputed | DonationStatus::Lost if was != is => {
            kinds.push(EventKind::DonationDisputed);
        }
        DonationStatus::Processing
        | DonationStatus::Succeeded
        | DonationStatus::Failed
        | DonationStatus::PartlyRefunded
        | DonationStatus::Refunded
        | DonationStatus::Disputed
        | DonationStatus::Lost => {}
    }
    for kind in kinds {
        tell(tx, ctx, kind, |tx| of_donation(tx, after))?;
    }
    Ok(())
}

fn of_donation(tx: &mut Tx<'_>, donation: &Donation) -> Result<Value, UseCaseError> {
    Ok(json!({
        "donation": donation.id,
        "pledge": donation.pledge,
        "campaign": campaigns::get(tx, donation.campaign)?.slug.to_string(),
        "gateway": donation.gateway.as_str(),
        "status": donation.payment.status().as_str(),
        "gross": donation.payment.money().map(|paid| money(paid.gross)),
        "kept": donation.payment.kept().map(money),
    }))
}

/// A receipt was issued.
pub(super) fn receipt_issued(tx: &mut Tx<'_>, ctx: &Context, receipt: &Receipt) -> Result<(), UseCaseError> {
    tell(tx, ctx, EventKind::ReceiptIssued, |_tx| {
        Ok(json!({
            "receipt": receipt.id,
            "number": receipt.number.to_string(),
            "donation": receipt.donation,
            "replaces": receipt.snapshot.replaces,
        }))
    })
}

/// A comment of a reader is shown.
pub(super) fn comment_approved(
    tx: &mut Tx<'_>,
    ctx: &Context,
    comment: &Comment,
) -> Result<(), UseCaseError> {
    tell(tx, ctx, EventKind::CommentApproved, |_tx| {
        Ok(json!({
            "comment": comment.id,
            "article": comment.article.as_str(),
            "thread": comment.thread,
        }))
    })
}

/// What is sent with a job, and where to.
struct Posting {
    delivery: Delivery,
    parcel: Parcel,
}

/// Tells an endpoint. Done when the receiver answers with a status of success. `round`: how often it was tried before
/// this job.
///
/// # Errors
/// `GatewayUnavailable` if it does not; then it is told again later.
pub async fn deliver(ctx: &Context, id: DeliveryId, round: i64) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    let Some(posting) = ctx.db.read(move |conn| posting(conn, &inner, id)).await? else {
        return Ok(());
    };
    let answer = ctx.courier.deliver(&posting.parcel).await;
    let is_last = {
        let failures = u32::try_from(posting.delivery.tries - round + 1).unwrap_or(u32::MAX);
        Job::DeliverWebhook { delivery: id, round }.retry_after(failures).is_none()
    };
    let not_yet = if is_last { DeliveryStatus::Failed } else { DeliveryStatus::Pending };
    let (status, code, error) = match &answer {
        Ok(code) if (200..300).contains(code) => (DeliveryStatus::Delivered, Some(i64::from(*code)), None),
        Ok(code) => (not_yet, Some(i64::from(*code)), None),
        // Nothing will change an address that is not delivered to.
        Err(why @ CourierError::Address(_)) => (DeliveryStatus::Failed, None, Some(why.to_string())),
        Err(why @ CourierError::NoAnswer(_)) => (not_yet, None, Some(why.to_string())),
    };
    let tried = Tried { status, answer: code, error: error.clone(), at: ctx.now() };
    ctx.db.write(move |tx| outgoing::note_try(tx, id, &tried)).await?;
    match (status, code) {
        (DeliveryStatus::Delivered, _) => Ok(()),
        (_, Some(code)) => Err(UseCaseError::GatewayUnavailable(format!("the receiver answered {code}"))),
        (DeliveryStatus::Pending, None) => Err(UseCaseError::GatewayUnavailable(error.unwrap_or_default())),
        (DeliveryStatus::Failed, None) => {
            tracing::warn!(delivery.id = %id, "a webhook was given up");
            Ok(())
        }
    }
}

fn posting(
    conn: &mut crate::store::Conn,
    ctx: &Context,
    id: DeliveryId,
) -> Result<Option<Posting>, UseCaseError> {
    let Some(delivery) = outgoing::find_delivery(conn, id)? else {
        return Ok(None);
    };
    if delivery.status == DeliveryStatus::Delivered {
        return Ok(None);
    }
    let Some((endpoint, sealed)) = outgoing::find_endpoint(conn, delivery.endpoint)? else {
        return Ok(None);
    };
    let secret = ctx.sealer.open(&endpoint.id.to_string(), &sealed)?;
    let (name, now) = (delivery.id.to_string(), ctx.now());
    let signed = signature(&secret, &name, now, &delivery.body)
        .ok_or_else(|| UseCaseError::Internal("a webhook cannot be signed".into()))?;
    let headers = [
        ("webhook-id", name),
        ("webhook-timestamp", now.timestamp().to_string()),
        ("webhook-signature", signed),
    ];
    let parcel = Parcel { url: endpoint.url, body: delivery.body.clone(), headers };
    Ok(Some(Posting { delivery, parcel }))
}

/// Adds an endpoint, and returns its secret, which is shown this once.
///
/// # Errors
/// `Invalid` for an address that is not delivered to, `Conflict` if there are too many.
pub async fn add(
    ctx: &Context,
    by: Actor,
    url: &str,
    kinds: BTreeSet<EventKind>,
) -> Result<(Endpoint, Secret), UseCaseError> {
    let url =
        ctx.courier.check(url.trim()).map_err(|error| UseCaseError::invalid("url", "bad_address", error))?;
    let endpoint = Endpoint { id: ctx.new_id(), url: url.to_string(), kinds, created_at: ctx.now() };
    let (secret, sealed) = fresh_secret(ctx, endpoint.id)?;
    let (inner, added) = (ctx.clone(), endpoint.clone());
    ctx.db
        .write(move |tx| {
            let detail = json!({ "url": added.url });
            audit::record(tx, &inner, (by, Action::WebhookChanged), &added.id, &detail)?;
            if outgoing::endpoints(tx)?.len() >= ENDPOINTS_MAX {
                let message = format!("a site has at most {ENDPOINTS_MAX} outgoing webhooks");
                return Err(UseCaseError::Conflict { code: "too_many", message });
            }
            Ok(outgoing::insert_endpoint(tx, &added, &sealed)?)
        })
        .await?;
    Ok((endpoint, secret))
}

fn fresh_secret(ctx: &Context, id: EndpointId) -> Result<(Secret, String), UseCaseError> {
    let text = format!("whsec_{}", STANDARD.encode([ctx.ids.random(), ctx.ids.random()].concat()));
    let sealed = ctx.sealer.seal(&id.to_string(), &text, ctx.ids.random())?;
    Ok((Secret::new(text), sealed))
}

/// Gives an endpoint another secret; the one of before signs nothing any more.
///
/// # Errors
/// `NotFound`.
pub async fn renew_secret(ctx: &Context, by: Actor, id: EndpointId) -> Result<Secret, UseCaseError> {
    let (secret, sealed) = fresh_secret(ctx, id)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if outgoing::find_endpoint(tx, id)?.is_none() {
                return Err(UseCaseError::NotFound("outgoing webhook"));
            }
            outgoing::set_secret(tx, id, &sealed)?;
            audit::record(tx, &inner, (by, Action::WebhookChanged), &id, &json!({ "secret": "renewed" }))
        })
        .await?;
    Ok(secret)
}

/// Tells an endpoint nothing more; what is pending for it is dropped.
///
/// # Errors
/// `NotFound`.
pub async fn remove(ctx: &Context, by: Actor, id: EndpointId) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if !outgoing::remove_endpoint(tx, id, inner.now())? {
                return Err(UseCaseError::NotFound("outgoing webhook"));
            }
            audit::record(tx, &inner, (by, Action::WebhookChanged), &id, &json!({ "removed": true }))
        })
        .await
}

/// Everywhere that is told.
pub async fn list(ctx: &Context) -> Result<Vec<Endpoint>, UseCaseError> {
    Ok(ctx.db.read(outgoing::endpoints).await?)
}

/// An endpoint and its latest tellings, the newest first.
///
/// # Errors
/// `NotFound`.
pub async fn log(
    ctx: &Context,
    id: EndpointId,
    limit: i64,
) -> Result<(Endpoint, Vec<Delivery>), UseCaseError> {
    ctx.db
        .read(move |conn| {
            let (endpoint, _) =
                outgoing::find_endpoint(conn, id)?.ok_or(UseCaseError::NotFound("outgoing webhook"))?;
            Ok((endpoint, outgoing::deliveries(conn, id, limit)?))
        })
        .await
}

/// Tells something once more, whatever came of it before.
///
/// # Errors
/// `NotFound`.
pub async fn redeliver(ctx: &Context, by: Actor, id: DeliveryId) -> Result<EndpointId, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let delivery = outgoing::find_delivery(tx, id)?.ok_or(UseCaseError::NotFound("delivery"))?;
            outgoing::find_endpoint(tx, delivery.endpoint)?
                .ok_or(UseCaseError::NotFound("outgoing webhook"))?;
            outgoing::set_status(tx, id, DeliveryStatus::Pending)?;
            inner.enqueue(tx, &Job::DeliverWebhook { delivery: id, round: delivery.tries })?;
            audit::record(tx, &inner, (by, Action::WebhookChanged), &id, &json!({ "again": true }))?;
            Ok(delivery.endpoint)
        })
        .await
}
