//! What the emulator knows of recurring payments: customers, their cards, prices, subscriptions and invoices.
//!
//! Amounts are in the unit in which Stripe counts the currency, times in seconds since 1970.

use super::records::{Metadata, Method, Record, records};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
    pub(super) metadata: Metadata,
    /// What pays for subscriptions that have no card of their own.
    pub(super) default_method: Option<String>,
}

/// What a card does when it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// Pays, until it expires.
    Works,
    /// Declines with this code.
    Declines(&'static str),
    /// Pays only while its holder is there to confirm.
    AsksItsHolder,
}

/// A card, or an account for debits, as its holder types it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plastic {
    pub(crate) brand: &'static str,
    pub(crate) last4: &'static str,
    pub(crate) exp_month: u32,
    pub(crate) exp_year: i32,
    pub(crate) script: Script,
}

impl Plastic {
    /// A Visa card that works until the end of 2031.
    pub(crate) const GOOD: Self =
        Self { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2031, script: Script::Works };

    /// Another card that works.
    pub(crate) const OTHER: Self =
        Self { brand: "mastercard", last4: "4444", exp_month: 8, exp_year: 2033, script: Script::Works };

    /// A card whose bank wants its holder to confirm every payment.
    pub(crate) const ASKING: Self = Self { last4: "3184", script: Script::AsksItsHolder, ..Self::GOOD };

    /// A card without money.
    pub(crate) const EMPTY: Self =
        Self { last4: "0341", script: Script::Declines("insufficient_funds"), ..Self::GOOD };

    /// The same card with another date on it.
    pub(crate) const fn until(self, exp_month: u32, exp_year: i32) -> Self {
        Self { exp_month, exp_year, ..self }
    }
}

/// A way of paying that a customer keeps.
#[derive(Debug, Clone)]
pub(super) struct PaymentMethod {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) customer: String,
    pub(super) method: Method,
    pub(super) plastic: Plastic,
}

#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) name: String,
    pub(super) metadata: Metadata,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    pub(super) const WORDS: [&'static str; 4] = ["day", "week", "month", "year"];

    pub(super) fn of(word: &str) -> Self {
        match word {
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            _ => Self::Year,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

/// How often something is paid: every `count` of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) unit: Unit,
    pub(super) count: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Price {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) product: String,
    pub(super) currency: String,
    pub(super) unit_amount: i64,
    pub(super) interval: Interval,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubscriptionStatus {
    Incomplete,
    IncompleteExpired,
    Trialing,
    Active,
    /// Stopped at Stripe's own button: no invoices are made.
    Paused,
    PastDue,
    Unpaid,
    Canceled,
}

impl SubscriptionStatus {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Canceled => "canceled",
        }
    }

    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::IncompleteExpired | Self::Canceled)
    }

    /// Whether its periods go by.
    pub(super) fn runs(self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue | Self::Unpaid)
    }
}

/// No money is taken for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) behavior: String,
    pub(super) resumes_at: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) customer: String,
    /// The id of its only item.
    pub(super) item: String,
    pub(super) price: String,
    pub(super) status: SubscriptionStatus,
    pub(super) metadata: Metadata,
    pub(super) description: Option<String>,
    /// Days of payment are counted from here.
    pub(super) anchor: i64,
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) trial: Option<(i64, i64)>,
    pub(super) cancel_at_period_end: bool,
    pub(super) canceled_at: Option<i64>,
    pub(super) ended_at: Option<i64>,
    pub(super) end_reason: Option<&'static str>,
    /// What whoever ended it wrote.
    pub(super) end_comment: Option<String>,
    pub(super) pause: Option<Pause>,
    pub(super) default_method: Option<String>,
    pub(super) latest_invoice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Void,
    Uncollectible,
}

impl InvoiceStatus {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
            Self::Uncollectible => "uncollectible",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Invoice {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) number: String,
    pub(super) customer: String,
    pub(super) subscription: String,
    /// The subscription's metadata when the invoice was finalized.
    pub(super) snapshot: Metadata,
    pub(super) price: String,
    pub(super) currency: String,
    pub(super) amount: i64,
    pub(super) status: InvoiceStatus,
    pub(super) reason: &'static str,
    /// The period that is paid with it.
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) attempts: u32,
    pub(super) next_attempt: Option<i64>,
    /// Whether it is tried again by itself.
    pub(super) advances: bool,
    pub(super) finalized_at: Option<i64>,
    pub(super) paid_at: Option<i64>,
    pub(super) voided_at: Option<i64>,
    pub(super) payment: Option<String>,
}

/// What ties an invoice to its payment intent.
#[derive(Debug, Clone)]
pub(super) struct InvoicePayment {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) invoice: String,
    pub(super) intent: String,
}

/// What customers may do in the portal.
#[derive(Debug, Clone)]
pub(super) struct Configuration {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) active: bool,
    pub(super) updates_cards: bool,
    pub(super) cancels: bool,
    pub(super) metadata: Metadata,
    pub(super) headline: Option<String>,
    pub(super) return_url: Option<String>,
}

/// A visit to the portal.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) customer: String,
    pub(super) configuration: String,
    pub(super) return_url: Option<String>,
    pub(super) locale: Option<String>,
    pub(super) flow: Value,
}

records! {
    Customer: "customer",
    PaymentMethod: "payment_method",
    Product: "product",
    Price: "price",
    Subscription: "subscription",
    Invoice: "invoice",
    InvoicePayment: "invoice_payment",
    Configuration: "billing_portal.configuration",
    Visit: "billing_portal.session",
}
