//! The page of an article: its text, the appeals and the comments on it, and what it has to do with others.

use super::index::{self, ShelfKind};
use super::{ContentFault, Face, Material, appeal, comments, place_of};
use crate::content::{markdown, paragraphs};
use crate::domain::article::{Article, ArticleDate};
use crate::domain::picture::Gallery;
use crate::render::pages::{
    ArticleBody, ArticlePage, LinkShown, PartShown, SeriesShown, Teaser, VersionShown,
};
use crate::render::{Alternate, PageMeta, Picture, Templates};
use crate::words::Language;

/// Longest description for search engines, in characters.
const DESCRIPTION_CHARACTERS: usize = 180;
/// Others that are shown below an article.
const MORE: usize = 4;

impl Material {
    /// The page of an article at a path; nothing if it is not there.
    pub(super) fn article(
        &self,
        (slug, face): (&str, Face),
        path: &str,
        templates: &Templates,
    ) -> Result<String, ContentFault> {
        let library = &self.library;
        let language = templates.language();
        let Some(article) = self.index.article(library, slug) else {
            return Ok(String::new());
        };
        let appeals = appeal::boxes(self, article, face, language)?;
        let (related, versions) =
            (self.index.related(library, article), self.index.versions(library, article));
        let is_near = |other: &&Article| related.iter().chain(&versions).any(|near| near.slug == other.slug);
        let others = library.published().filter(|other| other.slug != article.slug && !is_near(other));
        let more = others.take(MORE).map(|other| teaser(other, language)).collect();
        let comments = comments::below(article, self, language);
        let picture = self.picture_of(article, templates);
        let said = comments.as_ref().map(|comments| comments.count);
        let structured_html = self.structured(article, templates, (&picture, said));
        let body = ArticlePage {
            article: article_body((article, &self.gallery), appeals.cut_after, language),
            bar: appeals.bar,
            inside: appeals.inside,
            appeal: appeals.end,
            comments,
            series: self.series(article),
            versions: versions_shown(article, &versions, templates),
            related: related.iter().map(|other| teaser(other, language)).collect(),
            more,
            structured_html,
        };
        let mut meta = article_meta(article, path, self.url_of(article), picture);
        meta.alternates = versions.iter().map(|version| self.alternate(version)).collect();
        Ok(templates.page("public/article.html", &meta, &body)?)
    }

    /// The series that an article is a part of, with its parts.
    fn series(&self, article: &Article) -> Option<SeriesShown> {
        let url = index::path_of(ShelfKind::Series, article.ties.series.as_deref()?);
        let whole = self.index.shelf(&url)?;
        let part = |part: &Article| PartShown {
            title: part.title.clone(),
            url: place_of(part),
            is_this: part.slug == article.slug,
        };
        let parts: Vec<PartShown> = whole.articles(&self.library).map(part).collect();
        let number = parts.iter().position(|part| part.is_this)?.saturating_add(1);
        Some(SeriesShown { name: whole.name.clone(), url, number, count: parts.len(), parts })
    }

    fn alternate(&self, version: &Article) -> Alternate {
        Alternate { language: version.language.clone(), url: self.url_of(version) }
    }
}

/// The other versions of an article, each by the name of its language in itself, where the site knows it.
fn versions_shown(article: &Article, versions: &[&Article], templates: &Templates) -> Vec<VersionShown> {
    let name = |tag: &str| {
        let known = templates.words().offered().iter().find(|language| language.tag() == tag);
        known.map_or_else(|| tag.to_owned(), Language::own_name)
    };
    let others = versions.iter().filter(|version| version.slug != article.slug);
    let shown = others.map(|version| VersionShown {
        tag: version.language.clone(),
        name: name(&version.language),
        url: place_of(version),
    });
    shown.collect()
}

/// What is said of an article where it is not read.
pub(super) fn described(article: &Article) -> String {
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
fn article_body(
    (article, gallery): (&Article, &Gallery),
    cut_after: Option<u32>,
    language: &Language,
) -> ArticleBody {
    let whole = markdown::to_html_with(&article.body, gallery).html;
    let cut = cut_after.and_then(|number| paragraphs::cut_after(&whole, number));
    let (html, rest_html) = match cut {
        Some((before, after)) => (before.to_owned(), after.to_owned()),
        None => (whole, String::new()),
    };
    ArticleBody {
        slug: article.slug.to_string(),
        title: article.title.clone(),
        kicker: article.kicker.clone(),
        kicker_url: article.kicker.as_deref().map(|kicker| index::path_of(ShelfKind::Section, kicker)),
        standfirst_html: article.standfirst.as_deref().map(|text| markdown::to_html(text).html),
        date_text: article.date.as_ref().map(|date| day_text(date, language)),
        date_iso: article.date.as_ref().map(ArticleDate::iso),
        authors: article.authors.iter().map(|author| author_link(author)).collect(),
        html,
        rest_html,
        language: article.language.clone(),
    }
}

fn author_link(name: &str) -> LinkShown {
    LinkShown { name: name.to_owned(), url: index::path_of(ShelfKind::Author, name) }
}

/// An article as it stands in a list.
pub(super) fn teaser(article: &Article, language: &Language) -> Teaser {
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
