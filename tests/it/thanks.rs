//! The page of a pledge: what it says in each state, and who may see it.

use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::{Form, eur};
use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::usecases::refund::{self, RefundOrder};
use reqwest::StatusCode;

/// Page and JSON say the same, and the page looks again only while something is still to come.
async fn assert_shows(app: &TestApp, thanks: &str, status: &str, heading: &str) -> String {
    let live = ["pending", "processing"].contains(&status);
    let page = app.client().get(thanks).await;
    assert_eq!(page.status, StatusCode::OK);
    let html = page.text();
    assert!(html.contains(heading), "{status}: {html}");
    assert_eq!(app.client().status_of(thanks).await, status);
    assert_eq!(html.contains("data-status-url="), live, "{status}: {html}");
    assert_eq!(html.contains("http-equiv=\"refresh\""), live, "{status}: {html}");
    assert_eq!(html.contains(&format!("data-status=\"{status}\"")), live, "{status}: {html}");
    html
}

flow! {
    async fn each_state_of_a_pledge_has_its_words_and_its_way_on(app) {
        let open = |number| Form::gift().by(number);

        let page = app.promises(&open(1)).await;
        let pending = app.client().pay(&page, "succeed", "never").await;
        let html = assert_shows(&app, &pending, "pending", "Waiting for your payment").await;
        assert!(html.contains(&format!("href=\"{page}\">Go back to the payment")), "{html}");

        let page = app.promises(&open(2)).await;
        let processing = app.client().pay(&page, "process", "now").await;
        app.run_jobs().await;
        let html = assert_shows(&app, &processing, "processing", "Your payment is on its way").await;
        assert!(!html.contains("Go back to the payment") && !html.contains("Try again"), "{html}");

        let given = app.gives(&open(3)).await;
        let html = assert_shows(&app, &given.thanks, "fulfilled", "Thank you, Ann Reader.").await;
        assert!(html.contains("No. R2026-000001, sent to <span class=\"whole\">d…@example.org</span>"), "{html}");
        assert!(!html.contains("donor-3@example.org"), "{html}");

        let page = app.promises(&open(4).set("cover_fees", "true")).await;
        let failed = app.client().pay(&page, "fail", "now").await;
        app.run_jobs().await;
        let html = assert_shows(&app, &failed, "failed", "The payment did not go through").await;
        let again = "/donate?campaign=press-fund&amp;amount=25.00&amp;currency=EUR&amp;gateway=sandbox\
            &amp;cover_fees=true";
        assert!(html.contains(&format!("href=\"{again}\">Try again")), "{html}");
        let form = app.client().get(&again.replace("&amp;", "&")).await.text();
        assert!(form.contains(r#"name="amount_choice" value="25.00" required checked"#), "{form}");

        let page = app.promises(&open(5)).await;
        let abandoned = app.client().pay(&page, "abandon", "now").await;
        app.run_jobs().await;
        assert_shows(&app, &abandoned, "expired", "This gift was not completed").await;

        let promised = app.promises_transfer(&Form::transfer().by(6)).await;
        let html = assert_shows(&app, &promised.thanks, "pending", "Thank you. One step is left.").await;
        assert!(html.contains("Bank details") && !html.contains("Go back to the payment"), "{html}");

        for (amount, status, heading) in [
            (Some(eur(2000)), "partly_refunded", "Part of your gift has been returned"),
            (None, "refunded", "Your gift has been returned"),
        ] {
            let order =
                RefundOrder { donation: given.donation.id, amount, reason: None, request_key: None };
            refund::order(app.ctx(), Actor::Command, order).await.unwrap();
            app.run_jobs().await;
            assert_shows(&app, &given.thanks, status, heading).await;
        }
    }
}

flow! {
    async fn a_pledge_that_nobody_paid_expires_and_one_in_process_does_not(app) {
        let open = app.promises(&Form::gift().by(1)).await;
        let page = app.client().get(&open).await.text();
        let way_back = page.split("href=\"").find(|link| link.contains("/thanks/")).unwrap();
        let unpaid = way_back.split('"').next().unwrap().to_owned();
        let slow_page = app.promises(&Form::gift().by(2)).await;
        let slow = app.client().pay(&slow_page, "process", "now").await;
        app.run_jobs().await;

        app.clock.advance(TimeDelta::hours(24));
        app.upkeep().await;
        assert_shows(&app, &unpaid, "pending", "Waiting for your payment").await;
        app.clock.advance(TimeDelta::minutes(6));
        app.upkeep().await;
        assert_shows(&app, &unpaid, "expired", "This gift was not completed").await;
        assert_shows(&app, &slow, "processing", "Your payment is on its way").await;

        app.clock.advance(TimeDelta::days(3));
        app.upkeep().await;
        app.client().pay(&slow_page, "succeed", "now").await;
        app.run_jobs().await;
        assert_shows(&app, &slow, "fulfilled", "Thank you, Ann Reader.").await;
    }
}

flow! {
    async fn only_the_link_of_a_pledge_opens_it(app) {
        let one = app.gives(&Form::gift().by(1)).await;
        let two = app.gives(&Form::gift().by(2)).await;
        let token = |thanks: &str| thanks.rsplit_once('/').unwrap().1.to_owned();
        let (one, two) = (token(&one.thanks), token(&two.thanks));
        let (id, code) = one.split_once('.').unwrap();
        let (other_id, other_code) = two.split_once('.').unwrap();
        let short = &code[..code.len() - 1];
        let flipped = format!("{short}{}", if code.ends_with('A') { 'B' } else { 'A' });

        for (id, code) in [
            (id, other_code),
            (other_id, code),
            (id, short),
            (id, flipped.as_str()),
            (id, ""),
            (&id.to_lowercase(), code),
            (id, &code.to_lowercase()),
            ("plg_01KV5BJH80EQ75JV2581H6HJZ9", code),
            ("plg_", code),
        ] {
            let page = app.client().get(&format!("/thanks/{id}.{code}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{id}.{code}");
            assert!(!page.text().contains("Ann Reader"));
            let status = app.client().get(&format!("/api/v1/pledges/{id}?token={code}")).await;
            assert_eq!(status.status, StatusCode::NOT_FOUND, "{id} {code}");
            assert_eq!(status.json()["code"], "not_found");
        }
        assert_eq!(app.client().get(&format!("/thanks/{id}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.client().get(&format!("/api/v1/pledges/{id}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.client().get(&format!("/thanks/{one}")).await.status, StatusCode::OK);
    }
}
