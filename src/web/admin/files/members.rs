//! A member at a platform elsewhere.

use super::parts::{fact, money_cell, word_cell};
use super::{Looker, linked};
use crate::domain::access::Permission as May;
use crate::domain::ids::MemberId;
use crate::domain::list::Shape;
use crate::render::list_pages::{ActionShown, Cells, FactShown, FilePage, name_text};
use crate::usecases::members::{self, MemberFile};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

const LIST: &str = "/admin/external-members";

/// A member.
pub(in crate::web::admin) async fn member(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: MemberId = id_of(&id, "member")?;
    let file = members::file(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let news = &file.member.news;
    let mut actions = Vec::new();
    if looker.may(May::ChangeSupport) && file.member.forgotten_at.is_none() {
        actions.push(match &file.donor {
            None => ActionShown::link("It is a donor", format!("{LIST}/{id}/donor")),
            Some(_) => ActionShown::button("It is another person", format!("{LIST}/{id}/apart")),
        });
    }
    let page = FilePage {
        list_label: "Members elsewhere",
        list_url: LIST.to_owned(),
        heading: news.name.as_deref().map_or_else(|| "A member without a name".to_owned(), name_text),
        standfirst: format!("at {}", file.member.platform.label()),
        status: news.state.as_str().to_owned(),
        actions,
        facts: facts(looker.cells(), &file, members::move_link(&state.ctx, id)?),
        ..FilePage::default()
    };
    looker.page(LIST, page)
}

fn facts(cells: Cells, file: &MemberFile, move_link: String) -> Vec<FactShown> {
    let news = &file.member.news;
    let text = |text: Option<String>| cells.cell("", Shape::Text, text);
    let code = |text: Option<String>| cells.cell("", Shape::Code, text);
    let mut facts = Vec::new();
    facts.extend(news.email.as_ref().map(|email| fact("E-mail", text(Some(name_text(email.as_str()))))));
    if news.is_email_verified {
        facts.push(fact("Confirmed there", text(Some("yes".to_owned()))));
    }
    for (label, donor) in [("Is the donor", &file.donor), ("Has the address of", &file.proposed)] {
        facts.extend(donor.as_ref().map(|donor| {
            let name = name_text(donor.name.as_deref().unwrap_or(donor.email.as_str()));
            fact(label, linked(text(Some(name)), format!("/admin/donors/{}", donor.id)))
        }));
    }
    facts.push(fact("Entitled to", money_cell(news.entitled)));
    facts.push(fact("Months between charges", cells.cell("", Shape::Count, Some(news.months.to_string()))));
    facts.extend(file.level.as_ref().map(|level| fact("Level", text(Some(level.title.clone())))));
    facts.push(fact("Ever paid there", money_cell(news.lifetime)));
    facts.extend(news.joined_at.map(|at| fact("Since", cells.time_cell("", at))));
    facts.extend(news.charged_at.map(|at| fact("Last charge", cells.time_cell("", at))));
    facts.extend(news.charge.as_ref().map(|charge| fact("What came of it", text(Some(charge.clone())))));
    facts.extend(news.next_charge_at.map(|at| fact("Next charge", cells.time_cell("", at))));
    if file.member.forgotten_at.is_none() {
        facts.push(fact("Link to go on here", code(Some(move_link))));
    }
    facts.push(fact("Told by", word_cell(cells, file.member.source.as_str())));
    facts.push(fact("As of", cells.time_cell("", file.member.as_of)));
    let person = news.person.as_ref().map(|id| id.as_str().to_owned());
    facts.push(fact("Person there", code(person)));
    facts.push(fact("Id", code(Some(file.member.id.to_string()))));
    facts
}
