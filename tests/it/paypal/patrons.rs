//! Patrons by PayPal: from the agreement to the end, against PayPal's own books.

use super::shop::Shop;
use crate::support::both;
use crate::support::gift::{Form, eur};
use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::clock::Clock as _;
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::ids::PledgeId;
use mainstay::domain::pledge::Frequency;
use mainstay::domain::subscription::{
    EndReason, Order, OrderKind, OrderStatus, Orderer, Subscription, SubscriptionState,
};
use mainstay::store::{subscription_orders, subscriptions};
use mainstay::usecases::UseCaseError;
use mainstay::usecases::patrons::orders::{self, OrderRequest};
use mainstay::usecases::patrons::tend;
use mainstay::usecases::reconcile;

/// €25 a month through PayPal.
pub(crate) fn monthly() -> Form {
    Form::gift().set("gateway", "paypal").set("frequency", "monthly")
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Somebody who is on PayPal's page, or gives every month.
#[derive(Debug, Clone)]
pub(crate) struct Patron {
    pub(crate) pledge: PledgeId,
    /// PayPal's name of the subscription.
    pub(crate) remote: String,
    /// The page on which they agree.
    pub(crate) page: String,
    pub(crate) thanks: String,
}

impl Shop {
    /// Fills in the form, as far as PayPal's page.
    pub(crate) async fn signs_up(&self, form: &Form) -> Patron {
        let page = self.app.client().give(form).await.location().to_owned();
        assert!(
            page.starts_with(&format!("{}/webapps/billing/subscriptions?ba_token=", self.paypal.url)),
            "{page}"
        );
        let begun = self.paypal.subscriptions().into_iter().max_by_key(|it| it.id.clone()).unwrap();
        let sql = format!("SELECT pledge_id AS line FROM attempts WHERE id = '{}'", begun.custom_id);
        let pledge: PledgeId = self.app.lines(&sql).await.remove(0).parse().unwrap();
        let token = mainstay::usecases::tokens::status_token(&self.app.ctx().key, pledge).unwrap();
        Patron { pledge, remote: begun.id, page, thanks: format!("/thanks/{token}") }
    }

    /// Becomes a patron; everything is heard of.
    pub(crate) async fn joins(&self, form: &Form) -> Patron {
        let patron = self.signs_up(form).await;
        self.paypal.agree(&patron.page, true);
        self.hears().await;
        patron
    }

    pub(crate) async fn knows(&self, patron: &Patron) -> Subscription {
        let pledge = patron.pledge;
        self.app.ctx().db.read(move |conn| subscriptions::find(conn, pledge)).await.unwrap().unwrap()
    }

    async fn state(&self, patron: &Patron) -> SubscriptionState {
        self.knows(patron).await.news.state
    }

    async fn status(&self, patron: &Patron) -> String {
        self.app.client().status_of(&patron.thanks).await
    }

    async fn latest_order(&self, patron: &Patron) -> Order {
        let pledge = patron.pledge;
        let all = self.app.ctx().db.read(move |conn| subscription_orders::of_pledge(conn, pledge)).await;
        all.unwrap().remove(0)
    }

    async fn asks(&self, patron: &Patron, what: OrderKind) -> Result<Order, UseCaseError> {
        self.asks_as(Orderer::Donor, patron, what).await
    }

    async fn asks_as(&self, by: Orderer, patron: &Patron, what: OrderKind) -> Result<Order, UseCaseError> {
        let request = OrderRequest { pledge: patron.pledge, what, by, reason: None };
        let ordered = orders::order(self.app.ctx(), request).await.map(|ordered| ordered.order);
        self.hears().await;
        ordered
    }

    /// Time goes by until then, in steps of half a day, and everything is heard of as it comes.
    pub(crate) async fn lives_until(&self, time: DateTime<Utc>) {
        while self.app.clock.now() < time {
            let step = (time - self.app.clock.now()).min(TimeDelta::hours(12));
            self.app.clock.advance(step);
            self.hears().await;
        }
    }

    /// It is this time now; nothing is heard of what happened meanwhile.
    fn goes_to(&self, time: &str) {
        self.app.clock.advance(at(time) - self.app.clock.now());
    }

    async fn lives_days(&self, days: i64) {
        self.lives_until(self.app.clock.now() + TimeDelta::days(days)).await;
    }

    /// The first days of the periods that were paid, and the amounts, as the books have them.
    async fn periods(&self, patron: &Patron) -> Vec<String> {
        let sql = format!(
            "SELECT CAST(period_on AS TEXT) || ' ' || CAST(gross_minor AS TEXT) AS line FROM donations \
             WHERE pledge_id = '{}' AND status = 'succeeded' ORDER BY period_on",
            patron.pledge
        );
        self.app.lines(&sql).await
    }
}

both! {
    async fn a_reader_becomes_a_patron_and_every_month_is_paid_once(engine) {
        let shop = Shop::open(engine).await;
        shop.goes_to("2027-01-31T11:00:00Z");
        let patron = shop.signs_up(&monthly()).await;
        assert_eq!(shop.status(&patron).await, "pending");
        let asked = shop.paypal.subscription(&patron.remote);
        assert_eq!((asked.terms.price.minor, asked.terms.price.currency.as_str()), (2500, "EUR"));

        shop.paypal.agree(&patron.page, true);
        // The donor is back before any event.
        shop.app.clock.advance(TimeDelta::minutes(1));
        shop.app.client().get(&patron.thanks).await;
        shop.app.run_jobs().await;
        assert_eq!(shop.status(&patron).await, "active");
        let known = shop.knows(&patron).await;
        assert_eq!((known.news.state, known.news.amount), (SubscriptionState::Active, eur(2500)));
        assert_eq!(known.news.period.unwrap().until.date_naive().to_string(), "2027-02-28");
        shop.hears().await;
        assert_eq!(shop.app.letters_about("receipt R2027-000001 for your gift of €25.00").len(), 1);
        // 2.49 % and 35 cents at the emulator.
        assert_eq!((shop.clearing("EUR").await, shop.in_books("expense:fees", "EUR").await), (2403, 97));

        shop.lives_until(at("2027-05-01T00:00:00Z")).await;
        assert_eq!(
            shop.periods(&patron).await,
            ["2027-01-31 2500", "2027-02-28 2500", "2027-03-31 2500", "2027-04-30 2500"]
        );
        assert_eq!(shop.knows(&patron).await.news.period.unwrap().until.date_naive().to_string(), "2027-05-31");
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn the_product_and_the_plan_are_made_once_for_all_patrons(engine) {
        let shop = Shop::open(engine).await;
        for number in 0..3 {
            shop.joins(&monthly().by(number).set("amount", &format!("{}", 10 + number))).await;
        }
        assert_eq!((shop.paypal.done("POST", "/catalogs/products").len(), shop.paypal.plans()), (1, 1));
        shop.joins(&monthly().by(7).set("frequency", "yearly")).await;
        assert_eq!((shop.paypal.done("POST", "/catalogs/products").len(), shop.paypal.plans()), (1, 2));
        let asked = shop.paypal.done("POST", "/v1/billing/subscriptions");
        let keys: Vec<_> = asked.into_iter().map(|call| call.key.unwrap()).collect();
        let attempts: Vec<_> = shop.paypal.subscriptions().into_iter().map(|it| it.custom_id).collect();
        assert_eq!(keys, attempts);
        shop.close().await;
    }
}

both! {
    async fn whoever_never_agrees_is_no_patron_and_may_still_become_one(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.signs_up(&monthly()).await;
        shop.app.clock.advance(TimeDelta::hours(30));
        shop.app.upkeep().await;
        assert_eq!(shop.status(&patron).await, "expired");
        assert_eq!((shop.app.count("subscriptions").await, shop.app.count("donations").await), (0, 0));
        // The page was left open: what is agreed to late counts.
        shop.paypal.agree(&patron.page, true);
        shop.hears().await;
        assert_eq!(shop.status(&patron).await, "active");
        shop.close().await;
    }
}

both! {
    async fn a_payment_that_fails_is_owed_and_what_comes_later_is_booked_as_it_is(engine) {
        let shop = Shop::open(engine).await;
        shop.goes_to("2027-01-10T11:00:00Z");
        let patron = shop.joins(&monthly()).await;
        shop.paypal.means_work(&patron.remote, false);
        shop.lives_until(at("2027-02-10T12:00:00Z")).await;
        let since = at("2027-02-10T11:00:00Z");
        assert_eq!(shop.state(&patron).await, SubscriptionState::PastDue { since });
        shop.lives_until(at("2027-02-16T12:00:00Z")).await;
        assert_eq!(shop.state(&patron).await, SubscriptionState::PastDue { since }, "a second failure moves nothing");

        shop.paypal.means_work(&patron.remote, true);
        tend::collect(shop.app.ctx(), patron.pledge).await.unwrap();
        shop.hears().await;
        assert_eq!(shop.state(&patron).await, SubscriptionState::Active);
        assert_eq!(shop.periods(&patron).await, ["2027-01-10 2500", "2027-02-10 2500"]);
        shop.close().await;
    }
}

both! {
    async fn two_weeks_paid_in_one_are_no_larger_gift(engine) {
        let shop = Shop::open(engine).await;
        shop.goes_to("2027-01-10T11:00:00Z");
        let patron = shop.joins(&monthly().set("frequency", "weekly")).await;
        shop.paypal.means_work(&patron.remote, false);
        shop.lives_until(at("2027-01-23T12:00:00Z")).await;
        // It failed twice; PayPal adds what is owed to the next charge.
        let since = at("2027-01-17T11:00:00Z");
        assert_eq!(shop.state(&patron).await, SubscriptionState::PastDue { since });
        shop.paypal.means_work(&patron.remote, true);
        shop.lives_until(at("2027-01-25T12:00:00Z")).await;
        assert_eq!(shop.state(&patron).await, SubscriptionState::Active);
        assert_eq!(shop.periods(&patron).await, ["2027-01-10 2500", "2027-01-24 5000"]);
        assert_eq!(shop.knows(&patron).await.news.amount, eur(2500));
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn support_that_is_not_paid_ends_at_paypal_too(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.paypal.means_work(&patron.remote, false);
        for _ in 0..30 {
            shop.lives_days(2).await;
            shop.app.upkeep().await;
            shop.hears().await;
        }
        assert_eq!(shop.paypal.subscription(&patron.remote).status, "CANCELLED");
        let SubscriptionState::Ended { reason, .. } = shop.state(&patron).await else { panic!("it goes on") };
        assert_eq!(reason, EndReason::PaymentFailed);
        shop.close().await;
    }
}

both! {
    async fn a_stop_is_confirmed_at_paypal_and_what_is_paid_for_is_kept(engine) {
        let shop = Shop::open(engine).await;
        shop.goes_to("2027-01-10T11:00:00Z");
        let patron = shop.joins(&monthly()).await;
        shop.lives_days(3).await;
        let order = shop.asks(&patron, OrderKind::Cancel).await.unwrap();
        assert_eq!(order.status, OrderStatus::Done);
        assert_eq!(shop.paypal.subscription(&patron.remote).status, "CANCELLED");
        let known = shop.knows(&patron).await;
        assert_eq!(known.news.ends_at.map(|at| at.date_naive().to_string()).as_deref(), Some("2027-02-10"));
        assert_eq!(known.news.state, SubscriptionState::Active);
        // An end is final there.
        let refused = shop.asks(&patron, OrderKind::Keep).await.unwrap_err();
        assert!(refused.to_string().contains("an end is final"), "{refused}");

        shop.lives_until(at("2027-02-11T11:00:00Z")).await;
        shop.app.upkeep().await;
        let SubscriptionState::Ended { at, reason } = shop.state(&patron).await else { panic!("it goes on") };
        assert_eq!((at.date_naive().to_string().as_str(), reason), ("2027-02-10", EndReason::Voluntary));
        assert_eq!(shop.periods(&patron).await.len(), 1);
        shop.close().await;
    }
}

both! {
    async fn who_stops_at_paypal_is_heard_of_and_who_is_stopped_at_once_is_gone(engine) {
        let shop = Shop::open(engine).await;
        let (one, two) = (shop.joins(&monthly().by(1)).await, shop.joins(&monthly().by(2)).await);
        shop.paypal.does(&one.remote, "cancel");
        shop.hears().await;
        assert!(shop.knows(&one).await.news.ends_at.is_some());
        let end = OrderKind::End { reason: EndReason::Voluntary };
        shop.asks_as(Orderer::Staff, &one, end.clone()).await.unwrap();
        shop.asks_as(Orderer::Staff, &two, end).await.unwrap();
        for patron in [&one, &two] {
            assert!(shop.state(patron).await.is_over());
            assert_eq!(shop.paypal.subscription(&patron.remote).status, "CANCELLED");
        }
        shop.close().await;
    }
}

both! {
    async fn a_pause_ends_on_its_day_though_paypal_knows_no_such_day(engine) {
        let shop = Shop::open(engine).await;
        shop.goes_to("2027-01-10T11:00:00Z");
        let patron = shop.joins(&monthly()).await;
        let until = at("2027-03-01T12:00:00Z");
        shop.asks(&patron, OrderKind::Pause { until: Some(until) }).await.unwrap();
        assert_eq!(shop.state(&patron).await, SubscriptionState::Paused { until: Some(until) });
        assert_eq!(shop.paypal.subscription(&patron.remote).status, "SUSPENDED");
        shop.lives_until(at("2027-02-28T12:00:00Z")).await;
        shop.app.upkeep().await;
        assert_eq!(shop.paypal.subscription(&patron.remote).status, "SUSPENDED");
        shop.lives_until(at("2027-03-01T13:00:00Z")).await;
        shop.app.upkeep().await;
        shop.app.pass(TimeDelta::minutes(2)).await;
        shop.hears().await;
        assert_eq!(shop.state(&patron).await, SubscriptionState::Active);
        shop.lives_until(at("2027-03-11T12:00:00Z")).await;
        assert_eq!(shop.periods(&patron).await, ["2027-01-10 2500", "2027-03-10 2500"], "nothing for the pause");
        shop.close().await;
    }
}

both! {
    async fn another_amount_counts_once_the_donor_agreed_at_paypal(engine) {
        let shop = Shop::open(engine).await;
        shop.goes_to("2027-01-10T11:00:00Z");
        let patron = shop.joins(&monthly()).await;
        let more = || OrderKind::Change { amount: eur(4000), frequency: Frequency::Monthly };
        let refused = shop.asks_as(Orderer::Staff, &patron, more()).await.unwrap_err();
        assert!(refused.to_string().contains("only if the donor agrees"), "{refused}");

        let order = shop.asks(&patron, more()).await.unwrap();
        let page = order.consent_url.unwrap();
        assert_eq!((order.status, shop.knows(&patron).await.news.amount), (OrderStatus::Pending, eur(2500)));
        assert_eq!(shop.asks(&patron, more()).await.unwrap().id, order.id, "a second click is the same wish");
        // Until then the old amount is charged.
        shop.lives_until(at("2027-02-10T12:00:00Z")).await;
        assert_eq!(shop.app.letters_about("Your support was changed").len(), 0);

        shop.paypal.agree(&page, true);
        shop.hears().await;
        assert_eq!(shop.knows(&patron).await.news.amount, eur(4000));
        assert_eq!(shop.latest_order(&patron).await.status, OrderStatus::Done);
        assert_eq!(shop.app.letters_about("Your support was changed").len(), 1);
        shop.lives_until(at("2027-03-11T12:00:00Z")).await;
        assert_eq!(shop.periods(&patron).await, ["2027-01-10 2500", "2027-02-10 2500", "2027-03-10 4000"]);
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn a_change_that_nobody_agrees_to_keeps_nobody_from_anything_and_is_given_up(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        let change = |minor| OrderKind::Change { amount: eur(minor), frequency: Frequency::Monthly };
        shop.asks(&patron, change(4000)).await.unwrap();
        shop.app.clock.advance(TimeDelta::minutes(1));
        let second = shop.asks(&patron, change(5000)).await.unwrap();
        assert_eq!(shop.latest_order(&patron).await.id, second.id);
        shop.app.clock.advance(TimeDelta::hours(25));
        shop.app.upkeep().await;
        assert_eq!(shop.latest_order(&patron).await.status, OrderStatus::Pending);
        shop.app.clock.advance(TimeDelta::hours(25));
        shop.app.upkeep().await;
        let given_up = shop.latest_order(&patron).await;
        assert_eq!((given_up.status, given_up.code.as_deref()), (OrderStatus::Refused, Some("not_agreed")));
        assert_eq!(shop.knows(&patron).await.news.amount, eur(2500));
        assert!(shop.app.letters_about("Your support was changed").is_empty());

        shop.asks(&patron, change(4000)).await.unwrap();
        let ending = shop.asks(&patron, OrderKind::Cancel).await.unwrap();
        assert_eq!(ending.status, OrderStatus::Done);
        shop.close().await;
    }
}

both! {
    async fn money_goes_back_from_both_sides_and_once(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        let given = shop.app.given(&patron.thanks).await;
        for _ in 0..2 {
            shop.app.orders_refund(&given, Some(500)).await.unwrap();
        }
        shop.app.run_jobs().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1500));
        let sale = shop.paypal.sales().remove(0).id;
        shop.paypal.refund(&sale, Some(300));
        shop.paypal.deliver_shuffled(3, 3).await;
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::PartlyRefunded, 1200));
        assert_eq!(shop.app.refunds_of(&given).await.len(), 3);
        shop.close().await;
    }
}

