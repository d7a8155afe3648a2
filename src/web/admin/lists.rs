//! Lists, their views, and their files.

use super::door::Seat;
use super::reply::{Desk, done};
use crate::domain::access::{Permission, Role};
use crate::domain::ids::SavedViewId;
use crate::domain::list::{Column, Cursor, Filter, ListKind, ListQuery, Wanted};
use crate::render::csv;
use crate::render::list_pages::{
    ActionShown, CellShown, Cells, ChoiceShown, FilterShown, HeadShown, ListPage, RowShown, ViewShown,
    file_cells, file_columns, is_number, spelled,
};
use crate::store::lists::{How, Row};
use crate::usecases::UseCaseError;
use crate::usecases::desk::lists::{self, Listed};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{download, id_of, in_parts, see_other};
use crate::web::state::AppState;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

/// What takes a request for a list.
pub(super) trait OfList<T>:
    Fn(HttpRequest, Data<AppState>, Seat) -> LocalBoxFuture<'static, T> + Clone + 'static
{
}
impl<T, F> OfList<T> for F where
    F: Fn(HttpRequest, Data<AppState>, Seat) -> LocalBoxFuture<'static, T> + Clone + 'static
{
}

/// The page of a list.
pub(super) fn page_of(kind: ListKind) -> impl OfList<Result<HttpResponse, WebError>> {
    move |request, state, seat| Box::pin(async move { page(&request, &state, &seat, kind).await })
}

/// The file of a list: all rows of the view, with the columns that it shows.
pub(super) fn file_of(kind: ListKind) -> impl OfList<Result<HttpResponse, WebError>> {
    move |request, state, seat| Box::pin(async move { file(&request, state, &seat, kind).await })
}

/// What a list is called.
pub(super) fn title(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Donations => "Donations",
        ListKind::Pledges => "Pledges",
        ListKind::Donors => "Donors",
        ListKind::Patrons => "Patrons",
        ListKind::Members => "Members elsewhere",
        ListKind::Receipts => "Receipts",
        ListKind::Payouts => "Payouts",
        ListKind::Movements => "Movements on balances",
        ListKind::BankLines => "Lines of bank statements",
        ListKind::Comments => "Comments",
        ListKind::Events => "Events",
        ListKind::Jobs => "Jobs",
        ListKind::Audit => "Log",
    }
}

/// What it takes to get its rows as a file.
pub(super) const fn file_permission(kind: ListKind) -> Permission {
    match kind {
        ListKind::Donations
        | ListKind::Pledges
        | ListKind::Donors
        | ListKind::Patrons
        | ListKind::Members
        | ListKind::BankLines
        | ListKind::Payouts
        | ListKind::Movements
        | ListKind::Comments
        | ListKind::Receipts => Permission::ExportSupport,
        ListKind::Events | ListKind::Jobs => Permission::SeeOperations,
        ListKind::Audit => Permission::SeeAudit,
    }
}

fn query_of(kind: ListKind, query: &str) -> ListQuery {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    ListQuery::read(kind, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

fn text_of(query: &ListQuery) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query.pairs()).finish()
}

/// The query of a view, as this program writes it.
pub(super) fn view_of(kind: ListKind, query: &str) -> String {
    text_of(&query_of(kind, query))
}

fn url_of(kind: ListKind, query: &str, at: Option<&Cursor>) -> String {
    let mut url = format!("/admin/{kind}");
    let mut text = url::form_urlencoded::Serializer::new(query.to_owned());
    if let Some(at) = at {
        text.append_pair("at", &at.text());
    }
    let text = text.finish();
    if !text.is_empty() {
        url.push('?');
        url.push_str(&text);
    }
    url
}

async fn page(
    request: &HttpRequest,
    state: &AppState,
    seat: &Seat,
    kind: ListKind,
) -> Result<HttpResponse, WebError> {
    let query = query_of(kind, request.query_string());
    let listed = lists::page(&state.ctx, query.clone(), lists::PAGE_ROWS).await?;
    let views = lists::views(&state.ctx, seat.0.member.id, kind).await?;
    let text = text_of(&query);
    let cells = Cells { zone: state.ctx.policy.time_zone };
    let url = format!("/admin/{kind}");
    let may = |what| seat.0.member.role.may(what);
    let shown = ListPage {
        list: kind.as_str(),
        search: query.search.clone(),
        understood: understood(&query, &listed),
        is_narrowed: query.is_narrowed(),
        filters: kind.filters().iter().map(|filter| filter_shown(filter, &query)).collect(),
        orders: kind
            .orders()
            .iter()
            .map(|order| ChoiceShown {
                value: order.name,
                label: order.label.to_owned(),
                chosen: order.name == query.order.name,
            })
            .collect(),
        columns: kind
            .columns()
            .iter()
            .map(|column| ChoiceShown {
                value: column.name,
                label: column.label.to_owned(),
                chosen: query.columns.contains(column),
            })
            .collect(),
        heads: heads(&query.columns),
        rows: listed
            .page
            .rows
            .iter()
            .map(|row| row_shown(kind, &query.columns, row, cells, seat.0.member.role))
            .collect(),
        back_url: listed.page.back.as_ref().map(|at| url_of(kind, &text, Some(at))),
        on_url: listed.page.on.as_ref().map(|at| url_of(kind, &text, Some(at))),
        first_url: listed.page.back.as_ref().map(|_| url_of(kind, &text, None)),
        file_url: may(file_permission(kind)).then(|| file_url(kind, &text)),
        views: views
            .into_iter()
            .map(|view| ViewShown {
                id: view.id.to_string(),
                url: url_of(kind, &view.query, None),
                current: view.query == text,
                name: view.name,
            })
            .collect(),
        query: text,
        picks: picks(kind, may(Permission::ModerateComments), &listed.page.rows),
        actions: actions(kind, may(Permission::ChangeSupport)),
        url: url.clone(),
    };
    let place = ("admin/list.html", title(kind), place_in_navigation(kind, &url));
    Desk::of(state, &seat.0).page(place, done(request.query_string()), shown)
}

