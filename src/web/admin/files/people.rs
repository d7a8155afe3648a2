//! Pledges and donors.

use super::parts::{bodies, fact, giver, moments, money_cell, name_of, table, word_cell};
use super::{Looker, linked};
use crate::domain::access::Permission as May;
use crate::domain::account::can_be_mailed;
use crate::domain::donation::Donation;
use crate::domain::gift_aid::Declaration;
use crate::domain::ids::{DonorId, PledgeId};
use crate::domain::list::Shape;
use crate::domain::member::Member;
use crate::domain::pledge::Pledge;
use crate::domain::subscription::Subscription;
use crate::domain::wall::Moderation;
use crate::render::list_pages::{
    ActionShown, BodyShown, CellShown, Cells, FactShown, FilePage, NoteShown, PersonShown, RowShown,
    TableShown, name_text,
};
use crate::store::donor_letters::DonorLetter;
use crate::usecases::account::statements;
use crate::usecases::desk::files::{self, DonorFile, PledgeFile};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// A promise.
pub(in crate::web::admin) async fn pledge(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: PledgeId = id_of(&id, "pledge")?;
    let file = files::pledge(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let (pledge, cells) = (&file.pledge, looker.cells());
    let in_force = file.subscription.as_ref().is_some_and(|known| known.news.state.is_in_force());
    let mut actions = Vec::new();
    if in_force && looker.may(May::ChangeSupport) {
        actions.push(ActionShown::link("Change, pause or end it", format!("/admin/pledges/{id}/order")));
    }
    if let Some(named) = file.named.as_ref().filter(|_| looker.may(May::ChangeSupport)) {
        actions.push(match named.moderation {
            Moderation::Left => {
                ActionShown::button("Hide the name", format!("/admin/pledges/{id}/wall/hide"))
            }
            Moderation::Hidden(_) => {
                ActionShown::button("Show the name again", format!("/admin/pledges/{id}/wall/show"))
            }
        });
    }
    let tables = gifts_table(cells, &file.donations)
        .map(|table| TableShown {
            more_url: file.more.then(|| format!("/admin/donations?pledge={id}")),
            ..table
        })
        .into_iter()
        .collect();
    let page = FilePage {
        list_label: "Pledges",
        list_url: "/admin/pledges".to_owned(),
        heading: if pledge.terms.frequency.is_recurring() {
            format!("{} {}", pledge.terms.amount.text(), pledge.terms.frequency)
        } else {
            pledge.terms.amount.text()
        },
        standfirst: format!("from {}", name_of(pledge, file.donor.as_ref())),
        status: pledge.status.as_str().to_owned(),
        actions,
        facts: pledge_facts(cells, &file),
        tables,
        moments: moments(&looker, &file.moments),
        bodies: if looker.may(May::SeeOperations) { bodies(cells, &file.events) } else { Vec::new() },
        ..FilePage::default()
    };
    looker.page("/admin/pledges", page)
}

fn pledge_facts(cells: Cells, file: &PledgeFile) -> Vec<FactShown> {
    let terms = &file.pledge.terms;
    let text = |text: Option<String>| cells.cell("", Shape::Text, text);
    let mut facts = giver(cells, &file.pledge, file.donor.as_ref());
    facts.push(fact("Campaign", text(Some(file.campaign.title.clone()))));
    facts.extend(file.tier.as_ref().map(|tier| fact("Tier", text(Some(tier.name.clone())))));
    facts.push(fact("Gateway", word_cell(cells, terms.gateway.as_str())));
    if let Some(reference) = &file.pledge.reference {
        facts.push(fact("Reference", cells.cell("", Shape::Code, Some(reference.to_string()))));
    }
    if terms.fee_cover.is_positive() {
        facts.push(fact("Of it for fees", money_cell(terms.fee_cover)));
    }
    if let Some(article) = &terms.source.article {
        facts.push(fact("Article", text(Some(article.as_str().to_owned()))));
    }
    if let Some(appeal) = &terms.source.appeal {
        facts.push(fact("Appeal", text(Some(appeal.to_string()))));
    }
    if let Some(message) = &terms.message {
        facts.push(fact("Message", text(Some(message.clone()))));
    }
    if let Some(tribute) = &terms.tribute {
        facts.push(fact(
            "Given",
            text(Some(format!("{} {}", tribute.kind.as_str().replace('_', " "), tribute.name.as_str()))),
        ));
    }
    if let Some(named) = &file.named {
        facts.push(fact("Asked to be named as", text(Some(named.name.as_str().to_owned()))));
        let standing = match (named.moderation, named.is_shown()) {
            (Moderation::Hidden(_), _) => "hidden by the staff",
            (Moderation::Left, true) => "shown on the page of the campaign",
            (Moderation::Left, false) => "not shown: there is no money of theirs",
        };
        facts.push(fact("The name is", text(Some(standing.to_owned()))));
    }
    facts.extend(file.subscription.iter().flat_map(|known| subscription_facts(cells, known)));
    let other = |id: &PledgeId| {
        linked(cells.cell("", Shape::Code, Some(id.to_string())), format!("/admin/pledges/{id}"))
    };
    facts.extend(file.predecessor.iter().map(|id| fact("In place of", other(id))));
    facts.extend(file.successors.iter().map(|id| fact("Goes on as", other(id))));
    facts.push(fact("Made", cells.time_cell("", file.pledge.created_at)));
    facts.push(fact("Id", cells.cell("", Shape::Code, Some(file.pledge.id.to_string()))));
    facts
}

fn subscription_facts(cells: Cells, known: &Subscription) -> Vec<FactShown> {
    let news = &known.news;
    let mut facts = vec![fact("Each period now", money_cell(news.amount))];
    facts.extend(known.started_at.map(|at| fact("Patron since", cells.time_cell("", at))));
    facts.extend(news.period.as_ref().map(|period| fact("Paid until", cells.time_cell("", period.until))));
    facts.extend(news.ends_at.map(|at| fact("Ends", cells.time_cell("", at))));
    facts.push(fact("Gateway’s id", cells.cell("", Shape::Code, Some(news.remote.as_str().to_owned()))));
    facts
}

fn gifts_table(cells: Cells, gifts: &[Donation]) -> Option<TableShown> {
    let row = |donation: &Donation| {
        let money = donation.payment.money();
        let when = cells.time_cell("Received", money.map_or(donation.created_at, |money| money.at));
        RowShown {
            cells: vec![
                linked(when, format!("/admin/donations/{}", donation.id)),
                money.map_or_else(CellShown::default, |money| CellShown {
                    label: "Amount",
                    ..money_cell(money.gross)
                }),
                cells.cell("Status", Shape::Word, Some(donation.payment.status().as_str().to_owned())),
            ],
        }
    };
    table("gifts", "Payments", &["Received", "Amount", "Status"], gifts.iter().map(row).collect())
}

/// A donor.
pub(in crate::web::admin) async fn donor(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: DonorId = id_of(&id, "donor")?;
    let file = files::donor(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let cells = looker.cells();
    let profile = &file.profile;
    let is_forgotten = profile.erased_at.is_some();
    let may_change = looker.may(May::ChangeSupport) && !is_forgotten;
    let years = if is_forgotten { Vec::new() } else { statements::years(&state.ctx, id).await? };
    let totals: Vec<String> = file
        .given
        .iter()
        .map(|given| {
            format!(
                "{} in {} {}",
                given.gross.text(),
                given.gifts,
                if given.gifts == 1 { "gift" } else { "gifts" }
            )
        })
        .collect();
    let page = FilePage {
        list_label: "Donors",
        list_url: "/admin/donors".to_owned(),
        heading: name_text(profile.name.as_deref().unwrap_or(profile.email.as_str())),
        standfirst: totals.join(", "),
        actions: donor_actions(&looker, &file),
        facts: donor_facts(cells, &file),
        tables: donor_tables(cells, &file, &years),
        moments: moments(&looker, &file.moments),
        person: Some(PersonShown {
            id: id.to_string(),
            may_change,
            tags: file.tags.join(", "),
            notes: file
                .notes
                .iter()
                .map(|(note, by)| NoteShown {
                    id: note.id.to_string(),
                    by: by.clone(),
                    when: cells.day_text(note.created_at),
                    text: note.text.clone(),
                })
                .collect(),
        }),
        ..FilePage::default()
    };
    looker.page("/admin/donors", page)
}

/// A letter that staff wrote.
pub(in crate::web::admin) fn letter(
    state: &AppState,
    seat: &Seat,
    letter: &DonorLetter,
    by: &str,
) -> Result<HttpResponse, WebError> {
    let looker = Looker { state, seat, query: "" };
    let cells = looker.cells();
    let donor = linked(
        cells.cell("", Shape::Code, Some(letter.donor.to_string())),
        format!("/admin/donors/{}", letter.donor),
    );
    let mut facts = vec![
        fact("To", donor),
        fact("By", cells.cell("", Shape::Text, Some(by.to_owned()))),
        fact("Written", cells.time_cell("", letter.written_at)),
    ];
    facts.extend(letter.sent_at.map(|at| fact("Sent", cells.time_cell("", at))));
    let page = FilePage {
        list_label: "Donors",
        list_url: "/admin/donors".to_owned(),
        heading: letter.subject.clone(),
        status: if letter.sent_at.is_some() { "sent" } else { "waiting" }.to_owned(),
        facts,
        bodies: vec![BodyShown {
            title: "Text".to_owned(),
            when: cells.time_text(letter.written_at),
            url: None,
            text: letter.body.clone(),
        }],
        ..FilePage::default()
    };
    looker.page("/admin/donors", page)
}

fn donor_actions(looker: &Looker<'_>, file: &DonorFile) -> Vec<ActionShown> {
    let id = file.profile.id;
    let mut actions = Vec::new();
    if file.profile.erased_at.is_some() {
        return actions;
    }
    if looker.may(May::ChangeSupport) {
        if file.merged_into.is_some() {
            actions
                .push(ActionShown::button("Make two of them again", format!("/admin/donors/{id}/unmerge")));
        } else {
            actions.push(ActionShown::link("Record a gift", format!("/admin/gifts/new?donor={id}")));
            if can_be_mailed(file.profile.email.as_str()) {
                actions.push(ActionShown::link("Write a letter", format!("/admin/donors/{id}/letter")));
            } else {
                actions.push(ActionShown::link("Add an address", format!("/admin/donors/{id}/address")));
            }
            actions.push(ActionShown::link("Correct details", format!("/admin/donors/{id}/details")));
            actions.extend(gift_aid_actions(looker, file));
            actions.push(ActionShown::link("Same as another donor", format!("/admin/donors/{id}/merge")));
        }
    }
    if looker.may(May::ExportSupport) {
        actions.push(ActionShown::button("Their data", format!("/admin/donors/{id}/export")));
    }
    if looker.may(May::EraseDonors) && file.merged_into.is_none() {
        actions.push(ActionShown::link("Forget them", format!("/admin/donors/{id}/erase")));
    }
    actions
}

fn donor_facts(cells: Cells, file: &DonorFile) -> Vec<FactShown> {
    let profile = &file.profile;
    let text = |text: Option<String>| cells.cell("", Shape::Text, text);
    let person = |id: DonorId, name: String| linked(text(Some(name)), format!("/admin/donors/{id}"));
    let mut facts = vec![fact("E-mail", text(Some(name_text(profile.email.as_str()))))];
    facts.extend(profile.postal_address.clone().map(|address| fact("Postal address", text(Some(address)))));
    facts.extend(profile.locale.clone().map(|locale| fact("Language", text(Some(locale)))));
    for given in &file.given {
        facts.push(fact("Given", money_cell(given.gross)));
        if given.back.is_positive() {
            facts.push(fact("Went back", money_cell(given.back)));
        }
    }
    facts.extend(file.merged_into.map(|other| fact("Is the same as", person(other, other.to_string()))));
    for (other, email) in &file.merged_from {
        facts.push(fact("Also known as", person(*other, name_text(email.as_str()))));
    }
    for other in &file.namesakes {
        facts.push(fact("Same name", person(other.id, name_text(other.email.as_str()))));
    }
    // Of a forgotten donor only the law still wants to know what they declared.
    let declared = file.declarations.iter().filter(|_| profile.erased_at.is_none());
    facts.extend(declared.map(|found| fact("Gift Aid", text(Some(declared_text(found))))));
    facts.push(fact("Since", cells.time_cell("", profile.created_at)));
    facts.push(fact("Id", cells.cell("", Shape::Code, Some(profile.id.to_string()))));
    facts
}

fn gift_aid_actions(looker: &Looker<'_>, file: &DonorFile) -> Vec<ActionShown> {
    let id = file.profile.id;
    if looker.state.ctx.policy.gift_aid.is_none() {
        return Vec::new();
    }
    let mut actions = vec![ActionShown::link("Gift Aid", format!("/admin/donors/{id}/gift-aid"))];
    if file.declarations.iter().any(Declaration::is_in_force) {
        actions.push(ActionShown::button("End Gift Aid", format!("/admin/donors/{id}/gift-aid/end")));
    }
    actions
}

/// A declaration in one line.
fn declared_text(found: &Declaration) -> String {
    let gift = found.pledge.map(|pledge| format!(" {pledge} only,")).unwrap_or_default();
    let until = found.ended_on.map(|day| format!(" to before {day}")).unwrap_or_default();
    let day = found.declared_at.format("%Y-%m-%d");
    format!(
        "{}, {}:{gift} gifts from {}{until}. {}",
        found.way,
        day,
        found.covers_from,
        found.taxpayer.line()
    )
}

fn donor_tables(cells: Cells, file: &DonorFile, years: &[i32]) -> Vec<TableShown> {
    let id = file.profile.id;
    let row = |pledge: &Pledge| {
        let made = cells.time_cell("Made", pledge.created_at);
        RowShown {
            cells: vec![
                linked(made, format!("/admin/pledges/{}", pledge.id)),
                CellShown { label: "Amount", ..money_cell(pledge.terms.amount) },
                cells.cell("Frequency", Shape::Word, Some(pledge.terms.frequency.as_str().to_owned())),
                cells.cell("Status", Shape::Word, Some(pledge.status.as_str().to_owned())),
            ],
        }
    };
    let gifts = gifts_table(cells, &file.donations)
        .map(|table| TableShown { more_url: Some(format!("/admin/donations?donor={id}")), ..table });
    let promises = table(
        "promises",
        "Promises",
        &["Made", "Amount", "Frequency", "Status"],
        file.pledges.iter().take(25).map(row).collect(),
    )
    .map(|table| TableShown { more_url: Some(format!("/admin/pledges?donor={id}")), ..table });
    let others = [members_table(cells, &file.members), statements_table(cells, id, years)];
    gifts.into_iter().chain(promises).chain(others.into_iter().flatten()).collect()
}

/// What they support the publication with elsewhere: not in the books.
/// The statements of the years that are over, on paper.
fn statements_table(cells: Cells, id: DonorId, years: &[i32]) -> Option<TableShown> {
    let row = |year: &i32| {
        let cell = cells.cell("Year", Shape::Text, Some(year.to_string()));
        RowShown { cells: vec![linked(cell, format!("/admin/donors/{id}/statements/{year}"))] }
    };
    table("statements", "Yearly statements", &["Year"], years.iter().map(row).collect())
}

fn members_table(cells: Cells, members: &[Member]) -> Option<TableShown> {
    let row = |member: &Member| {
        let place = cells.cell("Where", Shape::Word, Some(member.platform.as_str().to_owned()));
        RowShown {
            cells: vec![
                linked(place, format!("/admin/external-members/{}", member.id)),
                CellShown { label: "Amount", ..money_cell(member.news.entitled) },
                cells.cell("State", Shape::Word, Some(member.news.state.as_str().to_owned())),
            ],
        }
    };
    table("elsewhere", "Elsewhere", &["Where", "Amount", "State"], members.iter().map(row).collect())
}
