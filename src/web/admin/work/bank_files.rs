//! Statements of banks: handed in, and looked at.

use super::bank_lines::{line_shown, says};
use crate::bank;
use crate::domain::access::Permission as May;
use crate::domain::bank_line::{BankStatement, LineStatus, StatementFormat, StatementStatus};
use crate::domain::ids::BankStatementId;
use crate::render::bank_pages::{BankFileShown, BankGroupShown, BankPage, BankStatementPage};
use crate::render::list_pages::{Cells, spelled};
use crate::usecases::bank_statements::{self, BYTES_MAX, HandedIn, StatementLines};
use crate::usecases::handed_in::PART_BYTES;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, done, faults};
use crate::web::error::WebError;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use crate::web::upload::{self, Upload};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

/// Files on the page.
const FILES: i64 = 50;
/// Lines that wait, on the page of a file.
const WAITING: usize = 50;

/// The files, and the form to hand one in.
pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    page(&state, &seat, (StatusCode::OK, done(request.query_string())), &[]).await
}

async fn page(
    state: &AppState,
    seat: &Seat,
    (status, done): (StatusCode, Option<&'static str>),
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let files = bank_statements::latest(&state.ctx, None, FILES).await?;
    let mappings = bank_statements::mappings(&state.ctx).await?;
    let cells = Cells { zone: state.ctx.policy.time_zone };
    let shown = BankPage {
        may_change: seat.0.member.role.may(May::ChangeSupport),
        live: files.iter().any(BankStatement::is_live),
        files: files.iter().map(|file| file_shown(cells, file)).collect(),
        mappings: mappings.into_iter().map(|saved| (saved.id.to_string(), saved.name)).collect(),
        faults: faults(problems),
    };
    let place = ("admin/bank.html", "Bank statements", "/admin/bank");
    Desk::of(state, &seat.0).answer(status, place, done, shown)
}

fn file_shown(cells: Cells, file: &BankStatement) -> BankFileShown {
    BankFileShown {
        url: format!("/admin/bank/{}", file.id),
        name: file.name.clone(),
        status: file.status.as_str(),
        percent: file.percent(),
        lines: file.lines_all.to_string(),
        new: file.lines_new.to_string(),
        asked_text: format!("{}, {}", file.asked_by, cells.time_text(file.asked_at)),
    }
}

/// Takes a file.
pub(in crate::web) async fn hand_in(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let upload = upload::read(&request, payload, (BYTES_MAX, PART_BYTES)).await?;
    let file = match handed_in(upload, &seat) {
        Ok(file) => file,
        Err(problem) => return refused(&state, &seat, vec![problem]).await,
    };
    match bank_statements::hand_in(&state.ctx, seat.0.actor(), file).await {
        Ok(file) if file.status == StatementStatus::Unmapped => {
            Ok(see_other(&format!("/admin/bank/{}/mapping", file.id)))
        }
        Ok(file) => Ok(see_other(&format!("/admin/bank/{}?done=bank-file", file.id))),
        Err(UseCaseError::Invalid(problems)) => refused(&state, &seat, problems).await,
        Err(error) => Err(error.into()),
    }
}

async fn refused(state: &AppState, seat: &Seat, problems: Vec<FieldError>) -> Result<HttpResponse, WebError> {
    page(state, seat, (StatusCode::UNPROCESSABLE_ENTITY, None), &problems).await
}

fn handed_in(upload: Upload, seat: &Seat) -> Result<HandedIn, FieldError> {
    let wrong = |message: &str| FieldError { field: "file", code: "unknown", message: message.to_owned() };
    if upload.pieces.is_empty() {
        return Err(wrong("Choose the file that the bank gave you."));
    }
    let format = bank::recognise(upload.beginning(4096))
        .ok_or_else(|| wrong("This is neither CAMT.053 (XML) nor CSV; ask the bank for one of the two."))?;
    let mapping = upload.fields.filled("mapping").map(|id| id.parse()).transpose();
    let mapping = mapping.map_err(|_no_id| wrong("There is no such explanation of columns."))?;
    Ok(HandedIn {
        name: upload.name,
        format,
        mapping: mapping.filter(|_| format == StatementFormat::Csv),
        parts: upload.pieces,
        asked_by: seat.0.member.name.clone(),
    })
}

/// One file, and its lines by what needs doing.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: BankStatementId = id_of(&id, "bank statement")?;
    let file = bank_statements::find(&state.ctx, id).await?;
    let wanted = i64::try_from(WAITING).unwrap_or(1).saturating_add(1);
    let StatementLines { mut waiting, counts } =
        bank_statements::of_statement(&state.ctx, id, wanted).await?;
    let more_waiting = waiting.len() > WAITING;
    waiting.truncate(WAITING);
    let cells = Cells { zone: state.ctx.policy.time_zone };
    let may_change = seat.0.member.role.may(May::ChangeSupport);
    let booked = counts.iter().any(|(status, _)| matches!(status, LineStatus::Booked | LineStatus::Returned));
    let shown = BankStatementPage {
        id: id.to_string(),
        mistakes: file.error.iter().flat_map(|error| error.lines().map(str::to_owned)).collect(),
        may_change,
        may_remove: may_change && !booked && file.status != StatementStatus::Reading,
        waiting: waiting.iter().map(|waiting| line_shown(waiting, &seat)).collect(),
        more_waiting,
        groups: counts.iter().map(|(status, count)| group(id, *status, *count)).collect(),
        file: file_shown(cells, &file),
    };
    let title = shown.file.name.clone();
    let place = ("admin/bank_statement.html", title.as_str(), "/admin/bank");
    Desk::of(&state, &seat.0).page(place, done(request.query_string()), shown)
}

fn group(id: BankStatementId, status: LineStatus, count: i64) -> BankGroupShown {
    let words = match count {
        1 => format!("1 line: {}", says(status)),
        _ => format!("{count} lines: {}", says(status)),
    };
    let url = format!("/admin/bank-lines?statement={id}&status={status}");
    BankGroupShown { status: status.as_str(), words: spelled(&words), url }
}

/// Takes a file away, with its lines.
pub(in crate::web) async fn remove(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: BankStatementId = id_of(&id, "bank statement")?;
    bank_statements::remove(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other("/admin/bank?done=bank-file-removed"))
}
