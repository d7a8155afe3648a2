//! Owns: the content folder — articles, appeals, campaigns and tiers as files — and Markdown.
//! May import: `domain`, `xml`. Must not: know the store, the web or any other module.
//!
//! `content/articles/<slug>.md`, `content/appeals/<slug>.md` and `content/campaigns/<slug>.md` each begin with
//! front matter (YAML between two `---` lines) and go on in Markdown. `content/media` holds pictures.

mod appeal_file;
pub mod draft;
pub mod error;
pub mod front_matter;
pub mod import;
pub mod markdown;
pub mod paragraphs;
pub mod past;
pub mod pictures;
mod ties;

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use error::{ContentError, ContentErrors, Problem};

use crate::domain::appeal::{self, Position, Verdict};
use crate::domain::article::{Appeal, Article, CampaignFile, Slug, TierFile};
use crate::domain::media::MediaPath;
use crate::domain::old_address::OldAddress;
use chrono::{NaiveDate, NaiveDateTime};
use draft::{Draft, Kind};
use front_matter::Located;

const ARTICLES: &str = "articles";
const APPEALS: &str = "appeals";
const CAMPAIGNS: &str = "campaigns";
const TIERS: &str = "tiers";
const MEDIA: &str = "media";

/// Everything the content folder holds, checked: every name in it leads somewhere, and one article is the landing
/// page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// Newest first, undated last; drafts among them.
    pub articles: Vec<Article>,
    /// By slug.
    pub appeals: BTreeMap<Slug, Appeal>,
    /// By slug.
    pub campaigns: BTreeMap<Slug, CampaignFile>,
    /// By slug.
    pub tiers: BTreeMap<Slug, TierFile>,
    /// When the next of the articles that are held back is due, by the publisher's clocks.
    pub due: Option<NaiveDateTime>,
    /// Those that are held back.
    pub waiting: Vec<Slug>,
}

impl Library {
    /// The article shown at `/`. Always there in a library that [`load`] returned.
    pub fn landing(&self) -> Option<&Article> {
        self.articles.iter().find(|article| article.landing)
    }

    /// The article with this slug, draft or not.
    pub fn article(&self, slug: &str) -> Option<&Article> {
        self.articles.iter().find(|article| article.slug.as_str() == slug)
    }

    /// The articles for the public, newest first.
    pub fn published(&self) -> impl Iterator<Item = &Article> {
        self.articles.iter().filter(|article| !article.draft)
    }

    /// Makes drafts of what is for the public only later than `now`, by the publisher's clocks.
    pub fn hold_back(&mut self, now: NaiveDateTime) {
        for article in self.articles.iter_mut().filter(|article| !article.draft) {
            if let Some(at) = article.publish.filter(|at| *at > now) {
                article.draft = true;
                self.waiting.push(article.slug.clone());
                self.due = Some(self.due.map_or(at, |due| due.min(at)));
            }
        }
    }

    /// The appeal that an article names.
    pub fn appeal_of(&self, article: &Article) -> Option<&Appeal> {
        self.appeals.get(article.appeal.named()?)
    }

    /// What becomes of each appeal on an article on a day of the publisher.
    pub fn verdicts(&self, article: &Article, today: NaiveDate) -> Vec<Verdict<'_>> {
        let paragraphs = LazyCell::new(|| paragraphs::count(&markdown::to_html(&article.body).html));
        appeal::verdicts(self.appeals.values(), (article, &|| *paragraphs), today)
    }

    /// The appeals that stand on an article on a day, from above to below, with where they do.
    pub fn appeals_on(&self, article: &Article, today: NaiveDate) -> Vec<(&Appeal, Position)> {
        let verdicts = self.verdicts(article, today).into_iter();
        let mut all: Vec<_> =
            verdicts.filter_map(|verdict| Some((verdict.appeal, verdict.found.ok()?.0))).collect();
        all.sort_by_key(|(_, position)| position.spot());
        all
    }

    /// The pictures of the content folder that articles show, drafts among them, and where their files are to be.
    pub fn pictures(&self, folder: &Path) -> BTreeMap<MediaPath, PathBuf> {
        let own = self.articles.iter().flat_map(|article| pictures::of(&article.body).own);
        own.map(|picture| (picture.clone(), media_file(folder, &picture))).collect()
    }

    /// Whether the day alone can change which appeals are shown.
    pub fn goes_by_the_day(&self) -> bool {
        let mut rules = self.appeals.values().filter_map(|appeal| appeal.rules.as_ref());
        rules.any(|rules| rules.from.is_some() || rules.until.is_some())
    }
}

