//! What happened, and why, in sentences for staff.

use crate::domain::account::AccountChange;
use crate::domain::audit::AuditRow;
use crate::domain::dispute::{Dispute, DisputeStatus};
use crate::domain::donation::{Donation, WaitingState};
use crate::domain::ids::{DisputeId, OrderId, PledgeId, ReceiptId, RefundId};
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::patron::MoveKind;
use crate::domain::pledge::Pledge;
use crate::domain::receipt::{Receipt, ReceiptStatus};
use crate::domain::refund::{Refund, RefundKind, RefundStatus};
use crate::domain::staff::Member;
use crate::domain::subscription::{Order, OrderKind, Orderer, Subscription, SubscriptionState};
use crate::store::donor_letters::DonorLetter;
use crate::store::dossiers::{Call, JobRecord, Question};
use crate::store::event_subjects::Told;
use chrono::{DateTime, Utc};

/// Copies of a receipt that are looked for.
const COPIES: u32 = 10;
/// Letters about a dispute that are looked for.
const DISPUTE_LETTERS: u32 = 6;
/// Letters about one payment that did not come that are looked for.
const OWED_LETTERS: u32 = 8;

/// What a moment is about, for the page that is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A pledge.
    Pledge(String),
    /// A payment.
    Donation(String),
    /// A receipt, by its number.
    Receipt(String),
    /// An event.
    Event(String),
    /// A job.
    Job(String),
    /// A letter: its donor, and itself.
    Letter(String, String),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// What, in a few words.
    pub what: String,
    /// Why, or by whom, or what came of it.
    pub why: Option<String>,
    /// How much money it is about.
    pub amount: Option<Money>,
    /// What it is about.
    pub thing: Option<Thing>,
    /// A person may have to do something about it.
    pub is_trouble: bool,
}

impl Moment {
    fn new(at: DateTime<Utc>, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), why: None, amount: None, thing: None, is_trouble: false }
    }

    fn because(self, why: impl Into<String>) -> Self {
        Self { why: Some(why.into()).filter(|why| !why.is_empty()), ..self }
    }

    fn of(self, amount: Money) -> Self {
        Self { amount: Some(amount), ..self }
    }

    fn about(self, thing: Thing) -> Self {
        Self { thing: Some(thing), ..self }
    }

    fn trouble_if(self, is_trouble: bool) -> Self {
        Self { is_trouble, ..self }
    }
}

/// The earliest first. What happened at one time stays in the order in which it follows from one another.
pub(super) fn in_order(mut moments: Vec<Moment>) -> Vec<Moment> {
    moments.sort_by_key(|moment| moment.at);
    moments
}

/// One of our words as people read it.
fn spelled(word: &str) -> String {
    word.replace(['_', '.'], " ")
}

pub(super) fn of_promise(pledge: &Pledge) -> Vec<Moment> {
    let often = pledge.terms.frequency;
    let how_often = if often.is_recurring() { format!(", {often}") } else { String::new() };
    let article = pledge.terms.source.article.as_ref();
    let from = article.map(|article| format!("on the article “{}”", article.as_str())).unwrap_or_default();
    // A gift by hand keeps its promise in the moment that it is written down.
    let is_by_hand = pledge.terms.gateway.is_by_hand() && pledge.reference.is_none();
    let what = if is_by_hand { "Written down".to_owned() } else { format!("Promised{how_often}") };
    let promised = Moment::new(pledge.created_at, what)
        .because(from)
        .of(pledge.terms.amount)
        .about(Thing::Pledge(pledge.id.to_string()));
    vec![promised]
}

pub(super) fn of_calls(calls: &[Call]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for call in calls {
        let gateway = spelled(&call.gateway);
        moments.push(Moment::new(call.began_at, format!("Asked {gateway} for a payment")));
        let (what, why) = match call.outcome.as_str() {
            "accepted" => (format!("{gateway} took it"), call.remote.clone().unwrap_or_default()),
            "refused" => (format!("{gateway} refused"), call.code.clone().unwrap_or_default()),
            "unknown" => {
                (format!("{gateway} gave no answer"), "it may have happened; it is being asked".to_owned())
            }
            _ => continue,
        };
        let is_trouble = call.outcome != "accepted";
        moments.push(Moment::new(call.changed_at, what).because(why).trouble_if(is_trouble));
    }
    moments
}

