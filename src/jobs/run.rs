//! One job, carried out: an exhaustive list, so that a new job does not compile until it is handled.

use super::account_letters::{self, To};
use super::{Services, bank, comment_letters, exports, imports, letters, patron_letters, staff_letters};
use crate::domain::account;
use crate::domain::ids::{ErasureId, OrderId, PledgeId, ReceiptId, RefundId, SandboxEventId};
use crate::domain::job::Job;
use crate::domain::money::MoneyError;
use crate::mail::MailError;
use crate::render::RenderError;
use crate::render::letters::PatronLetterKind;
use crate::render::receipt::ReceiptError;
use crate::store::StoreError;
use crate::usecases::account::{erase, statements};
use crate::usecases::examine::Examined;
use crate::usecases::patrons::{orders, successions, tend};
use crate::usecases::{
    Context, UseCaseError, abuse, examine, members, outgoing, receipts, reconcile, refund, sandbox, sync,
    upkeep, webhook,
};

/// Why a job was not done, and whether trying again can help.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    /// It can help.
    #[error("{0}")]
    Retry(String),
    /// It can help once there is an answer again: every letter waits for the same.
    #[error("{0}")]
    Unanswered(String),
    /// It waits for a person's answer, however long that takes.
    #[error("{0}")]
    Held(String),
    /// It cannot, until somebody changes something.
    #[error("{0}")]
    Fail(String),
}

impl From<UseCaseError> for JobError {
    fn from(error: UseCaseError) -> Self {
        let message = error.to_string();
        match error {
            UseCaseError::Held { .. } => Self::Held(message),
            UseCaseError::Store(
                StoreError::Corrupt { .. } | StoreError::NotFound | StoreError::Refused(_),
            )
            | UseCaseError::NotFound(_)
            | UseCaseError::Invalid(_)
            | UseCaseError::Conflict { .. }
            | UseCaseError::GatewayRefused { .. } => Self::Fail(message),
            UseCaseError::Store(
                StoreError::Conflict { .. } | StoreError::Stale | StoreError::Unavailable(_),
            )
            | UseCaseError::RateLimited { .. }
            | UseCaseError::GatewayUnavailable(_)
            | UseCaseError::Internal(_) => Self::Retry(message),
        }
    }
}

impl From<MailError> for JobError {
    fn from(error: MailError) -> Self {
        let message = error.to_string();
        match error {
            MailError::Temporary { code: None, .. } => Self::Unanswered(message),
            MailError::Temporary { code: Some(_), .. } => Self::Retry(message),
            MailError::Permanent { .. } | MailError::Invalid(_) => Self::Fail(message),
        }
    }
}

impl From<RenderError> for JobError {
    fn from(error: RenderError) -> Self {
        // An operator's template may be wrong today and right tomorrow.
        Self::Retry(error.to_string())
    }
}

impl From<MoneyError> for JobError {
    fn from(error: MoneyError) -> Self {
        Self::Fail(error.to_string())
    }
}

