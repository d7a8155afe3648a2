//! The calls of the API, as strict as PayPal or stricter.

use super::billing_calls;
use super::purse::Amount;
use super::shape;
use super::world::{Means, Order, Webhook, World, written};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A no: status, name and issue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) name: &'static str,
    pub(super) issue: &'static str,
}

impl Refusal {
    pub(super) fn invalid(issue: &'static str) -> Self {
        Self { status: 400, name: "INVALID_REQUEST", issue }
    }

    pub(super) fn unprocessable(issue: &'static str) -> Self {
        Self { status: 422, name: "UNPROCESSABLE_ENTITY", issue }
    }

    pub(super) fn not_found() -> Self {
        Self { status: 404, name: "RESOURCE_NOT_FOUND", issue: "INVALID_RESOURCE_ID" }
    }

    pub(super) fn shown(self, debug_id: &str) -> Value {
        json!({"name": self.name, "message": "It was payer@example.org", "debug_id": debug_id,
            "details": [{"issue": self.issue, "description": "about payer@example.org"}]})
    }
}

pub(super) type Answered = Result<(u16, Value), Refusal>;

pub(super) struct Asking<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) body: &'a [u8],
}

impl Asking<'_> {
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        serde_json::from_slice(self.body).map_err(|_odd| Refusal::invalid("MALFORMED_REQUEST_JSON"))
    }

    pub(super) fn parameters(&self) -> HashMap<String, String> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }
}

/// Does what is asked.
pub(super) fn execute(world: &mut World, asking: &Asking<'_>) -> Answered {
    let parts: Vec<&str> = asking.path.trim_start_matches('/').split('/').collect();
    match (asking.method, parts.as_slice()) {
        ("POST", ["v2", "checkout", "orders"]) => create_order(world, &asking.json()?),
        ("GET", ["v2", "checkout", "orders", id]) => {
            let order = world.orders.get(*id).filter(|order| is_kept(world, order));
            Ok((200, shape::order(world, order.ok_or_else(Refusal::not_found)?)))
        }
        ("POST", ["v2", "checkout", "orders", id, "capture"]) => {
            known(world.orders.contains_key(*id))?;
            world.take(id).map_err(Refusal::unprocessable)?;
            Ok((201, shape::order(world, &world.orders[*id])))
        }
        ("GET", ["v2", "payments", "captures", id]) => {
            let capture = world.captures.get(*id).ok_or_else(Refusal::not_found)?;
            Ok((200, shape::capture(world, capture)))
        }
        ("POST", ["v2", "payments", "captures", id, "refund"]) => refund(world, id, &asking.json()?),
        ("GET", ["v2", "payments", "refunds", id]) => {
            let refund =
                world.refunds.get(*id).filter(|refund| !refund.reversal).ok_or_else(Refusal::not_found)?;
            Ok((200, shape::refund(world, refund)))
        }
        ("GET", ["v1", "customer", "disputes"]) => Ok(disputes(world, &asking.parameters())),
        ("GET", ["v1", "customer", "disputes", id]) => {
            Ok((200, shape::dispute(world.disputes.get(*id).ok_or_else(Refusal::not_found)?)))
        }
        ("GET", ["v1", "notifications", "webhooks-events"]) => events(world, &asking.parameters()),
        ("GET", ["v1", "reporting", "transactions"]) => transactions(world, &asking.parameters()),
        (_, ["v1", rest @ ..])
            if ["catalogs", "billing", "payments"].iter().any(|part| rest.first() == Some(part)) =>
        {
            billing_calls::execute(world, asking, rest)
        }
        (method, ["v1", "notifications", "webhooks", rest @ ..]) => webhooks(world, method, rest, asking),
        (_, _) => Err(Refusal::not_found()),
    }
}

pub(super) fn known(is_known: bool) -> Result<(), Refusal> {
    if is_known { Ok(()) } else { Err(Refusal::not_found()) }
}

/// An order that nobody agreed to is forgotten after some hours.
fn is_kept(world: &World, order: &Order) -> bool {
    order.status == "COMPLETED" || world.now() < order.created + chrono::TimeDelta::hours(6)
}

