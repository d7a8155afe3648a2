//! A bank's statement of ten thousand lines is taken in by the command: in memory that does not grow with the file, with its
//! progress to be seen by others; and handed in again it changes nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use mainstay::domain::clock::{Clock as _, SystemClock};
use mainstay::store::Db;

use super::site::{Site, broken_rules, converge};
use super::{Summary, is_full, size};
use crate::bank_statements::{Entry, camt};
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::sql::{lines, number};
use crate::support::twins;

/// Transfers that were promised; the other lines name nothing.
const PROMISES: usize = 10;

/// How much more memory the whole file may take than a tenth of it, in kB: less than the lines would, if they were kept.
const GROWTH_KB: u64 = 32 * 1024;

async fn a_statement_of_ten_thousand_lines_is_taken_in_once(engine: Engine) {
    let mut summary = Summary::of("bank_lines", engine, &["line handed in again"]);
    let site = Site::new(engine).await;
    let references = promised(&site).await;
    let (few, all) = (size(20, 1_000), size(200, 10_000));
    let (said, least) = imports(&site, &statement("F", few, &[])).await;
    assert!(said.contains(&format!("{few} lines, {few} of them new. 0 booked")), "{said}");

    let db = site.database();
    let file = statement("B", all, &references);
    let is_over = AtomicBool::new(false);
    let importing = async {
        let done = imports(&site, &file).await;
        is_over.store(true, Ordering::Relaxed);
        done
    };
    let ((said, most), seen) = tokio::join!(importing, progress(&db, &is_over));
    assert!(said.contains(&format!("{all} lines, {all} of them new. {PROMISES} booked")), "{said}");
    let once = counted(&db).await;
    let (said, _) = imports(&site, &file).await;
    assert!(said.contains(&format!("{all} lines, 0 of them new")), "{said}");
    let twice = counted(&db).await;
    if twice != once {
        summary.doubled([format!("{once:?} became {twice:?}")]);
    }

    let known = number(&db, "SELECT COUNT(*) AS number FROM bank_lines").await;
    let wanted = i64::try_from(few + all).unwrap();
    summary.lost((known..wanted).map(|line| format!("line {line}")));
    summary.doubled((wanted..known).map(|line| format!("line {line}")));
    let serving = site.command(&["serve"]).serve().await;
    converge(&db).await;
    serving.stop().await;
    summary.lost(broken_rules(&db).await);
    summary.ran(2);
    summary.fault("line handed in again", all);
    summary.figure("lines", all);
    summary.figure("steps seen by others", seen);
    summary.figure("memory of a tenth in kB", least);
    summary.figure("memory of all in kB", most);
    assert!(most < least + GROWTH_KB, "{least} kB for {few} lines, {most} kB for {all}");
    // A small file may be over between two looks.
    assert!(!is_full() || seen > 10, "only {seen} steps were seen");
    summary.finish();
}
twins!(a_statement_of_ten_thousand_lines_is_taken_in_once);

/// Donors promise transfers; gives the references that they were told.
async fn promised(site: &Site) -> Vec<String> {
    let serving = site.command(&["serve"]).serve().await;
    let client = Client::new(&serving.url);
    for donor in 0..PROMISES {
        client.give(&Form::transfer().by(donor)).await.location();
    }
    let db = site.database();
    converge(&db).await;
    serving.stop().await;
    lines(&db, "SELECT reference AS line FROM pledges ORDER BY id").await
}

/// So many lines, each with a name of the bank's own that begins with `mark`; the first ones name what was promised.
fn statement(mark: &str, count: u64, references: &[String]) -> String {
    // The bank's day may be behind ours, never before it.
    let day = (SystemClock.now() - TimeDelta::days(1)).date_naive().to_string();
    let entry = |number: u64| {
        let entry = match references.get(usize::try_from(number).unwrap()) {
            Some(reference) => Entry::new(reference),
            None => Entry::new(&format!("thank you {number}"))
                .amount(&format!("{}.{:02}", 1 + number % 90, number % 100))
                .by(&format!("READER {number}"), "DE75512108001245126199"),
        };
        entry.id(&format!("{mark}{number}")).on(&day)
    };
    camt(&(0..count).map(entry).collect::<Vec<_>>())
}

/// Imports a file; what the command said, and how much memory it had at most, in kB.
async fn imports(site: &Site, file: &str) -> (String, u64) {
    let path = site.folder.path().join("statement.xml");
    std::fs::write(&path, file).unwrap();
    let (finished, most) = site.command(&["bank", "import", path.to_str().unwrap()]).run_watched().await;
    assert_eq!(finished.code, Some(0), "{finished:?}");
    (finished.stdout, most)
}

/// How many different steps of a file were seen while it was read.
async fn progress(db: &Db, is_over: &AtomicBool) -> usize {
    let step = "SELECT CAST(lines_done AS TEXT) AS line FROM bank_statements \
                WHERE status = 'reading' AND lines_done > 0 AND lines_done < lines_all";
    let mut seen = BTreeSet::new();
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    while !is_over.load(Ordering::Relaxed) {
        looks.tick().await;
        seen.extend(lines(db, step).await);
    }
    seen.len()
}

/// How much of everything there is.
async fn counted(db: &Db) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["bank_lines", "donations", "donors", "ledger_entries", "ledger_postings", "receipts"] {
        counts.push(number(db, &format!("SELECT COUNT(*) AS number FROM {table}")).await);
    }
    counts
}
