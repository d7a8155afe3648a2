//! Programs that try stolen cards, from one address and from many, while people give beside them: few of their payments reach
//! the gateway, and nobody is left without a way.

mod humans;
mod likeness;

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use mainstay::domain::clock::Clock as _;
use reqwest::StatusCode;

use super::{Summary, is_full, size};
use crate::abuse::proofs::solved;
use crate::support::app::{Changes, Engine, TestApp, settings};
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::twins;
use humans::People;

/// Payments that a site begins in a minute before it asks for more, as it comes.
const PER_MINUTE: i64 = 30;

/// Within so long the site must notice.
const NOTICED_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// Programs of one kind.
struct Bots {
    name: &'static str,
    /// How many payments they try: with each change, and for the record.
    tries: (u64, u64),
    /// Seconds between two of them: with each change, and for the record.
    apart_s: (i64, i64),
    /// People who give meanwhile: with each change, and for the record.
    people: (u64, u64),
    /// From which address the try of this number comes, and which e-mail address it names.
    from: fn(u64) -> (String, u64),
    /// Whether they look at the form first, and do the work that is asked.
    work: bool,
    /// Payments that may reach the gateway in all; none: as many in each minute as the site begins before it asks for more.
    most: Option<i64>,
    /// Whether so many reach it that the site must notice; else they are stopped before it need.
    is_noticed: bool,
}

fn somewhere(number: u64) -> String {
    format!("10.{}.{}.9", number / 250 % 250, number % 250)
}

const ALL: [Bots; 5] = [
    Bots {
        name: "one address",
        tries: (60, 10_000),
        apart_s: (600, 5),
        people: (8, 240),
        from: |number| ("203.0.113.7".to_owned(), number),
        work: false,
        most: Some(15),
        is_noticed: false,
    },
    Bots {
        name: "many addresses",
        tries: (80, 10_000),
        apart_s: (1, 1),
        people: (8, 240),
        from: |number| (somewhere(number / 5), number),
        work: false,
        most: Some(60),
        is_noticed: true,
    },
    Bots {
        name: "one network",
        tries: (80, 50_000),
        apart_s: (1, 1),
        people: (8, 240),
        from: |number| (format!("2001:db8:1:{:x}::1", number % 65_536), number),
        work: false,
        most: Some(120),
        is_noticed: true,
    },
    Bots {
        name: "one e-mail address",
        tries: (40, 5_000),
        apart_s: (1, 1),
        people: (8, 240),
        from: |number| (somewhere(number), 1),
        work: false,
        most: Some(60),
        is_noticed: false,
    },
    Bots {
        name: "with work",
        tries: (16, 600),
        apart_s: (1, 1),
        people: (8, 40),
        from: |number| (somewhere(number / 5), number),
        work: true,
        most: None,
        is_noticed: true,
    },
];

/// The limits that a site begins with, behind a proxy.
fn as_it_comes() -> Changes {
    settings(&[
        ("MAINSTAY_SERVER__TRUSTED_PROXIES", "1"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "3"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "10"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "5"),
    ])
}

async fn programs_that_try_cards_reach_the_gateway_rarely_and_donors_always(engine: Engine) {
    let mut summary = Summary::of("bots", engine, &["payment stopped", "work asked"]);
    let (mut people, mut refused) = (0, 0);
    for bots in &ALL {
        let met = try_out(engine, bots, &mut summary).await;
        people += met.came;
        refused += met.refused;
        summary.ran(1);
    }
    summary.figure("people", format!("{people}, of whom {refused} were refused for a while"));
    // Fewer than one in two hundred.
    summary.lost((refused * 200 >= people).then(|| format!("{refused} of {people} people were refused")));
    summary.finish();
}
twins!(programs_that_try_cards_reach_the_gateway_rarely_and_donors_always);

/// A site, and whoever talks to it.
struct Site {
    app: TestApp,
    client: Client,
}

/// What came of the tries of programs.
struct Tried {
    began: DateTime<Utc>,
    all: u64,
    reached: i64,
    by_minute: BTreeMap<i64, i64>,
    /// How long after the first try the site took itself to be under attack.
    noticed_after: Option<TimeDelta>,
}

/// What came of one of them.
struct Outcome {
    was_asked: bool,
    /// When it reached the gateway, in minutes since 1970.
    reached_in: Option<i64>,
}

impl Tried {
    fn at(began: DateTime<Utc>) -> Self {
        Self { began, all: 0, reached: 0, by_minute: BTreeMap::new(), noticed_after: None }
    }

    fn count(&mut self, outcome: &Outcome, summary: &mut Summary) {
        self.all += 1;
        summary.fault("work asked", u64::from(outcome.was_asked));
        summary.fault("payment stopped", u64::from(outcome.reached_in.is_none()));
        if let Some(minute) = outcome.reached_in {
            self.reached += 1;
            *self.by_minute.entry(minute).or_default() += 1;
        }
    }

    fn busiest_minute(&self) -> i64 {
        self.by_minute.values().copied().max().unwrap_or_default()
    }

    async fn looks(&mut self, app: &TestApp) {
        if self.noticed_after.is_none() && app.number(UNDER_ATTACK).await > 0 {
            self.noticed_after = Some(app.clock.now() - self.began);
        }
    }
}

const UNDER_ATTACK: &str = "SELECT COUNT(*) AS number FROM settings WHERE name = 'attack_until'";

