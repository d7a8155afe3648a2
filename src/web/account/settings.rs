//! Name, postal address, language, and whether names are shown.

use super::{about, faults, page, render, see_other, shown, spoken_to, visitor};
use crate::domain::ids::PledgeId;
use crate::domain::pledge::{PledgeStatus, Visibility};
use crate::render::account_pages::{AddressWaiting, PledgeShown, Settings};
use crate::render::pages::Choice;
use crate::usecases::account::sessions::SignedIn;
use crate::usecases::account::settings::{self, Details};
use crate::usecases::account::{address, overview};
use crate::usecases::{FieldError, UseCaseError, wall};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::status_of;
use crate::web::state::AppState;
use crate::words::Language;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// Gifts whose visibility is shown at once; the newest ones.
const GIFTS: usize = 100;

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    form(&request, &state, &who, None, &[]).await
}

/// The page with what was typed, or with what is on record.
pub(super) async fn form(
    request: &HttpRequest,
    state: &AppState,
    who: &SignedIn,
    typed: Option<&Fields>,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let profile = &who.profile;
    let spoken = spoken_to(request, state, who);
    let waiting = address::open_of(&state.ctx, profile.id).await?.map(|change| AddressWaiting {
        new_email: change.new.as_str().to_owned(),
        old_is_proved: change.old_proved_at.is_some(),
        new_is_proved: change.new_proved_at.is_some(),
    });
    let found = overview::pledges(&state.ctx, profile.id).await?;
    let entries = wall::of_donor(&state.ctx, profile.id).await?;
    let mut pledges = Vec::new();
    let kept = |status: PledgeStatus| !matches!(status, PledgeStatus::Expired | PledgeStatus::Failed);
    for line in found.iter().filter(|line| kept(line.pledge.status)).take(GIFTS) {
        let entry = entries.iter().find(|entry| entry.pledge == line.pledge.id);
        let wall_name = entry.map(|entry| entry.name.as_str().to_owned());
        pledges.push(PledgeShown { wall_name, ..shown::pledge(state, spoken.language(), line)? });
    }
    let text = |name: &str, known: Option<&str>| {
        typed.and_then(|fields| fields.given(name)).unwrap_or_else(|| known.unwrap_or_default().to_owned())
    };
    let new_email = text("email", None);
    let body = Settings {
        email: profile.email.as_str().to_owned(),
        name: text("name", profile.name.as_deref()),
        postal_address: text("postal_address", profile.postal_address.as_deref()),
        locales: locales(state, &text("locale", profile.locale.as_deref())),
        faults: faults(problems, &about(state, spoken.language(), &new_email)),
        new_email,
        waiting,
        pledges,
    };
    let status = status_of(problems);
    let names = ("account/settings.html", "settings", "account-settings-title");
    Ok(page(status, render(request, &spoken, names, body)?))
}

fn locales(state: &AppState, chosen: &str) -> Vec<Choice> {
    let choice = |language: &Language| Choice {
        value: language.tag().to_owned(),
        label: language.own_name(),
        hint: None,
        selected: language.tag() == chosen,
    };
    state.templates.words().offered().iter().map(choice).collect()
}

fn offered(state: &AppState) -> Vec<String> {
    state.templates.words().offered().iter().map(|language| language.tag().to_owned()).collect()
}

pub(in crate::web) async fn save(
    request: HttpRequest,
    state: Data<AppState>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let fields = Fields::parse(&body)?;
    let typed = Details {
        name: fields.text("name"),
        postal_address: fields.text("postal_address"),
        locale: fields.text("locale"),
    };
    match settings::save(&state.ctx, who.profile.id, typed, offered(&state)).await {
        Ok(true) => Ok(see_other("/account/settings?done=saved")),
        Ok(false) => Ok(see_other("/account/settings?done=same")),
        Err(UseCaseError::Invalid(problems)) => form(&request, &state, &who, Some(&fields), &problems).await,
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) async fn visibility(
    request: HttpRequest,
    state: Data<AppState>,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let who = visitor!(&request, &state);
    let id: PledgeId = id.parse().map_err(|_no_id| WebError::not_found("pledge"))?;
    let wanted = match Fields::parse(&body)?.text("visibility").as_str() {
        "named" => Visibility::Named,
        "hidden" => Visibility::Hidden,
        _ => return Err(WebError::bad_request("visibility", "Choose whether your name may be shown.")),
    };
    settings::set_visibility(&state.ctx, who.profile.id, id, wanted).await?;
    Ok(see_other("/account/settings?done=visibility#visibility"))
}
