//! Which letter a job sends, to whom, and with what attached.

use super::Services;
use super::run::{self, JobError};
use crate::domain::donation::Payment;
use crate::domain::ids::{DisputeId, GiftLinkId, PledgeId, ReceiptId, RefundId};
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::domain::receipt::{Receipt, ReceiptStatus};
use crate::domain::refund::RefundKind;
use crate::mail::{Address, Attachment, InlineImage, OutgoingMail};
use crate::render::letters::{
    DisputeLetter, GiftLinkLetter, Instructions, Letter, OrganisationHead, Question, ReceiptLetter,
    RefundLetter, ReviewLetter,
};
use crate::render::receipt::tribute_text;
use crate::render::{date_text, gateway_name, gateway_words, moment_text, qr, receipt as document, transfer};
use crate::usecases::abuse::{fraud, links};
use crate::usecases::views::PledgeView;
use crate::usecases::{Context, holds, notices, tokens, views};
use crate::words::Language;

/// The content id of the QR code in the letter.
const QR_CID: &str = "payment-code";
/// Pixels of one module of the QR code in a letter.
const QR_SCALE: u32 = 4;

/// The receipt's letter; none if the receipt was taken back before it left, or if the `first` letter of it was sent.
pub(super) async fn receipt(
    services: &Services,
    id: ReceiptId,
    first: bool,
    message_id: &str,
) -> Result<Option<OutgoingMail>, JobError> {
    let (receipt, view) = views::receipt(&services.ctx, id).await?;
    holds::check_now(&services.ctx, view.pledge.id).await?;
    // A program that died between the sending and the end of its job leaves a letter that was sent already.
    let was_sent = first && receipt.status == ReceiptStatus::Sent;
    if !receipt.status.is_live() || was_sent || fraud::is_given_back(&services.ctx, receipt.donation).await? {
        return Ok(None);
    }
    let templates = services.templates.speaking_tag(&receipt.snapshot.locale);
    let letter = receipt_letter(&services.ctx, &receipt, &view, templates.language())?.render(&templates)?;
    let drawn = receipt.clone();
    let pdf = tokio::task::spawn_blocking(move || document::pdf(&drawn, None, templates.language()))
        .await
        .map_err(|panic| JobError::Retry(format!("drawing the receipt was cut off: {panic}")))??;
    let snapshot = &receipt.snapshot;
    let to = Address { name: snapshot.donor_name.clone(), email: snapshot.donor_email.clone() };
    let mut mail = addressed(to, letter, message_id);
    let name = document::file_name(&receipt);
    mail.attachments.push(Attachment { name, media_type: "application/pdf".into(), bytes: pdf });
    Ok(Some(mail))
}

fn receipt_letter(
    ctx: &Context,
    receipt: &Receipt,
    view: &PledgeView,
    language: &Language,
) -> Result<ReceiptLetter, JobError> {
    let snapshot = &receipt.snapshot;
    let text = |frozen| Money::try_from(frozen).map(|money| language.money(money));
    let refunded = Money::try_from(&snapshot.refunded)?;
    let cover = snapshot.fee_cover.as_ref().map(text).transpose()?;
    let organisation = &snapshot.organisation;
    let lines = organisation.address.iter().chain(&organisation.registration).cloned().collect();
    Ok(ReceiptLetter {
        donor_name: snapshot.donor_name.clone(),
        amount_text: text(&snapshot.gross)?,
        campaign_title: snapshot.campaign.clone(),
        receipt_number: snapshot.number.clone(),
        received_text: language.date(snapshot.received_on),
        method_text: GatewayKind::parse(&snapshot.method)
            .map(|kind| gateway_words(kind, language))
            .unwrap_or_default(),
        fee_covered_text: cover.map(|cover| language.text("receipt-fee-part", &[("amount", cover.into())])),
        tribute_text: snapshot.tribute.as_ref().map(|(kind, name)| tribute_text(kind, name, language)),
        organisation: OrganisationHead { name: organisation.name.clone(), lines },
        corrected: snapshot.replaces.is_some(),
        campaign_thanks: view
            .campaign
            .thanks
            .clone()
            // It is written in the language of the site; no letter speaks two.
            .filter(|_| snapshot.replaces.is_none() && language.tag() == ctx.policy.default_locale),
        replaces_number: snapshot.replaces.clone(),
        net_text: refunded.is_positive().then(|| text(&snapshot.net)).transpose()?,
        refunded_text: refunded.is_positive().then(|| language.money(refunded)),
        thanks_url: thanks_url(ctx, view.pledge.id)?,
    })
}

