//! Comments in the hands of staff: which are shown.

use super::{Act, mendable};
use crate::domain::comment::Verdict;
use crate::domain::ids::CommentId;
use crate::domain::list::ListKind;
use crate::render::admin_pages::{ActField, ActPage};
use crate::usecases::UseCaseError;
use crate::usecases::comments::{self, Decision};
use crate::web::admin::door::Seat;
use crate::web::admin::lists::view_of;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use crate::web::writing::show_at_once;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

const LIST: &str = "/admin/comments";

/// What was chosen, with its reason.
fn decision(typed: &Fields) -> Result<Decision, UseCaseError> {
    let verdict = Verdict::parse(typed.text("verdict").trim());
    let missing = "Please say what is to become of it.";
    let verdict = verdict.ok_or_else(|| UseCaseError::invalid("verdict", "missing", missing))?;
    Ok(Decision { verdict, reason: typed.text("reason") })
}

/// The page on which it is said why a comment is not shown.
pub(in crate::web) async fn doubt(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: CommentId = id_of(&id, "comment")?;
    comments::file(&state.ctx, id).await?;
    form(id, &Fields::default()).shown(&state, &seat, &[])
}

fn form(id: CommentId, typed: &Fields) -> Act {
    let choices = [(Verdict::Reject, "A comment that is not wanted"), (Verdict::Spam, "Spam")];
    let choices = choices.map(|(verdict, words)| (verdict.as_str().to_owned(), words.to_owned())).to_vec();
    let chosen = typed.filled("verdict").unwrap_or_else(|| Verdict::Reject.as_str().to_owned());
    let page = ActPage {
        back: format!("{LIST}/{id}"),
        action: format!("{LIST}/{id}/decide"),
        lead: "Nobody can read it from then on. It can be taken back until it goes for good, after the days that the settings say. \
               Nobody is written to."
            .to_owned(),
        fields: vec![
            ActField::choice("verdict", "It is", chosen, choices),
            ActField::text("reason", "Why", typed.text("reason")).hinted("For the staff only; it can be left out."),
        ],
        submit: "Do not show it",
        ..ActPage::default()
    };
    Act { page, title: "Do not show it", place: LIST }
}

/// Says of one comment whether it is shown.
pub(in crate::web) async fn decide(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id: CommentId = id_of(&id, "comment")?;
    let typed = Fields::parse(&body)?;
    comments::file(&state.ctx, id).await?;
    let done = match decision(&typed) {
        Ok(decision) => comments::decide(&state.ctx, seat.0.actor(), vec![id], decision).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_changed) => {
            show_at_once(&state).await;
            Ok(see_other(&format!("{LIST}/{id}?done=decided")))
        }
        Err(error) => form(id, &typed).shown(&state, &seat, &mendable(error)?),
    }
}

/// Says it of those that were ticked in the list, and goes back to the same view of it.
pub(in crate::web) async fn decide_all(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let typed = Fields::parse(&body)?;
    let chosen = typed.all_but("reason").into_iter().filter_map(|(name, _)| name.parse().ok());
    let chosen: Vec<CommentId> = chosen.collect();
    let query = view_of(ListKind::Comments, &typed.text("query"));
    let back = |done: &str| {
        let mark = if query.is_empty() { "" } else { "&" };
        see_other(&format!("{LIST}?{query}{mark}done={done}"))
    };
    if chosen.is_empty() {
        return Ok(back("none-chosen"));
    }
    comments::decide(&state.ctx, seat.0.actor(), chosen, decision(&typed)?).await?;
    show_at_once(&state).await;
    Ok(back("decided"))
}
