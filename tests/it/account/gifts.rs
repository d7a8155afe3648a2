//! What donors see of their gifts, and what they change of their support and their details.

use super::visitor::Visitor;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::{Form, Given, eur};
use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::pledge::PledgeStatus;
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::views;

const ANN: &str = "ann@example.org";

async fn signed_in(app: &TestApp) -> Visitor {
    let mut ann = Visitor::at(app);
    ann.signs_in(app, ANN).await;
    ann
}

async fn patron(app: &TestApp) -> (Given, Visitor) {
    let given = app.gives(&Form::gift().set("frequency", "monthly")).await;
    (given, signed_in(app).await)
}

async fn status(app: &TestApp, given: &Given) -> PledgeStatus {
    app.view(&given.thanks).await.pledge.status
}

/// Lets time pass in steps, with the recurring work of each.
async fn live(app: &TestApp, days: i64) {
    for _ in 0..days {
        app.clock.advance(TimeDelta::days(1));
        app.upkeep().await;
    }
}

flow! {
    async fn the_history_lists_every_gift_page_by_page_with_its_receipt(app) {
        for number in 0..53 {
            app.clock.advance(TimeDelta::minutes(3));
            app.gives(&Form::gift().set("amount", &format!("{}", 10 + number))).await;
        }
        let mut ann = signed_in(&app).await;

        let overview = ann.get("/account").await.text();
        assert!(overview.contains("€62.00") && !overview.contains("€12.00"));
        let first = ann.get("/account/history").await.text();
        assert_eq!(first.matches("/account/receipts/").count(), 50);
        let next = first.split("/account/history?behind=").nth(1).unwrap().split('"').next().unwrap();
        let second = ann.get(&format!("/account/history?behind={next}")).await.text();
        assert_eq!(second.matches("/account/receipts/").count(), 3);
        assert!(second.contains("€10.00") && !second.contains("?behind="));

        let number = first.split("/account/receipts/").nth(1).unwrap().split('"').next().unwrap();
        let paper = ann.get(&format!("/account/receipts/{number}")).await;
        assert!(paper.body.starts_with(b"%PDF"));
        assert_eq!(paper.header("cache-control"), "no-store");
        assert_eq!(paper.header("content-disposition"), format!("attachment; filename=\"receipt-{number}.pdf\""));
    }
}

flow! {
    async fn a_refund_is_told_and_its_receipt_marked(app) {
        let given = app.gives(&Form::gift()).await;
        let order = RefundOrder { donation: given.donation.id, amount: Some(eur(500)), reason: None, request_key: None };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        app.run_jobs().await;
        let mut ann = signed_in(&app).await;

        let page = ann.get("/account/history").await.text();

        assert!(page.contains("€5.00 of it was returned"), "{page}");
        assert!(page.contains("Partly returned"));
        let [old, new] = &app.receipts(given.donation.id).await[..] else { panic!("two receipts") };
        for receipt in [old, new] {
            assert_eq!(ann.get(&format!("/account/receipts/{}", receipt.number)).await.status, 200);
        }
    }
}

