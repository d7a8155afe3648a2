//! The articles that are here, and which of them an import wrote. An article says so itself, in a key of its file: which text
//! of the other place it is, and how it was written. So one write is one step, wherever the work is cut off; an article
//! that was renamed is found again, and one that was changed by hand is known as such.

use super::TakeError;
use crate::content::import::article_text;
use crate::content::{ARTICLES, draft, files_of, front_matter};
use crate::domain::article::{Article, Slug};
use crate::domain::old_address::OldAddress;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Letters of the code by which a text is known again.
const CODE_LETTERS: usize = 16;
/// Letters of a name that leave room for a number.
const STEM_LETTERS: usize = 74;

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was not here.
    New,
    /// It was changed there.
    Changed,
    /// It is here as it is there.
    Same,
    /// It was changed here by hand, and stays.
    ByHand,
    /// It could not be written.
    Refused,
}

/// A text on the shelf.
#[derive(Debug, Clone)]
pub(super) struct Put {
    pub(super) slug: Slug,
    pub(super) outcome: Outcome,
    /// How many old addresses lead to it.
    pub(super) addresses: usize,
    /// What a person should look at, one sentence each.
    pub(super) notes: Vec<String>,
}

/// An article that an import wrote.
struct Own {
    slug: Slug,
    file: PathBuf,
    is_untouched: bool,
}

/// The articles of the content folder.
pub(super) struct Shelf {
    folder: PathBuf,
    is_dry: bool,
    /// Names that are taken.
    names: HashSet<String>,
    /// Which article was at which address.
    old: HashMap<OldAddress, Slug>,
    /// What imports wrote, by what it is at the other place.
    own: HashMap<String, Own>,
}

impl Shelf {
    /// Looks through the content folder. Files with mistakes are left alone.
    pub(super) fn open(content: &Path, is_dry: bool) -> Result<Self, TakeError> {
        let folder = content.join(ARTICLES);
        let mut shelf = Self {
            folder: folder.clone(),
            is_dry,
            names: HashSet::new(),
            old: HashMap::new(),
            own: HashMap::new(),
        };
        for file in files_of(&folder).map_err(|error| TakeError::io(&folder, error))? {
            let bytes = fs::read(&file).map_err(|error| TakeError::io(&file, error))?;
            shelf.see(file, &String::from_utf8_lossy(&bytes));
        }
        Ok(shelf)
    }

    fn see(&mut self, file: PathBuf, text: &str) {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let read = front_matter::article(&stem, text);
        self.names.insert(stem);
        let Ok(article) = read else { return };
        self.names.insert(article.slug.to_string());
        self.old.extend(article.was.iter().map(|address| (address.clone(), article.slug.clone())));
        if let Some((origin, code)) = article.imported.as_deref().and_then(|note| note.rsplit_once(' ')) {
            let own = Own { slug: article.slug.clone(), file, is_untouched: code == code_of(text) };
            self.own.entry(origin.to_owned()).or_insert(own);
        }
    }

