//! Letters to staff: what is open, gathered; disputes, at once; and nothing where nobody is named.

use crate::support::app::{TestApp, settings};
use crate::support::flow;
use crate::support::gift::{Form, Given, eur};
use chrono::TimeDelta;
use mainstay::domain::dispute::{DisputeNews, DisputeState, DisputeStatus};
use mainstay::domain::donation::Happening;
use mainstay::domain::remote::RemoteId;
use mainstay::usecases::settle::{self, News};

const STAFF: [(&str, &str); 1] = [("MAINSTAY_SITE__STAFF_EMAILS", "desk@example.org,treasurer@example.org")];

impl TestApp {
    /// The gateway says how a dispute over €20 of a gift stands.
    async fn hears(&self, given: &Given, status: DisputeStatus, moves: u32) {
        let state = DisputeState {
            moves,
            status,
            away_minor: if moves == 1 { 2000 } else { 0 },
            settled: None,
            due_at: Some(self.ctx().now() + TimeDelta::days(9)),
        };
        let dispute = DisputeNews {
            remote: RemoteId::parse("du_1").unwrap(),
            amount: eur(2000),
            reason: "product_not_received".into(),
            state,
            opened_at: self.ctx().now(),
            at: self.ctx().now(),
        };
        let (donation, ctx) = (given.donation.clone(), self.ctx().clone());
        let news = News {
            gateway: donation.gateway,
            payment: donation.remote,
            checkout: None,
            pledge: donation.pledge,
            attempt: None,
            period_on: None,
            news: vec![Happening::Dispute(dispute)],
        };
        self.ctx().db.write(move |tx| settle::settle_payment(tx, &ctx, news)).await.unwrap();
        self.run_jobs().await;
    }
}

flow! {
    settings: settings(&STAFF),
    async fn a_dispute_is_told_at_once_with_its_deadline_and_again_when_it_is_decided(app) {
        let given = app.gives(&Form::gift()).await;

        app.hears(&given, DisputeStatus::Open, 1).await;
        app.hears(&given, DisputeStatus::Open, 1).await;
        let opened = app.letters_about("Dispute over €20.00: answer by 24 June 2026, 11:00");
        assert_eq!(opened.len(), 2, "one for each of the staff: {:?}", app.letters());
        for words in [
            "product not received",
            "gift of €25.00",
            "Do not refund this gift",
            &given.donation.id.to_string(),
            "du_1",
        ] {
            assert!(opened[0].text.contains(words), "{words}: {}", opened[0].text);
            assert!(opened[0].html.contains(words), "{words}: {}", opened[0].html);
        }
        app.clock.advance(TimeDelta::minutes(1));
        app.upkeep().await;
        app.upkeep().await;
        assert_eq!(app.letters_about("A person must look").len(), 0, "it has a letter of its own");

        app.hears(&given, DisputeStatus::Won, 2).await;
        let won = app.letters_about("Dispute over €20.00 won");
        assert_eq!(won.len(), 2);
        assert!(!won[0].text.contains("What to do"), "{}", won[0].text);
    }
}

flow! {
    async fn where_nobody_is_named_nobody_is_written_to(app) {
        let given = app.gives(&Form::gift()).await;
        let before = app.letters().len();

        app.hears(&given, DisputeStatus::Lost, 1).await;
        app.breaks(&given);
        app.upkeep().await;
        app.clock.advance(TimeDelta::minutes(11));
        app.upkeep().await;

        assert_eq!(app.held().await.len(), 1);
        let more = app.letters().split_off(before);
        assert!(more.iter().all(|letter| letter.subject.contains("receipt")), "{more:?}");
        app.mends(&given);
    }
}

flow! {
    settings: settings(&STAFF),
    async fn staff_get_one_letter_in_ten_minutes_that_lists_what_is_open_and_what_to_type(app) {
        let given = [app.gives(&Form::gift().by(1)).await, app.gives(&Form::gift().by(2)).await];
        app.breaks(&given[0]);
        app.upkeep().await;
        app.clock.advance(TimeDelta::minutes(2));
        app.upkeep().await;
        let letters = app.letters_about("A person must look");
        let mut to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["desk@example.org", "treasurer@example.org"]);
        let first = app.held().await.remove(0);
        for words in [first.id.as_str(), "mainstay review resolve", "Nothing more is booked", &first.subject] {
            assert!(letters[0].text.contains(words), "{words}: {}", letters[0].text);
        }

        app.breaks(&given[1]);
        for _ in 0..7 {
            app.clock.advance(TimeDelta::minutes(1));
            app.upkeep().await;
        }
        assert_eq!(app.held().await.len(), 2);
        assert_eq!(app.letters_about("A person must look").len(), 2, "gathered");
        app.clock.advance(TimeDelta::minutes(4));
        app.upkeep().await;
        let letters = app.letters_about("A person must look at 2 questions");
        assert_eq!(letters.len(), 2);
        for review in app.held().await {
            assert!(letters[0].text.contains(&review.id), "{}", letters[0].text);
        }
        app.clock.advance(TimeDelta::hours(2));
        app.upkeep().await;
        assert_eq!(app.letters_about("A person must look").len(), 4, "once about each");

        for given in &given {
            app.mends(given);
        }
    }
}
