//! What every way of paying does alike, each against its own emulator: the sandbox, transfers, Stripe, PayPal, and, as far as
//! it takes part, Patreon. What one of them does in a way of its own is in a module of its own.

use crate::patreon::site::Site;
use crate::support::app::{Engine, TestApp};
use crate::support::client::Answer;
use crate::support::gift::Form;
use crate::support::paypal::Means;
use crate::support::stripe::{Payment, Plastic};
use crate::{paypal, stripe};
use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::ids::PledgeId;
use mainstay::domain::pledge::PledgeStatus;
use mainstay::domain::refund::RefundStatus;
use mainstay::domain::subscription::{OrderKind, Orderer};
use mainstay::usecases::bank::{self, Arrival};
use mainstay::usecases::patrons::orders::{self, OrderRequest};
use mainstay::usecases::{reconcile, tokens};
use reqwest::Method;

/// A site, and whoever takes the money for it.
enum Till {
    Sandbox(TestApp),
    Transfers(TestApp),
    Stripe(stripe::shop::Shop),
    Paypal(paypal::shop::Shop),
    Patreon(Site),
}

/// Which.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Sandbox,
    Transfers,
    Stripe,
    Paypal,
    Patreon,
}

impl Till {
    async fn open(way: Way, engine: Engine) -> Self {
        match way {
            Way::Sandbox => Self::Sandbox(TestApp::start(engine).await),
            Way::Transfers => Self::Transfers(TestApp::start(engine).await),
            Way::Stripe => Self::Stripe(stripe::shop::Shop::open(engine).await),
            Way::Paypal => Self::Paypal(paypal::shop::Shop::open(engine).await),
            Way::Patreon => Self::Patreon(Site::connected(engine).await),
        }
    }

    fn app(&self) -> &TestApp {
        match self {
            Self::Sandbox(app) | Self::Transfers(app) => app,
            Self::Stripe(shop) => &shop.app,
            Self::Paypal(shop) => &shop.app,
            Self::Patreon(site) => &site.app,
        }
    }

    fn gateway(&self) -> &'static str {
        match self {
            Self::Sandbox(_) => "sandbox",
            Self::Transfers(_) => "bank_transfer",
            Self::Stripe(_) => "stripe",
            Self::Paypal(_) => "paypal",
            Self::Patreon(_) => "patreon",
        }
    }

    fn form(&self) -> Form {
        Form::gift().set("gateway", self.gateway())
    }

    /// The pledge that was made last.
    async fn latest(&self) -> PledgeId {
        let sql = "SELECT id AS line FROM pledges ORDER BY created_at DESC, id DESC LIMIT 1";
        self.app().lines(sql).await.remove(0).parse().unwrap()
    }

    /// Path of the thanks page of a pledge.
    fn thanks(&self, pledge: PledgeId) -> String {
        format!("/thanks/{}", tokens::status_token(&self.app().ctx().key, pledge).unwrap())
    }

    /// The donor pays, or agrees to pay each period, where the form led them; everything is heard of.
    async fn pays(&self, page: &str, pledge: PledgeId) {
        let recurs = self.app().view(&self.thanks(pledge)).await.pledge.terms.frequency.is_recurring();
        match self {
            Self::Sandbox(app) => {
                app.client().pay(page, "succeed", "now").await;
            }
            Self::Transfers(_) => self.transfers(pledge).await,
            Self::Stripe(shop) => {
                let session = page.rsplit_once('/').unwrap().1;
                if recurs {
                    shop.stripe.subscribe(session, Plastic::GOOD);
                } else {
                    shop.stripe.pay(session, Payment::Card);
                }
            }
            Self::Paypal(shop) if recurs => shop.paypal.agree(page, true),
            Self::Paypal(shop) => shop.paypal.approve(page.rsplit_once('=').unwrap().1, Means::Wallet),
            Self::Patreon(_) => unreachable!("nobody pays there through this site"),
        }
        self.hears().await;
    }

    /// Money of a promised transfer arrives.
    async fn transfers(&self, pledge: PledgeId) {
        let known = self.app().view(&self.thanks(pledge)).await.pledge;
        let arrival = Arrival {
            reference: known.reference.unwrap(),
            amount: known.terms.amount,
            received_on: self.app().ctx().day_of(self.app().ctx().now()),
            bank_id: None,
        };
        bank::record(self.app().ctx(), Actor::Command, arrival).await.unwrap();
    }

    /// Everything that there is to tell is delivered and worked on.
    async fn hears(&self) {
        match self {
            Self::Stripe(shop) => shop.hears().await,
            Self::Paypal(shop) => shop.hears().await,
            Self::Sandbox(_) | Self::Transfers(_) | Self::Patreon(_) => {
                self.app().run_jobs().await;
            }
        }
    }

    /// Lets days pass, with all that falls due in them here and there.
    async fn lives(&self, days: i64) {
        for _ in 0..days * 2 {
            self.app().clock.advance(TimeDelta::hours(12));
            self.app().upkeep().await;
            self.hears().await;
        }
    }

    async fn posts(&self, signature: &str, body: &[u8]) -> Answer {
        let client = self.app().client();
        let mut request = client.request(Method::POST, &format!("/webhooks/{}", self.gateway()));
        let headers =
            ["stripe-signature", "sandbox-signature", "paypal-transmission-sig", "x-patreon-signature"];
        for header in headers {
            request = request.header(header, signature);
        }
        client.send(request.body(body.to_vec())).await
    }

    /// The end of every test: the books are right, say what the gateway's say, and nothing is left to do.
    async fn close(self) {
        match self {
            Self::Sandbox(app) | Self::Transfers(app) => app.finish().await,
            Self::Stripe(shop) => shop.close().await,
            Self::Paypal(shop) => shop.close().await,
            Self::Patreon(site) => site.app.finish().await,
        }
    }
}

