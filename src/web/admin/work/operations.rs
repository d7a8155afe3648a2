//! Work that failed, events, and questions that a person must answer.

use crate::domain::ids::{InboxId, JobId, ReviewId};
use crate::render::admin_pages::{QuestionShown, QuestionsPage};
use crate::render::date_text;
use crate::store::reviews;
use crate::usecases::{operations, reviews as answering, webhook};
use crate::web::admin::door::Seat;
use crate::web::admin::files::page_about;
use crate::web::admin::reply::{Desk, done};
use crate::web::error::WebError;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// Questions on the page: whoever has more answers these first.
const QUESTIONS: i64 = 200;

/// Has an event processed once more.
pub(in crate::web) async fn replay(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: InboxId = id_of(&id, "event")?;
    webhook::replay(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other(&format!("/admin/events/{id}?done=again")))
}

/// Gives a failed job another try.
pub(in crate::web) async fn retry(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: JobId = id_of(&id, "job")?;
    operations::retry(&state.ctx, seat.0.actor(), Some(id)).await?;
    Ok(see_other(&format!("/admin/jobs/{id}?done=again")))
}

/// What a person must look at.
pub(in crate::web) async fn questions(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let open = state.ctx.db.read(|conn| reviews::open(conn, QUESTIONS)).await?;
    let shown = |review: reviews::Review| QuestionShown {
        url: page_about(&review.subject, seat.0.member.role),
        raised_text: date_text(state.ctx.day_of(review.created_at)),
        id: review.id,
        kind: review.kind.replace('_', " "),
        subject: review.subject,
        detail: review.detail,
    };
    let page = QuestionsPage { questions: open.into_iter().map(shown).collect() };
    let place = ("admin/questions.html", "Open questions", "/admin/questions");
    Desk::of(&state, &seat.0).page(place, done(request.query_string()), page)
}

/// Somebody has looked.
pub(in crate::web) async fn close(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: ReviewId = id_of(&id, "question")?;
    answering::resolve(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other("/admin/questions?done=closed"))
}
