//! Gifts by bank transfer: promised with a reference, recorded as they truly arrive.

use crate::support::app::TestApp;
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gift::{Form, Promised, eur, money};
use chrono::{NaiveDate, TimeDelta};
use futures_util::future::join_all;
use mainstay::domain::audit::Actor;
use mainstay::domain::bank::CreditorReference;
use mainstay::domain::money::Money;
use mainstay::usecases::UseCaseError;
use mainstay::usecases::bank::{self, Arrival, Match, Recorded};
use mainstay::usecases::upkeep;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn arrival(promised: &Promised, amount: Money) -> Arrival {
    Arrival {
        reference: promised.pledge.reference.clone().unwrap(),
        amount,
        received_on: day("2026-06-15"),
        bank_id: None,
    }
}

async fn arrives(app: &TestApp, arrival: Arrival) -> Recorded {
    let recorded = bank::record(app.ctx(), Actor::Command, arrival).await.unwrap();
    app.run_jobs().await;
    recorded
}

flow! {
    async fn the_donor_is_told_how_to_pay_on_the_page_and_by_mail(app) {
        let promised = app.promises_transfer(&Form::transfer().set("amount", "30,50")).await;
        app.run_jobs().await;

        let reference = promised.pledge.reference.as_ref().unwrap();
        assert_eq!(reference.as_str().parse::<CreditorReference>().as_ref(), Ok(reference));
        let page = app.client().get(&promised.thanks).await.text();
        let letters = app.letters();
        assert_eq!(letters.len(), 1);
        let letter = &letters[0];
        assert_eq!(letter.subject, "Bank details for your gift of €30.50");
        assert!(letter.to.contains("ann@example.org"), "{}", letter.to);
        for text in [&page, &letter.text, &letter.html] {
            for part in [reference.grouped().as_str(), "DE02 1203 0000 0000 2020 51", "BYLADEM1001", "€30.50"] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        assert!(page.contains("<svg") && page.contains("Scan this with your banking app"), "{page}");
        assert!(letter.text.contains(&promised.thanks) && letter.text.contains("14 August 2026"), "{}", letter.text);
        assert_eq!(letter.attachments.len(), 1);
        assert_eq!(letter.attachments[0].media_type, "image/png");
        assert!(letter.html.contains("cid:payment-code"), "{}", letter.html);
        assert_eq!(app.count("attempts").await, 0);
    }
}

flow! {
    async fn there_is_no_code_to_scan_outside_the_euro(app) {
        let promised = app.promises_transfer(&Form::transfer().set("currency", "USD")).await;
        app.run_jobs().await;

        let page = app.client().get(&promised.thanks).await.text();
        assert!(page.contains("$25.00") && !page.contains("<svg") && !page.contains("Scan this"), "{page}");
        let letter = &app.letters()[0];
        assert!(letter.attachments.is_empty() && !letter.html.contains("cid:"), "{}", letter.html);
    }
}

flow! {
    async fn the_promised_amount_fulfils_the_pledge(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        app.clock.advance(TimeDelta::days(2));
        let line = Arrival { received_on: day("2026-06-16"), ..arrival(&promised, eur(2500)) };
        let recorded = arrives(&app, line.clone()).await;
        assert_eq!(recorded.matched, Match::Exact);

        assert_eq!(app.client().status_of(&promised.thanks).await, "fulfilled");
        let page = app.client().get(&promised.thanks).await.text();
        assert!(page.contains("16 June 2026") && !page.contains("Bank details"), "{page}");
        let receipts = app.letters_about("receipt R2026-000001");
        assert_eq!(receipts.len(), 1);
        let pdf = pdf_text(&receipts[0].attachments[0].bytes);
        assert!(pdf.contains("16 June 2026") && pdf.contains("Bank transfer"), "{pdf}");
        assert_eq!(app.balance("clearing:bank_transfer").await, 2500);
        assert_eq!(app.balance("expense:fees").await, 0);

        // The same line of the statement again, ten times at once.
        let again = join_all((0..10).map(|_| bank::record(app.ctx(), Actor::Command, line.clone()))).await;
        for recorded in again {
            assert_eq!(recorded.unwrap().matched, Match::Repeat);
        }
        app.run_jobs().await;
        assert_eq!(app.count("donations").await, 1);
        assert_eq!(app.letters_about("receipt").len(), 1);
        assert_eq!(app.review_kinds().await, [""; 0]);
    }
}

flow! {
    async fn equal_lines_entered_at_once_are_one_donation(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let all = join_all((0..20).map(|_| bank::record(app.ctx(), Actor::Command, arrival(&promised, eur(2500))))).await;

        let new = all.into_iter().filter(|recorded| recorded.as_ref().unwrap().matched == Match::Exact).count();
        assert_eq!(new, 1);
        assert_eq!(app.count("donations").await, 1);
    }
}

flow! {
    async fn short_over_and_other_currencies_are_booked_as_they_are_and_shown_to_staff(app) {
        for (number, (amount, matched, text)) in [
            (eur(2000), Match::Short, "€20.00"),
            (eur(1), Match::Short, "€0.01"),
            (eur(3000), Match::Over, "€30.00"),
            (money(2500, "USD"), Match::OtherCurrency, "$25.00"),
            (money(2500, "JPY"), Match::OtherCurrency, "¥2,500"),
        ]
        .into_iter()
        .enumerate()
        {
            let promised = app.promises_transfer(&Form::transfer().by(number)).await;

            let recorded = arrives(&app, arrival(&promised, amount)).await;

            assert_eq!(recorded.matched, matched, "{text}");
            assert_eq!(app.client().status_of(&promised.thanks).await, "fulfilled");
            let reviews = app.reviews().await;
            let asked: Vec<_> =
                reviews.iter().filter(|r| r.subject == recorded.donation.id.to_string()).collect();
            assert_eq!(asked.len(), 1, "{reviews:?}");
            assert_eq!(asked[0].kind, "amount_differs");
            assert!(asked[0].detail.contains(&amount.to_string()), "{}", asked[0].detail);
            let receipts = app.letters_about(&format!("for your gift of {text}"));
            let receipts: Vec<_> = receipts.iter().filter(|letter| letter.subject.contains("receipt")).collect();
            assert_eq!(receipts.len(), 1, "{text}");
            assert!(pdf_text(&receipts[0].attachments[0].bytes).contains(text), "{text}");
        }
    }
}

flow! {
    async fn a_second_transfer_is_a_second_donation(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        arrives(&app, arrival(&promised, eur(2500))).await;
        app.clock.advance(TimeDelta::days(1));

        let second = Arrival { received_on: day("2026-06-16"), ..arrival(&promised, eur(2500)) };
        let recorded = arrives(&app, second).await;

        assert_eq!(recorded.matched, Match::Exact);
        assert_eq!(app.count("donations").await, 2);
        assert_eq!(app.letters_about("receipt").len(), 2);
        assert_eq!(app.review_kinds().await, ["paid_twice"]);
        assert_eq!(app.balance("clearing:bank_transfer").await, 5000);
        assert_eq!(app.count("donors").await, 1);
    }
}

flow! {
    async fn the_banks_own_name_tells_equal_lines_of_one_day_apart(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let line = |id: &str| Arrival { bank_id: Some(id.to_owned()), ..arrival(&promised, eur(2500)) };

        assert_eq!(arrives(&app, line("0001")).await.matched, Match::Exact);
        assert_eq!(arrives(&app, line("0001")).await.matched, Match::Repeat);
        assert_eq!(arrives(&app, line("0002")).await.matched, Match::Exact);
        assert_eq!(app.count("donations").await, 2);

        let unnameable = bank::record(app.ctx(), Actor::Command, line("with space")).await.unwrap_err();
        assert!(matches!(unnameable, UseCaseError::Invalid(ref fields) if fields[0].field == "bank_id"), "{unnameable}");
    }
}

flow! {
    async fn what_cannot_be_a_transfer_here_is_refused(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let right = promised.pledge.reference.clone().unwrap();
        let refused = async |arrival| bank::record(app.ctx(), Actor::Command, arrival).await.unwrap_err();

        let unknown = Arrival { reference: "RF18539007547034".parse().unwrap(), ..arrival(&promised, eur(2500)) };
        assert!(matches!(refused(unknown).await, UseCaseError::NotFound("payment reference")));
        let tomorrow = Arrival { received_on: day("2026-06-16"), ..arrival(&promised, eur(2500)) };
        let error = refused(tomorrow).await;
        assert!(matches!(error, UseCaseError::Invalid(ref fields) if fields[0].code == "future_day"), "{error}");
        for minor in [0, -2500] {
            refused(arrival(&promised, eur(minor))).await;
        }

        // A digit that was mistyped, and two that were swapped.
        let text = right.as_str();
        let last = text.chars().last().unwrap();
        let mistyped = format!("{}{}", &text[..text.len() - 1], if last == '2' { '3' } else { '2' });
        assert!(mistyped.parse::<CreditorReference>().is_err(), "{mistyped}");
        assert_eq!(right.grouped().to_lowercase().parse::<CreditorReference>(), Ok(right));
        assert_eq!(app.count("donations").await, 0);
        assert_eq!(app.client().status_of(&promised.thanks).await, "pending");
    }
}

flow! {
    async fn a_transfer_that_comes_after_the_pledge_expired_is_taken(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        app.clock.advance(TimeDelta::days(60) + TimeDelta::minutes(6));
        upkeep::expire(app.ctx()).await.unwrap();
        app.upkeep().await;
        assert_eq!(app.client().status_of(&promised.thanks).await, "expired");
        assert_eq!(app.letters().len(), 0, "the letter left after the pledge had ended: nothing to say");
        let page = app.client().get(&promised.thanks).await.text();
        assert!(page.contains("If you did send it, nothing is lost"), "{page}");

        arrives(&app, Arrival { received_on: day("2026-08-14"), ..arrival(&promised, eur(2500)) }).await;

        assert_eq!(app.client().status_of(&promised.thanks).await, "fulfilled");
        assert_eq!(app.letters_about("receipt").len(), 1);
        assert_eq!(app.review_kinds().await, [""; 0]);
    }
}
