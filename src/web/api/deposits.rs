//! Cash and cheques that were paid in at the bank.

use super::door::Holder;
use super::seen::json as answer;
use super::{MoneyDto, asked, time};
use crate::domain::deposit::{Deposit, DepositGift};
use crate::domain::money::{Currency, Money};
use crate::usecases::deposits;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// The one that was written down last first.
pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let page = asked::page(&request, |_name, _value| false)?;
    let found = deposits::page_before(&state.ctx, page.before()?, page.wanted()).await?;
    answer(&request, &page.answer(&found, |deposit| (String::new(), deposit.id.to_string()), shown))
}

/// One of them with its gifts, and the line of the bank that shows it.
pub(super) async fn one(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let file = deposits::file(&state.ctx, id_of(&id, "deposit")?).await?;
    let currency = file.deposit.amount.currency();
    let gifts: Value = file.gifts.iter().map(|(_, part)| gift(part, currency)).collect();
    let mut body = shown(&file.deposit);
    if let Some(body) = body.as_object_mut() {
        body.insert("gifts".to_owned(), gifts);
        body.insert("bank_line".to_owned(), json!(file.line.map(|line| line.id)));
    }
    answer(&request, &body)
}

fn shown(deposit: &Deposit) -> Value {
    json!({
        "id": deposit.id,
        "tender": deposit.tender.as_str(),
        "amount": MoneyDto::from(deposit.amount),
        "paid_in_on": deposit.paid_in_on,
        "recorded": time(deposit.recorded_at),
        "taken_back": deposit.taken_back_at.map(time),
    })
}

fn gift(part: &DepositGift, currency: Currency) -> Value {
    let money = |minor| MoneyDto::from(Money::new(minor, currency));
    json!({
        "donation": part.donation,
        "amount": money(part.amount_minor),
        "returned": money(part.returned_minor),
    })
}
