//! Calls to a gateway that get no answer: unknown is a state of its own, and never a second payment.

use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gateway::{Call, Fault};
use crate::support::gift::Form;
use chrono::TimeDelta;
use mainstay::domain::attempt::{Attempt, AttemptOutcome};
use mainstay::domain::clock::Clock as _;
use mainstay::domain::donation::{Captured, GatewayFact, Happening, PaymentFact};
use mainstay::domain::pledge::{GatewayKind, Utm, Visibility};
use mainstay::domain::remote::RemoteId;
use mainstay::usecases::pledge::{self, Proof, Sender};
use mainstay::usecases::pledge_terms::{AmountInput, FeeChoice, PledgeRequest};
use mainstay::usecases::settle;

use crate::support::gift::eur;

async fn attempt(app: &TestApp, thanks: &str) -> Attempt {
    app.view(thanks).await.attempt.unwrap()
}

async fn payment_page(app: &TestApp) -> String {
    let ids = app.lines("SELECT id AS line FROM sandbox_payments").await;
    assert_eq!(ids.len(), 1, "never a second payment");
    format!("/sandbox/pay/{}", ids[0])
}

/// The donor's request; its page is that of the status when the gateway gave no answer.
async fn gives(app: &TestApp) -> String {
    let place = app.client().give(&Form::gift().set("form_id", "f1")).await.location().to_owned();
    assert!(place.starts_with("/thanks/"), "{place}");
    place
}

flow! {
    async fn a_call_that_never_arrived_is_made_again_under_the_same_key(app) {
        app.sandbox().script(Call::StartCheckout, &[Fault::TimeoutBefore]);
        let thanks = gives(&app).await;
        assert_eq!(attempt(&app, &thanks).await.outcome, AttemptOutcome::Unknown);
        assert_eq!(app.client().status_of(&thanks).await, "pending", "a time-out is not a failure");
        assert_eq!(app.run_jobs().await, 0);

        app.pass(TimeDelta::seconds(10)).await;

        let page = payment_page(&app).await;
        assert_eq!(app.sandbox().calls(Call::StartCheckout), 2);
        let html = app.client().get(&thanks).await.text();
        assert!(html.contains(&format!("href=\"{page}\">Go back to the payment")), "{html}");
        app.client().pay(&page, "succeed", "now").await;
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
    }
}

flow! {
    async fn a_lost_answer_opens_no_second_payment(app) {
        app.sandbox().script(Call::StartCheckout, &[Fault::TimeoutAfter, Fault::TimeoutAfter]);
        let thanks = gives(&app).await;
        let page = payment_page(&app).await;
        assert_eq!(attempt(&app, &thanks).await.outcome, AttemptOutcome::Unknown);

        // The impatient donor presses again: once more without an answer, then with one.
        assert_eq!(gives(&app).await, thanks);
        assert_eq!(app.promises(&Form::gift().set("form_id", "f1")).await, page);

        assert_eq!(payment_page(&app).await, page);
        assert_eq!(app.count("pledges").await, 1);
        assert_eq!(app.count("attempts").await, 1);
        app.pass(TimeDelta::seconds(10)).await;
        assert_eq!(app.sandbox().calls(Call::StartCheckout), 3, "the answered attempt is not called again");
    }
}

