//! Giving once, from the form to the receipt.

use crate::support::app::settings;
use crate::support::client::Answer;
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gateway::Call;
use crate::support::gift::{Form, eur};
use chrono::{NaiveDate, TimeDelta};
use mainstay::domain::article::Slug;
use mainstay::domain::campaign::Campaign;
use mainstay::domain::pledge::Visibility;
use mainstay::usecases::campaigns;
use reqwest::{Method, StatusCode};

/// The sentence stands in the summary on top, and the field is marked.
fn assert_refused(answer: &Answer, field: &str, sentence: &str) {
    let page = answer.text();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {page}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let (_, summary) =
        page.split_once("role=\"alert\"").unwrap_or_else(|| panic!("{field}: no summary: {page}"));
    let (summary, _) = summary.split_once("</ul>").unwrap();
    assert!(summary.contains(sentence), "{field}: {summary}");
    // These have no field of their own on the form.
    if !["campaign", "frequency", "tier"].contains(&field) {
        let beside = format!("id=\"{field}-problem\">{sentence}");
        assert!(page.contains(&beside), "{field}: {page}");
    }
}

const NOTHING_RECORDED: [&str; 6] =
    ["pledges", "attempts", "jobs", "sandbox_payments", "donors", "rate_limits"];

flow! {
    async fn a_gift_through_the_sandbox_is_settled_and_receipted_once(app) {
        let donor = app.client();
        let page = app.promises(&Form::gift().set("form_id", "f1")).await;
        let thanks = donor.pay(&page, "succeed", "twice").await;
        assert!(donor.get(&thanks).await.text().contains("Waiting for your payment"));
        app.run_jobs().await;

        let page = donor.get(&thanks).await.text();
        assert!(page.contains("Thank you, Ann Reader."), "{page}");
        let letters = app.letters();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].subject, "Thank you: receipt R2026-000001 for your gift of €25.00");
        let pdf = pdf_text(&letters[0].attachments[0].bytes);
        assert!(pdf.contains("R2026-000001") && pdf.contains("€25.00") && pdf.contains("Ann Reader"), "{pdf}");
    }
}

