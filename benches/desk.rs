//! The desk of a site with very many donations: each list at its beginning and deep within, searches, and pages about
//! one thing, beside a nearly empty site. What is timed is the use case: everything but HTTP and the template.

use crate::process;
use crate::raw::postgres::PgBench;
use crate::rounds::Plan;
use crate::settling::Books;
use mainstay::domain::ids::DonationId;
use mainstay::domain::list::{Cursor, ListKind, ListQuery, Way};
use mainstay::usecases::Context;
use mainstay::usecases::demo;
use mainstay::usecases::desk::{files, lists};
use mainstay::usecases::figures::dashboard;
use std::time::{Duration, Instant};

/// How often each page is asked for.
const TIMES: usize = 60;
/// Donations of the small site.
const FEW: u64 = 200;
/// Rows of the file of a list, at most.
const FILE_ROWS: usize = 300_000;

pub(crate) fn on_sqlite(plan: &Plan) {
    let (full, empty) = (process::folder(), process::folder());
    let empty_url = format!("sqlite://{}/site.db", empty.path().display());
    compare("SQLite", plan, &plan.large.on_sqlite(full.path()), &empty_url);
}

pub(crate) fn on_postgres(plan: &Plan) {
    let (full, empty) = (plan.large.on_postgres("desk-full"), PgBench::database("desk-empty"));
    compare("PostgreSQL", plan, &full.url, &empty.url);
}

fn compare(engine: &str, plan: &Plan, full: &str, empty: &str) {
    let (full, empty) = (Books::open(full), Books::open(empty));
    println!("{engine}: {} donations", plan.large.donations());
    let mut few = 0;
    while few < FEW {
        few += empty.block_on(demo::fill(empty.ctx(), 1, few..FEW)).unwrap();
    }
    println!("{:<46} {:>9} {:>9} {:>12}", "ms", "p50", "p99", "p50 of few");
    for page in pages() {
        let (large, small) = (times(&full, &page), times(&empty, &page));
        println!("{:<46} {:>9.2} {:>9.2} {:>12.2}", page.name, large.0, large.1, small.0);
    }
    things(&full, &empty);
    file(&full);
    println!();
}

struct Page {
    name: &'static str,
    list: ListKind,
    query: &'static str,
    /// From a row in the middle.
    deep: bool,
}

fn pages() -> Vec<Page> {
    let page = |name, list, query| Page { name, list, query, deep: false };
    let deep = |name, list, query| Page { name, list, query, deep: true };
    let donations = ListKind::Donations;
    vec![
        page("donations, newest", donations, ""),
        deep("donations, newest, deep", donations, ""),
        page("donations, largest", donations, "order=largest"),
        deep("donations, largest, deep", donations, "order=largest"),
        page("donations, last received", donations, "order=received"),
        deep("donations, last received, deep", donations, "order=received"),
        page("donations of a month", donations, "from=2026-03-01&to=2026-03-31"),
        page("donations of a month, largest", donations, "from=2026-03-01&to=2026-03-31&order=largest"),
        page("donations, status=refunded (none)", donations, "status=refunded"),
        page("donations, status=succeeded", donations, "status=succeeded"),
        page("donations of a campaign", donations, "campaign=demo"),
        page("donations, gateway=stripe (none)", donations, "gateway=stripe"),
        page(
            "donations, every column",
            donations,
            "column=received&column=donor&column=amount&column=status&column=campaign&column=gateway&column=fee&column=refunded&column=lost&column=email&column=frequency&column=article&column=receipt&column=remote&column=reference&column=pledge&column=id&column=recorded",
        ),
        page("donations, “ada” (a tenth of the donors)", donations, "q=ada"),
        page("donations, “ada moreau”", donations, "q=ada+moreau"),
        page("donations, whole address", donations, "q=demo-1-37%40example.org"),
        page("donations, begun address", donations, "q=demo-1-3%40"),
        page("donations, amount", donations, "q=25.00"),
        page("donations, gateway’s id (none)", donations, "q=pi_3NoneOfThese"),
        page("donors, newest", ListKind::Donors, ""),
        deep("donors, newest, deep", ListKind::Donors, ""),
        page("donors by name", ListKind::Donors, "order=name"),
        page("donors, “moreau”", ListKind::Donors, "q=moreau"),
        page("donors, “demo-1-1”", ListKind::Donors, "q=demo-1-1"),
        page("donors, nobody", ListKind::Donors, "q=nobody"),
        page("pledges, newest", ListKind::Pledges, ""),
        deep("pledges, newest, deep", ListKind::Pledges, ""),
        page("pledges, status=pending (none)", ListKind::Pledges, "status=pending"),
        page("pledges, “ada moreau”", ListKind::Pledges, "q=ada+moreau"),
        page("receipts, newest", ListKind::Receipts, ""),
        deep("receipts, newest, deep", ListKind::Receipts, ""),
        page("receipts, “ada moreau”", ListKind::Receipts, "q=ada+moreau"),
        page("receipts, amount", ListKind::Receipts, "q=25.00"),
        page("jobs, newest", ListKind::Jobs, ""),
        page("jobs, status=failed (none)", ListKind::Jobs, "status=failed"),
        page("patrons, newest", ListKind::Patrons, ""),
        page("events, newest", ListKind::Events, ""),
        page("log, newest", ListKind::Audit, ""),
    ]
}

