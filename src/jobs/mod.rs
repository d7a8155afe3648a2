//! Owns: running what follows from commits: claiming, carrying out, retrying, giving up.
//! May import: usecases, store (the queue), mail, render, gateways. Must not: know the web.

mod account_letters;
mod bank;
mod comment_letters;
mod exports;
mod handed_in;
mod imports;
mod letters;
mod patron_letters;
mod run;
mod staff_letters;
mod try_mail;
mod worker;

pub use bank::read_statement;
pub use handed_in::Failed;
pub use imports::{Looked, look_through, work_on_import};
pub use run::examine_at_start;
pub use worker::{Worker, run_due};

use crate::config::Secret;
use crate::mail::Mailer;
use crate::render::Templates;
use crate::usecases::{Context, Exchange, Policy};
use std::sync::Arc;
use std::time::Duration;

/// All that jobs use. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The use cases' context.
    pub ctx: Context,
    /// Letters.
    pub templates: Templates,
    /// The way out for letters.
    pub mailer: Mailer,
    /// Signs the sandbox's webhooks; none if the sandbox is off.
    pub sandbox_secret: Option<Secret<String>>,
    /// The part of a `Message-ID` behind the `@`.
    pub host: String,
    /// How the worker works.
    pub rhythm: Rhythm,
    /// What the office can change: exchanged while the worker works.
    pub editions: Exchange<Edition>,
}

/// What the office can change of what jobs use.
#[derive(Clone)]
pub struct Edition {
    /// The rules.
    pub policy: Arc<Policy>,
    /// Letters, in the name of the site and its languages.
    pub templates: Templates,
    /// The way out for letters, with the address that answers go to.
    pub mailer: Mailer,
}

impl Services {
    /// The same by the settings that count now. A job that has begun keeps those that it began with.
    #[must_use]
    pub fn now(&self) -> Self {
        let edition = self.editions.get();
        Self {
            ctx: Context { policy: Arc::clone(&edition.policy), ..self.ctx.clone() },
            templates: edition.templates.clone(),
            mailer: edition.mailer.clone(),
            ..self.clone()
        }
    }
}

/// How the worker works.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// Jobs of one lane that run at the same time.
    pub at_once: usize,
    /// How often to look for work that nobody rang for.
    pub poll: Duration,
    /// How long a claimed job is left alone; longer than the slowest job.
    pub lease: Duration,
}
