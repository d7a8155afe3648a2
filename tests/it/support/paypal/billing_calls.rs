//! The calls about products, plans, subscriptions and their payments, as strict as PayPal or stricter.

use super::billing::{Plan, Subscription, Terms};
use super::billing_shape as shape;
use super::calls::{Answered, Asking, Refusal, address, known, moment, name, only, text};
use super::purse::Amount;
use super::world::World;
use chrono::DateTime;
use serde_json::{Value, json};

/// So many plans to a page, that there is more than one page of few.
const PLANS_PER_PAGE: usize = 2;

pub(super) fn execute(world: &mut World, asking: &Asking<'_>, parts: &[&str]) -> Answered {
    match (asking.method, parts) {
        ("POST", ["catalogs", "products"]) => create_product(world, &asking.json()?),
        ("GET", ["catalogs", "products", id]) => {
            let name = world.billing.products.get(*id).ok_or_else(Refusal::not_found)?;
            Ok((200, json!({"id": id, "name": name, "type": "SERVICE"})))
        }
        ("POST", ["billing", "plans"]) => create_plan(world, &asking.json()?),
        ("GET", ["billing", "plans"]) => plans(world, asking),
        ("GET", ["billing", "plans", id]) => {
            Ok((200, shape::plan(world.billing.plans.get(*id).ok_or_else(Refusal::not_found)?)))
        }
        ("POST", ["billing", "subscriptions"]) => create_subscription(world, &asking.json()?),
        ("GET", ["billing", "subscriptions", id]) => {
            let whole = asking.parameters().get("fields").is_some_and(|fields| fields.contains("plan"));
            let it = world.billing.subscriptions.get(*id).ok_or_else(Refusal::not_found)?;
            Ok((200, shape::subscription(world, it, whole)))
        }
        ("GET", ["billing", "subscriptions", id, "transactions"]) => transactions(world, id, asking),
        ("POST", ["billing", "subscriptions", id, what]) => {
            known(world.billing.subscriptions.contains_key(*id))?;
            act(world, id, what, &asking.json()?)
        }
        ("GET", ["payments", "sale", id]) => {
            Ok((200, shape::sale(world, world.billing.sales.get(*id).ok_or_else(Refusal::not_found)?)))
        }
        ("POST", ["payments", "sale", id, "refund"]) => refund(world, id, &asking.json()?),
        ("GET", ["payments", "refund", id]) => {
            let refund = world.refunds.get(*id).filter(|refund| !refund.reversal);
            let refund = refund.filter(|refund| world.billing.sales.contains_key(&refund.capture));
            Ok((200, shape::refund(refund.ok_or_else(Refusal::not_found)?)))
        }
        (_, _) => Err(Refusal::not_found()),
    }
}