/// Where it stands in the navigation.
fn place_in_navigation(kind: ListKind, url: &str) -> &str {
    let lies_under = [(ListKind::BankLines, "/admin/bank"), (ListKind::Movements, "/admin/payouts")];
    lies_under.into_iter().find(|(below, _)| *below == kind).map_or(url, |(_, above)| above)
}

/// The ids of rows of which several can be decided at once; none where that is not so.
fn picks(kind: ListKind, may_moderate: bool, rows: &[Row]) -> Vec<String> {
    let is_picked = kind == ListKind::Comments && may_moderate;
    rows.iter().filter(|_| is_picked).map(|row| row.id.clone()).collect()
}

fn file_url(kind: ListKind, text: &str) -> String {
    let mark = if text.is_empty() { "" } else { "?" };
    format!("/admin/{kind}.csv{mark}{text}")
}

fn actions(kind: ListKind, may_change: bool) -> Vec<ActionShown> {
    match kind {
        ListKind::Donations if may_change => {
            vec![
                ActionShown::link("Record a gift", "/admin/gifts".to_owned()),
                ActionShown::link("Record a transfer", "/admin/gifts/transfer".to_owned()),
                ActionShown::link("Cash and cheques", "/admin/deposits".to_owned()),
                ActionShown::link("Past gifts", "/admin/imports".to_owned()),
            ]
        }
        ListKind::Payouts => {
            vec![
                ActionShown::link("Balances", "/admin/balances".to_owned()),
                ActionShown::link("All movements", "/admin/movements".to_owned()),
            ]
        }
        ListKind::Receipts => {
            vec![ActionShown::link("Yearly statements", "/admin/statements".to_owned())]
        }
        ListKind::Donations
        | ListKind::Pledges
        | ListKind::Donors
        | ListKind::Patrons
        | ListKind::Members
        | ListKind::Movements
        | ListKind::BankLines
        | ListKind::Comments
        | ListKind::Events
        | ListKind::Jobs
        | ListKind::Audit => Vec::new(),
    }
}

/// As what the search was understood, so that a surprising answer explains itself.
fn understood(query: &ListQuery, listed: &Listed) -> Option<String> {
    let how = match listed.how {
        How::Nothing => return None,
        How::Id => "as an id of this site",
        How::Reference => "as the reference of a bank transfer",
        How::Receipt => "as the number of a receipt",
        How::Remote => "as an id of a gateway",
        How::Amount => "as an amount",
        How::Words => "in names and addresses",
    };
    let more =
        if listed.more { " Many fit; only some of them are shown. One more letter helps." } else { "" };
    let how =
        if query.kind == ListKind::Comments { how.replace("names", "texts, names") } else { how.to_owned() };
    Some(format!("“{}” was sought {how}.{more}", query.search))
}

fn filter_shown(filter: &Filter, query: &ListQuery) -> FilterShown {
    let value = query.filters.get(filter.name).cloned().unwrap_or_default();
    let (kind, words): (_, &[&str]) = match filter.wanted {
        Wanted::Words(words) => ("choice", words),
        Wanted::Value => ("text", &[]),
        Wanted::From | Wanted::To => ("date", &[]),
    };
    let choice =
        |word: &&'static str| ChoiceShown { value: word, label: spelled(word), chosen: value == **word };
    FilterShown {
        name: filter.name,
        label: filter.label,
        kind,
        choices: words.iter().map(choice).collect(),
        value: value.clone(),
    }
}

/// The headings of columns.
pub(super) fn heads(columns: &[Column]) -> Vec<HeadShown> {
    columns
        .iter()
        .map(|column| HeadShown { label: column.label, is_number: is_number(column.shape) })
        .collect()
}

