//! Owns: the commands. Each says what it did on standard output; the log goes to standard error.
//! May import: everything. Must not: hold rules of its own.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks by printing")]

mod article;
mod backup;
mod bank;
mod config;
mod db;
mod demo;
mod doctor;
mod donation;
mod export;
mod gateway;
mod handed_in;
mod import;
mod job;
mod migrate;
mod patreon;
mod patron;
mod paypal;
mod pictures;
mod progress;
mod receipt;
mod reconcile;
mod refund;
mod restore;
mod review;
mod serve;
mod staff;
mod statement;
mod stripe;
mod table;
mod takeover;
mod token;
mod webhook;

use crate::bootstrap::{self, App, Migrations, StartError, World};
use crate::config::{Config, ConfigErrors, DatabaseUrl, Purpose};
use crate::store::StoreError;
use crate::store::copy::CopyError;
use crate::telemetry;
use crate::usecases::{UseCaseError, settings};
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

/// Donations and patrons for small publishers: the article, the appeal, the books and the receipts.
#[derive(Debug, Parser)]
#[command(name = "mainstay", version, about)]
struct Arguments {
    /// Configuration file; also by `MAINSTAY_CONFIG`. Single keys by `MAINSTAY_<SECTION>__<KEY>`.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site and run jobs (the default).
    Serve(serve::Options),
    /// Run jobs only.
    Worker,
    /// Bring the database to the form that this version needs.
    Migrate(migrate::Options),
    /// Check or show the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// Check configuration, database, books, mail and gateways.
    Doctor(doctor::Options),
    /// Articles.
    #[command(subcommand)]
    Article(article::Command),
    /// Money that arrived.
    #[command(subcommand)]
    Donation(donation::Command),
    /// Statements of banks.
    #[command(subcommand)]
    Bank(bank::Command),
    /// What can be taken over from elsewhere.
    #[command(subcommand)]
    Import(import::Command),
    /// Recurring support.
    #[command(subcommand)]
    Patron(patron::Command),
    /// Give money back, in full or in part.
    Refund(refund::Options),
    /// Background jobs.
    #[command(subcommand)]
    Job(job::Command),
    /// Questions that a person must answer.
    #[command(subcommand)]
    Review(review::Command),
    /// What gateways have sent.
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Ask gateways for what was never delivered.
    Reconcile(reconcile::Options),
    /// The account at Stripe.
    #[command(subcommand)]
    Stripe(stripe::Command),
    /// The app at PayPal.
    #[command(subcommand)]
    Paypal(paypal::Command),
    /// The account at Patreon.
    #[command(subcommand)]
    Patreon(patreon::Command),
    /// Who may sign in to the office.
    #[command(subcommand)]
    Staff(staff::Command),
    /// Tokens of the API.
    #[command(subcommand)]
    Token(token::Command),
    /// Receipts.
    #[command(subcommand)]
    Receipt(receipt::Command),
    /// Yearly statements.
    #[command(subcommand)]
    Statement(statement::Command),
    /// Write the site as it is now into one file, while it runs.
    Backup(backup::Options),
    /// Put a backup into the configured database, which must be empty.
    Restore(restore::Options),
    /// Move or compare whole sites.
    #[command(subcommand)]
    Db(db::Command),
    /// Write rows to standard output.
    Export(export::Options),
    /// Invented data, for trying and measuring.
    #[command(subcommand)]
    Demo(demo::Command),
}

