//! Members are read, counted once, and followed through everything that happens to them.

use super::site::Site;
use crate::support::both;
use crate::support::patreon::{Fault, Person, pat};
use chrono::TimeDelta;
use mainstay::domain::access::Scope;
use mainstay::usecases::members;
use reqwest::Method;
use serde_json::json;

both! {
    async fn every_state_is_told_apart_and_only_those_who_pay_are_counted(engine) {
        let site = Site::connected(engine).await;
        let with = |number, change: fn(&mut Person)| {
            let mut person = pat(number);
            change(&mut person);
            site.patreon.put(person);
        };
        with(1, |_| {});
        with(2, |p| (p.status, p.charge) = (Some("declined_patron"), Some("Declined")));
        with(3, |p| p.charge = Some("Refunded"));
        with(4, |p| p.status = Some("former_patron"));
        with(5, |p| p.gifted = true);
        with(6, |p| p.trial = true);
        with(7, |p| (p.status, p.charge, p.entitled) = (None, None, 0));
        with(8, |p| (p.cadence, p.entitled) = (12, 7000));
        with(9, |p| (p.email, p.name) = (json!(null), json!(null)));
        assert_eq!(site.reads().await.new, 9);
        let names = |state: &str, number: u32, rest: &str| format!("Pat Patron {number} {state} {rest}");
        assert_eq!(site.members().await, [
            names("active", 1, "700 8400"),
            names("declined", 2, "700 8400"),
            names("refunded", 3, "700 8400"),
            // What they paid for is not over yet.
            names("former", 4, "700 0"),
            names("gifted", 5, "700 0"),
            names("trial", 6, "700 0"),
            names("free", 7, "0 0"),
            names("active", 8, "7000 7000"),
            "- active 700 8400".to_owned(),
        ]);
        // The same again changes nothing.
        let again = site.reads().await;
        assert_eq!((again.members, again.new, again.changed), (9, 0, 0));
        assert_eq!(site.app.count("external_moves").await, 5);
        site.finish().await;
    }
}

