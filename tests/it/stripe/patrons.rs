//! Patrons by card: from the first payment to the end, against Stripe's own books.

use super::shop::{Begun, Shop};
use crate::support::both;
use crate::support::gift::{Form, eur};
use crate::support::stripe::{Payment, Plastic, Script, TrueSubscription};
use chrono::{DateTime, TimeDelta, Utc};
use mainstay::domain::clock::Clock as _;
use mainstay::domain::ids::PledgeId;
use mainstay::domain::money::Money;
use mainstay::domain::pledge::{Frequency, PledgeStatus};
use mainstay::domain::subscription::{
    EndReason, OrderKind, OrderStatus, Orderer, Subscription, SubscriptionState,
};
use mainstay::gateways::CardPage;
use mainstay::store::subscriptions;
use mainstay::usecases::patrons::orders::{self, OrderRequest};
use mainstay::usecases::patrons::tend;

/// €25 a month, by card.
pub(super) fn monthly() -> Form {
    Form::gift().set("gateway", "stripe").set("frequency", "monthly")
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Somebody who gives every month.
pub(super) struct Patron {
    pub(super) begun: Begun,
    pub(super) pledge: PledgeId,
    /// Stripe's name of the subscription.
    pub(super) remote: String,
}

impl Shop {
    /// Becomes a patron by a card that works; everything is heard of.
    pub(super) async fn joins(&self, form: &Form) -> Patron {
        self.joins_by(form, Plastic::GOOD).await
    }

    pub(super) async fn joins_by(&self, form: &Form, plastic: Plastic) -> Patron {
        let begun = self.begins(form).await;
        self.stripe.subscribe(&begun.session, plastic);
        self.hears().await;
        let pledge = self.app.view(&begun.thanks).await.pledge.id;
        let remote = self.stripe.subscription_with("mainstay_pledge", &pledge.to_string()).id;
        Patron { begun, pledge, remote }
    }

    /// What the site knows of a subscription.
    pub(super) async fn knows(&self, patron: &Patron) -> Subscription {
        let pledge = patron.pledge;
        self.app.ctx().db.read(move |conn| subscriptions::find(conn, pledge)).await.unwrap().unwrap()
    }

    pub(super) async fn state(&self, patron: &Patron) -> SubscriptionState {
        self.knows(patron).await.news.state
    }

    /// What is really true of a subscription.
    pub(super) fn truth(&self, patron: &Patron) -> TrueSubscription {
        self.stripe.subscription_with("mainstay_pledge", &patron.pledge.to_string())
    }

    /// Asks something of a subscription, as the donor does.
    pub(super) async fn asks(&self, patron: &Patron, what: OrderKind) -> OrderStatus {
        let request = OrderRequest { pledge: patron.pledge, what, by: Orderer::Donor, reason: None };
        let ordered = orders::order(self.app.ctx(), request).await.unwrap();
        self.hears().await;
        ordered.order.status
    }

    /// Time goes by until then: what falls due at Stripe is heard of as it comes.
    pub(super) async fn lives_until(&self, time: DateTime<Utc>) {
        loop {
            let now = self.app.clock.now();
            if now >= time {
                return;
            }
            let due = self.stripe.next_due().map_or(time, |due| due.min(time));
            self.app.clock.advance(due - now);
            self.hears().await;
        }
    }

    /// The first days of the periods that were paid, as the books have them.
    pub(super) async fn periods(&self, patron: &Patron) -> Vec<String> {
        let sql = format!(
            "SELECT CAST(period_on AS TEXT) AS line FROM donations WHERE pledge_id = '{}' AND status = 'succeeded' \
             ORDER BY period_on",
            patron.pledge
        );
        self.app.lines(&sql).await
    }

    /// Every period that Stripe was paid for is in the books, once, and no other.
    pub(super) async fn agrees_about(&self, patron: &Patron) {
        let day = |second: i64| DateTime::from_timestamp(second, 0).unwrap().date_naive().to_string();
        let invoices = self.truth(patron).invoices.into_iter();
        let paid = invoices.filter(|invoice| invoice.status == "paid" && invoice.amount > 0);
        let expected: Vec<_> = paid.map(|invoice| day(invoice.period.0)).collect();
        assert_eq!(self.periods(patron).await, expected);
    }
}

both! {
    async fn a_reader_becomes_a_patron_by_card(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&monthly()).await;
        assert_eq!(shop.status_of(&begun).await, "pending");
        let intent = shop.stripe.pay(&begun.session, Payment::Card);
        shop.hears().await;

        assert_eq!(shop.status_of(&begun).await, "active");
        let given = shop.app.given(&begun.thanks).await;
        assert_eq!((given.donation.remote.as_str(), given.pledge.status), (intent.as_str(), PledgeStatus::Active));
        assert_eq!(given.donation.period_on.unwrap().to_string(), "2026-06-15");
        let truth = shop.stripe.subscriptions().remove(0);
        assert_eq!(truth.metadata["mainstay_pledge"], given.pledge.id.to_string());
        assert_eq!((truth.amount, truth.interval, truth.status), (2500, ("month", 1), "active"));
        let patron = Patron { begun, pledge: given.pledge.id, remote: truth.id };
        let known = shop.knows(&patron).await;
        assert_eq!((known.news.remote.as_str(), known.news.state), (patron.remote.as_str(), SubscriptionState::Active));
        assert_eq!((known.news.amount, known.news.frequency), (eur(2500), Frequency::Monthly));
        assert_eq!(known.next_charge_at(), Some(at("2026-07-15T10:00:00Z")));
        assert_eq!(known.news.card.unwrap().label, "visa 4242");
        assert_eq!(shop.app.count("receipts").await, 1);
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn two_years_of_renewals_are_booked_and_receipted_once_each(engine) {
        let shop = Shop::open(engine).await;
        shop.app.clock.advance(at("2026-08-31T10:00:00Z") - shop.app.clock.now());
        let patron = shop.joins(&monthly()).await;
        shop.lives_until(at("2028-08-30T00:00:00Z")).await;

        let periods = shop.periods(&patron).await;
        assert_eq!(periods.len(), 24);
        let days = ["2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"];
        assert_eq!(periods[..8], days);
        assert_eq!(periods[18], "2028-02-29");
        shop.agrees_about(&patron).await;
        assert_eq!((shop.app.count("receipts").await, shop.app.count("donations").await), (24, 24));
        assert_eq!(shop.clearing("EUR").await, 24 * 2402);
        assert_eq!(shop.app.review_kinds().await, [""; 0]);
        shop.close().await;
    }
}

both! {
    async fn every_frequency_is_charged_on_its_days(engine) {
        let shop = Shop::open(engine).await;
        let mut patrons = Vec::new();
        for (number, frequency) in ["weekly", "quarterly", "yearly"].into_iter().enumerate() {
            patrons.push(shop.joins(&monthly().set("frequency", frequency).by(number)).await);
        }
        shop.lives_until(at("2027-06-16T00:00:00Z")).await;
        let mut counts = Vec::new();
        for patron in &patrons {
            shop.agrees_about(patron).await;
            counts.push(shop.periods(patron).await.len());
        }
        assert_eq!(counts, [53, 5, 2]);
        shop.close().await;
    }
}

both! {
    async fn three_d_secure_walked_away_from_is_no_patron(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&monthly()).await;
        shop.stripe.pay(&begun.session, Payment::WalksAway);
        shop.hears().await;
        assert_ne!(shop.status_of(&begun).await, "active");
        shop.lives_until(at("2026-06-17T00:00:00Z")).await;
        shop.app.upkeep().await;

        assert_eq!(shop.stripe.subscriptions()[0].status, "incomplete_expired");
        assert_eq!(shop.status_of(&begun).await, "expired");
        assert_eq!((shop.app.count("receipts").await, shop.app.count("ledger_entries").await), (0, 0));
        shop.close().await;
    }
}

