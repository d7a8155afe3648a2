//! Letters that staff write to a donor: seen before they are sent, kept with who sent them, sent once by a job.

use super::notes::is_there;
use crate::domain::account::{ErasureStatus, Profile, can_be_mailed};
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::{TooLong, clean_line, clean_text};
use crate::domain::ids::{DonorId, LetterId, StaffId};
use crate::domain::job::Job;
use crate::store::donor_letters::{self, DonorLetter};
use crate::store::{Conn, StoreError, Tx, accounts, desk, erasures};
use crate::usecases::{Context, FieldError, UseCaseError, audit};
use serde_json::json;

/// Longest subject, in characters.
const SUBJECT_CHARACTERS_MAX: usize = 150;
/// Longest text, in characters.
const BODY_CHARACTERS_MAX: usize = 10_000;

/// A letter as it was typed, tidied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// One line.
    pub subject: String,
    /// Paragraphs with an empty line between them.
    pub body: String,
}

impl Draft {
    /// Tidies what was typed.
    ///
    /// # Errors
    /// What is missing or too long, all at once.
    pub fn parse(subject: &str, body: &str) -> Result<Self, Vec<FieldError>> {
        let mut mistakes = Vec::new();
        let mut filled = |field, text: Result<Option<String>, TooLong>| match text {
            Ok(Some(text)) => text,
            Ok(None) => {
                mistakes.push(FieldError { field, code: "missing", message: "Write something.".to_owned() });
                String::new()
            }
            Err(error) => {
                mistakes.push(FieldError { field, code: "too_long", message: error.to_string() });
                String::new()
            }
        };
        let subject = filled("subject", clean_line(subject, SUBJECT_CHARACTERS_MAX));
        let body = filled("body", clean_text(body, BODY_CHARACTERS_MAX));
        if mistakes.is_empty() { Ok(Self { subject, body }) } else { Err(mistakes) }
    }

    /// A code that only this text has: what is sent is what was seen.
    pub fn seal(&self, ctx: &Context) -> Result<String, UseCaseError> {
        Ok(ctx.key.blurred("letter", &[&self.subject, &self.body])?)
    }
}

/// A donor to whom a letter can be written.
///
/// # Errors
/// `NotFound` if there is none any more; `Conflict` if no letter reaches them, or they asked to be forgotten, or were found
/// to be another donor.
pub async fn addressee(ctx: &Context, donor: DonorId) -> Result<Profile, UseCaseError> {
    ctx.db.read(move |conn| addressee_in(conn, donor)).await
}

fn addressee_in(conn: &mut Conn, donor: DonorId) -> Result<Profile, UseCaseError> {
    let conflict = |code, message: &str| UseCaseError::Conflict { code, message: message.to_owned() };
    is_there(conn, donor)?;
    if desk::merged_into(conn, donor)?.is_some() {
        return Err(conflict("merged", "they were found to be another donor: write to that one"));
    }
    let going = erasures::of_donor(conn, donor)?;
    if going.is_some_and(|erasure| erasure.status != ErasureStatus::Asked) {
        return Err(conflict("erasure_asked", "they are being forgotten"));
    }
    let profile = accounts::get(conn, donor)?;
    if can_be_mailed(profile.email.as_str()) {
        Ok(profile)
    } else {
        Err(conflict("no_address", "there is no address to write to"))
    }
}

/// Writes a letter down and has it sent. The same key again returns the first.
///
/// # Errors
/// As [`addressee`].
pub async fn send(
    ctx: &Context,
    by: StaffId,
    donor: DonorId,
    draft: Draft,
    key: String,
) -> Result<DonorLetter, UseCaseError> {
    let (inner, written) = (ctx.clone(), key.clone());
    let sent = ctx.db.write(move |tx| send_in(tx, &inner, (by, donor), draft, &written)).await;
    let Err(UseCaseError::Store(StoreError::Conflict { .. })) = sent else {
        return sent;
    };
    // The same form came at the same instant: its letter is the one.
    let first = ctx.db.read(move |conn| donor_letters::find_by_request(conn, &key)).await?;
    first.map_or(sent, Ok)
}

fn send_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (by, donor): (StaffId, DonorId),
    draft: Draft,
    key: &str,
) -> Result<DonorLetter, UseCaseError> {
    if let Some(letter) = donor_letters::find_by_request(tx, key)? {
        return Ok(letter);
    }
    addressee_in(tx, donor)?;
    let letter = DonorLetter {
        id: ctx.new_id(),
        donor,
        by,
        subject: draft.subject,
        body: draft.body,
        written_at: ctx.now(),
        sent_at: None,
    };
    donor_letters::insert(tx, &letter, key)?;
    ctx.enqueue(tx, &Job::SendDonorLetter { letter: letter.id })?;
    let detail = json!({ "letter": letter.id });
    audit::record(tx, ctx, (Actor::Staff(by), Action::DonorWritten), &donor, &detail)?;
    Ok(letter)
}

/// A letter that waits, and to whom it goes; none if it was sent, or its donor was forgotten meanwhile.
pub async fn waiting(ctx: &Context, id: LetterId) -> Result<Option<(DonorLetter, Profile)>, UseCaseError> {
    let read = ctx.db.read(move |conn| {
        let letter = donor_letters::find(conn, id)?.filter(|letter| letter.sent_at.is_none());
        letter.map(|letter| Ok::<_, StoreError>((accounts::get(conn, letter.donor)?, letter))).transpose()
    });
    Ok(read.await?.map(|(profile, letter)| (letter, profile)))
}

/// Notes that the mail server took a letter.
pub async fn mark_sent(ctx: &Context, id: LetterId) -> Result<(), UseCaseError> {
    let now = ctx.now();
    Ok(ctx.db.write(move |tx| donor_letters::mark_sent(tx, id, now)).await?)
}

/// A letter to a donor, to be read again.
///
/// # Errors
/// `NotFound` if this donor has no letter of this id.
pub async fn letter(ctx: &Context, donor: DonorId, id: LetterId) -> Result<DonorLetter, UseCaseError> {
    let found = ctx.db.read(move |conn| donor_letters::find(conn, id)).await?;
    found.filter(|letter| letter.donor == donor).ok_or(UseCaseError::NotFound("letter"))
}