pub(super) fn of_events(events: &[Told]) -> Vec<Moment> {
    let moment = |event: &Told| {
        Moment::new(event.received_at, format!("{} sent an event", spelled(&event.gateway)))
            .because(format!("{}, {}", event.event_id, event.status))
            .about(Thing::Event(event.id.to_string()))
            .trouble_if(event.status == "parked")
    };
    events.iter().map(moment).collect()
}

pub(super) fn of_payment(donation: &Donation) -> Vec<Moment> {
    let mut moments = Vec::new();
    let thing = || Thing::Donation(donation.id.to_string());
    if let Some(waiting) = donation.payment.latest_waiting() {
        let (what, why) = match &waiting.state {
            WaitingState::Processing => ("The bank is working on the payment", String::new()),
            WaitingState::Failed(code) => ("The payment failed", code.clone()),
            WaitingState::Expired => ("The donor left the gateway’s page", String::new()),
        };
        let failed = matches!(waiting.state, WaitingState::Failed(_));
        moments.push(Moment::new(waiting.as_of, what).because(why).about(thing()).trouble_if(failed));
    }
    if let Some(money) = donation.payment.money() {
        let period = donation.period_on.map(|day| format!("for the period from {day}")).unwrap_or_default();
        let arrived = Moment::new(money.at, "The money arrived").because(period).of(money.gross);
        moments.push(arrived.about(thing()));
        if let Some(settled) = money.settled.filter(|settled| !settled.fee().is_zero()) {
            moments.push(Moment::new(money.at, "The gateway kept its fee").of(settled.fee()));
        }
    }
    moments
}

pub(super) fn of_receipts(receipts: &[Receipt]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for receipt in receipts {
        let number = receipt.number.to_string();
        let why = match (&receipt.replaces, receipt.status) {
            (_, ReceiptStatus::Voided) => "void since",
            (_, ReceiptStatus::Replaced) => "replaced since",
            (Some(_), _) => "in place of the one before",
            (None, _) => "",
        };
        let issued = Moment::new(receipt.issued_at, format!("Receipt {number} was issued")).because(why);
        moments.push(issued.about(Thing::Receipt(number)));
    }
    moments
}

pub(super) fn of_refunds(refunds: &[Refund]) -> Vec<Moment> {
    let moment = |refund: &Refund| {
        let what = match (refund.kind, refund.status) {
            (RefundKind::Void, _) => "The gift was declared void",
            (RefundKind::Refund, RefundStatus::Pending) => "A refund is on its way",
            (RefundKind::Refund, RefundStatus::Succeeded) => "Money was given back",
            (RefundKind::Refund, RefundStatus::Failed) => "A refund failed",
        };
        Moment::new(refund.created_at, what)
            .because(refund.reason.clone().unwrap_or_default())
            .of(refund.amount)
            .trouble_if(refund.status == RefundStatus::Failed)
    };
    refunds.iter().map(moment).collect()
}

pub(super) fn of_disputes(disputes: &[Dispute]) -> Vec<Moment> {
    let moment = |dispute: &Dispute| {
        let due = match (dispute.state.status, dispute.state.due_at) {
            (DisputeStatus::Open | DisputeStatus::Inquiry, Some(due)) => {
                format!("; evidence until {}", due.format("%Y-%m-%d"))
            }
            _ => String::new(),
        };
        let status = dispute.state.status;
        Moment::new(dispute.opened_at, format!("The payment was contested: {status}"))
            .because(format!("{}{due}", spelled(&dispute.reason)))
            .of(dispute.amount)
            .trouble_if(matches!(status, DisputeStatus::Open | DisputeStatus::Inquiry | DisputeStatus::Lost))
    };
    disputes.iter().map(moment).collect()
}