    /// Puts a text here. `origin` is what it is at the other place; its name here is its own, or the next free one.
    pub(super) fn put(&mut self, mut article: Article, origin: &str) -> Result<Put, TakeError> {
        let mut notes = Vec::new();
        let known = self.own.get(origin).map(|own| (own.slug.clone(), own.file.clone(), own.is_untouched));
        if let Some((slug, _, false)) = &known {
            notes.push("it was changed here by hand, and stays as it is".to_owned());
            let addresses = self.old.values().filter(|of| *of == slug).count();
            return Ok(Put { slug: slug.clone(), outcome: Outcome::ByHand, addresses, notes });
        }
        let wanted = article.slug.clone();
        let Some(slug) = known.as_ref().map(|(slug, ..)| slug.clone()).or_else(|| self.free_name(&wanted))
        else {
            notes.push(format!("no name like `{wanted}` is free"));
            return Ok(Put { slug: wanted, outcome: Outcome::Refused, addresses: 0, notes });
        };
        if known.is_none() && slug != wanted {
            notes.push(format!("`{wanted}` is taken, so it is `{slug}`"));
        }
        article.slug = slug.clone();
        self.keep_free_addresses(&mut article, &mut notes);
        let file = known.map_or_else(|| self.folder.join(format!("{slug}.md")), |(_, file, _)| file);
        let text = with_note(&mut article, origin);
        let outcome = self.write(&file, &slug, &text, &mut notes)?;
        if outcome == Outcome::Refused {
            return Ok(Put { slug, outcome, addresses: 0, notes });
        }
        self.names.insert(slug.to_string());
        self.old.extend(article.was.iter().map(|address| (address.clone(), slug.clone())));
        self.own.insert(origin.to_owned(), Own { slug: slug.clone(), file, is_untouched: true });
        Ok(Put { slug, outcome, addresses: article.was.len(), notes })
    }

    fn write(
        &self,
        file: &Path,
        slug: &Slug,
        text: &str,
        notes: &mut Vec<String>,
    ) -> Result<Outcome, TakeError> {
        // What would not load would keep the whole site as it was.
        if let Err((_line, problem)) = front_matter::article(slug.as_str(), text) {
            notes.push(problem.to_string());
            return Ok(Outcome::Refused);
        }
        let outcome = match fs::read_to_string(file) {
            Ok(there) if plain_ends(&there) == plain_ends(text) => return Ok(Outcome::Same),
            Ok(_older) => Outcome::Changed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Outcome::New,
            Err(error) => return Err(TakeError::io(file, error)),
        };
        if !self.is_dry {
            draft::replace(file, text.as_bytes()).map_err(|error| TakeError::io(file, error))?;
        }
        Ok(outcome)
    }

    /// The name itself, or with the next number that is free.
    fn free_name(&self, wanted: &Slug) -> Option<Slug> {
        let stem: String = wanted.as_str().chars().take(STEM_LETTERS).collect();
        let stem = stem.trim_end_matches('-');
        let numbered = (2..100_000).filter_map(|number| Slug::parse(&format!("{stem}-{number}")).ok());
        let mut names = std::iter::once(wanted.clone()).chain(numbered);
        names.find(|slug| !self.names.contains(slug.as_str()))
    }

    /// Each address leads to one article, and none where an article is read now.
    fn keep_free_addresses(&self, article: &mut Article, notes: &mut Vec<String>) {
        let slug = article.slug.clone();
        let mut seen = HashSet::new();
        article.was.retain(|address| {
            let name_now = address.to_string().strip_prefix("/articles/").map(str::to_owned);
            let is_read_now =
                name_now.is_some_and(|name| name == slug.as_str() || self.names.contains(&name));
            if is_read_now || !seen.insert(address.clone()) {
                return false;
            }
            match self.old.get(address).filter(|of| **of != slug) {
                Some(other) => {
                    notes.push(format!("`{address}` leads to `{other}` already"));
                    false
                }
                None => true,
            }
        });
    }
}

/// The file of an article with the note by which it is known again.
fn with_note(article: &mut Article, origin: &str) -> String {
    article.imported = None;
    let code = code_of(&article_text(article));
    article.imported = Some(format!("{origin} {code}"));
    article_text(article)
}

/// A code of a file without the note, whatever the ends of its lines.
fn code_of(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("imported:"));
    let bare = lines.map(str::trim_end).collect::<Vec<_>>().join("\n");
    draft::digest(bare.trim_end()).chars().take(CODE_LETTERS).collect()
}

