//! `import wordpress` and `import markdown`: what a publication wrote elsewhere.

use super::{Failure, Outcome, Setting, pictures};
use crate::content;
use crate::content::past::{self, Folder, Post, Report, TakeError, WordPress};
use crate::domain::audit::Actor;
use crate::usecases::Context;
use crate::usecases::comments::past::{self as comments, Taken};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct WordPressOptions {
    /// The file: Tools, Export, All content.
    file: PathBuf,
    /// The folder of uploaded pictures, `wp-content/uploads`; without it pictures stay where they are.
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,
    /// Leave the comments of readers out.
    #[arg(long)]
    no_comments: bool,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct MarkdownOptions {
    /// The folder with the texts, such as `_posts` of Jekyll or `content` of Hugo.
    folder: PathBuf,
    /// The folder below which the paths of pictures lie; without it they are not taken.
    #[arg(long, value_name = "DIR")]
    media: Option<PathBuf>,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn wordpress(setting: &Setting, options: WordPressOptions) -> Outcome {
    let how = how(setting, options.media, options.dry_run).await?;
    let app = if options.no_comments { None } else { Some(setting.app().await?) };
    let content = &setting.config.site.content;
    let mut wordpress = WordPress::open(&options.file, content, how)?;
    let mut said = Taken::default();
    let mut bar = Bar::new();
    while let Some(post) = wordpress.next_post()? {
        if let Some(app) = &app {
            said = said.and(comments_of(&app.services.ctx, post, options.dry_run).await?);
        }
        bar.show(wordpress.percent())?;
    }
    bar.wipe();
    let report = wordpress.into_report();
    tell(&report);
    if app.is_some() {
        let Taken { shown, held, known } = said;
        println!(
            "{shown} comments are new and shown, {held} are new and wait for a person, {known} were here before."
        );
    }
    end(setting, &report, options.dry_run).await
}

/// Takes the comments on a post over, or says what would come of them.
async fn comments_of(ctx: &Context, post: Post, is_dry: bool) -> Result<Taken, Failure> {
    if is_dry {
        return Ok(comments::look(ctx, post.comments).await?);
    }
    Ok(comments::take_over(ctx, Actor::Command, (post.slug, post.title), post.comments).await?)
}

pub(super) async fn markdown(setting: &Setting, options: MarkdownOptions) -> Outcome {
    let how = how(setting, options.media, options.dry_run).await?;
    let (texts, content) = (&options.folder, &setting.config.site.content);
    if let (Ok(texts), Ok(content)) = (texts.canonicalize(), content.canonicalize())
        && (texts.starts_with(&content) || content.starts_with(&texts))
    {
        let what = format!("{} is the content folder of this site, or lies in or around it", texts.display());
        return Err(Failure::Usage(what));
    }
    let mut folder = Folder::open(texts, content, how)?;
    let mut bar = Bar::new();
    while folder.take_next()? {
        bar.show(u64::try_from(folder.percent()).unwrap_or(100))?;
    }
    bar.wipe();
    let report = folder.into_report();
    tell(&report);
    end(setting, &report, options.dry_run).await
}

async fn how(setting: &Setting, media: Option<PathBuf>, is_dry: bool) -> Result<past::Options, Failure> {
    if let Some(missing) = media.as_ref().filter(|media| !media.is_dir()) {
        return Err(Failure::Usage(format!("{} is no folder", missing.display())));
    }
    let office = setting.with_office().await?;
    let language = office.as_ref().unwrap_or(&setting.config).site.default_locale.clone();
    Ok(past::Options { media, language, is_dry })
}

impl From<TakeError> for Failure {
    fn from(error: TakeError) -> Self {
        Self::Failed(error.to_string())
    }
}

fn tell(report: &Report) {
    for noted in &report.noted {
        println!("{}", noted.text);
        noted.notes.iter().for_each(|note| println!("  note: {note}"));
    }
    report.sentences().iter().for_each(|sentence| println!("{sentence}"));
}

async fn end(setting: &Setting, report: &Report, is_dry: bool) -> Outcome {
    let folder = &setting.config.site.content;
    if is_dry {
        println!("Nothing was changed.");
    } else {
        match content::load(folder) {
            Ok(library) => pictures::make(setting, library.pictures(folder)).await?,
            Err(mistakes) => println!("The site shows nothing new until this is mended:\n{mistakes}"),
        }
    }
    if report.refused > 0 {
        let count = report.refused;
        return Err(Failure::Failed(format!("{count} texts could not be taken over; the notes say why")));
    }
    Ok(())
}

/// How far the work is, on a terminal only.
struct Bar {
    is_shown: bool,
    last: Option<u64>,
}

impl Bar {
    fn new() -> Self {
        Self { is_shown: io::stderr().is_terminal(), last: None }
    }

    fn show(&mut self, percent: u64) -> io::Result<()> {
        if !self.is_shown || self.last == Some(percent) {
            return Ok(());
        }
        self.last = Some(percent);
        eprint!("\r{percent:>3} %");
        io::stderr().flush()
    }

    fn wipe(&self) {
        if self.is_shown {
            eprint!("\r\u{1b}[K");
        }
    }
}
