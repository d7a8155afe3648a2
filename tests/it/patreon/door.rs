//! The door for webhooks: what is not proven to come from our Patreon changes nothing, and what is proven is only a hint.

use super::site::Site;
use crate::support::both;
use crate::support::patreon::{Fault, Person, Signed, pat, signature};
use crate::webhooks::a_megabyte_of;
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

const TRIGGERS: [&str; 6] = [
    "members:create",
    "members:update",
    "members:delete",
    "members:pledge:create",
    "members:pledge:update",
    "members:pledge:delete",
];

const SECRET: &str = "webhook-secret-1";

both! {
    async fn nothing_changes_for_a_webhook_that_is_not_proven(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        for trigger in TRIGGERS {
            let good = site.patreon.event(trigger, &pat(1).id);
            let signed = |secret: &str| Signed { signature: signature(secret, &good.body), ..good.clone() };
            let bodied = |body: Vec<u8>| Signed { body, ..good.clone() };
            let mut one_bit = good.body.clone();
            one_bit[0] ^= 1;
            let re_encoded: serde_json::Value = serde_json::from_slice(&good.body).unwrap();
            let sha256 = {
                use hmac::{Hmac, KeyInit as _, Mac as _};
                let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
                mac.update(&good.body);
                hex::encode(mac.finalize().into_bytes())
            };
            let refused = [
                ("no secret", signed("")),
                ("another secret", signed("webhook-secret-2")),
                ("the secret of the app", signed(crate::support::patreon::CLIENT_SECRET)),
                ("no signature", Signed { signature: String::new(), ..good.clone() }),
                ("half a signature", Signed { signature: good.signature[..16].to_owned(), ..good.clone() }),
                ("no hexadecimal", Signed { signature: "z".repeat(32), ..good.clone() }),
                ("SHA-256", Signed { signature: sha256, ..good.clone() }),
                ("another bit", bodied(one_bit)),
                ("a byte more", bodied([&good.body[..], b" "].concat())),
                ("a byte less", bodied(good.body[..good.body.len() - 1].to_vec())),
                ("written anew", bodied(serde_json::to_vec_pretty(&re_encoded).unwrap())),
                ("empty", bodied(Vec::new())),
            ];
            for (what, event) in refused {
                assert_eq!(site.posts(&event).await.status, StatusCode::BAD_REQUEST, "{trigger}: {what}");
            }
            let client = site.app.client();
            let twice = client
                .request(Method::POST, "/webhooks/patreon")
                .header("x-patreon-event", trigger)
                .header("x-patreon-signature", &good.signature)
                .header("x-patreon-signature", signature("other", &good.body))
                .body(good.body.clone());
            assert_eq!(client.send(twice).await.status, StatusCode::BAD_REQUEST, "{trigger}: two signatures");
            let large = Signed { body: vec![b' '; 2 * 1024 * 1024], ..good.clone() };
            assert_eq!(site.posts(&large).await.status, StatusCode::PAYLOAD_TOO_LARGE, "{trigger}");
        }
        site.app.run_jobs().await;
        for table in ["inbox", "external_members", "external_moves"] {
            assert_eq!(site.app.count(table).await, 0, "{table}");
        }
        site.finish().await;
    }
}

both! {
    async fn a_secret_that_is_over_and_an_account_that_is_anothers_open_nothing(engine) {
        let mut site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        let old = site.patreon.event("members:create", &pat(1).id);
        a_megabyte_of(&site.app, "patreon", "x-patreon-signature").await;
        let none = site.app.client().request(Method::POST, "/webhooks/patreon").body(old.body.clone());
        assert_eq!(site.app.client().send(none).await.status, StatusCode::BAD_REQUEST, "no header");

        // Without an account there is no secret, and without a secret there is no door.
        site.owner.post("/admin/patreon/disconnect", &[]).await.location();
        for event in [old.clone(), Signed { signature: signature("", &old.body), ..old.clone() }] {
            assert_eq!(site.posts(&event).await.status, StatusCode::NOT_FOUND);
        }
        let stored = site.app.count("external_members").await;
        site.connects().await;
        assert_eq!(site.posts(&old).await.status, StatusCode::BAD_REQUEST, "signed with the secret of before");
        assert_eq!(site.app.count("inbox").await, 0);

        // Rightly signed, about a member of another publication, whom Patreon does not show to this one.
        let before = site.members().await;
        let other = site.patreon.event("members:pledge:create", &pat(7).id);
        assert_eq!(site.posts(&other).await.status, StatusCode::OK);
        site.app.run_jobs().await;
        assert_eq!(site.app.count("inbox WHERE status = 'ignored'").await, 1);
        assert_eq!((stored, site.members().await), (0, before));
        site.finish().await;
    }
}

