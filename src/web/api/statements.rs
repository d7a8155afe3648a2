//! Yearly statements: what became of those of each year, and their letters ordered.

use super::act::{Act, Done};
use super::door::Holder;
use super::seen::json as answer;
use super::{asked, time};
use crate::usecases::account::statements::{self, YearOfStatements};
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// The years that are over, the latest first.
pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let items: Vec<Value> = statements::of_years(&state.ctx).await?.iter().map(shown).collect();
    answer(&request, &asked::listed(&items, None))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRun {
    year: i32,
}

/// Orders the letters of a year for everybody who has none.
pub(super) async fn order(act: Act) -> Result<HttpResponse, WebError> {
    let NewRun { year } = act.body()?;
    act.once(async |ctx, by| {
        statements::order(&ctx, by, year).await?;
        Ok(Done::taken(json!({ "year": year })))
    })
    .await
}

fn shown(of: &YearOfStatements) -> Value {
    json!({
        "year": of.year,
        "ordered": of.ordered,
        "sent": of.sent,
        "begun": of.run.as_ref().map(|run| time(run.started_at)),
        "finished": of.run.as_ref().and_then(|run| run.finished_at).map(time),
    })
}
