//! Stripe's own rules of currencies, and the emulator's invented rates between them.

use super::refusal::Refusal;
use mainstay::domain::money::Currency;
use std::collections::BTreeMap;

/// The largest amount of a charge, in the unit that Stripe counts the currency in.
const AMOUNT_MAX: i64 = 99_999_999;

/// Currencies whose larger numbers are no larger sums.
const MAXIMA: [(&str, i64); 5] = [
    ("cop", 9_999_999_999),
    ("huf", 9_999_999_999),
    ("idr", 999_999_999_999),
    ("inr", 999_999_999),
    ("lbp", 999_999_999_999),
];

/// Counted in whole units, whatever the standard says.
const WITHOUT_DECIMALS: [&str; 15] =
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];

/// Counted in thousandths, of which the last digit must be zero.
const WITH_THREE_DECIMALS: [&str; 5] = ["bhd", "jod", "kwd", "omr", "tnd"];

/// Counted in hundredths although only whole units exist.
const WHOLE_BUT_IN_HUNDREDTHS: [&str; 2] = ["isk", "ugx"];

/// The smallest charge of the currencies for which Stripe names one.
const MINIMA: [(&str, i64); 24] = [
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("czk", 1500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17500),
    ("inr", 50),
    ("jpy", 50),
    ("mxn", 1000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1000),
    ("usd", 50),
];

/// How much of each currency, as Stripe counts it, is worth 10,000 euros. Invented, and fixed.
const WORTH: [(&str, i64); 16] = [
    ("eur", 1_000_000),
    ("usd", 1_087_000),
    ("gbp", 842_000),
    ("chf", 945_000),
    ("jpy", 1_620_000),
    ("sek", 11_350_000),
    ("nok", 11_700_000),
    ("dkk", 7_460_000),
    ("czk", 25_200_000),
    ("pln", 4_280_000),
    ("huf", 395_000_000),
    ("isk", 150_000_000),
    ("ugx", 4_000_000_000),
    ("twd", 35_000_000),
    ("kwd", 3_350_000),
    ("krw", 14_500_000),
];

/// The decimal places in which Stripe counts a currency.
pub(super) fn decimals(currency: &str) -> u32 {
    if WITHOUT_DECIMALS.contains(&currency) {
        0
    } else if WITH_THREE_DECIMALS.contains(&currency) {
        3
    } else {
        2
    }
}

/// Whether a charge of this amount can be made at all.
pub(super) fn check_charge(amount: i64, currency: &str, param: &str) -> Result<(), Refusal> {
    check_known(currency, param)?;
    let refused = |code, message: String| Err(Refusal::invalid(message).code(code).param(param));
    let most = of(&MAXIMA, currency).unwrap_or(AMOUNT_MAX);
    if amount > most {
        return refused("amount_too_large", format!("Amount must be no more than {most} {currency}"));
    }
    let least = minimum(currency);
    if amount < least {
        let message =
            format!("The Checkout Session's total amount due must add up to at least {least} {currency}");
        return refused("amount_too_small", message);
    }
    check_step(amount, currency, param)
}

/// Whether the amount is one that the currency has.
pub(super) fn check_step(amount: i64, currency: &str, param: &str) -> Result<(), Refusal> {
    let step = step(currency);
    if amount % step == 0 {
        return Ok(());
    }
    let message = format!("Invalid amount: in {currency} it must be a multiple of {step}");
    Err(Refusal::invalid(message).code("parameter_invalid_integer").param(param))
}

fn check_known(currency: &str, param: &str) -> Result<(), Refusal> {
    let known = currency.bytes().all(|byte| byte.is_ascii_lowercase()) && Currency::parse(currency).is_ok();
    let message = format!("Invalid currency: {currency}. Stripe wants a supported code in lower case.");
    if known { Ok(()) } else { Err(Refusal::invalid(message).param(param)) }
}

fn step(currency: &str) -> i64 {
    if WHOLE_BUT_IN_HUNDREDTHS.contains(&currency) {
        100
    } else if WITH_THREE_DECIMALS.contains(&currency) {
        10
    } else {
        1
    }
}

fn of(table: &[(&str, i64)], currency: &str) -> Option<i64> {
    table.iter().find(|(code, _)| *code == currency).map(|(_, number)| *number)
}

fn minimum(currency: &str) -> i64 {
    of(&MINIMA, currency).unwrap_or_else(|| Rates::default().convert(50, "eur", currency).max(1))
}

/// The rates of the day.
#[derive(Debug, Clone, Default)]
pub(super) struct Rates {
    changed: BTreeMap<String, i64>,
}

impl Rates {
    /// From now on 10,000 euros are worth so much.
    pub(super) fn set(&mut self, currency: &str, worth: i64) {
        self.changed.insert(currency.to_owned(), worth);
    }

    fn worth(&self, currency: &str) -> i128 {
        let plain = || 10_000_i64 * 10_i64.pow(decimals(currency));
        i128::from(self.changed.get(currency).copied().or_else(|| of(&WORTH, currency)).unwrap_or_else(plain))
    }

    /// The amount in another currency, rounded half away from zero.
    pub(super) fn convert(&self, amount: i64, from: &str, to: &str) -> i64 {
        if from == to {
            return amount;
        }
        let (numerator, denominator) = (i128::from(amount) * self.worth(to), self.worth(from));
        let rounded = (numerator.abs() * 2 + denominator) / (denominator * 2);
        i64::try_from(rounded * numerator.signum()).unwrap()
    }

    /// How many of the one are one of the other, in whole units, as a decimal with six places.
    pub(super) fn rate(&self, from: &str, to: &str) -> String {
        let scaled = self.worth(to) * 1_000_000 * 10_i128.pow(decimals(from));
        let millionths = scaled / (self.worth(from) * 10_i128.pow(decimals(to)));
        format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
    }
}
