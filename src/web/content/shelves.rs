//! Lists of articles, page by page: all of them, those of a section or an author, and the parts of a series.

use super::article_page::teaser;
use super::in_languages::Leaf;
use super::index::{Index, ShelfKind};
use super::{ContentFault, InLanguages, Material};
use crate::render::card;
use crate::render::pages::ArticlesPage;
use crate::render::{PageMeta, Templates};
use std::collections::HashMap;
use std::sync::Arc;

/// Articles on a page of a list.
const PAGE_ARTICLES: usize = 50;

/// Every page of every list, by path.
pub(super) fn drawn(
    index: &Index,
    draw: impl Fn(Leaf) -> Result<Arc<InLanguages>, ContentFault>,
) -> Result<HashMap<String, Vec<Arc<InLanguages>>>, ContentFault> {
    let page = |path: &str, number| draw(Leaf::Shelf(path.to_owned(), number));
    let all = index.shelves().map(|(path, shelf)| {
        let pages = shelf.len().div_ceil(PAGE_ARTICLES).max(1);
        let drawn: Result<Vec<_>, ContentFault> = (1..=pages).map(|number| page(path, number)).collect();
        Ok::<_, ContentFault>((path.to_owned(), drawn?))
    });
    all.collect()
}

/// Where a page of a list is.
fn place(path: &str, number: usize) -> String {
    if number == 1 { path.to_owned() } else { format!("{path}?page={number}") }
}

impl Material {
    /// A page of a list, counted from one.
    pub(super) fn shelf_page(
        &self,
        path: &str,
        number: usize,
        templates: &Templates,
    ) -> Result<String, ContentFault> {
        let Some(list) = self.index.shelf(path) else {
            return Ok(String::new());
        };
        let language = templates.language();
        let (heading, kicker) = match list.kind {
            ShelfKind::All => (language.text("articles-title", &[]), None),
            ShelfKind::Section => (list.name.clone(), Some(language.text("list-section", &[]))),
            ShelfKind::Series => (list.name.clone(), Some(language.text("list-series", &[]))),
            ShelfKind::Author => (language.text("list-author", &[("name", list.name.clone().into())]), None),
        };
        let is_first = number == 1;
        let counted = i64::try_from(number).unwrap_or_default();
        let meta = PageMeta {
            title: if is_first {
                heading.clone()
            } else {
                format!("{heading} ({})", language.number(counted))
            },
            canonical: Some(format!("{}{}", self.ctx.policy.public_url, place(path, number))),
            path: path.to_owned(),
            query: if is_first { String::new() } else { format!("page={number}&") },
            picture: Some(card::site_picture(templates.site())),
            in_languages: true,
            ..PageMeta::default()
        };
        let before = number.saturating_sub(1);
        let shown = list.articles(&self.library).skip(before.saturating_mul(PAGE_ARTICLES));
        let articles = shown.take(PAGE_ARTICLES).map(|article| teaser(article, language)).collect();
        let has_more = list.len() > number.saturating_mul(PAGE_ARTICLES);
        let page = ArticlesPage {
            heading,
            kicker,
            articles,
            before_url: (!is_first).then(|| place(path, before)),
            after_url: has_more.then(|| place(path, number.saturating_add(1))),
        };
        Ok(templates.page("public/articles.html", &meta, page)?)
    }
}
