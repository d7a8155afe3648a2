//! Receipts and the books: numbered without a gap, frozen, append-only.

use crate::support::app::{Engine, TestApp, settings};
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gift::{Form, Promised, eur};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use mainstay::domain::audit::Actor;
use mainstay::domain::clock::Clock as _;
use mainstay::domain::donation::{Captured, Donation, Happening};
use mainstay::domain::pledge::GatewayKind;
use mainstay::domain::receipt::{ReceiptNumber, ReceiptStatus};
use mainstay::domain::remote::RemoteId;
use mainstay::render::receipt as document;
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::settle::{self, News};
use mainstay::usecases::{UseCaseError, receipts};

fn number(text: &str) -> ReceiptNumber {
    text.parse().unwrap()
}

fn code(error: &UseCaseError) -> &'static str {
    if let UseCaseError::Conflict { code, .. } | UseCaseError::NotFound(code) = error {
        code
    } else {
        panic!("{error:?}")
    }
}

/// Whether the transaction goes through after everything was written in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Commit,
    RollBack,
}

async fn settle(app: &TestApp, promised: &Promised, ending: Ending) -> Result<Donation, UseCaseError> {
    let ctx = app.ctx().clone();
    let captured = Captured::with_fee(promised.pledge.terms.amount, None, app.clock.now());
    let news = News {
        gateway: GatewayKind::BankTransfer,
        payment: RemoteId::parse(promised.pledge.reference.as_ref().unwrap().as_str()).unwrap(),
        checkout: None,
        pledge: promised.pledge.id,
        attempt: None,
        period_on: None,
        news: vec![Happening::Captured(captured)],
    };
    app.ctx()
        .db
        .write(move |tx| {
            let donation = settle::settle_payment(tx, &ctx, news)?;
            match ending {
                Ending::Commit => Ok(donation),
                Ending::RollBack => Err(UseCaseError::Internal("on purpose".into())),
            }
        })
        .await
}

