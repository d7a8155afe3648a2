//! Refunds by the API.

use super::super::bank::RefundOrder;
use super::super::currency;
use super::super::form::Fields;
use super::super::records::{ChargeStatus, Record as _};
use super::super::refusal::Refusal;
use super::super::world::World;
use super::list::{Page, lets_through};
use super::{Result, shown};
use serde_json::Value;

const REASONS: [&str; 3] = ["duplicate", "fraudulent", "requested_by_customer"];

pub(super) fn create(world: &mut World, mut fields: Fields) -> Result<Value> {
    let (intent, charge) = (fields.text("payment_intent")?, fields.text("charge")?);
    let (amount, reason) = (fields.integer("amount")?, fields.word("reason", &REASONS)?);
    let metadata = fields.metadata()?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    let charge = match (intent, charge) {
        (Some(intent), None) => paid_charge(world, &intent)?,
        (None, Some(charge)) if world.charges.find(&charge).is_some() => charge,
        (None, Some(charge)) => return Err(Refusal::no_such("charge", &charge, "charge")),
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid(
                "You may only specify one of these parameters: charge, payment_intent.",
            ));
        }
        (None, None) => {
            let message =
                "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(Refusal::invalid(message).code("parameter_missing"));
        }
    };
    if amount.is_some_and(|amount| amount < 1) {
        let message = "Invalid positive integer: amount";
        return Err(Refusal::invalid(message).code("parameter_invalid_integer").param("amount"));
    }
    if let Some(amount) = amount {
        currency::check_step(amount, &world.charges.get(&charge).currency, "amount")?;
    }
    let refund = world.refund(RefundOrder { charge, amount, reason, metadata })?;
    shown(world, world.refunds.get(&refund), &paths)
}

/// The charge of an intent that brought money.
fn paid_charge(world: &World, intent: &str) -> Result<String> {
    let no_such = || Refusal::no_such("payment_intent", intent, "payment_intent");
    let row = world.intents.find(intent).ok_or_else(no_such)?;
    let latest = row.latest_charge.as_deref().map(|charge| world.charges.get(charge));
    let paid = latest.filter(|charge| charge.status == ChargeStatus::Succeeded);
    let message = format!("This PaymentIntent ({intent}) does not have a successful charge to refund.");
    paid.map(|charge| charge.id().to_owned()).ok_or_else(|| Refusal::invalid(message).begun())
}

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (charge, intent) = (fields.text("charge")?, fields.text("payment_intent")?);
    fields.finish()?;
    page.of(world, &world.refunds, "/v1/refunds", |refund| {
        lets_through(charge.as_deref(), &refund.charge) && lets_through(intent.as_deref(), &refund.intent)
    })
}
