//! Gifts that came outside: written down once, like any other from then on, and never on a form for strangers.

use chrono::NaiveDate;
use futures_util::future::join_all;
use mainstay::domain::access::Role;
use mainstay::domain::account::is_no_address;
use mainstay::domain::audit::Actor;
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::ids::{DonationId, DonorId};
use mainstay::domain::money::Money;
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::store::accounts;
use mainstay::usecases::gifts::{self, Gift, Giver, Recorded};
use mainstay::usecases::refund::RefundOrder;
use mainstay::usecases::{UseCaseError, refund};
use reqwest::StatusCode;

use super::clerk::Clerk;
use crate::support::app::{TestApp, settings};
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gift::{Form, eur};

fn cheque(name: &str, email: &str, amount: Money) -> Gift {
    Gift {
        by: GatewayKind::Cheque,
        from: Giver::Typed { name: name.to_owned(), email: email.to_owned() },
        amount,
        received_on: NaiveDate::from_ymd_opt(2026, 6, 12).unwrap(),
        campaign: "press-fund".to_owned(),
        visibility: Visibility::Hidden,
        document: "000417".to_owned(),
        note: String::new(),
        form_id: Some("a form".to_owned()),
    }
}

impl TestApp {
    async fn records(&self, gift: Gift) -> Recorded {
        let recorded = gifts::record(self.ctx(), Actor::Command, gift).await.unwrap();
        self.run_jobs().await;
        recorded
    }

    async fn gives_back_of(&self, donation: DonationId, amount: Money) {
        let order = RefundOrder { donation, amount: Some(amount), reason: None, request_key: None };
        refund::order(self.ctx(), Actor::Command, order).await.unwrap();
        self.run_jobs().await;
    }

    async fn donor_named(&self, name: &str) -> DonorId {
        self.lines(&format!("SELECT id AS line FROM donors WHERE name = '{name}'")).await[0].parse().unwrap()
    }
}

/// What a browser posts that was shown this page and had these fields filled in.
async fn typed(clerk: &mut Clerk, page: &str, fields: &[(&str, &str)]) -> crate::support::client::Answer {
    let shown = clerk.get(page).await.text();
    let (_, after) = shown.split_once("name=\"request_key\" value=\"").unwrap();
    let key = after.split_once('"').unwrap().0.to_owned();
    let mut all = vec![("request_key", key.as_str()), ("currency", "EUR"), ("received_on", "2026-06-12")];
    all.extend([("campaign", "press-fund"), ("visibility", "hidden")]);
    all.extend(fields);
    let path = page.split('?').next().unwrap().to_owned();
    let first = clerk.post(&path, &all).await;
    let second = clerk.post(&path, &all).await;
    assert_eq!(first.headers.get("location"), second.headers.get("location"), "two clicks are one");
    first
}

