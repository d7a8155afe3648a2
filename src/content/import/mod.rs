//! Owns: turning a publisher's existing text (Markdown, HTML, plain text) into files of the content folder.
//! May import: `domain`, `content`. Must not: know the store or the web, or change a file it was not asked to.

mod decode;
mod html;
mod markdown_file;
mod paragraphs;
mod plain_text;
mod recognise;
mod write;

use std::path::{Path, PathBuf};

use crate::domain::article::{Article, ArticleDate, OwnAppeal, Slug, Ties};
use crate::domain::old_address::OldAddress;

pub(super) use write::article_text;
pub use write::{Existing, WriteOptions, Written, write};

/// Largest file that is imported, in bytes.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What the person who imports decides; everything else is read from the file.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The slug; otherwise the file's own or one made from its title.
    pub slug: Option<Slug>,
    /// BCP 47 tag; otherwise the file's own or `en`.
    pub language: Option<String>,
}

/// What was read from a file, not yet written anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The article. Not the landing page, without an appeal: writing decides these.
    pub article: Article,
    /// The call to give that stood below it.
    pub appeal: Option<ImportedAppeal>,
    /// What a person should look at, one sentence each.
    pub notes: Vec<String>,
}

/// An appeal found in an imported text. It has no campaign until it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedAppeal {
    /// Its heading.
    pub heading: String,
    /// Markdown.
    pub body: String,
}

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No text in it.
    #[error("{file} holds no text; check that it is the right file and was saved")]
    Empty {
        /// As named by the person.
        file: String,
    },
    /// More than [`FILE_BYTES_MAX`].
    #[error("{file} is larger than 8 MiB; that is more than an article, check that it is the right file")]
    TooLarge {
        /// As named by the person.
        file: String,
    },
    /// A word processor's file, a PDF, a picture.
    #[error("{file} is {kind}, not text; save it as plain text (UTF-8), HTML or Markdown and import that")]
    NotText {
        /// As named by the person.
        file: String,
        /// What it looks like.
        kind: &'static str,
    },
    /// Nothing in it can be the headline.
    #[error("{file} has no headline; put it on the first line, or write `title:` in front matter")]
    NoTitle {
        /// As named by the person.
        file: String,
    },
    /// The title gives no slug.
    #[error(
        "no address can be made from the title of {file}; name one with `--slug`, such as --slug spring-appeal"
    )]
    NoSlug {
        /// As named by the person.
        file: String,
    },
    /// YAML that cannot be read.
    #[error("the front matter of {file} cannot be read: {message}; correct it or remove it")]
    BadFrontMatter {
        /// As named by the person.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// HTML made to exhaust the reader.
    #[error("the HTML of {file} is nested too deeply to be an article; save the page again from a browser")]
    TooDeep {
        /// As named by the person.
        file: String,
    },
    /// A file of this name is there already.
    #[error("{path} exists already; choose another name with `--slug`, or allow it to be replaced", path = .path.display())]
    Exists {
        /// The file that would have been overwritten.
        path: PathBuf,
    },
    /// The system would not write.
    #[error("cannot write {path}; check that the folder can be written to: {source}", path = .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What a reader of one kind of file hands back; the fields of an article that could be found.
#[derive(Debug, Default)]
struct Draft {
    title: String,
    kicker: Option<String>,
    slug: Option<String>,
    date: Option<ArticleDate>,
    authors: Vec<String>,
    standfirst: Option<String>,
    language: Option<String>,
    body: String,
    is_hidden: bool,
    /// Addresses at which it was read, as the file writes them.
    was: Vec<String>,
    appeal: Option<ImportedAppeal>,
    notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Markdown,
    Html,
    PlainText,
}

/// Reads one file of any kind into an article. `file_name` tells the kind by its ending, unless the text itself
/// tells otherwise, and stands in the messages.
pub fn import(bytes: &[u8], file_name: &str, options: &ImportOptions) -> Result<Imported, ImportError> {
    let file = file_name.to_owned();
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ImportError::TooLarge { file });
    }
    let decoded = decode::decode(bytes, file_name)?;
    if decoded.text.trim().is_empty() {
        return Err(ImportError::Empty { file });
    }
    let mut draft = match kind_of(&decoded.text, file_name) {
        Kind::Markdown => markdown_file::read(&decoded.text, file_name)?,
        Kind::Html => html::read(&decoded.text, file_name)?,
        Kind::PlainText => plain_text::read(&decoded.text),
    };
    if draft.title.trim().is_empty() {
        return Err(ImportError::NoTitle { file });
    }
    let slug = match &options.slug {
        Some(slug) => slug.clone(),
        None => slug_of(&mut draft, file_name).ok_or(ImportError::NoSlug { file })?,
    };
    let mut notes: Vec<String> = decoded.note.into_iter().collect();
    notes.append(&mut draft.notes);
    let language =
        options.language.clone().or(draft.language).filter(|tag| super::front_matter::is_language(tag));
    let was = old_addresses(&draft.was, &mut notes);
    notes.extend(super::pictures::of(&draft.body).note());
    let article = Article {
        slug,
        title: one_line(&draft.title),
        kicker: draft.kicker,
        date: draft.date,
        authors: draft.authors,
        standfirst: draft.standfirst.map(|text| one_line(&text)).filter(|text| !text.is_empty()),
        language: language.unwrap_or_else(|| "en".to_owned()),
        landing: false,
        draft: draft.is_hidden,
        publish: None,
        ties: Ties::default(),
        appeal: OwnAppeal::ByRules,
        comments: true,
        was,
        imported: None,
        body: draft.body.trim().to_owned(),
    };
    Ok(Imported { article, appeal: draft.appeal, notes })
}