pub(super) fn of_orders(orders: &[Order]) -> Vec<Moment> {
    let moment = |order: &Order| {
        let what = match &order.what {
            OrderKind::Change { amount, frequency } => format!("A change to {} {frequency}", amount.text()),
            OrderKind::Pause { until: Some(until) } => format!("A pause until {}", until.format("%Y-%m-%d")),
            OrderKind::Pause { until: None } => "A pause".to_owned(),
            OrderKind::Resume => "An end of the pause".to_owned(),
            OrderKind::Cancel => "An end when what is paid for is over".to_owned(),
            OrderKind::Keep => "To go on after all".to_owned(),
            OrderKind::End { reason } => format!("An end at once ({})", spelled(reason.as_str())),
        };
        let by = match order.by {
            Orderer::Donor => "the donor",
            Orderer::Staff => "staff",
            Orderer::Rule => "a rule of the site",
        };
        let code = order.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
        let why = order.reason.as_deref().map(|why| format!(": “{why}”")).unwrap_or_default();
        Moment::new(order.created_at, format!("{what} was asked for"))
            .because(format!("by {by}{why}; {}{code}", order.status))
            .trouble_if(order.code.is_some())
    };
    orders.iter().map(moment).collect()
}

/// What happened to recurring support. What waits for somebody is only what has not come right again.
pub(super) fn of_moves(
    moves: &[(MoveKind, DateTime<Utc>)],
    subscription: Option<&Subscription>,
) -> Vec<Moment> {
    let state = subscription.map(|subscription| subscription.news.state);
    let mut owed_since = None;
    if let Some(SubscriptionState::PastDue { since }) = state {
        owed_since = Some(since);
    }
    let mut ended_for = String::new();
    if let Some(SubscriptionState::Ended { reason, .. }) = state {
        ended_for = spelled(reason.as_str());
    }
    let moment = |(kind, at): &(MoveKind, DateTime<Utc>)| match kind {
        MoveKind::Joined => Moment::new(*at, "Became a patron"),
        MoveKind::Returned => Moment::new(*at, "Became a patron again"),
        MoveKind::Changed => Moment::new(*at, "The support is another one"),
        MoveKind::Paused => Moment::new(*at, "A pause began"),
        MoveKind::Resumed => Moment::new(*at, "The pause was over"),
        MoveKind::Failing => Moment::new(*at, "A payment did not come").trouble_if(owed_since == Some(*at)),
        MoveKind::Recovered => Moment::new(*at, "The payment that was missing came"),
        MoveKind::Left => Moment::new(*at, "The support ended").because(ended_for.clone()),
    };
    moves.iter().map(moment).collect()
}

/// Statements that were to be mailed.
pub(super) fn of_statements(statements: &[(i32, DateTime<Utc>, bool)]) -> Vec<Moment> {
    let moment = |(year, at, is_sent): &(i32, DateTime<Utc>, bool)| {
        let state = if *is_sent { "sent" } else { "on its way" };
        Moment::new(*at, format!("The statement for {year} was ordered")).because(state)
    };
    statements.iter().map(moment).collect()
}

/// The keys of jobs about a payment.
pub(super) fn keys_of_payment(
    receipts: impl Iterator<Item = ReceiptId>,
    refunds: impl Iterator<Item = RefundId>,
    disputes: impl Iterator<Item = DisputeId>,
) -> Vec<String> {
    let mut jobs = Vec::new();
    for receipt in receipts {
        jobs.extend((0..COPIES).map(|copy| Job::SendReceipt { receipt, copy }));
    }
    for refund in refunds {
        jobs.extend([Job::CarryOutRefund { refund }, Job::SendRefundNotice { refund }]);
    }
    for dispute in disputes {
        jobs.extend((0..DISPUTE_LETTERS).map(|moment| Job::SendDisputeNotice { dispute, moment }));
    }
    jobs.iter().filter_map(Job::unique_key).collect()
}

