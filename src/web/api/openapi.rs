//! The description of the API, OpenAPI 3.1, made from the route table and the columns and filters of the lists: what is
//! put up and not described here, or described and not put up, fails a test.

use super::lists::{LIMIT, LIMIT_MAX};
use super::{ROOT, table};
use crate::domain::figures::Rhythm;
use crate::domain::list::{Column, Filter, ListKind, Shape, Wanted};
use crate::domain::pledge::GatewayKind;
use crate::web::error::WebError;
use crate::web::route::{Access, Declared};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// What an operation does and answers with.
pub(super) struct Told {
    method: &'static str,
    path: &'static str,
    pub(super) summary: &'static str,
    gives: Gives,
    asks: Asks,
    /// The schema of the body; empty without one.
    takes: &'static str,
}

/// What the query may ask for, besides that of a list.
#[derive(Clone, Copy)]
enum Asks {
    Nothing,
    /// The code of a pledge.
    Code,
    /// The period and the filter of a report.
    Report,
}

/// A currency by its code of ISO 4217.
const CURRENCY: &str = "^[A-Z]{3}$";

enum Gives {
    /// A page of a list.
    Page(ListKind),
    /// One item of a list.
    Item(ListKind),
    /// Something with a schema of this name.
    Made(u16, &'static str),
}

const fn told(method: &'static str, path: &'static str, summary: &'static str, gives: Gives) -> Told {
    Told { method, path, summary, gives, asks: Asks::Nothing, takes: "" }
}

impl Told {
    const fn asks(self, asks: Asks) -> Self {
        Self { asks, ..self }
    }

    const fn takes(self, takes: &'static str) -> Self {
        Self { takes, ..self }
    }
}

const OPERATIONS: [Told; 21] = [
    told("GET", "/openapi.json", "This description", Gives::Made(200, "Anything")),
    told("GET", "/campaigns/{slug}", "What a form for gifts needs", Gives::Made(200, "Anything")),
    told("POST", "/pledges", "Begin a gift or recurring support", Gives::Made(201, "StartedPledge"))
        .takes("NewPledge"),
    told("GET", "/pledges", "Pledges", Gives::Page(ListKind::Pledges)),
    told(
        "GET",
        "/pledges/{id}",
        "The status of a pledge, with its code; all of it, with a token",
        Gives::Item(ListKind::Pledges),
    )
    .asks(Asks::Code),
    told("GET", "/donations", "Payments", Gives::Page(ListKind::Donations)),
    told("GET", "/donations/{id}", "A payment", Gives::Item(ListKind::Donations)),
    told("GET", "/donations/{id}/refunds", "What was given back of a payment", Gives::Made(200, "Refunds")),
    told("POST", "/donations/{id}/refunds", "Give money back", Gives::Made(201, "Refund")).takes("NewRefund"),
    told("GET", "/donors", "Donors", Gives::Page(ListKind::Donors)),
    told("GET", "/donors/{id}", "A donor", Gives::Item(ListKind::Donors)),
    told("GET", "/patrons", "Recurring support", Gives::Page(ListKind::Patrons)),
    told("GET", "/receipts", "Receipts", Gives::Page(ListKind::Receipts)),
    told("GET", "/receipts/{id}", "A receipt, by its id or its number", Gives::Item(ListKind::Receipts)),
    told("GET", "/events", "Events of the gateways", Gives::Page(ListKind::Events)),
    told("GET", "/jobs", "Work in the background", Gives::Page(ListKind::Jobs)),
    told("GET", "/audit", "Who did what", Gives::Page(ListKind::Audit)),
    told("GET", "/reports/summary", "How support is doing", Gives::Made(200, "Anything")),
    told("GET", "/reports/timeline", "What arrived, by day or by month", Gives::Made(200, "Anything"))
        .asks(Asks::Report),
    told(
        "GET",
        "/reports/patrons",
        "Recurring support by month, and who stayed",
        Gives::Made(200, "Anything"),
    ),
    told("GET", "/reports/articles", "What articles led to", Gives::Made(200, "Anything")).asks(Asks::Report),
];

pub(super) async fn show(request: HttpRequest) -> Result<HttpResponse, WebError> {
    // It changes with the program only.
    static DOCUMENT: LazyLock<Value> = LazyLock::new(document);
    super::seen::json(&request, &*DOCUMENT)
}

/// The operation of a route.
pub(super) fn of(route: &Declared) -> Option<&'static Told> {
    OPERATIONS.iter().find(|told| told.method == route.method && told.path == route.path)
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
    }
    if !told.takes.is_empty() {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Sent again with the same key, the request is not made again",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        }));
    }
    all
}

fn report_parameters() -> Vec<Value> {
    let (day, word) = (json!({ "type": "string", "format": "date" }), json!({ "type": "string" }));
    let gateways: Vec<&str> = GatewayKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let rhythms: Vec<&str> = Rhythm::ALL.iter().map(|rhythm| rhythm.as_str()).collect();
    let days = ["from", "to"].map(|name| query(name, "A day of the publisher’s calendar", &day));
    let filters = [
        ("campaign", word.clone()),
        ("gateway", json!({ "type": "string", "enum": gateways })),
        ("currency", json!({ "type": "string", "pattern": CURRENCY })),
        ("article", word),
        ("frequency", json!({ "type": "string", "enum": rhythms })),
    ];
    let filters = filters.map(|(name, schema)| query(name, "Only these payments", &schema));
    days.into_iter().chain(filters).collect()
}

