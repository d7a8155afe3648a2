//! PayPal: how it stands, trying it out, and its app.

use super::{changed, finding, problems_of, source};
use crate::domain::gateway_key::KeyMode;
use crate::render::admin_pages::{ActPage, HiddenField};
use crate::render::gateway_pages::{PaypalPage, PaypalShown};
use crate::render::moment_text;
use crate::usecases::gateways::{self, Finding, KeySource, PaypalMode, PaypalState, TypedApp};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, done, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

const PAYPAL: &str = "/admin/gateways/paypal";

pub(super) fn shown(state: &AppState, paypal: PaypalState) -> PaypalShown {
    let zone = state.ctx.policy.time_zone;
    let when = |time: Option<DateTime<Utc>>| time.map(|time| moment_text(time, zone));
    PaypalShown {
        source: source(paypal.source),
        is_on: paypal.is_on,
        mode: paypal.mode.map(|mode| match mode {
            PaypalMode::Live => "live",
            PaypalMode::Sandbox => "test",
            PaypalMode::Double => "other",
        }),
        client_mark: paypal.client_mark,
        webhook_mark: paypal.webhook_mark,
        trouble: paypal.trouble,
        webhook_text: when(paypal.webhook_at),
        answered_text: when(paypal.answered_at),
        pending: paypal.dependent.pending,
        recurring: paypal.dependent.recurring,
        url: paypal.url,
        seen: paypal.version,
        keeps_live: paypal.keeps_live,
        keeps_test: paypal.keeps_test,
    }
}

/// What the page says besides how PayPal stands.
#[derive(Default)]
struct Told {
    findings: Option<Vec<Finding>>,
    problems: Vec<FieldError>,
    /// The client id that was typed, if it was not taken.
    client_id: String,
    /// The environment that was chosen, if it was not taken.
    mode: String,
    done: Option<&'static str>,
}

/// How PayPal stands, and its app.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    page(&state, &seat, Told { done: done(request.query_string()), ..Told::default() }).await
}

async fn page(state: &AppState, seat: &Seat, told: Told) -> Result<HttpResponse, WebError> {
    let status = status_of(&told.problems);
    let another_app = told.problems.iter().any(|problem| problem.field == "another_app");
    let findings = told.findings.map(|found| found.into_iter().map(finding).collect());
    let shown = PaypalPage {
        paypal: shown(state, gateways::paypal_state(&state.ctx).await?),
        findings,
        another_app,
        client_id: told.client_id,
        typed_mode: told.mode,
        faults: faults(&told.problems),
    };
    let place = ("admin/gateway_paypal.html", "PayPal", PAYPAL);
    Desk::of(state, &seat.0).answer(status, place, told.done, shown)
}

async fn again(
    state: &AppState,
    seat: &Seat,
    (error, told): (UseCaseError, Told),
) -> Result<HttpResponse, WebError> {
    let url = format!("{}/webhooks/paypal", state.ctx.policy.public_url);
    let problems = problems_of(("PayPal", &url), error)?;
    page(state, seat, Told { problems, ..told }).await
}

/// Asks PayPal how everything is.
pub(in crate::web) async fn try_out(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    match gateways::try_paypal(&state.ctx).await {
        Ok(findings) => page(&state, &seat, Told { findings: Some(findings), ..Told::default() }).await,
        Err(error) => again(&state, &seat, (error, Told::default())).await,
    }
}

/// Puts an app in force.
pub(in crate::web) async fn put_app(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let told = Told { client_id: fields.text("client_id"), mode: fields.text("mode"), ..Told::default() };
    let Some(mode) = KeyMode::parse(&told.mode) else {
        let message = "Say whether it is a live app or one of the test environment.";
        return again(&state, &seat, (UseCaseError::invalid("mode", "unknown_mode", message), told)).await;
    };
    let typed = TypedApp {
        client_id: told.client_id.clone(),
        client_secret: fields.text("client_secret").into(),
        mode,
        seen: fields.text("seen"),
        another_app: fields.ticked("another_app"),
    };
    match gateways::put_app(&state.ctx, seat.0.actor(), typed).await {
        Ok(forbidden) => {
            let word = if forbidden.is_empty() { "app" } else { "app-narrow" };
            Ok(changed(&state, (PAYPAL, word)).await)
        }
        Err(error) => again(&state, &seat, (error, told)).await,
    }
}

/// Sets the webhook up at PayPal.
pub(in crate::web) async fn set_up_webhook(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let seen = Fields::parse(&body)?.text("seen");
    match gateways::set_up_webhook(&state.ctx, seat.0.actor(), &seen).await {
        Ok(()) => Ok(changed(&state, (PAYPAL, "paypal-webhook")).await),
        Err(error) => again(&state, &seat, (error, Told::default())).await,
    }
}

/// What will change for donors, before the app is forgotten.
pub(in crate::web) async fn last_word(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    let paypal = gateways::paypal_state(&state.ctx).await?;
    if paypal.source != KeySource::Office {
        return Ok(see_other(PAYPAL));
    }
    let lead = format!(
        "Nobody can give by PayPal any more. Pledges that wait for their payment: {}; what their donors agree to is not \
         taken. Recurring pledges: {}; PayPal goes on charging them, and nothing of it reaches the books, the receipts or \
         the donors’ own pages, so cancel them first if they are to end. Refunds are not possible either. What happened \
         meanwhile is caught up with when the same app is typed within a month.",
        paypal.dependent.pending, paypal.dependent.recurring
    );
    let page = ActPage {
        back: PAYPAL.to_owned(),
        action: format!("{PAYPAL}/forget"),
        lead,
        hidden: vec![HiddenField { name: "seen".to_owned(), value: paypal.version }],
        submit: "Forget the app",
        ..ActPage::default()
    };
    Desk::of(&state, &seat.0).page(("admin/act.html", "Turn PayPal off", PAYPAL), None, page)
}

/// Forgets the app.
pub(in crate::web) async fn forget(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let seen = Fields::parse(&body)?.text("seen");
    match gateways::forget_app(&state.ctx, seat.0.actor(), &seen).await {
        Ok(()) => Ok(changed(&state, (PAYPAL, "app-forgotten")).await),
        Err(error) => again(&state, &seat, (error, Told::default())).await,
    }
}
