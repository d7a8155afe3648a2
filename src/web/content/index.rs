//! What is published, found by its name, by author, by section and by series, and by what it has to do with others.

use crate::content::Library;
use crate::domain::article::{Article, Slug};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Letters by which a name is known in addresses if it has none of the Latin alphabet.
const CODE_LETTERS: usize = 10;

/// What the articles of a list have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ShelfKind {
    /// Nothing: they are all.
    All,
    /// Their kicker.
    Section,
    /// The series that they are parts of.
    Series,
    /// Who wrote them.
    Author,
}

/// A list of articles.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    pub(super) kind: ShelfKind,
    /// As it is written at the first of them.
    pub(super) name: String,
    /// Their numbers in the library: the newest first, the parts of a series in the order in which they are read.
    articles: Vec<usize>,
}

impl Shelf {
    /// How many articles are on it.
    pub(super) fn len(&self) -> usize {
        self.articles.len()
    }

    /// Its articles.
    pub(super) fn articles<'a>(&'a self, library: &'a Library) -> impl Iterator<Item = &'a Article> {
        self.articles.iter().filter_map(|number| library.articles.get(*number))
    }
}

/// The published articles of a library by their numbers in it.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_name: HashMap<String, usize>,
    /// By path.
    shelves: BTreeMap<String, Shelf>,
    /// Who names an article as one that belongs with it.
    named_by: HashMap<Slug, Vec<usize>>,
    /// Translations, by their original.
    translations: HashMap<Slug, Vec<usize>>,
}

impl Index {
    pub(super) fn of(library: &Library) -> Self {
        let mut index = Self::default();
        index.shelves.insert(path_of(ShelfKind::All, ""), Shelf::empty(ShelfKind::All, ""));
        for (number, article) in library.articles.iter().enumerate().filter(|(_, article)| !article.draft) {
            index.by_name.insert(article.slug.to_string(), number);
            for other in &article.ties.related {
                index.named_by.entry(other.clone()).or_default().push(number);
            }
            if let Some(original) = &article.ties.translates {
                index.translations.entry(original.clone()).or_default().push(number);
            }
            index.put(ShelfKind::All, "", number);
            if let Some(kicker) = &article.kicker {
                index.put(ShelfKind::Section, kicker, number);
            }
            if let Some(series) = &article.ties.series {
                index.put(ShelfKind::Series, series, number);
            }
            for author in &article.authors {
                index.put(ShelfKind::Author, author, number);
            }
        }
        let in_time = |number: &usize| {
            let article = library.articles.get(*number);
            article.map(|article| (article.date.is_none(), article.date, article.slug.clone()))
        };
        for shelf in index.shelves.values_mut().filter(|shelf| shelf.kind == ShelfKind::Series) {
            shelf.articles.sort_by_cached_key(in_time);
        }
        index
    }

    fn put(&mut self, kind: ShelfKind, name: &str, number: usize) {
        let place = self.shelves.entry(path_of(kind, name));
        let articles = &mut place.or_insert_with(|| Shelf::empty(kind, name)).articles;
        // Two names of one article may have one address.
        if articles.last() != Some(&number) {
            articles.push(number);
        }
    }

    /// The published article of this name.
    pub(super) fn article<'a>(&self, library: &'a Library, slug: &str) -> Option<&'a Article> {
        library.articles.get(*self.by_name.get(slug)?)
    }

    /// The list at a path.
    pub(super) fn shelf(&self, path: &str) -> Option<&Shelf> {
        self.shelves.get(path)
    }

    /// Every list with its path.
    pub(super) fn shelves(&self) -> impl Iterator<Item = (&str, &Shelf)> {
        self.shelves.iter().map(|(path, shelf)| (path.as_str(), shelf))
    }

    /// What belongs with an article: those that it names, and those that name it.
    pub(super) fn related<'a>(&self, library: &'a Library, article: &Article) -> Vec<&'a Article> {
        let named = article.ties.related.iter().filter_map(|slug| self.article(library, slug.as_str()));
        let naming = self.named_by.get(&article.slug).map(Vec::as_slice).unwrap_or_default();
        let naming = naming.iter().filter_map(|number| library.articles.get(*number));
        let mut all: Vec<&Article> = Vec::new();
        for other in named.chain(naming) {
            if all.iter().all(|known| known.slug != other.slug) {
                all.push(other);
            }
        }
        all
    }

    /// An article in every language in which it is there, the original first; none if there is one version only.
    pub(super) fn versions<'a>(&self, library: &'a Library, article: &Article) -> Vec<&'a Article> {
        let original = article.ties.translates.as_ref().unwrap_or(&article.slug);
        let others = self.translations.get(original).map(Vec::as_slice).unwrap_or_default();
        let others = others.iter().filter_map(|number| library.articles.get(*number));
        let all: Vec<&Article> = self.article(library, original.as_str()).into_iter().chain(others).collect();
        if all.len() > 1 { all } else { Vec::new() }
    }
}

impl Shelf {
    fn empty(kind: ShelfKind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), articles: Vec::new() }
    }
}

/// Where a list is.
pub(super) fn path_of(kind: ShelfKind, name: &str) -> String {
    let folder = match kind {
        ShelfKind::All => return "/articles".to_owned(),
        ShelfKind::Section => "sections",
        ShelfKind::Series => "series",
        ShelfKind::Author => "authors",
    };
    format!("/{folder}/{}", in_address(name))
}

/// A name as it stands in addresses.
fn in_address(name: &str) -> String {
    let code = || hex::encode(Sha256::digest(name.to_lowercase())).chars().take(CODE_LETTERS).collect();
    Slug::from_title(name).map_or_else(code, |slug| slug.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_an_address() {
        assert_eq!(path_of(ShelfKind::Author, "Zoë de la Cruz"), "/authors/zoe-de-la-cruz");
        assert_eq!(
            path_of(ShelfKind::Section, "History: fifty years on"),
            "/sections/history-fifty-years-on"
        );
        let cyrillic = path_of(ShelfKind::Author, "Анна");
        assert_eq!(cyrillic.len(), "/authors/".len() + CODE_LETTERS);
        assert_eq!(cyrillic, path_of(ShelfKind::Author, "анна"));
    }
}
