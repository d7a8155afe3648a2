//! The publication: articles, appeals and campaigns as their files are now, with every page rendered.

mod appeal;
mod comments;

use self::comments::ByArticle;
use super::page_cache::CachedPage;
use super::public::discovery::Discovery;
use crate::content::draft::{Draft, Kind};
use crate::content::{self, ContentErrors, Library, markdown};
use crate::domain::article::{Article, ArticleDate, CampaignFile, TierFile};
use crate::domain::campaign::Campaign;
use crate::domain::comment::Discussion;
use crate::domain::ids::{CampaignId, TierId};
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Frequency;
use crate::domain::tier::{Benefit, FairValue, Offer, Price, Tier};
use crate::render::discovery::{self, Channel, Entry, Place};
use crate::render::pages::{ArticleBody, ArticlePage, ArticlesPage, Teaser};
use crate::render::{PageMeta, RenderError, Templates};
use crate::store::comments::Shown;
use crate::usecases::pages::{self, Version};
use crate::usecases::patrons::tiers;
use crate::usecases::{Context, UseCaseError, campaigns, comments as readers};
use crate::words::Language;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use tokio::sync::{Mutex, MutexGuard};

/// Longest description for search engines, in characters.
const DESCRIPTION_CHARACTERS: usize = 180;

/// Why the content could not be brought on.
#[derive(Debug, thiserror::Error)]
pub enum ContentFault {
    /// A file is wrong.
    #[error("{0}")]
    Files(#[from] ContentErrors),
    /// The folder cannot be read.
    #[error("the content folder {} cannot be read: {source}", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An amount or a currency is wrong.
    #[error("{file}: {why}")]
    Amount {
        /// Which file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// A page does not render.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The campaigns could not be written to the database.
    #[error(transparent)]
    Campaigns(#[from] UseCaseError),
    /// The work was cut off.
    #[error("loading the content was cut off")]
    CutOff,
}

/// Pages ready to be served.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) landing: Option<InLanguages>,
    pub(super) list: Option<InLanguages>,
    pub(super) articles: HashMap<String, InLanguages>,
    /// What readers may say about which article, and where that is, by slug.
    pub(super) discussions: HashMap<String, (Discussion, String)>,
    pub(super) discovery: Option<Discovery>,
    /// The campaign that `/donate` shows when none is named: that of the landing article's appeal.
    pub(super) default_campaign: Option<String>,
}

/// The publication as its files, and the campaigns in the database, are now.
pub struct Publication {
    folder: PathBuf,
    pages: RwLock<Arc<Pages>>,
    seen: RwLock<Seen>,
    /// Whoever writes a file here.
    writing: Mutex<()>,
}

/// What the pages were rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Seen {
    files: u64,
    version: Version,
    /// Which edition of the gateways: appeals name those that are on.
    gateways: u64,
    /// Which edition of the settings.
    settings: i64,
    /// The day, where articles are closed by it.
    day: Option<NaiveDate>,
}

impl Publication {
    /// Reads the folder, writes its campaigns to the database, renders every page.
    pub async fn open(folder: &Path, ctx: &Context, templates: &Templates) -> Result<Self, ContentFault> {
        let publication = Self {
            folder: folder.to_owned(),
            pages: RwLock::default(),
            seen: RwLock::default(),
            writing: Mutex::default(),
        };
        publication.refresh(ctx, templates).await?;
        Ok(publication)
    }

    /// Takes up changed files, and what another process changed in the database. With a mistake in the files, what was
    /// shown before stays.
    ///
    /// Returns whether anything changed.
    pub async fn refresh(&self, ctx: &Context, templates: &Templates) -> Result<bool, ContentFault> {
        let folder = self.folder.clone();
        let now = blocking(move || {
            content::fingerprint(&folder).map_err(|source| ContentFault::Folder { path: folder, source })
        })
        .await?;
        let (gateways, settings) = (ctx.gateways.edition(), ctx.policy.edition);
        let day = comments::day(ctx);
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner).clone();
        let version = match pages::current(ctx).await {
            Ok(version) => version,
            // Who needs the database says that it is away.
            Err(_away) if (now, gateways, settings) == (seen.files, seen.gateways, seen.settings) => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        if (Seen { files: now, version: version.clone(), gateways, settings, day }) == seen {
            return Ok(false);
        }
        // Other currencies are other amounts of the same files.
        let is_same = now == seen.files && settings == seen.settings;
        let source = if is_same { Source::Database } else { Source::Files };
        let loaded = self.load(ctx, templates, source).await;
        let version = match &loaded {
            // A database that was gone is asked again.
            Err(ContentFault::Campaigns(_) | ContentFault::CutOff) => return loaded.map(|_| false),
            Ok(version) => version.clone(),
            // A faulty folder is reported once, not at every look.
            Err(_) => version,
        };
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) =
            Seen { files: now, version, gateways, settings, day };
        loaded.map(|_| true)
    }

