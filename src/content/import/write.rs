//! Imported articles to files of the content folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{ImportError, Imported, ImportedAppeal};
use crate::content::front_matter::{self, quoted};
use crate::content::{APPEALS, ARTICLES, CAMPAIGNS, draft, files_of};
use crate::domain::article::{Article, OwnAppeal, Slug};

/// What the person who imports wants written.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// Make it the landing page, and take that from the article that is it now.
    pub landing: bool,
    /// What to do about an article of the same name.
    pub existing: Existing,
    /// The campaign that gifts from the appeal go to; otherwise one of the folder's.
    pub campaign: Option<Slug>,
}

/// What to do about an article of the same name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Existing {
    /// Say so and write nothing.
    #[default]
    Refuse,
    /// Replace it, and an appeal of the same name.
    Replace,
    /// Keep it and give the imported article the next free name. The same article twice stays one.
    KeepBoth,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Files written or changed.
    pub files: Vec<PathBuf>,
    /// What a person should look at, one sentence each.
    pub notes: Vec<String>,
}

/// Writes `articles/<slug>.md`, and `appeals/<slug>.md` when an appeal was found and the folder has a campaign for
/// it. Each file appears complete or not at all. No file is replaced unless asked, but the previous landing page's
/// `landing:` line, and only that line, becomes `false`.
pub fn write(folder: &Path, imported: &Imported, options: &WriteOptions) -> Result<Written, ImportError> {
    let mut written = Written { files: Vec::new(), notes: Vec::new() };
    let mut article = imported.article.clone();
    article.landing = options.landing;
    if options.existing == Existing::Refuse {
        refuse_existing(&article_file(folder, &article.slug))?;
    }
    if let Some(appeal) = &imported.appeal {
        let named = write_appeal(folder, appeal, options, &mut written)?;
        article.appeal = named.map_or(OwnAppeal::ByRules, OwnAppeal::Named);
    }
    if options.existing == Existing::KeepBoth {
        article.slug = free_name(folder, &article)?;
        if article.slug != imported.article.slug {
            written.notes.push(format!(
                "an article `{}` is there already, so this one is `{}`",
                imported.article.slug, article.slug
            ));
        }
    }
    let file = article_file(folder, &article.slug);
    // Bringing the landing page in again must not leave the folder without one.
    article.landing = options.landing || is_landing(&file)?;
    article.draft &= !article.landing;
    // The new landing page comes first: a reader of the folder in between finds two, and keeps what it had.
    write_whole(&file, &article_text(&article))?;
    written.files.push(file.clone());
    if options.landing {
        unset_other_landings(folder, &file, &mut written)?;
    }
    Ok(written)
}

fn article_file(folder: &Path, slug: &Slug) -> PathBuf {
    folder.join(ARTICLES).join(format!("{slug}.md"))
}

fn refuse_existing(file: &Path) -> Result<(), ImportError> {
    if file.exists() { Err(ImportError::Exists { path: file.to_owned() }) } else { Ok(()) }
}

fn is_landing(file: &Path) -> Result<bool, ImportError> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(without_landing(&text).is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(ImportError::Io { path: file.to_owned(), source }),
    }
}

/// The article's own name, or that with the next number behind it that is free or holds this very article.
fn free_name(folder: &Path, article: &Article) -> Result<Slug, ImportError> {
    let wanted = without_landing_line(&article_text(article));
    let numbered = (2..).map_while(|number| Slug::parse(&format!("{}-{number}", article.slug)).ok());
    for slug in std::iter::once(article.slug.clone()).chain(numbered) {
        let file = article_file(folder, &slug);
        match fs::read_to_string(&file) {
            Ok(text) if without_landing_line(&text) == wanted => return Ok(slug),
            Ok(_another) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(slug),
            Err(source) => return Err(ImportError::Io { path: file, source }),
        }
    }
    // The name has no room for a number.
    Err(ImportError::Exists { path: article_file(folder, &article.slug) })
}