both! {
    async fn a_webhook_is_only_a_hint_and_the_member_is_asked_for_again(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        // It says that Pat left; at Patreon, Pat pays fifteen euros by now.
        site.patreon.change(&pat(1).id, |p| p.status = Some("former_patron"));
        let old = site.patreon.event("members:pledge:delete", &pat(1).id);
        site.patreon.change(&pat(1).id, |p| (p.status, p.entitled) = (Some("active_patron"), 1500));
        assert_eq!(site.patreon.deliver(&old).await, Some(200));
        site.app.run_jobs().await;
        assert_eq!(site.members().await, ["Pat Patron 1 active 1500 18000"]);

        // Twenty deliveries at once are one event.
        let event = site.patreon.event("members:update", &pat(1).id);
        let posted = futures_util::future::join_all((0..20).map(|_| site.posts(&event))).await;
        assert!(posted.iter().all(|answer| answer.status == StatusCode::OK));
        site.app.run_jobs().await;
        assert_eq!(site.app.count("inbox").await, 2);
        assert_eq!(site.app.count("external_moves").await, 1);
        site.finish().await;
    }
}

both! {
    async fn a_webhook_that_is_the_same_as_one_before_is_news_all_the_same(engine) {
        let site = Site::connected(engine).await;
        let id = pat(1).id;
        site.patreon.put(pat(1));
        let tells = async |change: fn(&mut Person)| {
            site.patreon.change(&id, change);
            site.app.clock.advance(TimeDelta::minutes(1));
            let event = site.patreon.event("members:pledge:update", &id);
            assert_eq!(site.patreon.deliver(&event).await, Some(200));
            site.app.run_jobs().await;
        };
        tells(|p| p.entitled = 700).await;
        tells(|p| p.entitled = 1500).await;
        // Back to what it was: the very same bytes.
        tells(|p| p.entitled = 700).await;
        assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400"]);
        assert_eq!(site.app.count("inbox").await, 2);

        // Sent again without end, it does not make us ask without end.
        let event = site.patreon.event("members:pledge:update", &id);
        let before = site.patreon.calls("GET", "/v2/members/").len();
        for _ in 0..40 {
            site.posts(&event).await;
            site.app.run_jobs().await;
        }
        assert!(site.patreon.calls("GET", "/v2/members/").len() - before <= 20);
        site.finish().await;
    }
}

both! {
    async fn a_deleted_member_is_forgotten_by_a_webhook(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.reads().await;
        let event = site.patreon.event("members:delete", &pat(1).id);
        // Still there: a webhook alone deletes nobody.
        site.posts(&event).await;
        site.app.run_jobs().await;
        assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400"]);
        site.app.clock.advance(TimeDelta::minutes(1));
        site.patreon.delete(&pat(1).id);
        site.posts(&event).await;
        site.app.run_jobs().await;
        assert_eq!(site.members().await, ["- erased 0 0"]);
        // Somebody who was never heard of, and is not there.
        let stranger = site.patreon.event("members:update", &pat(9).id);
        assert_eq!(site.posts(&stranger).await.status, StatusCode::OK);
        site.app.run_jobs().await;
        assert_eq!(site.app.count("inbox WHERE status = 'ignored'").await, 1);
        site.finish().await;
    }
}

both! {
    async fn a_webhook_waits_while_patreon_does_not_answer(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.patreon.fail("GET /api/oauth2/v2/members/*", Fault::ServerErrorBefore, 3);
        let event = site.patreon.event("members:create", &pat(1).id);
        assert_eq!(site.posts(&event).await.status, StatusCode::OK);
        site.app.run_jobs().await;
        assert_eq!(site.app.count("external_members").await, 0);
        site.app.pass(TimeDelta::minutes(5)).await;
        assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400"]);
        site.finish().await;
    }
}

both! {
    async fn a_paused_webhook_is_switched_on_again_and_a_lost_one_is_created(engine) {
        let site = Site::connected(engine).await;
        site.patreon.pause_hooks();
        site.app.clock.advance(TimeDelta::hours(1));
        site.app.upkeep().await;
        assert!(site.patreon.hooks().iter().all(|hook| !hook.paused));
        site.patreon.put(pat(1));
        let event = site.patreon.event("members:create", &pat(1).id);
        assert_eq!(site.patreon.deliver(&event).await, Some(200));
        site.app.run_jobs().await;
        assert_eq!(site.members().await.len(), 1);
        site.finish().await;
    }
}
