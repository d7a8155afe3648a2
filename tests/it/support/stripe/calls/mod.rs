//! Owns: the calls of Stripe's API that a donation needs, one file for each kind of object.
//! May import: the rest of the emulator. Must not: know of HTTP, keys or faults.

mod account;
mod customers;
mod endpoints;
mod events;
mod invoices;
mod list;
mod payments;
mod payouts;
mod portal;
mod prices;
mod refunds;
mod sessions;
mod subscriptions;

use super::expand::expand;
use super::form::Fields;
use super::records::Table;
use super::refusal::Refusal;
use super::shape::Shape;
use super::world::World;
use serde_json::Value;

type Result<T> = std::result::Result<T, Refusal>;

/// Executes a call, or refuses it; `encoded` are its parameters as they were sent.
pub(super) fn execute(world: &mut World, method: &str, path: &str, encoded: &str) -> Result<Value> {
    let steps: Vec<_> = path.trim_start_matches('/').split('/').skip(1).collect();
    let fields = Fields::parse(encoded)?;
    match (method, steps.as_slice()) {
        ("POST", ["checkout", "sessions"]) => sessions::create(world, fields),
        ("GET", ["checkout", "sessions"]) => sessions::list(world, fields),
        ("GET", ["checkout", "sessions", id]) => retrieve(world, &world.sessions, id, fields),
        ("POST", ["checkout", "sessions", id, "expire"]) => sessions::expire(world, id, fields),
        ("GET", ["payment_intents"]) => payments::list_intents(world, fields),
        ("GET", ["payment_intents", id]) => retrieve(world, &world.intents, id, fields),
        ("GET", ["charges"]) => payments::list_charges(world, fields),
        ("GET", ["charges", id]) => retrieve(world, &world.charges, id, fields),
        ("POST" | "GET" | "DELETE", ["customers" | "payment_methods" | "products" | "prices", ..]) => {
            kept_by_customers(world, method, &steps, fields)
        }
        (
            "POST" | "GET" | "DELETE",
            ["subscriptions" | "invoices" | "invoice_payments" | "billing_portal", ..],
        ) => recurring(world, method, &steps, fields),
        ("POST", ["refunds"]) => refunds::create(world, fields),
        ("GET", ["refunds"]) => refunds::list(world, fields),
        ("GET", ["refunds", id]) => retrieve(world, &world.refunds, id, fields),
        ("GET", ["disputes"]) => payments::list_disputes(world, fields),
        ("GET", ["disputes", id]) => retrieve(world, &world.disputes, id, fields),
        ("GET", ["radar", "early_fraud_warnings"]) => payments::list_warnings(world, fields),
        ("GET", ["radar", "early_fraud_warnings", id]) => retrieve(world, &world.warnings, id, fields),
        ("GET", ["balance_transactions"]) => payments::list_transactions(world, fields),
        ("GET", ["balance_transactions", id]) => retrieve(world, &world.transactions, id, fields),
        ("GET", ["payouts"]) => payouts::list(world, fields),
        ("GET", ["payouts", id]) => retrieve(world, &world.payouts, id, fields),
        ("GET", ["balance"]) => account::balance(world, fields),
        ("GET", ["account"]) => account::account(world, fields),
        ("GET", ["country_specs", country]) => account::country(country, fields),
        ("GET", ["events"]) => events::list(world, fields),
        ("GET", ["events", id]) => retrieve(world, &world.events, id, fields),
        ("POST", ["webhook_endpoints"]) => endpoints::create(world, fields),
        ("GET", ["webhook_endpoints"]) => endpoints::list(world, fields),
        ("GET", ["webhook_endpoints", id]) => retrieve(world, &world.endpoints, id, fields),
        ("POST", ["webhook_endpoints", id]) => endpoints::update(world, id, fields),
        ("DELETE", ["webhook_endpoints", id]) => endpoints::delete(world, id, fields),
        _ => Err(Refusal::unknown_address(method, path)),
    }
}

fn kept_by_customers(world: &mut World, method: &str, steps: &[&str], fields: Fields) -> Result<Value> {
    match (method, steps) {
        ("POST", ["customers"]) => customers::create(world, fields),
        ("GET", ["customers"]) => customers::list(world, fields),
        ("GET", ["customers", id]) => retrieve(world, &world.customers, id, fields),
        ("POST", ["customers", id]) => customers::update(world, id, fields),
        ("GET", ["customers", id, "payment_methods"]) => customers::methods(world, id, fields),
        ("GET", ["payment_methods"]) => customers::all_methods(world, fields),
        ("GET", ["payment_methods", id]) => retrieve(world, &world.methods, id, fields),
        ("POST", ["products"]) => prices::create_product(world, fields),
        ("GET", ["products", id]) => retrieve(world, &world.products, id, fields),
        ("POST", ["prices"]) => prices::create(world, fields),
        ("GET", ["prices", id]) => retrieve(world, &world.prices, id, fields),
        _ => Err(Refusal::unknown_address(method, &steps.join("/"))),
    }
}

fn recurring(world: &mut World, method: &str, steps: &[&str], fields: Fields) -> Result<Value> {
    match (method, steps) {
        ("GET", ["subscriptions"]) => subscriptions::list(world, fields),
        ("GET", ["subscriptions", id]) => retrieve(world, &world.subscriptions, id, fields),
        ("POST", ["subscriptions", id]) => subscriptions::update(world, id, fields),
        ("POST", ["subscriptions", id, "resume"]) => subscriptions::resume(world, id, fields),
        ("DELETE", ["subscriptions", id]) => subscriptions::cancel(world, id, fields),
        ("GET", ["invoices"]) => invoices::list(world, fields),
        ("GET", ["invoices", id]) => retrieve(world, &world.invoices, id, fields),
        ("POST", ["invoices", id, "pay"]) => invoices::pay(world, id, fields),
        ("POST", ["invoices", id, "void"]) => invoices::void(world, id, fields),
        ("GET", ["invoice_payments"]) => invoices::list_payments(world, fields),
        ("GET", ["invoice_payments", id]) => retrieve(world, &world.invoice_payments, id, fields),
        ("POST", ["billing_portal", "configurations"]) => portal::configure(world, fields),
        ("GET", ["billing_portal", "configurations"]) => portal::list(world, fields),
        ("GET", ["billing_portal", "configurations", id]) => {
            retrieve(world, &world.configurations, id, fields)
        }
        ("POST", ["billing_portal", "sessions"]) => portal::visit(world, fields),
        _ => Err(Refusal::unknown_address(method, &steps.join("/"))),
    }
}

fn retrieve<T: Shape>(world: &World, table: &Table<T>, id: &str, mut fields: Fields) -> Result<Value> {
    let paths = fields.texts("expand")?;
    fields.finish()?;
    shown(world, existing(table, id)?, &paths)
}

/// The row that a path names.
fn existing<'a, T: Shape>(table: &'a Table<T>, id: &str) -> Result<&'a T> {
    table.find(id).ok_or_else(|| Refusal::missing(T::OBJECT, id))
}

fn shown<T: Shape>(world: &World, row: &T, paths: &[String]) -> Result<Value> {
    let mut answer = row.shown(world);
    expand(world, &mut answer, paths)?;
    Ok(answer)
}
