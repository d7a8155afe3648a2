//! The JSON API. The table below is all of it: each line names who may come, and there is no other way to add one.

mod act;
mod appeals;
mod asked;
mod balances;
mod bank;
mod bank_lines;
pub(super) mod campaigns;
mod comments;
mod defence;
mod deposits;
pub(super) mod docs;
mod donors;
pub(super) mod door;
mod exports;
mod files;
mod gifts;
mod imports;
mod ledger;
mod lists;
mod members;
mod openapi;
mod operations;
mod orders;
pub(super) mod pledges;
pub(super) mod problem;
mod refunds;
mod reports;
mod seen;
mod settings;
mod statements;
mod wall;
mod webhooks;

use super::error::WebError;
use super::route::{Access, Declared, Table};
use super::state::AppState;
use crate::content::draft::Kind;
use crate::domain::access::Permission as May;
use crate::domain::list::ListKind;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::JsonPayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Data, PayloadConfig, ServiceConfig};
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError as _};
use chrono::{DateTime, SecondsFormat, Utc};

/// Where the paths of the table begin.
const ROOT: &str = "/api/v1";

fn table() -> Table {
    with_files(small())
}

/// What takes requests of a few kilobytes.
fn small() -> Table {
    of_bank(of_books(of_publication(of_people(of_gifts(Table::default())))))
}

/// What takes a whole file, and so a larger request than the others.
fn with_files(table: Table) -> Table {
    table.get("/bank-statements", Access::Token(May::SeeSupport), bank::list).post(
        "/bank-statements",
        Access::Token(May::ChangeSupport),
        bank::hand_in,
    )
}

/// Promises, and money that arrived for them.
fn of_gifts(table: Table) -> Table {
    use Access::{Public, Token};
    use ListKind::{Donations, Patrons, Pledges, Receipts};
    table
        .get("/openapi.json", Public, openapi::show)
        .post("/pledges", Public, pledges::create)
        .post("/proofs", Public, pledges::proof)
        .get("/pledges", Token(May::SeeSupport), lists::page_of(Pledges))
        // For whoever has the code of this pledge, and for staff.
        .get("/pledges/{id}", Public, pledges::show)
        .post("/pledges/{id}/change", Token(May::ChangeSupport), orders::change)
        .post("/pledges/{id}/pause", Token(May::ChangeSupport), orders::pause)
        .post("/pledges/{id}/resume", Token(May::ChangeSupport), orders::resume)
        .post("/pledges/{id}/cancel", Token(May::ChangeSupport), orders::cancel)
        .post("/pledges/{id}/keep", Token(May::ChangeSupport), orders::keep)
        .post("/pledges/{id}/wall/hide", Token(May::ChangeSupport), wall::hide)
        .post("/pledges/{id}/wall/show", Token(May::ChangeSupport), wall::show)
        .get("/patrons", Token(May::SeeSupport), lists::page_of(Patrons))
        .get("/donations", Token(May::SeeSupport), lists::page_of(Donations))
        .post("/donations", Token(May::ChangeSupport), gifts::record)
        .get("/donations/{id}", Token(May::SeeSupport), lists::one_of(Donations))
        .get("/donations/{id}/refunds", Token(May::SeeSupport), refunds::list)
        .post("/donations/{id}/refunds", Token(May::Refund), refunds::create)
        .post("/donations/{id}/void", Token(May::Refund), refunds::void)
        .get("/receipts", Token(May::SeeSupport), lists::page_of(Receipts))
        .get("/receipts/{id}", Token(May::SeeSupport), lists::one_of(Receipts))
        .post("/receipts/{id}/resend", Token(May::ChangeSupport), operations::resend)
        .post("/receipts/{id}/reissue", Token(May::ChangeSupport), operations::reissue)
        .get("/statements", Token(May::SeeSupport), statements::list)
        .post("/statements", Token(May::ChangeSupport), statements::order)
}

/// Donors, and files of them.
fn of_people(table: Table) -> Table {
    use Access::Token;
    table
        .get("/donors", Token(May::SeeSupport), lists::page_of(ListKind::Donors))
        .get("/donors/{id}", Token(May::SeeSupport), lists::one_of(ListKind::Donors))
        .get("/donors/{id}/notes", Token(May::SeeSupport), donors::notes)
        .post("/donors/{id}/notes", Token(May::ChangeSupport), donors::add_note)
        .delete("/donors/{id}/notes/{note}", Token(May::ChangeSupport), donors::remove_note)
        .put("/donors/{id}/tags", Token(May::ChangeSupport), donors::set_tags)
        .post("/donors/{id}/merge", Token(May::ChangeSupport), donors::merge)
        .post("/donors/{id}/unmerge", Token(May::ChangeSupport), donors::unmerge)
        .get("/exports", Token(May::ExportSupport), exports::list)
        .post("/exports", Token(May::ExportSupport), exports::order)
        .get("/exports/{id}", Token(May::ExportSupport), exports::one)
        .get("/exports/{id}/file", Token(May::ExportSupport), exports::file)
}

