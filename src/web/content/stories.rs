//! Campaigns beyond their numbers: what their files say for their pages.

use super::ContentFault;
use crate::content::{Library, markdown};
use crate::domain::article::{CampaignFile, CampaignUpdate, RateLine};
use crate::domain::campaign::ExchangeRate;
use crate::domain::money::{Currency, Money};
use chrono::NaiveDate;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// Letters of what tells news of one day apart.
const HEADING_LETTERS: usize = 8;

/// What the page of a campaign says besides numbers and names.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Story {
    /// Its text.
    pub(in crate::web) html: String,
    /// What happened since, the latest first.
    pub(in crate::web) updates: Vec<Update>,
    /// Where else it may be told of: names and addresses.
    pub(in crate::web) share: Vec<(String, String)>,
}

/// News of a campaign.
#[derive(Debug, Clone)]
pub(in crate::web) struct Update {
    /// Names it on the page.
    pub(in crate::web) id: String,
    pub(in crate::web) day: NaiveDate,
    pub(in crate::web) title: String,
    pub(in crate::web) html: String,
}

/// By the names of the campaigns.
pub(super) fn by_campaign(library: &Library, public_url: &str) -> HashMap<String, Story> {
    library.campaigns.values().map(|file| (file.slug.to_string(), story(file, public_url))).collect()
}

fn story(file: &CampaignFile, public_url: &str) -> Story {
    let url = format!("{public_url}/campaigns/{}", file.slug);
    let updates = file.updates.iter().zip(news_ids(&file.updates)).map(|(update, id)| Update {
        id,
        day: update.day,
        title: update.title.clone(),
        html: markdown::to_html(&update.body).html,
    });
    let share = |(name, address): (&String, &String)| {
        let address = address.replace("{url}", &encoded(&url)).replace("{title}", &encoded(&file.title));
        (name.trim().to_owned(), address)
    };
    Story {
        html: markdown::to_html(&file.body).html,
        updates: updates.collect(),
        share: file.share.iter().map(share).collect(),
    }
}

/// What names each of the news on their page: its day and its heading, so that those which are written later leave it as it is.
pub(super) fn news_ids(updates: &[CampaignUpdate]) -> Vec<String> {
    let mut known: HashMap<String, u32> = HashMap::new();
    let id = |update: &CampaignUpdate| {
        let heading = hex::encode(Sha256::digest(update.title.as_bytes()));
        let heading: String = heading.chars().take(HEADING_LETTERS).collect();
        let name = format!("update-{}-{heading}", update.day);
        let times = known.entry(name.clone()).or_default();
        *times += 1;
        if *times == 1 { name } else { format!("{name}-{times}") }
    };
    updates.iter().map(id).collect()
}

/// The address that opens a letter about a page.
pub(in crate::web) fn mail_link(title: &str, url: &str) -> String {
    format!("mailto:?subject={}&body={}", encoded(title), encoded(&format!("{title}\n{url}\n")))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// What other currencies are worth in that of the goal.
pub(super) fn rates(
    file: &str,
    lines: &[RateLine],
    goal: Option<Money>,
) -> Result<Vec<ExchangeRate>, ContentFault> {
    lines.iter().map(|line| rate(file, line, goal)).collect()
}

fn rate(file: &str, line: &RateLine, goal: Option<Money>) -> Result<ExchangeRate, ContentFault> {
    let fault = |why: String| ContentFault::Amount {
        file: file.to_owned(),
        why: format!("the rate of {}: {why}", line.currency),
    };
    let currency = Currency::parse(&line.currency).map_err(|error| fault(error.to_string()))?;
    if goal.is_some_and(|goal| goal.currency() == currency) {
        return Err(fault("this is the currency of the goal; remove the rate".to_owned()));
    }
    ExchangeRate::parse(currency, &line.rate, line.day, &line.source)
        .map_err(|error| fault(error.to_string()))
}
