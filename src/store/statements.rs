//! Which yearly statements were mailed, and how far the run of a year is.

use super::dialect::on_each;
use super::row::{Row, utc};
use super::schema::{donations, donors, import_lines, imports, statement_runs, statements};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::DonorId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// The addresses that stand for none, see [`crate::domain::account::NO_ADDRESS_HOST`].
const NOWHERE: &str = "%@no-address.invalid";

/// How far the run of a year is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The last donor that was looked at; empty at the start.
    pub last_donor: String,
    /// Donors looked at.
    pub looked_at: i64,
    /// Letters ordered.
    pub ordered: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was through.
    pub finished_at: Option<DateTime<Utc>>,
}

type Columns = (String, i64, i64, NaiveDateTime, Option<NaiveDateTime>);

/// The run of a year, if it has begun.
pub fn run_of(conn: &mut Conn, year: i32) -> Result<Option<Run>, StoreError> {
    let row: Option<Columns> = statement_runs::table
        .find(year)
        .select((
            statement_runs::last_donor,
            statement_runs::looked_at,
            statement_runs::ordered,
            statement_runs::started_at,
            statement_runs::finished_at,
        ))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(last_donor, looked_at, ordered, started_at, finished_at)| Run {
        last_donor,
        looked_at,
        ordered,
        started_at: utc(started_at),
        finished_at: finished_at.map(utc),
    }))
}

