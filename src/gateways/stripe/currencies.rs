//! How Stripe counts money. It says "minor units", but for some currencies its unit is not the one of ISO 4217.
//!
//! | currencies | ISO 4217 | Stripe |
//! |---|---|---|
//! | ISK, UGX | no decimals | hundredths, whole units only |
//! | MGA | two decimals | no decimals |
//! | BHD JOD KWD OMR TND | three decimals | three, the last of them 0 |
//! | HUF, TWD | two decimals | two for payments (only payouts take whole units) |
//! | all others | as many as Stripe | |

use crate::domain::money::{Currency, Money};

/// What Stripe lets donors pay in: its list of presentment currencies.
const OFFERED: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF \
    CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR \
    ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR \
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR \
    SEK SGD SHP SLE SOS SRD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG \
    XOF XPF YER ZAR ZMW";

/// The smallest payment where Stripe has one, in Stripe's units.
const SMALLEST: [(&str, i64); 24] = [
    ("AED", 200),
    ("AUD", 50),
    ("BGN", 100),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1000),
    ("USD", 50),
];

/// The largest payment in Stripe's units: eight digits.
const LARGEST: i64 = 99_999_999;

/// Currencies whose amounts have more than eight digits before they are large.
const LARGER: [(&str, i64); 5] = [
    ("COP", 9_999_999_999),
    ("HUF", 9_999_999_999),
    ("IDR", 999_999_999_999),
    ("INR", 999_999_999),
    ("LBP", 999_999_999_999),
];

/// Why Stripe cannot take an amount. The sentences are shown to donors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unchargeable {
    /// Not in this currency at all.
    #[error("Stripe takes no payments in {0}")]
    Currency(Currency),
    /// Only in steps.
    #[error("the next amount that can be paid is {}", .0.text())]
    Step(Money),
    /// Less than its smallest payment.
    #[error("the smallest amount is {}", .0.text())]
    TooSmall(Money),
    /// More than its largest payment.
    #[error("the largest amount is {}", .0.text())]
    TooLarge(Money),
}

impl Unchargeable {
    /// The word for it in records, as Stripe would say it where it has one.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Currency(_) => "currency_not_supported",
            Self::Step(_) => "amount_not_in_steps",
            Self::TooSmall(_) => "amount_too_small",
            Self::TooLarge(_) => "amount_too_large",
        }
    }
}

/// How one unit of ours becomes units of Stripe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// One to one.
    Same,
    /// One to one, but only in steps of ten: the last decimal is 0.
    Tens,
    /// One of ours is a hundred of Stripe's.
    Hundredfold,
    /// A hundred of ours are one of Stripe's.
    Hundredth,
}

fn scale(currency: Currency) -> Scale {
    match currency.code() {
        "ISK" | "UGX" => Scale::Hundredfold,
        "MGA" => Scale::Hundredth,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => Scale::Tens,
        _ => Scale::Same,
    }
}

/// The steps in which Stripe takes money, in our minor units.
fn step(currency: Currency) -> i64 {
    match scale(currency) {
        Scale::Same | Scale::Hundredfold => 1,
        Scale::Tens => 10,
        Scale::Hundredth => 100,
    }
}

/// An amount as Stripe wants it written, if Stripe can take such a payment.
pub(super) fn to_stripe(amount: Money) -> Result<i64, Unchargeable> {
    let currency = amount.currency();
    let code = currency.code();
    if !OFFERED.split_ascii_whitespace().any(|offered| offered == code) {
        return Err(Unchargeable::Currency(currency));
    }
    let bound = |table: &[(&str, i64)]| table.iter().find(|(key, _)| *key == code).map(|(_, units)| *units);
    let largest = bound(&LARGER).unwrap_or(LARGEST);
    let units = part_to_stripe(amount)?;
    match bound(&SMALLEST) {
        Some(smallest) if units < smallest => Err(Unchargeable::TooSmall(money(smallest, currency))),
        _ if units > largest => Err(Unchargeable::TooLarge(money(largest, currency))),
        _ => Ok(units),
    }
}

/// An amount as Stripe wants it written where no bounds hold, as for a part that is given back.
pub(super) fn part_to_stripe(amount: Money) -> Result<i64, Unchargeable> {
    let (minor, currency) = (amount.minor(), amount.currency());
    if minor % step(currency) != 0 {
        return Err(Unchargeable::Step(round_up(amount)));
    }
    let units = match scale(currency) {
        Scale::Same | Scale::Tens => Some(minor),
        Scale::Hundredfold => minor.checked_mul(100),
        Scale::Hundredth => Some(minor / 100),
    };
    units.ok_or(Unchargeable::TooLarge(money(LARGEST, currency)))
}