    /// Renders every page and returns the version of what they show. Campaigns are those of the files where these
    /// changed, which are written to the database then; else those that another process wrote there.
    async fn load(
        &self,
        ctx: &Context,
        templates: &Templates,
        source: Source,
    ) -> Result<Version, ContentFault> {
        let (folder, inner) = (self.folder.clone(), ctx.clone());
        let (library, own, tiers) = blocking(move || {
            let library = Arc::new(content::load(&folder)?);
            let list = campaigns_of(&library, &inner)?;
            let tiers = tiers_of(&library, &inner)?;
            Ok((library, list, tiers))
        })
        .await?;
        let render = |campaigns: Vec<Campaign>, said: &[Shown]| {
            let (library, comments) = (Arc::clone(&library), comments::by_article(said));
            let material = Material { library, campaigns, comments, ctx: ctx.clone() };
            let renderer = templates.clone();
            blocking(move || render_all(material, &renderer))
        };
        let (version, fresh) = match source {
            // Rendered first: with a mistake in the files nothing is written.
            Source::Files => {
                let said = readers::shown(ctx).await?;
                let fresh = render(own.clone(), &said).await?;
                campaigns::put(ctx, own.clone()).await?;
                let version = tiers::put(ctx, tiers).await?;
                // What was said meanwhile may be of this version already.
                let later = readers::shown(ctx).await?;
                (version, if later == said { fresh } else { render(own, &later).await? })
            }
            Source::Database => {
                let slugs = own.iter().map(|campaign| campaign.slug.to_string()).collect();
                let (version, shown) = pages::shown(ctx, slugs).await?;
                (version, render(shown, &readers::shown(ctx).await?).await?)
            }
        };
        *self.pages.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(version)
    }

