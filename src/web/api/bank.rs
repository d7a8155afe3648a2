//! Statements of banks that were handed in; their lines are a list like the others.

use super::asked;
use super::door::Holder;
use super::seen::json as answer;
use super::time;
use crate::domain::bank_line::BankStatement;
use crate::usecases::bank_statements;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// The latest first.
pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let page = asked::page(&request, |_name, _value| false)?;
    let before = page.after.as_ref();
    let before =
        before.map(|cursor| cursor.id.parse().map_err(|_no_id| asked::not_taken("cursor", &cursor.id)));
    let found = bank_statements::latest(&state.ctx, before.transpose()?, page.wanted()).await?;
    answer(&request, &page.answer(&found, |file| (String::new(), file.id.to_string()), shown))
}

pub(super) async fn one(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    answer(&request, &shown(&bank_statements::find(&state.ctx, id_of(&id, "bank statement")?).await?))
}

fn shown(file: &BankStatement) -> Value {
    json!({
        "id": file.id,
        "name": file.name,
        "format": file.format.as_str(),
        "status": file.status.as_str(),
        "percent": file.percent(),
        "lines": file.lines_all,
        "new": file.lines_new,
        "error": file.error,
        "asked_by": file.asked_by,
        "asked": time(file.asked_at),
        "done": file.done_at.map(time),
    })
}
