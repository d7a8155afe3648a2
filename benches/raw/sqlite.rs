//! SQLite by prepared statements, written as the product writes: one thread, several changes to a commit, a
//! savepoint each.

use crate::load::run_in_process;
use crate::pledges::CAMPAIGN;
use crate::rounds::Run;
use crate::webhooks::Event;
use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::clock::{Clock as _, SystemClock, splitmix};
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// As in the product.
const BATCH_MAX: usize = 256;

const CAMPAIGN_BY_SLUG: &str = "SELECT id, slug, title, summary, goal_minor, goal_currency, starts_on, ends_on, \
    suggestions FROM campaigns WHERE slug = ?1";
const TAKE_TOKENS: &str = "INSERT INTO rate_limits (bucket, full_at_us) VALUES (?1, ?4), (?2, ?5), (?3, ?6) \
    ON CONFLICT (bucket) DO UPDATE SET full_at_us = excluded.full_at_us \
    + CASE WHEN rate_limits.full_at_us > ?7 THEN rate_limits.full_at_us - ?7 ELSE 0 END RETURNING bucket, full_at_us";
const ATTACK: &str = "SELECT value FROM settings WHERE name = 'attack_until'";
const LOOK: &str = "SELECT (SELECT COUNT(*) FROM pledge_clients WHERE client = ?1), \
    (SELECT COUNT(*) FROM pledge_clients WHERE email = ?3), \
    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM attempts WHERE id >= ?4 LIMIT 30) few), \
    (SELECT COUNT(*) FROM blocks WHERE until_us > ?5 AND mark IN (?1, ?2, ?3))";
const INSERT_CLIENT: &str =
    "INSERT INTO pledge_clients (pledge_id, client, network, email) VALUES (?1, ?2, ?3, ?4)";
const EQUAL_PLEDGE: &str = "SELECT * FROM pledges WHERE fingerprint = ?1 AND created_at >= ?2 \
    ORDER BY created_at";
const INSERT_PLEDGE: &str = "INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, \
    fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, \
    source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at) VALUES (?1, ?2, \
    NULL, 2500, 'EUR', 0, 'once', 'bank_transfer', ?3, 'Ann Reader', NULL, 0, NULL, NULL, NULL, '{}', 'en', \
    'pending', ?4, NULL, ?5, ?6, ?7, ?6)";
const INSERT_JOB: &str = "INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, attempt, failures, \
    created_at) VALUES (?1, 'send_instructions', ?2, ?3, 'pending', ?4, 0, 0, ?4) ON CONFLICT DO NOTHING";

const INSERT_EVENT: &str = "INSERT INTO inbox (id, gateway, event_id, body, status, received_at) \
    VALUES (?1, 'stripe', ?2, ?3, 'received', ?4)";

/// What one request leaves behind.
pub(crate) trait Rows: Send + 'static {
    /// The rows of a request that is told from all others by its number.
    fn of(number: u64) -> Self;
    fn write(&self, conn: &Connection) -> rusqlite::Result<()>;
}

/// A Stripe event: the one row that keeps it.
pub(crate) struct EventRow {
    id: String,
    event: Event,
    now: DateTime<Utc>,
}

impl Rows for EventRow {
    fn of(number: u64) -> Self {
        let now = SystemClock.now();
        Self { id: id("evt", now, number), event: Event::of(number), now }
    }

    fn write(&self, conn: &Connection) -> rusqlite::Result<()> {
        let Event { id, body } = &self.event;
        let values = params![self.id, id, body.as_bytes(), text(self.now)];
        conn.prepare_cached(INSERT_EVENT)?.execute(values).map(|_one| ())
    }
}

/// Ids sort by time, as the product's do.
fn id(prefix: &str, now: DateTime<Utc>, number: u64) -> String {
    format!("{prefix}_{:013X}{:013X}", now.timestamp_micros(), splitmix(number) >> 12)
}

/// A pledge by bank transfer.
pub(crate) struct PledgeRows {
    pledge: String,
    email: String,
    reference: String,
    fingerprint: String,
    buckets: [String; 3],
    attempt: String,
    job: String,
    payload: String,
    unique_key: String,
    now: DateTime<Utc>,
}

