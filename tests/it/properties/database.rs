//! The same through the use cases, on both databases: every order, every repeat, every way of cutting it into
//! transactions ends in the same rows.

use std::collections::BTreeMap;
use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use mainstay::domain::article::Slug;
use mainstay::domain::attempt::{Attempt, AttemptOutcome};
use mainstay::domain::campaign::Campaign;
use mainstay::domain::dispute::DisputeState;
use mainstay::domain::donation::{Captured, GatewayFact, Payment, PaymentFact, WaitingState};
use mainstay::domain::donor::EmailAddress;
use mainstay::domain::ids::{AttemptId, CampaignId, PledgeId};
use mainstay::domain::ledger::Account;
use mainstay::domain::money::{Currency, Money, Settlement};
use mainstay::domain::pledge::{
    Frequency, GatewayKind, Pledge, PledgeStatus, PledgeTerms, Source, Visibility,
};
use mainstay::domain::refund::RefundStatus;
use mainstay::domain::remote::RemoteId;
use mainstay::store::pledges::Sameness;
use mainstay::store::{
    Conn, StoreError, attempts, campaigns, disputes, donations, ledger, pledges, receipts, refunds, reviews,
};
use mainstay::usecases::settle::{self, Settled};
use mainstay::usecases::{Context, UseCaseError};
use tokio::task::JoinSet;

use super::histories::{Fact, History, Outcome, Random, told_in_order};
use super::{first_seed, number};
use crate::support::app::{Engine, TestApp, start_of_tests};
use crate::support::twins;
use crate::trials::is_full;

/// Ways in which each history is told.
const TELLINGS: u64 = 4;
/// Histories that go on at the same time.
const AT_ONCE: usize = 16;

async fn every_telling_of_a_history_ends_alike(engine: Engine) {
    let app = TestApp::start(engine).await;
    let histories = number("MAINSTAY_HISTORIES", if is_full() { 10_000 } else { 200 });
    let began = Instant::now();
    let mut running = JoinSet::new();
    let mut totals = Totals::default();
    for seed in first_seed()..first_seed() + histories {
        if running.len() >= AT_ONCE {
            totals.add(running.join_next().await.unwrap().unwrap());
        }
        running.spawn(told_in_many_ways(app.ctx().clone(), History::invented(seed)));
    }
    while let Some(done) = running.join_next().await {
        totals.add(done.unwrap());
    }
    let seconds = began.elapsed().as_millis();

    assert_eq!(totals.balances, balances(app.ctx()).await);
    mails_are_planned_once(app.ctx()).await;
    app.check_books().await;
    app.stop().await;
    println!(
        "trial histories {engine:?}: seed {}, {histories} histories, {} tellings, {} transactions, {} facts, none \
         ended otherwise, in {seconds} ms",
        first_seed(),
        totals.tellings,
        totals.transactions,
        totals.facts
    );
}
twins!(every_telling_of_a_history_ends_alike);

async fn a_second_currency_for_one_payment_is_asked_about_and_not_booked(engine: Engine) {
    let app = TestApp::start(engine).await;
    let money = |code, minor| Money::new(minor, Currency::parse(code).unwrap());
    let paid = |gross| Fact::Captured(Captured::with_fee(gross, None, start_of_tests()));
    let begun = begin(app.ctx(), "two-currencies", money("EUR", 2500)).await;

    tell(app.ctx(), &begun, &[paid(money("EUR", 2500))]).await;
    tell(app.ctx(), &begun, &[paid(money("USD", 3000))]).await;

    let state = state(app.ctx(), &begun).await;
    assert_eq!(state.totals, [("EUR".to_owned(), 2500, 0, 1)]);
    let accounts: Vec<(String, String)> = balances(app.ctx()).await.into_keys().collect();
    assert!(accounts.iter().all(|(_, currency)| currency == "EUR"), "{accounts:?}");
    let asked = app.ctx().db.read(|conn| reviews::open(conn, 9)).await.unwrap();
    assert!(asked.iter().any(|review| review.kind == "two_amounts"), "{asked:?}");
    app.finish().await;
}
twins!(a_second_currency_for_one_payment_is_asked_about_and_not_booked);

/// Minor units by account and currency.
type Balances = BTreeMap<(String, String), i64>;

/// What all tellings together must have left behind.
#[derive(Default)]
struct Totals {
    tellings: u64,
    transactions: usize,
    facts: usize,
    balances: Balances,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.tellings += other.tellings;
        self.transactions += other.transactions;
        self.facts += other.facts;
        for (account, minor) in other.balances {
            *self.balances.entry(account).or_default() += minor;
        }
        self.balances.retain(|_, minor| *minor != 0);
    }
}

