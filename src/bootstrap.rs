//! The composition root: from the configuration to a running application. Shared by the program and the tests.

mod live;

pub use live::Live;

use crate::config::{self, Config, ConfigErrors, DatabaseUrl, Encryption, MailTransport, Secret};
use crate::domain::account::SessionRules;
use crate::domain::bank::BankAccount;
use crate::domain::clock::{Clock, Entropy, IdSource};
use crate::domain::money::{Currency, Money};
use crate::domain::receipt::Organisation;
use crate::domain::staff::StaffSessionRules;
use crate::gateways::patreon::{self, Patreon};
use crate::gateways::paypal::{self, PayPal};
use crate::gateways::sandbox::Sandbox;
use crate::gateways::stripe::{self, Stripe};
use crate::gateways::{ByHand, Courier, FeeRate, Gateway, Key, Registry};
use crate::jobs::{Edition, Rhythm, Services};
use crate::mail::{MailError, Mailer};
use crate::pictures::Keeper;
use crate::render::gateway_pages::MailShown;
use crate::render::{RenderError, SiteMeta, Templates};
use crate::store::limits::Rate;
use crate::store::{DatabaseOptions, Db, StoreError, settings};
use crate::telemetry::metrics::Metrics;
use crate::usecases::gateways::{PaypalPlan, StripePlan, take_up};
use crate::usecases::members::PatreonPlan;
use crate::usecases::sandbox::DatabaseBook;
use crate::usecases::settings::{self as office, OfficeValues};
use crate::usecases::staff::Sealer;
use crate::usecases::{AmountLimits, Context, Exchange, Policy, SiteKey, UseCaseError, WatchedAmounts};
use crate::usecases::{examine, figures};
use crate::web::{AppState, ContentFault, Files, Publication, RequestIds, Stopping};
use crate::words::own::{self, OwnWords};
use crate::words::{Words, WordsError};
use base64::Engine as _;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a payment on a gateway's page may take before its pledge expires.
const CHECKOUT_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Why the application cannot start. One clear sentence each.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The way out for letters.
    #[error("mail: {0}")]
    Mail(#[from] MailError),
    /// Articles, appeals or campaigns.
    #[error("{0}")]
    Content(#[from] ContentFault),
    /// A template of the operator.
    #[error(transparent)]
    Templates(#[from] RenderError),
    /// The messages of a language cannot be used.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The folder of templates.
    #[error("[site] templates: {0} is no folder")]
    TemplateFolder(String),
    /// What the office set does not go with what file and environment say.
    #[error("what the office set cannot be; `mainstay config unset KEY` takes a setting back:\n{0}")]
    Office(#[from] ConfigErrors),
    /// The client of Stripe.
    #[error("stripe: {0}")]
    Stripe(#[from] stripe::TransportError),
    /// The client of Patreon.
    #[error("patreon: {0}")]
    Patreon(String),
    /// The client of PayPal.
    #[error("paypal: {0}")]
    Paypal(String),
    /// The keys of gateways that were typed in the office.
    #[error("the keys of gateways cannot be read: {0}")]
    Gateways(String),
    /// The metrics.
    #[error("metrics: {0}")]
    Metrics(String),
    /// The schema is older than the program.
    #[error("the database needs {0} migration(s) first: run `mainstay migrate`")]
    NotMigrated(usize),
    /// A rule of the books held before a migration and does not hold after it.
    #[error("the migration broke the books; restore the backup that was made before it: {0}")]
    BrokenByMigration(String),
    /// The days of payments cannot be counted.
    #[error("the figures by day cannot be counted: {0}")]
    Figures(String),
    /// The secret of the site cannot be read.
    #[error("the site key in the database cannot be read: {0}")]
    SiteKey(String),
}

/// Time and randomness: the computer's in the program, held still in tests.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::expect_used, reason = "without randomness from the system nothing safe can be done")]
    fn bytes16(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system provides randomness");
        bytes
    }
}

impl World {
    /// The real one.
    pub fn real() -> Self {
        Self { clock: Arc::new(crate::domain::clock::SystemClock), entropy: Arc::new(SystemEntropy) }
    }
}

/// The application, ready to run jobs and to serve.
#[derive(Clone)]
pub struct App {
    /// All that jobs use; the use cases' context among it.
    pub services: Services,
    files: Arc<Files>,
    /// File and environment alone.
    machine: Arc<Config>,
    /// The settings that counted when it was opened, those of the office among them.
    config: Arc<Config>,
}

/// What to do about migrations that are not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// Apply them.
    Apply,
    /// Refuse to start.
    Require,
}

/// Opens the database of a configuration.
pub fn open_database(config: &Config) -> Result<Db, StoreError> {
    Db::open(&database_options(config, &config.database.url))
}

/// How a database is opened: one that is named, in the way that the configuration says.
pub fn database_options(config: &Config, url: &DatabaseUrl) -> DatabaseOptions {
    let database = &config.database;
    let url = match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        DatabaseUrl::Postgres(url) => url.expose().clone(),
    };
    DatabaseOptions {
        url,
        pool_size: database.pool_size,
        busy_timeout: database.busy_timeout,
        statement_timeout: database.statement_timeout,
        acquire_timeout: database.acquire_timeout,
    }
}

/// Applies pending migrations, with a look at the books before and after, and returns their names.
///
/// What was broken before does not stop a migration, which may bring the means to mend it; it is logged.
pub async fn migrate(db: &Db) -> Result<Vec<String>, StartError> {
    if db.pending_migrations().await?.is_empty() {
        return Ok(Vec::new());
    }
    let before = examine::askable(db).await?;
    for finding in &before {
        if let Some(broken) = finding.in_words() {
            tracing::error!(
                rule = finding.name,
                broken,
                "a rule of the books is broken before the migration"
            );
        }
    }
    let names = db.migrate().await?;
    let broken = examine::broken_since(&before, &examine::askable(db).await?);
    if broken.is_empty() { Ok(names) } else { Err(StartError::BrokenByMigration(broken.join("; "))) }
}

impl App {
    /// Opens everything. `public_url` is the base of absolute addresses.
    pub async fn open(
        config: &Config,
        world: World,
        public_url: &str,
        migrations: Migrations,
    ) -> Result<Self, StartError> {
        let db = open_database(config)?;
        match migrations {
            Migrations::Apply => {
                for name in migrate(&db).await? {
                    tracing::info!(name, "migration applied");
                }
            }
            Migrations::Require => match db.pending_migrations().await?.len() {
                0 => {}
                pending => return Err(StartError::NotMigrated(pending)),
            },
        }
        let machine = Arc::new(config.clone());
        let heard =
            if machine.heeds_office() { db.read(office::read).await? } else { OfficeValues::default() };
        let config = Arc::new(machine.with_office(&heard.values)?);
        let ids = IdSource::new(Arc::clone(&world.clock), Arc::clone(&world.entropy));
        let key = site_key(&db, &ids).await?;
        let outside = config.staff.sealing_key.as_ref().map(|secret| secret.expose().as_str());
        let sealer = Sealer::new(&key, outside).map_err(|error| StartError::SiteKey(error.to_string()))?;
        let plan = Arc::new(stripe_plan(&config));
        let files = Arc::new(Files::load());
        let host = config.server.public_host();
        let mailer = Mailer::from_config(&config.mail, &host)?;
        let edition = edition((&config, &heard), public_url, &files, &mailer)?;
        let paypal = Arc::new(paypal_plan(&config, &world)?);
        let ctx = Context {
            gateways: gateways(&config, (&plan, &paypal), &db, (&world, &ids))?,
            paypal,
            patreon: patreon(&config)?.map(Arc::new),
            stripe: plan,
            policy: Arc::clone(&edition.policy),
            clock: world.clock,
            db,
            ids,
            key,
            sealer,
            courier: Courier::new(config.server.outgoing_inside),
            shares: Arc::default(),
            request: None,
        };
        take_up(&ctx).await.map_err(|error| StartError::Gateways(error.to_string()))?;
        let moved =
            figures::count_days(&ctx).await.map_err(|error| StartError::Figures(error.to_string()))?;
        if moved > 0 {
            tracing::info!(moved, "payments were counted on the days of the publisher's calendar");
        }
        let services = Services {
            ctx,
            templates: edition.templates.clone(),
            mailer: edition.mailer.clone(),
            sandbox_secret: config.sandbox.enabled.then(|| config.sandbox.webhook_secret.clone()),
            host,
            rhythm: Rhythm { at_once: config.jobs.workers, poll: config.jobs.poll, lease: config.jobs.lease },
            editions: Exchange::new(edition),
        };
        Ok(Self { services, files, machine, config })
    }

    /// The settings that counted when it was opened.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Texts that the office wrote and this version of the program cannot say: it says its own in their place.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unfit_words(&self) -> Result<Vec<String>, UseCaseError> {
        let heard = office::current(&self.services.ctx).await?;
        Ok(own::unfit(&office::words(&heard.values)))
    }

    /// Takes up what the office changes from now on.
    pub fn live(&self) -> Arc<Live> {
        Arc::new(Live::of(self))
    }

    /// What the web needs on top: the publication with all its pages, and the metrics.
    pub async fn web_state(&self, config: &Config, metrics: Metrics) -> Result<AppState, StartError> {
        let Services { ctx, templates, .. } = &self.services;
        let keeper = Keeper::new(&config.site.pictures);
        let publication = Publication::open((&config.site.content, keeper), ctx, templates).await?;
        let server = &config.server;
        let file_mail = matches!(config.mail.transport, MailTransport::File);
        Ok(AppState {
            ctx: ctx.clone(),
            templates: templates.clone(),
            publication: Arc::new(publication),
            files: Arc::clone(&self.files),
            metrics,
            metrics_access: server.metrics.clone(),
            sandbox: config.sandbox.enabled,
            letters: Arc::new(self.services.clone()),
            mail_shown: mail_shown(&self.config.mail),
            live: self.live(),
            dev_mail: (file_mail && !server.mode.is_production()).then(|| config.mail.directory.clone()),
            trusted_proxies: server.trusted_proxies,
            body_bytes_max: (server.form_bytes_max, server.webhook_bytes_max, server.api_bytes_max),
            cors_origins: Arc::new(server.cors_origins.clone()),
            request_ids: Arc::new(RequestIds::starting_at(ctx.ids.random())),
            stopping: Stopping::default(),
            secure: server.mode.is_production(),
            content_policy: Arc::default(),
        })
    }
}

