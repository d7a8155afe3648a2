//! Owns: the settings of a site, from the built-in defaults, a file and the environment, checked as a whole.
//! May import: `domain`. Must not: read the environment itself, open the database or the network.
//!
//! To add a key: write it with its documentation into `config/default.toml`, which is also the schema, and read it
//! in the file of its section. To add a secret, give it a twin `<key>_file` there; masking follows from that.

mod account;
mod bank_transfer;
mod comments;
mod database;
mod gateway_base;
mod gift_aid;
mod jobs;
mod kind;
mod limits;
mod log;
mod mail;
mod merge;
pub mod office;
mod patreon;
mod patrons;
mod paypal;
mod read;
mod retention;
mod sandbox;
mod secret;
mod server;
mod site;
mod staff;
mod stripe;

use crate::domain::comment::CommentRules;
use crate::domain::gift_aid::Charity;
use crate::domain::patron::PatronRules;
use crate::domain::retention::Retention;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

pub use account::Account;
pub use bank_transfer::BankTransfer;
pub use database::{Database, DatabaseUrl};
pub use gateway_base::Purpose;
pub use jobs::Jobs;
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use mail::{Encryption, Mail, MailTransport, Mailbox, SmtpServer};
pub use patreon::{Patreon, PatreonApp, PatreonTokens};
pub use paypal::{Paypal, PaypalPlace, PaypalTerms};
pub use sandbox::Sandbox;
pub use secret::{MASK, Secret};
pub use server::{MetricsAccess, Mode, Server};
pub use site::{Organisation, Site};
pub use staff::Staff;
pub use stripe::{Stripe, StripeTerms};

use gateway_base::Strictness;
use merge::{Layers, Source};

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
    /// The app at PayPal; `None`: it is typed in the office, or that gateway is off.
    pub paypal: Option<Paypal>,
    /// What readers may write below articles.
    pub comments: CommentRules,
    /// How PayPal is spoken to.
    pub paypal_terms: PaypalTerms,
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
    /// Every value as it is in force.
    in_force: Arc<Layers>,
    /// Every value of default, file and environment, before the sections were read.
    below: Arc<Layers>,
    purpose: Purpose,
    heeds_office: bool,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The built-in defaults.
    Default,
    /// Whoever set it in the office.
    Office,
    /// The machine: the file or the variable, as people read it.
    Machine(String),
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
        let layers = merge::merge(file, &environment)?;
        Self::settle(&Arc::new(layers), &BTreeMap::new(), purpose)
    }

    /// The same with what the office set laid over the defaults. File and environment win over it, and it is checked as
    /// they are.
    ///
    /// # Errors
    /// Everything that is wrong with the values together.
    pub fn with_office(&self, values: &BTreeMap<String, serde_json::Value>) -> Result<Self, ConfigErrors> {
        let values = values.iter().map(|(path, value)| (path.clone(), office::from_json(value))).collect();
        Self::settle(&self.below, &values, self.purpose)
    }

    /// The same for a command that takes back what the office set wrongly: it goes by file and environment alone.
    #[must_use]
    pub fn without_office(self) -> Self {
        Self { heeds_office: false, ..self }
    }

    /// Whether what the office set counts.
    pub fn heeds_office(&self) -> bool {
        self.heeds_office
    }

    fn settle(
        below: &Arc<Layers>,
        office: &BTreeMap<String, toml::Value>,
        purpose: Purpose,
    ) -> Result<Self, ConfigErrors> {
        let mut layers = Layers::clone(below);
        layers.add_office(office);
        let config = Self::read(&mut layers, below, purpose);
        let problems = layers.take_problems();
        match config {
            Some(config) if problems.is_empty() => Ok(Self { in_force: Arc::new(layers), ..config }),
            _ => Err(ConfigErrors(problems)),
        }
    }

    /// The values in force as TOML, secrets as `***`, each that is not a default with where it came from.
    pub fn effective(&self) -> String {
        self.in_force.to_toml()
    }

    /// Where the value of a key comes from. A key by currency that nobody named has the one of every currency.
    pub fn origin(&self, path: &str) -> Origin {
        match self.in_force.source(path) {
            None | Some(Source::Default) => Origin::Default,
            Some(Source::Office) => Origin::Office,
            Some(source @ (Source::File(_) | Source::Environment(_) | Source::SecretFile(_))) => {
                Origin::Machine(source.name())
            }
        }
    }

    /// How many values come from where, in the order of precedence: the default, the office, file and environment.
    pub fn origins(&self) -> (usize, usize, usize) {
        self.in_force.paths().fold((0, 0, 0), |(default, office, machine), path| match self.origin(path) {
            Origin::Default => (default + 1, office, machine),
            Origin::Office => (default, office + 1, machine),
            Origin::Machine(_) => (default, office, machine + 1),
        })
    }

    /// The settings that the office cannot change: each with its value, secrets masked, and why.
    pub fn machine_values(&self) -> Vec<(String, String, &'static str)> {
        let paths = self.in_force.paths();
        let known = paths.filter_map(|path| Some((path, office::machine_s(path)?)));
        known.map(|(path, why)| (path.to_owned(), self.in_force.masked_text(path), why)).collect()
    }

    /// The value of a setting of the office, as it would be typed there; none for a currency that nobody named. The invented
    /// account counts as none: nobody is to save it as their own.
    pub fn office_value(&self, setting: &office::OfficeSetting) -> Option<serde_json::Value> {
        let path = setting.path.as_str();
        if self.origin(path) == Origin::Default && bank_transfer::ACCOUNT.contains(&path) {
            return Some("".into());
        }
        self.in_force.value(path).map(office::to_json)
    }

    fn read(layers: &mut Layers, below: &Arc<Layers>, purpose: Purpose) -> Option<Self> {
        let mode = Mode::read(layers);
        let server = Server::read(layers, mode);
        let database = Database::read(layers);
        let site = Site::read(layers);
        let mail = Mail::read(layers, mode);
        let bank_transfer = BankTransfer::read(layers, mode);
        let sandbox = Sandbox::read(layers, mode);
        let allow_custom_gateways = layers.boolean("server.allow_custom_gateways");
        let strictness = Strictness { mode, allow_custom_gateways, purpose };
        let stripe = Stripe::read(layers, strictness);
        let stripe_terms = StripeTerms::read(layers, strictness);
        let paypal = Paypal::read(layers, strictness);
        let paypal_terms = PaypalTerms::read(layers, strictness);
        let patreon = Patreon::read(layers, strictness);
        let comments = comments::read(layers);
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
            paypal: paypal.ok()?,
            comments: comments?,
            paypal_terms: paypal_terms?,
            limits: limits?,
            account: account?,
            staff: staff?,
            jobs: jobs?,
            patrons: patrons?,
            retention: retention?,
            gift_aid: gift_aid.ok()?,
            log: log?,
            in_force: Arc::clone(below),
            below: Arc::clone(below),
            purpose,
            heeds_office: true,
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
