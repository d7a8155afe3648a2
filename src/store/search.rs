//! The words by which donors are found. They are kept beside the donors, in the transaction that changes one; what they
//! are is decided by [`crate::domain::search`], and a rule of the doctor holds them against it.

use super::dialect::on_each;
use super::schema::{donors, search_terms};
use super::{Conn, StoreError, Tx};
use crate::domain::search;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Donors looked at together.
const PAGE_ROWS: i64 = 500;
/// Words that are read for one word of a search: more than so many begin alike only in searches that are too short.
const HITS_MAX: i64 = 4_000;
/// Donors that a search finds. Whoever has more types another letter.
pub const FOUND_MAX: usize = 500;

/// Whom a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Their ids.
    pub donors: Vec<String>,
    /// There are more.
    pub more: bool,
}

/// Writes down the words of a donor who is new or has another name or address, and takes those away that they had.
/// A donor who was forgotten has none.
pub fn renew(tx: &mut Tx<'_>, donor: &str) -> Result<(), StoreError> {
    let (email, name, is_forgotten): (String, Option<String>, bool) = donors::table
        .find(donor)
        .select((donors::email, donors::name, donors::erased_at.is_not_null()))
        .get_result(&mut **tx)?;
    let wanted = if is_forgotten { BTreeSet::new() } else { search::terms(&email, name.as_deref()) };
    keep(tx, donor, &wanted)
}

/// The words of a donor who gave with this address and has this name now. Writes only what is missing or too much:
/// most gifts come from somebody known.
pub(super) fn keep(tx: &mut Tx<'_>, donor: &str, wanted: &BTreeSet<String>) -> Result<(), StoreError> {
    let theirs = search_terms::table.filter(search_terms::donor_id.eq(donor));
    let held: Vec<String> = theirs.select(search_terms::term).load(&mut **tx)?;
    let held: BTreeSet<String> = held.into_iter().collect();
    let over: Vec<&String> = held.difference(wanted).collect();
    if !over.is_empty() {
        diesel::delete(theirs.filter(search_terms::term.eq_any(over))).execute(&mut **tx)?;
    }
    let new: Vec<_> = wanted.difference(&held).map(|term| (term.as_str(), donor)).collect();
    insert(tx, &new)
}

