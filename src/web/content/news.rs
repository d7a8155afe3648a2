//! News of campaigns, as programs follow them.

use super::{Material, stories};
use crate::content::markdown;
use crate::domain::article::{ArticleDate, CampaignFile};
use crate::render::Templates;
use crate::render::discovery::{self, Channel, Entry};
use crate::web::page_cache::CachedPage;
use chrono::Datelike as _;
use std::collections::HashMap;

/// Characters of an entry's summary.
const SUMMARY_CHARACTERS: usize = 280;

/// The news of a campaign in every form in which they can be followed.
pub(in crate::web) struct NewsFeeds {
    pub(in crate::web) atom: CachedPage,
    pub(in crate::web) rss: CachedPage,
    pub(in crate::web) json_feed: CachedPage,
}

/// By the names of the campaigns; those without a file have no news.
pub(super) fn by_campaign(material: &Material, templates: &Templates) -> HashMap<String, NewsFeeds> {
    let files = material.library.campaigns.values();
    files.map(|file| (file.slug.to_string(), feeds(file, material, templates))).collect()
}

fn feeds(file: &CampaignFile, material: &Material, templates: &Templates) -> NewsFeeds {
    let url = material.ctx.policy.public_url.as_str();
    let path = format!("/campaigns/{}", file.slug);
    let language = templates.words().default_language();
    let news = file.updates.iter().zip(stories::news_ids(&file.updates)).map(|(update, id)| {
        let entry = Entry {
            url: format!("{url}{path}#{id}"),
            title: update.title.clone(),
            summary: markdown::excerpt(&update.body, SUMMARY_CHARACTERS),
            language: language.tag().to_owned(),
            authors: vec![templates.site().name.clone()],
            date: ArticleDate {
                year: update.day.year(),
                month: Some(update.day.month()),
                day: Some(update.day.day()),
            },
        };
        let html = discovery::absolute(&markdown::to_html(&update.body).html, url, &format!("{url}{path}"));
        (entry, html)
    });
    let entries: Vec<(Entry, String)> = news.take(discovery::ENTRIES_MAX).collect();
    let name = language.text("campaign-feed", &[("title", file.title.clone().into())]);
    let channel = Channel { name: &name, url, path: &path, language: language.tag(), entries: &entries };
    NewsFeeds {
        atom: CachedPage::new(discovery::atom(&channel), "application/atom+xml; charset=utf-8"),
        rss: CachedPage::new(discovery::rss(&channel), "application/rss+xml; charset=utf-8"),
        json_feed: CachedPage::new(discovery::json_feed(&channel), "application/feed+json"),
    }
}
