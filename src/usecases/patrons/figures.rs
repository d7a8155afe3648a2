//! Patrons in figures: read from the sums by month, so that their cost does not grow with the number of patrons.

use crate::domain::money::{Currency, Money};
use crate::domain::patron::{Month, MonthTotal};
use crate::store::patrons;
use crate::usecases::{Context, UseCaseError};
use std::collections::BTreeMap;

/// What one month brought in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthFigures {
    /// The month.
    pub month: Month,
    /// Recurring support of a month as it stood at its end: a twelfth of a year's, rounded down.
    pub recurring: Money,
    /// Donors who became patrons for the first time.
    pub joined: i64,
    /// Patrons of earlier times who came back.
    pub returned: i64,
    /// Patrons who left.
    pub left: i64,
    /// Payments that were missed.
    pub failing: i64,
    /// Missed payments that came after all.
    pub recovered: i64,
    /// Recurring pledges in force at its end.
    pub patrons: i64,
}

/// Those who joined in one month, and how many of them were still there at the end of each month since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// When they joined.
    pub joined_in: Month,
    /// Pledges in force at the end of each month, the first month first.
    pub staying: Vec<(Month, i64)>,
}

/// The figures of every month with anything in it, by currency, the earliest first.
pub async fn by_month(
    ctx: &Context,
    until: Month,
) -> Result<BTreeMap<Currency, Vec<MonthFigures>>, UseCaseError> {
    Ok(folded(ctx.db.read(move |conn| patrons::months(conn, &until)).await?))
}

/// The figures of every month, from the sums of all months in their order.
pub fn folded(totals: Vec<MonthTotal>) -> BTreeMap<Currency, Vec<MonthFigures>> {
    let mut figures: BTreeMap<Currency, Vec<MonthFigures>> = BTreeMap::new();
    let mut annual: BTreeMap<Currency, i64> = BTreeMap::new();
    for total in totals {
        let currency = total.annual.currency();
        let year = annual.entry(currency).or_default();
        *year = year.saturating_add(total.annual.minor());
        let months = figures.entry(currency).or_default();
        add(months, &total);
        if let Some(month) = months.last_mut() {
            month.recurring = Money::new(year.div_euclid(12), currency);
        }
    }
    figures
}

/// The figures as they stood in a month: those of the latest month before it with anything in it, without what happened
/// then, if nothing happened in the month itself.
pub fn standing_in(months: &[MonthFigures], month: &Month) -> Option<MonthFigures> {
    let latest = months.iter().rev().find(|known| known.month <= *month)?.clone();
    if latest.month == *month {
        return Some(latest);
    }
    let month = month.clone();
    Some(MonthFigures { month, joined: 0, returned: 0, left: 0, failing: 0, recovered: 0, ..latest })
}

fn add(months: &mut Vec<MonthFigures>, total: &MonthTotal) {
    let known = months.last().map(|last| last.patrons);
    if months.last().is_none_or(|last| last.month != total.month) {
        months.push(MonthFigures {
            month: total.month.clone(),
            recurring: Money::new(0, total.annual.currency()),
            joined: 0,
            returned: 0,
            left: 0,
            failing: 0,
            recovered: 0,
            patrons: known.unwrap_or_default(),
        });
    }
    if let Some(month) = months.last_mut() {
        month.joined += total.joined;
        month.returned += total.returned;
        month.left += total.left;
        month.failing += total.failing;
        month.recovered += total.recovered;
        month.patrons += total.joined + total.returned - total.left;
    }
}

/// Retention: of those who joined in each month, how many stayed. All currencies together.
pub async fn cohorts(ctx: &Context, until: Month) -> Result<Vec<Cohort>, UseCaseError> {
    Ok(cohorts_of(ctx.db.read(move |conn| patrons::months(conn, &until)).await?))
}

/// The same, from the sums of all months in their order.
pub fn cohorts_of(totals: Vec<MonthTotal>) -> Vec<Cohort> {
    let mut cohorts: BTreeMap<Month, BTreeMap<Month, i64>> = BTreeMap::new();
    for total in totals {
        let change = total.joined + total.returned - total.left;
        *cohorts.entry(total.cohort).or_default().entry(total.month).or_default() += change;
    }
    cohorts
        .into_iter()
        .map(|(joined_in, changes)| {
            let staying = changes.into_iter().scan(0, |staying, (month, change)| {
                *staying += change;
                Some((month, *staying))
            });
            Cohort { joined_in, staying: staying.collect() }
        })
        .collect()
}