/// The Markdown of a part of a page. `name` stands in the message.
pub(super) fn markdown_of(html: &str, name: &str) -> Result<String, ImportError> {
    html::part(html, name)
}

/// The file's own slug if it is one, else the title's, else the file name's.
fn slug_of(draft: &mut Draft, file_name: &str) -> Option<Slug> {
    if let Some(text) = draft.slug.take() {
        match Slug::parse(&text) {
            Ok(slug) => return Some(slug),
            Err(reason) => draft.notes.push(format!("the slug `{text}` was not kept: {reason}")),
        }
    }
    let from_title = Slug::from_title(&draft.title);
    from_title.or_else(|| {
        let stem = Path::new(file_name).file_stem()?.to_string_lossy().into_owned();
        let slug = Slug::from_title(&stem)?;
        draft.notes.push(format!("the address `{slug}` was made from the file's name, not from the title"));
        Some(slug)
    })
}

/// The addresses that can be kept, each once; the others are named.
fn old_addresses(texts: &[String], notes: &mut Vec<String>) -> Vec<OldAddress> {
    let mut found = Vec::new();
    for text in texts {
        match OldAddress::parse(text) {
            Ok(address) if !found.contains(&address) => found.push(address),
            Ok(_again) => {}
            Err(reason) => notes.push(format!("the old address `{text}` was not kept: {reason}")),
        }
    }
    found
}

fn kind_of(text: &str, file_name: &str) -> Kind {
    let head: String = text.trim_start().chars().take(2000).collect::<String>().to_lowercase();
    let has_front_matter =
        head.starts_with("---\n") || head.starts_with("---\r\n") || head.starts_with("+++\n");
    if ["<!doctype html", "<html", "<head", "<body", "<article"].iter().any(|tag| head.starts_with(tag)) {
        return Kind::Html;
    }
    let extension = Path::new(file_name).extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("html" | "htm" | "xhtml") => Kind::Html,
        Some("md" | "markdown" | "mdown" | "mkd") => Kind::Markdown,
        Some(_) | None if has_front_matter => Kind::Markdown,
        Some("txt" | "text") => Kind::PlainText,
        Some(_) | None if head.starts_with('<') && head.contains("</") => Kind::Html,
        Some(_) | None if head.starts_with("# ") || head.contains("\n## ") || head.contains("](http") => {
            Kind::Markdown
        }
        Some(_) | None => Kind::PlainText,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, file_name: &str) -> Imported {
        import(text.as_bytes(), file_name, &ImportOptions::default()).unwrap()
    }

    #[test]
    fn the_kind_is_told_by_the_text_before_the_name() {
        assert_eq!(kind_of("<!DOCTYPE html><p>x</p>", "a.txt"), Kind::Html);
        assert_eq!(kind_of("---\ntitle: A\n---\n", "a.txt"), Kind::Markdown);
        assert_eq!(kind_of("A\n\nB", "a.md"), Kind::Markdown);
        assert_eq!(kind_of("# A\n\nB", "a.txt"), Kind::PlainText);
        assert_eq!(kind_of("# A\n\nB", "README"), Kind::Markdown);
        assert_eq!(kind_of("A\n\nB", "letter"), Kind::PlainText);
    }

    #[test]
    fn empty_and_foreign_files_are_refused() {
        let refused = |bytes: &[u8]| import(bytes, "a.txt", &ImportOptions::default()).unwrap_err();

        assert!(matches!(refused(b""), ImportError::Empty { .. }));
        assert!(matches!(refused(b" \r\n\t\n"), ImportError::Empty { .. }));
        assert!(matches!(refused(b"%PDF-1.7 ..."), ImportError::NotText { kind: "a PDF", .. }));
        assert!(matches!(refused(&vec![b'a'; FILE_BYTES_MAX + 1]), ImportError::TooLarge { .. }));
        assert!(matches!(
            import(b"<html><body></body></html>", "a.html", &ImportOptions::default()),
            Err(ImportError::NoTitle { .. })
        ));
    }

    #[test]
    fn the_slug_comes_from_the_person_the_title_or_the_file() {
        let asked = ImportOptions { slug: Some(Slug::parse("mine").unwrap()), language: Some("de".into()) };
        let imported = import(b"Bread\n\nText about bread.", "a.txt", &asked).unwrap();
        assert_eq!((imported.article.slug.as_str(), imported.article.language.as_str()), ("mine", "de"));

        assert_eq!(read("Bread & wine\n\nText.", "a.txt").article.slug.as_str(), "bread-wine");

        let cyrillic = read("Хлеб\n\nТекст.", "Bread 2.txt");
        assert_eq!(cyrillic.article.slug.as_str(), "bread-2");
        assert_eq!(cyrillic.notes.len(), 1);

        let nothing = import("Хлеб\n\nТекст.".as_bytes(), "хлеб.txt", &ImportOptions::default());
        assert!(matches!(nothing, Err(ImportError::NoSlug { .. })));
    }
}
