//! What an operator does by hand: replay an event, settle a question.

use crate::support::app::TestApp;
use crate::support::flow;
use mainstay::domain::audit::Actor;
use mainstay::domain::ids::{InboxId, ReviewId};
use mainstay::domain::pledge::GatewayKind;
use mainstay::gateways::WebhookHeaders;
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, sign};
use mainstay::store::{inbox, reviews};
use mainstay::usecases::{UseCaseError, reviews as reviewing, webhook};

const PAY: [(&str, &str); 2] = [("outcome", "succeed"), ("delivery", "now")];

async fn statuses(app: &TestApp) -> Vec<String> {
    let listed = app.ctx().db.read(|conn| inbox::list(conn, None, 10)).await.unwrap();
    listed.into_iter().map(|event| event.status).collect()
}

flow! {
    async fn a_replayed_event_is_processed_again_and_changes_nothing(app) {
        let donor = app.client();
        let form = [("campaign", "press-fund"), ("amount", "25"), ("currency", "EUR"), ("gateway", "sandbox"),
            ("email", "ann@example.org")];
        let page = donor.post("/donate", &form).await.location().to_owned();
        donor.post(&page, &PAY).await;
        app.run_jobs().await;
        let event = app.ctx().db.read(|conn| inbox::list(conn, Some("processed"), 10)).await.unwrap().remove(0);

        webhook::replay(app.ctx(), Actor::Command, event.id.parse().unwrap()).await.unwrap();
        let ran = app.run_jobs().await;

        assert_eq!(ran, 1);
        assert_eq!(statuses(&app).await, ["processed"]);
        assert_eq!(app.letters().len(), 1);
        let nobody = "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<InboxId>().unwrap();
        assert!(matches!(webhook::replay(app.ctx(), Actor::Command, nobody).await, Err(UseCaseError::NotFound(_))));
    }
}

flow! {
    async fn a_payment_that_nobody_began_is_kept_and_asked_about_until_somebody_settles_it(app) {
        let body = br#"{"id":"sbe_stranger","payment":{"id":"sbp_stranger","attempt":"","amount_minor":500,
            "currency":"EUR","status":"succeeded","fee_minor":0,"refunds":[],"changed_at":"2026-06-15T10:00:00Z"}}"#;
        let secret = app.services.sandbox_secret.clone().unwrap();
        let signature = sign(secret.expose(), body, app.ctx().now());
        let headers = WebhookHeaders::new([(SIGNATURE_HEADER.to_owned(), signature)]);
        webhook::accept(app.ctx(), GatewayKind::Sandbox, &headers, body.to_vec()).await.unwrap();
        app.run_jobs().await;
        assert_eq!(statuses(&app).await, ["parked"]);
        let question = app.ctx().db.read(|conn| reviews::open(conn, 10)).await.unwrap().remove(0);
        assert_eq!((question.kind.as_str(), question.subject.as_str()), ("unclaimed_payment", "sbp_stranger"));

        let id: ReviewId = question.id.parse().unwrap();
        reviewing::resolve(app.ctx(), Actor::Command, id).await.unwrap();

        assert!(app.ctx().db.read(|conn| reviews::open(conn, 10)).await.unwrap().is_empty());
        assert!(matches!(reviewing::resolve(app.ctx(), Actor::Command, id).await, Err(UseCaseError::NotFound(_))));
    }
}
