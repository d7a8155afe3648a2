//! The objects as the API writes them. What never changes in an object is in `shapes/`.

use super::arrangements::InvoiceStatus;
use super::options::Future;
use super::records::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Endpoint, Event, Intent, IntentStatus, Method, Payout,
    Record, Refund, RefundStatus, Session, SessionStatus, Transaction, Warning,
};
use super::shape_recurring::on_card;
use super::world::World;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Something that the API can show.
pub(super) trait Shape: Record {
    fn shape(&self, world: &World) -> Value;

    /// The shape with what the test has changed about it.
    fn shown(&self, world: &World) -> Value {
        let mut shape = self.shape(world);
        if world.options.future == Future::Strange {
            make_strange(&mut shape);
        }
        for (pointer, value) in world.overwritten.get(self.id()).into_iter().flatten() {
            overwrite(&mut shape, pointer, value.clone());
        }
        shape
    }
}

/// Writes a value where a JSON pointer points, even if nothing is there yet.
pub(super) fn overwrite(object: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    if let Some(parent) = object.pointer_mut(parent) {
        parent[key] = value;
    }
}

/// Words that decide nothing about money, and so may be new ones.
const HARMLESS_WORDS: [&str; 8] = [
    "/payment_method_details/type",
    "/destination_details/type",
    "/balance_type",
    "/reporting_category",
    "/ui_mode",
    "/submit_type",
    "/capture_method",
    "/outcome/risk_level",
];

fn make_strange(shape: &mut Value) {
    for pointer in HARMLESS_WORDS {
        if let Some(word) = shape.pointer_mut(pointer) {
            *word = json!("not_yet_invented");
        }
    }
    shape["not_yet_invented"] = json!({ "object": "not_yet_invented", "list": [1, null, { "deep": true }] });
}

/// The fixed part of an object with the given fields put over it.
pub(super) fn filled(fixed: &Value, fields: Value) -> Value {
    let mut object = fixed.clone();
    if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
        object.extend(fields);
    }
    object
}

macro_rules! fixed {
    ($($name:ident: $file:literal),* $(,)?) => {$(
        static $name: LazyLock<Value> =
            LazyLock::new(|| serde_json::from_str(include_str!(concat!("shapes/", $file, ".json"))).unwrap());
    )*};
}

pub(super) use fixed;

fixed! {
    SESSION: "session",
    INTENT: "payment_intent",
    PAYMENT_ERROR: "payment_error",
    CHARGE: "charge",
    CARD: "charge_card",
    REFUND: "refund",
    DISPUTE: "dispute",
}

impl Shape for Session {
    fn shape(&self, world: &World) -> Value {
        let open = self.status == SessionStatus::Open;
        let status = match self.status {
            SessionStatus::Open => "open",
            SessionStatus::Complete => "complete",
            SessionStatus::Expired => "expired",
        };
        let payer = (self.status == SessionStatus::Complete).then(|| {
            json!({
                "email": payers_email(self.customer_email.as_deref()), "name": "Pat Payer", "phone": null,
                "business_name": null, "individual_name": null, "tax_exempt": "none", "tax_ids": [],
                "address": {
                    "city": null, "country": "DE", "line1": null, "line2": null, "postal_code": null, "state": null,
                },
            })
        });
        let free = self.invoice.as_deref().is_some_and(|id| {
            let invoice = world.invoices.get(id);
            invoice.status == InvoiceStatus::Paid && invoice.amount == 0
        });
        let payment_status = match (free, self.paid) {
            (true, _) => "no_payment_required",
            (false, true) => "paid",
            (false, false) => "unpaid",
        };
        let recurring = self.recurring.is_some();
        filled(
            &SESSION,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(),
                "status": status, "payment_status": payment_status,
                "mode": if recurring { "subscription" } else { "payment" }, "customer": self.customer,
                "customer_creation": (!recurring).then_some("if_required"),
                "subscription": self.subscription, "invoice": self.invoice,
                "amount_total": self.amount(), "amount_subtotal": self.amount(), "currency": self.currency,
                "metadata": self.metadata, "client_reference_id": self.client_reference_id,
                "customer_email": self.customer_email, "customer_details": payer,
                "success_url": self.success_url, "cancel_url": self.cancel_url, "expires_at": self.expires_at,
                "submit_type": self.submit_type, "locale": self.locale, "payment_intent": self.intent,
                "adaptive_pricing": { "enabled": self.adaptive_pricing }, "payment_method_types": ["card", "sepa_debit"],
                "url": open.then(|| format!("{}/c/pay/{}", world.base, self.id)),
            }),
        )
    }
}

