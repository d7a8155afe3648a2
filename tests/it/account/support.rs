//! Support in the donor's own hands on bad days: answers that are lost, returns while the old time is paid for, and
//! another language.

use super::visitor::Visitor;
use crate::support::app::TestApp;
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, Given};
use chrono::TimeDelta;
use mainstay::domain::pledge::PledgeStatus;
use mainstay::domain::subscription::{EndReason, OrderKind, Orderer};
use mainstay::usecases::patrons::orders::{self, OrderRequest};

const ANN: &str = "ann@example.org";

async fn patron(app: &TestApp) -> (Given, Visitor) {
    let given = app.gives(&Form::gift().set("frequency", "monthly")).await;
    let mut ann = Visitor::at(app);
    ann.signs_in(app, ANN).await;
    (given, ann)
}

/// Lets days pass, with the recurring work of each.
async fn live(app: &TestApp, days: i64) {
    for _ in 0..days {
        app.clock.advance(TimeDelta::days(1));
        app.upkeep().await;
    }
}

async fn orders(app: &TestApp) -> Vec<String> {
    app.lines("SELECT kind || ' ' || status AS line FROM subscription_orders ORDER BY created_at, id").await
}

flow! {
    async fn a_change_whose_answer_is_lost_is_shown_as_being_confirmed_until_it_is(app) {
        let (given, mut ann) = patron(&app).await;
        let path = format!("/account/pledges/{}", given.pledge.id);
        let fields = [("amount", "40"), ("frequency", "monthly")];
        app.sandbox().script(Call::ChangeSubscription, &[Fault::TimeoutAfter, Fault::TimeoutBefore]);

        let told = ann.post(&format!("{path}/change"), &fields).await;
        assert_eq!(told.location(), format!("{path}?done=pending"));
        let page = ann.get(&path).await.text();
        assert!(page.contains("A change of yours is being confirmed with the payment service."), "{page}");
        assert!(!page.contains(&format!("{path}/")), "nothing else is offered meanwhile: {page}");

        // A second click is the same wish; any other has to wait.
        assert_eq!(ann.post(&format!("{path}/change"), &fields).await.location(), format!("{path}?done=pending"));
        assert_eq!(ann.post(&format!("{path}/cancel"), &[]).await.location(), format!("{path}?done=pending"));
        assert_eq!(orders(&app).await, ["change pending"]);
        assert!(app.letters_about("Your support was changed").is_empty(), "nobody is told before it is so");

        app.pass(TimeDelta::minutes(2)).await;
        let page = ann.get(&path).await.text();
        assert!(page.contains("you pay €40.00, every month."), "{page}");
        assert_eq!(orders(&app).await, ["change done"]);
        assert_eq!(app.letters_about("Your support was changed").len(), 1);
    }
}

flow! {
    async fn who_comes_back_while_the_old_time_is_paid_for_pays_when_it_is_over(app) {
        let (given, mut ann) = patron(&app).await;
        let path = format!("/account/pledges/{}", given.pledge.id);
        live(&app, 10).await;
        let what = OrderKind::End { reason: EndReason::Voluntary };
        let end = OrderRequest { pledge: given.pledge.id, what, by: Orderer::Staff, reason: None };
        orders::order(app.ctx(), end).await.unwrap();
        app.run_jobs().await;
        ann.signs_in(&app, ANN).await;
        let page = ann.get(&path).await.text();
        assert!(page.contains("It ended on 25 June 2026."), "{page}");
        assert!(page.contains("The first payment is on 15 July 2026"), "{page}");

        let way = ann.post(&format!("{path}/return"), &[]).await.location().to_owned();
        let thanks = app.client().pay(&way, "succeed", "now").await;
        app.run_jobs().await;
        let again = app.view(&thanks).await.pledge;
        assert_eq!(again.status, PledgeStatus::Active);
        assert_eq!(again.terms.starts_at.unwrap().to_string(), "2026-07-15 10:00:00 UTC");
        assert_eq!(app.count("donations").await, 1, "nothing is charged for time that is paid");
        let page = ann.get(&format!("/account/pledges/{}", again.id)).await.text();
        assert!(page.contains("On 15 July 2026 you pay €25.00, every month."), "{page}");
        assert!(ann.get("/account").await.text().contains("since 15 June 2026"), "as before the break");

        live(&app, 19).await;
        assert_eq!(app.count("donations").await, 1, "not on 14 July");
        live(&app, 33).await;
        let days = "SELECT CAST(period_on AS TEXT) AS line FROM donations ORDER BY period_on";
        assert_eq!(app.lines(days).await, ["2026-06-15", "2026-07-15", "2026-08-15"]);
    }
}

flow! {
    async fn another_language_holds_for_pages_letters_and_receipts_from_then_on(app) {
        let (given, mut ann) = patron(&app).await;
        assert!(ann.get("/account").await.text().contains(r#"<html lang="en" dir="ltr">"#));

        let of = |locale| [("name", "Ann Reader"), ("postal_address", ""), ("locale", locale)];
        assert_eq!(ann.post("/account/settings/details", &of("xx")).await.status, 422, "a language that is not offered");
        let saved = ann.post("/account/settings/details", &of("fr")).await;
        assert_eq!(saved.location(), "/account/settings?done=saved");
        app.run_jobs().await;

        assert_eq!(app.letters_about("Vos coordonnées ont été modifiées").len(), 1);
        let page = ann.get(&format!("/account/pledges/{}", given.pledge.id)).await.text();
        assert!(page.contains(r#"<html lang="fr" dir="ltr">"#), "{page}");
        assert!(page.contains("25,00\u{a0}€"), "{page}");
        live(&app, 31).await;
        let receipts = app.letters_about("R2026-000002");
        assert!(receipts[0].subject.starts_with("Merci"), "{}", receipts[0].subject);
        assert!(receipts[0].html.contains(r#"lang="fr""#), "{}", receipts[0].html);
        let pdf = pdf_text(&receipts[0].attachments[0].bytes);
        assert!(pdf.contains("Don reçu le"), "{pdf}");
        Visitor::at(&app).asks(ANN).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("Votre lien de connexion").len(), 1);
        assert_eq!(app.letters_about("Your ").len(), 1, "the first link, and nothing English after it");
    }
}
