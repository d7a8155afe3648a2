//! `db copy`: everything arrives, exactly, or nothing does.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{Dump, Place, other, rich};
use crate::support::app::{Changes, Engine, TestApp};
use crate::support::gift::Form;
use crate::support::sql::schema_text;
use crate::support::{both, twins};

/// What a worker held is due again, at its old attempt; all else is as it was.
fn with_nothing_held(place: &str) -> Dump {
    let mut database = super::Raw::open(place);
    let release = "UPDATE jobs SET status = 'pending', lease_until = NULL WHERE status = 'running'";
    match &mut database {
        super::Raw::Sqlite(c) => diesel::RunQueryDsl::execute(diesel::sql_query(release), c).unwrap(),
        super::Raw::Postgres(c) => diesel::RunQueryDsl::execute(diesel::sql_query(release), c).unwrap(),
    };
    database.dump()
}

both! {
    async fn a_site_moves_to_the_other_engine_and_back_without_a_change(engine) {
        let rich = rich::site(engine).await;
        let (there, back) = (Place::empty(other(engine)), Place::empty(engine));
        let from = rich.app.database_url.as_str();

        let copied = there.runs(&["db", "copy", "--from", from]).await;
        there.runs(&["db", "copy", "--to", &back.url]).await;
        let compared = back.runs(&["db", "compare", "--to", from]).await;

        let before = with_nothing_held(from);
        assert_eq!(back.dump(), before);
        let rows = before.values().map(Vec::len).sum::<usize>();
        assert!(rows > 100, "{rows}");
        let tables = before.len();
        let words = "rows, contents and balances are the same on both sides";
        assert_eq!(copied, format!("Copied {rows} rows of {tables} tables; {words}.\n"));
        assert_eq!(compared, format!("The same: {rows} rows of {tables} tables.\n"));
        rich.app.stop().await;
    }
}

both! {
    async fn every_table_of_the_schema_is_copied(engine) {
        let (from, to) = (Place::with_gifts(engine, 3).await, Place::empty(other(engine)));

        let copied = from.runs(&["db", "copy", "--to", &to.url]).await;

        let schema = schema_text();
        let known: BTreeSet<String> = schema
            .lines()
            .filter_map(|line| line.trim().strip_suffix(") {")?.split_once(" ("))
            .map(|(table, _)| table.to_owned())
            .collect();
        assert!(known.len() >= 20, "{known:?}");
        assert!(copied.starts_with("Copied ") && copied.contains(&format!(" of {} tables;", known.len())), "{copied}");
        assert_eq!(to.dump().into_keys().collect::<BTreeSet<_>>(), known);
        let (mut here, mut there) = (from.connect(), to.connect());
        for table in known {
            assert_eq!(here.dump_of(&table).len(), there.dump_of(&table).len(), "{table}");
        }
    }
}

both! {
    async fn a_moved_site_goes_on_where_it_was(engine) {
        let rich = rich::site(engine).await;
        let there = Place::empty(other(engine));
        there.runs(&["db", "copy", "--from", &rich.app.database_url]).await;
        let highest = rich.app.number("SELECT MAX(number) AS number FROM receipts").await;
        let open = rich.app.number("SELECT COUNT(*) AS number FROM jobs WHERE status <> 'done'").await;
        rich.app.stop().await;

        let environment = vec![("MAINSTAY_DATABASE__URL", there.url.clone())];
        let moved = TestApp::start_with(other(engine), Changes { environment }).await;
        // Ids of tests depend on the time: later than all of the old site.
        moved.clock.advance(TimeDelta::hours(1));

        let held = format!("SELECT status AS line FROM jobs WHERE id = '{}'", rich.held);
        assert_eq!(moved.lines(&held).await, ["pending"]);
        moved.run_jobs().await;
        assert_eq!(moved.lines(&held).await, ["done"]);
        assert!(open >= 2, "{open}");
        assert_eq!(moved.letters_about("Bank details").len(), 2);
        let link = &rich.paid.thanks[rich.paid.thanks.find("/thanks/").unwrap()..];
        let old = moved.client().get(link).await;
        assert!(old.status == 200 && old.text().contains("Thank you"), "{}", old.text());
        let given = moved.gives(&Form::gift().by(20)).await;
        let receipts = moved.receipts(given.donation.id).await;
        assert_eq!(receipts.iter().map(|r| r.number.number).collect::<Vec<_>>(), [highest + 1]);
        moved.check_books().await;
        moved.stop().await;
    }
}

