//! Support in the donor's own hands on bad days: answers that are lost, returns while the old time is paid for, and
//! another language.

use super::visitor::Visitor;
use crate::support::app::TestApp;
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, Given, eur};
use chrono::TimeDelta;
use mainstay::domain::pledge::{Frequency, PledgeStatus};
use mainstay::domain::subscription::{EndReason, OrderKind, Orderer};
use mainstay::usecases::patrons::orders::{self, OrderRequest};
use mainstay::usecases::views;

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

/// The value of the choice of a level or an amount that is checked.
fn checked(page: &str) -> Vec<String> {
    let radios = page.split("<input type=\"radio\" name=\"amount_choice\" value=\"").skip(1);
    let is_checked = |radio: &&str| radio.split('>').next().unwrap().contains(" checked");
    radios.filter(is_checked).map(|radio| radio.split('"').next().unwrap().to_owned()).collect()
}

flow! {
    async fn a_patron_chooses_a_level_or_an_amount_of_their_own(app) {
        let (given, mut ann) = patron(&app).await;
        let path = format!("/account/pledges/{}", given.pledge.id);
        let patron = async || views::patron(app.ctx(), given.pledge.id).await.unwrap();
        assert_eq!(checked(&ann.get(&path).await.text()), ["other"], "€25 is more than any level but the highest");

        let level = [("amount_choice", "tier:founder"), ("amount", "25.00"), ("frequency", "yearly")];
        let told = ann.post(&format!("{path}/change"), &level).await;
        assert_eq!(told.location(), format!("{path}?done=changed"), "{}", told.text());
        let view = patron().await;
        assert_eq!((view.subscription.news.amount, view.subscription.news.frequency), (eur(55_000), Frequency::Yearly));
        assert_eq!(view.tier.unwrap().name, "Founding patron");
        let page = ann.get(&path).await.text();
        assert_eq!(checked(&page), ["tier:founder"]);
        assert!(page.contains("€550 a year") && page.contains("€50 a month"), "{page}");

        let own = [("amount_choice", "other"), ("amount", "12,50"), ("frequency", "monthly")];
        ann.post(&format!("{path}/change"), &own).await;
        let view = patron().await;
        assert_eq!((view.subscription.news.amount, view.tier.unwrap().name.as_str()), (eur(1_250), "Friend"));
        app.run_jobs().await;
        assert_eq!(app.letters_about("Your support was changed").len(), 2);

        // What cannot be had: a level that is none, one that has no price for weeks, one that is full.
        for (choice, frequency, sentence) in [
            ("tier:nobody", "monthly", "This level does not exist any more"),
            ("tier:founder", "weekly", "This level is not offered at this interval and in this currency"),
        ] {
            let fields = [("amount_choice", choice), ("amount", "12.50"), ("frequency", frequency)];
            let wrong = ann.post(&format!("{path}/change"), &fields).await;
            assert_eq!(wrong.status, 422, "{choice}");
            let page = wrong.text();
            assert!(page.contains("id=\"tier-problem\"") && page.contains(sentence), "{choice}: {page}");
            assert!(page.contains("href=\"#tier\"") && page.contains("<details class=\"part\" open>"), "{page}");
        }
        for number in 0..50 {
            let founder = Form::gift().set("frequency", "monthly").set("amount", "50").set("tier", "founder");
            app.promises(&founder.by(number)).await;
        }
        assert!(!ann.get(&path).await.text().contains("tier:founder"), "a full level is not offered");
        let full = [("amount_choice", "tier:founder"), ("amount", ""), ("frequency", "monthly")];
        let wrong = ann.post(&format!("{path}/change"), &full).await.text();
        assert!(wrong.contains("All places of this level are taken"), "{wrong}");
        assert_eq!(patron().await.subscription.news.amount, eur(1_250));
    }
}

flow! {
    async fn mistakes_are_said_in_the_language_of_the_donor(app) {
        let (given, mut ann) = patron(&app).await;
        let path = format!("/account/pledges/{}", given.pledge.id);
        let day = |days| (app.ctx().now() + TimeDelta::days(days)).date_naive().to_string();
        let (past, far, long) = (day(-1), day(800), "x".repeat(500));
        for (to, fields, french, arabic) in [
            ("change", vec![("amount", "0,10"), ("frequency", "monthly")], "Le plus petit don est de", "أصغر تبرّع"),
            ("change", vec![("amount", "ten"), ("frequency", "monthly")], "n’est pas un montant", "ليس مبلغًا"),
            ("change", vec![("amount", "30"), ("frequency", "once")], "Ce rythme n’est pas proposé", "هذا التكرار غير متاح"),
            ("pause", vec![("until", past.as_str())], "La pause doit se terminer un jour à venir", "يجب أن تنتهي مدة التعليق في يوم قادم"),
            ("pause", vec![("until", far.as_str())], "Une pause dure un an au plus", "لا تزيد مدة التعليق على سنة"),
            ("details", vec![("name", long.as_str()), ("locale", "en")], "Veuillez vous limiter à 80", "حرفًا"),
            ("details", vec![("name", "Ann"), ("locale", "xx")], "Veuillez choisir l’une des langues proposées", "يرجى اختيار إحدى اللغات المعروضة"),
            ("address", vec![("email", "ann@")], "adresse", "بريد"),
            ("address", vec![("email", ANN)], "C’est l’adresse que nous avons déjà", "هذا هو العنوان المسجَّل لدينا"),
        ] {
            let url = match to {
                "details" | "address" => format!("/account/settings/{to}"),
                action => format!("{path}/{action}"),
            };
            for (tag, sentence) in [("fr", french), ("ar", arabic)] {
                ann.set_cookie("lang", tag);
                let answer = ann.post(&url, &fields).await;
                assert_eq!(answer.status, 422, "{tag} {to} {fields:?}");
                let page = answer.text();
                let problems: Vec<&str> = page.split("class=\"problem\"").skip(1).map(|rest| rest.split("</p>").next().unwrap()).collect();
                assert_eq!(problems.len(), 1, "{tag} {to} {fields:?}: {problems:?}");
                assert!(problems[0].contains(sentence), "{tag} {to} {fields:?}: {problems:?}");
            }
        }
        // What was typed comes back, and what was not on the form stays as it is on record.
        ann.set_cookie("lang", "en");
        let page = ann.post("/account/settings/address", &[("email", "ann@")]).await.text();
        assert!(page.contains("value=\"ann@\"") && page.contains("value=\"Ann Reader\""), "{page}");
        ann.set_cookie("lang", "fr");
        let kept = ann.post(&format!("{path}/keep"), &[]).await;
        assert!(kept.location().ends_with("done=changed"), "a second click does no harm");
        ann.post(&format!("{path}/cancel"), &[]).await;
        let ending = ann.post(&format!("{path}/pause"), &[]).await;
        assert_eq!(ending.status, 409);
        assert!(ending.text().contains("Ce soutien a été arrêté"), "{}", ending.text());
    }
}
