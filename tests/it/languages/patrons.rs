//! Every letter of a patron's life, each in the language in which they gave: by what it says, and by what it does not.

use super::gives;
use crate::support::app::TestApp;
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gift::{Form, eur};
use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::ids::PledgeId;
use mainstay::domain::pledge::Frequency;
use mainstay::domain::subscription::{EndReason, OrderKind, Orderer};
use mainstay::mail::stored::StoredMessage;
use mainstay::usecases::patrons::orders::{self, OrderRequest};
use mainstay::usecases::patrons::tend;
use mainstay::usecases::views;

/// How a letter begins, how many of it there are, and a sentence in it.
type Expected = (&'static str, usize, &'static str);

const FRENCH: [Expected; 9] = [
    ("Bienvenue parmi les mécènes de ", 1, "Le prochain paiement aura lieu le 15 juillet 2026"),
    ("Merci : reçu R2026-", 3, "est arrivé"),
    ("Votre soutien a été modifié", 1, "À partir du 15 juillet 2026, vous donnez"),
    ("Votre paiement à ", 1, "a été refusé par votre banque"),
    ("Votre carte expire bientôt", 1, "31 août 2026"),
    ("Votre soutien prendra fin", 1, "prend fin le 15 septembre 2026"),
    ("Votre soutien continue comme avant", 1, "Vous donnez"),
    ("Votre soutien à ", 1, "Plus rien n’est débité"),
    ("Votre relevé pour 2026", 1, "En tout"),
];

const ARABIC: [Expected; 9] = [
    ("أهلًا بكم بين داعمي ", 1, "يوليو 2026"),
    ("شكرًا لكم: الإيصال ", 3, "لتبرّعكم"),
    ("جرى تعديل دعمكم", 1, "ولا يُخصم شيء قبل ذلك."),
    ("لم تتم دفعتكم إلى ", 1, "يوليو 2026"),
    ("تنتهي صلاحية بطاقتكم قريبًا", 1, "أغسطس 2026"),
    ("سينتهي دعمكم", 1, "بانتهاء المدة المدفوعة"),
    ("يستمر دعمكم كما كان", 1, "تبرّعكم هو"),
    ("انتهى دعمكم لـ ", 1, "لن يُخصم شيء بعد"),
    ("كشفكم لسنة 2026", 1, "المجموع"),
];

async fn lives_until(app: &TestApp, until: &str) {
    let until: DateTime<Utc> = until.parse().unwrap();
    while app.ctx().now() < until {
        app.clock.advance((until - app.ctx().now()).min(TimeDelta::hours(12)));
        app.upkeep().await;
    }
}

async fn asks(app: &TestApp, pledge: PledgeId, what: OrderKind) {
    let request = OrderRequest { pledge, what, by: Orderer::Donor, reason: None };
    orders::order(app.ctx(), request).await.unwrap();
    app.run_jobs().await;
}

async fn uses_card(app: &TestApp, pledge: PledgeId, card: &str) {
    let remote = views::patron(app.ctx(), pledge).await.unwrap().subscription.news.remote;
    app.client().post(&format!("/sandbox/card/{remote}"), &[("card", card)]).await;
    app.run_jobs().await;
}

/// From the welcome to the statement of the year, with everything that a patron may be written about.
async fn lives(app: &TestApp, tag: &str) {
    let form = Form::gift().set("amount", "10").set("frequency", "monthly");
    let (thanks, _) = gives(app, tag, form).await;
    let pledge = app.view(&thanks).await.pledge.id;
    asks(app, pledge, OrderKind::Change { amount: eur(2_000), frequency: Frequency::Monthly }).await;
    uses_card(app, pledge, "declines").await;
    lives_until(app, "2026-07-16T12:00:00Z").await;
    uses_card(app, pledge, "works").await;
    tend::collect(app.ctx(), pledge).await.unwrap();
    lives_until(app, "2026-08-15T12:00:00Z").await;
    uses_card(app, pledge, "expires_soon").await;
    lives_until(app, "2026-08-17T12:00:00Z").await;
    uses_card(app, pledge, "works").await;
    asks(app, pledge, OrderKind::Cancel).await;
    asks(app, pledge, OrderKind::Keep).await;
    asks(app, pledge, OrderKind::End { reason: EndReason::Voluntary }).await;
    app.clock.advance("2027-01-03T10:00:00Z".parse::<DateTime<Utc>>().unwrap() - app.ctx().now());
    app.upkeep().await;
}

/// Text without the marks that keep the direction of what is put into a sentence.
fn plain(text: &str) -> String {
    let text = text.replace(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'], "");
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn check(letters: &[StoredMessage], expected: &[Expected], html: &str) {
    let mut told = 0;
    for (begins, count, sentence) in expected {
        let found: Vec<_> =
            letters.iter().filter(|letter| plain(&letter.subject).starts_with(begins)).collect();
        let subjects: Vec<_> = letters.iter().map(|letter| plain(&letter.subject)).collect();
        assert_eq!(found.len(), *count, "{begins}: {subjects:#?}");
        for letter in found {
            assert!(plain(&letter.text).contains(sentence), "{begins}: {}", letter.text);
            assert!(letter.html.contains(html), "{begins}: {}", letter.html);
            for english in ["Thank", " your ", "Your ", " you ", " month", "With thanks", "You receive"] {
                assert!(!letter.text.contains(english), "{begins} says {english:?}: {}", letter.text);
                assert!(!letter.html.contains(english), "{begins} says {english:?}: {}", letter.html);
            }
            told += 1;
        }
    }
    assert_eq!(told, letters.len(), "no other letter");
}

flow! {
    async fn every_letter_to_a_patron_is_french(app) {
        lives(&app, "fr").await;

        let letters = app.letters();
        check(&letters, &FRENCH, r#"lang="fr""#);
        let statement = app.letters_about("Votre relevé").remove(0);
        let pdf = plain(&pdf_text(&statement.attachments[0].bytes));
        assert!(pdf.contains("Relevé pour 2026") && pdf.contains("50,00 €"), "{pdf}");
    }
}

flow! {
    async fn every_letter_to_a_patron_is_arabic_and_runs_from_right_to_left(app) {
        lives(&app, "ar").await;

        let letters = app.letters();
        check(&letters, &ARABIC, r#"dir="rtl""#);
        for letter in letters.iter().filter(|letter| !letter.attachments.is_empty()) {
            let pdf = pdf_text(&letter.attachments[0].bytes);
            for english in ["Receipt", "Statement", "Given for", "Total"] {
                assert!(!pdf.contains(english), "{english}: {pdf}");
            }
        }
    }
}
