//! A member elsewhere in the hands of staff: who of the donors they are.

use super::{Act, mendable};
use crate::domain::ids::MemberId;
use crate::render::admin_pages::{ActField, ActPage};
use crate::usecases::desk::merge;
use crate::usecases::{FieldError, UseCaseError, members};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

const LIST: &str = "/admin/external-members";

/// The page on which a member is found to be a donor.
pub(in crate::web) async fn same(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: MemberId = id_of(&id, "member")?;
    let file = members::file(&state.ctx, id).await?;
    let typed = file.proposed.map(|donor| donor.email.as_str().to_owned()).unwrap_or_default();
    form(id, typed).shown(&state, &seat, &[])
}

fn form(id: MemberId, typed: String) -> Act {
    let hint = "The donor’s address, or the id in the address of their page.";
    let page = ActPage {
        back: format!("{LIST}/{id}"),
        action: format!("{LIST}/{id}/donor"),
        lead: "Both are shown on the donor’s page, and forgotten together. Nothing of what they give, here or there, is \
               changed by it, and it can be undone. An address that is the same proves nothing by itself: be sure."
            .to_owned(),
        fields: vec![ActField::text("into", "Is the donor", typed).hinted(hint).required()],
        submit: "They are one person",
        ..ActPage::default()
    };
    Act { page, title: "One person", place: LIST }
}

/// Says that a member is a donor.
pub(in crate::web) async fn be_one(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id: MemberId = id_of(&id, "member")?;
    let typed = Fields::parse(&body)?.text("into");
    let done = match merge::named(&state.ctx, &typed).await {
        Ok(donor) => members::be_one(&state.ctx, seat.0.actor(), id, donor).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("{LIST}/{id}?done=one-person"))),
        Err(UseCaseError::NotFound("donor")) => {
            let message = "There is no such donor.".to_owned();
            let problem = FieldError { field: "into", code: "no_donor", message };
            form(id, typed).shown(&state, &seat, &[problem])
        }
        Err(error) => form(id, typed).shown(&state, &seat, &mendable(error)?),
    }
}

/// Takes that back.
pub(in crate::web) async fn be_two(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: MemberId = id_of(&id, "member")?;
    members::be_two(&state.ctx, seat.0.actor(), id).await?;
    Ok(see_other(&format!("{LIST}/{id}?done=two-people")))
}
