//! Jobs: everything that happens after a commit. A job is a row of that commit; it may run twice and must
//! then change nothing the second time.

use super::account::Side;
use super::comment::ReaderTold;
use super::ids::{
    AccountChangeId, AddressChangeId, AttemptId, BankStatementId, DeliveryId, DisputeId, DonorId, ErasureId,
    ExportId, GiftLinkId, ImportId, InboxId, LetterId, OrderId, PledgeId, ReceiptId, RefundId, ReviewId,
    SandboxEventId, SignInId,
};
use super::staff::StaffTold;
use chrono::{NaiveDate, TimeDelta};

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
    /// Tells somebody of the staff what was done to their account, or what owners must know of.
    SendStaffNotice(StaffTold),
    /// Thanks a new patron.
    SendWelcome {
        /// For which promise.
        pledge: PledgeId,
    },
    /// Tells a patron that a payment did not come, and how to mend it.
    SendPaymentFailed {
        /// For which promise.
        pledge: PledgeId,
        /// Since when money is owed, in seconds since 1970.
        since: i64,
        /// Counts the letters about it from 1.
        letter: u32,
    },
    /// Reminds a patron of a standing order that did not come.
    SendTransferDue {
        /// For which promise.
        pledge: PledgeId,
        /// Since when money is owed, in seconds since 1970.
        since: i64,
        /// Counts the letters about it from 1.
        letter: u32,
    },
    /// Tells a patron that the card expires soon.
    SendCardExpiring {
        /// For which promise.
        pledge: PledgeId,
        /// Tells the letters about several cards apart.
        until: NaiveDate,
    },
    /// Confirms what was asked of recurring support.
    SendPledgeChanged {
        /// What was asked.
        order: OrderId,
    },
    /// Tells a patron that recurring support has ended.
    SendPledgeCancelled {
        /// For which promise.
        pledge: PledgeId,
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
    /// Closes the payment page of an attempt, on which too many tries were declined.
    CloseCheckout {
        /// Of which.
        attempt: AttemptId,
    },
    /// Asks the gateway to carry out a refund, again if need be.
    CarryOutRefund {
        /// Which.
        refund: RefundId,
    },
    /// Asks the gateway to carry out what is asked of a subscription, again if need be.
    CarryOutOrder {
        /// What.
        order: OrderId,
    },
    /// Asks the gateway how a subscription stands.
    SyncSubscription {
        /// Of which promise.
        pledge: PledgeId,
        /// Tells the questions apart: when it was ordered, in seconds since 1970.
        asked: i64,
    },
    /// Stops recurring support that goes on beside what was begun in its place.
    StopSucceeded {
        /// The older promise.
        pledge: PledgeId,
        /// Tells the times apart at which it went on: in seconds since 1970.
        seen: i64,
    },
    /// Charges the subscriptions of the sandbox that are due, as a real gateway would by itself.
    ChargeSandbox,
    /// Tends recurring support: letters about owed money, expiring cards, late standing orders, overdue news.
    TendPatrons,
    /// Sends a webhook event of the sandbox gateway to ourselves.
    DeliverSandboxEvent {
        /// Which.
        event: SandboxEventId,
        /// 0 for the first delivery.
        repeat: u32,
    },
    /// Holds what gateways list against what is on record.
    Reconcile,
    /// Reads the members at platforms elsewhere.
    SyncMembers,
    /// Ends pledges whose time to pay is over.
    ExpirePledges,
    /// Removes finished jobs, spent limits and old idempotency keys.
    CleanUp,
    /// Asks every rule of the books about everything.
    Examine,
    /// Asks the rules about what was booked lately.
    ExamineLately,
    /// Mails the link by which a gift goes on.
    SendGiftLink {
        /// Which.
        link: GiftLinkId,
    },
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
    /// Mails a letter that staff wrote.
    SendDonorLetter {
        /// Which.
        letter: LetterId,
    },
    /// Tells a reader what became of a comment.
    SendReaderNotice(ReaderTold),
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
    /// Makes a file that staff asked for.
    MakeExport {
        /// Which.
        export: ExportId,
    },
    /// Reads a file of a bank.
    ReadBankStatement {
        /// Which.
        statement: BankStatementId,
    },
    /// Looks a file of gifts that came before through.
    ExamineImport {
        /// Which.
        import: ImportId,
    },
    /// Books its gifts.
    BookImport {
        /// Which.
        import: ImportId,
    },
    /// Declares its gifts void.
    UndoImport {
        /// Which.
        import: ImportId,
    },
    /// Orders the statements of years that somebody began, and in January those of the past year.
    OrderStatements,
    /// Tells a program of the publisher what happened.
    DeliverWebhook {
        /// Which telling.
        delivery: DeliveryId,
        /// 0 at first; how often it was tried before, when staff have it told again.
        round: i64,
    },
}

