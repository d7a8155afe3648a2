//! Recurring payments under the test's control: cards and what they do, and what is true of every subscription.

use super::Stripe;
use super::arrangements::{InvoiceStatus, Plastic, Script};
use super::billing::Presence;
use super::records::{Metadata, Method, Record as _};
use super::world::World;
use chrono::{DateTime, Utc};

/// A subscription as it really is. Amounts are as Stripe counts its currency, times in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrueSubscription {
    pub(crate) id: String,
    pub(crate) customer: String,
    /// In Stripe's words.
    pub(crate) status: &'static str,
    pub(crate) metadata: Metadata,
    pub(crate) currency: String,
    pub(crate) amount: i64,
    /// `month` and 3 for every quarter.
    pub(crate) interval: (&'static str, u32),
    pub(crate) period: (i64, i64),
    pub(crate) paused: bool,
    pub(crate) ends_at_period_end: bool,
    pub(crate) end_reason: Option<&'static str>,
    /// Oldest first.
    pub(crate) invoices: Vec<TrueInvoice>,
}

/// An invoice of a subscription as it really is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrueInvoice {
    pub(crate) id: String,
    /// In Stripe's words.
    pub(crate) status: &'static str,
    pub(crate) amount: i64,
    pub(crate) period: (i64, i64),
    pub(crate) attempts: u32,
    pub(crate) intent: Option<String>,
}

impl World {
    /// Every subscription there is, oldest first.
    pub(super) fn true_subscriptions(&self) -> Vec<TrueSubscription> {
        let mut found: Vec<_> = self
            .subscriptions
            .rows()
            .iter()
            .map(|row| {
                let price = self.prices.get(&row.price);
                TrueSubscription {
                    id: row.id.clone(),
                    customer: row.customer.clone(),
                    status: row.status.word(),
                    metadata: row.metadata.clone(),
                    currency: price.currency.clone(),
                    amount: price.unit_amount,
                    interval: (price.interval.unit.word(), price.interval.count),
                    period: (row.from, row.until),
                    paused: row.pause.is_some(),
                    ends_at_period_end: row.cancel_at_period_end,
                    end_reason: row.end_reason,
                    invoices: Vec::new(),
                }
            })
            .collect();
        for invoice in self.invoices.rows() {
            let place = self.subscriptions.place(&invoice.subscription).unwrap();
            found[place].invoices.push(TrueInvoice {
                id: invoice.id.clone(),
                status: invoice.status.word(),
                amount: invoice.amount,
                period: (invoice.from, invoice.until),
                attempts: invoice.attempts,
                intent: self.intent_of(invoice.id()),
            });
        }
        found
    }

    /// The card that a subscription is charged to.
    pub(super) fn card_of(&self, subscription: &str) -> String {
        self.method_of(self.subscriptions.get(subscription)).unwrap()
    }
}

impl Stripe {
    /// The payer of a page in subscription mode types in this card, and confirms what its bank asks. Gives the
    /// payment intent; nothing if nothing is charged yet.
    pub(crate) fn subscribe(&self, session: &str, plastic: Plastic) -> String {
        self.shared.lock().subscribe(session, Method::Card, plastic, Presence::There)
    }

    /// Every subscription, oldest first.
    pub(crate) fn subscriptions(&self) -> Vec<TrueSubscription> {
        self.shared.lock().true_subscriptions()
    }

    /// The subscription with this value in its metadata.
    pub(crate) fn subscription_with(&self, key: &str, value: &str) -> TrueSubscription {
        let mut all = self.subscriptions().into_iter();
        all.find(|row| row.metadata.get(key).is_some_and(|given| given == value)).unwrap()
    }

    /// From now on the card of a subscription does this.
    pub(crate) fn card_does(&self, subscription: &str, script: Script) {
        let mut world = self.shared.lock();
        let card = world.card_of(subscription);
        world.methods.get_mut(&card).plastic.script = script;
    }

    /// The card network tells Stripe of the card's new date.
    pub(crate) fn card_is_renewed(&self, subscription: &str, exp_month: u32, exp_year: i32) {
        let mut world = self.shared.lock();
        let card = world.card_of(subscription);
        world.card_updated(&card, exp_month, exp_year);
    }

    /// The customer adds a card in the portal: it becomes the default of the customer. Gives its id.
    pub(crate) fn new_card(&self, customer: &str, plastic: Plastic) -> String {
        self.shared.lock().new_card(customer, plastic)
    }

    /// Somebody, or a rule of the account, ends a subscription now; Stripe's word for why.
    pub(crate) fn end_subscription(&self, subscription: &str, reason: &'static str) {
        self.shared.lock().end(subscription, reason);
    }

    /// Somebody stops a subscription at the button of the dashboard: its status is `paused`.
    pub(crate) fn stop_subscription(&self, subscription: &str) {
        self.shared.lock().stops(subscription);
    }

    /// Somebody voids an invoice on the dashboard.
    pub(crate) fn void_invoice(&self, invoice: &str) {
        let mut world = self.shared.lock();
        assert_eq!(world.invoices.get(invoice).status, InvoiceStatus::Open);
        world.void(invoice);
    }

    /// When something happens by itself next: a renewal, a retry, the end of a page.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        let next = self.shared.lock().agenda.next();
        next.and_then(|second| DateTime::from_timestamp(second, 0))
    }

    /// From now on the balance transactions of renewals come later, by [`settle`](Self::settle), or at once again.
    pub(crate) fn renewals_settle_later(&self, later: bool) {
        self.shared.lock().options.settles_later = later;
    }
}
