//! Everything that can be wrong in the content folder, said so that a publisher can put it right.

use std::fmt;
use std::path::PathBuf;

use crate::domain::article::{ArticleDateError, SlugError};
use crate::domain::old_address::OldAddressError;

/// One thing wrong in one file.
#[derive(Debug)]
pub struct ContentError {
    /// The file, or the folder when the fault is in no single file.
    pub file: PathBuf,
    /// Line in the file, counted from 1, when it is known.
    pub line: Option<u64>,
    /// What is wrong and what to do.
    pub problem: Problem,
}

impl fmt::Display for ContentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}, line {line}: {}", self.file.display(), self.problem),
            None => write!(formatter, "{}: {}", self.file.display(), self.problem),
        }
    }
}

impl std::error::Error for ContentError {}

/// What can be wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The content folder, or its `articles` folder, is not there.
    #[error(
        "this folder does not exist; make it with `mainstay article import FILE --landing`, \
         or name another one with `site.content`"
    )]
    FolderMissing,
    /// Nothing to show at `/`.
    #[error(
        "no article is the landing page; write `landing: true` in the front matter of one, \
         or type `mainstay article import FILE --landing`"
    )]
    NoLanding,
    /// More than one page for `/`.
    #[error("`landing: true` stands in {first} too; keep it in one of them", first = .first.display())]
    TwoLandings {
        /// The other file.
        first: PathBuf,
    },
    /// The landing page would be invisible.
    #[error("the landing page is a draft; remove `draft: true` or `landing: true`")]
    DraftLanding,
    /// Two files claim one address.
    #[error("the slug `{slug}` is used by {first} too; rename one of them", first = .first.display())]
    DuplicateSlug {
        /// The slug claimed twice.
        slug: String,
        /// The other file.
        first: PathBuf,
    },
    /// An article names an appeal that has no file.
    #[error("the appeal `{slug}` does not exist; write appeals/{slug}.md or correct `appeal:`")]
    NoSuchAppeal {
        /// The name that leads nowhere.
        slug: String,
    },
    /// The rules of an appeal name an article that has no file.
    #[error("the article `{slug}` does not exist; write articles/{slug}.md or correct `for.articles`")]
    NoSuchArticle {
        /// The name that leads nowhere.
        slug: String,
    },
    /// An article names another that has no file.
    #[error("the article `{slug}` does not exist; write articles/{slug}.md or correct `{key}:`")]
    NoSuchTie {
        /// `related` or `translates`.
        key: &'static str,
        /// The name that leads nowhere.
        slug: String,
    },
    /// An article names itself.
    #[error("`{key}` names the article itself; remove it there")]
    TiedToItself {
        /// `related` or `translates`.
        key: &'static str,
    },
    /// An article is said to be a translation of what is one.
    #[error("`{slug}` is a translation itself; write the name of its original at `translates:`")]
    TranslationOfOne {
        /// The translation that is named.
        slug: String,
    },
    /// Two versions of an article are in one language.
    #[error("`{slug}` is the same article in this language; correct `language:` or `translates:`")]
    TwiceInLanguage {
        /// The other version.
        slug: String,
    },
    /// The moment of publication is none.
    #[error("`publish: {text}` is no moment; write it as 2026-12-01 or 2026-12-01 08:00")]
    BadMoment {
        /// As written.
        text: String,
    },
    /// The landing page is to appear later.
    #[error(
        "the article shown at / cannot wait for its day; remove `publish`, or set `landing: true` once it is there"
    )]
    LandingWaits,
    /// The place of an appeal is none.
    #[error("`place: {text}` is no place of an appeal; write end, bar, or after_paragraph 3")]
    BadPlace {
        /// As written.
        text: String,
    },
    /// The rules of an appeal say nothing.
    #[error(
        "`for` names nothing; name articles, sections, languages, from or until, or write `articles: [all]` for every article"
    )]
    NoRule,
    /// The rules of an appeal end before they start.
    #[error("`until` is before `from`; exchange or correct them")]
    UntilBeforeFrom,
    /// Both texts of a test say one thing.
    #[error("both texts of the `test` are the same; change one of them or remove `test`")]
    SameTexts,
    /// An appeal is called as articles say that they want none.
    #[error("`none` cannot be the name of an appeal: articles that want none say so; rename it")]
    NoneAsName,
    /// An appeal names a campaign that has no file.
    #[error("the campaign `{slug}` does not exist; write campaigns/{slug}.md or correct `campaign:`")]
    NoSuchCampaign {
        /// The name that leads nowhere.
        slug: String,
    },
    /// The file does not begin with `---`.
    #[error("the file has no front matter; begin it with a line `---`, then `title: …`, then a line `---`")]
    NoFrontMatter,
    /// The second `---` is missing.
    #[error("the front matter is not closed; write a line `---` after its last key")]
    UnclosedFrontMatter,
    /// YAML that cannot be read, a missing key, a key that does not exist.
    #[error("the front matter cannot be read: {message}")]
    BadFrontMatter {
        /// What the YAML reader found.
        message: String,
    },
    /// A slug, in the file's name or in a key, is not one.
    #[error("`{text}` is not a slug in {place}: {source}")]
    BadSlug {
        /// As written.
        text: String,
        /// "the file name" or the key.
        place: &'static str,
        /// Why.
        source: SlugError,
    },
    /// An article's `date` is not one.
    #[error("`date: {text}` is not a date: {source}")]
    BadDate {
        /// As written.
        text: String,
        /// Why.
        source: ArticleDateError,
    },
    /// An article's old address is none.
    #[error("`was: {text}` is no old address: {source}")]
    BadOldAddress {
        /// As written.
        text: String,
        /// Why.
        source: OldAddressError,
    },
    /// Two articles claim to have been at one address.
    #[error("the old address `{address}` stands in {first} too; keep it in one of them", first = .first.display())]
    OldAddressTwice {
        /// The address.
        address: String,
        /// The other file.
        first: PathBuf,
    },
    /// What is said to be an old address is that of an article.
    #[error("`{address}` is where an article is read now; remove it from `was:`")]
    OldAddressInUse {
        /// The address.
        address: String,
    },
    /// A day is not one.
    #[error("`{key}: {text}` is not a day; write it as 2026-05-01")]
    BadDay {
        /// `starts`, `ends`, `from`, `until`, `rates` or `updates`.
        key: &'static str,
        /// As written.
        text: String,
    },
    /// A campaign ends before it starts.
    #[error("`ends` is before `starts`; exchange or correct them")]
    EndsBeforeStart,
    /// A price of a tier is for no period that there is.
    #[error("`{text}` is no period of a price; write weekly, monthly, quarterly or yearly")]
    BadFrequency {
        /// As written.
        text: String,
    },
    /// A goal is not an amount and a currency.
    #[error("`goal: {text}` is not an amount and a currency; write it as `goal: 20000 EUR`")]
    BadGoal {
        /// As written.
        text: String,
    },
    /// Rates say what money is worth in the currency of the goal.
    #[error(
        "`rates` says what money is worth in the currency of the goal, and there is no `goal`; write one, or remove `rates`"
    )]
    RatesWithoutGoal,
    /// A link for sharing does not lead to another site, or says nothing of the page.
    #[error(
        "`share: {text}` is no link for sharing; write an address that begins with https:// and has {{url}} in it"
    )]
    BadShare {
        /// As written.
        text: String,
    },
    /// A language tag is not one.
    #[error("`language: {text}` is not a language tag; write en, de or pt-BR")]
    BadLanguage {
        /// As written.
        text: String,
    },
    /// A text that must say something is empty.
    #[error("`{key}` is empty; write its text")]
    EmptyText {
        /// The key.
        key: &'static str,
    },
    /// Not UTF-8.
    #[error("the file is not UTF-8 text; save it again with the encoding UTF-8")]
    NotUtf8,
    /// The system would not read it.
    #[error("cannot be read; check its permissions: {0}")]
    Unreadable(#[from] std::io::Error),
}

/// Everything found wrong in the content folder, at least one.
#[derive(Debug)]
pub struct ContentErrors(pub Vec<ContentError>);

impl fmt::Display for ContentErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ContentErrors {}
