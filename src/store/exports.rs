//! Rows for exports, read in pages by id: the memory they need does not grow with their number.

use super::schema::{campaigns, donations, donors, ledger_entries, ledger_postings, pledges, receipts};
use super::{Conn, StoreError};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Rows of one page.
pub const PAGE_ROWS: i64 = 1_000;

/// Which rows: from, inclusive, to, exclusive, by their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Not before.
    pub from: NaiveDateTime,
    /// Before.
    pub to: NaiveDateTime,
}

/// Text columns of one row; amounts stay minor units with their currency beside them.
pub type ExportRow = Vec<String>;

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Money that arrived.
    Donations,
    /// Promises.
    Pledges,
    /// People and organisations who gave.
    Donors,
    /// Lines of the books.
    Ledger,
}

impl Table {
    /// The names of the columns.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Donations => &[
                "id",
                "pledge_id",
                "campaign",
                "donor_id",
                "email",
                "name",
                "gateway",
                "remote_id",
                "status",
                "currency",
                "gross_minor",
                "fee_minor",
                "refunded_minor",
                "received_at",
                "receipt",
                "article",
                "created_at",
            ],
            Self::Pledges => &[
                "id",
                "campaign",
                "status",
                "frequency",
                "gateway",
                "currency",
                "amount_minor",
                "fee_cover_minor",
                "email",
                "name",
                "hidden",
                "message",
                "tribute_kind",
                "tribute_name",
                "reference",
                "article",
                "created_at",
            ],
            Self::Donors => &["id", "email", "name", "created_at"],
            Self::Ledger => &[
                "entry_id",
                "line",
                "kind",
                "donation_id",
                "refund_id",
                "account",
                "currency",
                "amount_minor",
                "happened_at",
                "recorded_at",
            ],
        }
    }

    /// The page after the row that `after` names, and the name of its last row.
    pub fn page(
        self,
        conn: &mut Conn,
        span: Span,
        after: &str,
    ) -> Result<(Vec<ExportRow>, Option<String>), StoreError> {
        let rows = match self {
            Self::Donations => donations_page(conn, span, after),
            Self::Pledges => pledges_page(conn, span, after),
            Self::Donors => donors_page(conn, span, after),
            Self::Ledger => ledger_page(conn, span, after),
        }?;
        let last = rows.last().and_then(|row| row.first().cloned());
        Ok((rows, last))
    }
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn time(value: NaiveDateTime) -> String {
    value.and_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

fn donations_page(conn: &mut Conn, span: Span, after: &str) -> Result<Vec<ExportRow>, StoreError> {
    type Money = (
        String,
        String,
        String,
        String,
        String,
        Option<i64>,
        Option<i64>,
        i64,
        Option<NaiveDateTime>,
        NaiveDateTime,
    );
    type Pledge = (String, String, String, Option<String>, Option<String>, Option<String>);
    let rows: Vec<(Money, Pledge)> = donations::table
        .inner_join(pledges::table.inner_join(campaigns::table))
        .filter(donations::id.gt(after))
        .filter(donations::created_at.ge(span.from).and(donations::created_at.lt(span.to)))
        .order(donations::id)
        .limit(PAGE_ROWS)
        .select((
            (
                donations::id,
                donations::gateway,
                donations::remote_id,
                donations::status,
                donations::currency,
                donations::gross_minor,
                donations::fee_minor,
                donations::refunded_minor,
                donations::received_at,
                donations::created_at,
            ),
            (
                pledges::id,
                campaigns::slug,
                pledges::email,
                pledges::name,
                donations::donor_id,
                pledges::source_article,
            ),
        ))
        .load(conn)?;
    let ids: Vec<&String> = rows.iter().map(|(money, _)| &money.0).collect();
    let numbers: std::collections::HashMap<String, String> = receipts::table
        .filter(receipts::donation_id.eq_any(ids))
        .filter(receipts::status.eq_any(["issued", "sent"]))
        .select((receipts::donation_id, receipts::series, receipts::year, receipts::number))
        .load::<(String, String, i32, i64)>(conn)?
        .into_iter()
        .map(|(id, series, year, number)| {
            (id, crate::domain::receipt::ReceiptNumber { series, year, number }.to_string())
        })
        .collect();
    let export = |(m, p): (Money, Pledge)| {
        let receipt = numbers.get(&m.0).cloned().unwrap_or_default();
        vec![
            m.0,
            p.0,
            p.1,
            text(p.4),
            p.2,
            text(p.3),
            m.1,
            m.2,
            m.3,
            m.4,
            text(m.5),
            text(m.6),
            m.7.to_string(),
            m.8.map(time).unwrap_or_default(),
            receipt,
            text(p.5),
            time(m.9),
        ]
    };
    Ok(rows.into_iter().map(export).collect())
}

fn pledges_page(conn: &mut Conn, span: Span, after: &str) -> Result<Vec<ExportRow>, StoreError> {
    type Promise =
        (String, String, String, String, String, i64, i64, NaiveDateTime, Option<String>, Option<String>);
    type Person = (String, String, Option<String>, bool, Option<String>, Option<String>, Option<String>);
    let rows: Vec<(Promise, Person)> = pledges::table
        .inner_join(campaigns::table)
        .filter(pledges::id.gt(after))
        .filter(pledges::created_at.ge(span.from).and(pledges::created_at.lt(span.to)))
        .order(pledges::id)
        .limit(PAGE_ROWS)
        .select((
            (
                pledges::id,
                pledges::status,
                pledges::frequency,
                pledges::gateway,
                pledges::currency,
                pledges::amount_minor,
                pledges::fee_cover_minor,
                pledges::created_at,
                pledges::reference,
                pledges::source_article,
            ),
            (
                campaigns::slug,
                pledges::email,
                pledges::name,
                pledges::hidden,
                pledges::message,
                pledges::tribute_kind,
                pledges::tribute_name,
            ),
        ))
        .load(conn)?;
    let export = |(p, who): (Promise, Person)| {
        vec![
            p.0,
            who.0,
            p.1,
            p.2,
            p.3,
            p.4,
            p.5.to_string(),
            p.6.to_string(),
            who.1,
            text(who.2),
            who.3.to_string(),
            text(who.4),
            text(who.5),
            text(who.6),
            text(p.8),
            text(p.9),
            time(p.7),
        ]
    };
    Ok(rows.into_iter().map(export).collect())
}

fn donors_page(conn: &mut Conn, span: Span, after: &str) -> Result<Vec<ExportRow>, StoreError> {
    let rows: Vec<(String, String, Option<String>, NaiveDateTime)> = donors::table
        .filter(donors::id.gt(after))
        .filter(donors::created_at.ge(span.from).and(donors::created_at.lt(span.to)))
        .order(donors::id)
        .limit(PAGE_ROWS)
        .select((donors::id, donors::email, donors::name, donors::created_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, email, name, created)| vec![id, email, text(name), time(created)])
        .collect())
}