flow! {
    async fn the_address_of_the_form_preselects_it(app) {
        let reader = app.client();

        let page = reader.get("/donate").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(r#"name="campaign" value="press-fund""#));
        let once = r#"name="frequency" value="once" required checked"#;
        let others = page.text().replace(once, "").replace(r#"name="tier" value="" checked"#, "");
        assert!(page.text().contains(once) && !others.contains(" checked"), "{}", page.text());

        let query = "campaign=press-fund&amount=50&currency=USD&gateway=bank_transfer&from=about-our-funding\
                     &utm_source=letter&utm_campaign=june";
        let page = reader.get(&format!("/donate?{query}")).await.text();
        for part in [
            r#"name="amount_choice" value="50.00" required checked"#,
            r#"name="currency" value="USD""#,
            r#"name="gateway" value="bank_transfer" required checked"#,
            r#"name="from" value="about-our-funding""#,
            r#"name="utm_source" value="letter""#,
            r#"name="utm_campaign" value="june""#,
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }

        let page = reader.get("/donate?amount=17,30").await.text();
        assert!(page.contains(r#"name="amount_choice" value="other" required checked"#), "{page}");
        assert!(page.contains(r#"name="amount" type="text" inputmode="decimal" autocomplete="off" maxlength="20" value="17,30""#));

        let page = reader.get("/donate?amount_choice=100.00&amount=").await.text();
        assert!(page.contains(r#"name="amount_choice" value="100.00" required checked"#), "{page}");

        let page = reader.get("/donate?currency=XYZ&gateway=paypal&amount=lots").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(r#"name="currency" value="EUR""#));

        assert_eq!(reader.get("/donate?campaign=no-such").await.status, StatusCode::NOT_FOUND);
        assert_eq!(reader.get("/donate?amount=1&amount=2").await.status, StatusCode::BAD_REQUEST);
    }
}

flow! {
    async fn each_wrong_field_is_said_beside_it_and_nothing_is_recorded(app) {
        let donor = app.client();
        let long = "x".repeat(1001);
        for (field, value, sentence) in [
            ("campaign", "edited", "This campaign does not exist"),
            ("amount", "", "Please enter an amount"),
            ("amount", "ten", "“ten” is not an amount"),
            ("amount", "1,000", "“1,000” can be read in two ways; write 1000 or 1.00"),
            ("amount", "0", "The amount must be more than zero"),
            ("amount", "-5", "The amount must be more than zero"),
            ("amount", "0.99", "The smallest gift is €1"),
            ("amount", "10000.01", "The largest gift here is €10,000; for more, please write to us"),
            ("amount", "99999999999999999999", "The amount is too large"),
            ("amount", "25.5055", "EUR has 2 decimals; “25.5055” is more precise than that"),
            ("currency", "CHF", "Gifts are taken in EUR, GBP, USD"),
            ("currency", "EURO", "“EURO” is not a currency code"),
            ("currency", "", "“” is not a currency code"),
            ("gateway", "", "Please choose how you would like to pay"),
            ("gateway", "paypal", "“paypal” is not a way to pay here"),
            ("frequency", "hourly", "“hourly” is not offered; choose once, weekly, monthly, quarterly, yearly"),
            ("tier", "gold", "There is no level “gold”"),
            ("email", "", "Please enter your e-mail address"),
            ("email", "ann", "This does not look like an e-mail address"),
            ("email", "ann@example.org\r\nBcc: x@example.com", "This does not look like an e-mail address"),
            ("name", &"x".repeat(81), "Please keep this to 80 characters; it has 81"),
            ("message", &long, "Please keep this to 1000 characters; it has 1001"),
            ("tribute_kind", "in_memory_of", "Please enter the name of the person"),
            ("tribute_name", "Rosa", "Please choose whether the gift is in honour or in memory"),
            ("tribute_kind", "in_spite_of", "“in_spite_of” is not a kind of tribute"),
        ] {
            let answer = donor.give(&Form::gift().set(field, value)).await;

            let beside = match (field, value) {
                ("tribute_kind", "in_memory_of") => "tribute_name",
                ("tribute_name", _) => "tribute_kind",
                _ => field,
            };
            assert_refused(&answer, beside, sentence);
            if field != "email" {
                assert!(answer.text().contains("value=\"ann@example.org\""), "{field} {value}");
            }
        }
        for table in NOTHING_RECORDED {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
        assert_eq!(app.sandbox().calls(Call::StartCheckout), 0);
    }
}

flow! {
    async fn all_mistakes_of_a_form_come_back_together_with_what_was_typed(app) {
        let form = Form::gift()
            .set("amount", "<b>much</b>")
            .set("gateway", "")
            .set("email", "ann at example")
            .set("name", &"N".repeat(90))
            .set("message", "Keep it up & thank you")
            .set("anonymous", "true")
            .set("cover_fees", "true")
            .set("tribute_name", "Rosa L.")
            .set("from", "about-our-funding")
            .set("form_id", "kept-id")
            .set("utm_source", "letter");
        let answer = app.client().give(&form).await;

        for (field, sentence) in [
            ("amount", "“&lt;b&gt;much&lt;/b&gt;” is not an amount"),
            ("gateway", "Please choose how you would like to pay"),
            ("email", "This does not look like an e-mail address"),
            ("name", "Please keep this to 80 characters"),
            ("tribute_kind", "Please choose whether the gift is in honour or in memory"),
        ] {
            assert_refused(&answer, field, sentence);
        }
        let page = answer.text();
        for part in [
            "value=\"ann at example\"",
            "Keep it up &amp; thank you</textarea>",
            "name=\"anonymous\" value=\"true\" checked",
            "name=\"cover_fees\" value=\"true\" checked",
            "value=\"Rosa L.\"",
            "name=\"from\" value=\"about-our-funding\"",
            "name=\"form_id\" value=\"kept-id\"",
            "name=\"utm_source\" value=\"letter\"",
            "value=\"other\" required checked",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("<b>much"), "{page}");
        assert_eq!(app.count("pledges").await, 0);
    }
}

flow! {
    async fn amounts_are_recorded_as_people_meant_them(app) {
        for (number, (currency, typed, minor)) in [
            ("EUR", "25", 2500),
            ("EUR", "25.50", 2550),
            ("EUR", "25,5", 2550),
            ("EUR", "1 000", 100_000),
            ("EUR", "1.000,50", 100_050),
            ("EUR", "€ 10", 1000),
            ("EUR", "10 EUR", 1000),
            ("USD", "$1,000.50", 100_050),
            ("GBP", "£7.05", 705),
            ("EUR", "٢٥٫٥", 2550),
            ("EUR", "1.00", 100),
            ("EUR", "10000", 1_000_000),
            ("EUR", "  42  ", 4200),
        ]
        .into_iter()
        .enumerate()
        {
            let form = Form::gift().by(number).set("currency", currency).set("amount", typed);

            app.promises(&form).await;

            let recorded = app
                .lines(&format!(
                    "SELECT currency || ' ' || amount_minor AS line FROM pledges \
                     WHERE email = 'donor-{number}@example.org'"
                ))
                .await;
            assert_eq!(recorded, [format!("{currency} {minor}")], "{typed}");
        }
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__CURRENCIES", "EUR,JPY")]),
    async fn yen_have_no_decimals_anywhere(app) {
        let yen = |amount| Form::gift().set("currency", "JPY").set("amount", amount);
        assert_refused(&app.client().give(&yen("500.5")).await, "amount", "JPY has no decimals");
        assert_refused(&app.client().give(&yen("99")).await, "amount", "The smallest gift is ¥100");

        let given = app.gives(&yen("¥1,500")).await;

        assert_eq!(given.donation.payment.money().unwrap().gross.minor(), 1500);
        let page = app.client().get(&given.thanks).await.text();
        assert!(page.contains("¥1,500") && !page.contains("¥1,500."), "{page}");
        let pdf = pdf_text(&app.letters()[0].attachments[0].bytes);
        assert!(pdf.contains("¥1,500") && !pdf.contains("¥1,500."), "{pdf}");
        let form = app.client().get("/donate?currency=JPY").await.text();
        assert!(form.contains(r#"name="amount_choice" value="3000" "#), "{form}");
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SANDBOX__ENABLED", "false")]),
    async fn a_way_to_pay_that_is_off_is_neither_offered_nor_taken(app) {
        let form = app.client().get("/donate").await.text();
        assert!(!form.contains("value=\"sandbox\""), "{form}");
        assert!(form.contains(r#"name="gateway" value="bank_transfer" required id="gateway" checked"#), "{form}");

        let answer = app.client().give(&Form::gift()).await;

        assert_refused(&answer, "gateway", "“sandbox” is not a way to pay here");
        assert_eq!(app.count("pledges").await, 0);
    }
}

flow! {
    async fn a_campaign_takes_gifts_on_its_own_days_only(app) {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let campaign = |slug: &str, from: Option<&str>, to: Option<&str>| Campaign {
            id: app.ctx().new_id(),
            slug: Slug::parse(slug).unwrap(),
            title: slug.to_owned(),
            summary: String::new(),
            goal: None,
            starts_on: from.map(day),
            ends_on: to.map(day),
            suggestions: Vec::new(),
            thanks: None,
            rates: Vec::new(),
        };
        let list = vec![
            campaign("over", None, Some("2026-06-14")),
            campaign("to-come", Some("2026-06-16"), None),
            campaign("last-day", Some("2026-06-15"), Some("2026-06-15")),
        ];
        campaigns::put(app.ctx(), list).await.unwrap();
        let give = async |slug| app.client().give(&Form::gift().set("campaign", slug)).await;

        assert_refused(&give("over").await, "campaign", "This campaign ended on 2026-06-14");
        assert_refused(&give("to-come").await, "campaign", "This campaign starts on 2026-06-16");
        assert!(give("last-day").await.location().starts_with("/sandbox/pay/"));
        // 23:30 UTC is already the next day in London's summer.
        app.clock.advance(TimeDelta::minutes(13 * 60 + 30));
        assert_refused(&give("last-day").await, "campaign", "This campaign ended on 2026-06-15");
        assert!(give("to-come").await.location().starts_with("/sandbox/pay/"));
    }
}

flow! {
    async fn a_program_that_fills_in_the_traps_is_told_all_is_well(app) {
        for trap in ["website", "company"] {
            let answer = app.client().give(&Form::gift().set(trap, "https://spam.example")).await;
            assert_eq!(answer.location(), "/");
        }
        for table in NOTHING_RECORDED {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
        assert!(app.client().give(&Form::gift().set("website", "").set("company", " ")).await.location().len() > 1);
    }
}

flow! {
    async fn a_field_that_stands_twice_is_refused(app) {
        let fields =
            [("campaign", "press-fund"), ("amount", "25"), ("currency", "EUR"), ("gateway", "sandbox"), ("email", "a@b.example"), ("amount", "1")];

        let answer = app.client().post("/donate", &fields).await;

        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains("“amount” was sent twice"), "{}", answer.text());
        assert_eq!(app.count("pledges").await, 0);
    }
}

flow! {
    async fn forms_of_other_sites_are_refused(app) {
        let host = app.url.strip_prefix("http://").unwrap();
        let own = format!("http://{host}");
        let other_port = "http://127.0.0.1:1";
        let post = async |headers: &[(&str, &str)]| {
            let mut request = app
                .client()
                .request(Method::POST, "/donate")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Form::gift().body());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            app.client().send(request).await
        };

        for headers in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "")],
            vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("origin", other_port)],
            vec![("origin", host)],
        ] {
            let answer = post(&headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
            assert!(answer.text().contains("sent from another site"), "{}", answer.text());
        }
        assert_eq!(app.count("pledges").await, 0);

        for headers in [
            vec![("sec-fetch-site", "same-origin"), ("origin", "null")],
            vec![("sec-fetch-site", "none")],
            vec![("origin", own.as_str())],
            vec![],
        ] {
            assert_eq!(post(&headers).await.status, StatusCode::SEE_OTHER, "{headers:?}");
        }
    }
}

flow! {
    async fn the_payment_page_takes_no_form_of_another_site_either(app) {
        let page = app.promises(&Form::gift()).await;
        let request = app
            .client()
            .request(Method::POST, &page)
            .header("sec-fetch-site", "cross-site")
            .body("outcome=succeed&delivery=now");

        assert_eq!(app.client().send(request).await.status, StatusCode::FORBIDDEN);
        app.run_jobs().await;
        assert_eq!(app.count("donations").await, 0);
    }
}

flow! {
    async fn a_body_that_is_too_large_is_refused_unread(app) {
        let answer = app.client().give(&Form::gift().set("message", &"x".repeat(70_000))).await;

        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(answer.text().contains("larger than this page takes"), "{}", answer.text());
        assert_eq!(app.count("pledges").await, 0);
    }
}

flow! {
    async fn a_covered_fee_leaves_the_whole_gift(app) {
        let given = app.gives(&Form::gift().set("cover_fees", "true")).await;

        let paid = given.donation.payment.money().unwrap();
        assert_eq!(paid.gross, given.pledge.terms.amount);
        let left = paid.gross.minor() - paid.settled.unwrap().fee().minor();
        assert!((2500..=2501).contains(&left), "{left}");
        assert_eq!(given.pledge.terms.fee_cover, eur(paid.gross.minor() - 2500));
        let pdf = pdf_text(&app.letters()[0].attachments[0].bytes);
        assert!(pdf.contains("Covering the fee"), "{pdf}");
        assert_eq!(app.balance("clearing:sandbox").await, left);

        let transfer = app.promises_transfer(&Form::transfer().set("cover_fees", "true")).await;
        assert_eq!(transfer.pledge.terms.amount, eur(2500), "a transfer costs nothing");
    }
}

flow! {
    async fn a_dedication_and_a_hidden_name_are_kept(app) {
        let form = Form::gift()
            .set("tribute_kind", "in_memory_of")
            .set("tribute_name", "  Rosa   Luxemburg ")
            .set("anonymous", "true")
            .set("message", "For the\r\n\r\n\r\n\r\nprinter");
        let given = app.gives(&form).await;

        assert_eq!(given.pledge.terms.tribute.as_ref().unwrap().name.as_str(), "Rosa Luxemburg");
        assert_eq!(given.pledge.terms.visibility, Visibility::Hidden);
        assert_eq!(given.pledge.terms.message.as_deref(), Some("For the\n\nprinter"));
        let letter = &app.letters()[0];
        assert!(letter.text.contains("In memory of Rosa Luxemburg"), "{}", letter.text);
        assert!(pdf_text(&letter.attachments[0].bytes).contains("In memory of Rosa Luxemburg"));
        for path in ["/", "/articles", "/donate", "/api/v1/campaigns/press-fund"] {
            let public = app.client().get(path).await.text();
            assert!(!public.contains("Ann Reader") && !public.contains("ann@example.org"), "{path}");
        }
    }
}

flow! {
    async fn where_a_gift_came_from_is_recorded_and_no_more(app) {
        let form = Form::gift()
            .set("from", "about-our-funding")
            .set("utm_source", "letter")
            .set("utm_medium", "e-mail")
            .set("utm_campaign", &"x".repeat(81));
        let request = app
            .client()
            .request(Method::POST, "/donate")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("referer", "https://news.example:8443/private/page?session=secret")
            .body(form.body());
        let page = app.client().send(request).await.location().to_owned();
        let thanks = app.client().pay(&page, "succeed", "now").await;

        let source = app.view(&thanks).await.pledge.terms.source;
        assert_eq!(source.article.unwrap().as_str(), "about-our-funding");
        assert_eq!(source.referrer.as_deref(), Some("https://news.example:8443"));
        assert_eq!(source.utm.source.as_deref(), Some("letter"));
        assert_eq!(source.utm.medium.as_deref(), Some("e-mail"));
        assert_eq!(source.utm.campaign, None, "what does not fit is left out");

        for (number, (from, referer)) in
            [("../../etc", "javascript:alert(1)"), ("", "not a url"), ("<b>", "data:text/html,x")].into_iter().enumerate()
        {
            let request = app
                .client()
                .request(Method::POST, "/donate")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("referer", referer)
                .body(Form::transfer().by(number).set("from", from).body());
            let thanks = app.client().send(request).await.location().to_owned();
            let source = app.view(&thanks).await.pledge.terms.source;
            assert_eq!((source.article, source.referrer), (None, None), "{from}");
        }
    }
}

flow! {
    async fn hostile_text_is_shown_harmless_everywhere(app) {
        let script = "<script>alert(1)</script>";
        let form = Form::transfer()
            .set("name", &format!("Zoë \u{202e}\u{200b}{script}{{{{7*7}}}}"))
            .set("message", "\u{0}'; DROP TABLE pledges; --\u{2066}")
            .set("tribute_kind", "in_honour_of")
            .set("tribute_name", "\"><img src=x onerror=alert(1)>");
        let promised = app.promises_transfer(&form).await;
        let paid = app.gives(&form.clone().set("gateway", "sandbox")).await;

        let name = format!("Zoë {script}{{{{7*7}}}}");
        assert_eq!(promised.pledge.terms.name.as_ref().unwrap().as_str(), name);
        assert_eq!(promised.pledge.terms.message.as_deref(), Some("'; DROP TABLE pledges; --"));
        let wrong = app.client().give(&form.set("amount", "\"><script>alert(1)</script>")).await;
        assert!(!wrong.text().contains("<script>alert") && !wrong.text().contains("<img src=x"), "{}", wrong.text());
        let mut shown = vec![app.client().get(&promised.thanks).await.text()];
        shown.push(app.client().get(&paid.thanks).await.text());
        let letters = app.letters();
        assert_eq!(letters.len(), 2);
        shown.extend(letters.iter().map(|letter| letter.html.clone()));
        for html in shown {
            assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "{html}");
            assert!(!html.contains('\u{202e}') && !html.contains('\u{200b}'), "{html}");
        }
        let receipt = letters.iter().find(|letter| letter.subject.contains("receipt")).unwrap();
        assert!(receipt.text.contains(&format!("Dear {name}")), "{}", receipt.text);
    }
}

flow! {
    async fn pages_of_one_person_are_stored_by_no_cache(app) {
        let donor = app.client();
        let form = donor.get("/donate").await;
        let posted = donor.give(&Form::gift()).await;
        let pay = donor.get(posted.location()).await;
        let paid = donor.post(posted.location(), &[("outcome", "succeed"), ("delivery", "now")]).await;
        let thanks = donor.get(paid.location()).await;
        let missing = donor.get("/thanks/none").await;

        for answer in [form, posted, pay, paid, thanks, missing] {
            assert_eq!(answer.header("cache-control"), "no-store", "{}", answer.text());
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert!(answer.headers.get("set-cookie").is_none());
        }
    }
}
