//! Receipt numbers: many writers at once, some of which change their mind, crash or lose their connection, over the
//! turn of a year. The numbers of those that committed have no gap and no double.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, TimeDelta};
use diesel::connection::SimpleConnection as _;
use futures_util::stream::{self, StreamExt as _};
use mainstay::domain::clock::Clock as _;
use mainstay::domain::receipt::ReceiptNumber;
use mainstay::store::{Conn, Db, StoreError, receipts};

use super::{Summary, seed, size};
use crate::support::app::{Engine, TestApp};
use crate::support::random::Random;
use crate::support::twins;

const WRITERS: usize = 64;
const SERIES: &str = "TRIAL";

#[derive(Clone, Copy)]
enum End {
    Commit,
    ChangesItsMind,
    Crashes,
    LosesItsConnection,
}

async fn numbers_have_no_gap_whoever_dies(engine: Engine) {
    let faults = ["rolled back", "crashed", "connection lost", "year turned"];
    let faults = match engine {
        Engine::Sqlite => [faults[0], faults[1], faults[3]].to_vec(),
        Engine::Postgres => faults.to_vec(),
    };
    let mut summary = Summary::of("numbers", engine, &faults);
    let app = TestApp::start(engine).await;
    let wanted = size(900, 100_000);
    let mut random = Random::seeded(seed());
    let mut taken: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
    for part in 0..3_i64 {
        // From one year to the next, and once back for a day: a clock that was set wrongly.
        app.clock.advance(TimeDelta::days([0, 200, -1][usize::try_from(part).unwrap()]));
        summary.fault("year turned", u64::from(part == 1));
        let year = app.clock.now().year();
        let ends: Vec<End> = (0..wanted / 3).map(|_| invented(engine, &mut random)).collect();
        for end in &ends {
            match end {
                End::Commit => {}
                End::ChangesItsMind => summary.fault("rolled back", 1),
                End::Crashes => summary.fault("crashed", 1),
                End::LosesItsConnection => summary.fault("connection lost", 1),
            }
        }
        let db = &app.ctx().db;
        let numbers = stream::iter(ends).map(|end| take(db, year, end)).buffer_unordered(WRITERS);
        let numbers: Vec<_> = numbers.collect().await;
        taken.entry(year).or_default().extend(numbers.into_iter().flatten().map(|number| number.number));
        summary.ran(wanted / 3);
    }
    for (year, numbers) in &taken {
        let different: BTreeSet<i64> = numbers.iter().copied().collect();
        let last = different.last().copied().unwrap();
        summary.doubled((different.len()..numbers.len()).map(|_| format!("a number of {year}")));
        summary.lost(
            (1..=last).filter(|number| !different.contains(number)).map(|number| format!("{year}: {number}")),
        );
        summary.figure("numbers", numbers.len());
    }
    app.stop().await;
    summary.finish();
}
twins!(numbers_have_no_gap_whoever_dies);

fn invented(engine: Engine, random: &mut Random) -> End {
    match (random.below(100), engine) {
        (0..20, _) => End::ChangesItsMind,
        (20..23, _) => End::Crashes,
        (23..26, Engine::Postgres) => End::LosesItsConnection,
        _ => End::Commit,
    }
}

async fn take(db: &Db, year: i32, end: End) -> Option<ReceiptNumber> {
    let taken = db.write(move |tx| {
        let number = receipts::take_number(tx, SERIES, year)?;
        match end {
            End::Commit => Ok(number),
            End::ChangesItsMind => Err(StoreError::Stale),
            End::Crashes => std::panic::resume_unwind(Box::new("scripted")),
            End::LosesItsConnection => {
                if let Conn::Postgres(c) = &mut **tx {
                    drop(c.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())"));
                }
                Ok(number)
            }
        }
    });
    match (taken.await, end) {
        (Ok(number), End::Commit) => Some(number),
        (Err(_), End::ChangesItsMind | End::Crashes | End::LosesItsConnection) => None,
        (Ok(number), _) => panic!("{number} was committed by a writer that died"),
        (Err(error), End::Commit) => panic!("{error}"),
    }
}