async fn try_out(engine: Engine, bots: &Bots, summary: &mut Summary) -> People {
    let app = TestApp::start_with(engine, as_it_comes()).await;
    let site = Site { client: app.client(), app };
    let (tries, people) = (size(bots.tries.0, bots.tries.1), size(bots.people.0, bots.people.1));
    let mut record = Tried::at(site.app.clock.now());
    let mut met = People::default();
    for number in 0..people {
        let batch = tries * number / people..tries * (number + 1) / people;
        tokio::join!(
            Box::pin(try_batch(&site, bots, batch, (&mut record, &mut *summary))),
            Box::pin(met.comes(&site, number)),
        );
        site.app.run_jobs().await;
        record.looks(&site.app).await;
        met.goes_on(&site).await;
        site.app.run_jobs().await;
    }
    judge(&site, bots, (&record, &mut met), summary).await;
    site.app.check_books().await;
    site.app.stop().await;
    met
}

/// Some tries, a few of them at once, and the news of them.
async fn try_batch(
    site: &Site,
    bots: &Bots,
    batch: Range<u64>,
    (record, summary): (&mut Tried, &mut Summary),
) {
    let at_once = if is_full() { 8 } else { 1 };
    let apart = TimeDelta::seconds(if is_full() { bots.apart_s.1 } else { bots.apart_s.0 });
    let numbers: Vec<u64> = batch.collect();
    for few in numbers.chunks(at_once) {
        let tries = few.iter().map(|number| {
            site.app.clock.advance(apart);
            tries_card(site, bots, *number)
        });
        for outcome in join_all(tries).await {
            record.count(&outcome, summary);
        }
        site.app.run_jobs().await;
        record.looks(&site.app).await;
    }
}

/// What a browser makes of the work on a page; none where the page asks for none.
async fn work_on(page: String) -> Option<String> {
    if !page.contains("data-proof=") {
        return None;
    }
    tokio::task::spawn_blocking(move || Some(solved(&page))).await.unwrap()
}

/// A try of a program. Should it reach the gateway, its card is declined there.
async fn tries_card(site: &Site, bots: &Bots, number: u64) -> Outcome {
    let (address, email) = (bots.from)(number);
    let form = Form::gift()
        .set("email", &format!("bot-{email}@example.net"))
        .set("amount", &(5 + number % 90).to_string());
    let mut answer = site.client.give_from(&address, &form).await;
    let was_asked = answer.status == StatusCode::UNPROCESSABLE_ENTITY;
    if was_asked
        && bots.work
        && let Some(work) = work_on(answer.text()).await
    {
        answer = site.client.give_from(&address, &form.set("proof", &work)).await;
    }
    if answer.status != StatusCode::SEE_OTHER {
        return Outcome { was_asked, reached_in: None };
    }
    let minute = site.app.clock.now().timestamp() / 60;
    site.client.pay(answer.location(), "fail", "now").await;
    Outcome { was_asked, reached_in: Some(minute) }
}

/// Holds what happened against what may.
async fn judge(site: &Site, bots: &Bots, (tried, met): (&Tried, &mut People), summary: &mut Summary) {
    let app = &site.app;
    let mut bad = Vec::new();
    let busiest = tried.busiest_minute();
    // On PostgreSQL those that are begun at the same instant do not see one another.
    let at_once = if is_full() { 8 } else { 0 };
    if busiest > PER_MINUTE + at_once {
        bad.push(format!("{busiest} payments of programs in a minute, at most {PER_MINUTE} may be begun"));
    }
    if let Some(most) = bots.most.filter(|most| tried.reached > *most) {
        bad.push(format!("{} payments reached the gateway, at most {most} may", tried.reached));
    }
    if bots.is_noticed && tried.noticed_after.is_none_or(|after| after > NOTICED_WITHIN) {
        bad.push(format!("the attack was noticed after {:?}", tried.noticed_after));
    }
    bad.extend(met.without_a_way.iter().map(|number| format!("donor {number} found no way")));
    let p99 = met.slowest_of_a_hundred();
    if is_full() && p99.as_millis() >= 500 {
        bad.push(format!("people waited {p99:?} for an answer"));
    }
    let rows = rows_of_programs(app, met.paid).await;
    bad.extend(rows.iter().map(|(table, rows)| format!("{rows} rows of programs in {table}")));
    summary.lost(bad.into_iter().map(|what| format!("{}: {what}", bots.name)));
    let noticed = match tried.noticed_after {
        Some(after) => format!("attack seen after {} s", after.num_seconds()),
        None => "no attack to be seen".to_owned(),
    };
    let (all, reached, of_programs) =
        (tried.all, tried.reached, rows.iter().map(|(_, rows)| rows).sum::<i64>());
    summary.figure(
        bots.name,
        format!(
            "[{all} tries, {reached} reached the gateway, {busiest} in the busiest minute, {noticed}; {}, p99 {} ms; \
             {of_programs} rows of programs]",
            met.told(),
            p99.as_millis(),
        ),
    );
}

/// What programs left where only donors may: by table.
async fn rows_of_programs(app: &TestApp, paid: i64) -> Vec<(&'static str, i64)> {
    let mut rows = Vec::new();
    for table in ["donors", "receipts"] {
        rows.push((table, app.count(table).await - paid));
    }
    for table in ["comments", "webhook_deliveries"] {
        rows.push((table, app.count(table).await));
    }
    let letters = app.letters().into_iter().filter(|letter| letter.to.contains("bot-")).count();
    rows.push(("letters", i64::try_from(letters).unwrap()));
    rows.retain(|(_, rows)| *rows != 0);
    rows
}