impl Rows for PledgeRows {
    fn of(number: u64) -> Self {
        let role = |role: u64| number.wrapping_mul(8).wrapping_add(role);
        let random = |place: u64| splitmix(role(place));
        let now = SystemClock.now();
        let pledge = id("plg", now, role(0));
        Self {
            email: format!("donor{number}@example.org"),
            reference: format!("RF{:018X}", random(1)),
            fingerprint: format!("{:022x}", random(2)),
            buckets: [3, 6, 4].map(|place| format!("{:022x}", random(place))),
            attempt: id("att", now, role(7)),
            job: id("job", now, role(5)),
            payload: format!(r#"{{"kind":"send_instructions","pledge":"{pledge}"}}"#),
            unique_key: format!("send_instructions/{pledge}"),
            pledge,
            now,
        }
    }

    fn write(&self, conn: &Connection) -> rusqlite::Result<()> {
        assert!(!conn.prepare_cached(ATTACK)?.exists([])?);
        let campaign: String =
            conn.prepare_cached(CAMPAIGN_BY_SLUG)?.query_row([CAMPAIGN], |row| row.get(0))?;
        let now_us = self.now.timestamp_micros();
        let [client, network, email] = &self.buckets;
        let (soon, later) = (now_us + 360_000_000, now_us + 720_000_000);
        let tokens = params![client, network, email, soon, now_us + 90_000_000, later, now_us];
        let mut take = conn.prepare_cached(TAKE_TOKENS)?;
        let full_at: Vec<i64> = take.query_map(tokens, |row| row.get(1))?.collect::<Result<_, _>>()?;
        assert_eq!(full_at.len(), 3);
        let since = text(self.now - TimeDelta::minutes(2));
        assert!(!conn.prepare_cached(EQUAL_PLEDGE)?.exists(params![self.fingerprint, since])?);
        let sought = params![client, network, email, self.attempt, now_us];
        let blocks: i64 = conn.prepare_cached(LOOK)?.query_row(sought, |row| row.get(3))?;
        assert_eq!(blocks, 0);
        let (now, expires) = (text(self.now), text(self.now + TimeDelta::days(60)));
        conn.prepare_cached(INSERT_PLEDGE)?.execute(params![
            self.pledge,
            campaign,
            self.email,
            self.reference,
            self.fingerprint,
            now,
            expires
        ])?;
        conn.prepare_cached(INSERT_JOB)?.execute(params![self.job, self.payload, self.unique_key, now])?;
        conn.prepare_cached(INSERT_CLIENT)?.execute(params![self.pledge, client, network, email])?;
        Ok(())
    }
}

fn text(time: DateTime<Utc>) -> String {
    time.naive_utc().to_string()
}

struct Change<R> {
    rows: R,
    written: oneshot::Sender<()>,
}

/// The other side: a writer, and clients that hand it rows.
pub(crate) struct Raw<R> {
    changes: mpsc::Sender<Change<R>>,
    count: Arc<AtomicU64>,
}

impl<R: Rows> Raw<R> {
    /// Opens a database whose tables are there.
    pub(crate) fn open(path: &Path) -> Self {
        let conn = Connection::open(path).unwrap();
        conn.set_prepared_statement_cache_capacity(32);
        conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")
            .unwrap();
        let (changes, waiting) = mpsc::channel(1024);
        std::thread::spawn(move || write_all(&conn, waiting));
        Self { changes, count: Arc::default() }
    }

    pub(crate) fn run(&self, time: Duration) -> Run {
        let (changes, count) = (self.changes.clone(), Arc::clone(&self.count));
        run_in_process(time, move || {
            let (changes, rows) = (changes.clone(), R::of(count.fetch_add(1, Ordering::Relaxed)));
            async move {
                let (written, answer) = oneshot::channel();
                changes.send(Change { rows, written }).await.ok().unwrap();
                answer.await.unwrap();
            }
        })
    }
}

fn write_all<R: Rows>(conn: &Connection, mut waiting: mpsc::Receiver<Change<R>>) {
    let run = |sql: &str| conn.prepare_cached(sql).and_then(|mut statement| statement.execute([])).unwrap();
    let mut answers = Vec::new();
    while let Some(first) = waiting.blocking_recv() {
        run("BEGIN IMMEDIATE");
        let mut next = Some(first);
        while let Some(change) = next {
            run("SAVEPOINT change");
            change.rows.write(conn).unwrap();
            run("RELEASE SAVEPOINT change");
            answers.push(change.written);
            next = (answers.len() < BATCH_MAX).then(|| waiting.try_recv().ok()).flatten();
        }
        run("COMMIT");
        answers.drain(..).for_each(|written| written.send(()).unwrap());
    }
}
