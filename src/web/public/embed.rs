//! The form in a frame on other sites, the script that puts it there, and the colours it takes there.
//!
//! Nothing is decided in the frame: it reads no cookie, sets none, and whatever leads on leads out of it, so that
//! a gift is made and paid on this site's own pages, under its own address.

use crate::render::accent::{self, Colour, Theme};
use crate::render::{Frame, pages::Hidden};
use crate::usecases::views;
use crate::web::assets;
use crate::web::client;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::language;
use crate::web::page_cache::CachedPage;
use crate::web::public::donate::{self, Asked, Framed};
use crate::web::reply::private_page;
use crate::web::route::page;
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

/// Lines in the pages of other sites stay for years: what they load is looked at once a day.
const DAILY: HeaderValue = HeaderValue::from_static("public, max-age=86400, stale-while-revalidate=604800");

/// Other sites load it.
const FOR_OTHERS: HeaderValue = HeaderValue::from_static("cross-origin");

/// Puts the form for other sites up.
pub(in crate::web) fn routes(app: &mut ServiceConfig) {
    app.service(page("/embed/{campaign}", show))
        .service(page("/embed.js", script))
        .service(page("/embed.css", colours));
}

/// The form of a campaign, preselected by the query as at `/donate`.
async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    slug: Path<String>,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(request.query_string().as_bytes())?;
    let (campaign, _) = views::campaign(&state.ctx, &slug).await?;
    let language = language::of(&request, &state);
    let (accent, theme) = colours_of(&fields);
    let parent = fields.filled("parent").filter(|origin| is_known(&state, origin));
    let mut kept = vec![Hidden { name: "lang", value: language.tag().to_owned() }];
    if let Some(accent) = accent {
        kept.push(Hidden { name: "accent", value: accent.to_string() });
    }
    kept.push(Hidden { name: "theme", value: theme.as_str().to_owned() });
    if let Some(origin) = &parent {
        kept.push(Hidden { name: "parent", value: origin.clone() });
    }
    let framed = Framed {
        frame: Frame { css: sheet_url(accent, theme), parent },
        path: format!("/embed/{}", campaign.slug),
        kept,
    };
    let client = client::address(&request, &state);
    let asked = Asked { state: &state, fields: &fields, language, client: &client, framed: Some(&framed) };
    let html = donate::render(asked, &campaign, &[]).await?;
    state.publication.forms_shown().add(1);
    Ok(private_page(StatusCode::OK, html))
}

/// Whether a page of this origin may hold the form in a frame, and so be told how tall it is.
fn is_known(state: &AppState, origin: &str) -> bool {
    let policy = &state.ctx.policy;
    origin == policy.public_url || policy.embed_origins.iter().any(|known| known == origin)
}

/// What is no colour and no theme is left out: a slip on another site does not take the form away.
fn colours_of(fields: &Fields) -> (Option<Colour>, Theme) {
    let accent = fields.filled("accent").and_then(|text| Colour::parse(&text));
    (accent, Theme::parse(fields.text("theme").trim()).unwrap_or_default())
}

/// Where the style sheet of these colours is; none for those of the house.
fn sheet_url(accent: Option<Colour>, theme: Theme) -> Option<String> {
    match (accent, theme) {
        (None, Theme::Auto) => None,
        (None, theme) => Some(format!("/embed.css?theme={}", theme.as_str())),
        (Some(accent), theme) => Some(format!("/embed.css?accent={accent}&theme={}", theme.as_str())),
    }
}

/// The script that puts the form on another site. By the version that it has now it is kept for good.
async fn script(request: HttpRequest, state: Data<AppState>) -> Result<HttpResponse, WebError> {
    let asked = Fields::parse(request.query_string().as_bytes())?;
    let script = state.files.embed();
    let is_this = asked.filled("v").is_some_and(|version| version == script.digest());
    let mut answer = script.answer(&request, if is_this { assets::CACHING } else { DAILY });
    answer.headers_mut().insert(header::CROSS_ORIGIN_RESOURCE_POLICY, FOR_OTHERS);
    Ok(answer)
}

/// The colours of a form in a frame.
async fn colours(request: HttpRequest) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(request.query_string().as_bytes())?;
    let (accent, theme) = colours_of(&fields);
    let sheet = CachedPage::new(accent::style_sheet(accent, theme), "text/css; charset=utf-8");
    Ok(sheet.answer(&request, DAILY))
}