/// Jobs of one lane wait for one another, never for another lane: a mail server that hangs holds up no money, and a
/// receiver of webhooks that hangs holds up no letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Webhooks, gateways, upkeep.
    Money,
    /// Letters.
    Mail,
    /// Outgoing webhooks.
    Webhooks,
    /// Files that take minutes to make.
    Files,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Money, Self::Mail, Self::Webhooks, Self::Files];

    /// The kinds of jobs that it takes.
    pub fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Money => &[
                "process_webhook",
                "sync_attempt",
                "close_checkout",
                "carry_out_refund",
                "carry_out_order",
                "sync_subscription",
                "stop_succeeded",
                "charge_sandbox",
                "tend_patrons",
                "deliver_sandbox_event",
                "reconcile",
                "sync_members",
                "expire_pledges",
                "clean_up",
                "examine",
                "examine_lately",
                "carry_out_erasure",
                "order_statements",
            ],
            Self::Webhooks => &["deliver_webhook"],
            Self::Files => {
                &["make_export", "read_bank_statement", "examine_import", "book_import", "undo_import"]
            }
            Self::Mail => &[
                "send_receipt",
                "send_instructions",
                "send_refund_notice",
                "send_review_notice",
                "send_dispute_notice",
                "send_staff_notice",
                "send_gift_link",
                "send_sign_in_link",
                "send_address_proof",
                "send_account_notice",
                "send_address_farewell",
                "send_statement",
                "send_donor_letter",
                "send_reader_notice",
                "send_erasure_done",
                "send_welcome",
                "send_payment_failed",
                "send_transfer_due",
                "send_card_expiring",
                "send_pledge_changed",
                "send_pledge_cancelled",
            ],
        }
    }
}