/// How a command ends badly.
#[derive(Debug)]
enum Failure {
    /// Wrong usage or configuration: exit code 2.
    Usage(String),
    /// It could not be done: exit code 1.
    Failed(String),
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::Usage(errors.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let message = error.to_string();
        if matches!(error, StartError::BrokenByMigration(_)) {
            return Self::Failed(message);
        }
        Self::Usage(message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<UseCaseError> for Failure {
    fn from(error: UseCaseError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

type Outcome = Result<(), Failure>;

/// What every command is given.
struct Setting {
    config: Config,
}

impl Setting {
    /// Opens the application for a command; the database must be migrated.
    async fn app(&self) -> Result<App, Failure> {
        let server = &self.config.server;
        let url = server.public_url_when_bound_to(server.bind);
        Ok(App::open(&self.config, World::real(), &url, Migrations::Require).await?)
    }

    /// The configuration with what the office set; none where the database is not there yet, or cannot be asked.
    ///
    /// # Errors
    /// The two do not go together.
    async fn with_office(&self) -> Result<Option<Config>, Failure> {
        if let DatabaseUrl::Sqlite(path) = &self.config.database.url
            && !path.exists()
        {
            return Ok(None);
        }
        let Ok(db) = bootstrap::open_database(&self.config) else {
            return Ok(None);
        };
        match db.read(settings::read).await {
            Ok(office) => Ok(Some(self.config.with_office(&office.values)?)),
            Err(_not_there) => Ok(None),
        }
    }
}

/// Runs the program and ends the process with its exit code: 0 done, 1 failed, 2 wrong usage or configuration.
///
/// The process leaves at once, without the clean-up that C libraries ask for at the exit: a thread of the pool may
/// still be connecting for someone who was served by another connection, and would die of a signal when the
/// cryptography under PostgreSQL's client is taken down beneath it. All that is ours is closed before.
pub fn run(
    arguments: impl Iterator<Item = OsString>,
    environment: impl Iterator<Item = (String, String)>,
) -> ! {
    let code = exit_code(arguments, environment);
    let is_said = std::io::stdout().flush().is_ok();
    signal_hook::low_level::exit(if code == 0 && !is_said { 1 } else { code })
}

fn exit_code(
    arguments: impl Iterator<Item = OsString>,
    environment: impl Iterator<Item = (String, String)>,
) -> i32 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are printed to standard output and are no failure.
            let code = if error.use_stderr() { 2 } else { 0 };
            return if error.print().is_ok() { code } else { 1 };
        }
    };
    let (code, message) = match start(arguments, environment) {
        Ok(()) => return 0,
        Err(Failure::Usage(message)) => (2, message),
        Err(Failure::Failed(message)) => (1, message),
    };
    eprintln!("mainstay: {message}");
    code
}

fn start(arguments: Arguments, environment: impl Iterator<Item = (String, String)>) -> Outcome {
    let purpose = if matches!(arguments.command, Some(Command::Stripe(_))) {
        Purpose::StripeSetup
    } else if matches!(arguments.command, Some(Command::Paypal(_))) {
        Purpose::PaypalSetup
    } else {
        Purpose::Site
    };
    let config = Config::load_for(purpose, arguments.config.as_deref(), environment)?;
    telemetry::init(&config.log);
    let setting = Setting { config };
    let command = arguments.command.unwrap_or(Command::Serve(serve::Options::default()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(dispatch(&setting, command))
}

async fn dispatch(setting: &Setting, command: Command) -> Outcome {
    match command {
        Command::Serve(options) => serve::serve(setting, &options).await,
        Command::Worker => serve::worker(setting).await,
        Command::Migrate(options) => migrate::run(setting, &options).await,
        Command::Config(command) => config::run(setting, &command).await,
        Command::Doctor(options) => doctor::run(setting, &options).await,
        Command::Article(command) => article::run(setting, command).await,
        Command::Donation(command) => donation::run(setting, command).await,
        Command::Bank(command) => bank::run(setting, command).await,
        Command::Import(command) => import::run(setting, command).await,
        Command::Patron(command) => patron::run(setting, command).await,
        Command::Refund(options) => refund::run(setting, options).await,
        Command::Job(command) => job::run(setting, command).await,
        Command::Review(command) => review::run(setting, command).await,
        Command::Webhook(command) => webhook::run(setting, command).await,
        Command::Reconcile(options) => reconcile::run(setting, options).await,
        Command::Stripe(command) => stripe::run(setting, command).await,
        Command::Paypal(command) => paypal::run(setting, command).await,
        Command::Patreon(command) => patreon::run(setting, command).await,
        Command::Staff(command) => staff::run(setting, command).await,
        Command::Token(command) => token::run(setting, command).await,
        Command::Receipt(command) => receipt::run(setting, command).await,
        Command::Statement(command) => statement::run(setting, command).await,
        Command::Backup(options) => backup::run(setting, options).await,
        Command::Restore(options) => restore::run(setting, options).await,
        Command::Db(command) => db::run(setting, command).await,
        Command::Export(options) => export::run(setting, &options).await,
        Command::Demo(command) => demo::run(setting, command).await,
    }
}