/// Reads and checks the whole content folder. All faults of all files are returned together.
pub fn load(folder: &Path) -> Result<Library, ContentErrors> {
    load_with(folder, None)
}

/// The same, with one file as somebody means to write it.
pub fn load_with(folder: &Path, draft: Option<&Draft>) -> Result<Library, ContentErrors> {
    let mut errors = Vec::new();
    let files = Files { folder, draft };
    if !folder.is_dir() {
        errors.push(ContentError { file: folder.to_owned(), line: None, problem: Problem::FolderMissing });
        return Err(ContentErrors(errors));
    }
    let articles = read_kind(&files, Kind::Article, front_matter::article, |a| &a.slug, &mut errors);
    let appeals = read_kind(&files, Kind::Appeal, appeal_file::appeal, |a| &a.slug, &mut errors);
    let campaigns = read_kind(&files, Kind::Campaign, front_matter::campaign, |c| &c.slug, &mut errors);
    let tiers = read_kind(&files, Kind::Tier, front_matter::tier, |t| &t.slug, &mut errors);

    check_names(&files, (&articles, &appeals, &campaigns), &mut errors);
    check_old_addresses(&files, &articles, &mut errors);
    check_landing(&files, &articles, &mut errors);
    ties::check(&files, &articles, &mut errors);
    if !errors.is_empty() {
        return Err(ContentErrors(errors));
    }
    let mut articles: Vec<Article> = articles.found.into_values().map(|(_file, article)| article).collect();
    articles.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.slug.cmp(&b.slug)));
    Ok(Library {
        articles,
        appeals: without_files(appeals),
        campaigns: without_files(campaigns),
        tiers: without_files(tiers),
        due: None,
        waiting: Vec::new(),
    })
}

/// Where the file of a picture is.
pub fn media_file(folder: &Path, picture: &MediaPath) -> PathBuf {
    folder.join(MEDIA).join(picture.as_str())
}

/// A number that changes when a file of the folder is added, removed, renamed or written, read from names, sizes
/// and times alone. Compare it only with another one of the same process.
pub fn fingerprint(folder: &Path) -> io::Result<u64> {
    let mut files = Vec::new();
    for kind in Kind::ALL {
        for file in files_of(&folder.join(kind.folder()))? {
            let meta = match std::fs::metadata(&file) {
                Ok(meta) => meta,
                // Gone since the folder was listed: the next look sees the folder without it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let written = meta.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            files.push((file, meta.len(), written));
        }
    }
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);
    Ok(hasher.finish())
}

/// The files of one kind by slug, and the slugs of files that are there but faulty.
struct Items<T> {
    found: BTreeMap<Slug, (PathBuf, T)>,
    faulty: Vec<String>,
}

impl<T> Items<T> {
    /// Whether something goes by this name. A faulty file counts: its own fault is reported, and one is enough.
    fn knows(&self, slug: &Slug) -> bool {
        self.found.contains_key(slug) || self.faulty.iter().any(|stem| stem == slug.as_str())
    }
}

fn without_files<T>(kind: Items<T>) -> BTreeMap<Slug, T> {
    kind.found.into_iter().map(|(slug, (_file, item))| (slug, item)).collect()
}

fn read_kind<T>(
    files: &Files<'_>,
    kind: Kind,
    read: fn(&str, &str) -> Result<T, Located>,
    slug_of: fn(&T) -> &Slug,
    errors: &mut Vec<ContentError>,
) -> Items<T> {
    let mut items = Items { found: BTreeMap::new(), faulty: Vec::new() };
    let listed = match files.of(kind) {
        Ok(listed) => listed,
        Err(error) => {
            let file = files.folder.join(kind.folder());
            errors.push(ContentError { file, line: None, problem: error.into() });
            return items;
        }
    };
    for file in listed {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        match files.text(&file).map_err(|problem| (None, problem)).and_then(|text| read(&stem, &text)) {
            Err((line, problem)) => {
                items.faulty.push(stem);
                errors.push(ContentError { file, line, problem });
            }
            Ok(item) => {
                let slug = slug_of(&item).clone();
                if let Some((first, _item)) = items.found.get(&slug) {
                    let problem = Problem::DuplicateSlug { slug: slug.to_string(), first: first.clone() };
                    errors.push(ContentError { file, line: None, problem });
                } else {
                    items.found.insert(slug, (file, item));
                }
            }
        }
    }
    items
}