async fn a_copy_that_fails_leaves_the_target_empty(engine: Engine) {
    let from = Place::with_gifts(Engine::Sqlite, 40).await;
    from.execute(
        "DROP TRIGGER ledger_postings_no_update; \
         UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE entry_id = (SELECT MAX(entry_id) FROM ledger_entries l \
         JOIN ledger_postings p ON p.entry_id = l.id) AND line = 1;",
    );
    let to = Place::empty(engine);

    let refused = to.refuses(&["db", "copy", "--from", &from.url]).await;

    assert_eq!(
        refused,
        "writing ledger_entries: the database refused the change: ledger entry does not balance"
    );
    assert!(to.is_empty());
    // Nothing is in the way of a better source.
    let better = Place::with_gifts(Engine::Sqlite, 3).await;
    to.runs(&["db", "copy", "--from", &better.url]).await;
}
twins!(a_copy_that_fails_leaves_the_target_empty);

async fn a_row_that_did_not_arrive_as_it_was_is_found_before_it_counts(engine: Engine) {
    let from = Place::with_gifts(Engine::Sqlite, 10).await;
    let spoils = |table: &str, change: &str| match engine {
        Engine::Sqlite => format!("CREATE TRIGGER spoil AFTER INSERT ON {table} BEGIN {change}; END;"),
        Engine::Postgres => format!(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {change}; RETURN NULL; END $$; \
             CREATE TRIGGER spoil AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION spoil();"
        ),
    };
    for (table, change, why) in [
        (
            "donors",
            "UPDATE donors SET name = 'Mallory' WHERE id = NEW.id",
            "the rows are as many, but not the same",
        ),
        (
            "pledges",
            "UPDATE pledges SET hidden = NOT hidden WHERE id = NEW.id",
            "the rows are as many, but not the same",
        ),
        ("jobs", "DELETE FROM jobs WHERE id = NEW.id", "10 rows on one side, 0 on the other"),
    ] {
        let to = Place::with_gifts(engine, 0).await;
        to.execute(&spoils(table, change));

        let refused = to.refuses(&["db", "copy", "--from", &from.url]).await;

        assert_eq!(refused, format!("{table} cannot be copied exactly: {why}; nothing was written"));
        assert!(to.is_empty());
    }
}
twins!(a_row_that_did_not_arrive_as_it_was_is_found_before_it_counts);

both! {
    async fn a_row_changed_later_is_found_by_comparing(engine) {
        let (from, to) = (Place::with_gifts(engine, 10).await, Place::empty(other(engine)));
        from.runs(&["db", "copy", "--to", &to.url]).await;
        to.runs(&["db", "compare", "--from", &from.url]).await;
        // The last takes back what the one before did, so that each is the only change.
        let swap = "UPDATE donors SET name = CASE WHEN name = (SELECT MIN(name) FROM donors) \
            THEN (SELECT MAX(name) FROM donors) ELSE (SELECT MIN(name) FROM donors) END";
        for (table, change) in [
            ("donors", swap),
            ("donations", "UPDATE donations SET received_at = '2026-01-01 00:00:00.000001' WHERE id = (SELECT MAX(id) FROM donations)"),
            ("campaigns", "UPDATE campaigns SET summary = summary || ' '"),
            ("settings", "INSERT INTO settings VALUES ('x', '')"),
        ] {
            let restored = Place::empty(other(engine));
            from.runs(&["db", "copy", "--to", &restored.url]).await;
            restored.execute(change);

            let refused = restored.refuses(&["db", "compare", "--from", &from.url]).await;

            assert!(refused.starts_with(&format!("{table} cannot be copied exactly: ")), "{refused}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_may_replace_one_that_sorts_after_it() {
    let from = Place::with_gifts(Engine::Sqlite, 600).await;
    from.execute(
        "INSERT INTO receipts SELECT CASE n WHEN 1 THEN 'rcp_zzz' ELSE 'rcp_000' END, donation_id, series, year, \
         601 + n, CASE n WHEN 1 THEN 'replaced' ELSE 'voided' END, net_minor, snapshot, \
         CASE n WHEN 1 THEN NULL ELSE 'rcp_zzz' END, issued_at, status_at, NULL \
         FROM receipts, (SELECT 1 AS n UNION ALL SELECT 0) WHERE number = 1 ORDER BY n DESC; \
         UPDATE receipt_series SET last_number = 602;",
    );
    let keys = "SELECT conrelid::regclass || ' ' || conname AS line FROM pg_constraint WHERE condeferrable";
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let to = Place::empty(engine);

        to.runs(&["db", "copy", "--from", &from.url]).await;

        to.runs(&["db", "compare", "--from", &from.url]).await;
        if engine == Engine::Postgres {
            let fresh = Place::with_gifts(engine, 0).await;
            assert_eq!(to.connect().lines(keys), fresh.connect().lines(keys), "keys are as strict as before");
        }
    }
}
