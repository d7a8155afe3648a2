//! How long it takes to have a large site back: `backup` of it, and `restore` into an empty database of either engine, with
//! all that `restore` looks at before it says that it is done.

use crate::process;
use crate::raw::postgres::PgBench;
use crate::rounds::{Plan, Series, print_ceiling};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

/// Within so many seconds a site with a million donations is to be back.
const BACK_WITHIN: f64 = 300.0;

pub(crate) fn run(plan: &Plan) {
    let folder = process::folder();
    let donations = plan.large.donations();
    let site = plan.large.on_sqlite(folder.path());
    let file = folder.path().join("site.backup");
    let file = file.to_str().unwrap();
    let taken = timed(folder.path(), &site, &["backup", file]);
    println!("backup of {donations} donations on SQLite: {taken:.0} s\n");

    let target = format!("sqlite://{}/restored.db", folder.path().display());
    back(folder.path(), (&target, "SQLite"), file, donations);
    let database = PgBench::database("restored");
    back(folder.path(), (&database.url, "PostgreSQL"), file, donations);
}

fn back(folder: &Path, (url, engine): (&str, &str), file: &str, donations: u64) {
    let seconds = timed(folder, url, &["restore", file]);
    let name = format!("restore of {donations} donations, {engine}");
    print_ceiling(&name, &Series::of([seconds]), "s", BACK_WITHIN);
}

/// Seconds that a command takes which must succeed.
fn timed(folder: &Path, url: &str, command: &[&str]) -> f64 {
    let began = Instant::now();
    let settings = [("MAINSTAY_DATABASE__URL", url)];
    let ended = process::mainstay(folder, &settings).args(command).stdout(Stdio::null()).status().unwrap();
    assert!(ended.success(), "{command:?} failed; the log is in {}", folder.display());
    began.elapsed().as_secs_f64()
}
