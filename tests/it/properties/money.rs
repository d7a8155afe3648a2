//! Amounts: what is written reads back, and no unit is lost or invented.

use mainstay::domain::money::{Currency, Money, MoneyError};
use mainstay::domain::pledge::fee_cover;

use super::first_seed;
use super::histories::Random;
use crate::trials::is_full;

const ROUND_TRIPS: u64 = 1_000_000;

/// How many amounts are typed, and how many are divided.
fn cases() -> u64 {
    if is_full() { 1_000_000 } else { 100_000 }
}

const EDGES: [i64; 16] = [
    0,
    1,
    -1,
    9,
    10,
    99,
    100,
    -100,
    999,
    1_000,
    9_999,
    10_000,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
    i64::MIN + 1,
];

fn any_minor(random: &mut Random) -> i64 {
    // All lengths alike: a uniform number nearly always has 19 digits.
    let bits = random.below(64);
    let minor = i64::from_ne_bytes((random.next() >> bits).to_ne_bytes());
    if random.in_a_hundred(50) { minor } else { minor.wrapping_neg() }
}

#[test]
fn a_million_amounts_in_all_currencies_read_back() {
    let currencies: Vec<Currency> = Currency::all().collect();
    assert!(currencies.len() > 150, "{}", currencies.len());
    let mut tried = 0;
    for currency in &currencies {
        for minor in EDGES {
            reads_back(Money::new(minor, *currency));
            tried += 1;
        }
    }

    let mut random = Random::seeded(first_seed());
    while tried < ROUND_TRIPS {
        reads_back(Money::new(any_minor(&mut random), random.pick(&currencies)));
        tried += 1;
    }
}

fn reads_back(money: Money) {
    let written = money.major();
    let currency = money.currency();
    // The smallest number has no positive twin, which the reading of a sign goes through.
    if money.minor() == i64::MIN {
        assert_eq!(Money::parse_major(&written, currency), Err(MoneyError::TooLarge), "{written}");
    } else {
        assert_eq!(Money::parse_major(&written, currency), Ok(money), "{written}");
    }
}

#[test]
fn amounts_read_back_in_the_ways_people_write_them() {
    let currencies: Vec<Currency> = Currency::all().collect();
    let mut random = Random::seeded(first_seed());
    for _ in 0..cases() {
        let currency = random.pick(&currencies);
        let minor = any_minor(&mut random).saturating_abs().max(1);
        let money = Money::new(minor, currency);
        let typed = typed(&mut random, money);

        assert_eq!(Money::parse_typed(&typed, currency), Ok(money), "{typed:?} in {currency}");
    }
}

/// One of the many spellings of an amount that only one reading fits.
fn typed(random: &mut Random, money: Money) -> String {
    let plain = money.major();
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    // Three digits behind a single separator may be thousands: a fourth makes them decimals.
    let decimals = if decimals.len() == 3 { format!("{decimals}0") } else { decimals.to_owned() };
    let (thousands, point) = random.pick(&[
        ("", "."),
        ("", ","),
        (",", "."),
        (".", ","),
        (" ", ","),
        ("\u{202f}", "."),
        ("’", "."),
        ("'", ","),
    ]);
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push_str(thousands);
        }
        text.push(digit);
    }
    if !decimals.is_empty() {
        text.push_str(point);
        text.push_str(&decimals);
    }
    let text = match random.below(6) {
        0 => text
            .chars()
            .map(|c| c.to_digit(10).map_or(c, |digit| char::from_u32(0x660 + digit).unwrap()))
            .collect(),
        1 => text
            .chars()
            .map(|c| c.to_digit(10).map_or(c, |digit| char::from_u32(0x6f0 + digit).unwrap()))
            .collect(),
        _ => text,
    };
    let code = money.currency().code();
    match random.below(6) {
        0 => format!("  {text}\u{a0}"),
        1 => format!("{code} {text}"),
        2 => format!("{text}{}", code.to_lowercase()),
        3 => format!("{}{text}", money.currency().symbol().unwrap_or_default()),
        4 => format!("+{text}"),
        _ => text,
    }
}

#[test]
fn a_covered_fee_leaves_the_amount_or_one_unit_more() {
    let eur = Currency::parse("EUR").unwrap();
    let mut random = Random::seeded(first_seed());
    for _ in 0..cases() {
        let amount = Money::new(any_minor(&mut random).saturating_abs().max(1) >> 8, eur);
        let (rate, fixed) = (random.amount(9_001) - 1, random.amount(1_000) - 1);

        let cover = fee_cover(amount, rate, fixed).unwrap();
        let gross = amount.plus(cover).unwrap();
        let fee = gross.fraction(rate).unwrap().plus(Money::new(fixed, eur)).unwrap();
        let left = gross.minus(fee).unwrap().minor();

        assert!(cover.minor() >= 0, "{amount} at {rate} and {fixed}");
        assert!(
            (amount.minor()..=amount.minor() + 1).contains(&left),
            "{amount} at {rate} and {fixed}: {left}"
        );
    }
    let most = Money::new(i64::MAX, eur);
    assert_eq!(fee_cover(most, 290, 25), Err(MoneyError::TooLarge));
}

#[test]
fn a_fraction_is_the_nearest_unit_and_a_half_goes_up() {
    let eur = Currency::parse("EUR").unwrap();
    let mut random = Random::seeded(first_seed());
    for _ in 0..cases() {
        let (minor, points) = (any_minor(&mut random), random.amount(10_001) - 1);

        let part = i128::from(Money::new(minor, eur).fraction(points).unwrap().minor());

        let exact = i128::from(minor) * i128::from(points);
        let twice_off = 2 * (part * 10_000 - exact);
        assert!((-10_000 < twice_off) && (twice_off <= 10_000), "{minor} × {points}: {part}");
        assert!(part.abs() <= i128::from(minor).abs(), "{minor} × {points}: {part}");
    }
    assert_eq!(Money::new(i64::MAX, eur).fraction(10_001), Err(MoneyError::TooLarge));
}
