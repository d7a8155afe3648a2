//! `[limits]`: how often and how much.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::abuse::{AbuseRules, ProofOfWork};
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
    /// New pledges from one network address in a day, before more is asked.
    pub pledges_per_ip_per_day: u32,
    /// New pledges from one network (IPv4 /24, IPv6 /48) in half an hour.
    pub pledges_per_network_per_half_hour: u32,
    /// New pledges for one e-mail address in a day, before more is asked.
    pub pledges_per_email_per_day: u32,
    /// Payments begun on the whole site in a minute, before more is asked of everybody.
    pub pledges_per_minute: u32,
    /// Declined payments within ten minutes after which an address is blocked for an hour.
    pub declines_before_block: u32,
    /// How many times the smallest amount is the smallest during an attack.
    pub attack_minimum_factor: u32,
    /// When a browser is asked for a proof of work.
    pub proof_of_work: ProofOfWork,
    /// Seconds before which a form that comes back was filled in by a program; 0: none.
    pub form_seconds_min: u32,
    /// New comments from one network address in an hour.
    pub comments_per_ip_per_hour: u32,
    /// Smallest amounts: by currency code in major units, `default` in minor units. See [`Limits::minimum_for`].
    pub minimum: BTreeMap<String, String>,
    /// Largest amounts, written likewise. See [`Limits::maximum_for`].
    pub maximum: BTreeMap<String, String>,
    /// Amounts from which on a person looks at a gift, written likewise. See [`Limits::reviewed_from`].
    pub review: BTreeMap<String, String>,
    /// Amounts up to which a gift is given back at a warning of fraud, written likewise. See [`Limits::given_back_up_to`].
    pub fraud_refund: BTreeMap<String, String>,
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

    /// From this amount on a gift is put before a person.
    pub fn reviewed_from(&self, currency: Currency) -> Money {
        amount_for(&self.review, currency).unwrap_or_else(|_| Money::new(i64::MAX, currency))
    }

    /// Up to this amount a gift is given back by itself when the card's bank warns of fraud.
    pub fn given_back_up_to(&self, currency: Currency) -> Money {
        amount_for(&self.fraud_refund, currency).unwrap_or_else(|_| Money::new(0, currency))
    }

    /// The rules of the defence against those who try stolen cards. What was raised for one address raises what would be
    /// tighter than that.
    pub fn abuse(&self) -> AbuseRules {
        let at_least = |number: u32, floor: u32| i64::from(number.max(floor));
        let by_client = self.pledges_per_ip_per_hour.max(self.pledges_per_ip_burst);
        AbuseRules {
            per_client_day: at_least(self.pledges_per_ip_per_day, by_client),
            per_email_day: at_least(self.pledges_per_email_per_day, self.pledges_per_email_per_hour),
            per_minute: at_least(self.pledges_per_minute, self.pledges_per_ip_burst),
            declines: at_least(self.declines_before_block, self.pledges_per_ip_burst),
            at_once: i64::from(self.pledges_per_ip_burst),
            minimum_factor: i64::from(self.attack_minimum_factor),
            proof: self.proof_of_work,
            form_age_min: TimeDelta::seconds(i64::from(self.form_seconds_min)),
            is_attacked: false,
        }
    }

    /// How many pledges one network may start: at once, and in an hour. Never fewer than one address.
    pub fn network(&self) -> (u32, u32) {
        let burst = self.pledges_per_network_per_half_hour;
        let per_hour = burst.saturating_mul(2).max(self.pledges_per_ip_per_hour);
        (burst.max(self.pledges_per_ip_burst), per_hour)
    }

    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        const OFTEN: std::ops::RangeInclusive<i64> = 1..=1_000_000;
        let pledges_per_ip_per_day = layers.number("limits.pledges_per_ip_per_day", OFTEN);
        let pledges_per_network_per_half_hour =
            layers.number("limits.pledges_per_network_per_half_hour", OFTEN);
        let pledges_per_email_per_day = layers.number("limits.pledges_per_email_per_day", OFTEN);
        let pledges_per_minute = layers.number("limits.pledges_per_minute", OFTEN);
        let declines_before_block = layers.number("limits.declines_before_block", OFTEN);
        let attack_minimum_factor = layers.number("limits.attack_minimum_factor", 1..=100);
        let proof_of_work = layers.parse("limits.proof_of_work", "\"attack\"", |text| {
            ProofOfWork::parse(text).ok_or_else(|| "is none of always, attack, never".to_owned())
        });
        let form_seconds_min = layers.number("limits.form_seconds_min", 0..=60);
        let pledges_per_ip_burst = layers.number("limits.pledges_per_ip_burst", OFTEN);
        let pledges_per_ip_per_hour = layers.number("limits.pledges_per_ip_per_hour", OFTEN);
        let pledges_per_email_per_hour = layers.number("limits.pledges_per_email_per_hour", OFTEN);
        let comments_per_ip_per_hour = layers.number("limits.comments_per_ip_per_hour", OFTEN);
        let minimum = read_amounts(layers, "limits.minimum");
        let maximum = read_amounts(layers, "limits.maximum");
        let review = read_amounts(layers, "limits.review");
        let fraud_refund = read_amounts(layers, "limits.fraud_refund");
        let (minimum, maximum) = (minimum?, maximum?);
        reject_empty_ranges(layers, &minimum, &maximum)?;
        Some(Self {
            pledges_per_ip_burst: pledges_per_ip_burst?,
            pledges_per_ip_per_hour: pledges_per_ip_per_hour?,
            pledges_per_email_per_hour: pledges_per_email_per_hour?,
            pledges_per_ip_per_day: pledges_per_ip_per_day?,
            pledges_per_network_per_half_hour: pledges_per_network_per_half_hour?,
            pledges_per_email_per_day: pledges_per_email_per_day?,
            pledges_per_minute: pledges_per_minute?,
            declines_before_block: declines_before_block?,
            attack_minimum_factor: attack_minimum_factor?,
            proof_of_work: proof_of_work?,
            form_seconds_min: form_seconds_min?,
            comments_per_ip_per_hour: comments_per_ip_per_hour?,
            minimum,
            maximum,
            review: review?,
            fraud_refund: fraud_refund?,
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
