//! The publication: articles, appeals and campaigns as their files are now, with every page rendered.

mod appeal;
mod article_page;
mod cards;
mod comments;
mod in_languages;
mod index;
mod news;
mod offers;
mod pictures;
mod shelves;
mod shown;
pub(super) mod stories;
mod told;

use self::appeal::Standing;
use self::article_page::described;
use self::cards::Cards;
pub(super) use self::cards::KeptPicture;
use self::comments::ByArticle;
pub(super) use self::in_languages::InLanguages;
use self::in_languages::Leaf;
use self::index::Index;
pub(super) use self::news::NewsFeeds;
use self::offers::{campaigns_of, tiers_of};
pub(super) use self::shown::{Face, Test};
use self::shown::{FormsShown, ShownTexts};
use super::drawn::Drawn;
use super::page_cache::CachedPage;
use super::public::discovery::Discovery;
use crate::content::draft::{Draft, Kind};
use crate::content::{self, ContentErrors, Library};
use crate::domain::article::Article;
use crate::domain::campaign::Campaign;
use crate::domain::comment::Discussion;
use crate::domain::money::Money;
use crate::domain::old_address::OldAddress;
use crate::domain::picture::Gallery;
use crate::domain::tier::Tier;
use crate::pictures::{Keeper, Wanted};
use crate::render::discovery::Entry;
use crate::render::{RenderError, Templates};
use crate::store::comments::Shown;
use crate::usecases::abuse::pace;
use crate::usecases::pages::{self, Version};
use crate::usecases::patrons::tiers;
use crate::usecases::{Context, UseCaseError, appeals, campaigns, comments as readers};
use chrono::{NaiveDate, NaiveDateTime};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Mutex, MutexGuard};

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
    /// Smaller ones of the pictures cannot be kept.
    #[error("the folder for smaller pictures cannot be read or written: {0}")]
    Pictures(std::io::Error),
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
    pub(super) landing: Option<Arc<InLanguages>>,
    /// Lists of articles, page by page, by their paths.
    pub(super) shelves: HashMap<String, Vec<Arc<InLanguages>>>,
    pub(super) articles: HashMap<String, Arc<InLanguages>>,
    /// Where articles were read before, and where they are read now.
    pub(super) moved: HashMap<OldAddress, String>,
    /// What readers may say about which article, and where that is, by slug.
    pub(super) discussions: HashMap<String, (Discussion, String)>,
    /// What the pages of campaigns say besides numbers and names, by slug.
    pub(super) campaigns: HashMap<String, stories::Story>,
    /// Their news, for programs, by slug.
    pub(super) news: HashMap<String, NewsFeeds>,
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
    /// Of which pictures there should be smaller ones.
    pictured: Arc<Wanted>,
    /// What they are drawn from; none before the first is.
    material: Option<Arc<Material>>,
}

impl Pages {
    /// A page with one of its faces, in the language of the templates.
    pub(super) fn drawn<'a>(
        &'a self,
        page: &'a InLanguages,
        face: Face,
        templates: &Templates,
    ) -> &'a CachedPage {
        page.page(face, templates, self.material.as_deref())
    }
}

/// The publication as its files, and the campaigns in the database, are now.
pub struct Publication {
    folder: PathBuf,
    /// Where smaller ones of its pictures are kept.
    keeper: Keeper,
    pages: RwLock<Arc<Pages>>,
    /// How often they were exchanged for others.
    edition: AtomicU64,
    seen: RwLock<Seen>,
    /// How often the texts of tests were shown since that was last written down.
    shown_texts: ShownTexts,
    /// How often the form was shown since that was last written down.
    forms_shown: FormsShown,
    /// Pages of campaigns, as they were last drawn.
    pub(super) drawn: Drawn,
    /// Whoever writes a file here.
    writing: Mutex<()>,
}

/// What the pages were rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Seen {
    files: u64,
    /// What is known of the pictures.
    pictures: u64,
    version: Version,
    /// Which edition of the gateways: appeals name those that are on.
    gateways: u64,
    /// Which edition of the settings.
    settings: i64,
    /// The day, where articles are closed or appeals chosen by it.
    day: Option<NaiveDate>,
    /// The last moment at which articles were due.
    due: Option<NaiveDateTime>,
}

impl Publication {
    /// Reads the folder, writes its campaigns to the database, renders every page.
    pub async fn open(
        (folder, keeper): (&Path, Keeper),
        ctx: &Context,
        templates: &Templates,
    ) -> Result<Self, ContentFault> {
        let publication = Self {
            folder: folder.to_owned(),
            keeper,
            pages: RwLock::default(),
            edition: AtomicU64::default(),
            seen: RwLock::default(),
            shown_texts: ShownTexts::default(),
            forms_shown: FormsShown::default(),
            drawn: Drawn::default(),
            writing: Mutex::default(),
        };
        publication.refresh(ctx, templates).await?;
        Ok(publication)
    }

