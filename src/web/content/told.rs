//! What programs are told: the feeds and the map, and in the head of an article its picture, what it is, and where it stands.

use super::{Material, cards};
use crate::content::markdown;
use crate::domain::article::Article;
use crate::render::discovery::{self, About, Channel, Entry, Place};
use crate::render::{Picture, Templates};
use crate::web::page_cache::CachedPage;
use crate::web::public::discovery::Discovery;

impl Material {
    /// What programs read: feeds in the language of the site, and the map.
    pub(super) fn discovery(&self, templates: &Templates) -> Discovery {
        let url = self.ctx.policy.public_url.as_str();
        let whole = |article: &Article| {
            discovery::absolute(&markdown::to_html(&article.body).html, url, &self.url_of(article))
        };
        let dated =
            self.library.published().filter_map(|article| Some((self.entry(article)?, whole(article))));
        let entries: Vec<(Entry, String)> = dated.take(discovery::ENTRIES_MAX).collect();
        let site = templates.site();
        let language = templates.words().default_language().tag();
        let channel = Channel { name: &site.name, url, path: "", language, entries: &entries };
        let languages: Vec<String> =
            templates.words().offered().iter().map(|language| language.tag().to_owned()).collect();
        let page =
            |path: &str| Place { url: format!("{url}{path}"), date: None, languages: languages.clone() };
        let campaigns = self.campaigns.iter().map(|campaign| page(&format!("/campaigns/{}", campaign.slug)));
        let articles = self.library.published().filter(|article| !article.landing).map(|article| Place {
            url: self.url_of(article),
            date: article.date,
            languages: Vec::new(),
        });
        let lists = self.index.shelves().map(|(path, _shelf)| page(path));
        let places: Vec<Place> = ["/", "/donate", "/patrons"]
            .map(&page)
            .into_iter()
            .chain(lists)
            .chain(campaigns)
            .chain(articles)
            .collect();
        Discovery {
            atom: CachedPage::new(discovery::atom(&channel), "application/atom+xml; charset=utf-8"),
            rss: CachedPage::new(discovery::rss(&channel), "application/rss+xml; charset=utf-8"),
            json_feed: CachedPage::new(discovery::json_feed(&channel), "application/feed+json"),
            sitemap: CachedPage::new(discovery::sitemap(&places), "application/xml; charset=utf-8"),
            robots: CachedPage::new(discovery::robots(url), "text/plain; charset=utf-8"),
        }
    }

    /// What other places show beside a link to an article.
    pub(super) fn picture_of(&self, article: &Article, templates: &Templates) -> Picture {
        let address = format!("{}/articles/{}/card.png", self.ctx.policy.public_url, article.slug);
        cards::card_of(article, templates.site()).picture(&address)
    }

    /// What is told of an article with a date, with the number of comments if it has any, and where an article stands that
    /// is not the front page.
    pub(super) fn structured(
        &self,
        article: &Article,
        templates: &Templates,
        (picture, comments): (&Picture, Option<usize>),
    ) -> String {
        let (url, name) = (&self.ctx.policy.public_url, &templates.site().name);
        let donate =
            self.standing.campaign(article).map(|_campaign| format!("{url}/donate?from={}", article.slug));
        let about = About { picture_url: &picture.url, comments, donate_url: donate.as_deref() };
        let channel = Channel { name, url, path: "", language: &article.language, entries: &[] };
        let entry = self.entry(article);
        let told = entry.map(|entry| discovery::structured_html(&channel, &entry, &about));
        let (front, list, own) = (format!("{url}/"), format!("{url}/articles"), self.url_of(article));
        let (articles, headline) = (templates.language().text("articles-title", &[]), article.headline());
        let trail = [
            (name.as_str(), front.as_str()),
            (articles.as_str(), list.as_str()),
            (headline.as_str(), own.as_str()),
        ];
        let stands = (!article.landing).then(|| discovery::trail_html(&trail));
        [told, stands].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}
