//! The publication for programs: what there is, and its files, read and written as they stand in the content folder.
//! The office edits the same files: whoever writes says which text they had seen.

use super::MoneyDto;
use super::act::{Act, Done};
use super::asked;
use super::door::Holder;
use super::seen::{json as answer, tagged};
use crate::content::draft::{self, Draft, Kind};
use crate::content::{self, Library};
use crate::domain::article::{Article, Slug};
use crate::domain::campaign::{Campaign, CampaignTotal};
use crate::domain::tier::{Benefit, Offer, Price, Tier};
use crate::store::{StoreError, campaigns, tiers};
use crate::usecases::UseCaseError;
use crate::web::error::WebError;
use crate::web::state::AppState;
use crate::web::writing::{self, Kept};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

type Answer = LocalBoxFuture<'static, Result<HttpResponse, WebError>>;

/// Every article, drafts among them.
pub(super) async fn articles(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let items: Vec<Value> = library(&state).await?.articles.iter().map(article).collect();
    answer(&request, &asked::listed(&items, None))
}

/// Everything in the folder.
async fn library(state: &AppState) -> Result<Library, WebError> {
    let folder = state.publication.folder().to_owned();
    let loaded = writing::on_disk(move || Ok(content::load(&folder))).await?;
    loaded.map_err(|error| {
        tracing::error!(%error, "the content folder has mistakes");
        let detail = "A file of the content folder has a mistake; mend it first. The log says where.";
        WebError::new(StatusCode::SERVICE_UNAVAILABLE, "content_folder", detail)
    })
}

fn article(article: &Article) -> Value {
    json!({
        "slug": article.slug.as_str(),
        "title": article.headline(),
        "date": article.date.as_ref().map(crate::domain::article::ArticleDate::iso),
        "authors": article.authors,
        "language": article.language,
        "landing": article.landing,
        "draft": article.draft,
        "publish": article.publish.map(|at| at.format("%Y-%m-%dT%H:%M").to_string()),
        "series": article.ties.series,
        "related": article.ties.related.iter().map(Slug::as_str).collect::<Vec<_>>(),
        "translates": article.ties.translates.as_ref().map(Slug::as_str),
        "appeal": article.appeal.named().map(Slug::as_str),
    })
}

/// Every campaign with what it received.
pub(super) async fn campaigns(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let today = state.ctx.day_of(state.ctx.now());
    let all = state.ctx.db.read(|conn| {
        let all = campaigns::all(conn)?.into_iter();
        let with_totals = |campaign: Campaign| Ok((campaigns::totals(conn, campaign.id)?, campaign));
        all.map(with_totals).collect::<Result<Vec<_>, StoreError>>()
    });
    let item = |(totals, campaign): &(Vec<CampaignTotal>, Campaign)| {
        let totals = totals.iter().map(|total| {
            json!({
                "donations": total.donations,
                "gross": MoneyDto::from(total.gross),
                "refunded": MoneyDto::from(total.refunded),
            })
        });
        json!({
            "id": campaign.id,
            "slug": campaign.slug.as_str(),
            "title": campaign.title,
            "summary": campaign.summary,
            "open": campaign.open_on(today).is_ok(),
            "starts_on": campaign.starts_on,
            "ends_on": campaign.ends_on,
            "goal": campaign.goal.map(MoneyDto::from),
            "received": totals.collect::<Vec<_>>(),
        })
    };
    let items: Vec<Value> = all.await?.iter().map(item).collect();
    answer(&request, &asked::listed(&items, None))
}

/// Every tier with how many have it, those that are not offered any more among them.
pub(super) async fn tiers(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let all = state.ctx.db.read(|conn| {
        let all = tiers::all(conn)?.into_iter();
        let with_patrons = |tier: Tier| Ok((tiers::taken(conn, tier.id)?, tier));
        all.map(with_patrons).collect::<Result<Vec<_>, StoreError>>()
    });
    let items: Vec<Value> = all.await?.iter().map(|(taken, one)| tier(one, *taken)).collect();
    answer(&request, &asked::listed(&items, None))
}

