//! Customers, subscriptions, invoices and the portal as the API writes them.

use super::arrangements::{
    Configuration, Customer, Invoice, InvoicePayment, InvoiceStatus, PaymentMethod, Plastic, Price, Product,
    Subscription, Visit,
};
use super::records::{Method, Record};
use super::shape::{Shape, filled, fixed, overwrite};
use super::world::World;
use serde_json::{Value, json};
use std::sync::LazyLock;

fixed! {
    CUSTOMER: "customer",
    METHOD: "payment_method",
    SUBSCRIPTION: "subscription",
    INVOICE: "invoice",
}

/// A card in the details of a charge or of a payment method.
pub(super) fn on_card(card: &mut Value, plastic: Plastic) {
    for (key, value) in [
        ("brand", json!(plastic.brand)),
        ("last4", json!(plastic.last4)),
        ("exp_month", json!(plastic.exp_month)),
        ("exp_year", json!(plastic.exp_year)),
    ] {
        card[key] = value;
    }
}

impl Shape for Customer {
    fn shape(&self, world: &World) -> Value {
        filled(
            &CUSTOMER,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(), "email": self.email,
                "name": self.name, "metadata": self.metadata,
                "invoice_settings": {
                    "custom_fields": null, "default_payment_method": self.default_method, "footer": null,
                    "rendering_options": null,
                },
            }),
        )
    }
}

impl Shape for PaymentMethod {
    fn shape(&self, world: &World) -> Value {
        let details = match self.method {
            Method::Card => {
                let mut card = json!({
                    "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                    "country": "DE", "display_brand": self.plastic.brand, "fingerprint": "Xt5EWLLDS7FJjR1c",
                    "funding": "credit", "generated_from": null, "networks": { "available": ["visa"], "preferred": null },
                    "regulated_status": "unregulated", "three_d_secure_usage": { "supported": true }, "wallet": null,
                });
                on_card(&mut card, self.plastic);
                json!({ "type": "card", "card": card })
            }
            Method::SepaDebit => json!({
                "type": "sepa_debit",
                "sepa_debit": { "bank_code": "37040044", "branch_code": "", "country": "DE", "last4": "3000" },
            }),
        };
        let method = filled(
            &METHOD,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(),
                "customer": self.customer,
            }),
        );
        filled(&method, details)
    }
}

impl Shape for Product {
    fn shape(&self, world: &World) -> Value {
        json!({
            "id": self.id, "object": "product", "created": self.created, "updated": self.created,
            "livemode": world.options.livemode(), "active": true, "name": self.name, "metadata": self.metadata,
            "description": null, "default_price": null, "images": [], "marketing_features": [], "package_dimensions": null,
            "shippable": null, "tax_code": null, "type": "service", "unit_label": null, "url": null,
        })
    }
}

impl Shape for Price {
    fn shape(&self, world: &World) -> Value {
        json!({
            "id": self.id, "object": "price", "created": self.created, "livemode": world.options.livemode(),
            // Prices made on the way are archived at once.
            "active": false, "billing_scheme": "per_unit", "currency": self.currency, "custom_unit_amount": null,
            "lookup_key": null, "metadata": {}, "nickname": null, "product": self.product,
            "recurring": {
                "interval": self.interval.unit.word(), "interval_count": self.interval.count, "meter": null,
                "trial_period_days": null, "usage_type": "licensed",
            },
            "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null, "type": "recurring",
            "unit_amount": self.unit_amount, "unit_amount_decimal": self.unit_amount.to_string(),
        })
    }
}

impl Shape for Subscription {
    fn shape(&self, world: &World) -> Value {
        let price = world.prices.get(&self.price).shown(world);
        let item = json!({
            "id": self.item, "object": "subscription_item", "created": self.created, "billing_thresholds": null,
            "current_period_start": self.from, "current_period_end": self.until, "discounts": [], "metadata": {},
            "price": price, "quantity": 1, "subscription": self.id, "tax_rates": [],
        });
        let url = format!("/v1/subscription_items?subscription={}", self.id);
        let pause = self.pause.as_ref();
        let pause = pause.map(|pause| json!({ "behavior": pause.behavior, "resumes_at": pause.resumes_at }));
        filled(
            &SUBSCRIPTION,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(),
                "customer": self.customer, "currency": price["currency"], "description": self.description,
                "metadata": self.metadata, "status": self.status.word(), "start_date": self.created,
                "billing_cycle_anchor": self.anchor, "cancel_at": self.cancel_at_period_end.then_some(self.until),
                "cancel_at_period_end": self.cancel_at_period_end, "canceled_at": self.canceled_at,
                "cancellation_details": {
                    "comment": self.end_comment, "feedback": null,
                    "reason": self.end_reason.or(self.cancel_at_period_end.then_some("cancellation_requested")),
                },
                "ended_at": self.ended_at, "pause_collection": pause, "latest_invoice": self.latest_invoice,
                "default_payment_method": self.default_method,
                "trial_start": self.trial.map(|(from, _)| from), "trial_end": self.trial.map(|(_, until)| until),
                "items": { "object": "list", "data": [item], "has_more": false, "total_count": 1, "url": url },
            }),
        )
    }
}

