//! The worker: claims due jobs with a lease, runs them with a guard against panics, writes down what came of
//! them. Each lane has a loop of its own.

use super::Services;
use super::run::{self, JobError};
use crate::domain::ids::smallest_at;
use crate::domain::job::Lane;
use crate::mail::UNANSWERED;
use crate::store::jobs::{self, Claimed, Finish};
use crate::store::{Db, StoreError, Tx};
use crate::telemetry::metrics::{JOB_SECONDS, JOBS_TOTAL};
use crate::usecases::upkeep;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::panic::AssertUnwindSafe;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, JoinSet};

/// How long to wait after the queue itself could not be reached.
const DATABASE_PAUSE: std::time::Duration = std::time::Duration::from_secs(2);

/// While letters wait for a mail server, one of them asks this often whether it is back.
const ASKED_EVERY: TimeDelta = TimeDelta::minutes(10);

/// So long a letter waits for a mail server, however often it asked.
const WAITS_FOR_MAIL: TimeDelta = TimeDelta::days(3);

/// The running loops.
pub struct Worker {
    stop: watch::Sender<bool>,
    loops: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts one loop for each lane and one for the schedules.
    pub fn start(services: &Services) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut loops: Vec<JoinHandle<()>> = Lane::ALL
            .iter()
            .map(|lane| tokio::spawn(lane_loop(services.clone(), *lane, stopped.clone())))
            .collect();
        loops.push(tokio::spawn(schedule_loop(services.clone(), stopped)));
        Self { stop, loops }
    }

    /// Claims nothing more and waits for the jobs that run.
    pub async fn stop(self) {
        // Without receivers the loops have ended already.
        let _listening = self.stop.send(true).is_ok();
        join_all(self.loops).await;
    }
}

/// Keeps up to `at_once` jobs of a lane running: a slow one takes one place and holds up no other.
async fn lane_loop(services: Services, lane: Lane, mut stopped: watch::Receiver<bool>) {
    let mut work = services.ctx.db.work();
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        // Marked before the queue is looked at: a ring in between is not missed.
        work.mark_unchanged();
        let free = services.rhythm.at_once.saturating_sub(running.len());
        let pause = match claim(&services, lane, free).await {
            Ok(claimed) => {
                for job in claimed {
                    let services = services.clone();
                    running.spawn(async move { run_one(&services, job).await });
                }
                services.rhythm.poll
            }
            Err(error) => {
                tracing::error!(%error, "the job queue cannot be reached");
                DATABASE_PAUSE
            }
        };
        let full = running.len() >= services.rhythm.at_once;
        tokio::select! {
            Some(ended) = running.join_next() => note(ended),
            _ = work.changed(), if !full => {}
            () = tokio::time::sleep(pause) => {}
            _ = stopped.changed() => {}
        }
    }
    while let Some(ended) = running.join_next().await {
        note(ended);
    }
}

/// A job whose end could not be written down keeps its lease and is taken over when that runs out.
fn note(ended: Result<Result<(), StoreError>, JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "the end of a job could not be written down"),
        Err(error) => tracing::error!(%error, "a job was cut off"),
    }
}

