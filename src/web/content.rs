//! The publication: articles, appeals and campaigns as their files are now, with every page rendered.

mod appeal;
mod article_page;
mod cards;
mod comments;
mod in_languages;
mod index;
mod news;
mod offers;
mod pages;
mod pictures;
mod shelves;
mod shown;
pub(super) mod stories;
mod told;

pub(super) use self::cards::KeptPicture;
pub(super) use self::in_languages::InLanguages;
pub(super) use self::news::NewsFeeds;
use self::offers::{campaigns_of, tiers_of};
use self::pages::Material;
pub(super) use self::pages::{Pages, place_of};
pub(super) use self::shown::{Face, Test};
use self::shown::{FormsShown, ShownTexts};
use super::drawn::Drawn;
use crate::content::draft::{Draft, Kind};
use crate::content::{self, ContentErrors, Library};
use crate::domain::article::Article;
use crate::domain::campaign::Campaign;
use crate::domain::picture::Gallery;
use crate::domain::tier::Tier;
use crate::pictures::{Keeper, Wanted};
use crate::render::{RenderError, Templates};
use crate::store::discussions::ByArticle;
use crate::usecases::abuse::pace;
use crate::usecases::pages::Version;
use crate::usecases::patrons::tiers;
use crate::usecases::{Context, UseCaseError, appeals, campaigns, comments as readers, pages as shown_pages};
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
        let version = match shown_pages::current(ctx).await {
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
        match shown_pages::current(ctx).await {
            Ok(version) if is_due || version != seen.version => self.refresh(ctx, templates).await,
            // Who needs the database says that it is away.
            Ok(_) | Err(_) => Ok(false),
        }
    }

    /// The day, if it changes the pages by itself.
    fn day(&self, ctx: &Context, today: NaiveDate) -> Option<NaiveDate> {
        (comments::close_by_the_day(ctx) || self.pages().around.by_the_day).then_some(today)
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

    /// Renders what changed and returns the version of what the pages show. Campaigns are those of the files where these
    /// changed, which are written to the database then; else those that another process wrote there.
    async fn load(
        &self,
        ctx: &Context,
        templates: &Templates,
        source: Source,
    ) -> Result<Version, ContentFault> {
        let before = self.pages();
        let read = self.read(ctx, source, &before).await?;
        let slugs = read.campaigns.iter().map(|campaign| campaign.slug.to_string()).collect();
        let (version, fresh) = match source {
            // Rendered first: with a mistake in the files nothing is written.
            Source::Files => {
                let (campaigns, tiers) = (read.campaigns.clone(), read.tiers.clone());
                let said = readers::shown(ctx, before.said()).await?;
                let fresh = read.drawn(said, (before, ctx, templates)).await?;
                campaigns::put(ctx, campaigns).await?;
                let version = tiers::put(ctx, tiers).await?;
                // What was said meanwhile may be of this version already.
                let said = readers::shown(ctx, fresh.said()).await?;
                (version, said_anew(Arc::new(fresh), said, templates).await?)
            }
            Source::Around | Source::Database => {
                let (version, campaigns) = shown_pages::shown(ctx, slugs).await?;
                let said = readers::shown(ctx, before.said()).await?;
                let fresh = if source == Source::Database && before.have_campaigns(&campaigns) {
                    said_anew(before, said, templates).await?
                } else {
                    Read { campaigns, ..read }.drawn(said, (before, ctx, templates)).await?
                };
                (version, fresh)
            }
        };
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
            let material = Material::of((library, gallery), campaigns, ByArticle::new(), ctx);
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

impl Read {
    /// Every page, with what is said below the articles.
    async fn drawn(
        self,
        comments: ByArticle,
        (before, ctx, templates): (Arc<Pages>, &Context, &Templates),
    ) -> Result<Pages, ContentFault> {
        let Self { library, campaigns, gallery, pictured, .. } = self;
        let (ctx, templates) = (ctx.clone(), templates.clone());
        blocking(move || {
            let material = Material::of((library, gallery), campaigns, comments, ctx);
            Pages::all((material, pictured), &before, &templates)
        })
        .await
    }
}

/// The same pages, with what is said now.
async fn said_anew(pages: Arc<Pages>, said: ByArticle, templates: &Templates) -> Result<Pages, ContentFault> {
    let templates = templates.clone();
    blocking(move || pages.with_said(said, &templates)).await
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
