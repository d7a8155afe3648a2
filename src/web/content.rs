//! The publication: articles, appeals and campaigns as their files are now, with every page rendered.

mod appeal;
mod cards;
mod comments;
mod in_languages;
mod shown;
pub(super) mod stories;
mod told;

use self::appeal::Standing;
use self::cards::Cards;
pub(super) use self::cards::KeptPicture;
use self::comments::ByArticle;
pub(super) use self::in_languages::InLanguages;
use self::in_languages::Leaf;
use self::shown::ShownTexts;
pub(super) use self::shown::{Face, Test};
use super::drawn::Drawn;
use super::page_cache::CachedPage;
use super::public::discovery::Discovery;
use crate::content::draft::{Draft, Kind};
use crate::content::{self, ContentErrors, Library, markdown, paragraphs};
use crate::domain::article::{Article, ArticleDate, CampaignFile, TierFile};
use crate::domain::campaign::Campaign;
use crate::domain::comment::Discussion;
use crate::domain::ids::{CampaignId, TierId};
use crate::domain::money::{Currency, Money};
use crate::domain::old_address::OldAddress;
use crate::domain::pledge::Frequency;
use crate::domain::tier::{Benefit, FairValue, Offer, Price, Tier};
use crate::render::card;
use crate::render::discovery::Entry;
use crate::render::pages::{ArticleBody, ArticlePage, ArticlesPage, Teaser};
use crate::render::{PageMeta, Picture, RenderError, Templates};
use crate::store::comments::Shown;
use crate::usecases::pages::{self, Version};
use crate::usecases::patrons::tiers;
use crate::usecases::{Context, UseCaseError, appeals, campaigns, comments as readers};
use crate::words::Language;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
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
    /// Where articles were read before, and where they are read now.
    pub(super) moved: HashMap<OldAddress, String>,
    /// What readers may say about which article, and where that is, by slug.
    pub(super) discussions: HashMap<String, (Discussion, String)>,
    /// What the pages of campaigns say besides numbers and names, by slug.
    pub(super) campaigns: HashMap<String, stories::Story>,
    pub(super) discovery: Option<Discovery>,
    /// What readers say about which article, for programs, by slug.
    pub(super) comment_feeds: HashMap<String, CachedPage>,
    pub(super) cards: Cards,
    /// The campaign that `/donate` shows when none is named: that of the landing article's appeal.
    pub(super) default_campaign: Option<String>,
    /// The amounts that appeals suggest themselves, by their names.
    pub(super) appeal_amounts: HashMap<String, Vec<Money>>,
    /// Whether the day alone changes which appeals are shown.
    by_the_day: bool,
}

/// The publication as its files, and the campaigns in the database, are now.
pub struct Publication {
    folder: PathBuf,
    pages: RwLock<Arc<Pages>>,
    seen: RwLock<Seen>,
    /// How often the texts of tests were shown since that was last written down.
    shown_texts: ShownTexts,
    /// Pages of campaigns, as they were last drawn.
    pub(super) drawn: Drawn,
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
    /// The day, where articles are closed or appeals chosen by it.
    day: Option<NaiveDate>,
}

impl Publication {
    /// Reads the folder, writes its campaigns to the database, renders every page.
    pub async fn open(folder: &Path, ctx: &Context, templates: &Templates) -> Result<Self, ContentFault> {
        let publication = Self {
            folder: folder.to_owned(),
            pages: RwLock::default(),
            seen: RwLock::default(),
            shown_texts: ShownTexts::default(),
            drawn: Drawn::default(),
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
        let today = ctx.day_of(ctx.now());
        let day = self.day(ctx, today);
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
            Seen { files: now, version, gateways, settings, day: self.day(ctx, today) };
        loaded.map(|_| true)
    }

    /// The day, if it changes the pages by itself.
    fn day(&self, ctx: &Context, today: NaiveDate) -> Option<NaiveDate> {
        (comments::close_by_the_day(ctx) || self.pages().by_the_day).then_some(today)
    }

    /// How often the texts of tests were shown.
    pub(super) fn shown_texts(&self) -> &ShownTexts {
        &self.shown_texts
    }

    /// Writes down how often the texts of tests were shown since the last time. Without the database the counts are kept
    /// until it is back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn write_counts(&self, ctx: &Context) -> Result<(), UseCaseError> {
        let counts = self.shown_texts.take();
        let written = appeals::count(ctx, counts.clone()).await;
        written.inspect_err(|_away| self.shown_texts.put_back(counts))
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
            let (ctx, renderer) = (ctx.clone(), templates.clone());
            blocking(move || {
                let standing = Standing::of(&library, &ctx);
                render_all(Material { library, standing, campaigns, comments, ctx }, &renderer)
            })
        };
        let (version, mut fresh) = match source {
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
        fresh.cards.take_over(&self.pages().cards);
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
            appeal::amounts_of(&library, &ctx)?;
            if !is_article {
                return Ok(None);
            }
            let slug = draft.slug.as_str();
            let standing = Standing::of(&library, &ctx);
            let material = Material { library, standing, campaigns, comments: ByArticle::new(), ctx };
            material.article((slug, Face::First), &format!("/articles/{slug}"), &templates).map(Some)
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
        thanks: file.thanks.clone(),
        rates: stories::rates(&name, &file.rates, goal)?,
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
    let material = Arc::new(material);
    let library = &material.library;
    let mut pages = Pages {
        appeal_amounts: appeal::amounts_of(library, &material.ctx)?,
        by_the_day: library.goes_by_the_day(),
        ..Pages::default()
    };
    let draw = |what: Leaf| InLanguages::new(Arc::clone(&material), what, templates);
    for article in library.published() {
        let slug = article.slug.to_string();
        if let Some(discussion) = comments::discussion(article, material.ctx.policy.comments) {
            pages.discussions.insert(slug.clone(), (discussion, place_of(article)));
        }
        pages.moved.extend(article.was.iter().map(|old| (old.clone(), place_of(article))));
        if article.landing {
            pages.landing = Some(draw(Leaf::Landing(slug.clone()))?);
            pages.default_campaign = material.standing.campaign(article).map(ToString::to_string);
        }
        pages.articles.insert(slug.clone(), draw(Leaf::Article(slug))?);
    }
    if pages.default_campaign.is_none() {
        pages.default_campaign = material.campaigns.first().map(|campaign| campaign.slug.to_string());
    }
    pages.list = Some(draw(Leaf::List)?);
    let (said, by_article) = comments::feeds(&material, templates);
    pages.comment_feeds = by_article;
    pages.campaigns = stories::by_campaign(library, &material.ctx.policy.public_url);
    pages.discovery = Some(material.discovery(templates, said));
    pages.cards = Cards::of(library.published(), templates.site());
    Ok(pages)
}

/// What pages are drawn from.
struct Material {
    library: Arc<Library>,
    standing: Standing,
    campaigns: Vec<Campaign>,
    comments: ByArticle,
    ctx: Context,
}

impl Material {
    fn draw(&self, what: &Leaf, face: Face, templates: &Templates) -> Result<CachedPage, ContentFault> {
        let html = match what {
            Leaf::Landing(slug) => self.article((slug.as_str(), face), "/", templates)?,
            Leaf::Article(slug) => {
                self.article((slug.as_str(), face), &format!("/articles/{slug}"), templates)?
            }
            Leaf::List => self.list(templates)?,
        };
        Ok(CachedPage::new(html, "text/html; charset=utf-8"))
    }