/// The lines of a session, which are shown only when asked for.
pub(super) fn line_items(session: &Session) -> Value {
    let line = |item: &super::records::Item| {
        let total = item.unit_amount * item.quantity;
        json!({
            "id": item.id, "object": "item", "description": item.name, "quantity": item.quantity,
            "currency": session.currency, "amount_total": total, "amount_subtotal": total, "amount_tax": 0,
            "amount_discount": 0, "metadata": {},
        })
    };
    let lines: Vec<_> = session.items.iter().map(line).collect();
    let url = format!("/v1/checkout/sessions/{}/line_items", session.id);
    json!({ "object": "list", "data": lines, "has_more": false, "url": url })
}

impl Shape for Intent {
    fn shape(&self, world: &World) -> Value {
        let latest = self.latest_charge.as_deref().map(|id| world.charges.get(id));
        let method = latest.map_or(Method::Card, |charge| charge.method);
        let error = latest.and_then(|charge| match &charge.status {
            ChargeStatus::Failed(code) => Some(filled(
                &PAYMENT_ERROR,
                json!({
                    "charge": charge.id, "code": code,
                    "decline_code": (method == Method::Card).then_some("insufficient_funds"),
                }),
            )),
            ChargeStatus::Pending | ChargeStatus::Succeeded => None,
        });
        let received = if self.status == IntentStatus::Succeeded { self.amount } else { 0 };
        let kept = matches!(self.status, IntentStatus::Processing | IntentStatus::Succeeded);
        filled(
            &INTENT,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(),
                "amount": self.amount, "amount_received": received, "currency": self.currency,
                "status": self.status.word(), "metadata": self.metadata, "description": self.description,
                "latest_charge": self.latest_charge, "last_payment_error": error,
                "payment_method": kept.then(|| self.method.clone().unwrap_or_else(|| self.id.replacen("pi_", "pm_", 1))),
                "payment_method_types": ["card", "sepa_debit"], "payment_method_options": {},
                "customer": self.customer,
                "next_action": (self.status == IntentStatus::RequiresAction)
                    .then(|| json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {} })),
                "client_secret": format!("{}_secret_emulated", self.id), "canceled_at": self.canceled_at,
                "cancellation_reason": self.canceled_at.map(|_| "automatic"), "processing": null,
            }),
        )
    }
}

impl Shape for Charge {
    fn shape(&self, world: &World) -> Value {
        let (status, failure) = match &self.status {
            ChargeStatus::Pending => ("pending", None),
            ChargeStatus::Succeeded => ("succeeded", None),
            ChargeStatus::Failed(code) => ("failed", Some(code.as_str())),
        };
        let succeeded = self.status == ChargeStatus::Succeeded;
        let failed = failure.is_some();
        let method = match self.method {
            Method::Card => {
                let mut card = CARD.clone();
                if let Some(kept) = world.methods.find(&self.paid_with) {
                    on_card(&mut card["card"], kept.plastic);
                }
                card
            }
            Method::SepaDebit => json!({
                "type": "sepa_debit",
                "sepa_debit": {
                    "bank_code": "37040044", "branch_code": "", "country": "DE", "fingerprint": "8Qe1FzPrXkRtWqSe",
                    "last4": "3000", "mandate": null, "expected_debit_date": null,
                },
            }),
        };
        let mut charge = filled(
            &CHARGE,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(),
                "amount": self.amount, "amount_captured": if failed { 0 } else { self.amount },
                "amount_refunded": self.amount_refunded, "currency": self.currency, "captured": !failed,
                "paid": succeeded, "refunded": succeeded && self.amount_refunded == self.amount,
                "disputed": self.disputed, "status": status, "payment_intent": self.intent,
                "payment_method": self.paid_with, "customer": self.customer, "payment_method_details": method,
                "metadata": self.metadata, "description": self.description,
                "failure_code": failure, "failure_message": failure.map(|_| "The payment failed."),
                "balance_transaction": self.transaction, "receipt_url": null,
                "outcome": {
                    "advice_code": null, "network_advice_code": null, "network_decline_code": null,
                    "network_status": if failed { "declined_by_network" } else { "approved_by_network" },
                    "reason": failure, "risk_level": "normal", "risk_score": 12,
                    "seller_message": if failed { "The bank declined the payment." } else { "Payment complete." },
                    "type": if failed { "issuer_declined" } else { "authorized" },
                },
            }),
        );
        overwrite(&mut charge, "/billing_details/email", json!(payers_email(self.email.as_deref())));
        charge
    }
}

fn payers_email(given: Option<&str>) -> &str {
    given.unwrap_or("payer@example.org")
}

