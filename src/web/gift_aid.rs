//! The form of a Gift Aid declaration, for the donor's own pages and for the page of one gift. What the donor agrees to is
//! English, as the law is; everything else is in their language.

use super::account::{about, faults};
use super::form::Fields;
use super::state::AppState;
use crate::domain::gift_aid::{Charity, Covered, Declaration, DeclaredBy, PROMISE, Taxpayer};
use crate::domain::ids::PledgeId;
use crate::render::gift_aid_pages::{DeclarationShown, GiftAidPage};
use crate::render::pages::Choice;
use crate::usecases::FieldError;
use crate::usecases::gift_aid::Declared;
use crate::words::Language;

/// Where a form stands, and what can be chosen there.
pub(super) struct Place<'a> {
    pub(super) action: String,
    pub(super) back: String,
    pub(super) offered: &'a [Covered],
    /// The name on record, to begin with.
    pub(super) name: Option<&'a str>,
    pub(super) charity: &'a Charity,
}

/// Who declares, as typed.
pub(super) fn taxpayer(fields: &Fields) -> Taxpayer {
    Taxpayer {
        title: fields.text("title"),
        first_name: fields.text("first_name"),
        last_name: fields.text("last_name"),
        house: fields.text("house"),
        postcode: fields.text("postcode"),
    }
}

/// The first names and the last name in a name on record, to begin with.
pub(super) fn first_and_last(name: Option<&str>) -> (&str, &str) {
    let name = name.map(str::trim).unwrap_or_default();
    name.rsplit_once(' ').unwrap_or(("", name))
}

/// What was typed.
pub(super) fn typed(state: &AppState, fields: &Fields, gift: Option<PledgeId>) -> Declared {
    Declared {
        taxpayer: taxpayer(fields),
        // A choice that is not offered names a gift that is not there, and is refused as such.
        covered: Covered::parse(fields.text("covered").trim()).unwrap_or(Covered::This),
        gift,
        way: DeclaredBy::Online,
        on: state.ctx.day_of(state.ctx.now()),
        agreed: fields.ticked("agreed"),
    }
}

/// The page with what was typed, or with the name on record.
pub(super) fn page(
    state: &AppState,
    language: &Language,
    place: Place<'_>,
    fields: Option<&Fields>,
    problems: &[FieldError],
) -> GiftAidPage {
    let (first, last) = first_and_last(place.name);
    let text = |name: &str, known: &str| {
        fields.and_then(|fields| fields.given(name)).unwrap_or_else(|| known.to_owned())
    };
    let first_offered = place.offered.first().map_or("", |covered| covered.as_str());
    let chosen = text("covered", first_offered);
    let is_english = language.tag().split('-').next() == Some("en");
    let choice = |covered: &Covered| Choice {
        value: covered.as_str().to_owned(),
        label: language.text(&format!("gift-aid-covers-{}", covered.as_str().replace('_', "-")), &[]),
        hint: (!is_english).then(|| covered.sentence().to_owned()),
        selected: covered.as_str() == chosen,
    };
    GiftAidPage {
        covers: place.offered.iter().map(choice).collect(),
        promise: format!(
            "I want {} to treat the gifts chosen above as Gift Aid donations. {PROMISE}",
            place.charity.name
        ),
        action: place.action,
        end_action: None,
        back: place.back,
        declared_now: false,
        declarations: Vec::new(),
        title: text("title", ""),
        first_name: text("first_name", first),
        last_name: text("last_name", last),
        house: text("house", ""),
        postcode: text("postcode", ""),
        agreed: fields.is_some_and(|fields| fields.ticked("agreed")),
        faults: faults(problems, &about(state, language, "")),
    }
}

/// How a declaration on record is shown; its words only where it is known who looks.
pub(super) fn shown(
    state: &AppState,
    language: &Language,
    declaration: &Declaration,
    with_words: bool,
) -> DeclarationShown {
    DeclarationShown {
        date_text: language.date(state.ctx.day_of(declaration.declared_at)),
        wording: declaration.wording.lines().filter(|_| with_words).map(str::to_owned).collect(),
        ended_text: declaration.ended_on.map(|day| language.date(day)),
    }
}
