//! Lists of the office: what is sought is found out, then the page is read, both on one snapshot.

use crate::domain::audit::{Action, Actor};
use crate::domain::ids::{SavedViewId, StaffId};
use crate::domain::list::{Cursor, ListKind, ListQuery, Way};
use crate::store::lists::{self, Between, How, Page, Row};
use crate::store::saved_views::{self, SavedView};
use crate::usecases::{Context, UseCaseError, audit};
use chrono::{Days, NaiveDate};
use serde_json::json;

/// Rows of a page of the office.
pub const PAGE_ROWS: usize = 50;
/// Rows of a file that are in memory at a time.
const FILE_ROWS: usize = 1_000;
/// Letters of the name of a view.
const NAME_MAX: usize = 60;

/// A page of a list, and how the search was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The rows.
    pub page: Page,
    /// As what the search was understood.
    pub how: How,
    /// More donors have such a name than are looked at.
    pub more: bool,
}

/// A page of a list, of so many rows.
pub async fn page(ctx: &Context, query: ListQuery, count: usize) -> Result<Listed, UseCaseError> {
    let between = between(ctx, &query);
    ctx.db
        .read(move |conn| {
            let sought = lists::seek(conn, query.kind, &query.search)?;
            let page = lists::page(conn, &query, &sought.narrow, between, count)?;
            Ok(Listed { page, how: sought.how, more: sought.more })
        })
        .await
}

/// Some rows of a file: those behind `after`. None once there are no more. Each call is a snapshot of its own: the
/// database is not kept from its work for as long as somebody's connection takes.
pub async fn rows_of_file(
    ctx: &Context,
    query: &ListQuery,
    after: Option<Cursor>,
) -> Result<(Vec<Row>, Option<Cursor>), UseCaseError> {
    let query = ListQuery { cursor: after, ..query.clone() };
    let page = page(ctx, query, FILE_ROWS).await?.page;
    Ok((page.rows, page.on.filter(|on| on.way == Way::On)))
}

/// Writes down that somebody took rows with them, before the first leaves.
pub async fn note_file(ctx: &Context, by: Actor, query: &ListQuery) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    // Filters and columns, not what was typed into the search: that may be a name.
    let detail = json!({
        "filters": query.filters,
        "columns": query.columns.iter().map(|column| column.name).collect::<Vec<_>>(),
        "searched": !query.search.is_empty(),
    });
    let list = query.kind;
    ctx.db.write(move |tx| audit::record(tx, &inner, (by, Action::Exported), &list, &detail)).await
}

fn between(ctx: &Context, query: &ListQuery) -> Between {
    let day = |name: &str| query.filters.get(name).and_then(|day| day.parse::<NaiveDate>().ok());
    let after = |day: NaiveDate| day.checked_add_days(Days::new(1));
    Between {
        from: day("from").map(|day| ctx.start_of(day).naive_utc()),
        to: day("to").and_then(after).map(|day| ctx.start_of(day).naive_utc()),
    }
}

/// Somebody's views of a list.
pub async fn views(ctx: &Context, staff: StaffId, list: ListKind) -> Result<Vec<SavedView>, UseCaseError> {
    Ok(ctx.db.read(move |conn| saved_views::of_staff(conn, staff, list)).await?)
}

/// Saves a view for somebody; one of the same name is replaced.
///
/// # Errors
/// `Invalid` on `name` if it is missing or too long.
pub async fn save_view(
    ctx: &Context,
    staff: StaffId,
    name: &str,
    query: &ListQuery,
) -> Result<SavedView, UseCaseError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let message = format!("Please give it a name of up to {NAME_MAX} letters.");
        return Err(UseCaseError::invalid("name", "invalid", message));
    }
    let pairs = query.pairs();
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let view = SavedView {
        id: ctx.new_id(),
        staff,
        list: query.kind,
        name: name.to_owned(),
        query: text,
        created_at: ctx.now(),
    };
    let saved = view.clone();
    ctx.db.write(move |tx| saved_views::put(tx, &saved)).await?;
    Ok(view)
}

/// Removes somebody's view.
pub async fn remove_view(ctx: &Context, staff: StaffId, id: SavedViewId) -> Result<(), UseCaseError> {
    if ctx.db.write(move |tx| saved_views::remove(tx, staff, id)).await? {
        Ok(())
    } else {
        Err(UseCaseError::NotFound("view"))
    }
}