async fn told_in_many_ways(ctx: Context, history: History) -> Totals {
    let mut random = Random::seeded(history.seed);
    let expected = told_in_order(&history.facts);
    let mut totals = Totals::default();
    for telling in 0..TELLINGS {
        let facts = if telling == 0 { history.facts.clone() } else { history.retold(&mut random) };
        let parts = if telling == 0 { vec![facts.clone()] } else { in_parts(&mut random, &facts) };
        let name = format!("h{}-{telling}", history.seed);
        let begun = begin(&ctx, &name, history.promised).await;
        for part in &parts {
            tell(&ctx, &begun, part).await;
        }

        let state = state(&ctx, &begun).await;
        let wanted = State::of(&expected, &begun);
        assert_eq!(state, wanted, "seed {}, telling {telling}: {parts:#?}", history.seed);
        totals.add(Totals {
            tellings: 1,
            transactions: parts.len() + 1,
            facts: facts.len(),
            balances: expected.balances.clone(),
        });
    }
    totals
}

/// Cuts a history into one to five transactions.
fn in_parts(random: &mut Random, facts: &[Fact]) -> Vec<Vec<Fact>> {
    let cuts = 1 + random.index(5.min(facts.len()));
    let mut parts = vec![Vec::new(); cuts];
    let mut part = 0;
    for (told, fact) in facts.iter().enumerate() {
        let left = facts.len() - told;
        if part + 1 < cuts && !parts[part].is_empty() && (random.in_a_hundred(40) || left < cuts - part) {
            part += 1;
        }
        parts[part].push(fact.clone());
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// A pledge whose payment was begun.
#[derive(Debug, Clone)]
struct Begun {
    campaign: CampaignId,
    pledge: PledgeId,
    attempt: AttemptId,
    payment: String,
}

async fn begin(ctx: &Context, name: &str, promised: Money) -> Begun {
    let begun = Begun {
        campaign: ctx.new_id(),
        pledge: ctx.new_id(),
        attempt: ctx.new_id(),
        payment: name.to_owned(),
    };
    let now = ctx.now();
    let campaign = Campaign {
        id: begun.campaign,
        slug: Slug::parse(name).unwrap(),
        title: "Press fund".into(),
        summary: String::new(),
        goal: None,
        starts_on: None,
        ends_on: None,
        suggestions: Vec::new(),
        thanks: None,
        rates: Vec::new(),
    };
    let terms = PledgeTerms {
        campaign: begun.campaign,
        amount: promised,
        fee_cover: Money::zero(promised.currency()),
        frequency: Frequency::Once,
        tier: None,
        starts_at: None,
        gateway: GatewayKind::Sandbox,
        // Few donors, so that they are met again.
        email: EmailAddress::parse(&format!(
            "donor-{}@example.org",
            name.bytes().map(u32::from).sum::<u32>() % 9
        ))
        .unwrap(),
        name: None,
        message: None,
        visibility: Visibility::Named,
        tribute: None,
        source: Source::default(),
        locale: "en".into(),
    };
    let pledge = Pledge {
        id: begun.pledge,
        terms,
        status: PledgeStatus::Pending,
        donor: None,
        reference: None,
        created_at: now,
        expires_at: now,
    };
    let attempt = Attempt {
        id: begun.attempt,
        pledge: begun.pledge,
        gateway: GatewayKind::Sandbox,
        outcome: AttemptOutcome::Started,
        wants_authentication: false,
        created_at: now,
    };
    let same = Sameness { form_key: None, fingerprint: name.to_owned() };
    let written = ctx.db.write(move |tx| {
        campaigns::put(tx, &campaign, now)?;
        pledges::insert(tx, &pledge, &same)?;
        attempts::insert(tx, &attempt)
    });
    written.await.unwrap();
    begun
}

async fn tell(ctx: &Context, begun: &Begun, facts: &[Fact]) {
    let fact = |fact: &Fact| {
        GatewayFact::Payment(PaymentFact {
            payment: RemoteId::parse(&begun.payment).unwrap(),
            checkout: None,
            attempt: Some(begun.attempt),
            renewal: None,
            what: fact.of(&begun.payment),
        })
    };
    let facts: Vec<GatewayFact> = facts.iter().map(fact).collect();
    let inner = ctx.clone();
    let settled = ctx.db.write(move |tx| settle::apply(tx, &inner, GatewayKind::Sandbox, &facts)).await;
    assert_eq!(settled.unwrap(), Settled::Booked);
}

/// What is on record of a telling, without ids and without the times at which it was written down.
#[derive(Debug, PartialEq, Eq)]
struct State {
    payment: Payment,
    has_donor: bool,
    pledge: PledgeStatus,
    attempt: AttemptOutcome,
    refunds: BTreeMap<String, (Money, RefundStatus, Option<Settlement>)>,
    disputes: BTreeMap<String, (Money, DisputeState)>,
    booked: Balances,
    /// Currency, gross, refunded and number of donations.
    totals: Vec<(String, i64, i64, i64)>,
    /// What the live receipts say, in minor units.
    receipts: Vec<i64>,
}

impl State {
    fn of(outcome: &Outcome, begun: &Begun) -> Self {
        let payment = outcome.payment.clone();
        let money = payment.money().cloned();
        let latest = payment.latest_waiting().map(|waiting| waiting.state.clone());
        let remote = |number: &u32| format!("{}/refund-{number}", begun.payment);
        Self {
            has_donor: money.is_some(),
            pledge: match (&money, latest) {
                (Some(_), _) => PledgeStatus::Fulfilled,
                (None, Some(WaitingState::Failed(_))) => PledgeStatus::Failed,
                (None, Some(WaitingState::Expired)) => PledgeStatus::Expired,
                (None, _) => PledgeStatus::Pending,
            },
            attempt: AttemptOutcome::Accepted {
                remote: RemoteId::parse(&begun.payment).unwrap(),
                next_url: None,
            },
            refunds: outcome.refunds.iter().map(|(number, known)| (remote(number), *known)).collect(),
            disputes: outcome
                .disputes
                .iter()
                .map(|(number, known)| (format!("{}/dispute-{number}", begun.payment), *known))
                .collect(),
            booked: by_name(outcome.booked.balances()),
            totals: money
                .iter()
                .map(|money| {
                    let currency = money.gross.currency();
                    let back = outcome.booked.back_minor(currency);
                    (currency.code().to_owned(), money.gross.minor(), back, 1)
                })
                .collect(),
            receipts: payment.kept().filter(|kept| !kept.is_zero()).map(Money::minor).into_iter().collect(),
            payment,
        }
    }
}

async fn state(ctx: &Context, begun: &Begun) -> State {
    let begun = begun.clone();
    ctx.db.read(move |conn| read_state(conn, &begun)).await.unwrap()
}

fn read_state(conn: &mut Conn, begun: &Begun) -> Result<State, UseCaseError> {
    let pledge = pledges::get(conn, begun.pledge)?;
    let mut all = donations::of_pledge(conn, begun.pledge)?;
    assert_eq!(all.len(), 1, "one payment is one donation");
    let donation = all.pop().unwrap();
    let booked = ledger::booked(conn, donation.id)?;
    let known = refunds::of_donation(conn, donation.id)?;
    let live =
        receipts::of_donation(conn, donation.id)?.into_iter().filter(|receipt| receipt.status.is_live());
    let totals = campaigns::totals(conn, begun.campaign)?;
    Ok(State {
        has_donor: donation.donor.is_some() && pledge.donor == donation.donor,
        pledge: pledge.status,
        attempt: attempts::find(conn, begun.attempt)?.unwrap().outcome,
        refunds: known
            .into_iter()
            .map(|r| (r.remote.unwrap().to_string(), (r.amount, r.status, r.settled)))
            .collect(),
        disputes: disputes::of_donation(conn, donation.id)?
            .into_iter()
            .map(|d| (d.remote.to_string(), (d.amount, d.state)))
            .collect(),
        booked: by_name(booked.balances()),
        totals: totals
            .iter()
            .map(|t| (t.gross.currency().code().to_owned(), t.gross.minor(), t.refunded.minor(), t.donations))
            .collect(),
        receipts: live.map(|receipt| Money::try_from(&receipt.snapshot.net).unwrap().minor()).collect(),
        payment: donation.payment,
    })
}

fn by_name(balances: BTreeMap<(Account, Currency), i64>) -> Balances {
    let named = |((account, currency), minor): ((Account, Currency), i64)| {
        ((account.to_string(), currency.code().to_owned()), minor)
    };
    balances.into_iter().map(named).collect()
}

async fn balances(ctx: &Context) -> Balances {
    let balances = ctx.db.read(ledger::balances).await.unwrap();
    let kept = balances.into_iter().filter(|(_, _, minor)| *minor != 0);
    kept.map(|(account, currency, minor)| ((account, currency), minor)).collect()
}

/// One letter for each receipt, one for each refund that went through, and none without a reason.
async fn mails_are_planned_once(ctx: &Context) {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    const WRONG: [(&str, &str); 4] = [
        (
            "a receipt without its one mail",
            "SELECT COUNT(*) AS count FROM receipts r WHERE (SELECT COUNT(*) FROM jobs j WHERE j.kind = 'send_receipt' \
             AND j.unique_key = 'send_receipt/' || r.id || '/0') <> 1",
        ),
        (
            "a mail for a receipt that is none",
            "SELECT COUNT(*) AS count FROM jobs j WHERE j.kind = 'send_receipt' AND j.unique_key \
             NOT IN (SELECT 'send_receipt/' || r.id || '/0' FROM receipts r)",
        ),
        (
            "a refund without its one notice",
            "SELECT COUNT(*) AS count FROM refunds r WHERE r.status = 'succeeded' AND (SELECT COUNT(*) FROM jobs j \
             WHERE j.kind = 'send_refund_notice' AND j.unique_key = 'send_refund_notice/' || r.id) <> 1",
        ),
        (
            "a notice for a refund that never went through",
            "SELECT COUNT(*) AS count FROM jobs j WHERE j.kind = 'send_refund_notice' AND j.unique_key NOT IN \
             (SELECT 'send_refund_notice/' || r.id FROM refunds r WHERE r.status <> 'pending')",
        ),
    ];
    for (what, query) in WRONG {
        let counted =
            ctx.db.read(move |conn| Ok::<Vec<Count>, StoreError>(diesel::sql_query(query).load(conn)?));
        assert_eq!(counted.await.unwrap()[0].count, 0, "{what}");
    }
}