/// Refuses every field that PayPal does not know.
pub(super) fn only(value: &Value, allowed: &[&str]) -> Result<(), Refusal> {
    let fields = value.as_object().ok_or(Refusal::invalid("INVALID_PARAMETER_SYNTAX"))?;
    let all_known = fields.keys().all(|key| allowed.contains(&key.as_str()));
    if all_known { Ok(()) } else { Err(Refusal::invalid("INVALID_PARAMETER_SYNTAX")) }
}

pub(super) fn text(value: &Value, most: usize) -> Result<String, Refusal> {
    let text = value.as_str().ok_or(Refusal::invalid("MISSING_REQUIRED_PARAMETER"))?;
    if (1..=most).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::invalid("INVALID_STRING_LENGTH"))
    }
}

pub(super) fn name(value: &Value) -> Result<String, Refusal> {
    let name = text(value, 127)?;
    let fits = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.,".contains(&byte));
    if fits { Ok(name) } else { Err(Refusal::invalid("INVALID_PARAMETER_SYNTAX")) }
}

pub(super) fn address(value: &Value) -> Result<String, Refusal> {
    let address = text(value, 4000)?;
    url::Url::parse(&address).map_err(|_odd| Refusal::invalid("INVALID_PARAMETER_SYNTAX"))?;
    Ok(address)
}

