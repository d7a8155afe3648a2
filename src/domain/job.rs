//! Jobs: everything that happens after a commit. A job is a row of that commit; it may run twice and must
//! then change nothing the second time.

use super::account::Side;
use super::ids::{
    AccountChangeId, AddressChangeId, AttemptId, DisputeId, DonorId, ErasureId, InboxId, PledgeId, ReceiptId,
    RefundId, ReviewId, SandboxEventId, SignInId,
};
use chrono::TimeDelta;

/// Every background task there is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Mails a receipt. `copy` counts the times it was asked for again.
    SendReceipt {
        /// Which.
        receipt: ReceiptId,
        /// 0 for the first.
        copy: u32,
    },
    /// Mails how to pay a pledge by bank transfer.
    SendInstructions {
        /// Which.
        pledge: PledgeId,
    },
    /// Tells a donor that money is on its way back.
    SendRefundNotice {
        /// Which.
        refund: RefundId,
    },
    /// Tells staff which questions are open.
    SendReviewNotice {
        /// The newest of them when the letter was ordered.
        newest: ReviewId,
    },
    /// Tells staff that a gift is contested, or what came of that.
    SendDisputeNotice {
        /// Which dispute.
        dispute: DisputeId,
        /// Tells the letters about one dispute apart.
        moment: u32,
    },
    /// Takes a stored webhook event into the books.
    ProcessWebhook {
        /// Which.
        event: InboxId,
    },
    /// Asks the gateway what came of an attempt.
    SyncAttempt {
        /// Which.
        attempt: AttemptId,
        /// 0 at first; later rounds ask again, as long as nothing is heard.
        round: u32,
    },
    /// Asks the gateway to carry out a refund, again if need be.
    CarryOutRefund {
        /// Which.
        refund: RefundId,
    },
    /// Sends a webhook event of the sandbox gateway to ourselves.
    DeliverSandboxEvent {
        /// Which.
        event: SandboxEventId,
        /// 0 for the first delivery.
        repeat: u32,
    },
    /// Holds what gateways list against what is on record.
    Reconcile,
    /// Ends pledges whose time to pay is over.
    ExpirePledges,
    /// Removes finished jobs, spent limits and old idempotency keys.
    CleanUp,
    /// Asks every rule of the books about everything.
    Examine,
    /// Asks the rules about what was booked lately.
    ExamineLately,
    /// Mails the link to sign in, if anybody is known at the address.
    SendSignInLink {
        /// The wish.
        wish: SignInId,
    },
    /// Mails the link that proves one of the two addresses of a change.
    SendAddressProof {
        /// The change.
        change: AddressChangeId,
        /// Which address.
        side: Side,
    },
    /// Confirms what a donor changed, to the address on record.
    SendAccountNotice {
        /// What was changed.
        change: AccountChangeId,
    },
    /// Tells the address before a change of address that it is one no more.
    SendAddressFarewell {
        /// What was changed.
        change: AccountChangeId,
    },
    /// Mails the statement of a year.
    SendStatement {
        /// The year.
        year: i32,
        /// Whose.
        donor: DonorId,
    },
    /// The last letter to a donor who is forgotten.
    SendErasureDone {
        /// The wish.
        erasure: ErasureId,
    },
    /// Ends what runs, then forgets a donor.
    CarryOutErasure {
        /// The wish.
        erasure: ErasureId,
    },
    /// In January: orders the statements of the past year.
    OrderStatements,
}

/// Jobs of one lane wait for one another, never for the other lane: a mail server that hangs holds up no money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Webhooks, gateways, upkeep.
    Money,
    /// Letters.
    Mail,
}

impl Lane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Money, Self::Mail];

    /// The kinds of jobs that it takes.
    pub fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Money => &[
                "process_webhook",
                "sync_attempt",
                "carry_out_refund",
                "deliver_sandbox_event",
                "reconcile",
                "expire_pledges",
                "clean_up",
                "examine",
                "examine_lately",
                "carry_out_erasure",
                "order_statements",
            ],
            Self::Mail => &[
                "send_receipt",
                "send_instructions",
                "send_refund_notice",
                "send_review_notice",
                "send_dispute_notice",
                "send_sign_in_link",
                "send_address_proof",
                "send_account_notice",
                "send_address_farewell",
                "send_statement",
                "send_erasure_done",
            ],
        }
    }
}

