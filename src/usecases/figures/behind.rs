//! Where the rows behind a figure are: the address of the list of donations, or of recurring support, that shows exactly
//! these.

use crate::domain::article::Slug;
use crate::domain::campaign::Campaign;
use crate::domain::figures::{Filter, Period, Rhythm};
use crate::domain::ids::CampaignId;
use crate::domain::money::Currency;
use crate::domain::patron::{Month, MoveKind};
use std::collections::BTreeMap;
use url::form_urlencoded::Serializer;

/// The list of donations.
pub const DONATIONS: &str = "/admin/donations";
/// The list of recurring support.
const PATRONS: &str = "/admin/patrons";
/// Stands for gifts that no article led to.
pub const NO_ARTICLE: &str = "-";

/// Campaigns by id: their names in addresses and their titles.
#[derive(Debug, Clone, Default)]
pub struct Campaigns(BTreeMap<CampaignId, (Slug, String)>);

impl Campaigns {
    /// Of all campaigns.
    pub fn of(all: Vec<Campaign>) -> Self {
        Self(all.into_iter().map(|campaign| (campaign.id, (campaign.slug, campaign.title))).collect())
    }

    /// The title of a campaign.
    pub fn title(&self, id: CampaignId) -> &str {
        self.0.get(&id).map(|(_, title)| title.as_str()).unwrap_or_default()
    }

    /// The name of a campaign in addresses.
    pub fn slug(&self, id: CampaignId) -> Option<&Slug> {
        self.0.get(&id).map(|(slug, _)| slug)
    }

    /// The campaign of this name.
    pub fn find(&self, slug: &str) -> Option<CampaignId> {
        self.0.iter().find(|(_, (known, _))| known.as_str() == slug).map(|(id, _)| *id)
    }

    /// All of them: name and title.
    pub fn all(&self) -> impl Iterator<Item = (&Slug, &str)> {
        self.0.values().map(|(slug, title)| (slug, title.as_str()))
    }

    /// The list of the donations that a figure is made of.
    pub fn behind(&self, period: Period, filter: &Filter) -> String {
        let mut query = Serializer::new(String::new());
        if let Some(campaign) = filter.campaign.and_then(|id| self.slug(id)) {
            query.append_pair("campaign", campaign.as_str());
        }
        if let Some(gateway) = filter.gateway {
            query.append_pair("gateway", gateway.as_str());
        }
        if let Some(currency) = filter.currency {
            query.append_pair("currency", currency.code());
        }
        if let Some(article) = &filter.article {
            query.append_pair("article", article.as_str());
        }
        if let Some(rhythm) = filter.rhythm {
            query.append_pair("frequency", rhythm.as_str());
        }
        query.append_pair("from", &period.from.to_string()).append_pair("to", &period.until.to_string());
        format!("{DONATIONS}?{}", query.finish())
    }

    /// The same for gifts that no article led to.
    pub fn behind_no_article(&self, period: Period, filter: &Filter) -> String {
        format!("{}&article={NO_ARTICLE}", self.behind(period, &Filter { article: None, ..filter.clone() }))
    }
}

/// Recurring support of now in a currency.
pub fn patrons(currency: Currency) -> String {
    format!("{PATRONS}?supports=yes&currency={}", currency.code())
}

/// Recurring support in a currency to which this happened in a month.
pub fn moved(kind: MoveKind, month: &Month, currency: Currency) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("moved", &format!("{} {month}", kind.as_str()));
    query.append_pair("currency", currency.code());
    format!("{PATRONS}?{}", query.finish())
}

/// Recurring support of those who first joined in a month.
pub fn joined_first_in(cohort: &Month) -> String {
    format!("{PATRONS}?cohort={cohort}")
}

/// `filter` for one rhythm.
pub(super) fn only(filter: &Filter, rhythm: Rhythm) -> Filter {
    Filter { rhythm: Some(rhythm), ..filter.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_leads_to_its_rows() {
        let day = |text: &str| text.parse().unwrap();
        let period = Period { from: day("2026-11-01"), until: day("2026-11-26") };
        let filter = Filter {
            currency: Some(Currency::parse("EUR").unwrap()),
            rhythm: Some(Rhythm::Once),
            ..Filter::default()
        };
        let campaigns = Campaigns::default();
        assert_eq!(
            campaigns.behind(period, &filter),
            "/admin/donations?currency=EUR&frequency=once&from=2026-11-01&to=2026-11-26"
        );
        assert!(campaigns.behind_no_article(period, &filter).ends_with("&article=-"));
        let (month, euro) = (Month::of(day("2026-11-26")), Currency::parse("EUR").unwrap());
        let left = moved(MoveKind::Left, &month, euro);
        assert_eq!(left, "/admin/patrons?moved=left+2026-11&currency=EUR");
    }
}