/// Which article is the landing page says nothing about what it is.
fn without_landing_line(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("landing:")).collect::<Vec<_>>().join("\n")
}

/// Writes the appeal and returns its slug, or the slug of the one of this name that is there already.
fn write_appeal(
    folder: &Path,
    appeal: &ImportedAppeal,
    options: &WriteOptions,
    written: &mut Written,
) -> Result<Option<Slug>, ImportError> {
    let slug = Slug::from_title(&appeal.heading).or_else(|| Slug::parse("appeal").ok());
    let Some(slug) = slug else {
        return Ok(None);
    };
    let file = folder.join(APPEALS).join(format!("{slug}.md"));
    if file.exists() && options.existing != Existing::Replace {
        written
            .notes
            .push(format!("{} was there already and is shown on the article unchanged", file.display()));
        return Ok(Some(slug));
    }
    let campaigns = campaigns_of(folder)?;
    let campaign = match &options.campaign {
        Some(asked) => campaigns.iter().find(|campaign| *campaign == asked),
        None => campaigns.first(),
    };
    let Some(campaign) = campaign else {
        written.notes.push(
            "the appeal was not written, because the content folder has no such campaign; \
             write campaigns/<name>.md and import again"
                .to_owned(),
        );
        return Ok(None);
    };
    if options.campaign.is_none() && campaigns.len() > 1 {
        written
            .notes
            .push(format!("the appeal asks for the campaign `{campaign}`; change `campaign:` in it"));
    }
    write_whole(&file, &appeal_text(appeal, campaign))?;
    written.files.push(file);
    Ok(Some(slug))
}

fn campaigns_of(folder: &Path) -> Result<Vec<Slug>, ImportError> {
    let files = list(&folder.join(CAMPAIGNS))?;
    Ok(files.iter().filter_map(|file| Slug::parse(&file.file_stem()?.to_string_lossy()).ok()).collect())
}

fn unset_other_landings(folder: &Path, landing: &Path, written: &mut Written) -> Result<(), ImportError> {
    for file in list(&folder.join(ARTICLES))? {
        if file == landing {
            continue;
        }
        let text = match fs::read(&file).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            // Not a readable article: `load` reports it, and it cannot be the landing page.
            Ok(Err(_not_utf8)) => continue,
            Err(source) => return Err(ImportError::Io { path: file, source }),
        };
        if let Some(changed) = without_landing(&text) {
            write_whole(&file, &changed)?;
            written.files.push(file);
        }
    }
    Ok(())
}

/// The text with `landing: true` in its front matter turned to `false`, if it stands there.
fn without_landing(text: &str) -> Option<String> {
    let parts = front_matter::split(text).ok()?;
    let head_bytes = text.find(parts.front_matter).filter(|_| !parts.front_matter.is_empty())?;
    let mut changed = text.get(..head_bytes)?.to_owned();
    let mut is_changed = false;
    for line in parts.front_matter.split_inclusive('\n') {
        let value = line.strip_prefix("landing").map(str::trim_start).and_then(|rest| rest.strip_prefix(':'));
        match value {
            Some(value) if value.trim_start().to_lowercase().starts_with("true") => {
                let ending = line.get(line.trim_end_matches(['\r', '\n']).len()..).unwrap_or_default();
                changed.push_str("landing: false");
                changed.push_str(ending);
                is_changed = true;
            }
            Some(_) | None => changed.push_str(line),
        }
    }
    changed.push_str(text.get(head_bytes + parts.front_matter.len()..)?);
    is_changed.then_some(changed)
}

