//! Outgoing webhooks: told at least once, signed, tried again, and never to a door inside.

use chrono::{DateTime, TimeDelta};
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::outgoing::{EventKind, signature};
use mainstay::usecases::outgoing;
use mainstay::usecases::refund::{self, RefundOrder};
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;

use crate::support::app::{TestApp, settings};
use crate::support::flow;
use crate::support::gift::{Form, eur};
use crate::support::receiver::{Heard, Receiver};

const INSIDE: [(&str, &str); 1] = [("MAINSTAY_SERVER__OUTGOING_INSIDE", "true")];

fn kinds(heard: &[Heard]) -> Vec<String> {
    let kind = |heard: &Heard| {
        serde_json::from_str::<Value>(&heard.body).unwrap()["type"].as_str().unwrap().to_owned()
    };
    let mut kinds: Vec<String> = heard.iter().map(kind).collect();
    kinds.sort();
    kinds
}

impl TestApp {
    /// Statuses of all tellings.
    async fn tellings(&self) -> Vec<String> {
        self.lines("SELECT status || ' ' || tries AS line FROM webhook_deliveries ORDER BY id").await
    }
}

flow! {
    settings: settings(&INSIDE),
    async fn what_happens_is_told_signed_and_without_a_person(app) {
        let receiver = Receiver::start().await;
        let (_, secret) =
            outgoing::add(app.ctx(), Actor::Command, &receiver.url, BTreeSet::new()).await.unwrap();
        let given = app.gives(&Form::gift().set("name", "Ada Byron").set("message", "with love")).await;
        let order =
            RefundOrder { donation: given.donation.id, amount: Some(eur(500)), reason: None, request_key: None };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        app.run_jobs().await;
        let heard = receiver.heard();
        assert_eq!(
            kinds(&heard),
            ["donation.refunded", "donation.succeeded", "pledge.created", "receipt.issued", "receipt.issued"]
        );
        for told in &heard {
            let at = DateTime::from_timestamp(told.timestamp.parse().unwrap(), 0).unwrap();
            let right = signature(secret.expose(), &told.id, at, &told.body).unwrap();
            assert_eq!(told.signature, right);
            assert!(!told.body.contains("Ada") && !told.body.contains("love") && !told.body.contains('@'), "{}", told.body);
        }
        let refunded: Value =
            heard.iter().map(|told| serde_json::from_str(&told.body).unwrap()).find(|v: &Value| v["type"] == "donation.refunded").unwrap();
        assert_eq!(refunded["data"]["kept"]["minor"], 2000);
        let ids: BTreeSet<&String> = heard.iter().map(|told| &told.id).collect();
        assert_eq!(ids.len(), 5);
        // The same news again is told nobody.
        app.run_jobs().await;
        assert_eq!(receiver.heard().len(), 5);
    }
}

flow! {
    settings: settings(&INSIDE),
    async fn only_what_was_asked_for_is_told_and_nothing_once_it_is_removed(app) {
        let receiver = Receiver::start().await;
        let wanted = BTreeSet::from([EventKind::PledgeActivated, EventKind::PledgeCancelled]);
        let (endpoint, _) = outgoing::add(app.ctx(), Actor::Command, &receiver.url, wanted).await.unwrap();
        let page = app.promises(&Form::gift().set("frequency", "monthly")).await;
        app.client().pay(&page, "succeed", "now").await;
        app.run_jobs().await;
        assert_eq!(kinds(&receiver.heard()), ["pledge.activated"]);
        outgoing::remove(app.ctx(), Actor::Command, endpoint.id).await.unwrap();
        app.gives(&Form::gift().by(2)).await;
        assert_eq!(receiver.heard().len(), 1);
    }
}

flow! {
    settings: settings(&INSIDE),
    async fn a_receiver_that_fails_is_told_again_with_the_same_id_until_it_says_yes(app) {
        let receiver = Receiver::start().await;
        receiver.answers(&[500, 302, 404, 200]);
        let wanted = BTreeSet::from([EventKind::DonationSucceeded]);
        outgoing::add(app.ctx(), Actor::Command, &receiver.url, wanted).await.unwrap();
        app.gives(&Form::gift()).await;
        assert_eq!(app.tellings().await, ["pending 1"]);
        for _ in 0..5 {
            app.pass(TimeDelta::minutes(5)).await;
        }
        let heard = receiver.heard();
        assert_eq!(heard.len(), 4);
        assert!(heard.iter().all(|told| told.id == heard[0].id && told.body == heard[0].body));
        assert_ne!(heard[0].signature, heard[3].signature, "each try has a time of its own");
        assert_eq!(app.tellings().await, ["delivered 4"]);
    }
}

flow! {
    settings: settings(&INSIDE),
    async fn a_receiver_that_never_answers_is_given_up_after_three_days_and_told_again_when_asked(app) {
        let receiver = Receiver::start().await;
        receiver.answers(&[503; 35]);
        let wanted = BTreeSet::from([EventKind::DonationSucceeded]);
        outgoing::add(app.ctx(), Actor::Command, &receiver.url, wanted).await.unwrap();
        app.gives(&Form::gift()).await;
        let mut hours = 0;
        while app.tellings().await == [format!("pending {}", receiver.heard().len())] {
            app.pass(TimeDelta::hours(1)).await;
            hours += 1;
        }
        assert!((60..120).contains(&hours), "{hours}");
        assert_eq!(app.tellings().await, ["failed 35"]);

        let mut owner = app.clerk(Role::Owner).await;
        let id = app.lines("SELECT id AS line FROM webhook_deliveries").await.remove(0);
        let path = format!("/admin/webhook-deliveries/{id}/again");
        let page = owner.post(&path, &[]).await.location().to_owned();
        app.run_jobs().await;
        assert_eq!(app.tellings().await, ["delivered 36"]);
        let log = owner.get(&page).await.text();
        assert!(log.contains("donation.succeeded") && log.contains("delivered"), "{log}");
        assert!(!log.contains("secret inside"), "what a receiver says is not shown");
        app.execute(&["DELETE FROM jobs WHERE status = 'failed'"]).unwrap();
    }
}

flow! {
    async fn no_door_inside_is_knocked_at(app) {
        let mut owner = app.clerk(Role::Owner).await;
        for url in ["http://example.org/", "ftp://x.example/", "javascript:alert(1)", "https://a:b@example.org/", "x"] {
            let refused = owner.post("/admin/webhooks", &[("url", url)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{url}");
        }
        // The text of an address does not say where it leads: that is looked at each time before anything is sent.
        let receiver = Receiver::start().await;
        let inside = receiver.url.replace("http://127.0.0.1", "https://localhost");
        let added = owner.post("/admin/webhooks", &[("url", &inside), ("donation.succeeded", "on")]).await;
        assert!(added.text().contains("whsec_"), "{}", added.text());
        app.gives(&Form::gift()).await;
        assert_eq!(receiver.heard().len(), 0);
        assert_eq!(app.tellings().await, ["failed 1"]);
        let stored = app.lines("SELECT secret_sealed AS line FROM webhook_endpoints").await;
        assert!(!stored[0].contains("whsec_"));
    }
}
