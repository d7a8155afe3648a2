//! Receipts sent once more, or replaced by one with the details of today.

use crate::domain::receipt::ReceiptNumber;
use crate::usecases::desk::files;
use crate::usecases::receipts;
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::{id_of, receipt_paper, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

fn number_of(text: &str) -> Result<ReceiptNumber, WebError> {
    id_of(text, "receipt")
}

/// A receipt on paper, in its own language: as it was issued, and saying so if it was taken back.
pub(in crate::web) async fn paper(
    state: Data<AppState>,
    _seat: Seat,
    number: Path<String>,
) -> Result<HttpResponse, WebError> {
    let (receipt, file) = files::receipt(&state.ctx, number_of(&number)?).await?;
    let later = file.receipts.iter().find(|other| other.replaces == Some(receipt.id));
    let later = later.map(|other| other.number.to_string());
    receipt_paper(state.templates.words(), receipt, later).await
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
