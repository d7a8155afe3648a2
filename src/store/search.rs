//! The words by which donors are found. They are kept beside the donors, in the transaction that changes one; what they
//! are is decided by [`crate::domain::search`], and a rule of the doctor holds them against it.

use super::dialect::on_each;
use super::schema::{donors, search_terms};
use super::{Conn, StoreError, Tx};
use crate::domain::search;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Donors looked at together.
const PAGE_ROWS: i64 = 500;
/// Donors that are looked at for one word: more than so many begin alike only in searches that are too short.
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

/// Donors of whom some word begins with each of these words.
pub fn find(conn: &mut Conn, words: &[String]) -> Result<Found, StoreError> {
    let mut known: Vec<(&String, BTreeSet<String>)> = Vec::new();
    let mut common: Vec<(&String, BTreeSet<String>)> = Vec::new();
    for word in words {
        let hits = beginning_with(conn, word)?;
        let all = i64::try_from(hits.len()).is_ok_and(|hits| hits <= HITS_MAX);
        if all { known.push((word, hits)) } else { common.push((word, hits)) }
    }
    let mut more = false;
    if known.is_empty() {
        // Each of the words is common: those with the longest are looked at as far as they were read.
        common.sort_by_key(|(word, _)| word.len());
        match common.pop() {
            Some(longest) => known.push(longest),
            None => return Ok(Found::default()),
        }
        more = true;
    }
    let mut donors: Vec<String> = Vec::new();
    if let Some(((_, first), rest)) = known.split_first() {
        donors = first.iter().filter(|id| rest.iter().all(|(_, hits)| hits.contains(*id))).cloned().collect();
    }
    if !common.is_empty() {
        let also: Vec<&str> = common.iter().map(|(word, _)| word.as_str()).collect();
        donors = also_called(conn, &donors, &also)?;
    }
    more = more || donors.len() > FOUND_MAX;
    donors.truncate(FOUND_MAX);
    Ok(Found { donors, more })
}

fn beginning_with(conn: &mut Conn, word: &str) -> Result<BTreeSet<String>, StoreError> {
    let from = search_terms::table.filter(search_terms::term.ge(word.to_owned()));
    let ids = match search::end_of(word) {
        Some(end) => from
            .filter(search_terms::term.lt(end))
            .order((search_terms::term, search_terms::donor_id))
            .limit(HITS_MAX + 1)
            .select(search_terms::donor_id)
            .load::<String>(conn)?,
        None => Vec::new(),
    };
    Ok(ids.into_iter().collect())
}

/// Those of whom some word begins with each of these words, too.
fn also_called(conn: &mut Conn, donors: &[String], words: &[&str]) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for part in donors.chunks(500) {
        let mut left = part.to_vec();
        for word in words.iter().filter_map(|word| Some((*word, search::end_of(word)?))) {
            left = with_word(conn, left, word)?;
        }
        found.extend(left);
        if found.len() > FOUND_MAX {
            break;
        }
    }
    Ok(found)
}

/// Those of whom some word stands from here to there, in the order of their ids.
fn with_word(
    conn: &mut Conn,
    donors: Vec<String>,
    (from, end): (&str, String),
) -> Result<Vec<String>, StoreError> {
    let theirs = search_terms::table
        .filter(search_terms::donor_id.eq_any(donors))
        .filter(search_terms::term.ge(from.to_owned()))
        .filter(search_terms::term.lt(end));
    Ok(theirs.select(search_terms::donor_id).distinct().order(search_terms::donor_id).load(conn)?)
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
