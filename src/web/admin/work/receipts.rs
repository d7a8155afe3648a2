//! Receipts sent once more, or replaced by one with the details of today.

use crate::domain::receipt::ReceiptNumber;
use crate::usecases::receipts;
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

fn number_of(text: &str) -> Result<ReceiptNumber, WebError> {
    id_of(text, "receipt")
}

/// Mails a receipt once more.
pub(in crate::web) async fn resend(
    state: Data<AppState>,
    seat: Seat,
    number: Path<String>,
) -> Result<HttpResponse, WebError> {
    let receipt = receipts::resend(&state.ctx, seat.0.actor(), number_of(&number)?).await?;
    Ok(see_other(&format!("/admin/receipts/{}?done=sent", receipt.number)))
}

/// Takes a receipt back and issues another.
pub(in crate::web) async fn reissue(
    state: Data<AppState>,
    seat: Seat,
    number: Path<String>,
) -> Result<HttpResponse, WebError> {
    let (_, fresh) = receipts::reissue(&state.ctx, seat.0.actor(), number_of(&number)?).await?;
    Ok(see_other(&format!("/admin/receipts/{}?done=reissued", fresh.number)))
}
