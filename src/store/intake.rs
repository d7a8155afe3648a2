//! The door of the inbox on PostgreSQL: events that wait at the same moment are put down together, in one transaction. Gateways send
//! them by the hundred after a pause. On SQLite the one writer does so with every change.

use super::connection::{self, Pool};
use super::inbox::{self, Arrival};
use super::{Bell, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Events that wait while others are being committed. Beyond it their senders wait for a place.
const WAITING_MAX: usize = 1024;
/// Events in one commit.
const BATCH_MAX: usize = 64;

/// What became of an event.
pub(super) enum Outcome {
    /// It is on disk.
    Stored {
        /// It was not before.
        is_new: bool,
    },
    /// Among others it could not be stored, because of one of them or of the database: it is tried by itself.
    Alone(Arrival),
}

struct Waiting {
    arrival: Arrival,
    /// With each event, so that the thread holds none while nothing comes: connections that it alone held would be closed by it
    /// while the program ends.
    pool: Pool,
    answer: oneshot::Sender<Outcome>,
}

#[derive(Clone)]
pub(super) struct Intake {
    pool: Pool,
    waiting: mpsc::Sender<Waiting>,
}

impl Intake {
    pub(super) fn start(pool: Pool, work: Bell) -> Result<Self, StoreError> {
        let (waiting, come) = mpsc::channel(WAITING_MAX);
        std::thread::Builder::new()
            .name("db-intake".into())
            .spawn(move || run(&work, come))
            .map_err(|error| StoreError::Unavailable(format!("cannot start the intake: {error}")))?;
        Ok(Self { pool, waiting })
    }

    pub(super) async fn take_in(&self, arrival: Arrival) -> Result<Outcome, StoreError> {
        let (answer, answered) = oneshot::channel();
        let gone = || StoreError::Unavailable("the event was cut off".into());
        self.waiting
            .send(Waiting { arrival, pool: self.pool.clone(), answer })
            .await
            .map_err(|_closed| gone())?;
        answered.await.map_err(|_dropped| gone())
    }
}

fn run(work: &Bell, mut come: mpsc::Receiver<Waiting>) {
    while let Some(first) = come.blocking_recv() {
        let (pool, mut batch) = (first.pool.clone(), vec![first]);
        while batch.len() < BATCH_MAX
            && let Ok(next) = come.try_recv()
        {
            batch.push(next);
        }
        store(pool, work, batch);
    }
}

fn store(pool: Pool, work: &Bell, mut batch: Vec<Waiting>) {
    // The same order in every process, see `inbox::insert_all`.
    batch.sort_by(|one, other| order(one).cmp(&order(other)));
    let arrivals: Vec<&Arrival> = batch.iter().map(|waiting| &waiting.arrival).collect();
    let stored = connection::write(&pool, work, |tx| inbox::insert_all(tx, &arrivals));
    drop(pool);
    let answers: Vec<_> = batch.into_iter().map(|waiting| (waiting.arrival, waiting.answer)).collect();
    for (arrival, answer) in answers {
        let outcome = match &stored {
            Ok(new) => Outcome::Stored { is_new: new.contains(&arrival.job.to_string()) },
            Err(_) => Outcome::Alone(arrival),
        };
        // A sender that went away does not undo what is committed.
        drop(answer.send(outcome));
    }
}

fn order(waiting: &Waiting) -> (&'static str, &str) {
    let event = &waiting.arrival.event;
    (event.sender.as_str(), &event.event_id)
}
