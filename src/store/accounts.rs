//! Donors as their own pages show and change them.

use super::row::{Row, one, utc};
use super::schema::{campaigns, donations, donors, pledges, receipts};
use super::{Conn, StoreError, Tx, desk, search};
use crate::domain::account::Profile;
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{CampaignId, DonationId, DonorId};
use crate::domain::pledge::PledgeStatus;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use std::collections::BTreeMap;

type Columns =
    (String, String, Option<String>, Option<String>, Option<String>, NaiveDateTime, Option<NaiveDateTime>);

fn into_domain(
    (id, email, name, locale, postal_address, created_at, erased_at): Columns,
) -> Result<Profile, StoreError> {
    let row = Row { table: "donors", id: &id };
    Ok(Profile {
        id: row.parse(&id)?,
        email: EmailAddress::parse(&email).map_err(|error| row.corrupt(error))?,
        name,
        locale,
        postal_address,
        created_at: utc(created_at),
        erased_at: erased_at.map(utc),
    })
}

macro_rules! columns {
    () => {
        (
            donors::id,
            donors::email,
            donors::name,
            donors::locale,
            donors::postal_address,
            donors::created_at,
            donors::erased_at,
        )
    };
}

/// The donor with this id.
pub fn get(conn: &mut Conn, id: DonorId) -> Result<Profile, StoreError> {
    let profile = into_domain(donors::table.find(id.to_string()).select(columns!()).get_result(conn)?)?;
    speaking(conn, profile)
}

/// With the language of the newest pledge, if none was chosen.
fn speaking(conn: &mut Conn, profile: Profile) -> Result<Profile, StoreError> {
    if profile.locale.is_some() || profile.erased_at.is_some() {
        return Ok(profile);
    }
    let newest: Option<String> = pledges::table
        .filter(pledges::donor_id.eq(profile.id.to_string()))
        .order((pledges::created_at.desc(), pledges::id.desc()))
        .limit(1)
        .select(pledges::locale)
        .get_result(conn)
        .optional()?;
    Ok(Profile { locale: newest, ..profile })
}

/// The donor of this address, if any money ever came from there.
pub fn find_by_email(conn: &mut Conn, email: &EmailAddress) -> Result<Option<Profile>, StoreError> {
    let row: Option<Columns> = donors::table
        .filter(donors::email.eq(email.as_str()))
        .filter(donors::erased_at.is_null())
        .select(columns!())
        .get_result(conn)
        .optional()?;
    let Some(profile) = row.map(into_domain).transpose()? else {
        return Ok(None);
    };
    // Whoever is known by two addresses signs in by either, to the one record.
    match desk::merged_into(conn, profile.id)? {
        Some(other) => get(conn, other).map(Some),
        None => speaking(conn, profile).map(Some),
    }
}

