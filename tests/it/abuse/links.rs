//! Gifts that go on by a link that is sent by e-mail.

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::usecases::abuse::attack;
use reqwest::StatusCode;

use super::{HERE, give_from, guarded, is_declined};
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

/// The form with the button that has a link sent.
fn by_mail(form: Form) -> Form {
    form.set("way", "mail")
}

/// The paths in the letters with a link, in any order.
pub(crate) fn links(app: &TestApp) -> Vec<String> {
    let of = |text: &str| {
        let url = text.lines().find(|line| line.contains("/donate/link/")).unwrap().trim();
        url.strip_prefix(&app.url).unwrap().to_owned()
    };
    app.letters_about("Go on with your gift").iter().map(|letter| of(&letter.text)).collect()
}

flow! {
    settings: guarded(&[]),
    async fn a_gift_goes_on_by_a_link_with_exactly_what_was_typed(app) {
        attack::begin(app.ctx(), Actor::Command).await.unwrap();
        let form = Form::gift().set("message", "For Rosewater & paper").set("anonymous", "true").set("cover_fees", "true");

        let sent = give_from(&app, HERE, &by_mail(form)).await;
        assert_eq!(sent.location(), "/donate/link");
        assert!(app.client().get("/donate/link").await.text().contains("Look into your mailbox"));
        app.run_jobs().await;
        let letter = app.letters_about("Go on with your gift").remove(0);
        assert!(letter.to.contains("ann@example.org"), "{}", letter.to);
        for typed in ["Ann Reader", "Rosewater"] {
            assert!(!letter.text.contains(typed) && !letter.html.contains(typed), "{typed}: {}", letter.text);
        }
        for table in ["pledges", "attempts", "sandbox_payments", "donors"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }

        let path = links(&app).remove(0);
        // Scanners of mail open every link, and more than once.
        for _ in 0..2 {
            let page = app.client().get(&path).await;
            assert_eq!((page.status, page.header("referrer-policy")), (StatusCode::OK, "no-referrer"));
            assert!(page.text().contains("Go on with your gift"), "{}", page.text());
        }
        assert_eq!(app.count("pledges").await, 0);
        let first = app.client().post(&path, &[]).await.location().to_owned();
        assert!(first.starts_with("/sandbox/pay/"), "{first}");
        assert_eq!(app.client().post(&path, &[]).await.location(), first, "pressed twice it is one gift");
        assert_eq!(app.count("pledges").await, 1);
        let kept = "SELECT email || ' ' || name || ' ' || message || ' ' || CAST(fee_cover_minor > 0 AS TEXT) AS line FROM pledges WHERE hidden";
        let kept = app.lines(kept).await.remove(0);
        assert!(kept.starts_with("ann@example.org Ann Reader For Rosewater & paper "), "{kept}");
        assert!(kept.ends_with('1') || kept.ends_with("true"), "{kept}");
    }
}

flow! {
    settings: guarded(&[]),
    async fn a_link_is_over_after_an_hour_and_what_was_typed_with_it(app) {
        give_from(&app, HERE, &by_mail(Form::gift())).await.location();
        app.run_jobs().await;
        let path = links(&app).remove(0);

        app.pass(TimeDelta::minutes(61)).await;
        for answer in [app.client().get(&path).await, app.client().post(&path, &[]).await] {
            assert_eq!(answer.status, StatusCode::GONE, "{}", answer.text());
            assert!(answer.text().contains("This link opens nothing any more"), "{}", answer.text());
        }
        assert_eq!(app.client().get("/donate/link/never-sent").await.status, StatusCode::GONE);
        app.upkeep().await;
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM gift_links WHERE typed IS NOT NULL").await, 0);
        assert_eq!(app.count("gift_links").await, 1, "that somebody was written to counts for a day");
        app.pass(TimeDelta::days(1)).await;
        app.upkeep().await;
        assert_eq!((app.count("gift_links").await, app.count("pledges").await), (0, 0));
    }
}

flow! {
    settings: guarded(&[]),
    async fn nobody_is_written_to_often_and_nobody_learns_who_was(app) {
        for number in 0..5 {
            let form = by_mail(Form::gift().set("amount", &(10 + number).to_string()));
            let sent = give_from(&app, &format!("198.51.{number}.1"), &form).await;
            assert_eq!(sent.location(), "/donate/link", "{number}");
        }
        app.run_jobs().await;
        assert_eq!(links(&app).len(), 3);

        // One address asks for five in an hour, for whomever.
        for number in 0..5 {
            let form = by_mail(Form::gift().by(number));
            assert_eq!(give_from(&app, HERE, &form).await.status, StatusCode::SEE_OTHER, "{number}");
        }
        let refused = give_from(&app, HERE, &by_mail(Form::gift().by(6))).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.text().contains("There were many tries from here"), "{}", refused.text());
        app.run_jobs().await;
        assert_eq!(links(&app).len(), 8);
    }
}

flow! {
    settings: guarded(&[]),
    async fn whoever_shares_an_address_with_a_thief_goes_on_by_the_link(app) {
        for number in 0..3 {
            is_declined(&app, HERE, number).await;
        }
        app.pass(TimeDelta::minutes(1)).await;
        assert_eq!(give_from(&app, HERE, &Form::gift()).await.status, StatusCode::TOO_MANY_REQUESTS);

        give_from(&app, HERE, &by_mail(Form::gift())).await.location();
        app.run_jobs().await;
        let path = links(&app).remove(0);
        let gone_on = app.client().post(&path, &[]).await.location().to_owned();
        assert!(gone_on.starts_with("/sandbox/pay/"), "{gone_on}");
    }
}

flow! {
    settings: guarded(&[]),
    async fn mistakes_come_back_before_a_letter_is_written(app) {
        let wrong = give_from(&app, HERE, &by_mail(Form::gift().set("amount", "much").set("email", "x"))).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("Ann Reader"), "{}", wrong.text());
        assert_eq!((app.count("gift_links").await, app.count("rate_limits").await), (0, 0));
    }
}
