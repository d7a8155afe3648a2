//! Money that arrived: transfers taken into the books, and receipts drawn. Plain figures, to be held against later.

use crate::load::CLIENTS;
use crate::pledges::CAMPAIGN;
use crate::process;
use crate::raw::postgres::PgBench;
use crate::rounds::{Plan, Series, print_figure};
use chrono::NaiveDate;
use mainstay::bootstrap::{App, Migrations, World};
use mainstay::config::Config;
use mainstay::domain::bank::CreditorReference;
use mainstay::domain::ids::Id;
use mainstay::domain::money::{Currency, Money};
use mainstay::domain::pledge::{Utm, Visibility};
use mainstay::domain::receipt::{Organisation, Receipt, ReceiptNumber, ReceiptSnapshot, ReceiptStatus};
use mainstay::render::receipt;
use mainstay::store::checks;
use mainstay::telemetry::metrics::Metrics;
use mainstay::usecases::Context;
use mainstay::usecases::bank::{self, Arrival};
use mainstay::usecases::pledge::{self, Sender};
use mainstay::usecases::pledge_terms::{AmountInput, FeeChoice, PledgeRequest};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Transfers of one run.
const TRANSFERS: usize = 2_000;

/// The donors' amount, in cents.
const GIFT: i64 = 2_500;

/// Transfers recorded through the use case, from as many clerks as the web has clients.
pub(crate) fn settle(plan: &Plan) {
    let folder = process::folder();
    let sqlite = format!("sqlite://{}/site.db", folder.path().display());
    settle_on("SQLite", &sqlite, plan);
    let database = PgBench::database("settling");
    settle_on("PostgreSQL", &database.url, plan);
}

fn settle_on(engine: &str, url: &str, plan: &Plan) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let rates = runtime.block_on(async {
        let ctx = open(url).await;
        let mut rates = Vec::new();
        for _ in 0..plan.rounds {
            let promised = promise(&ctx, TRANSFERS).await;
            let began = Instant::now();
            record_all(&ctx, promised).await;
            rates.push(TRANSFERS as f64 / began.elapsed().as_secs_f64());
        }
        let findings = ctx.db.read(checks::run).await.unwrap();
        assert!(findings.iter().all(|finding| finding.broken.is_empty()), "the books are right");
        rates
    });
    let name = format!("bank transfers taken into the books, {engine}, {CLIENTS} at a time");
    print_figure(&name, &Series::of(rates), "/s", 0);
}

/// The application as the program opens it, with the example campaign in its database.
async fn open(url: &str) -> Context {
    let environment = [
        ("MAINSTAY_DATABASE__URL".to_owned(), url.to_owned()),
        ("MAINSTAY_SITE__CONTENT".to_owned(), concat!(env!("CARGO_MANIFEST_DIR"), "/content").to_owned()),
    ];
    let config = Config::load(None, environment).unwrap();
    let app = App::open(&config, World::real(), "http://localhost", Migrations::Apply).await.unwrap();
    app.web_state(&config, Metrics::install().unwrap()).await.unwrap();
    app.services.ctx
}

/// Pledges by bank transfer, each from another donor; gives their references.
async fn promise(ctx: &Context, count: usize) -> Vec<CreditorReference> {
    let (numbers, ctx) = ((0..count).collect(), ctx.clone());
    at_a_time(numbers, move |number| {
        let ctx = ctx.clone();
        async move {
            // Rounds meet in one database: the id of a pledge to come tells their donors apart.
            let donor = format!("donor{number}-{}@example.org", ctx.new_id::<mainstay::domain::ids::JobId>());
            let sender = Sender { client: donor.clone(), form_id: None, idempotency: None };
            pledge::start(&ctx, request(donor), sender).await.unwrap().pledge.reference.unwrap()
        }
    })
    .await
}

