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

mod bare;
mod footprint;
mod landing;
mod load;
mod pledges;
mod process;
mod raw;
mod rounds;
mod settling;

use clap::{Parser, Subcommand, ValueEnum};
use rounds::Plan;
use std::path::PathBuf;
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
    /// Pledges on SQLite beside raw inserts.
    PledgesSqlite,
    /// Pledges on PostgreSQL beside pgbench.
    PledgesPostgres,
    /// Memory and time to the first answer.
    Footprint,
    /// Bank transfers taken into the books.
    Settling,
    /// Receipts drawn as PDF.
    Receipts,
}

impl Bench {
    fn run(self, plan: &Plan) {
        match self {
            Self::Landing => landing::run(plan),
            Self::PledgesSqlite => pledges::on_sqlite(plan),
            Self::PledgesPostgres => pledges::on_postgres(plan),
            Self::Footprint => footprint::run(plan),
            Self::Settling => settling::settle(plan),
            Self::Receipts => settling::draw_receipts(plan),
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
    };
    plan.announce();
    let all = Bench::value_variants();
    for bench in if arguments.benches.is_empty() { all } else { &arguments.benches } {
        bench.run(&plan);
    }
}
