//! Yearly statements: what arrived in a year of the publisher's calendar, less what went back, by currency.
//!
//! A statement is worked out from the books and holds no time of its own: as long as nothing goes back afterwards, it is
//! the same bytes whenever it is drawn.

use super::overview;
use crate::domain::account::{Statement, StatementLine};
use crate::domain::audit::{Action, Actor};
use crate::domain::donation::Donation;
use crate::domain::ids::DonorId;
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::receipt::ReceiptStatus;
use crate::store::statements::{self, Run, Span};
use crate::store::{Conn, StoreError, Tx, accounts, donations, imports};
use crate::usecases::{Context, UseCaseError, audit};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde_json::json;

/// Donors of one transaction: others are not kept waiting for long.
const DONORS_AT_ONCE: i64 = 200;
/// Years that staff are shown.
const YEARS_SHOWN: i32 = 10;

/// The years that are over in which something of a donor arrived, the latest first.
pub async fn years(ctx: &Context, donor: DonorId) -> Result<Vec<i32>, UseCaseError> {
    let known = ctx.db.read(move |conn| accounts::first_and_last(conn, donor)).await?;
    let this_year = ctx.day_of(ctx.now()).year();
    Ok(known.map_or_else(Vec::new, |(first, last)| {
        let (first, last) = (ctx.day_of(first).year(), ctx.day_of(last).year());
        (first..=last.min(this_year - 1)).rev().collect()
    }))
}

/// The statement of a year that is over.
///
/// # Errors
/// `NotFound` for a year that is not over, or in which nothing arrived and stayed.
pub async fn of(ctx: &Context, donor: DonorId, year: i32) -> Result<Statement, UseCaseError> {
    if !(1970..ctx.day_of(ctx.now()).year()).contains(&year) {
        return Err(UseCaseError::NotFound("statement"));
    }
    let (inner, span) = (ctx.clone(), span_of(ctx, year));
    let found = ctx.db.read(move |conn| work_out(conn, &inner, donor, year, span)).await?;
    found.ok_or(UseCaseError::NotFound("statement"))
}

fn work_out(
    conn: &mut Conn,
    ctx: &Context,
    donor: DonorId,
    year: i32,
    span: Span,
) -> Result<Option<Statement>, UseCaseError> {
    let profile = accounts::get(conn, donor)?;
    let is_left = |donation: &Donation| donation.payment.kept().is_some_and(Money::is_positive);
    let mut found = donations::of_donor_within(conn, donor, span.0, span.1)?;
    found.retain(is_left);
    found = counted(conn, found)?;
    if found.is_empty() || profile.erased_at.is_some() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    let mut totals: Vec<Money> = Vec::new();
    for payment in overview::lines(conn, found)? {
        let (Some(money), Some(kept)) = (payment.donation.payment.money(), payment.donation.payment.kept())
        else {
            continue;
        };
        match totals.iter_mut().find(|total| total.currency() == kept.currency()) {
            Some(total) => *total = total.plus(kept)?,
            None => totals.push(kept),
        }
        lines.push(StatementLine {
            received_on: ctx.day_of(money.at),
            campaign: payment.campaign,
            gateway: payment.donation.gateway,
            gross: money.gross,
            kept,
            receipt: payment.receipt.filter(|(_, status)| ReceiptStatus::is_live(*status)).map(|(n, _)| n),
        });
    }
    totals.sort_by_key(|total| total.currency().code());
    Ok(Some(Statement { year, profile, organisation: ctx.policy.organisation.clone(), lines, totals }))
}

/// Without what was taken over from elsewhere, unless the publisher wants it on statements.
fn counted(conn: &mut Conn, found: Vec<Donation>) -> Result<Vec<Donation>, UseCaseError> {
    let mut counted = Vec::new();
    for donation in found {
        if !donation.gateway.is_of_the_past() || imports::is_on_statements(conn, donation.id)? {
            counted.push(donation);
        }
    }
    Ok(counted)
}

/// A year of the publisher's calendar.
fn span_of(ctx: &Context, year: i32) -> Span {
    (first_moment(ctx, year), first_moment(ctx, year.saturating_add(1)))
}

fn first_moment(ctx: &Context, year: i32) -> DateTime<Utc> {
    ctx.start_of(NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default())
}

/// What became of the statements of a year that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearOfStatements {
    /// The year.
    pub year: i32,
    /// How far the run is that orders their letters, if one was begun.
    pub run: Option<Run>,
    /// Letters that were ordered.
    pub ordered: i64,
    /// Those of them that were handed to the mail server.
    pub sent: i64,
}

/// The years that are over since the first money arrived, the latest first.
///
/// # Errors
/// The database does not answer.
pub async fn of_years(ctx: &Context) -> Result<Vec<YearOfStatements>, UseCaseError> {
    let inner = ctx.clone();
    let this_year = ctx.day_of(ctx.now()).year();
    let read = ctx.db.read(move |conn| {
        let mut years = Vec::new();
        let Some(first) = statements::first_arrival(conn)? else { return Ok(years) };
        let first = inner.day_of(first).year().max(this_year - YEARS_SHOWN);
        for year in (first..this_year).rev() {
            let (ordered, sent) = (statements::count(conn, year)?, statements::count_sent(conn, year)?);
            years.push(YearOfStatements { year, run: statements::run_of(conn, year)?, ordered, sent });
        }
        Ok::<_, StoreError>(years)
    });
    Ok(read.await?)
}

