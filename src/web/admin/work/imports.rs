//! Gifts that came before: files are handed in, looked at, booked and taken back.

use crate::domain::access::Permission as May;
use crate::domain::article::Slug;
use crate::domain::bank_mapping::{DateOrder, DecimalMark};
use crate::domain::gift_import::{Import, ImportLayout, ImportOptions, ImportStatus, Report};
use crate::domain::ids::ImportId;
use crate::render::admin_pages::ActField;
use crate::render::import_pages::{ImportFileShown, ImportPage, ImportsPage};
use crate::render::list_pages::Cells;
use crate::usecases::handed_in::PART_BYTES;
use crate::usecases::imports::{self, BYTES_MAX, HandedIn};
use crate::usecases::{FieldError, UseCaseError, gifts};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, done, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use crate::web::upload::{self, Upload};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

/// Files on the page.
const FILES: i64 = 50;

/// The files, and the form to hand one in.
pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let asked = (StatusCode::OK, done(request.query_string()));
    page(&state, &seat, asked, &Fields::default(), &[]).await
}

async fn page(
    state: &AppState,
    seat: &Seat,
    (status, done): (StatusCode, Option<&'static str>),
    typed: &Fields,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let files = imports::latest(&state.ctx, FILES).await?;
    let cells = Cells { zone: state.ctx.policy.time_zone };
    let shown = ImportsPage {
        may_change: seat.0.member.role.may(May::ChangeSupport),
        live: files.iter().any(Import::is_live),
        files: files.iter().map(|file| file_shown(cells, file)).collect(),
        fields: fields(state, typed).await?,
        faults: faults(problems),
    };
    let place = ("admin/imports.html", "Past gifts", "/admin/donations");
    Desk::of(state, &seat.0).answer(status, place, done, shown)
}

/// What can be said of a file.
async fn fields(state: &AppState, typed: &Fields) -> Result<Vec<ActField>, WebError> {
    let choice = |word: &str, words: &str| (word.to_owned(), words.to_owned());
    let layouts = ImportLayout::ALL.iter().map(|layout| choice(layout.as_str(), layout.name()));
    let all = gifts::campaigns(&state.ctx).await?;
    let campaigns = all.iter().map(|campaign| choice(campaign.slug.as_str(), &campaign.title));
    let orders = [
        (DateOrder::DayMonthYear, "the day first: 31/12/2020"),
        (DateOrder::MonthDayYear, "the month first: 12/31/2020"),
        (DateOrder::YearMonthDay, "the year first: 2020-12-31"),
    ];
    let marks = [(DecimalMark::Point, "a point: 1,250.00"), (DecimalMark::Comma, "a comma: 1.250,00")];
    let with = |first: &str, others: Vec<(String, String)>| [vec![choice("", first)], others].concat();
    Ok(vec![
        ActField::choice(
            "layout",
            "Who wrote it",
            typed.text("layout"),
            with("its heading tells", layouts.collect()),
        ),
        ActField::choice(
            "campaign",
            "Gifts that name no campaign of yours are for",
            typed.text("campaign"),
            with("none: they are mistakes", campaigns.collect()),
        ),
        ActField::choice(
            "dates",
            "Days are written",
            typed.text("dates"),
            with(
                "so that only one reading is possible",
                orders.map(|(order, words)| choice(order.as_str(), words)).to_vec(),
            ),
        ),
        ActField::choice(
            "decimals",
            "Before decimals stands",
            typed.text("decimals"),
            with(
                "what only one reading allows",
                marks.map(|(mark, words)| choice(mark.as_str(), words)).to_vec(),
            ),
        ),
        ActField::choice(
            "statements",
            "Yearly statements",
            typed.text("statements"),
            with("leave these gifts out", vec![choice("on", "count these gifts")]),
        )
        .hinted("The other place may have sent one for the same year."),
    ])
}

fn file_shown(cells: Cells, file: &Import) -> ImportFileShown {
    ImportFileShown {
        url: format!("/admin/imports/{}", file.id),
        name: file.name.clone(),
        status: file.status.as_str(),
        percent: file.percent(),
        booked: file.booked.to_string(),
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
    let typed = upload.fields.clone();
    let refused = (StatusCode::UNPROCESSABLE_ENTITY, None);
    let file = match handed_in(upload, &seat) {
        Ok(file) => file,
        Err(problem) => return page(&state, &seat, refused, &typed, &[problem]).await,
    };
    match imports::hand_in(&state.ctx, seat.0.actor(), file).await {
        Ok(file) => Ok(see_other(&format!("/admin/imports/{}?done=import-file", file.id))),
        Err(UseCaseError::Invalid(problems)) => page(&state, &seat, refused, &typed, &problems).await,
        Err(error) => Err(error.into()),
    }
}

fn handed_in(upload: Upload, seat: &Seat) -> Result<HandedIn, FieldError> {
    if upload.pieces.is_empty() {
        return Err(wrong("file", "Choose the file that the other place gave you."));
    }
    let typed = &upload.fields;
    let options = ImportOptions {
        layout: chosen(typed, "layout", ImportLayout::parse)?,
        date_order: chosen(typed, "dates", DateOrder::parse)?,
        decimal_mark: chosen(typed, "decimals", DecimalMark::parse)?,
        campaign: chosen(typed, "campaign", |slug| Slug::parse(slug).ok())?,
        on_statements: typed.ticked("statements"),
    };
    Ok(HandedIn { name: upload.name, options, parts: upload.pieces, asked_by: seat.0.member.name.clone() })
}

/// A choice, if one was made.
fn chosen<T>(
    typed: &Fields,
    field: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, FieldError> {
    let read = |word: String| parse(&word).ok_or_else(|| wrong(field, "Choose one of these."));
    typed.filled(field).map(read).transpose()
}

fn wrong(field: &'static str, message: &str) -> FieldError {
    FieldError { field, code: "unknown", message: message.to_owned() }
}

/// One file, and what it comes to.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: ImportId = id_of(&id, "import")?;
    let file = imports::find(&state.ctx, id).await?;
    let cells = Cells { zone: state.ctx.policy.time_zone };
    let may = |what| seat.0.member.role.may(what);
    let idle = matches!(file.status, ImportStatus::Waiting | ImportStatus::Examined | ImportStatus::Failed);
    let report = file.report.as_ref();
    let shown = ImportPage {
        id: id.to_string(),
        mistakes: file.error.iter().flat_map(|error| error.lines().map(str::to_owned)).collect(),
        findings: report.map(Report::findings).unwrap_or_default(),
        left_out: report.map(Report::reasons).unwrap_or_default(),
        may_confirm: may(May::ChangeSupport) && file.status == ImportStatus::Examined,
        may_remove: may(May::ChangeSupport) && idle,
        may_undo: may(May::Refund) && file.status == ImportStatus::Done && file.booked > 0,
        file: file_shown(cells, &file),
    };
    let title = shown.file.name.clone();
    let place = ("admin/import.html", title.as_str(), "/admin/donations");
    Desk::of(&state, &seat.0).page(place, done(request.query_string()), shown)
}

/// Says yes to a file.
pub(in crate::web) async fn confirm(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: ImportId = id_of(&id, "import")?;
    imports::confirm(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other(&format!("/admin/imports/{id}?done=import-booking")))
}

/// Takes a file away.
pub(in crate::web) async fn remove(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: ImportId = id_of(&id, "import")?;
    imports::remove(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other("/admin/imports?done=import-removed"))
}

/// Takes all gifts of a file back.
pub(in crate::web) async fn undo(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: ImportId = id_of(&id, "import")?;
    imports::undo(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other(&format!("/admin/imports/{id}?done=import-undoing")))
}
