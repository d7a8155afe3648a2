//! What platforms elsewhere pay out: sums of many members, less fees, as they arrive at the bank, and what the books have of
//! them. No gift is known from it, and no member.

use super::balance::Held;
use super::bank_line::{BankLine, Direction, Outcome, bare};
use super::ledger::Account;
use super::member::Platform;
use super::money::{Money, MoneyError};
use super::pledge::GatewayKind;

/// What a platform paid out by one line of a bank's statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformPayout {
    /// Who paid out.
    pub platform: Platform,
    /// What it kept before, in minor units of the line's currency; none if nobody said so.
    pub fee_minor: Option<i64>,
}

/// Why what was told of a payout cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayoutError {
    /// Earnings less fee are not what arrived.
    #[error("{} less {} is {}, but {} arrived", .gross.text(), .fee.text(), .left.text(), .arrived.text())]
    DoesNotAddUp {
        /// What was earned.
        gross: Money,
        /// What was kept of it.
        fee: Money,
        /// What is left of it.
        left: Money,
        /// What arrived.
        arrived: Money,
    },
    /// The platform cannot have kept less than nothing.
    #[error("less was earned than the {} that arrived", .0.text())]
    BelowZero(Money),
    /// Currencies are mixed, or a sum is too large.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl PlatformPayout {
    /// A payout that arrived, with what its earnings page tells: what was earned and what was kept of that, of which one
    /// follows from the other. Without either nothing is known of a fee, and what arrived is what was earned.
    ///
    /// # Errors
    /// The sums do not add up, or are of another currency.
    pub fn told(
        platform: Platform,
        arrived: Money,
        (gross, fee): (Option<Money>, Option<Money>),
    ) -> Result<Self, PayoutError> {
        let kept = match (gross, fee) {
            (None, None) => return Ok(Self { platform, fee_minor: None }),
            (Some(gross), None) => gross.minus(arrived)?,
            (None, Some(fee)) => arrived.plus(fee)?.minus(arrived)?,
            (Some(gross), Some(fee)) => {
                let left = gross.minus(fee)?;
                if !left.minus(arrived)?.is_zero() {
                    return Err(PayoutError::DoesNotAddUp { gross, fee, left, arrived });
                }
                fee
            }
        };
        if kept.minor() < 0 {
            return Err(PayoutError::BelowZero(arrived));
        }
        Ok(Self { platform, fee_minor: Some(kept.minor()) })
    }

    /// What the books should hold of it: what arrived is at the bank, the fee is an expense, and both are income.
    ///
    /// # Errors
    /// A sum is too large.
    pub fn wanted(self, arrived: Money) -> Result<Held, MoneyError> {
        let fee = Money::new(self.fee_minor.unwrap_or_default(), arrived.currency());
        let mut held = Held::default();
        held.add(Account::Clearing(GatewayKind::BankTransfer), arrived)?;
        held.add(Account::PlatformFees(self.platform), fee)?;
        held.add(Account::Earnings(self.platform), arrived.plus(fee)?.negated()?)?;
        Ok(held)
    }
}

/// A platform that a line may be a payout of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlatformFit {
    /// Which.
    pub platform: Platform,
    /// Whether it is named as the one who paid; otherwise only the text names it, which a donor may have written.
    pub is_payer: bool,
}

impl PlatformFit {
    /// The platform that an undecided line of money which came in names.
    pub fn of(line: &BankLine) -> Option<Self> {
        if line.outcome != Outcome::Open || line.direction != Direction::In {
            return None;
        }
        let names = |text: Option<&str>, platform: Platform| {
            bare(text.unwrap_or_default()).contains(&bare(platform.label()))
        };
        let fit = |platform: Platform| {
            let is_payer = names(line.name.as_deref(), platform);
            (is_payer || names(line.text.as_deref(), platform)).then_some(Self { platform, is_payer })
        };
        Platform::ALL.iter().copied().find_map(fit)
    }
}

#[cfg(test)]
mod tests {
    use super::super::money::Currency;
    use super::*;
    use chrono::NaiveDate;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    fn eur(minor: i64) -> Money {
        money(minor, "EUR")
    }