    /// Waits until nobody else of this process writes.
    pub(super) async fn alone(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    /// Where the files are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether everything can be shown with one file as somebody means to write it. Of an article its page is
    /// returned, published or not. Nothing is changed.
    pub(super) async fn with(
        &self,
        draft: Draft,
        ctx: &Context,
        templates: &Templates,
    ) -> Result<Option<String>, ContentFault> {
        let (folder, ctx, templates) = (self.folder.clone(), ctx.clone(), templates.clone());
        blocking(move || {
            let mut library = content::load_with(&folder, Some(&draft))?;
            let own = |article: &&mut Article| draft.kind == Kind::Article && article.slug == draft.slug;
            let is_article = library.articles.iter_mut().find(own).map(|own| own.draft = false).is_some();
            let library = Arc::new(library);
            let campaigns = campaigns_of(&library, &ctx)?;
            tiers_of(&library, &ctx)?;
            if !is_article {
                return Ok(None);
            }
            let slug = draft.slug.as_str();
            let material = Material { library, campaigns, comments: ByArticle::new(), ctx };
            material.article(slug, &format!("/articles/{slug}"), &templates).map(Some)
        })
        .await
    }

    pub(super) fn pages(&self) -> Arc<Pages> {
        Arc::clone(&self.pages.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whose campaigns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The files changed: they are written to the database.
    Files,
    /// Another process wrote to the database.
    Database,
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContentFault> + Send + 'static,
) -> Result<T, ContentFault> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(ContentFault::CutOff))
}

fn campaigns_of(library: &Library, ctx: &Context) -> Result<Vec<Campaign>, ContentFault> {
    library.campaigns.values().map(|file| campaign_of(file, ctx)).collect()
}

fn tiers_of(library: &Library, ctx: &Context) -> Result<Vec<Tier>, ContentFault> {
    library.tiers.values().map(|file| tier_of(file, ctx)).collect()
}

fn tier_of(file: &TierFile, ctx: &Context) -> Result<Tier, ContentFault> {
    let name = format!("tiers/{}.md", file.slug);
    let price = |(currency, frequency, amount): &(String, String, String)| {
        let frequency = Frequency::parse(frequency);
        let amount = money(&name, amount, currency)?;
        Ok(frequency.map(|frequency| Price { frequency, amount }))
    };
    let prices: Result<Vec<Option<Price>>, ContentFault> = file.prices.iter().map(price).collect();
    let mut prices: Vec<Price> = prices?.into_iter().flatten().collect();
    prices.sort_by_key(|price| (price.amount.currency().code(), price.frequency));
    let benefit = |(text, value): &(String, Option<(String, String)>)| {
        let value = value.as_ref().map(|(amount, currency)| money(&name, amount, currency)).transpose()?;
        let fair_value = value
            .map(|value| FairValue { minor: value.minor(), currency: value.currency().code().to_owned() });
        Ok(Benefit { text: text.clone(), fair_value })
    };
    Ok(Tier {
        id: ctx.new_id::<TierId>(),
        slug: file.slug.clone(),
        name: file.name.clone(),
        description: file.description.clone(),
        benefits: file.benefits.iter().map(benefit).collect::<Result<_, ContentFault>>()?,
        prices,
        places: file.places,
        position: file.position,
        offer: if file.archived { Offer::Archived } else { Offer::Open },
    })
}

fn campaign_of(file: &CampaignFile, ctx: &Context) -> Result<Campaign, ContentFault> {
    let name = format!("campaigns/{}.md", file.slug);
    let goal = file.goal.as_ref().map(|(amount, currency)| money(&name, amount, currency)).transpose()?;
    Ok(Campaign {
        id: ctx.new_id::<CampaignId>(),
        slug: file.slug.clone(),
        title: file.title.clone(),
        summary: file.summary.clone(),
        goal,
        starts_on: file.starts,
        ends_on: file.ends,
        suggestions: amounts(&name, &file.amounts, ctx)?,
    })
}

fn money(file: &str, amount: &str, currency: &str) -> Result<Money, ContentFault> {
    let fault = |error: crate::domain::money::MoneyError| ContentFault::Amount {
        file: file.to_owned(),
        why: format!("“{amount} {currency}”: {error}"),
    };
    let currency = Currency::parse(currency).map_err(fault)?;
    let money = Money::parse_major(amount, currency).map_err(fault)?;
    Money::positive(money.minor(), currency).map_err(fault)
}

/// Suggested amounts, ascending, in the currencies that the site takes, the default first.
fn amounts(
    file: &str,
    by_code: &BTreeMap<String, Vec<String>>,
    ctx: &Context,
) -> Result<Vec<Money>, ContentFault> {
    let mut all = Vec::new();
    for (code, list) in by_code {
        for amount in list {
            all.push(money(file, amount, code)?);
        }
    }
    all.sort_by_key(|money| money.minor());
    let currencies = &ctx.policy.currencies;
    let in_order =
        currencies.iter().flat_map(|currency| all.iter().filter(|money| money.currency() == *currency));
    Ok(in_order.copied().collect())
}

fn render_all(material: Material, templates: &Templates) -> Result<Pages, ContentFault> {
    let mut pages = Pages::default();
    let material = Arc::new(material);
    let library = &material.library;
    let draw = |what: Drawn| InLanguages::new(Arc::clone(&material), what, templates);
    for article in library.published() {
        let slug = article.slug.to_string();
        if let Some(discussion) = comments::discussion(article, material.ctx.policy.comments) {
            pages.discussions.insert(slug.clone(), (discussion, place_of(article)));
        }
        if article.landing {
            pages.landing = Some(draw(Drawn::Landing(slug.clone()))?);
            pages.default_campaign = library.appeal_of(article).map(|appeal| appeal.campaign.to_string());
        }
        pages.articles.insert(slug.clone(), draw(Drawn::Article(slug))?);
    }
    if pages.default_campaign.is_none() {
        pages.default_campaign = material.campaigns.first().map(|campaign| campaign.slug.to_string());
    }
    pages.list = Some(draw(Drawn::List)?);
    pages.discovery = Some(material.discovery(templates));
    Ok(pages)
}

/// What pages are drawn from.
struct Material {
    library: Arc<Library>,
    campaigns: Vec<Campaign>,
    comments: ByArticle,
    ctx: Context,
}

/// Which page.
enum Drawn {
    Landing(String),
    Article(String),
    List,
}

/// A page in every language of the site: that of the site at once, so that a mistake is known at once, the others
/// when somebody first asks for them.
pub(super) struct InLanguages {
    material: Arc<Material>,
    what: Drawn,
    first: CachedPage,
    others: Vec<(String, OnceLock<Option<CachedPage>>)>,
}

impl InLanguages {
    fn new(material: Arc<Material>, what: Drawn, templates: &Templates) -> Result<Self, ContentFault> {
        let words = templates.words();
        let first = material.draw(&what, &templates.speaking(words.default_language()))?;
        let others = words.offered().iter().filter(|language| *language != words.default_language());
        let others = others.map(|language| (language.tag().to_owned(), OnceLock::new())).collect();
        Ok(Self { material, what, first, others })
    }