/// The key of this site, made once by whichever process comes first.
async fn site_key(db: &Db, ids: &IdSource) -> Result<SiteKey, StartError> {
    use base64::engine::general_purpose::STANDARD;
    let fresh = STANDARD.encode([ids.random(), ids.random()].concat());
    let text = db.write(move |tx| settings::find_or_set(tx, "site_key", &fresh)).await?;
    let bytes = STANDARD.decode(text).map_err(|error| StartError::SiteKey(error.to_string()))?;
    if bytes.len() < 32 {
        return Err(StartError::SiteKey("it is too short".into()));
    }
    Ok(SiteKey::new(&bytes))
}

/// The gateways that the configuration turns on.
fn gateways(
    config: &Config,
    (plan, paypal): (&StripePlan, &PaypalPlan),
    db: &Db,
    (world, ids): (&World, &IdSource),
) -> Result<Registry, StartError> {
    let mut list: Vec<Arc<dyn Gateway>> = Vec::new();
    if let Some(stripe) = plan.configured() {
        list.push(Arc::new(stripe?.with_clock(Arc::clone(&world.clock))));
    }
    if let Some(paypal) = paypal.configured() {
        list.push(Arc::new(paypal.clone()));
    }
    if config.sandbox.enabled {
        let book = DatabaseBook::new(db.clone(), Arc::clone(&world.clock), ids.clone());
        list.push(Arc::new(Sandbox::new(Arc::new(book), config.sandbox.webhook_secret.expose())));
    }
    if config.bank_transfer.is_some() {
        list.push(Arc::new(ByHand::BANK_TRANSFER));
    }
    Ok(Registry::new(list))
}

