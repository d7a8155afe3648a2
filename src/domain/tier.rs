//! Tiers: named levels of recurring support.

use super::article::Slug;
use super::ids::TierId;
use super::money::Money;
use super::pledge::Frequency;

/// A level of support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Its id.
    pub id: TierId,
    /// Its name in addresses, forms and the API.
    pub slug: Slug,
    /// Its name for readers.
    pub name: String,
    /// One or two sentences for readers.
    pub description: String,
    /// What a patron of this tier receives.
    pub benefits: Vec<Benefit>,
    /// What it costs, by period and currency.
    pub prices: Vec<Price>,
    /// How many patrons it takes at a time; none: any number.
    pub places: Option<u32>,
    /// Its place in the list, the smallest first.
    pub position: i32,
    /// Whether new patrons may choose it.
    pub offer: Offer,
}

/// Whether new patrons may choose a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// They may.
    Open,
    /// They may not; who has it keeps it.
    Archived,
}

/// Something that a patron receives.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Benefit {
    /// What it is.
    pub text: String,
    /// What it would cost in a shop for a year: the part of a gift that is none. Some tax laws ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair_value: Option<FairValue>,
}

/// An amount in writing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FairValue {
    /// Minor units.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What a tier costs for one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Price {
    /// The period.
    pub frequency: Frequency,
    /// The least that is paid for it.
    pub amount: Money,
}

impl Tier {
    /// What it costs for one period in one currency; none if it is not offered so.
    pub fn price(&self, frequency: Frequency, currency: super::money::Currency) -> Option<Money> {
        let of = |price: &&Price| price.frequency == frequency && price.amount.currency() == currency;
        self.prices.iter().find(of).map(|price| price.amount)
    }

    /// The highest open tier that an amount reaches, if it reaches any.
    pub fn reached(tiers: &[Self], frequency: Frequency, amount: Money) -> Option<&Self> {
        tiers
            .iter()
            .filter(|tier| tier.offer == Offer::Open)
            .filter_map(|tier| Some((tier.price(frequency, amount.currency())?, tier)))
            .filter(|(price, _)| price.minor() <= amount.minor())
            .max_by_key(|(price, tier)| (price.minor(), std::cmp::Reverse(tier.position)))
            .map(|(_, tier)| tier)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ids::Id as _;
    use super::super::money::Currency;
    use super::*;

    fn tier(number: u64, minor: i64, offer: Offer) -> Tier {
        let eur = Currency::parse("EUR").unwrap();
        Tier {
            id: TierId::from_ulid(ulid::Ulid::from_parts(number, 1)),
            slug: Slug::parse(&format!("tier-{number}")).unwrap(),
            name: String::new(),
            description: String::new(),
            benefits: Vec::new(),
            prices: vec![Price { frequency: Frequency::Monthly, amount: Money::new(minor, eur) }],
            places: None,
            position: 0,
            offer,
        }
    }

    #[test]
    fn an_own_amount_counts_as_the_highest_tier_that_it_reaches() {
        let tiers = [tier(1, 500, Offer::Open), tier(2, 1_000, Offer::Open), tier(3, 2_000, Offer::Archived)];
        let reached = |frequency, minor, code| {
            let amount = Money::new(minor, Currency::parse(code).unwrap());
            Tier::reached(&tiers, frequency, amount).map(|tier| tier.slug.as_str())
        };
        assert_eq!(reached(Frequency::Monthly, 499, "EUR"), None);
        assert_eq!(reached(Frequency::Monthly, 500, "EUR"), Some("tier-1"));
        assert_eq!(reached(Frequency::Monthly, 5_000, "EUR"), Some("tier-2"));
        assert_eq!(reached(Frequency::Monthly, 5_000, "USD"), None);
        assert_eq!(reached(Frequency::Yearly, 50_000, "EUR"), None);
    }
}