/// The tests of one rule: each way on each database.
macro_rules! each {
    ($name:ident: $($way:ident $variant:ident),+) => {
        mod $name {
            $(mod $way {
                async fn holds(engine: crate::support::app::Engine) {
                    let till = super::super::Till::open(super::super::Way::$variant, engine).await;
                    super::super::$name(till).await;
                }
                crate::support::twins!(holds);
            })+
        }
    };
}

async fn a_gift_is_booked_and_receipted_once_whoever_tells_of_it(till: Till) {
    let app = till.app();
    let page = app.client().give(&till.form()).await.location().to_owned();
    let pledge = till.latest().await;
    let thanks = till.thanks(pledge);
    assert_eq!(app.client().status_of(&thanks).await, "pending");
    till.pays(&page, pledge).await;
    for _ in 0..2 {
        app.client().get(&thanks).await;
        reconcile::hourly(app.ctx()).await.unwrap();
        app.clock.advance(TimeDelta::hours(1));
        till.hears().await;
    }
    let given = app.given(&thanks).await;
    assert_eq!(app.stands(&given).await, (DonationStatus::Succeeded, 2500));
    assert_eq!((app.count("donations").await, app.count("receipts").await), (1, 1));
    assert_eq!(app.letters_about("receipt R2026-000001").len(), 1);
    assert_eq!(app.view(&thanks).await.pledge.status, PledgeStatus::Fulfilled);
    till.close().await;
}
each!(a_gift_is_booked_and_receipted_once_whoever_tells_of_it:
    sandbox Sandbox, transfers Transfers, stripe Stripe, paypal Paypal);

async fn the_same_form_twice_is_one_promise_with_one_page(till: Till) {
    let app = till.app();
    let first = app.client().give(&till.form()).await.location().to_owned();
    assert_eq!(app.client().give(&till.form()).await.location(), first);
    assert_eq!(app.count("pledges").await, 1);
    assert!(app.count("attempts").await <= 1);
    till.pays(&first, till.latest().await).await;
    assert_eq!(app.count("donations").await, 1);
    till.close().await;
}
each!(the_same_form_twice_is_one_promise_with_one_page:
    sandbox Sandbox, transfers Transfers, stripe Stripe, paypal Paypal);

