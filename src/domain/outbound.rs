//! Pages elsewhere on which readers can support the publication, and which articles may have led them to do so.
//!
//! Who leaves is counted and not known, so nobody can say which article brought which member. What can be said is an
//! estimate: each member who joins is shared among the articles from which readers left in the days before, by how often
//! they did. An estimate is of members and never of money, and what it cannot explain it assigns to nobody.

use super::article::Slug;
use super::words;
use chrono::{Days, NaiveDate};
use std::cmp::Reverse;
use std::collections::BTreeMap;

words! {
    /// Where an outbound link leads.
    Place {
        /// The publication's page at Patreon.
        Patreon = "patreon",
    }
}

/// Days on which a link may have led to a member: the day on which they joined, and those before it.
pub const DAYS: u64 = 7;

/// What one member is shared out in, day by day: fine enough that rounding favours no article.
const PARTS: i64 = 1_000_000;

/// What one member is told in.
const HUNDREDTHS: i64 = 100;

/// How often readers of an article left for a place on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departures {
    /// What they had read; none if that is not known.
    pub article: Option<Slug>,
    /// The day, in the publisher's time zone.
    pub on: NaiveDate,
    /// How often.
    pub times: i64,
}

/// Which articles may have led to the members who joined in a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Members who joined.
    pub joined: i64,
    /// Those of them who are assigned to nothing: nobody left for the place in the days before, or it is not known when
    /// they joined.
    pub unexplained: i64,
    /// What each article is assigned of the others, in hundredths of a member; none: left from where no article is known.
    /// These add up to a hundred for each of them.
    pub hundredths: BTreeMap<Option<Slug>, i64>,
}

/// The first day of those on which a link may have led to a member who joined on `day`.
pub fn first_day(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(day)
}

/// The estimate for members who joined, as many as said on each day and `undated` more, given how often readers left.
pub fn estimate(joined: &BTreeMap<NaiveDate, i64>, undated: i64, departures: &[Departures]) -> Estimate {
    let mut by_day: BTreeMap<NaiveDate, Vec<&Departures>> = BTreeMap::new();
    for departure in departures.iter().filter(|departure| departure.times > 0) {
        by_day.entry(departure.on).or_default().push(departure);
    }
    let mut parts: BTreeMap<Option<&Slug>, i64> = BTreeMap::new();
    let (mut all, mut unexplained) = (undated, undated);
    for (day, members) in joined {
        all = all.saturating_add(*members);
        let mut times: BTreeMap<Option<&Slug>, i64> = BTreeMap::new();
        for departure in by_day.range(first_day(*day)..=*day).flat_map(|(_, on_day)| on_day) {
            let sum = times.entry(departure.article.as_ref()).or_default();
            *sum = sum.saturating_add(departure.times);
        }
        if times.is_empty() {
            unexplained = unexplained.saturating_add(*members);
        }
        let weights: Vec<i64> = times.values().copied().collect();
        let shares = shared_out(members.saturating_mul(PARTS), &weights);
        for (article, share) in times.into_keys().zip(shares) {
            *parts.entry(article).or_default() += share;
        }
    }
    let weights: Vec<i64> = parts.values().copied().collect();
    let shares = shared_out(all.saturating_sub(unexplained).saturating_mul(HUNDREDTHS), &weights);
    let hundredths = parts.into_keys().map(Option::<&Slug>::cloned).zip(shares).collect();
    Estimate { joined: all, unexplained, hundredths }
}