/// How to pay by bank transfer; none if the pledge has ended before the letter left.
pub(super) async fn instructions(
    services: &Services,
    id: PledgeId,
    message_id: &str,
) -> Result<Option<OutgoingMail>, JobError> {
    let ctx = &services.ctx;
    let view = views::pledge(ctx, id).await?;
    let pledge = &view.pledge;
    let Some(details) = views::transfer(ctx, pledge).filter(|_| pledge.is_open()) else {
        return Ok(None);
    };
    let payload = transfer::epc_payload(&details);
    let templates = services.templates.speaking_tag(&pledge.terms.locale);
    let language = templates.language();
    let mut shown = transfer::shown(&details, language);
    shown.qr_cid = payload.as_ref().map(|_| QR_CID.to_owned());
    let letter = Instructions {
        donor_name: pledge.terms.name.as_ref().map(|name| name.as_str().to_owned()),
        amount_text: language.money(pledge.terms.amount),
        campaign_title: view.campaign.title.clone(),
        transfer: shown,
        thanks_url: thanks_url(ctx, id)?,
        expires_text: language.date(ctx.day_of(pledge.expires_at)),
    };
    let mut mail = addressed(donor_of(&view), letter.render(&templates)?, message_id);
    if let Some(payload) = payload {
        let bytes = qr::png(&payload, QR_SCALE).map_err(|error| JobError::Fail(error.to_string()))?;
        mail.inline.push(InlineImage { cid: QR_CID.into(), media_type: "image/png".into(), bytes });
    }
    Ok(Some(mail))
}

/// Money is on its way back.
pub(super) async fn refund(
    services: &Services,
    id: RefundId,
    message_id: &str,
) -> Result<OutgoingMail, JobError> {
    let (refund, view, receipts) = views::refund(&services.ctx, id).await?;
    let payment = view.donation.as_ref().map(|donation| &donation.payment);
    let gross = payment.and_then(Payment::money).map_or(view.pledge.terms.amount, |money| money.gross);
    let rest = payment.and_then(Payment::kept).filter(|rest| rest.is_positive());
    // The receipt that the donor holds, and must not use any more.
    let held = receipts.iter().rev().find(|r| !r.status.is_live() && r.issued_at <= refund.created_at);
    let templates = services.templates.speaking_tag(&view.pledge.terms.locale);
    let language = templates.language();
    let letter = RefundLetter {
        donor_name: view.pledge.terms.name.as_ref().map(|name| name.as_str().to_owned()),
        refunded_text: language.money(refund.amount),
        amount_text: language.money(gross),
        full: refund.amount == gross,
        void: refund.kind == RefundKind::Void,
        by_hand: matches!(view.pledge.terms.gateway, GatewayKind::Cash | GatewayKind::Cheque),
        rest_text: rest.map(|rest| language.money(rest)),
        receipt_number: held.map(|receipt| receipt.number.to_string()),
        campaign_title: view.campaign.title.clone(),
        reason_text: refund.reason.clone(),
    };
    Ok(addressed(donor_of(&view), letter.render(&templates)?, message_id))
}

/// The link by which a gift goes on, if it still waits. It goes to an address that nobody has proved: it holds no name and no
/// word that was typed.
pub(super) async fn gift_link(services: &Services, id: GiftLinkId, message_id: &str) -> Result<(), JobError> {
    let Some(found) = links::write_link(&services.ctx, id).await? else {
        return Ok(());
    };
    let waiting = found.waiting;
    let templates = services.templates.speaking_tag(&waiting.locale);
    let letter = GiftLinkLetter {
        amount_text: templates.language().money(waiting.amount),
        campaign_title: waiting.campaign.title,
        url: found.url,
    };
    let to = Address { name: None, email: waiting.link.email.as_str().to_owned() };
    run::send(services, addressed(to, letter.render(&templates)?, message_id)).await
}

