//! How support is doing: the sums by day are what a recount says, whatever happened and in whatever order, and reports
//! say what the rows say.

pub(crate) mod pages;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::figures::{Filter, Period, Sums};
use mainstay::domain::money::Money;
use mainstay::store::reports::{self as store_reports, By};
use mainstay::store::{StoreError, checks, donations, pledges};
use mainstay::usecases::figures;
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::{Context, Policy};

use crate::support::app::{TestApp, settings};
use crate::support::flow;
use crate::support::gift::{Form, Given, eur};

const BY_DAY: &str = "SELECT span || ' ' || CAST(first_on AS TEXT) || ' ' || currency || ' ' || rhythm || ' ' || article || ' ' || \
    donations || ' ' || gross_minor || ' ' || fee_minor || ' ' || refunded_minor AS line FROM support_totals ORDER BY 1";

fn period(from: &str, until: &str) -> Period {
    Period { from: from.parse().unwrap(), until: until.parse().unwrap() }
}

impl TestApp {
    pub(crate) async fn gives_back(&self, given: &Given, amount: Option<Money>) {
        let order = RefundOrder { donation: given.donation.id, amount, reason: None, request_key: None };
        refund::order(self.ctx(), Actor::Command, order).await.unwrap();
        self.run_jobs().await;
    }

    async fn sums(&self, days: Period, by: &'static [By]) -> Vec<store_reports::Line> {
        let ask =
            move |conn: &mut mainstay::store::Conn| store_reports::sums(conn, days, &Filter::default(), by);
        self.ctx().db.read(ask).await.unwrap()
    }
}

