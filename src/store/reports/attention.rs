//! What asks for a person's attention, and the latest gifts. Each question has an index that holds only its rows, and
//! counting stops at a hundred.

use crate::domain::article::Slug;
use crate::domain::figures::Rhythm;
use crate::domain::ids::DonationId;
use crate::domain::money::Money;
use crate::domain::pledge::{Frequency, GatewayKind};
use crate::store::row::{Row, utc};
use crate::store::schema::{attempts, campaigns, disputes, donations, inbox, pledges};
use crate::store::{Conn, StoreError};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Counting stops here: more than this is "many".
pub const MANY: i64 = 100;

/// How many things wait for a person, each up to [`MANY`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// Calls to a gateway of which nobody knows what came of them.
    pub unknown_attempts: i64,
    /// Events that nobody could make sense of.
    pub parked_events: i64,
    /// Events that wait to be taken in.
    pub received_events: i64,
    /// Jobs that were given up.
    pub failed_jobs: i64,
    /// Questions that a person has to answer.
    pub reviews: i64,
    /// Disputes and inquiries that are not decided.
    pub disputes: i64,
    /// Recurring support that owes money.
    pub past_due: i64,
    /// Lines of bank statements of which nobody has said what they are.
    pub bank_lines: i64,
    /// Movements on the balances of gateways that are not what the books say.
    pub movements: i64,
    /// Payouts that the bank sent back.
    pub payouts: i64,
    /// Comments that nobody has read yet.
    pub comments: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The rows that are counted for each field of [`Open`].
const ROWS: [&str; 11] = [
    "attempts WHERE outcome IN ('started', 'unknown') AND outcome = 'unknown'",
    "inbox WHERE status IN ('received', 'parked') AND status = 'parked'",
    "inbox WHERE status IN ('received', 'parked') AND status = 'received'",
    "jobs WHERE status = 'failed'",
    "reviews WHERE resolved_at IS NULL",
    "disputes WHERE status IN ('inquiry', 'open')",
    "subscriptions WHERE status = 'past_due'",
    "bank_lines WHERE status = 'open'",
    "movements WHERE finding IN ('differs', 'missing')",
    "payouts WHERE status = 'failed'",
    "comments WHERE status = 'held'",
];

/// What is counted, as queries.
pub(in crate::store) fn queries() -> impl Iterator<Item = String> {
    ROWS.iter()
        .map(|rows| format!("SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM {rows} LIMIT {MANY}) few"))
}

/// Counts what waits.
pub fn open(conn: &mut Conn) -> Result<Open, StoreError> {
    let mut counts = Vec::new();
    for query in queries() {
        let counted: Count = diesel::sql_query(query).get_result(conn)?;
        counts.push(counted.count);
    }
    let mut counts = counts.into_iter();
    let mut next = || counts.next().unwrap_or_default();
    Ok(Open {
        unknown_attempts: next(),
        parked_events: next(),
        received_events: next(),
        failed_jobs: next(),
        reviews: next(),
        disputes: next(),
        past_due: next(),
        bank_lines: next(),
        movements: next(),
        payouts: next(),
        comments: next(),
    })
}

/// Until when the next dispute must be answered.
pub fn next_deadline(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, StoreError> {
    let due: Option<NaiveDateTime> = disputes::table
        .filter(disputes::status.eq_any(["inquiry", "open"]))
        .filter(disputes::due_at.is_not_null())
        .order(disputes::due_at)
        .select(disputes::due_at.assume_not_null())
        .limit(1)
        .get_result(conn)
        .optional()?;
    Ok(due.map(utc))
}

/// How one gateway is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Which.
    pub gateway: GatewayKind,
    /// When it last told us anything by itself.
    pub heard_at: Option<DateTime<Utc>>,
    /// Calls of which nobody knows what came of them, up to [`MANY`].
    pub unknown_attempts: i64,
}

/// How gateways are doing.
pub fn health(conn: &mut Conn, gateways: &[GatewayKind]) -> Result<Vec<Health>, StoreError> {
    let mut all = Vec::new();
    for gateway in gateways {
        let heard: Option<NaiveDateTime> = inbox::table
            .filter(inbox::gateway.eq(gateway.as_str()))
            .order(inbox::received_at.desc())
            .select(inbox::received_at)
            .limit(1)
            .get_result(conn)
            .optional()?;
        let unknown: Vec<String> = attempts::table
            .filter(attempts::outcome.eq_any(["started", "unknown"]))
            .filter(attempts::outcome.eq("unknown"))
            .filter(attempts::gateway.eq(gateway.as_str()))
            .limit(MANY)
            .select(attempts::id)
            .load(conn)?;
        let unknown_attempts = i64::try_from(unknown.len()).unwrap_or(MANY);
        all.push(Health { gateway: *gateway, heard_at: heard.map(utc), unknown_attempts });
    }
    Ok(all)
}

/// A payment, for the list of the latest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Which.
    pub donation: DonationId,
    /// When its money arrived.
    pub at: DateTime<Utc>,
    /// What was paid.
    pub gross: Money,
    /// A gift, or recurring support.
    pub rhythm: Rhythm,
    /// Who gave, as they wrote it.
    pub name: Option<String>,
    /// The title of what it was given for.
    pub campaign: String,
    /// The article that led to it.
    pub article: Option<Slug>,
    /// How it stands.
    pub status: String,
}

/// The latest payments, the newest first.
pub fn recent(conn: &mut Conn, limit: i64) -> Result<Vec<Recent>, StoreError> {
    type Money = (Option<i64>, String);
    type Columns = (String, NaiveDateTime, Money, String, Option<String>, String, Option<String>, String);
    let rows: Vec<Columns> = donations::table
        .inner_join(pledges::table.inner_join(campaigns::table))
        .filter(donations::received_at.is_not_null())
        .order((donations::received_at.desc(), donations::id.desc()))
        .limit(limit)
        .select((
            donations::id,
            donations::received_at.assume_not_null(),
            (donations::gross_minor, donations::currency),
            pledges::frequency,
            pledges::name,
            campaigns::title,
            pledges::source_article,
            donations::status,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, at, (gross, currency), frequency, name, campaign, article, status)| {
            let row = Row { table: "donations", id: &id };
            let recurring = row.word(Frequency::parse, &frequency)?.is_recurring();
            Ok(Recent {
                donation: row.parse(&id)?,
                at: utc(at),
                gross: row.money(gross.unwrap_or_default(), &currency)?,
                rhythm: if recurring { Rhythm::Recurring } else { Rhythm::Once },
                name,
                campaign,
                article: row.slug(article)?,
                status,
            })
        })
        .collect()
}
