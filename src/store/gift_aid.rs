//! Declarations of United Kingdom taxpayers, and the gifts that they cover.

use super::row::{Row, one, utc};
use super::schema::{donors, gift_aid_declarations};
use super::{Conn, StoreError, Tx};
use crate::domain::figures::Period;
use crate::domain::gift_aid::{Claimable, Declaration, DeclaredBy, Taxpayer};
use crate::domain::ids::{DeclarationId, DonorId, PledgeId};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = gift_aid_declarations)]
struct DeclarationRow {
    id: String,
    donor_id: String,
    title: String,
    first_name: String,
    last_name: String,
    house: String,
    postcode: String,
    covers_from: NaiveDate,
    wording: String,
    declared_at: NaiveDateTime,
    ended_on: Option<NaiveDate>,
    pledge_id: Option<String>,
    declared_by: String,
}

/// Adds a declaration.
pub fn insert(tx: &mut Tx<'_>, declaration: &Declaration) -> Result<(), StoreError> {
    let Taxpayer { title, first_name, last_name, house, postcode } = declaration.taxpayer.clone();
    let row = DeclarationRow {
        id: declaration.id.to_string(),
        donor_id: declaration.donor.to_string(),
        title,
        first_name,
        last_name,
        house,
        postcode,
        covers_from: declaration.covers_from,
        wording: declaration.wording.clone(),
        declared_at: declaration.declared_at.naive_utc(),
        ended_on: declaration.ended_on,
        pledge_id: declaration.pledge.map(|pledge| pledge.to_string()),
        declared_by: declaration.way.as_str().to_owned(),
    };
    one(diesel::insert_into(gift_aid_declarations::table).values(&row).execute(&mut **tx)?)
}

/// A donor, and whoever was found to be them.
macro_rules! same_person {
    ($donor:expr) => {{
        let id = $donor.to_string();
        donors::table.filter(donors::id.eq(id.clone()).or(donors::merged_into.eq(id))).select(donors::id)
    }};
}

/// The declarations of a donor, under whichever of their addresses they were given, the latest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<Declaration>, StoreError> {
    let rows: Vec<DeclarationRow> = gift_aid_declarations::table
        .filter(gift_aid_declarations::donor_id.eq_any(same_person!(donor)))
        .order(gift_aid_declarations::id.desc())
        .select(DeclarationRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|declared| {
            let row = Row { table: "gift_aid_declarations", id: &declared.id };
            Ok(Declaration {
                id: row.parse::<DeclarationId>(&declared.id)?,
                donor: row.parse(&declared.donor_id)?,
                pledge: row.parse_option(declared.pledge_id.as_deref())?,
                way: row.word(DeclaredBy::parse, &declared.declared_by)?,
                taxpayer: Taxpayer {
                    title: declared.title,
                    first_name: declared.first_name,
                    last_name: declared.last_name,
                    house: declared.house,
                    postcode: declared.postcode,
                },
                covers_from: declared.covers_from,
                wording: declared.wording,
                declared_at: utc(declared.declared_at),
                ended_on: declared.ended_on,
            })
        })
        .collect()
}

/// What is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Everything that is in force.
    All,
    /// What covers all gifts of a time.
    General,
    /// What covers this gift alone.
    Gift(PledgeId),
}

/// Ends what a donor declared: gifts from `on` on are covered no more. `today` is when that was done. False if nothing was
/// in force.
pub fn end(
    tx: &mut Tx<'_>,
    donor: DonorId,
    which: Which,
    (on, today): (NaiveDate, NaiveDate),
) -> Result<bool, StoreError> {
    let in_force = gift_aid_declarations::table
        .filter(gift_aid_declarations::donor_id.eq_any(same_person!(donor)))
        .filter(gift_aid_declarations::ended_on.is_null());
    let end =
        (gift_aid_declarations::ended_on.eq(Some(on)), gift_aid_declarations::closed_on.eq(Some(today)));
    let gift = gift_aid_declarations::pledge_id;
    let ended = match which {
        Which::All => diesel::update(in_force).set(end).execute(&mut **tx)?,
        Which::General => diesel::update(in_force.filter(gift.is_null())).set(end).execute(&mut **tx)?,
        Which::Gift(id) => {
            diesel::update(in_force.filter(gift.eq(id.to_string()))).set(end).execute(&mut **tx)?
        }
    };
    Ok(ended > 0)
}

/// Removes declarations that were ended before a day: the law wants them no longer. Returns how many.
pub fn remove_ended(tx: &mut Tx<'_>, before: NaiveDate) -> Result<usize, StoreError> {
    let old = gift_aid_declarations::table
        .filter(gift_aid_declarations::closed_on.is_not_null())
        .filter(gift_aid_declarations::closed_on.assume_not_null().lt(before));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}

#[derive(QueryableByName)]
struct ClaimRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Date)]
    received_on: NaiveDate,
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    first_name: String,
    #[diesel(sql_type = Text)]
    last_name: String,
    #[diesel(sql_type = Text)]
    house: String,
    #[diesel(sql_type = Text)]
    postcode: String,
}

/// Gifts in pounds of a period that a declaration covers and of which something is left, by id, behind the one that
/// `after` names.
pub fn claimable(
    conn: &mut Conn,
    period: Period,
    after: &str,
    limit: i64,
) -> Result<Vec<Claimable>, StoreError> {
    // Of two declarations that cover a gift, the earlier is the one that counts.
    let query = "SELECT d.id, d.received_on, d.gross_minor - d.refunded_minor - d.lost_minor AS kept, d.currency, \
         g.title, g.first_name, g.last_name, g.house, g.postcode \
         FROM donations d JOIN gift_aid_declarations g ON g.id = (SELECT MIN(x.id) FROM gift_aid_declarations x \
         WHERE x.donor_id IN (SELECT m.id FROM donors m WHERE m.id = d.donor_id OR m.merged_into = d.donor_id) \
         AND x.covers_from <= d.received_on AND (x.ended_on IS NULL OR d.received_on < x.ended_on) \
         AND (x.pledge_id IS NULL OR x.pledge_id = d.pledge_id)) \
         WHERE d.received_on >= $1 AND d.received_on <= $2 AND d.id > $3 AND d.currency = 'GBP' \
         AND d.gateway <> 'import' \
         AND d.gross_minor - d.refunded_minor - d.lost_minor > 0 ORDER BY d.id LIMIT $4";
    let rows: Vec<ClaimRow> = diesel::sql_query(query)
        .bind::<Date, _>(period.from)
        .bind::<Date, _>(period.until)
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(limit)
        .load(conn)?;
    rows.into_iter()
        .map(|claim| {
            let row = Row { table: "donations", id: &claim.id };
            Ok(Claimable {
                kept: row.money(claim.kept, &claim.currency)?,
                received_on: claim.received_on,
                taxpayer: Taxpayer {
                    title: claim.title,
                    first_name: claim.first_name,
                    last_name: claim.last_name,
                    house: claim.house,
                    postcode: claim.postcode,
                },
                id: claim.id,
            })
        })
        .collect()
}
