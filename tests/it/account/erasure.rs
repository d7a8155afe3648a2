//! All data handed out, and being forgotten: money, days and receipts stay.

use super::visitor::Visitor;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, Given};
use chrono::TimeDelta;

const ANN: &str = "ann@example.org";

async fn patron(app: &TestApp) -> (Given, Visitor) {
    let form = Form::gift()
        .set("frequency", "monthly")
        .set("name", "=HYPERLINK(Ann)")
        .set("message", "A word from Ann")
        .set("tribute_kind", "in_memory_of")
        .set("tribute_name", "Rosa");
    let given = app.gives(&form).await;
    app.client().give(&Form::transfer().set("name", "Ann the Unpaid")).await;
    let mut ann = Visitor::at(app);
    ann.signs_in(app, ANN).await;
    (given, ann)
}

flow! {
    async fn the_archive_holds_everything_and_no_formula(app) {
        let (given, mut ann) = patron(&app).await;
        assert_eq!(ann.get("/account/privacy/export").await.status, 405, "looking hands nothing out");

        let archive = ann.post("/account/privacy/export", &[]).await;

        assert_eq!(archive.header("content-type"), "application/zip");
        assert_eq!(archive.header("cache-control"), "no-store");
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive.body)).unwrap();
        let mut read = |name: &str| std::io::read_to_string(zip.by_name(name).unwrap()).unwrap();
        let you: serde_json::Value = serde_json::from_str(&read("you.json")).unwrap();
        assert_eq!(you[0]["email"], ANN);
        assert_eq!(you[0]["name"], "=HYPERLINK(Ann)");
        assert!(read("you.csv").contains("'=HYPERLINK(Ann)"), "neutralised for spreadsheets");
        let pledges: serde_json::Value = serde_json::from_str(&read("pledges.json")).unwrap();
        assert!(pledges.as_array().unwrap().iter().any(|row| row["message"] == "A word from Ann"));
        let payments: serde_json::Value = serde_json::from_str(&read("payments.json")).unwrap();
        assert_eq!(payments[0]["id"], given.donation.id.to_string());
        assert_eq!(payments[0]["amount"], "25.00");
        assert!(read("receipts.csv").contains("R2026-"));
        assert!(read("sessions.json").contains("signed_in_at"));
        app.run_jobs().await;
        assert_eq!(app.letters_about("Your data was downloaded").len(), 1);
    }
}

flow! {
    async fn a_donor_is_forgotten_after_a_second_step_and_the_books_stay(app) {
        let (given, mut ann) = patron(&app).await;
        let other = app.gives(&Form::gift().by(2).set("name", "Bob")).await;
        let money = "SELECT id || status || gross_minor || refunded_minor || received_at AS line FROM donations ORDER BY id";
        let papers = "SELECT id || number || status || snapshot AS line FROM receipts ORDER BY id";
        let (money_before, papers_before) = (app.lines(money).await, app.lines(papers).await);
        let confirm = "/account/privacy/erase/confirm";
        assert_eq!(ann.post(confirm, &[("sure", "true")]).await.status, 409, "the first step is missing");

        ann.post("/account/privacy/erase", &[]).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("You asked to be forgotten").len(), 1);
        assert_eq!(app.lines("SELECT email AS line FROM donors WHERE erased_at IS NOT NULL").await.len(), 0);
        ann.post("/account/privacy/erase/drop", &[]).await;
        assert_eq!(app.count("erasures").await, 0);
        ann.post("/account/privacy/erase", &[]).await;
        assert_eq!(ann.post(confirm, &[]).await.status, 422, "the box is not ticked");
        let done = ann.post(confirm, &[("sure", "true")]).await;
        assert!(done.text().contains("You will be forgotten"));
        assert_eq!(ann.get("/account").await.location(), "/account/sign-in");
        app.run_jobs().await;

        let view = app.view(&given.thanks).await;
        assert_eq!(view.pledge.status, mainstay::domain::pledge::PledgeStatus::Cancelled, "what ran was ended first");
        assert_eq!(app.lines(money).await, money_before);
        let now: Vec<String> = app.lines(papers).await;
        assert_eq!(now.len(), papers_before.len(), "receipts stay as they were issued");
        for table in ["donors", "pledges", "account_changes", "sign_in_links", "address_changes", "sessions", "erasures"] {
            for word in ["ann@", "Ann", "HYPERLINK", "Rosa"] {
                assert!(!dump(&app, table).await.contains(word), "{table} still says {word}");
            }
        }
        assert!(dump(&app, "pledges").await.contains("donor-2@example.org"), "nobody else is forgotten");
        let last = app.letters_about("You are forgotten");
        assert_eq!(last.len(), 1);
        assert!(last[0].to.contains(ANN));
        app.check_books().await;
        ann.asks(ANN).await;
        app.run_jobs().await;
        assert!(app.letters_about("link to sign in").is_empty(), "nobody is known there, and the letters from before went");
        let again = app.gives(&Form::gift()).await;
        assert_ne!(again.donation.donor, given.donation.donor, "a later gift makes another donor");
        assert_eq!(app.donation(other.donation.id).await, other.donation);
    }
}

