//! The donor's own pages. Every one of them is private: no cache keeps it, and none is found without its session.

pub(super) mod address;
mod cookies;
pub(super) mod gift_aid;
pub(super) mod gifts;
pub(super) mod privacy;
pub(super) mod sessions;
pub(super) mod settings;
mod shown;
pub(super) mod sign_in;
pub(super) mod support;

use super::error::WebError;
use super::form::Fields;
use super::language;
use super::reply::{self, private_page as page, see_other};
use super::route;
use super::sentences::{self, About};
use super::state::AppState;
use crate::render::account_pages::{AccountPage, Faults};
use crate::render::{PageMeta, Templates};
use crate::usecases::FieldError;
use crate::usecases::account::sessions::{self as use_sessions, SignedIn};
use crate::words::Language;
use actix_web::web::{PayloadConfig, ServiceConfig, scope};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// Where to sign in.
const DOOR: &str = "/account/sign-in";

/// What pages may say at their top after something was done, as the address names it.
const DONE: [&str; 15] = [
    "saved",
    "same",
    "visibility",
    "session",
    "address",
    "address-dropped",
    "erasure-dropped",
    "signed-out",
    "changed",
    "pending",
    "agreed",
    "mended",
    "still",
    "gift-aid",
    "gift-aid-ended",
];

/// Every route below `/account`.
pub(super) fn routes(app: &mut ServiceConfig, form_bytes: usize) {
    app.service(route::page("/account", gifts::overview));
    app.service(
        scope("/account")
            .app_data(PayloadConfig::new(form_bytes))
            .service(route::form("/sign-in", sign_in::show, sign_in::ask))
            .service(route::form("/sign-in/{token}", sign_in::look, sign_in::enter))
            .service(route::act("/sign-out", sessions::sign_out))
            .service(route::page("/history", gifts::history))
            .service(route::page("/receipts/{number}", gifts::receipt))
            .service(route::page("/statements", gifts::statements))
            .service(route::page("/statements/{year}", gifts::statement))
            .service(route::page("/statements/{year}/pdf", gifts::statement_pdf))
            .service(route::page("/settings", settings::show))
            .service(route::act("/settings/details", settings::save))
            .service(route::act("/settings/visibility/{pledge}", settings::visibility))
            .service(route::act("/settings/address", address::ask))
            .service(route::act("/settings/address/drop", address::drop_open))
            .service(route::form("/address/{token}", address::look, address::prove))
            .service(route::page("/pledges/{id}", support::show))
            .service(route::act("/pledges/{id}/{action}", support::act))
            .service(route::form("/mend", support::mend, support::collect))
            .service(route::act("/mend/{id}", support::card))
            .service(route::form("/gift-aid", gift_aid::show, gift_aid::declare))
            .service(route::act("/gift-aid/end", gift_aid::end))
            .service(route::page("/sessions", sessions::list))
            .service(route::act("/sessions/end-all", sessions::end_all))
            .service(route::act("/sessions/{id}/end", sessions::end))
            .service(route::page("/privacy", privacy::show))
            .service(route::act("/privacy/export", privacy::export))
            .service(route::act("/privacy/erase", privacy::ask))
            .service(route::act("/privacy/erase/confirm", privacy::confirm))
            .service(route::act("/privacy/erase/drop", privacy::drop_asked)),
    );
}

/// Who is signed in, or the way to the door.
async fn signed_in(
    request: &HttpRequest,
    state: &AppState,
) -> Result<Result<SignedIn, HttpResponse>, WebError> {
    let found = match cookies::session(request, state) {
        Some(cookie) => use_sessions::find(&state.ctx, &cookie).await?,
        None => None,
    };
    Ok(found.ok_or_else(|| see_other(DOOR)))
}

/// The visitor, or an early return to the door.
macro_rules! visitor {
    ($request:expr, $state:expr) => {
        match $crate::web::account::signed_in($request, $state).await? {
            Ok(who) => who,
            Err(to_the_door) => return Ok(to_the_door),
        }
    };
}
use visitor;

fn meta(spoken: &Templates, title_key: &str) -> PageMeta {
    PageMeta {
        title: spoken.language().text(title_key, &[]),
        path: "/account".into(),
        robots: Some("noindex"),
        ..PageMeta::default()
    }
}

/// The templates in the language of a donor: the one chosen here, else the one on record.
fn spoken_to(request: &HttpRequest, state: &AppState, who: &SignedIn) -> Templates {
    let locale = who.profile.locale.as_deref().unwrap_or(&state.ctx.policy.default_locale);
    state.templates.speaking(language::of_gift(request, state, locale))
}

/// What was done before this page, as its address says.
fn done(request: &HttpRequest) -> Option<String> {
    let fields = Fields::parse(request.query_string().as_bytes()).ok()?;
    fields.filled("done").filter(|word| DONE.contains(&word.as_str()))
}

/// A page of somebody who is signed in.
fn render<T: Serialize>(
    request: &HttpRequest,
    spoken: &Templates,
    (template, section, title_key): (&str, &'static str, &str),
    body: T,
) -> Result<String, WebError> {
    let shown = AccountPage { section, done: done(request), body };
    Ok(spoken.page(template, &meta(spoken, title_key), shown)?)
}

/// What is wrong with a form, in the language of the page.
pub(super) fn faults(problems: &[FieldError], about: &About<'_>) -> Faults {
    reply::faults(problems, |problem| sentences::by_its_code(problem, about))
}

/// A form without an amount, on which an e-mail address may have been typed.
pub(super) fn about<'a>(state: &AppState, language: &'a Language, email: &str) -> About<'a> {
    let currency = state.ctx.policy.default_currency;
    let limits = state.ctx.policy.amounts.of(currency);
    About { language, amount: String::new(), email: email.to_owned(), currency, limits }
}