impl Job {
    /// The word used in the database, in metrics and on the command line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::DeliverWebhook { .. } => "deliver_webhook",
            Self::SendReceipt { .. } => "send_receipt",
            Self::SendInstructions { .. } => "send_instructions",
            Self::SendRefundNotice { .. } => "send_refund_notice",
            Self::SendReviewNotice { .. } => "send_review_notice",
            Self::SendDisputeNotice { .. } => "send_dispute_notice",
            Self::SendStaffNotice(_) => "send_staff_notice",
            Self::SendWelcome { .. } => "send_welcome",
            Self::SendPaymentFailed { .. } => "send_payment_failed",
            Self::SendTransferDue { .. } => "send_transfer_due",
            Self::SendCardExpiring { .. } => "send_card_expiring",
            Self::SendPledgeChanged { .. } => "send_pledge_changed",
            Self::SendPledgeCancelled { .. } => "send_pledge_cancelled",
            Self::CarryOutOrder { .. } => "carry_out_order",
            Self::SyncSubscription { .. } => "sync_subscription",
            Self::StopSucceeded { .. } => "stop_succeeded",
            Self::ChargeSandbox => "charge_sandbox",
            Self::TendPatrons => "tend_patrons",
            Self::ProcessWebhook { .. } => "process_webhook",
            Self::SyncAttempt { .. } => "sync_attempt",
            Self::CloseCheckout { .. } => "close_checkout",
            Self::CarryOutRefund { .. } => "carry_out_refund",
            Self::DeliverSandboxEvent { .. } => "deliver_sandbox_event",
            Self::Reconcile => "reconcile",
            Self::SyncMembers => "sync_members",
            Self::ExpirePledges => "expire_pledges",
            Self::CleanUp => "clean_up",
            Self::Examine => "examine",
            Self::ExamineLately => "examine_lately",
            Self::SendGiftLink { .. } => "send_gift_link",
            Self::SendSignInLink { .. } => "send_sign_in_link",
            Self::SendAddressProof { .. } => "send_address_proof",
            Self::SendAccountNotice { .. } => "send_account_notice",
            Self::SendAddressFarewell { .. } => "send_address_farewell",
            Self::SendStatement { .. } => "send_statement",
            Self::SendDonorLetter { .. } => "send_donor_letter",
            Self::SendReaderNotice(_) => "send_reader_notice",
            Self::SendErasureDone { .. } => "send_erasure_done",
            Self::CarryOutErasure { .. } => "carry_out_erasure",
            Self::OrderStatements => "order_statements",
            Self::MakeExport { .. } => "make_export",
            Self::ReadBankStatement { .. } => "read_bank_statement",
            Self::ExamineImport { .. } => "examine_import",
            Self::BookImport { .. } => "book_import",
            Self::UndoImport { .. } => "undo_import",
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
            Self::SendStaffNotice(told) => Some(format!("send_staff_notice/{}", told.key())),
            Self::SendWelcome { pledge } => Some(format!("send_welcome/{pledge}")),
            Self::SendPaymentFailed { pledge, since, letter } => {
                Some(format!("send_payment_failed/{pledge}/{since}/{letter}"))
            }
            Self::SendTransferDue { pledge, since, letter } => {
                Some(format!("send_transfer_due/{pledge}/{since}/{letter}"))
            }
            Self::SendCardExpiring { pledge, until } => Some(format!("send_card_expiring/{pledge}/{until}")),
            Self::SendPledgeChanged { order } => Some(format!("send_pledge_changed/{order}")),
            Self::SendPledgeCancelled { pledge } => Some(format!("send_pledge_cancelled/{pledge}")),
            Self::CarryOutOrder { order } => Some(format!("carry_out_order/{order}")),
            Self::SyncSubscription { pledge, asked } => Some(format!("sync_subscription/{pledge}/{asked}")),
            Self::StopSucceeded { pledge, seen } => Some(format!("stop_succeeded/{pledge}/{seen}")),
            Self::ProcessWebhook { event } => Some(format!("process_webhook/{event}")),
            Self::SyncAttempt { attempt, round } => Some(format!("sync_attempt/{attempt}/{round}")),
            Self::CloseCheckout { attempt } => Some(format!("close_checkout/{attempt}")),
            Self::CarryOutRefund { refund } => Some(format!("carry_out_refund/{refund}")),
            Self::DeliverSandboxEvent { event, repeat } => {
                Some(format!("deliver_sandbox_event/{event}/{repeat}"))
            }
            Self::SendGiftLink { link } => Some(format!("send_gift_link/{link}")),
            Self::SendSignInLink { wish } => Some(format!("send_sign_in_link/{wish}")),
            Self::SendAddressProof { change, side } => Some(format!("send_address_proof/{change}/{side}")),
            Self::SendAccountNotice { change } => Some(format!("send_account_notice/{change}")),
            Self::SendAddressFarewell { change } => Some(format!("send_address_farewell/{change}")),
            Self::SendStatement { year, donor } => Some(format!("send_statement/{year}/{donor}")),
            Self::SendDonorLetter { letter } => Some(format!("send_donor_letter/{letter}")),
            Self::SendReaderNotice(told) => Some(format!("send_reader_notice/{}", told.key())),
            Self::SendErasureDone { erasure } => Some(format!("send_erasure_done/{erasure}")),
            Self::CarryOutErasure { erasure } => Some(format!("carry_out_erasure/{erasure}")),
            Self::DeliverWebhook { delivery, round } => Some(format!("deliver_webhook/{delivery}/{round}")),
            Self::MakeExport { export } => Some(format!("make_export/{export}")),
            Self::ReadBankStatement { statement } => Some(format!("read_bank_statement/{statement}")),
            Self::ExamineImport { import } => Some(format!("examine_import/{import}")),
            Self::BookImport { import } => Some(format!("book_import/{import}")),
            Self::UndoImport { import } => Some(format!("undo_import/{import}")),
            Self::Reconcile
            | Self::SyncMembers
            | Self::ExpirePledges
            | Self::CleanUp
            | Self::Examine
            | Self::ExamineLately
            | Self::OrderStatements
            | Self::ChargeSandbox
            | Self::TendPatrons => None,
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
            | Self::SendStaffNotice(_)
            | Self::SendAccountNotice { .. }
            | Self::SendAddressFarewell { .. }
            | Self::SendStatement { .. }
            | Self::SendErasureDone { .. }
            | Self::SendDonorLetter { .. }
            | Self::SendReaderNotice(_)
            | Self::SendWelcome { .. }
            | Self::SendPaymentFailed { .. }
            | Self::SendTransferDue { .. }
            | Self::SendCardExpiring { .. }
            | Self::SendPledgeChanged { .. }
            | Self::SendPledgeCancelled { .. } => (15, 3 * 3600, 32),
            Self::DeliverWebhook { .. } => (5, 3 * 3600, 35),
            // Nobody waits longer for these.
            Self::SendGiftLink { .. }
            | Self::SendSignInLink { .. }
            | Self::SendAddressProof { .. }
            // It closes by itself within a day.
            | Self::CloseCheckout { .. } => (5, 600, 20),
            Self::CarryOutErasure { .. } => (60, 6 * 3600, 130),
            Self::ProcessWebhook { .. } => (2, 3600, 40),
            Self::SyncAttempt { .. }
            | Self::CarryOutRefund { .. }
            | Self::CarryOutOrder { .. }
            | Self::StopSucceeded { .. } => (10, 6 * 3600, 130),
            // It is asked again half a day later.
            Self::SyncSubscription { .. } => (60, 3600, 8),
            Self::DeliverSandboxEvent { .. } => (2, 600, 20),
            Self::Reconcile
            | Self::SyncMembers
            | Self::ExpirePledges
            | Self::CleanUp
            | Self::Examine
            | Self::OrderStatements
            | Self::TendPatrons
            | Self::ChargeSandbox => (60, 3600, 5),
            // Somebody waits for it.
            Self::MakeExport { .. } | Self::ReadBankStatement { .. } | Self::ExamineImport { .. } => {
                (5, 300, 5)
            }
            // What was begun is ended.
            Self::BookImport { .. } | Self::UndoImport { .. } => (5, 3600, 40),
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
    use crate::domain::ids::{CommentId, Id as _, StaffId};
    use crate::domain::staff::StaffNotice;

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
            Job::SyncMembers,
            Job::ExpirePledges,
            Job::CleanUp,
            Job::SendReviewNotice { newest: ReviewId::from_ulid(ulid) },
            Job::SendDisputeNotice { dispute: DisputeId::from_ulid(ulid), moment: 0 },
            Job::SendStaffNotice(StaffTold {
                notice: StaffNotice::PasswordChanged,
                row: 1,
                to: StaffId::from_ulid(ulid),
                former: None,
            }),
            Job::Examine,
            Job::ExamineLately,
            Job::SendGiftLink { link: GiftLinkId::from_ulid(ulid) },
            Job::SendSignInLink { wish: SignInId::from_ulid(ulid) },
            Job::SendAddressProof { change: AddressChangeId::from_ulid(ulid), side: Side::New },
            Job::SendAccountNotice { change: AccountChangeId::from_ulid(ulid) },
            Job::SendAddressFarewell { change: AccountChangeId::from_ulid(ulid) },
            Job::SendStatement { year: 2026, donor: DonorId::from_ulid(ulid) },
            Job::SendErasureDone { erasure: ErasureId::from_ulid(ulid) },
            Job::SendDonorLetter { letter: LetterId::from_ulid(ulid) },
            Job::SendReaderNotice(ReaderTold::Shown { comment: CommentId::from_ulid(ulid) }),
            Job::CarryOutErasure { erasure: ErasureId::from_ulid(ulid) },
            Job::OrderStatements,
            Job::SendWelcome { pledge: PledgeId::from_ulid(ulid) },
            Job::SendPaymentFailed { pledge: PledgeId::from_ulid(ulid), since: 0, letter: 1 },
            Job::SendTransferDue { pledge: PledgeId::from_ulid(ulid), since: 0, letter: 1 },
            Job::SendCardExpiring { pledge: PledgeId::from_ulid(ulid), until: NaiveDate::MIN },
            Job::SendPledgeChanged { order: OrderId::from_ulid(ulid) },
            Job::SendPledgeCancelled { pledge: PledgeId::from_ulid(ulid) },
            Job::CarryOutOrder { order: OrderId::from_ulid(ulid) },
            Job::CloseCheckout { attempt: AttemptId::from_ulid(ulid) },
            Job::SyncSubscription { pledge: PledgeId::from_ulid(ulid), asked: 0 },
            Job::StopSucceeded { pledge: PledgeId::from_ulid(ulid), seen: 0 },
            Job::ChargeSandbox,
            Job::TendPatrons,
            Job::DeliverWebhook { delivery: DeliveryId::from_ulid(ulid), round: 0 },
            Job::MakeExport { export: ExportId::from_ulid(ulid) },
            Job::ReadBankStatement { statement: BankStatementId::from_ulid(ulid) },
            Job::ExamineImport { import: ImportId::from_ulid(ulid) },
            Job::BookImport { import: ImportId::from_ulid(ulid) },
            Job::UndoImport { import: ImportId::from_ulid(ulid) },
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
        let (notice, to) = (StaffNotice::TokenMade, StaffId::from_ulid(ulid::Ulid::from_parts(1, 1)));
        let job = Job::SendStaffNotice(StaffTold { notice, row: 7, to, former: None });
        let json = serde_json::to_value(&job).unwrap();
        assert_eq!((&json["kind"], &json["row"]), (&job.kind().into(), &7.into()));
        assert_eq!(serde_json::from_value::<Job>(json).unwrap(), job);
        let (answer, to) = (
            CommentId::from_ulid(ulid::Ulid::from_parts(1, 1)),
            CommentId::from_ulid(ulid::Ulid::from_parts(1, 2)),
        );
        let job = Job::SendReaderNotice(ReaderTold::Answered { answer, to });
        let json = serde_json::to_value(&job).unwrap();
        assert_eq!((&json["kind"], &json["about"]), (&job.kind().into(), &"answered".into()));
        assert_eq!(serde_json::from_value::<Job>(json).unwrap(), job);
    }
}