/// The file of an article.
pub(in crate::content) fn article_text(article: &Article) -> String {
    let mut lines = vec![format!("title: {}", quoted(&article.title))];
    lines.extend(article.kicker.as_ref().map(|kicker| format!("kicker: {}", quoted(kicker))));
    lines.extend(article.date.map(|date| format!("date: {}", date.iso())));
    if !article.authors.is_empty() {
        let names: Vec<String> = article.authors.iter().map(|name| quoted(name)).collect();
        lines.push(format!("authors: [{}]", names.join(", ")));
    }
    lines.extend(article.standfirst.as_ref().map(|text| format!("standfirst: {}", quoted(text))));
    lines.push(format!("language: {}", quoted(&article.language)));
    lines.push(format!("landing: {}", article.landing));
    lines.extend(article.draft.then(|| "draft: true".to_owned()));
    lines.extend((!article.comments).then(|| "comments: false".to_owned()));
    lines.extend(article.appeal.named().map(|slug| format!("appeal: {}", quoted(slug.as_str()))));
    if !article.was.is_empty() {
        let old: Vec<String> = article.was.iter().map(|address| quoted(&address.to_string())).collect();
        lines.push(format!("was: [{}]", old.join(", ")));
    }
    lines.extend(article.imported.as_ref().map(|note| format!("imported: {}", quoted(note))));
    format!("---\n{}\n---\n\n{}\n", lines.join("\n"), article.body.trim())
}