/// Name, postal address and language of a donor. Pledges that still run follow, so that the next receipt is right;
/// receipts that were issued stay as they are.
pub fn set_details(tx: &mut Tx<'_>, profile: &Profile, now: DateTime<Utc>) -> Result<(), StoreError> {
    let id = profile.id.to_string();
    let changed = diesel::update(donors::table.find(&id).filter(donors::erased_at.is_null()))
        .set((
            donors::name.eq(&profile.name),
            donors::locale.eq(&profile.locale),
            donors::postal_address.eq(&profile.postal_address),
            donors::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(changed)?;
    search::renew(tx, &id)?;
    let over =
        [PledgeStatus::Fulfilled, PledgeStatus::Cancelled, PledgeStatus::Expired, PledgeStatus::Failed]
            .map(PledgeStatus::as_str);
    let running = pledges::table.filter(pledges::donor_id.eq(&id)).filter(pledges::status.ne_all(over));
    diesel::update(running).set(pledges::name.eq(&profile.name)).execute(&mut **tx)?;
    if let Some(locale) = &profile.locale {
        diesel::update(pledges::table.filter(pledges::donor_id.eq(&id)))
            .set(pledges::locale.eq(locale))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Notes that letters to a donor's address reach them: they opened one.
pub fn prove_address(tx: &mut Tx<'_>, id: DonorId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let donor = donors::table.find(id.to_string()).filter(donors::erased_at.is_null());
    diesel::update(donor).set(donors::address_proven_at.eq(Some(now.naive_utc()))).execute(&mut **tx)?;
    Ok(())
}

/// Since when that is known.
pub fn address_proven_at(conn: &mut Conn, id: DonorId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let proven: Option<NaiveDateTime> =
        donors::table.find(id.to_string()).select(donors::address_proven_at).get_result(conn)?;
    Ok(proven.map(utc))
}

/// Another address for a donor and for all their pledges: letters and later receipts go there. That they reach them is not
/// known yet.
///
/// # Errors
/// `Conflict` on `donors_email_unique` if somebody else gave with that address.
pub fn set_email(
    tx: &mut Tx<'_>,
    id: DonorId,
    email: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let id = id.to_string();
    let changed = diesel::update(donors::table.find(&id).filter(donors::erased_at.is_null()))
        .set((
            donors::email.eq(email.as_str()),
            donors::address_proven_at.eq(None::<NaiveDateTime>),
            donors::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(changed)?;
    search::renew(tx, &id)?;
    diesel::update(pledges::table.filter(pledges::donor_id.eq(&id)))
        .set(pledges::email.eq(email.as_str()))
        .execute(&mut **tx)?;
    Ok(())
}

/// The titles of campaigns.
pub fn campaign_titles(
    conn: &mut Conn,
    ids: &[CampaignId],
) -> Result<BTreeMap<CampaignId, String>, StoreError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String)> = campaigns::table
        .filter(campaigns::id.eq_any(ids))
        .select((campaigns::id, campaigns::title))
        .load(conn)?;
    rows.into_iter().map(|(id, title)| Ok((Row { table: "campaigns", id: &id }.parse(&id)?, title))).collect()
}

/// The number and the status of the newest receipt of each donation that has one.
pub fn newest_receipts(
    conn: &mut Conn,
    ids: &[DonationId],
) -> Result<BTreeMap<DonationId, (String, String)>, StoreError> {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows: Vec<(String, String, i32, i64, String)> = receipts::table
        .filter(receipts::donation_id.eq_any(ids))
        .order(receipts::id)
        .select((receipts::donation_id, receipts::series, receipts::year, receipts::number, receipts::status))
        .load(conn)?;
    rows.into_iter()
        .map(|(donation, series, year, number, status)| {
            let number = crate::domain::receipt::ReceiptNumber { series, year, number };
            let row = Row { table: "receipts", id: &donation };
            Ok((row.parse(&donation)?, (number.to_string(), status)))
        })
        .collect()
}

/// The donor of a donation.
pub fn donor_of(conn: &mut Conn, donation: DonationId) -> Result<Option<DonorId>, StoreError> {
    let id = donation.to_string();
    let donor: Option<Option<String>> =
        donations::table.find(&id).select(donations::donor_id).get_result(conn).optional()?;
    Row { table: "donations", id: &id }.parse_option(donor.flatten().as_deref())
}

/// The first and the last of something.
pub type FirstAndLast = (DateTime<Utc>, DateTime<Utc>);

/// When the first and the last money of a donor arrived.
pub fn first_and_last(conn: &mut Conn, donor: DonorId) -> Result<Option<FirstAndLast>, StoreError> {
    let id = donor.to_string();
    let theirs = donations::table
        .filter(donations::donor_id.eq(&id))
        .filter(donations::received_at.is_not_null())
        .select(donations::received_at)
        .limit(1);
    let first: Option<Option<NaiveDateTime>> =
        theirs.order(donations::received_at.asc()).get_result(conn).optional()?;
    let last: Option<Option<NaiveDateTime>> =
        theirs.order(donations::received_at.desc()).get_result(conn).optional()?;
    Ok(first.flatten().zip(last.flatten()).map(|(first, last)| (utc(first), utc(last))))
}