/// How Stripe is spoken to, with the keys of the configuration if it has some.
fn stripe_plan(config: &Config) -> StripePlan {
    let terms = &config.stripe_terms;
    let key = |secret: &Secret<String>| stripe::Key::new(secret.expose());
    let frame = stripe::Settings {
        secret_key: stripe::Key::new(""),
        webhook_secrets: Vec::new(),
        api_base: terms.api_base.clone(),
        page_origins: terms.page_origins.clone(),
        account_id: terms.account_id.clone(),
        fee: FeeRate { basis_points: terms.fee_basis_points, fixed_minor: terms.fee_fixed_minor },
        timeout: terms.timeout,
    };
    let fixed = config.stripe.as_ref();
    let fixed = fixed.map(|own| (key(&own.secret_key), own.webhook_secrets.iter().map(key).collect()));
    StripePlan::new(frame, fixed, config.server.mode.is_production())
}

/// The account at Stripe by the keys of the configuration, if it has some.
pub fn stripe(config: &Config) -> Result<Option<Stripe>, StartError> {
    Ok(stripe_plan(config).configured().transpose()?)
}

/// How PayPal is spoken to, with the app of the configuration if it has one.
fn paypal_plan(config: &Config, world: &World) -> Result<PaypalPlan, StartError> {
    let terms = &config.paypal_terms;
    let frames = (paypal_frame(config, &terms.live)?, paypal_frame(config, &terms.test)?);
    let fixed = paypal(config)?.map(|paypal| paypal.with_clock(Arc::clone(&world.clock)));
    Ok(PaypalPlan::new(frames, fixed, config.server.mode.is_production()))
}

