//! Another address needs the proofs of both.

use super::visitor::{Visitor, last_link};
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

const ANN: &str = "ann@example.org";
const NEW: &str = "ann@new.example";

async fn asks(app: &TestApp) -> Visitor {
    app.gives(&Form::gift().set("frequency", "monthly")).await;
    let mut ann = Visitor::at(app);
    ann.signs_in(app, ANN).await;
    let asked = ann.post("/account/settings/address", &[("email", " Ann@NEW.example ")]).await;
    assert_eq!(asked.location(), "/account/settings?done=address#address");
    app.run_jobs().await;
    ann
}

/// The link in the letter to this address.
fn link_to(app: &TestApp, email: &str) -> String {
    let letters = app.letters_about("confirm your address");
    let letter = letters.iter().rev().find(|letter| letter.to.contains(email)).expect("a letter");
    let url = letter.text.lines().find(|line| line.contains("/account/address/")).unwrap();
    url.trim().strip_prefix(&app.url).unwrap().to_owned()
}

flow! {
    async fn an_address_changes_when_both_are_proved_and_everything_older_dies(app) {
        let mut ann = asks(&app).await;
        let mut waiting = Visitor::at(&app);
        app.clock.advance(chrono::TimeDelta::seconds(1));
        waiting.asks(ANN).await;
        app.run_jobs().await;
        let old_link = last_link(&app);
        let (old, new) = (link_to(&app, ANN), link_to(&app, NEW));

        let seen = waiting.get(&new).await;
        assert_eq!((seen.status.as_u16(), seen.header("referrer-policy")), (200, "no-referrer"));
        let first = Visitor::at(&app).post(&new, &[]).await;
        assert!(first.text().contains("one of two"), "{}", first.text());
        assert_eq!(app.lines("SELECT email AS line FROM donors").await, [ANN], "one proof changes nothing");
        assert_eq!(Visitor::at(&app).post(&new, &[]).await.status, 410, "and works once");
        assert!(Visitor::at(&app).post(&old, &[]).await.text().contains("Your address is changed"));
        app.run_jobs().await;

        assert_eq!(app.lines("SELECT email AS line FROM donors").await, [NEW]);
        assert_eq!(app.lines("SELECT email AS line FROM pledges").await, [NEW], "letters follow");
        assert_eq!(ann.get("/account").await.location(), "/account/sign-in");
        assert_eq!(waiting.post(&old_link.path, &[]).await.status, 410, "older links died");
        let told = app.letters_about("Your e-mail address was changed");
        let to: std::collections::BTreeSet<bool> = told.iter().map(|letter| letter.to.contains(NEW)).collect();
        assert_eq!((told.len(), to.len()), (2, 2), "both addresses are told");
        ann.signs_in(&app, NEW).await;
        waiting.asks(ANN).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("link to sign in").len(), 3, "nobody is known at the old one");
    }
}

flow! {
    async fn looking_at_a_proof_changes_nothing_and_other_sites_cannot_press_it(app) {
        let _ann = asks(&app).await;
        let (old, new) = (link_to(&app, ANN), link_to(&app, NEW));
        for link in [&old, &new] {
            for method in [reqwest::Method::GET, reqwest::Method::HEAD] {
                assert_eq!(Visitor::at(&app).request(method, link).await.status, 200);
            }
            let foreign = app.client();
            let post = foreign.request(reqwest::Method::POST, link).header("sec-fetch-site", "cross-site");
            assert_eq!(foreign.send(post.body("")).await.status, 403);
        }

        let proved = app
            .number("SELECT COUNT(*) AS number FROM address_changes WHERE old_proved_at IS NOT NULL OR new_proved_at IS NOT NULL")
            .await;
        assert_eq!(proved, 0);
    }
}

flow! {
    async fn a_change_given_up_or_too_old_proves_nothing(app) {
        let mut ann = asks(&app).await;
        let (old, new) = (link_to(&app, ANN), link_to(&app, NEW));
        ann.post("/account/settings/address/drop", &[]).await;
        assert_eq!(Visitor::at(&app).post(&old, &[]).await.status, 410);

        app.clock.advance(chrono::TimeDelta::seconds(1));
        ann.post("/account/settings/address", &[("email", NEW)]).await;
        app.run_jobs().await;
        let again = link_to(&app, NEW);
        assert_ne!(again, new);
        app.clock.advance(chrono::TimeDelta::hours(25));
        assert_eq!(Visitor::at(&app).post(&again, &[]).await.status, 410);
        assert_eq!(app.lines("SELECT email AS line FROM donors").await, [ANN]);
    }
}

flow! {
    async fn an_address_of_somebody_else_is_told_only_after_both_proofs(app) {
        app.gives(&Form::gift().set("email", NEW)).await;
        let _ann = asks(&app).await;

        assert_eq!(Visitor::at(&app).post(&link_to(&app, ANN), &[]).await.status, 200);
        let last = Visitor::at(&app).post(&link_to(&app, NEW), &[]).await;

        assert_eq!(last.status, 409);
        assert!(last.text().contains("has gifts of its own"));
        assert_eq!(app.count("donors").await, 2);
    }
}
