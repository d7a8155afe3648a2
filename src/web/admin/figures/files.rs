//! Reports as files. What names persons is written down in the log, in the transaction before the first row leaves.

use super::super::door::Seat;
use super::reports::find;
use crate::domain::export::ExportFormat;
use crate::domain::member::Platform;
use crate::domain::sheet::Sheet;
use crate::render::{csv, sheet};
use crate::store::reports::By;
use crate::usecases::figures::{appeals, members, reports, sheets};
use crate::usecases::members::paid_out;
use crate::usecases::{UseCaseError, exports, outbound_links};
use crate::web::error::WebError;
use crate::web::reply::{download, in_parts};
use crate::web::report_query::{Query, titles};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

pub(in crate::web) async fn csv(
    request: HttpRequest,
    state: Data<AppState>,
    _seat: Seat,
    name: Path<String>,
) -> Result<HttpResponse, WebError> {
    whole(&request, &state, &name, ExportFormat::Csv).await
}

pub(in crate::web) async fn xlsx(
    request: HttpRequest,
    state: Data<AppState>,
    _seat: Seat,
    name: Path<String>,
) -> Result<HttpResponse, WebError> {
    whole(&request, &state, &name, ExportFormat::Xlsx).await
}

async fn whole(
    request: &HttpRequest,
    state: &AppState,
    name: &str,
    format: ExportFormat,
) -> Result<HttpResponse, WebError> {
    let made = of_report(request, state, name).await?;
    let bytes = match format {
        ExportFormat::Csv => sheet::csv(&made),
        ExportFormat::Xlsx => sheet::xlsx(&made),
    };
    Ok(answer(state, made.name, format).body(bytes.map_err(unwritten)?))
}

#[expect(clippy::needless_pass_by_value, reason = "the form that `map_err` takes")]
fn unwritten(error: std::io::Error) -> UseCaseError {
    UseCaseError::Internal(error.to_string())
}

async fn of_report(request: &HttpRequest, state: &AppState, name: &str) -> Result<Sheet, WebError> {
    let (report, ctx) = (find(name)?, &state.ctx);
    let ask = Query::of(request).ask(ctx.day_of(ctx.now()), &titles(state).await?);
    Ok(match report.name {
        "timeline" => sheets::timeline(&reports::timeline(ctx, ask).await?),
        "gifts" => sheets::gifts(&reports::gifts(ctx, ask).await?),
        "campaigns" => sheets::parts(&reports::parts(ctx, ask, By::Campaign).await?, "campaigns"),
        "articles" => {
            let elsewhere = outbound_links::within(ctx, ask.period).await?;
            let appeals = appeals::brought(ctx, ask.clone()).await?;
            sheets::articles(&reports::parts(ctx, ask, By::Article).await?, &elsewhere, &appeals)
        }
        "fees" => {
            let standing = members::standing_on(ctx, Platform::Patreon, ask.period.until).await?;
            let paid_out = paid_out(ctx, ask.period).await?;
            sheets::fees(&reports::parts(ctx, ask, By::Gateway).await?, &standing, &paid_out)
        }
        _ => sheets::retention(&reports::retention(ctx).await?),
    })
}

fn answer(state: &AppState, name: &str, format: ExportFormat) -> actix_web::HttpResponseBuilder {
    let day = state.ctx.day_of(state.ctx.now());
    download(format.media_type(), &format!("{name}-{day}.{format}"))
}

async fn note(state: &AppState, seat: &Seat, query: &str) -> Result<(), UseCaseError> {
    exports::note(&state.ctx, seat.0.actor(), "lapsed", json!({ "query": query })).await
}

/// Rows leave as they are read.
pub(in crate::web) async fn lapsed_csv(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    note(&state, &seat, request.query_string()).await?;
    let (kind, year) = Query::of(&request).lapse(state.ctx.day_of(state.ctx.now()));
    let lapse = kind.lapse(year);
    let mut answer = answer(&state, kind.as_str(), ExportFormat::Csv);
    let rows = in_parts(String::new(), move |after| {
        let state = state.clone();
        async move {
            let page = reports::lapsed_page(&state.ctx, lapse, after.clone()).await?;
            let mut bytes = Vec::new();
            written(&mut bytes, after.is_empty(), &page.0).map_err(unwritten)?;
            Ok(Some((Bytes::from(bytes), page.1)))
        }
    });
    Ok(answer.streaming(rows))
}

fn written(
    out: &mut Vec<u8>,
    is_first: bool,
    rows: &[crate::store::reports::donors::Lapsed],
) -> std::io::Result<()> {
    if is_first {
        out.extend_from_slice(sheet::MARK.as_bytes());
        csv::Writer::new(&mut *out, &sheets::LAPSED)?.finish()?;
    }
    let mut writer = csv::Writer::going_on(out);
    for row in rows {
        writer.cells(&sheets::lapsed(row))?;
    }
    writer.finish()
}

/// A workbook is whole or nothing: its rows wait on disk until the last is written.
pub(in crate::web) async fn lapsed_xlsx(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    note(&state, &seat, request.query_string()).await?;
    let (kind, year) = Query::of(&request).lapse(state.ctx.day_of(state.ctx.now()));
    let mut book = sheet::Book::new(&sheets::LAPSED).map_err(unwritten)?;
    let mut after = Some(String::new());
    while let Some(place) = after {
        let (rows, next) = reports::lapsed_page(&state.ctx, kind.lapse(year), place).await?;
        for row in &rows {
            book.row(&sheets::lapsed(row)).map_err(unwritten)?;
        }
        after = next;
    }
    let mut out = std::io::Cursor::new(Vec::new());
    book.finish(&mut out).map_err(unwritten)?;
    Ok(answer(&state, kind.as_str(), ExportFormat::Xlsx).body(out.into_inner()))
}
