//! What a person says a line is: once, and never against the books.

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::bank_line::{NoGift, Outcome, Proposal};
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::ids::DonationId;
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::usecases::bank_statements::{self, GiftOfLine, TakenBack, Why};
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::usecases::{UseCaseError, account, refund, upkeep};

use super::{Entry, camt, day};
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::{Form, eur};

fn by_name(name: &str) -> GiftOfLine {
    GiftOfLine {
        from: Giver::Typed { name: name.to_owned(), email: String::new() },
        campaign: "press-fund".into(),
        visibility: Visibility::Hidden,
        note: String::new(),
        form_id: Some("a form".into()),
    }
}

fn conflict<T: std::fmt::Debug>(result: Result<T, UseCaseError>) -> &'static str {
    match result {
        Err(UseCaseError::Conflict { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

async fn sole_donation(app: &TestApp) -> DonationId {
    app.lines("SELECT id AS line FROM donations").await[0].parse().unwrap()
}

flow! {
    async fn a_promise_without_its_reference_is_proposed_and_booked_by_one_press(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let other = app.promises_transfer(&Form::transfer().by(2).set("name", "Bob Quill")).await;
        app.promises_transfer(&Form::transfer().by(3).set("amount", "26")).await;
        app.reads(camt(&[Entry::new("donation")]).as_bytes(), None).await;
        let id = app.line_that_is("open").await;

        let file = app.bank_line(id).await;
        let proposed: Vec<_> = file.suggestions.iter().map(|found| (found.proposal.clone(), found.why.clone())).collect();
        assert_eq!(proposed, [
            (Proposal::Promise(promised.pledge.id), vec![Why::Name, Why::Amount]),
            (Proposal::Promise(other.pledge.id), vec![Why::Amount]),
        ]);
        assert_eq!(app.count("donations").await, 0, "nothing is booked on a guess");
        bank_statements::dismiss(app.ctx(), Actor::Command, id, other.pledge.id.to_string()).await.unwrap();
        assert_eq!(app.bank_line(id).await.suggestions.len(), 1);
        for _ in 0..3 {
            bank_statements::book(app.ctx(), Actor::Command, id, promised.pledge.id).await.unwrap();
        }
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&promised.thanks).await, "fulfilled");
        assert_eq!((app.count("donations").await, app.letters_about("receipt").len()), (1, 1));
        let again = bank_statements::book(app.ctx(), Actor::Command, id, other.pledge.id).await;
        assert_eq!(conflict(again), "already_decided");
        assert_eq!(app.donation(sole_donation(&app).await).await.received_on, Some(day("2026-06-15")));
    }
}

flow! {
    async fn people_who_press_at_once_book_one_donation(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        app.reads(camt(&[Entry::new("donation")]).as_bytes(), None).await;
        let id = app.line_that_is("open").await;
        let presses = (0..10).map(|_| bank_statements::book(app.ctx(), Actor::Command, id, promised.pledge.id));
        for pressed in futures_util::future::join_all(presses).await {
            pressed.unwrap();
        }
        app.run_jobs().await;
        assert_eq!(app.count("donations").await, 1);
        // The database refuses what the program would: one donation is one line, and a state says what it is.
        for sql in [
            "INSERT INTO bank_lines SELECT 'bnl_x', statement_id, account, 'x', booked_on, happened_at, amount_minor, currency, direction, \
             NULL, NULL, NULL, NULL, status, kind, reason, donation_id, refund_id, decided_at, read_at FROM bank_lines",
            "UPDATE bank_lines SET donation_id = NULL",
            "UPDATE bank_lines SET status = 'open'",
            "UPDATE bank_lines SET amount_minor = 0",
            "UPDATE bank_lines SET direction = 'out'",
        ] {
            assert!(app.execute(&[sql]).is_err(), "{sql}");
        }
    }
}

flow! {
    async fn a_standing_order_without_a_reference_is_known_by_its_account(app) {
        let promised = app.promises_transfer(&Form::transfer().set("frequency", "monthly")).await;
        let reference = promised.pledge.reference.clone().unwrap().grouped();
        app.reads(camt(&[Entry::new(&reference).id("A1")]).as_bytes(), None).await;
        app.pass(TimeDelta::days(30)).await;
        let second = Entry::new("support").id("A2").amount("30.00").by("A. R.", "DE75512108001245126199").on("2026-07-12");
        app.reads(camt(&[second]).as_bytes(), None).await;

        let id = app.line_that_is("open").await;
        let file = app.bank_line(id).await;
        assert_eq!(file.suggestions.len(), 1, "{:?}", file.suggestions);
        assert_eq!((&file.suggestions[0].proposal, file.suggestions[0].why.as_slice()), (&Proposal::Promise(promised.pledge.id), [Why::Account].as_slice()));
        assert_eq!(file.giver.unwrap().name.as_deref(), Some("Ann Reader"));
        bank_statements::book(app.ctx(), Actor::Command, id, promised.pledge.id).await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.lines("SELECT CAST(COUNT(DISTINCT period_on) AS TEXT) AS line FROM donations").await, ["2"]);
    }
}