fn create_product(world: &mut World, body: &Value) -> Answered {
    only(body, &["id", "name", "type"])?;
    let (id, called) = (name(&body["id"])?, text(&body["name"], 127)?);
    if body["type"] != "SERVICE" || !(6..=50).contains(&id.len()) {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    if world.billing.products.contains_key(&id) {
        return Err(Refusal::unprocessable("DUPLICATE_RESOURCE_IDENTIFIER"));
    }
    world.billing.products.insert(id.clone(), called.clone());
    Ok((201, json!({"id": id, "name": called, "type": "SERVICE"})))
}

fn price(scheme: &Value) -> Result<Amount, Refusal> {
    only(scheme, &["fixed_price"])?;
    Amount::read(&scheme["fixed_price"]).map_err(Refusal::unprocessable)
}

fn the_only(list: &Value) -> Result<&Value, Refusal> {
    match list.as_array().map(Vec::as_slice) {
        Some([one]) => Ok(one),
        _ => Err(Refusal::invalid("MISSING_REQUIRED_PARAMETER")),
    }
}

fn create_plan(world: &mut World, body: &Value) -> Answered {
    only(body, &["product_id", "name", "status", "billing_cycles", "payment_preferences"])?;
    let product = name(&body["product_id"])?;
    known(world.billing.products.contains_key(&product))?;
    let cycle = the_only(&body["billing_cycles"])?;
    only(cycle, &["frequency", "tenure_type", "sequence", "total_cycles", "pricing_scheme"])?;
    only(&cycle["frequency"], &["interval_unit", "interval_count"])?;
    let preferences = &body["payment_preferences"];
    only(preferences, &["auto_bill_outstanding", "payment_failure_threshold"])?;
    let unit = text(&cycle["frequency"]["interval_unit"], 24)?;
    let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
    let (count, failures_max) =
        (number(&cycle["frequency"]["interval_count"]), number(&preferences["payment_failure_threshold"]));
    let (Some(count @ 1..=365), Some(failures_max)) = (count, failures_max) else {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    };
    let fits = ["DAY", "WEEK", "MONTH", "YEAR"].contains(&unit.as_str())
        && cycle["tenure_type"] == "REGULAR"
        && (cycle["sequence"] == 1 && cycle["total_cycles"] == 0)
        && preferences["auto_bill_outstanding"] == true
        && body["status"] == "ACTIVE";
    if !fits {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    let plan = Plan {
        id: world.new_id("P-"),
        product,
        name: text(&body["name"], 127)?,
        status: "ACTIVE",
        unit,
        count,
        price: price(&cycle["pricing_scheme"])?,
        failures_max,
    };
    let shown = shape::plan(&plan);
    world.billing.plans.insert(plan.id.clone(), plan);
    Ok((201, shown))
}

fn plans(world: &World, asking: &Asking<'_>) -> Answered {
    let asked = asking.parameters();
    let number = |key: &str| asked.get(key).and_then(|text| text.parse::<usize>().ok());
    let (Some(page @ 1..), Some(1..=20)) = (number("page"), number("page_size")) else {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    };
    let of: Vec<_> =
        world.billing.plans.values().filter(|plan| Some(&plan.product) == asked.get("product_id")).collect();
    let shown = of.iter().skip((page - 1) * PLANS_PER_PAGE).take(PLANS_PER_PAGE);
    // A list shows less of each.
    let brief = |plan: &&Plan| json!({"id": plan.id, "name": plan.name, "status": plan.status});
    let mut links = Vec::new();
    if page * PLANS_PER_PAGE < of.len() {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("product_id", &asked["product_id"])
            .append_pair("page_size", "20")
            .append_pair("page", &(page + 1).to_string())
            .finish();
        links.push(json!({"rel": "next", "href": format!("{}/v1/billing/plans?{query}", world.base)}));
    }
    Ok((200, json!({"plans": shown.map(brief).collect::<Vec<_>>(), "links": links})))
}

/// The terms that are asked for: a plan, and a price in the place of its own.
fn terms(world: &World, body: &Value) -> Result<Terms, Refusal> {
    let plan = name(&body["plan_id"])?;
    let known = world.billing.plans.get(&plan).ok_or_else(Refusal::not_found)?;
    if known.status != "ACTIVE" {
        return Err(Refusal::unprocessable("PLAN_STATUS_INVALID"));
    }
    only(&body["plan"], &["billing_cycles"])?;
    let cycle = the_only(&body["plan"]["billing_cycles"])?;
    only(cycle, &["sequence", "total_cycles", "pricing_scheme"])?;
    let price = price(&cycle["pricing_scheme"])?;
    if cycle["sequence"] != 1 || cycle["total_cycles"] != 0 {
        return Err(Refusal::unprocessable("INVALID_BILLING_CYCLE_SEQUENCE"));
    }
    if price.currency != known.price.currency {
        return Err(Refusal::unprocessable("CURRENCY_MISMATCH"));
    }
    Ok(Terms { plan, price })
}

/// Where the payer comes back to.
fn context(value: &Value, more: &[&str]) -> Result<(String, String), Refusal> {
    let allowed = ["brand_name", "shipping_preference", "return_url", "cancel_url", "locale"];
    only(value, &[&allowed, more].concat())?;
    text(&value["brand_name"], 127)?;
    if value["shipping_preference"] != "NO_SHIPPING" {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    Ok((address(&value["return_url"])?, address(&value["cancel_url"])?))
}

fn create_subscription(world: &mut World, body: &Value) -> Answered {
    only(body, &["plan_id", "custom_id", "plan", "subscriber", "application_context", "start_time"])?;
    only(&body["subscriber"], &["email_address"])?;
    let (return_url, cancel_url) = context(&body["application_context"], &["user_action"])?;
    if body["application_context"]["user_action"] != "SUBSCRIBE_NOW" {
        return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
    }
    let (terms, now) = (terms(world, body)?, world.now());
    let start = match body.get("start_time").map(Value::as_str) {
        None => now,
        Some(text) => {
            let start = DateTime::parse_from_rfc3339(text.unwrap_or_default());
            start.map_err(|_odd| Refusal::invalid("INVALID_PARAMETER_SYNTAX"))?.to_utc()
        }
    };
    if start < now {
        return Err(Refusal::unprocessable("INVALID_START_TIME"));
    }
    let token = world.new_id("BA-");
    let it = Subscription::asked(
        (world.new_id("I-"), name(&body["custom_id"])?),
        (terms, token),
        (now, start),
        (return_url, cancel_url),
    );
    let shown = shape::subscription(world, &it, false);
    world.billing.subscriptions.insert(it.id.clone(), it);
    Ok((201, shown))
}

fn act(world: &mut World, id: &str, what: &str, body: &Value) -> Answered {
    match what {
        "activate" | "suspend" | "cancel" => {
            only(body, &["reason"])?;
            let reason = text(&body["reason"], 128)?;
            world.order(id, what, reason).map_err(Refusal::unprocessable)?;
            Ok((204, Value::Null))
        }
        "capture" => {
            only(body, &["note", "capture_type", "amount"])?;
            text(&body["note"], 128)?;
            if body["capture_type"] != "OUTSTANDING_BALANCE" {
                return Err(Refusal::invalid("INVALID_PARAMETER_VALUE"));
            }
            let amount = Amount::read(&body["amount"]).map_err(Refusal::unprocessable)?;
            world.collect(id, &amount).map_err(Refusal::unprocessable)?;
            Ok((202, Value::Null))
        }
        "revise" => {
            only(body, &["plan_id", "plan", "application_context"])?;
            let (back, cancel) = context(&body["application_context"], &[])?;
            let (terms, token) = (terms(world, body)?, world.new_id("BA-"));
            let it = world.billing.subscriptions.get_mut(id).unwrap();
            if it.status != "ACTIVE" && it.status != "SUSPENDED" {
                return Err(Refusal::unprocessable("SUBSCRIPTION_STATUS_INVALID"));
            }
            (it.return_url, it.cancel_url, it.asked) = (back, cancel, Some((token.clone(), terms)));
            Ok((200, json!({"plan_overridden": true, "links": [shape::approval(&world.base, &token)]})))
        }
        _ => Err(Refusal::not_found()),
    }
}

fn transactions(world: &World, id: &str, asking: &Asking<'_>) -> Answered {
    let asked = asking.parameters();
    let (from, until) = (moment(&asked, "start_time")?, moment(&asked, "end_time")?);
    known(world.billing.subscriptions.contains_key(id))?;
    let of = world.billing.sales.values().filter(|sale| sale.order == id);
    let shown: Vec<Value> =
        of.filter(|sale| from <= sale.created && sale.created <= until).map(shape::transaction).collect();
    Ok((200, json!({"transactions": shown, "links": []})))
}

fn refund(world: &mut World, sale: &str, body: &Value) -> Answered {
    only(body, &["amount", "invoice_number"])?;
    only(&body["amount"], &["total", "currency"])?;
    let paid = world.billing.sales.get(sale).ok_or_else(Refusal::not_found)?;
    let asked = json!({"value": body["amount"]["total"], "currency_code": body["amount"]["currency"]});
    let amount = Amount::read(&asked).map_err(Refusal::invalid)?;
    if amount.currency != paid.amount.currency {
        return Err(Refusal::invalid("REFUND_CURRENCY_MISMATCH"));
    }
    let ours = name(&body["invoice_number"])?;
    let id = world.give_back(sale, Some(amount.minor), Some(ours), false).map_err(Refusal::invalid)?;
    Ok((201, shape::refund(&world.refunds[&id])))
}
