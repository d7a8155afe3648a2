//! `POST /api/v1/pledges` for forms of other sites, and `GET /api/v1/pledges/{id}` for their status.

use super::{MoneyDto, door, lists};
use crate::domain::access::Permission;
use crate::domain::list::ListKind;
use crate::domain::money::Currency;
use crate::domain::pledge::{Utm, Visibility};
use crate::domain::wall::AmountShown;
use crate::render::transfer;
use crate::store::idempotency::Key;
use crate::telemetry::metrics::PLEDGES_TOTAL;
use crate::usecases::pledge::{self, Next, Origin, Proof, Sender, Started};
use crate::usecases::pledge_terms::{AmountInput, FeeChoice, PledgeRequest, WallRequest};
use crate::usecases::{UseCaseError, abuse, views};
use crate::web::client;
use crate::web::error::WebError;
use crate::web::language;
use crate::web::state::AppState;
use actix_web::http::header;
use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest as _, Sha256};

/// What a client sends. Unknown fields are mistakes, not extras.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewPledge {
    campaign: String,
    amount: MoneyDto,
    frequency: Option<String>,
    gateway: String,
    donor: DonorDto,
    message: Option<String>,
    #[serde(default)]
    anonymous: bool,
    #[serde(default)]
    cover_fees: bool,
    tier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall: Option<WallDto>,
    tribute: Option<TributeDto>,
    from: Option<String>,
    utm: Option<UtmDto>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<String>,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DonorDto {
    email: String,
    name: Option<String>,
}

/// That the donor wants to be named on the page of the campaign.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WallDto {
    name: Option<String>,
    #[serde(default)]
    amount: bool,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TributeDto {
    kind: String,
    name: String,
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct UtmDto {
    source: Option<String>,
    medium: Option<String>,
    campaign: Option<String>,
    term: Option<String>,
    content: Option<String>,
}

#[derive(serde::Serialize)]
struct CreatedDto {
    id: String,
    status: &'static str,
    next: NextDto,
    status_url: String,
}

#[derive(serde::Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum NextDto {
    Redirect { url: String },
    Instructions { reference: String, text: String, account: AccountDto },
    Status { url: String },
}

#[derive(serde::Serialize)]
struct AccountDto {
    holder: String,
    iban: String,
    bic: Option<String>,
}

#[derive(serde::Serialize)]
struct StatusDto {
    id: String,
    status: &'static str,
}

pub(in crate::web) async fn create(
    request: HttpRequest,
    state: Data<AppState>,
    body: Json<NewPledge>,
) -> Result<HttpResponse, WebError> {
    let new = body.into_inner();
    let client = client::address(&request, &state);
    let idempotency = idempotency_key(&request, &new)?;
    let proof = new.proof.clone().map_or(Proof::None, Proof::Work);
    let sender = Sender { idempotency, form_id: None, client, proof };
    let locale = language::of(&request, &state).tag().to_owned();
    let started = pledge::start(&state.ctx, to_request(&request, new, locale), sender).await?;
    let word = if started.origin == Origin::New { "started" } else { "repeated" };
    metrics::counter!(PLEDGES_TOTAL, "outcome" => word).increment(1);
    let created = created(&state, started);
    let place = created.status_url.clone();
    Ok(HttpResponse::Created()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::LOCATION, place))
        .json(created))
}

/// What a proof is wanted for.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct NewProof {
    campaign: String,
    currency: String,
}

#[derive(serde::Serialize)]
struct ProofDto {
    challenge: Option<ChallengeDto>,
}

#[derive(serde::Serialize)]
struct ChallengeDto {
    text: String,
    target: String,
}

/// Work for the browser, for a pledge that was refused for want of it; none where the site asks for none.
pub(in crate::web) async fn proof(
    request: HttpRequest,
    state: Data<AppState>,
    body: Json<NewProof>,
) -> Result<HttpResponse, WebError> {
    let NewProof { campaign, currency } = body.into_inner();
    let currency = Currency::parse(&currency)
        .map_err(|error| UseCaseError::invalid("currency", "unknown_currency", error))?;
    let client = client::address(&request, &state);
    let shown = abuse::form(&state.ctx, &client, (campaign.as_str(), currency.code()), true).await?;
    let challenge = shown.challenge.map(|asked| ChallengeDto { text: asked.text, target: asked.target });
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(ProofDto { challenge }))
}

