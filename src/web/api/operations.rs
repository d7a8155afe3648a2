//! Receipts sent again or replaced, open questions, events and work once more.

use super::act::{Act, Done};
use super::asked;
use super::donors::NoFields;
use super::door::Holder;
use super::seen::json as answer;
use super::time;
use crate::domain::ids::{InboxId, JobId, ReceiptId, ReviewId};
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
use serde_json::json;

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
    let page = asked::page(&request, |_name, _value| false)?;
    let (after, wanted) = (page.after.as_ref().map(|cursor| cursor.id.clone()), page.wanted());
    let after = after.unwrap_or_default();
    let open = state.ctx.db.read(move |conn| reviews::open_after(conn, &after, wanted)).await?;
    let item = |review: &Review| {
        json!({
            "id": review.id,
            "kind": review.kind,
            "subject": review.subject,
            "detail": review.detail,
            "raised": time(review.created_at),
        })
    };
    answer(&request, &page.answer(&open, |review| (String::new(), review.id.clone()), item))
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
