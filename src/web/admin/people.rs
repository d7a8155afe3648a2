//! Who belongs to the staff.

use super::door::Seat;
use super::reply::{Desk, done, faults};
use crate::domain::access::Role;
use crate::domain::ids::StaffId;
use crate::domain::staff::{Member, StaffStatus};
use crate::render::admin_pages::{LinkShown, MemberPage, MemberShown, PeoplePage};
use crate::usecases::staff::members::{self, Anew};
use crate::usecases::staff::{sessions, setup};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other};
use crate::web::state::AppState;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};

pub(in crate::web) async fn list(state: Data<AppState>, seat: Seat) -> Result<HttpResponse, WebError> {
    page(&state, &seat, StatusCode::OK, String::new(), &[]).await
}

async fn page(
    state: &AppState,
    seat: &Seat,
    status: StatusCode,
    email: String,
    problems: &[FieldError],
) -> Result<HttpResponse, WebError> {
    let all = members::list(&state.ctx).await?;
    let shown = PeoplePage {
        members: all.iter().map(|member| shown(member, seat)).collect(),
        roles: Role::ALL.iter().map(|role| role.as_str()).collect(),
        email,
        faults: faults(problems),
    };
    Desk::of(state, &seat.0).answer(status, ("admin/people.html", "Staff", "/admin/staff"), None, shown)
}

fn shown(member: &Member, seat: &Seat) -> MemberShown {
    MemberShown {
        id: member.id.to_string(),
        email: member.email.as_str().to_owned(),
        name: member.name.clone(),
        role: member.role.as_str(),
        status: member.status.as_str(),
        is_self: member.id == seat.0.member.id,
    }
}

/// Asks somebody to join. The link is shown once, to be handed over as the owner likes.
pub(in crate::web) async fn invite(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let role = role_of(&fields)?;
    match members::invite(&state.ctx, seat.0.actor(), &fields.text("email"), role).await {
        Ok((member, link)) => link_page(&state, &seat, &member, &setup::url(&state.ctx, &link)),
        Err(UseCaseError::Invalid(problems)) => {
            page(&state, &seat, StatusCode::UNPROCESSABLE_ENTITY, fields.text("email"), &problems).await
        }
        Err(error) => Err(error.into()),
    }
}

fn role_of(fields: &Fields) -> Result<Role, WebError> {
    Role::parse(&fields.text("role"))
        .ok_or_else(|| WebError::bad_request("unknown_role", "There is no such role."))
}

fn link_page(state: &AppState, seat: &Seat, member: &Member, url: &str) -> Result<HttpResponse, WebError> {
    let shown = LinkShown { member: shown(member, seat), url: url.to_owned() };
    Desk::of(state, &seat.0).page(("admin/link.html", "One-time link", "/admin/staff"), None, shown)
}

pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let member = members::get(&state.ctx, member_of(&id)?).await?;
    let open = sessions::list(&state.ctx, member.id).await?;
    let shown = MemberPage {
        member: shown(&member, &seat),
        roles: Role::ALL.iter().map(|role| role.as_str()).collect(),
        signed_in: open.len(),
    };
    let title = member.name.clone();
    let place = ("admin/member.html", title.as_str(), "/admin/staff");
    Desk::of(&state, &seat.0).page(place, done(request.query_string()), shown)
}

fn member_of(text: &str) -> Result<StaffId, WebError> {
    id_of(text, "member of staff")
}

/// Gives somebody another role.
pub(in crate::web) async fn set_role(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let role = role_of(&Fields::parse(&body)?)?;
    let member = members::set_role(&state.ctx, seat.0.actor(), member_of(&id)?, role).await?;
    Ok(see_other(&format!("/admin/staff/{}?done=role", member.id)))
}

/// Lets somebody sign in, or no more.
pub(in crate::web) async fn set_status(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (id, by) = (member_of(&id)?, seat.0.actor());
    let wanted = StaffStatus::parse(&Fields::parse(&body)?.text("status"));
    match wanted {
        Some(StaffStatus::Disabled) => {
            members::disable(&state.ctx, by, id).await?;
            Ok(see_other(&format!("/admin/staff/{id}?done=disabled")))
        }
        Some(StaffStatus::Active) => {
            members::enable(&state.ctx, by, id).await?;
            Ok(see_other(&format!("/admin/staff/{id}?done=enabled")))
        }
        Some(StaffStatus::Invited) | None => {
            Err(WebError::bad_request("unknown_status", "There is no such status."))
        }
    }
}

/// Makes a new link for somebody who forgot their password. Their second factor stays.
pub(in crate::web) async fn reset(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let member = members::get(&state.ctx, member_of(&id)?).await?;
    let (member, link) =
        members::reset(&state.ctx, seat.0.actor(), member.email.as_str(), Anew::Password).await?;
    link_page(&state, &seat, &member, &setup::url(&state.ctx, &link))
}

/// Signs somebody out everywhere.
pub(in crate::web) async fn sign_out(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = member_of(&id)?;
    let but = (id == seat.0.member.id).then_some(seat.0.session.id);
    sessions::end_all(&state.ctx, seat.0.actor(), id, but).await?;
    Ok(see_other(&format!("/admin/staff/{id}?done=signed-out")))
}
