//! A folder of Markdown, as site generators have them, taken over file by file.

use super::media::{Found, Media, Seen};
use super::place::Site;
use super::report::Report;
use super::shelf::{Outcome, Shelf};
use super::{Options, TakeError};
use crate::content::front_matter;
use crate::content::import::{self, FILE_BYTES_MAX, ImportOptions};
use crate::domain::article::{Article, ArticleDate, Slug};
use crate::domain::media::MediaPath;
use crate::domain::old_address::OldAddress;
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

/// No folder of texts is as deep.
const DEPTH_MAX: usize = 20;

/// A folder, being taken over.
pub struct Folder {
    root: PathBuf,
    all: usize,
    left: VecDeque<PathBuf>,
    shelf: Shelf,
    media: Media,
    options: Options,
    report: Report,
}

impl Folder {
    /// Finds the Markdown files of a folder and the folders in it. Hidden ones are left out, links are not followed.
    pub fn open(root: &Path, content: &Path, options: Options) -> Result<Self, TakeError> {
        let mut files = Vec::new();
        find(root, 0, &mut files)?;
        files.sort();
        Ok(Self {
            root: root.to_owned(),
            all: files.len(),
            left: files.into(),
            shelf: Shelf::open(content, options.is_dry)?,
            media: Media::new(options.media.clone(), content, options.is_dry),
            options,
            report: Report::default(),
        })
    }