fn row_shown(kind: ListKind, columns: &[Column], row: &Row, cells: Cells, looking: Role) -> RowShown {
    let filled = columns.iter().zip(row.cells.iter().cloned());
    let mut shown: Vec<CellShown> =
        filled.map(|(column, text)| cells.cell(column.label, column.shape, text)).collect();
    if let Some(first) = shown.first_mut() {
        if first.kind == "empty" {
            // It leads to the page of the row, whatever it says.
            *first =
                CellShown { kind: "code", text: row.id.clone(), label: first.label, ..CellShown::default() };
        }
        first.url = place_of(kind, &row.id).or_else(|| first.url.take());
    }
    if matches!(kind, ListKind::Audit | ListKind::Movements) {
        let leads = |column: &Column| matches!(column.name, "subject" | "donation" | "payout");
        for (cell, _) in shown.iter_mut().zip(columns).filter(|(_, column)| leads(column)) {
            cell.url = super::files::page_about(&cell.text, looking);
        }
    }
    RowShown { cells: shown }
}

/// The page about a row.
fn place_of(kind: ListKind, id: &str) -> Option<String> {
    match kind {
        ListKind::Patrons => Some(format!("/admin/pledges/{id}")),
        ListKind::Audit | ListKind::Movements => None,
        ListKind::Donations
        | ListKind::Pledges
        | ListKind::Donors
        | ListKind::Members
        | ListKind::Receipts
        | ListKind::BankLines
        | ListKind::Payouts
        | ListKind::Comments
        | ListKind::Events
        | ListKind::Jobs => Some(format!("/admin/{kind}/{id}")),
    }
}

/// Rows leave as they are read: a thousand are in memory at a time, however many there are and however slowly they are
/// taken.
async fn file(
    request: &HttpRequest,
    state: Data<AppState>,
    seat: &Seat,
    kind: ListKind,
) -> Result<HttpResponse, WebError> {
    let query = ListQuery { cursor: None, ..query_of(kind, request.query_string()) };
    lists::note_file(&state.ctx, seat.0.actor(), &query).await?;
    let day = state.ctx.day_of(state.ctx.now());
    let rows = in_parts((None, true), move |(after, is_first)| {
        let (state, query) = (state.clone(), query.clone());
        async move {
            let (bytes, on) = part_of_file(&state, &query, after, is_first).await?;
            Ok(Some((bytes, on.map(|on| (Some(on), false)))))
        }
    });
    Ok(download("text/csv; charset=utf-8", &format!("{kind}-{day}.csv")).streaming(rows))
}

async fn part_of_file(
    state: &AppState,
    query: &ListQuery,
    after: Option<Cursor>,
    is_first: bool,
) -> Result<(Bytes, Option<Cursor>), UseCaseError> {
    let (rows, on) = lists::rows_of_file(&state.ctx, query, after).await?;
    let mut bytes = Vec::new();
    let written = write_rows(&mut bytes, &query.columns, rows, is_first);
    written.map_err(|error| UseCaseError::Internal(error.to_string()))?;
    Ok((Bytes::from(bytes), on))
}

fn write_rows(out: &mut Vec<u8>, columns: &[Column], rows: Vec<Row>, is_first: bool) -> std::io::Result<()> {
    let names: Vec<String> =
        columns.iter().flat_map(|column| file_columns(column.name, column.shape)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut writer = if is_first { csv::Writer::new(out, &names)? } else { csv::Writer::going_on(out) };
    for row in rows {
        let cells: Vec<String> =
            columns.iter().zip(row.cells).flat_map(|(column, text)| file_cells(column.shape, text)).collect();
        writer.row(&cells)?;
    }
    writer.finish()
}

/// Saves a view of a list for whoever asks.
pub(super) async fn save_view(
    state: Data<AppState>,
    seat: Seat,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let fields = Fields::parse(&body)?;
    let kind = ListKind::parse(&fields.text("list")).ok_or_else(|| WebError::not_found("list"))?;
    let query = query_of(kind, &fields.text("query"));
    let view = lists::save_view(&state.ctx, seat.0.member.id, &fields.text("name"), &query).await?;
    let mark = if view.query.is_empty() { "" } else { "&" };
    Ok(see_other(&format!("/admin/{kind}?{}{mark}done=saved", view.query)))
}

/// Removes one of their views.
pub(super) async fn remove_view(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, WebError> {
    let id: SavedViewId = id_of(&id, "view")?;
    lists::remove_view(&state.ctx, seat.0.member.id, id).await?;
    let from = request.headers().get(header::REFERER).and_then(|from| from.to_str().ok());
    let list =
        from.and_then(|from| ListKind::ALL.iter().find(|kind| from.contains(&format!("/admin/{kind}"))));
    Ok(see_other(&list.map_or_else(|| "/admin".to_owned(), |kind| format!("/admin/{kind}?done=saved"))))
}