flow! {
    async fn numbers_have_no_gap_under_many_writers_of_which_some_fail(app) {
        let mut promised = Vec::new();
        for donor in 0..40 {
            promised.push(app.promises_transfer(&Form::transfer().by(donor)).await);
        }

        let all = join_all(promised.iter().enumerate().map(|(at, promised)| {
            settle(&app, promised, if at % 4 == 3 { Ending::RollBack } else { Ending::Commit })
        }))
        .await;

        assert_eq!(all.iter().filter(|settled| settled.is_ok()).count(), 30);
        let numbers = app.lines("SELECT CAST(number AS TEXT) AS line FROM receipts ORDER BY number").await;
        assert_eq!(numbers, (1..=30).map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(app.number("SELECT last_number AS number FROM receipt_series").await, 30);
        assert_eq!(app.count("donors").await, 30);
        app.run_jobs().await;
        assert_eq!(app.letters_about("Thank you: receipt").len(), 30);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__TIME_ZONE", "Pacific/Auckland")]),
    async fn the_year_of_a_number_turns_at_the_publishers_new_year(app) {
        let go_to = |time: &str| app.clock.advance(time.parse::<DateTime<Utc>>().unwrap() - app.clock.now());
        let mut issued = Vec::new();
        for (donor, time) in [
            "2026-12-31T10:00:00Z",
            "2026-12-31T10:59:59Z",
            "2026-12-31T11:00:00Z",
            "2027-01-01T00:00:00Z",
        ]
        .into_iter()
        .enumerate()
        {
            go_to(time);
            let given = app.gives(&Form::gift().by(donor)).await;
            let receipt = app.receipts(given.donation.id).await.remove(0);
            let day = receipt.snapshot.issued_on;
            assert_eq!(receipt.snapshot.received_on, day);
            issued.push((receipt.snapshot.number, day.to_string()));
        }

        let expected = [
            ("R2026-000001", "2026-12-31"),
            ("R2026-000002", "2026-12-31"),
            ("R2027-000001", "2027-01-01"),
            ("R2027-000002", "2027-01-01"),
        ];
        assert_eq!(issued, expected.map(|(number, day)| (number.to_owned(), day.to_owned())));
    }
}

flow! {
    async fn a_receipt_is_the_same_bytes_for_ever(app) {
        let given = app.gives(&Form::gift().set("name", "Zoë Łukasz Ωmega")).await;
        let receipt = app.receipts(given.donation.id).await.remove(0);

        let english = mainstay::words::Language::english().unwrap();
        let (one, two) = (document::pdf(&receipt, None, &english).unwrap(), document::pdf(&receipt, None, &english).unwrap());

        assert!(one == two, "drawn twice");
        assert!(app.letters()[0].attachments[0].bytes == one, "as it was mailed");
        assert_eq!(app.letters()[0].attachments[0].name, "receipt-R2026-000001.pdf");
        assert!(pdf_text(&one).contains("Zoë Łukasz Ωmega"));
    }
}

flow! {
    async fn a_receipt_can_be_mailed_again(app) {
        let given = app.gives(&Form::gift()).await;
        app.clock.advance(chrono::TimeDelta::hours(1));

        receipts::resend(app.ctx(), Actor::Command, number("R2026-000001")).await.unwrap();
        app.run_jobs().await;

        let letters = app.letters_about("R2026-000001");
        assert_eq!(letters.len(), 2);
        assert!(letters[0].attachments[0].bytes == letters[1].attachments[0].bytes);
        let message_id = |at: usize| {
            let header = letters[at].headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("message-id"));
            header.unwrap().1.clone()
        };
        assert_ne!(message_id(0), message_id(1), "a copy is a letter of its own");
        let refused = receipts::resend(app.ctx(), Actor::Command, number("R2026-000002")).await.unwrap_err();
        assert_eq!(code(&refused), "receipt");

        let order = RefundOrder { donation: given.donation.id, amount: None, reason: None, request_key: None };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        app.run_jobs().await;
        let refused = receipts::resend(app.ctx(), Actor::Command, number("R2026-000001")).await.unwrap_err();
        assert_eq!(code(&refused), "receipt_not_live");
        let refused = receipts::reissue(app.ctx(), Actor::Command, number("R2026-000001")).await.unwrap_err();
        assert_eq!(code(&refused), "receipt_not_live");
    }
}

flow! {
    async fn a_receipt_is_corrected_by_a_new_one(app) {
        let given = app.gives(&Form::gift()).await;

        let at_once = join_all((0..10).map(|_| receipts::reissue(app.ctx(), Actor::Command, number("R2026-000001")))).await;
        let made: Vec<_> = at_once.iter().flatten().collect();
        assert_eq!(made.len(), 1, "once");
        app.run_jobs().await;

        let all = app.receipts(given.donation.id).await;
        let statuses: Vec<_> = all.iter().map(|receipt| receipt.status).collect();
        assert_eq!(statuses, [ReceiptStatus::Replaced, ReceiptStatus::Sent]);
        assert_eq!(all[1].replaces, Some(all[0].id));
        assert_eq!(all[1].snapshot.net, eur(2500).into());
        let letters = app.letters_about("Corrected receipt R2026-000002");
        assert_eq!(letters.len(), 1);
        assert!(letters[0].text.contains("It takes the place of receipt R2026-000001"), "{}", letters[0].text);
        let old = pdf_text(&document::pdf(&all[0], Some("R2026-000002"), &mainstay::words::Language::english().unwrap()).unwrap());
        assert!(old.contains("Void: replaced by receipt R2026-000002"), "{old}");
    }
}

flow! {
    async fn a_receipt_that_was_taken_back_before_it_left_is_not_mailed(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        app.run_jobs().await;
        settle(&app, &promised, Ending::Commit).await.unwrap();

        receipts::reissue(app.ctx(), Actor::Command, number("R2026-000001")).await.unwrap();
        app.run_jobs().await;

        assert_eq!(app.letters_about("R2026-000001").len(), 0);
        assert_eq!(app.letters_about("R2026-000002").len(), 1);
    }
}

flow! {
    async fn a_receipt_whose_job_is_taken_over_after_it_was_sent_is_not_mailed_again(app) {
        app.gives(&Form::gift()).await;
        assert_eq!(app.letters_about("receipt").len(), 1);

        app.execute(&["UPDATE jobs SET status = 'pending', finished_at = NULL WHERE kind = 'send_receipt'"])
            .unwrap();
        assert_eq!(app.run_jobs().await, 1);

        assert_eq!(app.letters_about("receipt").len(), 1);
    }
}

flow! {
    async fn the_database_itself_refuses_to_change_what_was_written(app) {
        app.gives(&Form::gift()).await;
        let before = app.lines("SELECT entry_id || account || amount_minor AS line FROM ledger_postings").await;

        for statement in [
            "UPDATE ledger_entries SET kind = 'fee'",
            "UPDATE ledger_entries SET recorded_at = happened_at",
            "DELETE FROM ledger_entries",
            "UPDATE ledger_postings SET amount_minor = amount_minor * 2",
            "UPDATE ledger_postings SET account = 'income:refunds'",
            "DELETE FROM ledger_postings",
            "UPDATE receipts SET snapshot = '{}'",
            "UPDATE receipts SET net_minor = 1",
            "UPDATE receipts SET number = 7",
            "UPDATE receipts SET year = 2020",
            "UPDATE receipts SET replaces = id",
            "DELETE FROM receipts",
            "UPDATE inbox SET body = body",
            "UPDATE inbox SET event_id = 'other'",
            "DELETE FROM inbox",
        ] {
            let refused = app.execute(&[statement]).unwrap_err();
            assert!(refused.contains("is append-only"), "{statement}: {refused}");
        }
        if app.engine == Engine::Postgres {
            for table in ["ledger_entries", "ledger_postings", "receipts", "inbox"] {
                let refused = app.execute(&[&format!("TRUNCATE {table} CASCADE")]).unwrap_err();
                assert!(refused.contains("is append-only"), "{table}: {refused}");
            }
        }
        assert_eq!(app.lines("SELECT entry_id || account || amount_minor AS line FROM ledger_postings").await, before);
    }
}

flow! {
    async fn the_database_itself_refuses_entries_that_do_not_balance(app) {
        let given = app.gives(&Form::gift()).await;
        let donation = given.donation.id;
        let line = |line: i64, currency: &str, amount: i64| {
            format!(
                "INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor) \
                 VALUES ('ent_forged', {line}, 'income:donations', '{currency}', {amount})"
            )
        };
        let entry = |id: &str, currency: &str| {
            format!(
                "INSERT INTO ledger_entries (id, kind, donation_id, currency, sequence, happened_at, recorded_at) \
                 VALUES ('{id}', 'donation', '{donation}', '{currency}', 99, \
                 '2026-06-15 10:00:00', '2026-06-15 10:00:00')"
            )
        };
        let forged = entry("ent_forged", "EUR");

        for (what, statements) in [
            ("no line", vec![forged.clone()]),
            ("one line", vec![line(1, "EUR", 100), forged.clone()]),
            ("a cent too much", vec![line(1, "EUR", 100), line(2, "EUR", -99), forged.clone()]),
            ("two currencies", vec![line(1, "EUR", 100), line(2, "USD", -100), forged.clone()]),
            (
                "each currency for itself",
                vec![line(1, "EUR", 1), line(2, "EUR", -1), line(3, "USD", 1), line(4, "USD", -1), forged.clone()],
            ),
            ("another currency", vec![line(1, "USD", 100), line(2, "USD", -100), forged.clone()]),
        ] {
            let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
            let refused = app.execute(&statements).unwrap_err();
            assert!(refused.contains("does not balance"), "{what}: {refused}");
        }
        let nothing = app.execute(&[&line(1, "EUR", 0)]).unwrap_err();
        assert!(nothing.to_lowercase().contains("check"), "{nothing}");
        let unsealed = app.execute(&[&line(1, "EUR", 100), &line(2, "EUR", -100)]).unwrap_err();
        assert!(unsealed.to_lowercase().contains("foreign key"), "{unsealed}");

        let sealed = app.lines("SELECT id AS line FROM ledger_entries").await.remove(0);
        let more = line(9, "EUR", 100).replace("ent_forged", &sealed);
        let refused = app.execute(&[&more]).unwrap_err();
        assert!(refused.contains("already sealed"), "{refused}");
        assert_eq!(app.count("ledger_entries").await, 2);
        assert_eq!(app.count("ledger_postings").await, 4);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__ORGANISATION__EIN", "12-3456789")]),
    async fn in_the_united_states_a_receipt_says_what_was_given_in_return_and_what_can_be_deducted(app) {
        let plain = app.gives(&Form::gift().set("currency", "USD")).await;
        let friend = Form::gift().by(2).set("amount", "10").set("frequency", "monthly").set("tier", "friend");
        let euros = app.gives(&friend).await;
        let dollars = app.gives(&friend.by(3).set("currency", "USD")).await;
        let said = async |id| {
            let receipt = app.receipts(id).await.pop().unwrap();
            let language = app.services.templates.words().language("de").clone();
            let text = pdf_text(&document::pdf(&receipt, None, &language).unwrap());
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };

        let text = said(plain.donation.id).await;
        assert!(text.contains("EIN 12-3456789"), "{text}");
        assert!(text.contains("No goods or services were provided in return"), "{text}");
        let text = said(euros.donation.id).await;
        assert!(text.contains("The yearbook in print, by post (estimated fair market value €1.00)"), "{text}");
        assert!(text.contains("limited to €9.00"), "{text}");
        let text = said(dollars.donation.id).await;
        assert!(text.contains("what you gave less that value") && !text.contains("limited to $"), "{text}");
    }
}

flow! {
    async fn elsewhere_a_receipt_says_nothing_of_american_taxes(app) {
        let given = app.gives(&Form::gift()).await;
        let receipt = app.receipts(given.donation.id).await.remove(0);
        assert_eq!(receipt.snapshot.acknowledgement, None);
        let stored = app.lines("SELECT snapshot AS line FROM receipts").await.remove(0);
        assert!(!stored.contains("acknowledgement"), "receipts read as they did before: {stored}");
    }
}