fn idempotency_key(request: &HttpRequest, new: &NewPledge) -> Result<Option<Key>, WebError> {
    let Some(key) = key_of(request)? else {
        return Ok(None);
    };
    let input =
        serde_json::to_vec(new).map_err(|error| WebError::bad_request("malformed", error.to_string()))?;
    let input_hash = hex::encode(Sha256::digest(&input));
    Ok(Some(Key { scope: "POST /api/v1/pledges", key, input_hash }))
}

/// What the client calls its request, so that sending it again is not asking again.
pub(super) fn key_of(request: &HttpRequest) -> Result<Option<String>, WebError> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let is_key =
        |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = value.to_str().ok().filter(is_key).ok_or_else(|| {
        WebError::bad_request(
            "idempotency_key",
            "The Idempotency-Key header takes 1 to 255 visible characters.",
        )
    })?;
    Ok(Some(key.to_owned()))
}

fn to_request(request: &HttpRequest, new: NewPledge, locale: String) -> PledgeRequest {
    let referrer =
        request.headers().get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (tribute_kind, tribute_name) =
        new.tribute.map(|tribute| (tribute.kind, tribute.name)).unwrap_or_default();
    let utm = new.utm.map(|utm| Utm {
        source: utm.source,
        medium: utm.medium,
        campaign: utm.campaign,
        term: utm.term,
        content: utm.content,
    });
    PledgeRequest {
        campaign: new.campaign,
        amount: AmountInput::Minor(new.amount.minor),
        currency: new.amount.currency,
        frequency: new.frequency.unwrap_or_default(),
        gateway: new.gateway,
        tier: new.tier.unwrap_or_default(),
        name: new.donor.name.unwrap_or_default(),
        email: new.donor.email,
        message: new.message.unwrap_or_default(),
        visibility: if new.anonymous { Visibility::Hidden } else { Visibility::Named },
        wall: new.wall.map(|wall| WallRequest {
            name: wall.name.unwrap_or_default(),
            amount: if wall.amount { AmountShown::Shown } else { AmountShown::Withheld },
        }),
        fee: if new.cover_fees { FeeChoice::Covered } else { FeeChoice::Included },
        tribute_kind,
        tribute_name,
        from: new.from.unwrap_or_default(),
        appeal: String::new(),
        referrer: referrer.to_owned(),
        utm: utm.unwrap_or_default(),
        locale,
    }
}

fn created(state: &AppState, started: Started) -> CreatedDto {
    let base = &state.ctx.policy.public_url;
    let code = started.token.split_once('.').map_or("", |(_, code)| code);
    let status_page = format!("{base}/thanks/{}", started.token);
    let next = match started.next {
        Next::Redirect(url) if url.starts_with('/') => NextDto::Redirect { url: format!("{base}{url}") },
        Next::Redirect(url) => NextDto::Redirect { url },
        Next::Status => NextDto::Status { url: status_page },
        Next::Instructions => match views::transfer(&state.ctx, &started.pledge) {
            Some(details) => {
                let shown = transfer::shown(&details, state.templates.language());
                NextDto::Instructions {
                    text: transfer::sentence(&details),
                    reference: shown.reference,
                    account: AccountDto { holder: shown.holder, iban: shown.iban, bic: shown.bic },
                }
            }
            None => NextDto::Status { url: status_page },
        },
    };
    CreatedDto {
        id: started.pledge.id.to_string(),
        status: started.pledge.status.as_str(),
        next,
        status_url: format!("{base}/api/v1/pledges/{}?token={code}", started.pledge.id),
    }
}

#[derive(serde::Deserialize)]
pub(in crate::web) struct StatusQuery {
    #[serde(default)]
    token: String,
}

/// Its status for whoever has the code of this pledge; all of it for a token of staff.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    id: Path<String>,
    query: Query<StatusQuery>,
) -> Result<HttpResponse, WebError> {
    if query.token.is_empty() && request.headers().contains_key(header::AUTHORIZATION) {
        let holder = door::admit(&request, &state, Permission::SeeSupport).await?;
        let mut answer = lists::one(&request, &state, ListKind::Pledges, &id).await?;
        holder.tell(answer.headers_mut());
        return Ok(answer);
    }
    let view = views::pledge_by_token(&state.ctx, &format!("{id}.{}", query.token)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(StatusDto { id: view.pledge.id.to_string(), status: view.standing().as_str() }))
}
