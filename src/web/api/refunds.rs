//! Refunds of a donation: which there are, and one more.

use super::act::{Act, Done};
use super::door::Holder;
use super::seen::json as answer;
use super::{MoneyDto, asked, time};
use crate::domain::ids::DonationId;
use crate::domain::money::{Currency, Money};
use crate::domain::refund::Refund;
use crate::usecases::UseCaseError;
use crate::usecases::refund::{self, RefundOrder};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// What is asked for: without an amount everything that is left.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRefund {
    amount: Option<MoneyDto>,
    reason: Option<String>,
}

pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let known = refund::of_donation(&state.ctx, id_of(&id, "donation")?).await?;
    let items: Vec<Value> = known.iter().map(shown).collect();
    answer(&request, &asked::listed(&items, None))
}

/// Orders a refund; the gateway is asked behind it.
pub(super) async fn create(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let donation: DonationId = id_of(&id, "donation")?;
    let NewRefund { amount, reason } = act.body()?;
    let amount = amount.map(|wanted| money(&wanted)).transpose()?;
    let order = RefundOrder { donation, amount, reason, request_key: None };
    act.once(async |ctx, by| Ok(Done::made(shown(&refund::order(&ctx, by, order).await?)))).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewVoid {
    reason: String,
}

/// Declares what is left of a gift that was written down by hand void.
pub(super) async fn void(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let donation: DonationId = id_of(&id, "donation")?;
    let NewVoid { reason } = act.body()?;
    act.once(async |ctx, by| {
        let void = refund::void(&ctx, by, donation, &reason, None).await?;
        Ok(Done::made(shown(&void)))
    })
    .await
}

fn money(wanted: &MoneyDto) -> Result<Money, UseCaseError> {
    let currency = Currency::parse(&wanted.currency);
    let currency = currency.map_err(|error| UseCaseError::invalid("currency", "unknown_currency", error))?;
    let money = Money::new(wanted.minor, currency);
    if money.is_positive() {
        Ok(money)
    } else {
        Err(UseCaseError::invalid("amount", "invalid_amount", "Name an amount of more than nothing."))
    }
}

fn shown(refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "donation": refund.donation,
        "amount": MoneyDto::from(refund.amount),
        "status": refund.status.as_str(),
        "reason": refund.reason,
        "remote": refund.remote.as_ref().map(ToString::to_string),
        "created": time(refund.created_at),
    })
}
