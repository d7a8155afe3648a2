//! Gateways, and the mail: how they stand, trying them out, and the keys of Stripe and PayPal.

pub(super) mod paypal;

use super::door::Seat;
use super::reply::{Desk, done, faults};
use crate::domain::bank::grouped_by_four;
use crate::domain::gateway_key::KeyMode;
use crate::domain::pledge::GatewayKind;
use crate::render::admin_pages::{ActPage, HiddenField};
use crate::render::gateway_pages::{
    BankShown, FindingShown, GatewaysPage, MailTried, StripePage, StripeShown,
};
use crate::render::moment_text;
use crate::usecases::gateways::{self, Finding, KeySource, StripeState, Typed, Verdict};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};

const STRIPE: &str = "/admin/gateways/stripe";

/// How all of them stand.
pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    overview(&state, &seat, None, done(request.query_string())).await
}

async fn overview(
    state: &AppState,
    seat: &Seat,
    tried: Option<MailTried>,
    done: Option<&'static str>,
) -> Result<HttpResponse, WebError> {
    let ctx = &state.ctx;
    let shown = GatewaysPage {
        stripe: stripe_shown(state, gateways::state(ctx).await?),
        paypal: paypal::shown(state, gateways::paypal_state(ctx).await?),
        bank: ctx.policy.bank_account.as_ref().map(|bank| BankShown {
            holder: bank.holder.clone(),
            iban: grouped_by_four(&bank.iban),
            bic: bank.bic.clone().unwrap_or_default(),
            expires_days: bank.expires_after.num_days(),
        }),
        sandbox: ctx.gateways.get(GatewayKind::Sandbox).is_some(),
        mail: state.mail_shown.clone(),
        tried,
        me: seat.0.member.email.as_str().to_owned(),
    };
    let place = ("admin/gateways.html", "Gateways", "/admin/gateways");
    Desk::of(state, &seat.0).page(place, done, shown)
}

/// Talks to the mail server, and sends a letter if whoever asks wants one.
pub(in crate::web) async fn try_mail(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let wants_letter = Fields::parse(&body)?.ticked("letter");
    let outcome = match state.letters.greet().await {
        Ok(()) if wants_letter => state.letters.letter(seat.0.member.email.as_str()).await,
        other => other,
    };
    let tried = MailTried { error: outcome.err(), letter: wants_letter };
    overview(&state, &seat, Some(tried), None).await
}

fn stripe_shown(state: &AppState, stripe: StripeState) -> StripeShown {
    let zone = state.ctx.policy.time_zone;
    let when = |time: Option<DateTime<Utc>>| time.map(|time| moment_text(time, zone));
    StripeShown {
        source: source(stripe.source),
        is_on: stripe.is_on,
        mode: stripe.mode.map(KeyMode::as_str),
        key_mark: stripe.key_mark,
        account: stripe.account,
        secret_mark: stripe.secret_mark,
        former_text: when(stripe.former_until),
        trouble: stripe.trouble,
        webhook_text: when(stripe.webhook_at),
        answered_text: when(stripe.answered_at),
        pending: stripe.dependent.pending,
        recurring: stripe.dependent.recurring,
        url: stripe.url,
        seen: stripe.version,
        keeps_live: stripe.keeps_live,
    }
}

const fn source(source: KeySource) -> &'static str {
    match source {
        KeySource::Nowhere => "none",
        KeySource::Configuration => "configuration",
        KeySource::Office => "office",
    }
}

/// What the page of Stripe says besides how it stands.
#[derive(Default)]
struct Told {
    findings: Option<Vec<Finding>>,
    problems: Vec<FieldError>,
    done: Option<&'static str>,
}

/// How Stripe stands, and its keys.
pub(in crate::web) async fn stripe(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    stripe_page(&state, &seat, Told { done: done(request.query_string()), ..Told::default() }).await
}

async fn stripe_page(state: &AppState, seat: &Seat, told: Told) -> Result<HttpResponse, WebError> {
    let status = status_of(&told.problems);
    let another_account = told.problems.iter().any(|problem| problem.field == "another_account");
    let findings = told.findings.map(|found| found.into_iter().map(finding).collect());
    let shown = StripePage {
        stripe: stripe_shown(state, gateways::state(&state.ctx).await?),
        findings,
        another_account,
        faults: faults(&told.problems),
    };
    let place = ("admin/gateway_stripe.html", "Stripe", "/admin/gateways/stripe");
    Desk::of(state, &seat.0).answer(status, place, told.done, shown)
}

fn finding(finding: Finding) -> FindingShown {
    let verdict = match finding.verdict {
        Verdict::Good => "good",
        Verdict::Look => "look",
        Verdict::Bad => "bad",
    };
    FindingShown { verdict, what: finding.what, to_do: finding.to_do }
}

