//! A site of the real program on a folder, a database and a mail server of its own: it can be killed and started again.

use std::time::Duration;

use chrono::{DateTime, Utc};
use mainstay::domain::clock::{Clock as _, SystemClock};
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, SandboxEvent, SandboxPayment, sign};
use mainstay::store::{DatabaseOptions, Db, checks, jobs};
use reqwest::{Method, RequestBuilder};

use crate::jobs::mail_server;
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::command::{Mainstay, package_folder};
use crate::support::postgres::{TestDatabase, create_database};
use crate::support::smtp::{SmtpServer, UrlTls};

/// Longest time without a job being done before a site counts as stuck.
const STUCK_AFTER: Duration = Duration::from_mins(2);

const WEBHOOK_SECRET: &str = "sandbox-webhook-secret-for-development";

pub(super) struct Site {
    pub(super) folder: tempfile::TempDir,
    pub(super) database_url: String,
    pub(super) mail: SmtpServer,
    settings: Vec<(&'static str, String)>,
    database: Option<TestDatabase>,
    /// A copy of it that is used in its place.
    copy: Option<TestDatabase>,
    lives: u32,
}

impl Site {
    pub(super) async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = (engine == Engine::Postgres).then(|| create_database(None));
        let database_url = match &database {
            Some(database) => database.url.clone(),
            None => format!("sqlite://{}/site.db", folder.path().display()),
        };
        let mail = mail_server().await;
        let content = package_folder().join("content").into_os_string().into_string().unwrap();
        let settings = vec![
            ("MAINSTAY_SITE__CONTENT", content),
            ("MAINSTAY_MAIL__TRANSPORT", "smtp".to_owned()),
            ("MAINSTAY_MAIL__SMTP_URL", mail.url("", "", UrlTls::Plain)),
            // A job of a killed program is taken over after this time.
            ("MAINSTAY_JOBS__LEASE_S", "3".to_owned()),
            ("MAINSTAY_MAIL__TIMEOUT_S", "2".to_owned()),
            ("MAINSTAY_JOBS__POLL_MS", "100".to_owned()),
            ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000000".to_owned()),
            ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "1000000".to_owned()),
            ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR", "1000000".to_owned()),
            ("MAINSTAY_LOG__LEVEL", "warn".to_owned()),
        ];
        Self { folder, database_url, mail, settings, database, copy: None, lives: 0 }
    }

    pub(super) fn with(mut self, settings: &[(&'static str, &str)]) -> Self {
        self.settings.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self
    }

    /// The site with its database set up, and that database to begin from again and again.
    pub(super) async fn prepared(self) -> (Self, Start) {
        self.command(&["serve"]).serve().await.stop().await;
        let start = match &self.database {
            Some(database) => Start::Template(database.name.clone()),
            None => {
                let path = self.folder.path().join("site.db");
                let database = rusqlite::Connection::open(&path).unwrap();
                // What still stands in the log goes into the file.
                database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
                drop(database);
                Start::File(std::fs::read(path).unwrap())
            }
        };
        (self, start)
    }

    /// `mainstay ARGS` with the settings of this site.
    pub(super) fn command(&self, args: &[&str]) -> Mainstay {
        let call = Mainstay::new(self.folder.path(), args.iter().copied());
        let call = self.settings.iter().fold(call, |call, (name, value)| call.env(name, value));
        call.env("MAINSTAY_DATABASE__URL", &self.database_url)
    }

    /// Its database, to look into from outside.
    pub(super) fn database(&self) -> Db {
        database_at(&self.database_url)
    }

    /// The same, if it can be reached now.
    pub(super) fn try_database(&self) -> Option<Db> {
        Db::open(&options_of(&self.database_url)).ok()
    }

    /// On a database of the caller's.
    pub(super) fn on(self, database_url: String) -> Self {
        Self { database_url, ..self }
    }
}

pub(super) fn database_at(url: &str) -> Db {
    Db::open(&options_of(url)).unwrap()
}

fn options_of(url: &str) -> DatabaseOptions {
    let seconds = Duration::from_secs(20);
    DatabaseOptions {
        url: url.to_owned(),
        pool_size: 2,
        busy_timeout: seconds,
        statement_timeout: seconds,
        acquire_timeout: seconds,
    }
}

/// A database as it is before anything happened.
pub(super) enum Start {
    File(Vec<u8>),
    Template(String),
}

impl Start {
    /// Puts a fresh copy under the site.
    pub(super) fn begin_again(&self, site: &mut Site) {
        match self {
            Self::File(bytes) => {
                // Another name each time: a connection to the last file may still be closing.
                site.lives += 1;
                let path = site.folder.path().join(format!("life-{}.db", site.lives));
                std::fs::write(&path, bytes).unwrap();
                site.database_url = format!("sqlite://{}", path.display());
            }
            Self::Template(name) => {
                let copy = create_database(Some(name));
                site.database_url.clone_from(&copy.url);
                site.copy = Some(copy);
            }
        }
    }
}

/// The name of a letter: the same for every copy of it.
pub(super) fn message_id(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let line = text.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:")).unwrap();
    line.split(['<', '>']).nth(1).unwrap().to_owned()
}

/// Waits until every job is done.
pub(super) async fn converge(db: &Db) {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    let mut left = usize::MAX;
    let mut stuck = tokio::time::Instant::now() + STUCK_AFTER;
    loop {
        looks.tick().await;
        let open = db.read(|conn| jobs::unfinished(conn, 100_000)).await.unwrap();
        let failed: Vec<_> = open.iter().filter(|job| job.status == "failed").collect();
        assert!(failed.is_empty(), "jobs failed for good: {failed:#?}");
        if open.is_empty() {
            return;
        }
        if open.len() < left {
            left = open.len();
            stuck = tokio::time::Instant::now() + STUCK_AFTER;
        }
        assert!(tokio::time::Instant::now() < stuck, "no job was done in {STUCK_AFTER:?}: {open:#?}");
    }
}

/// The rules of the doctor that are broken.
pub(super) async fn broken_rules(db: &Db) -> Vec<String> {
    let findings = db.read(checks::run).await.unwrap();
    findings
        .iter()
        .filter(|finding| !finding.broken.is_empty())
        .map(|finding| format!("{finding:?}"))
        .collect()
}

/// €25, paid at the sandbox on this page, as its events show it.
pub(super) fn paid(page: &str, changed_at: DateTime<Utc>) -> SandboxPayment {
    SandboxPayment {
        id: page.rsplit('/').next().unwrap().to_owned(),
        attempt: String::new(),
        subscription: None,
        period_on: None,
        amount_minor: 2500,
        currency: "EUR".to_owned(),
        status: "succeeded".to_owned(),
        fee_minor: 98,
        refunds: Vec::new(),
        changed_at,
    }
}

/// An event of the sandbox as it comes over the network.
pub(super) fn webhook(client: &Client, site: &str, event: &SandboxEvent) -> RequestBuilder {
    let body = serde_json::to_vec(event).unwrap();
    let signature = sign(WEBHOOK_SECRET, &body, SystemClock.now());
    client
        .request(Method::POST, &format!("{site}/webhooks/sandbox"))
        .header(SIGNATURE_HEADER, signature)
        .body(body)
}
