//! Which currencies PayPal moves, and how it writes amounts: texts, exact, with as many decimals as PayPal gives the
//! currency. That is as many as ISO 4217 gives it, but for HUF and TWD, which are paid in whole units.

use super::super::GatewayError;
use super::answers::Amount;
use crate::domain::money::{Currency, Money};

/// What PayPal lets donors pay in.
const OFFERED: &str = "\
    AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN RUB SEK SGD THB TWD USD";

/// Paid in whole units, though ISO 4217 gives them two decimals. JPY has none there either.
const WHOLE: [&str; 2] = ["HUF", "TWD"];

/// The longest text of an amount that PayPal takes is far larger; a gift is not.
const LARGEST_MAJOR: i64 = 10_000_000;

/// Why PayPal cannot take an amount. The sentences are shown to donors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unpayable {
    /// Not in this currency at all.
    #[error("PayPal takes no payments in {0}")]
    Currency(Currency),
    /// Only whole units.
    #[error("the next amount that can be paid is {}", .0.text())]
    Step(Money),
    /// Nothing, or less.
    #[error("the amount must be above zero")]
    NotPositive,
    /// More than its largest payment.
    #[error("the largest amount is {}", .0.text())]
    TooLarge(Money),
}

impl Unpayable {
    /// The word for it in records, as PayPal would say it where it has one.
    fn code(self) -> &'static str {
        match self {
            Self::Currency(_) => "CURRENCY_NOT_SUPPORTED",
            Self::Step(_) => "DECIMALS_NOT_SUPPORTED",
            Self::NotPositive => "CANNOT_BE_ZERO_OR_NEGATIVE",
            Self::TooLarge(_) => "MAX_VALUE_EXCEEDED",
        }
    }
}

impl From<Unpayable> for GatewayError {
    fn from(why: Unpayable) -> Self {
        Self::Refused { code: why.code().to_owned() }
    }
}

/// The steps in which PayPal takes money, in minor units.
fn step(currency: Currency) -> i64 {
    if WHOLE.contains(&currency.code()) { 100 } else { 1 }
}

/// An amount as PayPal wants it written, if PayPal can move it.
pub(super) fn value(amount: Money) -> Result<String, Unpayable> {
    let currency = amount.currency();
    if !OFFERED.split_ascii_whitespace().any(|offered| offered == currency.code()) {
        return Err(Unpayable::Currency(currency));
    }
    if !amount.is_positive() {
        return Err(Unpayable::NotPositive);
    }
    let largest = Money::new(LARGEST_MAJOR.saturating_mul(10_i64.pow(currency.exponent())), currency);
    if amount.minor() > largest.minor() {
        return Err(Unpayable::TooLarge(largest));
    }
    if amount.minor() % step(currency) != 0 {
        return Err(Unpayable::Step(round_up(amount)));
    }
    let major = amount.major();
    Ok(match major.split_once('.') {
        Some((whole, _zeros)) if step(currency) > 1 => whole.to_owned(),
        Some(_) | None => major,
    })
}

/// The smallest amount from this one up that PayPal can move.
pub(super) fn round_up(amount: Money) -> Money {
    let step = step(amount.currency());
    match amount.minor() % step {
        rest if rest > 0 => Money::new(amount.minor().saturating_add(step - rest), amount.currency()),
        _ => amount,
    }
}

/// What PayPal wrote; none if it cannot be read exactly.
pub(super) fn money(amount: &Amount) -> Option<Money> {
    let currency = Currency::parse(&amount.currency_code).ok()?;
    Money::parse_major(&amount.value, currency).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    fn read(value: &str, code: &str) -> Option<i64> {
        let amount = Amount { currency_code: code.to_owned(), value: value.to_owned() };
        money(&amount).map(Money::minor)
    }

    #[test]
    fn amounts_are_written_with_the_decimals_that_paypal_gives_the_currency() {
        for (minor, code, text) in [
            (1500, "EUR", "15.00"),
            (5, "USD", "0.05"),
            (500, "JPY", "500"),
            (50_000, "HUF", "500"),
            (12_300, "TWD", "123"),
        ] {
            assert_eq!(value(of(minor, code)).as_deref(), Ok(text), "{code}");
            assert_eq!(read(text, code), Some(minor), "{code}");
        }
        assert_eq!(read("500.00", "JPY"), Some(500));
        assert_eq!(read("500.00", "HUF"), Some(50_000));
        for (text, code) in
            [("15.005", "EUR"), ("500.5", "JPY"), ("1e3", "EUR"), ("", "EUR"), ("1,50", "EUR"), ("1", "XXY")]
        {
            assert_eq!(read(text, code), None, "{text} {code}");
        }
        assert_eq!(read("-3.20", "EUR"), Some(-320));
    }

    #[test]
    fn what_paypal_cannot_move_is_refused_with_the_next_amount_it_can() {
        assert_eq!(value(of(50_050, "HUF")), Err(Unpayable::Step(of(50_100, "HUF"))));
        assert_eq!(value(of(500, "KWD")), Err(Unpayable::Currency(Currency::parse("KWD").unwrap())));
        assert_eq!(value(of(0, "EUR")), Err(Unpayable::NotPositive));
        assert!(matches!(value(of(i64::MAX, "EUR")), Err(Unpayable::TooLarge(_))));
        assert_eq!(round_up(of(1, "TWD")), of(100, "TWD"));
        assert_eq!(round_up(of(101, "EUR")), of(101, "EUR"));
    }
}
