//! `expand[]`: puts whole objects where the API would show ids only.

use super::refusal::Refusal;
use super::shape::{Shape, line_items};
use super::world::World;
use serde_json::{Value, json};

/// What can be expanded, by the `object` in which it is.
const EXPANDABLE: [(&str, &[&str]); 12] = [
    (
        "checkout.session",
        &["payment_intent", "line_items", "customer", "invoice", "setup_intent", "subscription"],
    ),
    (
        "payment_intent",
        &["latest_charge", "payment_method", "customer", "application", "on_behalf_of", "review"],
    ),
    (
        "charge",
        &[
            "balance_transaction",
            "payment_intent",
            "refunds",
            "customer",
            "application",
            "on_behalf_of",
            "review",
        ],
    ),
    ("refund", &["balance_transaction", "failure_balance_transaction", "charge", "payment_intent"]),
    ("dispute", &["charge", "payment_intent"]),
    ("balance_transaction", &["source"]),
    ("radar.early_fraud_warning", &["charge", "payment_intent"]),
    ("subscription", &["customer", "default_payment_method", "latest_invoice"]),
    ("invoice", &["customer", "payments", "subscription"]),
    ("invoice_payment", &["invoice", "payment_intent"]),
    ("customer", &["default_payment_method"]),
    ("payment_method", &["customer"]),
];

/// Parts of an object that a path leads through, with what can be expanded in them.
const PARTS: [&str; 4] = ["parent", "subscription_details", "payment", "invoice_settings"];

/// How many steps a path may have.
const STEPS_MAX: usize = 4;

/// Expands an answer along every path.
pub(super) fn expand(world: &World, answer: &mut Value, paths: &[String]) -> Result<(), Refusal> {
    for path in paths {
        let steps: Vec<_> = path.split('.').collect();
        if steps.len() > STEPS_MAX {
            let message =
                format!("You cannot expand more than {STEPS_MAX} levels of a property. Property: {path}");
            return Err(Refusal::invalid(message));
        }
        along(world, answer, &steps, path)?;
    }
    Ok(())
}

fn along(world: &World, at: &mut Value, steps: &[&str], path: &str) -> Result<(), Refusal> {
    let Some((step, rest)) = steps.split_first() else {
        return Ok(());
    };
    if at["object"] == "list" && *step == "data" {
        let mut rows = at["data"].as_array_mut().into_iter().flatten();
        return rows.try_for_each(|row| along(world, row, rest, path));
    }
    let object = at["object"].as_str().unwrap_or_default();
    let allowed = EXPANDABLE.iter().find(|(name, _)| *name == object).map_or(&[][..], |(_, allowed)| allowed);
    if *step == "balance_transactions" && object == "dispute" {
        let mut rows = at["balance_transactions"].as_array_mut().into_iter().flatten();
        return rows.try_for_each(|row| along(world, row, rest, path));
    }
    if PARTS.contains(step) && at[*step].is_object() {
        // What is in a part belongs to the object.
        let object = json!(object);
        let part = &mut at[*step];
        part["object"] = object;
        let done = along(world, part, rest, path);
        if let Some(part) = part.as_object_mut() {
            part.remove("object");
        }
        return done;
    }
    if !allowed.contains(step) {
        let message = format!("This property cannot be expanded ({path}).");
        return Err(Refusal::invalid(message).param("expand"));
    }
    let id = at["id"].as_str().unwrap_or_default().to_owned();
    let below = at[*step].clone();
    let mut whole = match (*step, &below) {
        ("line_items", _) => line_items(world.sessions.get(&id)),
        ("refunds", _) => refunds_of(world, &id),
        ("payments", _) => world.invoices.get(&id).payments(world),
        (_, Value::String(id)) => world.show(id).unwrap_or(below),
        (_, _) => below,
    };
    if whole.is_object() {
        along(world, &mut whole, rest, path)?;
    }
    at[*step] = whole;
    Ok(())
}

fn refunds_of(world: &World, charge: &str) -> Value {
    let refunds = world.refunds.rows().iter().rev().filter(|refund| refund.charge == charge);
    let rows: Vec<_> = refunds.map(|refund| refund.shown(world)).collect();
    let url = format!("/v1/charges/{charge}/refunds");
    json!({ "object": "list", "data": rows, "has_more": false, "url": url })
}

impl World {
    /// The object of an id; nothing if the emulator does not keep such objects.
    pub(super) fn show(&self, id: &str) -> Option<Value> {
        let (prefix, _) = id.split_once('_')?;
        match prefix {
            "cs" => Some(self.sessions.find(id)?.shown(self)),
            "pi" => Some(self.intents.find(id)?.shown(self)),
            "ch" => Some(self.charges.find(id)?.shown(self)),
            "re" => Some(self.refunds.find(id)?.shown(self)),
            "du" => Some(self.disputes.find(id)?.shown(self)),
            "po" => Some(self.payouts.find(id)?.shown(self)),
            "issfr" => Some(self.warnings.find(id)?.shown(self)),
            "cus" => Some(self.customers.find(id)?.shown(self)),
            "pm" => Some(self.methods.find(id)?.shown(self)),
            "prod" => Some(self.products.find(id)?.shown(self)),
            "price" => Some(self.prices.find(id)?.shown(self)),
            "sub" => Some(self.subscriptions.find(id)?.shown(self)),
            "in" => Some(self.invoices.find(id)?.shown(self)),
            "inpay" => Some(self.invoice_payments.find(id)?.shown(self)),
            "txn" => Some(self.transactions.find(id)?.shown(self)),
            _ => None,
        }
    }
}