flow! {
    async fn a_patron_changes_amount_and_frequency_from_the_next_payment_on(app) {
        let (given, mut ann) = patron(&app).await;
        let path = format!("/account/pledges/{}", given.pledge.id);
        let page = ann.get(&path).await.text();
        assert!(page.contains("On 15 July 2026 you pay €25.00, every month."), "{page}");
        assert!(page.contains("From 15 July 2026 you will pay the new amount."));

        let fields = [("amount", "40"), ("frequency", "quarterly")];
        for _click in 0..2 {
            let changed = ann.post(&format!("{path}/change"), &fields).await;
            assert_eq!(changed.location(), format!("{path}?done=changed"));
        }
        app.run_jobs().await;

        let view = views::patron(app.ctx(), given.pledge.id).await.unwrap();
        assert_eq!(view.subscription.news.amount, eur(4000));
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM jobs WHERE kind = 'send_pledge_changed'").await, 1);
        assert_eq!(app.count("donations").await, 1, "nothing is charged now");
        let wrong = ann.post(&format!("{path}/change"), &[("amount", "-3"), ("frequency", "monthly")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("id=\"amount-problem\""));
    }
}

flow! {
    async fn a_patron_pauses_goes_on_stops_and_keeps(app) {
        let (given, mut ann) = patron(&app).await;
        let path = format!("/account/pledges/{}", given.pledge.id);
        let past = ann.post(&format!("{path}/pause"), &[("until", "2026-06-01")]).await;
        assert_eq!(past.status, 422);

        for _click in 0..2 {
            let paused = ann.post(&format!("{path}/pause"), &[("until", "2026-09-01")]).await;
            assert_eq!(paused.location(), format!("{path}?done=changed"));
        }
        assert_eq!(status(&app, &given).await, PledgeStatus::Paused);
        assert!(ann.get(&path).await.text().contains("It is paused until 1 September 2026."));
        ann.post(&format!("{path}/resume"), &[]).await;
        assert_eq!(status(&app, &given).await, PledgeStatus::Active);

        for _click in 0..2 {
            let stopped = ann.post(&format!("{path}/cancel"), &[("reason", "Too many =things")]).await;
            assert_eq!(stopped.location(), format!("{path}?done=changed"));
        }
        assert_eq!(status(&app, &given).await, PledgeStatus::Active, "paid for until then");
        assert!(ann.get(&path).await.text().contains("It ends on 15 July 2026."));
        let reasons = app.lines("SELECT reason AS line FROM subscription_orders WHERE reason IS NOT NULL").await;
        assert_eq!(reasons, ["Too many =things"]);
        ann.post(&format!("{path}/keep"), &[]).await;
        let view = views::patron(app.ctx(), given.pledge.id).await.unwrap();
        assert_eq!(view.subscription.news.ends_at, None);
        app.run_jobs().await;
    }
}

flow! {
    async fn of_two_supports_only_the_stopped_one_stops_and_a_patron_can_come_back(app) {
        let kept = app.gives(&Form::gift().set("frequency", "monthly").set("amount", "11")).await;
        let (given, mut ann) = patron(&app).await;
        let path = format!("/account/pledges/{}", given.pledge.id);
        ann.post(&format!("{path}/cancel"), &[]).await;
        live(&app, 32).await;
        assert_eq!(status(&app, &given).await, PledgeStatus::Cancelled);
        assert_eq!(status(&app, &kept).await, PledgeStatus::Active);

        ann.signs_in(&app, ANN).await;
        let mut ways = Vec::new();
        for _click in 0..2 {
            ways.push(ann.post(&format!("{path}/return"), &[]).await.location().to_owned());
        }
        assert_eq!(ways[0], ways[1], "a second click begins nothing more");
        let thanks = app.client().pay(&ways[0], "succeed", "now").await;
        app.run_jobs().await;
        let again = app.view(&thanks).await.pledge;
        assert_eq!(again.status, PledgeStatus::Active);
        assert_eq!(again.donor, kept.donation.donor);
        assert_eq!(again.terms.amount, eur(2500));
        assert!(ann.post(&format!("/account/pledges/{}/return", again.id), &[]).await.status.is_client_error());
    }
}

flow! {
    async fn one_page_mends_everything_that_failed(app) {
        let (given, mut ann) = patron(&app).await;
        let second = app.gives(&Form::gift().set("frequency", "monthly").set("amount", "11")).await;
        for pledge in [given.pledge.id, second.pledge.id] {
            let card = ann.post(&format!("/account/mend/{pledge}"), &[]).await.location().to_owned();
            ann.post(card.strip_prefix(&app.url).unwrap_or(&card), &[("card", "declines")]).await;
        }
        live(&app, 31).await;
        assert_eq!(status(&app, &given).await, PledgeStatus::PastDue);
        ann.signs_in(&app, ANN).await;
        assert!(ann.get("/account").await.text().contains("/account/mend\""));
        assert_eq!(ann.post("/account/mend", &[]).await.location(), "/account/mend?done=still");

        for pledge in [given.pledge.id, second.pledge.id] {
            let card = ann.post(&format!("/account/mend/{pledge}"), &[]).await.location().to_owned();
            ann.post(card.strip_prefix(&app.url).unwrap_or(&card), &[("card", "works")]).await;
        }
        ann.post("/account/mend", &[]).await;
        app.clock.advance(TimeDelta::minutes(1));
        app.upkeep().await;

        assert_eq!(status(&app, &given).await, PledgeStatus::Active);
        assert_eq!(status(&app, &second).await, PledgeStatus::Active);
        assert!(ann.get("/account/mend").await.text().contains("Nothing is owed"));
    }
}

flow! {
    async fn details_are_changed_and_confirmed_and_old_receipts_stay(app) {
        let (given, mut ann) = patron(&app).await;
        let fields = [("name", " Ann  B. Reader "), ("postal_address", "1 Quay\r\nCork")];

        assert_eq!(ann.post("/account/settings/details", &fields).await.location(), "/account/settings?done=saved");
        assert_eq!(ann.post("/account/settings/details", &fields).await.location(), "/account/settings?done=same");
        app.run_jobs().await;

        assert_eq!(app.letters_about("Your details were changed").len(), 1);
        let old = app.receipts(given.donation.id).await.remove(0);
        assert_eq!(old.snapshot.donor_name.as_deref(), Some("Ann Reader"));
        live(&app, 31).await;
        let names = app.lines("SELECT name AS line FROM donors").await;
        assert_eq!(names, ["Ann B. Reader"], "a renewal does not bring the old name back");
        let newest = app.lines("SELECT snapshot AS line FROM receipts ORDER BY id DESC").await.remove(0);
        assert!(newest.contains("Ann B. Reader"), "{newest}");
        let mut ann = signed_in(&app).await;
        let long = "x".repeat(81);
        let wrong = ann.post("/account/settings/details", &[("name", &long)]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains(&long), "what was typed is kept");
    }
}

flow! {
    async fn a_name_is_hidden_and_shown_again_per_gift(app) {
        let given = app.gives(&Form::gift()).await;
        let other = app.gives(&Form::gift().set("amount", "30")).await;
        let mut ann = signed_in(&app).await;
        let path = format!("/account/settings/visibility/{}", given.pledge.id);

        ann.post(&path, &[("visibility", "hidden")]).await;
        ann.post(&path, &[("visibility", "hidden")]).await;
        app.run_jobs().await;

        let after = app.view(&given.thanks).await.pledge;
        assert_eq!(after.terms.visibility, mainstay::domain::pledge::Visibility::Hidden);
        assert_eq!(app.view(&other.thanks).await.pledge.terms, other.pledge.terms);
        assert_eq!(app.letters_about("Your name in public").len(), 1, "a second click changes nothing");
        assert_eq!(ann.post(&path, &[("visibility", "loud")]).await.status, 400);
    }
}
