//! Checkout Sessions in payment and in subscription mode.

use super::super::agenda::Task;
use super::super::arrangements::Interval;
use super::super::currency;
use super::super::form::Fields;
use super::super::records::{Item, Metadata, Recurring, Session, SessionStatus};
use super::super::refusal::Refusal;
use super::super::world::World;
use super::list::{Page, lets_through};
use super::{Result, existing, prices, shown};
use serde_json::Value;
use stripe_shared::CheckoutSessionLocale;

/// A session may be open for between half an hour and a day.
const OPEN_S_MIN: i64 = 30 * 60;
const OPEN_S_MAX: i64 = 24 * 3600;
/// A trial that begins on a page has at least so much to go.
const TRIAL_S_MIN: i64 = 48 * 3600;
const SUBMIT_TYPES: [&str; 5] = ["auto", "book", "donate", "pay", "subscribe"];

pub(super) fn create(world: &mut World, mut fields: Fields) -> Result<Value> {
    let mode = fields.word("mode", &["payment", "setup", "subscription"])?;
    let subscribes = match mode.as_deref() {
        Some("payment") => false,
        Some("subscription") => true,
        Some(_) => {
            let message = "This emulator knows no sessions in `setup` mode";
            return Err(Refusal::invalid(message).param("mode"));
        }
        None => return Err(fields.required("mode")),
    };
    refuse_payment_method_types(&fields)?;
    refuse_of_other_mode(&fields, subscribes)?;
    let now = world.now();
    let lines = Lines::take(&mut fields)?;
    let intent = IntentData::take(&mut fields)?;
    let recurring = recurring(&mut fields, &lines, subscribes, now)?;
    let customer = customer(world, &mut fields)?;
    let success_url = fields.required_text("success_url").and_then(|url| address(url, "success_url"))?;
    let cancel_url = fields.text("cancel_url")?.map(|url| address(url, "cancel_url")).transpose()?;
    let session = Session {
        id: String::new(),
        created: now,
        status: SessionStatus::Open,
        paid: false,
        items: lines.items,
        currency: lines.currency,
        metadata: fields.metadata()?,
        intent_description: intent.description,
        intent_metadata: intent.metadata,
        client_reference_id: fields.text_up_to("client_reference_id", 200)?,
        customer_email: email(&mut fields)?,
        success_url,
        cancel_url,
        expires_at: expiry(&mut fields, now)?,
        submit_type: fields.word("submit_type", &SUBMIT_TYPES)?,
        locale: locale(&mut fields)?,
        adaptive_pricing: enabled(&mut fields, "adaptive_pricing")?.unwrap_or(true),
        asks_bank: asks_bank(&mut fields)?,
        intent: None,
        recurring,
        customer,
        subscription: None,
        invoice: None,
        begun: None,
        begun_customer: None,
    };
    take_indifferent(&mut fields)?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    currency::check_charge(session.amount(), &session.currency, "line_items")?;
    let id = open(world, session);
    shown(world, world.sessions.get(&id), &paths)
}

fn open(world: &mut World, session: Session) -> String {
    let mode = if world.options.livemode() { "live" } else { "test" };
    let (first, second) = (world.new_id(&format!("cs_{mode}_a1")), world.new_id(""));
    let id = format!("{first}{second}");
    let items = session.items.into_iter().map(|item| Item { id: world.new_id("li_1"), ..item }).collect();
    world.agenda.at(session.expires_at, Task::Close(id.clone()));
    world.sessions.insert(Session { id: id.clone(), items, ..session });
    id
}

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (intent, customer) = (fields.text("payment_intent")?, fields.text("customer")?);
    let subscription = fields.text("subscription")?;
    let status = fields.word("status", &["open", "complete", "expired"])?;
    fields.finish()?;
    page.of(world, &world.sessions, "/v1/checkout/sessions", |session| {
        (customer.is_none() || customer == session.customer)
            && lets_through(subscription.as_deref(), session.subscription.as_deref().unwrap_or_default())
            && lets_through(intent.as_deref(), session.intent.as_deref().unwrap_or_default())
            && status.as_deref().is_none_or(|status| {
                session.status
                    == match status {
                        "open" => SessionStatus::Open,
                        "complete" => SessionStatus::Complete,
                        _ => SessionStatus::Expired,
                    }
            })
    })
}

pub(super) fn expire(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let paths = fields.texts("expand")?;
    fields.finish()?;
    existing(&world.sessions, id)?;
    if !world.is_open(id) {
        let message = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
        return Err(Refusal::invalid(message).begun());
    }
    world.expire(id);
    shown(world, world.sessions.get(id), &paths)
}

