//! A comment of a reader.

use super::parts::{fact, word_cell};
use super::{Looker, linked};
use crate::domain::access::Permission as May;
use crate::domain::comment::{Comment, CommentState, HeldFor, Verdict};
use crate::domain::ids::CommentId;
use crate::domain::list::{ListKind, ListQuery, Shape};
use crate::render::admin_pages::HiddenField;
use crate::render::list_pages::{
    ActionShown, BodyShown, Cells, FactShown, FilePage, MomentShown, moment, name_text, spelled,
};
use crate::store::lists::Row;
use crate::usecases::comments::{self, CommentFile};
use crate::usecases::desk::lists::{self, PAGE_ROWS};
use crate::web::admin::door::Seat;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use chrono::SecondsFormat;
use serde_json::Value;

const LIST: &str = "/admin/comments";

/// A comment.
pub(in crate::web::admin) async fn comment(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: CommentId = id_of(&id, "comment")?;
    let file = comments::file(&state.ctx, id).await?;
    let looker = Looker { state: &state, seat: &seat, query: request.query_string() };
    let comment = &file.comment;
    let page = FilePage {
        list_label: "Comments",
        list_url: LIST.to_owned(),
        heading: name_text(comment.name.as_str()),
        standfirst: why(&comment.state).to_owned(),
        status: comment.state.status().as_str().to_owned(),
        actions: if looker.may(May::ModerateComments) { actions(comment) } else { Vec::new() },
        facts: facts(looker.cells(), &file),
        moments: history(&state, looker.cells(), id).await?,
        bodies: bodies(looker.cells(), comment),
        ..FilePage::default()
    };
    looker.page(LIST, page)
}

const fn why(state: &CommentState) -> &'static str {
    match state {
        CommentState::Held { why: HeldFor::NewReader } => "nothing from this address was approved yet",
        CommentState::Held { why: HeldFor::Links } => {
            "it has links, and nothing from this address was approved yet"
        }
        CommentState::Held { why: HeldFor::Review } => "every comment is read before it is shown",
        CommentState::Approved { .. } => "everybody can read it",
        CommentState::Refused { .. } => "nobody can read it, and it goes for good after its time",
    }
}

fn actions(comment: &Comment) -> Vec<ActionShown> {
    let url = |act: &str| format!("{LIST}/{}/{act}", comment.id);
    let verdict = HiddenField { name: "verdict".to_owned(), value: Verdict::Approve.as_str().to_owned() };
    let approve = ActionShown { fields: vec![verdict], ..ActionShown::button("Approve", url("decide")) };
    let refuse = |label| ActionShown::link(label, url("refuse"));
    match comment.state {
        CommentState::Held { .. } => vec![approve, refuse("Do not show it")],
        CommentState::Approved { .. } => vec![refuse("Show it no more")],
        CommentState::Refused { .. } => vec![approve, refuse("Call it something else")],
    }
}

fn facts(cells: Cells, file: &CommentFile) -> Vec<FactShown> {
    let comment = &file.comment;
    let text = |text: &str| cells.cell("", Shape::Text, Some(text.to_owned()));
    let code = |text: String| cells.cell("", Shape::Code, Some(text));
    let article = format!("/articles/{}", comment.article);
    let count = |number: i64| cells.cell("", Shape::Count, Some(number.to_string()));
    let mut facts = vec![
        fact("Article", linked(text(comment.article.as_str()), article)),
        fact("Written", cells.time_cell("", comment.written_at)),
        fact("Letters about answers", text(if comment.wants_answers { "wanted" } else { "not wanted" })),
        fact("E-mail", text(&name_text(comment.email.as_str()))),
        fact("Others approved from there", count(file.approved_before)),
        fact("Language", word_cell(cells, &comment.locale)),
    ];
    facts.extend(comment.edited_at.map(|at| fact("Changed by the reader", cells.time_cell("", at))));
    match &comment.state {
        CommentState::Held { .. } => {}
        CommentState::Approved { at } => facts.push(fact("Approved", cells.time_cell("", *at))),
        CommentState::Refused { reason, at, .. } => {
            facts.push(fact("Decided", cells.time_cell("", *at)));
            facts.extend(reason.as_ref().map(|reason| fact("Reason", text(reason))));
        }
    }
    facts.extend(comment.thread.map(|thread| {
        let cell = code(thread.to_string());
        let is_there = file.answered.is_some();
        fact("Thread", if is_there { linked(cell, format!("{LIST}/{thread}")) } else { cell })
    }));
    facts.push(fact("Id", code(comment.id.to_string())));
    facts
}

/// What it says.
fn bodies(cells: Cells, comment: &Comment) -> Vec<BodyShown> {
    vec![BodyShown {
        title: "The comment".to_owned(),
        when: cells.time_text(comment.written_at),
        url: None,
        text: comment.text.as_str().to_owned(),
    }]
}

/// Who decided what about it, the latest first.
async fn history(state: &AppState, cells: Cells, id: CommentId) -> Result<Vec<MomentShown>, WebError> {
    let wanted = ["at", "actor", "detail"];
    let columns = ListKind::Audit.columns().iter().filter(|column| wanted.contains(&column.name));
    let query = ListQuery {
        search: id.to_string(),
        columns: columns.copied().collect(),
        ..ListQuery::plain(ListKind::Audit)
    };
    let listed = lists::page(&state.ctx, query, PAGE_ROWS).await?;
    Ok(listed.page.rows.iter().filter_map(|row| decided(cells, row)).collect())
}

/// A row of the log: when, who, and from where to where.
fn decided(cells: Cells, row: &Row) -> Option<MomentShown> {
    let mut texts = row.cells.iter().map(|cell| cell.as_deref().unwrap_or_default());
    let (at, actor, detail) = (texts.next()?, texts.next()?, texts.next()?);
    let at = moment(at)?;
    let detail: Value = serde_json::from_str(detail).ok()?;
    let word = |name: &str| detail.get(name).and_then(Value::as_str).map(spelled).unwrap_or_default();
    Some(MomentShown {
        day: cells.day_text(at),
        time: at.with_timezone(&cells.zone).format("%H:%M").to_string(),
        iso: at.to_rfc3339_opts(SecondsFormat::Secs, true),
        what: format!("{}, {} before", word("after"), word("before")),
        why: Some(actor.to_owned()),
        amount: None,
        url: None,
        is_trouble: false,
    })
}