flow! {
    async fn nobody_is_forgotten_while_a_gateway_might_still_charge_them(app) {
        let (given, mut ann) = patron(&app).await;
        app.sandbox().script(Call::ChangeSubscription, &[Fault::TimeoutBefore; 6]);
        ann.post("/account/privacy/erase", &[]).await;
        let done = ann.post("/account/privacy/erase/confirm", &[("sure", "true")]).await;
        assert!(done.text().contains("You will be forgotten"));
        for _minute in 0..2 {
            app.pass(TimeDelta::minutes(1)).await;
        }

        assert_eq!(ann.get("/account").await.location(), "/account/sign-in", "signed out in any case");
        assert_eq!(app.lines("SELECT status AS line FROM erasures").await, ["confirmed"]);
        assert!(dump(&app, "donors").await.contains(ANN), "who cannot be told any more must not be charged");
        assert!(app.letters_about("You are forgotten").is_empty());

        for _hour in 0..12 {
            app.pass(TimeDelta::hours(1)).await;
        }
        let told = app.sandbox().calls(Call::ChangeSubscription);
        assert!(told > 6, "it is told until it answers: {told}");
        assert_eq!(app.view(&given.thanks).await.pledge.status, mainstay::domain::pledge::PledgeStatus::Cancelled);
        assert!(!dump(&app, "donors").await.contains(ANN));
        assert_eq!(app.letters_about("You are forgotten").len(), 1);
        let ends = "SELECT COUNT(*) AS number FROM subscription_orders WHERE kind = 'end'";
        assert_eq!(app.number(ends).await, 1, "one order, however often it was told");
    }
}

/// The texts of a table that may name a person.
async fn dump(app: &TestApp, table: &str) -> String {
    let columns = match table {
        "donors" => "email || COALESCE(name, '') || COALESCE(postal_address, '')",
        "pledges" => {
            "email || COALESCE(name, '') || COALESCE(message, '') || COALESCE(tribute_name, '') || source"
        }
        "account_changes" => "detail",
        "sessions" => "browser",
        "address_changes" => "old_email || new_email",
        "erasures" => "COALESCE(email, '')",
        _ => "email",
    };
    app.lines(&format!("SELECT {columns} AS line FROM {table}")).await.join("\n")
}

flow! {
    async fn after_the_years_of_the_law_the_person_is_taken_from_the_receipts_too(app) {
        let (given, mut ann) = patron(&app).await;
        let kept = app.gives(&Form::gift().by(2)).await;
        ann.post("/account/privacy/erase", &[]).await;
        ann.post("/account/privacy/erase/confirm", &[("sure", "true")]).await;
        app.run_jobs().await;
        let before = app.receipts(given.donation.id).await.remove(0);
        assert_eq!(before.snapshot.donor_email, ANN);

        app.clock.advance(TimeDelta::days(365 * 10));
        app.upkeep().await;
        assert_eq!(app.receipts(given.donation.id).await[0].snapshot, before.snapshot, "2036: ten years are not over");
        app.clock.advance(TimeDelta::days(365));
        app.upkeep().await;

        let after = app.receipts(given.donation.id).await.remove(0);
        assert_eq!(after.snapshot.donor_email, "");
        assert_eq!(after.snapshot.donor_name, None);
        assert_eq!((&after.number, &after.snapshot.net, after.snapshot.received_on), (&before.number, &before.snapshot.net, before.snapshot.received_on));
        assert_eq!(app.receipts(kept.donation.id).await[0].snapshot.donor_email, "donor-2@example.org");
        let twice = app.execute(&["UPDATE receipts SET snapshot = '{}' WHERE purged_at IS NOT NULL"]);
        assert!(twice.unwrap_err().contains("append-only"));
        let unmarked = app.execute(&["UPDATE receipts SET snapshot = '{}' WHERE purged_at IS NULL"]);
        assert!(unmarked.unwrap_err().contains("append-only"));
    }
}
