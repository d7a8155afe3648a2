//! What Stripe answers about subscriptions, as far as it is used: everything is optional, as for payments.

use super::super::super::tolerant::lenient;
use super::super::answers::{Expandable, Identified, Metadata, Named, Page};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct Subscription {
    pub(in super::super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) livemode: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) customer: Option<Expandable<Customer>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) items: Option<Page<Item>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cancel_at_period_end: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cancel_at: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) canceled_at: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) ended_at: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) cancellation_details: Option<CancellationDetails>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) pause_collection: Option<PauseCollection>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) default_payment_method: Option<Expandable<PaymentMethod>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) latest_invoice: Option<Expandable<Named>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Item {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) current_period_start: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) current_period_end: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) quantity: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) price: Option<Price>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Price {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) unit_amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) recurring: Option<Recurrence>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) product: Option<Expandable<Named>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Recurrence {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) interval: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) interval_count: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CancellationDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) comment: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PauseCollection {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) resumes_at: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Customer {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) invoice_settings: Option<InvoiceSettings>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct InvoiceSettings {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) default_payment_method: Option<Expandable<PaymentMethod>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PaymentMethod {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) card: Option<CardDetails>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CardDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) brand: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last4: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) exp_month: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) exp_year: Option<i32>,
}

#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct Invoice {
    pub(in super::super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) billing_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) parent: Option<InvoiceParent>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) lines: Option<Page<InvoiceLine>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payments: Option<Page<InvoicePayment>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct InvoiceParent {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) subscription_details: Option<SubscriptionDetails>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct SubscriptionDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) subscription: Option<Expandable<Named>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) metadata: Option<Metadata>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct InvoiceLine {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) period: Option<LinePeriod>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct LinePeriod {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) start: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct InvoicePayment {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) invoice: Option<Expandable<Invoice>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payment: Option<InvoicePaidWith>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct InvoicePaidWith {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payment_intent: Option<Expandable<Named>>,
}

/// What customers may do in Stripe's portal.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PortalConfiguration {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) metadata: Option<Metadata>,
}

/// A visit to Stripe's portal.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PortalSession {
    pub(super) url: String,
}

macro_rules! identified {
    ($($kind:ident),*) => {$(
        impl Identified for $kind {
            fn id(&self) -> &str {
                &self.id
            }
        }
    )*};
}

identified!(Customer, PaymentMethod, Invoice);

impl Subscription {
    pub(super) fn item(&self) -> Option<&Item> {
        self.items.as_ref()?.data.first()
    }

    pub(super) fn customer_id(&self) -> Option<&str> {
        self.customer.as_ref().map(Expandable::id)
    }

    /// What is charged: its own, or else the customer's.
    pub(super) fn charged(&self) -> Option<&Expandable<PaymentMethod>> {
        self.default_payment_method.as_ref().or_else(|| self.customers_default())
    }

    /// What the customer named for everything.
    pub(super) fn customers_default(&self) -> Option<&Expandable<PaymentMethod>> {
        let customer = self.customer.as_ref().and_then(Expandable::object)?;
        customer.invoice_settings.as_ref()?.default_payment_method.as_ref()
    }

    /// Whether a payment of it is late.
    pub(super) fn owes(&self) -> bool {
        matches!(self.status.as_deref(), Some("past_due" | "unpaid"))
    }

    /// Whether it is over for good.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status.as_deref(), Some("canceled" | "incomplete_expired"))
    }
}

impl Invoice {
    pub(super) fn details(&self) -> Option<&SubscriptionDetails> {
        self.parent.as_ref()?.subscription_details.as_ref()
    }

    /// The subscription that it is of.
    pub(super) fn subscription(&self) -> Option<&str> {
        self.details()?.subscription.as_ref().map(Expandable::id)
    }

    /// When the period begins that it is for. What Stripe calls the period of an invoice is the one before.
    pub(super) fn period_start(&self) -> Option<i64> {
        let lines = self.lines.iter().flat_map(|lines| &lines.data);
        lines.filter_map(|line| line.period.as_ref()?.start).max().or(self.created)
    }

    /// The payments that were begun for it.
    pub(super) fn intents(&self) -> impl Iterator<Item = &str> {
        let payments = self.payments.iter().flat_map(|payments| &payments.data);
        payments.filter_map(|payment| payment.payment.as_ref()?.payment_intent.as_ref().map(Expandable::id))
    }
}
