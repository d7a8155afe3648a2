//! The donor's side in the donor's language: chosen once, then on pages, in letters and in the document.

mod patrons;

use crate::support::app::TestApp;
use crate::support::client::Answer;
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gift::Form;
use reqwest::Method;
use reqwest::header::{ACCEPT_LANGUAGE, COOKIE};

async fn get(app: &TestApp, path: &str, cookie: &str, accepted: &str) -> Answer {
    let client = app.client();
    let request = client.request(Method::GET, path).header(COOKIE, cookie).header(ACCEPT_LANGUAGE, accepted);
    client.send(request).await
}

fn language_of(answer: &Answer) -> String {
    let html = answer.text();
    html.split("<html lang=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// A gift by somebody whose browser speaks this language; its thanks page as the same person sees it.
async fn gives(app: &TestApp, tag: &str, form: Form) -> (String, String) {
    let client = app.client();
    let request = client.form("/donate", form.body()).header(ACCEPT_LANGUAGE, tag);
    let page = client.send(request).await.location().to_owned();
    let thanks = client.pay(&page, "succeed", "now").await;
    app.run_jobs().await;
    let html = client.get(&thanks).await.text();
    (thanks, html)
}

flow! {
    async fn a_gift_in_french_is_french_to_the_end(app) {
        let (_, html) = gives(&app, "fr-FR, en;q=0.5", Form::gift()).await;
        assert!(html.contains(r#"<html lang="fr" dir="ltr">"#), "{html}");
        assert!(html.contains("Votre don de 25,00\u{a0}€ est arrivé."), "{html}");

        let letter = app.letters().remove(0);
        assert!(letter.subject.contains("reçu R2026-000001 pour votre don de 25,00 €"), "{}", letter.subject);
        assert!(letter.text.contains("Votre don de 25,00\u{a0}€ à «\u{a0}"), "{}", letter.text);
        let pdf = pdf_text(&letter.attachments[0].bytes);
        assert!(pdf.contains("Reçu") && pdf.contains("Don reçu le") && pdf.replace("\u{a0}", " ").contains("25,00 €"), "{pdf}");
    }
}

flow! {
    async fn a_gift_in_arabic_runs_from_right_to_left(app) {
        let (thanks, html) = gives(&app, "ar", Form::gift()).await;
        assert!(html.contains(r#"<html lang="ar" dir="rtl">"#), "{html}");
        assert!(html.contains("وصل تبرّعكم بمبلغ"), "{html}");
        // Who opens the page elsewhere reads it as the gift was made, until another language is chosen.
        let elsewhere = get(&app, &thanks, "", "de").await;
        assert_eq!(language_of(&elsewhere), "ar");
        assert_eq!(language_of(&get(&app, &thanks, "lang=de", "ar").await), "de");

        let letter = app.letters().remove(0);
        assert!(letter.subject.contains("شكرًا لكم"), "{}", letter.subject);
        assert!(letter.html.contains(r#"dir="rtl""#));
        let pdf = pdf_text(&letter.attachments[0].bytes);
        assert!(pdf.contains("R2026-000001"), "{pdf}");
        assert!(!pdf.contains("Receipt") && !pdf.contains("Given for"), "{pdf}");
    }
}

flow! {
    async fn the_address_the_cookie_and_the_browser_choose_in_this_order(app) {
        for path in ["/", "/articles", "/donate", "/patrons", "/no-such-page"] {
            let by_header = get(&app, path, "", "ru, en;q=0.3").await;
            assert_eq!(language_of(&by_header), "ru", "{path}");
            let vary: Vec<&str> = by_header.headers.get_all("vary").iter().filter_map(|v| v.to_str().ok()).collect();
            assert!(vary.join(",").contains("accept-language") && vary.join(",").contains("cookie"), "{path} {vary:?}");
            assert!(by_header.headers.get("set-cookie").is_none(), "{path} sets no cookie unasked");
            assert_eq!(language_of(&get(&app, path, "a=b; lang=es", "ru").await), "es", "{path}");
            let asked = get(&app, &format!("{path}?lang=pt"), "lang=es", "ru").await;
            assert_eq!(language_of(&asked), "pt", "{path}");
            let cookie = asked.header("set-cookie").to_owned();
            assert!(cookie.starts_with("lang=pt; Path=/; Max-Age=31536000; SameSite=Lax"), "{path} {cookie}");
            let unknown = get(&app, &format!("{path}?lang=xx%0d%0aa"), "", "nl").await;
            assert_eq!(language_of(&unknown), "en", "{path}");
            assert!(unknown.headers.get("set-cookie").is_none(), "{path}");
        }
        let stylesheet = get(&app, "/api/v1/campaigns/press-fund", "lang=ar", "ar").await;
        assert!(!stylesheet.header("vary").contains("cookie"));
    }
}

flow! {
    async fn mistakes_are_said_in_the_language_of_the_form(app) {
        let client = app.client();
        for (tag, amount, sentence) in [
            ("de", "1.000", "„1.000“ lässt sich auf zwei Arten lesen; schreiben Sie 1000 oder 1.00"),
            ("ru", "", "Пожалуйста, укажите сумму"),
            ("fr", "0,01", "Le plus petit don est de"),
            ("ar", "-5", "يجب أن يكون المبلغ أكبر من صفر"),
        ] {
            let form = Form::gift().set("amount", amount);
            let answer = client.send(client.form("/donate", form.body()).header(ACCEPT_LANGUAGE, tag)).await;
            assert_eq!(answer.status.as_u16(), 422, "{tag}");
            assert!(answer.text().contains(sentence), "{tag}: {}", answer.text());
        }
    }
}
