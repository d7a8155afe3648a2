//! Files of rows: asked for, watched while they are made, downloaded.

use super::super::door::Seat;
use super::super::reply::{Desk, done, faults};
use crate::domain::export::{Export, ExportFormat, ExportKind, ExportStatus};
use crate::domain::figures::Period;
use crate::render::figure_pages::{ExportShown, ExportsPage};
use crate::usecases::FieldError;
use crate::usecases::exports::{self, Order};
use crate::web::error::WebError;
use crate::web::export_file;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// What can be asked for.
const KINDS: [(&str, &str); 5] = [
    ("donations", "Donations, by the day on which the money arrived"),
    ("pledges", "Pledges, by the day on which they were made"),
    ("donors", "Donors, by the day of their first gift"),
    ("ledger", "The books, by the day on which a line was written"),
    ("gift_aid", "Gift Aid claim: HMRC’s schedule"),
];

pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let month = Period::month_of(state.ctx.day_of(state.ctx.now())).months_before(1);
    let asked = Asked { kind: String::new(), from: month.from.to_string(), to: month.until.to_string() };
    page(&state, &seat, (StatusCode::OK, done(request.query_string())), asked, &[]).await
}

struct Asked {
    kind: String,
    from: String,
    to: String,
}

async fn page(
    state: &AppState,
    seat: &Seat,
    (status, done): (StatusCode, Option<&'static str>),
    asked: Asked,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let all = exports::latest(&state.ctx).await?;
    let zone = state.ctx.policy.time_zone;
    let shown = ExportsPage {
        kinds: KINDS.to_vec(),
        kind: asked.kind,
        from: asked.from,
        to: asked.to,
        live: all.iter().any(Export::is_live),
        exports: all.iter().map(|export| of(export, zone)).collect(),
        faults: faults(problems),
    };
    Desk::of(state, &seat.0).answer(status, ("admin/exports.html", "Exports", "/admin/exports"), done, shown)
}

fn of(export: &Export, zone: chrono_tz::Tz) -> ExportShown {
    let time =
        |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).format("%-d %B, %H:%M").to_string();
    let kind = KINDS.iter().find(|(word, _)| *word == export.kind.as_str()).map(|(_, name)| *name);
    let kind = kind.unwrap_or_default().split(',').next().unwrap_or_default();
    let Period { from, until } = export.period;
    let ready = export.status == ExportStatus::Ready;
    ExportShown {
        what: format!("{kind}, {from} to {until}, {}", export.format.as_str().to_uppercase()),
        asked_text: format!("{}, {}", export.asked_by, time(export.asked_at)),
        status: export.status.as_str(),
        percent: export.percent(),
        rows: super::shown::whole(export.rows_done),
        error: export.error.clone(),
        url: ready.then(|| format!("/admin/exports/{}/file", export.id)),
        until_text: time(export.expires_at),
    }
}

pub(in crate::web) async fn order(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let asked = Asked { kind: fields.text("kind"), from: fields.text("from"), to: fields.text("to") };
    let mut problems = Vec::new();
    let mut wrong = |field: &'static str, message: &str| {
        problems.push(FieldError { field, code: "unknown", message: message.to_owned() });
    };
    let kind = ExportKind::parse(&asked.kind);
    if kind.is_none() {
        wrong("kind", "Choose what the file is to hold");
    }
    let (from, until) = (asked.from.parse().ok(), asked.to.parse().ok());
    if from.is_none() {
        wrong("from", "Write the first day as 2026-11-26");
    }
    if until.is_none() || until < from {
        wrong("to", "Write the last day as 2026-11-26, not before the first");
    }
    let format = ExportFormat::parse(&fields.text("format")).unwrap_or(ExportFormat::Csv);
    let (Some(kind), Some(from), Some(until), true) = (kind, from, until, problems.is_empty()) else {
        return page(&state, &seat, (StatusCode::UNPROCESSABLE_ENTITY, None), asked, &problems).await;
    };
    let wanted = Order { kind, format, period: Period { from, until }, asked_by: seat.0.member.name.clone() };
    exports::order_by(&state.ctx, seat.0.actor(), wanted).await?;
    Ok(see_other("/admin/exports?done=export"))
}

pub(in crate::web) async fn file(
    state: Data<AppState>,
    _seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    export_file::of(state, id_of(&id, "export")?).await
}