/// The keys of jobs about a promise.
pub(super) fn keys_of_pledge(
    pledge: PledgeId,
    orders: impl Iterator<Item = OrderId>,
    moves: &[(MoveKind, DateTime<Utc>)],
) -> Vec<String> {
    let mut jobs = vec![
        Job::SendInstructions { pledge },
        Job::SendWelcome { pledge },
        Job::SendPledgeCancelled { pledge },
    ];
    for order in orders {
        jobs.extend([Job::CarryOutOrder { order }, Job::SendPledgeChanged { order }]);
    }
    for (_, at) in moves.iter().filter(|(kind, _)| *kind == MoveKind::Failing) {
        let since = at.timestamp();
        for letter in 1..=OWED_LETTERS {
            jobs.push(Job::SendPaymentFailed { pledge, since, letter });
            jobs.push(Job::SendTransferDue { pledge, since, letter });
        }
    }
    jobs.iter().filter_map(Job::unique_key).collect()
}

/// The keys of letters about what donors changed on their own pages.
pub(super) fn keys_of_changes(changes: &[AccountChange]) -> Vec<String> {
    let letters = changes.iter().flat_map(|change| {
        [Job::SendAccountNotice { change: change.id }, Job::SendAddressFarewell { change: change.id }]
    });
    letters.filter_map(|job| job.unique_key()).collect()
}

pub(super) fn of_jobs(jobs: &[JobRecord]) -> Vec<Moment> {
    let moment = |job: &JobRecord| {
        let name = match job.kind.strip_prefix("send_") {
            Some(letter) => format!("The letter “{}”", spelled(letter)),
            None => format!("The work “{}”", spelled(&job.kind)),
        };
        let is_letter = job.kind.starts_with("send_");
        let (at, what) = match (job.status.as_str(), job.finished_at) {
            ("done", Some(at)) if is_letter => (at, format!("{name} was sent")),
            ("done", Some(at)) => (at, format!("{name} was done")),
            ("failed", _) => (job.run_at, format!("{name} failed for good")),
            (_, _) => (job.created_at, format!("{name} waits")),
        };
        Moment::new(at, what)
            .because(job.last_error.clone().filter(|_| job.status != "done").unwrap_or_default())
            .about(Thing::Job(job.id.clone()))
            .trouble_if(job.status == "failed")
    };
    jobs.iter().map(moment).collect()
}

pub(super) fn of_questions(questions: &[Question]) -> Vec<Moment> {
    let mut moments = Vec::new();
    for question in questions {
        let raised =
            Moment::new(question.raised_at, format!("A question was raised: {}", spelled(&question.kind)));
        moments.push(raised.because(question.detail.clone()).trouble_if(question.answered_at.is_none()));
        if let Some(at) = question.answered_at {
            moments.push(Moment::new(at, format!("Somebody has looked: {}", spelled(&question.kind))));
        }
    }
    moments
}

pub(super) fn of_changes(changes: &[AccountChange]) -> Vec<Moment> {
    let moment = |change: &AccountChange| {
        Moment::new(change.created_at, format!("Their own pages: {}", spelled(change.kind.as_str())))
    };
    changes.iter().map(moment).collect()
}

pub(super) fn of_letters(letters: &[DonorLetter], people: &[Member]) -> Vec<Moment> {
    let moment = |letter: &DonorLetter| {
        let who = people.iter().find(|member| member.id == letter.by);
        let by = who.map_or_else(|| "somebody".to_owned(), |member| member.name.clone());
        let state = if letter.sent_at.is_some() { "sent" } else { "on its way" };
        Moment::new(letter.written_at, format!("Letter: “{}”", letter.subject))
            .because(format!("by {by}, {state}"))
            .about(Thing::Letter(letter.donor.to_string(), letter.id.to_string()))
    };
    letters.iter().map(moment).collect()
}

pub(super) fn of_log(rows: &[AuditRow], people: &[Member]) -> Vec<Moment> {
    let moment = |row: &AuditRow| {
        let who = people.iter().find(|member| Some(member.id.to_string()) == row.actor_id);
        let by = who.map_or_else(|| row.actor_kind.clone(), |member| member.name.clone());
        Moment::new(row.at, format!("The office: {}", spelled(&row.action))).because(format!("by {by}"))
    };
    rows.iter().map(moment).collect()
}