fn is_over(ctx: &Context, year: i32) -> Result<(), UseCaseError> {
    if (1970..ctx.day_of(ctx.now()).year()).contains(&year) {
        return Ok(());
    }
    let message = format!("the year {year} is not over; its statements can be sent in January");
    Err(UseCaseError::Conflict { code: "year_not_over", message })
}

fn begin_in(tx: &mut Tx<'_>, ctx: &Context, by: Actor, year: i32) -> Result<(), UseCaseError> {
    statements::begin(tx, year, ctx.now())?;
    audit::record(tx, ctx, (by, Action::StatementsOrdered), &year, &json!({}))
}

/// Begins the run that mails the statements of a year, or begins it once more for those who got none.
///
/// # Errors
/// `Conflict` for a year that is not over.
pub async fn begin(ctx: &Context, by: Actor, year: i32) -> Result<(), UseCaseError> {
    is_over(ctx, year)?;
    let inner = ctx.clone();
    ctx.db.write(move |tx| begin_in(tx, &inner, by, year)).await
}

/// The same, carried out by a job.
///
/// # Errors
/// `Conflict` for a year that is not over.
pub async fn order(ctx: &Context, by: Actor, year: i32) -> Result<(), UseCaseError> {
    is_over(ctx, year)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            begin_in(tx, &inner, by, year)?;
            inner.enqueue(tx, &Job::OrderStatements)?;
            Ok(())
        })
        .await
}

/// Orders the letters of the next donors; none once the run is through. A run that is cut off goes on where it was, and
/// of several processes each takes other donors.
pub async fn step(ctx: &Context, year: i32) -> Result<Option<Run>, UseCaseError> {
    let (inner, span) = (ctx.clone(), span_of(ctx, year));
    ctx.db
        .write(move |tx| {
            let Some(run) = statements::run_of(tx, year)?.filter(|run| run.finished_at.is_none()) else {
                return Ok(None);
            };
            let donors = statements::donors_after(tx, span, &run.last_donor, DONORS_AT_ONCE)?;
            let Some(last) = donors.last() else {
                statements::finish(tx, year, inner.now())?;
                return Ok(statements::run_of(tx, year)?);
            };
            let (to, looked_at) = (last.to_string(), i64::try_from(donors.len()).unwrap_or_default());
            let mut ordered = 0;
            for donor in &donors {
                if statements::order(tx, year, *donor, inner.now())? {
                    inner.enqueue(tx, &Job::SendStatement { year, donor: *donor })?;
                    ordered += 1;
                }
            }
            if !statements::advance(tx, year, &run.last_donor, &to, (looked_at, ordered))? {
                return Err(StoreError::Stale.into());
            }
            Ok(statements::run_of(tx, year)?)
        })
        .await
}

/// How far the run of a year is.
pub async fn progress(ctx: &Context, year: i32) -> Result<Option<Run>, UseCaseError> {
    Ok(ctx.db.read(move |conn| statements::run_of(conn, year)).await?)
}

/// How many donors would be looked at, and how many of them have their statement already.
pub async fn count(ctx: &Context, year: i32) -> Result<(i64, i64), UseCaseError> {
    let span = span_of(ctx, year);
    let sent = ctx.db.read(move |conn| statements::count(conn, year)).await?;
    let (mut total, mut after) = (0, String::new());
    loop {
        let from = after.clone();
        let found =
            ctx.db.read(move |conn| statements::donors_after(conn, span, &from, DONORS_AT_ONCE)).await?;
        let Some(last) = found.last() else {
            return Ok((total, sent));
        };
        after = last.to_string();
        total += i64::try_from(found.len()).unwrap_or_default();
    }
}

/// Orders what is left of the runs that were begun; in January begins that of the past year by itself.
pub async fn order_due(ctx: &Context) -> Result<(), UseCaseError> {
    let today = ctx.day_of(ctx.now());
    let year = today.year() - 1;
    let is_due = ctx.policy.statements_by_mail && today.month() == 1;
    if is_due && progress(ctx, year).await?.is_none() {
        begin(ctx, Actor::System, year).await?;
    }
    for year in ctx.db.read(statements::under_way).await? {
        go_through(ctx, year).await?;
    }
    Ok(())
}

async fn go_through(ctx: &Context, year: i32) -> Result<(), UseCaseError> {
    while let Some(run) = step(ctx, year).await? {
        if run.finished_at.is_some() {
            tracing::info!(
                year,
                donors = run.looked_at,
                letters = run.ordered,
                "the yearly statements are ordered"
            );
            break;
        }
    }
    Ok(())
}

/// What the letter of a statement says; none if it was sent, or nothing is left to state.
pub async fn letter(ctx: &Context, year: i32, donor: DonorId) -> Result<Option<Statement>, UseCaseError> {
    if !ctx.db.read(move |conn| statements::is_queued(conn, year, donor)).await? {
        return Ok(None);
    }
    match of(ctx, donor, year).await {
        Ok(statement) => Ok(Some(statement)),
        Err(UseCaseError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Notes that the letter was handed to the mail server.
pub async fn mark_sent(ctx: &Context, year: i32, donor: DonorId) -> Result<(), UseCaseError> {
    Ok(ctx.db.write(move |tx| statements::mark_sent(tx, year, donor)).await?)
}
