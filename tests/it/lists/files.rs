//! What the office has on one thing.

use mainstay::domain::audit::Actor;
use mainstay::usecases::desk::files;
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::views;

use crate::support::flow;
use crate::support::gift::{Form, eur};

flow! {
    async fn a_gift_s_page_tells_its_whole_story_with_the_books_and_what_the_gateway_said(app) {
        let given = app.gives(&Form::gift().by(1)).await;
        let order = RefundOrder {
            donation: given.donation.id,
            amount: Some(eur(1000)),
            reason: Some("You asked".into()),
            request_key: None,
        };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        app.run_jobs().await;
        let file = files::donation(app.ctx(), given.donation.id).await.unwrap();
        let told: Vec<&str> = file.moments.iter().map(|moment| moment.what.as_str()).collect();
        for what in [
            "Promised",
            "Asked sandbox for a payment",
            "sandbox took it",
            "sandbox sent an event",
            "The money arrived",
            "The gateway kept its fee",
            "Money was given back",
            "The letter “receipt” was sent",
            "The letter “refund notice” was sent",
            "The office: donation refunded",
        ] {
            assert!(told.contains(&what), "{what}: {told:#?}");
        }
        assert!(file.moments.is_sorted_by_key(|moment| moment.at));
        assert_eq!(file.receipts.len(), 2);
        assert!(file.entries.iter().all(|entry| entry.lines.iter().map(|(_, money)| money.minor()).sum::<i64>() == 0));
        assert!(file.entries.len() >= 3, "{:#?}", file.entries);
        assert!(!file.events.is_empty());
        assert!(file.events.iter().all(|event| serde_json::from_slice::<serde_json::Value>(&event.body).is_ok()));

        let donor = views::pledge(app.ctx(), given.pledge.id).await.unwrap().pledge.donor.unwrap();
        let person = files::donor(app.ctx(), donor).await.unwrap();
        assert_eq!((person.given[0].gifts, person.given[0].gross, person.given[0].back), (1, eur(2500), eur(1000)));
        let (event, subjects) = files::event(app.ctx(), file.events[0].id).await.unwrap();
        assert_eq!(event.body, file.events[0].body);
        assert!(subjects.contains(&given.donation.id.to_string()));
    }
}

flow! {
    async fn a_patron_s_page_tells_of_the_calls_the_payments_and_the_letters(app) {
        let page = app.promises(&Form::gift().set("frequency", "monthly")).await;
        let thanks = app.client().pay(&page, "succeed", "now").await;
        app.run_jobs().await;
        let pledge = app.view(&thanks).await.pledge.id;
        let file = files::pledge(app.ctx(), pledge).await.unwrap();
        let told: Vec<&str> = file.moments.iter().map(|moment| moment.what.as_str()).collect();
        for what in ["Promised, monthly", "The money arrived", "Became a patron", "The letter “welcome” was sent"] {
            assert!(told.contains(&what), "{what}: {told:#?}");
        }
        assert_eq!(file.donations.len(), 1);
        assert!(file.subscription.is_some());
    }
}
