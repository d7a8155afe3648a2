//! Declarations of Gift Aid that a donor gave on paper or by word of mouth.

use super::donors::{back, donor_of};
use super::{Act, mendable, wrong};
use crate::domain::account::Profile;
use crate::domain::gift_aid::{Covered, DeclaredBy, PROMISE};
use crate::render::admin_pages::{ActField, ActPage};
use crate::usecases::UseCaseError;
use crate::usecases::account::erase;
use crate::usecases::gift_aid::{self, Declared};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::gift_aid::{first_and_last, taxpayer};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Path};

/// The page on which a declaration is written down.
pub(in crate::web) async fn begin(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let profile = erase::profile(&state.ctx, donor_of(&id)?).await?;
    form(&state, &profile, &Fields::parse(b"")?)?.shown(&state, &seat, &[])
}

fn form(state: &AppState, profile: &Profile, typed: &Fields) -> Result<Act, WebError> {
    let charity = gift_aid::charity(&state.ctx)?;
    let (first, last) = first_and_last(profile.name.as_deref());
    let text = |name: &str, known: &str| typed.given(name).unwrap_or_else(|| known.to_owned());
    let today = state.ctx.day_of(state.ctx.now()).to_string();
    let choice = |value: &str, words: &str| (value.to_owned(), words.to_owned());
    let ways = vec![choice("written", "In writing"), choice("oral", "By word of mouth")];
    let covers = vec![
        choice(Covered::FourYears.as_str(), "Gifts from that day on, and of four years before"),
        choice(Covered::Future.as_str(), "Gifts from that day on"),
    ];
    let agreed = vec![choice("", "Not yet"), choice("yes", "Yes, in these words or words that say the same")];
    let page = ActPage {
        back: format!("/admin/donors/{}", profile.id),
        action: format!("/admin/donors/{}/gift-aid", profile.id),
        lead: format!(
            "What the donor declared: “I want {} to treat my gifts as Gift Aid donations. {PROMISE}” Keep the paper. \
             Whoever declares by word of mouth must be sent a record of it and can take it back within 30 days.",
            charity.name
        ),
        fields: vec![
            ActField::text("title", "Title", text("title", "")),
            ActField::text("first_name", "First name", text("first_name", first)).required(),
            ActField::text("last_name", "Last name", text("last_name", last)).required(),
            ActField::text("house", "House name or number, and street", text("house", "")).required(),
            ActField::text("postcode", "Postcode", text("postcode", ""))
                .hinted("Empty for a home outside the United Kingdom."),
            ActField::choice("covered", "It covers", text("covered", "four_years"), covers),
            ActField::choice("way", "Given", text("way", "written"), ways),
            ActField::date("declared_on", "On", text("declared_on", &today)).required(),
            ActField::choice("agreed", "The donor agreed", text("agreed", ""), agreed),
        ],
        submit: "Write it down",
        ..ActPage::default()
    };
    Ok(Act { page, title: "Gift Aid", place: "/admin/donors" })
}

/// Writes down what a donor declared.
pub(in crate::web) async fn declare(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    let typed = Fields::parse(&body)?;
    let problems = match declared(&typed) {
        Ok(declared) => match gift_aid::declare(&state.ctx, Some(seat.0.actor()), id, declared).await {
            Ok(()) => return Ok(back(id, "declared")),
            Err(UseCaseError::Invalid(mut problems)) => {
                for problem in problems.iter_mut().filter(|problem| problem.code == "gift_aid") {
                    problem.message = format!("“{}” {}", spoken(problem.field), problem.message);
                }
                problems
            }
            Err(error) => mendable(error)?,
        },
        Err(problem) => vec![problem],
    };
    let profile = erase::profile(&state.ctx, id).await?;
    form(&state, &profile, &typed)?.shown(&state, &seat, &problems)
}

/// What the field is called on the page.
fn spoken(field: &str) -> String {
    field.replace('_', " ")
}

fn declared(typed: &Fields) -> Result<Declared, crate::usecases::FieldError> {
    let on = typed.text("declared_on").trim().parse();
    Ok(Declared {
        taxpayer: taxpayer(typed),
        covered: Covered::parse(&typed.text("covered"))
            .filter(|covered| !covered.names_a_gift())
            .ok_or_else(|| wrong("covered", "Choose which gifts it covers.".to_owned()))?,
        gift: None,
        way: DeclaredBy::parse(&typed.text("way"))
            .filter(|way| *way != DeclaredBy::Online)
            .ok_or_else(|| wrong("way", "Choose how it was given.".to_owned()))?,
        on: on.map_err(|_no_day| wrong("declared_on", "Write a day, such as 2027-03-01.".to_owned()))?,
        agreed: typed.ticked("agreed"),
    })
}

/// Ends what a donor declared, when they say so.
pub(in crate::web) async fn end(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id = donor_of(&id)?;
    gift_aid::end(&state.ctx, Some(seat.0.actor()), id).await?;
    Ok(back(id, "gift-aid-ended"))
}