/// The Markdown files of a folder, sorted by name; none if the folder is not there. Hidden files are left out:
/// editors and the importer write theirs beside the file they will replace.
fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let file = entry?.path();
        let is_hidden = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_markdown = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"));
        if is_markdown && !is_hidden && !file.is_dir() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// The files of the folder, one of them perhaps as somebody means to write it.
struct Files<'a> {
    folder: &'a Path,
    draft: Option<&'a Draft>,
}

impl Files<'_> {
    /// The draft and where it would be, if it is of this kind.
    fn draft_of(&self, kind: Kind) -> Option<(PathBuf, &Draft)> {
        let draft = self.draft.filter(|draft| draft.kind == kind)?;
        Some((kind.file(self.folder, &draft.slug), draft))
    }

    /// The files of a kind, sorted by name.
    fn of(&self, kind: Kind) -> io::Result<Vec<PathBuf>> {
        let mut files = files_of(&self.folder.join(kind.folder()))?;
        if let Some((own, draft)) = self.draft_of(kind) {
            files.retain(|file| *file != own);
            if draft.text.is_some() {
                files.push(own);
                files.sort();
            }
        }
        Ok(files)
    }

    fn text(&self, file: &Path) -> Result<String, Problem> {
        let own = self.draft.filter(|draft| draft.kind.file(self.folder, &draft.slug) == file);
        match own.and_then(|draft| draft.text.clone()) {
            Some(text) => Ok(text),
            None => String::from_utf8(std::fs::read(file)?).map_err(|_bytes| Problem::NotUtf8),
        }
    }

    /// An error with the line of a key. The file is read again: faults are rare, and good files are not kept for them.
    fn located(&self, file: &Path, key: &str, problem: Problem) -> ContentError {
        let text = self.text(file).unwrap_or_default();
        let line =
            front_matter::split(&text).ok().and_then(|parts| front_matter::line_of(parts.front_matter, key));
        ContentError { file: file.to_owned(), line, problem }
    }
}

fn check_names(
    files: &Files<'_>,
    (articles, appeals, campaigns): (&Items<Article>, &Items<Appeal>, &Items<CampaignFile>),
    errors: &mut Vec<ContentError>,
) {
    for (file, article) in articles.found.values() {
        if let Some(slug) = article.appeal.named().filter(|slug| !appeals.knows(slug)) {
            errors.push(files.located(file, "appeal", Problem::NoSuchAppeal { slug: slug.to_string() }));
        }
    }
    for (file, appeal) in appeals.found.values() {
        if !campaigns.knows(&appeal.campaign) {
            let problem = Problem::NoSuchCampaign { slug: appeal.campaign.to_string() };
            errors.push(files.located(file, "campaign", problem));
        }
        if appeal.slug.as_str() == front_matter::SILENT {
            errors.push(files.located(file, "slug", Problem::NoneAsName));
        }
        let named = appeal.rules.iter().flat_map(|rules| &rules.articles);
        for slug in named.filter(|slug| !articles.knows(slug)) {
            errors.push(files.located(file, "for", Problem::NoSuchArticle { slug: slug.to_string() }));
        }
    }
}

/// An old address leads to one article, and to none where an article is read now.
fn check_old_addresses(files: &Files<'_>, articles: &Items<Article>, errors: &mut Vec<ContentError>) {
    let now: HashSet<String> = articles.found.keys().map(|slug| format!("/articles/{slug}")).collect();
    let mut known: HashMap<&OldAddress, &PathBuf> = HashMap::new();
    for (file, article) in articles.found.values() {
        for old in &article.was {
            let address = old.to_string();
            let problem = match known.insert(old, file) {
                Some(first) => Problem::OldAddressTwice { address, first: first.clone() },
                None if now.contains(&address) => Problem::OldAddressInUse { address },
                None => continue,
            };
            errors.push(files.located(file, "was", problem));
        }
    }
}

