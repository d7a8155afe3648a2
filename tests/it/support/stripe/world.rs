//! The whole state of the emulator, behind one lock: what everything else reads and changes.

use super::super::faults::Faults;
use super::agenda::Agenda;
use super::arrangements::{
    Configuration, Customer, Invoice, InvoicePayment, PaymentMethod, Price, Product, Subscription, Visit,
};
use super::currency::Rates;
use super::keys::Keys;
use super::options::Options;
use super::outbox::Outbox;
use super::records::{
    Charge, Dispute, Endpoint, Event, Intent, Origin, Payout, Refund, RefundStatus, Session, Table,
    Transaction, Warning,
};
use mainstay::domain::clock::splitmix;
use serde_json::Value;
use std::collections::HashMap;

/// A call of the API, as it was asked and answered.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The parameters as they were sent.
    pub(crate) parameters: String,
    pub(crate) key: Option<String>,
    pub(crate) version: Option<String>,
    /// `None` if it was never answered, or not yet.
    pub(crate) status: Option<u16>,
}

pub(super) struct World {
    pub(super) options: Options,
    /// Where the server listens: `http://127.0.0.1:port`.
    pub(super) base: String,
    pub(super) sessions: Table<Session>,
    pub(super) intents: Table<Intent>,
    pub(super) charges: Table<Charge>,
    pub(super) refunds: Table<Refund>,
    pub(super) disputes: Table<Dispute>,
    pub(super) transactions: Table<Transaction>,
    pub(super) payouts: Table<Payout>,
    pub(super) warnings: Table<Warning>,
    pub(super) events: Table<Event>,
    pub(super) endpoints: Table<Endpoint>,
    pub(super) customers: Table<Customer>,
    pub(super) methods: Table<PaymentMethod>,
    pub(super) products: Table<Product>,
    pub(super) prices: Table<Price>,
    pub(super) subscriptions: Table<Subscription>,
    pub(super) invoices: Table<Invoice>,
    pub(super) invoice_payments: Table<InvoicePayment>,
    pub(super) configurations: Table<Configuration>,
    pub(super) visits: Table<Visit>,
    pub(super) outbox: Outbox,
    pub(super) keys: Keys,
    pub(super) faults: Faults,
    pub(super) calls: Vec<Call>,
    pub(super) rates: Rates,
    /// The call that is being executed.
    pub(super) origin: Option<Origin>,
    /// What refunds become at first.
    pub(super) refunds_become: RefundStatus,
    /// Fields that the test has written over, by id of the object: JSON pointer and value.
    pub(super) overwritten: HashMap<String, Vec<(String, Value)>>,
    /// What happens by itself.
    pub(super) agenda: Agenda,
    /// The time of what is happening by itself now.
    pub(super) moment: Option<i64>,
    ids: u64,
    /// Told of every new delivery.
    pub(super) news: std::sync::Arc<tokio::sync::Notify>,
}

impl World {
    pub(super) fn new(options: Options, base: String) -> Self {
        let seed = options.seed;
        Self {
            options,
            base,
            sessions: Table::default(),
            intents: Table::default(),
            charges: Table::default(),
            refunds: Table::default(),
            disputes: Table::default(),
            transactions: Table::default(),
            payouts: Table::default(),
            warnings: Table::default(),
            events: Table::default(),
            endpoints: Table::default(),
            customers: Table::default(),
            methods: Table::default(),
            products: Table::default(),
            prices: Table::default(),
            subscriptions: Table::default(),
            invoices: Table::default(),
            invoice_payments: Table::default(),
            configurations: Table::default(),
            visits: Table::default(),
            outbox: Outbox::default(),
            keys: Keys::default(),
            faults: Faults::default(),
            calls: Vec::new(),
            rates: Rates::default(),
            origin: None,
            refunds_become: RefundStatus::Succeeded,
            overwritten: HashMap::new(),
            agenda: Agenda::default(),
            moment: None,
            ids: splitmix(seed) >> 16,
            news: std::sync::Arc::default(),
        }
    }

    /// Seconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.moment.unwrap_or_else(|| self.options.clock.now().timestamp())
    }

    /// A new id with this prefix, such as `re_`.
    pub(super) fn new_id(&mut self, prefix: &str) -> String {
        const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        self.ids += 1;
        let mut id = prefix.to_owned();
        for part in 0..3 {
            let mut spread = splitmix(self.ids.rotate_left(21 * part));
            for _ in 0..8 {
                let letter = usize::try_from(spread % 62).unwrap();
                id.push(char::from(LETTERS[letter]));
                spread /= 62;
            }
        }
        id
    }
}
