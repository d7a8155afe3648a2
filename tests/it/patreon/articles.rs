//! Which articles may have brought members: an estimate that says it is one, beside what is known, and never beside money.

use super::site::Site;
use crate::support::both;
use crate::support::patreon::{Person, pat};
use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use reqwest::Method;
use serde_json::{Value, json};

const LINK: &str = "/go/patreon?from=about-our-funding";
const PERIOD: &str = "from=2026-06-01&to=2026-06-30";

/// Somebody who joined on this day of June, by Patreon's word.
fn joined(number: u32, since: &'static str) -> Person {
    Person { since, ..pat(number) }
}

async fn told(site: &Site) -> Value {
    let program = site.app.program(Scope::Read).await;
    program.asks(Method::GET, &format!("/reports/articles?{PERIOD}"), None, &[]).await.json()
}

both! {
    async fn members_who_joined_are_shared_among_the_articles_that_readers_left_from(engine) {
        let page = ("MAINSTAY_PATREON__PAGE_URL", "https://www.patreon.com/lantern");
        let mut site = Site::open_with(engine, &[page]).await;
        site.connects().await;
        let day = site.app.ctx().day_of(site.app.ctx().now());
        assert_eq!(day.to_string(), "2026-06-15", "the days below are told by that");
        let client = site.app.client();
        for link in [LINK, LINK, LINK, "/go/patreon"] {
            client.get(link).await.location();
        }
        site.app.clock.advance(TimeDelta::days(3));
        site.patreon.put(joined(1, "2026-06-18T10:00:00.000+00:00"));
        // Too long after anybody left, before anybody did, and of a month that is not asked about.
        site.app.clock.advance(TimeDelta::days(10));
        site.patreon.put(joined(2, "2026-06-27T10:00:00.000+00:00"));
        site.patreon.put(joined(3, "2026-06-14T10:00:00.000+00:00"));
        site.patreon.put(joined(4, "2026-05-02T10:00:00.000+00:00"));
        site.reads().await;

        let found = told(&site).await;
        assert_eq!(found["estimate"], json!({"platform": "patreon", "joined": 3, "unexplained": 2, "days": 7}));
        assert_eq!(found["outbound"], json!([
            {"article": "about-our-funding", "to": "patreon", "times": 3, "estimated_joined_hundredths": 75},
            {"article": null, "to": "patreon", "times": 1, "estimated_joined_hundredths": 25},
        ]));
        assert_eq!(found["items"], json!([]), "nothing of it is money that arrived here");
        // The same again, and who left since, change nothing.
        site.patreon.change(&pat(1).id, |person| person.status = Some("former_patron"));
        site.app.clock.advance(TimeDelta::hours(1));
        site.reads().await;
        assert_eq!(told(&site).await["estimate"], found["estimate"]);

        let clerk = site.app.clerk(Role::Finance).await;
        let report = clerk.get(&format!("/admin/reports/articles?{PERIOD}")).await.text();
        for shown in ["≈ 0.75", "≈ 0.25", "Joined there, estimated", "nobody is followed"] {
            assert!(report.contains(shown), "{shown}: {report}");
        }
        let file = clerk.get(&format!("/admin/reports/articles.csv?{PERIOD}")).await.text();
        let rows: Vec<&str> = file.lines().collect();
        assert_eq!(rows, [
            "\u{feff}what,currency,gifts,gross,refunded,lost,kept,fees,net,left_for,times,joined_there_estimated,\
             appeal,appeal_gifts,appeal_gross,appeal_refunded,appeal_lost,appeal_kept",
            "about-our-funding,,,,,,,,,patreon,3,0.75,,,,,,",
            ",,,,,,,,,patreon,1,0.25,,,,,,",
            "(nobody had left),,,,,,,,,patreon,,2.00,,,,,,",
        ]);
        site.finish().await;
    }
}

both! {
    async fn a_member_of_the_first_days_is_explained_by_who_left_before_them(engine) {
        let page = ("MAINSTAY_PATREON__PAGE_URL", "https://www.patreon.com/lantern");
        let mut site = Site::open_with(engine, &[page]).await;
        site.connects().await;
        site.app.client().get(LINK).await.location();
        site.app.clock.advance(TimeDelta::days(6));
        site.patreon.put(joined(1, "2026-06-21T08:00:00.000+00:00"));
        site.app.clock.advance(TimeDelta::days(1));
        site.reads().await;
        let program = site.app.program(Scope::Read).await;
        let asked = "/reports/articles?from=2026-06-20&to=2026-06-30";
        let found = program.asks(Method::GET, asked, None, &[]).await.json();
        assert_eq!(found["outbound"], json!([
            {"article": "about-our-funding", "to": "patreon", "times": 0, "estimated_joined_hundredths": 100},
        ]));
        site.finish().await;
    }
}