fn check_landing(files: &Files<'_>, articles: &Items<Article>, errors: &mut Vec<ContentError>) {
    let mut landings = articles.found.values().filter(|(_file, article)| article.landing);
    let Some((first, article)) = landings.next() else {
        // A faulty file may be the landing page: mending it comes first.
        if articles.faulty.is_empty() {
            let file = files.folder.join(ARTICLES);
            errors.push(ContentError { file, line: None, problem: Problem::NoLanding });
        }
        return;
    };
    if article.draft {
        errors.push(files.located(first, "draft", Problem::DraftLanding));
    }
    for (file, _article) in landings {
        errors.push(files.located(file, "landing", Problem::TwoLandings { first: first.clone() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        folder
    }

    fn faults(files: &[(&str, &str)]) -> Vec<String> {
        let folder = folder(files);
        let errors = load(folder.path()).unwrap_err();
        let root = format!("{}/", folder.path().display());
        errors.0.iter().map(|error| error.to_string().replace(&root, "")).collect()
    }

    const LANDING: (&str, &str) =
        ("articles/home.md", "---\ntitle: Home\nlanding: true\ndate: 2001\n---\nHello.\n");

    #[test]
    fn a_good_folder_loads_newest_first() {
        let folder = folder(&[
            LANDING,
            ("articles/new.md", "---\ntitle: New\ndate: 2003-03\nappeal: spring\n---\n"),
            ("articles/undated.md", "---\ntitle: Undated\ndraft: true\n---\n"),
            ("articles/.new.md.swp.md", "not ours"),
            ("articles/photo.png", "not text"),
            ("appeals/spring.md", "---\nheading: Give\ncampaign: fund\n---\nPlease.\n"),
            ("campaigns/fund.md", "---\ntitle: Fund\nsummary: S.\n---\n"),
        ]);

        let library = load(folder.path()).unwrap();

        let slugs: Vec<&str> = library.articles.iter().map(|article| article.slug.as_str()).collect();
        assert_eq!(slugs, ["new", "home", "undated"]);
        assert_eq!(library.published().count(), 2);
        assert_eq!(library.landing().unwrap().title, "Home");
        let new = library.article("new").unwrap();
        assert_eq!(library.appeal_of(new).unwrap().body, "Please.");
        assert!(library.appeal_of(library.landing().unwrap()).is_none());
        assert!(library.article("missing").is_none());
    }

    #[test]
    fn all_faults_are_reported_together() {
        let faults = faults(&[
            LANDING,
            ("articles/a.md", "---\ntitle: A\nlanding: true\n---\n"),
            ("articles/b.md", "---\ntitle: B\nappeal: autumn\n---\n"),
            ("articles/c.md", "---\ntitle: C\nslug: b\n---\n"),
            ("articles/d.md", "---\ntitel: D\n---\n"),
            ("articles/e.md", "no front matter"),
            ("appeals/spring.md", "---\nheading: Give\ncampaign: none\n---\n"),
        ]);

        let all = faults.join("\n");
        assert_eq!(faults.len(), 6, "{all}");
        assert!(
            all.contains("articles/home.md, line 3: `landing: true` stands in articles/a.md too"),
            "{all}"
        );
        assert!(all.contains("articles/b.md, line 3: the appeal `autumn` does not exist"), "{all}");
        assert!(all.contains("articles/c.md: the slug `b` is used by articles/b.md too"), "{all}");
        assert!(all.contains("articles/d.md, line 2: ") && all.contains("titel"), "{all}");
        assert!(all.contains("articles/e.md, line 1: the file has no front matter"), "{all}");
        assert!(all.contains("appeals/spring.md, line 3: the campaign `none` does not exist"), "{all}");
    }

    #[test]
    fn appeals_stand_where_articles_and_rules_say() {
        let folder = folder(&[
            ("articles/home.md", "---\ntitle: Home\nlanding: true\n---\nOne.\n\nTwo.\n\nThree.\n"),
            ("articles/own.md", "---\ntitle: Own\nappeal: own\n---\nOne.\n"),
            ("articles/silent.md", "---\ntitle: Silent\nappeal: none\n---\nOne.\n"),
            ("appeals/own.md", "---\nheading: Own\ncampaign: fund\n---\n"),
            ("appeals/all.md", "---\nheading: All\ncampaign: fund\nfor: {articles: [all]}\n---\n"),
            (
                "appeals/in.md",
                "---\nheading: In\ncampaign: fund\nplace: after_paragraph 2\nfor: {until: 2026-06-15}\n---\n",
            ),
            ("campaigns/fund.md", "---\ntitle: Fund\nsummary: S.\n---\n"),
        ]);
        let library = load(folder.path()).unwrap();
        let on = |slug: &str, day: &str| -> Vec<String> {
            let article = library.article(slug).unwrap();
            let all = library.appeals_on(article, day.parse().unwrap());
            all.iter().map(|(appeal, position)| format!("{} {position}", appeal.slug)).collect()
        };

        assert_eq!(on("home", "2026-06-15"), ["in after_paragraph 2", "all end"]);
        assert_eq!(on("home", "2026-06-16"), ["all end"]);
        assert_eq!(on("own", "2026-06-15"), ["own end"]);
        assert!(on("silent", "2026-06-15").is_empty());
        assert!(library.goes_by_the_day());
    }

    #[test]
    fn rules_and_names_of_appeals_are_checked() {
        let faults = faults(&[
            LANDING,
            ("appeals/none.md", "---\nheading: Give\ncampaign: fund\n---\n"),
            ("appeals/spring.md", "---\nheading: Give\ncampaign: fund\nfor: {articles: [gone, home]}\n---\n"),
            ("campaigns/fund.md", "---\ntitle: Fund\nsummary: S.\n---\n"),
        ]);

        let all = faults.join("\n");
        assert_eq!(faults.len(), 2, "{all}");
        assert!(all.contains("appeals/none.md: `none` cannot be the name"), "{all}");
        assert!(all.contains("appeals/spring.md, line 4: the article `gone` does not exist"), "{all}");
    }

    #[test]
    fn an_old_address_is_of_one_article_and_of_none_that_is_read_there() {
        let faults = faults(&[
            LANDING,
            ("articles/a.md", "---\ntitle: A\nwas: [/2019/a/, '/?p=1']\n---\n"),
            ("articles/b.md", "---\ntitle: B\nwas: [/2019/a]\n---\n"),
            ("articles/c.md", "---\ntitle: C\nwas: [/articles/a]\n---\n"),
            ("articles/d.md", "---\ntitle: D\nwas: ['//evil.example']\n---\n"),
        ]);

        let all = faults.join("\n");
        assert_eq!(faults.len(), 3, "{all}");
        assert!(
            all.contains("articles/b.md, line 3: the old address `/2019/a` stands in articles/a.md too"),
            "{all}"
        );
        assert!(
            all.contains("articles/c.md, line 3: `/articles/a` is where an article is read now"),
            "{all}"
        );
        assert!(all.contains("articles/d.md, line 3: `was: //evil.example` is no old address"), "{all}");
    }

    #[test]
    fn a_name_that_leads_to_a_faulty_file_is_one_fault() {
        let faults = faults(&[
            LANDING,
            ("articles/a.md", "---\ntitle: A\nappeal: spring\n---\n"),
            ("appeals/spring.md", "---\nheading: Give\n---\n"),
        ]);

        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("appeals/spring.md"), "{faults:?}");
    }

    #[test]
    fn no_folder_and_no_landing_say_what_to_type() {
        let missing = load(Path::new("no/such/folder")).unwrap_err().to_string();
        assert!(missing.contains("mainstay article import FILE --landing"), "{missing}");

        for files in [&[][..], &[("articles/a.md", "---\ntitle: A\n---\n")][..]] {
            let faults = faults(files);
            assert_eq!(faults.len(), 1);
            assert!(faults[0].contains("mainstay article import FILE --landing"), "{faults:?}");
        }
        let draft = faults(&[("articles/a.md", "---\ntitle: A\nlanding: true\ndraft: true\n---\n")]);
        assert!(draft[0].contains("line 4: the landing page is a draft"), "{draft:?}");
    }

    #[test]
    fn files_that_are_not_utf8_are_named() {
        let folder = folder(&[LANDING]);
        std::fs::write(folder.path().join("articles/latin.md"), b"---\ntitle: caf\xe9\n---\n").unwrap();

        let errors = load(folder.path()).unwrap_err().to_string();

        assert!(errors.contains("latin.md") && errors.contains("UTF-8"), "{errors}");
    }

    #[test]
    fn the_fingerprint_follows_names_sizes_and_times() {
        let folder = folder(&[LANDING]);
        let at_first = fingerprint(folder.path()).unwrap();
        assert_eq!(fingerprint(folder.path()).unwrap(), at_first);

        std::fs::write(folder.path().join("articles/b.md"), "---\n").unwrap();
        let with_file = fingerprint(folder.path()).unwrap();
        assert_ne!(with_file, at_first);

        let file = std::fs::File::options().write(true).open(folder.path().join("articles/b.md")).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_ne!(fingerprint(folder.path()).unwrap(), with_file);

        std::fs::remove_file(folder.path().join("articles/b.md")).unwrap();
        assert_eq!(fingerprint(folder.path()).unwrap(), at_first);
        assert!(fingerprint(Path::new("no/such/folder")).is_ok());
    }
}
