//! A member and a donor who are one person: staff say so, both are on one page, and both are forgotten together.

use super::site::Site;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::patreon::pat;
use chrono::TimeDelta;
use mainstay::domain::access::Role;
use reqwest::StatusCode;

both! {
    async fn a_member_is_a_donor_when_staff_say_so_and_both_are_forgotten_together(engine) {
        let mut site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.reads().await;
        let given = site.app.gives(&Form::gift().set("email", "pat1@example.org")).await;
        let donor = site.app.donor_of(&given).await;
        let id = site.app.lines("SELECT id AS line FROM external_members").await.remove(0);
        let page = format!("/admin/external-members/{id}");

        // The same address is a hint, and nothing more.
        assert!(site.owner.get(&page).await.text().contains("Has the address of"));
        assert_eq!(site.app.count("external_members WHERE donor_id IS NOT NULL").await, 0);
        let form = format!("{page}/donor");
        assert!(site.owner.get(&form).await.text().contains("pat1@example.org"));
        for wrong in ["nobody@example.org", "dnr_01ARZ3NDEKTSV4RRFFQ69G5FAV", "no address"] {
            let refused = site.owner.post(&form, &[("into", wrong)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let done = site.owner.post(&form, &[("into", "pat1@example.org")]).await;
        assert_eq!(done.location(), format!("{page}?done=one-person"));
        let shown = site.owner.get(&format!("/admin/donors/{donor}")).await.text();
        assert!(shown.contains("Elsewhere") && shown.contains(&page), "{shown}");
        assert_eq!(site.owner.post(&form, &[("into", "pat1@example.org")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let apart = site.owner.post(&format!("{page}/apart"), &[]).await;
        assert_eq!(apart.location(), format!("{page}?done=two-people"));
        site.owner.post(&form, &[("into", donor.to_string().as_str())]).await.location();

        let erased = site.owner.post(&format!("/admin/donors/{donor}/erase"), &[("confirm", "pat1@example.org")]).await;
        assert_eq!(erased.location(), format!("/admin/donors/{donor}?done=erased"));
        site.app.run_jobs().await;
        assert_eq!(site.members().await, ["- active 700 8400"], "how they stand is counted all the same");
        // Whatever Patreon says later, it is not kept again.
        site.app.clock.advance(TimeDelta::hours(1));
        site.reads().await;
        let event = site.patreon.event("members:update", &pat(1).id);
        site.posts(&event).await;
        site.app.run_jobs().await;
        assert_eq!(site.members().await, ["- active 700 8400"]);
        assert_eq!(site.app.count("inbox WHERE gateway = 'patreon' AND purged_at IS NULL").await, 0);
        site.app.finish().await;
    }
}

both! {
    async fn a_member_goes_on_here_by_a_link_and_staff_are_asked_about_both_sides(engine) {
        let mut site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.reads().await;
        let tier = site.app.lines("SELECT id AS line FROM tiers WHERE slug = 'friend'").await.remove(0);
        site.owner.post("/admin/patreon/levels", &[("level-102", &tier)]).await.location();
        let id = site.app.lines("SELECT id AS line FROM external_members").await.remove(0);
        let page = site.owner.get(&format!("/admin/external-members/{id}")).await.text();
        let (_, link) = page.split_once(&format!("{}/move/", site.app.url)).unwrap();
        let token = link.split(['<', '"']).next().unwrap();

        let client = site.app.client();
        let form = client.get(&format!("/move/{token}")).await.location().to_owned();
        assert_eq!(form, "/donate?frequency=monthly&amount=7.00&currency=EUR&tier=friend");
        assert!(!form.contains("pat"), "nobody stands in an address bar");
        for wrong in [&token[..token.len() - 1], &id, "x", "."] {
            assert_eq!(client.get(&format!("/move/{wrong}")).await.status, StatusCode::NOT_FOUND, "{wrong}");
        }

        let own = Form::gift().set("email", "pat1@example.org").set("frequency", "monthly");
        let paid = site.app.promises(&own).await;
        client.pay(&paid, "succeed", "now").await;
        site.app.run_jobs().await;
        let asked = async || site.app.lines("SELECT subject AS line FROM reviews WHERE resolved_at IS NULL").await;
        let round = async || {
            site.app.clock.advance(TimeDelta::minutes(61));
            site.app.upkeep().await;
        };
        round().await;
        assert!(asked().await.is_empty(), "nobody said yet that they are one");
        let form = format!("/admin/external-members/{id}/donor");
        let mut clerk = site.app.clerk(Role::Owner).await;
        clerk.post(&form, &[("into", "pat1@example.org")]).await.location();
        round().await;
        assert_eq!(asked().await, std::slice::from_ref(&id));
        site.patreon.change(&pat(1).id, |p| (p.status, p.entitled) = (Some("former_patron"), 0));
        round().await;
        assert!(asked().await.is_empty(), "the other side has ended");
        site.app.finish().await;
    }
}