async fn money_goes_back_in_equal_parts_and_never_more_than_came(till: Till) {
    let app = till.app();
    let page = app.client().give(&till.form()).await.location().to_owned();
    let pledge = till.latest().await;
    till.pays(&page, pledge).await;
    let given = app.given(&till.thanks(pledge)).await;
    for _ in 0..2 {
        app.orders_refund(&given, Some(700)).await.unwrap();
        app.clock.advance(TimeDelta::minutes(1));
        till.hears().await;
    }
    assert_eq!(app.stands(&given).await.1, 1100, "two equal refunds are two");
    app.orders_refund(&given, Some(1101)).await.unwrap_err();
    app.orders_refund(&given, None).await.unwrap();
    app.clock.advance(TimeDelta::minutes(1));
    till.hears().await;
    reconcile::hourly(app.ctx()).await.unwrap();
    till.hears().await;
    assert_eq!(app.stands(&given).await, (DonationStatus::Refunded, 0));
    app.orders_refund(&given, Some(1)).await.unwrap_err();
    let refunds = app.refunds_of(&given).await;
    assert_eq!(refunds.len(), 3);
    assert!(refunds.iter().all(|refund| refund.status == RefundStatus::Succeeded), "{refunds:?}");
    till.close().await;
}
each!(money_goes_back_in_equal_parts_and_never_more_than_came:
    sandbox Sandbox, transfers Transfers, stripe Stripe, paypal Paypal);

async fn support_is_paid_each_period_until_it_is_stopped(till: Till) {
    let app = till.app();
    let page = app.client().give(&till.form().set("frequency", "monthly")).await.location().to_owned();
    let pledge = till.latest().await;
    till.pays(&page, pledge).await;
    assert_eq!(app.view(&till.thanks(pledge)).await.pledge.status, PledgeStatus::Active);
    till.lives(31).await;
    if matches!(till, Till::Transfers(_)) {
        till.transfers(pledge).await;
    }
    till.lives(2).await;
    assert_eq!(app.count("donations").await, 2);

    let stop = OrderRequest { pledge, what: OrderKind::Cancel, by: Orderer::Donor, reason: None };
    orders::order(app.ctx(), stop).await.unwrap();
    till.lives(35).await;
    assert_eq!(app.view(&till.thanks(pledge)).await.pledge.status, PledgeStatus::Cancelled);
    assert_eq!(app.count("donations").await, 2, "nothing more is charged");
    let paid = "SELECT CAST(period_on AS TEXT) AS line FROM donations ORDER BY period_on";
    assert_eq!(app.lines(paid).await, ["2026-06-15", "2026-07-15"]);
    till.close().await;
}
each!(support_is_paid_each_period_until_it_is_stopped:
    sandbox Sandbox, transfers Transfers, stripe Stripe, paypal Paypal);

async fn what_cannot_be_given_is_refused_on_the_form(till: Till) {
    let app = till.app();
    for (field, value) in [("amount", "0.10"), ("amount", "99999999"), ("amount", "-5"), ("currency", "XXX")]
    {
        let answer = app.client().give(&till.form().set(field, value)).await;
        assert_eq!(answer.status, 422, "{field} {value}: {}", answer.text());
    }
    assert_eq!((app.count("pledges").await, app.count("attempts").await), (0, 0));
    till.close().await;
}
each!(what_cannot_be_given_is_refused_on_the_form:
    sandbox Sandbox, transfers Transfers, stripe Stripe, paypal Paypal);

/// The forgeries of each signature in its kind are in the module of its gateway; these are no signature at all.
async fn a_strangers_webhook_changes_nothing(till: Till) {
    let app = till.app();
    let everything = async || {
        let mut counts = Vec::new();
        for table in ["inbox", "jobs", "pledges", "donations", "external_members", "audit_log"] {
            counts.push(app.count(table).await);
        }
        counts
    };
    let before = everything().await;
    let large = "a".repeat(4_000);
    for signature in ["", "x", "t=1,v1=00", "sha256=00", large.as_str()] {
        for body in [b"".as_slice(), b"{}", b"\xff\x00", b"{\"id\":\"evt_1\",\"type\":\"payment\"}"] {
            let answer = till.posts(signature, body).await;
            assert!(answer.status.is_client_error(), "{signature}: {}", answer.status);
        }
    }
    assert_eq!(everything().await, before);
    till.close().await;
}
each!(a_strangers_webhook_changes_nothing:
    sandbox Sandbox, transfers Transfers, stripe Stripe, paypal Paypal, patreon Patreon);