/// Whole entries only: a page ends with the last line of its last entry.
fn ledger_page(conn: &mut Conn, span: Span, after: &str) -> Result<Vec<ExportRow>, StoreError> {
    type Line =
        (String, i64, String, String, Option<String>, String, String, i64, NaiveDateTime, NaiveDateTime);
    let entries: Vec<String> = ledger_entries::table
        .filter(ledger_entries::id.gt(after))
        .filter(ledger_entries::recorded_at.ge(span.from).and(ledger_entries::recorded_at.lt(span.to)))
        .order(ledger_entries::id)
        .limit(PAGE_ROWS)
        .select(ledger_entries::id)
        .load(conn)?;
    let rows: Vec<Line> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::id.eq_any(entries))
        .order((ledger_entries::id, ledger_postings::line))
        .select((
            ledger_entries::id,
            ledger_postings::line,
            ledger_entries::kind,
            ledger_entries::donation_id,
            ledger_entries::refund_id,
            ledger_postings::account,
            ledger_postings::currency,
            ledger_postings::amount_minor,
            ledger_entries::happened_at,
            ledger_entries::recorded_at,
        ))
        .load(conn)?;
    let export = |l: Line| {
        vec![l.0, l.1.to_string(), l.2, l.3, text(l.4), l.5, l.6, l.7.to_string(), time(l.8), time(l.9)]
    };
    Ok(rows.into_iter().map(export).collect())
}
