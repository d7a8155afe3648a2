//! Gift Aid for whoever has the link of a gift: it was handed to the donor when they gave.

use crate::domain::donor::PersonName;
use crate::domain::gift_aid::{Covered, Declaration};
use crate::domain::ids::DonorId;
use crate::domain::pledge::GatewayKind;
use crate::render::PageMeta;
use crate::usecases::gift_aid;
use crate::usecases::views::{self, PledgeView};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::gift_aid::{self as form, Place};
use crate::web::language;
use crate::web::reply::{private_page, see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// What can be chosen where one gift is known.
const OFFERED: [Covered; 3] = [Covered::FourYears, Covered::ThisAndFuture, Covered::This];

/// Whether tax may be claimed on a gift: in pounds, with its money here, by somebody who is known, and not on paper that
/// staff wrote down, for then whoever has the link need not be the donor; nor on what was taken over, for which it may have
/// been claimed elsewhere.
pub(super) fn can_declare(state: &AppState, view: &PledgeView) -> bool {
    let kept = view.donation.as_ref().and_then(|donation| donation.payment.kept());
    let in_pounds = kept.is_some_and(|kept| kept.is_positive() && kept.currency().code() == "GBP");
    let by_the_donor = match view.pledge.terms.gateway {
        GatewayKind::Cash | GatewayKind::Cheque | GatewayKind::Import => false,
        GatewayKind::BankTransfer | GatewayKind::Sandbox | GatewayKind::Stripe | GatewayKind::Paypal => true,
    };
    state.ctx.policy.gift_aid.is_some() && in_pounds && by_the_donor && view.pledge.donor.is_some()
}

/// The gift of a link and its donor.
///
/// # Errors
/// `NotFound` where tax cannot be claimed.
async fn gift_of(state: &AppState, token: &str) -> Result<(PledgeView, DonorId), WebError> {
    let view = views::pledge_by_token(&state.ctx, token).await?;
    let donor = view.pledge.donor.filter(|_| can_declare(state, &view));
    let donor = donor.ok_or_else(|| WebError::not_found("page"))?;
    Ok((view, donor))
}

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let (view, donor) = gift_of(&state, &token).await?;
    page(&request, &state, (&token, &view, donor), None, &[]).await
}

pub(in crate::web) async fn declare(
    request: HttpRequest,
    state: Data<AppState>,
    token: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (view, donor) = gift_of(&state, &token).await?;
    let fields = Fields::parse(&body)?;
    let typed = form::typed(&state, &fields, Some(view.pledge.id));
    match gift_aid::declare(&state.ctx, None, donor, typed).await {
        Ok(()) => Ok(see_other(&format!("/thanks/{token}/gift-aid?done=declared"))),
        Err(UseCaseError::Invalid(problems)) => {
            page(&request, &state, (&token, &view, donor), Some(&fields), &problems).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    request: &HttpRequest,
    state: &AppState,
    (token, view, donor): (&str, &PledgeView, DonorId),
    fields: Option<&Fields>,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let language = language::of_gift(request, state, &view.pledge.terms.locale);
    let covers = |declaration: &&Declaration| {
        declaration.is_in_force() && declaration.pledge.is_none_or(|pledge| pledge == view.pledge.id)
    };
    let known = gift_aid::of_donor(&state.ctx, donor).await?;
    let place = Place {
        action: format!("/thanks/{token}/gift-aid"),
        back: format!("/thanks/{token}"),
        offered: &OFFERED,
        name: view.pledge.terms.name.as_ref().map(PersonName::as_str),
        charity: gift_aid::charity(&state.ctx)?,
    };
    let mut page = form::page(state, language, place, fields, problems);
    page.declared_now = request.query_string() == "done=declared";
    page.declarations =
        known.iter().filter(covers).map(|found| form::shown(state, language, found, false)).collect();
    let meta = PageMeta {
        title: "Gift Aid".to_owned(),
        path: "/thanks".into(),
        robots: Some("noindex"),
        ..PageMeta::default()
    };
    let status = status_of(problems);
    let spoken = state.templates.speaking(language);
    Ok(private_page(status, spoken.page("public/gift_aid.html", &meta, page)?))
}
