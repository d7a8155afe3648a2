//! Files of gifts that came before this site: what each comes to, and how far it is. A person says yes to them.

use super::door::Holder;
use super::seen::json as answer;
use super::{asked, time};
use crate::domain::gift_import::{Import, Report};
use crate::usecases::imports;
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
    let found = imports::page_before(&state.ctx, page.before()?, page.wanted()).await?;
    answer(&request, &page.answer(&found, |file| (String::new(), file.id.to_string()), shown))
}

pub(super) async fn one(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    answer(&request, &shown(&imports::find(&state.ctx, id_of(&id, "import")?).await?))
}

fn shown(file: &Import) -> Value {
    let findings = |report: &Report| [report.findings(), report.reasons()].concat();
    json!({
        "id": file.id,
        "name": file.name,
        "status": file.status.as_str(),
        "percent": file.percent(),
        "lines": file.lines_all,
        "gifts": file.report.as_ref().map(|report| report.gifts),
        "booked": file.booked,
        "findings": file.report.as_ref().map(findings).unwrap_or_default(),
        "error": file.error,
        "asked_by": file.asked_by,
        "asked": time(file.asked_at),
        "done": file.done_at.map(time),
    })
}