flow! {
    async fn a_cheque_of_somebody_without_an_address_has_a_receipt_to_print(app) {
        let mut clerk = app.clerk(Role::Finance).await;
        let fields = [("by", "cheque"), ("amount", "120"), ("name", "Rosa Quill"), ("email", ""),
            ("document", "000417"), ("note", "in the letter box")];
        let moved = typed(&mut clerk, "/admin/gifts/new", &fields).await;
        assert!(moved.location().ends_with("?done=recorded-paper"), "{}", moved.text());
        app.run_jobs().await;

        assert_eq!((app.count("donations").await, app.count("pledges").await), (1, 1));
        assert_eq!(app.balance("clearing:cheque").await, 12_000);
        assert_eq!(app.letters().len(), 0, "nobody is mailed");
        let page = clerk.get(moved.location()).await.text();
        for words in ["€120.00", "Rosa Quill", "no address", "000417", "in the letter box", "cheque"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("no-address.invalid"), "{page}");
        let answer = clerk.get("/admin/receipts/R2026-000001/pdf").await;
        assert_eq!(answer.header("content-type"), "application/pdf");
        let pdf = pdf_text(&answer.body);
        assert!(pdf.contains("Rosa Quill") && pdf.contains("12 June 2026") && pdf.contains("Cheque"), "{pdf}");
        assert!(!pdf.contains("invalid"), "{pdf}");
        let receipt = clerk.get("/admin/receipts/R2026-000001").await.text();
        assert!(!receipt.contains("/resend"), "{receipt}");
        let resent = clerk.post("/admin/receipts/R2026-000001/resend", &[]).await;
        assert_eq!(resent.status, StatusCode::CONFLICT);
        for list in ["/admin/donors?column=email", "/admin/donations?column=email", "/admin/pledges?column=email"] {
            let list = clerk.get(list).await.text();
            assert!(!list.contains("no-address.invalid"), "{list}");
        }

        // Found by name, and given again: the same donor.
        let found = clerk.get("/admin/gifts?q=quill").await.text();
        let donor = app.donor_named("Rosa Quill").await;
        let next = format!("/admin/gifts/new?donor={donor}");
        assert!(found.contains(&format!("href=\"{next}\"")), "{found}");
        let donor_text = donor.to_string();
        let again = [("by", "cash"), ("amount", "5"), ("donor", donor_text.as_str())];
        assert!(typed(&mut clerk, &next, &again).await.location().ends_with("done=recorded-paper"));
        assert_eq!((app.count("donors").await, app.count("donations").await), (1, 2));
        assert_eq!(app.balance("clearing:cash").await, 500);
        let log = app.lines("SELECT action || detail AS line FROM audit_log").await.join("\n");
        assert_eq!(log.matches("gift.recorded").count(), 2, "{log}");
        assert!(!log.contains("Quill") && !log.contains("letter box"), "{log}");
    }
}

flow! {
    async fn a_gift_by_hand_of_a_donor_on_record_is_mailed_its_receipt(app) {
        let given = app.gives(&Form::gift()).await;
        let gift = Gift { by: GatewayKind::BankTransfer, ..cheque("", "Ann@example.org", eur(4000)) };
        let recorded = app.records(gift.clone()).await;
        assert!(recorded.is_mailed && !recorded.is_repeat);
        assert_eq!(app.count("donors").await, 1);
        assert_eq!(app.lines("SELECT name AS line FROM donors").await, ["Ann Reader"], "a gift without a name");
        let letter = app.letters_about("R2026-000002").remove(0);
        let pdf = pdf_text(&letter.attachments[0].bytes);
        assert!(letter.to.contains("ann@example.org") && pdf.contains("Bank transfer"), "{pdf}");
        assert_eq!(app.client().status_of(&given.thanks).await, "fulfilled");

        // The same form again, twenty times at once.
        let all = join_all((0..20).map(|_| gifts::record(app.ctx(), Actor::Command, gift.clone()))).await;
        assert!(all.into_iter().all(|again| again.unwrap().is_repeat));
        // A form that was changed after the back button is another gift.
        let changed = Gift { amount: eur(4100), ..gift };
        assert!(!app.records(changed).await.is_repeat);
        assert_eq!(app.count("donations").await, 3);
        assert_eq!(app.balance("clearing:bank_transfer").await, 8100);
    }
}

flow! {
    async fn equal_forms_at_once_are_one_gift(app) {
        let gift = cheque("Rosa Quill", "", eur(100));
        let all = join_all((0..10).map(|_| gifts::record(app.ctx(), Actor::Command, gift.clone()))).await;
        let new = all.into_iter().filter(|recorded| !recorded.as_ref().unwrap().is_repeat).count();
        assert_eq!((new, app.count("donations").await, app.count("donors").await), (1, 1, 1));
        // Without a form each is one of its own, and two of one name are two donors.
        for _ in 0..2 {
            app.records(Gift { form_id: None, ..gift.clone() }).await;
        }
        assert_eq!((app.count("donations").await, app.count("donors").await), (3, 3));
    }
}