both! {
    async fn what_happens_to_a_member_is_counted_by_month(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.reads().await;
        let id = pat(1).id;
        let next = async |change: fn(&mut Person)| {
            site.patreon.change(&id, change);
            site.app.clock.advance(TimeDelta::hours(1));
            site.reads().await;
        };
        next(|p| (p.entitled, p.tiers) = (1500, vec!["103"])).await;
        next(|p| (p.status, p.charge) = (Some("declined_patron"), Some("Declined"))).await;
        next(|p| (p.status, p.charge) = (Some("active_patron"), Some("Paid"))).await;
        site.app.clock.advance(TimeDelta::days(20));
        next(|p| (p.status, p.entitled) = (Some("former_patron"), 0)).await;
        next(|p| (p.status, p.entitled) = (Some("active_patron"), 300)).await;
        assert_eq!(site.moves().await, [
            "joined 2026-06 8400",
            "changed 2026-06 9600",
            "failing 2026-06 0",
            "recovered 2026-06 0",
            "left 2026-07 -18000",
            "returned 2026-07 3600",
        ]);
        let program = site.app.program(Scope::Read).await;
        let told = program.asks(Method::GET, "/reports/patrons", None, &[]).await.json();
        let months = &told["external"][0]["currencies"][0]["months"];
        assert_eq!(told["external"][0]["platform"], "patreon");
        assert_eq!(months[0]["recurring"], json!({"minor": 1500, "currency": "EUR"}));
        assert_eq!((&months[1]["left"], &months[1]["returned"], &months[1]["patrons"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(told["currencies"], json!([]), "the own patrons stand apart");
        site.finish().await;
    }
}

both! {
    async fn a_round_goes_page_by_page_and_on_where_it_was_cut_off(engine) {
        let site = Site::connected(engine).await;
        (1..=7).for_each(|number| site.patreon.put(pat(number)));
        site.patreon.page_size(3);
        site.patreon.fail("GET /api/oauth2/v2/campaigns/123456/members", Fault::TooMany, 1);
        assert_eq!(site.reads().await.new, 7, "a short wait is waited");

        (8..=9).for_each(|number| site.patreon.put(pat(number)));
        let pages = |site: &Site| site.patreon.calls("GET", "/members").len();
        let first = pages(&site);
        site.patreon.wait_seconds(600);
        site.patreon.fail("GET /api/oauth2/v2/campaigns/123456/members", Fault::TooMany, 1);
        members::sync(site.app.ctx()).await.unwrap_err();
        assert_eq!(pages(&site) - first, 1, "a long wait is not waited within a call");
        let report = site.reads().await;
        assert_eq!((report.members, report.new), (9, 2));
        site.finish().await;
    }
}

both! {
    async fn a_round_that_breaks_in_the_middle_does_not_begin_anew(engine) {
        let site = Site::connected(engine).await;
        (1..=6).for_each(|number| site.patreon.put(pat(number)));
        site.patreon.page_size(2);
        site.reads().await;
        assert_eq!(site.app.count("external_accounts WHERE round_began_at IS NOT NULL").await, 0);
        let round = "UPDATE external_accounts SET round_began_at = synced_at, round_cursor = 'after-4'";
        site.app.execute(&[round]).unwrap();
        let rest = site.reads().await;
        assert_eq!(rest.members, 2, "only what was left");
        site.app.execute(&[round]).unwrap();
        site.app.clock.advance(TimeDelta::hours(3));
        assert_eq!(site.reads().await.members, 6, "an old place in the list is not trusted");
        site.finish().await;
    }
}

both! {
    async fn whom_patreon_knows_no_more_is_forgotten_and_a_fault_forgets_nobody(engine) {
        let site = Site::connected(engine).await;
        (1..=2).for_each(|number| site.patreon.put(pat(number)));
        site.reads().await;
        site.app.clock.advance(TimeDelta::hours(1));
        site.patreon.delete(&pat(1).id);
        site.patreon.fail("GET /api/oauth2/v2/members/*", Fault::ServerErrorBefore, 3);
        members::sync(site.app.ctx()).await.unwrap_err();
        assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400", "Pat Patron 2 active 700 8400"]);

        let report = site.reads().await;
        assert_eq!(report.gone, 1);
        assert_eq!(site.members().await, ["- erased 0 0", "Pat Patron 2 active 700 8400"]);
        assert_eq!(site.app.count("external_members WHERE email IS NOT NULL").await, 1);
        assert_eq!(site.moves().await[2], "left 2026-06 -8400");
        assert_eq!(site.reads().await.gone, 0);
        // They come back: the same person, not another.
        site.patreon.put(pat(1));
        site.app.clock.advance(TimeDelta::hours(1));
        site.reads().await;
        assert_eq!(site.members().await.len(), 2);
        assert_eq!(site.moves().await[3], "returned 2026-06 8400");
        site.finish().await;
    }
}

both! {
    async fn levels_are_likened_to_our_own(engine) {
        let mut site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.reads().await;
        let tier = site.app.lines("SELECT id AS line FROM tiers ORDER BY id").await.remove(0);
        let saved = site.owner.post("/admin/patreon/levels", &[("level-102", &tier), ("level-103", "tir_no")]).await;
        assert_eq!(saved.location(), "/admin/patreon?done=saved");
        let like = "SELECT remote || ' ' || COALESCE(tier_id, '-') AS line FROM external_tiers ORDER BY remote";
        let expected = ["101 -".to_owned(), format!("102 {tier}"), "103 -".to_owned()];
        assert_eq!(site.app.lines(like).await, expected);
        // Reading them again leaves it.
        site.reads().await;
        assert_eq!(site.app.lines(like).await, expected);
        site.finish().await;
    }
}
