//! What Stripe is told when somebody asks something of a subscription.

use super::super::super::GatewayError;
use super::super::currencies;
use super::super::refused;
use super::answers::Subscription;
use super::api::Form;
use super::map::{Standing, interval};
use crate::domain::money::Money;
use crate::domain::pledge::Frequency;
use crate::domain::subscription::{EndReason, OrderKind};
use chrono::{DateTime, Utc};

/// Stands before our reason in the comment on an end: Stripe knows only its own reasons.
const REASON: &str = "mainstay_end=";

/// What to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    /// It is as it should be.
    Nothing,
    /// Change it so.
    Update(Form),
    /// Let it go on so: its status is `paused`, which no change of a field ends.
    GoOn(Form),
    /// End it now, with this comment.
    End(String),
}

/// The reason that a comment of ours names.
pub(super) fn reason_in(comment: &str) -> Option<EndReason> {
    EndReason::parse(comment.strip_prefix(REASON)?)
}

/// How to bring a subscription to what is asked. Asked again, there is nothing to do.
pub(super) fn call(standing: &Standing, what: &OrderKind) -> Result<Call, GatewayError> {
    let subscription = &standing.subscription;
    if subscription.is_over() {
        return Ok(Call::Nothing);
    }
    match what {
        OrderKind::Change { amount, frequency } => change(standing, *amount, *frequency),
        OrderKind::Pause { until } => Ok(pause(subscription, *until)),
        OrderKind::Resume if subscription.status.as_deref() == Some("paused") => Ok(Call::GoOn(go_on())),
        OrderKind::Resume if subscription.pause_collection.is_none() => Ok(Call::Nothing),
        OrderKind::Resume => Ok(Call::Update(Form::from([("pause_collection", String::new())]))),
        OrderKind::Cancel if subscription.cancel_at_period_end == Some(true) => Ok(Call::Nothing),
        OrderKind::Cancel => Ok(Call::Update(Form::from([("cancel_at_period_end", "true".to_owned())]))),
        OrderKind::Keep => Ok(keep(subscription)),
        OrderKind::End { reason } => Ok(Call::End(format!("{REASON}{reason}"))),
    }
}

fn pause(subscription: &Subscription, until: Option<DateTime<Utc>>) -> Call {
    let until = until.map(|until| until.timestamp());
    if subscription.pause_collection.as_ref().is_some_and(|pause| pause.resumes_at == until) {
        return Call::Nothing;
    }
    let mut form = Form::from([("pause_collection[behavior]", "void".to_owned())]);
    if let Some(until) = until {
        form.insert("pause_collection[resumes_at]", until.to_string());
    }
    Call::Update(form)
}

/// We pause by `pause_collection`, which leaves the status as it is. The status `paused` comes from elsewhere: from Stripe's
/// own button, or from a free time that ended without a card; it makes no invoices, and ends by a call of its own. The
/// days of charging stay, and nothing is charged for the time between.
fn go_on() -> Form {
    Form::from([("billing_cycle_anchor", "unchanged".to_owned()), ("proration_behavior", "none".to_owned())])
}

fn keep(subscription: &Subscription) -> Call {
    if subscription.cancel_at_period_end == Some(true) {
        Call::Update(Form::from([("cancel_at_period_end", "false".to_owned())]))
    } else if subscription.cancel_at.is_some() {
        Call::Update(Form::from([("cancel_at", String::new())]))
    } else {
        Call::Nothing
    }
}

/// Another amount counts from the next charge on. Another interval would begin, and be charged, at once: so the time
/// that is paid for is made a free time, after which the new interval begins.
fn change(standing: &Standing, amount: Money, frequency: Frequency) -> Result<Call, GatewayError> {
    if standing.amount() == Some(amount) && standing.frequency() == Some(frequency) {
        return Ok(Call::Nothing);
    }
    let missing =
        |what: &str| GatewayError::Unknown(format!("{} has no readable {what}", standing.subscription.id));
    let item = standing.subscription.item().ok_or_else(|| missing("item"))?;
    let price = item.price.as_ref().ok_or_else(|| missing("price"))?;
    let product = price.product.as_ref().ok_or_else(|| missing("product"))?;
    let (unit, count) =
        interval(frequency).ok_or_else(|| GatewayError::Refused { code: "frequency".to_owned() })?;
    let units = currencies::to_stripe(amount).map_err(refused)?;
    let mut form = Form::from([
        ("items[0][id]", item.id.clone()),
        ("items[0][price_data][currency]", amount.currency().code().to_lowercase()),
        ("items[0][price_data][product]", product.id().to_owned()),
        ("items[0][price_data][unit_amount]", units.to_string()),
        ("items[0][price_data][recurring][interval]", unit.to_owned()),
        ("items[0][price_data][recurring][interval_count]", count.to_string()),
        ("proration_behavior", "none".to_owned()),
    ]);
    if standing.frequency() != Some(frequency) {
        let period = standing.period().ok_or_else(|| missing("period"))?;
        form.insert("trial_end", period.until.timestamp().to_string());
    }
    Ok(Call::Update(form))
}
