//! Files of rows: asked for, watched while they are made, downloaded.

use super::super::door::Seat;
use super::super::reply::{Desk, done, faults};
use crate::domain::export::{Export, ExportFormat, ExportKind, ExportStatus};
use crate::domain::figures::Period;
use crate::render::figure_pages::{ExportShown, ExportsPage};
use crate::usecases::exports::{self, Order};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{download, id_of, in_parts, see_other};
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use flate2::read::MultiGzDecoder;
use std::io::Read as _;

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

/// A piece after the other, each made readable by itself.
pub(in crate::web) async fn file(
    state: Data<AppState>,
    _seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = id_of(&id, "export")?;
    let export = exports::find(&state.ctx, id).await?;
    if export.status != ExportStatus::Ready {
        return Err(WebError::not_found("export"));
    }
    let (name, format) = (export.file_name(), export.format);
    let parts = in_parts(0_i64, move |part| {
        let state = state.clone();
        async move {
            let bytes = piece(&state, (id, part), format).await?;
            Ok(bytes.map(|bytes| (Bytes::from(bytes), Some(part + 1))))
        }
    });
    Ok(download(format.media_type(), &name).streaming(parts))
}

async fn piece(
    state: &AppState,
    (id, part): (crate::domain::ids::ExportId, i64),
    format: ExportFormat,
) -> Result<Option<Vec<u8>>, UseCaseError> {
    let Some(kept) = exports::part(&state.ctx, id, part).await? else { return Ok(None) };
    match format {
        ExportFormat::Xlsx => Ok(Some(kept)),
        ExportFormat::Csv => {
            let mut text = Vec::new();
            let read = MultiGzDecoder::new(kept.as_slice()).read_to_end(&mut text);
            read.map_err(|error| UseCaseError::Internal(error.to_string()))?;
            Ok(Some(text))
        }
    }
}