impl Shape for Invoice {
    fn shape(&self, world: &World) -> Value {
        let paid = self.status == InvoiceStatus::Paid;
        let page = self.finalized_at.map(|_| format!("{}/i/{}", world.base, self.id));
        let mut invoice = filled(
            &INVOICE,
            json!({
                "id": self.id, "created": self.created, "livemode": world.options.livemode(), "number": self.number,
                "customer": self.customer, "customer_email": world.customers.get(&self.customer).email,
                "currency": self.currency, "status": self.status.word(), "billing_reason": self.reason,
                "attempt_count": self.attempts, "attempted": self.attempts > 0, "auto_advance": self.advances && !paid,
                "next_payment_attempt": self.next_attempt, "period_start": self.from, "period_end": self.from,
                "effective_at": self.finalized_at, "hosted_invoice_url": page, "invoice_pdf": page,
                "lines": self.lines(world),
                "parent": {
                    "quote_details": null, "type": "subscription_details",
                    "subscription_details": { "metadata": self.snapshot, "subscription": self.subscription },
                },
                "status_transitions": {
                    "finalized_at": self.finalized_at, "marked_uncollectible_at": null, "paid_at": self.paid_at,
                    "voided_at": self.voided_at,
                },
            }),
        );
        for total in ["amount_due", "total", "subtotal", "subtotal_excluding_tax", "total_excluding_tax"] {
            invoice[total] = json!(self.amount);
        }
        let (paid, left) = if paid { (self.amount, 0) } else { (0, self.amount) };
        overwrite(&mut invoice, "/amount_paid", json!(paid));
        overwrite(&mut invoice, "/amount_remaining", json!(left));
        invoice
    }
}

impl Invoice {
    fn lines(&self, world: &World) -> Value {
        let price = world.prices.get(&self.price);
        let subscription = world.subscriptions.get(&self.subscription);
        let line = json!({
            "id": self.id.replacen("in_", "il_", 1), "object": "line_item", "livemode": world.options.livemode(),
            "amount": self.amount, "subtotal": self.amount, "currency": self.currency, "description": "1 × support",
            "discountable": true, "discounts": [], "discount_amounts": [], "metadata": self.snapshot,
            "invoice": self.id, "period": { "start": self.from, "end": self.until }, "quantity": 1,
            "subscription": self.subscription, "taxes": [], "pretax_credit_amounts": [],
            "parent": {
                "invoice_item_details": null, "type": "subscription_item_details",
                "subscription_item_details": {
                    "invoice_item": null, "proration": false, "proration_details": { "credited_items": null },
                    "subscription": self.subscription, "subscription_item": subscription.item,
                },
            },
            "pricing": {
                "price_details": { "price": price.id, "product": price.product }, "type": "price_details",
                "unit_amount_decimal": price.unit_amount.to_string(),
            },
        });
        let url = format!("/v1/invoices/{}/lines", self.id);
        json!({ "object": "list", "data": [line], "has_more": false, "url": url })
    }

    /// The payments of an invoice, which are shown only when asked for.
    pub(super) fn payments(&self, world: &World) -> Value {
        let rows: Vec<_> =
            self.payment.iter().map(|id| world.invoice_payments.get(id).shown(world)).collect();
        json!({ "object": "list", "data": rows, "has_more": false, "url": "/v1/invoice_payments" })
    }
}

impl Shape for InvoicePayment {
    fn shape(&self, world: &World) -> Value {
        let invoice = world.invoices.get(&self.invoice);
        let status = match invoice.status {
            InvoiceStatus::Paid => "paid",
            InvoiceStatus::Void => "canceled",
            InvoiceStatus::Draft | InvoiceStatus::Open | InvoiceStatus::Uncollectible => "open",
        };
        json!({
            "id": self.id, "object": Self::OBJECT, "created": self.created, "livemode": world.options.livemode(),
            "amount_paid": (status == "paid").then_some(invoice.amount), "amount_requested": invoice.amount,
            "currency": invoice.currency, "invoice": self.invoice, "is_default": true, "status": status,
            "payment": { "payment_intent": self.intent, "type": "payment_intent" },
            "status_transitions": { "canceled_at": invoice.voided_at, "paid_at": invoice.paid_at },
        })
    }
}

impl Shape for Configuration {
    fn shape(&self, world: &World) -> Value {
        json!({
            "id": self.id, "object": Self::OBJECT, "created": self.created, "updated": self.created,
            "livemode": world.options.livemode(), "active": self.active, "application": null, "is_default": false,
            "metadata": self.metadata, "name": null, "default_return_url": self.return_url,
            "business_profile": {
                "headline": self.headline, "privacy_policy_url": null, "terms_of_service_url": null,
            },
            "login_page": { "enabled": false, "url": null },
            "features": {
                "customer_update": { "allowed_updates": [], "enabled": false },
                "invoice_history": { "enabled": false },
                "payment_method_update": {
                    "enabled": self.updates_cards, "payment_method_configuration": null,
                },
                "subscription_cancel": { "enabled": self.cancels, "mode": "at_period_end" },
                "subscription_update": { "enabled": false, "default_allowed_updates": [] },
            },
        })
    }
}

impl Shape for Visit {
    fn shape(&self, world: &World) -> Value {
        json!({
            "id": self.id, "object": Self::OBJECT, "created": self.created, "livemode": world.options.livemode(),
            "configuration": self.configuration, "customer": self.customer, "customer_account": null,
            "after_expiration": null, "flow": self.flow, "locale": self.locale, "on_behalf_of": null,
            "return_url": self.return_url, "url": format!("{}/p/session/{}", world.base, self.id),
        })
    }
}
