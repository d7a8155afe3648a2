//! What Mainstay costs beside the limit of what it stands on. `scripts/bench` builds and runs it.
//!
//! Every comparison runs ours and the limit by turns in the same minutes, so that whatever else the machine does
//! hits both; the ratio is the median of the ratios of neighbouring runs. Nothing here is a test: a figure below
//! its goal is printed, not failed.

#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program speaks by printing, and stops at the first surprise"
)]

mod account;
mod bare;
mod desk;
mod exported;
mod footprint;
mod full;
mod landing;
mod large;
mod load;
mod pledges;
mod process;
mod publication;
mod raw;
mod receipts;
mod renewals;
mod restored;
mod rounds;
mod settling;
mod sink;
mod statements;
mod webhooks;

use clap::{Parser, Subcommand, ValueEnum};
use large::Large;
use rounds::Plan;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

#[derive(Parser)]
#[command(about = "Measures Mainstay beside the limit of what it stands on")]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// What to measure; all if none is named.
    #[arg(value_enum)]
    benches: Vec<Bench>,
    /// How many runs of each side.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long one run takes.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// `log.level` of the measured server.
    #[arg(long, default_value = "info")]
    log: String,
    /// Donations of the full site.
    #[arg(long, default_value_t = 1_000_000)]
    donations: u64,
    /// Seconds for filling it: what is there then has to do.
    #[arg(long, default_value_t = 1_800)]
    filling: u64,
    /// A full site that is there already: a file of SQLite in which `mainstay demo fill` has put its gifts.
    #[arg(long)]
    site: Option<PathBuf>,
    /// `cargo bench` adds this.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Role {
    /// The other side of `landing`, as a process of its own.
    #[command(hide = true)]
    Bare { folder: PathBuf },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// The front page beside a bare actix handler.
    Landing,
    /// Pages of ten thousand articles beside a bare actix handler, on SQLite.
    PublicationSqlite,
    /// The same on PostgreSQL.
    PublicationPostgres,
    /// Pledges on SQLite beside raw inserts.
    PledgesSqlite,
    /// Pledges on PostgreSQL beside pgbench.
    PledgesPostgres,
    /// Stripe's events on SQLite beside raw inserts.
    WebhooksSqlite,
    /// Stripe's events on PostgreSQL beside pgbench.
    WebhooksPostgres,
    /// Memory and time to the first answer.
    Footprint,
    /// Bank transfers taken into the books.
    Settling,
    /// Renewals of recurring support taken into the books.
    Renewals,
    /// A donor's own front page with very many gifts behind it.
    Account,
    /// Yearly statements of very many donors.
    Statements,
    /// A backup of very many donations, and both engines restored from it.
    Restored,
    /// Lists, searches and pages of the office with very many donations, on SQLite.
    DeskSqlite,
    /// The same on PostgreSQL.
    DeskPostgres,
    /// All donations as a file, from SQLite, beside one query.
    ExportedSqlite,
    /// The same from PostgreSQL, beside psql.
    ExportedPostgres,
    /// Receipts drawn as PDF.
    Receipts,
    /// Receipts mailed, from SQLite, beside lettre alone.
    MailedSqlite,
    /// Receipts mailed, from PostgreSQL, beside lettre alone.
    MailedPostgres,
    /// All the same with very many donations, on SQLite, beside none.
    FullSqlite,
    /// The same on PostgreSQL.
    FullPostgres,
}

impl Bench {
    fn run(self, plan: &Plan) {
        match self {
            Self::Landing => landing::run(plan),
            Self::PublicationSqlite => publication::on_sqlite(plan),
            Self::PublicationPostgres => publication::on_postgres(plan),
            Self::PledgesSqlite => pledges::on_sqlite(plan),
            Self::PledgesPostgres => pledges::on_postgres(plan),
            Self::WebhooksSqlite => webhooks::on_sqlite(plan),
            Self::WebhooksPostgres => webhooks::on_postgres(plan),
            Self::Footprint => footprint::run(plan),
            Self::Settling => settling::settle(plan),
            Self::Renewals => renewals::renew(plan),
            Self::Account => account::run(plan),
            Self::Statements => statements::run(plan),
            Self::Restored => restored::run(plan),
            Self::DeskSqlite => desk::on_sqlite(plan),
            Self::DeskPostgres => desk::on_postgres(plan),
            Self::ExportedSqlite => exported::on_sqlite(plan),
            Self::ExportedPostgres => exported::on_postgres(plan),
            Self::Receipts => receipts::draw(plan),
            Self::MailedSqlite => receipts::mail_on_sqlite(plan),
            Self::MailedPostgres => receipts::mail_on_postgres(plan),
            Self::FullSqlite => full::on_sqlite(plan),
            Self::FullPostgres => full::on_postgres(plan),
        }
    }
}

fn main() {
    let arguments = Arguments::parse();
    if let Some(Role::Bare { folder }) = &arguments.role {
        return bare::serve(folder);
    }
    let plan = Plan {
        rounds: arguments.rounds.max(1),
        time: Duration::from_secs(arguments.seconds.max(1)),
        log: arguments.log,
        large: Large {
            wanted: arguments.donations,
            within: Duration::from_secs(arguments.filling),
            site: arguments.site,
            made: OnceLock::new(),
            on_postgres: OnceLock::new(),
        },
    };
    plan.announce();
    let all = Bench::value_variants();
    for bench in if arguments.benches.is_empty() { all } else { &arguments.benches } {
        bench.run(&plan);
    }
}
