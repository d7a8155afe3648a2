//! Every page of the publication, and how they come to be: all at once from the files, and those anew of which something else is
//! said.

use super::appeal::{self, Standing};
use super::article_page::described;
use super::cards::Cards;
use super::comments;
use super::in_languages::Leaf;
use super::index::Index;
use super::news::{self, NewsFeeds};
use super::{ContentFault, Face, InLanguages, shelves, stories};
use crate::content::Library;
use crate::domain::article::{Article, Slug};
use crate::domain::campaign::Campaign;
use crate::domain::comment::Discussion;
use crate::domain::money::Money;
use crate::domain::old_address::OldAddress;
use crate::domain::picture::Gallery;
use crate::pictures::Wanted;
use crate::render::Templates;
use crate::render::discovery::Entry;
use crate::store::discussions::ByArticle;
use crate::usecases::Context;
use crate::web::page_cache::CachedPage;
use crate::web::public::discovery::Discovery;
use std::collections::HashMap;
use std::sync::Arc;

/// Pages ready to be served.
#[derive(Default, Clone)]
pub(in crate::web) struct Pages {
    pub(in crate::web) landing: Option<Arc<InLanguages>>,
    pub(in crate::web) articles: HashMap<String, Arc<InLanguages>>,
    /// What readers say below all articles, for programs.
    pub(in crate::web) comments: Option<CachedPage>,
    /// What they say about which article, by slug.
    pub(in crate::web) comment_feeds: HashMap<String, CachedPage>,
    /// What does not change with that.
    pub(in crate::web) around: Arc<Around>,
    /// Of which pictures there should be smaller ones.
    pub(super) pictured: Arc<Wanted>,
    /// What they are drawn from; none before the first is.
    pub(super) material: Option<Arc<Material>>,
}

/// What is served beside the articles, and found by what stands in their files.
#[derive(Default)]
pub(in crate::web) struct Around {
    /// Lists of articles, page by page, by their paths.
    pub(in crate::web) shelves: HashMap<String, Vec<Arc<InLanguages>>>,
    /// Where articles were read before, and where they are read now.
    pub(in crate::web) moved: HashMap<OldAddress, String>,
    /// What readers may say about which article, and where that is, by slug.
    pub(in crate::web) discussions: HashMap<String, (Discussion, String)>,
    /// What the pages of campaigns say besides numbers and names, by slug.
    pub(in crate::web) campaigns: HashMap<String, stories::Story>,
    /// Their news, for programs, by slug.
    pub(in crate::web) news: HashMap<String, NewsFeeds>,
    pub(in crate::web) discovery: Option<Discovery>,
    pub(in crate::web) cards: Cards,
    /// The campaign that `/donate` shows when none is named: that of the landing article's appeal.
    pub(in crate::web) default_campaign: Option<String>,
    /// The amounts that appeals suggest themselves, by their names.
    pub(in crate::web) appeal_amounts: HashMap<String, Vec<Money>>,
    /// Whether the day alone changes which appeals are shown.
    pub(super) by_the_day: bool,
}

impl Pages {
    /// Every page anew. Pictures of pages that still say what they said in `before` are not.
    pub(super) fn all(
        (material, pictured): (Material, Arc<Wanted>),
        before: &Self,
        templates: &Templates,
    ) -> Result<Self, ContentFault> {
        let around = Around::of(&material, &before.around.cards, templates)?;
        let mut pages = Self { around: Arc::new(around), pictured, ..Self::default() };
        pages.draw(material.library.published(), &material, templates)?;
        pages.comments = Some(comments::feed_of_all(&material, templates));
        pages.material = Some(Arc::new(material));
        Ok(pages)
    }

    /// The same pages with what is said now; anew are those of articles below which something else is.
    pub(super) fn with_said(&self, said: ByArticle, templates: &Templates) -> Result<Self, ContentFault> {
        let mut pages = self.clone();
        let Some(before) = self.material.as_deref().filter(|before| before.comments != said) else {
            return Ok(pages);
        };
        let material = Material { comments: said, ..before.clone() };
        let changed = before.library.published().filter(|article| !before.has_said(article, &material));
        pages.draw(changed, &material, templates)?;
        pages.comments = Some(comments::feed_of_all(&material, templates));
        pages.material = Some(Arc::new(material));
        Ok(pages)
    }

