//! The description of the API, OpenAPI 3.1, made from the route table and the columns and filters of the lists: what is
//! put up and not described here, or described and not put up, fails a test.

mod operations;
mod schemas;

pub(super) use operations::Told;

use super::asked::{LIMIT, LIMIT_MAX};
use super::{ROOT, table};
use crate::domain::export::ExportFormat;
use crate::domain::figures::Rhythm;
use crate::domain::ledger::{Account, EntryKind};
use crate::domain::list::{Column, Filter, ListKind, SEARCH_MAX, Shape, Wanted};
use crate::domain::pledge::GatewayKind;
use crate::web::error::WebError;
use crate::web::route::{Access, Declared};
use actix_web::{HttpRequest, HttpResponse};
use operations::{Asks, Gives};
use schemas::{bounded, currencies, plain_schemas, reference};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

pub(super) async fn show(request: HttpRequest) -> Result<HttpResponse, WebError> {
    // It changes with the program only.
    static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
    super::seen::json(&request, &*DOCUMENT)
}

/// The operation of a route.
pub(super) fn of(route: &Declared) -> Option<&'static Told> {
    operations::all().find(|told| told.method == route.method && told.path == route.path)
}

/// The whole description.
fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in table().declared() {
        let Some(told) = of(&route) else { continue };
        let at = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(methods) = at.as_object_mut() {
            methods.insert(route.method.to_ascii_lowercase(), operation(&route, told));
        }
    }
    let mut schemas = plain_schemas();
    for kind in ListKind::ALL {
        schemas.insert(name_of(*kind), item_schema(kind.columns()));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Mainstay", "version": env!("CARGO_PKG_VERSION"), "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" } },
        "servers": [{ "url": ROOT }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "bearerFormat": "mst_…" } },
            "responses": { "Problem": {
                "description": "What went wrong",
                "content": { "application/problem+json": { "schema": reference("Problem") } },
            } },
        },
    })
}

/// Names of what can be asked by the query.
pub(super) fn parameters_of(route: &Declared) -> Vec<String> {
    let Some(told) = of(route) else { return Vec::new() };
    let text = |parameter: &Value, name: &str| parameter.get(name)?.as_str().map(str::to_owned);
    let in_query = parameters(route, told).into_iter();
    in_query
        .filter(|parameter| text(parameter, "in").as_deref() == Some("query"))
        .filter_map(|parameter| text(&parameter, "name"))
        .collect()
}

fn parameters(route: &Declared, told: &Told) -> Vec<Value> {
    let mut all = path_parameters(route.path);
    if let Gives::Page(kind) = told.gives {
        all.extend(list_parameters(kind));
    }
    match told.asks {
        Asks::Nothing => {}
        Asks::Code => all.push(query("token", "The code of this pledge", &json!({ "type": "string" }))),
        Asks::Report => all.extend(report_parameters()),
        Asks::Page => all.extend(page_parameters("^(a~[^~]*~.*)?$")),
        Asks::Entries => {
            all.extend(page_parameters(
                "^(a~[^~]*~[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6})?$",
            ));
            all.extend(entry_parameters());
        }
        Asks::Names => {
            let place =
                json!({ "type": "string", "pattern": "^([0-9]{1,16}-wal_[0-7][0-9A-HJKMNP-TV-Z]{25})?$" });
            all.push(query("after", "`next` of the supporters that were told before", &place));
        }
        Asks::Seen => {
            let words = "The ETag of the file as it was read; without a file, `If-None-Match: *`";
            all.push(header(
                "If-Match",
                words,
                &json!({ "type": "string", "pattern": "^\"[0-9a-f]{64}\"$" }),
            ));
            all.push(header("If-None-Match", "There is no file yet", &json!({ "const": "*" })));
        }
        Asks::SeenSettings => {
            let tag = json!({ "type": "string", "pattern": "^\"[0-9a-f]{64}\"$" });
            all.push(header("If-Match", "The ETag of the settings as they were read", &tag));
        }
    }
    if route.method != "GET" {
        let words = "Sent again with the same key, the request is not carried out again";
        all.push(header("Idempotency-Key", words, &json!({ "type": "string", "pattern": "^[!-~]{1,255}$" })));
    }
    all
}

