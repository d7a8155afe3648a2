//! Balances of gateways beside the books, and payouts as entries of a bookkeeper's own journal.

use super::MoneyDto;
use super::asked;
use super::door::Holder;
use super::seen::json as answer;
use crate::usecases::balances::{self, BalanceFile, JournalLine};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// Every balance that is read, with what it is off the books.
pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let items: Vec<Value> = balances::balances(&state.ctx).await?.iter().map(shown).collect();
    answer(&request, &asked::listed(&items, None))
}

fn shown(file: &BalanceFile) -> Value {
    json!({
        "gateway": file.balance.gateway.as_str(),
        "balance": MoneyDto::from(file.balance.moved),
        "booked": MoneyDto::from(file.booked),
        "difference": MoneyDto::from(file.difference),
        "missing": file.missing,
        "differing": file.differing,
        "unmoved": file.unmoved,
    })
}

/// The lines of a payout for a journal: debits above zero, together nothing.
pub(super) async fn journal(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let journal = balances::journal(&state.ctx, id_of(&id, "payout")?).await?;
    let lines: Vec<Value> = journal.lines.iter().map(line).collect();
    answer(&request, &json!({ "id": journal.payout.id, "lines": lines }))
}

fn line(line: &JournalLine) -> Value {
    json!({
        "account": line.account.to_string(),
        "amount": MoneyDto::from(line.amount),
        "text": line.text,
    })
}