fn appeal_text(appeal: &ImportedAppeal, campaign: &Slug) -> String {
    let heading = quoted(&appeal.heading);
    let campaign = quoted(campaign.as_str());
    format!("---\nheading: {heading}\ncampaign: {campaign}\n---\n\n{}\n", appeal.body.trim())
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, ImportError> {
    files_of(folder).map_err(|source| ImportError::Io { path: folder.to_owned(), source })
}

/// So that nobody reads half of it.
fn write_whole(file: &Path, text: &str) -> Result<(), ImportError> {
    draft::replace(file, text.as_bytes()).map_err(|source| ImportError::Io { path: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::import::{ImportOptions, import};
    use crate::content::load;

    fn read(text: &str) -> Imported {
        import(text.as_bytes(), "a.txt", &ImportOptions::default()).unwrap()
    }

    fn landing() -> WriteOptions {
        WriteOptions { landing: true, ..WriteOptions::default() }
    }

    fn text_of(folder: &Path, name: &str) -> String {
        fs::read_to_string(folder.join(name)).unwrap()
    }

    const WITH_APPEAL: &str = "Review: \"Bread\" \\ & wine\nBy Ann Lee\nMarch 2003\n\nBread is old.\n\nOlder than \
        wine.\n\nAn appeal to our readers\n\nPlease give.";

    #[test]
    fn what_is_written_loads_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("campaigns")).unwrap();
        fs::write(folder.path().join("campaigns/fund.md"), "---\ntitle: Fund\nsummary: S.\n---\n").unwrap();
        let imported = read(WITH_APPEAL);

        let written = write(folder.path(), &imported, &landing()).unwrap();

        assert_eq!(written.files.len(), 2);
        assert_eq!(written.notes, Vec::<String>::new());
        let library = load(folder.path()).unwrap();
        let article = library.landing().unwrap();
        let mut expected = imported.article.clone();
        expected.landing = true;
        expected.appeal = OwnAppeal::Named(Slug::from_title("An appeal to our readers").unwrap());
        assert_eq!(article, &expected);
        let appeal = library.appeal_of(article).unwrap();
        assert_eq!(
            (appeal.heading.as_str(), appeal.body.as_str()),
            ("An appeal to our readers", "Please give.")
        );
        assert_eq!(appeal.campaign.as_str(), "fund");
        let names: Vec<_> = fs::read_dir(folder.path().join("articles")).unwrap().collect();
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn nothing_is_overwritten_unless_asked() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &read("Bread\n\nFirst."), &landing()).unwrap();
        let second = read("Bread\n\nSecond.");

        let refused = write(folder.path(), &second, &landing()).unwrap_err();
        assert!(matches!(refused, ImportError::Exists { .. }));
        assert!(text_of(folder.path(), "articles/bread.md").contains("First."));

        write(folder.path(), &second, &WriteOptions { existing: Existing::Replace, ..landing() }).unwrap();
        assert!(text_of(folder.path(), "articles/bread.md").contains("Second."));
    }

    #[test]
    fn an_article_of_the_same_name_can_stay_beside_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let beside = WriteOptions { existing: Existing::KeepBoth, ..landing() };
        for (text, file) in [("First.", "bread.md"), ("Second.", "bread-2.md"), ("Second.", "bread-2.md")] {
            let written = write(folder.path(), &read(&format!("Bread\n\n{text}")), &beside).unwrap();
            assert!(written.files[0].ends_with(file), "{:?}", written.files);
        }
        assert!(text_of(folder.path(), "articles/bread.md").contains("First."));
        assert_eq!(load(folder.path()).unwrap().landing().unwrap().slug.as_str(), "bread-2");
    }

    #[test]
    fn the_landing_page_stays_one_when_it_is_brought_in_again() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &read("Bread\n\nFirst."), &landing()).unwrap();
        for existing in [Existing::KeepBoth, Existing::Replace] {
            let again = WriteOptions { existing, ..WriteOptions::default() };
            write(folder.path(), &read("Bread\n\nFirst."), &again).unwrap();
            assert_eq!(load(folder.path()).unwrap().landing().unwrap().slug.as_str(), "bread");
        }
    }

    #[test]
    fn the_previous_landing_page_loses_only_that_line() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("articles")).unwrap();
        let before =
            "---\r\ntitle: Old # kept\r\nlanding:  true # mine\r\ndate: 2001\r\n---\r\nlanding: true\r\n";
        fs::write(folder.path().join("articles/old.md"), before).unwrap();
        fs::write(folder.path().join("articles/other.md"), "---\ntitle: Other\n---\nlanding: true\n")
            .unwrap();

        let written = write(folder.path(), &read("New\n\nText."), &landing()).unwrap();

        assert_eq!(written.files.len(), 2);
        assert_eq!(
            text_of(folder.path(), "articles/old.md"),
            before.replacen("landing:  true # mine", "landing: false", 1)
        );
        assert_eq!(load(folder.path()).unwrap().landing().unwrap().title, "New");
    }

    #[test]
    fn an_appeal_needs_a_campaign_and_keeps_an_existing_text() {
        let folder = tempfile::tempdir().unwrap();
        let imported = read(WITH_APPEAL);

        let written = write(folder.path(), &imported, &landing()).unwrap();
        assert!(written.notes[0].contains("campaigns/<name>.md"), "{:?}", written.notes);
        assert_eq!(load(folder.path()).unwrap().landing().unwrap().appeal, OwnAppeal::ByRules);

        fs::create_dir(folder.path().join("campaigns")).unwrap();
        fs::create_dir(folder.path().join("appeals")).unwrap();
        for name in ["autumn", "spring"] {
            let file = folder.path().join(format!("campaigns/{name}.md"));
            fs::write(file, "---\ntitle: T\nsummary: S.\n---\n").unwrap();
        }
        let asked =
            WriteOptions { existing: Existing::Replace, campaign: Slug::parse("spring").ok(), ..landing() };
        write(folder.path(), &imported, &asked).unwrap();
        assert!(
            text_of(folder.path(), "appeals/an-appeal-to-our-readers.md").contains("campaign: \"spring\"")
        );

        let again = Imported {
            article: Article { slug: Slug::parse("b").unwrap(), ..imported.article.clone() },
            ..imported
        };
        let written = write(folder.path(), &again, &landing()).unwrap();
        assert!(written.notes[0].contains("was there already"), "{:?}", written.notes);
        assert_eq!(
            load(folder.path()).unwrap().article("b").unwrap().appeal.named().unwrap().as_str(),
            "an-appeal-to-our-readers"
        );
    }
}
