//! The queue: a job is enqueued in the transaction it follows from, and claimed with a lease, so that a
//! crashed worker's job is taken over and a slow worker's late result is refused.

use super::dialect::on_each;
use super::row::{Row, to_json, utc};
use super::schema::jobs;
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::JobId;
use crate::domain::job::Job;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;

/// A job in the hands of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its id.
    pub id: JobId,
    /// What to do.
    pub job: Job,
    /// Which claim this is; only the latest may finish it.
    pub attempt: i64,
    /// Failures in a row before this one.
    pub failures: i64,
}

/// A job as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: String,
    /// pending, running, done or failed.
    pub status: String,
    /// When it is due.
    pub run_at: DateTime<Utc>,
    /// Failures in a row.
    pub failures: i64,
    /// Why it failed last.
    pub last_error: Option<String>,
}

/// Enqueues a job for `run_at`. A job whose unique key is already known changes nothing.
pub fn enqueue(
    tx: &mut Tx<'_>,
    id: JobId,
    job: &Job,
    run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let payload = to_json(job)?;
    let unique_key = job.unique_key();
    on_each!(tx, |c| diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id.to_string()),
            jobs::kind.eq(job.kind()),
            jobs::payload.eq(&payload),
            jobs::unique_key.eq(unique_key.as_deref()),
            jobs::status.eq("pending"),
            jobs::run_at.eq(run_at.naive_utc()),
            jobs::attempt.eq(0_i64),
            jobs::failures.eq(0_i64),
            jobs::created_at.eq(now.naive_utc()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    if run_at <= now {
        tx.ring_after_commit();
    }
    Ok(())
}

/// The ids of jobs that nobody else holds, the longest due first.
macro_rules! pick {
    ($tx:expr, $condition:expr, $kinds:expr, $limit:expr) => {{
        // An expression, so that the index by kind, which the list of jobs has, does not lead to sorting the whole queue.
        let rows = jobs::table
            .filter($condition)
            .filter(jobs::kind.concat("").eq_any($kinds.to_vec()))
            .order((jobs::run_at, jobs::id))
            .limit($limit)
            .select(jobs::id);
        match &mut **$tx {
            Conn::Postgres(c) => rows.for_update().skip_locked().load::<String>(c),
            Conn::Sqlite(c) => rows.load::<String>(c),
        }
    }};
}

/// Takes up to `limit` due jobs of the given kinds: those that a worker left behind, then the longest due.
///
/// These are two questions with an index each. Asked as one, the database would sort the whole queue every time.
pub fn claim(
    tx: &mut Tx<'_>,
    kinds: &[&str],
    limit: i64,
    lease: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Vec<Claimed>, StoreError> {
    let time = now.naive_utc();
    let abandoned = jobs::status.eq("running").and(jobs::lease_until.lt(time).assume_not_null());
    let mut ids = pick!(tx, abandoned, kinds, limit)?;
    let left = limit.saturating_sub(i64::try_from(ids.len()).unwrap_or(limit));
    if left > 0 {
        let due = jobs::status.eq("pending").and(jobs::run_at.le(time));
        ids.extend(pick!(tx, due, kinds, left)?);
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let taken: Vec<(String, String, i64, i64)> = diesel::update(jobs::table.filter(jobs::id.eq_any(ids)))
        .set((
            jobs::status.eq("running"),
            jobs::lease_until.eq(Some((now + lease).naive_utc())),
            jobs::attempt.eq(jobs::attempt + 1),
        ))
        .returning((jobs::id, jobs::payload, jobs::attempt, jobs::failures))
        .steadily()
        .get_results(&mut **tx)?;
    taken
        .into_iter()
        .map(|(id, payload, attempt, failures)| {
            let row = Row { table: "jobs", id: &id };
            Ok(Claimed { id: row.parse(&id)?, job: row.json(&payload)?, attempt, failures })
        })
        .collect()
}

/// What became of a claimed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// Done.
    Done,
    /// Failed; try again then.
    Retry {
        /// When.
        at: DateTime<Utc>,
        /// Why it failed.
        error: String,
    },
    /// Failed for good, until somebody revives it.
    GiveUp {
        /// Why it failed.
        error: String,
    },
}

/// Writes down what became of a claimed job. False if somebody else has taken it over meanwhile.
pub fn finish(
    tx: &mut Tx<'_>,
    claimed: &Claimed,
    finish: &Finish,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (status, run_at, error, failures) = match finish {
        Finish::Done => ("done", None, None, 0),
        Finish::Retry { at, error } => {
            ("pending", Some(at.naive_utc()), Some(error.as_str()), claimed.failures + 1)
        }
        Finish::GiveUp { error } => ("failed", None, Some(error.as_str()), claimed.failures + 1),
    };
    let ours = jobs::table
        .find(claimed.id.to_string())
        .filter(jobs::status.eq("running"))
        .filter(jobs::attempt.eq(claimed.attempt));
    let changed = diesel::update(ours)
        .set((
            jobs::status.eq(status),
            jobs::lease_until.eq(None::<NaiveDateTime>),
            jobs::failures.eq(failures),
            run_at.map(|at| jobs::run_at.eq(at)),
            error.map(|error| jobs::last_error.eq(Some(error))),
            jobs::finished_at.eq((status == "done").then(|| now.naive_utc())),
        ))
        .steadily()
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Makes failed jobs pending again: one, or all. Returns how many.
pub fn revive(tx: &mut Tx<'_>, id: Option<JobId>, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let fresh = (jobs::status.eq("pending"), jobs::run_at.eq(now.naive_utc()), jobs::failures.eq(0_i64));
    let failed = jobs::table.filter(jobs::status.eq("failed"));
    let revived = match id {
        Some(id) => diesel::update(failed.filter(jobs::id.eq(id.to_string())))
            .set(fresh)
            .steadily()
            .execute(&mut **tx)?,
        None => diesel::update(failed).set(fresh).steadily().execute(&mut **tx)?,
    };
    tx.ring_after_commit();
    Ok(revived)
}

/// Jobs that are not done, the longest due first.
pub fn unfinished(conn: &mut Conn, limit: i64) -> Result<Vec<Listed>, StoreError> {
    type Columns = (String, String, String, NaiveDateTime, i64, Option<String>);
    let rows: Vec<Columns> = jobs::table
        .filter(jobs::status.ne("done"))
        .order(jobs::run_at)
        .limit(limit)
        .select((jobs::id, jobs::kind, jobs::status, jobs::run_at, jobs::failures, jobs::last_error))
        .load(conn)?;
    let listed = |(id, kind, status, run_at, failures, last_error): Columns| Listed {
        id,
        kind,
        status,
        run_at: utc(run_at),
        failures,
        last_error,
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// How many jobs stand in each status.
pub fn counts(conn: &mut Conn) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(jobs::table
        .group_by(jobs::status)
        .select((jobs::status, count_star()))
        .order(jobs::status)
        .load(conn)?)
}

/// When the next pending job is due.
pub fn next_due(conn: &mut Conn) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next: Option<NaiveDateTime> = jobs::table
        .filter(jobs::status.eq("pending"))
        .order(jobs::run_at)
        .select(jobs::run_at)
        .first(conn)
        .optional()?;
    Ok(next.map(utc))
}

/// Makes jobs due now that wait because of what `word` stands for in their last error. Returns how many.
pub fn hurry(tx: &mut Tx<'_>, word: &str, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let waiting = jobs::table
        .filter(jobs::status.eq("pending"))
        .filter(jobs::last_error.assume_not_null().like(format!("%{word}%")));
    let hurried =
        diesel::update(waiting).set(jobs::run_at.eq(now.naive_utc())).steadily().execute(&mut **tx)?;
    tx.ring_after_commit();
    Ok(hurried)
}

/// Whether a job that waits because of what `word` stands for in its last error is due by `until`.
pub fn is_asked_by(tx: &mut Tx<'_>, word: &str, until: DateTime<Utc>) -> Result<bool, StoreError> {
    let waiting = jobs::table
        .filter(jobs::status.eq("pending"))
        .filter(jobs::run_at.le(until.naive_utc()))
        .filter(jobs::last_error.assume_not_null().like(format!("%{word}%")));
    Ok(diesel::select(exists(waiting)).get_result(&mut **tx)?)
}

/// Removes up to `limit` jobs that were done before `before`; returns how many.
pub fn remove_done(tx: &mut Tx<'_>, before: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let old: Vec<String> = jobs::table
        .filter(jobs::status.eq("done"))
        .filter(jobs::finished_at.lt(before.naive_utc()))
        .limit(limit)
        .select(jobs::id)
        .load(&mut **tx)?;
    Ok(diesel::delete(jobs::table.filter(jobs::id.eq_any(old))).execute(&mut **tx)?)
}

/// Marks a pending job as done without running it.
pub fn close(tx: &mut Tx<'_>, unique_key: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    let pending = jobs::table.filter(jobs::unique_key.eq(unique_key)).filter(jobs::status.eq("pending"));
    let changed = diesel::update(pending)
        .set((jobs::status.eq("done"), jobs::finished_at.eq(Some(now.naive_utc()))))
        .steadily()
        .execute(&mut **tx)?;
    super::row::one(changed)
}

/// Makes a finished job due again. False if no job has this key.
pub fn reopen(tx: &mut Tx<'_>, unique_key: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let finished =
        jobs::table.filter(jobs::unique_key.eq(unique_key)).filter(jobs::status.eq_any(["done", "failed"]));
    let changed = diesel::update(finished)
        .set((
            jobs::status.eq("pending"),
            jobs::run_at.eq(now.naive_utc()),
            jobs::failures.eq(0_i64),
            jobs::finished_at.eq(None::<NaiveDateTime>),
        ))
        .steadily()
        .execute(&mut **tx)?;
    tx.ring_after_commit();
    Ok(changed == 1)
}