both! {
    async fn a_card_that_is_declined_on_the_page_may_be_followed_by_one_that_pays(engine) {
        let shop = Shop::open(engine).await;
        let begun = shop.begins(&monthly()).await;
        shop.stripe.pay(&begun.session, Payment::Declined);
        shop.hears().await;
        assert_ne!(shop.status_of(&begun).await, "active");
        shop.app.clock.advance(TimeDelta::minutes(1));
        shop.stripe.subscribe(&begun.session, Plastic::ASKING);
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "active");
        assert_eq!(shop.app.count("receipts").await, 1);
        shop.close().await;
    }
}

both! {
    async fn a_renewal_that_is_declined_is_past_due_until_a_new_card_mends_it(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.stripe.card_does(&patron.remote, Script::Declines("insufficient_funds"));
        shop.lives_until(at("2026-07-19T00:00:00Z")).await;
        let since = at("2026-07-15T10:00:00Z");
        assert_eq!(shop.state(&patron).await, SubscriptionState::PastDue { since });
        assert_eq!(shop.app.view(&patron.begun.thanks).await.pledge.status, PledgeStatus::PastDue);

        // The same card again changes nothing.
        tend::collect(shop.app.ctx(), patron.pledge).await.unwrap();
        assert_eq!(shop.state(&patron).await, SubscriptionState::PastDue { since });
        shop.stripe.new_card(&shop.truth(&patron).customer, Plastic::OTHER);
        shop.hears().await;
        tend::collect(shop.app.ctx(), patron.pledge).await.unwrap();
        shop.hears().await;

        let known = shop.knows(&patron).await;
        assert_eq!((known.news.state, known.news.card.unwrap().label.as_str()), (SubscriptionState::Active, "mastercard 4444"));
        shop.lives_until(at("2026-09-01T00:00:00Z")).await;
        assert_eq!(shop.periods(&patron).await, ["2026-06-15", "2026-07-15", "2026-08-15"]);
        shop.agrees_about(&patron).await;
        assert_eq!(shop.app.count("receipts").await, 3);
        shop.close().await;
    }
}

