//! What a reader sees of the appeals on a page, by two cookies that say nothing of who they are: that they just gave, and
//! which of two texts they are shown while these are tried.

use crate::domain::appeal::{SeenAppeal, Side};
use crate::domain::pledge::{GatewayKind, PledgeStatus};
use crate::usecases::Context;
use crate::usecases::views::{PledgeView, Standing};
use crate::web::content::{Face, Test};
use crate::web::cookies;
use crate::web::state::AppState;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use chrono::TimeDelta;

/// Says that its browser was given from a short while ago.
const GAVE: &str = "gave";
/// How long whoever gave is not asked again.
const UNASKED_FOR: TimeDelta = TimeDelta::days(30);
/// How long a browser is shown the same text of a test, at most.
const SAME_TEXT_FOR: TimeDelta = TimeDelta::days(30);

/// What one reader sees.
pub(super) struct Look {
    pub(super) face: Face,
    /// The text of a test that is shown.
    pub(super) seen: Option<SeenAppeal>,
    /// Keeps the text the same on the next page.
    pub(super) cookie: Option<HeaderValue>,
}

impl Look {
    pub(super) fn of(request: &HttpRequest, state: &AppState, test: Option<&Test>) -> Self {
        if just_gave(request, state) {
            return Self { face: Face::Quiet, seen: None, cookie: None };
        }
        let Some(test) = test else {
            return Self { face: Face::First, seen: None, cookie: None };
        };
        let name = format!("text-{}", test.id);
        let kept = cookies::word(request, &cookies::name_of(state, &name));
        let (side, cookie) = match kept.as_deref().and_then(Side::parse) {
            Some(side) => (side, None),
            None => {
                let side = by_lot(&state.ctx);
                (side, cookies::set(state, &name, side.as_str(), SAME_TEXT_FOR.num_seconds()))
            }
        };
        Self { face: side.into(), seen: Some(test.seen(side)), cookie }
    }

    /// Whether everybody without a cookie sees the same.
    pub(super) fn is_for_all(&self) -> bool {
        self.face == Face::First && self.seen.is_none()
    }
}

fn just_gave(request: &HttpRequest, state: &AppState) -> bool {
    // Most readers come without any: they cost nothing.
    request.headers().contains_key(header::COOKIE)
        && cookies::word(request, &cookies::name_of(state, GAVE)).is_some_and(|value| !value.is_empty())
}

fn by_lot(ctx: &Context) -> Side {
    let [byte, ..] = ctx.ids.random();
    if byte.is_multiple_of(2) { Side::First } else { Side::Second }
}

/// The cookie of a browser that was just given from; none if nothing was given, or long ago.
pub(super) fn gave(state: &AppState, view: &PledgeView) -> Option<HeaderValue> {
    let pledge = &view.pledge;
    let has_given = match view.standing() {
        Standing::Processing
        | Standing::Refunded(_)
        | Standing::Pledge(
            PledgeStatus::Active | PledgeStatus::PastDue | PledgeStatus::Paused | PledgeStatus::Fulfilled,
        ) => true,
        // Who was told where to send the money has made up their mind.
        Standing::Pledge(PledgeStatus::Pending) => pledge.terms.gateway == GatewayKind::BankTransfer,
        Standing::Pledge(PledgeStatus::Cancelled | PledgeStatus::Expired | PledgeStatus::Failed) => false,
    };
    let left = (pledge.created_at + UNASKED_FOR - state.ctx.now()).num_seconds();
    if has_given && left > 0 { cookies::set(state, GAVE, "1", left) } else { None }
}