fn operation(route: &Declared, told: &Told) -> Value {
    let (status, schema) = match &told.gives {
        Gives::Page(kind) => (200, page_schema(*kind)),
        Gives::Item(kind) => (200, reference(&name_of(*kind))),
        Gives::Made(status, name) => (*status, reference(name)),
    };
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
                "content": { "application/json": { "schema": schema } },
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
        say("requestBody", json!({ "required": true, "content": content }));
    }
    Value::Object(shown)
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
    let text = json!({ "type": "string" });
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT });
    let orders: Vec<&str> = kind.orders().iter().map(|order| order.name).collect();
    let mut all = vec![
        query("limit", "Items of a page", &limit),
        query(
            "cursor",
            "`next_cursor` of the page before",
            &json!({ "type": "string", "pattern": "^[ab]~.*~" }),
        ),
        query("q", "A name, an address, a reference, an amount, an id", &text),
        query("order", "In which order", &json!({ "type": "string", "enum": orders })),
    ];
    all.extend(kind.filters().iter().map(|filter| query(filter.name, filter.label, &filter_schema(filter))));
    all
}

fn filter_schema(filter: &Filter) -> Value {
    match filter.wanted {
        Wanted::Words(words) => json!({ "type": "string", "enum": words }),
        Wanted::Value => json!({ "type": "string" }),
        Wanted::From | Wanted::To => json!({ "type": "string", "format": "date" }),
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// `Donation` of `donations`.
fn name_of(kind: ListKind) -> String {
    let word = if kind == ListKind::Audit { "AuditRow" } else { kind.as_str().trim_end_matches('s') };
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn page_schema(kind: ListKind) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": { "type": "array", "items": reference(&name_of(kind)) },
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

fn plain_schemas() -> Map<String, Value> {
    let parts = [shared_schemas(), pledge_schemas(), refund_schemas()];
    parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect()
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn maybe() -> Value {
    json!({ "type": ["string", "null"] })
}

fn money() -> Value {
    reference("Money")
}

fn shared_schemas() -> Value {
    json!({
        "Anything": { "type": "object" },
        "Money": {
            "type": "object", "required": ["minor", "currency"], "additionalProperties": false,
            "properties": {
                "minor": { "type": "integer", "description": "Minor units" },
                "currency": { "type": "string", "pattern": CURRENCY },
            },
        },
        "Person": {
            "type": "object", "required": ["id", "name"],
            "properties": { "id": maybe(), "name": text() },
        },
        "Problem": {
            "type": "object", "required": ["type", "title", "status", "code", "detail", "request_id"],
            "properties": {
                "type": text(), "title": text(), "status": { "type": "integer" }, "code": text(),
                "detail": text(), "request_id": text(),
                "fields": { "type": "array", "items": {
                    "type": "object", "required": ["field", "code", "message"],
                    "properties": { "field": text(), "code": text(), "message": text() },
                } },
            },
        },
    })
}

fn pledge_schemas() -> Value {
    json!({
        "NewPledge": {
            "type": "object", "required": ["campaign", "amount", "gateway", "donor"], "additionalProperties": false,
            "properties": {
                "campaign": text(), "amount": money(), "frequency": maybe(), "gateway": text(),
                "donor": {
                    "type": "object", "required": ["email"], "additionalProperties": false,
                    "properties": { "email": text(), "name": maybe() },
                },
                "message": maybe(), "anonymous": { "type": "boolean" }, "cover_fees": { "type": "boolean" },
                "tier": maybe(), "from": maybe(),
                "tribute": { "type": ["object", "null"], "properties": { "kind": text(), "name": text() } },
                "utm": { "type": ["object", "null"] },
            },
        },
        "StartedPledge": {
            "type": "object", "required": ["id", "status", "next", "status_url"],
            "properties": {
                "id": text(), "status": text(), "status_url": text(),
                "next": { "type": "object", "required": ["type"], "properties": { "type": text() } },
            },
        },
    })
}

fn refund_schemas() -> Value {
    json!({
        "NewRefund": {
            "type": "object", "additionalProperties": false,
            "properties": {
                "amount": { "anyOf": [{ "allOf": [money(), { "properties": { "minor": { "minimum": 1 } } }] }, { "type": "null" }], "description": "Everything that is left, if none is named" },
                "reason": { "type": ["string", "null"], "maxLength": 200 },
            },
        },
        "Refund": {
            "type": "object", "required": ["id", "donation", "amount", "status", "created"],
            "properties": {
                "id": text(), "donation": text(), "amount": money(),
                "status": { "type": "string", "enum": ["pending", "succeeded", "failed"] },
                "reason": maybe(), "remote": maybe(), "created": { "type": "string", "format": "date-time" },
            },
        },
        "Refunds": {
            "type": "object", "required": ["items", "next_cursor"],
            "properties": {
                "items": { "type": "array", "items": reference("Refund") }, "next_cursor": { "type": "null" },
            },
        },
    })
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
        let gone: Vec<_> = OPERATIONS.iter().filter(|told| !is_up(told)).map(|told| told.path).collect();
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
