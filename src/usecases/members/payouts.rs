//! What Patreon paid out, by month and currency, from the books, beside what its members stood for. Both are told side by side
//! and never added up: payouts come after the charges that they are made of, and less fees.

use super::PATREON;
use crate::domain::figures::Period;
use crate::domain::money::{Currency, Money};
use crate::domain::patron::Month;
use crate::store::platform_payouts::{self, BookedPayout};
use crate::store::{StoreError, external_moves};
use crate::usecases::patrons::figures::{folded, standing_in};
use crate::usecases::{Context, UseCaseError};
use std::collections::BTreeMap;

/// What was paid out in one month, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidOutMonth {
    /// The month in which it arrived.
    pub month: Month,
    /// How many payouts.
    pub payouts: i64,
    /// How many of them came without a word on the fee.
    pub untold: i64,
    /// What arrived.
    pub arrived: Money,
    /// What was earned: what arrived, and the fees so far as they were told.
    pub gross: Money,
    /// What Patreon kept, so far as it was told.
    pub fees: Money,
    /// What a month of the members in this currency stood for at its end; none if there were never any.
    pub members: Option<Money>,
}

/// What was paid out in a period by month and currency, the latest month first.
///
/// # Errors
/// The database does not answer.
pub async fn paid_out(ctx: &Context, period: Period) -> Result<Vec<PaidOutMonth>, UseCaseError> {
    let until = Month::of(period.until);
    let read = ctx.db.read(move |conn| {
        let booked = platform_payouts::within(conn, PATREON, (period.from, period.until))?;
        let members = if booked.is_empty() {
            BTreeMap::new()
        } else {
            folded(external_moves::months(conn, PATREON, &until)?)
        };
        Ok::<_, StoreError>((booked, members))
    });
    let (booked, members) = read.await?;
    let mut months = by_month(&booked)?;
    for of in &mut months {
        let known = members.get(&of.arrived.currency());
        let standing = known.and_then(|known| standing_in(known, &of.month));
        of.members = standing.map(|standing| standing.recurring);
    }
    Ok(months)
}

/// The sums of each month and currency, the latest month first.
fn by_month(booked: &[BookedPayout]) -> Result<Vec<PaidOutMonth>, UseCaseError> {
    let mut sums: BTreeMap<(Month, Currency), PaidOutMonth> = BTreeMap::new();
    for payout in booked {
        let (month, currency) = (Month::of(payout.on), payout.gross.currency());
        let none = Money::zero(currency);
        let sum = sums.entry((month.clone(), currency)).or_insert_with(|| PaidOutMonth {
            month,
            payouts: 0,
            untold: 0,
            arrived: none,
            gross: none,
            fees: none,
            members: None,
        });
        let fee = payout.fee.unwrap_or(none);
        sum.payouts = sum.payouts.saturating_add(1);
        sum.untold = sum.untold.saturating_add(i64::from(payout.fee.is_none()));
        sum.gross = sum.gross.plus(payout.gross)?;
        sum.fees = sum.fees.plus(fee)?;
        sum.arrived = sum.arrived.plus(payout.gross.minus(fee)?)?;
    }
    let mut months: Vec<PaidOutMonth> = sums.into_values().collect();
    // Stable: currencies stay in their order within a month.
    months.sort_by(|one, other| other.month.cmp(&one.month));
    Ok(months)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payout(on: &str, code: &str, gross: i64, fee: Option<i64>) -> BookedPayout {
        let money = |minor| Money::new(minor, Currency::parse(code).unwrap());
        BookedPayout { on: on.parse().unwrap(), gross: money(gross), fee: fee.map(money) }
    }

    #[test]
    fn payouts_are_added_up_by_month_and_currencies_never() {
        let months = by_month(&[
            payout("2026-05-31", "EUR", 9_000, None),
            payout("2026-06-01", "EUR", 10_000, Some(1_000)),
            payout("2026-06-02", "USD", 700, Some(0)),
            payout("2026-06-30", "EUR", 500, None),
        ])
        .unwrap();
        let told: Vec<_> = months
            .iter()
            .map(|of| (of.month.to_string(), of.arrived.text(), of.fees.minor(), of.payouts, of.untold))
            .collect();
        let month = |text: &str, arrived: &str, fees, payouts, untold| {
            (text.to_owned(), arrived.to_owned(), fees, payouts, untold)
        };
        assert_eq!(
            told,
            [
                month("2026-06", "€95.00", 1_000, 2, 1),
                month("2026-06", "$7.00", 0, 1, 0),
                month("2026-05", "€90.00", 0, 1, 1),
            ]
        );
        assert_eq!(months.first().map(|of| of.gross.minor()), Some(10_500));
    }
}
