//! Days without a word from Stripe, or from PayPal, in which neither can be asked: soon after its return the books are whole.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::StatusCode;

use super::gateway::hours;
use super::gateway_faults::open;
use super::{Summary, is_full, paypal_faults, seed, size};
use crate::paypal::shop::Shop as PayPalShop;
use crate::stripe::shop::Shop;
use crate::support::app::{Engine, TestApp};
use crate::support::gift::Form;
use crate::support::paypal::Means;
use crate::support::random::Random;
use crate::support::stripe::{Complaint, Fault, Payment};
use crate::support::twins;

async fn four_days_without_a_word_are_made_good_within_the_hour(engine: Engine) {
    // A call that is tried in vain waits between its tries: sites that know nothing of each other wait at the same time.
    let most = match engine {
        Engine::Sqlite => 40,
        // Each has connections of its own, of which a server has not so many.
        Engine::Postgres => 20,
    };
    let shares = size(1, most);
    let mut summary = Summary::of("silence", engine, &["event dropped", "call unanswered"]);
    let mut gifts = 0;
    for (share, given) in join_all((0..shares).map(|share| site(engine, share, size(1, 200) / shares))).await
    {
        summary.add(share);
        gifts += given;
    }
    summary.figure("gifts", gifts);
    summary.finish();
}
twins!(four_days_without_a_word_are_made_good_within_the_hour);

/// One site's part of the runs; also how many gifts were made there.
async fn site(engine: Engine, share: u64, runs: u64) -> (Summary, usize) {
    let mut summary = Summary::of("silence", engine, &[]);
    let shop = open(engine).await;
    let mut random = Random::seeded(seed() ^ (share << 40));
    let mut gifts = 0;
    for run in 0..runs {
        gifts += silence(&shop, gifts, &mut random, &mut summary).await;
        shop.stripe.recover();
        hours(&shop.app, 1).await;
        judge(&shop, gifts, &mut summary).await;
        summary.ran(1);
        if is_full() {
            println!("share {share}: {} of {runs} runs", run + 1);
        }
    }
    summary.fault("call unanswered", shop.stripe.faults_fired().values().sum());
    assert_eq!(shop.app.client().get("/health/ready").await.status, StatusCode::OK);
    shop.app.check_books().await;
    shop.app.stop().await;
    (summary, gifts)
}

/// Four days in which donors pay, and nothing of it is heard. How many gave.
async fn silence(shop: &Shop, before: usize, random: &mut Random, summary: &mut Summary) -> usize {
    let visits = if is_full() { 12 } else { 3 };
    for visit in 1..=visits {
        shop.stripe.recover();
        let begun = shop.begins(&Form::gift().by(before + visit)).await;
        let intent = shop.stripe.pay(&begun.session, Payment::Card);
        match random.below(4) {
            0 => drop(shop.stripe.refund(&intent, Some(500))),
            1 => drop(shop.stripe.complain(&intent, Complaint::Dispute, None)),
            _ => {}
        }
        summary.fault("event dropped", shop.stripe.drop_pending().try_into().unwrap());
        // Each call is tried a few times in vain, which takes its time: the recurring work is done once.
        shop.stripe.fail_at_random(random.next(), 1000, &[Fault::DropBefore]);
        shop.app.clock.advance(TimeDelta::hours(96 / i64::try_from(visits).unwrap()));
        shop.app.upkeep().await;
    }
    visits
}

/// Every gift is in the books once, and the books say what Stripe's say.
async fn judge(shop: &Shop, gifts: usize, summary: &mut Summary) {
    let balance = shop.stripe.balances().get("eur").copied().unwrap_or(0);
    agree(&shop.app, gifts, (balance, shop.clearing("EUR").await), summary).await;
}

/// Every gift is in the books once, and the gateway holds what the books say that it holds.
async fn agree(app: &TestApp, gifts: usize, (balance, clearing): (i64, i64), summary: &mut Summary) {
    let known = app.number("SELECT COUNT(*) AS number FROM donations WHERE gross_minor = 2500").await;
    let known = usize::try_from(known).unwrap();
    summary.lost((known..gifts).map(|gift| format!("donation {gift}")));
    summary.doubled((gifts..known).map(|gift| format!("donation {gift}")));
    if clearing != balance {
        summary.lost([format!("after {gifts} gifts the gateway holds {balance}, the books say {clearing}")]);
    }
}

async fn four_days_without_a_word_from_paypal_are_made_good(engine: Engine) {
    let mut summary = Summary::of("paypal_silence", engine, &["event dropped", "call unanswered"]);
    let shop = paypal_faults::open(engine).await;
    let mut random = Random::seeded(seed());
    let mut gifts = 0;
    for run in 0..size(1, 50) {
        gifts += paypal_is_silent(&shop, gifts, &mut random, &mut summary).await;
        shop.paypal.recover();
        // Its lists may be hours late.
        hours(&shop.app, 4).await;
        let balance = shop.paypal.balances().get("EUR").copied().unwrap_or(0);
        agree(&shop.app, gifts, (balance, shop.clearing("EUR").await), &mut summary).await;
        summary.ran(1);
        if is_full() {
            println!("{} of 50 runs", run + 1);
        }
    }
    summary.fault("call unanswered", shop.paypal.faults_fired().values().sum());
    summary.figure("gifts", gifts);
    shop.app.check_books().await;
    shop.app.stop().await;
    summary.finish();
}
twins!(four_days_without_a_word_from_paypal_are_made_good);

/// Four days in which money is taken, and nothing of it is heard. How many gave.
async fn paypal_is_silent(
    shop: &PayPalShop,
    before: usize,
    random: &mut Random,
    summary: &mut Summary,
) -> usize {
    let visits = if is_full() { 8 } else { 1 };
    for visit in 1..=visits {
        shop.paypal.recover();
        let begun = shop.begins(&Form::gift().by(before + visit)).await;
        shop.paypal.approve(&begun.order, Means::Wallet);
        // The money is taken, and whoever asked for it is gone before it is written down.
        let attempt = shop.app.view(&begun.thanks).await.attempt.unwrap();
        shop.gateway().look_up(&attempt).await.unwrap();
        let capture = shop.paypal.capture_of(&begun.order);
        match random.below(4) {
            0 => drop(shop.paypal.refund(&capture, Some(500))),
            1 => drop(shop.paypal.complain(&capture)),
            _ => {}
        }
        summary.fault("event dropped", shop.paypal.drop_pending().try_into().unwrap());
        shop.paypal.fail_at_random(random.next(), 1000, &[Fault::DropBefore]);
        shop.app.clock.advance(TimeDelta::hours(96 / i64::try_from(visits).unwrap()));
        shop.app.upkeep().await;
    }
    visits
}
