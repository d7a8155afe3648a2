//! Programs that try stolen cards, from one address and from many, while donors give beside them: few of their payments reach
//! the gateway, and no donor is left without a way.

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{Summary, is_full, size};
use crate::abuse::links::links;
use crate::abuse::proofs::solved;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::client::Answer;
use crate::support::gift::Form;
use crate::support::twins;

/// Programs of one kind.
struct Bots {
    name: &'static str,
    /// How many payments they try: with each change, and for the record.
    tries: (u64, u64),
    /// Seconds between two of them: with each change, and for the record.
    apart_s: (i64, i64),
    /// From which address the try of this number comes, and which e-mail address it names.
    from: fn(u64) -> (String, u64),
    /// Whether they do the work that is asked.
    work: bool,
    /// Payments that may reach the gateway; none: that is for the work to limit.
    most: Option<i64>,
}

fn somewhere(number: u64) -> String {
    format!("10.{}.{}.9", number / 250 % 250, number % 250)
}

const ALL: [Bots; 5] = [
    Bots {
        name: "one address",
        tries: (60, 10_000),
        apart_s: (600, 5),
        from: |number| ("203.0.113.7".to_owned(), number),
        work: false,
        most: Some(15),
    },
    Bots {
        name: "many addresses",
        tries: (80, 10_000),
        apart_s: (1, 1),
        from: |number| (somewhere(number / 5), number),
        work: false,
        most: Some(60),
    },
    Bots {
        name: "one network",
        tries: (80, 50_000),
        apart_s: (1, 1),
        from: |number| (format!("2001:db8:1:{:x}::1", number % 65_536), number),
        work: false,
        most: Some(120),
    },
    Bots {
        name: "one e-mail address",
        tries: (40, 5_000),
        apart_s: (1, 1),
        from: |number| (somewhere(number), 1),
        work: false,
        most: Some(60),
    },
    Bots {
        name: "with work",
        tries: (16, 500),
        apart_s: (1, 1),
        from: |number| (somewhere(number / 5), number),
        work: true,
        most: None,
    },
];

async fn programs_that_try_cards_reach_the_gateway_rarely_and_donors_always(engine: Engine) {
    let mut summary = Summary::of("bots", engine, &["payment stopped", "work asked"]);
    for bots in &ALL {
        try_out(engine, bots, &mut summary).await;
        summary.ran(1);
    }
    summary.finish();
}
twins!(programs_that_try_cards_reach_the_gateway_rarely_and_donors_always);

async fn try_out(engine: Engine, bots: &Bots, summary: &mut Summary) {
    let changes = settings(&[
        ("MAINSTAY_SERVER__TRUSTED_PROXIES", "1"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "3"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "10"),
        ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "5"),
    ]);
    let app = TestApp::start_with(engine, changes).await;
    let tries = size(bots.tries.0, bots.tries.1);
    let apart = TimeDelta::seconds(if is_full() { bots.apart_s.1 } else { bots.apart_s.0 });
    let donors = size(8, 200);
    let (mut reached, mut given, mut by_link) = (0, 0, 0);
    for number in 0..tries {
        app.clock.advance(apart);
        reached += i64::from(tries_card(&app, bots, number, summary).await);
        if number.is_multiple_of((tries / donors).max(1)) && given < donors {
            let way = gives(&app, given).await;
            by_link += u64::from(way == Some(Way::Link));
            if way.is_none() {
                summary.lost([format!("{}: donor {given} found no way", bots.name)]);
            }
            given += 1;
        }
    }
    if let Some(most) = bots.most.filter(|most| reached > *most) {
        summary.lost([format!("{}: {reached} payments reached the gateway, at most {most} may", bots.name)]);
    }
    for table in ["donors", "receipts", "comments"] {
        let rows = app.count(table).await;
        summary.lost((rows > 0).then(|| format!("{}: {rows} rows of programs in {table}", bots.name)));
    }
    summary.figure(bots.name, format!("{reached} of {tries} reached, {by_link} of {given} donors by link"));
    app.check_books().await;
    app.stop().await;
}

/// Whether a try of a program reached the gateway, where its card is declined.
async fn tries_card(app: &TestApp, bots: &Bots, number: u64, summary: &mut Summary) -> bool {
    let (address, email) = (bots.from)(number);
    let form = Form::gift()
        .set("email", &format!("bot-{email}@example.net"))
        .set("amount", &(5 + number % 90).to_string());
    let mut answer = app.client().give_from(&address, &form).await;
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
        summary.fault("work asked", 1);
        if bots.work {
            let proved = form.set("proof", &solved(&answer.text()));
            answer = app.client().give_from(&address, &proved).await;
        }
    }
    if answer.status != StatusCode::SEE_OTHER {
        summary.fault("payment stopped", 1);
        return false;
    }
    app.client().pay(answer.location(), "fail", "now").await;
    app.run_jobs().await;
    true
}

/// How a donor came to the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    AtOnce,
    Work,
    Link,
}

/// A donor gives: one in twenty behind a network of many, one in four without scripts. None: they found no way.
async fn gives(app: &TestApp, number: u64) -> Option<Way> {
    let address =
        if number % 20 == 7 { "192.0.2.1".to_owned() } else { format!("172.16.{}.5", number % 250) };
    let form = Form::gift().set("email", &format!("donor-{number}@example.org"));
    let leads_on = |answer: &Answer| answer.status == StatusCode::SEE_OTHER;
    let first = app.client().give_from(&address, &form).await;
    if leads_on(&first) {
        return Some(Way::AtOnce);
    }
    if first.status == StatusCode::UNPROCESSABLE_ENTITY && !number.is_multiple_of(4) {
        let proved = form.clone().set("proof", &solved(&first.text()));
        if leads_on(&app.client().give_from(&address, &proved).await) {
            return Some(Way::Work);
        }
    }
    let before = links(app);
    app.client().give_from(&address, &form.set("way", "mail")).await;
    app.run_jobs().await;
    let link = links(app).into_iter().find(|link| !before.contains(link))?;
    leads_on(&app.client().post(&link, &[]).await).then_some(Way::Link)
}