/// The app at PayPal, if the configuration has one.
pub fn paypal(config: &Config) -> Result<Option<PayPal>, StartError> {
    let Some(own) = &config.paypal else {
        return Ok(None);
    };
    let settings = paypal::Settings {
        client_id: own.client_id.clone(),
        client_secret: Key::new(own.client_secret.expose()),
        webhook_id: own.webhook_id.clone(),
        ..paypal_frame(config, &config.paypal_terms.place)?
    };
    PayPal::new(settings).map(Some).map_err(|error| StartError::Paypal(error.to_string()))
}

/// How PayPal is spoken to at a place, by whatever app.
fn paypal_frame(config: &Config, place: &config::PaypalPlace) -> Result<paypal::Settings, StartError> {
    let terms = &config.paypal_terms;
    let authorities = match &terms.authorities {
        Some(pem) => paypal::Authorities::of_pem(pem)
            .map_err(|why| StartError::Paypal(format!("paypal.webhook_ca_file: {why}")))?,
        None => paypal::Authorities::public(),
    };
    Ok(paypal::Settings {
        client_id: String::new(),
        client_secret: Key::new(""),
        webhook_id: String::new(),
        api_base: place.api_base.clone(),
        page_origins: place.page_origins.clone(),
        certificate_hosts: terms.certificate_hosts.clone(),
        authorities,
        publication: paypal::Publication {
            name: config.site.name.clone(),
            address: config.server.public_url_when_bound_to(config.server.bind),
        },
        fee: FeeRate { basis_points: terms.fee_basis_points, fixed_minor: terms.fee_fixed_minor },
        timeout: terms.timeout,
    })
}

/// How Patreon is spoken to, if the configuration has an app there.
fn patreon(config: &Config) -> Result<Option<PatreonPlan>, StartError> {
    let Some(own) = &config.patreon.app else {
        return Ok(None);
    };
    let key = |secret: &Secret<String>| Key::new(secret.expose());
    let settings = patreon::Settings {
        client_id: own.client_id.clone(),
        client_secret: key(&own.client_secret),
        api_base: own.api_base.clone(),
        timeout: own.timeout,
    };
    let tokens = own.tokens.as_ref().map(|tokens| patreon::Tokens {
        access: key(&tokens.access),
        refresh: tokens.refresh.as_ref().map(key),
        lasts: None,
    });
    Ok(Some(PatreonPlan {
        client: Patreon::new(&settings).map_err(|error| StartError::Patreon(error.to_string()))?,
        tokens,
        campaign: own.campaign_id.clone(),
        secret: own.webhook_secret.as_ref().map(key),
        production: config.server.mode.is_production(),
    }))
}

/// What the office can change, by these settings, in which what it set is.
fn edition(
    (config, heard): (&Config, &OfficeValues),
    public_url: &str,
    files: &Files,
    mailer: &Mailer,
) -> Result<Edition, StartError> {
    Ok(Edition {
        policy: Arc::new(policy(config, public_url, heard.edition)),
        templates: templates(config, public_url, files, &office::words(&heard.values))?,
        mailer: mailer.answered_at(config.mail.reply_to.as_ref()),
    })
}

/// Two amounts of every currency, in minor units, by its code.
fn by_currency(amounts: impl Fn(Currency) -> (Money, Money)) -> BTreeMap<&'static str, (i64, i64)> {
    let of = |currency: Currency| {
        let (first, second) = amounts(currency);
        (currency.code(), (first.minor(), second.minor()))
    };
    Currency::all().map(of).collect()
}

