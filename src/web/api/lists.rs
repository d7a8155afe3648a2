//! Lists for programs: the lists of the office with all their columns, each value as what it is.

use super::door::Holder;
use super::seen::json;
use super::{MoneyDto, asked, time};
use crate::domain::list::{Column, Cursor, ListKind, ListQuery, Shape};
use crate::render::list_pages::{moment, money, receipt_text};
use crate::store::lists::{How, Row};
use crate::usecases::desk::lists;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};

type Answer = LocalBoxFuture<'static, Result<HttpResponse, WebError>>;

/// A page of a list.
pub(super) fn page_of(
    kind: ListKind,
) -> impl Fn(HttpRequest, Data<AppState>, Holder) -> Answer + Clone + 'static {
    move |request, state, _holder| Box::pin(async move { page(&request, &state, kind).await })
}

/// One row of a list, by its id.
pub(super) fn one_of(
    kind: ListKind,
) -> impl Fn(HttpRequest, Data<AppState>, Holder, Path<String>) -> Answer + Clone + 'static {
    move |request, state, _holder, id| Box::pin(async move { one(&request, &state, kind, &id).await })
}

async fn page(request: &HttpRequest, state: &AppState, kind: ListKind) -> Result<HttpResponse, WebError> {
    let (query, limit) = read(kind, request.query_string())?;
    let page = lists::page(&state.ctx, query, limit).await?.page;
    let items: Vec<Value> = page.rows.iter().map(|row| item(kind.columns(), row)).collect();
    let next = page.on.as_ref().map(Cursor::text);
    json(request, &asked::listed(&items, next.as_deref()))
}

/// A row of a list by its id, for its own address.
pub(super) async fn one(
    request: &HttpRequest,
    state: &AppState,
    kind: ListKind,
    id: &str,
) -> Result<HttpResponse, WebError> {
    let query =
        ListQuery { search: id.to_owned(), columns: kind.columns().to_vec(), ..ListQuery::plain(kind) };
    let listed = lists::page(&state.ctx, query, asked::LIMIT).await?;
    // Words of a name are no id.
    let is_exact = matches!(listed.how, How::Id | How::Receipt);
    let row = listed.page.rows.iter().find(|row| is_exact && (row.id == id || listed.how == How::Receipt));
    let row = row.ok_or_else(|| WebError::not_found("resource"))?;
    json(request, &item(kind.columns(), row))
}

/// Reads a query as it is meant, or says what cannot be taken: a misspelt filter must not answer with everything.
fn read(kind: ListKind, text: &str) -> Result<(ListQuery, usize), WebError> {
    let mut query = ListQuery { columns: kind.columns().to_vec(), ..ListQuery::plain(kind) };
    let mut limit = asked::LIMIT;
    for (name, value) in asked::pairs(text)? {
        let is_taken = match name.as_str() {
            "limit" => {
                limit = asked::limit_of(&value)?;
                true
            }
            "cursor" => query.take("at", &value),
            // How the pages of the office call their own place.
            "at" => false,
            name => query.take(name, &value),
        };
        if !is_taken {
            return Err(asked::not_taken(&name, &value));
        }
    }
    Ok((query, limit))
}

fn item(columns: &[Column], row: &Row) -> Value {
    let mut item = Map::new();
    item.insert("id".to_owned(), Value::from(row.id.as_str()));
    for (column, cell) in columns.iter().zip(&row.cells).filter(|(column, _)| column.name != "id") {
        item.insert(column.name.to_owned(), value(column.shape, cell.as_deref()));
    }
    Value::Object(item)
}

fn value(shape: Shape, text: Option<&str>) -> Value {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Value::Null };
    match shape {
        Shape::Text | Shape::Word | Shape::Code => Value::from(text),
        Shape::Receipt => Value::from(receipt_text(text)),
        Shape::Count => text.parse::<i64>().map_or(Value::Null, Value::from),
        Shape::Money => money(text).map_or(Value::Null, |money| json!(MoneyDto::from(money))),
        Shape::Time => moment(text).map_or(Value::Null, |at| Value::from(time(at))),
        Shape::Person => {
            let (id, name) = text.split_once(' ').unwrap_or(("-", text));
            json!({ "id": (id != "-").then_some(id), "name": name })
        }
    }
}
