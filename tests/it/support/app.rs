//! The application as a test uses it: real routes on a real socket, an own database, mail in a folder, a clock
//! that moves only when told, the same ids for the same test.

use super::client::Client;
use super::gateway::Scripted;
use super::template::{Copied, Template};
use chrono::{DateTime, TimeDelta, Utc};
use mainstay::bootstrap::{App, Migrations, World};
use mainstay::config::Config;
use mainstay::domain::clock::{Clock as _, FixedClock, SeededEntropy};
use mainstay::domain::pledge::GatewayKind;
use mainstay::gateways::{Gateway, Registry};
use mainstay::jobs::{self, Services};
use mainstay::mail::stored::{self, StoredMessage};
use mainstay::pictures::Done;
use mainstay::store::{checks, jobs as queue};
use mainstay::telemetry::metrics::Metrics;
use mainstay::usecases::{Context, upkeep};
use mainstay::web::{self, AppState, ServerOptions};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Which database a flow runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// What a test wants to be different.
#[derive(Default)]
pub(crate) struct Changes {
    /// `MAINSTAY_…` variables.
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// A site with these `MAINSTAY_…` variables.
pub(crate) fn settings(pairs: &[(&'static str, &str)]) -> Changes {
    Changes { environment: pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect() }
}

/// A running site.
pub(crate) struct TestApp {
    pub(crate) services: Services,
    pub(crate) clock: FixedClock,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) url: String,
    pub(crate) engine: Engine,
    pub(crate) database_url: String,
    state: AppState,
    sandbox: Option<Arc<Scripted>>,
    database: Copied,
    server: actix_web::dev::ServerHandle,
}

/// The moment at which every test begins: the middle of a working day, far from the turn of a year.
pub(crate) fn start_of_tests() -> DateTime<Utc> {
    "2026-06-15T10:00:00Z".parse().unwrap()
}

impl TestApp {
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::start_with(engine, Changes::default()).await
    }

    pub(crate) async fn start_with(engine: Engine, changes: Changes) -> Self {
        Self::start_at(engine, changes, None).await
    }

    /// A site that visitors see under another address than the one it listens on, as behind a proxy; `{port}` in it
    /// stands for the port.
    pub(crate) async fn start_with_public_url(engine: Engine, changes: Changes, url: &str) -> Self {
        Self::start_at(engine, changes, Some(url)).await
    }

    async fn start_at(engine: Engine, changes: Changes, public_url: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Template::copy(engine, folder.path()).await;
        let database_url = database.url.clone();
        let mut environment = vec![
            ("MAINSTAY_DATABASE__URL".to_owned(), database_url.clone()),
            ("MAINSTAY_SITE__CONTENT".to_owned(), format!("{}/content", env!("CARGO_MANIFEST_DIR"))),
            ("MAINSTAY_SITE__PICTURES".to_owned(), format!("{}/pictures", folder.path().display())),
            ("MAINSTAY_MAIL__DIRECTORY".to_owned(), format!("{}/mail", folder.path().display())),
            ("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST".to_owned(), "1000".to_owned()),
            ("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR".to_owned(), "1000".to_owned()),
            ("MAINSTAY_LIMITS__PLEDGES_PER_EMAIL_PER_HOUR".to_owned(), "1000".to_owned()),
            // The clock stands still: no form would be old enough.
            ("MAINSTAY_LIMITS__FORM_SECONDS_MIN".to_owned(), "0".to_owned()),
            ("MAINSTAY_DATABASE__POOL_SIZE".to_owned(), "4".to_owned()),
        ];
        environment.extend(changes.environment.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let config = Config::load(None, environment).unwrap_or_else(|errors| panic!("{errors}"));
        let clock = FixedClock::at(start_of_tests());
        let world = World { clock: Arc::new(clock.clone()), entropy: Arc::new(SeededEntropy::new(7)) };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let port = listener.local_addr().unwrap().port().to_string();
        let public_url = public_url.map_or_else(|| url.clone(), |known| known.replace("{port}", &port));
        let mut app = App::open(&config, world, &public_url, Migrations::Apply)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let sandbox = script_sandbox(&mut app);
        let state = app
            .web_state(&config, Metrics::install().unwrap())
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let options = ServerOptions { workers: 1, shutdown_timeout: Duration::from_secs(1) };
        let server = web::serve(listener, state.clone(), options).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            services: app.services,
            clock,
            folder,
            url,
            engine,
            database_url,
            state,
            sandbox,
            database,
            server: handle,
        }
    }

    /// The sandbox gateway, to be given a bad day.
    pub(crate) fn sandbox(&self) -> &Scripted {
        self.sandbox.as_ref().unwrap()
    }

    pub(crate) fn ctx(&self) -> &Context {
        &self.services.ctx
    }

    /// What a running process does every two seconds: takes up what changed on the pages.
    pub(crate) async fn looks(&self) {
        let now = self.state.now();
        now.publication.refresh(&now.ctx, &now.templates).await.unwrap();
    }

    /// Somebody at a browser without a history.
    /// What a running process does every minute: writes down how often texts of appeals were shown.
    pub(crate) async fn writes_counts(&self) {
        self.state.publication.write_counts(self.ctx()).await.unwrap();
    }

    /// What a running process does every two seconds beside serving: makes smaller ones of new pictures.
    pub(crate) async fn makes_pictures(&self) -> Done {
        let (publication, stopping) = (&self.state.publication, &self.state.stopping);
        publication.make_pictures(self.clock.now(), stopping).await.unwrap().unwrap()
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url)
    }

