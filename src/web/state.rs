//! What handlers use.

use super::assets::Files;
use super::content::Publication;
use super::live::Live;
use super::observe::ContentPolicy;
use super::request_id::RequestIds;
use crate::config::MetricsAccess;
use crate::render::Templates;
use crate::render::gateway_pages::MailShown;
use crate::telemetry::metrics::Metrics;
use crate::usecases::Context;
use crate::usecases::gateways::LetterWay;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process is about to stop: it still answers, but whoever distributes requests should turn elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on it is.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What handlers use. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The use cases' context.
    pub ctx: Context,
    /// Pages.
    pub templates: Templates,
    /// Articles and their rendered pages.
    pub publication: Arc<Publication>,
    /// Style sheet, script, icon.
    pub files: Arc<Files>,
    /// Numbers for operators.
    pub metrics: Metrics,
    /// Who may read them.
    pub metrics_access: MetricsAccess,
    /// Whether the sandbox's payment page exists.
    pub sandbox: bool,
    /// The way of letters, to be tried out.
    pub letters: Arc<dyn LetterWay>,
    /// How it is shown in the office.
    pub mail_shown: MailShown,
    /// Settings that change while the site runs.
    pub live: Arc<dyn Live>,
    /// Where sent mail is shown from; development only.
    pub dev_mail: Option<PathBuf>,
    /// Proxies in front whose `X-Forwarded-For` entry is believed.
    pub trusted_proxies: usize,
    /// Largest body of forms, webhooks and the API, in bytes.
    pub body_bytes_max: (usize, usize, usize),
    /// Origins of other sites whose pages may use the public API.
    pub cors_origins: Arc<Vec<String>>,
    /// Ids of requests.
    pub request_ids: Arc<RequestIds>,
    /// Whether this process is about to stop.
    pub stopping: Stopping,
    /// What a page may load, and where its forms may lead.
    pub content_policy: Arc<ContentPolicy>,
    /// Whether the site is reached by https only.
    pub secure: bool,
}

impl AppState {
    /// The same by the settings that count now.
    #[must_use]
    pub fn now(&self) -> Self {
        let edition = self.live.edition();
        Self {
            ctx: edition.ctx.clone(),
            templates: edition.templates.clone(),
            letters: Arc::clone(&edition.letters),
            mail_shown: edition.mail_shown.clone(),
            ..self.clone()
        }
    }
}
