//! Payment intents, charges, disputes, warnings and balance transactions: read only.

use super::super::form::Fields;
use super::super::world::World;
use super::Result;
use super::list::{Page, lets_through};
use serde_json::Value;

pub(super) fn list_intents(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let customer = fields.text("customer")?;
    fields.finish()?;
    page.of(world, &world.intents, "/v1/payment_intents", |intent| {
        customer.is_none() || customer == intent.customer
    })
}

pub(super) fn list_charges(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (intent, customer) = (fields.text("payment_intent")?, fields.text("customer")?);
    fields.finish()?;
    page.of(world, &world.charges, "/v1/charges", |charge| {
        (customer.is_none() || customer == charge.customer) && lets_through(intent.as_deref(), &charge.intent)
    })
}

pub(super) fn list_disputes(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (charge, intent) = (fields.text("charge")?, fields.text("payment_intent")?);
    fields.finish()?;
    page.of(world, &world.disputes, "/v1/disputes", |dispute| {
        lets_through(charge.as_deref(), &dispute.charge) && lets_through(intent.as_deref(), &dispute.intent)
    })
}

pub(super) fn list_warnings(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (charge, intent) = (fields.text("charge")?, fields.text("payment_intent")?);
    fields.finish()?;
    page.of(world, &world.warnings, "/v1/radar/early_fraud_warnings", |warning| {
        lets_through(charge.as_deref(), &warning.charge) && lets_through(intent.as_deref(), &warning.intent)
    })
}

pub(super) fn list_transactions(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (currency, source, kind) = (fields.text("currency")?, fields.text("source")?, fields.text("type")?);
    let payout = fields.text("payout")?;
    fields.finish()?;
    if let Some(payout) = &payout {
        super::payouts::is_automatic(world, payout)?;
    }
    page.of(world, &world.transactions, "/v1/balance_transactions", |row| {
        lets_through(currency.as_deref(), &row.currency)
            && lets_through(source.as_deref(), &row.source)
            && lets_through(kind.as_deref(), row.kind)
            && (payout.is_none() || payout == row.payout)
    })
}
