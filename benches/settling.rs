//! Money that arrived: transfers taken into the books. Plain figures, to be held against later.

use crate::load::CLIENTS;
use crate::pledges::CAMPAIGN;
use crate::process;
use crate::raw::postgres::PgBench;
use crate::rounds::{Plan, Run, Series, print_figure};
use mainstay::bootstrap::{App, Migrations, World};
use mainstay::config::Config;
use mainstay::domain::audit::Actor;
use mainstay::domain::bank::CreditorReference;
use mainstay::domain::ids::PledgeId;
use mainstay::domain::job::Job;
use mainstay::domain::money::{Currency, Money};
use mainstay::domain::pledge::{Utm, Visibility};
use mainstay::store::{Tx, checks, jobs};
use mainstay::telemetry::metrics::Metrics;
use mainstay::usecases::Context;
use mainstay::usecases::bank::{self, Arrival};
use mainstay::usecases::pledge::{self, Proof, Sender};
use mainstay::usecases::pledge_terms::{AmountInput, FeeChoice, PledgeRequest};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

/// Transfers of one run.
pub(crate) const TRANSFERS: usize = 2_000;

/// The donors' amount, in cents.
pub(crate) const GIFT: i64 = 2_500;

/// Transfers recorded through the use case, from as many clerks as the web has clients.
pub(crate) fn settle(plan: &Plan) {
    let folder = process::folder();
    let sqlite = format!("sqlite://{}/site.db", folder.path().display());
    settle_on("SQLite", &sqlite, plan);
    let database = PgBench::database("settling");
    settle_on("PostgreSQL", &database.url, plan);
}

fn settle_on(engine: &str, url: &str, plan: &Plan) {
    let books = Books::open(url);
    let rates: Vec<f64> = (0..plan.rounds).map(|_| books.settle().rate).collect();
    books.examine();
    let name = format!("bank transfers taken into the books, {engine}, {CLIENTS} at a time");
    print_figure(&name, &Series::of(rates), "/s", 0);
}

/// The application in this process, with the example campaign in its database.
pub(crate) struct Books {
    runtime: Runtime,
    ctx: Context,
}

impl Books {
    /// As the program opens it.
    pub(crate) fn open(url: &str) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let ctx = runtime.block_on(open(url));
        Self { runtime, ctx }
    }

    /// Transfers of donors who promised them.
    pub(crate) fn settle(&self) -> Run {
        let promised = self.runtime.block_on(promise(&self.ctx, TRANSFERS));
        let references = promised.into_iter().map(|(_, reference)| reference).collect();
        let began = Instant::now();
        self.runtime.block_on(record_all(&self.ctx, references));
        Run::of_rate(TRANSFERS as f64 / began.elapsed().as_secs_f64())
    }

    /// The same, with no letter waiting afterwards but the receipts.
    pub(crate) fn owe_receipts(&self) {
        self.runtime.block_on(async {
            let (pledges, references): (Vec<_>, _) = promise(&self.ctx, TRANSFERS).await.into_iter().unzip();
            let now = self.ctx.now();
            let letters = pledges.into_iter().map(|pledge| Job::SendInstructions { pledge });
            let keys: Vec<String> = letters.filter_map(|job| job.unique_key()).collect();
            let close = move |tx: &mut Tx<'_>| keys.iter().try_for_each(|key| jobs::close(tx, key, now));
            self.ctx.db.write(close).await.unwrap();
            record_all(&self.ctx, references).await;
        });
    }

    pub(crate) fn ctx(&self) -> &Context {
        &self.ctx
    }

    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn examine(&self) {
        let findings = self.runtime.block_on(self.ctx.db.read(checks::run)).unwrap();
        assert!(findings.iter().all(|finding| finding.broken.is_empty()), "the books are right");
    }
}

async fn open(url: &str) -> Context {
    let environment = [
        ("MAINSTAY_DATABASE__URL".to_owned(), url.to_owned()),
        ("MAINSTAY_SITE__CONTENT".to_owned(), concat!(env!("CARGO_MANIFEST_DIR"), "/content").to_owned()),
        // Thousands who join in a second are no attack here.
        ("MAINSTAY_LIMITS__PLEDGES_PER_MINUTE".to_owned(), "1000000".to_owned()),
    ];
    let config = Config::load(None, environment).unwrap();
    let app = App::open(&config, World::real(), "http://localhost", Migrations::Apply).await.unwrap();
    app.web_state(&config, Metrics::install().unwrap()).await.unwrap();
    app.services.ctx
}

/// Pledges by bank transfer, each from another donor.
async fn promise(ctx: &Context, count: usize) -> Vec<(PledgeId, CreditorReference)> {
    let (numbers, ctx) = ((0..count).collect(), ctx.clone());
    at_a_time(numbers, move |number| {
        let ctx = ctx.clone();
        async move {
            // Rounds meet in one database: the id of a pledge to come tells their donors apart.
            let donor = format!("donor{number}-{}@example.org", ctx.new_id::<PledgeId>());
            let sender =
                Sender { client: donor.clone(), form_id: None, idempotency: None, proof: Proof::None };
            let pledge = pledge::start(&ctx, request(donor), sender).await.unwrap().pledge;
            (pledge.id, pledge.reference.unwrap())
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
        async move { bank::record(&ctx, Actor::Command, arrival).await.unwrap() }
    })
    .await;
}

/// Works through `items`, `CLIENTS` at the same time.
pub(crate) async fn at_a_time<I, T, W>(
    items: Vec<I>,
    work: impl Fn(I) -> W + Clone + Send + 'static,
) -> Vec<T>
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

pub(crate) fn request(email: String) -> PledgeRequest {
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
        wall: None,
        fee: FeeChoice::Included,
        tribute_kind: String::new(),
        tribute_name: String::new(),
        from: String::new(),
        appeal: String::new(),
        referrer: String::new(),
        utm: Utm::default(),
        locale: String::new(),
    }
}
