//! Whether one of two texts brings gifts more often than the other, or whether that may be chance.
//!
//! The test is that of two proportions with a pooled variance. It is made as often as somebody looks at the page, and who
//! looks often enough sees chance look like a difference sooner or later. So a difference counts only once each text was
//! shown as often as a test planned for just that difference would need (level 5 %, power 80 %), which asks for a score of
//! 2.8 where a single look would ask for 1.96.

#![expect(clippy::float_arithmetic, reason = "probabilities, never money")]

use crate::domain::appeal::Side;

/// Two-sided level of 5 %.
const Z_LEVEL: f64 = 1.959_964;
/// Power of 80 %.
const Z_POWER: f64 = 0.841_621;
/// Below so many expected gifts or pages without one, the normal distribution is no good picture of chance.
const EXPECTED_MIN: f64 = 5.0;

/// How often a text was shown, and how many gifts came from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arm {
    /// Pages.
    pub shown: i64,
    /// Gifts.
    pub gifts: i64,
}

impl Arm {
    fn pages(self) -> f64 {
        number(self.shown)
    }

    /// Somebody may give after the page was forgotten: more gifts than pages are counted as one for each.
    fn successes(self) -> f64 {
        number(self.gifts.min(self.shown))
    }

    fn rate(self) -> f64 {
        if self.shown > 0 { self.successes() / self.pages() } else { 0.0 }
    }

    /// Gifts in a hundred pages.
    pub fn rate_text(self) -> String {
        percent(self.rate())
    }

    /// Between which rates the true one lies, at 95 % (Wilson's interval, which is good for few gifts too).
    pub fn interval_text(self) -> String {
        let (low, high) = self.interval();
        format!("{} to {}", percent(low), percent(high))
    }

    fn interval(self) -> (f64, f64) {
        let (pages, rate, square) = (self.pages(), self.rate(), Z_LEVEL * Z_LEVEL);
        if pages <= 0.0 {
            return (0.0, 1.0);
        }
        let middle = (rate + square / (2.0 * pages)) / (1.0 + square / pages);
        let spread = (rate * (1.0 - rate) / pages + square / (4.0 * pages * pages)).sqrt();
        let half = Z_LEVEL * spread / (1.0 + square / pages);
        ((middle - half).max(0.0), (middle + half).min(1.0))
    }
}

/// What can be said of two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How often chance alone would make a difference as large as this, as a text; none while it cannot be reckoned.
    pub chance: Option<String>,
    /// What follows.
    pub verdict: Verdict,
}

/// What follows from two texts being compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was given yet.
    NoGifts,
    /// Too few gifts to reckon with; about so many more pages are needed for each text, at the rate so far.
    TooFew {
        /// Pages.
        more: u64,
    },
    /// Both did exactly alike.
    Alike,
    /// There is a difference, which may be chance; to tell it from that, about so many more pages are needed for each text.
    Open {
        /// Pages.
        more: u64,
    },
    /// One brings gifts more often.
    Better(Side),
}

/// Compares what two texts brought.
pub fn compare(first: Arm, second: Arm) -> Comparison {
    let (pages, other_pages) = (first.pages(), second.pages());
    let gifts = first.successes() + second.successes();
    if gifts <= 0.0 || pages <= 0.0 || other_pages <= 0.0 {
        let verdict = if gifts <= 0.0 { Verdict::NoGifts } else { Verdict::TooFew { more: 1 } };
        return Comparison { chance: None, verdict };
    }
    let pooled = gifts / (pages + other_pages);
    let fewest = pages.min(other_pages);
    let rarer = pooled.min(1.0 - pooled);
    if fewest * rarer < EXPECTED_MIN {
        // With a gift for every page there is no rate to reckon from.
        let needed = if rarer > 0.0 { EXPECTED_MIN / rarer } else { fewest + EXPECTED_MIN };
        return Comparison { chance: None, verdict: Verdict::TooFew { more: whole_up(needed - fewest) } };
    }
    let difference = first.rate() - second.rate();
    let error = (pooled * (1.0 - pooled) * (1.0 / pages + 1.0 / other_pages)).sqrt();
    let chance = two_sided(difference / error);
    Comparison { chance: Some(chance_text(chance)), verdict: verdict((first, second), difference, fewest) }
}

