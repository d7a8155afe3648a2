//! What is really true: every payment with what became of it, for whoever judges the program's books.

use super::records::{ChargeStatus, DisputeStatus, Intent, Metadata, Record as _, RefundStatus};
use super::world::World;
use std::collections::BTreeMap;

/// A payment intent and everything that hangs on it. Amounts are in its currency, as Stripe counts it.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) intent: String,
    /// Empty for the payment of an invoice.
    pub(crate) session: String,
    pub(crate) invoice: Option<String>,
    /// The status of the intent, in Stripe's words.
    pub(crate) status: &'static str,
    pub(crate) metadata: Metadata,
    pub(crate) currency: String,
    pub(crate) captured: i64,
    /// Refunds that have not failed.
    pub(crate) refunded: i64,
    /// What disputes hold back or have taken.
    pub(crate) disputed: i64,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) disputes: Vec<Dispute>,
    /// What all of it did to the balance, fees taken off, by currency of the balance.
    pub(crate) net: BTreeMap<String, i64>,
    /// The fees in it.
    pub(crate) fees: BTreeMap<String, i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    /// In Stripe's words.
    pub(crate) status: &'static str,
    pub(crate) metadata: Metadata,
}

#[derive(Debug, Clone)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) amount: i64,
    /// In Stripe's words.
    pub(crate) status: &'static str,
}

impl World {
    /// Every payment intent there is, oldest first.
    pub(super) fn payments(&self) -> Vec<Payment> {
        let mut payments: Vec<_> = self.intents.rows().iter().map(Payment::of).collect();
        let places: BTreeMap<_, _> =
            payments.iter().enumerate().map(|(place, payment)| (payment.intent.clone(), place)).collect();
        let mut sources = BTreeMap::new();
        for charge in self.charges.rows() {
            let payment = &mut payments[places[&charge.intent]];
            sources.insert(charge.id.clone(), payment.intent.clone());
            if charge.status == ChargeStatus::Succeeded {
                payment.captured += charge.amount;
            }
        }
        for refund in self.refunds.rows() {
            let payment = &mut payments[places[&refund.intent]];
            sources.insert(refund.id.clone(), payment.intent.clone());
            if refund.status != RefundStatus::Failed {
                payment.refunded += refund.amount;
            }
            payment.refunds.push(Refund {
                id: refund.id.clone(),
                amount: refund.amount,
                status: refund.status.word(),
                metadata: refund.metadata.clone(),
            });
        }
        for dispute in self.disputes.rows() {
            let payment = &mut payments[places[&dispute.intent]];
            sources.insert(dispute.id.clone(), payment.intent.clone());
            if matches!(
                dispute.status,
                DisputeStatus::NeedsResponse | DisputeStatus::UnderReview | DisputeStatus::Lost
            ) {
                payment.disputed += dispute.amount;
            }
            payment.disputes.push(Dispute {
                id: dispute.id.clone(),
                amount: dispute.amount,
                status: dispute.status.word(),
            });
        }
        for row in self.transactions.rows() {
            // Payouts and the account's own fees belong to no payment.
            let Some(source) = sources.get(&row.source) else { continue };
            let payment = &mut payments[places[source]];
            *payment.net.entry(row.currency.clone()).or_insert(0) += row.net();
            *payment.fees.entry(row.currency.clone()).or_insert(0) += row.fee;
        }
        payments
    }
}

impl Payment {
    /// An intent before anything hangs on it.
    fn of(intent: &Intent) -> Self {
        Self {
            intent: intent.id().to_owned(),
            session: intent.session.clone().unwrap_or_default(),
            invoice: intent.invoice.clone(),
            status: intent.status.word(),
            metadata: intent.metadata.clone(),
            currency: intent.currency.clone(),
            captured: 0,
            refunded: 0,
            disputed: 0,
            refunds: Vec::new(),
            disputes: Vec::new(),
            net: BTreeMap::new(),
            fees: BTreeMap::new(),
        }
    }
}
