//! What staff keep about donors: notes, tags, and which two rows are one person.

use super::row::{Row, one, utc};
use super::schema::{donations, donor_merge_pledges, donor_merges, donor_notes, donor_tags, donors, pledges};
use super::{Conn, StoreError, Tx, donor_letters};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{DonorId, MergeId, NoteId, StaffId};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

/// A note on a donor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// On whom.
    pub donor: DonorId,
    /// Who wrote it.
    pub by: StaffId,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Adds a note.
pub fn insert_note(tx: &mut Tx<'_>, note: &Note) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(donor_notes::table)
        .values((
            donor_notes::id.eq(note.id.to_string()),
            donor_notes::donor_id.eq(note.donor.to_string()),
            donor_notes::staff_id.eq(note.by.to_string()),
            donor_notes::body.eq(&note.text),
            donor_notes::created_at.eq(note.created_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Removes a note from a donor. False if there is none of this id.
pub fn remove_note(tx: &mut Tx<'_>, donor: DonorId, id: NoteId) -> Result<bool, StoreError> {
    let theirs = donor_notes::table.find(id.to_string()).filter(donor_notes::donor_id.eq(donor.to_string()));
    Ok(diesel::delete(theirs).execute(&mut **tx)? == 1)
}

/// The notes on a donor, the newest first.
pub fn notes(conn: &mut Conn, donor: DonorId) -> Result<Vec<Note>, StoreError> {
    let rows: Vec<(String, String, String, String, NaiveDateTime)> = donor_notes::table
        .filter(donor_notes::donor_id.eq(donor.to_string()))
        .order((donor_notes::created_at.desc(), donor_notes::id.desc()))
        .load(conn)?;
    let note = |(id, donor, by, text, created_at): (String, String, String, String, NaiveDateTime)| {
        let row = Row { table: "donor_notes", id: &id };
        Ok(Note {
            id: row.parse(&id)?,
            donor: row.parse(&donor)?,
            by: row.parse(&by)?,
            text,
            created_at: utc(created_at),
        })
    };
    rows.into_iter().map(note).collect()
}

/// The tags of a donor, in their order.
pub fn tags(conn: &mut Conn, donor: DonorId) -> Result<Vec<String>, StoreError> {
    let theirs = donor_tags::table.filter(donor_tags::donor_id.eq(donor.to_string()));
    Ok(theirs.order(donor_tags::tag).select(donor_tags::tag).load(conn)?)
}

/// Gives a donor these tags and no others.
pub fn set_tags(tx: &mut Tx<'_>, donor: DonorId, tags: &[String]) -> Result<(), StoreError> {
    let donor = donor.to_string();
    diesel::delete(donor_tags::table.filter(donor_tags::donor_id.eq(&donor))).execute(&mut **tx)?;
    for tag in tags {
        let row = (donor_tags::donor_id.eq(&donor), donor_tags::tag.eq(tag));
        diesel::insert_into(donor_tags::table).values(row).execute(&mut **tx)?;
    }
    Ok(())
}

/// Whom a donor was found to be.
pub fn merged_into(conn: &mut Conn, donor: DonorId) -> Result<Option<DonorId>, StoreError> {
    let text = donor.to_string();
    let other: Option<Option<String>> =
        donors::table.find(&text).select(donors::merged_into).get_result(conn).optional()?;
    Row { table: "donors", id: &text }.parse_option(other.flatten().as_deref())
}

/// Who was found to be this donor, with their addresses.
pub fn merged_from(conn: &mut Conn, donor: DonorId) -> Result<Vec<(DonorId, EmailAddress)>, StoreError> {
    let rows: Vec<(String, String)> = donors::table
        .filter(donors::merged_into.eq(donor.to_string()))
        .order(donors::email)
        .select((donors::id, donors::email))
        .load(conn)?;
    let one = |(id, email): (String, String)| {
        let row = Row { table: "donors", id: &id };
        Ok((row.parse(&id)?, EmailAddress::parse(&email).map_err(|error| row.corrupt(error))?))
    };
    rows.into_iter().map(one).collect()
}

/// Donors with the same name, written alike, and another address: they may be the same person.
pub fn namesakes(conn: &mut Conn, donor: DonorId, limit: i64) -> Result<Vec<DonorId>, StoreError> {
    let text = donor.to_string();
    let name: Option<Option<String>> =
        donors::table.find(&text).select(donors::name).get_result(conn).optional()?;
    let Some(name) = name.flatten() else {
        return Ok(Vec::new());
    };
    let ids: Vec<String> = donors::table
        .filter(donors::name.eq(name))
        .filter(donors::id.ne(&text))
        .filter(donors::merged_into.is_null())
        .filter(donors::erased_at.is_null())
        .order(donors::id)
        .limit(limit)
        .select(donors::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "donors", id }.parse(id)).collect()
}

/// Takes the rows of two donors, in one order for everybody, so that two merges take turns.
pub fn lock(tx: &mut Tx<'_>, one: DonorId, other: DonorId) -> Result<(), StoreError> {
    for id in [one.min(other), one.max(other)] {
        let same = diesel::update(donors::table.find(id.to_string())).set(donors::id.eq(donors::id));
        if same.execute(&mut **tx)? == 0 {
            return Err(StoreError::NotFound);
        }
    }
    Ok(())
}

/// Makes one donor of two: what one promised and gave is now the other's.
pub fn merge(
    tx: &mut Tx<'_>,
    id: MergeId,
    (from, into): (DonorId, DonorId),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (merge, from, into) = (id.to_string(), from.to_string(), into.to_string());
    diesel::insert_into(donor_merges::table)
        .values((
            donor_merges::id.eq(&merge),
            donor_merges::from_id.eq(&from),
            donor_merges::into_id.eq(&into),
            donor_merges::merged_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    let theirs: Vec<String> =
        pledges::table.filter(pledges::donor_id.eq(&from)).select(pledges::id).load(&mut **tx)?;
    for pledge in &theirs {
        let row = (donor_merge_pledges::merge_id.eq(&merge), donor_merge_pledges::pledge_id.eq(pledge));
        diesel::insert_into(donor_merge_pledges::table).values(row).execute(&mut **tx)?;
    }
    diesel::update(pledges::table.filter(pledges::donor_id.eq(&from)))
        .set(pledges::donor_id.eq(&into))
        .execute(&mut **tx)?;
    diesel::update(donations::table.filter(donations::donor_id.eq(&from)))
        .set(donations::donor_id.eq(&into))
        .execute(&mut **tx)?;
    diesel::update(donors::table.filter(donors::id.eq(&from).or(donors::merged_into.eq(&from))))
        .set((donors::merged_into.eq(&into), donors::updated_at.eq(now.naive_utc())))
        .execute(&mut **tx)?;
    Ok(())
}

/// Makes two donors of one again: what was the first one's is theirs again, and what came from their address since.
/// False if they were not merged.
pub fn unmerge(tx: &mut Tx<'_>, from: DonorId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let text = from.to_string();
    let merge: Option<(String, NaiveDateTime)> = donor_merges::table
        .filter(donor_merges::from_id.eq(&text))
        .filter(donor_merges::undone_at.is_null())
        .select((donor_merges::id, donor_merges::merged_at))
        .get_result(&mut **tx)
        .optional()?;
    let Some((merge, merged_at)) = merge else {
        return Ok(false);
    };
    let email: String = donors::table.find(&text).select(donors::email).get_result(&mut **tx)?;
    let moved = donor_merge_pledges::table
        .filter(donor_merge_pledges::merge_id.eq(&merge))
        .filter(donor_merge_pledges::pledge_id.eq(pledges::id));
    let since = pledges::email.eq(&email).and(pledges::created_at.ge(merged_at));
    diesel::update(pledges::table.filter(pledges::donor_id.is_not_null()).filter(exists(moved).or(since)))
        .set(pledges::donor_id.eq(&text))
        .execute(&mut **tx)?;
    let theirs = pledges::table.filter(pledges::donor_id.eq(&text)).select(pledges::id);
    diesel::update(
        donations::table
            .filter(donations::donor_id.is_not_null())
            .filter(donations::pledge_id.eq_any(theirs)),
    )
    .set(donations::donor_id.eq(&text))
    .execute(&mut **tx)?;
    let none: Option<String> = None;
    diesel::update(donors::table.find(&text))
        .set((donors::merged_into.eq(none), donors::updated_at.eq(now.naive_utc())))
        .execute(&mut **tx)?;
    diesel::update(donor_merges::table.find(&merge))
        .set(donor_merges::undone_at.eq(now.naive_utc()))
        .execute(&mut **tx)?;
    Ok(true)
}

/// Forgets what staff wrote about a donor. The list of statements that were mailed stays: it names nobody.
pub fn forget(tx: &mut Tx<'_>, donor: DonorId) -> Result<(), StoreError> {
    let text = donor.to_string();
    diesel::delete(donor_notes::table.filter(donor_notes::donor_id.eq(&text))).execute(&mut **tx)?;
    diesel::delete(donor_tags::table.filter(donor_tags::donor_id.eq(&text))).execute(&mut **tx)?;
    donor_letters::forget(tx, donor)
}
