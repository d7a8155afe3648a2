//! What happens to a payment afterwards: refunds, disputes, warnings.

use super::books::{FeeOfDispute, Movement};
use super::records::{ChargeStatus, Dispute, DisputeStatus, Metadata, Method, Refund, RefundStatus, Warning};
use super::refusal::Refusal;
use super::world::World;
use serde_json::json;

/// How long the account's owner may answer a dispute.
const ANSWER_S: i64 = 7 * 24 * 3600;

/// Disputes that can still be decided.
const OPEN: [DisputeStatus; 2] = [DisputeStatus::NeedsResponse, DisputeStatus::UnderReview];

/// A refund that somebody asks for.
#[derive(Debug, Default)]
pub(super) struct RefundOrder {
    pub(super) charge: String,
    /// Everything that is left, unless said otherwise.
    pub(super) amount: Option<i64>,
    pub(super) reason: Option<String>,
    pub(super) metadata: Metadata,
}

/// How a dispute begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Complaint {
    /// The bank asks; no money moves.
    Inquiry,
    /// The money is withdrawn until the dispute is decided.
    Dispute,
    /// The money is gone at once: how a debit is taken back.
    TakenBack,
}

impl World {
    /// Refunds, or says why not.
    pub(super) fn refund(&mut self, order: RefundOrder) -> Result<String, Refusal> {
        let amount = self.refundable(&order)?;
        let id = self.new_id("re_3");
        let charge = self.charges.get(&order.charge);
        let refund = Refund {
            id: id.clone(),
            created: self.now(),
            charge: order.charge.clone(),
            intent: charge.intent.clone(),
            amount,
            currency: charge.currency.clone(),
            metadata: order.metadata,
            reason: order.reason,
            status: RefundStatus::Pending,
            transaction: None,
            failure_transaction: None,
        };
        let before = charge.amount_refunded;
        self.refunds.insert(refund);
        self.charges.get_mut(&order.charge).amount_refunded += amount;
        if self.refunds_become == RefundStatus::Succeeded {
            self.pay_back(&id);
        }
        self.tell("refund.created", &id);
        let previous = json!({ "amount_refunded": before, "refunded": false });
        self.tell_change("charge.refunded", &order.charge, Some(previous));
        Ok(id)
    }

    fn refundable(&self, order: &RefundOrder) -> Result<i64, Refusal> {
        let charge = self.charges.get(&order.charge);
        let id = &charge.id;
        if charge.status != ChargeStatus::Succeeded {
            let message = format!("Charge {id} did not succeed and cannot be refunded.");
            return Err(Refusal::invalid(message).begun());
        }
        let disputes = self.disputes.rows().iter().filter(|dispute| dispute.charge == *id);
        let away = |status| {
            matches!(status, DisputeStatus::NeedsResponse | DisputeStatus::UnderReview | DisputeStatus::Lost)
        };
        if charge.disputed && disputes.map(|dispute| dispute.status).any(away) {
            let message = format!("Charge {id} has been charged back; cannot issue a refund.");
            return Err(Refusal::invalid(message).code("charge_disputed").begun());
        }
        let left = charge.amount - charge.amount_refunded;
        if left == 0 {
            let message = format!("Charge {id} has already been refunded.");
            return Err(Refusal::invalid(message).code("charge_already_refunded").begun());
        }
        let amount = order.amount.unwrap_or(left);
        if amount > left {
            let message =
                format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
            return Err(Refusal::invalid(message).param("amount").begun());
        }
        Ok(amount)
    }

    /// A pending refund arrives at the payer.
    pub(super) fn refund_succeeds(&mut self, refund: &str) {
        assert_eq!(self.refunds.get(refund).status, RefundStatus::Pending);
        self.pay_back(refund);
        let previous = json!({ "status": "pending" });
        self.tell_change("refund.updated", refund, Some(previous.clone()));
        self.tell_change("charge.refund.updated", refund, Some(previous));
    }

    /// The payer's bank sends a refund back, perhaps weeks later: the money returns to the balance.
    pub(super) fn refund_fails(&mut self, refund: &str) {
        let row = self.refunds.get(refund).clone();
        assert_ne!(row.status, RefundStatus::Failed);
        if row.transaction.is_some() {
            let back = self.book(Movement::RefundFailure, &row.charge, refund, row.amount);
            self.refunds.get_mut(refund).failure_transaction = Some(back);
        }
        self.refunds.get_mut(refund).status = RefundStatus::Failed;
        self.charges.get_mut(&row.charge).amount_refunded -= row.amount;
        let previous = json!({ "status": row.status.word() });
        self.tell_change("refund.updated", refund, Some(previous.clone()));
        self.tell_change("charge.refund.updated", refund, Some(previous));
        self.tell("refund.failed", refund);
    }

