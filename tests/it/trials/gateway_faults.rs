//! Stripe at its worst: calls that fail in every way before and after they are done, events dropped, doubled and out of
//! order. Nobody is charged twice, nothing stays unknown, and our books say what Stripe's say.

use std::collections::BTreeSet;

use reqwest::StatusCode;

use super::gateway::{
    QUICK, attempts_agree, balances_agree, hours, name_of, order_refunds, payments_agree, refunds_agree,
};
use super::{Summary, is_full, seed, size};
use crate::stripe::shop::Shop;
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::random::Random;
use crate::support::stripe::{Complaint, Fault, FeeOfDispute, Payment};
use crate::support::twins;

/// Gifts of one round.
fn gifts_of_a_round() -> u64 {
    size(4, 6)
}

pub(super) async fn open(engine: Engine) -> Shop {
    let settings = [
        ("MAINSTAY_STRIPE__TIMEOUT_S", "1"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "1000000"),
    ];
    Shop::open_with(engine, |options| options.retry_after_s = 0, &settings).await
}

/// Faults that must happen at least once in a share.
const OF_NEWS: [&str; 2] = ["event dropped", "event out of order"];

async fn whatever_the_gateway_does_each_gift_is_charged_once(engine: Engine) {
    // A call that stalls costs its time-out, in which this machine has nothing to do: sites that know nothing of each
    // other wait at the same time.
    let shares = size(1, 10);
    let mut summary = Summary::of("gateway_faults", engine, &OF_NEWS);
    let (mut payments, mut calls) = (0, 0);
    let all = (0..shares).map(|share| Trial::share(engine, share, shares));
    for (share, paid, called) in futures_util::future::join_all(all).await {
        summary.add(share);
        payments += paid;
        calls += called;
    }
    summary.figure("payments", payments);
    summary.figure("calls", calls);
    summary.finish();
}
twins!(whatever_the_gateway_does_each_gift_is_charged_once);

struct Trial {
    shop: Shop,
    /// That of this share.
    seed: u64,
    random: Random,
    gifts: u64,
    /// How often there was news.
    told: u64,
    /// Events that never came.
    dropped: u64,
    /// Payments that succeeded, so far.
    charged: usize,
}

impl Trial {
    /// One site's part of the faults; also how many payments were begun and calls made.
    async fn share(engine: Engine, share: u64, shares: u64) -> (Summary, usize, usize) {
        let mut summary = Summary::of("gateway_faults", engine, &OF_NEWS);
        let (wanted, of_each) = (size(20, 5_000) / shares, size(1, 100) / shares);
        let runs = size(1, 1_000) / shares;
        let seed = seed() ^ (share << 40);
        let random = Random::seeded(seed);
        let mut trial =
            Self { shop: open(engine).await, seed, random, gifts: 0, told: 0, dropped: 0, charged: 0 };
        let mut round = 0;
        loop {
            trial.round(round, &mut summary).await;
            round += 1;
            summary.ran(gifts_of_a_round());
            let fired = trial.shop.stripe.faults_fired();
            let enough = |fault: &Fault| fired.get(fault).is_some_and(|times| *times >= of_each);
            if is_full() {
                println!("share {share}, round {round}: {} of {wanted} faults", fired.values().sum::<u64>());
            }
            let tried = trial.gifts >= runs && trial.dropped > 0;
            if tried && fired.values().sum::<u64>() >= wanted && Fault::ALL.iter().all(enough) {
                break;
            }
            assert!(round < 10 + wanted + runs, "the faults do not happen: {fired:?}");
        }
        for (fault, times) in trial.shop.stripe.faults_fired() {
            summary.fault(name_of(fault), times);
        }
        let figures = (trial.shop.stripe.payments().len(), trial.shop.stripe.calls().len());
        trial.shop.app.check_books().await;
        trial.shop.app.stop().await;
        (summary, figures.0, figures.1)
    }