fn create_order(world: &mut World, body: &Value) -> Answered {
    only(body, &["intent", "purchase_units", "payment_source"])?;
    if body["intent"] != "CAPTURE" {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    let [unit] = body["purchase_units"].as_array().map(Vec::as_slice).unwrap_or_default() else {
        return Err(Refusal::invalid("MISSING_REQUIRED_PARAMETER"));
    };
    only(unit, &["reference_id", "description", "custom_id", "invoice_id", "amount"])?;
    text(&unit["description"], 127)?;
    text(&unit["reference_id"], 256)?;
    let source = &body["payment_source"]["paypal"];
    only(source, &["email_address", "experience_context"])?;
    let context = &source["experience_context"];
    only(
        context,
        &["brand_name", "shipping_preference", "user_action", "return_url", "cancel_url", "locale"],
    )?;
    text(&context["brand_name"], 127)?;
    if context["shipping_preference"] != "NO_SHIPPING" || context["user_action"] != "PAY_NOW" {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    let amount = Amount::read(&unit["amount"]).map_err(|issue| match issue {
        "CURRENCY_NOT_SUPPORTED"
        | "DECIMAL_PRECISION"
        | "CANNOT_BE_ZERO_OR_NEGATIVE"
        | "MAX_VALUE_EXCEEDED" => Refusal::unprocessable(issue),
        other => Refusal::invalid(other),
    })?;
    let now = world.now();
    let order = Order {
        id: world.new_id("ORD"),
        created: now,
        updated: now,
        status: "PAYER_ACTION_REQUIRED",
        amount,
        custom_id: name(&unit["custom_id"])?,
        invoice_id: name(&unit["invoice_id"])?,
        return_url: address(&context["return_url"])?,
        cancel_url: address(&context["cancel_url"])?,
        means: Means::Wallet,
    };
    let shown = shape::order(world, &order);
    world.orders.insert(order.id.clone(), order);
    Ok((200, shown))
}

fn refund(world: &mut World, capture: &str, body: &Value) -> Answered {
    only(body, &["amount", "custom_id", "invoice_id", "note_to_payer"])?;
    let paid = world.captures.get(capture).ok_or_else(Refusal::not_found)?;
    let amount = Amount::read(&body["amount"]).map_err(Refusal::invalid)?;
    if amount.currency != paid.amount.currency {
        return Err(Refusal::unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH"));
    }
    let custom = name(&body["custom_id"])?;
    let id =
        world.give_back(capture, Some(amount.minor), Some(custom), false).map_err(Refusal::unprocessable)?;
    Ok((201, shape::refund(world, &world.refunds[&id])))
}

fn disputes(world: &World, asked: &HashMap<String, String>) -> (u16, Value) {
    let about = asked.get("disputed_transaction_id");
    let items: Vec<Value> = world
        .disputes
        .values()
        .filter(|dispute| about.is_none_or(|about| *about == dispute.capture))
        .map(|dispute| json!({"dispute_id": dispute.id, "status": "OPEN"}))
        .collect();
    (200, json!({"items": items, "links": []}))
}

pub(super) fn moment(asked: &HashMap<String, String>, key: &str) -> Result<DateTime<Utc>, Refusal> {
    let text = asked.get(key).ok_or(Refusal::invalid("MISSING_REQUIRED_PARAMETER"))?;
    let time = DateTime::parse_from_rfc3339(text);
    time.map(|time| time.to_utc()).map_err(|_odd| Refusal::invalid("INVALID_PARAMETER_SYNTAX"))
}

/// So many to a page, that there is more than one page of few.
const PER_PAGE: usize = 3;

fn events(world: &World, asked: &HashMap<String, String>) -> Answered {
    let (from, until) = (moment(asked, "start_time")?, moment(asked, "end_time")?);
    if from < world.now() - chrono::TimeDelta::days(30) - chrono::TimeDelta::minutes(1) {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    let skipped: usize = asked.get("next_page_token").map_or(0, |token| token.parse().unwrap());
    let of_span: Vec<_> =
        world.events.iter().rev().filter(|event| from <= event.created && event.created <= until).collect();
    let page = of_span.iter().skip(skipped).take(PER_PAGE);
    let shown: Vec<Value> = page.map(|event| serde_json::from_slice(&event.body).unwrap()).collect();
    let mut links = Vec::new();
    if skipped + PER_PAGE < of_span.len() {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("start_time", &written(from))
            .append_pair("end_time", &written(until))
            .append_pair("next_page_token", &(skipped + PER_PAGE).to_string())
            .finish();
        links.push(json!({"rel": "next", "method": "GET",
            "href": format!("{}/v1/notifications/webhooks-events?{query}", world.base)}));
    }
    Ok((200, json!({"count": shown.len(), "events": shown, "links": links})))
}

fn transactions(world: &World, asked: &HashMap<String, String>) -> Answered {
    let (from, until) = (moment(asked, "start_date")?, moment(asked, "end_date")?);
    if until - from > chrono::TimeDelta::days(31) {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    let page: usize = asked.get("page").map_or(1, |page| page.parse().unwrap());
    let seen_until = until.min(world.options.clock.now() - world.options.search_delay);
    let of_span: Vec<_> =
        world.purse.0.iter().filter(|line| from <= line.at && line.at <= seen_until).collect();
    let shown: Vec<Value> =
        of_span.iter().skip((page - 1) * PER_PAGE).take(PER_PAGE).map(|line| line.shown()).collect();
    Ok((
        200,
        json!({"transaction_details": shown, "page": page, "total_items": of_span.len(),
        "total_pages": of_span.len().div_ceil(PER_PAGE)}),
    ))
}

fn types_of(value: &Value) -> Result<Vec<String>, Refusal> {
    let types = value.as_array().ok_or(Refusal::invalid("MISSING_REQUIRED_PARAMETER"))?;
    types.iter().map(|kind| text(&kind["name"], 50)).collect()
}

fn webhooks(world: &mut World, method: &str, rest: &[&str], asking: &Asking<'_>) -> Answered {
    match (method, rest) {
        ("GET", []) => {
            let shown: Vec<Value> = world.webhooks.iter().map(shape::webhook).collect();
            Ok((200, json!({"webhooks": shown})))
        }
        ("POST", []) => {
            let body = asking.json()?;
            only(&body, &["url", "event_types"])?;
            let (url, types) = (text(&body["url"], 2048)?, types_of(&body["event_types"])?);
            if world.webhooks.iter().any(|webhook| webhook.url == url) {
                return Err(Refusal { status: 400, name: "WEBHOOK_URL_ALREADY_EXISTS", issue: "DUPLICATE" });
            }
            let webhook = Webhook { id: world.new_id("8PT"), url, types };
            world.webhooks.push(webhook.clone());
            Ok((201, shape::webhook(&webhook)))
        }
        ("PATCH", [id]) => {
            let body = asking.json()?;
            let types = types_of(&body[0]["value"])?;
            let found = world.webhooks.iter_mut().find(|webhook| webhook.id == *id);
            let webhook = found.ok_or_else(Refusal::not_found)?;
            webhook.types = types;
            Ok((200, shape::webhook(webhook)))
        }
        (_, _) => Err(Refusal::not_found()),
    }
}
