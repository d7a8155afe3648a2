//! The payer's side: what somebody does on the hosted page, and what their bank does afterwards.

use super::books::Movement;
use super::records::{Charge, ChargeStatus, Intent, IntentStatus, Method, SessionStatus};
use super::world::World;
use serde_json::json;

/// What the payer does on the hosted page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payment {
    /// Pays by card; the money is on the balance at once.
    Card,
    /// Pays by card; the balance transaction comes later, by [`settle`](super::Stripe::settle).
    CardSettledLater,
    /// The card is declined; the page stays open for another try.
    Declined,
    /// Pays by a debit that the bank answers days later.
    Debit,
    /// The card's bank wants a confirmation, and the payer closes the page.
    WalksAway,
}

/// How a debit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Debit {
    Succeeds,
    Fails,
}

impl World {
    /// Whether the session can be paid now.
    pub(super) fn is_open(&self, session: &str) -> bool {
        self.sessions.find(session).is_some_and(|session| session.status == SessionStatus::Open)
    }

    /// The payer acts on an open session; gives the id of the payment intent.
    pub(super) fn pay(&mut self, session: &str, payment: Payment) -> String {
        assert!(self.is_open(session), "the session {session} is not open");
        if self.sessions.get(session).recurring.is_some() {
            return self.pay_recurring(session, payment);
        }
        let intent = self.intent_in(session);
        match payment {
            Payment::Card | Payment::CardSettledLater => {
                let charge = self.new_charge(&intent, Method::Card, ChargeStatus::Succeeded);
                self.intents.get_mut(&intent).status = IntentStatus::Succeeded;
                if payment == Payment::Card {
                    self.book_charge(&charge);
                }
                self.complete(session, true);
                self.tell("charge.succeeded", &charge);
                self.tell("payment_intent.succeeded", &intent);
                self.tell("checkout.session.completed", session);
            }
            Payment::Declined => {
                let charge =
                    self.new_charge(&intent, Method::Card, ChargeStatus::Failed("card_declined".to_owned()));
                self.tell("charge.failed", &charge);
                self.tell("payment_intent.payment_failed", &intent);
            }
            Payment::WalksAway => {
                self.intents.get_mut(&intent).status = IntentStatus::RequiresAction;
                self.tell("payment_intent.requires_action", &intent);
            }
            Payment::Debit => {
                let charge = self.new_charge(&intent, Method::SepaDebit, ChargeStatus::Pending);
                self.intents.get_mut(&intent).status = IntentStatus::Processing;
                self.complete(session, false);
                self.tell("payment_intent.processing", &intent);
                self.tell("charge.pending", &charge);
                self.tell("checkout.session.completed", session);
            }
        }
        intent
    }

    /// The bank answers a debit.
    pub(super) fn end_debit(&mut self, intent: &str, end: Debit) {
        let charge = self.charge_of(intent);
        assert_eq!(self.charges.get(&charge).status, ChargeStatus::Pending, "{intent} is not processing");
        let Some(session) = self.intents.get(intent).session.clone() else {
            return self.end_invoice_debit(intent, end == Debit::Succeeds);
        };
        match end {
            Debit::Succeeds => {
                self.charges.get_mut(&charge).status = ChargeStatus::Succeeded;
                self.intents.get_mut(intent).status = IntentStatus::Succeeded;
                self.sessions.get_mut(&session).paid = true;
                self.book_charge(&charge);
                self.tell("charge.succeeded", &charge);
                self.tell("payment_intent.succeeded", intent);
                self.tell("checkout.session.async_payment_succeeded", &session);
            }
            Debit::Fails => {
                self.charges.get_mut(&charge).status = ChargeStatus::Failed("insufficient_funds".to_owned());
                self.intents.get_mut(intent).status = IntentStatus::RequiresPaymentMethod;
                self.tell("charge.failed", &charge);
                self.tell("payment_intent.payment_failed", intent);
                self.tell("checkout.session.async_payment_failed", &session);
            }
        }
    }

    /// The balance transaction of a charge arrives.
    pub(super) fn settle(&mut self, intent: &str) {
        let charge = self.charge_of(intent);
        self.book_charge(&charge);
        self.tell_change("charge.updated", &charge, Some(json!({ "balance_transaction": null })));
    }

    /// The session ends unpaid; what its payer began is canceled.
    pub(super) fn expire(&mut self, session: &str) {
        self.sessions.get_mut(session).status = SessionStatus::Expired;
        let now = self.now();
        if let Some(intent) = self.sessions.get(session).intent.clone() {
            let row = self.intents.get_mut(&intent);
            row.status = IntentStatus::Canceled;
            row.canceled_at = Some(now);
            self.tell("payment_intent.canceled", &intent);
        }
        self.tell("checkout.session.expired", session);
    }

    /// The latest charge of an intent.
    pub(super) fn charge_of(&self, intent: &str) -> String {
        self.intents.get(intent).latest_charge.clone().unwrap()
    }

    fn intent_in(&mut self, session: &str) -> String {
        if let Some(intent) = &self.sessions.get(session).intent {
            return intent.clone();
        }
        let id = self.new_id("pi_3");
        let created = self.now();
        let row = self.sessions.get_mut(session);
        row.intent = Some(id.clone());
        let intent = Intent {
            id: id.clone(),
            created,
            session: Some(session.to_owned()),
            invoice: None,
            customer: None,
            amount: row.amount(),
            currency: row.currency.clone(),
            description: row.intent_description.clone(),
            metadata: row.intent_metadata.clone(),
            status: IntentStatus::RequiresPaymentMethod,
            latest_charge: None,
            method: None,
            canceled_at: None,
        };
        self.intents.insert(intent);
        self.tell("payment_intent.created", &id);
        id
    }

    pub(super) fn new_charge(&mut self, intent: &str, method: Method, status: ChargeStatus) -> String {
        let id = self.new_id("ch_3");
        let created = self.now();
        let email = self.email_of(intent);
        let row = self.intents.get_mut(intent);
        row.latest_charge = Some(id.clone());
        let charge = Charge {
            id: id.clone(),
            created,
            intent: intent.to_owned(),
            amount: row.amount,
            amount_refunded: 0,
            currency: row.currency.clone(),
            description: row.description.clone(),
            metadata: row.metadata.clone(),
            email,
            customer: row.customer.clone(),
            method,
            paid_with: row.method.clone().unwrap_or_else(|| id.replacen("ch_", "pm_", 1)),
            status,
            disputed: false,
            transaction: None,
        };
        self.charges.insert(charge);
        id
    }

    fn email_of(&self, intent: &str) -> Option<String> {
        let row = self.intents.get(intent);
        match (&row.session, &row.customer) {
            (Some(session), _) => self.sessions.get(session).customer_email.clone(),
            (None, Some(customer)) => self.customers.get(customer).email.clone(),
            (None, None) => None,
        }
    }

    pub(super) fn book_charge(&mut self, charge: &str) {
        let row = self.charges.get(charge);
        assert_eq!(row.transaction, None, "{charge} is on the balance already");
        let transaction = self.book(Movement::Charge, charge, charge, row.amount);
        self.charges.get_mut(charge).transaction = Some(transaction);
    }

    fn complete(&mut self, session: &str, paid: bool) {
        let row = self.sessions.get_mut(session);
        row.status = SessionStatus::Complete;
        row.paid = paid;
    }
}