/// Tells staff which questions are open, if any still is.
pub(super) async fn review_notice(services: &Services, message_id: &str) -> Result<(), JobError> {
    let ctx = &services.ctx;
    let Some(open) = notices::open_questions(ctx).await? else { return Ok(()) };
    let zone = ctx.policy.time_zone;
    let questions = open.listed.into_iter().map(|review| Question {
        is_held: review.kind == holds::BROKEN_INVARIANT,
        kind: review.kind.replace('_', " "),
        detail: review.detail,
        subject: review.subject,
        since_text: moment_text(review.created_at, zone),
        command: format!("mainstay review resolve {}", review.id),
    });
    let letter = ReviewLetter { questions: questions.collect(), more: open.more };
    to_staff(services, &letter.render(&services.templates)?, message_id).await
}

/// Tells staff that a gift is contested, or what came of that.
pub(super) async fn dispute_notice(
    services: &Services,
    id: DisputeId,
    message_id: &str,
) -> Result<(), JobError> {
    let ctx = &services.ctx;
    let (dispute, view) = notices::disputed(ctx, id).await?;
    let donation = view.donation.as_ref();
    let gross = donation.and_then(|donation| donation.payment.money()).map(|money| money.gross);
    let zone = ctx.policy.time_zone;
    let letter = DisputeLetter {
        status: dispute.state.status.as_str(),
        amount_text: dispute.amount.text(),
        gross_text: gross.unwrap_or(view.pledge.terms.amount).text(),
        reason_text: dispute.reason.replace('_', " "),
        due_text: dispute
            .state
            .due_at
            .map(|due| due.with_timezone(&zone).format("%-d %B %Y, %H:%M %Z").to_string()),
        opened_text: date_text(ctx.day_of(dispute.opened_at)),
        campaign_title: view.campaign.title.clone(),
        gateway: gateway_name(donation.map_or(view.pledge.terms.gateway, |donation| donation.gateway)),
        remote: dispute.remote.as_str().to_owned(),
        donation: dispute.donation.to_string(),
        receipt_number: view.receipt.as_ref().map(|receipt| receipt.number.to_string()),
    };
    to_staff(services, &letter.render(&services.templates)?, message_id).await
}

/// Sends a letter to everybody of the staff. It is done when it reached one of them: tried again, it would reach
/// that one again.
async fn to_staff(services: &Services, letter: &Letter, message_id: &str) -> Result<(), JobError> {
    let mut failure = None;
    let mut reached = false;
    for (place, address) in services.ctx.policy.staff.iter().enumerate() {
        let to = Address { name: None, email: address.as_str().to_owned() };
        // Each is a letter of its own.
        let message_id = if place == 0 { message_id.to_owned() } else { format!("{place}.{message_id}") };
        match run::send(services, addressed(to, letter.clone(), &message_id)).await {
            Ok(()) => reached = true,
            Err(error) => {
                tracing::warn!(%error, "a letter to one of the staff could not be sent");
                failure = Some(error);
            }
        }
    }
    failure.filter(|_| !reached).map_or(Ok(()), Err)
}

fn donor_of(view: &PledgeView) -> Address {
    let terms = &view.pledge.terms;
    Address {
        name: terms.name.as_ref().map(|name| name.as_str().to_owned()),
        email: terms.email.as_str().to_owned(),
    }
}

pub(super) fn addressed(to: Address, letter: Letter, message_id: &str) -> OutgoingMail {
    OutgoingMail {
        to,
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        message_id: message_id.to_owned(),
        attachments: Vec::new(),
        inline: Vec::new(),
        headers: Vec::new(),
    }
}

fn thanks_url(ctx: &Context, pledge: PledgeId) -> Result<String, JobError> {
    Ok(format!("{}/thanks/{}", ctx.policy.public_url, tokens::status_token(&ctx.key, pledge)?))
}