fn header(name: &str, description: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": description, "schema": schema })
}

/// What is left empty asks for nothing.
fn or_empty(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "const": "" }] })
}

fn page_parameters(cursor: &str) -> Vec<Value> {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT });
    let cursor = json!({ "type": "string", "pattern": cursor });
    vec![
        query("limit", "Items of a page", &or_empty(&limit)),
        query("cursor", "`next_cursor` of the page before", &cursor),
    ]
}

fn entry_parameters() -> Vec<Value> {
    let day = or_empty(&json!({ "type": "string", "format": "date" }));
    let mut accounts = vec![String::new()];
    accounts.extend(Account::all().map(|account| account.to_string()));
    let kinds: Vec<&str> = EntryKind::ALL.iter().map(|kind| kind.as_str()).chain([""]).collect();
    vec![
        query(
            "account",
            "Entries with a line of this account",
            &json!({ "type": "string", "enum": accounts }),
        ),
        query("kind", "What they are about", &json!({ "type": "string", "enum": kinds })),
        query(
            "donation",
            "Of this donation",
            &json!({ "type": "string", "pattern": "^(don_[0-7][0-9A-HJKMNP-TV-Z]{25})?$" }),
        ),
        query("from", "Written on this day or later", &day),
        query("to", "Written on this day or earlier", &day),
    ]
}

fn report_parameters() -> Vec<Value> {
    let (day, word) = (json!({ "type": "string", "format": "date" }), json!({ "type": "string" }));
    let gateways: Vec<&str> = GatewayKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let rhythms: Vec<&str> = Rhythm::ALL.iter().map(|rhythm| rhythm.as_str()).collect();
    let days = ["from", "to"].map(|name| query(name, "A day of the publisher’s calendar", &or_empty(&day)));
    let filters = [
        ("campaign", word.clone()),
        ("gateway", or_empty(&json!({ "type": "string", "enum": gateways }))),
        ("currency", or_empty(&json!({ "type": "string", "enum": currencies() }))),
        ("article", word),
        ("frequency", or_empty(&json!({ "type": "string", "enum": rhythms }))),
    ];
    let filters = filters.map(|(name, schema)| query(name, "Only these payments", &schema));
    days.into_iter().chain(filters).collect()
}

fn operation(route: &Declared, told: &Told) -> Value {
    let (status, content) = content(&told.gives);
    let mut shown = Map::new();
    let mut say = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    say("operationId", json!(id_of(route)));
    say("summary", json!(told.summary));
    say("parameters", json!(parameters(route, told)));
    say(
        "responses",
        json!({
            status.to_string(): {
                "description": told.summary,
                "content": content,
            },
            "default": { "$ref": "#/components/responses/Problem" },
        }),
    );
    if let Access::Token(permission) = route.access {
        say("security", json!([{ "token": [] }]));
        say("x-permission", json!(permission.as_str()));
    }
    if !told.takes.is_empty() {
        let content = json!({ "application/json": { "schema": reference(told.takes) } });
        let required = plain_schemas().get(told.takes).is_some_and(|schema| schema.get("required").is_some());
        say("requestBody", json!({ "required": required, "content": content }));
    }
    Value::Object(shown)
}

/// Status and body of the answer.
fn content(gives: &Gives) -> (u16, Value) {
    let json = |schema: Value| json!({ "application/json": { "schema": schema } });
    match gives {
        Gives::Page(kind) => (200, json(page_schema(&name_of(*kind)))),
        Gives::Item(kind) => (200, json(reference(&name_of(*kind)))),
        Gives::Made(status, name) => (*status, json(reference(name))),
        Gives::Items(name) => (200, json(page_schema(name))),
        Gives::Either(one, other) => (200, json(json!({ "anyOf": [reference(one), reference(other)] }))),
        Gives::File => {
            let kinds = ExportFormat::ALL.iter().map(|format| format.media_type());
            let kinds = kinds
                .map(|kind| (kind.to_owned(), json!({ "schema": { "type": "string", "format": "binary" } })));
            (200, Value::Object(kinds.collect()))
        }
    }
}

