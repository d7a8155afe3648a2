//! Customers and what they pay with.

use super::super::form::Fields;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::list::{Page, lets_through};
use super::{Result, existing, shown};
use serde_json::Value;

pub(super) fn create(world: &mut World, mut fields: Fields) -> Result<Value> {
    let (email, name) = (fields.text("email")?, fields.text("name")?);
    let metadata = fields.metadata()?;
    fields.text("description")?;
    fields.texts("preferred_locales")?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    let id = world.new_customer(email, name, metadata);
    shown(world, world.customers.get(&id), &paths)
}

pub(super) fn update(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let mut customer = existing(&world.customers, id)?.clone();
    customer.email = fields.text("email")?.or(customer.email);
    customer.name = fields.text("name")?.or(customer.name);
    customer.metadata.extend(fields.metadata()?);
    if let Some(mut settings) = fields.below("invoice_settings")? {
        let method = settings.text("default_payment_method")?;
        settings.finish()?;
        if let Some(method) = &method {
            belongs(world, method, id)?;
        }
        customer.default_method = method.or(customer.default_method);
    }
    let paths = fields.texts("expand")?;
    fields.finish()?;
    world.change("customer.updated", id, |world| *world.customers.get_mut(id) = customer);
    shown(world, world.customers.get(id), &paths)
}

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let email = fields.text("email")?;
    fields.finish()?;
    page.of(world, &world.customers, "/v1/customers", |customer| {
        lets_through(email.as_deref(), customer.email.as_deref().unwrap_or_default())
    })
}

pub(super) fn methods(world: &World, id: &str, mut fields: Fields) -> Result<Value> {
    existing(&world.customers, id)?;
    let page = Page::take(&mut fields)?;
    let kind = fields.text("type")?;
    fields.text("allow_redisplay")?;
    fields.finish()?;
    of_customer(world, &page, id, kind.as_deref())
}

pub(super) fn all_methods(world: &World, mut fields: Fields) -> Result<Value> {
    let customer = fields.required_text("customer")?;
    if world.customers.find(&customer).is_none() {
        return Err(Refusal::no_such("customer", &customer, "customer"));
    }
    methods(world, &customer, fields)
}

fn of_customer(world: &World, page: &Page, id: &str, kind: Option<&str>) -> Result<Value> {
    use super::super::records::Method;
    page.of(world, &world.methods, "/v1/payment_methods", |method| {
        let kept = if method.method == Method::Card { "card" } else { "sepa_debit" };
        method.customer == id && lets_through(kind, kept)
    })
}

/// A way of paying can only be used by the customer who keeps it.
pub(super) fn belongs(world: &World, method: &str, customer: &str) -> Result<()> {
    let no_such = || Refusal::no_such("payment_method", method, "default_payment_method");
    let row = world.methods.find(method).ok_or_else(no_such)?;
    if row.customer == customer {
        return Ok(());
    }
    let message = format!("The customer does not have a payment method with the ID {method}.");
    Err(Refusal::invalid(message).code("resource_missing").param("default_payment_method"))
}
