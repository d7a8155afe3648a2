//! The one writer of an SQLite database: takes the changes that wait at this moment into one transaction,
//! a savepoint each, and answers them after the one commit. Durable, and fast with many donors at once.

use super::connection::{self, Conn, Tx};
use super::{Bell, DatabaseOptions, Engine, StoreError, dialect};
use diesel::connection::{Connection, TransactionManager};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::{mpsc, oneshot};

type Transactions = <Conn as Connection>::TransactionManager;

/// Changes that wait while a batch is being committed. Beyond it writers wait for a place.
const WAITING_MAX: usize = 1024;
/// Changes in one commit: bounds how long the first one waits for the last.
const BATCH_MAX: usize = 256;

/// What became of a whole batch.
type Committed = Result<(), String>;
/// Answers one caller once the fate of its batch is known; says whether a job was enqueued.
type Answer = Box<dyn FnOnce(&Committed) -> bool + Send>;
type Change = Box<dyn FnOnce(Stage<'_>) -> Option<Answer> + Send>;

/// How far a batch got when it reaches a change.
enum Stage<'a> {
    /// A transaction is open.
    Open(&'a mut Conn),
    /// None could be opened.
    Closed(&'a str),
}

#[derive(Clone)]
pub(super) struct Writer {
    changes: mpsc::Sender<Change>,
}

impl Writer {
    pub(super) fn start(options: DatabaseOptions, work: Bell) -> Result<Self, StoreError> {
        let (changes, waiting) = mpsc::channel(WAITING_MAX);
        let conn = connection::writer(&options, Engine::Sqlite)?;
        std::thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || run(&options, Some(conn), waiting, &work))
            .map_err(|error| StoreError::Unavailable(format!("cannot start the writer: {error}")))?;
        Ok(Self { changes })
    }

    pub(super) async fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let boxed: Change = Box::new(move |stage| apply(stage, change, answer));
        let gone = || StoreError::Unavailable("the change was cut off".into());
        self.changes.send(boxed).await.map_err(|_closed| gone())?;
        answered.await.unwrap_or_else(|_dropped| Err(gone().into()))
    }
}

/// Runs one change in its savepoint. A refused or panicking change is rolled back alone; the others of the batch
/// are unharmed. It too is answered after the commit: it may have been refused for what an earlier change of the
/// batch wrote, and whoever is told so looks for that in the database.
fn apply<T, E, F>(stage: Stage<'_>, change: F, answer: oneshot::Sender<Result<T, E>>) -> Option<Answer>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
{
    let conn = match stage {
        Stage::Open(conn) => conn,
        Stage::Closed(why) => {
            drop(answer.send(Err(StoreError::Unavailable(why.to_owned()).into())));
            return None;
        }
    };
    if let Err(error) = Transactions::begin_transaction(conn) {
        drop(answer.send(Err(StoreError::from(error).into())));
        return None;
    }
    let mut tx = Tx::new(conn);
    let outcome = catch_unwind(AssertUnwindSafe(|| change(&mut tx)));
    let rings = tx.rings();
    let outcome = match outcome {
        Ok(Ok(value)) => {
            Transactions::commit_transaction(conn).map(|()| value).map_err(|e| StoreError::from(e).into())
        }
        Ok(Err(error)) => Err(roll_back(conn).map_or_else(E::from, |()| error)),
        Err(_panic) => {
            let rolled_back = roll_back(conn);
            Err(rolled_back
                .err()
                .unwrap_or_else(|| StoreError::Unavailable("the change panicked".into()))
                .into())
        }
    };
    Some(Box::new(move |committed| {
        let failed = committed.clone().err().map(|why| StoreError::Unavailable(why).into());
        let enqueued = outcome.is_ok() && rings;
        // A caller that went away does not undo what is committed.
        drop(answer.send(failed.map_or(outcome, Err)));
        enqueued && committed.is_ok()
    }))
}

fn roll_back(conn: &mut Conn) -> Result<(), StoreError> {
    Transactions::rollback_transaction(conn).map_err(StoreError::from)
}

fn run(options: &DatabaseOptions, mut conn: Option<Conn>, mut waiting: mpsc::Receiver<Change>, work: &Bell) {
    while let Some(first) = waiting.blocking_recv() {
        match batch(options, conn.take(), first, &mut waiting, work) {
            Ok(sound) => conn = Some(sound),
            // After a failed commit or fsync the connection is not trusted again: the next batch opens a new one.
            Err(why) => tracing::error!(why, "a batch of changes was not written"),
        }
    }
}

/// Writes one batch. Gives the connection back only if it is sound.
fn batch(
    options: &DatabaseOptions,
    conn: Option<Conn>,
    first: Change,
    waiting: &mut mpsc::Receiver<Change>,
    work: &Bell,
) -> Result<Conn, String> {
    let opened = conn
        .map_or_else(|| connection::writer(options, Engine::Sqlite), Ok)
        .map_err(|error| error.to_string());
    let begun = opened.and_then(|mut conn| {
        dialect::begin_write(&mut conn).map(|()| conn).map_err(|error| StoreError::from(error).to_string())
    });
    let mut conn = match begun {
        Ok(conn) => conn,
        Err(why) => {
            first(Stage::Closed(&why));
            return Err(why);
        }
    };
    let mut answers: Vec<Answer> = first(Stage::Open(&mut conn)).into_iter().collect();
    for _ in 1..BATCH_MAX {
        let Ok(next) = waiting.try_recv() else { break };
        answers.extend(next(Stage::Open(&mut conn)));
    }
    let committed: Committed =
        Transactions::commit_transaction(&mut conn).map_err(|error| StoreError::from(error).to_string());
    let mut rings = false;
    for answer in answers {
        rings |= answer(&committed);
    }
    if rings {
        work.ring();
    }
    committed.map(|()| conn)
}
