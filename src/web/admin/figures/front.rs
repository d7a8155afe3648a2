//! The first page of the office: how support is doing, in one look.

use super::super::door::Seat;
use super::super::reply::{Desk, done};
use super::members;
use super::shown::{change, drawing, linked, money, month_text, number, parts, text, whole};
use crate::domain::access::Permission;
use crate::domain::figures::Rhythm;
use crate::domain::money::Currency;
use crate::domain::patron::MoveKind;
use crate::render::chart::{Form, Series};
use crate::render::date_text;
use crate::render::figure_pages::{
    Concern, FigureCell, FigureHead, FigureSection, FigureTable, FrontPage, Headline,
};
use crate::render::gateway_label;
use crate::store::reports::attention::MANY;
use crate::usecases::figures::behind;
use crate::usecases::figures::dashboard::{self, Dashboard, Received, Support};
use crate::usecases::figures::members::together;
use crate::usecases::figures::reports::Part;
use crate::usecases::patrons::figures::MonthFigures;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let seen = dashboard::dashboard(&state.ctx).await?;
    let zone = state.ctx.policy.time_zone;
    let time = |at: DateTime<Utc>| at.with_timezone(&zone).format("%-d %b, %H:%M").to_string();
    let may = |what| seat.0.member.role.may(what);
    let mut waiting = if may(Permission::SeeOperations) { concerns(&seen, &time) } else { Vec::new() };
    if may(Permission::ModerateComments) {
        let waits = (
            "comment of a reader waits to be read",
            "comments of readers wait to be read",
            "/admin/comments?status=held",
        );
        waiting.extend(concern(seen.open.comments, waits, ""));
    }
    let page = FrontPage {
        day_text: date_text(seen.today),
        concerns: waiting,
        headlines: headlines(&seen),
        sections: sections(&seen),
        recent: if may(Permission::SeeSupport) { recent(&seen, &time) } else { FigureTable::default() },
        health: health(&seen, &time),
    };
    let page = if may(Permission::SeeSupport) { page } else { page.unlinked() };
    let place = ("admin/front.html", "Overview", "/admin");
    Desk::of(&state, &seat.0).page(place, done(request.query_string()), page)
}

/// What waits for a person, each with the place where it is dealt with.
fn concerns(seen: &Dashboard, time: &impl Fn(DateTime<Utc>) -> String) -> Vec<Concern> {
    let open = &seen.open;
    let deadline =
        seen.deadline.map(|at| format!(", the next to be answered by {}", time(at))).unwrap_or_default();
    let all = [
        (
            open.disputes,
            "dispute is open",
            "disputes are open",
            "/admin/donations?status=disputed",
            deadline.as_str(),
        ),
        (open.reviews, "question is open", "questions are open", "/admin/questions", ""),
        (open.failed_jobs, "job was given up", "jobs were given up", "/admin/jobs?status=failed", ""),
        (
            open.parked_events,
            "event nobody understood",
            "events nobody understood",
            "/admin/events?status=parked",
            "",
        ),
        (
            open.unknown_attempts,
            "payment of which nobody knows what came of it",
            "payments of which nobody knows what came of them",
            "/admin/pledges?call=unknown",
            "",
        ),
        (
            open.past_due,
            "patron owes a payment",
            "patrons owe a payment",
            "/admin/patrons?status=past_due",
            "",
        ),
        (
            open.bank_lines,
            "line of a bank statement waits for you to say whose it is",
            "lines of bank statements wait for you to say whose they are",
            "/admin/bank-lines?status=open",
            "",
        ),
        (
            open.movements,
            "movement on a gateway’s balance is not what the books say",
            "movements on the balances of gateways are not what the books say",
            "/admin/balances",
            "",
        ),
        (
            open.payouts,
            "payout was sent back by the bank",
            "payouts were sent back by the bank",
            "/admin/payouts?status=failed",
            "",
        ),
    ];
    all.into_iter()
        .filter_map(|(count, one, many, url, more)| concern(count, (one, many, url), more))
        .collect()
}