flow! {
    async fn a_payment_behind_a_lost_answer_is_found_by_asking(app) {
        app.sandbox().script(Call::StartCheckout, &[Fault::TimeoutAfter]);
        let thanks = gives(&app).await;
        let page = payment_page(&app).await;
        app.client().pay(&page, "succeed", "never").await;
        assert_eq!(app.client().status_of(&thanks).await, "pending");

        app.pass(TimeDelta::seconds(10)).await;

        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
        let outcome = attempt(&app, &thanks).await.outcome;
        assert!(matches!(outcome, AttemptOutcome::Accepted { .. }), "{outcome:?}");
        assert_eq!(app.sandbox().calls(Call::StartCheckout), 1);
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    async fn a_gateway_that_is_away_for_hours_is_asked_until_it_answers(app) {
        app.sandbox().script(Call::StartCheckout, &[Fault::TimeoutAfter, Fault::TimeoutBefore, Fault::TimeoutAfter]);
        app.sandbox().script(Call::LookUp, &[Fault::TimeoutBefore, Fault::TimeoutBefore]);
        let thanks = gives(&app).await;

        for hour in 0..12 {
            app.pass(TimeDelta::hours(1)).await;
            app.upkeep().await;
            assert_eq!(app.client().status_of(&thanks).await, "pending", "hour {hour}");
        }

        let outcome = attempt(&app, &thanks).await.outcome;
        assert!(matches!(outcome, AttemptOutcome::Accepted { next_url: Some(_), .. }), "{outcome:?}");
        payment_page(&app).await;
    }
}

flow! {
    async fn after_the_life_of_its_key_a_call_is_not_made_again(app) {
        app.sandbox().script(Call::StartCheckout, &[Fault::TimeoutBefore]);
        app.sandbox().script(Call::LookUp, &[Fault::TimeoutBefore]);
        let thanks = gives(&app).await;
        app.pass(TimeDelta::seconds(10)).await;

        app.pass(TimeDelta::hours(23) + TimeDelta::minutes(5)).await;
        app.upkeep().await;

        assert_eq!(app.sandbox().calls(Call::StartCheckout), 1, "a pruned key would make a new payment");
        assert_eq!(app.count("sandbox_payments").await, 0);
        let never = AttemptOutcome::Refused { code: "never_arrived".into() };
        assert_eq!(attempt(&app, &thanks).await.outcome, never, "the gateway's own list does not have it");
        assert_eq!(app.client().status_of(&thanks).await, "failed");
    }
}

flow! {
    async fn a_gateway_that_refuses_ends_the_pledge_and_late_money_is_taken_still(app) {
        app.sandbox().script(Call::StartCheckout, &[Fault::Refuse]);
        let thanks = gives(&app).await;
        assert_eq!(app.client().status_of(&thanks).await, "failed");
        let page = app.client().get(&thanks).await.text();
        assert!(!page.contains("scripted"), "the gateway's reason is for staff");
        assert_eq!(app.run_jobs().await, 0);

        let fact = GatewayFact::Payment(PaymentFact {
            payment: RemoteId::parse("sbp_late").unwrap(),
            checkout: None,
            attempt: Some(attempt(&app, &thanks).await.id),
            renewal: None,
            what: Happening::Captured(Captured::with_fee(eur(2500), None, app.clock.now())),
        });
        let ctx = app.ctx().clone();
        let facts = [fact];
        app.ctx().db.write(move |tx| settle::apply(tx, &ctx, GatewayKind::Sandbox, &facts)).await.unwrap();
        app.run_jobs().await;

        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    async fn an_attempt_that_a_crash_cut_off_is_swept_up(app) {
        for fault in [Fault::Panic, Fault::TimeoutBefore] {
            let number = app.sandbox().calls(Call::StartCheckout);
            app.sandbox().script(Call::StartCheckout, &[Fault::Panic]);
            if fault == Fault::TimeoutBefore {
                // After the restart the gateway is slow as well.
                app.sandbox().script(Call::StartCheckout, &[fault]);
            }
            let request = PledgeRequest {
                campaign: "press-fund".into(),
                amount: AmountInput::Minor(2500),
                currency: "EUR".into(),
                frequency: String::new(),
                gateway: "sandbox".into(),
                tier: String::new(),
                name: String::new(),
                email: format!("donor-{number}@example.org"),
                message: String::new(),
                visibility: Visibility::Named,
                wall: None,
                fee: FeeChoice::Included,
                tribute_kind: String::new(),
                tribute_name: String::new(),
                from: String::new(),
                appeal: String::new(),
                referrer: String::new(),
                utm: Utm::default(),
                locale: String::new(),
            };
            let (ctx, sender) =
                (app.ctx().clone(), Sender { client: "192.0.2.1".into(), form_id: None, idempotency: None, proof: Proof::None });
            let crash = tokio::spawn(async move { pledge::start(&ctx, request, sender).await }).await;
            assert!(crash.unwrap_err().is_panic());
            let started = "SELECT outcome AS line FROM attempts WHERE outcome <> 'accepted'";
            assert_eq!(app.lines(started).await, ["started"]);

            app.clock.advance(TimeDelta::minutes(1));
            app.upkeep().await;
            assert_eq!(app.lines(started).await, ["started"], "it may still be on its way");
            for _ in 0..2 {
                app.clock.advance(TimeDelta::minutes(6));
                app.upkeep().await;
            }

            assert_eq!(app.lines(started).await, [""; 0]);
        }
        assert_eq!(app.count("sandbox_payments").await, 2);
    }
}