/// The next larger amount that Stripe can take.
pub(super) fn round_up(amount: Money) -> Money {
    let step = step(amount.currency());
    let over = amount.minor().rem_euclid(step);
    let minor = if over == 0 { amount.minor() } else { amount.minor().saturating_add(step - over) };
    Money::new(minor, amount.currency())
}

/// Money of Stripe in our minor units; the code is in any case.
///
/// A fee in ISK or UGX may be a fraction of the smallest unit there is: it is rounded, half away from zero. Payments
/// and refunds are whole.
pub(super) fn from_stripe(units: i64, code: &str) -> Result<Money, String> {
    let currency = Currency::parse(code).map_err(|error| error.to_string())?;
    Ok(money(units, currency))
}

fn money(units: i64, currency: Currency) -> Money {
    let minor = match scale(currency) {
        Scale::Same | Scale::Tens => units,
        Scale::Hundredfold => {
            let rest = units % 100;
            let carry = if rest.abs() >= 50 { rest.signum() } else { 0 };
            units / 100 + carry
        }
        Scale::Hundredth => units.saturating_mul(100),
    };
    Money::new(minor, currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    #[test]
    fn stripes_units_are_those_of_iso_but_for_the_listed_exceptions() {
        let zero_decimals = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
        let three_decimals = "BHD JOD KWD OMR TND";
        let listed = |list: &str, code: &str| list.split(' ').any(|listed| listed == code);
        for code in OFFERED.split_ascii_whitespace() {
            let currency = Currency::parse(code).unwrap();
            let stripes_decimals = match code {
                "ISK" | "UGX" => 2,
                _ if listed(zero_decimals, code) => 0,
                _ if listed(three_decimals, code) => 3,
                _ => 2,
            };
            let one = Money::new(10_i64.pow(currency.exponent()), currency);
            assert_eq!(part_to_stripe(one), Ok(10_i64.pow(stripes_decimals)), "one {code}");
            assert_eq!(from_stripe(10_i64.pow(stripes_decimals), code), Ok(one), "one {code}");
        }
        assert_eq!(zero_decimals.split(' ').count(), 15);
    }

    #[test]
    fn special_currencies_are_written_as_stripe_wants_them() {
        for (minor, code, units) in [
            (2_550, "EUR", Ok(2_550)),
            (500, "JPY", Ok(500)),
            (500, "ISK", Ok(50_000)),
            (3_000, "UGX", Ok(300_000)),
            (100_000, "MGA", Ok(1_000)),
            (100_050, "MGA", Err(Unchargeable::Step(ours(100_100, "MGA")))),
            (5_120, "KWD", Ok(5_120)),
            (5_124, "KWD", Err(Unchargeable::Step(ours(5_130, "KWD")))),
            (250_050, "HUF", Ok(250_050)),
            (3_050, "TWD", Ok(3_050)),
            (1_000, "IQD", Err(Unchargeable::Currency(Currency::parse("IQD").unwrap()))),
            (49, "EUR", Err(Unchargeable::TooSmall(ours(50, "EUR")))),
            (99_999_999, "USD", Ok(99_999_999)),
            (100_000_000, "USD", Err(Unchargeable::TooLarge(ours(99_999_999, "USD")))),
            (100_000_000, "IDR", Ok(100_000_000)),
            (i64::MAX, "ISK", Err(Unchargeable::TooLarge(ours(1_000_000, "ISK")))),
        ] {
            assert_eq!(to_stripe(ours(minor, code)), units, "{minor} {code}");
        }
    }

    #[test]
    fn what_can_be_charged_reads_back_as_the_same_money() {
        for code in OFFERED.split_ascii_whitespace() {
            for minor in [1, 7, 99, 100, 12_345, 123_450, 999_999] {
                let amount = round_up(ours(minor, code));
                assert!((minor..minor + 100).contains(&amount.minor()), "{amount}");
                let units = part_to_stripe(amount).unwrap();
                assert_eq!(from_stripe(units, &code.to_lowercase()), Ok(amount), "{code}");
            }
        }
    }

    #[test]
    fn a_fee_below_the_smallest_unit_is_rounded() {
        for (units, minor) in [(149, 1), (150, 2), (-149, -1), (-150, -2), (0, 0)] {
            assert_eq!(from_stripe(units, "isk"), Ok(ours(minor, "ISK")), "{units}");
        }
        assert!(from_stripe(1, "zzz").is_err());
    }
}