    fn told(gross: Option<Money>, fee: Option<Money>) -> Result<Option<i64>, PayoutError> {
        PlatformPayout::told(Platform::Patreon, eur(9_000), (gross, fee)).map(|payout| payout.fee_minor)
    }

    #[test]
    fn one_sum_follows_from_the_other_and_both_must_add_up() {
        assert_eq!(told(None, None), Ok(None));
        assert_eq!(told(Some(eur(10_000)), None), Ok(Some(1_000)));
        assert_eq!(told(None, Some(eur(1_000))), Ok(Some(1_000)));
        assert_eq!(told(Some(eur(10_000)), Some(eur(1_000))), Ok(Some(1_000)));
        assert_eq!(told(Some(eur(9_000)), None), Ok(Some(0)), "no fee was told, and it is none");
        let wrong = told(Some(eur(10_000)), Some(eur(999))).unwrap_err().to_string();
        assert!(wrong.contains("100.00") && wrong.contains("90.01") && wrong.contains("90.00"), "{wrong}");
        assert_eq!(told(Some(eur(8_999)), None), Err(PayoutError::BelowZero(eur(9_000))));
        assert_eq!(told(None, Some(eur(-1))), Err(PayoutError::BelowZero(eur(9_000))));
        for sums in [
            (Some(money(10_000, "USD")), None),
            (None, Some(money(1_000, "USD"))),
            (Some(money(10_000, "USD")), Some(money(1_000, "USD"))),
            (Some(eur(10_000)), Some(money(1_000, "USD"))),
            (Some(eur(i64::MAX)), Some(eur(-1))),
        ] {
            assert!(matches!(told(sums.0, sums.1), Err(PayoutError::Money(_))), "{sums:?}");
        }
    }

    #[test]
    fn the_books_have_what_was_earned_what_was_kept_and_what_arrived() {
        let lines = |fee_minor| {
            let payout = PlatformPayout { platform: Platform::Patreon, fee_minor };
            let wanted = payout.wanted(eur(9_000)).unwrap();
            let entries = Held::default().to(&wanted).unwrap();
            assert_eq!(entries.len(), 1);
            assert!(wanted.to(&wanted).unwrap().is_empty());
            let mut lines: Vec<(String, i64)> = entries[0]
                .postings()
                .iter()
                .map(|line| (line.account.to_string(), line.amount.minor()))
                .collect();
            lines.sort();
            lines
        };
        let line = |account: &str, minor| (account.to_owned(), minor);
        let (bank, income) = ("clearing:bank_transfer", "income:patreon");
        assert_eq!(lines(None), [line(bank, 9_000), line(income, -9_000)]);
        assert_eq!(lines(Some(0)), lines(None));
        let all = [line(bank, 9_000), line("expense:fees:patreon", 1_000), line(income, -10_000)];
        assert_eq!(lines(Some(1_000)), all);
    }

    #[test]
    fn a_line_names_a_platform_as_its_payer_or_in_its_text() {
        let named = |name: &str, text: &str, direction| {
            let line = BankLine {
                id: "bnl_01M8A33EKTDN1EMBX7NZ39JCW1".parse().unwrap(),
                statement: "bst_01M8A33EKTDN1EMBX7NZ39JCW1".parse().unwrap(),
                account: "DE02".into(),
                booked_on: NaiveDate::from_ymd_opt(2026, 6, 15).unwrap(),
                amount: eur(9_000),
                direction,
                bank_id: None,
                name: Some(name.to_owned()),
                other_account: None,
                text: Some(text.to_owned()),
                outcome: Outcome::Open,
                decided_at: None,
            };
            PlatformFit::of(&line).map(|fit| fit.is_payer)
        };
        assert_eq!(named("PATREON IRELAND LTD", "payout", Direction::In), Some(true));
        assert_eq!(named("A BANK", "ref PATRE\nON 17", Direction::In), Some(false), "banks break words");
        assert_eq!(named("Ann Reader", "a patron", Direction::In), None);
        assert_eq!(named("PATREON", "charge", Direction::CameBack), None);
    }
}
