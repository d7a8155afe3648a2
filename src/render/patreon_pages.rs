//! Values of the office’s page about Patreon.

use super::account_pages::Faults;
use super::figure_pages::FigureSection;
use serde::Serialize;

/// How Patreon stands. No field holds a secret.
#[derive(Debug, Clone, Serialize)]
pub struct PatreonPage {
    /// Last letters of what names the app; none: it is off.
    pub client_mark: Option<String>,
    pub is_configured: bool,
    pub account: Option<PatreonAccountShown>,
    pub counts: Vec<MembersShown>,
    /// By month and currency; none if nothing was.
    pub paid_out: Option<FigureSection>,
    pub levels: Vec<LevelShown>,
    /// Our own levels: id and name.
    pub tiers: Vec<(String, String)>,
    pub webhook_text: Option<String>,
    pub webhook_url: String,
    pub return_url: String,
    pub keeps_tokens: bool,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct PatreonAccountShown {
    pub title: String,
    pub campaign: String,
    pub currency: &'static str,
    pub connected_text: String,
    /// The last round through all members that came to its end.
    pub synced_text: Option<String>,
    /// Whether Patreon tells this site what happens.
    pub has_webhook: bool,
    pub trouble: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MembersShown {
    pub state: &'static str,
    pub count: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct LevelShown {
    pub remote: String,
    pub title: String,
    pub price: String,
    /// Id of ours; empty: none.
    pub like: String,
}
