//! A member and a donor who are one person: staff say so, both are on one page, and both are forgotten together.

use super::site::Site;
use crate::account::visitor::Visitor;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::patreon::{Person, pat};
use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use mainstay::domain::clock::Clock as _;
use mainstay::domain::donor::EmailAddress;
use mainstay::store::accounts;
use reqwest::StatusCode;
use serde_json::json;

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
        let told = site.app.program(Scope::Read).await.reads(&format!("/external-members/{id}/move-link")).await;
        assert_eq!(told["url"], format!("{}/move/{token}", site.app.url));

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

/// What is asked about members, and who was said to be one with a donor.
async fn joined(site: &Site) -> (Vec<String>, i64) {
    let open = "SELECT kind AS line FROM reviews WHERE resolved_at IS NULL ORDER BY kind";
    (site.app.lines(open).await, site.app.count("external_members WHERE donor_id IS NOT NULL").await)
}

async fn an_hour_passes(site: &Site) {
    site.app.clock.advance(TimeDelta::minutes(61));
    site.app.upkeep().await;
}

both! {
    async fn an_address_that_is_proven_on_both_sides_is_proposed_to_staff(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(Person { verified: false, ..pat(1) });
        site.app.gives(&Form::gift().set("email", "pat1@example.org")).await;
        an_hour_passes(&site).await;
        Visitor::at(&site.app).signs_in(&site.app, "pat1@example.org").await;
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec![], 0), "Patreon does not say that they confirmed it");

        site.patreon.put(pat(2));
        site.app.gives(&Form::gift().by(2).set("email", "pat2@example.org")).await;
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec![], 0), "whoever paid may have typed the address of somebody else");

        site.patreon.put(pat(1));
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec!["patreon_same".to_owned()], 0));
        let id = site.app.lines("SELECT subject AS line FROM reviews WHERE kind = 'patreon_same'").await.remove(0);
        let page = format!("/admin/external-members/{id}");
        let mut owner = site.app.clerk(Role::Owner).await;
        assert!(owner.get("/admin/questions").await.text().contains(&page));
        assert!(owner.get(&page).await.text().contains("Confirmed there"));
        owner.post(&format!("{page}/donor"), &[("into", "pat1@example.org")]).await.location();
        assert_eq!(joined(&site).await, (vec![], 1));
        owner.post(&format!("{page}/apart"), &[]).await.location();
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec![], 0), "who was told apart is not proposed again");
        site.app.finish().await;
    }
}

both! {
    async fn a_publication_may_have_them_joined_without_asking_and_takes_it_back_by_one_act(engine) {
        let mut site = Site::open_with(engine, &[("MAINSTAY_PATREON__JOIN_BY_ADDRESS", "true")]).await;
        site.connects().await;
        site.patreon.put(pat(1));
        let given = site.app.gives(&Form::gift().set("email", "pat1@example.org")).await;
        let donor = site.app.donor_of(&given).await;
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec![], 0));
        Visitor::at(&site.app).signs_in(&site.app, "pat1@example.org").await;
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec![], 1));
        let done = "SELECT actor_kind || ' ' || action || ' ' || subject AS line FROM audit_log WHERE action LIKE 'member.%'";
        assert_eq!(site.app.lines(done).await, [format!("system member.linked {donor}")]);

        let mut owner = site.app.clerk(Role::Owner).await;
        let id = site.app.lines("SELECT id AS line FROM external_members").await.remove(0);
        let apart = owner.post(&format!("/admin/external-members/{id}/apart"), &[]).await;
        assert_eq!(apart.location(), format!("/admin/external-members/{id}?done=two-people"));
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec![], 0), "it stays as somebody said");
        // Another address is not proven by the letters that went to the one before.
        site.app.execute(&["UPDATE external_members SET apart_at = NULL"]).unwrap();
        let (ctx, now) = (site.app.ctx(), site.app.clock.now());
        let moved = EmailAddress::parse("pat1@example.net").unwrap();
        ctx.db.write(move |tx| accounts::set_email(tx, donor, &moved, now)).await.unwrap();
        site.patreon.change(&pat(1).id, |person| person.email = json!("pat1@example.net"));
        an_hour_passes(&site).await;
        assert_eq!(joined(&site).await, (vec![], 0));
        site.app.finish().await;
    }
}
