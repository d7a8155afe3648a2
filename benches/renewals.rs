//! Renewals of recurring support: what a gateway says of a charged period, taken into the books. Plain figures.

use crate::load::CLIENTS;
use crate::process;
use crate::raw::postgres::PgBench;
use crate::rounds::{Plan, Series, print_figure};
use crate::settling::{Books, GIFT, at_a_time, request};
use chrono::{DateTime, Months, Utc};
use mainstay::domain::donation::{Captured, GatewayFact, Happening, PaymentFact, Renewal};
use mainstay::domain::ids::AttemptId;
use mainstay::domain::money::{Currency, Money};
use mainstay::domain::pledge::{Frequency, GatewayKind};
use mainstay::domain::remote::RemoteId;
use mainstay::domain::subscription::{Period, SubscriptionFact, SubscriptionNews, SubscriptionState};
use mainstay::store::attempts;
use mainstay::usecases::pledge::{self, Proof, Sender};
use mainstay::usecases::pledge_terms::PledgeRequest;
use mainstay::usecases::{Context, settle};
use std::time::Instant;

/// Patrons, each renewed once in a round.
const PATRONS: usize = 1_000;

pub(crate) fn renew(plan: &Plan) {
    let folder = process::folder();
    let sqlite = format!("sqlite://{}/site.db", folder.path().display());
    renew_on("SQLite", &sqlite, plan);
    let database = PgBench::database("renewals");
    renew_on("PostgreSQL", &database.url, plan);
}

fn renew_on(engine: &str, url: &str, plan: &Plan) {
    let books = Books::open(url);
    let patrons = books.block_on(join(books.ctx(), PATRONS));
    // The first period makes them patrons.
    books.block_on(charge(books.ctx(), &patrons, 0));
    let rates: Vec<f64> = (1..=plan.rounds)
        .map(|round| {
            let began = Instant::now();
            books.block_on(charge(books.ctx(), &patrons, u32::try_from(round).unwrap()));
            PATRONS as f64 / began.elapsed().as_secs_f64()
        })
        .collect();
    books.examine();
    let name = format!("renewals taken into the books, {engine}, {CLIENTS} at a time");
    print_figure(&name, &Series::of(rates), "/s", 0);
}

pub(crate) async fn join(ctx: &Context, patrons: usize) -> Vec<AttemptId> {
    let inner = ctx.clone();
    at_a_time((0..patrons).collect(), move |number| {
        let ctx = inner.clone();
        async move {
            let donor = format!("patron{number}@example.org");
            let sender =
                Sender { client: donor.clone(), form_id: None, idempotency: None, proof: Proof::None };
            let wanted =
                PledgeRequest { frequency: "monthly".into(), gateway: "sandbox".into(), ..request(donor) };
            let pledge = pledge::start(&ctx, wanted, sender).await.unwrap().pledge.id;
            ctx.db.read(move |conn| attempts::latest_of(conn, pledge)).await.unwrap().unwrap().id
        }
    })
    .await
}

pub(crate) async fn charge(ctx: &Context, patrons: &[AttemptId], round: u32) {
    let began = ctx.now() + Months::new(round);
    let inner = ctx.clone();
    at_a_time(patrons.to_vec(), move |attempt| {
        let ctx = inner.clone();
        async move {
            let facts = facts(attempt, round, began);
            let settling = ctx.clone();
            let settled =
                ctx.db.write(move |tx| settle::apply(tx, &settling, GatewayKind::Sandbox, &facts)).await;
            settled.unwrap();
        }
    })
    .await;
}

/// What the gateway says once a period is charged.
fn facts(attempt: AttemptId, round: u32, at: DateTime<Utc>) -> [GatewayFact; 2] {
    let amount = Money::new(GIFT, Currency::parse("EUR").unwrap());
    let remote = RemoteId::parse(&format!("sbs_{attempt}")).unwrap();
    let payment = PaymentFact {
        payment: RemoteId::parse(&format!("sbp_{attempt}_{round}")).unwrap(),
        checkout: None,
        attempt: Some(attempt),
        renewal: Some(Renewal { subscription: remote.clone(), period_on: at.date_naive() }),
        what: Happening::Captured(Captured::with_fee(amount, Some(98), at)),
    };
    let news = SubscriptionNews {
        remote,
        customer: None,
        as_of: at,
        state: SubscriptionState::Active,
        amount,
        frequency: Frequency::Monthly,
        period: Some(Period { from: at, until: at + Months::new(1) }),
        ends_at: None,
        card: None,
    };
    [payment.into(), SubscriptionFact { attempt: Some(attempt), checkout: None, news }.into()]
}
