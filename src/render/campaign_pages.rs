//! What the page of a campaign is given: the names here are the names in its template.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct CampaignPage {
    pub title: String,
    pub summary: String,
    /// The text of its file; empty once the file is gone.
    pub html: String,
    pub progress: ProgressShown,
    /// Until when, since when not any more, or from when it takes gifts.
    pub term_text: Option<String>,
    /// None while it takes no gifts.
    pub donate_url: Option<String>,
    pub updates: Vec<UpdateShown>,
    /// How its news can be followed; none once its file is gone.
    pub feeds: Vec<FeedShown>,
    pub wall: WallShown,
    pub share: Share,
}

/// How far it has come, in sentences; the bar says the same once more.
#[derive(Debug, Clone, Serialize)]
pub struct ProgressShown {
    /// One sentence, or one for each currency where there is no goal.
    pub sentences: Vec<String>,
    pub gifts_text: String,
    /// How far the bar reaches, 0 to 100; none without a goal.
    pub bar: Option<i64>,
    /// What was converted, by which rates; and what could not be.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct UpdateShown {
    /// Names it on the page.
    pub id: String,
    pub date_text: String,
    pub date_iso: String,
    pub title: String,
    pub html: String,
}

/// A form in which news can be followed.
#[derive(Debug, Clone, Serialize)]
pub struct FeedShown {
    pub name: &'static str,
    pub title: String,
    pub url: String,
    pub media_type: &'static str,
}

/// Names of supporters, the latest first.
#[derive(Debug, Clone, Serialize)]
pub struct WallShown {
    pub names: Vec<NameShown>,
    /// The page with the names behind these.
    pub more_url: Option<String>,
    /// The page with the first names, from a later one.
    pub first_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct NameShown {
    pub name: String,
    /// Only where the donor asked for it.
    pub amount_text: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Share {
    pub url: String,
    pub mail_url: String,
    pub links: Vec<ShareLink>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ShareLink {
    pub name: String,
    pub url: String,
}