/// `get_donations_id`.
fn id_of(route: &Declared) -> String {
    let path: String = route
        .path
        .chars()
        .filter_map(|c| {
            if c == '/' || c == '.' || c == '-' { Some('_') } else { c.is_alphanumeric().then_some(c) }
        })
        .collect();
    format!("{}{path}", route.method.to_ascii_lowercase())
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect()
}

fn query(name: &str, description: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
}

fn list_parameters(kind: ListKind) -> Vec<Value> {
    let orders: Vec<&str> = kind.orders().iter().map(|order| order.name).chain([""]).collect();
    let mut all = page_parameters("^([ab]~[^~]*~.*)?$");
    all.push(query("q", "A name, an address, a reference, an amount, an id", &bounded(0, SEARCH_MAX)));
    all.push(query("order", "In which order", &json!({ "type": "string", "enum": orders })));
    all.extend(kind.filters().iter().map(|filter| query(filter.name, filter.label, &filter_schema(filter))));
    all
}

fn filter_schema(filter: &Filter) -> Value {
    match filter.wanted {
        Wanted::Words(words) => or_empty(&json!({ "type": "string", "enum": words })),
        Wanted::Value => bounded(0, SEARCH_MAX),
        Wanted::From | Wanted::To => or_empty(&json!({ "type": "string", "format": "date" })),
    }
}

/// `Donation` of `donations`.
fn name_of(kind: ListKind) -> String {
    let word = match kind {
        ListKind::Audit => "AuditRow",
        ListKind::BankLines => "BankLine",
        ListKind::Members => "ExternalMember",
        ListKind::Donations
        | ListKind::Pledges
        | ListKind::Donors
        | ListKind::Patrons
        | ListKind::Payouts
        | ListKind::Movements
        | ListKind::Receipts
        | ListKind::Comments
        | ListKind::Events
        | ListKind::Jobs => kind.as_str().trim_end_matches('s'),
    };
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn page_schema(name: &str) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": { "type": "array", "items": reference(name) },
            "next_cursor": { "type": ["string", "null"] },
        },
    })
}

fn item_schema(columns: &[Column]) -> Value {
    let mut properties = Map::new();
    properties.insert("id".to_owned(), json!({ "type": "string" }));
    for column in columns.iter().filter(|column| column.name != "id") {
        let mut schema = Map::new();
        let mut say = |name: &str, value: Value| schema.insert(name.to_owned(), value);
        match column.shape {
            Shape::Text | Shape::Word | Shape::Code | Shape::Receipt => {
                say("type", json!(["string", "null"]))
            }
            Shape::Count => say("type", json!(["integer", "null"])),
            Shape::Time => {
                say("format", json!("date-time"));
                say("type", json!(["string", "null"]))
            }
            Shape::Money => say("anyOf", json!([reference("Money"), { "type": "null" }])),
            Shape::Person => say("anyOf", json!([reference("Person"), { "type": "null" }])),
        };
        say("description", json!(column.label));
        properties.insert(column.name.to_owned(), Value::Object(schema));
    }
    let required: Vec<&String> = properties.keys().collect();
    json!({ "type": "object", "required": required, "properties": properties })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_up_is_described_and_what_is_described_is_put_up() {
        let up = table().declared();
        let undescribed: Vec<_> = up.iter().filter(|route| of(route).is_none()).collect();
        assert!(undescribed.is_empty(), "{undescribed:?}");
        let is_up =
            |told: &&Told| up.iter().any(|route| route.method == told.method && route.path == told.path);
        let gone: Vec<_> = operations::all().filter(|told| !is_up(told)).map(|told| told.path).collect();
        assert!(gone.is_empty(), "{gone:?}");
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let document = document();
        let text = document.to_string();
        for name in text.split("#/components/schemas/").skip(1) {
            let name = name.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