    pub(crate) fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// Runs every job that is due now.
    pub(crate) async fn run_jobs(&self) -> usize {
        jobs::run_due(&self.services).await.unwrap()
    }

    /// Does the recurring work that is due, then every job that became due.
    pub(crate) async fn upkeep(&self) -> usize {
        upkeep::enqueue_due(&self.services.now().ctx).await.unwrap();
        self.run_jobs().await
    }

    /// Lets time pass, then runs every job that became due.
    pub(crate) async fn pass(&self, time: TimeDelta) -> usize {
        self.clock.advance(time);
        self.run_jobs().await
    }

    /// Every letter sent so far, oldest first.
    pub(crate) fn letters(&self) -> Vec<StoredMessage> {
        let folder = self.mail_folder();
        // Not by `stored::list`, which shows the latest few hundred only.
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return Vec::new();
        };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut ids: Vec<String> =
            names.filter_map(|name| name.strip_suffix(".eml").map(str::to_owned)).collect();
        ids.sort();
        ids.iter().map(|id| stored::read(&folder, id).unwrap()).collect()
    }

    /// The letters with these words in the subject.
    pub(crate) fn letters_about(&self, words: &str) -> Vec<StoredMessage> {
        self.letters().into_iter().filter(|letter| letter.subject.contains(words)).collect()
    }

    /// The invariants hold: said by name if one does not.
    pub(crate) async fn check_books(&self) {
        let findings = self.ctx().db.read(checks::run).await.unwrap();
        let broken: Vec<_> = findings.iter().filter(|finding| !finding.broken.is_empty()).collect();
        assert!(broken.is_empty(), "{broken:#?}");
    }

    /// Every test ends here: the books are right, and no job failed or is left over unseen.
    pub(crate) async fn finish(self) {
        self.run_jobs().await;
        self.check_books().await;
        let left = self.ctx().db.read(|conn| queue::unfinished(conn, 20)).await.unwrap();
        let now = self.clock.now();
        let due: Vec<_> = left.iter().filter(|job| job.status == "failed" || job.run_at <= now).collect();
        assert!(due.is_empty(), "jobs left over: {due:#?}");
        self.stop().await;
    }

    /// Ends without looking: for tests that break something on purpose.
    pub(crate) async fn stop(self) {
        self.server.stop(false).await;
        drop((self.services, self.state));
        drop(self.database);
    }
}

/// Puts the scripted gateway around the sandbox, for the web and the jobs alike.
fn script_sandbox(app: &mut App) -> Option<Arc<Scripted>> {
    let registry = &app.services.ctx.gateways;
    let scripted = Arc::new(Scripted::around(registry.get(GatewayKind::Sandbox)?));
    let put = |kind| -> Arc<dyn Gateway> {
        match kind {
            GatewayKind::Sandbox => scripted.clone(),
            GatewayKind::BankTransfer
            | GatewayKind::Stripe
            | GatewayKind::Paypal
            | GatewayKind::Cash
            | GatewayKind::Cheque
            | GatewayKind::Import => registry.get(kind).unwrap(),
        }
    };
    app.services.ctx.gateways = Registry::new(registry.kinds().map(put).collect());
    Some(scripted)
}