    /// Draws articles, and what programs read of the comments on them.
    fn draw<'a>(
        &mut self,
        articles: impl Iterator<Item = &'a Article>,
        material: &Material,
        templates: &Templates,
    ) -> Result<(), ContentFault> {
        let mut wanted = Vec::new();
        for article in articles {
            let slug = article.slug.to_string();
            if let Some(feed) = comments::feed_of(article, material, templates) {
                self.comment_feeds.insert(slug.clone(), feed);
            }
            wanted.extend(article.landing.then(|| Leaf::Landing(slug.clone())));
            wanted.push(Leaf::Article(slug));
        }
        for page in InLanguages::all(material, wanted, templates)?.into_iter().map(Arc::new) {
            match page.leaf() {
                Leaf::Landing(_) => self.landing = Some(page),
                Leaf::Article(slug) => drop(self.articles.insert(slug.clone(), Arc::clone(&page))),
                Leaf::Shelf(..) => {}
            }
        }
        Ok(())
    }

    /// A page with one of its faces, in the language of the templates.
    pub(in crate::web) fn drawn<'a>(
        &'a self,
        page: &'a InLanguages,
        face: Face,
        templates: &Templates,
    ) -> &'a CachedPage {
        page.page(face, templates, self.material.as_deref())
    }

    /// What they say below each article.
    pub(super) fn said(&self) -> ByArticle {
        self.material.as_deref().map(|material| material.comments.clone()).unwrap_or_default()
    }

    /// Whether they were drawn with these campaigns. Files name none, so ids of campaigns say nothing.
    pub(super) fn have_campaigns(&self, campaigns: &[Campaign]) -> bool {
        let same =
            |(ours, theirs): (&Campaign, &Campaign)| *ours == Campaign { id: ours.id, ..theirs.clone() };
        self.material.as_deref().is_some_and(|before| {
            before.campaigns.len() == campaigns.len() && before.campaigns.iter().zip(campaigns).all(same)
        })
    }
}

impl Around {
    fn of(material: &Material, drawn: &Cards, templates: &Templates) -> Result<Self, ContentFault> {
        let library = &material.library;
        let shelves = shelves::drawn(&material.index, |shelf| {
            InLanguages::new(material, shelf, templates).map(Arc::new)
        })?;
        let mut around = Self {
            shelves,
            campaigns: stories::by_campaign(library, &material.ctx.policy.public_url),
            news: news::by_campaign(material, templates),
            discovery: Some(material.discovery(templates)),
            cards: Cards::of(library.published(), templates.site()),
            appeal_amounts: appeal::amounts_of(library, &material.ctx)?,
            by_the_day: library.goes_by_the_day(),
            ..Self::default()
        };
        around.cards.take_over(drawn);
        for article in library.published() {
            let place = place_of(article);
            if let Some(discussion) = comments::discussion(article, material.ctx.policy.comments) {
                around.discussions.insert(article.slug.to_string(), (discussion, place.clone()));
            }
            around.moved.extend(article.was.iter().map(|old| (old.clone(), place.clone())));
        }
        let landing = library.published().find(|article| article.landing);
        let of_landing = landing.and_then(|article| material.standing.campaign(article)).map(Slug::to_string);
        let first = || material.campaigns.first().map(|campaign| campaign.slug.to_string());
        around.default_campaign = of_landing.or_else(first);
        Ok(around)
    }
}

/// What pages are drawn from.
#[derive(Clone)]
pub(super) struct Material {
    pub(super) library: Arc<Library>,
    pub(super) index: Arc<Index>,
    pub(super) standing: Arc<Standing>,
    pub(super) campaigns: Vec<Campaign>,
    pub(super) comments: ByArticle,
    pub(super) gallery: Arc<Gallery>,
    pub(super) ctx: Context,
}

impl Material {
    /// With what is found once for a library.
    pub(super) fn of(
        (library, gallery): (Arc<Library>, Arc<Gallery>),
        campaigns: Vec<Campaign>,
        comments: ByArticle,
        ctx: Context,
    ) -> Self {
        let (index, standing) = (Arc::new(Index::of(&library)), Arc::new(Standing::of(&library, &ctx)));
        Self { library, index, standing, campaigns, comments, gallery, ctx }
    }

    pub(super) fn draw(
        &self,
        what: &Leaf,
        face: Face,
        templates: &Templates,
    ) -> Result<CachedPage, ContentFault> {
        let html = match what {
            Leaf::Landing(slug) => self.article((slug.as_str(), face), "/", templates)?,
            Leaf::Article(slug) => {
                self.article((slug.as_str(), face), &format!("/articles/{slug}"), templates)?
            }
            Leaf::Shelf(path, number) => self.shelf_page(path, *number, templates)?,
        };
        Ok(CachedPage::new(html, "text/html; charset=utf-8"))
    }

    /// Whether the same is said below an article as in other material.
    fn has_said(&self, article: &Article, other: &Self) -> bool {
        self.comments.get(&article.slug) == other.comments.get(&article.slug)
    }

    /// The landing article has one canonical address: the front page.
    pub(super) fn url_of(&self, article: &Article) -> String {
        format!("{}{}", self.ctx.policy.public_url, place_of(article))
    }

    /// None for an article without a date.
    pub(super) fn entry(&self, article: &Article) -> Option<Entry> {
        Some(Entry {
            url: self.url_of(article),
            title: article.headline(),
            summary: described(article),
            language: article.language.clone(),
            authors: article.authors.clone(),
            date: article.date?,
        })
    }
}

/// The path at which an article is read.
pub(in crate::web) fn place_of(article: &Article) -> String {
    if article.landing { "/".to_owned() } else { format!("/articles/{}", article.slug) }
}
