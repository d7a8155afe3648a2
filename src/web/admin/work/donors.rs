//! A donor in the hands of staff.

use super::{Act, mendable};
use crate::domain::account::{Profile, can_be_mailed, is_no_address};
use crate::domain::audit::Author;
use crate::domain::ids::{DonorId, NoteId};
use crate::render::admin_pages::{ActField, ActPage};
use crate::render::list_pages::name_text;
use crate::usecases::account::erase;
use crate::usecases::account::settings::Details;
use crate::usecases::desk::{donors, merge, notes};
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, packed, see_other};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

pub(super) fn back(id: DonorId, done: &str) -> HttpResponse {
    see_other(&format!("/admin/donors/{id}?done={done}"))
}

pub(super) fn donor_of(text: &str) -> Result<DonorId, WebError> {
    id_of(text, "donor")
}

/// Writes a note.
pub(in crate::web) async fn add_note(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let text = Fields::parse(&body)?.text("note");
    match notes::add(&state.ctx, Author::Staff(seat.0.member.id), id, &text).await {
        Ok(_) => Ok(back(id, "noted")),
        Err(error) => note_form(id, text).shown(&state, &seat, &mendable(error)?),
    }
}

fn note_form(id: DonorId, text: String) -> Act {
    let page = ActPage {
        back: format!("/admin/donors/{id}"),
        action: format!("/admin/donors/{id}/notes"),
        lead: "For the staff. Donors see it if they ask for their data.".to_owned(),
        fields: vec![ActField::area("note", "Note", text)],
        submit: "Write it down",
        ..ActPage::default()
    };
    Act { page, title: "Note", place: "/admin/donors" }
}

/// Removes a note.
pub(in crate::web) async fn remove_note(
    state: Data<AppState>,
    seat: Seat,
    path: Path<(String, String)>,
) -> Result<HttpResponse, WebError> {
    let (id, note) = path.into_inner();
    let (id, note): (DonorId, NoteId) = (donor_of(&id)?, id_of(&note, "note")?);
    notes::remove(&state.ctx, seat.0.actor(), id, note).await?;
    Ok(back(id, "saved"))
}

/// Gives a donor other tags.
pub(in crate::web) async fn set_tags(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let typed = Fields::parse(&body)?.text("tags");
    match notes::set_tags(&state.ctx, seat.0.actor(), id, &typed).await {
        Ok(_) => Ok(back(id, "saved")),
        Err(error) => {
            let page = ActPage {
                back: format!("/admin/donors/{id}"),
                action: format!("/admin/donors/{id}/tags"),
                fields: vec![ActField::text("tags", "Tags", typed).hinted("With commas between them.")],
                submit: "Save",
                ..ActPage::default()
            };
            let act = Act { page, title: "Tags", place: "/admin/donors" };
            act.shown(&state, &seat, &mendable(error)?)
        }
    }
}

/// The page on which a donor's details are corrected.
pub(in crate::web) async fn details(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let profile = erase::profile(&state.ctx, donor_of(&id)?).await?;
    let typed = Details {
        name: profile.name.clone().unwrap_or_default(),
        postal_address: profile.postal_address.clone().unwrap_or_default(),
        locale: profile.locale.clone().unwrap_or_default(),
    };
    details_form(&state, &profile, typed).shown(&state, &seat, &[])
}

fn offered(state: &AppState) -> Vec<String> {
    state.templates.words().offered().iter().map(|language| language.tag().to_owned()).collect()
}

fn details_form(state: &AppState, profile: &Profile, typed: Details) -> Act {
    let languages = offered(state).into_iter().map(|tag| (tag.clone(), tag)).collect();
    let page = ActPage {
        back: format!("/admin/donors/{}", profile.id),
        action: format!("/admin/donors/{}/details", profile.id),
        lead: format!(
            "{}. Receipts that were issued stay as they are. A donor with an address is told by a letter.",
            name_text(profile.email.as_str())
        ),
        fields: vec![
            ActField::text("name", "Name", typed.name),
            ActField::area("postal_address", "Postal address", typed.postal_address),
            ActField::choice("locale", "Language", typed.locale, languages),
        ],
        submit: "Save",
        ..ActPage::default()
    };
    Act { page, title: "Correct details", place: "/admin/donors" }
}

/// Corrects a donor's details.
pub(in crate::web) async fn correct(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let fields = Fields::parse(&body)?;
    let typed = Details {
        name: fields.text("name"),
        postal_address: fields.text("postal_address"),
        locale: fields.text("locale"),
    };
    match donors::correct(&state.ctx, seat.0.actor(), id, typed.clone(), offered(&state)).await {
        Ok(_) => Ok(back(id, "saved")),
        Err(error) => {
            let profile = erase::profile(&state.ctx, id).await?;
            details_form(&state, &profile, typed).shown(&state, &seat, &mendable(error)?)
        }
    }
}

/// The page on which a donor without an address is given one.
pub(in crate::web) async fn without_address(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let profile = erase::profile(&state.ctx, donor_of(&id)?).await?;
    if !is_no_address(profile.email.as_str()) {
        return Err(WebError::not_found("page"));
    }
    address_form(&profile, String::new()).shown(&state, &seat, &[])
}