flow! {
    async fn money_that_nobody_promised_is_a_gift_or_none_and_a_mistake_can_be_mended(app) {
        app.reads(camt(&[Entry::new("for the lights").by("Rosa Quill", "DE1")]).as_bytes(), None).await;
        let id = app.line_that_is("open").await;
        let unsaid = bank_statements::no_gift(app.ctx(), Actor::Command, id, (NoGift::Other, " ")).await;
        assert!(matches!(unsaid, Err(UseCaseError::Invalid(_))));
        bank_statements::no_gift(app.ctx(), Actor::Command, id, (NoGift::Payout, "")).await.unwrap();
        assert_eq!((app.became().await.as_str(), app.count("donations").await), ("no_gift 1", 0));
        bank_statements::reopen(app.ctx(), Actor::Command, id).await.unwrap();
        for _ in 0..2 {
            let (_, is_mailed) = bank_statements::gift(app.ctx(), Actor::Command, id, by_name("Rosa Quill")).await.unwrap();
            assert!(!is_mailed);
        }
        app.run_jobs().await;
        let donation = sole_donation(&app).await;
        assert_eq!((app.count("donations").await, app.balance("clearing:bank_transfer").await), (1, 2500));
        assert_eq!(conflict(bank_statements::gift(app.ctx(), Actor::Command, id, by_name("Bob")).await), "already_decided");
        assert_eq!(conflict(bank_statements::reopen(app.ctx(), Actor::Command, id).await), "still_counts");
        // It was Bob's after all.
        refund::void(app.ctx(), Actor::Command, donation, "somebody else's", None).await.unwrap();
        bank_statements::reopen(app.ctx(), Actor::Command, id).await.unwrap();
        let anew = GiftOfLine { form_id: Some("another form".into()), ..by_name("Bob Quill") };
        bank_statements::gift(app.ctx(), Actor::Command, id, anew).await.unwrap();
        app.run_jobs().await;
        assert_eq!((app.count("donations").await, app.balance("clearing:bank_transfer").await), (2, 2500));
    }
}

flow! {
    async fn a_gift_that_was_recorded_by_hand_is_said_to_be_the_line(app) {
        let gift = Gift {
            by: GatewayKind::BankTransfer, from: Giver::Typed { name: "Rosa Quill".into(), email: String::new() }, amount: eur(2500),
            received_on: day("2026-06-10"), campaign: "press-fund".into(), visibility: Visibility::Hidden, document: String::new(),
            note: String::new(), form_id: None,
        };
        let recorded = gifts::record(app.ctx(), Actor::Command, gift.clone()).await.unwrap().donation.id;
        let other = gifts::record(app.ctx(), Actor::Command, Gift { amount: eur(2600), ..gift }).await.unwrap().donation.id;
        app.reads(camt(&[Entry::new("lights").by("QUILL ROSA", "DE1"), Entry::new("more").by("Bob", "DE2")]).as_bytes(), None).await;
        let ids = app.lines("SELECT id AS line FROM bank_lines ORDER BY other_name DESC").await;
        let (rosa, bob) = (ids[0].parse().unwrap(), ids[1].parse().unwrap());
        let file = app.bank_line(rosa).await;
        assert_eq!(file.suggestions[0].proposal, Proposal::Recorded(recorded));
        bank_statements::link(app.ctx(), Actor::Command, rosa, recorded).await.unwrap();
        assert_eq!(conflict(bank_statements::link(app.ctx(), Actor::Command, bob, recorded).await), "booked_once");
        assert_eq!(conflict(bank_statements::link(app.ctx(), Actor::Command, bob, other).await), "another_amount");
        app.run_jobs().await;
        assert_eq!(app.count("donations").await, 2, "nothing is booked anew");
    }
}

flow! {
    async fn a_transfer_that_the_bank_took_back_leaves_the_books_and_its_receipt_is_void(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let reference = promised.pledge.reference.clone().unwrap().grouped();
        app.reads(camt(&[Entry::new(&reference).id("A1").on("2026-06-12")]).as_bytes(), None).await;
        let back = Entry { sign: "DBIT", reversal: true, ..Entry::new(&reference).id("A1").on("2026-06-14") };
        app.reads(camt(std::slice::from_ref(&back)).as_bytes(), None).await;
        let donation = sole_donation(&app).await;
        let id = app.line_that_is("open").await;
        let file = app.bank_line(id).await;
        assert_eq!(file.suggestions.len(), 1, "{:?}", file.suggestions);
        assert_eq!(file.suggestions[0].proposal, Proposal::TakenBack(donation));
        assert_eq!(app.balance("clearing:bank_transfer").await, 2500, "nothing leaves the books on a guess");
        for _ in 0..2 {
            bank_statements::take_back(app.ctx(), Actor::Command, id, TakenBack::Donation(donation)).await.unwrap();
        }
        app.run_jobs().await;
        assert_eq!(app.donation(donation).await.payment.status(), DonationStatus::Refunded);
        assert_eq!((app.balance("clearing:bank_transfer").await, app.count("refunds").await), (0, 1));
        let letters = app.letters_about("About your gift");
        assert!(letters.len() == 1 && letters[0].text.contains("The bank took the transfer back"), "{letters:?}");
        assert_eq!(app.became().await, "booked 1, returned 1");
        app.reads(camt(&[back]).as_bytes(), None).await;
        assert_eq!(app.count("bank_lines").await, 2);
    }
}

