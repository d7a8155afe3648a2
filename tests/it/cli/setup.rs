//! From an empty folder to a running site: migrations, settings, what is in the way, and the doctor.

use std::net::TcpListener;

use serde_json::Value;

use super::program;
use super::site::{Site, sentence};
use crate::support::app::Engine;
use crate::support::client::Client;

program! {
    async fn migrations_are_listed_then_applied_then_done(site) {
        let pending = site.runs(&["migrate", "--check"]).await;
        assert!(pending.lines().all(|line| line.starts_with("pending: ")) && !pending.is_empty(), "{pending}");
        let early = site.refuses(2, &["job", "list"]).await;
        assert!(early.contains("run `mainstay migrate`"), "{early}");
        let doctor = site.call(&["doctor"]).run().await;
        assert_eq!(doctor.code, Some(1), "{doctor:?}");
        assert!(doctor.stdout.contains("run `mainstay migrate`"), "{doctor:?}");

        let applied = site.runs(&["migrate"]).await;
        assert_eq!(applied, pending.replace("pending: ", "applied: "));

        for arguments in [&["migrate", "--check"][..], &["migrate"]] {
            assert_eq!(site.runs(arguments).await, "The database is up to date.\n");
        }
        assert_eq!(site.runs(&["job", "list"]).await, "Everything is done.\n");
    }
}

program! {
    async fn a_site_is_served_until_it_is_told_to_stop(site) {
        let serving = site.serve().await;
        assert!(serving.stdout().contains(&format!("The site:   {}", serving.url)), "{}", serving.stdout());
        let client = Client::new(&serving.url);
        for path in ["/", "/articles", "/donate", "/health/live", "/health/ready", "/dev/mail"] {
            assert_eq!(client.get(path).await.status, 200, "{path}");
        }

        let finished = serving.stop().await;

        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stdout.contains("/dev/mail") && finished.stdout.contains("Not configured yet:"));
        assert_eq!(site.count("SELECT COUNT(*) AS count FROM settings WHERE name = 'site_key'"), 1);
    }
}

program! {
    async fn the_doctor_finds_all_well_and_then_a_changed_line_of_the_books(site) {
        site.runs(&["migrate"]).await;
        site.runs(&["demo", "fill", "--donations", "5"]).await;
        let alone = site.runs(&["doctor"]).await;
        let told: Vec<&str> = alone.lines().filter(|line| !line.starts_with("ok ")).collect();
        assert!(told.len() == 1 && told[0].starts_with("look   staff letters: "), "{alone}");
        let doctor = site.call(&["doctor"]).env("MAINSTAY_SITE__STAFF_EMAILS", "desk@example.org");
        let report = doctor.run().await.stdout;
        assert!(report.lines().count() > 12 && report.lines().all(|line| line.starts_with("ok ")), "{report}");

        let change = "UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE line = 1 \
            AND entry_id = (SELECT MIN(entry_id) FROM ledger_postings)";
        let refused = site.execute(change).unwrap_err().to_string();
        assert!(refused.contains("ledger_postings is append-only"), "{refused}");
        let on = if site.engine == Engine::Postgres { " ON ledger_postings" } else { "" };
        site.execute(&format!("DROP TRIGGER ledger_postings_no_update{on}; {change}")).unwrap();

        let doctor = site.call(&["doctor", "--json"]).run().await;
        assert!(sentence(1, &doctor).contains("check(s) failed"), "{doctor:?}");
        let findings: Vec<Value> = serde_json::from_str(&doctor.stdout).unwrap();
        let failed: Vec<&Value> = findings.iter().filter(|finding| finding["verdict"] == "failed").collect();
        assert!(failed.iter().any(|f| f["what"].as_str().unwrap().contains("sums to zero")), "{failed:?}");
        assert!(failed.iter().all(|f| f["detail"].as_str().unwrap().starts_with("broken by ")), "{failed:?}");
        let words = site.call(&["doctor"]).run().await;
        assert_eq!(words.stdout.matches("FAILED ").count(), failed.len(), "{words:?}");
    }
}

program! {
    async fn invented_gifts_are_the_same_people_for_the_same_seed_and_the_books_are_right(site) {
        site.runs(&["migrate"]).await;
        for _ in 0..2 {
            assert_eq!(site.runs(&["demo", "fill", "--donations", "30", "--seed", "7"]).await, "Added 30 donations.\n");
        }

        assert_eq!(site.exported("donations").await.len(), 60);
        assert_eq!(site.exported("donors").await.len(), 6);
        let ledger = site.exported("ledger").await;
        let sum: i64 = ledger.iter().map(|line| line["amount_minor"].as_i64().unwrap()).sum();
        assert!(ledger.len() >= 120 && sum == 0, "{} lines, {sum}", ledger.len());
        assert_eq!(site.runs(&["job", "list"]).await, "Everything is done.\n");
        site.runs(&["doctor"]).await;
    }
}