    /// Takes up changed files, new pictures, and what another process changed in the database. With a mistake in the files, what
    /// was shown before stays.
    ///
    /// Returns whether anything changed.
    pub async fn refresh(&self, ctx: &Context, templates: &Templates) -> Result<bool, ContentFault> {
        let (folder, keeper) = (self.folder.clone(), self.keeper.clone());
        let (now, pictures) = blocking(move || {
            let files = content::fingerprint(&folder);
            let files = files.map_err(|source| ContentFault::Folder { path: folder, source })?;
            Ok((files, keeper.stamp()))
        })
        .await?;
        let (gateways, settings) = (ctx.gateways.edition(), ctx.policy.edition);
        let today = ctx.day_of(ctx.now());
        let day = self.day(ctx, today);
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner).clone();
        let due = self.due(ctx).or(seen.due);
        let version = match pages::current(ctx).await {
            Ok(version) => version,
            // Who needs the database says that it is away.
            Err(_away)
                if (now, gateways, settings, due) == (seen.files, seen.gateways, seen.settings, seen.due) =>
            {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        };
        if (Seen { files: now, pictures, version: version.clone(), gateways, settings, day, due }) == seen {
            return Ok(false);
        }
        let source = if (now, settings, due) != (seen.files, seen.settings, seen.due) {
            // Other currencies are other amounts of the same files, and what waited is read with all others.
            Source::Files
        } else if (gateways, day, pictures) != (seen.gateways, seen.day, seen.pictures) {
            Source::Around
        } else {
            Source::Database
        };
        let loaded = self.load(ctx, templates, source).await;
        let version = match &loaded {
            // A database that was gone is asked again.
            Err(ContentFault::Campaigns(_) | ContentFault::CutOff) => return loaded.map(|_| false),
            Ok(version) => version.clone(),
            // A faulty folder is reported once, not at every look.
            Err(_) => version,
        };
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) =
            Seen { files: now, pictures, version, gateways, settings, day: self.day(ctx, today), due };
        loaded.map(|_| true)
    }

    /// Takes up what another process changed in the database, and articles whose moment has come. It costs one small query
    /// while there is neither: files are looked at only then.
    ///
    /// Returns whether anything changed.
    pub async fn follow(&self, ctx: &Context, templates: &Templates) -> Result<bool, ContentFault> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner).clone();
        let is_due = self.due(ctx).is_some_and(|due| Some(due) != seen.due);
        match pages::current(ctx).await {
            Ok(version) if is_due || version != seen.version => self.refresh(ctx, templates).await,
            // Who needs the database says that it is away.
            Ok(_) | Err(_) => Ok(false),
        }
    }

    /// The day, if it changes the pages by itself.
    fn day(&self, ctx: &Context, today: NaiveDate) -> Option<NaiveDate> {
        (comments::close_by_the_day(ctx) || self.pages().by_the_day).then_some(today)
    }

    /// The moment at which articles that wait are due, once it has come.
    fn due(&self, ctx: &Context) -> Option<NaiveDateTime> {
        let next = self.pages().material.as_deref().and_then(|material| material.library.due);
        next.filter(|due| *due <= ctx.local(ctx.now()))
    }

    /// How often the texts of tests were shown.
    pub(super) fn shown_texts(&self) -> &ShownTexts {
        &self.shown_texts
    }

    /// How often the form was shown.
    pub(super) fn forms_shown(&self) -> &FormsShown {
        &self.forms_shown
    }

    /// Writes down how often the texts of tests, and the form, were shown since the last time. Without the database the counts
    /// are kept until it is back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn write_counts(&self, ctx: &Context) -> Result<(), UseCaseError> {
        let counts = self.shown_texts.take();
        let written = appeals::count(ctx, counts.clone()).await;
        written.inspect_err(|_away| self.shown_texts.put_back(counts))?;
        let forms = self.forms_shown.take();
        let written = pace::count_forms(ctx, forms).await;
        written.inspect_err(|_away| self.forms_shown.add(forms))
    }

    /// Renders every page and returns the version of what they show. Campaigns are those of the files where these
    /// changed, which are written to the database then; else those that another process wrote there.
    async fn load(
        &self,
        ctx: &Context,
        templates: &Templates,
        source: Source,
    ) -> Result<Version, ContentFault> {
        let before = self.pages();
        let Read { library, campaigns: own, tiers, gallery, pictured } =
            self.read(ctx, source, &before).await?;
        // What did not change is not drawn again either.
        let kept = Some(before).filter(|_| source == Source::Database);
        let render = |campaigns: Vec<Campaign>, said: Vec<Shown>| {
            let (library, gallery, kept) = (Arc::clone(&library), Arc::clone(&gallery), kept.clone());
            let (ctx, renderer) = (ctx.clone(), templates.clone());
            blocking(move || {
                let before = kept.as_deref().and_then(|pages| pages.material.as_deref());
                let (standing, index) = match before {
                    Some(before) => (Arc::clone(&before.standing), Arc::clone(&before.index)),
                    None => (Arc::new(Standing::of(&library, &ctx)), Arc::new(Index::of(&library))),
                };
                let comments = comments::by_article(said);
                let material = Material { library, index, standing, campaigns, comments, gallery, ctx };
                render_all(material, kept.as_deref(), &renderer)
            })
        };
        let (version, mut fresh) = match source {
            // Rendered first: with a mistake in the files nothing is written.
            Source::Files => {
                let said = readers::shown(ctx).await?;
                let fresh = render(own.clone(), said.clone()).await?;
                campaigns::put(ctx, own.clone()).await?;
                let version = tiers::put(ctx, tiers).await?;
                // What was said meanwhile may be of this version already.
                let later = readers::shown(ctx).await?;
                (version, if later == said { fresh } else { render(own, later).await? })
            }
            Source::Around | Source::Database => {
                let slugs = own.iter().map(|campaign| campaign.slug.to_string()).collect();
                let (version, shown) = pages::shown(ctx, slugs).await?;
                (version, render(shown, readers::shown(ctx).await?).await?)
            }
        };
        fresh.cards.take_over(&self.pages().cards);
        fresh.pictured = pictured;
        *self.pages.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        self.edition.fetch_add(1, Ordering::Release);
        Ok(version)
    }

    /// Reads what may have changed; the rest is what the pages before are drawn from.
    async fn read(&self, ctx: &Context, source: Source, before: &Pages) -> Result<Read, ContentFault> {
        let (folder, keeper, ctx) = (self.folder.clone(), self.keeper.clone(), ctx.clone());
        let known = before.material.clone().filter(|_| source != Source::Files);
        let pictured = Arc::clone(&before.pictured);
        blocking(move || {
            let (library, pictured) = match &known {
                Some(material) => (Arc::clone(&material.library), pictured),
                None => {
                    let library = for_today(content::load(&folder)?, &ctx);
                    let pictured = Arc::new(library.pictures(&folder));
                    (Arc::new(library), pictured)
                }
            };
            let gallery = match known.filter(|_| source == Source::Database) {
                Some(material) => Arc::clone(&material.gallery),
                None => pictures::known(&keeper),
            };
            let campaigns = campaigns_of(&library, &ctx)?;
            let tiers = tiers_of(&library, &ctx)?;
            Ok(Read { library, campaigns, tiers, gallery, pictured })
        })
        .await
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
        let gallery = self.pages().gallery();
        blocking(move || {
            let mut library = for_today(content::load_with(&folder, Some(&draft))?, &ctx);
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
            let standing = Arc::new(Standing::of(&library, &ctx));
            let index = Arc::new(Index::of(&library));
            let comments = ByArticle::new();
            let material = Material { library, index, standing, campaigns, comments, gallery, ctx };
            material.article((slug, Face::First), &format!("/articles/{slug}"), &templates).map(Some)
        })
        .await
    }

    /// Articles that are kept from the public, and the moments for which they wait, if they do.
    pub(super) fn kept_back(&self) -> HashMap<String, Option<NaiveDateTime>> {
        let pages = self.pages();
        let Some(material) = &pages.material else {
            return HashMap::new();
        };
        let library = &material.library;
        let moment =
            |article: &Article| article.publish.filter(|_moment| library.waiting.contains(&article.slug));
        let drafts = library.articles.iter().filter(|article| article.draft);
        drafts.map(|article| (article.slug.to_string(), moment(article))).collect()
    }

    /// Another number after each exchange of the pages, for whoever keeps something made from them.
    pub(super) fn edition(&self) -> u64 {
        self.edition.load(Ordering::Acquire)
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
    /// The files are the same, and what stands around their texts, or is known of their pictures, is another.
    Around,
    /// Another process wrote to the database, and nothing else changed.
    Database,
}

