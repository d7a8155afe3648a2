//! Signing in, rule by rule.

use super::visitor::{Visitor, last_link};
use crate::support::app::{Engine, TestApp, settings};
use crate::support::flow;
use crate::support::gift::Form;
use chrono::TimeDelta;
use mainstay::domain::account::CODE_TRIES_MAX;
use reqwest::Method;

const ANN: &str = "ann@example.org";

async fn donor(app: &TestApp) {
    app.gives(&Form::gift()).await;
}

flow! {
    async fn a_donor_signs_in_by_the_link_in_a_letter(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        assert_eq!(ann.get("/account").await.location(), "/account/sign-in");

        let asked = ann.asks(" Ann@Example.ORG ").await;
        assert!(asked.text().contains("Please look at your mail"));
        app.run_jobs().await;
        let link = last_link(&app);
        let page = ann.get(&link.path).await;
        assert_eq!(page.status, 200);
        assert!(!page.text().contains("name=\"code\""), "the browser that asked needs no code");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "no-store");

        assert_eq!(ann.post(&link.path, &[]).await.location(), "/account");
        let page = ann.get("/account").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Ann Reader"), "{}", page.text());
        assert!(page.text().contains("€25.00"));
    }
}

flow! {
    async fn programs_that_open_every_link_do_not_use_it_up(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        ann.asks(ANN).await;
        app.run_jobs().await;
        let link = last_link(&app);
        let mut scanner = Visitor::at(&app);

        for method in [Method::GET, Method::HEAD, Method::GET] {
            let seen = scanner.request(method, &link.path).await;
            assert_eq!(seen.status, 200);
            assert!(seen.headers.get("set-cookie").is_none(), "looking opens no session");
        }
        let ahead = app.client();
        let prefetch = ahead.request(Method::GET, &link.path).header("sec-purpose", "prefetch");
        assert_eq!(ahead.send(prefetch).await.status, 200);
        let options = scanner.request(Method::OPTIONS, &link.path).await;
        assert!(options.status.is_client_error());

        assert_eq!(ann.post(&link.path, &[]).await.location(), "/account");
    }
}

flow! {
    async fn only_a_form_of_this_site_uses_a_link_up(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        ann.asks(ANN).await;
        app.run_jobs().await;
        let link = last_link(&app);
        let client = app.client();
        let post = || {
            let form = client.request(Method::POST, &link.path).header("cookie", ann.cookies());
            form.header("content-type", "application/x-www-form-urlencoded").body("")
        };

        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("x-nothing", "said"),
        ] {
            let refused = client.send(post().header(name, value)).await;
            assert_eq!(refused.status, 403, "{name}: {value}");
        }
        let entered = client.send(post().header("origin", app.url.clone())).await;
        assert_eq!(entered.location(), "/account");
    }
}

flow! {
    async fn a_link_works_once_and_a_replay_opens_nothing(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        ann.asks(ANN).await;
        let asked = ann.cookies();
        app.run_jobs().await;
        let link = last_link(&app);
        assert_eq!(ann.post(&link.path, &[]).await.location(), "/account");

        let mut thief = Visitor::at(&app);
        let (name, value) = asked.split_once('=').unwrap();
        thief.set_cookie(name, value);
        let again = thief.post(&link.path, &[("code", &link.code)]).await;

        assert_eq!(again.status, 410);
        assert_eq!(thief.get("/account").await.location(), "/account/sign-in");
        assert_eq!(thief.get(&link.path).await.status, 410);
    }
}

flow! {
    async fn another_browser_needs_the_code_of_the_letter(app) {
        donor(&app).await;
        Visitor::at(&app).asks(ANN).await;
        app.run_jobs().await;
        let link = last_link(&app);
        let mut phone = Visitor::at(&app);

        let page = phone.get(&link.path).await;
        assert!(page.text().contains("name=\"code\""));
        assert_eq!(phone.post(&link.path, &[]).await.status, 422);
        let wrong = phone.post(&link.path, &[("code", "AAAAAAAA")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("Tries left: 4"), "{}", wrong.text());

        let typed = format!("{}-{}", link.code[..4].to_lowercase(), &link.code[4..]);
        assert_eq!(phone.post(&link.path, &[("code", &typed)]).await.location(), "/account");
        assert_eq!(phone.get("/account").await.status, 200);
    }
}

flow! {
    async fn guessing_codes_ends_the_link(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        ann.asks(ANN).await;
        app.run_jobs().await;
        let link = last_link(&app);
        let mut thief = Visitor::at(&app);

        for _ in 1..CODE_TRIES_MAX {
            assert_eq!(thief.post(&link.path, &[("code", "AAAAAAAA")]).await.status, 422);
        }
        assert_eq!(thief.post(&link.path, &[("code", "AAAAAAAA")]).await.status, 410);

        assert_eq!(thief.post(&link.path, &[("code", &link.code)]).await.status, 410);
        assert_eq!(ann.post(&link.path, &[]).await.status, 410, "not even for the browser that asked");
    }
}

flow! {
    async fn a_new_link_takes_the_place_of_the_older_ones(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        ann.asks(ANN).await;
        app.run_jobs().await;
        let first = last_link(&app);
        app.clock.advance(TimeDelta::seconds(1));
        ann.asks(ANN).await;
        app.run_jobs().await;
        let second = last_link(&app);
        assert_ne!(first.path, second.path);

        assert_eq!(ann.post(&first.path, &[("code", &first.code)]).await.status, 410);
        assert_eq!(ann.post(&second.path, &[]).await.location(), "/account");
    }
}

flow! {
    async fn a_link_ends_after_ten_minutes_and_no_clock_revives_it(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        ann.asks(ANN).await;
        app.run_jobs().await;
        let link = last_link(&app);

        app.clock.advance(TimeDelta::minutes(-1));
        assert_eq!(ann.get(&link.path).await.status, 410, "a clock that was set back knows no such letter yet");
        app.clock.advance(TimeDelta::minutes(11));
        assert_eq!(ann.get(&link.path).await.status, 410);
        assert_eq!(ann.post(&link.path, &[]).await.status, 410);
        app.clock.advance(TimeDelta::minutes(-5));
        assert_eq!(ann.post(&link.path, &[]).await.status, 410, "what was seen to be over stays over");

        ann.asks(ANN).await;
        app.run_jobs().await;
        let link = last_link(&app);
        app.clock.advance(TimeDelta::minutes(9));
        assert_eq!(ann.post(&link.path, &[]).await.location(), "/account");
    }
}

flow! {
    async fn known_and_unknown_addresses_get_the_same_answer(app) {
        donor(&app).await;
        let known = Visitor::at(&app).asks(ANN).await;
        let unknown = Visitor::at(&app).asks("nobody@example.org").await;

        assert_eq!(known.text(), unknown.text());
        assert_eq!(known.status, unknown.status);
        let names = |answer: &crate::support::client::Answer| {
            answer.headers.keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&known), names(&unknown));
        assert_eq!(app.count("sign_in_links").await, 2, "the same work: a row each");
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM jobs WHERE kind = 'send_sign_in_link'").await, 2);
        app.run_jobs().await;
        assert_eq!(app.letters_about("link to sign in").len(), 1, "no letter to strangers");
    }
}