/// Begins the run of a year, or begins it once more: statements that were ordered before are not ordered again.
/// A run that is under way goes on where it is.
pub fn begin(tx: &mut Tx<'_>, year: i32, now: DateTime<Utc>) -> Result<(), StoreError> {
    let finished = statement_runs::table.find(year).filter(statement_runs::finished_at.is_not_null());
    diesel::update(finished)
        .set((
            statement_runs::last_donor.eq(""),
            statement_runs::looked_at.eq(0_i64),
            statement_runs::ordered.eq(0_i64),
            statement_runs::started_at.eq(now.naive_utc()),
            statement_runs::finished_at.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut **tx)?;
    on_each!(tx, |c| diesel::insert_into(statement_runs::table)
        .values((
            statement_runs::year.eq(year),
            statement_runs::last_donor.eq(""),
            statement_runs::looked_at.eq(0_i64),
            statement_runs::ordered.eq(0_i64),
            statement_runs::started_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// Notes one more stretch of a run. False if another process has taken it meanwhile.
pub fn advance(
    tx: &mut Tx<'_>,
    year: i32,
    from: &str,
    to: &str,
    counts: (i64, i64),
) -> Result<bool, StoreError> {
    let here = statement_runs::table.find(year).filter(statement_runs::last_donor.eq(from));
    let changed = diesel::update(here)
        .set((
            statement_runs::last_donor.eq(to),
            statement_runs::looked_at.eq(statement_runs::looked_at + counts.0),
            statement_runs::ordered.eq(statement_runs::ordered + counts.1),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Notes the end of a run.
pub fn finish(tx: &mut Tx<'_>, year: i32, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(statement_runs::table.find(year))
        .set(statement_runs::finished_at.eq(Some(now.naive_utc())))
        .execute(&mut **tx)?;
    Ok(())
}

/// A time from, inclusive, to, exclusive.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// The next donors behind `after` who can be mailed and to whom something of what arrived in `span` was left: none when there are no more.
///
/// Walks along the donors and looks at the gifts of so many at a time. In one query, SQLite or PostgreSQL, depending on
/// what it knew of the tables, read the whole span again for each stretch.
pub fn donors_after(
    conn: &mut Conn,
    span: Span,
    after: &str,
    limit: i64,
) -> Result<Vec<DonorId>, StoreError> {
    let mut after = after.to_owned();
    loop {
        let known: Vec<String> = donors::table
            .filter(donors::id.gt(&after))
            // Who has no address is sent none: it is printed when they ask, and mailed once they have one.
            .filter(donors::erased_at.is_null())
            .filter(donors::email.not_like(NOWHERE))
            .select(donors::id)
            .order(donors::id)
            .limit(limit)
            .load(conn)?;
        let Some(last) = known.last() else { return Ok(Vec::new()) };
        last.clone_into(&mut after);
        let gave = who_gave(conn, span, &known)?;
        if !gave.is_empty() {
            return Ok(gave);
        }
    }
}

/// Those of these donors to whom something of what arrived in `span` was left.
fn who_gave(conn: &mut Conn, span: Span, known: &[String]) -> Result<Vec<DonorId>, StoreError> {
    let kept = donations::gross_minor.assume_not_null().gt(donations::refunded_minor + donations::lost_minor);
    // What was taken over is on a statement if the publisher said so: whoever took it may have sent one.
    let wanted = import_lines::table
        .inner_join(imports::table)
        .filter(imports::on_statements.eq(true))
        .select(import_lines::donation_id);
    let ids: Vec<Option<String>> = donations::table
        .filter(donations::donor_id.assume_not_null().eq_any(known))
        .filter(donations::received_at.assume_not_null().ge(span.0.naive_utc()))
        .filter(donations::received_at.assume_not_null().lt(span.1.naive_utc()))
        .filter(kept)
        .filter(donations::gateway.ne("import").or(donations::id.eq_any(wanted)))
        .select(donations::donor_id)
        .distinct()
        .order(donations::donor_id)
        .load(conn)?;
    ids.iter().flatten().map(|id| Row { table: "donors", id }.parse(id)).collect()
}

/// Orders the statement of a donor. False if it was ordered before.
pub fn order(tx: &mut Tx<'_>, year: i32, donor: DonorId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let inserted = on_each!(tx, |c| diesel::insert_into(statements::table)
        .values((
            statements::year.eq(year),
            statements::donor_id.eq(donor.to_string()),
            statements::status.eq("queued"),
            statements::made_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// True if the statement of a donor was ordered, and not sent yet.
pub fn is_queued(conn: &mut Conn, year: i32, donor: DonorId) -> Result<bool, StoreError> {
    let status: Option<String> = statements::table
        .find((year, donor.to_string()))
        .select(statements::status)
        .get_result(conn)
        .optional()?;
    Ok(status.as_deref() == Some("queued"))
}

/// Notes that the letter was handed to the mail server.
pub fn mark_sent(tx: &mut Tx<'_>, year: i32, donor: DonorId) -> Result<(), StoreError> {
    diesel::update(statements::table.find((year, donor.to_string())))
        .set(statements::status.eq("sent"))
        .execute(&mut **tx)?;
    Ok(())
}

/// The years whose run has begun and is not through.
pub fn under_way(conn: &mut Conn) -> Result<Vec<i32>, StoreError> {
    let open = statement_runs::table.filter(statement_runs::finished_at.is_null());
    Ok(open.select(statement_runs::year).order(statement_runs::year).load(conn)?)
}

/// When the first money arrived; none if none ever did.
pub fn first_arrival(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, StoreError> {
    let first: Option<NaiveDateTime> = donations::table
        .filter(donations::received_at.is_not_null())
        .order(donations::received_at)
        .select(donations::received_at.assume_not_null())
        .limit(1)
        .get_result(conn)
        .optional()?;
    Ok(first.map(utc))
}

/// The statements that a donor was to be mailed: the year, when it was ordered, and whether it was handed to the mail server.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<(i32, DateTime<Utc>, bool)>, StoreError> {
    let rows: Vec<(i32, NaiveDateTime, String)> = statements::table
        .filter(statements::donor_id.eq(donor.to_string()))
        .order(statements::year)
        .select((statements::year, statements::made_at, statements::status))
        .load(conn)?;
    Ok(rows.into_iter().map(|(year, made, status)| (year, utc(made), status == "sent")).collect())
}

/// How many statements of a year were handed to the mail server.
pub fn count_sent(conn: &mut Conn, year: i32) -> Result<i64, StoreError> {
    let sent = statements::table.filter(statements::year.eq(year)).filter(statements::status.eq("sent"));
    Ok(sent.count().get_result(conn)?)
}

/// How many statements of a year are ordered or sent.
pub fn count(conn: &mut Conn, year: i32) -> Result<i64, StoreError> {
    Ok(statements::table.filter(statements::year.eq(year)).count().get_result(conn)?)
}

#[cfg(test)]
mod tests {
    use super::NOWHERE;
    use crate::domain::account::NO_ADDRESS_HOST;

    #[test]
    fn the_pattern_is_the_host_that_stands_for_none() {
        assert_eq!(NOWHERE, format!("%@{NO_ADDRESS_HOST}"));
    }
}
