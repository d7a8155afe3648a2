//! PayPal at its worst: calls that fail in every way before and after they are done, events dropped, doubled and out of
//! order. Nobody pays twice, nothing stays unknown, and our books say what PayPal's say.

use reqwest::StatusCode;
use std::collections::BTreeSet;

use super::gateway::{
    QUICK, attempts_agree, balances_agree, hours, name_of, order_refunds, payments_agree, refunds_agree,
};
use super::{Summary, is_full, seed, size};
use crate::paypal::shop::Shop;
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::paypal::{Fault, Means, Subscription};
use crate::support::random::Random;
use crate::support::twins;

/// Gifts of one round.
fn gifts_of_a_round() -> u64 {
    size(4, 6)
}

pub(super) async fn open(engine: Engine) -> Shop {
    let settings = [
        ("MAINSTAY_PAYPAL__TIMEOUT_S", "1"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "1000000"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "1000000"),
    ];
    Shop::open_with(engine, |options| options.retry_after_s = 0, &settings).await
}

/// Faults that must happen at least once.
const OF_NEWS: [&str; 2] = ["event dropped", "event out of order"];

async fn whatever_paypal_does_each_gift_is_paid_once(engine: Engine) {
    let mut summary = Summary::of("paypal_faults", engine, &OF_NEWS);
    let (wanted, of_each) = (size(20, 1_000), size(1, 20));
    let mut trial =
        Trial { shop: open(engine).await, random: Random::seeded(seed()), gifts: 0, told: 0, dropped: 0 };
    let mut round = 0;
    loop {
        trial.round(round, &mut summary).await;
        round += 1;
        summary.ran(gifts_of_a_round());
        let fired = trial.shop.paypal.faults_fired();
        let enough = |fault: &Fault| fired.get(fault).is_some_and(|times| *times >= of_each);
        if trial.dropped > 0 && fired.values().sum::<u64>() >= wanted && Fault::ALL.iter().all(enough) {
            break;
        }
        assert!(round < 10 + wanted, "the faults do not happen: {fired:?}");
    }
    for (fault, times) in trial.shop.paypal.faults_fired() {
        summary.fault(name_of(fault), times);
    }
    summary.figure("payments", trial.shop.paypal.captures().len());
    summary.figure("payments of patrons", trial.shop.paypal.sales().len());
    summary.figure("calls", trial.shop.paypal.calls().len());
    trial.shop.app.check_books().await;
    trial.shop.app.stop().await;
    summary.finish();
}
twins!(whatever_paypal_does_each_gift_is_paid_once);

struct Trial {
    shop: Shop,
    random: Random,
    gifts: u64,
    /// How often there was news.
    told: u64,
    /// Events that never came.
    dropped: u64,
}

impl Trial {
    /// Donors give while everything fails; then PayPal can be reached for a day.
    async fn round(&mut self, round: u64, summary: &mut Summary) {
        let faults = if is_full() && round.is_multiple_of(4) { Fault::ALL.to_vec() } else { QUICK.to_vec() };
        let often = if is_full() { 200 + self.random.below(300) } else { 150 };
        if !is_full() {
            self.shop.paypal.fail("POST /v2/checkout/orders/*/capture", Fault::StallBefore, 1);
            self.shop.paypal.fail("POST /v2/checkout/orders/*/capture", Fault::StallAfter, 1);
        }
        self.shop.paypal.fail_at_random(seed() ^ (round << 20), often, &faults);
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

        self.shop.paypal.recover();
        self.news(summary).await;
        hours(&self.shop.app, 26).await;
        self.judge(summary).await;
    }

