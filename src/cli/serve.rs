//! `serve` and `worker`.

use super::{Failure, Outcome, Setting};
use crate::bootstrap::{App, Migrations, World};
use crate::config::{Config, MailTransport};
use crate::domain::pledge::GatewayKind;
use crate::jobs::{self, Worker};
use crate::pictures::Done;
use crate::telemetry::metrics::Metrics;
use crate::usecases::staff::setup;
use crate::usecases::{Context, gateways};
use crate::web::{self, AppState, Live, ServerOptions};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, timeout};

/// How often the settings of the office, and the keys of gateways, are looked at by a process without pages.
const OFFICE_POLL: Duration = Duration::from_secs(2);

/// How often it is looked whether another process changed what pages show: whoever approves a comment sees it within a second,
/// whichever process answers.
const PAGES_POLL: Duration = Duration::from_millis(400);
/// Every so many of these looks are at the rest as well.
const LOOKS_BETWEEN: u32 = 5;
/// How often it is looked whether there are new or changed pictures.
const PICTURES_POLL: Duration = Duration::from_secs(2);

/// How often it is written down how often the texts of appeals were shown. What was not is lost with a process that is
/// killed.
const COUNTS_EVERY: Duration = Duration::from_mins(1);

#[derive(Debug, Default, clap::Args)]
pub(super) struct Options {
    /// Serve only; another process runs the jobs.
    #[arg(long)]
    no_worker: bool,
}

/// Migrates, then serves and runs jobs until told to stop.
pub(super) async fn serve(setting: &Setting, options: &Options) -> Outcome {
    let config = &setting.config;
    let mut signals = Signals::listen()?;
    // The port first: a second copy stops here, before it touches anything.
    let listener = listen(config.server.bind)?;
    let bound = listener.local_addr()?;
    let url = config.server.public_url_when_bound_to(bound);
    let app = App::open(config, World::real(), &url, Migrations::Apply).await?;
    let metrics = Metrics::install().map_err(|error| Failure::Failed(error.to_string()))?;
    let state = app.web_state(config, metrics).await?;
    let server_options = ServerOptions {
        workers: config.server.worker_count(),
        shutdown_timeout: config.server.shutdown_timeout,
    };
    let server = web::serve(listener, state.clone(), server_options)?;
    let handle = server.handle();
    let worker = (!options.no_worker).then(|| Worker::start(&app.services));
    let stopping = state.stopping.clone();
    let content = tokio::spawn(watch_content(state.clone()));
    let pictures = tokio::spawn(watch_pictures(state.clone()));
    let counts = tokio::spawn(watch_counts(state.clone()));
    let examination = tokio::spawn(jobs::examine_at_start(app.services.clone()));
    let first_owner =
        setup::first_link(&app.services.ctx).await?.map(|link| setup::url(&app.services.ctx, &link));
    announce((app.config(), &app.services.ctx), bound, &url, first_owner.as_deref());
    let mut running = tokio::spawn(server);
    tokio::select! {
        ended = &mut running => {
            let died = ended.map_or_else(|panic| panic.to_string(), |_| "the server ended by itself".into());
            return Err(Failure::Failed(died));
        }
        signal = signals.next() => tracing::info!(signal, "stopping: running requests and jobs are finished first"),
    }
    stopping.begin();
    content.abort();
    pictures.abort();
    counts.abort();
    examination.abort();
    let serving = async {
        // Until it has passed, or for those who have waited enough, until the next signal.
        let cut_short = timeout(config.server.drain, signals.next()).await.is_ok();
        tracing::debug!(cut_short, "no more connections are taken");
        handle.stop(true).await;
    };
    let working = async {
        if let Some(worker) = worker {
            worker.stop().await;
        }
    };
    tokio::join!(serving, working);
    // What was shown until the last answer.
    write_counts(&state).await;
    Ok(())
}

/// Runs jobs until told to stop.
pub(super) async fn worker(setting: &Setting) -> Outcome {
    let mut signals = Signals::listen()?;
    let app = setting.app().await?;
    let worker = Worker::start(&app.services);
    let examination = tokio::spawn(jobs::examine_at_start(app.services.clone()));
    let office = tokio::spawn(watch_office(app.clone()));
    println!("Running jobs. Stop with Ctrl-C.");
    let signal = signals.next().await;
    tracing::info!(signal, "stopping: running jobs are finished first");
    examination.abort();
    office.abort();
    worker.stop().await;
    Ok(())
}

fn listen(bind: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(bind).map_err(|error| {
        let why = if error.kind() == ErrorKind::AddrInUse {
            "the port is taken; stop the other program or set server.bind".to_owned()
        } else {
            error.to_string()
        };
        Failure::Usage(format!("cannot listen on {bind}: {why}"))
    })
}