async fn record_all(ctx: &Context, references: Vec<CreditorReference>) {
    let received_on = ctx.day_of(ctx.now());
    let amount = Money::new(GIFT, Currency::parse("EUR").unwrap());
    let ctx = ctx.clone();
    at_a_time(references, move |reference| {
        let (ctx, arrival) = (ctx.clone(), Arrival { reference, amount, received_on, bank_id: None });
        async move { bank::record(&ctx, arrival).await.unwrap() }
    })
    .await;
}

/// Works through `items`, `CLIENTS` at the same time.
async fn at_a_time<I, T, W>(items: Vec<I>, work: impl Fn(I) -> W + Clone + Send + 'static) -> Vec<T>
where
    I: Send + 'static,
    T: Send + 'static,
    W: Future<Output = T> + Send,
{
    let items = Arc::new(Mutex::new(items));
    let mut workers = JoinSet::new();
    for _ in 0..CLIENTS {
        let (items, work) = (Arc::clone(&items), work.clone());
        workers.spawn(async move {
            let mut done = Vec::new();
            let next = || items.lock().unwrap().pop();
            while let Some(item) = next() {
                done.push(work(item).await);
            }
            done
        });
    }
    workers.join_all().await.into_iter().flatten().collect()
}

fn request(email: String) -> PledgeRequest {
    PledgeRequest {
        campaign: CAMPAIGN.into(),
        amount: AmountInput::Minor(GIFT),
        currency: "EUR".into(),
        frequency: "once".into(),
        gateway: "bank_transfer".into(),
        tier: String::new(),
        name: "Ann Reader".into(),
        email,
        message: String::new(),
        visibility: Visibility::Named,
        fee: FeeChoice::Included,
        tribute_kind: String::new(),
        tribute_name: String::new(),
        from: String::new(),
        referrer: String::new(),
        utm: Utm::default(),
    }
}

/// Receipts drawn one after the other, on one thread.
pub(crate) fn draw_receipts(plan: &Plan) {
    let sample = sample();
    let bytes = receipt::pdf(&sample, None).unwrap().len();
    let rates = (0..plan.rounds).map(|_| drawn_within(&sample, plan.time));
    let name = format!("receipts drawn as PDF, {} kB each, one thread", bytes / 1000);
    print_figure(&name, &Series::of(rates), "/s", 0);
}

fn drawn_within(sample: &Receipt, time: Duration) -> f64 {
    let (began, mut drawn) = (Instant::now(), 0_u32);
    while began.elapsed() < time {
        receipt::pdf(sample, None).unwrap();
        drawn += 1;
    }
    f64::from(drawn) / began.elapsed().as_secs_f64()
}

fn sample() -> Receipt {
    let number = ReceiptNumber { series: "R".into(), year: 2026, number: 17 };
    let day = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
    let money = |minor| Money::new(minor, Currency::parse("EUR").unwrap()).into();
    let snapshot = ReceiptSnapshot {
        number: number.to_string(),
        issued_on: day,
        organisation: Organisation {
            name: "Example Press CIO".into(),
            address: vec!["12 Mill Lane".into(), "Leeds LS1 4AP".into()],
            registration: Some("Registered charity 1234567".into()),
            statement: Some("No goods or services were given in return for this gift.".into()),
        },
        donor_name: Some("Ann Reader".into()),
        donor_email: "ann@example.org".into(),
        campaign: "Press fund".into(),
        received_on: day,
        method: "bank_transfer".into(),
        gross: money(GIFT),
        refunded: money(0),
        net: money(GIFT),
        fee_cover: None,
        tribute: None,
        replaces: None,
        locale: "en".into(),
    };
    let noon = day.and_hms_opt(12, 0, 0).unwrap().and_utc();
    let (id, donation) = (Id::from_ulid(ulid::Ulid::nil()), Id::from_ulid(ulid::Ulid::nil()));
    Receipt { id, donation, number, status: ReceiptStatus::Issued, snapshot, replaces: None, issued_at: noon }
}
