//! The account is connected, kept open, and disconnected.

use super::site::Site;
use crate::support::both;
use crate::support::patreon::{Fault, pat};
use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::usecases::{UseCaseError, members};
use reqwest::StatusCode;

both! {
    async fn an_owner_connects_the_account_and_its_members_are_counted(engine) {
        let mut site = Site::open(engine).await;
        let page = site.owner.get("/admin/patreon").await.text();
        assert!(page.contains("not connected") && page.contains("Go to Patreon and allow it"), "{page}");
        site.patreon.put(pat(1));
        site.connects().await;

        assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400"]);
        assert_eq!(site.moves().await, ["joined 2026-06 8400"]);
        let page = site.owner.get("/admin/patreon").await.text();
        assert!(page.contains("lantern") && page.contains("Silver</bdi>, €7.00"), "{page}");
        for secret in ["access-1", "refresh-1", "webhook-secret-1"] {
            assert!(!page.contains(secret), "{secret}");
            let kept = "SELECT access_sealed || refresh_sealed || webhook_sealed AS line FROM external_accounts";
            assert!(!site.app.lines(kept).await[0].contains(secret), "{secret}");
        }
        let hooks = site.patreon.hooks();
        assert_eq!((hooks.len(), hooks[0].url.as_str()), (1, format!("{}/webhooks/patreon", site.app.url).as_str()));
        assert_eq!(hooks[0].triggers.len(), 6);
        let calls = site.patreon.calls("GET", "");
        assert!(calls.iter().all(|call| call.agent.starts_with("mainstay/")));
        site.finish().await;
    }
}

both! {
    async fn a_permission_counts_in_the_browser_that_asked_for_it_and_once(engine) {
        let mut site = Site::open(engine).await;
        let mut other = site.app.clerk(Role::Owner).await;
        let (state, code) = (site.state().await, site.patreon.allow());
        let answers = async |clerk: &mut crate::office::clerk::Clerk, state: &str, code: &str| {
            clerk.post("/admin/patreon/connect", &[("code", code), ("state", state)]).await.status
        };
        let changed = format!("{}1", &state[..state.len() - 1]);
        for wrong in ["", "0.", ".", "9999999999.AAAA", changed.as_str()] {
            assert_eq!(answers(&mut site.owner, wrong, &code).await, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert_eq!(answers(&mut other, &state, &code).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answers(&mut site.owner, &state, "code-of-another").await, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(site.patreon.calls("POST", "token").len() <= 1, "a foreign state is refused before Patreon is asked");
        assert_eq!(site.app.count("external_accounts").await, 0);
        let refused = site.owner.get("/admin/patreon/return?error=access_denied").await;
        assert_eq!(refused.header("location"), "/admin/patreon?done=patreon-not-allowed");

        assert_eq!(answers(&mut site.owner, &state, &code).await, StatusCode::SEE_OTHER);
        // The code is used up, and the state is not worth more than that.
        assert_eq!(answers(&mut site.owner, &state, &code).await, StatusCode::UNPROCESSABLE_ENTITY);
        site.finish().await;
    }
}

both! {
    async fn tokens_are_turned_over_before_they_end_and_when_they_are_void(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        assert_eq!(site.patreon.pairs_given(), 1);
        site.patreon.end_access();
        assert_eq!(site.reads().await.new, 1);
        assert_eq!(site.patreon.pairs_given(), 2);

        site.app.clock.advance(TimeDelta::days(29));
        site.reads().await;
        assert_eq!(site.patreon.pairs_given(), 3);
        site.reads().await;
        assert_eq!(site.patreon.pairs_given(), 3);

        // Both find the token void; one asks for the next, and nobody loses it.
        site.patreon.end_access();
        let (one, two) = tokio::join!(members::sync(site.app.ctx()), members::sync(site.app.ctx()));
        assert!(one.is_ok() || two.is_ok());
        assert_eq!(site.patreon.pairs_given(), 4);
        site.reads().await;
        site.finish().await;
    }
}

both! {
    async fn an_account_that_opens_no_more_asks_for_a_person_and_is_connected_again(engine) {
        let mut site = Site::connected(engine).await;
        site.patreon.revoke();
        let refused = members::sync(site.app.ctx()).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::Conflict { code: "disconnected", .. }), "{refused}");
        let asked = site.app.lines("SELECT kind AS line FROM reviews WHERE resolved_at IS NULL").await;
        assert_eq!(asked, ["patreon_disconnected"]);
        assert!(site.owner.get("/admin/patreon").await.text().contains("cannot be asked any more"));
        // Nobody is asked in vain every hour.
        let before = site.patreon.calls("POST", "token").len();
        site.app.clock.advance(TimeDelta::hours(2));
        site.app.upkeep().await;
        assert_eq!(site.patreon.calls("POST", "token").len(), before);

        let mut owner = site.app.clerk(Role::Owner).await;
        std::mem::swap(&mut site.owner, &mut owner);
        site.connects().await;
        assert_eq!(site.app.count("reviews WHERE resolved_at IS NULL").await, 0);
        site.reads().await;
        site.finish().await;
    }
}

both! {
    async fn tokens_whose_answer_was_lost_are_not_asked_for_twice_in_one_call(engine) {
        let site = Site::connected(engine).await;
        site.patreon.end_access();
        site.patreon.fail("POST /api/oauth2/token", Fault::DropAfter, 1);
        members::sync(site.app.ctx()).await.unwrap_err();
        assert_eq!(site.patreon.calls("POST", "token").len(), 2, "the first was when it was connected");
        // The pair is gone: Patreon gave it and it never arrived. A person connects the account again.
        members::sync(site.app.ctx()).await.unwrap_err();
        assert_eq!(site.app.count("reviews WHERE kind = 'patreon_disconnected'").await, 1);
        site.finish().await;
    }
}

both! {
    async fn disconnecting_takes_the_webhook_away_and_keeps_the_members_as_they_were(engine) {
        let mut site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.reads().await;
        let done = site.owner.post("/admin/patreon/disconnect", &[]).await;
        assert_eq!(done.location(), "/admin/patreon?done=patreon-disconnected");
        assert!(site.patreon.hooks().is_empty());
        assert_eq!(site.app.count("external_accounts").await, 0);
        assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400"]);
        let gone = site.posts(&site.patreon.event("members:update", &pat(1).id)).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        site.finish().await;
    }
}

both! {
    async fn the_creators_tokens_in_the_configuration_begin_and_win(engine) {
        let mut site = Site::open_with(engine, &[
            ("MAINSTAY_PATREON__ACCESS_TOKEN", "access-1"),
            ("MAINSTAY_PATREON__REFRESH_TOKEN", "refresh-1"),
        ]).await;
        assert_eq!(site.patreon.creators_tokens(), ("access-1".to_owned(), "refresh-1".to_owned()));
        site.patreon.put(pat(1));
        assert_eq!(site.reads().await.new, 1);
        site.patreon.end_access();
        site.reads().await;
        site.reads().await;
        assert_eq!(site.patreon.pairs_given(), 2);
        let refused = site.owner.get("/admin/patreon/permission").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(site.owner.get("/admin/patreon").await.text().contains("which wins"));
        site.owner.post("/admin/patreon/sync", &[]).await.location();
        site.app.run_jobs().await;
        site.finish().await;
    }
}