/// What there is to draw, before the database is asked.
struct Read {
    library: Arc<Library>,
    campaigns: Vec<Campaign>,
    tiers: Vec<Tier>,
    gallery: Arc<Gallery>,
    pictured: Arc<Wanted>,
}

/// The library without what is to appear later.
fn for_today(mut library: Library, ctx: &Context) -> Library {
    library.hold_back(ctx.local(ctx.now()));
    library
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContentFault> + Send + 'static,
) -> Result<T, ContentFault> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(ContentFault::CutOff))
}

/// `before` are the pages of which nothing but comments and campaigns may have changed; an article whose did not keeps its
/// page, so that one comment among many articles is shown at once.
fn render_all(
    material: Material,
    before: Option<&Pages>,
    templates: &Templates,
) -> Result<Pages, ContentFault> {
    let library = &material.library;
    let mut pages = Pages {
        appeal_amounts: appeal::amounts_of(library, &material.ctx)?,
        by_the_day: library.goes_by_the_day(),
        ..Pages::default()
    };
    let unchanged = before.filter(|before| before.has_campaigns(&material.campaigns));
    let mut wanted = Vec::new();
    for article in library.published() {
        let slug = article.slug.to_string();
        if let Some(discussion) = comments::discussion(article, material.ctx.policy.comments) {
            pages.discussions.insert(slug.clone(), (discussion, place_of(article)));
        }
        pages.moved.extend(article.was.iter().map(|old| (old.clone(), place_of(article))));
        let kept = unchanged.filter(|before| before.has_said(article, &material));
        if article.landing {
            pages.landing = kept.and_then(|before| before.landing.clone());
            wanted.extend(pages.landing.is_none().then(|| Leaf::Landing(slug.clone())));
            pages.default_campaign = material.standing.campaign(article).map(ToString::to_string);
        }
        match kept.and_then(|before| before.articles.get(&slug).cloned()) {
            Some(page) => {
                pages.articles.insert(slug, page);
            }
            None => wanted.push(Leaf::Article(slug)),
        }
    }
    for page in InLanguages::all(&material, wanted, templates)?.into_iter().map(Arc::new) {
        match page.leaf() {
            Leaf::Landing(_) => pages.landing = Some(page),
            Leaf::Article(slug) => {
                pages.articles.insert(slug.clone(), Arc::clone(&page));
            }
            Leaf::Shelf(..) => {}
        }
    }
    if pages.default_campaign.is_none() {
        pages.default_campaign = material.campaigns.first().map(|campaign| campaign.slug.to_string());
    }
    pages.shelves = match unchanged {
        Some(before) => before.shelves.clone(),
        None => shelves::drawn(&material.index, |shelf| {
            InLanguages::new(&material, shelf, templates).map(Arc::new)
        })?,
    };
    let (said, by_article) = comments::feeds(&material, unchanged, templates);
    pages.comment_feeds = by_article;
    pages.campaigns = stories::by_campaign(library, &material.ctx.policy.public_url);
    pages.news = news::by_campaign(&material, templates);
    pages.discovery = Some(material.discovery(templates, said));
    pages.cards = Cards::of(library.published(), templates.site());
    pages.material = Some(Arc::new(material));
    Ok(pages)
}