flow! {
    async fn a_refund_that_staff_made_is_said_to_be_what_went_out(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let reference = promised.pledge.reference.clone().unwrap().grouped();
        app.reads(camt(&[Entry::new(&reference).id("A1")]).as_bytes(), None).await;
        let donation = sole_donation(&app).await;
        let order = refund::RefundOrder { donation, amount: Some(eur(500)), reason: None, request_key: None };
        let refunded = refund::order(app.ctx(), Actor::Command, order).await.unwrap().id;
        app.run_jobs().await;
        let out = Entry { sign: "DBIT", ..Entry::new("your money back").amount("5.00").on("2026-06-15") };
        app.reads(camt(&[out]).as_bytes(), None).await;
        let id = app.line_that_is("outgoing").await;
        let proposed = app.bank_line(id).await.suggestions;
        assert!(proposed.iter().any(|found| found.proposal == Proposal::Refunded(refunded)), "{proposed:?}");
        bank_statements::take_back(app.ctx(), Actor::Command, id, TakenBack::Refund(refunded)).await.unwrap();
        assert_eq!((app.count("refunds").await, app.balance("clearing:bank_transfer").await), (1, 2000));
    }
}

flow! {
    async fn a_donor_who_is_forgotten_is_forgotten_in_their_lines_which_stay_known(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let reference = promised.pledge.reference.clone().unwrap().grouped();
        let out = Entry { sign: "DBIT", ..Entry::new("rent").by("Landlord", "DE11") };
        let file = camt(&[Entry::new(&format!("{reference} from Ann with love")), out]);
        app.reads(file.as_bytes(), None).await;
        let donor = app.donation(sole_donation(&app).await).await.donor.unwrap();
        let tables = account::export::collect(app.ctx(), donor).await.unwrap();
        let told: String = tables.iter().flat_map(|table| table.rows.iter().flatten()).cloned().collect();
        assert!(told.contains("DE75512108001245126199") && told.contains("with love"), "they get what is kept of them");

        account::erase::ask(app.ctx(), donor).await.unwrap();
        account::erase::confirm(app.ctx(), donor).await.unwrap();
        app.run_jobs().await;
        let kept = app.lines("SELECT COALESCE(other_name, '') || COALESCE(other_account, '') || COALESCE(words, '') AS line FROM bank_lines ORDER BY amount_minor DESC").await;
        assert_eq!(kept, ["", "LandlordDE11rent"]);
        app.reads(file.as_bytes(), None).await;
        assert_eq!((app.count("bank_lines").await, app.count("donations").await), (2, 1), "known, though forgotten");
        app.clock.advance(TimeDelta::days(91));
        upkeep::clean_up(app.ctx()).await.unwrap();
        let kept = app.lines("SELECT COALESCE(other_name, '') || COALESCE(words, '') AS line FROM bank_lines").await.join("");
        assert_eq!(kept, "", "strangers are forgotten after ninety days");
        app.run_jobs().await;
    }
}

flow! {
    async fn a_file_can_be_taken_away_until_a_line_of_it_is_booked(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let file = app.reads(camt(&[Entry::new("donation")]).as_bytes(), None).await.id;
        let id = app.line_that_is("open").await;
        bank_statements::dismiss(app.ctx(), Actor::Command, id, promised.pledge.id.to_string()).await.unwrap();
        bank_statements::remove(app.ctx(), Actor::Command, file).await.unwrap();
        assert_eq!((app.count("bank_statements").await, app.count("bank_lines").await), (0, 0));
        let file = app.reads(camt(&[Entry::new("donation")]).as_bytes(), None).await.id;
        let id = app.line_that_is("open").await;
        bank_statements::book(app.ctx(), Actor::Command, id, promised.pledge.id).await.unwrap();
        assert_eq!(conflict(bank_statements::remove(app.ctx(), Actor::Command, file).await), "statement_in_use");
        assert!(matches!(app.bank_line(id).await.line.outcome, Outcome::Booked(_)));
        app.run_jobs().await;
        // A rule of the books finds a line that is not what it is booked as.
        app.execute(&["UPDATE bank_lines SET amount_minor = 2600"]).unwrap();
        let broken = app.lines("SELECT 'x' AS line FROM bank_lines l JOIN donations d ON d.id = l.donation_id WHERE d.gross_minor <> l.amount_minor").await;
        assert_eq!(broken.len(), 1);
        app.execute(&["UPDATE bank_lines SET amount_minor = 2500"]).unwrap();
    }
}