fn insert(conn: &mut Conn, rows: &[(&str, &str)]) -> Result<(), StoreError> {
    for part in rows.chunks(100) {
        let rows: Vec<_> = part
            .iter()
            .map(|(term, donor)| (search_terms::term.eq(*term), search_terms::donor_id.eq(*donor)))
            .collect();
        let mut conn = &mut *conn;
        on_each!(&mut conn, |c| diesel::insert_into(search_terms::table)
            .values(&rows)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// A range of texts that begin alike, and how many words stand in it; of common ones, more than [`HITS_MAX`].
struct Range {
    from: String,
    end: String,
    words: i64,
}

/// Donors of whom some word begins with each of these words.
pub fn find(conn: &mut Conn, words: &[String]) -> Result<Found, StoreError> {
    let mut ranges = Vec::new();
    for word in words {
        let Some(end) = search::end_of(word) else { return Ok(Found::default()) };
        let counted: Count = diesel::sql_query(WORDS_OF_A_RANGE)
            .bind::<Text, _>(word.as_str())
            .bind::<Text, _>(end.as_str())
            .bind::<BigInt, _>(HITS_MAX + 1)
            .get_result(conn)?;
        ranges.push(Range { from: word.clone(), end, words: counted.count });
    }
    // The rarest is read, of equally common ones the longest.
    ranges.sort_by_key(|range| (range.words, Reverse(range.from.len())));
    let Some(rarest) = ranges.first() else { return Ok(Found::default()) };
    let is_cut_off = rarest.words > HITS_MAX;
    let mut donors = if rarest.words == 0 { Vec::new() } else { called_all(conn, &ranges)? };
    let more = is_cut_off || donors.len() > FOUND_MAX;
    donors.truncate(FOUND_MAX);
    Ok(Found { donors, more })
}

const WORDS_OF_A_RANGE: &str = "SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM search_terms \
    WHERE term >= $1 AND term < $2 LIMIT $3) few";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Called {
    #[diesel(sql_type = Text)]
    donor: String,
}

/// Donors of the first range, as far as it is read, who have a word in each of the others; one more than a search finds.
fn called_all(conn: &mut Conn, ranges: &[Range]) -> Result<Vec<String>, StoreError> {
    macro_rules! bound {
        ($backend:ty) => {{
            let mut query = diesel::sql_query(query(ranges.len())).into_boxed::<$backend>();
            for range in ranges {
                query = query.bind::<Text, _>(range.from.clone()).bind::<Text, _>(range.end.clone());
            }
            query
        }};
    }
    let called: Vec<Called> = match conn {
        Conn::Postgres(c) => bound!(diesel::pg::Pg).load(c)?,
        Conn::Sqlite(c) => bound!(diesel::sqlite::Sqlite).load(c)?,
    };
    Ok(called.into_iter().map(|called| called.donor).collect())
}

/// Made of fixed words only. What is read of the first range has an end; how the others are looked at, by their donors or
/// whole, is for the database, which knows how many words begin so.
fn query(ranges: usize) -> String {
    let other = |range: usize| {
        let (from, end) = (range * 2 + 1, range * 2 + 2);
        format!(
            " AND EXISTS (SELECT 1 FROM search_terms o WHERE o.donor_id = r.donor_id \
             AND o.term >= ${from} AND o.term < ${end})"
        )
    };
    let others = (1..ranges).map(other).collect::<Vec<_>>().concat();
    let (read, found) = (HITS_MAX + 1, FOUND_MAX + 1);
    format!(
        "WITH rare AS MATERIALIZED (SELECT DISTINCT f.donor_id FROM (SELECT donor_id FROM search_terms \
         WHERE term >= $1 AND term < $2 ORDER BY term, donor_id LIMIT {read}) f) \
         SELECT r.donor_id AS donor FROM rare r WHERE 1 = 1{others} ORDER BY r.donor_id LIMIT {found}"
    )
}

fn terms_of(conn: &mut Conn, donors: &[String]) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let rows: Vec<(String, String)> = search_terms::table
        .filter(search_terms::donor_id.eq_any(donors))
        .select((search_terms::donor_id, search_terms::term))
        .load(conn)?;
    let mut terms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (donor, term) in rows {
        terms.entry(donor).or_default().insert(term);
    }
    Ok(terms)
}

/// What each donor behind `after` should be found by.
fn wanted_after(conn: &mut Conn, after: &str) -> Result<Vec<(String, BTreeSet<String>)>, StoreError> {
    let rows: Vec<(String, String, Option<String>, bool)> = donors::table
        .filter(donors::id.gt(after.to_owned()))
        .order(donors::id)
        .limit(PAGE_ROWS)
        .select((donors::id, donors::email, donors::name, donors::erased_at.is_not_null()))
        .load(conn)?;
    let wanted = |(id, email, name, is_forgotten): (String, String, Option<String>, bool)| {
        let terms = if is_forgotten { BTreeSet::new() } else { search::terms(&email, name.as_deref()) };
        (id, terms)
    };
    Ok(rows.into_iter().map(wanted).collect())
}

/// Whether there are donors and no words at all: the site is older than the search.
pub(super) fn is_to_be_filled(conn: &mut Conn) -> Result<bool, StoreError> {
    let term: Option<String> =
        search_terms::table.select(search_terms::term).limit(1).get_result(conn).optional()?;
    let donor = donors::table.filter(donors::erased_at.is_null()).select(donors::id).limit(1);
    Ok(term.is_none() && donor.get_result::<String>(conn).optional()?.is_some())
}

/// Writes the words of all donors. To be called in a transaction.
pub(super) fn fill(conn: &mut Conn) -> Result<(), StoreError> {
    let mut last = String::new();
    loop {
        let page = wanted_after(conn, &last)?;
        let Some((end, _)) = page.last() else { return Ok(()) };
        end.clone_into(&mut last);
        let rows: Vec<(&str, &str)> = page
            .iter()
            .flat_map(|(donor, terms)| terms.iter().map(move |term| (term.as_str(), donor.as_str())))
            .collect();
        insert(conn, &rows)?;
    }
}

/// Donors whose words are not those that they should be found by; at most `limit`.
pub(super) fn broken(conn: &mut Conn, limit: usize) -> Result<Vec<String>, StoreError> {
    let mut broken = Vec::new();
    let mut last = String::new();
    while broken.len() < limit {
        let page = wanted_after(conn, &last)?;
        let Some((end, _)) = page.last() else { break };
        end.clone_into(&mut last);
        let ids: Vec<String> = page.iter().map(|(id, _)| id.clone()).collect();
        let mut held = terms_of(conn, &ids)?;
        let differs = page
            .into_iter()
            .filter_map(|(id, wanted)| (held.remove(&id).unwrap_or_default() != wanted).then_some(id));
        broken.extend(differs);
    }
    broken.truncate(limit);
    Ok(broken)
}