    fn article(
        &self,
        (slug, face): (&str, Face),
        path: &str,
        templates: &Templates,
    ) -> Result<String, ContentFault> {
        let library = &self.library;
        let language = templates.language();
        let mut published = library.published();
        let Some(article) = published.find(|article| article.slug.as_str() == slug) else {
            return Ok(String::new());
        };
        let appeals = appeal::boxes(self, article, face, language)?;
        let others = library.published().filter(|other| other.slug != article.slug);
        let more = others.take(4).map(|other| teaser(other, language)).collect();
        let comments = comments::below(article, self, language);
        let picture = self.picture_of(article, templates);
        let said = comments.as_ref().map(|comments| comments.count);
        let structured_html = self.structured(article, templates, (&picture, said));
        let body = ArticlePage {
            article: article_body(article, appeals.cut_after, language),
            bar: appeals.bar,
            inside: appeals.inside,
            appeal: appeals.end,
            comments,
            more,
            structured_html,
        };
        let meta = article_meta(article, path, self.url_of(article), picture);
        Ok(templates.page("public/article.html", &meta, &body)?)
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

    fn list(&self, templates: &Templates) -> Result<String, ContentFault> {
        let language = templates.language();
        let meta = PageMeta {
            title: language.text("articles-title", &[]),
            canonical: Some(format!("{}/articles", self.ctx.policy.public_url)),
            path: "/articles".into(),
            picture: Some(card::site_picture(templates.site())),
            in_languages: true,
            ..PageMeta::default()
        };
        let articles = self.library.published().map(|article| teaser(article, language)).collect();
        Ok(templates.page("public/articles.html", &meta, ArticlesPage { articles })?)
    }
}

/// The path at which an article is read.
pub(super) fn place_of(article: &Article) -> String {
    if article.landing { "/".to_owned() } else { format!("/articles/{}", article.slug) }
}

fn described(article: &Article) -> String {
    markdown::excerpt(article.standfirst.as_deref().unwrap_or(&article.body), DESCRIPTION_CHARACTERS)
}

fn article_meta(article: &Article, path: &str, canonical: String, picture: Picture) -> PageMeta {
    PageMeta {
        title: article.headline(),
        description: Some(described(article)),
        canonical: Some(canonical),
        path: path.to_owned(),
        picture: Some(picture),
        ..PageMeta::default()
    }
}

/// `cut_after` is the paragraph after which an appeal stands.
fn article_body(article: &Article, cut_after: Option<u32>, language: &Language) -> ArticleBody {
    let whole = markdown::to_html(&article.body).html;
    let cut = cut_after.and_then(|number| paragraphs::cut_after(&whole, number));
    let (html, rest_html) = match cut {
        Some((before, after)) => (before.to_owned(), after.to_owned()),
        None => (whole, String::new()),
    };
    ArticleBody {
        slug: article.slug.to_string(),
        title: article.title.clone(),
        kicker: article.kicker.clone(),
        standfirst_html: article.standfirst.as_deref().map(|text| markdown::to_html(text).html),
        date_text: article.date.as_ref().map(|date| day_text(date, language)),
        date_iso: article.date.as_ref().map(ArticleDate::iso),
        authors: article.authors.clone(),
        html,
        rest_html,
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