/// What the publication says.
fn of_publication(table: Table) -> Table {
    use Access::{Public, Token};
    table
        .get("/appeals", Token(May::SeeFigures), appeals::results)
        .get("/articles", Token(May::SeeFigures), files::articles)
        .get("/articles/{slug}", Token(May::SeeFigures), files::one_of(Kind::Article))
        .put("/articles/{slug}", Token(May::EditContent), files::put_of(Kind::Article))
        .get("/campaigns", Token(May::SeeFigures), files::campaigns)
        // What a form needs, for everybody; the file, for staff.
        .get("/campaigns/{slug}", Public, campaigns::show)
        .put("/campaigns/{slug}", Token(May::EditContent), files::put_of(Kind::Campaign))
        .get("/comments", Token(May::SeeComments), lists::page_of(ListKind::Comments))
        .get("/comments/{id}", Token(May::SeeComments), lists::one_of(ListKind::Comments))
        .post("/comments/{id}/approve", Token(May::ModerateComments), comments::approve)
        .post("/comments/{id}/reject", Token(May::ModerateComments), comments::reject)
        .get("/tiers", Token(May::SeeFigures), files::tiers)
        .get("/tiers/{slug}", Token(May::SeeFigures), files::one_of(Kind::Tier))
        .put("/tiers/{slug}", Token(May::EditContent), files::put_of(Kind::Tier))
}

/// The books, figures, and the running of the site.
fn of_books(table: Table) -> Table {
    use Access::Token;
    use ListKind::{Audit, Events, Jobs};
    table
        .get("/external-members", Token(May::SeeSupport), lists::page_of(ListKind::Members))
        .get("/external-members/{id}", Token(May::SeeSupport), lists::one_of(ListKind::Members))
        .get("/external-members/{id}/move-link", Token(May::SeeSupport), members::move_link)
        .get("/balances", Token(May::SeeSupport), balances::list)
        .get("/payouts", Token(May::SeeSupport), lists::page_of(ListKind::Payouts))
        .get("/payouts/{id}", Token(May::SeeSupport), lists::one_of(ListKind::Payouts))
        .get("/payouts/{id}/journal", Token(May::SeeSupport), balances::journal)
        .get("/movements", Token(May::SeeSupport), lists::page_of(ListKind::Movements))
        .get("/movements/{id}", Token(May::SeeSupport), lists::one_of(ListKind::Movements))
        .get("/ledger/entries", Token(May::SeeSupport), ledger::entries)
        .get("/ledger/accounts", Token(May::SeeFigures), ledger::accounts)
        .get("/reports/summary", Token(May::SeeFigures), reports::summary)
        .get("/reports/timeline", Token(May::SeeFigures), reports::timeline)
        .get("/reports/patrons", Token(May::SeeFigures), reports::patrons)
        .get("/reports/articles", Token(May::SeeFigures), reports::articles)
        .get("/reports/campaigns", Token(May::SeeFigures), reports::campaigns)
        .get("/reports/gateways", Token(May::SeeFigures), reports::gateways)
        .get("/reports/gifts", Token(May::SeeFigures), reports::gifts)
        .get("/reports/donors", Token(May::SeeFigures), reports::donors)
        .get("/events", Token(May::SeeOperations), lists::page_of(Events))
        .get("/events/{id}", Token(May::SeeOperations), lists::one_of(Events))
        .post("/events/{id}/replay", Token(May::RunOperations), operations::replay)
        .get("/jobs", Token(May::SeeOperations), lists::page_of(Jobs))
        .get("/jobs/{id}", Token(May::SeeOperations), lists::one_of(Jobs))
        .post("/jobs/{id}/retry", Token(May::RunOperations), operations::retry)
        .get("/reviews", Token(May::SeeOperations), operations::questions)
        .post("/reviews/{id}/close", Token(May::RunOperations), operations::close)
        .get("/defence", Token(May::SeeOperations), defence::show)
        .post("/defence/begin", Token(May::RunOperations), defence::begin)
        .post("/defence/end", Token(May::RunOperations), defence::end)
        .get("/webhook-endpoints", Token(May::SeeOperations), webhooks::list)
        .get("/webhook-endpoints/{id}", Token(May::SeeOperations), webhooks::one)
        .get("/settings", Token(May::SeeOperations), settings::list)
        .post("/settings", Token(May::ChangeSettings), settings::change)
        .get("/audit", Token(May::SeeAudit), lists::page_of(Audit))
}

