//! Files of many rows: ordered, watched while they are made, fetched.

use super::act::{Act, Done, Faults};
use super::asked;
use super::door::Holder;
use super::seen::json as answer;
use super::time;
use crate::domain::export::{Export, ExportFormat, ExportKind, ExportStatus};
use crate::domain::figures::Period;
use crate::usecases::exports::{self, Order};
use crate::web::error::WebError;
use crate::web::export_file;
use crate::web::reply::id_of;
use crate::web::report_query::day_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde_json::{Value, json};

/// What a file is to hold.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewExport {
    what: String,
    format: Option<String>,
    from: String,
    to: String,
}

pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let page = asked::page(&request, |_name, _value| false)?;
    let found = exports::page_before(&state.ctx, page.before()?, page.wanted()).await?;
    answer(&request, &page.answer(&found, |export| (String::new(), export.id.to_string()), shown))
}

pub(super) async fn one(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    answer(&request, &shown(&exports::find(&state.ctx, id_of(&id, "export")?).await?))
}

pub(super) async fn file(
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    export_file::of(state, id_of(&id, "export")?).await
}

pub(super) async fn order(act: Act) -> Result<HttpResponse, WebError> {
    let wanted = wanted(&act.body()?, act.holder.token.name.clone())?;
    act.once(async |ctx, by| Ok(Done::made(shown(&exports::order_by(&ctx, by, wanted).await?)))).await
}

fn wanted(new: &NewExport, asked_by: String) -> Result<Order, WebError> {
    let mut faults = Faults::default();
    let kind = ExportKind::parse(&new.what).ok_or("no file holds this");
    let kind = faults.of("what", "unknown", kind);
    let format = new.format.as_deref().map_or(Some(ExportFormat::Csv), ExportFormat::parse);
    let format = faults.of("format", "unknown", format.ok_or("a file is written as csv or xlsx"));
    let from = faults.of("from", "unknown_day", day(&new.from));
    let until = faults.of("to", "unknown_day", day(&new.to));
    let until = match (from, until) {
        (Some(from), Some(until)) if until < from => {
            faults.of("to", "before_from", Err("the last day is before the first"))
        }
        (_, until) => until,
    };
    match (kind, format, from, until) {
        (Some(kind), Some(format), Some(from), Some(until)) => {
            Ok(Order { kind, format, period: Period { from, until }, asked_by })
        }
        _ => Err(faults.into_error().into()),
    }
}

/// A day, or what to write instead.
pub(super) fn day(text: &str) -> Result<NaiveDate, &'static str> {
    day_of(text).ok_or("write a day, such as 2026-11-26")
}

fn shown(export: &Export) -> Value {
    let file = format!("{}/exports/{}/file", super::ROOT, export.id);
    json!({
        "id": export.id,
        "what": export.kind.as_str(),
        "format": export.format.as_str(),
        "from": export.period.from,
        "to": export.period.until,
        "status": export.status.as_str(),
        "percent": export.percent(),
        "rows_done": export.rows_done,
        "rows": export.rows_all,
        "bytes": export.bytes,
        "error": export.error,
        "asked_by": export.asked_by,
        "asked": time(export.asked_at),
        "ready": export.ready_at.map(time),
        "expires": time(export.expires_at),
        "file": (export.status == ExportStatus::Ready).then_some(file),
    })
}