impl Pages {
    /// Whether they were drawn with these campaigns. Files name none, so ids of campaigns say nothing.
    fn has_campaigns(&self, campaigns: &[Campaign]) -> bool {
        let same =
            |(ours, theirs): (&Campaign, &Campaign)| *ours == Campaign { id: ours.id, ..theirs.clone() };
        self.material.as_deref().is_some_and(|before| {
            before.campaigns.len() == campaigns.len() && before.campaigns.iter().zip(campaigns).all(same)
        })
    }

    /// Whether they were drawn with the comments that an article has in this material.
    fn has_said(&self, article: &Article, material: &Material) -> bool {
        let before = self.material.as_deref();
        before
            .is_some_and(|before| before.comments.get(&article.slug) == material.comments.get(&article.slug))
    }
}

/// What pages are drawn from.
struct Material {
    library: Arc<Library>,
    index: Arc<Index>,
    standing: Arc<Standing>,
    campaigns: Vec<Campaign>,
    comments: ByArticle,
    gallery: Arc<Gallery>,
    ctx: Context,
}

impl Material {
    fn draw(&self, what: &Leaf, face: Face, templates: &Templates) -> Result<CachedPage, ContentFault> {
        let html = match what {
            Leaf::Landing(slug) => self.article((slug.as_str(), face), "/", templates)?,
            Leaf::Article(slug) => {
                self.article((slug.as_str(), face), &format!("/articles/{slug}"), templates)?
            }
            Leaf::Shelf(path, number) => self.shelf_page(path, *number, templates)?,
        };
        Ok(CachedPage::new(html, "text/html; charset=utf-8"))
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
}

/// The path at which an article is read.
pub(super) fn place_of(article: &Article) -> String {
    if article.landing { "/".to_owned() } else { format!("/articles/{}", article.slug) }
}