fn address_form(profile: &Profile, typed: String) -> Act {
    let page = ActPage {
        back: format!("/admin/donors/{}", profile.id),
        action: format!("/admin/donors/{}/address", profile.id),
        lead: format!(
            "Letters to {} and later receipts go there, and whoever reads them can see their gifts: type it as they gave it \
             to you. A letter tells them. Receipts that were issued stay as they are.",
            profile.name.as_deref().unwrap_or("this donor")
        ),
        fields: vec![ActField::text("email", "E-mail address", typed).required()],
        submit: "Add it",
        ..ActPage::default()
    };
    Act { page, title: "Add an address", place: "/admin/donors" }
}

/// Gives a donor without an address one.
pub(in crate::web) async fn give_address(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let typed = Fields::parse(&body)?.text("email");
    match donors::give_address(&state.ctx, seat.0.actor(), id, &typed).await {
        Ok(()) => Ok(back(id, "saved")),
        Err(error) => {
            let profile = erase::profile(&state.ctx, id).await?;
            address_form(&profile, typed).shown(&state, &seat, &mendable(error)?)
        }
    }
}

/// The page on which a donor is found to be another one.
pub(in crate::web) async fn same(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    merge_form(&state, donor_of(&id)?, String::new()).await?.shown(&state, &seat, &[])
}

async fn merge_form(state: &AppState, id: DonorId, typed: String) -> Result<Act, WebError> {
    let profile = erase::profile(&state.ctx, id).await?;
    let others = merge::suggestions(&state.ctx, id).await?;
    // Whoever has no address is named by their id.
    let name = |other: &Profile| {
        let email = other.email.as_str();
        if can_be_mailed(email) { email.to_owned() } else { other.id.to_string() }
    };
    let known: Vec<String> = others.iter().map(name).collect();
    let same_name = if known.is_empty() {
        "Nobody else has the same name.".to_owned()
    } else {
        format!("The same name: {}.", known.join(", "))
    };
    let hint = format!("The other one's address, or the id in the address of their page. {same_name}");
    let page = ActPage {
        back: format!("/admin/donors/{id}"),
        action: format!("/admin/donors/{id}/merge"),
        lead: format!(
            "{} is found to be another donor: everything given and promised counts for that one, who signs in by \
             either address. It can be undone.",
            proof_of(&profile).1
        ),
        fields: vec![ActField::text("into", "Is the same as", typed).hinted(&hint).required()],
        submit: "Make one of them",
        ..ActPage::default()
    };
    Ok(Act { page, title: "Merge", place: "/admin/donors" })
}

/// Makes one donor of two.
pub(in crate::web) async fn make_one(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let typed = Fields::parse(&body)?.text("into");
    let merged = match merge::named(&state.ctx, &typed).await {
        Ok(into) => merge::merge(&state.ctx, seat.0.actor(), id, into).await.map(|_| into),
        Err(error) => Err(error),
    };
    match merged {
        Ok(into) => Ok(back(into, "merged")),
        Err(UseCaseError::NotFound(_)) => {
            let message = "There is no such donor.".to_owned();
            let problem = FieldError { field: "into", code: "no_donor", message };
            merge_form(&state, id, typed).await?.shown(&state, &seat, &[problem])
        }
        Err(error) => merge_form(&state, id, typed).await?.shown(&state, &seat, &mendable(error)?),
    }
}

/// Makes two donors of one again.
pub(in crate::web) async fn make_two(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    merge::unmerge(&state.ctx, seat.0.actor(), id).await?;
    Ok(back(id, "unmerged"))
}

/// Hands everything out that is on record about a donor. By POST: it is written down.
pub(in crate::web) async fn hand_out(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let tables = donors::hand_out(&state.ctx, seat.0.actor(), id).await?;
    packed(&format!("{id}.zip"), tables).await
}

/// The page before a donor is forgotten.
pub(in crate::web) async fn last_word(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    forget_form(&erase::profile(&state.ctx, donor_of(&id)?).await?).shown(&state, &seat, &[])
}

/// What is typed to show that the right donor is meant: who has no address has a name.
fn proof_of(profile: &Profile) -> (&'static str, &str) {
    if can_be_mailed(profile.email.as_str()) {
        ("Type their address", profile.email.as_str())
    } else {
        ("Type their name", profile.name.as_deref().unwrap_or(profile.email.as_str()))
    }
}

fn forget_form(profile: &Profile) -> Act {
    let (label, shown) = proof_of(profile);
    let page = ActPage {
        back: format!("/admin/donors/{}", profile.id),
        action: format!("/admin/donors/{}/erase", profile.id),
        lead: format!(
            "What runs is ended, and {shown} is forgotten. Amounts, days and receipts stay for as long as the law wants \
             them. This cannot be undone."
        ),
        fields: vec![ActField::text("confirm", label, String::new()).required()],
        submit: "Forget this donor",
        ..ActPage::default()
    };
    Act { page, title: "Forget a donor", place: "/admin/donors" }
}

/// Forgets a donor.
pub(in crate::web) async fn forget(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let profile = erase::profile(&state.ctx, id).await?;
    if !Fields::parse(&body)?.text("confirm").trim().eq_ignore_ascii_case(proof_of(&profile).1) {
        let message = "This is not what this donor is called here.".to_owned();
        let problem = FieldError { field: "confirm", code: "other_address", message };
        return forget_form(&profile).shown(&state, &seat, &[problem]);
    }
    match donors::forget(&state.ctx, seat.0.actor(), id).await {
        Ok(()) => Ok(back(id, "erased")),
        Err(error) => forget_form(&profile).shown(&state, &seat, &mendable(error)?),
    }
}
