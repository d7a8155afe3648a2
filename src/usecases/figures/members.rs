//! Members at platforms elsewhere beside the own patrons: each on their own, and both together with nobody counted twice. What
//! they pay there is not in the books, and stands in no sum of them.

use super::dashboard::Support;
use crate::domain::member::Platform;
use crate::domain::money::Money;
use crate::domain::patron::Month;
use crate::store::external_members::Twice;
use crate::store::external_moves;
use crate::usecases::patrons::figures::{MonthFigures, folded, standing_in};
use crate::usecases::{Context, UseCaseError};
use chrono::NaiveDate;

/// Recurring support here and at a platform, in one currency of both. Who gives in both places counts here: the other side
/// is to be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together {
    /// What a month here comes to.
    pub here: Money,
    /// What a month there comes to.
    pub there: Money,
    /// What is in both: a month there of those who are patrons here, too.
    pub twice: Money,
    /// Recurring pledges in force here and members there, each person who is known to be both once.
    pub supporters: i64,
    /// How many are known to be both.
    pub both: i64,
}

impl Together {
    /// What a month of both comes to.
    pub fn recurring(&self) -> Money {
        let sum = self.here.minor().saturating_add(self.there.minor()).saturating_sub(self.twice.minor());
        Money::new(sum, self.here.currency())
    }
}

/// Both together, in each currency in which there is support in both places.
pub fn together(here: &[Support], there: &[Support], twice: &[Twice]) -> Vec<Together> {
    let both = |there: &Support| {
        let currency = there.now.recurring.currency();
        let here = here.iter().find(|here| here.now.recurring.currency() == currency)?;
        let of = twice.iter().find(|twice| twice.annual.currency() == currency);
        let both = of.map(|twice| twice.members).unwrap_or_default();
        let annual = of.map(|twice| twice.annual.minor()).unwrap_or_default();
        let supporters = here.now.patrons.saturating_add(there.now.patrons).saturating_sub(both);
        Some(Together {
            here: here.now.recurring,
            there: there.now.recurring,
            twice: Money::new(annual.div_euclid(12), currency),
            supporters,
            both,
        })
    };
    there.iter().filter_map(both).collect()
}

/// The members of a platform as they stood at the end of a day's month, by currency.
///
/// # Errors
/// The database does not answer.
pub async fn standing_on(
    ctx: &Context,
    platform: Platform,
    day: NaiveDate,
) -> Result<Vec<MonthFigures>, UseCaseError> {
    let month = Month::of(day.min(ctx.day_of(ctx.now())));
    let until = month.clone();
    let totals = ctx.db.read(move |conn| external_moves::months(conn, platform, &until)).await?;
    Ok(folded(totals).values().filter_map(|months| standing_in(months, &month)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    fn support(code: &str, minor: i64, patrons: i64) -> Support {
        let month = "2026-06".parse().unwrap();
        let recurring = Money::new(minor, Currency::parse(code).unwrap());
        let (joined, returned, left, failing, recovered) = (0, 0, 0, 0, 0);
        let now = MonthFigures { month, recurring, joined, returned, left, failing, recovered, patrons };
        Support { now, before: None, months: Vec::new() }
    }

    fn twice(code: &str, annual: i64, members: i64) -> Twice {
        Twice { members, annual: Money::new(annual, Currency::parse(code).unwrap()) }
    }

    #[test]
    fn who_gives_in_both_places_counts_here_and_once() {
        let (here, there) = ([support("EUR", 5_000, 7)], [support("EUR", 2_100, 3)]);
        let all = together(&here, &there, &[twice("EUR", 8_400, 1)]);
        let only = all.first().unwrap();
        assert_eq!((only.recurring().minor(), only.supporters), (6_400, 9));
        assert_eq!((only.twice.minor(), only.both), (700, 1));
        assert_eq!(together(&here, &there, &[]).first().unwrap().recurring().minor(), 7_100);
    }

    #[test]
    fn currencies_are_never_added_up() {
        let here = [support("EUR", 5_000, 7)];
        assert!(together(&here, &[support("USD", 2_100, 3)], &[twice("USD", 8_400, 1)]).is_empty());
        let there = [support("USD", 2_100, 3), support("EUR", 100, 1)];
        let all = together(&here, &there, &[twice("USD", 8_400, 1)]);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].recurring().minor(), all[0].supporters), (5_100, 8));
    }
}
