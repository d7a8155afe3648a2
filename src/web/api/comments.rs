//! Comments of readers: which are shown. They are a list like the others.

use super::act::{Act, Done};
use super::donors::NoFields;
use crate::domain::comment::Verdict;
use crate::domain::ids::CommentId;
use crate::usecases::comments::{self, Decision};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use crate::web::writing::show_at_once;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::json;

/// Why a comment is not shown.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejected {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    spam: bool,
}

/// Shows a comment.
pub(super) async fn approve(
    state: Data<AppState>,
    id: Path<String>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    decide(&state, &id, act, Decision { verdict: Verdict::Approve, reason: String::new() }).await
}

/// Does not show a comment.
pub(super) async fn reject(
    state: Data<AppState>,
    id: Path<String>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let Rejected { reason, spam } = act.body()?;
    let verdict = if spam { Verdict::Spam } else { Verdict::Reject };
    decide(&state, &id, act, Decision { verdict, reason }).await
}

async fn decide(state: &AppState, id: &str, act: Act, decision: Decision) -> Result<HttpResponse, WebError> {
    let id: CommentId = id_of(id, "comment")?;
    act.once(async |ctx, by| {
        comments::decide(&ctx, by, vec![id], decision).await?;
        show_at_once(state).await;
        let stands = comments::file(&ctx, id).await?.comment.state.status();
        Ok(Done::ok(json!({ "id": id, "status": stands.as_str() })))
    })
    .await
}