flow! {
    async fn a_cheque_that_bounces_is_declared_void_and_stays_on_record(app) {
        let recorded = app.records(cheque("Ann Reader", "ann@example.org", eur(2500))).await;
        let id = recorded.donation.id;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donations/{id}/void");
        assert!(clerk.get(&format!("/admin/donations/{id}")).await.text().contains(&path));
        let page = clerk.get(&path).await.text();
        let (_, after) = page.split_once("name=\"request_key\" value=\"").unwrap();
        let key = after.split_once('"').unwrap().0.to_owned();
        let unsaid = clerk.post(&path, &[("reason", " "), ("request_key", &key)]).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        for _ in 0..3 {
            let done = clerk.post(&path, &[("reason", "The bank returned it"), ("request_key", &key)]).await;
            assert!(done.location().ends_with("?done=void"), "{}", done.text());
        }
        app.run_jobs().await;

        assert_eq!(app.donation(id).await.payment.status(), DonationStatus::Refunded);
        assert_eq!((app.balance("clearing:cheque").await, app.count("refunds").await), (0, 1));
        let receipts = app.receipts(id).await;
        assert_eq!(receipts.iter().map(|receipt| receipt.status.as_str()).collect::<Vec<_>>(), ["voided"]);
        let letters = app.letters_about("About your gift of €25.00");
        assert_eq!(letters.len(), 1, "{:?}", app.letters());
        let text = &letters[0].text;
        assert!(text.contains("The bank returned it") && text.contains("R2026-000001"), "{text}");
        assert!(!text.contains("returning"), "nothing is given back: {text}");
        let page = clerk.get(&format!("/admin/donations/{id}")).await.text();
        assert!(page.contains("The gift was declared void") && !page.contains(&path), "{page}");
        let pdf = clerk.get("/admin/receipts/R2026-000001/pdf").await;
        assert!(pdf_text(&pdf.body).to_lowercase().contains("void"));
        let log = app.lines("SELECT action AS line FROM audit_log WHERE action LIKE 'gift.%'").await;
        assert_eq!(log, ["gift.recorded", "gift.voided"]);
        let late = refund::void(app.ctx(), Actor::Command, id, "once more", None).await.unwrap_err();
        assert!(matches!(late, UseCaseError::Conflict { code: "refund_too_large", .. }), "{late}");

        // What a gateway told of is not for staff to declare void, nor does the database take it.
        let card = app.gives(&Form::gift()).await;
        let refused = refund::void(app.ctx(), Actor::Command, card.donation.id, "no", None).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::Conflict { code: "not_by_hand", .. }), "{refused}");
        let forced = format!(
            "INSERT INTO refunds (id, donation_id, gateway, amount_minor, currency, status, created_at, updated_at, kind) \
             VALUES ('rfd_x', '{}', 'sandbox', 1, 'EUR', 'pending', '2026-06-15 10:00:00', '2026-06-15 10:00:00', 'void')",
            card.donation.id
        );
        assert!(app.execute(&[&forced]).is_err());
    }
}

flow! {
    async fn cash_is_handed_back_when_staff_say_so(app) {
        let gift = Gift { by: GatewayKind::Cash, ..cheque("Rosa Quill", "", eur(3000)) };
        let id = app.records(gift).await.donation.id;
        let mut clerk = app.clerk(Role::Finance).await;
        let order = [("amount", "10"), ("reason", ""), ("request_key", "k")];
        let done = clerk.post(&format!("/admin/donations/{id}/refund"), &order).await;
        assert!(done.location().ends_with("done=refund"), "{}", done.text());
        app.run_jobs().await;
        let donation = app.donation(id).await;
        assert_eq!(donation.payment.status(), DonationStatus::PartlyRefunded);
        assert_eq!(app.balance("clearing:cash").await, 2000);
        assert_eq!(app.receipts(id).await.len(), 2, "replaced by one for the rest");
        assert_eq!(app.letters().len(), 0);
    }
}

flow! {
    async fn who_gave_cash_is_told_that_it_is_handed_back_and_no_bank_is_spoken_of(app) {
        let gift = Gift { by: GatewayKind::Cash, ..cheque("", "ann@example.org", eur(3000)) };
        let id = app.records(gift).await.donation.id;
        app.gives_back_of(id, eur(1000)).await;
        let letter = app.letters_about("is being returned").remove(0);
        assert!(letter.text.contains("hand it back") && !letter.text.contains("Banks"), "{}", letter.text);
        assert!(!letter.html.contains("the way it came"), "{}", letter.html);
        let card = app.gives(&Form::gift().by(2)).await;
        app.gives_back(&card, None).await;
        let letters = app.letters_about("is being returned");
        assert!(letters.iter().any(|letter| letter.text.contains("goes back the way it came")));
    }
}