fn verdict((first, second): (Arm, Arm), difference: f64, fewest: f64) -> Verdict {
    if difference.abs() < f64::EPSILON {
        return Verdict::Alike;
    }
    let spread = |arm: Arm| arm.rate() * (1.0 - arm.rate());
    let planned = (Z_LEVEL + Z_POWER) * (Z_LEVEL + Z_POWER);
    let needed = planned * (spread(first) + spread(second)) / (difference * difference);
    if fewest < needed {
        Verdict::Open { more: whole_up(needed - fewest) }
    } else if difference > 0.0 {
        Verdict::Better(Side::First)
    } else {
        Verdict::Better(Side::Second)
    }
}

/// How likely a standard normal number is at least as far from zero.
fn two_sided(score: f64) -> f64 {
    complementary_error(score.abs() / std::f64::consts::SQRT_2).clamp(0.0, 1.0)
}

/// `erfc` of what is not negative, to about seven digits (Abramowitz and Stegun, 7.1.26).
fn complementary_error(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    series.iter().fold(0.0_f64, |sum: f64, part: &f64| (sum + *part) * t) * (-x * x).exp()
}

/// A count is exact up to four thousand million; a text that was shown more often has no need of statistics.
fn number(count: i64) -> f64 {
    f64::from(u32::try_from(count.max(0)).unwrap_or(u32::MAX))
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

fn chance_text(chance: f64) -> String {
    if chance < 0.001 { "less than 0.1 %".to_owned() } else { format!("{:.1} %", chance * 100.0) }
}

/// The next whole number, at least 1.
fn whole_up(value: f64) -> u64 {
    format!("{:.0}", value.ceil().max(1.0)).parse().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(shown: i64, gifts: i64) -> Arm {
        Arm { shown, gifts }
    }

    #[test]
    fn a_known_example_comes_out_as_in_the_books() {
        // 200 of 1,000 against 250 of 1,000: a score of 2.677, which chance reaches in 0.74 % of cases.
        let found = compare(arm(1_000, 250), arm(1_000, 200));

        assert_eq!(found.chance.as_deref(), Some("0.7 %"));
        // A test for just this difference is planned with 1,091 of each.
        assert_eq!(found.verdict, Verdict::Open { more: 91 });
        assert_eq!(arm(1_000, 250).rate_text(), "25.00 %");
        assert_eq!(arm(1_000, 250).interval_text(), "22.42 % to 27.78 %");
    }

    #[test]
    fn one_is_better_only_with_as_many_pages_as_that_takes() {
        assert_eq!(compare(arm(2_000, 500), arm(2_000, 400)).verdict, Verdict::Better(Side::First));
        assert_eq!(compare(arm(2_000, 400), arm(2_000, 500)).verdict, Verdict::Better(Side::Second));
        assert_eq!(compare(arm(2_000, 400), arm(2_000, 500)).chance.as_deref(), Some("less than 0.1 %"));
        assert_eq!(compare(arm(2_000, 400), arm(2_000, 400)).verdict, Verdict::Alike);
    }

    #[test]
    fn with_few_gifts_nothing_is_said_but_what_is_missing() {
        assert_eq!(compare(arm(0, 0), arm(0, 0)).verdict, Verdict::NoGifts);
        assert_eq!(compare(arm(500, 0), arm(480, 0)).verdict, Verdict::NoGifts);
        assert_eq!(compare(arm(3, 1), arm(0, 0)).verdict, Verdict::TooFew { more: 1 });
        // 4 gifts on 1,000 pages: five expected of each text take 1,250 pages of it.
        let few = compare(arm(500, 3), arm(500, 1));
        assert_eq!(few, Comparison { chance: None, verdict: Verdict::TooFew { more: 750 } });
        assert_eq!(compare(arm(2, 2), arm(2, 2)).verdict, Verdict::TooFew { more: 5 });
    }

    #[test]
    fn the_tail_of_the_normal_distribution_is_known() {
        for (score, tail) in [(0.0, 1.0), (1.0, 0.317_310_5), (1.959_964, 0.05), (3.0, 0.002_699_8)] {
            assert!((two_sided(score) - tail).abs() < 1e-6, "{score}: {}", two_sided(score));
            assert!((two_sided(-score) - tail).abs() < 1e-6);
        }
    }

    #[test]
    fn an_interval_never_leaves_what_is_possible() {
        assert_eq!(arm(0, 0).interval_text(), "0.00 % to 100.00 %");
        let (low, high) = arm(10, 0).interval();
        assert!(low.abs() < f64::EPSILON && high > 0.2 && high < 0.35, "{low} {high}");
        let (low, high) = arm(10, 12).interval();
        assert!(low > 0.65 && high <= 1.0, "{low} {high}");
    }
}