program! {
    async fn what_the_office_set_is_shown_with_where_it_is_from_and_taken_back_if_nothing_starts_with_it(site) {
        site.runs(&["migrate"]).await;
        let set = "INSERT INTO setting_changes VALUES \
            (1, 'site.name', '\"The Lantern\"', NULL, 'command', NULL, '2026-06-15 10:00:00'), \
            (2, 'site.default_currency', '\"GBP\"', NULL, 'command', NULL, '2026-06-15 10:00:00')";
        site.execute(set).unwrap();
        let shown = site.runs(&["config", "show"]).await;
        assert!(shown.contains("\nname = \"The Lantern\"  # office\n"), "{shown}");
        let report = site.runs(&["doctor"]).await;
        assert!(report.contains("settings: ") && report.contains(" 2 from the office, "), "{report}");

        let call = |arguments: &[&str]| site.call(arguments).env("MAINSTAY_SITE__CURRENCIES", "EUR,USD");
        for (arguments, code) in [(&["config", "check"][..], 2), (&["job", "list"], 2), (&["doctor"], 1)] {
            let finished = call(arguments).run().await;
            let said = format!("{}{}", finished.stdout, finished.stderr);
            assert_eq!(finished.code, Some(code), "{finished:?}");
            assert!(said.contains("default_currency (office): GBP is not among site.currencies"), "{said}");
        }
        let taken = call(&["config", "unset", "site.default_currency"]).run().await;
        assert!(taken.code == Some(0) && taken.stdout.contains("what the configuration says again"), "{taken:?}");
        let checked = call(&["config", "check"]).run().await;
        assert_eq!(checked.stdout, "The configuration is right.\n", "{checked:?}");
        assert!(site.runs(&["config", "unset", "site.default_currency"]).await.contains("nothing was changed"));
        let refused = site.refuses(2, &["config", "unset", "server.bind"]).await;
        assert!(refused.contains("needed before the database"), "{refused}");
        assert!(site.refuses(2, &["config", "unset", "site.nonsense"]).await.contains("no such setting"));
        site.runs(&["doctor"]).await;
    }
}

#[tokio::test]
async fn settings_are_shown_without_their_secrets() {
    let site = Site::on(Engine::Sqlite);
    let call = |word| {
        site.call(&["config", word])
            .env("MAINSTAY_DATABASE__URL", "postgres://site:open-sesame-1@127.0.0.1/give")
            .env("MAINSTAY_SERVER__METRICS_TOKEN", "open-sesame-2")
            .env("MAINSTAY_MAIL__SMTP_URL", "smtps://site:open-sesame-3@mail.example.org")
            .env("MAINSTAY_SANDBOX__WEBHOOK_SECRET", "open-sesame-4")
    };

    let checked = call("check").run().await;
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), "The configuration is right.\n"));
    let shown = call("show").run().await;

    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(!format!("{shown:?}").contains("open-sesame"), "{shown:?}");
    assert!(shown.stdout.matches("***").count() >= 4, "{}", shown.stdout);
    assert!(shown.stdout.contains("environment MAINSTAY_SERVER__METRICS_TOKEN"), "{}", shown.stdout);
    shown.stdout.parse::<toml::Table>().unwrap();
}

#[tokio::test]
async fn every_mistake_in_the_settings_is_told_at_once() {
    let site = Site::on(Engine::Sqlite);
    let file = site.folder().join("site.toml");
    let text = "[server]\nbind = \"nowhere\"\n[site]\ndefault_currency = \"ABC\"\n[mail]\ntranport = \"smtp\"\n[colour]\nx = 1\n";
    std::fs::write(&file, text).unwrap();

    for command in [&["config", "check"][..], &["serve"], &["doctor"]] {
        let arguments = [&["--config", file.to_str().unwrap()], command].concat();
        let finished = site.call(&arguments).env("MAINSTAY_JOBS__WORKERS", "many").run().await;

        assert_eq!(finished.code, Some(2), "{finished:?}");
        for mistake in ["bind", "default_currency", "tranport", "colour", "MAINSTAY_JOBS__WORKERS"] {
            assert_eq!(finished.stderr.matches(mistake).count().min(1), 1, "{mistake}: {finished:?}");
        }
        assert!(finished.stdout.is_empty(), "{finished:?}");
        assert!(finished.stderr.lines().count() >= 5, "{finished:?}");
    }
}

#[tokio::test]
async fn what_is_in_the_way_of_serving_is_told_in_one_sentence() {
    let site = Site::on(Engine::Sqlite);
    std::fs::write(site.folder().join("file"), "not a folder").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let inside_a_file = format!("sqlite://{}/file/site.db", site.folder().display());
    let nobody = "postgres://site:open-sesame@127.0.0.1:1/give";
    let cases = [
        ("MAINSTAY_SERVER__BIND", address.as_str(), "the port is taken"),
        ("MAINSTAY_DATABASE__URL", inside_a_file.as_str(), "cannot create the folder"),
        ("MAINSTAY_DATABASE__URL", "sqlite:///proc/mainstay/site.db", "cannot create the folder"),
        ("MAINSTAY_DATABASE__URL", "sqlite:///proc/site.db", "cannot create"),
        ("MAINSTAY_DATABASE__URL", nobody, "the database is not available"),
        ("MAINSTAY_SITE__CONTENT", "nowhere", "nowhere"),
        ("MAINSTAY_SITE__CONTENT", "file", "file"),
    ];

    for (variable, value, why) in cases {
        let bind = if variable == "MAINSTAY_SERVER__BIND" { value } else { "127.0.0.1:0" };
        let call = site.call(&["serve"]).env("MAINSTAY_SERVER__BIND", bind).env(variable, value);
        let finished = call.env("MAINSTAY_DATABASE__ACQUIRE_TIMEOUT_MS", "500").run().await;

        let sentence = sentence(2, &finished);
        assert!(sentence.contains(why), "{variable}={value}: {finished:?}");
        assert!(!finished.stderr.contains("open-sesame"), "{finished:?}");
    }
}

#[tokio::test]
async fn the_doctor_says_that_mail_cannot_be_written() {
    let site = Site::on(Engine::Sqlite);
    std::fs::write(site.folder().join("file"), "not a folder").unwrap();
    site.runs(&["migrate"]).await;

    let doctor = site.call(&["doctor"]).env("MAINSTAY_MAIL__DIRECTORY", "file/mail").run().await;

    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.stdout.lines().any(|line| line.starts_with("FAILED mail: ")), "{doctor:?}");
}
