//! The same form sent again, and too many forms: one pledge for one wish, and limits that hurt nobody else.

use crate::support::app::{Changes, settings};
use crate::support::flow;
use crate::support::gateway::Call;
use crate::support::gift::Form;
use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::StatusCode;

flow! {
    async fn a_double_click_the_back_button_and_a_second_tab_are_one_pledge(app) {
        let form = Form::gift().set("form_id", "tab-1");
        let first = app.promises(&form).await;

        assert_eq!(app.promises(&form).await, first);
        // A typing mistake in the name was corrected: still the same gift.
        assert_eq!(app.promises(&form.clone().set("name", "Ann B. Reader")).await, first);
        // The id holds as long as the pledge is known, and wherever the form is sent from.
        app.clock.advance(TimeDelta::hours(3));
        assert_eq!(app.promises(&form).await, first);

        assert_eq!(app.count("pledges").await, 1);
        assert_eq!(app.count("sandbox_payments").await, 1);
        assert_eq!(app.sandbox().calls(Call::StartCheckout), 1);

        let thanks = app.client().pay(&first, "succeed", "now").await;
        app.run_jobs().await;
        let again = app.client().give(&form).await.location().to_owned();
        assert!(thanks.ends_with(&again), "a paid gift leads to its thanks page: {again}");
        assert_eq!(app.count("donations").await, 1);
    }
}

flow! {
    async fn thirty_posts_of_one_form_at_once_are_one_pledge(app) {
        for (round, form) in
            [Form::gift().set("form_id", "same"), Form::gift().by(1), Form::transfer().by(2).set("form_id", "t")]
                .into_iter()
                .enumerate()
        {
            let donor = app.client();
            let answers = join_all((0..30).map(|_| donor.give(&form))).await;

            let first = answers[0].location();
            assert!(answers.iter().all(|answer| answer.location() == first), "round {round}: {answers:?}");
            assert_eq!(app.count("pledges").await, i64::try_from(round).unwrap() + 1);
        }
        assert_eq!(app.count("attempts").await, 2);
        assert_eq!(app.count("sandbox_payments").await, 2);
        app.run_jobs().await;
        assert_eq!(app.letters().len(), 1, "one letter with the bank details");
    }
}

flow! {
    async fn a_form_that_was_changed_is_a_new_pledge_though_it_kept_its_id(app) {
        let form = Form::gift().set("form_id", "kept");
        let mut pages = vec![app.promises(&form).await];
        for (field, value) in [("amount", "30"), ("currency", "USD"), ("email", "bob@example.org")] {
            pages.push(app.promises(&form.clone().set(field, value)).await);
        }
        let other_way = app.client().give(&form.clone().set("gateway", "bank_transfer")).await;
        assert!(other_way.location().starts_with("/thanks/"));

        pages.sort();
        pages.dedup();
        assert_eq!(pages.len(), 4);
        assert_eq!(app.count("pledges").await, 5);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SERVER__TRUSTED_PROXIES", "1")]),
    async fn without_an_id_the_same_gift_within_two_minutes_is_one(app) {
        let from = async |client: &str, form: &Form| {
            app.client().give_from(client, form).await.location().to_owned()
        };
        let form = Form::gift();
        let first = from("203.0.113.7", &form).await;

        app.clock.advance(TimeDelta::seconds(119));
        assert_eq!(from("203.0.113.7", &form).await, first);
        assert_eq!(from("203.0.113.7", &form.clone().set("email", " ANN@example.ORG ")).await, first);
        assert_ne!(from("203.0.113.8", &form).await, first, "another client");
        assert_ne!(from("203.0.113.7", &form.clone().set("amount", "26")).await, first, "another amount");
        assert_ne!(from("203.0.113.7", &form.clone().set("email", "bob@example.org")).await, first, "another donor");
        assert_eq!(app.count("pledges").await, 4);

        app.clock.advance(TimeDelta::seconds(2));
        assert_ne!(from("203.0.113.7", &form).await, first, "two minutes later");
        assert_eq!(app.count("pledges").await, 5);
    }
}

flow! {
    async fn whoever_was_declined_may_try_again_at_once(app) {
        let form = Form::gift();
        let first = app.promises(&form).await;
        app.client().pay(&first, "fail", "now").await;
        app.run_jobs().await;

        let second = app.promises(&form).await;

        assert_ne!(second, first);
        let thanks = app.client().pay(&second, "succeed", "now").await;
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
        assert_eq!(app.count("pledges").await, 2);
    }
}

fn strict_limits() -> Changes {
    settings(&[
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "3"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "10"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "5"),
        ("MAINSTAY_SERVER__TRUSTED_PROXIES", "1"),
    ])
}

