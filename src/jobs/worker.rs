//! The worker: claims due jobs with a lease, runs them with a guard against panics, writes down what came of
//! them. Each lane has a loop of its own.

use super::run::{self, JobError};
use super::{Rhythm, Services};
use crate::domain::job::Lane;
use crate::store::jobs::{self, Claimed, Finish};
use crate::store::{Db, StoreError};
use crate::telemetry::metrics::{JOB_SECONDS, JOBS_TOTAL};
use crate::usecases::upkeep;
use chrono::TimeDelta;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::panic::AssertUnwindSafe;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long to wait after the queue itself could not be reached.
const DATABASE_PAUSE: std::time::Duration = std::time::Duration::from_secs(2);

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

async fn lane_loop(services: Services, lane: Lane, mut stopped: watch::Receiver<bool>) {
    let mut work = services.ctx.db.work();
    while !*stopped.borrow() {
        // Marked before the queue is looked at: a ring in between is not missed.
        work.mark_unchanged();
        match claim_and_run(&services, lane).await {
            Ok(0) => {
                tokio::select! {
                    _ = work.changed() => {}
                    () = tokio::time::sleep(services.rhythm.poll) => {}
                    _ = stopped.changed() => {}
                }
            }
            Ok(_some) => {}
            Err(error) => {
                tracing::error!(%error, "the job queue cannot be reached");
                tokio::select! {
                    () = tokio::time::sleep(DATABASE_PAUSE) => {}
                    _ = stopped.changed() => {}
                }
            }
        }
    }
}

async fn schedule_loop(services: Services, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = upkeep::enqueue_due(&services.ctx).await {
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
    let Rhythm { at_once, lease, .. } = services.rhythm;
    let limit = i64::try_from(at_once).unwrap_or(1);
    let lease = TimeDelta::from_std(lease).unwrap_or(TimeDelta::minutes(5));
    let now = services.ctx.now();
    let claimed = services.ctx.db.write(move |tx| jobs::claim(tx, lane.kinds(), limit, lease, now)).await?;
    let count = claimed.len();
    for done in join_all(claimed.into_iter().map(|job| run_one(services, job))).await {
        done?;
    }
    Ok(count)
}

async fn run_one(services: &Services, claimed: Claimed) -> Result<(), StoreError> {
    let kind = claimed.job.kind();
    let started = std::time::Instant::now();
    let message_id = format!("{}@{}", claimed.id, services.host);
    let guarded = AssertUnwindSafe(run::run(services, &claimed.job, &message_id)).catch_unwind().await;
    let outcome = guarded.unwrap_or_else(|_panic| Err(JobError::Retry("the job panicked".into())));
    let seconds = started.elapsed().as_secs_f64();
    metrics::histogram!(JOB_SECONDS, "kind" => kind).record(seconds);
    let finish = decide(services, &claimed, outcome);
    let word = match &finish {
        Finish::Done => "done",
        Finish::Retry { .. } => "retry",
        Finish::GiveUp { .. } => "failed",
    };
    metrics::counter!(JOBS_TOTAL, "kind" => kind, "outcome" => word).increment(1);
    record(&services.ctx.db, services.ctx.now(), claimed, finish).await
}

async fn record(
    db: &Db,
    now: chrono::DateTime<chrono::Utc>,
    claimed: Claimed,
    finish: Finish,
) -> Result<(), StoreError> {
    let id = claimed.id;
    if !db.write(move |tx| jobs::finish(tx, &claimed, &finish, now)).await? {
        tracing::warn!(job.id = %id, "a job took longer than its lease and was taken over");
    }
    Ok(())
}

fn decide(services: &Services, claimed: &Claimed, outcome: Result<(), JobError>) -> Finish {
    let failures = u32::try_from(claimed.failures).unwrap_or(u32::MAX).saturating_add(1);
    let (error, again) = match outcome {
        Ok(()) => return Finish::Done,
        Err(JobError::Retry(error)) => (error, claimed.job.retry_after(failures)),
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
