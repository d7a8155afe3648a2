//! How subscriptions are billed: periods counted from an anchor, invoices, charges, and tries that follow on a failure.

use super::agenda::Task;
use super::arrangements::{
    Interval, Invoice, InvoicePayment, InvoiceStatus, Script, Subscription, SubscriptionStatus, Unit,
};
use super::options::AfterRetries;
use super::records::{ChargeStatus, Intent, IntentStatus, Metadata, Method};
use super::world::World;
use chrono::{DateTime, Datelike as _, Months, TimeDelta};
use serde_json::{Value, json};

const DAY_S: i64 = 24 * 3600;

/// No subscription lives for more periods.
const PERIODS_MAX: u32 = 20_000;

/// How long a first payment may take.
pub(super) const INCOMPLETE_S: i64 = 23 * 3600;

/// How long a bank takes for a debit, unless the test is quicker.
const DEBIT_S: i64 = 5 * DAY_S;

/// Whether the holder of a card is there when it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// And confirms what the bank asks.
    There,
    /// Was there, and left when the bank asked.
    Left,
    /// Stripe charges by itself.
    Away,
}

/// The first day of payment after a moment, counted from the anchor, so that the 31st stays the 31st.
pub(super) fn day_after(anchor: i64, interval: Interval, moment: i64) -> i64 {
    let start = DateTime::from_timestamp(anchor, 0).unwrap();
    let nth = |n: u32| match interval.unit {
        Unit::Day => start + TimeDelta::days(i64::from(n * interval.count)),
        Unit::Week => start + TimeDelta::weeks(i64::from(n * interval.count)),
        Unit::Month => start.checked_add_months(Months::new(n * interval.count)).unwrap(),
        Unit::Year => start.checked_add_months(Months::new(n * interval.count * 12)).unwrap(),
    };
    (0..PERIODS_MAX).map(|n| nth(n).timestamp()).find(|day| *day > moment).unwrap()
}

impl World {
    /// Does something to an object and tells of it, with the values that were different before.
    pub(super) fn change(&mut self, kind: &str, id: &str, deed: impl FnOnce(&mut Self)) {
        let before = self.show(id).unwrap();
        deed(self);
        let after = self.show(id).unwrap();
        let (Value::Object(before), Value::Object(after)) = (before, after) else { return };
        let changed = before.into_iter().filter(|(key, value)| after.get(key) != Some(value));
        self.tell_change(kind, id, Some(Value::Object(changed.collect())));
    }

    /// Begins a subscription with the invoice of its first period, which is final at once.
    pub(super) fn begin(&mut self, subscription: Subscription) -> String {
        let id = subscription.id.clone();
        let trialing = subscription.status == SubscriptionStatus::Trialing;
        let (created, until) = (subscription.created, subscription.until);
        self.subscriptions.insert(subscription);
        self.agenda.at(until, Task::Renew(id.clone()));
        if !trialing {
            self.agenda.at(created + INCOMPLETE_S, Task::GiveUp(id.clone()));
        }
        let invoice = self.draw(&id, "subscription_create", trialing);
        self.tell("customer.subscription.created", &id);
        self.tell("invoice.created", &invoice);
        self.make_final(&invoice);
        id
    }

    /// The draft of an invoice for the present period; over nothing, if it is free.
    pub(super) fn draw(&mut self, subscription: &str, reason: &'static str, free: bool) -> String {
        let id = self.new_id("in_1");
        let row = self.subscriptions.get(subscription).clone();
        let price = self.prices.get(&row.price).clone();
        let number = format!("EMULATED-{:04}", self.invoices.rows().len() + 1);
        self.invoices.insert(Invoice {
            id: id.clone(),
            created: self.now(),
            number,
            customer: row.customer,
            subscription: subscription.to_owned(),
            snapshot: row.metadata,
            price: price.id,
            currency: price.currency,
            amount: if free { 0 } else { price.unit_amount },
            status: InvoiceStatus::Draft,
            reason,
            from: row.from,
            until: row.until,
            attempts: 0,
            next_attempt: None,
            advances: row.status != SubscriptionStatus::Unpaid,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            payment: None,
        });
        self.subscriptions.get_mut(subscription).latest_invoice = Some(id.clone());
        id
    }

