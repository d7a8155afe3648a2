//! The supporters' wall of a campaign: names of those who asked for it, while money of theirs is here.

use super::donor::PersonName;
use super::ids::{CampaignId, PledgeId, WallEntryId};
use super::money::{Money, MoneyError};
use chrono::{DateTime, Utc};

/// Whether the sum stands beside the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountShown {
    /// The donor asked for it.
    Shown,
    /// Only the name.
    Withheld,
}

/// Whether staff took a name off the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moderation {
    /// They did not.
    Left,
    /// They did, then.
    Hidden(DateTime<Utc>),
}

/// A name that a donor asked to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallEntry {
    /// Its id.
    pub id: WallEntryId,
    /// The promise with which it was asked for.
    pub pledge: PledgeId,
    /// On whose page.
    pub campaign: CampaignId,
    /// As they want it shown.
    pub name: PersonName,
    /// Whether the sum stands beside it.
    pub amount: AmountShown,
    /// What arrived for the pledge and stayed, in its currency. What a bank contests has not stayed.
    pub kept: Money,
    /// Since when there is such money; none while there is none.
    pub shown_since: Option<DateTime<Utc>>,
    /// Whether staff took it off the page.
    pub moderation: Moderation,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

impl WallEntry {
    /// Whether readers see it.
    pub fn is_shown(&self) -> bool {
        self.shown_since.is_some() && self.moderation == Moderation::Left
    }

    /// The entry once this much of the money is here: a name appears with the first of it and goes with the last.
    #[must_use]
    pub fn with_kept(self, kept: Money, now: DateTime<Utc>) -> Self {
        let shown_since = if kept.is_positive() { self.shown_since.or(Some(now)) } else { None };
        Self { kept, shown_since, ..self }
    }
}

/// What of these payments stayed, in the currency of `start`; those in another currency are left out.
///
/// # Errors
/// It is too much to be counted.
pub fn kept_in_all(start: Money, kept: impl Iterator<Item = Money>) -> Result<Money, MoneyError> {
    kept.filter(|money| money.currency() == start.currency()).try_fold(start, Money::plus)
}

#[cfg(test)]
mod tests {
    use super::super::money::Currency;
    use super::*;

    #[test]
    fn a_name_is_shown_with_the_first_money_and_goes_with_the_last() {
        let eur = |minor| Money::new(minor, Currency::parse("EUR").unwrap());
        let usd = Money::new(7, Currency::parse("USD").unwrap());
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let asked = WallEntry {
            id: "wal_01KV5BJH80EQ75JV2581H6HJZ9".parse().unwrap(),
            pledge: "plg_01KV5BJH80EQ75JV2581H6HJZ9".parse().unwrap(),
            campaign: "cmp_01KV5BJH80EQ75JV2581H6HJZ9".parse().unwrap(),
            name: PersonName::parse("Ann").unwrap().unwrap(),
            amount: AmountShown::Withheld,
            kept: eur(0),
            shown_since: None,
            moderation: Moderation::Left,
            created_at: at(0),
        };
        assert!(!asked.is_shown());
        let paid = asked.with_kept(kept_in_all(eur(0), [eur(2_500), usd].into_iter()).unwrap(), at(1));
        assert!(paid.is_shown());
        assert_eq!((paid.kept, paid.shown_since), (eur(2_500), Some(at(1))));
        let again = paid.with_kept(eur(5_000), at(2));
        assert_eq!(again.shown_since, Some(at(1)), "it keeps its place");
        assert!(!WallEntry { moderation: Moderation::Hidden(at(2)), ..again.clone() }.is_shown());
        assert!(!again.with_kept(eur(0), at(3)).is_shown());
    }
}
