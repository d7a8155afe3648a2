//! Money back to a donor, in full or in part.

use super::{Act, form_key, kept_key, mendable};
use crate::domain::donation::Donation;
use crate::domain::ids::DonationId;
use crate::domain::money::Money;
use crate::render::admin_pages::{ActField, ActPage, HiddenField};
use crate::usecases::refund::{self, RefundOrder};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

pub(in crate::web) async fn show(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let (donation, left) = refund::refundable(&state.ctx, id_of(&id, "donation")?).await?;
    let typed = Typed { amount: left.major(), reason: String::new(), key: form_key(&state) };
    form(&donation, left, typed).shown(&state, &seat, &[])
}

struct Typed {
    amount: String,
    reason: String,
    key: HiddenField,
}

fn form(donation: &Donation, left: Money, typed: Typed) -> Act {
    let page = ActPage {
        back: format!("/admin/donations/{}", donation.id),
        action: format!("/admin/donations/{}/refund", donation.id),
        lead: format!(
            "{} can be given back. The donor is told, and the receipt is replaced or voided.",
            left.text()
        ),
        hidden: vec![typed.key],
        fields: vec![
            ActField::text("amount", "Amount", typed.amount).hinted(left.currency().code()).required(),
            ActField::text("reason", "Reason", typed.reason)
                .hinted("The donor reads it. It can be left out."),
        ],
        submit: "Give it back",
        ..ActPage::default()
    };
    Act { page, title: "Refund", place: "/admin/donations" }
}

/// Orders a refund, and asks the gateway at once.
pub(in crate::web) async fn order(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id: DonationId = id_of(&id, "donation")?;
    let fields = Fields::parse(&body)?;
    let (donation, left) = refund::refundable(&state.ctx, id).await?;
    let again = |problems: &[FieldError]| {
        let key = kept_key(&state, &fields);
        let typed = Typed { amount: fields.text("amount"), reason: fields.text("reason"), key };
        form(&donation, left, typed).shown(&state, &seat, problems)
    };
    let amount = match Money::parse_typed(&fields.text("amount"), left.currency()) {
        Ok(amount) => amount,
        Err(error) => {
            let message = error.to_string();
            return again(&[FieldError { field: "amount", code: "invalid_amount", message }]);
        }
    };
    let order = RefundOrder {
        donation: id,
        amount: Some(amount),
        reason: fields.filled("reason"),
        request_key: fields.filled("request_key"),
    };
    let ordered = match refund::order(&state.ctx, seat.0.actor(), order).await {
        Ok(ordered) => ordered,
        Err(error) => return again(&mendable(error)?),
    };
    match refund::carry_out(&state.ctx, ordered.id).await {
        // It is written down: the job goes on asking.
        Ok(_) | Err(UseCaseError::GatewayUnavailable(_)) => {
            Ok(see_other(&format!("/admin/donations/{id}?done=refund")))
        }
        Err(error) => again(&mendable(error)?),
    }
}