/// Money that came without a gateway: what the bank says, what staff paid in, and a past that was taken over.
fn of_bank(table: Table) -> Table {
    use Access::Token;
    table
        .get("/bank-statements/{id}", Token(May::SeeSupport), bank::one)
        .get("/deposits", Token(May::SeeSupport), deposits::list)
        .get("/deposits/{id}", Token(May::SeeSupport), deposits::one)
        .get("/imports", Token(May::SeeSupport), imports::list)
        .get("/imports/{id}", Token(May::SeeSupport), imports::one)
        .get("/bank-lines", Token(May::SeeSupport), lists::page_of(ListKind::BankLines))
        .get("/bank-lines/{id}", Token(May::SeeSupport), lists::one_of(ListKind::BankLines))
        .get("/bank-lines/{id}/proposals", Token(May::SeeSupport), bank_lines::proposals)
        .post("/bank-lines/{id}/book", Token(May::ChangeSupport), bank_lines::book)
        .post("/bank-lines/{id}/gift", Token(May::ChangeSupport), bank_lines::gift)
        .post("/bank-lines/{id}/paid-out", Token(May::ChangeSupport), bank_lines::paid_out)
        .post("/bank-lines/{id}/take-back", Token(May::Refund), bank_lines::take_back)
        .post("/bank-lines/{id}/payout", Token(May::ChangeSupport), bank_lines::arrived)
        .post("/bank-lines/{id}/no-gift", Token(May::ChangeSupport), bank_lines::no_gift)
        .post("/bank-lines/{id}/dismiss", Token(May::ChangeSupport), bank_lines::dismiss)
        .post("/bank-lines/{id}/reopen", Token(May::ChangeSupport), bank_lines::reopen)
}

/// Puts the API up, in its scope.
pub(super) fn routes(scope: &mut ServiceConfig, body_bytes: usize) {
    with_files(Table::default()).put_up(scope, &PayloadConfig::new(bank::REQUEST_BYTES_MAX.max(body_bytes)));
    small().put_up(scope, &PayloadConfig::new(body_bytes));
}

/// Every route of the API with who may come, for the tests that try all of them; paths begin behind `/api/v1`.
pub fn declared() -> Vec<Declared> {
    table().declared()
}

/// Money on the wire.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyDto {
    #[serde(deserialize_with = "whole")]
    pub(super) minor: i64,
    pub(super) currency: String,
}

/// A whole number, also where a program writes `2500.0`: to JSON that is the same one.
fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = <serde_json::Number as serde::Deserialize>::deserialize(deserializer)?.to_string();
    let whole = number.strip_suffix(".0").unwrap_or(&number).parse();
    whole.map_err(|_no_whole| {
        serde::de::Error::custom(format!("“{number}” is no whole number of minor units"))
    })
}

/// A moment as the API writes it.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

impl From<crate::domain::money::Money> for MoneyDto {
    fn from(money: crate::domain::money::Money) -> Self {
        Self { minor: money.minor(), currency: money.currency().code().to_owned() }
    }
}

/// A body that is no JSON, or not the JSON that is wanted.
#[expect(clippy::wildcard_enum_match_arm, reason = "actix adds variants in minor versions")]
#[expect(clippy::needless_pass_by_value, reason = "the signature that actix calls")]
pub(super) fn json_error(error: JsonPayloadError, _request: &HttpRequest) -> Error {
    // Actix takes a wrong content type for a malformed request.
    let foreign = matches!(error, JsonPayloadError::ContentType);
    let status = if foreign { StatusCode::UNSUPPORTED_MEDIA_TYPE } else { error.status_code() };
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "content_type",
        _ => "malformed",
    };
    let detail = match &error {
        JsonPayloadError::Deserialize(why) => format!("The JSON cannot be taken: {why}."),
        JsonPayloadError::ContentType => "Send JSON, with the content type application/json.".to_owned(),
        _ => "The body is too large or was cut off.".to_owned(),
    };
    WebError::new(status, code, detail).into()
}

/// Pages of the configured origins may use the public API; no others, and never with cookies.
pub(super) async fn cors<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = origin.filter(|origin| {
        let state = request.app_data::<Data<AppState>>();
        state.is_some_and(|state| state.cors_origins.iter().any(|own| origin == own.as_str()))
    });
    if *request.method() == Method::OPTIONS {
        let mut answer = HttpResponse::NoContent().finish();
        allow(answer.headers_mut(), allowed.as_ref());
        return Ok(request.into_response(answer).map_into_right_body());
    }
    let mut response = next.call(request).await?.map_into_left_body();
    allow(response.headers_mut(), allowed.as_ref());
    Ok(response)
}

fn allow(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("content-type, idempotency-key"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}
