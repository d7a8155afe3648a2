//! Settings that change while the site runs: every request goes by those that counted when it came, from its first look to
//! its answer.

use super::state::AppState;
use crate::config::{Config, ConfigErrors};
use crate::render::Templates;
use crate::render::gateway_pages::MailShown;
use crate::usecases::gateways::LetterWay;
use crate::usecases::{Context, UseCaseError};
use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::web::Data;
use async_trait::async_trait;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// What the office can change of what handlers use.
#[derive(Clone)]
pub struct Edition {
    /// The context with the rules.
    pub ctx: Context,
    /// Pages.
    pub templates: Templates,
    /// The way of letters.
    pub letters: Arc<dyn LetterWay>,
    /// How it is shown.
    pub mail_shown: MailShown,
}

/// What the office set, as this process has taken it up.
#[async_trait]
pub trait Live: Send + Sync {
    /// The number of the last change that was taken up.
    fn number(&self) -> i64;

    /// What counts now.
    fn edition(&self) -> Arc<Edition>;

    /// The settings that count now, with where each comes from.
    fn config(&self) -> Arc<Config>;

    /// The settings with these of the office, to be shown.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    fn read(&self, values: &BTreeMap<String, Value>) -> Result<Config, ConfigErrors>;

    /// The settings as they would be if the office had set these, checked as at a start.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    fn propose(&self, values: &BTreeMap<String, Value>) -> Result<Config, ConfigErrors>;

    /// Takes up what was changed, here or by another process. What cannot be taken up is logged, and what counted before
    /// goes on to count. Returns whether anything changed.
    ///
    /// # Errors
    /// The database does not answer.
    async fn take_up(&self) -> Result<bool, UseCaseError>;
}

/// The state by the latest settings, made once for each edition and each thread that serves.
pub(super) struct Latest {
    first: Data<AppState>,
    kept: RefCell<Option<(i64, Rc<Extensions>)>>,
}

impl Latest {
    pub(super) fn of(first: Data<AppState>) -> Self {
        Self { first, kept: RefCell::default() }
    }

    /// The state that counts now.
    pub(super) fn state(&self) -> Data<AppState> {
        let taken_up = self.now().and_then(|latest| latest.get::<Data<AppState>>().cloned());
        taken_up.unwrap_or_else(|| self.first.clone())
    }

    /// None: what the server began with still counts.
    fn now(&self) -> Option<Rc<Extensions>> {
        let number = self.first.live.number();
        if number == self.first.ctx.policy.edition {
            return None;
        }
        let mut kept = self.kept.borrow_mut();
        if let Some((_, state)) = kept.as_ref().filter(|(known, _)| *known == number) {
            return Some(Rc::clone(state));
        }
        let mut state = Extensions::new();
        state.insert(Data::new(self.first.now()));
        let state = Rc::new(state);
        *kept = Some((number, Rc::clone(&state)));
        Some(state)
    }
}

/// Gives a request the settings that count as it comes.
pub(super) fn bring(request: &mut ServiceRequest) {
    if let Some(state) = request.app_data::<Rc<Latest>>().and_then(|latest| latest.now()) {
        request.add_data_container(state);
    }
}
