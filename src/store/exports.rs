//! Rows for exports, read in pages by id: the memory they need does not grow with their number.

use super::schema::{campaigns, donations, donors, ledger_entries, ledger_postings, pledges, receipts};
use super::{Conn, StoreError, dialect};
use crate::domain::account::address_text;
use crate::domain::figures::Period;
use crate::domain::receipt::ReceiptNumber;
use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, SingleValue, Text};

/// Rows of one page.
const PAGE_ROWS: i64 = 1_000;
/// Rows of one part, when it is marked off. One less than a page: a page that is full tells that rows came in between.
const PART_ROWS: i64 = PAGE_ROWS - 1;

/// Which rows: from, inclusive, to, exclusive, by their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Not before.
    pub from: NaiveDateTime,
    /// Before.
    pub to: NaiveDateTime,
}

/// Some rows that follow one another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// The name of the row in front of the first.
    pub after: String,
    /// The name of the last; none for all that follow, up to a page.
    pub until: Option<String>,
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
                "appeal",
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
                "appeal",
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

    /// The part behind the row that `after` names. It costs next to nothing: who knows where a part ends can ask for the
    /// next one before this one is read.
    pub fn part_after(self, conn: &mut Conn, after: String) -> Result<Part, StoreError> {
        macro_rules! last {
            ($table:ident) => {
                $table::table
                    .filter($table::id.gt(&after))
                    .order($table::id)
                    .offset(PART_ROWS - 1)
                    .limit(1)
                    .select($table::id)
                    .get_result::<String>(conn)
                    .optional()?
            };
        }
        let until = match self {
            Self::Donations => last!(donations),
            Self::Pledges => last!(pledges),
            Self::Donors => last!(donors),
            Self::Ledger => last!(ledger_entries),
        };
        Ok(Part { after, until })
    }

    /// All rows of a part.
    pub fn rows_of(self, conn: &mut Conn, span: Span, part: Part) -> Result<Vec<ExportRow>, StoreError> {
        let (mut rows, mut part) = (Vec::new(), part);
        loop {
            let (page, last) = self.page_of(conn, span, None, &part)?;
            let is_full = i64::try_from(page.len()).is_ok_and(|rows| rows >= PAGE_ROWS);
            rows.extend(page);
            match last.filter(|_| is_full) {
                Some(last) => part.after = last,
                None => return Ok(rows),
            }
        }
    }

    /// A page of the rows of a part, and the name of its last row; of payments only those whose money arrived on a day of
    /// `received`, if that is given.
    pub fn page_of(
        self,
        conn: &mut Conn,
        span: Span,
        received: Option<Period>,
        part: &Part,
    ) -> Result<(Vec<ExportRow>, Option<String>), StoreError> {
        let rows = match self {
            Self::Donations => donations_page(conn, span, received, part),
            Self::Pledges => pledges_page(conn, span, part),
            Self::Donors => donors_page(conn, span, part),
            Self::Ledger => ledger_page(conn, span, part),
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

fn number(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A moment as both databases write it, as RFC 3339 has it: without a fraction of a second, or with 3, 6 or 9 digits of it.
/// Nothing is reckoned with it: reading it as a moment and writing it again costs more than all other cells of a row.
fn time(stored: &str) -> String {
    let Some((day, clock)) = stored.split_once(' ') else { return stored.to_owned() };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut out = String::with_capacity("2026-11-27T12:00:00.000000000Z".len());
    out.push_str(day);
    out.push('T');
    out.push_str(clock);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
        out.extend((fraction.len()..fraction.len().next_multiple_of(3)).map(|_| '0'));
    }
    out.push('Z');
    out
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
    received_at: Option<String>,
    article: Option<String>,
    created_at: String,
    frequency: String,
    hidden: bool,
    appeal: Option<String>,
    /// Series, year and number of the receipt that counts.
    receipt: Option<(String, i32, i64)>,
}

impl DonationCells {
    fn into_row(self) -> ExportRow {
        let named = |(series, year, number)| ReceiptNumber { series, year, number }.to_string();
        vec![
            self.id,
            self.pledge,
            self.campaign,
            self.donor.unwrap_or_default(),
            shown(self.email),
            self.name.unwrap_or_default(),
            self.gateway,
            self.remote,
            self.status,
            self.currency,
            number(self.gross),
            number(self.fee),
            self.refunded.to_string(),
            self.lost.to_string(),
            number(self.settled),
            self.settled_currency.unwrap_or_default(),
            self.received_at.as_deref().map(time).unwrap_or_default(),
            self.receipt.map(named).unwrap_or_default(),
            self.article.unwrap_or_default(),
            time(&self.created_at),
            self.frequency,
            self.hidden.to_string(),
            self.appeal.unwrap_or_default(),
        ]
    }
}

/// The address of a donor, as it may be shown: nothing for one that stands for none.
fn shown(email: String) -> String {
    if address_text(&email).len() == email.len() { email } else { address_text(&email).to_owned() }
}

fn donations_page(
    conn: &mut Conn,
    span: Span,
    received: Option<Period>,
    part: &Part,
) -> Result<Vec<ExportRow>, StoreError> {
    let counts = receipts::donation_id.eq(donations::id).and(receipts::status.eq_any(["issued", "sent"]));
    let mut wanted = donations::table
        .inner_join(pledges::table.inner_join(campaigns::table))
        .left_join(receipts::table.on(counts))
        .filter(donations::id.gt(&part.after))
        .filter(coalesce(donations::created_at, donations::created_at).ge(span.from))
        .filter(coalesce(donations::created_at, donations::created_at).lt(span.to))
        .into_boxed();
    if let Some(until) = &part.until {
        wanted = wanted.filter(donations::id.le(until));
    }
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
            sql::<Nullable<Text>>("CAST(donations.received_at AS TEXT)"),
            pledges::source_article,
            sql::<Text>("CAST(donations.created_at AS TEXT)"),
            pledges::frequency,
            pledges::hidden,
            pledges::source_appeal,
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
    created_at: String,
    appeal: Option<String>,
}

impl PledgeCells {
    fn into_row(self) -> ExportRow {
        vec![
            self.id,
            self.campaign,
            self.status,
            self.frequency,
            self.gateway,
            self.currency,
            self.amount.to_string(),
            self.fee_cover.to_string(),
            shown(self.email),
            self.name.unwrap_or_default(),
            self.hidden.to_string(),
            self.message.unwrap_or_default(),
            self.tribute_kind.unwrap_or_default(),
            self.tribute_name.unwrap_or_default(),
            self.reference.unwrap_or_default(),
            self.article.unwrap_or_default(),
            time(&self.created_at),
            self.appeal.unwrap_or_default(),
        ]
    }
}

fn pledges_page(conn: &mut Conn, span: Span, part: &Part) -> Result<Vec<ExportRow>, StoreError> {
    let mut wanted = pledges::table
        .inner_join(campaigns::table)
        .filter(pledges::id.gt(&part.after))
        .filter(coalesce(pledges::created_at, pledges::created_at).ge(span.from))
        .filter(coalesce(pledges::created_at, pledges::created_at).lt(span.to))
        .into_boxed();
    if let Some(until) = &part.until {
        wanted = wanted.filter(pledges::id.le(until));
    }
    let rows: Vec<PledgeCells> = wanted
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
            sql::<Text>("CAST(pledges.created_at AS TEXT)"),
            pledges::source_appeal,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(PledgeCells::into_row).collect())
}

fn donors_page(conn: &mut Conn, span: Span, part: &Part) -> Result<Vec<ExportRow>, StoreError> {
    let mut wanted = donors::table
        .filter(donors::id.gt(&part.after))
        .filter(coalesce(donors::created_at, donors::created_at).ge(span.from))
        .filter(coalesce(donors::created_at, donors::created_at).lt(span.to))
        .into_boxed();
    if let Some(until) = &part.until {
        wanted = wanted.filter(donors::id.le(until));
    }
    let created = sql::<Text>("CAST(donors.created_at AS TEXT)");
    let rows: Vec<(String, String, Option<String>, String)> = wanted
        .order(donors::id)
        .limit(PAGE_ROWS)
        .select((donors::id, donors::email, donors::name, created))
        .load(conn)?;
    let export = |(id, email, name, created): (String, String, Option<String>, String)| {
        vec![id, email, name.unwrap_or_default(), time(&created)]
    };
    Ok(rows.into_iter().map(export).collect())
}

/// Whole entries only: a page ends with the last line of its last entry.
fn ledger_page(conn: &mut Conn, span: Span, part: &Part) -> Result<Vec<ExportRow>, StoreError> {
    type Named = Option<String>;
    type Subject = (String, Named, Named, Named, Named, Named, Named);
    type Line = (String, i64, Subject, String, String, i64, String, String);
    let mut wanted = ledger_entries::table
        .filter(ledger_entries::id.gt(&part.after))
        .filter(coalesce(ledger_entries::recorded_at, ledger_entries::recorded_at).ge(span.from))
        .filter(coalesce(ledger_entries::recorded_at, ledger_entries::recorded_at).lt(span.to))
        .into_boxed();
    if let Some(until) = &part.until {
        wanted = wanted.filter(ledger_entries::id.le(until));
    }
    let entries: Vec<String> =
        wanted.order(ledger_entries::id).limit(PAGE_ROWS).select(ledger_entries::id).load(conn)?;
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
            sql::<Text>("CAST(ledger_entries.happened_at AS TEXT)"),
            sql::<Text>("CAST(ledger_entries.recorded_at AS TEXT)"),
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
        let about = [donation, refund, dispute, movement, deposit, bank_line].map(Option::unwrap_or_default);
        let [donation, refund, dispute, movement, deposit, bank_line] = about;
        let (line, minor) = (line.to_string(), minor.to_string());
        let (happened, recorded) = (time(&happened), time(&recorded));
        vec![
            id, line, kind, donation, refund, dispute, movement, deposit, bank_line, account, currency,
            minor, happened, recorded,
        ]
    };
    Ok(rows.into_iter().map(export).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_the_clock_of_the_program_would_write_it() {
        for stored in [
            "2026-11-27 12:00:00",
            "2026-11-27 12:00:00.000000",
            "2026-01-02 03:04:05.5",
            "2026-01-02 03:04:05.120",
            "2026-01-02 03:04:05.1234",
            "2026-01-02 03:04:05.000001",
            "0001-12-31 23:59:59.999999999",
        ] {
            let moment = NaiveDateTime::parse_from_str(stored, "%Y-%m-%d %H:%M:%S%.f").unwrap();
            let written = moment.and_utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
            assert_eq!(time(stored), written);
        }
    }
}
