//! Letters that staff wrote to donors.

use super::row::{Row, one, utc};
use super::schema::donor_letters;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{DonorId, LetterId, StaffId};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// A letter to a donor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DonorLetter {
    /// Its id.
    pub id: LetterId,
    /// To whom.
    pub donor: DonorId,
    /// Who wrote it.
    pub by: StaffId,
    /// One line.
    pub subject: String,
    /// What it says, as plain text.
    pub body: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When the mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = donor_letters)]
struct LetterRow {
    id: String,
    donor_id: String,
    staff_id: String,
    subject: String,
    body: String,
    written_at: NaiveDateTime,
    sent_at: Option<NaiveDateTime>,
}

impl LetterRow {
    fn into_domain(self) -> Result<DonorLetter, StoreError> {
        let row = Row { table: "donor_letters", id: &self.id };
        Ok(DonorLetter {
            id: row.parse(&self.id)?,
            donor: row.parse(&self.donor_id)?,
            by: row.parse(&self.staff_id)?,
            written_at: utc(self.written_at),
            sent_at: self.sent_at.map(utc),
            subject: self.subject,
            body: self.body,
        })
    }
}

/// Adds a letter.
///
/// # Errors
/// `Conflict` if one of the same key is there.
pub fn insert(tx: &mut Tx<'_>, letter: &DonorLetter, request_key: &str) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(donor_letters::table)
        .values((
            donor_letters::id.eq(letter.id.to_string()),
            donor_letters::donor_id.eq(letter.donor.to_string()),
            donor_letters::staff_id.eq(letter.by.to_string()),
            donor_letters::subject.eq(&letter.subject),
            donor_letters::body.eq(&letter.body),
            donor_letters::request_key.eq(request_key),
            donor_letters::written_at.eq(letter.written_at.naive_utc()),
            donor_letters::sent_at.eq(letter.sent_at.map(|at| at.naive_utc())),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// The letter with this id; none once its donor was forgotten.
pub fn find(conn: &mut Conn, id: LetterId) -> Result<Option<DonorLetter>, StoreError> {
    let row = donor_letters::table.find(id.to_string()).select(LetterRow::as_select());
    row.get_result(conn).optional()?.map(LetterRow::into_domain).transpose()
}

/// The letter that one filling of a form made.
pub fn find_by_request(conn: &mut Conn, key: &str) -> Result<Option<DonorLetter>, StoreError> {
    let row = donor_letters::table.filter(donor_letters::request_key.eq(key));
    row.select(LetterRow::as_select()).get_result(conn).optional()?.map(LetterRow::into_domain).transpose()
}

/// The letters to a donor, the oldest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<DonorLetter>, StoreError> {
    let rows = donor_letters::table
        .filter(donor_letters::donor_id.eq(donor.to_string()))
        .order(donor_letters::id)
        .select(LetterRow::as_select());
    rows.load(conn)?.into_iter().map(LetterRow::into_domain).collect()
}

/// Notes that the mail server took a letter.
pub fn mark_sent(tx: &mut Tx<'_>, id: LetterId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let waiting = donor_letters::table.find(id.to_string()).filter(donor_letters::sent_at.is_null());
    diesel::update(waiting).set(donor_letters::sent_at.eq(Some(now.naive_utc()))).execute(&mut **tx)?;
    Ok(())
}

/// Forgets the letters to a donor; those that wait are not sent.
pub fn forget(tx: &mut Tx<'_>, donor: DonorId) -> Result<(), StoreError> {
    let theirs = donor_letters::table.filter(donor_letters::donor_id.eq(donor.to_string()));
    diesel::delete(theirs).execute(&mut **tx)?;
    Ok(())
}