    /// The page in the language of the templates.
    pub(super) fn page(&self, templates: &Templates) -> &CachedPage {
        let tag = templates.language().tag();
        let kept = self.others.iter().find(|(other, _)| other == tag).map(|(_, kept)| kept);
        let draw = || {
            let drawn = self.material.draw(&self.what, templates);
            drawn
                .inspect_err(|error| tracing::error!(%error, language = tag, "a page could not be rendered"))
                .ok()
        };
        kept.and_then(|kept| kept.get_or_init(draw).as_ref()).unwrap_or(&self.first)
    }
}

impl Material {
    fn draw(&self, what: &Drawn, templates: &Templates) -> Result<CachedPage, ContentFault> {
        let html = match what {
            Drawn::Landing(slug) => self.article(slug, "/", templates)?,
            Drawn::Article(slug) => self.article(slug, &format!("/articles/{slug}"), templates)?,
            Drawn::List => self.list(templates)?,
        };
        Ok(CachedPage::new(html, "text/html; charset=utf-8"))
    }

    fn article(&self, slug: &str, path: &str, templates: &Templates) -> Result<String, ContentFault> {
        let library = &self.library;
        let language = templates.language();
        let mut published = library.published();
        let Some(article) = published.find(|article| article.slug.as_str() == slug) else {
            return Ok(String::new());
        };
        let appeal = library
            .appeal_of(article)
            .map(|appeal| appeal::appeal_box(appeal, article, self, language))
            .transpose()?;
        let others = library.published().filter(|other| other.slug != article.slug);
        let more = others.take(4).map(|other| teaser(other, language)).collect();
        let structured_html = self.structured(article, templates);
        let comments = comments::below(article, self, language);
        let article_body = article_body(article, language);
        let body = ArticlePage { article: article_body, appeal, comments, more, structured_html };
        let meta = article_meta(article, path, self.url_of(article));
        Ok(templates.page("public/article.html", &meta, &body)?)
    }

    /// What programs read: feeds in the language of the site, and the map.
    fn discovery(&self, templates: &Templates) -> Discovery {
        let url = self.ctx.policy.public_url.as_str();
        let whole = |article: &Article| discovery::absolute(&markdown::to_html(&article.body).html, url);
        let dated =
            self.library.published().filter_map(|article| Some((self.entry(article)?, whole(article))));
        let entries: Vec<(Entry, String)> = dated.take(discovery::ENTRIES_MAX).collect();
        let site = templates.site();
        let language = templates.words().default_language().tag();
        let channel = Channel { name: &site.name, url, language, entries: &entries };
        let languages: Vec<String> =
            templates.words().offered().iter().map(|language| language.tag().to_owned()).collect();
        let page =
            |path: &str| Place { url: format!("{url}{path}"), date: None, languages: languages.clone() };
        let articles = self.library.published().filter(|article| !article.landing).map(|article| Place {
            url: self.url_of(article),
            date: article.date,
            languages: Vec::new(),
        });
        let places: Vec<Place> =
            ["/", "/articles", "/donate", "/patrons"].map(page).into_iter().chain(articles).collect();
        Discovery {
            atom: CachedPage::new(discovery::atom(&channel), "application/atom+xml; charset=utf-8"),
            rss: CachedPage::new(discovery::rss(&channel), "application/rss+xml; charset=utf-8"),
            json_feed: CachedPage::new(discovery::json_feed(&channel), "application/feed+json"),
            sitemap: CachedPage::new(discovery::sitemap(&places), "application/xml; charset=utf-8"),
            robots: CachedPage::new(discovery::robots(url), "text/plain; charset=utf-8"),
        }
    }