fn policy(config: &Config, public_url: &str, edition: i64) -> Policy {
    let site = &config.site;
    let legal = &site.organisation;
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let limits = &config.limits;
    let default = site.default_currency;
    let others = site.currencies.iter().copied().filter(|currency| *currency != default);
    let (network_burst, network_per_hour) = limits.network();
    Policy {
        edition,
        public_url: public_url.to_owned(),
        time_zone: site.time_zone,
        organisation: Organisation {
            name: filled(&legal.legal_name).unwrap_or_else(|| site.name.clone()),
            address: legal.address.clone(),
            registration: filled(&legal.registration),
            statement: filled(&legal.receipt_statement),
        },
        ein: legal.ein.clone(),
        receipt_series: legal.receipt_series.clone(),
        default_currency: default,
        currencies: std::iter::once(default).chain(others).collect(),
        default_locale: site.default_locale.clone(),
        amounts: AmountLimits::new(by_currency(|c| (limits.minimum_for(c), limits.maximum_for(c)))),
        watched: WatchedAmounts::new(by_currency(|c| (limits.reviewed_from(c), limits.given_back_up_to(c)))),
        bank_account: config.bank_transfer.as_ref().map(|bank| BankAccount {
            holder: bank.account_holder.clone(),
            iban: bank.iban.clone(),
            bic: bank.bic.clone(),
            instructions: filled(&bank.instructions),
            expires_after: TimeDelta::days(i64::from(bank.expires_days)),
        }),
        patreon_page: config.patreon.page_url.clone(),
        embed_origins: config.site.embed_origins.clone(),
        pledges_per_client: Rate {
            burst: limits.pledges_per_ip_burst,
            per_hour: limits.pledges_per_ip_per_hour,
        },
        pledges_per_email: Rate {
            burst: limits.pledges_per_email_per_hour,
            per_hour: limits.pledges_per_email_per_hour,
        },
        pledges_per_network: Rate { burst: network_burst, per_hour: network_per_hour },
        abuse: limits.abuse(),
        comments: config.comments,
        comments_per_client: Rate {
            burst: limits.comments_per_ip_per_hour,
            per_hour: limits.comments_per_ip_per_hour,
        },
        checkout_lifetime: CHECKOUT_LIFETIME,
        keep_done_jobs: TimeDelta::days(i64::from(config.jobs.keep_done_days)),
        sessions: SessionRules {
            idle: TimeDelta::minutes(i64::from(config.account.session_idle_minutes)),
            longest: TimeDelta::hours(i64::from(config.account.session_hours)),
        },
        staff_sessions: StaffSessionRules {
            idle: TimeDelta::minutes(i64::from(config.staff.session_idle_minutes)),
            longest: TimeDelta::hours(i64::from(config.staff.session_hours)),
        },
        retention: config.retention,
        gift_aid: config.gift_aid.clone(),
        statements_by_mail: config.account.statements_by_mail,
        members_joined_by_address: config.patreon.join_by_address,
        patrons: config.patrons.clone(),
        staff: site.staff_emails.clone(),
    }
}

/// How mail leaves, for the office: nothing of it is secret.
fn mail_shown(mail: &config::Mail) -> MailShown {
    let (way, place, encryption, signs_in) = match &mail.transport {
        MailTransport::File => ("file", mail.directory.display().to_string(), "", false),
        MailTransport::Smtp(server) => {
            let encryption = match server.encryption {
                Encryption::Implicit | Encryption::Required => "encrypted",
                Encryption::Opportunistic => "encrypted where the server offers it",
                Encryption::None => "not encrypted",
            };
            let place = format!("{}:{}", server.host, server.port);
            ("smtp", place, encryption, server.credentials.is_some())
        }
    };
    MailShown {
        way,
        place,
        encryption,
        signs_in,
        from: mail.from.to_string(),
        reply_to: mail.reply_to.as_ref().map(ToString::to_string),
    }
}

fn templates(
    config: &Config,
    public_url: &str,
    files: &Files,
    said: &OwnWords,
) -> Result<Templates, StartError> {
    let overrides = config.site.templates.as_deref();
    if let Some(folder) = overrides.filter(|folder| !folder.is_dir()) {
        return Err(StartError::TemplateFolder(folder.display().to_string()));
    }
    let site = SiteMeta { name: config.site.name.clone(), url: public_url.to_owned() };
    for why in own::unfit(said) {
        tracing::warn!(why, "words of the office do not fit this version; those of the program are shown");
    }
    let words = Words::load(&config.site.locales, &config.site.default_locale, (overrides, said))?;
    let templates = Templates::new(site, files.addresses(), overrides, words);
    templates.check()?;
    Ok(templates)
}