flow! {
    async fn a_gift_counts_on_its_day_with_its_fee_and_what_went_back(app) {
        let given = app.gives(&Form::gift().by(1).set("from", "about-our-funding")).await;
        app.clock.advance(TimeDelta::days(1));
        app.gives_back(&given, Some(eur(500))).await;
        app.gives(&Form::gift().by(2).set("frequency", "monthly")).await;

        assert_eq!(app.lines(BY_DAY).await, [
            "day 2026-06-15 EUR once about-our-funding 1 2500 98 500",
            "day 2026-06-16 EUR recurring  1 2500 98 0",
            "month 2026-06-01 EUR once about-our-funding 1 2500 98 500",
            "month 2026-06-01 EUR recurring  1 2500 98 0",
        ]);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__TIME_ZONE", "Pacific/Auckland")]),
    async fn days_are_those_of_the_publisher_and_follow_the_time_zone(app) {
        app.clock.advance(TimeDelta::hours(3));
        app.gives(&Form::gift().by(1)).await;
        assert_eq!(app.lines("SELECT CAST(received_on AS TEXT) AS line FROM donations").await, ["2026-06-16"]);

        let policy = Policy { time_zone: chrono_tz::America::Los_Angeles, ..(*app.ctx().policy).clone() };
        let elsewhere = Context { policy: Arc::new(policy), ..app.ctx().clone() };
        assert_eq!(figures::count_days(&elsewhere).await.unwrap(), 1);
        assert_eq!(figures::count_days(&elsewhere).await.unwrap(), 0);

        assert_eq!(app.lines("SELECT CAST(received_on AS TEXT) AS line FROM donations").await, ["2026-06-15"]);
        let june = app.sums(period("2026-06-15", "2026-06-15"), &[]).await;
        assert_eq!(june[0].sums.donations, 1);
    }
}

flow! {
    async fn a_sum_that_drifts_is_found(app) {
        app.gives(&Form::gift().by(1)).await;
        app.check_books().await;
        for (rule, change, undo) in [
            ("each day", "fee_minor = fee_minor + 1 WHERE span = 'day'", "fee_minor = fee_minor - 1 WHERE span = 'day'"),
            ("each month", "donations = 2 WHERE span = 'month'", "donations = 1 WHERE span = 'month'"),
        ] {
            app.execute(&[&format!("UPDATE support_totals SET {change}")]).unwrap();
            let findings = app.ctx().db.read(checks::run).await.unwrap();
            let broken: Vec<_> = findings.iter().filter(|finding| !finding.broken.is_empty()).collect();
            assert!(broken.iter().any(|finding| finding.name.contains(rule)), "{broken:?}");
            app.execute(&[&format!("UPDATE support_totals SET {undo}")]).unwrap();
        }
    }
}

flow! {
    async fn money_without_a_day_is_a_finding_and_stops_no_examination(app) {
        app.gives(&Form::gift().by(1)).await;
        let day = app.lines("SELECT CAST(received_on AS TEXT) AS line FROM donations").await.remove(0);
        app.execute(&["UPDATE donations SET received_on = NULL"]).unwrap();
        let findings = app.ctx().db.read(checks::run).await.unwrap();
        assert_eq!(findings.len(), checks::count(), "each rule was asked");
        let days = findings.iter().find(|finding| finding.name.contains("each day")).unwrap();
        assert!(days.broken.iter().any(|id| id == "rows that lack a value"), "{days:?}");
        app.execute(&[&format!("UPDATE donations SET received_on = '{day}'")]).unwrap();
    }
}

/// A small generator of its own: a failure names its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Counts everything anew from donations and books, in Rust.
async fn recounted(app: &TestApp) -> BTreeMap<(String, String, String, String), Sums> {
    let ids = app.lines("SELECT id AS line FROM donations ORDER BY id").await;
    let ctx = app.ctx().clone();
    let counted = move |conn: &mut mainstay::store::Conn| {
        let mut all: BTreeMap<(String, String, String, String), Sums> = BTreeMap::new();
        for id in ids {
            let donation = donations::get(conn, id.parse().unwrap())?;
            let pledge = pledges::get(conn, donation.pledge)?;
            let Some(paid) = donation.payment.money() else { continue };
            let rhythm = if pledge.terms.frequency.is_recurring() { "recurring" } else { "once" };
            let article = pledge.terms.source.article.as_ref().map(ToString::to_string).unwrap_or_default();
            let key = |currency: &str| {
                (ctx.day_of(paid.at).to_string(), currency.to_owned(), rhythm.to_owned(), article.clone())
            };
            let sums = all.entry(key(paid.gross.currency().code())).or_default();
            *sums = sums.plus(Sums {
                donations: 1,
                gross: paid.gross.minor(),
                fees: paid.settled.map(|settled| settled.fee().minor()).unwrap_or_default(),
                refunded: donation.payment.refunded_minor(),
                lost: donation.payment.disputed().lost_minor,
            });
        }
        Ok::<_, StoreError>(all)
    };
    app.ctx().db.read(counted).await.unwrap()
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__TIME_ZONE", "America/St_Johns")]),
    async fn whatever_happens_the_sums_are_what_a_recount_says(app) {
        let mut random = Random(20_261_126);
        let mut given: Vec<Given> = Vec::new();
        for step in 0..60_usize {
            app.clock.advance(TimeDelta::minutes(i64::try_from(random.below(3_000)).unwrap()));
            let amount = (5 + random.below(90)).to_string();
            let form = Form::gift().by(step % 17).set("amount", &amount);
            let form = match random.below(4) {
                0 => form.set("from", "about-our-funding"),
                1 => form.set("frequency", "monthly"),
                2 => form.set("currency", "USD"),
                _ => form,
            };
            match (random.below(3), given.is_empty()) {
                (0, false) => {
                    let index = usize::try_from(random.below(u64::try_from(given.len()).unwrap())).unwrap();
                    let back = &given[index];
                    let left = app.donation(back.donation.id).await.payment.kept().unwrap();
                    let half = Money::new((left.minor() + 1) / 2, left.currency());
                    if half.is_positive() {
                        app.gives_back(back, Some(half)).await;
                    }
                }
                _ => given.push(app.gives(&form).await),
            }
        }
        let lines = app.sums(period("2020-01-01", "2030-12-30"), &[By::Time(mainstay::domain::figures::Grain::Day), By::Rhythm, By::Article]).await;
        let kept: BTreeMap<_, Sums> = lines
            .into_iter()
            .map(|line| {
                let article = line.article.map(|slug| slug.to_string()).unwrap_or_default();
                let day = line.first_on.unwrap().to_string();
                ((day, line.currency.code().to_owned(), line.rhythm.unwrap().to_string(), article), line.sums)
            })
            .collect();
        let recounted = recounted(&app).await;
        assert!(recounted.len() > 10, "{recounted:?}");
        assert_eq!(kept, recounted);
    }
}

flow! {
    async fn what_the_first_page_costs_does_not_grow_with_the_gifts(app) {
        app.gives(&Form::gift().by(1)).await;
        for sql in store_reports::asked_by_the_first_page() {
            let steps = app.steps(&sql).await;
            let read: Vec<&String> = steps.iter().filter(|step| step.contains("SCAN") || step.contains("Seq Scan")).collect();
            assert!(read.iter().all(|step| step.contains("USING") && step.contains("INDEX") || step.contains("few") || step.contains("Subquery")), "{sql}: {steps:#?}");
            assert!(!steps.iter().any(|step| step.contains("donations d") || step.contains("on donations")), "{sql}: {steps:#?}");
        }
    }
}

#[derive(diesel::QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

#[derive(diesel::QueryableByName)]
struct PostgresStep {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    line: String,
}

impl TestApp {
    /// How the database answers a query.
    async fn steps(&self, sql: &str) -> Vec<String> {
        use diesel::RunQueryDsl as _;
        let (sql, engine) = (sql.to_owned(), self.engine);
        let ask = move |conn: &mut mainstay::store::Conn| {
            Ok::<_, StoreError>(match engine {
                crate::support::app::Engine::Sqlite => {
                    let steps: Vec<SqliteStep> =
                        diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn)?;
                    steps.into_iter().map(|step| step.detail).collect()
                }
                crate::support::app::Engine::Postgres => {
                    // So few rows are read faster as a whole: here it matters what could be done with many.
                    diesel::sql_query("SET LOCAL enable_seqscan = off").execute(conn)?;
                    let steps: Vec<PostgresStep> =
                        diesel::sql_query(format!("EXPLAIN (COSTS OFF) {sql}")).load(conn)?;
                    steps.into_iter().map(|step| step.line).collect()
                }
            })
        };
        self.ctx().db.read(ask).await.unwrap()
    }
}