/// A whole, shared out by weights that are not negative, to the unit: what rounding down leaves over goes to those who lost
/// most by it, one each, and of equal ones to the first.
fn shared_out(whole: i64, weights: &[i64]) -> Vec<i64> {
    let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let exact = weights.iter().map(|weight| i128::from(*weight) * i128::from(whole));
    let mut shares: Vec<(i128, i128)> =
        exact.map(|share| (share.div_euclid(all), share.rem_euclid(all))).collect();
    let given: i128 = shares.iter().map(|(share, _)| share).sum();
    let left = usize::try_from(i128::from(whole) - given).unwrap_or_default();
    let mut losers: Vec<&mut (i128, i128)> = shares.iter_mut().collect();
    losers.sort_by_key(|share| Reverse(share.1));
    for share in losers.into_iter().take(left) {
        share.0 += 1;
    }
    shares.into_iter().map(|(share, _)| i64::try_from(share).unwrap_or(i64::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 1).unwrap() + Days::new(number)
    }

    fn slug(name: &str) -> Option<Slug> {
        (!name.is_empty()).then(|| Slug::parse(name).unwrap())
    }

    fn left(article: &str, on: u64, times: i64) -> Departures {
        Departures { article: slug(article), on: day(on), times }
    }

    fn assigned(estimate: &Estimate) -> Vec<(&str, i64)> {
        estimate.hundredths.iter().map(|(a, share)| (a.as_ref().map_or("", Slug::as_str), *share)).collect()
    }

    #[test]
    fn a_member_is_shared_among_the_articles_that_readers_left_from_in_the_seven_days() {
        let joined = BTreeMap::from([(day(10), 1)]);
        let departures =
            [left("a", 4, 1), left("b", 10, 2), left("b", 7, 1), left("c", 3, 9), left("c", 11, 9)];
        let found = estimate(&joined, 0, &departures);
        assert_eq!(assigned(&found), [("a", 25), ("b", 75)], "earlier and later days do not count");
        assert_eq!((found.joined, found.unexplained), (1, 0));
    }

    #[test]
    fn what_nothing_led_to_is_assigned_to_nothing() {
        let joined = BTreeMap::from([(day(0), 2), (day(20), 1)]);
        let found = estimate(&joined, 3, &[left("a", 20, 1), left("", 19, 1)]);
        assert_eq!((found.joined, found.unexplained), (6, 5));
        assert_eq!(assigned(&found), [("", 50), ("a", 50)]);
        assert_eq!(estimate(&BTreeMap::new(), 0, &[left("a", 1, 1)]), Estimate::default());
    }

    /// Rounded by the day, the last of three would never get what is left over.
    #[test]
    fn what_is_left_over_is_rounded_once_for_the_whole_time() {
        let joined = (0..3).map(|week| (day(week * 10), 1)).collect();
        let of_day = |on| [left("a", on, 1), left("b", on, 1), left("c", on, 1)];
        let departures: Vec<Departures> = (0..3).flat_map(|week| of_day(week * 10)).collect();
        assert_eq!(assigned(&estimate(&joined, 0, &departures)), [("a", 100), ("b", 100), ("c", 100)]);
        let one = BTreeMap::from([(day(0), 1)]);
        assert_eq!(assigned(&estimate(&one, 0, &departures)), [("a", 34), ("b", 33), ("c", 33)]);
    }

    fn history() -> impl Strategy<Value = (BTreeMap<NaiveDate, i64>, i64, Vec<Departures>)> {
        let joined = prop::collection::btree_map((0_u64..40).prop_map(day), 0_i64..2_000, 0..12);
        let article = prop::sample::select(vec!["", "a", "b", "c", "d"]);
        let departure = (article, 0_u64..40, 0_i64..100_000).prop_map(|(a, on, times)| left(a, on, times));
        (joined, 0_i64..5, prop::collection::vec(departure, 0..40))
    }

    proptest! {
        /// Nobody is lost and nobody counted twice, whatever happened.
        #[test]
        fn shares_add_up_to_those_who_joined((joined, undated, departures) in history()) {
            let found = estimate(&joined, undated, &departures);
            prop_assert_eq!(found.joined, joined.values().sum::<i64>() + undated);
            let explained = found.joined - found.unexplained;
            prop_assert_eq!(found.hundredths.values().sum::<i64>(), explained * HUNDREDTHS);
            prop_assert!(found.hundredths.values().all(|share| *share >= 0));
            prop_assert!(found.unexplained >= undated);
        }

        /// In which order it was counted, or in how many rows, makes no difference.
        #[test]
        fn the_order_of_what_was_counted_does_not_matter((joined, undated, departures) in history()) {
            let mut other: Vec<Departures> = departures.iter().rev().cloned().collect();
            other.extend(departures.iter().map(|departure| Departures { times: 0, ..departure.clone() }));
            prop_assert_eq!(estimate(&joined, undated, &other), estimate(&joined, undated, &departures));
        }

        /// An article from which nobody left in the days before brought nobody.
        #[test]
        fn only_those_who_left_in_time_count((joined, undated, departures) in history()) {
            let found = estimate(&joined, undated, &departures);
            for (article, share) in found.hundredths {
                let in_time = |of: &Departures| {
                    joined.keys().any(|day| first_day(*day) <= of.on && of.on <= *day)
                };
                let led = departures.iter().any(|of| of.article == article && of.times > 0 && in_time(of));
                prop_assert!(led || share == 0);
            }
        }

        #[test]
        fn a_whole_is_shared_out_to_the_unit(whole in 0_i64..i64::MAX, weights in prop::collection::vec(0..i64::MAX, 0..20)) {
            let shares = shared_out(whole, &weights);
            let all: i128 = shares.iter().map(|share| i128::from(*share)).sum();
            let any = weights.iter().any(|weight| *weight > 0);
            prop_assert_eq!(all, if any { i128::from(whole) } else { 0 });
            prop_assert!(shares.iter().zip(&weights).all(|(share, weight)| *share == 0 || *weight > 0));
        }
    }
}
