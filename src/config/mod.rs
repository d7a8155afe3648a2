//! Owns: the settings of a site, from the built-in defaults, a file and the environment, checked as a whole.
//! May import: `domain`. Must not: read the environment itself, open the database or the network.
//!
//! To add a key: write it with its documentation into `config/default.toml`, which is also the schema, and read it
//! in the file of its section. To add a secret, give it a twin `<key>_file` there; masking follows from that.

mod account;
mod bank_transfer;
mod database;
mod gift_aid;
mod jobs;
mod kind;
mod limits;
mod log;
mod mail;
mod merge;
mod patreon;
mod patrons;
mod read;
mod retention;
mod sandbox;
mod secret;
mod server;
mod site;
mod staff;
mod stripe;

use crate::domain::gift_aid::Charity;
use crate::domain::patron::PatronRules;
use crate::domain::retention::Retention;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

pub use account::Account;
pub use bank_transfer::BankTransfer;
pub use database::{Database, DatabaseUrl};
pub use jobs::Jobs;
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use mail::{Encryption, Mail, MailTransport, Mailbox, SmtpServer};
pub use patreon::Patreon;
pub use sandbox::Sandbox;
pub use secret::{MASK, Secret};
pub use server::{MetricsAccess, Mode, Server};
pub use site::{Organisation, Site};
pub use staff::Staff;
pub use stripe::{Purpose, Stripe, StripeTerms};

use merge::Layers;
use stripe::Strictness;

/// All settings of a site, complete and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The web server.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The publication.
    pub site: Site,
    /// Outgoing mail.
    pub mail: Mail,
    /// The account that takes transfers; `None`: that gateway is off.
    pub bank_transfer: Option<BankTransfer>,
    /// The publication at Patreon.
    pub patreon: Patreon,
    /// The gateway that only pretends.
    pub sandbox: Sandbox,
    /// The keys of the account at Stripe; `None`: they are typed in the office, or that gateway is off.
    pub stripe: Option<Stripe>,
    /// How Stripe is spoken to.
    pub stripe_terms: StripeTerms,
    /// How often and how much.
    pub limits: Limits,
    /// The donor's own pages.
    pub account: Account,
    /// The office.
    pub staff: Staff,
    /// The background worker.
    pub jobs: Jobs,
    /// Recurring support.
    pub patrons: PatronRules,
    /// For how long what is kept.
    pub retention: Retention,
    /// The charity that claims Gift Aid; `None`: that is off.
    pub gift_aid: Option<Charity>,
    /// The log.
    pub log: Log,
    effective: String,
}

impl Config {
    /// Reads the settings: the built-in defaults, over them `file` (else the one `MAINSTAY_CONFIG` names), over that
    /// the variables `MAINSTAY_<SECTION>__<KEY>` of `environment`.
    ///
    /// `Err` lists everything that is wrong, not only the first mistake.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        Self::load_for(Purpose::Site, file, environment)
    }

    /// Like [`Config::load`], for a purpose that may do without a setting.
    pub fn load_for(
        purpose: Purpose,
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigErrors> {
        let environment: BTreeMap<String, String> = environment.into_iter().collect();
        let mut layers = merge::merge(file, &environment)?;
        let config = Self::read(&mut layers, purpose);
        let problems = layers.take_problems();
        match config {
            Some(config) if problems.is_empty() => Ok(Self { effective: layers.to_toml(), ..config }),
            _ => Err(ConfigErrors(problems)),
        }
    }

    /// The values in force as TOML, secrets as `***`, each that is not a default with where it came from.
    pub fn effective(&self) -> &str {
        &self.effective
    }

    fn read(layers: &mut Layers, purpose: Purpose) -> Option<Self> {
        let mode = Mode::read(layers);
        let server = Server::read(layers, mode);
        let database = Database::read(layers);
        let site = Site::read(layers);
        let mail = Mail::read(layers, mode);
        let bank_transfer = BankTransfer::read(layers, mode);
        let patreon = Patreon::read(layers);
        let sandbox = Sandbox::read(layers, mode);
        let allow_custom_gateways = layers.boolean("server.allow_custom_gateways");
        let strictness = Strictness { mode, allow_custom_gateways, purpose };
        let stripe = Stripe::read(layers, strictness);
        let stripe_terms = StripeTerms::read(layers, strictness);
        let limits = Limits::read(layers);
        let account = Account::read(layers);
        let staff = Staff::read(layers);
        let jobs = Jobs::read(layers);
        let patrons = patrons::read(layers);
        let retention = retention::read(layers);
        let gift_aid = gift_aid::read(layers);
        let log = Log::read(layers, mode);
        Some(Self {
            server: server?,
            database: database?,
            site: site?,
            mail: mail?,
            bank_transfer: bank_transfer.ok()?,
            patreon: patreon?,
            sandbox: sandbox?,
            stripe: stripe.ok()?,
            stripe_terms: stripe_terms?,
            limits: limits?,
            account: account?,
            staff: staff?,
            jobs: jobs?,
            patrons: patrons?,
            retention: retention?,
            gift_aid: gift_aid.ok()?,
            log: log?,
            effective: String::new(),
        })
    }
}

/// Everything that is wrong with the settings; printing it gives one line for each mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<Problem>);

impl ConfigErrors {
    /// The mistakes, in the order of sections and keys.
    pub fn problems(&self) -> &[Problem] {
        &self.0
    }
}

impl From<Vec<Problem>> for ConfigErrors {
    fn from(problems: Vec<Problem>) -> Self {
        Self(problems)
    }
}

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// One mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Section, such as `site.organisation`; empty when the whole file is meant.
    pub section: String,
    /// Key within the section; empty when the whole section is meant.
    pub key: String,
    /// Where the value came from: a file, `environment NAME`, or `default`.
    pub origin: String,
    /// What is wrong, without any secret.
    pub what: String,
    /// A line that would be right.
    pub example: Option<String>,
}

impl Problem {
    fn about_file(origin: &str, what: String) -> Self {
        Self { section: String::new(), key: String::new(), origin: origin.to_owned(), what, example: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.section.as_str(), self.key.as_str()) {
            ("", "") => write!(f, "{}", self.origin)?,
            ("", key) => write!(f, "{key} ({})", self.origin)?,
            (section, "") => write!(f, "[{section}] ({})", self.origin)?,
            (section, key) => write!(f, "[{section}] {key} ({})", self.origin)?,
        }
        write!(f, ": {}", self.what)?;
        match &self.example {
            Some(example) => write!(f, "; write for example {example}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
