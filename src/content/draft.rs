//! A file of the content folder as somebody means to write it: checked with all the others before it is.

use super::{APPEALS, ARTICLES, CAMPAIGNS, TIERS, files_of};
use crate::domain::article::Slug;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An article.
    Article,
    /// An appeal.
    Appeal,
    /// A campaign.
    Campaign,
    /// A tier.
    Tier,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Article, Self::Appeal, Self::Campaign, Self::Tier];

    /// The folder of its files.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Article => ARTICLES,
            Self::Appeal => APPEALS,
            Self::Campaign => CAMPAIGNS,
            Self::Tier => TIERS,
        }
    }

    /// The kind whose files are in this folder.
    pub fn of_folder(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.folder() == name)
    }

    /// Where the file of this name is.
    pub fn file(self, folder: &Path, slug: &Slug) -> PathBuf {
        folder.join(self.folder()).join(format!("{slug}.md"))
    }
}

/// A file as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub slug: Slug,
    /// What it is to say; none takes it away.
    pub text: Option<String>,
}

impl Draft {
    /// Writes or removes the file. Nobody reads half of it.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        let file = self.kind.file(folder, &self.slug);
        match &self.text {
            Some(text) => replace(&file, text.as_bytes()),
            None => fs::remove_file(file),
        }
    }
}

/// The names of the files of a kind, in their order. Files whose names are none are left out.
pub fn names(folder: &Path, kind: Kind) -> io::Result<Vec<Slug>> {
    let files = files_of(&folder.join(kind.folder()))?;
    let stems = files.iter().filter_map(|file| file.file_stem().and_then(|stem| stem.to_str()));
    Ok(stems.filter_map(|stem| Slug::parse(stem).ok()).collect())
}

/// What a file says; none if it is not there.
pub fn read(folder: &Path, kind: Kind, slug: &Slug) -> io::Result<Option<String>> {
    match fs::read_to_string(kind.file(folder, slug)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tells two texts apart.
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Writes a file beside its place and moves it there.
pub(super) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let written = fill(&beside, file, bytes).and_then(|()| fs::rename(&beside, file));
    written.inspect_err(|_first| {
        // Best effort: the failure to report is the first one.
        let _removed = fs::remove_file(&beside);
    })
}

fn fill(beside: &Path, replaced: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = fs::File::create(beside)?;
    new.write_all(bytes)?;
    if let Ok(meta) = fs::metadata(replaced) {
        new.set_permissions(meta.permissions())?;
    }
    new.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{load, load_with};

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        replace(&folder.path().join("articles/home.md"), b"---\ntitle: Home\nlanding: true\n---\nHello.\n")
            .unwrap();
        folder
    }

    fn draft(slug: &str, text: Option<&str>) -> Draft {
        let slug = Slug::parse(slug).unwrap();
        Draft { kind: Kind::Article, slug, text: text.map(str::to_owned) }
    }

    #[test]
    fn a_draft_counts_in_the_check_before_it_is_written_and_in_the_folder_after() {
        let folder = folder();
        let fresh = draft("news", Some("---\ntitle: News\n---\nText.\n"));
        assert_eq!(load_with(folder.path(), Some(&fresh)).unwrap().articles.len(), 2);
        assert_eq!(load(folder.path()).unwrap().articles.len(), 1, "nothing was written");
        fresh.save(folder.path()).unwrap();
        assert_eq!(load(folder.path()).unwrap().articles.len(), 2);
        let changed = draft("home", Some("---\ntitle: Other\nlanding: true\n---\nHello.\n"));
        assert_eq!(load_with(folder.path(), Some(&changed)).unwrap().landing().unwrap().title, "Other");
        draft("news", None).save(folder.path()).unwrap();
        assert_eq!(names(folder.path(), Kind::Article).unwrap(), [Slug::parse("home").unwrap()]);
    }

    #[test]
    fn a_draft_with_a_mistake_is_refused_with_its_line() {
        let folder = folder();
        let said = |draft: &Draft| load_with(folder.path(), Some(draft)).unwrap_err().to_string();
        assert!(said(&draft("home", None)).contains("no article is the landing page"));
        let lost = said(&draft("news", Some("---\ntitle: News\nappeal: nowhere\n---\n")));
        assert!(lost.contains("line 3") && lost.contains("nowhere"), "{lost}");
        assert!(said(&draft("news", Some("no front matter"))).contains("front matter"));
    }
}