flow! {
    settings: strict_limits(),
    async fn one_client_starts_a_few_pledges_at_once_and_more_as_time_passes(app) {
        let from = async |client: &str, form: &Form| app.client().give_from(client, form).await;
        let here = "203.0.113.7";
        for number in 0..3 {
            assert_eq!(from(here, &Form::gift().by(number)).await.status, StatusCode::SEE_OTHER);
            // Repeats lead to the first pledge and take nothing from the limit.
            assert_eq!(from(here, &Form::gift().by(number)).await.status, StatusCode::SEE_OTHER);
        }

        let refused = from(here, &Form::gift().by(3).set("message", "Kept words")).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        let page = refused.text();
        for part in ["There were many tries from here", "Kept words", "value=\"donor-3@example.org\""] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let wait: i64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=3600).contains(&wait), "{wait}");
        // An address that the client itself wrote in front does not help, and a repeat still leads on.
        assert_eq!(from("198.51.100.1, 203.0.113.7", &Form::gift().by(3)).await.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(from(here, &Form::gift().by(0)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(from("203.0.113.8", &Form::gift().by(3)).await.status, StatusCode::SEE_OTHER);
        // One household has a whole /64.
        for (client, status) in [
            ("2001:db8:1:2::1", 303),
            ("2001:db8:1:2::2", 303),
            ("2001:db8:1:2:ffff::3", 303),
            ("2001:db8:1:2::4", 429),
            ("2001:db8:1:3::1", 303),
        ] {
            let number = 10 + usize::from(client.bytes().last().unwrap()) + client.len();
            assert_eq!(from(client, &Form::gift().by(number)).await.status.as_u16(), status, "{client}");
        }

        // Ten an hour: one comes back every six minutes.
        app.clock.advance(TimeDelta::minutes(5));
        assert_eq!(from(here, &Form::gift().by(4)).await.status, StatusCode::TOO_MANY_REQUESTS);
        app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(from(here, &Form::gift().by(4)).await.status, StatusCode::SEE_OTHER);
        assert_eq!(from(here, &Form::gift().by(5)).await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

flow! {
    settings: strict_limits(),
    async fn one_address_is_not_used_for_many_pledges_from_wherever_they_come(app) {
        let from = async |client: usize, amount: usize, email: &str| {
            let form = Form::gift().set("amount", &amount.to_string()).set("email", email);
            app.client().give_from(&format!("203.0.113.{client}"), &form).await.status
        };
        for number in 1..=5 {
            assert_eq!(from(number, number, "target@example.org").await, StatusCode::SEE_OTHER);
        }

        assert_eq!(from(6, 6, "target@example.org").await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(from(7, 7, "Target@EXAMPLE.org").await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(from(6, 6, "other@example.org").await, StatusCode::SEE_OTHER);
        // What was refused took nothing from the client's own limit either.
        assert_eq!(from(6, 7, "other@example.org").await, StatusCode::SEE_OTHER);
        assert_eq!(from(6, 8, "other@example.org").await, StatusCode::SEE_OTHER);
        app.clock.advance(TimeDelta::minutes(12));
        assert_eq!(from(8, 8, "target@example.org").await, StatusCode::SEE_OTHER);
    }
}
