//! What staff wrote down about gifts that no gateway reports.

use super::row::one;
use super::schema::{donations, gifts_by_hand};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{DonationId, DonorId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// The paper behind a gift.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paper {
    /// The number of the cheque or of the slip, or the bank's own name of the line.
    pub document: Option<String>,
    /// A word about it, for staff.
    pub note: Option<String>,
}

/// Adds what was written down.
pub fn insert(
    tx: &mut Tx<'_>,
    donation: DonationId,
    paper: &Paper,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(gifts_by_hand::table)
        .values((
            gifts_by_hand::donation_id.eq(donation.to_string()),
            gifts_by_hand::document.eq(&paper.document),
            gifts_by_hand::note.eq(&paper.note),
            gifts_by_hand::recorded_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// What was written down about a donation; none if no staff recorded it in this way.
pub fn find(conn: &mut Conn, donation: DonationId) -> Result<Option<Paper>, StoreError> {
    let row: Option<(Option<String>, Option<String>)> = gifts_by_hand::table
        .find(donation.to_string())
        .select((gifts_by_hand::document, gifts_by_hand::note))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(document, note)| Paper { document, note }))
}

/// What was written down about the gifts of a donor: the donation, the paper's number, the note. The oldest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<(String, Paper)>, StoreError> {
    let rows: Vec<(String, Option<String>, Option<String>)> = gifts_by_hand::table
        .inner_join(donations::table)
        .filter(donations::donor_id.eq(donor.to_string()))
        .order(gifts_by_hand::donation_id)
        .select((gifts_by_hand::donation_id, gifts_by_hand::document, gifts_by_hand::note))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, document, note)| (id, Paper { document, note })).collect())
}

/// Forgets the words about the gifts of a donor: they may name a person. That they came by hand stays.
pub fn forget(tx: &mut Tx<'_>, donor: DonorId) -> Result<(), StoreError> {
    let theirs = donations::table.filter(donations::donor_id.eq(donor.to_string())).select(donations::id);
    diesel::update(gifts_by_hand::table.filter(gifts_by_hand::donation_id.eq_any(theirs)))
        .set((gifts_by_hand::document.eq(None::<String>), gifts_by_hand::note.eq(None::<String>)))
        .execute(&mut **tx)?;
    Ok(())
}
