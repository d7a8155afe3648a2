//! How PayPal shows things: as documented, with fields and words that nobody asked for.

use super::billing_shape;
use super::purse::{Amount, Purse};
use super::world::{Capture, Dispute, Order, Refund, Webhook, World, written};
use serde_json::{Value, json};

fn link(base: &str, path: &str, rel: &str, method: &str) -> Value {
    json!({"href": format!("{base}{path}"), "rel": rel, "method": method})
}

pub(super) fn order(world: &World, order: &Order) -> Value {
    let base = &world.base;
    let own = format!("/v2/checkout/orders/{}", order.id);
    let mut links = vec![link(base, &own, "self", "GET")];
    if matches!(order.status, "PAYER_ACTION_REQUIRED" | "APPROVED") {
        links.push(link(base, &format!("/checkoutnow?token={}", order.id), "payer-action", "GET"));
    }
    let captures: Vec<&Capture> =
        world.captures.values().filter(|capture| capture.order == order.id).collect();
    let is_listed =
        |refund: &&Refund| !refund.reversal && captures.iter().any(|capture| capture.id == refund.capture);
    let refunds: Vec<Value> =
        world.refunds.values().filter(is_listed).map(|refund| self::refund(world, refund)).collect();
    let mut unit = json!({
        "reference_id": "default",
        "amount": order.amount.shown(),
        "custom_id": order.custom_id,
        "invoice_id": order.invoice_id,
        "payee": {"email_address": "merchant@example.org", "merchant_id": "EMULATEDMERCHANT"},
        "a_new_field": {"of": "tomorrow"},
    });
    if !captures.is_empty() {
        let captures: Vec<Value> = captures.iter().map(|capture| self::capture(world, capture)).collect();
        unit["payments"] = json!({"captures": captures, "refunds": refunds});
    }
    json!({
        "id": order.id,
        "intent": "CAPTURE",
        "status": order.status,
        "purchase_units": [unit],
        "payer": {"email_address": "payer@example.org", "payer_id": "EMULATEDPAYER"},
        "create_time": written(order.created),
        "update_time": written(order.updated),
        "links": links,
    })
}

pub(super) fn capture(world: &World, capture: &Capture) -> Value {
    let own = format!("/v2/payments/captures/{}", capture.id);
    let base = &world.base;
    let mut shown = json!({
        "id": capture.id,
        "status": capture.status,
        "amount": capture.amount.shown(),
        "final_capture": true,
        "custom_id": capture.custom_id,
        "supplementary_data": {"related_ids": {"order_id": capture.order}},
        "create_time": written(capture.created),
        "update_time": written(capture.updated),
        "links": [
            link(base, &own, "self", "GET"),
            link(base, &format!("{own}/refund"), "refund", "POST"),
            link(base, &format!("/v2/checkout/orders/{}", capture.order), "up", "GET"),
        ],
    });
    match &capture.brought {
        None => shown["status_details"] = json!({"reason": "ECHECK"}),
        Some((brought, fee)) => shown["seller_receivable_breakdown"] = receivable(capture, brought, *fee),
    }
    shown
}

fn receivable(capture: &Capture, brought: &Amount, fee: i64) -> Value {
    let gross = &capture.amount;
    let of = |amount: &Amount, minor| Amount { minor, ..amount.clone() }.shown();
    if brought.currency == gross.currency {
        return json!({"gross_amount": gross.shown(), "paypal_fee": of(gross, fee),
            "net_amount": of(gross, gross.minor - fee)});
    }
    json!({
        "gross_amount": gross.shown(),
        "paypal_fee": of(gross, fee * 2),
        "net_amount": of(gross, gross.minor - fee * 2),
        "receivable_amount": of(brought, brought.minor - fee),
        "paypal_fee_in_receivable_currency": of(brought, fee),
        "exchange_rate": {"source_currency": gross.currency, "target_currency": brought.currency, "value": "0.5"},
    })
}

pub(super) fn refund(world: &World, refund: &Refund) -> Value {
    let base = &world.base;
    let zero = Amount { minor: 0, ..refund.amount.clone() };
    let mut shown = json!({
        "id": refund.id,
        "status": refund.status,
        "amount": refund.amount.shown(),
        "seller_payable_breakdown": {"gross_amount": refund.amount.shown(), "paypal_fee": zero.shown(),
            "net_amount": refund.amount.shown(), "total_refunded_amount": refund.amount.shown()},
        "create_time": written(refund.created),
        "update_time": written(refund.created),
        "links": [
            link(base, &format!("/v2/payments/refunds/{}", refund.id), "self", "GET"),
            link(base, &format!("/v2/payments/captures/{}", refund.capture), "up", "GET"),
        ],
    });
    let (out, exchanged) = Purse::exchanged(&refund.amount);
    if exchanged {
        shown["seller_payable_breakdown"]["net_amount_in_receivable_currency"] = out.shown();
    }
    if let Some(id) = &refund.custom_id {
        (shown["custom_id"], shown["invoice_id"]) = (json!(id), json!(id));
    }
    shown
}

pub(super) fn dispute(dispute: &Dispute) -> Value {
    let mut shown = json!({
        "dispute_id": dispute.id,
        "create_time": written(dispute.created),
        "update_time": written(dispute.updated),
        "disputed_transactions": [{"seller_transaction_id": dispute.capture}],
        "reason": "UNAUTHORISED",
        "status": if dispute.outcome.is_some() { "RESOLVED" } else { "UNDER_REVIEW" },
        "dispute_amount": dispute.amount.shown(),
        "dispute_life_cycle_stage": dispute.stage,
        "dispute_channel": "INTERNAL",
        "links": [],
    });
    if let Some(code) = dispute.outcome {
        let returned = Amount { minor: dispute.returned, ..dispute.amount.clone() };
        shown["dispute_outcome"] = json!({"outcome_code": code, "amount_refunded": returned.shown()});
    }
    shown
}

pub(super) fn webhook(webhook: &Webhook) -> Value {
    let types: Vec<Value> =
        webhook.types.iter().map(|name| json!({"name": name, "status": "ENABLED"})).collect();
    json!({"id": webhook.id, "url": webhook.url, "event_types": types})
}

/// What an event shows of a thing.
pub(super) fn resource(world: &World, kind: &str, id: &str) -> Value {
    match kind {
        "checkout-order" => order(world, &world.orders[id]),
        "capture" => capture(world, &world.captures[id]),
        "refund" => {
            let back = &world.refunds[id];
            let is_sale = world.billing.sales.contains_key(&back.capture);
            if is_sale { billing_shape::refund(back) } else { refund(world, back) }
        }
        "sale" => billing_shape::sale(world, &world.billing.sales[id]),
        "subscription" => billing_shape::subscription(world, &world.billing.subscriptions[id], false),
        _ => dispute(&world.disputes[id]),
    }
}

pub(super) fn event(
    base: &str,
    (id, kind, resource_type): (&str, &str, &str),
    resource: &Value,
    created: &str,
) -> Vec<u8> {
    let own = format!("/v1/notifications/webhooks-events/{id}");
    let event = json!({
        "id": id,
        "event_version": "1.0",
        "create_time": created,
        "resource_type": resource_type,
        "event_type": kind,
        "summary": "Something happened",
        "resource": resource,
        "links": [link(base, &own, "self", "GET"), link(base, &format!("{own}/resend"), "resend", "POST")],
        "resource_version": "2.0",
    });
    serde_json::to_vec(&event).unwrap()
}
