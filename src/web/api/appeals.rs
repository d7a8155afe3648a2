//! Two texts of an appeal beside each other, as far as the test of them came.

use super::door::Holder;
use super::seen::json as answer;
use super::{MoneyDto, asked};
use crate::domain::appeal::Side;
use crate::usecases::appeals::compare::Verdict;
use crate::usecases::appeals::{self, Outcome, TestResult};
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// Every test that there was, by appeal, the latest first.
pub(super) async fn results(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let items: Vec<Value> = appeals::results(&state.ctx).await?.iter().map(shown).collect();
    answer(&request, &asked::listed(&items, None))
}

fn shown(result: &TestResult) -> Value {
    let found = result.comparison();
    let better = match found.verdict {
        Verdict::Better(Side::First) => Some("first"),
        Verdict::Better(Side::Second) => Some("second"),
        Verdict::NoGifts | Verdict::TooFew { .. } | Verdict::Alike | Verdict::Open { .. } => None,
    };
    json!({
        "appeal": result.appeal.to_string(),
        "test": result.test.to_string(),
        "first_on": result.first_on,
        "last_on": result.last_on,
        "first": text(&result.first),
        "second": text(&result.second),
        "better": better,
    })
}

fn text(outcome: &Outcome) -> Value {
    let sums: Vec<MoneyDto> = outcome.sums.iter().map(|(_, sum)| MoneyDto::from(*sum)).collect();
    json!({ "shown": outcome.shown, "gifts": outcome.gifts, "recurring": outcome.recurring, "received": sums })
}
