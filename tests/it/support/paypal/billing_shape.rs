//! How PayPal shows plans, subscriptions and their payments: the payments in its older words.

use super::billing::{Plan, Subscription};
use super::purse::{Amount, Purse};
use super::world::{Capture, Refund, World, written};
use serde_json::{Value, json};

pub(super) fn plan(plan: &Plan) -> Value {
    json!({
        "id": plan.id,
        "product_id": plan.product,
        "name": plan.name,
        "status": plan.status,
        "billing_cycles": [cycle(plan, &plan.price)],
        "payment_preferences": {"auto_bill_outstanding": true, "payment_failure_threshold": plan.failures_max},
        "quantity_supported": false,
        "links": [],
    })
}

fn cycle(plan: &Plan, price: &Amount) -> Value {
    json!({
        "frequency": {"interval_unit": plan.unit, "interval_count": plan.count},
        "tenure_type": "REGULAR",
        "sequence": 1,
        "total_cycles": 0,
        "pricing_scheme": {"version": 1, "fixed_price": price.shown(), "a_new_field": true},
    })
}

/// Where the payer agrees.
pub(super) fn approval(base: &str, token: &str) -> Value {
    let href = format!("{base}/webapps/billing/subscriptions?ba_token={token}");
    json!({"href": href, "rel": "approve", "method": "GET"})
}

pub(super) fn subscription(world: &World, it: &Subscription, whole: bool) -> Value {
    let plan = &world.billing.plans[&it.terms.plan];
    let mut shown = json!({
        "id": it.id,
        "plan_id": it.terms.plan,
        "status": it.status,
        "status_update_time": written(it.status_updated),
        "start_time": written(it.begun),
        "quantity": "1",
        "create_time": written(it.created),
        "custom_id": it.custom_id,
        "plan_overridden": true,
        "links": [],
    });
    if let Some(note) = &it.note {
        shown["status_change_note"] = json!(note);
    }
    if it.status == "APPROVAL_PENDING" {
        let token = it.asked.as_ref().map(|(token, _)| token.as_str()).unwrap_or_default();
        shown["links"] = json!([approval(&world.base, token)]);
        return shown;
    }
    shown["subscriber"] = json!({"email_address": "payer@example.org", "payer_id": "EMULATEDPAYER"});
    let owed = Amount { minor: it.outstanding, ..it.terms.price.clone() };
    let mut billing = json!({
        "outstanding_balance": owed.shown(),
        "cycle_executions": [{"tenure_type": "REGULAR", "sequence": 1, "cycles_completed": it.cycle}],
        "failed_payments_count": it.failures,
    });
    if let Some((minor, at)) = it.paid {
        let amount = Amount { minor, ..it.terms.price.clone() };
        billing["last_payment"] = json!({"amount": amount.shown(), "time": written(at)});
    }
    if let Some(next) = world.billing.next(it) {
        billing["next_billing_time"] = json!(written(next));
    }
    if let (Some(at), true) = (it.failed_at, whole) {
        billing["last_failed_payment"] = json!({"amount": owed.shown(), "time": written(at)});
    }
    shown["billing_info"] = billing;
    if whole {
        shown["plan"] = json!({"name": plan.name, "product_id": plan.product,
            "billing_cycles": [cycle(plan, &it.terms.price)]});
    }
    shown
}

fn total(amount: &Amount) -> Value {
    let shown = amount.shown();
    json!({"total": shown["value"], "currency": shown["currency_code"]})
}

fn value(amount: &Amount) -> Value {
    let shown = amount.shown();
    json!({"value": shown["value"], "currency": shown["currency_code"]})
}

pub(super) fn sale(world: &World, sale: &Capture) -> Value {
    let own = format!("{}/v1/payments/sale/{}", world.base, sale.id);
    let mut shown = json!({
        "id": sale.id,
        "state": sale.status.to_lowercase(),
        "amount": total(&sale.amount),
        "payment_mode": "INSTANT_TRANSFER",
        "billing_agreement_id": sale.order,
        "custom": sale.custom_id,
        "create_time": written(sale.created),
        "update_time": written(sale.updated),
        "links": [{"href": own, "rel": "self", "method": "GET"},
            {"href": format!("{own}/refund"), "rel": "refund", "method": "POST"}],
    });
    if let Some((brought, fee)) = &sale.brought {
        if brought.currency == sale.amount.currency {
            shown["transaction_fee"] = value(&Amount { minor: *fee, ..sale.amount.clone() });
        } else {
            shown["transaction_fee"] = value(&Amount { minor: fee * 2, ..sale.amount.clone() });
            shown["receivable_amount"] = value(&Amount { minor: brought.minor - fee, ..brought.clone() });
        }
    }
    shown
}

pub(super) fn transaction(sale: &Capture) -> Value {
    let fee = sale.brought.as_ref().map_or(0, |(_, fee)| *fee);
    let of = |minor| Amount { minor, ..sale.amount.clone() }.shown();
    json!({
        "id": sale.id,
        "status": sale.status,
        "amount_with_breakdown": {"gross_amount": sale.amount.shown(), "fee_amount": of(fee),
            "net_amount": of(sale.amount.minor - fee)},
        "payer_email": "payer@example.org",
        "time": written(sale.created),
    })
}

pub(super) fn refund(refund: &Refund) -> Value {
    let amount = Amount {
        minor: if refund.reversal { -refund.amount.minor } else { refund.amount.minor },
        ..refund.amount.clone()
    };
    let mut shown = json!({
        "id": refund.id,
        "state": refund.status.to_lowercase(),
        "amount": total(&amount),
        "sale_id": refund.capture,
        "create_time": written(refund.created),
        "update_time": written(refund.created),
        "links": [],
    });
    let (out, exchanged) = Purse::exchanged(&refund.amount);
    if exchanged {
        shown["refund_from_received_amount"] = value(&out);
    }
    if let Some(ours) = &refund.custom_id {
        shown["invoice_number"] = json!(ours);
    }
    shown
}