fn tier(tier: &Tier, taken: i64) -> Value {
    let price = |price: &Price| json!({ "frequency": price.frequency.as_str(), "amount": MoneyDto::from(price.amount) });
    let benefit = |benefit: &Benefit| {
        let worth = benefit.fair_value.as_ref();
        let worth = worth.map(|worth| json!({ "minor": worth.minor, "currency": worth.currency }));
        json!({ "text": benefit.text, "fair_value": worth })
    };
    json!({
        "id": tier.id,
        "slug": tier.slug.as_str(),
        "name": tier.name,
        "description": tier.description,
        "benefits": tier.benefits.iter().map(benefit).collect::<Vec<_>>(),
        "prices": tier.prices.iter().map(price).collect::<Vec<_>>(),
        "places": tier.places,
        "taken": taken,
        "position": tier.position,
        "offered": tier.offer == Offer::Open,
    })
}

/// A file as it stands in the content folder.
pub(super) fn one_of(
    kind: Kind,
) -> impl Fn(HttpRequest, Data<AppState>, Holder, Path<String>) -> Answer + Clone + 'static {
    move |request, state, _holder, slug| Box::pin(async move { one(&request, &state, kind, &slug).await })
}

/// A file, for whoever was let in.
pub(super) async fn one(
    request: &HttpRequest,
    state: &AppState,
    kind: Kind,
    slug: &str,
) -> Result<HttpResponse, WebError> {
    let slug = slug_of(slug)?;
    let text = writing::text_of(state, kind, &slug).await?.ok_or_else(|| WebError::not_found("file"))?;
    let digest = draft::digest(&text);
    tagged(request, &digest, &json!({ "slug": slug.as_str(), "text": text }))
}

fn slug_of(text: &str) -> Result<Slug, WebError> {
    Slug::parse(text).map_err(|_malformed| WebError::not_found("file"))
}

/// What a file is to say.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewText {
    text: String,
}

/// Writes a file in the place of the one that the program had seen, or a new one.
pub(super) fn put_of(
    kind: Kind,
) -> impl Fn(HttpRequest, Data<AppState>, Path<String>, Act) -> Answer + Clone + 'static {
    move |request, state, slug, act| Box::pin(async move { put(&request, &state, (kind, &slug), act).await })
}

async fn put(
    request: &HttpRequest,
    state: &AppState,
    (kind, slug): (Kind, &str),
    act: Act,
) -> Result<HttpResponse, WebError> {
    let slug = slug_of(slug)?;
    let NewText { text } = act.body()?;
    let (seen, text) = (seen(request)?, writing::unix_lines(&text));
    let digest = draft::digest(&text);
    let draft = Draft { kind, slug: slug.clone(), text: Some(text) };
    let mut answer = act
        .once(async |_ctx, by| match writing::keep(state, by, draft, seen.as_deref()).await? {
            Kept::Saved => Ok(Done::ok(json!({ "slug": slug.as_str() }))),
            Kept::Refused(problem) => Err(UseCaseError::Invalid(vec![problem]).into()),
            Kept::Changed(_) => {
                let detail = "The file is not what you had seen. Read it again, and then write yours anew.";
                Err(WebError::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", detail))
            }
        })
        .await?;
    if let Ok(tag) = header::HeaderValue::try_from(format!("\"{digest}\"")) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    Ok(answer)
}

/// The digest of the text that the program had seen; none if there is to be no file yet.
fn seen(request: &HttpRequest) -> Result<Option<String>, WebError> {
    let said = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (said(header::IF_MATCH), said(header::IF_NONE_MATCH)) {
        (Some(tag), None) => Ok(Some(tag.trim().trim_matches('"').to_owned())),
        (None, Some("*")) => Ok(None),
        _ => {
            let detail = "Send “If-Match” with the ETag of the file as you read it, or “If-None-Match: *” for a new one.";
            Err(WebError::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail))
        }
    }
}
