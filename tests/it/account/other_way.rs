//! Support that is paid another way from some day on: the old way is stopped before the new one is begun, nothing is
//! charged for time that is paid, and both never go on beside each other.

use super::visitor::Visitor;
use crate::paypal::patrons::{at, monthly};
use crate::paypal::shop::Shop;
use crate::support::app::TestApp;
use crate::support::both;
use crate::support::flow;
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, eur};
use chrono::{NaiveDate, TimeDelta};
use mainstay::domain::audit::Actor;
use mainstay::domain::ids::PledgeId;
use mainstay::domain::subscription::{OrderKind, Orderer};
use mainstay::usecases::UseCaseError;
use mainstay::usecases::bank::{self, Arrival};
use mainstay::usecases::patrons::orders::{self, OrderRequest};

const ANN: &str = "ann@example.org";

/// Ann gives €25 a month through the sandbox, and is signed in.
async fn patron(app: &TestApp) -> (PledgeId, Visitor) {
    let given = app.gives(&Form::gift().set("frequency", "monthly")).await;
    let mut ann = Visitor::at(app);
    ann.signs_in(app, ANN).await;
    (given.pledge.id, ann)
}

fn page_of(pledge: PledgeId) -> String {
    format!("/account/pledges/{pledge}")
}

async fn goes(ann: &mut Visitor, pledge: PledgeId, gateway: &str) -> String {
    let answer = ann.post(&format!("{}/way", page_of(pledge)), &[("gateway", gateway)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location().to_owned()
}

async fn orders(app: &TestApp) -> Vec<String> {
    let sql = "SELECT kind || ' ' || status || ' by ' || ordered_by AS line FROM subscription_orders ORDER BY created_at, id";
    app.lines(sql).await
}

/// The pledges of a gateway with what became of them, the oldest first.
async fn pledges(app: &TestApp, gateway: &str) -> Vec<String> {
    app.lines(&format!("SELECT status AS line FROM pledges WHERE gateway = '{gateway}' ORDER BY id")).await
}

async fn latest(app: &TestApp, gateway: &str) -> PledgeId {
    let sql = format!("SELECT id AS line FROM pledges WHERE gateway = '{gateway}' ORDER BY id DESC LIMIT 1");
    app.lines(&sql).await.remove(0).parse().unwrap()
}

/// The first transfer of a standing order arrives.
async fn transfers(app: &TestApp, pledge: PledgeId, day: &str) {
    let known = app.ctx().db.read(move |conn| mainstay::store::pledges::get(conn, pledge)).await.unwrap();
    let received_on: NaiveDate = day.parse().unwrap();
    let arrival =
        Arrival { reference: known.reference.unwrap(), amount: eur(2500), received_on, bank_id: None };
    bank::record(app.ctx(), Actor::Command, arrival).await.unwrap();
    app.run_jobs().await;
}

flow! {
    async fn the_old_way_is_stopped_before_a_standing_order_takes_its_place(app) {
        let (card, mut ann) = patron(&app).await;
        let page = ann.get(&page_of(card)).await.text();
        assert!(page.contains("Pay another way") && page.contains(r#"value="bank_transfer""#), "{page}");
        assert!(!page.contains(r#"name="gateway" value="sandbox""#), "not the way it has: {page}");

        app.clock.advance(TimeDelta::days(10));
        ann.signs_in(&app, ANN).await;
        let next = goes(&mut ann, card, "bank_transfer").await;
        assert!(next.starts_with("/thanks/"), "{next}");
        app.run_jobs().await;
        assert_eq!(orders(&app).await, ["cancel done by donor"]);
        let transfer = latest(&app, "bank_transfer").await;
        assert_eq!(goes(&mut ann, card, "bank_transfer").await, next, "a second click is the same wish");
        assert_eq!(pledges(&app, "bank_transfer").await, ["pending"]);
        let until = app.lines(&format!("SELECT CAST(starts_at AS TEXT) AS line FROM pledges WHERE id = '{transfer}'")).await;
        assert!(until[0].starts_with("2026-07-15"), "{until:?}");

        app.clock.advance(TimeDelta::days(20));
        app.upkeep().await;
        transfers(&app, transfer, "2026-07-15").await;
        assert_eq!((pledges(&app, "sandbox").await, pledges(&app, "bank_transfer").await), (vec!["cancelled".to_owned()], vec!["active".to_owned()]));
        assert_eq!(app.count("donations").await, 2);
        ann.signs_in(&app, ANN).await;
        let page = ann.get(&page_of(card)).await.text();
        assert!(page.contains("It goes on another way.") && page.contains(&page_of(transfer)), "{page}");
        assert!(!page.contains("Begin again") && !page.contains("Pay another way"), "{page}");
        assert_eq!(ann.post(&format!("{}/return", page_of(card)), &[]).await.status, 409);
    }
}

flow! {
    async fn nothing_is_begun_while_the_end_is_not_confirmed(app) {
        let (card, mut ann) = patron(&app).await;
        app.sandbox().script(Call::ChangeSubscription, &[Fault::TimeoutBefore, Fault::TimeoutBefore]);
        let path = page_of(card);
        assert_eq!(goes(&mut ann, card, "bank_transfer").await, format!("{path}?done=pending"));
        assert_eq!(goes(&mut ann, card, "bank_transfer").await, format!("{path}?done=pending"));
        assert_eq!((orders(&app).await, app.count("pledges").await), (vec!["cancel pending by donor".to_owned()], 1));

        app.pass(TimeDelta::minutes(2)).await;
        assert_eq!(orders(&app).await, ["cancel done by donor"]);
        assert!(goes(&mut ann, card, "bank_transfer").await.starts_with("/thanks/"));
        assert_eq!(app.count("pledges").await, 2);
    }
}

flow! {
    async fn a_gateway_that_will_not_stop_goes_on_alone(app) {
        let (card, mut ann) = patron(&app).await;
        app.sandbox().script(Call::ChangeSubscription, &[Fault::Refuse]);
        let answer = ann.post(&format!("{}/way", page_of(card)), &[("gateway", "bank_transfer")]).await;
        assert!(answer.text().contains("The payment service did not accept this."), "{}", answer.text());
        assert_eq!((pledges(&app, "sandbox").await, app.count("pledges").await), (vec!["active".to_owned()], 1));

        for wrong in ["sandbox", "paypal", "cash", "", "<b>"] {
            let answer = ann.post(&format!("{}/way", page_of(card)), &[("gateway", wrong)]).await;
            assert_eq!(answer.status, 422, "{wrong}: {}", answer.text());
            assert!(answer.text().contains("This is not a way to pay here"), "{}", answer.text());
        }
        let mut ben = Visitor::at(&app);
        app.gives(&Form::gift().by(2).set("frequency", "monthly")).await;
        ben.signs_in(&app, "donor-2@example.org").await;
        let strange = ben.post(&format!("{}/way", page_of(card)), &[("gateway", "bank_transfer")]).await;
        assert_eq!(strange.status, 404, "that of somebody else");
        assert_eq!(pledges(&app, "bank_transfer").await, [""; 0]);
    }
}

flow! {
    async fn what_was_kept_after_all_is_stopped_when_the_new_way_is_paid(app) {
        let (card, mut ann) = patron(&app).await;
        goes(&mut ann, card, "bank_transfer").await;
        let transfer = latest(&app, "bank_transfer").await;
        // They think better of it: the transfer was never made.
        let kept = ann.post(&format!("{}/keep", page_of(card)), &[]).await;
        assert_eq!(kept.location(), format!("{}?done=changed", page_of(card)));
        assert_eq!(orders(&app).await, ["cancel done by donor", "keep done by donor"]);
        // And then it was.
        app.clock.advance(TimeDelta::days(3));
        transfers(&app, transfer, "2026-06-18").await;
        assert_eq!(orders(&app).await.last().unwrap(), "cancel done by rule", "both do not go on");

        let keep = OrderRequest { pledge: card, what: OrderKind::Keep, by: Orderer::Staff, reason: None };
        let refused = orders::order(app.ctx(), keep).await.unwrap_err();
        assert!(matches!(refused, UseCaseError::Conflict { code: "support_succeeded", .. }), "{refused:?}");
        app.clock.advance(TimeDelta::days(40));
        app.upkeep().await;
        let paid = "SELECT p.gateway AS line FROM donations d JOIN pledges p ON p.id = d.pledge_id ORDER BY d.id";
        assert_eq!(app.lines(paid).await, ["sandbox", "bank_transfer"], "nothing was charged twice");
    }
}

both! {
    async fn from_paypal_to_the_card_and_back_nothing_is_charged_for_time_that_is_paid(engine) {
        let shop = Shop::open(engine).await;
        let app = &shop.app;
        let first = shop.joins(&monthly()).await;
        let mut ann = Visitor::at(app);
        ann.signs_in(app, ANN).await;
        shop.lives_until(at("2026-06-25T10:00:00Z")).await;

        ann.signs_in(app, ANN).await;
        let way = goes(&mut ann, first.pledge, "sandbox").await;
        assert_eq!(shop.paypal.subscription(&first.remote).status, "CANCELLED", "before the new page is open");
        app.client().pay(&way, "succeed", "now").await;
        shop.hears().await;
        let card = latest(app, "sandbox").await;
        assert_eq!(pledges(app, "sandbox").await, ["active"]);
        assert_eq!(app.count("donations").await, 1, "the time is paid until 15 July");
        shop.lives_until(at("2026-07-20T10:00:00Z")).await;
        app.upkeep().await;
        assert_eq!(app.count("donations").await, 2);
        assert_eq!(pledges(app, "paypal").await, ["cancelled"]);

        ann.signs_in(app, ANN).await;
        let page = goes(&mut ann, card, "paypal").await;
        assert!(page.starts_with(&format!("{}/webapps/billing/subscriptions", shop.paypal.url)), "{page}");
        shop.paypal.agree(&page, true);
        shop.hears().await;
        shop.lives_until(at("2026-08-20T10:00:00Z")).await;
        app.upkeep().await;
        assert_eq!(pledges(app, "paypal").await, ["cancelled", "active"]);
        assert_eq!(pledges(app, "sandbox").await, ["cancelled"]);
        let days = "SELECT CAST(period_on AS TEXT) || ' ' || p.gateway AS line FROM donations d \
                    JOIN pledges p ON p.id = d.pledge_id ORDER BY period_on";
        assert_eq!(app.lines(days).await, ["2026-06-15 paypal", "2026-07-15 sandbox", "2026-08-15 paypal"]);
        assert_eq!(app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}