both! {
    async fn what_paypal_takes_back_is_lost_and_what_is_disputed_is_held(engine) {
        let shop = Shop::open(engine).await;
        let (one, two) = (shop.joins(&monthly().by(1)).await, shop.joins(&monthly().by(2)).await);
        let of = |patron: &Patron| shop.paypal.sales().into_iter().find(|it| it.order == patron.remote).unwrap().id;
        shop.paypal.reverse(&of(&one));
        let dispute = shop.paypal.complain(&of(&two));
        shop.paypal.deliver_shuffled(5, 2).await;
        shop.hears().await;
        let given = shop.app.given(&one.thanks).await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Lost, 0));
        let given = shop.app.given(&two.thanks).await;
        assert_eq!(shop.app.stands(&given).await.0, DonationStatus::Disputed);
        shop.paypal.decide(&dispute, "RESOLVED_SELLER_FAVOUR");
        shop.hears().await;
        assert_eq!(shop.app.stands(&given).await, (DonationStatus::Succeeded, 2500));
        shop.app.pass(TimeDelta::minutes(2)).await;
        shop.hears().await;
        shop.close().await;
    }
}

both! {
    async fn what_was_never_told_is_found_by_asking(engine) {
        let shop = Shop::open(engine).await;
        shop.goes_to("2027-01-10T11:00:00Z");
        let patron = shop.joins(&monthly()).await;
        // Nothing is delivered any more: the question about what is overdue finds it,
        shop.goes_to("2027-02-10T14:00:00Z");
        shop.paypal.bill();
        shop.paypal.drop_pending();
        tend::tend(shop.app.ctx()).await.unwrap();
        shop.app.run_jobs().await;
        assert_eq!(shop.periods(&patron).await.len(), 2);
        // and the search of the movements finds it where the events are gone.
        shop.goes_to("2027-03-12T14:00:00Z");
        shop.paypal.bill();
        shop.paypal.drop_pending();
        let since = at("2027-03-09T00:00:00Z");
        let gateway = shop.gateway();
        let found = gateway.payments_since(since, None).await.unwrap();
        assert!(!found.items.is_empty());
        reconcile::run(shop.app.ctx(), None, Some(since)).await.unwrap();
        shop.app.run_jobs().await;
        assert_eq!(shop.periods(&patron).await.len(), 3);
        shop.close().await;
    }
}

both! {
    async fn any_order_of_the_same_news_ends_the_same(engine) {
        let shop = Shop::open(engine).await;
        let mut ends = Vec::new();
        for seed in 0..6 {
            let patron = shop.signs_up(&monthly().by(seed)).await;
            shop.paypal.agree(&patron.page, true);
            let sale = shop.paypal.sales().into_iter().find(|it| it.order == patron.remote).unwrap().id;
            shop.paypal.refund(&sale, Some(500));
            shop.paypal.does(&patron.remote, "suspend");
            if seed % 2 == 0 {
                shop.app.clock.advance(TimeDelta::minutes(1));
                shop.app.client().get(&patron.thanks).await;
            }
            shop.paypal.deliver_shuffled(seed.try_into().unwrap(), 3).await;
            shop.hears().await;
            let given = shop.app.given(&patron.thanks).await;
            ends.push((shop.state(&patron).await, shop.app.stands(&given).await));
        }
        ends.dedup();
        assert_eq!(ends, [(SubscriptionState::Paused { until: None }, (DonationStatus::PartlyRefunded, 2000))]);
        shop.close().await;
    }
}
