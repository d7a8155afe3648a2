//! Those who try stolen cards on the form, and the donors beside them.

mod left;
pub(crate) mod links;
mod pace;
pub(crate) mod proofs;

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::usecases::sync;
use reqwest::StatusCode;

use crate::support::app::{Changes, TestApp, settings};
use crate::support::client::Answer;
use crate::support::flow;
use crate::support::gift::Form;

/// Where somebody is.
const HERE: &str = "203.0.113.7";

/// The numbers that a site begins with, behind a proxy; what is counted by hour and by address stands in no test's way.
fn guarded(more: &[(&'static str, &str)]) -> Changes {
    let mut all = vec![
        ("MAINSTAY_SERVER__TRUSTED_PROXIES", "1"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "3"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "60"),
        ("MAINSTAY_SITE__STAFF_EMAILS", "desk@example.org"),
    ];
    all.extend_from_slice(more);
    settings(&all)
}

/// Posts a form from an address.
async fn give_from(app: &TestApp, address: &str, form: &Form) -> Answer {
    app.client().give_from(address, form).await
}

/// Begins a gift from an address, a minute after the one before, and has its payment declined.
async fn is_declined(app: &TestApp, address: &str, number: usize) {
    app.pass(TimeDelta::minutes(1)).await;
    let page = give_from(app, address, &Form::gift().by(number)).await.location().to_owned();
    app.client().pay(&page, "fail", "now").await;
    app.run_jobs().await;
}

/// Declines from three addresses, three from each, so that the site takes itself to be under attack.
async fn is_attacked(app: &TestApp) {
    for number in 0..9 {
        is_declined(app, &format!("198.51.{}.1", number / 3), 100 + number).await;
    }
}

/// What everybody who opens the form now is asked.
async fn shown(app: &TestApp) -> String {
    app.client().get("/donate").await.text()
}

flow! {
    settings: guarded(&[]),
    async fn an_address_whose_cards_are_declined_starts_no_other_payment_for_an_hour(app) {
        for number in 0..3 {
            is_declined(&app, HERE, number).await;
        }

        app.pass(TimeDelta::minutes(1)).await;
        let refused = give_from(&app, HERE, &Form::gift().by(9).set("message", "Kept words")).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        let page = refused.text();
        for part in ["There were many tries from here", "Kept words", "name=\"way\" value=\"mail\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
        for secret in ["declined", "60 minutes", "blocked"] {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
        // It tries no card, and whoever lives next door has done nothing.
        assert_eq!(give_from(&app, HERE, &Form::transfer().by(9)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(give_from(&app, "203.0.113.8", &Form::gift().by(10)).await.status, StatusCode::SEE_OTHER);
        app.pass(TimeDelta::minutes(60)).await;
        assert_eq!(give_from(&app, HERE, &Form::gift().by(11)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(app.review_kinds().await, [""; 0], "one address is no attack");
    }
}

flow! {
    settings: guarded(&[]),
    async fn an_e_mail_address_whose_cards_are_declined_is_blocked_wherever_it_comes_from(app) {
        for number in 0..3 {
            is_declined(&app, &format!("198.51.{number}.1"), 1).await;
        }

        app.pass(TimeDelta::minutes(1)).await;
        let form = Form::gift().by(1).set("amount", "31");
        let refused = give_from(&app, "198.51.7.1", &form).await;
        let limited = app.count("blocks").await;
        assert_eq!((refused.status, limited), (StatusCode::TOO_MANY_REQUESTS, 1));
        assert_eq!(give_from(&app, "198.51.7.1", &form.by(2)).await.status, StatusCode::SEE_OTHER);
    }
}

flow! {
    settings: guarded(&[("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "5")]),
    async fn who_must_wait_is_told_the_same_whatever_the_reason(app) {
        for number in 0..3 {
            is_declined(&app, HERE, number).await;
        }
        app.pass(TimeDelta::minutes(1)).await;
        let (hasty, known) = ("192.0.2.9", "oftener@example.org");
        for number in 10..13 {
            assert_eq!(give_from(&app, hasty, &Form::gift().by(number)).await.status, StatusCode::SEE_OTHER);
        }
        for number in 0..5 {
            let form = Form::gift().set("email", known).set("amount", &(30 + number).to_string());
            assert_eq!(give_from(&app, &format!("10.1.{number}.1"), &form).await.status, StatusCode::SEE_OTHER);
        }

        // Their cards were declined; many at once from one address; many for one e-mail address.
        let mut seen = Vec::new();
        for (address, email) in [(HERE, "blocked@example.org"), (hasty, "hastily@example.org"), ("198.51.9.9", known)] {
            let refused = give_from(&app, address, &Form::gift().set("email", email)).await;
            let headers = refused.headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
            let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
            let page = refused.text().replace(email, "somebody");
            // Only the challenge is another one each time.
            let lines: Vec<String> = page.lines().filter(|line| !line.contains("data-proof=")).map(str::to_owned).collect();
            assert!(lines.len() > 20, "{page}");
            seen.push((refused.status, headers, refused.body.len(), lines));
        }
        assert_eq!(seen[0].0, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0], seen[2]);
    }
}

flow! {
    settings: guarded(&[]),
    async fn news_that_is_told_twice_counts_once_and_late_news_not_at_all(app) {
        let page = give_from(&app, HERE, &Form::gift()).await.location().to_owned();
        app.client().pay(&page, "fail", "twice").await;
        app.run_jobs().await;
        assert_eq!(app.count("declines").await, 1);

        for number in 1..4 {
            let page = give_from(&app, &format!("198.51.{number}.1"), &Form::gift().by(number)).await.location().to_owned();
            app.client().pay(&page, "fail", "never").await;
        }
        app.pass(TimeDelta::minutes(20)).await;
        for id in app.lines("SELECT id AS line FROM attempts WHERE outcome = 'accepted'").await {
            sync::attempt(app.ctx(), id.parse().unwrap()).await.unwrap();
        }
        app.run_jobs().await;
        assert_eq!(app.count("declines").await, 1);
    }
}

flow! {
    settings: guarded(&[]),
    async fn an_attack_is_found_told_once_and_over_by_itself(app) {
        assert!(!shown(&app).await.contains("data-proof="));
        is_attacked(&app).await;

        let form = shown(&app).await;
        for part in ["data-proof=", "Somebody may be trying stolen cards", "from €2"] {
            assert!(form.to_lowercase().contains(&part.to_lowercase()), "{part}: {form}");
        }
        let small = give_from(&app, HERE, &Form::gift().set("amount", "1.50")).await;
        assert!(small.text().contains("smallest gift is €2"), "{}", small.text());
        assert_eq!(app.review_kinds().await, ["under_attack"]);
        app.upkeep().await;
        assert_eq!(app.letters_about("").iter().filter(|letter| letter.to.contains("desk@")).count(), 1);
        let comment = [("name", "Ann"), ("email", "ann@example.org"), ("text", "Words"), ("reply_to", "")];
        let rests = app.client().post("/articles/about-our-funding/comments", &comment).await;
        assert!(rests.text().contains("Comments rest for a few hours"), "{}", rests.text());
        assert_eq!(app.count("comments").await, 0);

        app.pass(TimeDelta::hours(6)).await;
        assert!(!shown(&app).await.contains("data-proof="));
        assert_eq!(give_from(&app, HERE, &Form::gift().set("amount", "1.50")).await.status, StatusCode::SEE_OTHER);
        let actions = "SELECT actor_kind || ' ' || action AS line FROM audit_log WHERE action LIKE 'attack.%'";
        assert_eq!(app.lines(actions).await, ["system attack.began"]);
    }
}

flow! {
    settings: guarded(&[]),
    async fn staff_see_an_attack_on_every_page_and_end_it_with_one_click(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let page = owner.get("/admin/defence").await.text();
        for part in ["The site is not under attack", "beyond 30 payments in a minute"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        is_attacked(&app).await;

        assert!(owner.get("/admin/donors").await.text().contains("Under attack:"));
        assert_eq!(owner.post("/admin/defence/end", &[]).await.location(), "/admin/defence?done=no-attack");
        assert!(!owner.get("/admin/donors").await.text().contains("Under attack:"));
        assert!(!shown(&app).await.contains("data-proof="));
        assert_eq!(app.review_kinds().await, [""; 0]);
        // What was seen before counts no more.
        is_declined(&app, "192.0.2.77", 200).await;
        assert!(!shown(&app).await.contains("data-proof="));

        owner.post("/admin/defence/begin", &[]).await.location();
        assert!(shown(&app).await.contains("data-proof="));
        let actions = "SELECT actor_kind || ' ' || action AS line FROM audit_log WHERE action LIKE 'attack.%' ORDER BY number";
        assert_eq!(app.lines(actions).await, ["system attack.began", "staff attack.ended", "staff attack.began"]);
    }
}

flow! {
    settings: guarded(&[("MAINSTAY_LIMITS__PLEDGES_PER_MINUTE", "4")]),
    async fn a_site_that_is_asked_more_than_ever_asks_more_and_refuses_nobody(app) {
        let from = async |number: usize| give_from(&app, &format!("198.51.{number}.1"), &Form::gift().by(number)).await;
        for number in 0..4 {
            assert_eq!(from(number).await.status, StatusCode::SEE_OTHER);
        }

        let asked = from(4).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.text().contains("data-proof=") && asked.text().contains("One more step"), "{}", asked.text());
        // A repeat is no new payment.
        assert_eq!(from(3).await.status, StatusCode::SEE_OTHER);
        app.pass(TimeDelta::seconds(61)).await;
        assert_eq!(from(4).await.status, StatusCode::SEE_OTHER);
    }
}

flow! {
    settings: guarded(&[("MAINSTAY_LIMITS__FORM_SECONDS_MIN", "3")]),
    async fn a_form_that_comes_back_at_once_is_shown_once_more_with_what_was_typed(app) {
        let page = shown(&app).await;
        let (_, rest) = page.split_once("name=\"stamp\" value=\"").unwrap();
        let stamp = rest.split('"').next().unwrap().to_owned();
        let form = Form::gift().set("stamp", &stamp);

        let quick = app.client().give(&form).await;
        assert_eq!(quick.status, StatusCode::UNPROCESSABLE_ENTITY);
        for part in ["That was very quick", "Ann Reader", &stamp] {
            assert!(quick.text().contains(part), "{part}: {}", quick.text());
        }
        app.pass(TimeDelta::seconds(3)).await;
        assert_eq!(app.client().give(&form).await.status, StatusCode::SEE_OTHER);
        // Overnight, changed, or none: nothing is held against them.
        app.pass(TimeDelta::hours(9)).await;
        for (number, stamp) in [(1, stamp.as_str()), (2, "1.0f"), (3, "")] {
            let form = Form::gift().by(number).set("stamp", stamp);
            assert_eq!(app.client().give(&form).await.status, StatusCode::SEE_OTHER, "{stamp}");
        }
    }
}

flow! {
    settings: guarded(&[]),
    async fn from_where_gifts_came_is_forgotten_after_thirty_days(app) {
        is_declined(&app, HERE, 1).await;
        assert_eq!((app.count("pledge_clients").await, app.count("declines").await), (1, 1));
        let kept = app.lines("SELECT client || network || email AS line FROM pledge_clients").await;
        assert!(!kept[0].contains("203.0") && !kept[0].contains('@'), "{kept:?}");

        app.pass(TimeDelta::days(2)).await;
        app.upkeep().await;
        assert_eq!((app.count("pledge_clients").await, app.count("declines").await), (1, 0));
        app.pass(TimeDelta::days(29)).await;
        app.upkeep().await;
        assert_eq!(app.count("pledge_clients").await, 0);
    }
}

flow! {
    settings: guarded(&[]),
    async fn the_secret_of_a_day_is_gone_when_its_blocks_are_over(app) {
        is_declined(&app, HERE, 0).await;
        app.pass(TimeDelta::minutes(13 * 60 + 50)).await;
        for number in 1..4 {
            is_declined(&app, HERE, number).await;
        }

        // After midnight a block of yesterday still holds.
        app.pass(TimeDelta::minutes(20)).await;
        app.upkeep().await;
        assert_eq!(app.count("day_keys").await, 1);
        let form = Form::gift().by(9);
        assert_eq!(give_from(&app, HERE, &form).await.status, StatusCode::TOO_MANY_REQUESTS);
        app.pass(TimeDelta::minutes(70)).await;
        app.upkeep().await;
        assert_eq!(app.count("day_keys").await, 0);
        assert_eq!(app.count("pledge_clients").await, 4, "of whom nobody can tell any more who they were");
        assert_eq!(give_from(&app, HERE, &form).await.status, StatusCode::SEE_OTHER);
        assert_eq!(app.count("day_keys").await, 1);
    }
}

flow! {
    settings: guarded(&[]),
    async fn three_blocked_addresses_are_an_attack_though_most_payments_succeed(app) {
        for number in 0..12 {
            let form = Form::gift().by(300 + number);
            let page = give_from(&app, &format!("10.2.{number}.1"), &form).await.location().to_owned();
            app.client().pay(&page, "succeed", "now").await;
        }
        app.run_jobs().await;
        for number in 0..8 {
            is_declined(&app, &format!("198.51.{}.1", number / 3), 100 + number).await;
        }
        assert_eq!(app.review_kinds().await, [""; 0], "two are blocked, and fewer than half were declined");

        is_declined(&app, "198.51.2.1", 108).await;
        assert_eq!(app.review_kinds().await, ["under_attack"]);
    }
}
