//! Rows for exports, read in pages by id: the memory they need does not grow with their number.

use super::schema::{campaigns, donations, donors, ledger_entries, ledger_postings, pledges, receipts};
use super::{Conn, StoreError, dialect};
use crate::domain::account::address_text;
use crate::domain::figures::Period;
use crate::domain::receipt::ReceiptNumber;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::SingleValue;

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
                "lost_minor",
                "settled_minor",
                "settled_currency",
                "received_at",
                "receipt",
                "article",
                "created_at",
                "frequency",
                "hidden",
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
                "dispute_id",
                "movement_id",
                "deposit_id",
                "bank_line_id",
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
        self.page_of(conn, span, None, after)
    }

    /// The same; of payments only those whose money arrived on a day of `received`, if that is given.
    pub fn page_of(
        self,
        conn: &mut Conn,
        span: Span,
        received: Option<Period>,
        after: &str,
    ) -> Result<(Vec<ExportRow>, Option<String>), StoreError> {
        let rows = match self {
            Self::Donations => donations_page(conn, span, received, after),
            Self::Pledges => pledges_page(conn, span, after),
            Self::Donors => donors_page(conn, span, after),
            Self::Ledger => ledger_page(conn, span, after),
        }?;
        let last = rows.last().and_then(|row| row.first().cloned());
        Ok((rows, last))
    }

    /// How many rows there are; of the books, how many entries.
    pub fn count(self, conn: &mut Conn, span: Span, received: Option<Period>) -> Result<i64, StoreError> {
        dialect::take_the_time_it_takes(conn)?;
        let Span { from, to } = span;
        Ok(match (self, received) {
            (Self::Donations, Some(days)) => donations::table
                .filter(donations::received_on.between(days.from, days.until))
                .count()
                .get_result(conn),
            (Self::Donations, None) => donations::table
                .filter(donations::created_at.ge(from).and(donations::created_at.lt(to)))
                .count()
                .get_result(conn),
            (Self::Pledges, _) => pledges::table
                .filter(pledges::created_at.ge(from).and(pledges::created_at.lt(to)))
                .count()
                .get_result(conn),
            (Self::Donors, _) => donors::table
                .filter(donors::created_at.ge(from).and(donors::created_at.lt(to)))
                .count()
                .get_result(conn),
            (Self::Ledger, _) => ledger_entries::table
                .filter(ledger_entries::recorded_at.ge(from).and(ledger_entries::recorded_at.lt(to)))
                .count()
                .get_result(conn),
        }?)
    }
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn time(value: NaiveDateTime) -> String {
    value.and_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

diesel::define_sql_function! {
    /// The first of two that is there. A column within a function is not looked for in an index: SQLite would follow that
    /// of the time, and sort a million rows by their ids for each page of a thousand.
    fn coalesce<T: SingleValue>(value: T, other: T) -> T;
}

#[derive(Queryable)]
struct DonationCells {
    id: String,
    pledge: String,
    campaign: String,
    donor: Option<String>,
    email: String,
    name: Option<String>,
    gateway: String,
    remote: String,
    status: String,
    currency: String,
    gross: Option<i64>,
    fee: Option<i64>,
    refunded: i64,
    lost: i64,
    settled: Option<i64>,
    settled_currency: Option<String>,
    received_at: Option<NaiveDateTime>,
    article: Option<String>,
    created_at: NaiveDateTime,
    frequency: String,
    hidden: bool,
    /// Series, year and number of the receipt that counts.
    receipt: Option<(String, i32, i64)>,
}

impl DonationCells {
    fn into_row(self) -> ExportRow {
        let named = |(series, year, number)| ReceiptNumber { series, year, number };
        let money = [text(self.gross), text(self.fee), self.refunded.to_string(), self.lost.to_string()];
        let who = [text(self.donor), address_text(&self.email).to_owned(), text(self.name)];
        let mut row = vec![self.id, self.pledge, self.campaign];
        row.extend(who);
        row.extend([self.gateway, self.remote, self.status, self.currency]);
        row.extend(money);
        row.extend([text(self.settled), text(self.settled_currency)]);
        row.extend([
            self.received_at.map(time).unwrap_or_default(),
            text(self.receipt.map(named)),
            text(self.article),
        ]);
        row.extend([time(self.created_at), self.frequency, self.hidden.to_string()]);
        row
    }
}

fn donations_page(
    conn: &mut Conn,
    span: Span,
    received: Option<Period>,
    after: &str,
) -> Result<Vec<ExportRow>, StoreError> {
    let counts = receipts::donation_id.eq(donations::id).and(receipts::status.eq_any(["issued", "sent"]));
    let mut wanted = donations::table
        .inner_join(pledges::table.inner_join(campaigns::table))
        .left_join(receipts::table.on(counts))
        .filter(donations::id.gt(after))
        .filter(coalesce(donations::created_at, donations::created_at).ge(span.from))
        .filter(coalesce(donations::created_at, donations::created_at).lt(span.to))
        .into_boxed();
    if let Some(days) = received {
        let day = coalesce(donations::received_on, donations::received_on);
        wanted = wanted.filter(day.between(days.from, days.until));
    }
    let rows: Vec<DonationCells> = wanted
        .order(donations::id)
        .limit(PAGE_ROWS)
        .select((
            donations::id,
            pledges::id,
            campaigns::slug,
            donations::donor_id,
            pledges::email,
            pledges::name,
            donations::gateway,
            donations::remote_id,
            donations::status,
            donations::currency,
            donations::gross_minor,
            donations::fee_minor,
            donations::refunded_minor,
            donations::lost_minor,
            donations::settled_minor,
            donations::settled_currency,
            donations::received_at,
            pledges::source_article,
            donations::created_at,
            pledges::frequency,
            pledges::hidden,
            (receipts::series, receipts::year, receipts::number).nullable(),
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(DonationCells::into_row).collect())
}

#[derive(Queryable)]
struct PledgeCells {
    id: String,
    campaign: String,
    status: String,
    frequency: String,
    gateway: String,
    currency: String,
    amount: i64,
    fee_cover: i64,
    email: String,
    name: Option<String>,
    hidden: bool,
    message: Option<String>,
    tribute_kind: Option<String>,
    tribute_name: Option<String>,
    reference: Option<String>,
    article: Option<String>,
    created_at: NaiveDateTime,
}

impl PledgeCells {
    fn into_row(self) -> ExportRow {
        let mut row = vec![self.id, self.campaign, self.status, self.frequency, self.gateway, self.currency];
        let email = address_text(&self.email).to_owned();
        row.extend([self.amount.to_string(), self.fee_cover.to_string(), email, text(self.name)]);
        row.extend([self.hidden.to_string(), text(self.message)]);
        row.extend([text(self.tribute_kind), text(self.tribute_name)]);
        row.extend([text(self.reference), text(self.article), time(self.created_at)]);
        row
    }
}

fn pledges_page(conn: &mut Conn, span: Span, after: &str) -> Result<Vec<ExportRow>, StoreError> {
    let rows: Vec<PledgeCells> = pledges::table
        .inner_join(campaigns::table)
        .filter(pledges::id.gt(after))
        .filter(coalesce(pledges::created_at, pledges::created_at).ge(span.from))
        .filter(coalesce(pledges::created_at, pledges::created_at).lt(span.to))
        .order(pledges::id)
        .limit(PAGE_ROWS)
        .select((
            pledges::id,
            campaigns::slug,
            pledges::status,
            pledges::frequency,
            pledges::gateway,
            pledges::currency,
            pledges::amount_minor,
            pledges::fee_cover_minor,
            pledges::email,
            pledges::name,
            pledges::hidden,
            pledges::message,
            pledges::tribute_kind,
            pledges::tribute_name,
            pledges::reference,
            pledges::source_article,
            pledges::created_at,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(PledgeCells::into_row).collect())
}

fn donors_page(conn: &mut Conn, span: Span, after: &str) -> Result<Vec<ExportRow>, StoreError> {
    let rows: Vec<(String, String, Option<String>, NaiveDateTime)> = donors::table
        .filter(donors::id.gt(after))
        .filter(coalesce(donors::created_at, donors::created_at).ge(span.from))
        .filter(coalesce(donors::created_at, donors::created_at).lt(span.to))
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
    type Named = Option<String>;
    type Subject = (String, Named, Named, Named, Named, Named, Named);
    type Line = (String, i64, Subject, String, String, i64, NaiveDateTime, NaiveDateTime);
    let entries: Vec<String> = ledger_entries::table
        .filter(ledger_entries::id.gt(after))
        .filter(coalesce(ledger_entries::recorded_at, ledger_entries::recorded_at).ge(span.from))
        .filter(coalesce(ledger_entries::recorded_at, ledger_entries::recorded_at).lt(span.to))
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
            (
                ledger_entries::kind,
                ledger_entries::donation_id,
                ledger_entries::refund_id,
                ledger_entries::dispute_id,
                ledger_entries::movement_id,
                ledger_entries::deposit_id,
                ledger_entries::bank_line_id,
            ),
            ledger_postings::account,
            ledger_postings::currency,
            ledger_postings::amount_minor,
            ledger_entries::happened_at,
            ledger_entries::recorded_at,
        ))
        .load(conn)?;
    let export = |(
        id,
        line,
        (kind, donation, refund, dispute, movement, deposit, bank_line),
        account,
        currency,
        minor,
        happened,
        recorded,
    ): Line| {
        let mut row = vec![id, line.to_string(), kind];
        row.extend([donation, refund, dispute, movement, deposit, bank_line].map(text));
        row.extend([account, currency, minor.to_string(), time(happened), time(recorded)]);
        row
    };
    Ok(rows.into_iter().map(export).collect())
}