fn plain_ends(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::import::{ImportOptions, import};

    fn article(title: &str, was: &[&str]) -> Article {
        let text = format!("{title}\n\nText of {title}.");
        let mut article = import(text.as_bytes(), "a.txt", &ImportOptions::default()).unwrap().article;
        article.was = was.iter().map(|address| OldAddress::parse(address).unwrap()).collect();
        article
    }

    fn put(content: &Path, article: Article, origin: &str) -> Put {
        Shelf::open(content, false).unwrap().put(article, origin).unwrap()
    }

    #[test]
    fn a_text_is_put_once_changed_there_and_kept_once_it_was_changed_here() {
        let content = tempfile::tempdir().unwrap();
        let file = content.path().join("articles/bread.md");
        let first = put(content.path(), article("Bread", &["/2019/bread"]), "old.example.org 12");
        assert_eq!((first.slug.as_str(), first.outcome, first.addresses), ("bread", Outcome::New, 1));
        let again = put(content.path(), article("Bread", &["/2019/bread"]), "old.example.org 12");
        assert_eq!(again.outcome, Outcome::Same);

        let mut newer = article("Bread", &["/2019/bread"]);
        newer.body = "New text.".into();
        assert_eq!(put(content.path(), newer.clone(), "old.example.org 12").outcome, Outcome::Changed);
        assert!(fs::read_to_string(&file).unwrap().contains("New text."));

        // Saved by an editor with other ends of lines, it is the same.
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace('\n', "\r\n")).unwrap();
        assert_eq!(put(content.path(), newer.clone(), "old.example.org 12").outcome, Outcome::Same);

        fs::write(&file, text.replace("New text.", "My text.")).unwrap();
        newer.body = "Newest text.".into();
        let kept = put(content.path(), newer, "old.example.org 12");
        assert_eq!((kept.outcome, kept.addresses), (Outcome::ByHand, 1));
        assert!(fs::read_to_string(&file).unwrap().contains("My text."));
    }

    #[test]
    fn what_no_import_wrote_is_never_touched() {
        let content = tempfile::tempdir().unwrap();
        fs::create_dir(content.path().join("articles")).unwrap();
        let own = "---\ntitle: Mine\nwas: [/2019/bread]\n---\nMine.\n";
        fs::write(content.path().join("articles/bread.md"), own).unwrap();
        fs::write(content.path().join("articles/salt.md"), "no front matter").unwrap();

        let bread = put(content.path(), article("Bread", &["/2019/bread", "/?p=1"]), "old.example.org 1");
        assert_eq!((bread.slug.as_str(), bread.addresses), ("bread-2", 1));
        assert_eq!(bread.notes.len(), 2, "{:?}", bread.notes);
        assert_eq!(put(content.path(), article("Salt", &[]), "old.example.org 2").slug.as_str(), "salt-2");
        assert_eq!(fs::read_to_string(content.path().join("articles/bread.md")).unwrap(), own);
        assert_eq!(fs::read_to_string(content.path().join("articles/salt.md")).unwrap(), "no front matter");
    }

    #[test]
    fn an_article_that_was_renamed_here_is_the_same_one() {
        let content = tempfile::tempdir().unwrap();
        put(content.path(), article("Bread", &[]), "old.example.org 1");
        let folder = content.path().join("articles");
        fs::rename(folder.join("bread.md"), folder.join("loaf.md")).unwrap();

        let again = put(content.path(), article("Bread", &[]), "old.example.org 1");

        assert_eq!((again.slug.as_str(), again.outcome), ("loaf", Outcome::Same));
        assert!(!folder.join("bread.md").exists());
    }

    #[test]
    fn a_dry_run_writes_nothing_and_names_alike() {
        let content = tempfile::tempdir().unwrap();
        let mut shelf = Shelf::open(content.path(), true).unwrap();
        let first = shelf.put(article("Bread", &["/a"]), "x 1").unwrap();
        let second = shelf.put(article("Bread", &["/a"]), "x 2").unwrap();
        assert_eq!((first.slug.as_str(), second.slug.as_str()), ("bread", "bread-2"));
        assert_eq!((first.addresses, second.addresses), (1, 0));
        assert_eq!(fs::read_dir(content.path()).unwrap().count(), 0);
    }
}
