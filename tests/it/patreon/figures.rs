//! Members in figures: beside recurring support here, in sums of their own, and nobody twice.

use super::site::Site;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::patreon::pat;
use chrono::TimeDelta;
use mainstay::domain::access::Scope;
use mainstay::store::checks;
use reqwest::Method;
use serde_json::{Value, json};

/// What programs are told of recurring support here and elsewhere.
async fn summary(site: &Site) -> Value {
    let program = site.app.program(Scope::Read).await;
    program.asks(Method::GET, "/reports/summary", None, &[]).await.json()
}

fn euro(minor: i64) -> Value {
    json!({"minor": minor, "currency": "EUR"})
}

/// Somebody with this address supports the publication here, each month.
async fn supports_here(site: &Site, email: &str) {
    let own = Form::gift().set("email", email).set("frequency", "monthly");
    let paid = site.app.promises(&own).await;
    site.app.client().pay(&paid, "succeed", "now").await;
    site.app.run_jobs().await;
}

both! {
    async fn support_here_and_there_is_told_apart_and_together_and_nobody_twice(engine) {
        let mut site = Site::connected(engine).await;
        (1..=3).for_each(|number| site.patreon.put(pat(number)));
        site.reads().await;
        let alone = summary(&site).await;
        assert_eq!(alone["external"][0]["recurring"][0]["recurring"], euro(2_100));
        assert_eq!(alone["together"], json!([]), "there is nothing here yet");

        supports_here(&site, "pat1@example.org").await;
        let apart = summary(&site).await;
        assert_eq!(apart["recurring"][0]["recurring"], euro(2_500));
        assert_eq!(apart["together"], json!([{
            "recurring": euro(4_600), "here": euro(2_500), "external": euro(2_100), "in_both": euro(0),
            "supporters": 4, "supporters_in_both": 0,
        }]), "nobody said that two of them are one");

        let member = site.app.lines("SELECT id AS line FROM external_members ORDER BY person").await.remove(0);
        let page = format!("/admin/external-members/{member}");
        site.owner.post(&format!("{page}/donor"), &[("into", "pat1@example.org")]).await.location();
        let once = summary(&site).await;
        assert_eq!(once["together"], json!([{
            "recurring": euro(3_900), "here": euro(2_500), "external": euro(2_100), "in_both": euro(700),
            "supporters": 3, "supporters_in_both": 1,
        }]));
        let front = site.owner.get("/admin").await.text();
        for shown in ["Members at Patreon a month, EUR", "Here and at Patreon a month, EUR", "€39.00", "1 · -€7.00"] {
            assert!(front.contains(shown), "{shown}: {front}");
        }
        // They end it there, as they are asked to: nothing is in both places any more.
        site.patreon.change(&pat(1).id, |person| (person.status, person.entitled) = (Some("former_patron"), 0));
        site.app.clock.advance(TimeDelta::hours(1));
        site.reads().await;
        let moved = summary(&site).await;
        assert_eq!(moved["together"], json!([{
            "recurring": euro(3_900), "here": euro(2_500), "external": euro(1_400), "in_both": euro(0),
            "supporters": 3, "supporters_in_both": 0,
        }]));
        site.app.finish().await;
    }
}

both! {
    async fn currencies_stand_apart_and_the_books_know_nothing_of_members(engine) {
        let site = Site::connected(engine).await;
        (1..=3).for_each(|number| site.patreon.put(pat(number)));
        site.reads().await;
        let own = Form::gift().set("currency", "USD").set("frequency", "monthly");
        let paid = site.app.promises(&own).await;
        site.app.client().pay(&paid, "succeed", "now").await;
        site.app.run_jobs().await;
        assert_eq!(summary(&site).await["together"], json!([]));

        let report = site.owner.get("/admin/reports/fees").await.text();
        assert!(report.contains("Recurring support elsewhere") && report.contains("€21.00"), "{report}");
        let file = site.owner.get("/admin/reports/fees.csv").await.text();
        let rows: Vec<&str> = file.lines().collect();
        assert_eq!(rows[0], "\u{feff}what,currency,gifts,gross,refunded,lost,kept,fees,net,members,members_in_a_month,\
             paid_out_in,paid_out,paid_out_before_fees,paid_out_fees,paid_out_fees_untold");
        assert!(rows[1].starts_with("sandbox,USD,1,25.00,") && rows[1].ends_with(",,"), "{file}");
        assert_eq!(rows[2..], ["patreon,EUR,,,,,,,,3,21.00,,,,,"]);
        // A month in which there were none yet.
        let before = site.owner.get("/admin/reports/fees?from=2026-05-01&to=2026-05-31").await.text();
        assert!(!before.contains("Recurring support elsewhere"), "{before}");
        site.app.finish().await;
    }
}

both! {
    async fn the_figures_of_members_are_kept_and_held_against_what_happened(engine) {
        let site = Site::connected(engine).await;
        (1..=2).for_each(|number| site.patreon.put(pat(number)));
        site.reads().await;
        let kept = "SELECT month || ' ' || joined || ' ' || left_for_good || ' ' || annual_minor AS line \
                    FROM external_months ORDER BY month";
        assert_eq!(site.app.lines(kept).await, ["2026-06 2 0 16800"]);
        site.patreon.change(&pat(2).id, |person| person.status = Some("former_patron"));
        site.app.clock.advance(TimeDelta::days(20));
        site.reads().await;
        assert_eq!(site.app.lines(kept).await, ["2026-06 2 0 16800", "2026-07 0 1 -8400"]);
        site.app.execute(&["UPDATE external_months SET joined = joined + 1 WHERE month = '2026-06'"]).unwrap();
        let wrong = site.app.ctx().db.read(checks::run).await.unwrap();
        site.app.execute(&["UPDATE external_months SET joined = joined - 1 WHERE month = '2026-06'"]).unwrap();
        let broken: Vec<_> = wrong.iter().filter(|finding| !finding.broken.is_empty()).collect();
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert_eq!(broken[0].name, "the figures of members elsewhere are the sum of their moves");
        assert_eq!(broken[0].broken, ["2026-06/EUR"]);
        site.finish().await;
    }
}
