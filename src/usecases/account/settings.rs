//! Name, postal address, language, and whether a pledge shows the name. Nothing else of a pledge changes here.

use super::changes;
use crate::domain::account::{ADDRESS_CHARACTERS_MAX, ChangeDetail, ChangeKind, Profile};
use crate::domain::audit::{Action, Actor};
use crate::domain::donor::{PersonName, TooLong, clean_text};
use crate::domain::ids::{DonorId, PledgeId};
use crate::domain::pledge::Visibility;
use crate::store::{accounts, campaigns, pledges, wall};
use crate::usecases::{Context, FieldError, UseCaseError, audit};
use serde_json::json;

/// What a donor typed about themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Their name.
    pub name: String,
    /// Their postal address, in lines.
    pub postal_address: String,
    /// Their language: one that is offered.
    pub locale: String,
}

/// Takes over what a donor typed; says whether anything changed. A letter confirms what did.
pub async fn save(
    ctx: &Context,
    donor: DonorId,
    typed: Details,
    offered: Vec<String>,
) -> Result<bool, UseCaseError> {
    save_by(ctx, None, donor, (typed, offered)).await
}

/// The same, by the donor or by somebody of the staff, who is written down.
pub(in crate::usecases) async fn save_by(
    ctx: &Context,
    staff: Option<Actor>,
    donor: DonorId,
    (typed, offered): (Details, Vec<String>),
) -> Result<bool, UseCaseError> {
    let checked = check(&typed, &offered)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let before = accounts::get(tx, donor)?;
            let (name, postal_address, locale) = checked;
            let locale = locale.or_else(|| before.locale.clone());
            let after = Profile { name, locale, postal_address, ..before.clone() };
            let changed = [
                ("name", before.name != after.name),
                ("postal_address", before.postal_address != after.postal_address),
                ("locale", before.locale != after.locale),
            ];
            let fields: Vec<String> =
                changed.iter().filter(|(_, is)| *is).map(|(name, _)| (*name).to_owned()).collect();
            if fields.is_empty() {
                return Ok(false);
            }
            accounts::set_details(tx, &after, inner.now())?;
            if let Some(by) = staff {
                let done = (by, Action::DonorChanged);
                audit::record(tx, &inner, done, &donor, &json!({ "fields": fields }))?;
            }
            let detail = ChangeDetail { fields, ..ChangeDetail::default() };
            changes::record(tx, &inner, donor, ChangeKind::Details, detail)?;
            Ok(true)
        })
        .await
}

type Checked = (Option<String>, Option<String>, Option<String>);

fn check(typed: &Details, offered: &[String]) -> Result<Checked, UseCaseError> {
    let mut problems = Vec::new();
    let mut wrong = |field, code, message: String| problems.push(FieldError { field, code, message });
    let mut kept = |field, result: Result<Option<String>, TooLong>| match result {
        Ok(text) => text,
        Err(error) => {
            wrong(field, "too_long", error.to_string());
            None
        }
    };
    let name = PersonName::parse(&typed.name).map(|name| name.map(|name| name.as_str().to_owned()));
    let name = kept("name", name);
    let postal_address = kept("postal_address", clean_text(&typed.postal_address, ADDRESS_CHARACTERS_MAX));
    let locale = Some(typed.locale.trim().to_owned()).filter(|locale| !locale.is_empty());
    if locale.as_ref().is_some_and(|locale| !offered.contains(locale)) {
        wrong("locale", "unknown_language", "please choose one of the languages offered".to_owned());
    }
    if problems.is_empty() {
        Ok((name, postal_address, locale))
    } else {
        Err(UseCaseError::Invalid(problems))
    }
}

/// Shows or hides the name of one pledge, and of all that comes of it. Hidden, it also goes from the page of its campaign,
/// and comes back there no more: only the form for gifts asks for that. Says whether anything changed.
///
/// # Errors
/// `NotFound` for a pledge of somebody else, as for none.
pub async fn set_visibility(
    ctx: &Context,
    donor: DonorId,
    id: PledgeId,
    visibility: Visibility,
) -> Result<bool, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let found = pledges::find(tx, id)?.filter(|pledge| pledge.donor == Some(donor));
            if found.is_none() {
                return Err(UseCaseError::NotFound("pledge"));
            }
            let pledge = pledges::lock(tx, id)?;
            if pledge.terms.visibility == visibility {
                return Ok(false);
            }
            pledges::set_visibility(tx, id, visibility, inner.now())?;
            if visibility == Visibility::Hidden {
                wall::remove(tx, &[id.to_string()])?;
            }
            let word = match visibility {
                Visibility::Named => "named",
                Visibility::Hidden => "hidden",
            };
            let detail = ChangeDetail {
                campaign: Some(campaigns::get(tx, pledge.terms.campaign)?.title),
                visibility: Some(word.to_owned()),
                ..ChangeDetail::default()
            };
            changes::record(tx, &inner, donor, ChangeKind::Visibility, detail)?;
            Ok(true)
        })
        .await
}
