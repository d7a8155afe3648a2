//! Patreon in the office: how it stands, connecting the account, and which levels are alike.

use super::door::Seat;
use super::figures::paid_out_section;
use super::reply::{Desk, done, faults};
use crate::domain::figures::Period;
use crate::domain::ids::TierId;
use crate::domain::money::Money;
use crate::domain::remote::RemoteId;
use crate::render::admin_pages::{ActPage, HiddenField};
use crate::render::figure_pages::FigureSection;
use crate::render::moment_text;
use crate::render::patreon_pages::{LevelShown, MembersShown, PatreonAccountShown, PatreonPage};
use crate::usecases::members::{self, PatreonState};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

const PAGE: &str = "/admin/patreon";

/// What the fields of levels begin with.
const LEVEL: &str = "level-";

/// How Patreon stands.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    page(&state, &seat, &[], done(request.query_string())).await
}

async fn page(
    state: &AppState,
    seat: &Seat,
    problems: &[FieldError],
    done: Option<&'static str>,
) -> Result<HttpResponse, WebError> {
    let year = Period::twelve_months(state.ctx.day_of(state.ctx.now()));
    let paid_out = paid_out_section(&members::paid_out(&state.ctx, year).await?);
    let shown = shown(state, (members::state(&state.ctx).await?, paid_out), problems);
    let place = ("admin/patreon.html", "Patreon", PAGE);
    Desk::of(state, &seat.0).answer(status_of(problems), place, done, shown)
}

fn shown(
    state: &AppState,
    (known, paid_out): (PatreonState, Option<FigureSection>),
    problems: &[FieldError],
) -> PatreonPage {
    let when = |time| moment_text(time, state.ctx.policy.time_zone);
    let currency = known.account.as_ref().map(|account| account.currency);
    let level = |level: crate::store::external_tiers::ExternalTier| LevelShown {
        remote: level.remote.as_str().to_owned(),
        title: level.title,
        price: currency.map_or_else(String::new, |currency| Money::new(level.amount_minor, currency).text()),
        like: level.tier.map(|tier| tier.to_string()).unwrap_or_default(),
    };
    PatreonPage {
        client_mark: known.client_mark,
        is_configured: known.is_configured,
        account: known.account.map(|account| PatreonAccountShown {
            title: account.title,
            campaign: account.campaign,
            currency: account.currency.code(),
            connected_text: when(account.connected_at),
            synced_text: account.synced_at.map(when),
            has_webhook: account.webhook.is_some(),
            trouble: account.trouble,
        }),
        counts: known
            .counts
            .into_iter()
            .map(|(state, count)| MembersShown { state: state.as_str(), count })
            .collect(),
        paid_out,
        levels: known.levels.into_iter().map(level).collect(),
        tiers: known.tiers.into_iter().map(|tier| (tier.id.to_string(), tier.name)).collect(),
        webhook_text: known.webhook_at.map(when),
        webhook_url: known.webhook_url,
        return_url: known.return_url,
        keeps_tokens: known.keeps_tokens,
        faults: faults(problems),
    }
}

/// The same page with what could not be done; or an error page for what nobody can mend there.
async fn again(state: &AppState, seat: &Seat, error: UseCaseError) -> Result<HttpResponse, WebError> {
    let (code, message) = match error {
        UseCaseError::Conflict { code, message } => (code, message),
        UseCaseError::GatewayRefused { code } => ("refused", format!("Patreon refused: {code}.")),
        UseCaseError::GatewayUnavailable(why) => {
            ("no_answer", format!("Patreon did not answer ({why}). Try again in a minute."))
        }
        UseCaseError::NotFound(_)
        | UseCaseError::Invalid(_)
        | UseCaseError::Held { .. }
        | UseCaseError::RateLimited { .. }
        | UseCaseError::Store(_)
        | UseCaseError::Internal(_) => return Err(error.into()),
    };
    page(state, seat, &[FieldError { field: "form", code, message }], None).await
}

/// Leads to Patreon's page of permission. Nothing is changed by going there.
pub(in crate::web) async fn permission(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    match members::begin(&state.ctx, seat.0.session.id) {
        Ok(url) => Ok(see_other(&url)),
        Err(error) => again(&state, &seat, error).await,
    }
}

/// Back from Patreon: what was allowed there counts once it is confirmed here.
pub(in crate::web) async fn come_back(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let told = Fields::parse(request.query_string().as_bytes())?;
    let Some(permission) = told.filled("code") else {
        return Ok(see_other(&format!("{PAGE}?done=patreon-not-allowed")));
    };
    let hidden = [("code", permission), ("state", told.text("state"))];
    let act = ActPage {
        back: PAGE.to_owned(),
        action: format!("{PAGE}/connect"),
        lead: "Patreon lets this site read the members of the account. From now on they are counted beside the own patrons, \
               and read again every hour."
            .to_owned(),
        hidden: hidden.map(|(name, value)| HiddenField { name: name.to_owned(), value }).into(),
        submit: "Connect the account",
        ..ActPage::default()
    };
    Desk::of(&state, &seat.0).page(("admin/act.html", "Connect Patreon", PAGE), None, act)
}

/// Connects the account.
pub(in crate::web) async fn connect(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let (permission, told) = (fields.text("code"), fields.text("state"));
    let (by, session) = (seat.0.actor(), seat.0.session.id);
    match members::connect(&state.ctx, by, session, (&permission, &told)).await {
        Ok(()) => Ok(see_other(&format!("{PAGE}?done=patreon-connected"))),
        Err(error) => again(&state, &seat, error).await,
    }
}

/// Forgets what opens the account.
pub(in crate::web) async fn disconnect(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    match members::disconnect(&state.ctx, seat.0.actor()).await {
        Ok(()) => Ok(see_other(&format!("{PAGE}?done=patreon-disconnected"))),
        Err(error) => again(&state, &seat, error).await,
    }
}

/// Has the members read now.
pub(in crate::web) async fn sync(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    match members::order_sync(&state.ctx, seat.0.actor()).await {
        Ok(()) => Ok(see_other(&format!("{PAGE}?done=patreon-reading"))),
        Err(error) => again(&state, &seat, error).await,
    }
}

/// Says which levels are alike.
pub(in crate::web) async fn levels(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let known = members::state(&state.ctx).await?;
    let mut likes: Vec<(RemoteId, Option<TierId>)> = Vec::new();
    for level in known.levels {
        let typed = fields.text(&format!("{LEVEL}{}", level.remote));
        let like = known.tiers.iter().map(|tier| tier.id).find(|id| id.to_string() == typed);
        likes.push((level.remote, like));
    }
    members::set_like(&state.ctx, seat.0.actor(), likes).await?;
    Ok(see_other(&format!("{PAGE}?done=saved")))
}
