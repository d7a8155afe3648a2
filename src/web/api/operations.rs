//! Receipts sent again or replaced, open questions, events and work once more.

use super::act::{Act, Done};
use super::asked::{self, Paging};
use super::donors::NoFields;
use super::door::Holder;
use super::ledger::time;
use super::seen::json as answer;
use crate::domain::ids::{InboxId, JobId, ReceiptId, ReviewId};
use crate::domain::list::{Cursor, Way};
use crate::domain::receipt::ReceiptNumber;
use crate::store::StoreError;
use crate::store::receipts as stored;
use crate::store::reviews::{self, Review};
use crate::usecases::{operations, receipts, reviews as answering, webhook};
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

/// A receipt by its id or its number.
async fn number_of(state: &AppState, text: &str) -> Result<ReceiptNumber, WebError> {
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    let id: ReceiptId = id_of(text, "receipt")?;
    match state.ctx.db.read(move |conn| stored::get(conn, id)).await {
        Ok(receipt) => Ok(receipt.number),
        Err(StoreError::NotFound) => Err(WebError::not_found("receipt")),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn resend(
    state: Data<AppState>,
    id: Path<String>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    let number = number_of(&state, &id).await?;
    act.once(async |ctx, by| {
        let receipt = receipts::resend(&ctx, by, number).await?;
        Ok(Done::taken(json!({ "id": receipt.id, "number": receipt.number.to_string() })))
    })
    .await
}

/// Takes a receipt back, and issues another with the details of today, which is answered.
pub(super) async fn reissue(
    state: Data<AppState>,
    id: Path<String>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    let number = number_of(&state, &id).await?;
    act.once(async |ctx, by| {
        let (old, fresh) = receipts::reissue(&ctx, by, number).await?;
        let told =
            json!({ "id": fresh.id, "number": fresh.number.to_string(), "replaces": old.number.to_string() });
        Ok(Done::made(told))
    })
    .await
}

/// What a person must look at, the oldest first.
pub(super) async fn questions(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let Paging { limit, after } = asked::page(&request, |_name, _value| false)?;
    let after = after.map(|cursor| cursor.id).unwrap_or_default();
    let wanted = i64::try_from(limit).unwrap_or(1).saturating_add(1);
    let mut open = state.ctx.db.read(move |conn| reviews::open_after(conn, &after, wanted)).await?;
    let has_more = open.len() > limit;
    open.truncate(limit);
    let next = open.last().filter(|_| has_more);
    let next = next.map(|last| Cursor { way: Way::On, key: String::new(), id: last.id.clone() }.text());
    let item = |review: &Review| {
        json!({
            "id": review.id,
            "kind": review.kind,
            "subject": review.subject,
            "detail": review.detail,
            "raised": time(review.created_at),
        })
    };
    let items: Vec<Value> = open.iter().map(item).collect();
    answer(&request, &json!({ "items": items, "next_cursor": next }))
}

/// Somebody has looked. What was held because of it goes on.
pub(super) async fn close(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    let id: ReviewId = id_of(&id, "question")?;
    act.once(async |ctx, by| {
        answering::resolve(&ctx, by, id).await?;
        Ok(Done::ok(json!({ "id": id })))
    })
    .await
}

/// Has an event processed once more.
pub(super) async fn replay(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    let id: InboxId = id_of(&id, "event")?;
    act.once(async |ctx, by| {
        webhook::replay(&ctx, by, id).await?;
        Ok(Done::taken(json!({ "id": id })))
    })
    .await
}

/// Gives a failed job another try.
pub(super) async fn retry(id: Path<String>, act: Act) -> Result<HttpResponse, WebError> {
    let _none: NoFields = act.body()?;
    let id: JobId = id_of(&id, "job")?;
    act.once(async |ctx, by| {
        operations::retry(&ctx, by, Some(id)).await?;
        Ok(Done::taken(json!({ "id": id })))
    })
    .await
}