both! {
    async fn a_renewal_that_is_tried_again_recovers_by_itself(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.stripe.card_does(&patron.remote, Script::AsksItsHolder);
        shop.lives_until(at("2026-07-16T00:00:00Z")).await;
        assert!(matches!(shop.state(&patron).await, SubscriptionState::PastDue { .. }));
        shop.stripe.card_does(&patron.remote, Script::Works);
        shop.lives_until(at("2026-07-20T00:00:00Z")).await;
        assert_eq!(shop.state(&patron).await, SubscriptionState::Active);
        assert_eq!(shop.periods(&patron).await, ["2026-06-15", "2026-07-15"]);
        shop.close().await;
    }
}

both! {
    async fn a_card_that_never_pays_again_ends_the_support(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins_by(&monthly(), Plastic::GOOD.until(7, 2026)).await;
        shop.lives_until(at("2026-08-15T12:00:00Z")).await;
        assert!(matches!(shop.state(&patron).await, SubscriptionState::PastDue { .. }));
        shop.lives_until(at("2026-09-30T00:00:00Z")).await;

        let ended = SubscriptionState::Ended { at: at("2026-08-30T11:00:00Z"), reason: EndReason::PaymentFailed };
        assert_eq!(shop.state(&patron).await, ended);
        assert_eq!(shop.periods(&patron).await.len(), 2);
        shop.agrees_about(&patron).await;
        shop.close().await;
    }
}

both! {
    async fn a_pause_charges_nothing_until_its_day(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        let until = at("2026-09-01T00:00:00Z");
        assert_eq!(shop.asks(&patron, OrderKind::Pause { until: Some(until) }).await, OrderStatus::Done);
        assert_eq!(shop.state(&patron).await, SubscriptionState::Paused { until: Some(until) });
        shop.lives_until(at("2026-08-31T00:00:00Z")).await;
        assert_eq!(shop.periods(&patron).await, ["2026-06-15"]);
        shop.lives_until(at("2026-09-16T00:00:00Z")).await;
        assert_eq!(shop.state(&patron).await, SubscriptionState::Active);
        assert_eq!(shop.periods(&patron).await, ["2026-06-15", "2026-09-15"]);

        shop.asks(&patron, OrderKind::Pause { until: None }).await;
        shop.lives_until(at("2026-11-01T00:00:00Z")).await;
        assert_eq!(shop.asks(&patron, OrderKind::Resume).await, OrderStatus::Done);
        shop.lives_until(at("2026-11-16T00:00:00Z")).await;
        assert_eq!(shop.periods(&patron).await, ["2026-06-15", "2026-09-15", "2026-11-15"]);
        shop.agrees_about(&patron).await;
        shop.close().await;
    }
}