    /// Donors give while everything fails; then Stripe can be reached for a day.
    async fn round(&mut self, round: u64, summary: &mut Summary) {
        let faults = if is_full() && round.is_multiple_of(4) { Fault::ALL.to_vec() } else { QUICK.to_vec() };
        // What is tried again in vain takes its time.
        let often = if is_full() { 200 + self.random.below(400) } else { 150 };
        if !is_full() {
            self.shop.stripe.fail("POST /v1/checkout/sessions", Fault::StallBefore, 1);
            self.shop.stripe.fail("POST /v1/checkout/sessions", Fault::StallAfter, 1);
        }
        self.shop.stripe.fail_at_random(self.seed ^ (round << 20), often, &faults);
        let client = self.shop.app.client();
        let first = self.gifts;
        self.gifts += gifts_of_a_round();
        for _visit in 0..2 {
            for gift in first..self.gifts {
                self.visits(&client, gift).await;
            }
            self.news(summary).await;
            hours(&self.shop.app, 1).await;
        }
        self.money_back(summary).await;
        hours(&self.shop.app, 2).await;

        self.shop.stripe.recover();
        self.news(summary).await;
        hours(&self.shop.app, 26).await;
        self.judge(summary).await;
    }

    /// A donor fills in the form, or comes back with the same; whoever sees the page of Stripe pays there.
    async fn visits(&mut self, client: &Client, gift: u64) {
        let form = Form::gift()
            .by(usize::try_from(gift).unwrap())
            .set("gateway", "stripe")
            .set("form_id", &format!("form-{gift}"));
        let answer = client.give(&form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let Some(session) = answer.location().rsplit_once("/c/pay/").map(|(_, session)| session.to_owned())
        else {
            return;
        };
        if self.random.in_a_hundred(25) || !self.shop.stripe.open_sessions().contains(&session) {
            return;
        }
        if self.random.in_a_hundred(20) {
            self.shop.stripe.pay(&session, Payment::Declined);
        }
        self.shop.stripe.pay(&session, Payment::Card);
    }

    /// Some of the news arrives, late and in another order, some of it twice, some never.
    async fn news(&mut self, summary: &mut Summary) {
        self.told += 1;
        if self.told.is_multiple_of(2) {
            let dropped = u64::try_from(self.shop.stripe.drop_pending()).unwrap();
            self.dropped += dropped;
            summary.fault("event dropped", dropped);
        } else {
            let copies = 1 + self.random.index(2);
            let delivered = self.shop.stripe.deliver_shuffled(self.random.next(), copies).await;
            summary.fault("event out of order", delivered.try_into().unwrap());
        }
        self.shop.app.run_jobs().await;
    }

    /// Staff order refunds, two equal ones among them; others are made in Stripe's dashboard, and banks take money back.
    async fn money_back(&mut self, summary: &mut Summary) {
        order_refunds(&self.shop.app).await;
        let paid = self.shop.stripe.payments();
        for payment in
            paid.iter().rev().filter(|payment| payment.captured > 0 && payment.disputes.is_empty()).take(2)
        {
            if payment.refunded + 200 <= payment.captured && self.random.in_a_hundred(50) {
                self.shop.stripe.refund(&payment.intent, Some(200));
            } else if payment.refunded == 0 && self.random.in_a_hundred(50) {
                let dispute = self.shop.stripe.complain(&payment.intent, Complaint::Dispute, None);
                self.shop.stripe.win(&dispute, FeeOfDispute::Kept);
            }
        }
        self.news(summary).await;
    }

    /// Our books against Stripe's.
    async fn judge(&mut self, summary: &mut Summary) {
        let app = &self.shop.app;
        let theirs = self.shop.stripe.payments();
        let paid = || theirs.iter().filter(|payment| payment.captured > 0);
        attempts_agree(app, paid().map(|payment| payment.metadata["mainstay_pledge"].clone()), summary).await;
        let told =
            paid().map(|payment| format!("{} {} {}", payment.intent, payment.captured, payment.refunded));
        let charged: BTreeSet<String> = told.collect();
        payments_agree(app, &charged, summary).await;
        let balance = self.shop.stripe.balances().get("eur").copied().unwrap_or(0);
        balances_agree(balance, self.shop.clearing("EUR").await, summary);
        let made = theirs.iter().flat_map(|payment| &payment.refunds);
        refunds_agree(
            app,
            made.filter_map(|refund| refund.metadata.get("mainstay_refund").cloned()),
            summary,
        )
        .await;
        assert!(charged.len() > self.charged, "nobody paid in this round");
        self.charged = charged.len();
    }
}
