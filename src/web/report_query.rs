//! What a report is asked by an address.

use super::error::WebError;
use super::state::AppState;
use crate::domain::article::Slug;
use crate::domain::figures::{Filter, Period, Rhythm};
use crate::domain::money::Currency;
use crate::domain::pledge::GatewayKind;
use crate::store::campaigns;
use crate::usecases::figures::behind::Campaigns;
use crate::usecases::figures::reports::{Ask, LapseKind};
use actix_web::HttpRequest;
use chrono::{Datelike as _, NaiveDate};

/// A day of a calendar that both databases know.
pub(super) fn day_of(text: &str) -> Option<NaiveDate> {
    text.parse().ok().filter(|day: &NaiveDate| (1970..9000).contains(&day.year()))
}

/// What a page is asked by its address.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(request: &HttpRequest) -> Self {
        Self(url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect())
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub(super) fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    fn day(&self, name: &str) -> Option<NaiveDate> {
        day_of(self.text(name))
    }

    /// The period and the filter: the last twelve months of everything, if nothing else is said.
    pub(super) fn ask(&self, today: NaiveDate, campaigns: &Campaigns) -> Ask {
        let usual = Period::twelve_months(today);
        let from = self.day("from").unwrap_or(usual.from);
        let until = self.day("to").unwrap_or(usual.until).max(from);
        let filter = Filter {
            campaign: campaigns.find(self.text("campaign")),
            gateway: GatewayKind::parse(self.text("gateway")),
            currency: Currency::parse(self.text("currency")).ok(),
            article: Slug::parse(self.text("article")).ok(),
            rhythm: Rhythm::parse(self.text("frequency")),
        };
        Ask { period: Period { from, until }, filter }
    }

    /// The first field that was filled in and that [`Self::ask`] made nothing of.
    pub(super) fn left_out(&self, ask: &Ask) -> Option<(&str, &str)> {
        let filter = &ask.filter;
        let is_taken = |name: &str, value: &str| match name {
            "from" => ask.period.from.to_string() == value,
            "to" => ask.period.until.to_string() == value,
            "campaign" => filter.campaign.is_some(),
            "gateway" => filter.gateway.is_some(),
            "currency" => filter.currency.is_some(),
            "article" => filter.article.is_some(),
            "frequency" => filter.rhythm.is_some(),
            _ => false,
        };
        let filled = self.0.iter().filter(|(_, value)| !value.is_empty());
        let mut left_out = filled.filter(|(name, value)| !is_taken(name, value));
        left_out.next().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Which donors are looked for: those of last year who did not give in this one.
    pub(super) fn lapse(&self, today: NaiveDate) -> (LapseKind, i32) {
        let kind = if self.text("kind") == "sybunt" { LapseKind::Sybunt } else { LapseKind::Lybunt };
        let year = self.text("year").parse().ok().filter(|year| (1971..9000).contains(year));
        (kind, year.unwrap_or_else(|| today.year()))
    }
}

pub(super) async fn titles(state: &AppState) -> Result<Campaigns, WebError> {
    let all = state.ctx.db.read(campaigns::all).await.map_err(crate::usecases::UseCaseError::from)?;
    Ok(Campaigns::of(all))
}