/// What only a page in the other mode has.
fn refuse_of_other_mode(fields: &Fields, subscribes: bool) -> Result<()> {
    let (names, mode) = if subscribes {
        (&["payment_intent_data", "customer_creation", "invoice_creation"][..], "payment")
    } else {
        (&["subscription_data", "payment_method_collection"][..], "subscription")
    };
    match names.iter().find(|name| fields.has(name)) {
        Some(name) => {
            let message = format!("You can not pass `{name}` in this mode: it is for `{mode}` mode.");
            Err(Refusal::invalid(message).param(*name))
        }
        None => Ok(()),
    }
}

/// What a page in subscription mode will make.
fn recurring(fields: &mut Fields, lines: &Lines, subscribes: bool, now: i64) -> Result<Option<Recurring>> {
    let interval = match (subscribes, lines.intervals.as_slice()) {
        (false, intervals) if intervals.iter().all(Option::is_none) => return Ok(None),
        (false, _) => {
            let message = "You specified `payment` mode but passed a recurring price.";
            return Err(Refusal::invalid(message).param("line_items"));
        }
        (true, [Some(interval)]) if lines.items[0].quantity == 1 => *interval,
        (true, [Some(_)]) => return Err(Refusal::invalid("This emulator knows only one of each price")),
        (true, _) => {
            let message = "You must provide one recurring price in `subscription` mode.";
            return Err(Refusal::invalid(message).param("line_items"));
        }
    };
    fields.word("payment_method_collection", &["always", "if_required"])?;
    let mut recurring = Recurring { interval, description: None, metadata: Metadata::new(), trial_end: None };
    let Some(mut given) = fields.below("subscription_data")? else {
        return Ok(Some(recurring));
    };
    recurring.description = given.text_up_to("description", 500)?;
    recurring.metadata = given.metadata()?;
    recurring.trial_end = given.integer("trial_end")?;
    given.word("proration_behavior", &["create_prorations", "none"])?;
    given.finish()?;
    if recurring.trial_end.is_some_and(|end| end < now + TRIAL_S_MIN) {
        let message = "The `trial_end` date has to be at least 2 days in the future.";
        return Err(Refusal::invalid(message).param("subscription_data[trial_end]"));
    }
    Ok(Some(recurring))
}

fn customer(world: &World, fields: &mut Fields) -> Result<Option<String>> {
    let customer = fields.text("customer")?;
    match &customer {
        Some(_) if fields.has("customer_email") => {
            Err(Refusal::invalid("You may only specify one of these parameters: customer, customer_email."))
        }
        Some(id) if world.customers.find(id).is_none() => Err(Refusal::no_such("customer", id, "customer")),
        _ => Ok(customer),
    }
}

/// Removed from the API in version 2026-09-30.
fn refuse_payment_method_types(fields: &Fields) -> Result<()> {
    if fields.has("payment_method_types") {
        return Err(Refusal::unknown_parameter("payment_method_types".to_owned()));
    }
    Ok(())
}

/// When cards are to be confirmed by their banks.
fn asks_bank(fields: &mut Fields) -> Result<bool> {
    let Some(mut options) = fields.below("payment_method_options")? else {
        return Ok(false);
    };
    let mut wanted = None;
    if let Some(mut card) = options.below("card")? {
        wanted = card.word("request_three_d_secure", &["any", "automatic", "challenge"])?;
        card.finish()?;
    }
    options.finish()?;
    Ok(wanted.as_deref() == Some("any"))
}

/// Parameters that Stripe takes and that change nothing here.
fn take_indifferent(fields: &mut Fields) -> Result<()> {
    fields.word("ui_mode", &["hosted_page"])?;
    fields.word("billing_address_collection", &["auto", "required"])?;
    fields.word("customer_creation", &["always", "if_required"])?;
    fields.boolean("allow_promotion_codes")?;
    fields.texts("allowed_payment_method_types")?;
    fields.texts("excluded_payment_method_types")?;
    fields.text("payment_method_configuration")?;
    for switch in ["phone_number_collection", "invoice_creation", "automatic_tax"] {
        enabled(fields, switch)?;
    }
    let Some(mut texts) = fields.below("custom_text")? else {
        return Ok(());
    };
    for place in ["submit", "after_submit"] {
        if let Some(mut text) = texts.below(place)? {
            text.text_up_to("message", 1200)?;
            text.finish()?;
        }
    }
    texts.finish()
}

/// What the lines are and in which currency.
struct Lines {
    items: Vec<Item>,
    currency: String,
    intervals: Vec<Option<Interval>>,
}