/// The same page with what could not be done; or an error page for what nobody can mend by typing.
async fn again(state: &AppState, seat: &Seat, error: UseCaseError) -> Result<HttpResponse, WebError> {
    let problems = problems_of(("Stripe", &gateways::webhook_url(&state.ctx)), error)?;
    stripe_page(state, seat, Told { problems, ..Told::default() }).await
}

/// What could not be done at a gateway, whose webhooks come in at this address.
///
/// # Errors
/// What nobody can mend by typing.
fn problems_of((name, url): (&str, &str), error: UseCaseError) -> Result<Vec<FieldError>, WebError> {
    let about_form = |code, message| Ok(vec![FieldError { field: "form", code, message }]);
    match error {
        UseCaseError::Invalid(problems) => Ok(problems),
        UseCaseError::Conflict { code, message } => about_form(code, message),
        UseCaseError::GatewayRefused { code } => {
            let message =
                format!("{name} refused ({code}). It must be able to reach {url} from the internet.");
            about_form("gateway_refused", message)
        }
        UseCaseError::GatewayUnavailable(why) => about_form(
            "gateway_unavailable",
            format!("{name} did not answer ({why}). Try again in a minute."),
        ),
        UseCaseError::NotFound(_)
        | UseCaseError::Held { .. }
        | UseCaseError::RateLimited { .. }
        | UseCaseError::Store(_)
        | UseCaseError::Internal(_) => Err(error.into()),
    }
}

/// Shows what changed at once; other processes do within two seconds.
async fn changed(state: &AppState, (page, word): (&str, &str)) -> HttpResponse {
    if let Err(error) = state.publication.refresh(&state.ctx, &state.templates).await {
        tracing::warn!(%error, "the pages are rendered with the gateways at the next look");
    }
    see_other(&format!("{page}?done={word}"))
}

/// Asks Stripe how everything is.
pub(in crate::web) async fn try_stripe(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    match gateways::try_out(&state.ctx).await {
        Ok(findings) => {
            stripe_page(&state, &seat, Told { findings: Some(findings), ..Told::default() }).await
        }
        Err(error) => again(&state, &seat, error).await,
    }
}

/// Puts a key in force.
pub(in crate::web) async fn put_key(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let typed = Typed {
        key: fields.text("secret_key").into(),
        seen: fields.text("seen"),
        another_account: fields.ticked("another_account"),
    };
    match gateways::put_key(&state.ctx, seat.0.actor(), typed).await {
        Ok(()) => Ok(changed(&state, (STRIPE, "key")).await),
        Err(error) => again(&state, &seat, error).await,
    }
}

/// Creates the webhook at Stripe.
pub(in crate::web) async fn new_webhook(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let seen = Fields::parse(&body)?.text("seen");
    match gateways::new_webhook(&state.ctx, seat.0.actor(), &seen).await {
        Ok(made) => {
            Ok(changed(&state, (STRIPE, if made.left.is_none() { "webhook" } else { "webhook-left" })).await)
        }
        Err(error) => again(&state, &seat, error).await,
    }
}

/// Keeps what signs webhooks.
pub(in crate::web) async fn put_secret(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let secret = fields.text("webhook_secret").into();
    match gateways::put_webhook_secret(&state.ctx, seat.0.actor(), &fields.text("seen"), secret).await {
        Ok(()) => Ok(changed(&state, (STRIPE, "secret")).await),
        Err(error) => again(&state, &seat, error).await,
    }
}

/// What will change for donors, before the keys are forgotten.
pub(in crate::web) async fn last_word(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    let stripe = gateways::state(&state.ctx).await?;
    if stripe.source != KeySource::Office {
        return Ok(see_other(STRIPE));
    }
    let lead = format!(
        "Nobody can give by card any more. Pledges that wait for their payment: {}; money that arrives for them is not \
         heard of here. Recurring pledges: {}; Stripe goes on charging them, and nothing of it reaches the books, the \
         receipts or the donors’ own pages, so cancel them first if they are to end. Refunds are not possible either. \
         What happened meanwhile is caught up with when a key of the same account is typed within a month.",
        stripe.dependent.pending, stripe.dependent.recurring
    );
    let page = ActPage {
        back: STRIPE.to_owned(),
        action: format!("{STRIPE}/forget"),
        lead,
        hidden: vec![HiddenField { name: "seen".to_owned(), value: stripe.version }],
        submit: "Forget the keys",
        ..ActPage::default()
    };
    Desk::of(&state, &seat.0).page(("admin/act.html", "Turn Stripe off", STRIPE), None, page)
}

/// Forgets the keys.
pub(in crate::web) async fn forget(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let seen = Fields::parse(&body)?.text("seen");
    match gateways::forget_keys(&state.ctx, seat.0.actor(), &seen).await {
        Ok(()) => Ok(changed(&state, (STRIPE, "forgotten")).await),
        Err(error) => again(&state, &seat, error).await,
    }
}