/// Takes up changed articles while the site runs. A mistake in a file keeps what was shown before.
async fn watch_content(state: AppState) {
    let mut interval = tokio::time::interval(PAGES_POLL);
    // After drawing many pages nobody is helped by looks that were missed.
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = 0_u32;
    loop {
        interval.tick().await;
        let all = looks.is_multiple_of(LOOKS_BETWEEN);
        looks = looks.wrapping_add(1);
        // First, because pages are made by the settings, and name the gateways that are on.
        if all {
            take_up_settings(&*state.live).await;
        }
        let state = state.now();
        let looked = if all {
            take_up_gateways(&state.ctx).await;
            state.publication.refresh(&state.ctx, &state.templates).await
        } else {
            state.publication.follow(&state.ctx, &state.templates).await
        };
        match looked {
            Ok(true) => tracing::info!("the content changed and is shown"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the content changed but has a mistake; the old one stays"),
        }
    }
}

/// Makes smaller ones of new and changed pictures while the site runs. Not a job that any process may take: the folders are
/// those of this machine.
async fn watch_pictures(state: AppState) {
    let mut interval = tokio::time::interval(PICTURES_POLL);
    // After making many there is nothing to catch up with.
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_error = String::new();
    loop {
        interval.tick().await;
        let now = state.now().ctx.now();
        match state.publication.make_pictures(now, &state.stopping).await {
            Ok(done) => {
                last_error.clear();
                if let Some(done) = &done {
                    tell_of_pictures(done);
                }
            }
            // Once, not at every look.
            Err(error) if error.to_string() == last_error => {}
            Err(error) => {
                tracing::error!(%error, "pictures are shown as they are");
                last_error = error.to_string();
            }
        }
    }
}

fn tell_of_pictures(done: &Done) {
    for (name, why) in &done.said {
        tracing::warn!(name, why, "something is to be known of a picture");
    }
    if done.made > 0 || done.removed > 0 {
        tracing::info!(
            made = done.made,
            removed = done.removed,
            "smaller ones of the pictures were brought up to date"
        );
    }
}

/// Writes down now and then how often the texts of appeals, and the form, were shown.
async fn watch_counts(state: AppState) {
    let mut interval = tokio::time::interval(COUNTS_EVERY);
    loop {
        interval.tick().await;
        write_counts(&state).await;
    }
}

async fn write_counts(state: &AppState) {
    if let Err(error) = state.publication.write_counts(&state.now().ctx).await {
        // They are kept until the database is back.
        tracing::debug!(%error, "how often appeals were shown is written down later");
    }
}

/// Takes up settings that were changed in the office of any process.
async fn take_up_settings(live: &dyn Live) {
    match live.take_up().await {
        Ok(true) => tracing::info!("settings were changed in the office and are taken up"),
        Ok(false) => {}
        // Whoever needs the database says that it is away.
        Err(error) => tracing::debug!(%error, "the settings are looked at again"),
    }
}

/// Takes up keys of gateways that were typed in the office of any process.
async fn take_up_gateways(ctx: &Context) {
    match gateways::take_up(ctx).await {
        Ok(true) => tracing::info!("the keys of gateways changed and are taken up"),
        Ok(false) => {}
        // Whoever needs the database says that it is away.
        Err(error) => tracing::debug!(%error, "the keys of gateways are looked at again"),
    }
}

/// For a process that runs jobs only.
async fn watch_office(app: App) {
    let live = app.live();
    let mut interval = tokio::time::interval(OFFICE_POLL);
    loop {
        interval.tick().await;
        take_up_settings(&*live).await;
        take_up_gateways(&app.services.ctx).await;
    }
}

fn announce((config, ctx): (&Config, &Context), bound: SocketAddr, url: &str, first_owner: Option<&str>) {
    println!("Mainstay {} is running.", env!("CARGO_PKG_VERSION"));
    println!("  The site:   {url}");
    if url != format!("http://{bound}") {
        println!("  Listening:  http://{bound}");
    }
    let file_mail = matches!(config.mail.transport, MailTransport::File);
    if file_mail && !config.server.mode.is_production() {
        println!("  Its mail:   {url}/dev/mail");
    }
    if let Some(link) = first_owner {
        println!("  The office: {link}");
        println!("              (works once, within an hour: it makes the account of the owner)");
    } else {
        println!("  The office: {url}/admin");
    }
    let missing = not_configured(config, ctx);
    if !missing.is_empty() {
        println!("Not configured yet:");
        for line in missing {
            println!("  - {line}");
        }
    }
}

fn not_configured(config: &Config, ctx: &Context) -> Vec<String> {
    let mut missing = Vec::new();
    let legal = &config.site.organisation;
    if legal.address.is_empty() && legal.registration.is_empty() {
        missing
            .push("site.organisation: receipts carry the site's name only, without legal details".to_owned());
    }
    if matches!(config.mail.transport, MailTransport::File) {
        let folder = config.mail.directory.display();
        missing.push(format!("mail.transport: letters are written to {folder}, not sent"));
    }
    if ctx.gateways.get(GatewayKind::Stripe).is_none() {
        missing.push(
            "stripe: no cards or wallets; type a key in the office under Gateways, or set stripe.secret_key and run \
             `mainstay stripe setup`"
                .to_owned(),
        );
    }
    if ctx.gateways.get(GatewayKind::Paypal).is_none() {
        missing.push(
            "paypal: no PayPal; type an app in the office under Gateways, or set paypal.client_id and its secret and run \
             `mainstay paypal setup`"
                .to_owned(),
        );
    }
    if config.staff.sealing_key.is_none() && config.server.mode.is_production() {
        missing.push(
            "staff.sealing_key: authenticators are sealed with a key that is in the database itself"
                .to_owned(),
        );
    }
    if config.sandbox.enabled {
        missing.push("sandbox.enabled: the test gateway is on; no real money moves through it".to_owned());
    }
    if !config.server.mode.is_production() {
        missing.push("server.mode: development; see docs/going-live.md before going live".to_owned());
    }
    missing
}

/// What a service manager or a person at the keyboard sends to end the program.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on they no longer end the program by themselves.
    fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