flow! {
    async fn a_donor_without_an_address_is_given_one_that_nobody_else_has(app) {
        let id = app.records(cheque("Rosa Quill", "", eur(3000))).await.donation.id;
        let donor = app.donor_named("Rosa Quill").await;
        app.gives(&Form::gift()).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let page = clerk.get(&format!("/admin/donors/{donor}")).await.text();
        assert!(page.contains("Add an address") && !page.contains("Write a letter"), "{page}");
        let path = format!("/admin/donors/{donor}/address");
        assert!(clerk.get(&path).await.text().contains("Rosa Quill"));
        for (typed, why) in [
            ("rosa", "e-mail address"),
            ("", "e-mail address"),
            ("rosa@no-address.invalid", "nothing can be sent there"),
            ("Ann@Example.org", "merge the two"),
        ] {
            let refused = clerk.post(&path, &[("email", typed)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(refused.text().contains(why), "{typed}: {}", refused.text());
        }

        let done = clerk.post(&path, &[("email", " Rosa@Quill.example ")]).await;
        assert!(done.location().ends_with("done=saved"));
        app.run_jobs().await;

        let letter = app.letters_about("Your e-mail address was changed");
        assert_eq!(letter.len(), 1, "{letter:?}");
        assert!(letter[0].to.contains("rosa@quill.example"));
        let found = clerk.get("/admin/donors?q=rosa@quill").await.text();
        assert!(found.contains("Rosa Quill"), "{found}");
        assert_eq!(clerk.post(&path, &[("email", "rosa@two.example")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(clerk.get(&path).await.status, StatusCode::NOT_FOUND, "an address is the donor's to change");
        app.gives_back_of(id, eur(1000)).await;
        assert!(app.letters_about("is being returned")[0].to.contains("rosa@quill.example"), "letters follow");
        let mut rosa = crate::account::visitor::Visitor::at(&app);
        rosa.signs_in(&app, "rosa@quill.example").await;
        let log = app.lines("SELECT action || detail AS line FROM audit_log").await.join("\n");
        assert!(log.contains(r#"donor.changed{"fields":["email"]}"#) && !log.contains("quill"), "{log}");
    }
}

flow! {
    async fn an_amount_that_nobody_can_have_given_is_a_slip_of_the_hand(app) {
        let huge = Money::new(9_007_199_254_740_992, eur(1).currency());
        let refused = gifts::record(app.ctx(), Actor::Command, cheque("Rosa Quill", "", huge)).await;
        assert!(matches!(refused, Err(UseCaseError::Invalid(_))), "{refused:?}");
        let promised = app.promises_transfer(&Form::transfer()).await;
        let reference = promised.pledge.reference.unwrap().to_string();
        let mut clerk = app.clerk(Role::Finance).await;
        let fields = [("reference", reference.as_str()), ("amount", "90071992547409.92"), ("currency", "EUR"), ("received_on", "2026-06-12")];
        let refused = clerk.post("/admin/gifts/transfer", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("no such amount"), "{}", refused.text());
        assert_eq!(app.count("donations").await, 0);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_BANK_TRANSFER__ACCOUNT_HOLDER", ""), ("MAINSTAY_BANK_TRANSFER__IBAN", "")]),
    async fn a_transfer_is_recorded_and_sent_back_where_no_donor_is_told_of_the_account(app) {
        assert!(app.ctx().gateways.get(GatewayKind::BankTransfer).is_none());
        let gift = Gift { by: GatewayKind::BankTransfer, ..cheque("Rosa Quill", "", eur(3000)) };
        let id = app.records(gift).await.donation.id;
        refund::void(app.ctx(), Actor::Command, id, "typed twice", None).await.unwrap();
        assert_eq!(app.balance("clearing:bank_transfer").await, 0);
    }
}

flow! {
    async fn no_stranger_can_say_that_they_gave_cash(app) {
        for way in ["cash", "cheque"] {
            let refused = app.client().give(&Form::gift().set("gateway", way)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            let body = serde_json::json!({"campaign": "press-fund", "amount": {"minor": 2500, "currency": "EUR"},
                "gateway": way, "donor": {"email": "ann@example.org"}});
            let refused = app.client().post_json("/api/v1/pledges", &body).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        }
        for path in ["/", "/donate", "/api/v1/campaigns/press-fund"] {
            let page = app.client().get(path).await.text().to_lowercase();
            assert!(!page.contains("cheque") && !page.contains("\"cash\""), "{path}: {page}");
        }
        assert_eq!(app.client().post("/webhooks/cash", &[]).await.status, StatusCode::NOT_FOUND);
        // Nobody gives in the name of a donor without an address, nor signs in as one.
        app.records(cheque("Rosa Quill", "", eur(100))).await;
        let nowhere = app.lines("SELECT email AS line FROM donors").await.remove(0);
        assert!(is_no_address(&nowhere));
        let refused = app.client().give(&Form::gift().set("email", &nowhere)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(app.count("pledges").await, 1);
    }
}

flow! {
    async fn what_cannot_be_a_gift_is_refused_all_at_once_and_what_was_typed_stays(app) {
        let mut clerk = app.clerk(Role::Finance).await;
        let fields = [("by", "barter"), ("amount", "x"), ("currency", "EUR"), ("received_on", "soon"),
            ("note", "kept <b>")];
        let refused = clerk.post("/admin/gifts/new", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = refused.text();
        assert_eq!(text.matches("class=\"problem\"").count(), 3, "{text}");
        assert!(text.contains("kept &lt;b&gt;"), "{text}");
        let day = NaiveDate::from_ymd_opt(206, 6, 12).unwrap();
        let wrong = Gift { by: GatewayKind::Stripe, received_on: day, ..cheque("", " ", eur(0)) };
        let Err(UseCaseError::Invalid(problems)) = gifts::record(app.ctx(), Actor::Command, wrong).await else {
            panic!("taken");
        };
        let codes: Vec<_> = problems.iter().map(|problem| (problem.field, problem.code)).collect();
        assert_eq!(codes, [("by", "unknown_gateway"), ("amount", "invalid_amount"), ("received_on", "long_ago"), ("name", "missing")]);
        let future = Gift { received_on: NaiveDate::from_ymd_opt(2026, 6, 16).unwrap(), ..cheque("A", "", eur(1)) };
        assert!(gifts::record(app.ctx(), Actor::Command, future).await.is_err());
        let nowhere = Gift { campaign: "moon".to_owned(), ..cheque("A", "", eur(1)) };
        assert!(gifts::record(app.ctx(), Actor::Command, nowhere).await.is_err());
        assert_eq!(clerk.get("/admin/gifts/new?donor=dnr_01KAX00000000000000000000A").await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.count("donations").await + app.count("donors").await + app.count("pledges").await, 0);
    }
}

flow! {
    async fn who_gave_by_hand_is_forgotten_by_name_with_what_was_noted(app) {
        app.records(Gift { note: "Rosa, in person".to_owned(), ..cheque("Rosa Quill", "", eur(100)) }).await;
        let donor = app.donor_named("Rosa Quill").await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{donor}/erase");
        assert!(clerk.get(&path).await.text().contains("Type their name"));
        let wrong = clerk.post(&path, &[("confirm", "Rosa")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(clerk.post(&path, &[("confirm", "rosa quill")]).await.location().ends_with("done=erased"));
        app.run_jobs().await;
        let profile = app.ctx().db.read(move |conn| accounts::get(conn, donor)).await.unwrap();
        assert!(profile.erased_at.is_some() && profile.name.is_none());
        let kept = app.lines("SELECT COALESCE(document, '') || COALESCE(note, '') AS line FROM gifts_by_hand").await;
        assert_eq!(kept, [""]);
        assert_eq!(clerk.get(&format!("/admin/gifts/new?donor={donor}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.letters().len(), 0);
    }
}
