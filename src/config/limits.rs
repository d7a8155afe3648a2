//! `[limits]`: how often and how much.

use std::collections::BTreeMap;

use crate::domain::money::{Currency, Money};

use super::merge::Layers;
use super::site::parse_currency;

/// Key of the amount that holds for every currency not named.
const DEFAULT: &str = "default";

/// How often a pledge may be made, and of how much.
#[derive(Clone, Debug)]
pub struct Limits {
    /// New pledges from one network address at once.
    pub pledges_per_ip_burst: u32,
    /// New pledges from one network address in an hour.
    pub pledges_per_ip_per_hour: u32,
    /// New pledges for one e-mail address in an hour.
    pub pledges_per_email_per_hour: u32,
    /// New comments from one network address in an hour.
    pub comments_per_ip_per_hour: u32,
    /// Smallest amounts: by currency code in major units, `default` in minor units. See [`Limits::minimum_for`].
    pub minimum: BTreeMap<String, String>,
    /// Largest amounts, written likewise. See [`Limits::maximum_for`].
    pub maximum: BTreeMap<String, String>,
}

impl Limits {
    /// Smallest amount of one pledge in this currency.
    pub fn minimum_for(&self, currency: Currency) -> Money {
        amount_for(&self.minimum, currency).unwrap_or_else(|_| Money::new(1, currency))
    }

    /// Largest amount of one pledge in this currency.
    pub fn maximum_for(&self, currency: Currency) -> Money {
        amount_for(&self.maximum, currency).unwrap_or_else(|_| Money::new(i64::MAX, currency))
    }

    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        const OFTEN: std::ops::RangeInclusive<i64> = 1..=1_000_000;
        let pledges_per_ip_burst = layers.number("limits.pledges_per_ip_burst", OFTEN);
        let pledges_per_ip_per_hour = layers.number("limits.pledges_per_ip_per_hour", OFTEN);
        let pledges_per_email_per_hour = layers.number("limits.pledges_per_email_per_hour", OFTEN);
        let comments_per_ip_per_hour = layers.number("limits.comments_per_ip_per_hour", OFTEN);
        let minimum = read_amounts(layers, "limits.minimum");
        let maximum = read_amounts(layers, "limits.maximum");
        let (minimum, maximum) = (minimum?, maximum?);
        reject_empty_ranges(layers, &minimum, &maximum)?;
        Some(Self {
            pledges_per_ip_burst: pledges_per_ip_burst?,
            pledges_per_ip_per_hour: pledges_per_ip_per_hour?,
            pledges_per_email_per_hour: pledges_per_email_per_hour?,
            comments_per_ip_per_hour: comments_per_ip_per_hour?,
            minimum,
            maximum,
        })
    }
}

fn read_amounts(layers: &mut Layers, section: &str) -> Option<BTreeMap<String, String>> {
    let amounts = layers.table(section);
    let mut all_valid = true;
    for code in amounts.keys() {
        let path = format!("{section}.{code}");
        let valid = if code == DEFAULT {
            layers.parse(&path, "\"100\"", |text| parse_minor(text).map(|_| ()))
        } else {
            layers.parse(&path, "\"1.00\"", |text| {
                let currency =
                    parse_currency(code).map_err(|what| format!("belongs to {code}, which {what}"))?;
                parse_major(text, currency).map(|_| ())
            })
        };
        all_valid &= valid.is_some();
    }
    all_valid.then_some(amounts)
}

/// A minimum above the maximum would refuse every gift in that currency.
fn reject_empty_ranges(
    layers: &mut Layers,
    minimum: &BTreeMap<String, String>,
    maximum: &BTreeMap<String, String>,
) -> Option<()> {
    let mut all_valid = true;
    for code in minimum.keys().chain(maximum.keys().filter(|code| !minimum.contains_key(*code))) {
        let (least, most) = if code == DEFAULT {
            (parse_minor(minimum.get(code)?).ok()?, parse_minor(maximum.get(code)?).ok()?)
        } else {
            let currency = parse_currency(code).ok()?;
            (amount_for(minimum, currency).ok()?.minor(), amount_for(maximum, currency).ok()?.minor())
        };
        if least > most {
            // Told at the one of the two that the operator wrote.
            let (here, there) = ("limits.minimum", "limits.maximum");
            let section = if minimum.contains_key(code) && layers.is_set(&format!("{here}.{code}")) {
                here
            } else {
                there
            };
            let what =
                format!("the minimum for {code} is above its maximum, so that every amount would be refused");
            layers.reject(
                &format!("{section}.{code}"),
                what,
                if section == here { "\"1.00\"" } else { "\"10000.00\"" },
            );
            all_valid = false;
        }
    }
    all_valid.then_some(())
}

fn amount_for(amounts: &BTreeMap<String, String>, currency: Currency) -> Result<Money, String> {
    if let Some(text) = amounts.get(currency.code()) {
        return parse_major(text, currency);
    }
    let text = amounts.get(DEFAULT).map(String::as_str).unwrap_or_default();
    parse_minor(text).map(|minor| Money::new(minor, currency))
}

fn parse_major(text: &str, currency: Currency) -> Result<Money, String> {
    match Money::parse_major(text, currency) {
        Ok(amount) if amount.is_positive() => Ok(amount),
        Ok(_) => Err("is not above zero".to_owned()),
        Err(error) => Err(format!("is not an amount: {error}")),
    }
}

fn parse_minor(text: &str) -> Result<i64, String> {
    let number = text.parse::<i64>().ok().filter(|minor| *minor > 0);
    number.ok_or_else(|| "is not a whole number of minor units above zero".to_owned())
}