impl From<ReceiptError> for JobError {
    fn from(error: ReceiptError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// Carries out a job. `message_id` names the letter it sends: the same for every try.
pub(super) async fn run(services: &Services, job: &Job, message_id: &str) -> Result<(), JobError> {
    let ctx = &services.ctx;
    match job {
        Job::SendReceipt { receipt, copy } => send_receipt(services, *receipt, *copy, message_id).await?,
        Job::SendInstructions { pledge } => send_instructions(services, *pledge, message_id).await?,
        Job::SendRefundNotice { refund } => send_refund_notice(services, *refund, message_id).await?,
        Job::SendReviewNotice { newest: _ } => letters::review_notice(services, message_id).await?,
        Job::SendDisputeNotice { dispute, moment: _ } => {
            letters::dispute_notice(services, *dispute, message_id).await?;
        }
        Job::SendStaffNotice(told) => staff_letters::notice(services, *told, message_id).await?,
        Job::SendWelcome { pledge } => patron_letters::welcome(services, *pledge, message_id).await?,
        Job::SendPaymentFailed { pledge, since, letter } => {
            owed(services, PatronLetterKind::PaymentFailed, (*pledge, *since, *letter), message_id).await?;
        }
        Job::SendTransferDue { pledge, since, letter } => {
            owed(services, PatronLetterKind::TransferDue, (*pledge, *since, *letter), message_id).await?;
        }
        Job::SendCardExpiring { pledge, until: _ } => {
            patron_letters::card_expiring(services, *pledge, message_id).await?;
        }
        Job::SendPledgeChanged { order } => patron_letters::changed(services, *order, message_id).await?,
        Job::SendPledgeCancelled { pledge } => {
            patron_letters::cancelled(services, *pledge, message_id).await?;
        }
        Job::DeliverWebhook { delivery, round } => outgoing::deliver(ctx, *delivery, *round).await?,
        Job::CarryOutOrder { order } => carry_out_order(ctx, *order).await?,
        Job::SyncSubscription { pledge, asked: _ } => tend::sync(ctx, *pledge).await?,
        Job::StopSucceeded { pledge, seen: _ } => successions::stop(ctx, *pledge).await?,
        Job::ChargeSandbox => sandbox::billing::charge_due(ctx).await?,
        Job::TendPatrons => tend::tend(ctx).await?,
        Job::ProcessWebhook { event } => webhook::process(ctx, *event).await?,
        Job::SyncAttempt { attempt, round: _ } => sync::attempt(ctx, *attempt).await?,
        Job::CloseCheckout { attempt } => abuse::close_checkout(ctx, *attempt).await?,
        Job::CarryOutRefund { refund } => refund::carry_out(ctx, *refund).await.map(|_done| ())?,
        Job::DeliverSandboxEvent { event, repeat: _ } => deliver(services, *event).await?,
        Job::Reconcile => reconcile::hourly(ctx).await?,
        Job::SyncMembers => members::hourly(ctx).await?,
        Job::ExpirePledges => upkeep::expire(ctx).await?,
        Job::CleanUp => upkeep::clean_up(ctx).await?,
        Job::Examine => count(examine::everything(ctx).await?),
        Job::ExamineLately => count(examine::lately(ctx).await?),
        Job::CarryOutErasure { erasure } => forget(services, *erasure).await?,
        Job::MakeExport { export } => exports::make(services, *export).await?,
        Job::ReadBankStatement { statement } => bank::read(ctx, *statement).await?,
        Job::ExamineImport { import } | Job::BookImport { import } | Job::UndoImport { import } => {
            imports::work(ctx, *import).await?;
        }
        Job::OrderStatements => statements::order_due(ctx).await?,
        Job::SendGiftLink { link } => letters::gift_link(services, *link, message_id).await?,
        Job::SendSignInLink { wish } => account_letters::sign_in(services, *wish, message_id).await?,
        Job::SendAddressProof { change, side } => {
            account_letters::address_proof(services, *change, *side, message_id).await?;
        }
        Job::SendAccountNotice { change } => {
            account_letters::account_notice(services, *change, To::Donor, message_id).await?;
        }
        Job::SendAddressFarewell { change } => {
            account_letters::account_notice(services, *change, To::OldAddress, message_id).await?;
        }
        Job::SendStatement { year, donor } => {
            account_letters::statement(services, *year, *donor, message_id).await?;
        }
        Job::SendDonorLetter { letter } => account_letters::from_staff(services, *letter, message_id).await?,
        Job::SendReaderNotice(told) => comment_letters::notice(services, *told, message_id).await?,
        Job::SendErasureDone { erasure } => account_letters::erased(services, *erasure, message_id).await?,
    }
    Ok(())
}

/// Says that a payment is due, or that it failed.
async fn owed(
    services: &Services,
    kind: PatronLetterKind,
    (pledge, since, letter): (PledgeId, i64, u32),
    message_id: &str,
) -> Result<(), JobError> {
    let about = patron_letters::Owed { pledge, since, letter };
    patron_letters::owed(services, kind, about, message_id).await
}

async fn carry_out_order(ctx: &Context, order: OrderId) -> Result<(), JobError> {
    match orders::carry_out(ctx, order).await {
        // Who ordered it sees the refusal.
        Err(UseCaseError::GatewayRefused { .. }) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn send_refund_notice(services: &Services, id: RefundId, message_id: &str) -> Result<(), JobError> {
    send(services, letters::refund(services, id, message_id).await?).await
}

async fn send_receipt(
    services: &Services,
    id: ReceiptId,
    copy: u32,
    message_id: &str,
) -> Result<(), JobError> {
    if let Some(mail) = letters::receipt(services, id, copy == 0, message_id).await? {
        send(services, mail).await?;
        receipts::mark_sent(&services.ctx, id).await?;
    }
    Ok(())
}

async fn send_instructions(services: &Services, pledge: PledgeId, message_id: &str) -> Result<(), JobError> {
    if let Some(mail) = letters::instructions(services, pledge, message_id).await? {
        send(services, mail).await?;
    }
    Ok(())
}

/// The letters that lie in the folder of development go with the record of whoever they were written to.
async fn forget(services: &Services, erasure: ErasureId) -> Result<(), JobError> {
    let known = erase::addresses(&services.ctx, erasure).await?;
    erase::carry_out(&services.ctx, erasure).await?;
    Ok(services.mailer.forget(known.iter().map(|address| address.as_str().to_owned()).collect()).await?)
}

async fn deliver(services: &Services, event: SandboxEventId) -> Result<(), JobError> {
    match &services.sandbox_secret {
        Some(secret) => Ok(sandbox::deliver(&services.ctx, secret.expose(), event).await?),
        None => Err(JobError::Fail("the sandbox is off".into())),
    }
}

/// Asks every rule at the start of a process, beside its work; a database that is away is asked again by the hour.
pub async fn examine_at_start(services: Services) {
    let started = std::time::Instant::now();
    match examine::everything(&services.ctx).await {
        Ok(examined) => {
            count(examined);
            let (rules, broken) = (examined.rules, examined.broken);
            let duration_ms = started.elapsed().as_millis();
            tracing::info!(rules, broken, duration_ms, "the books were examined");
        }
        Err(error) => tracing::error!(%error, "the books could not be examined"),
    }
}

fn count(examined: Examined) {
    use crate::telemetry::metrics::BROKEN_INVARIANTS_TOTAL;
    metrics::counter!(BROKEN_INVARIANTS_TOTAL).increment(examined.news);
}

pub(super) async fn send(services: &Services, mail: crate::mail::OutgoingMail) -> Result<(), JobError> {
    use crate::telemetry::metrics::MAILS_TOTAL;
    // Who was forgotten has no address any more, and who gave by hand may never have had one.
    if !account::can_be_mailed(&mail.to.email) {
        return Ok(());
    }
    let sent = services.mailer.send(&mail, services.ctx.now()).await;
    metrics::counter!(MAILS_TOTAL, "outcome" => if sent.is_ok() { "sent" } else { "failed" }).increment(1);
    Ok(sent?)
}
