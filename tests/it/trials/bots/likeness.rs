//! Whether one refusal can be told from another: by what comes back never, and by how long it takes neither.
#![expect(clippy::float_arithmetic, reason = "the statistic is one of real numbers")]

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{Site, as_it_comes};
use crate::support::app::{Engine, TestApp};
use crate::support::client::Answer;
use crate::support::gift::Form;
use crate::support::twins;
use crate::trials::{Summary, is_full, size};

/// Two samples of the same kind seem to differ as often as this, by chance.
const BY_CHANCE: f64 = 0.05;

/// What really differs does so each time.
const ROUNDS: u32 = 3;

/// Somebody who is refused. All have addresses of one length.
struct Refused {
    why: &'static str,
    address: &'static str,
    email: &'static str,
}

const BLOCKED: Refused =
    Refused { why: "cards were declined", address: "198.51.100.7", email: "blocked@example.org" };
const HASTY: Refused =
    Refused { why: "too many from an address", address: "198.51.101.7", email: "hastily@example.org" };
const KNOWN: Refused =
    Refused { why: "too many for an e-mail address", address: "198.51.102.7", email: "oftener@example.org" };
const ALL: [&Refused; 3] = [&BLOCKED, &HASTY, &KNOWN];

async fn nobody_can_tell_one_refusal_from_another(engine: Engine) {
    let mut summary = Summary::of("refusals", engine, &["refused"]);
    let app = TestApp::start_with(engine, as_it_comes()).await;
    let site = Site { client: app.client(), app };
    refuse_all(&site).await;
    let samples = size(10, 2_000);
    let mut likely = [0.0_f64; 2];
    for round in 1..=ROUNDS {
        let waits = ask_all(&site, samples, &mut summary).await;
        summary.ran(1);
        let [blocked, others @ ..] = waits.as_slice() else { panic!("three are asked") };
        for (most, other) in likely.iter_mut().zip(others) {
            let apart = distance(blocked, other);
            *most = most.max(chance(apart, samples));
            summary.figure("round", format!("{round}: D {apart:.4}, p {:.3}", chance(apart, samples)));
        }
        if !is_full() || likely.iter().all(|likely| *likely > BY_CHANCE) {
            break;
        }
    }
    if is_full() {
        let differ = likely.iter().filter(|likely| **likely <= BY_CHANCE);
        summary.lost(differ.map(|likely| format!("the time tells one refusal from another: p {likely}")));
    }
    site.app.check_books().await;
    site.app.stop().await;
    summary.finish();
}
twins!(nobody_can_tell_one_refusal_from_another);

/// Brings it about that each is refused for a reason of their own, and for no other.
async fn refuse_all(site: &Site) {
    for number in 0..3 {
        let form = Form::gift().by(number).set("email", &format!("first-{number}@example.org"));
        let answer = site.client.give_from(BLOCKED.address, &form).await;
        site.client.pay(answer.location(), "fail", "now").await;
        site.app.run_jobs().await;
    }
    // Their bucket fills again; they stay blocked for the hour.
    site.app.clock.advance(TimeDelta::minutes(40));
    for number in 0..3 {
        let form = Form::gift().set("email", &format!("second-{number}@example.org"));
        site.client.give_from(HASTY.address, &form).await.location();
    }
    for number in 0..5 {
        let form = Form::gift().set("email", KNOWN.email).set("amount", &(30 + number).to_string());
        site.client.give_from(&format!("10.7.{number}.1"), &form).await.location();
    }
}

/// Asks each in turn so many times, and says how long each answer took. All are the same to the byte.
async fn ask_all(site: &Site, samples: u64, summary: &mut Summary) -> Vec<Vec<Duration>> {
    let mut waits = vec![Vec::new(); ALL.len()];
    let mut first: Option<Vec<String>> = None;
    for number in 0..samples {
        for turn in 0..ALL.len() {
            // Nobody is always behind the same.
            let index = (turn + usize::try_from(number).unwrap()) % ALL.len();
            let refused = ALL[index];
            let form = Form::gift().set("email", refused.email);
            let asked = Instant::now();
            let answer = site.client.give_from(refused.address, &form).await;
            waits[index].push(asked.elapsed());
            assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", refused.why);
            let seen = seen_of(&answer, refused);
            let expected = first.get_or_insert_with(|| seen.clone());
            summary.lost((seen != *expected).then(|| format!("{}: {seen:?}", refused.why)));
            summary.fault("refused", 1);
        }
    }
    waits
}

/// What can be seen of an answer, but for what is another one each time: the challenge, the id of the request, the time.
fn seen_of(answer: &Answer, refused: &Refused) -> Vec<String> {
    let page = answer.text().replace(refused.email, "somebody");
    let lines = page.lines().filter(|line| !line.contains("data-proof="));
    let headers =
        answer.headers.iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    let headers = headers.map(|(name, value)| format!("{name}: {value:?}"));
    let mut seen: Vec<String> = headers.collect();
    seen.push(format!("{} bytes", answer.body.len()));
    seen.extend(lines.map(str::to_owned));
    seen
}

/// The statistic of Kolmogorov and Smirnov for two samples: how far apart their shares below any time are at most.
fn distance(one: &[Duration], other: &[Duration]) -> f64 {
    let sorted = |times: &[Duration]| {
        let mut times = times.to_vec();
        times.sort();
        times
    };
    let (one, other) = (sorted(one), sorted(other));
    let count = |times: usize| f64::from(u32::try_from(times).unwrap());
    let share = |times: &[Duration], at: Duration| {
        count(times.partition_point(|time| *time <= at)) / count(times.len())
    };
    let apart = one.iter().chain(&other).map(|at| (share(&one, *at) - share(&other, *at)).abs());
    apart.fold(0.0, f64::max)
}

/// How likely two samples of this size from one source are as far apart, or farther.
fn chance(distance: f64, samples: u64) -> f64 {
    let root = (f64::from(u32::try_from(samples).unwrap()) / 2.0).sqrt();
    let scaled = (root + 0.12 + 0.11 / root) * distance;
    // Below this the sum is 1 to any digit that matters, and adds up badly.
    if scaled < 0.3 {
        return 1.0;
    }
    let term = |number: u32| {
        let sign = if number % 2 == 1 { 1.0 } else { -1.0 };
        sign * (-2.0 * f64::from(number * number) * scaled * scaled).exp()
    };
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

#[test]
fn the_statistic_tells_different_samples_from_equal_ones() {
    let times = |shift: u64| {
        (0..400).map(|number| Duration::from_micros(number * 7 % 400 + shift)).collect::<Vec<_>>()
    };
    let (equal, near, far) =
        (distance(&times(0), &times(0)), distance(&times(0), &times(4)), distance(&times(0), &times(80)));
    assert!(
        equal.abs() < 1e-9 && (near - 0.01).abs() < 1e-6 && (far - 0.2).abs() < 1e-6,
        "{equal} {near} {far}"
    );
    assert!(chance(equal, 400) > 0.99 && chance(near, 400) > 0.99);
    assert!(chance(far, 400) < 1e-6);
    // The known bound of 5 % for large samples: 1.358 √(2/n).
    let bound = 1.358 * (2.0_f64 / 2_000.0).sqrt();
    assert!((chance(bound, 2_000) - 0.05).abs() < 0.003, "{}", chance(bound, 2_000));
}
