//! What the emulator knows: sessions, payments, refunds, disputes, balance transactions, events, endpoints.
//!
//! Amounts are in the unit in which Stripe counts the currency, times in seconds since 1970.

use super::arrangements::Interval;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Something with an id of Stripe's.
pub(super) trait Record {
    /// The `object` of the API, and the name in "No such …".
    const OBJECT: &'static str;
    fn id(&self) -> &str;
    fn created(&self) -> i64;
}

/// Rows in the order in which they were made.
#[derive(Debug)]
pub(super) struct Table<T> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Record> Table<T> {
    pub(super) fn insert(&mut self, row: T) {
        self.places.insert(row.id().to_owned(), self.rows.len());
        self.rows.push(row);
    }

    pub(super) fn find(&self, id: &str) -> Option<&T> {
        self.places.get(id).and_then(|place| self.rows.get(*place))
    }

    /// The row of an id that the emulator or the test made itself.
    pub(super) fn get(&self, id: &str) -> &T {
        self.find(id).unwrap_or_else(|| panic!("no {} {id}", T::OBJECT))
    }

    pub(super) fn get_mut(&mut self, id: &str) -> &mut T {
        let place = self.places.get(id).copied().unwrap_or_else(|| panic!("no {} {id}", T::OBJECT));
        self.rows.get_mut(place).unwrap()
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.iter_mut()
    }

    pub(super) fn rows(&self) -> &[T] {
        &self.rows
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.rows.retain(|row| row.id() != id);
        let places = self.rows.iter().enumerate().map(|(place, row)| (row.id().to_owned(), place));
        self.places = places.collect();
    }
}

pub(super) type Metadata = BTreeMap<String, String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) status: SessionStatus,
    pub(super) paid: bool,
    pub(super) items: Vec<Item>,
    pub(super) currency: String,
    pub(super) metadata: Metadata,
    pub(super) intent_description: Option<String>,
    pub(super) intent_metadata: Metadata,
    pub(super) client_reference_id: Option<String>,
    pub(super) customer_email: Option<String>,
    pub(super) success_url: String,
    pub(super) cancel_url: Option<String>,
    pub(super) expires_at: i64,
    pub(super) submit_type: Option<String>,
    pub(super) locale: Option<String>,
    pub(super) adaptive_pricing: bool,
    /// Whether the card's bank is asked wherever that is possible.
    pub(super) asks_bank: bool,
    /// Made when the payer confirms for the first time.
    pub(super) intent: Option<String>,
    /// What a page in subscription mode will make.
    pub(super) recurring: Option<Recurring>,
    pub(super) customer: Option<String>,
    /// Shown once the page is complete.
    pub(super) subscription: Option<String>,
    pub(super) invoice: Option<String>,
    /// What the payer has begun on the page and perhaps not ended.
    pub(super) begun: Option<String>,
    pub(super) begun_customer: Option<String>,
}

/// The subscription of a page.
#[derive(Debug, Clone)]
pub(super) struct Recurring {
    pub(super) interval: Interval,
    pub(super) description: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) trial_end: Option<i64>,
}

impl Session {
    pub(super) fn amount(&self) -> i64 {
        self.items.iter().map(|item| item.unit_amount * item.quantity).sum()
    }
}

/// A line of what is paid for.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) unit_amount: i64,
    pub(super) quantity: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IntentStatus {
    RequiresPaymentMethod,
    RequiresAction,
    Processing,
    Succeeded,
    Canceled,
}

impl IntentStatus {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::RequiresAction => "requires_action",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) session: Option<String>,
    pub(super) invoice: Option<String>,
    pub(super) customer: Option<String>,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) description: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) status: IntentStatus,
    pub(super) latest_charge: Option<String>,
    /// What a customer keeps and was charged.
    pub(super) method: Option<String>,
    pub(super) canceled_at: Option<i64>,
}

/// How the payer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Card,
    SepaDebit,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ChargeStatus {
    Pending,
    Succeeded,
    /// With the code of the failure.
    Failed(String),
}

#[derive(Debug, Clone)]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) intent: String,
    pub(super) amount: i64,
    pub(super) amount_refunded: i64,
    pub(super) currency: String,
    pub(super) description: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) email: Option<String>,
    pub(super) customer: Option<String>,
    pub(super) method: Method,
    /// The id of what was charged.
    pub(super) paid_with: String,
    pub(super) status: ChargeStatus,
    pub(super) disputed: bool,
    pub(super) transaction: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

impl RefundStatus {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) charge: String,
    pub(super) intent: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) metadata: Metadata,
    pub(super) reason: Option<String>,
    pub(super) status: RefundStatus,
    pub(super) transaction: Option<String>,
    pub(super) failure_transaction: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DisputeStatus {
    WarningNeedsResponse,
    WarningClosed,
    NeedsResponse,
    UnderReview,
    Won,
    Lost,
}

impl DisputeStatus {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) charge: String,
    pub(super) intent: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) reason: String,
    pub(super) status: DisputeStatus,
    pub(super) due_by: i64,
    pub(super) transactions: Vec<String>,
}

/// A movement of the account's balance.
#[derive(Debug, Clone)]
pub(super) struct Transaction {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) kind: &'static str,
    pub(super) category: &'static str,
    pub(super) description: String,
    pub(super) source: String,
    pub(super) amount: i64,
    pub(super) fee: i64,
    pub(super) currency: String,
    /// A decimal; only if the payment was in another currency.
    pub(super) exchange_rate: Option<String>,
    /// The automatic payout that it went out with.
    pub(super) payout: Option<String>,
}

impl Transaction {
    pub(super) fn net(&self) -> i64 {
        self.amount - self.fee
    }
}

/// Money on its way to the bank account.
#[derive(Debug, Clone)]
pub(super) struct Payout {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: &'static str,
    pub(super) automatic: bool,
    pub(super) failure: Option<&'static str>,
}

/// A hint of a card network that a payment was not the card holder's.
#[derive(Debug, Clone)]
pub(super) struct Warning {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) charge: String,
    pub(super) intent: String,
}

/// Which call of the API brought something about.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) request: String,
    pub(super) key: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) kind: String,
    /// The object as it was then.
    pub(super) object: Value,
    pub(super) previous: Option<Value>,
    pub(super) origin: Option<Origin>,
}

#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub(super) id: String,
    pub(super) created: i64,
    pub(super) url: String,
    pub(super) enabled_events: Vec<String>,
    pub(super) api_version: Option<String>,
    pub(super) description: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) enabled: bool,
    /// The newest first; more than one while the secret is being changed.
    pub(super) secrets: Vec<String>,
}

impl Endpoint {
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.enabled && self.enabled_events.iter().any(|wanted| wanted == "*" || wanted == kind)
    }
}

macro_rules! records {
    ($($record:ident: $object:literal),* $(,)?) => {$(
        impl Record for $record {
            const OBJECT: &'static str = $object;

            fn id(&self) -> &str {
                &self.id
            }

            fn created(&self) -> i64 {
                self.created
            }
        }
    )*};
}
pub(super) use records;

records! {
    Session: "checkout.session",
    Intent: "payment_intent",
    Charge: "charge",
    Refund: "refund",
    Dispute: "dispute",
    Transaction: "balance_transaction",
    Payout: "payout",
    Warning: "radar.early_fraud_warning",
    Event: "event",
    Endpoint: "webhook_endpoint",
}
