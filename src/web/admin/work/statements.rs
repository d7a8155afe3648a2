//! Yearly statements: what became of those of each year, their letters ordered, and one of a donor on paper.

use super::{mendable, wrong};
use crate::domain::access::Permission as May;
use crate::domain::ids::DonorId;
use crate::render::figure_pages::{StatementYear, StatementsPage};
use crate::render::{moment_text, statement as document};
use crate::usecases::FieldError;
use crate::usecases::account::statements::{self, YearOfStatements};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, done, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{cut_off, download, id_of, see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono_tz::Tz;

const PAGE: &str = "/admin/statements";

/// What became of them, year by year.
pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    page(&state, &seat, done(request.query_string()), &[]).await
}

async fn page(
    state: &AppState,
    seat: &Seat,
    done: Option<&'static str>,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let (policy, years) = (&state.ctx.policy, statements::of_years(&state.ctx).await?);
    let shown = StatementsPage {
        may_change: seat.0.member.role.may(May::ChangeSupport),
        by_mail: policy.statements_by_mail,
        years: years.iter().map(|of| year_shown(of, policy.time_zone)).collect(),
        faults: faults(problems),
    };
    let place = ("admin/statements.html", "Yearly statements", "/admin/receipts");
    Desk::of(state, &seat.0).answer(status_of(problems), place, done, shown)
}

fn year_shown(of: &YearOfStatements, zone: Tz) -> StatementYear {
    let letters = format!("{} letters ordered, {} of them sent", of.ordered, of.sent);
    let live = of.run.as_ref().filter(|run| run.finished_at.is_none());
    let text = match (live, of.run.as_ref().and_then(|run| run.finished_at)) {
        (Some(run), _) => format!("Being ordered: {} donors looked at, {letters}.", run.looked_at),
        (None, Some(at)) => format!("{letters}; last ordered on {}.", moment_text(at, zone)),
        (None, None) => "No letter was ordered.".to_owned(),
    };
    StatementYear { year: of.year, text, live: live.is_some() }
}

/// Orders the letters of a year for everybody who has none.
pub(in crate::web) async fn order(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let typed = Fields::parse(&body)?;
    let year = typed.text("year").parse::<i32>().ok().filter(|year| *year >= 1970);
    let problems = match year {
        None => vec![wrong("form", "Choose a year that is over.".to_owned())],
        Some(_) if !typed.ticked("sure") => {
            let message = "Tick that it is meant: everybody who has no letter of that year yet is sent one.";
            vec![wrong("form", message.to_owned())]
        }
        Some(year) => match statements::order(&state.ctx, seat.0.actor(), year).await {
            Ok(()) => return Ok(see_other(&format!("{PAGE}?done=statements"))),
            Err(error) => mendable(error)?,
        },
    };
    page(&state, &seat, None, &problems).await
}

/// The statement of a donor on paper, in their language.
pub(in crate::web) async fn paper(
    state: Data<AppState>,
    _seat: Seat,
    path: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (donor, year) = path.into_inner();
    let (donor, year): (DonorId, i32) = (id_of(&donor, "donor")?, id_of(&year, "statement")?);
    let found = statements::of(&state.ctx, donor, year).await?;
    let locale = found.profile.locale.as_deref().unwrap_or(&state.ctx.policy.default_locale);
    let language = state.templates.words().language(locale).clone();
    let drawn = actix_web::web::block(move || document::pdf(&found, &language)).await;
    let bytes = drawn.map_err(|error| cut_off(&error))?.map_err(|error| cut_off(&error))?;
    Ok(download("application/pdf", &document::file_name(year)).body(bytes))
}