async fn schedule_loop(services: Services, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = upkeep::enqueue_due(&services.now().ctx).await {
            tracing::error!(%error, "recurring work could not be enqueued");
        }
        tokio::select! {
            () = tokio::time::sleep(services.rhythm.poll * 10) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Runs all jobs that are due now, and those that they enqueue, until none is left. For tests and for the
/// command line; the number that ran is returned.
pub async fn run_due(services: &Services) -> Result<usize, StoreError> {
    let mut total = 0;
    loop {
        let mut ran = 0;
        for lane in Lane::ALL {
            ran += claim_and_run(services, lane).await?;
        }
        total += ran;
        if ran == 0 {
            return Ok(total);
        }
    }
}

async fn claim_and_run(services: &Services, lane: Lane) -> Result<usize, StoreError> {
    let claimed = claim(services, lane, services.rhythm.at_once).await?;
    let count = claimed.len();
    for done in join_all(claimed.into_iter().map(|job| run_one(services, job))).await {
        done?;
    }
    Ok(count)
}

async fn claim(services: &Services, lane: Lane, limit: usize) -> Result<Vec<Claimed>, StoreError> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let lease = TimeDelta::from_std(services.rhythm.lease).unwrap_or(TimeDelta::minutes(5));
    let now = services.ctx.now();
    services.ctx.db.write(move |tx| jobs::claim(tx, lane.kinds(), limit, lease, now)).await
}

async fn run_one(services: &Services, claimed: Claimed) -> Result<(), StoreError> {
    let services = &services.now();
    let kind = claimed.job.kind();
    let started = std::time::Instant::now();
    let message_id = format!("{}@{}", claimed.id, services.host);
    let guarded = AssertUnwindSafe(run::run(services, &claimed.job, &message_id)).catch_unwind().await;
    let outcome = guarded.unwrap_or_else(|_panic| Err(JobError::Retry("the job panicked".into())));
    let seconds = started.elapsed().as_secs_f64();
    metrics::histogram!(JOB_SECONDS, "kind" => kind).record(seconds);
    let is_answered = !matches!(outcome, Err(JobError::Unanswered(_)));
    let finish = decide(services, &claimed, outcome);
    let word = match &finish {
        Finish::Done => "done",
        Finish::Retry { .. } => "retry",
        Finish::GiveUp { .. } => "failed",
    };
    metrics::counter!(JOBS_TOTAL, "kind" => kind, "outcome" => word).increment(1);
    record(&services.ctx.db, services.ctx.now(), (claimed, is_answered), finish).await
}

async fn record(
    db: &Db,
    now: DateTime<Utc>,
    (claimed, is_answered): (Claimed, bool),
    finish: Finish,
) -> Result<(), StoreError> {
    let id = claimed.id;
    let is_letter = Lane::Mail.kinds().contains(&claimed.job.kind());
    let written = db.write(move |tx| {
        let finish = if is_letter && !is_answered { asked_again(tx, finish, now)? } else { finish };
        // The mail server is back: what waited for it waits no longer.
        if is_letter && is_answered && claimed.failures > 0 {
            jobs::hurry(tx, UNANSWERED, now)?;
        }
        jobs::finish(tx, &claimed, &finish, now)
    });
    if !written.await? {
        tracing::warn!(job.id = %id, "a job took longer than its lease and was taken over");
    }
    Ok(())
}

/// Letters wait ever longer, but of those that wait for the server one is always due soon.
fn asked_again(tx: &mut Tx<'_>, finish: Finish, now: DateTime<Utc>) -> Result<Finish, StoreError> {
    let soon = now + ASKED_EVERY;
    match finish {
        Finish::Retry { at, error } => {
            let waits = at <= soon || jobs::is_asked_by(tx, UNANSWERED, soon)?;
            Ok(Finish::Retry { at: if waits { at } else { soon }, error })
        }
        Finish::Done | Finish::GiveUp { .. } => Ok(finish),
    }
}

fn decide(services: &Services, claimed: &Claimed, outcome: Result<(), JobError>) -> Finish {
    let failures = u32::try_from(claimed.failures).unwrap_or(u32::MAX).saturating_add(1);
    let (error, again) = match outcome {
        Ok(()) => return Finish::Done,
        Err(JobError::Held(error)) => {
            (error, claimed.job.retry_after(failures).or(Some(TimeDelta::hours(1))))
        }
        Err(JobError::Retry(error)) => (error, claimed.job.retry_after(failures)),
        Err(JobError::Unanswered(error)) => {
            let is_young = claimed.id > smallest_at(services.ctx.now() - WAITS_FOR_MAIL);
            (error, claimed.job.retry_after(failures).or(is_young.then_some(ASKED_EVERY)))
        }
        Err(JobError::Fail(error)) => (error, None),
    };
    let (id, kind) = (claimed.id, claimed.job.kind());
    match again {
        Some(wait) => {
            tracing::warn!(job.id = %id, job.kind = kind, failures, error, "a job failed and will be tried again");
            Finish::Retry { at: services.ctx.now() + wait, error }
        }
        None => {
            tracing::error!(job.id = %id, job.kind = kind, failures, error, "a job failed for good; see `mainstay job list`");
            Finish::GiveUp { error }
        }
    }
}