impl Shape for Refund {
    fn shape(&self, _world: &World) -> Value {
        let mut refund = filled(
            &REFUND,
            json!({
                "id": self.id, "created": self.created, "amount": self.amount, "currency": self.currency,
                "charge": self.charge, "payment_intent": self.intent, "metadata": self.metadata,
                "reason": self.reason, "status": self.status.word(), "balance_transaction": self.transaction,
            }),
        );
        if self.status == RefundStatus::Failed {
            refund["failure_reason"] = json!("expired_or_canceled_card");
            refund["failure_balance_transaction"] = json!(self.failure_transaction);
        }
        refund
    }
}

impl Shape for Dispute {
    fn shape(&self, world: &World) -> Value {
        let charge = world.charges.get(&self.charge);
        let inquiry =
            matches!(self.status, DisputeStatus::WarningNeedsResponse | DisputeStatus::WarningClosed);
        let details = match charge.method {
            Method::Card => json!({
                "type": "card",
                "card": {
                    "brand": "visa", "case_type": if inquiry { "inquiry" } else { "chargeback" },
                    "network_reason_code": "10.4",
                },
            }),
            Method::SepaDebit => json!({ "type": "sepa_debit" }),
        };
        let moves: Vec<_> =
            self.transactions.iter().map(|id| world.transactions.get(id).shown(world)).collect();
        let due = (charge.method == Method::Card).then_some(self.due_by);
        filled(
            &DISPUTE,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(),
                "amount": self.amount, "currency": self.currency, "charge": self.charge,
                "payment_intent": self.intent, "reason": self.reason, "status": self.status.word(),
                "balance_transactions": moves, "is_charge_refundable": inquiry, "payment_method_details": details,
                "evidence_details": {
                    "due_by": due, "enhanced_eligibility": {}, "has_evidence": false, "past_due": false,
                    "submission_count": 0, "submission_method": "not_submitted",
                },
            }),
        )
    }
}

impl Shape for Transaction {
    fn shape(&self, _world: &World) -> Value {
        let rate = self.exchange_rate.as_deref().map(|rate| serde_json::from_str::<Value>(rate).unwrap());
        let fees = json!([{
            "amount": self.fee, "application": null, "currency": self.currency, "description": "Fees of the emulator",
            "type": "stripe_fee",
        }]);
        json!({
            "id": self.id, "object": "balance_transaction", "created": self.created, "amount": self.amount,
            "currency": self.currency, "fee": self.fee, "net": self.net(), "source": self.source,
            "fee_details": if self.fee == 0 { json!([]) } else { fees }, "status": "available",
            "available_on": self.created, "type": self.kind, "reporting_category": self.category,
            "description": self.description, "exchange_rate": rate, "balance_type": "payments",
        })
    }
}

impl Shape for Payout {
    fn shape(&self, world: &World) -> Value {
        const DAY_S: i64 = 86_400;
        json!({
            "id": self.id, "object": "payout", "amount": self.amount, "arrival_date": self.created + 2 * DAY_S,
            "automatic": self.automatic, "created": self.created, "currency": self.currency,
            "failure_code": self.failure, "livemode": world.options.livemode(), "method": "standard",
            "reconciliation_status": if self.automatic { "completed" } else { "not_applicable" },
            "source_type": "card", "status": self.status, "type": "bank_account",
        })
    }
}

impl Shape for Warning {
    fn shape(&self, world: &World) -> Value {
        json!({
            "id": self.id, "object": Self::OBJECT, "created": self.created, "livemode": world.options.livemode(),
            "charge": self.charge, "payment_intent": self.intent, "fraud_type": "unauthorized_use_of_card",
            "actionable": true,
        })
    }
}

impl Shape for Event {
    fn shape(&self, world: &World) -> Value {
        let mut news = json!({ "object": self.object });
        if let Some(previous) = &self.previous {
            news["previous_attributes"] = previous.clone();
        }
        json!({
            "id": self.id, "object": "event", "created": self.created, "livemode": world.options.livemode(),
            "api_version": world.options.api_version, "type": self.kind, "data": news,
            "pending_webhooks": world.outbox.missing(&self.id),
            "request": {
                "id": self.origin.as_ref().map(|origin| &origin.request),
                "idempotency_key": self.origin.as_ref().and_then(|origin| origin.key.as_ref()),
            },
        })
    }
}

impl Shape for Endpoint {
    fn shape(&self, world: &World) -> Value {
        json!({
            "id": self.id, "object": Self::OBJECT, "created": self.created, "livemode": world.options.livemode(),
            "api_version": self.api_version, "application": null, "description": self.description,
            "enabled_events": self.enabled_events, "metadata": self.metadata, "url": self.url,
            "status": if self.enabled { "enabled" } else { "disabled" },
        })
    }
}
