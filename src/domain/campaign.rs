//! Campaigns: what is being raised for.

use super::article::Slug;
use super::ids::CampaignId;
use super::money::{Currency, Money};
use chrono::{DateTime, NaiveDate, Utc};

/// What is being raised for. Every pledge belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// Its name in addresses and in the API.
    pub slug: Slug,
    /// Its name for readers.
    pub title: String,
    /// One or two sentences for readers.
    pub summary: String,
    /// What it wants to reach, if anything.
    pub goal: Option<Money>,
    /// First day on which it takes gifts.
    pub starts_on: Option<NaiveDate>,
    /// Last day on which it takes gifts.
    pub ends_on: Option<NaiveDate>,
    /// Suggested amounts, by currency in the order of display.
    pub suggestions: Vec<Money>,
}

/// Why a campaign takes no gift today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CampaignClosed {
    /// Its first day is still to come.
    #[error("this campaign starts on {0}")]
    NotStarted(NaiveDate),
    /// Its last day is over.
    #[error("this campaign ended on {0}")]
    Ended(NaiveDate),
}

impl Campaign {
    /// Whether a gift can be made on `today`, a day in the publisher's time zone.
    pub fn open_on(&self, today: NaiveDate) -> Result<(), CampaignClosed> {
        match (self.starts_on, self.ends_on) {
            (Some(first), _) if today < first => Err(CampaignClosed::NotStarted(first)),
            (_, Some(last)) if today > last => Err(CampaignClosed::Ended(last)),
            _ => Ok(()),
        }
    }

    /// The suggested amounts in one currency.
    pub fn suggestions_in(&self, currency: Currency) -> Vec<Money> {
        self.suggestions.iter().copied().filter(|amount| amount.currency() == currency).collect()
    }
}

/// What a campaign has received in one currency: a rollup that equals the fold of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignTotal {
    /// Money that arrived, before refunds and fees.
    pub gross: Money,
    /// Money given back.
    pub refunded: Money,
    /// Number of donations that arrived.
    pub donations: i64,
    /// Last change.
    pub updated_at: DateTime<Utc>,
}
