//! `import`: what is taken over from elsewhere.

use super::handed_in::{self, Look};
use super::table::{Table, time};
use super::{Failure, Outcome, Setting, bank, patreon, takeover};
use crate::domain::article::Slug;
use crate::domain::audit::Actor;
use crate::domain::bank_mapping::{DateOrder, DecimalMark};
use crate::domain::gift_import::{Import, ImportLayout, ImportOptions, ImportStatus, Report};
use crate::domain::ids::ImportId;
use crate::jobs::{self, Looked};
use crate::usecases::Context;
use crate::usecases::imports::{self, BYTES_MAX, HandedIn};
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// A bank's statement: the same as `bank import`.
    Bank(bank::Options),
    /// Past donations, from the CSV in which another donation page writes them down (docs/importing.md). The same file
    /// again, or one that overlaps it, books nothing twice. Nobody is mailed, and no receipt is numbered.
    Donations(Box<Options>),
    /// Patreon's file of members (Audience, Export CSV), of any year.
    Patreon(patreon::ImportOptions),
    /// Posts, pages and comments of a blog, from the file that WordPress exports (docs/wordpress.md). The same file again, or a
    /// newer one, adds only what is new. Nobody is mailed, and nothing is fetched.
    Wordpress(takeover::WordPressOptions),
    /// A folder of Markdown, as Jekyll, Hugo and others have it (docs/wordpress.md).
    Markdown(takeover::MarkdownOptions),
    /// List the files of past donations, the latest first.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 20)]
        limit: i64,
    },
    /// Take all donations of a file back: each is declared void, and the file may come again.
    Undo {
        /// The file, as `import list` names it.
        id: ImportId,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The file.
    file: PathBuf,
    /// Who wrote it; otherwise its heading tells.
    #[arg(long, value_parser = layout)]
    layout: Option<ImportLayout>,
    /// The campaign of lines that name none that is known here.
    #[arg(long, value_name = "SLUG", value_parser = slug)]
    campaign: Option<Slug>,
    /// What comes first in days such as 05/04/2020: the day (dmy), the month (mdy) or the year (ymd).
    #[arg(long, value_name = "ORDER", value_parser = date_order)]
    dates: Option<DateOrder>,
    /// What stands before decimals in amounts such as 1,250: point or comma.
    #[arg(long, value_name = "MARK", value_parser = decimal_mark)]
    decimals: Option<DecimalMark>,
    /// Count the donations on the yearly statements of donors.
    #[arg(long)]
    statements: bool,
    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,
}

fn layout(word: &str) -> Result<ImportLayout, String> {
    ImportLayout::parse(word).ok_or_else(|| one_of(ImportLayout::ALL.iter().map(|known| known.as_str())))
}

fn date_order(word: &str) -> Result<DateOrder, String> {
    DateOrder::parse(word).ok_or_else(|| one_of(DateOrder::ALL.iter().map(|known| known.as_str())))
}

fn decimal_mark(word: &str) -> Result<DecimalMark, String> {
    DecimalMark::parse(word).ok_or_else(|| one_of(DecimalMark::ALL.iter().map(|known| known.as_str())))
}

fn one_of(words: impl Iterator<Item = &'static str>) -> String {
    format!("one of {}", words.collect::<Vec<_>>().join(", "))
}

fn slug(text: &str) -> Result<Slug, String> {
    Slug::parse(text).map_err(|error| error.to_string())
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    match command {
        Command::Bank(options) => bank::run(setting, bank::Command::Import(options)).await,
        Command::Donations(options) => donations(&setting.app().await?.services.ctx, *options).await,
        Command::Patreon(options) => patreon::import(setting, options).await,
        Command::Wordpress(options) => takeover::wordpress(setting, options).await,
        Command::Markdown(options) => takeover::markdown(setting, options).await,
        Command::List { limit } => list(&setting.app().await?.services.ctx, limit).await,
        Command::Undo { id } => undo(&setting.app().await?.services.ctx, id).await,
    }
}

async fn list(ctx: &Context, limit: i64) -> Outcome {
    let mut table = Table::or("Nobody has handed one in yet.");
    for file in imports::latest(ctx, limit).await? {
        let gifts = format!("{} lines, {} booked", file.lines_all, file.booked);
        table.row([file.id.to_string(), file.status.to_string(), time(file.asked_at), gifts, file.name]);
    }
    table.print();
    Ok(())
}

async fn donations(ctx: &Context, options: Options) -> Outcome {
    let path = options.file;
    let said = ImportOptions {
        layout: options.layout,
        date_order: options.dates,
        decimal_mark: options.decimals,
        campaign: options.campaign,
        on_statements: options.statements,
    };
    let file = handed_in::open(&path, BYTES_MAX)?;
    let refused =
        |mistakes: &str| Failure::Failed(format!("nothing of {} is taken over:\n{mistakes}", path.display()));
    if options.dry_run {
        let looked = jobs::look_through(ctx, &said, file).await;
        match looked.map_err(|error| Failure::Failed(error.to_string()))? {
            Looked::Faults(mistakes) => return Err(refused(&mistakes)),
            Looked::Fits(report) => tell(&report),
        }
        println!("Nothing was changed.");
        return Ok(());
    }
    let (name, asked_by) = (handed_in::name_of(&path), handed_in::ASKED_BY.to_owned());
    let handed = HandedIn { name, options: said, parts: handed_in::pieces(&path, &file)?, asked_by };
    let import = imports::hand_in(ctx, Actor::Command, handed).await?;
    let examined = followed(ctx, import.id).await?;
    if let Some(mistakes) = &examined.error {
        return Err(refused(mistakes));
    }
    if examined.status == ImportStatus::Examined {
        imports::confirm(ctx, Actor::Command, import.id).await?;
    }
    let done = followed(ctx, import.id).await?;
    if let Some(report) = &done.report {
        tell(report);
    }
    println!("{} is done: {} gifts of it are on record.", done.id, done.booked);
    Ok(())
}

/// Says what a file comes to.
fn tell(report: &Report) {
    report.findings().iter().chain(&report.reasons()).for_each(|sentence| println!("{sentence}"));
}

async fn undo(ctx: &Context, id: ImportId) -> Outcome {
    imports::undo(ctx, Actor::Command, id).await?;
    let done = followed(ctx, id).await?;
    println!("{} is taken back: {} gifts of it are on record.", done.id, done.booked);
    Ok(())
}

/// Does here what a file waits for, unless a worker was faster, and shows how far it is.
async fn followed(ctx: &Context, id: ImportId) -> Result<Import, Failure> {
    let inner = ctx.clone();
    let work = async move { jobs::work_on_import(&inner, id).await };
    handed_in::followed(work, || async {
        let file = imports::find(ctx, id).await?;
        Ok(if file.is_live() { Look::Live(file.percent()) } else { Look::Over(file) })
    })
    .await
}