/// So many of something, called so if it is one and so if it is more, and where it is dealt with.
fn concern(count: i64, (one, many, url): (&str, &str, &'static str), more: &str) -> Option<Concern> {
    let text = match count {
        0 => return None,
        1 => format!("1 {one}{more}"),
        MANY.. => format!("{MANY} {many}, or more{more}"),
        _ => format!("{count} {many}{more}"),
    };
    Some(Concern { text, url })
}

fn headlines(seen: &Dashboard) -> Vec<Headline> {
    let mut all = Vec::new();
    for of in &seen.received {
        let now = of.so_far.all().gross;
        let before = |label: &'static str, split: &dashboard::Split| {
            let gross = split.all().gross;
            let told = format!("{} · {}", money(gross, of.currency), change(now, gross));
            linked(number(label, told), &split.behind)
        };
        all.push(Headline {
            name: format!("Received this month, {}", of.currency),
            text: money(now, of.currency),
            url: Some(of.so_far.behind.clone()),
            notes: vec![
                before("By this day last month", &of.same_days),
                before("By this day a year ago", &of.year_before),
                linked(
                    number("Last month in full", money(of.month_before.all().gross, of.currency)),
                    &of.month_before.behind,
                ),
                linked(number("Gifts", split_text(of, Rhythm::Once)), &of.so_far.behind_once),
                linked(number("Recurring", split_text(of, Rhythm::Recurring)), &of.so_far.behind_recurring),
            ],
        });
    }
    all.extend(seen.support.iter().map(support));
    all.extend(seen.elsewhere.iter().map(|of| members::headline(of, &seen.twice)));
    all.extend(together(&seen.support, &seen.elsewhere, &seen.twice).iter().map(members::together));
    all
}

fn split_text(of: &Received, rhythm: Rhythm) -> String {
    let sums = match rhythm {
        Rhythm::Once => of.so_far.once,
        Rhythm::Recurring => of.so_far.recurring,
    };
    format!("{} · {}", money(sums.gross, of.currency), whole(sums.donations))
}

fn support(support: &Support) -> Headline {
    let now = &support.now;
    let currency = now.recurring.currency();
    let before = support.before.as_ref();
    let moved = |label: &'static str, count: i64, kind: MoveKind| {
        linked(number(label, whole(count)), &behind::moved(kind, &now.month, currency))
    };
    Headline {
        name: format!("Recurring support a month, {currency}"),
        text: now.recurring.text(),
        url: Some(behind::patrons(currency)),
        notes: vec![
            number(
                "A month ago",
                before.map_or_else(
                    || "nothing".to_owned(),
                    |then| {
                        format!(
                            "{} · {}",
                            then.recurring.text(),
                            change(now.recurring.minor(), then.recurring.minor())
                        )
                    },
                ),
            ),
            linked(number("Patrons", whole(now.patrons)), &behind::patrons(currency)),
            moved("Joined", now.joined, MoveKind::Joined),
            moved("Returned", now.returned, MoveKind::Returned),
            moved("Left", now.left, MoveKind::Left),
            moved("Missed", now.failing, MoveKind::Failing),
            moved("Recovered", now.recovered, MoveKind::Recovered),
        ],
    }
}

fn sections(seen: &Dashboard) -> Vec<FigureSection> {
    let mut all: Vec<FigureSection> = seen.received.iter().map(year).collect();
    all.extend(seen.support.iter().map(|of| curve(of, "support", "Recurring support a month")));
    all.extend(seen.elsewhere.iter().map(|of| curve(of, "elsewhere", "Members at Patreon a month")));
    let of_month = |id: &str, title: &str, what: &'static str, found: &[Part]| FigureSection {
        id: id.to_owned(),
        title: title.to_owned(),
        table: parts(found, what, format!("{title}, this month")),
        ..FigureSection::default()
    };
    all.push(of_month("campaigns", "By campaign", "Campaign", &seen.by_campaign));
    all.push(of_month("gateways", "By way of payment", "Way", &seen.by_gateway));
    let standing: Vec<MonthFigures> = seen.elsewhere.iter().map(|of| of.now.clone()).collect();
    all.extend(members::line(&standing, seen.today));
    all.push(of_month("articles", "By article", "Article", &seen.by_article));
    all
}