    /// The next period begins, or the subscription ends as it was told to.
    pub(super) fn renew(&mut self, id: &str) {
        let row = self.subscriptions.get(id).clone();
        if !row.status.runs() || row.until != self.now() {
            return;
        }
        if row.cancel_at_period_end {
            self.end(id, "cancellation_requested");
            return;
        }
        let interval = self.prices.get(&row.price).interval;
        let until = day_after(row.anchor, interval, row.until);
        self.agenda.at(until, Task::Renew(id.to_owned()));
        let mut invoice = String::new();
        self.change("customer.subscription.updated", id, |world| {
            let changed = world.subscriptions.get_mut(id);
            (changed.from, changed.until) = (row.until, until);
            if changed.status == SubscriptionStatus::Trialing {
                changed.status = SubscriptionStatus::Active;
            }
            invoice = world.draw(id, "subscription_cycle", false);
        });
        self.tell("invoice.created", &invoice);
        match &row.pause {
            Some(pause) if pause.behavior == "void" => self.void(&invoice),
            Some(pause) if pause.behavior == "mark_uncollectible" => {
                self.invoices.get_mut(&invoice).status = InvoiceStatus::Uncollectible;
            }
            Some(_) => self.invoices.get_mut(&invoice).advances = false,
            None => self.agenda.at(self.now() + self.options.draft_s, Task::Finalize(invoice)),
        }
    }

    /// The time of a draft is over.
    pub(super) fn finalize(&mut self, invoice: &str) {
        let row = self.invoices.get(invoice);
        let subscription = self.subscriptions.get(&row.subscription).clone();
        if row.status != InvoiceStatus::Draft || !row.advances || subscription.status.is_over() {
            return;
        }
        self.make_final(invoice);
        if self.invoices.get(invoice).status == InvoiceStatus::Open {
            let method = self.method_of(&subscription);
            self.charge(invoice, method.as_deref(), Presence::Away);
        }
    }

    /// A draft becomes final; one over nothing is paid with that.
    pub(super) fn make_final(&mut self, invoice: &str) {
        let now = self.now();
        let subscription = self.invoices.get(invoice).subscription.clone();
        let metadata = self.subscriptions.get(&subscription).metadata.clone();
        let row = self.invoices.get_mut(invoice);
        row.status = InvoiceStatus::Open;
        row.finalized_at = Some(now);
        row.snapshot = metadata;
        let free = row.amount == 0;
        if free {
            row.status = InvoiceStatus::Paid;
            row.paid_at = Some(now);
        } else {
            self.intent_for(invoice);
        }
        self.tell("invoice.finalized", invoice);
        if free {
            self.tell("invoice.paid", invoice);
            self.tell("invoice.payment_succeeded", invoice);
        }
    }

    fn intent_for(&mut self, invoice: &str) {
        let (intent, payment) = (self.new_id("pi_3"), self.new_id("inpay_1"));
        let created = self.now();
        let row = self.invoices.get_mut(invoice);
        row.payment = Some(payment.clone());
        let description = if row.reason == "subscription_create" { "creation" } else { "update" };
        let record = Intent {
            id: intent.clone(),
            created,
            session: None,
            invoice: Some(invoice.to_owned()),
            customer: Some(row.customer.clone()),
            amount: row.amount,
            currency: row.currency.clone(),
            description: Some(format!("Subscription {description}")),
            // The real one puts none of the subscription's here.
            metadata: Metadata::new(),
            status: IntentStatus::RequiresPaymentMethod,
            latest_charge: None,
            method: None,
            canceled_at: None,
        };
        self.intents.insert(record);
        let invoice = invoice.to_owned();
        self.invoice_payments.insert(InvoicePayment {
            id: payment,
            created,
            invoice,
            intent: intent.clone(),
        });
        self.tell("payment_intent.created", &intent);
    }