both! {
    async fn support_that_was_stopped_on_the_dashboard_goes_on_when_the_donor_says_so(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.stripe.stop_subscription(&patron.remote);
        shop.lives_until(at("2026-08-20T00:00:00Z")).await;
        assert_eq!(shop.state(&patron).await, SubscriptionState::Paused { until: None });
        assert_eq!(shop.periods(&patron).await, ["2026-06-15"]);

        assert_eq!(shop.asks(&patron, OrderKind::Resume).await, OrderStatus::Done);

        assert_eq!(shop.state(&patron).await, SubscriptionState::Active);
        assert_eq!(shop.periods(&patron).await, ["2026-06-15"], "nothing for the time between");
        shop.lives_until(at("2026-09-16T00:00:00Z")).await;
        assert_eq!(shop.periods(&patron).await, ["2026-06-15", "2026-09-15"], "on its own day");
        shop.agrees_about(&patron).await;
        shop.close().await;
    }
}

both! {
    async fn another_amount_or_frequency_counts_from_the_next_date_without_proration(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        let change = |minor, frequency| OrderKind::Change { amount: eur(minor), frequency };
        assert_eq!(shop.asks(&patron, change(4000, Frequency::Monthly)).await, OrderStatus::Done);
        let known = shop.knows(&patron).await;
        assert_eq!((known.news.amount, known.next_charge_at()), (eur(4000), Some(at("2026-07-15T10:00:00Z"))));
        assert_eq!(shop.clearing("EUR").await, 2402, "nothing is charged now");

        shop.lives_until(at("2026-07-20T00:00:00Z")).await;
        assert_eq!(shop.asks(&patron, change(30000, Frequency::Yearly)).await, OrderStatus::Done);
        let known = shop.knows(&patron).await;
        assert_eq!((known.news.state, known.news.frequency), (SubscriptionState::Active, Frequency::Yearly));
        assert_eq!(known.next_charge_at(), Some(at("2026-08-15T10:00:00Z")));
        shop.lives_until(at("2027-08-16T00:00:00Z")).await;

        assert_eq!(shop.periods(&patron).await, ["2026-06-15", "2026-07-15", "2026-08-15", "2027-08-15"]);
        let truth = shop.truth(&patron);
        let amounts: Vec<_> = truth.invoices.iter().map(|invoice| invoice.amount).collect();
        assert_eq!(amounts, [2500, 4000, 0, 30000, 30000]);
        shop.agrees_about(&patron).await;
        assert_eq!(shop.app.count("receipts").await, 4);
        shop.close().await;
    }
}

both! {
    async fn a_patron_who_stops_is_charged_no_more_unless_it_is_taken_back(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        assert_eq!(shop.asks(&patron, OrderKind::Cancel).await, OrderStatus::Done);
        let known = shop.knows(&patron).await;
        assert_eq!((known.news.ends_at, known.news.state), (Some(at("2026-07-15T10:00:00Z")), SubscriptionState::Active));
        assert_eq!(shop.asks(&patron, OrderKind::Keep).await, OrderStatus::Done);
        assert_eq!(shop.knows(&patron).await.news.ends_at, None);
        shop.lives_until(at("2026-07-16T00:00:00Z")).await;
        shop.asks(&patron, OrderKind::Cancel).await;
        shop.lives_until(at("2027-01-01T00:00:00Z")).await;

        let ended = SubscriptionState::Ended { at: at("2026-08-15T10:00:00Z"), reason: EndReason::Voluntary };
        assert_eq!(shop.state(&patron).await, ended);
        assert_eq!(shop.periods(&patron).await, ["2026-06-15", "2026-07-15"]);
        shop.agrees_about(&patron).await;
        shop.close().await;
    }
}

