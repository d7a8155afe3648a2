//! Invoices and what pays them.

use super::super::arrangements::InvoiceStatus;
use super::super::billing::Presence;
use super::super::form::Fields;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::customers::belongs;
use super::list::{Page, lets_through};
use super::{Result, existing, shown};
use serde_json::Value;

const STATUSES: [&str; 5] = ["draft", "open", "paid", "uncollectible", "void"];

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (subscription, customer) = (fields.text("subscription")?, fields.text("customer")?);
    let status = fields.word("status", &STATUSES)?;
    fields.word("collection_method", &["charge_automatically", "send_invoice"])?;
    fields.finish()?;
    page.of(world, &world.invoices, "/v1/invoices", |invoice| {
        lets_through(subscription.as_deref(), &invoice.subscription)
            && lets_through(customer.as_deref(), &invoice.customer)
            && lets_through(status.as_deref(), invoice.status.word())
    })
}

pub(super) fn pay(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let method = fields.text("payment_method")?;
    fields.boolean("off_session")?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    let invoice = existing(&world.invoices, id)?.clone();
    if let Some(method) = &method {
        belongs(world, method, &invoice.customer)?;
    }
    let subscription = world.subscriptions.get(&invoice.subscription).clone();
    match invoice.status {
        InvoiceStatus::Draft => world.make_final(id),
        InvoiceStatus::Open => {}
        InvoiceStatus::Paid => return Err(Refusal::invalid("Invoice is already paid").begun()),
        InvoiceStatus::Void | InvoiceStatus::Uncollectible => {
            let message = "This invoice can no longer be paid";
            return Err(Refusal::invalid(message).code("invoice_not_editable").begun());
        }
    }
    let method = method.or_else(|| world.method_of(&subscription));
    // Its holder is not there; and it is not a try of the schedule.
    if !world.charge(id, method.as_deref(), Presence::Left) {
        return Err(Refusal::declined("card_declined"));
    }
    shown(world, world.invoices.get(id), &paths)
}

pub(super) fn void(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let paths = fields.texts("expand")?;
    fields.finish()?;
    if existing(&world.invoices, id)?.status != InvoiceStatus::Open {
        return Err(Refusal::invalid("You can only void open invoices").begun());
    }
    world.void(id);
    shown(world, world.invoices.get(id), &paths)
}

pub(super) fn list_payments(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let invoice = fields.text("invoice")?;
    let status = fields.word("status", &["canceled", "open", "paid"])?;
    let mut intent = None;
    if let Some(mut payment) = fields.below("payment")? {
        let kind = payment.word("type", &["payment_intent", "payment_record"])?;
        if kind.is_none() {
            return Err(payment.required("type"));
        }
        intent = payment.text("payment_intent")?;
        payment.finish()?;
    }
    fields.finish()?;
    page.of(world, &world.invoice_payments, "/v1/invoice_payments", |payment| {
        let paid = world.invoices.get(&payment.invoice).status == InvoiceStatus::Paid;
        lets_through(invoice.as_deref(), &payment.invoice)
            && lets_through(intent.as_deref(), &payment.intent)
            && status.as_deref().is_none_or(|status| (status == "paid") == paid)
    })
}