    /// Takes the next text over; says whether there was one.
    ///
    /// # Errors
    /// The system would not read or write. What is here is whole, and the same folder goes on from there.
    pub fn take_next(&mut self) -> Result<bool, TakeError> {
        let Some(file) = self.left.pop_front() else { return Ok(false) };
        let label = label_of(&self.root, &file);
        match self.take(&file, &label) {
            Ok(()) => {}
            Err(TakeError::Text(error)) => {
                self.report.count(Outcome::Refused, false);
                self.report.note(label, vec![error.to_string()]);
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// How much of a hundred parts is done.
    pub fn percent(&self) -> usize {
        (self.all - self.left.len()).saturating_mul(100).checked_div(self.all).unwrap_or(100)
    }

    /// What it came to.
    pub fn into_report(mut self) -> Report {
        self.report.pictures = self.media.copied;
        self.report
    }

    fn take(&mut self, file: &Path, label: &str) -> Result<(), TakeError> {
        let told = |error| TakeError::io(file, error);
        let length = fs::metadata(file).map_err(told)?.len();
        if usize::try_from(length).map_or(true, |length| length > FILE_BYTES_MAX) {
            return Err(import::ImportError::TooLarge { file: label.to_owned() }.into());
        }
        let bytes = fs::read(file).map_err(told)?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let named = Named::of(label);
        let imported = import::import(&bytes, label, &self.how(&text, &named))?;
        let (mut article, mut notes) = (imported.article, imported.notes);
        article.date = article.date.or(named.date);
        for address in named.addresses() {
            if !article.was.contains(&address) {
                article.was.push(address);
            }
        }
        article.body = self.with_pictures(&article.body, &mut notes)?;
        say_what_is_text(&article, &mut notes);
        let is_draft = article.draft;
        let put = self.shelf.put(article, &format!("markdown {label}"))?;
        self.report.count(put.outcome, is_draft);
        self.report.addresses += put.addresses;
        if matches!(put.outcome, Outcome::Same | Outcome::ByHand) {
            notes.clear();
        }
        notes.extend(put.notes);
        self.report.note(label.to_owned(), notes);
        Ok(())
    }

    /// The file's own keys come first, then its name, then its title.
    fn how(&self, text: &str, named: &Named) -> ImportOptions {
        let says = |key: &str| {
            let parts = front_matter::split(text).ok();
            parts.is_some_and(|parts| front_matter::line_of(parts.front_matter, key).is_some())
        };
        let is_toml = text.starts_with("+++\n");
        let has_slug = says("slug") || (is_toml && text.contains("\nslug ="));
        let has_language = says("language") || says("lang");
        ImportOptions {
            slug: if has_slug { None } else { named.slug.clone() },
            language: (!has_language).then(|| self.options.language.clone()),
        }
    }

    /// Gives pictures the addresses that they have here.
    fn with_pictures(&mut self, body: &str, notes: &mut Vec<String>) -> Result<String, TakeError> {
        let (site, mut seen) = (Site::of_files(), Seen::default());
        let mut out = String::with_capacity(body.len());
        let mut rest = body;
        while let Some(at) = rest.find("](") {
            let (before, from) = rest.split_at(at + 2);
            out.push_str(before);
            let end = from.find([')', ' ', '\n']).unwrap_or(from.len());
            let (address, behind) = from.split_at(end);
            let words = before.strip_suffix("](").and_then(|text| text.rsplit_once('['));
            let is_picture = words.is_some_and(|(lead, _)| lead.ends_with('!'));
            let mut target = address.to_owned();
            if is_picture {
                let picture = site.uploaded(address).and_then(MediaPath::parse_encoded);
                let found =
                    picture.as_ref().map_or(Ok(Found::Missing), |picture| self.media.take(picture))?;
                seen.note(picture.as_ref().map_or(address, MediaPath::as_str), found);
                if let Some(picture) = picture.filter(|_| found == Found::Here) {
                    target = picture.address();
                }
            }
            out.push_str(&target);
            rest = behind;
        }
        out.push_str(rest);
        notes.extend(seen.notes());
        Ok(out)
    }
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), TakeError> {
    let told = |error| TakeError::io(folder, error);
    if depth > DEPTH_MAX {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(told)? {
        let entry = entry.map_err(told)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(told)?);
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if name.starts_with('.') || name == "node_modules" {
            continue;
        }
        let is_markdown = path.extension().is_some_and(|extension| {
            ["md", "markdown"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        });
        if kind.is_dir() {
            find(&path, depth + 1, files)?;
        } else if kind.is_file() && is_markdown {
            files.push(path);
        }
    }
    Ok(())
}

/// The name of a file below the folder, with `/` between its parts.
fn label_of(root: &Path, file: &Path) -> String {
    let below = file.strip_prefix(root).unwrap_or(file);
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// What the name of a file says, as site generators read it.
struct Named {
    /// Without its ending, and without `index`.
    path: String,
    slug: Option<Slug>,
    /// The day at the beginning of the name, and the rest.
    dated: Option<(String, String)>,
    date: Option<ArticleDate>,
}

impl Named {
    fn of(label: &str) -> Self {
        let path = label.rsplit_once('.').map_or(label, |(path, _)| path);
        let is_index = |name: &str| matches!(name, "index" | "_index");
        let path = match path.rsplit_once('/') {
            Some((folder, name)) if is_index(name) => folder,
            Some(_) | None => path,
        };
        let stem = path.rsplit('/').next().unwrap_or(path);
        let day = stem.get(..10).and_then(|day| ArticleDate::parse(day).ok());
        let rest = stem.get(10..).and_then(|rest| rest.strip_prefix('-')).filter(|rest| !rest.is_empty());
        let dated = day.zip(rest).map(|(day, rest)| (day.iso().replace('-', "/"), rest.to_owned()));
        let name = dated.as_ref().map_or(stem, |(_, rest)| rest.as_str());
        let slug = Slug::parse(name).ok().or_else(|| Slug::from_title(name)).filter(|_| !is_index(name));
        Self { path: path.to_owned(), slug, date: day.filter(|_| dated.is_some()), dated }
    }

    /// Where generators show such a file, unless they are told otherwise.
    fn addresses(&self) -> Vec<OldAddress> {
        let mut texts = vec![format!("/{}", self.path)];
        if let Some((day, name)) = &self.dated {
            texts.push(format!("/{day}/{name}.html"));
            texts.push(format!("/{day}/{name}"));
        }
        texts.iter().filter_map(|text| OldAddress::parse(text).ok()).collect()
    }
}

/// Names what a generator would have made something of, and pages here show as it stands.
fn say_what_is_text(article: &Article, notes: &mut Vec<String>) {
    let marks = [
        ("{{<", "shortcodes"),
        ("{{%", "shortcodes"),
        ("{%", "Liquid"),
        ("<img", "HTML"),
        ("<iframe", "HTML"),
    ];
    let mut found: Vec<&str> =
        marks.iter().filter(|(mark, _)| article.body.contains(mark)).map(|(_, what)| *what).collect();
    found.dedup();
    if !found.is_empty() {
        notes.push(format!("shown as it stands, for it is no Markdown: {}", found.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    fn taken(files: &tempfile::TempDir, content: &Path) -> Report {
        let media = Some(files.path().join("static"));
        let options = Options { media, language: "de".into(), is_dry: false };
        let mut folder = Folder::open(files.path(), content, options).unwrap();
        while folder.take_next().unwrap() {}
        assert_eq!(folder.percent(), 100);
        folder.into_report()
    }

    #[test]
    fn the_names_of_generators_are_read() {
        let texts =
            |label: &str| Named::of(label).addresses().iter().map(ToString::to_string).collect::<Vec<_>>();
        let jekyll = Named::of("_posts/2019-05-03-bread.md");
        assert_eq!(
            (jekyll.slug.unwrap().as_str(), jekyll.date.unwrap().iso().as_str()),
            ("bread", "2019-05-03")
        );
        assert_eq!(
            texts("_posts/2019-05-03-bread.md"),
            ["/_posts/2019-05-03-bread", "/2019/05/03/bread.html", "/2019/05/03/bread"]
        );
        assert_eq!(Named::of("posts/bread/index.md").slug.unwrap().as_str(), "bread");
        assert_eq!(texts("posts/bread/index.md"), ["/posts/bread"]);
        assert!(Named::of("index.md").slug.is_none());
        assert_eq!(Named::of("Über uns.md").slug.unwrap().as_str(), "uber-uns");
    }

    #[test]
    fn a_folder_is_taken_over_once() {
        let files = site(&[
            (
                "_posts/2019-05-03-bread.md",
                "---\ntitle: Bread\ntags: [food]\n---\nText ![Oven](/img/oven.png).\n",
            ),
            (
                "notes/salt.md",
                "---\ntitle: Salt\nlang: en\ndraft: true\naliases: [/s]\n---\nText {{< figure >}}.\n",
            ),
            ("notes/broken.md", "---\ntitle: [\n---\n"),
            (".git/x.md", "no"),
            ("static/img/oven.png", "picture"),
        ]);
        let content = tempfile::tempdir().unwrap();

        let report = taken(&files, content.path());
        assert_eq!((report.new, report.refused, report.drafts, report.pictures), (2, 1, 1, 1), "{report:?}");
        let bread = fs::read_to_string(content.path().join("articles/bread.md")).unwrap();
        for words in
            ["date: 2019-05-03", "language: \"de\"", "![Oven](/media/img/oven.png)", "/2019/05/03/bread.html"]
        {
            assert!(bread.contains(words), "{words}: {bread}");
        }
        assert!(content.path().join("media/img/oven.png").exists());
        let salt = fs::read_to_string(content.path().join("articles/salt.md")).unwrap();
        assert!(
            salt.contains("draft: true") && salt.contains("\"/s\"") && salt.contains("language: \"en\""),
            "{salt}"
        );

        let again = taken(&files, content.path());
        assert_eq!((again.new, again.same, again.pictures), (0, 2, 0), "{again:?}");
    }
}