    fn pay_back(&mut self, refund: &str) {
        let row = self.refunds.get(refund).clone();
        let transaction = self.book(Movement::Refund, &row.charge, refund, row.amount);
        let row = self.refunds.get_mut(refund);
        row.transaction = Some(transaction);
        row.status = RefundStatus::Succeeded;
    }

    /// The payer complains to the bank about `amount`, or about everything that was not refunded.
    pub(super) fn complain(&mut self, intent: &str, complaint: Complaint, amount: Option<i64>) -> String {
        let charge = self.charge_of(intent);
        let row = self.charges.get_mut(&charge);
        assert_eq!(row.status, ChargeStatus::Succeeded, "{charge} cannot be disputed");
        row.disputed = true;
        let reason = if row.method == Method::Card { "fraudulent" } else { "debit_not_authorized" };
        let (amount, currency) = (amount.unwrap_or(row.amount - row.amount_refunded), row.currency.clone());
        let status = match complaint {
            Complaint::Inquiry => DisputeStatus::WarningNeedsResponse,
            Complaint::Dispute => DisputeStatus::NeedsResponse,
            Complaint::TakenBack => DisputeStatus::Lost,
        };
        let id = self.new_id("du_1");
        let created = self.now();
        self.disputes.insert(Dispute {
            id: id.clone(),
            created,
            charge,
            intent: intent.to_owned(),
            amount,
            currency,
            reason: reason.to_owned(),
            status,
            due_by: created + ANSWER_S,
            transactions: Vec::new(),
        });
        if complaint != Complaint::Inquiry {
            self.move_dispute(&id, Movement::DisputeWithdrawn);
        }
        self.tell("charge.dispute.created", &id);
        if complaint != Complaint::Inquiry {
            self.tell("charge.dispute.funds_withdrawn", &id);
        }
        if complaint == Complaint::TakenBack {
            self.tell("charge.dispute.closed", &id);
        }
        id
    }

    /// The bank was only asking.
    pub(super) fn close_inquiry(&mut self, dispute: &str) {
        self.decide(dispute, &[DisputeStatus::WarningNeedsResponse], DisputeStatus::WarningClosed);
        let charge = self.disputes.get(dispute).charge.clone();
        self.charges.get_mut(&charge).disputed = false;
        self.tell("charge.dispute.closed", dispute);
    }

    /// An inquiry becomes a dispute: the money is withdrawn.
    pub(super) fn escalate(&mut self, dispute: &str) {
        self.decide(dispute, &[DisputeStatus::WarningNeedsResponse], DisputeStatus::NeedsResponse);
        self.move_dispute(dispute, Movement::DisputeWithdrawn);
        self.tell("charge.dispute.updated", dispute);
        self.tell("charge.dispute.funds_withdrawn", dispute);
    }

    /// The account's owner has answered; the bank considers it.
    pub(super) fn contest(&mut self, dispute: &str) {
        self.decide(dispute, &[DisputeStatus::NeedsResponse], DisputeStatus::UnderReview);
        self.tell("charge.dispute.updated", dispute);
    }

    /// The bank decides for the account.
    pub(super) fn win(&mut self, dispute: &str, fee: FeeOfDispute) {
        self.decide(dispute, &OPEN, DisputeStatus::Won);
        self.move_dispute(dispute, Movement::DisputeReinstated { fee });
        self.tell("charge.dispute.updated", dispute);
        self.tell("charge.dispute.funds_reinstated", dispute);
        self.tell("charge.dispute.closed", dispute);
    }

    /// The bank decides for the payer.
    pub(super) fn lose(&mut self, dispute: &str) {
        self.decide(dispute, &OPEN, DisputeStatus::Lost);
        self.tell("charge.dispute.updated", dispute);
        self.tell("charge.dispute.closed", dispute);
    }

    fn decide(&mut self, dispute: &str, from: &[DisputeStatus], to: DisputeStatus) {
        let row = self.disputes.get_mut(dispute);
        assert!(from.contains(&row.status), "{dispute} is {:?}", row.status);
        row.status = to;
    }

    fn move_dispute(&mut self, dispute: &str, movement: Movement) {
        let row = self.disputes.get(dispute).clone();
        let transaction = self.book(movement, &row.charge, dispute, row.amount);
        self.disputes.get_mut(dispute).transactions.push(transaction);
    }

    /// The card network suspects that the payment was not the card holder's.
    pub(super) fn warn(&mut self, intent: &str) -> String {
        let charge = self.charge_of(intent);
        let id = self.new_id("issfr_1");
        let created = self.now();
        self.warnings.insert(Warning { id: id.clone(), created, charge, intent: intent.to_owned() });
        self.tell("radar.early_fraud_warning.created", &id);
        id
    }
}
