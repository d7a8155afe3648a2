//! A member and a donor who are one person: staff say so, both are on one page, and both are forgotten together.

use super::site::Site;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::patreon::pat;
use chrono::TimeDelta;
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