    /// A donor fills in the form, or comes back with the same; whoever sees the page of PayPal agrees there.
    async fn visits(&mut self, client: &Client, gift: u64) {
        let form = Form::gift()
            .by(usize::try_from(gift).unwrap())
            .set("gateway", "paypal")
            .set("form_id", &format!("form-{gift}"));
        // Every third is a patron, who is charged again in the rounds to come.
        let form = if gift.is_multiple_of(3) { form.set("frequency", "weekly") } else { form };
        let answer = client.give(&form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        if answer.location().contains("ba_token=") {
            self.agrees(answer.location());
            return;
        }
        let Some((_, order)) = answer.location().rsplit_once("/checkoutnow?token=") else {
            return;
        };
        if self.random.in_a_hundred(25) || self.shop.paypal.order(order).status != "PAYER_ACTION_REQUIRED" {
            return;
        }
        if self.random.in_a_hundred(20) {
            self.shop.paypal.approve(order, Means::Declined);
        }
        self.shop.paypal.approve(order, Means::Wallet);
    }

    /// Most agree to be charged each week; the means of some do not work for a while.
    fn agrees(&mut self, page: &str) {
        let waits = |it: &Subscription| it.status == "APPROVAL_PENDING" && it.is_asked_at(page);
        let all = self.shop.paypal.subscriptions();
        if all.iter().any(waits) && !self.random.in_a_hundred(25) {
            self.shop.paypal.agree(page, true);
        }
        for it in all.iter().filter(|it| it.status == "ACTIVE") {
            self.shop.paypal.means_work(&it.id, !self.random.in_a_hundred(10));
        }
    }

    /// Some of the news arrives, late and in another order, some of it twice, some never.
    async fn news(&mut self, summary: &mut Summary) {
        self.told += 1;
        if self.told.is_multiple_of(2) {
            let dropped = u64::try_from(self.shop.paypal.drop_pending()).unwrap();
            self.dropped += dropped;
            summary.fault("event dropped", dropped);
        } else {
            let copies = 1 + self.random.index(2);
            let delivered = self.shop.paypal.deliver_shuffled(self.random.next(), copies).await;
            summary.fault("event out of order", delivered.try_into().unwrap());
        }
        self.shop.app.run_jobs().await;
    }

    /// Staff order refunds, two equal ones among them; others are made at PayPal, and buyers complain.
    async fn money_back(&mut self, summary: &mut Summary) {
        order_refunds(&self.shop.app).await;
        let paid = self.shop.paypal.captures();
        for capture in paid.iter().rev().filter(|capture| capture.captured() > 0).take(2) {
            let gone = self.shop.paypal.gone(capture);
            if gone > 0 && gone + 200 <= capture.captured() && self.random.in_a_hundred(50) {
                self.shop.paypal.refund(&capture.id, Some(200));
            } else if gone == 0 && self.random.in_a_hundred(50) {
                let dispute = self.shop.paypal.complain(&capture.id);
                self.shop.paypal.decide(&dispute, "RESOLVED_SELLER_FAVOUR");
            }
        }
        self.news(summary).await;
    }

    /// Our books against PayPal's.
    async fn judge(&mut self, summary: &mut Summary) {
        let (app, paypal) = (&self.shop.app, &self.shop.paypal);
        let (single, again) = (paypal.captures(), paypal.sales());
        let paid = || single.iter().chain(&again).filter(|capture| capture.captured() > 0);
        // One subscription for an attempt, however often it was paid.
        let begun: BTreeSet<(&str, &str)> =
            again.iter().map(|sale| (sale.order.as_str(), sale.custom_id.as_str())).collect();
        let once = single.iter().filter(|capture| capture.captured() > 0);
        let once = once.map(|capture| capture.custom_id.clone());
        let attempts = once.chain(begun.into_iter().map(|(_, attempt)| attempt.to_owned()));
        attempts_agree(app, attempts, summary).await;
        let told =
            paid().map(|capture| format!("{} {} {}", capture.id, capture.captured(), paypal.gone(capture)));
        payments_agree(app, &told.collect(), summary).await;
        // What a donor agreed to is taken.
        let open = paypal.orders().into_iter().filter(|order| order.status == "APPROVED");
        summary.lost(open.map(|order| format!("{} was agreed to and never taken", order.id)));
        let balance = paypal.balances().get("EUR").copied().unwrap_or(0);
        balances_agree(balance, self.shop.clearing("EUR").await, summary);
        refunds_agree(app, paypal.refunds().into_iter().filter_map(|refund| refund.custom_id), summary).await;
    }
}