impl Job {
    /// The word used in the database, in metrics and on the command line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SendReceipt { .. } => "send_receipt",
            Self::SendInstructions { .. } => "send_instructions",
            Self::SendRefundNotice { .. } => "send_refund_notice",
            Self::SendReviewNotice { .. } => "send_review_notice",
            Self::SendDisputeNotice { .. } => "send_dispute_notice",
            Self::ProcessWebhook { .. } => "process_webhook",
            Self::SyncAttempt { .. } => "sync_attempt",
            Self::CarryOutRefund { .. } => "carry_out_refund",
            Self::DeliverSandboxEvent { .. } => "deliver_sandbox_event",
            Self::Reconcile => "reconcile",
            Self::ExpirePledges => "expire_pledges",
            Self::CleanUp => "clean_up",
            Self::Examine => "examine",
            Self::ExamineLately => "examine_lately",
            Self::SendSignInLink { .. } => "send_sign_in_link",
            Self::SendAddressProof { .. } => "send_address_proof",
            Self::SendAccountNotice { .. } => "send_account_notice",
            Self::SendAddressFarewell { .. } => "send_address_farewell",
            Self::SendStatement { .. } => "send_statement",
            Self::SendErasureDone { .. } => "send_erasure_done",
            Self::CarryOutErasure { .. } => "carry_out_erasure",
            Self::OrderStatements => "order_statements",
        }
    }

    /// At most one job with this key is ever enqueued; none for jobs that may pile up.
    pub fn unique_key(&self) -> Option<String> {
        match self {
            Self::SendReceipt { receipt, copy } => Some(format!("send_receipt/{receipt}/{copy}")),
            Self::SendInstructions { pledge } => Some(format!("send_instructions/{pledge}")),
            Self::SendRefundNotice { refund } => Some(format!("send_refund_notice/{refund}")),
            Self::SendReviewNotice { newest } => Some(format!("send_review_notice/{newest}")),
            Self::SendDisputeNotice { dispute, moment } => {
                Some(format!("send_dispute_notice/{dispute}/{moment}"))
            }
            Self::ProcessWebhook { event } => Some(format!("process_webhook/{event}")),
            Self::SyncAttempt { attempt, round } => Some(format!("sync_attempt/{attempt}/{round}")),
            Self::CarryOutRefund { refund } => Some(format!("carry_out_refund/{refund}")),
            Self::DeliverSandboxEvent { event, repeat } => {
                Some(format!("deliver_sandbox_event/{event}/{repeat}"))
            }
            Self::SendSignInLink { wish } => Some(format!("send_sign_in_link/{wish}")),
            Self::SendAddressProof { change, side } => Some(format!("send_address_proof/{change}/{side}")),
            Self::SendAccountNotice { change } => Some(format!("send_account_notice/{change}")),
            Self::SendAddressFarewell { change } => Some(format!("send_address_farewell/{change}")),
            Self::SendStatement { year, donor } => Some(format!("send_statement/{year}/{donor}")),
            Self::SendErasureDone { erasure } => Some(format!("send_erasure_done/{erasure}")),
            Self::CarryOutErasure { erasure } => Some(format!("carry_out_erasure/{erasure}")),
            Self::Reconcile
            | Self::ExpirePledges
            | Self::CleanUp
            | Self::Examine
            | Self::ExamineLately
            | Self::OrderStatements => None,
        }
    }

    /// How long to wait after the `failures`-th failure in a row; none when it is time to give up.
    ///
    /// Mail is tried for about three days, as mail servers do; questions about money for about a month.
    pub fn retry_after(&self, failures: u32) -> Option<TimeDelta> {
        let (first_s, longest_s, tries_max) = match self {
            Self::SendReceipt { .. }
            | Self::SendInstructions { .. }
            | Self::SendRefundNotice { .. }
            | Self::SendReviewNotice { .. }
            | Self::SendDisputeNotice { .. }
            | Self::SendAccountNotice { .. }
            | Self::SendAddressFarewell { .. }
            | Self::SendStatement { .. }
            | Self::SendErasureDone { .. } => (15, 3 * 3600, 32),
            // Nobody waits longer for these.
            Self::SendSignInLink { .. } | Self::SendAddressProof { .. } => (5, 600, 20),
            Self::CarryOutErasure { .. } => (60, 6 * 3600, 130),
            Self::ProcessWebhook { .. } => (2, 3600, 40),
            Self::SyncAttempt { .. } | Self::CarryOutRefund { .. } => (10, 6 * 3600, 130),
            Self::DeliverSandboxEvent { .. } => (2, 600, 20),
            Self::Reconcile
            | Self::ExpirePledges
            | Self::CleanUp
            | Self::Examine
            | Self::OrderStatements => (60, 3600, 5),
            // The next one is enqueued in a minute.
            Self::ExamineLately => (10, 10, 3),
        };
        if failures >= tries_max {
            return None;
        }
        let doubled = i64::from(first_s) << failures.saturating_sub(1).min(20);
        Some(TimeDelta::seconds(doubled.min(i64::from(longest_s))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id as _;

    #[test]
    fn every_kind_runs_in_exactly_one_lane() {
        let ulid = ulid::Ulid::from_parts(1, 1);
        let jobs = [
            Job::SendReceipt { receipt: ReceiptId::from_ulid(ulid), copy: 0 },
            Job::SendInstructions { pledge: PledgeId::from_ulid(ulid) },
            Job::SendRefundNotice { refund: RefundId::from_ulid(ulid) },
            Job::ProcessWebhook { event: InboxId::from_ulid(ulid) },
            Job::SyncAttempt { attempt: AttemptId::from_ulid(ulid), round: 0 },
            Job::CarryOutRefund { refund: RefundId::from_ulid(ulid) },
            Job::DeliverSandboxEvent { event: SandboxEventId::from_ulid(ulid), repeat: 0 },
            Job::Reconcile,
            Job::ExpirePledges,
            Job::CleanUp,
            Job::SendReviewNotice { newest: ReviewId::from_ulid(ulid) },
            Job::SendDisputeNotice { dispute: DisputeId::from_ulid(ulid), moment: 0 },
            Job::Examine,
            Job::ExamineLately,
            Job::SendSignInLink { wish: SignInId::from_ulid(ulid) },
            Job::SendAddressProof { change: AddressChangeId::from_ulid(ulid), side: Side::New },
            Job::SendAccountNotice { change: AccountChangeId::from_ulid(ulid) },
            Job::SendAddressFarewell { change: AccountChangeId::from_ulid(ulid) },
            Job::SendStatement { year: 2026, donor: DonorId::from_ulid(ulid) },
            Job::SendErasureDone { erasure: ErasureId::from_ulid(ulid) },
            Job::CarryOutErasure { erasure: ErasureId::from_ulid(ulid) },
            Job::OrderStatements,
        ];
        let lanes: Vec<&str> = Lane::ALL.iter().flat_map(|lane| lane.kinds()).copied().collect();
        for job in &jobs {
            assert_eq!(lanes.iter().filter(|kind| **kind == job.kind()).count(), 1, "{}", job.kind());
        }
        assert_eq!(lanes.len(), jobs.len());
    }

    #[test]
    fn mail_is_tried_for_about_three_days() {
        let job = Job::SendInstructions { pledge: PledgeId::from_ulid(ulid::Ulid::from_parts(1, 1)) };
        let waits: Vec<TimeDelta> = (1..).map_while(|failures| job.retry_after(failures)).collect();
        let total: TimeDelta = waits.iter().sum();
        assert!((2..=4).contains(&total.num_days()), "{total}");
        assert!(waits.is_sorted());
    }

    #[test]
    fn a_job_reads_back_under_its_kind() {
        let job = Job::SendReceipt { receipt: ReceiptId::from_ulid(ulid::Ulid::from_parts(1, 1)), copy: 0 };
        let json = serde_json::to_value(&job).unwrap();
        assert_eq!(json["kind"], job.kind());
        assert_eq!(serde_json::from_value::<Job>(json).unwrap(), job);
    }
}