    /// The payment intent of an invoice.
    pub(super) fn intent_of(&self, invoice: &str) -> Option<String> {
        let payment = self.invoices.get(invoice).payment.as_deref()?;
        Some(self.invoice_payments.get(payment).intent.clone())
    }

    /// What Stripe charges for a subscription.
    pub(super) fn method_of(&self, subscription: &Subscription) -> Option<String> {
        let of_customer = || self.customers.get(&subscription.customer).default_method.clone();
        subscription.default_method.clone().or_else(of_customer)
    }

    /// Charges an open invoice; says whether it is paid, or on its way with a bank.
    pub(super) fn charge(&mut self, invoice: &str, method: Option<&str>, presence: Presence) -> bool {
        let intent = self.intent_of(invoice).unwrap();
        let row = self.invoices.get_mut(invoice);
        if presence == Presence::Away || row.attempts == 0 {
            row.attempts += 1;
        }
        let Some(method) = method.map(|id| self.methods.get(id).clone()) else {
            self.unpaid(invoice, presence);
            return false;
        };
        self.intents.get_mut(&intent).method = Some(method.id.clone());
        if method.method == Method::SepaDebit {
            let charge = self.new_charge(&intent, Method::SepaDebit, ChargeStatus::Pending);
            self.intents.get_mut(&intent).status = IntentStatus::Processing;
            self.tell("payment_intent.processing", &intent);
            self.tell("charge.pending", &charge);
            self.agenda.at(self.now() + DEBIT_S, Task::Debit(intent));
            self.settle_status(invoice);
            return true;
        }
        match self.verdict(&method.id, presence) {
            Ok(()) => {
                let charge = self.new_charge(&intent, Method::Card, ChargeStatus::Succeeded);
                if !self.options.settles_later {
                    self.book_charge(&charge);
                }
                self.paid(invoice, &charge);
                true
            }
            Err("authentication_required") => {
                self.intents.get_mut(&intent).status = IntentStatus::RequiresAction;
                self.tell("payment_intent.requires_action", &intent);
                self.tell("invoice.payment_action_required", invoice);
                self.unpaid(invoice, presence);
                false
            }
            Err(code) => {
                let charge = self.new_charge(&intent, Method::Card, ChargeStatus::Failed(code.to_owned()));
                self.intents.get_mut(&intent).status = IntentStatus::RequiresPaymentMethod;
                self.tell("charge.failed", &charge);
                self.tell("payment_intent.payment_failed", &intent);
                self.unpaid(invoice, presence);
                false
            }
        }
    }