flow! {
    settings: settings(&[("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "2")]),
    async fn an_address_asked_for_too_often_gets_the_same_answer_and_no_letter(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        let mut answers = Vec::new();
        for _ in 0..4 {
            app.clock.advance(TimeDelta::seconds(1));
            answers.push(ann.asks(ANN).await.text());
            app.run_jobs().await;
        }

        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(app.letters_about("link to sign in").len(), 2);
        assert_eq!(app.count("sign_in_links").await, 4);
        let link = last_link(&app);
        let mut phone = Visitor::at(&app);
        let entered = phone.post(&link.path, &[("code", &link.code)]).await;
        assert_eq!(entered.location(), "/account", "nobody voids a link by asking for ever more");
        app.clock.advance(TimeDelta::minutes(31));
        ann.asks(ANN).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("link to sign in").len(), 3, "flooding does not lock anybody out for long");
    }
}

flow! {
    settings: settings(&[("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "2"), ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "2")]),
    async fn a_client_that_asks_too_often_has_to_wait(app) {
        let mut one = Visitor::at(&app);
        one.asks("a@example.org").await;
        one.asks("b@example.org").await;

        let third = one.post("/account/sign-in", &[("email", "c@example.org")]).await;

        assert_eq!(third.status, 429);
        assert!(!third.header("retry-after").is_empty());
    }
}

flow! {
    async fn a_text_that_is_no_address_comes_back_with_the_mistake(app) {
        let answer = Visitor::at(&app).post("/account/sign-in", &[("email", "ann@")]).await;

        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("id=\"email-problem\""));
        assert!(answer.text().contains("value=\"ann@\""));
    }
}

flow! {
    async fn paying_with_an_address_signs_nobody_in(app) {
        donor(&app).await;
        let thanks = app.client().give(&Form::gift()).await;
        assert!(thanks.headers.get("set-cookie").is_none());
        let given = app.gives(&Form::gift().set("amount", "7")).await;
        let page = app.client().get(&given.thanks).await;

        let set: Vec<&str> = page.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
        assert!(set.iter().all(|set| set.starts_with("gave=1;")), "only that no appeal is shown: {set:?}");
        assert_eq!(app.count("sessions").await, 0);
    }
}

flow! {
    async fn no_secret_is_kept_as_it_was_given_out(app) {
        donor(&app).await;
        let mut ann = Visitor::at(&app);
        ann.asks(ANN).await;
        let asked = ann.cookies();
        app.run_jobs().await;
        let link = last_link(&app);
        ann.post(&link.path, &[]).await;
        let token = link.path.rsplit('/').next().unwrap();
        assert!(token.len() >= 43, "256 bits");

        let kept = app
            .lines(
                "SELECT id || email || browser_hash || status || COALESCE(token_hash, '') || COALESCE(code_hash, '') \
                 AS line FROM sign_in_links UNION ALL SELECT token_hash AS line FROM sessions \
                 UNION ALL SELECT payload AS line FROM jobs",
            )
            .await
            .join("\n");

        let session = ann.cookies();
        for secret in [token, &link.code, asked.split_once('=').unwrap().1, session.split_once('=').unwrap().1] {
            assert!(!kept.contains(secret), "{secret}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_https_the_cookies_belong_to_this_host_alone() {
    let https = settings(&[("MAINSTAY_SERVER__PUBLIC_URL", "https://give.example.org")]);
    let app = TestApp::start_with_public_url(Engine::Sqlite, https, "https://give.example.org").await;
    let answer = app.client().post("/account/sign-in", &[("email", ANN)]).await;

    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-mainstay_asked="), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"));
    app.finish().await;
}
