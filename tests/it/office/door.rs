//! Two proofs, each good once; wrong ones that say nothing and cost time; sessions that end.

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::usecases::staff::{members, setup};
use reqwest::{Method, StatusCode};

use super::clerk::{Desk, PASSWORD, code, codes_on, fresh_code, seed_on};
use crate::support::flow;

const DOOR: &str = "/admin/sign-in";

flow! {
    async fn the_first_owner_comes_by_the_printed_link_which_then_opens_nothing(app) {
        let link = setup::first_link(app.ctx()).await.unwrap().unwrap();
        let other_process = setup::first_link(app.ctx()).await.unwrap().unwrap();
        let path = setup::url(app.ctx(), &link);
        let mut desk = Desk::new(&app);
        let page = desk.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");

        let refused = desk.post(&path, &[("email", "vera@x.example"), ("name", ""), ("password", "short")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("vera@x.example"), "what was typed is kept");
        let fields = [("email", "Vera@X.example"), ("name", "Vera"), ("password", PASSWORD)];
        assert_eq!(desk.post(&path, &fields).await.location(), "/admin/sign-in/enrol");
        // Half-way in is not in.
        assert_eq!(desk.get("/admin/staff").await.location(), "/admin/sign-in/enrol");
        let seed = seed_on(&desk.get("/admin/sign-in/enrol").await.text());
        let wrong = desk.post("/admin/sign-in/enrol", &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let now = code(&app, &seed);
        let inside = desk.post("/admin/sign-in/enrol", &[("code", &now)]).await;
        assert_eq!(codes_on(&inside.text()).len(), 10);
        assert_eq!(desk.get("/admin/staff").await.status, StatusCode::OK);

        for used in [&link, &other_process] {
            let again = Desk::new(&app).get(&setup::url(app.ctx(), used)).await;
            assert_eq!(again.status, StatusCode::GONE);
        }
        assert!(setup::first_link(app.ctx()).await.unwrap().is_none(), "there is an owner");
    }
}

flow! {
    async fn a_link_is_over_after_an_hour_and_looking_at_it_does_not_use_it_up(app) {
        let (_, link) = members::invite(app.ctx(), Actor::Command, "kim@x.example", Role::Viewer).await.unwrap();
        let path = setup::url(app.ctx(), &link);
        let desk = Desk::new(&app);
        for method in [Method::GET, Method::HEAD, Method::GET] {
            let answer = desk.client.send(desk.client.request(method, &path)).await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer.header("set-cookie"), "");
        }
        app.clock.advance(TimeDelta::minutes(60));
        let late = Desk::new(&app).post(&path, &[("name", "Kim"), ("password", PASSWORD)]).await;
        assert_eq!(late.status, StatusCode::GONE);
        assert!(!late.text().contains(link.expose()));
    }
}

flow! {
    async fn wrong_and_unknown_get_the_same_answer_and_ever_longer_waits(app) {
        let clerk = app.clerk(Role::Finance).await;
        let mut answers = Vec::new();
        for email in [clerk.email.as_str(), "nobody@x.example", "no address"] {
            let fields = [("email", email), ("password", "not the password at all")];
            let answer = Desk::new(&app).post(DOOR, &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(answer.header("set-cookie"), "");
            answers.push(answer.text().replace(email, ""));
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(answers[0], answers[2]);

        for _ in 0..4 {
            Desk::new(&app).post(DOOR, &[("email", &clerk.email), ("password", "wrong")]).await;
        }
        let right = [("email", clerk.email.as_str()), ("password", PASSWORD)];
        let told_to_wait = Desk::new(&app).post(DOOR, &right).await;
        assert_eq!(told_to_wait.status, StatusCode::TOO_MANY_REQUESTS);
        app.clock.advance(TimeDelta::seconds(30));
        assert!(Desk::new(&app).post(DOOR, &right).await.location().starts_with("/admin/sign-in/code"));
        // It went well: the next mistake is free again.
        let wrong = Desk::new(&app).post(DOOR, &[("email", &clerk.email), ("password", "wrong")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

flow! {
    async fn one_client_has_twenty_tries_an_hour_for_all_accounts_together(app) {
        for number in 0..20 {
            let email = format!("nobody{number}@x.example");
            let answer = Desk::new(&app).post(DOOR, &[("email", &email), ("password", "wrong")]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        }
        let answer = Desk::new(&app).post(DOOR, &[("email", "other@x.example"), ("password", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

flow! {
    async fn each_code_opens_once_and_only_around_its_half_minute(app) {
        let clerk = app.clerk(Role::Owner).await;
        let now = fresh_code(&app, &clerk.seed);
        let mut first = clerk.at_the_door(&app).await;
        let half_way = first.cookie.clone();
        assert_eq!(first.post("/admin/sign-in/code", &[("code", &now)]).await.location(), "/admin");
        assert_ne!(first.cookie, half_way, "another cookie inside than at the door");
        let old = Desk { cookie: half_way, ..first.clone() };
        assert!(old.get("/admin/me").await.location().starts_with(DOOR));

        let mut second = clerk.at_the_door(&app).await;
        let again = second.post("/admin/sign-in/code", &[("code", &now)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a code is good once");
        app.clock.advance(TimeDelta::minutes(2));
        let stale = code(&app, &clerk.seed);
        app.clock.advance(TimeDelta::seconds(61));
        let late = second.post("/admin/sign-in/code", &[("code", &stale)]).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        let right = code(&app, &clerk.seed);
        assert_eq!(second.post("/admin/sign-in/code", &[("code", &right)]).await.location(), "/admin");
    }
}

flow! {
    async fn guessing_codes_costs_time_in_every_browser_at_once(app) {
        let clerk = app.clerk(Role::Owner).await;
        for _ in 0..5 {
            let mut desk = clerk.at_the_door(&app).await;
            let answer = desk.post("/admin/sign-in/code", &[("code", "123456")]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let mut desk = clerk.at_the_door(&app).await;
        let right = code(&app, &clerk.seed);
        let answer = desk.post("/admin/sign-in/code", &[("code", &right)]).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let next = fresh_code(&app, &clerk.seed);
        assert_eq!(desk.post("/admin/sign-in/code", &[("code", &next)]).await.location(), "/admin");
    }
}

flow! {
    async fn a_recovery_code_opens_once_however_it_is_typed(app) {
        let clerk = app.clerk(Role::Owner).await;
        let typed = clerk.recovery_codes[3].to_uppercase().replace('-', " ");
        let mut desk = clerk.at_the_door(&app).await;
        assert_eq!(desk.post("/admin/sign-in/code", &[("code", &typed)]).await.location(), "/admin");
        assert!(desk.get("/admin/me").await.text().contains("9 recovery codes are left"));
        let mut again = clerk.at_the_door(&app).await;
        let answer = again.post("/admin/sign-in/code", &[("code", &typed)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let of_another = app.clerk(Role::Owner).await.recovery_codes[0].clone();
        let answer = again.post("/admin/sign-in/code", &[("code", &of_another)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

flow! {
    async fn a_session_ends_by_rest_by_age_and_half_way_within_ten_minutes(app) {
        let clerk = app.clerk(Role::Viewer).await;
        let half_way = clerk.at_the_door(&app).await;
        app.clock.advance(TimeDelta::minutes(10));
        assert!(half_way.get("/admin/sign-in/code").await.location().starts_with(DOOR));
        for _ in 0..28 {
            assert_eq!(clerk.get("/admin/me").await.status, StatusCode::OK);
            app.clock.advance(TimeDelta::minutes(26));
        }
        assert!(clerk.get("/admin/me").await.location().starts_with(DOOR), "twelve hours are over");

        let mut again = clerk.at_the_door(&app).await;
        let now = fresh_code(&app, &clerk.seed);
        again.post("/admin/sign-in/code", &[("code", &now)]).await;
        app.clock.advance(TimeDelta::minutes(30));
        assert!(again.get("/admin/me").await.location().starts_with(DOOR), "half an hour of rest");
        app.clock.advance(TimeDelta::minutes(-20));
        assert!(again.get("/admin/me").await.location().starts_with(DOOR), "no clock revives it");
    }
}

flow! {
    async fn the_cookie_is_for_our_own_pages_and_programs_only(app) {
        let clerk = app.clerk(Role::Viewer).await;
        let mut desk = clerk.at_the_door(&app).await;
        let now = fresh_code(&app, &clerk.seed);
        let answer = desk.post("/admin/sign-in/code", &[("code", &now)]).await;
        let cookie = answer.header("set-cookie");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        // A form of another site, and one that does not say where it comes from.
        for site in [Some("cross-site"), None] {
            let request = desk.with_cookie(desk.client.request(Method::POST, "/admin/sign-out"));
            let request = site.into_iter().fold(request, |r, site| r.header("sec-fetch-site", site));
            assert_eq!(desk.client.send(request).await.status, StatusCode::FORBIDDEN);
        }
        // A link on another site leads in at the second try, which the site itself makes.
        let elsewhere = desk.client.request(Method::GET, "/admin/me?done=saved").header("sec-fetch-site", "cross-site");
        let answer = desk.client.send(elsewhere).await;
        assert_eq!(answer.header("refresh"), "0; url=/admin/me?done=saved");
        assert_eq!(desk.get("/admin/me").await.status, StatusCode::OK);
        desk.post("/admin/sign-out", &[]).await;
        let ended = Desk { cookie: format!("mainstay_staff={}", "A".repeat(43)), ..desk };
        assert!(ended.get("/admin/me").await.location().starts_with(DOOR));
    }
}

flow! {
    async fn a_new_link_never_opens_the_way_around_the_second_factor(app) {
        let clerk = app.clerk(Role::Owner).await;
        let (_, link) = members::reset(app.ctx(), Actor::Command, &clerk.email, members::Anew::Password).await.unwrap();
        let mut desk = Desk::new(&app);
        let chosen = [("name", "Vera"), ("password", "another gravel oboe friday")];
        desk.post(&setup::url(app.ctx(), &link), &chosen).await;
        assert_eq!(desk.get("/admin/me").await.location(), "/admin/sign-in/code");
        assert_eq!(desk.get("/admin/sign-in/enrol").await.location(), "/admin/sign-in/code");
        let sneaked = desk.post("/admin/sign-in/enrol", &[("code", "123456")]).await;
        assert_eq!(sneaked.status, StatusCode::NOT_FOUND);
        assert!(clerk.get("/admin/me").await.location().starts_with(DOOR), "signed out by the new password");
        let now = fresh_code(&app, &clerk.seed);
        assert_eq!(desk.post("/admin/sign-in/code", &[("code", &now)]).await.location(), "/admin");
    }
}

flow! {
    async fn a_dangerous_page_asks_for_a_proof_and_loses_nothing_that_was_typed(app) {
        let mut owner = app.clerk(Role::Owner).await;
        app.clock.advance(TimeDelta::minutes(11));
        let asked = owner.get("/admin/staff").await;
        assert!(asked.text().contains("Is it you?"));
        let typed = [("email", "kim@x.example"), ("role", "viewer")];
        let asked = owner.post("/admin/staff", &typed).await;
        assert!(asked.text().contains("name=\"email\" value=\"kim@x.example\""), "{}", asked.text());
        assert!(members::list(app.ctx()).await.unwrap().len() == 1);

        let wrong = [typed.as_slice(), &[("proof", "not the password")]].concat();
        assert_eq!(owner.post("/admin/staff", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let proved = [typed.as_slice(), &[("proof", PASSWORD)]].concat();
        let done = owner.post("/admin/staff", &proved).await;
        assert!(done.text().contains("/admin/setup/"), "{}", done.text());
        assert_eq!(members::list(app.ctx()).await.unwrap().len(), 2);
        assert_eq!(owner.get("/admin/staff").await.status, StatusCode::OK);
        // By a code as well, and on the way to a page.
        app.clock.advance(TimeDelta::minutes(11));
        let now = fresh_code(&app, &owner.seed);
        let answer = owner.post("/admin/prove", &[("to", "/admin/tokens"), ("proof", &now)]).await;
        assert_eq!(answer.location(), "/admin/tokens");
    }
}

flow! {
    async fn another_password_or_authenticator_ends_every_other_browser(app) {
        let mut clerk = app.clerk(Role::Finance).await;
        let mut other = clerk.at_the_door(&app).await;
        let now = fresh_code(&app, &clerk.seed);
        other.post("/admin/sign-in/code", &[("code", &now)]).await;
        let change = [("proof", "wrong"), ("password", "another gravel oboe friday")];
        assert_eq!(clerk.post("/admin/me/password", &change).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let easy = [("proof", PASSWORD), ("password", "password1234")];
        assert_eq!(clerk.post("/admin/me/password", &easy).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(other.get("/admin/me").await.status, StatusCode::OK);
        let change = [("proof", PASSWORD), ("password", "another gravel oboe friday")];
        assert_eq!(clerk.post("/admin/me/password", &change).await.location(), "/admin/me?done=password");
        assert!(other.get("/admin/me").await.location().starts_with(DOOR));

        let seed = seed_on(&clerk.get("/admin/me/authenticator").await.text());
        let old_cookie = clerk.desk.cookie.clone();
        let now = fresh_code(&app, &seed);
        let codes = clerk.post("/admin/me/authenticator", &[("code", &now)]).await;
        assert_eq!(codes_on(&codes.text()).len(), 10);
        assert_ne!(clerk.desk.cookie, old_cookie);
        let mut again = Desk::new(&app);
        again.post(DOOR, &[("email", &clerk.email), ("password", "another gravel oboe friday")]).await;
        let of_the_old = fresh_code(&app, &clerk.seed);
        let refused = again.post("/admin/sign-in/code", &[("code", &of_the_old)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let recovery = clerk.recovery_codes[0].clone();
        let refused = again.post("/admin/sign-in/code", &[("code", &recovery)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the codes of before are void");
    }
}

flow! {
    async fn nothing_that_opens_the_office_is_readable_in_the_database(app) {
        let clerk = app.clerk(Role::Owner).await;
        let rows = app
            .lines(
                "SELECT COALESCE(password_hash, '') || ' ' || COALESCE(totp_sealed, '') AS line FROM staff \
                 UNION ALL SELECT token_hash FROM staff_sessions UNION ALL SELECT code_hash FROM staff_recovery_codes \
                 UNION ALL SELECT detail FROM audit_log",
            )
            .await
            .join("\n");
        let cookie = clerk.desk.cookie.split_once('=').unwrap().1;
        for secret in [PASSWORD, cookie, clerk.seed.as_str(), clerk.recovery_codes[0].as_str()] {
            assert!(!rows.contains(secret), "{secret}");
        }
        assert!(rows.contains("$argon2id$"));
    }
}