impl Lines {
    fn take(fields: &mut Fields) -> Result<Self> {
        let default_currency = fields.text("currency")?;
        let mut items = Vec::new();
        let mut currencies = Vec::new();
        let mut intervals = Vec::new();
        for mut line in fields.items("line_items")? {
            let quantity = line.integer("quantity")?.ok_or_else(|| line.required("quantity"))?;
            let mut price = line.below("price_data")?.ok_or_else(|| line.required("price_data"))?;
            line.finish()?;
            let unit = price.integer("unit_amount")?.ok_or_else(|| price.required("unit_amount"))?;
            if quantity < 1 || unit < 0 {
                let message = "This value must be greater than or equal to 1.";
                return Err(Refusal::invalid(message).code("parameter_invalid_integer").param("line_items"));
            }
            currencies.push(price.required_text("currency")?);
            let name = product_name(&mut price)?;
            intervals.push(prices::interval(&mut price)?);
            price.word("tax_behavior", &["exclusive", "inclusive", "unspecified"])?;
            price.finish()?;
            items.push(Item { id: String::new(), name, unit_amount: unit, quantity });
        }
        let Some(currency) = currencies.first().cloned() else {
            return Err(fields.required("line_items"));
        };
        if currencies.iter().chain(&default_currency).any(|other| *other != currency) {
            return Err(
                Refusal::invalid("All lines of a session must be in one currency").param("line_items")
            );
        }
        Ok(Self { items, currency, intervals })
    }
}

fn product_name(price: &mut Fields) -> Result<String> {
    let mut product = price.below("product_data")?.ok_or_else(|| price.required("product_data"))?;
    let name = product.text_up_to("name", 250)?.ok_or_else(|| product.required("name"))?;
    product.text("description")?;
    product.text("tax_code")?;
    product.texts("images")?;
    product.metadata()?;
    product.finish()?;
    Ok(name)
}

/// What the payment intent will carry.
#[derive(Default)]
struct IntentData {
    description: Option<String>,
    metadata: Metadata,
}

impl IntentData {
    fn take(fields: &mut Fields) -> Result<Self> {
        let Some(mut given) = fields.below("payment_intent_data")? else {
            return Ok(Self::default());
        };
        let intent =
            Self { description: given.text_up_to("description", 1000)?, metadata: given.metadata()? };
        given.text("receipt_email")?;
        given.text_up_to("statement_descriptor", 22)?;
        given.text_up_to("statement_descriptor_suffix", 22)?;
        given.word("capture_method", &["automatic", "automatic_async"])?;
        given.finish()?;
        Ok(intent)
    }
}

fn enabled(fields: &mut Fields, name: &str) -> Result<Option<bool>> {
    let Some(mut switch) = fields.below(name)? else {
        return Ok(None);
    };
    let on = switch.boolean("enabled")?;
    switch.finish()?;
    Ok(on)
}

fn address(url: String, param: &str) -> Result<String> {
    let filled = url.replace("{CHECKOUT_SESSION_ID}", "cs");
    let usable = url::Url::parse(&filled).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if usable { Ok(url) } else { Err(Refusal::invalid("Not a valid URL").code("url_invalid").param(param)) }
}

fn email(fields: &mut Fields) -> Result<Option<String>> {
    let email = fields.text_up_to("customer_email", 800)?;
    let usable = |email: &String| {
        let plain = email.is_ascii() && !email.contains([' ', ',', '<', '>']);
        let parts = email.split_once('@');
        plain
            && parts.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
    };
    match &email {
        Some(email) if !usable(email) => {
            Err(Refusal::invalid("Invalid email address").code("email_invalid").param("customer_email"))
        }
        _ => Ok(email),
    }
}

fn locale(fields: &mut Fields) -> Result<Option<String>> {
    let locale = fields.text("locale")?;
    match locale.as_deref().map(str::parse) {
        Some(Ok(CheckoutSessionLocale::Unknown(locale))) => {
            Err(Refusal::invalid(format!("Invalid locale: {locale}")).param("locale"))
        }
        _ => Ok(locale),
    }
}

fn expiry(fields: &mut Fields, now: i64) -> Result<i64> {
    let Some(at) = fields.integer("expires_at")? else {
        return Ok(now + OPEN_S_MAX);
    };
    if (now + OPEN_S_MIN..=now + OPEN_S_MAX).contains(&at) {
        return Ok(at);
    }
    let message =
        "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.";
    Err(Refusal::invalid(message).param("expires_at"))
}