    fn verdict(&self, method: &str, presence: Presence) -> Result<(), &'static str> {
        let plastic = self.methods.get(method).plastic;
        let today = DateTime::from_timestamp(self.now(), 0).unwrap();
        if (today.year(), today.month()) > (plastic.exp_year, plastic.exp_month) {
            return Err("expired_card");
        }
        match plastic.script {
            Script::Works => Ok(()),
            Script::AsksItsHolder if presence == Presence::There => Ok(()),
            Script::AsksItsHolder => Err("authentication_required"),
            Script::Declines(code) => Err(code),
        }
    }

    /// The money of an invoice is there.
    pub(super) fn paid(&mut self, invoice: &str, charge: &str) {
        let now = self.now();
        let intent = self.charges.get(charge).intent.clone();
        self.intents.get_mut(&intent).status = IntentStatus::Succeeded;
        let row = self.invoices.get_mut(invoice);
        (row.status, row.paid_at, row.next_attempt) = (InvoiceStatus::Paid, Some(now), None);
        let payment = row.payment.clone().unwrap();
        self.tell("charge.succeeded", charge);
        self.tell("payment_intent.succeeded", &intent);
        self.tell("invoice.paid", invoice);
        self.tell("invoice.payment_succeeded", invoice);
        self.tell("invoice_payment.paid", &payment);
        self.settle_status(invoice);
    }

    /// A subscription whose newest invoice is paid, or on its way, is active.
    fn settle_status(&mut self, invoice: &str) {
        let id = self.invoices.get(invoice).subscription.clone();
        let row = self.subscriptions.get(&id);
        let waited = matches!(
            row.status,
            SubscriptionStatus::Incomplete | SubscriptionStatus::PastDue | SubscriptionStatus::Unpaid
        );
        if waited && row.latest_invoice.as_deref() == Some(invoice) {
            self.become_(&id, SubscriptionStatus::Active);
        }
    }

    fn become_(&mut self, subscription: &str, status: SubscriptionStatus) {
        self.change("customer.subscription.updated", subscription, |world| {
            world.subscriptions.get_mut(subscription).status = status;
        });
    }

    /// An attempt brought no money.
    pub(super) fn unpaid(&mut self, invoice: &str, presence: Presence) {
        let id = self.invoices.get(invoice).subscription.clone();
        let status = self.subscriptions.get(&id).status;
        let latest = self.subscriptions.get(&id).latest_invoice.as_deref() == Some(invoice);
        if presence != Presence::Away || !status.runs() {
            self.tell("invoice.payment_failed", invoice);
            return;
        }
        let row = self.invoices.get(invoice);
        let wait = self.options.retries_days.get(usize::try_from(row.attempts).unwrap() - 1).copied();
        let next = wait.map(|days| self.now() + days * DAY_S);
        self.invoices.get_mut(invoice).next_attempt = next;
        self.tell("invoice.payment_failed", invoice);
        if latest && matches!(status, SubscriptionStatus::Active | SubscriptionStatus::Trialing) {
            self.become_(&id, SubscriptionStatus::PastDue);
        }
        match (next, self.options.after_retries) {
            (Some(next), _) => self.agenda.at(next, Task::Retry(invoice.to_owned())),
            (None, AfterRetries::Cancel) => self.end(&id, "payment_failed"),
            (None, AfterRetries::Unpaid) => self.become_(&id, SubscriptionStatus::Unpaid),
            (None, AfterRetries::PastDue) => {}
        }
    }

    /// The next try of an invoice is due.
    pub(super) fn retry(&mut self, invoice: &str) {
        let row = self.invoices.get(invoice);
        let subscription = self.subscriptions.get(&row.subscription).clone();
        if row.status != InvoiceStatus::Open || row.next_attempt != Some(self.now()) || !row.advances {
            return;
        }
        let method = self.method_of(&subscription);
        self.charge(invoice, method.as_deref(), Presence::Away);
    }

    /// The bank has paid a debit that the test did not decide.
    pub(super) fn debit_arrives(&mut self, intent: &str) {
        if self.intents.get(intent).status == IntentStatus::Processing {
            self.end_invoice_debit(intent, true);
        }
    }

    pub(super) fn end_invoice_debit(&mut self, intent: &str, paid: bool) {
        let row = self.intents.get(intent);
        let (invoice, charge) = (row.invoice.clone().unwrap(), row.latest_charge.clone().unwrap());
        if paid {
            self.charges.get_mut(&charge).status = ChargeStatus::Succeeded;
            self.book_charge(&charge);
            self.paid(&invoice, &charge);
        } else {
            self.charges.get_mut(&charge).status = ChargeStatus::Failed("insufficient_funds".to_owned());
            self.intents.get_mut(intent).status = IntentStatus::RequiresPaymentMethod;
            self.tell("charge.failed", &charge);
            self.tell("payment_intent.payment_failed", intent);
            self.unpaid(&invoice, Presence::Away);
        }
    }

    pub(super) fn void(&mut self, invoice: &str) {
        let now = self.now();
        let row = self.invoices.get_mut(invoice);
        (row.status, row.voided_at, row.next_attempt) = (InvoiceStatus::Void, Some(now), None);
        if let Some(intent) = self.intent_of(invoice) {
            let row = self.intents.get_mut(&intent);
            (row.status, row.canceled_at) = (IntentStatus::Canceled, Some(now));
            self.tell("payment_intent.canceled", &intent);
        }
        self.tell("invoice.voided", invoice);
    }

    /// A pause is over.
    pub(super) fn resume(&mut self, id: &str) {
        let pause = self.subscriptions.get(id).pause.as_ref();
        if pause.and_then(|pause| pause.resumes_at) == Some(self.now()) {
            self.change("customer.subscription.updated", id, |world| {
                world.subscriptions.get_mut(id).pause = None;
            });
        }
    }

    /// Somebody stops a subscription at Stripe's own button.
    pub(super) fn stops(&mut self, id: &str) {
        self.become_(id, SubscriptionStatus::Paused);
        self.tell("customer.subscription.paused", id);
    }

    /// A stopped subscription goes on with the period that surrounds the present time; nothing is charged now.
    pub(super) fn goes_on(&mut self, id: &str) {
        let (now, row) = (self.now(), self.subscriptions.get(id).clone());
        let interval = self.prices.get(&row.price).interval;
        let (mut from, mut until) = (row.from, row.until);
        while until <= now {
            (from, until) = (until, day_after(row.anchor, interval, until));
        }
        let changed = self.subscriptions.get_mut(id);
        (changed.from, changed.until) = (from, until);
        self.agenda.at(until, Task::Renew(id.to_owned()));
        self.become_(id, SubscriptionStatus::Active);
        self.tell("customer.subscription.resumed", id);
    }

    /// The first payment never came.
    pub(super) fn give_up(&mut self, id: &str) {
        if self.subscriptions.get(id).status == SubscriptionStatus::Incomplete {
            self.expire_incomplete(id);
        }
    }

    /// A subscription ends for good.
    pub(super) fn end(&mut self, id: &str, reason: &'static str) {
        let now = self.now();
        if self.subscriptions.get(id).status == SubscriptionStatus::Incomplete {
            self.expire_incomplete(id);
            return;
        }
        let row = self.subscriptions.get_mut(id);
        row.status = SubscriptionStatus::Canceled;
        row.canceled_at = row.canceled_at.or(Some(now));
        row.ended_at = Some(now);
        row.end_reason = Some(reason);
        for invoice in self.unpaid_invoices(id) {
            let row = self.invoices.get_mut(&invoice);
            (row.advances, row.next_attempt) = (false, None);
        }
        self.tell("customer.subscription.deleted", id);
    }

    fn expire_incomplete(&mut self, id: &str) {
        let now = self.now();
        for invoice in self.unpaid_invoices(id) {
            self.void(&invoice);
        }
        self.change("customer.subscription.updated", id, |world| {
            let row = world.subscriptions.get_mut(id);
            (row.status, row.ended_at) = (SubscriptionStatus::IncompleteExpired, Some(now));
        });
    }

    fn unpaid_invoices(&self, subscription: &str) -> Vec<String> {
        let waits = |invoice: &&Invoice| {
            invoice.subscription == subscription
                && matches!(invoice.status, InvoiceStatus::Draft | InvoiceStatus::Open)
        };
        self.invoices.rows().iter().filter(waits).map(|invoice| invoice.id.clone()).collect()
    }

    /// Why an event of the customer's card came about.
    pub(super) fn card_updated(&mut self, method: &str, exp_month: u32, exp_year: i32) {
        let before = self.methods.get(method).plastic;
        self.methods.get_mut(method).plastic = before.until(exp_month, exp_year);
        let previous = json!({ "card": { "exp_month": before.exp_month, "exp_year": before.exp_year } });
        self.tell_change("payment_method.automatically_updated", method, Some(previous));
    }
}
