//! The letters of the donor's own pages. Each goes to the address on record when it is sent.

use super::Services;
use super::letters::addressed;
use super::run::{self, JobError};
use crate::domain::account::{AccountChange, Profile, Side, Statement, can_be_mailed};
use crate::domain::ids::{AccountChangeId, AddressChangeId, DonorId, ErasureId, LetterId, SignInId};
use crate::mail::{Address, Attachment};
use crate::render::letters::{
    DonorMail, ErasedLetter, NoticeLetter, ProofLetter, SignInLetter, StatementLetter,
};
use crate::render::{Templates, statement as document};
use crate::usecases::account::{address, change_letter, erase, sign_in, statements};
use crate::usecases::desk;
use crate::words::Language;

/// The link to sign in, if anybody is known there and still waits.
pub(super) async fn sign_in(services: &Services, wish: SignInId, message_id: &str) -> Result<(), JobError> {
    let Some(link) = sign_in::write_link(&services.ctx, wish).await? else {
        return Ok(());
    };
    let letter = SignInLetter { donor_name: link.profile.name.clone(), url: link.url, code: link.code };
    let letter = letter.render(&spoken(services, &link.profile))?;
    run::send(services, addressed(on_record(&link.profile), letter, message_id)).await
}

/// The link that proves one of the addresses of a change, if it is still to be proved.
pub(super) async fn address_proof(
    services: &Services,
    change: AddressChangeId,
    side: Side,
    message_id: &str,
) -> Result<(), JobError> {
    let Some(proof) = address::write_link(&services.ctx, change, side).await? else {
        return Ok(());
    };
    let email = proof.change.address(side).as_str().to_owned();
    let letter = ProofLetter {
        donor_name: proof.profile.name.clone(),
        url: proof.url,
        side: side.as_str(),
        new_email: proof.change.new.as_str().to_owned(),
    };
    let letter = letter.render(&spoken(services, &proof.profile))?;
    let to = Address { name: proof.profile.name, email };
    run::send(services, addressed(to, letter, message_id)).await
}

/// Whom a letter about a change goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// The address on record.
    Donor,
    /// The address that was on record before.
    OldAddress,
}

/// Confirms what a donor changed.
pub(super) async fn account_notice(
    services: &Services,
    change: AccountChangeId,
    to: To,
    message_id: &str,
) -> Result<(), JobError> {
    let Some((change, profile)) = change_letter(&services.ctx, change).await? else {
        return Ok(());
    };
    let address = match to {
        To::Donor => on_record(&profile),
        To::OldAddress => {
            Address { name: profile.name.clone(), email: change.detail.old_email.clone().unwrap_or_default() }
        }
    };
    let letter = notice(services, &change, &profile, to).render(&spoken(services, &profile))?;
    run::send(services, addressed(address, letter, message_id)).await
}

fn notice(services: &Services, change: &AccountChange, profile: &Profile, to: To) -> NoticeLetter {
    NoticeLetter {
        donor_name: profile.name.clone(),
        kind: change.kind.as_str(),
        campaign: change.detail.campaign.clone().unwrap_or_default(),
        visibility: change.detail.visibility.clone().unwrap_or_default(),
        wording: change.detail.wording.iter().flat_map(|words| words.lines()).map(str::to_owned).collect(),
        is_farewell: to == To::OldAddress,
        url: format!("{}/account", services.ctx.policy.public_url),
    }
}

/// The templates in the language of a donor.
fn spoken(services: &Services, profile: &Profile) -> Templates {
    let locale = profile.locale.as_deref().unwrap_or(&services.ctx.policy.default_locale);
    services.templates.speaking_tag(locale)
}

fn on_record(profile: &Profile) -> Address {
    Address { name: profile.name.clone(), email: profile.email.as_str().to_owned() }
}

/// A letter that staff wrote, if it still waits.
pub(super) async fn from_staff(services: &Services, id: LetterId, message_id: &str) -> Result<(), JobError> {
    let Some((letter, profile)) = desk::letters::waiting(&services.ctx, id).await? else {
        return Ok(());
    };
    let mail = DonorMail::of(&letter.subject, &letter.body).render(&spoken(services, &profile))?;
    run::send(services, addressed(on_record(&profile), mail, message_id)).await?;
    Ok(desk::letters::mark_sent(&services.ctx, id).await?)
}

/// The statement of a year, if it was not sent.
pub(super) async fn statement(
    services: &Services,
    year: i32,
    donor: DonorId,
    message_id: &str,
) -> Result<(), JobError> {
    let ctx = &services.ctx;
    let Some(found) = statements::letter(ctx, year, donor).await? else {
        return Ok(());
    };
    let templates = spoken(services, &found.profile);
    let language = templates.language().clone();
    // Who was forgotten since it was ordered was sent nothing.
    if !can_be_mailed(found.profile.email.as_str()) {
        return Ok(());
    }
    let letter = statement_letter(&found, &language).render(&templates)?;
    let to = on_record(&found.profile);
    let pdf = tokio::task::spawn_blocking(move || document::pdf(&found, &language))
        .await
        .map_err(|panic| JobError::Retry(format!("drawing the statement was cut off: {panic}")))?
        .map_err(|error| JobError::Retry(error.to_string()))?;
    let mut mail = addressed(to, letter, message_id);
    let name = document::file_name(year);
    mail.attachments.push(Attachment { name, media_type: "application/pdf".into(), bytes: pdf });
    run::send(services, mail).await?;
    Ok(statements::mark_sent(ctx, year, donor).await?)
}

fn statement_letter(statement: &Statement, language: &Language) -> StatementLetter {
    StatementLetter {
        donor_name: statement.profile.name.clone(),
        year: statement.year,
        organisation: statement.organisation.name.clone(),
        totals: statement.totals.iter().map(|total| language.money(*total)).collect(),
    }
}

/// The last letter to a donor who was forgotten.
pub(super) async fn erased(services: &Services, id: ErasureId, message_id: &str) -> Result<(), JobError> {
    let ctx = &services.ctx;
    let Some(erasure) = erase::letter(ctx, id).await? else {
        return Ok(());
    };
    let Some(email) = erasure.email else {
        return Ok(());
    };
    let locale = erasure.locale.as_deref().unwrap_or(&ctx.policy.default_locale);
    let letter = ErasedLetter { donor_name: None, years: ctx.policy.retention.receipt_years };
    let letter = letter.render(&services.templates.speaking_tag(locale))?;
    let to = Address { name: None, email: email.as_str().to_owned() };
    run::send(services, addressed(to, letter, message_id)).await?;
    Ok(erase::letter_sent(ctx, id).await?)
}
