//! Owns: the calls of Stripe's API that a donation needs, one file for each kind of object.
//! May import: the rest of the emulator. Must not: know of HTTP, keys or faults.

mod account;
mod endpoints;
mod events;
mod list;
mod payments;
mod refunds;
mod sessions;

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
        ("POST", ["refunds"]) => refunds::create(world, fields),
        ("GET", ["refunds"]) => refunds::list(world, fields),
        ("GET", ["refunds", id]) => retrieve(world, &world.refunds, id, fields),
        ("GET", ["disputes"]) => payments::list_disputes(world, fields),
        ("GET", ["disputes", id]) => retrieve(world, &world.disputes, id, fields),
        ("GET", ["radar", "early_fraud_warnings"]) => payments::list_warnings(world, fields),
        ("GET", ["radar", "early_fraud_warnings", id]) => retrieve(world, &world.warnings, id, fields),
        ("GET", ["balance_transactions"]) => payments::list_transactions(world, fields),
        ("GET", ["balance_transactions", id]) => retrieve(world, &world.transactions, id, fields),
        ("GET", ["balance"]) => account::balance(world, fields),
        ("GET", ["account"]) => account::account(world, fields),
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