both! {
    async fn two_pledges_of_one_donor_are_two_and_ending_one_leaves_the_other(engine) {
        let shop = Shop::open(engine).await;
        let first = shop.joins(&monthly()).await;
        shop.app.clock.advance(TimeDelta::days(1));
        let second = shop.joins(&monthly().set("amount", "40")).await;
        assert_ne!((first.pledge, &first.remote), (second.pledge, &second.remote));
        let end = OrderKind::End { reason: EndReason::Voluntary };
        assert_eq!(shop.asks(&first, end).await, OrderStatus::Done);
        shop.lives_until(at("2026-08-01T00:00:00Z")).await;

        assert!(matches!(shop.state(&first).await, SubscriptionState::Ended { reason: EndReason::Voluntary, .. }));
        assert_eq!(shop.state(&second).await, SubscriptionState::Active);
        assert_eq!((shop.periods(&first).await.len(), shop.periods(&second).await.len()), (1, 2));
        shop.close().await;
    }
}

both! {
    async fn our_reason_for_an_end_comes_back_from_stripe(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        shop.asks(&patron, OrderKind::End { reason: EndReason::Dispute }).await;
        assert!(matches!(shop.state(&patron).await, SubscriptionState::Ended { reason: EndReason::Dispute, .. }));
        let other = shop.joins(&monthly().by(2)).await;
        shop.stripe.end_subscription(&other.remote, "payment_disputed");
        shop.hears().await;
        assert!(matches!(shop.state(&other).await, SubscriptionState::Ended { reason: EndReason::Dispute, .. }));
        shop.close().await;
    }
}

both! {
    async fn cards_are_changed_in_the_portal_whose_settings_are_made_once(engine) {
        let shop = Shop::open(engine).await;
        let patron = shop.joins(&monthly()).await;
        let known = shop.knows(&patron).await.news;
        let page = CardPage {
            subscription: known.remote,
            customer: None,
            return_url: "https://press.example.org/account".to_owned(),
            locale: "de".to_owned(),
        };
        for customer in [None, known.customer] {
            let url = shop.gateway().card_page(&CardPage { customer, ..page.clone() }).await.unwrap();
            assert!(url.starts_with(&format!("{}/p/session/", shop.stripe.url)), "{url}");
        }
        let made = shop.stripe.calls().into_iter();
        let made = made.filter(|call| call.method == "POST" && call.path.ends_with("/configurations"));
        assert_eq!(made.count(), 1);

        shop.stripe.card_is_renewed(&patron.remote, 3, 2035);
        shop.hears().await;
        assert_eq!(shop.knows(&patron).await.news.card.unwrap().expires_on.to_string(), "2035-03-31");
        shop.close().await;
    }
}

both! {
    async fn support_in_a_currency_of_other_units_is_charged_in_those(engine) {
        let shop = Shop::open_with(
            engine,
            |_as_usual| {},
            &[("MAINSTAY_SITE__CURRENCIES", "EUR,ISK"), ("MAINSTAY_LIMITS__MAXIMUM__DEFAULT", "1000000000")],
        )
        .await;
        let patron = shop.joins(&monthly().set("currency", "ISK").set("amount", "2500")).await;
        let krona = |minor: i64| Money::new(minor, mainstay::domain::money::Currency::parse("ISK").unwrap());
        assert_eq!((shop.truth(&patron).amount, shop.knows(&patron).await.news.amount), (250_000, krona(2_500)));
        let change = OrderKind::Change { amount: krona(3_000), frequency: Frequency::Monthly };
        assert_eq!(shop.asks(&patron, change).await, OrderStatus::Done);
        shop.lives_until(at("2026-07-16T00:00:00Z")).await;
        assert_eq!(shop.truth(&patron).invoices[1].amount, 300_000);
        shop.agrees_about(&patron).await;
        shop.app.finish().await;
    }
}