fn query(list: ListKind, text: &str) -> ListQuery {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    ListQuery::read(list, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Median and 99th of a hundred, in milliseconds.
fn of(mut took: Vec<Duration>) -> (f64, f64) {
    took.sort();
    let at = |part: usize| took[(took.len() * part / 100).min(took.len() - 1)].as_secs_f64() * 1_000.0;
    (at(50), at(99))
}

fn times(books: &Books, page: &Page) -> (f64, f64) {
    let mut query = query(page.list, page.query);
    if page.deep {
        query.cursor = middle(books, &query);
    }
    let ask = || {
        let began = Instant::now();
        books.block_on(lists::page(books.ctx(), query.clone(), lists::PAGE_ROWS)).unwrap();
        began.elapsed()
    };
    ask();
    of((0..TIMES).map(|_| ask()).collect())
}

/// A place somewhere within a list: that of a row which a search for somebody finds.
fn middle(books: &Books, query: &ListQuery) -> Option<Cursor> {
    let found = ListQuery { search: "demo-1-25@example.org".into(), ..query.clone() };
    let page = books.block_on(lists::page(books.ctx(), found, lists::PAGE_ROWS)).unwrap().page;
    page.rows.last().map(|row| Cursor { way: Way::On, key: row.key.clone(), id: row.id.clone() })
}

fn things(full: &Books, empty: &Books) {
    let one = |books: &Books, list| {
        let found = query(list, "q=demo-1-25%40example.org");
        books.block_on(lists::page(books.ctx(), found, lists::PAGE_ROWS)).unwrap().page.rows.remove(0).id
    };
    let time = |ask: &dyn Fn()| {
        of((0..TIMES)
            .map(|_| {
                let began = Instant::now();
                ask();
                began.elapsed()
            })
            .collect())
    };
    let overview = |books: &Books| time(&|| drop(books.block_on(dashboard::dashboard(books.ctx())).unwrap()));
    let of_donation = |books: &Books| {
        let id: DonationId = one(books, ListKind::Donations).parse().unwrap();
        time(&|| drop(books.block_on(files::donation(books.ctx(), id)).unwrap()))
    };
    let of_pledge = |books: &Books| {
        let id = one(books, ListKind::Pledges).parse().unwrap();
        time(&|| drop(books.block_on(files::pledge(books.ctx(), id)).unwrap()))
    };
    let of_donor = |books: &Books| {
        let id = one(books, ListKind::Donors).parse().unwrap();
        time(&|| drop(books.block_on(files::donor(books.ctx(), id)).unwrap()))
    };
    for (name, large, small) in [
        ("overview", overview(full), overview(empty)),
        ("page about a donation", of_donation(full), of_donation(empty)),
        ("page about a pledge", of_pledge(full), of_pledge(empty)),
        ("page about a donor", of_donor(full), of_donor(empty)),
    ] {
        println!("{name:<46} {:>9.2} {:>9.2} {:>12.2}", large.0, large.1, small.0);
    }
}

/// Rows of a file in a second.
fn file(books: &Books) {
    let query = query(ListKind::Donations, "");
    let (began, mut rows, mut after) = (Instant::now(), 0, None);
    while rows < FILE_ROWS {
        let (part, on) = books.block_on(next(books.ctx(), &query, after));
        rows += part;
        after = on;
        if after.is_none() {
            break;
        }
    }
    println!("{:<46} {:>9.0} rows/s", "donations as a file", rows as f64 / began.elapsed().as_secs_f64());
}

async fn next(ctx: &Context, query: &ListQuery, after: Option<Cursor>) -> (usize, Option<Cursor>) {
    let (rows, on) = lists::rows_of_file(ctx, query, after).await.unwrap();
    (rows.len(), on)
}
