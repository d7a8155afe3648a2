//! `article import`.

use super::{Failure, Outcome, Setting};
use crate::content::import::{self, Existing, ImportOptions, WriteOptions};
use crate::content::{self, pictures};
use crate::domain::article::Slug;
use crate::pictures::Wanted;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Bring a Markdown, HTML or plain-text file into the content folder.
    Import(Import),
}

#[derive(Debug, clap::Args)]
pub(super) struct Import {
    /// The file.
    file: PathBuf,
    /// Name in addresses; by default made from the title, with a number if that name is taken.
    #[arg(long)]
    slug: Option<String>,
    /// Make it the front page.
    #[arg(long)]
    landing: bool,
    /// Replace an article or appeal of the same name.
    #[arg(long)]
    overwrite: bool,
    /// The campaign that an appeal found in the file points at; by default the only or first one.
    #[arg(long)]
    campaign: Option<String>,
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let Command::Import(options) = command;
    let slug = |text: Option<String>| {
        text.map(|text| Slug::parse(&text).map_err(|error| Failure::Usage(error.to_string()))).transpose()
    };
    let existing = match (options.overwrite, &options.slug) {
        (true, _) => Existing::Replace,
        (false, Some(_chosen)) => Existing::Refuse,
        (false, None) => Existing::KeepBoth,
    };
    let bytes = std::fs::read(&options.file)
        .map_err(|error| Failure::Failed(format!("{} cannot be read: {error}", options.file.display())))?;
    let name = options.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let failed = |error: import::ImportError| Failure::Failed(error.to_string());
    let office = setting.with_office().await?;
    let how = ImportOptions {
        slug: slug(options.slug)?,
        language: Some(office.as_ref().unwrap_or(&setting.config).site.default_locale.clone()),
    };
    let imported = import::import(&bytes, &name, &how).map_err(failed)?;
    let write = WriteOptions { landing: options.landing, existing, campaign: slug(options.campaign)? };
    let written = import::write(&setting.config.site.content, &imported, &write).map_err(failed)?;
    println!("Imported “{}”.", imported.article.headline());
    for file in &written.files {
        println!("  wrote {}", file.display());
    }
    for note in imported.notes.iter().chain(&written.notes) {
        println!("  note: {note}");
    }
    // Those of the whole site are the serving process's to look after.
    let content = &setting.config.site.content;
    let own = pictures::of(&imported.article.body).own.into_iter();
    let wanted: Wanted =
        own.map(|picture| (picture.clone(), content::media_file(content, &picture))).collect();
    super::pictures::make(setting, wanted).await
}