/// Gifts and recurring support of thirteen months, one on top of the other.
fn year(of: &Received) -> FigureSection {
    let places: Vec<String> = of.months.iter().map(|(month, _, _)| month_text(*month)).collect();
    let series = [
        Series {
            name: "Recurring".into(),
            values: of.months.iter().map(|(_, _, recurring)| recurring.gross).collect(),
        },
        Series { name: "Gifts".into(), values: of.months.iter().map(|(_, once, _)| once.gross).collect() },
    ];
    let title = format!("Thirteen months, {}", of.currency);
    let rows = of.months.iter().rev().map(|(month, once, recurring)| {
        let amount = |label, minor| number(label, money(minor, of.currency));
        vec![
            text("Month", month.format("%B %Y").to_string()),
            amount("Recurring", recurring.gross),
            amount("Gifts", once.gross),
            amount("Together", once.plus(*recurring).gross),
        ]
    });
    let table = FigureTable {
        caption: title.clone(),
        heads: heads(&["Month"], &["Recurring", "Gifts", "Together"]),
        rows: rows.collect(),
        total: false,
    };
    let id = format!("year-{}", of.currency.code().to_lowercase());
    let chart_svg = drawing((&id, &title), Form::Bars, &places, &series, of.currency);
    let legend = vec!["Recurring".to_owned(), "Gifts".to_owned()];
    FigureSection { title, chart_svg, legend, table, folded: true, id, ..FigureSection::default() }
}

fn heads(first: &[&'static str], numbers: &[&'static str]) -> Vec<FigureHead> {
    super::shown::heads(first, numbers)
}

/// What recurring support came to at the end of each month.
fn curve(of: &Support, id: &str, name: &str) -> FigureSection {
    let currency: Currency = of.now.recurring.currency();
    let title = format!("{name}, {currency}");
    let places: Vec<String> = of.months.iter().map(|(month, _)| month_text(*month)).collect();
    let series = [Series {
        name: "A month's support".into(),
        values: of.months.iter().map(|(_, minor)| *minor).collect(),
    }];
    let row = |(month, minor): &(chrono::NaiveDate, i64)| {
        vec![text("Month", month.format("%B %Y").to_string()), number("At its end", money(*minor, currency))]
    };
    let table = FigureTable {
        caption: title.clone(),
        heads: heads(&["Month"], &["At its end"]),
        rows: of.months.iter().rev().map(row).collect(),
        total: false,
    };
    let id = format!("{id}-{}", currency.code().to_lowercase());
    let chart_svg = drawing((&id, &title), Form::Lines, &places, &series, currency);
    FigureSection { title, chart_svg, table, folded: true, id, ..FigureSection::default() }
}

fn recent(seen: &Dashboard, time: &impl Fn(DateTime<Utc>) -> String) -> FigureTable {
    let row = |gift: &crate::store::reports::attention::Recent| -> Vec<FigureCell> {
        let kind = match gift.rhythm {
            Rhythm::Once => "gift",
            Rhythm::Recurring => "recurring",
        };
        vec![
            linked(text("When", time(gift.at)), &format!("/admin/donations/{}", gift.donation)),
            text("Who", gift.name.clone().unwrap_or_else(|| "–".to_owned())),
            text("What", format!("{kind}, {}", gift.status.replace('_', " "))),
            text("For", gift.campaign.clone()),
            number("Amount", gift.gross.text()),
        ]
    };
    FigureTable {
        caption: "The latest payments".to_owned(),
        heads: heads(&["When", "Who", "What", "For"], &["Amount"]),
        rows: seen.recent.iter().map(row).collect(),
        total: false,
    }
}

fn health(seen: &Dashboard, time: &impl Fn(DateTime<Utc>) -> String) -> FigureTable {
    let row = |of: &crate::store::reports::attention::Health| {
        vec![
            text("Way", gateway_label(of.gateway)),
            text("Last heard of", of.heard_at.map_or_else(|| "never by itself".to_owned(), time)),
            number("Without an answer", whole(of.unknown_attempts)),
        ]
    };
    FigureTable {
        caption: "Ways of payment".to_owned(),
        heads: heads(&["Way", "Last heard of"], &["Without an answer"]),
        rows: seen.health.iter().map(row).collect(),
        total: false,
    }
}