    /// The landing article has one canonical address: the front page.
    fn url_of(&self, article: &Article) -> String {
        format!("{}{}", self.ctx.policy.public_url, place_of(article))
    }

    /// None for an article without a date.
    fn entry(&self, article: &Article) -> Option<Entry> {
        Some(Entry {
            url: self.url_of(article),
            title: article.headline(),
            summary: described(article),
            language: article.language.clone(),
            authors: article.authors.clone(),
            date: article.date?,
        })
    }

    /// Empty for an article without a date.
    fn structured(&self, article: &Article, templates: &Templates) -> String {
        let Some(entry) = self.entry(article) else { return String::new() };
        let url = &self.ctx.policy.public_url;
        let donate = self.library.appeal_of(article).map(|_| format!("{url}/donate?from={}", article.slug));
        let channel =
            Channel { name: &templates.site().name, url, language: &article.language, entries: &[] };
        discovery::structured_html(&channel, &entry, donate.as_deref())
    }

    fn list(&self, templates: &Templates) -> Result<String, ContentFault> {
        let language = templates.language();
        let meta = PageMeta {
            title: language.text("articles-title", &[]),
            canonical: Some(format!("{}/articles", self.ctx.policy.public_url)),
            path: "/articles".into(),
            ..PageMeta::default()
        };
        let articles = self.library.published().map(|article| teaser(article, language)).collect();
        Ok(templates.page("public/articles.html", &meta, ArticlesPage { articles })?)
    }
}

/// The path at which an article is read.
fn place_of(article: &Article) -> String {
    if article.landing { "/".to_owned() } else { format!("/articles/{}", article.slug) }
}

fn described(article: &Article) -> String {
    markdown::excerpt(article.standfirst.as_deref().unwrap_or(&article.body), DESCRIPTION_CHARACTERS)
}

fn article_meta(article: &Article, path: &str, canonical: String) -> PageMeta {
    PageMeta {
        title: article.headline(),
        description: Some(described(article)),
        canonical: Some(canonical),
        path: path.to_owned(),
        ..PageMeta::default()
    }
}

fn article_body(article: &Article, language: &Language) -> ArticleBody {
    ArticleBody {
        slug: article.slug.to_string(),
        title: article.title.clone(),
        kicker: article.kicker.clone(),
        standfirst_html: article.standfirst.as_deref().map(|text| markdown::to_html(text).html),
        date_text: article.date.as_ref().map(|date| day_text(date, language)),
        date_iso: article.date.as_ref().map(ArticleDate::iso),
        authors: article.authors.clone(),
        html: markdown::to_html(&article.body).html,
        language: article.language.clone(),
    }
}

fn teaser(article: &Article, language: &Language) -> Teaser {
    Teaser {
        title: article.title.clone(),
        kicker: article.kicker.clone(),
        url: place_of(article),
        date_text: article.date.as_ref().map(|date| day_text(date, language)),
        date_iso: article.date.as_ref().map(ArticleDate::iso),
        standfirst: article.standfirst.as_deref().map(|text| markdown::excerpt(text, 280)),
    }
}

/// A year, a month, or a day.
fn day_text(date: &ArticleDate, language: &Language) -> String {
    let iso = date.iso();
    let month =
        || iso.split_once('-').and_then(|(year, month)| Some((year.to_owned(), month.parse::<i64>().ok()?)));
    match iso.parse::<chrono::NaiveDate>() {
        Ok(day) => language.date(day),
        Err(_shorter) => match month() {
            Some((year, month)) => {
                language.text("month-year", &[("year", year.into()), ("month", month.into())])
            }
            None => iso,
        },
    }
}
