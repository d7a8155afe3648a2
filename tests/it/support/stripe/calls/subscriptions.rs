//! Subscriptions: read, changed, paused, ended. They are made by pages in subscription mode only.

use super::super::agenda::Task;
use super::super::arrangements::{Pause, Subscription, SubscriptionStatus};
use super::super::billing::{Presence, day_after};
use super::super::form::Fields;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::customers::belongs;
use super::list::{Page, lets_through};
use super::{Result, existing, prices, shown};
use serde_json::Value;

const STATUSES: [&str; 10] = [
    "active",
    "all",
    "canceled",
    "ended",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
];
const BEHAVIORS: [&str; 3] = ["keep_as_draft", "mark_uncollectible", "void"];

/// A trial may be so long.
const TRIAL_S_MAX: i64 = 730 * 24 * 3600;

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (customer, price) = (fields.text("customer")?, fields.text("price")?);
    let status = fields.word("status", &STATUSES)?;
    fields.finish()?;
    page.of(world, &world.subscriptions, "/v1/subscriptions", |row| {
        let wanted = match status.as_deref() {
            Some("all") => true,
            Some("ended") => row.status.is_over(),
            Some(wanted) => row.status.word() == wanted,
            None => row.status != SubscriptionStatus::Canceled,
        };
        wanted
            && lets_through(customer.as_deref(), &row.customer)
            && lets_through(price.as_deref(), &row.price)
    })
}

pub(super) fn cancel(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let comment = details(&mut fields)?;
    let (invoice_now, prorate) = (fields.boolean("invoice_now")?, fields.boolean("prorate")?);
    let paths = fields.texts("expand")?;
    fields.finish()?;
    if invoice_now == Some(true) || prorate == Some(true) {
        return Err(Refusal::invalid("This emulator does not prorate"));
    }
    if existing(&world.subscriptions, id)?.status.is_over() {
        return Err(Refusal::missing("subscription", id));
    }
    let row = world.subscriptions.get_mut(id);
    row.end_comment = comment.or(row.end_comment.take());
    world.end(id, "cancellation_requested");
    shown(world, world.subscriptions.get(id), &paths)
}

/// Lets a subscription of the status `paused` go on; only as we ask for it.
pub(super) fn resume(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let row = existing(&world.subscriptions, id)?.clone();
    let anchor = fields.word("billing_cycle_anchor", &["now", "unchanged"])?;
    let prorates = fields.word("proration_behavior", &["always_invoice", "create_prorations", "none"])?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    if row.status != SubscriptionStatus::Paused {
        return Err(Refusal::invalid("Only a subscription of the status paused can be resumed."));
    }
    if (anchor.as_deref(), prorates.as_deref()) != (Some("unchanged"), Some("none")) {
        return Err(Refusal::invalid("This emulator does not prorate, and keeps the days of charging"));
    }
    world.goes_on(id);
    shown(world, world.subscriptions.get(id), &paths)
}

/// Why somebody ends a subscription, in words of theirs.
fn details(fields: &mut Fields) -> Result<Option<String>> {
    let Some(mut details) = fields.below("cancellation_details")? else {
        return Ok(None);
    };
    let comment = details.text("comment")?;
    details.text("feedback")?;
    details.finish()?;
    Ok(comment)
}

/// What follows from an update, besides the changed fields.
#[derive(Default)]
struct Follows {
    /// A new period begins now and is charged at once.
    charged: bool,
    /// A free time begins now.
    free: bool,
}

pub(super) fn update(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let mut row = existing(&world.subscriptions, id)?.clone();
    let before = row.clone();
    if row.status.is_over() {
        let message = "A canceled subscription can only update its cancellation_details and metadata.";
        return Err(Refusal::invalid(message));
    }
    let prorates = fields.word("proration_behavior", &["always_invoice", "create_prorations", "none"])?;
    fields.word("payment_behavior", &["allow_incomplete", "error_if_incomplete", "pending_if_incomplete"])?;
    fields.boolean("off_session")?;
    row.end_comment = details(&mut fields)?.or(row.end_comment);
    row.metadata.extend(fields.metadata()?);
    row.description = fields.text("description")?.or(row.description);
    let mut follows = Follows::default();
    new_price(world, &mut fields, &mut row)?;
    new_trial(world, &mut fields, &mut row, &mut follows)?;
    pause(&mut fields, &mut row)?;
    cancel_at_end(world, &mut fields, &mut row)?;
    if let Some(method) = fields.text("default_payment_method")? {
        belongs(world, &method, &row.customer)?;
        row.default_method = Some(method);
    }
    let paths = fields.texts("expand")?;
    fields.finish()?;
    let dear = row.price != before.price || row.trial != before.trial;
    if row.status == SubscriptionStatus::Incomplete && (dear || row.pause.is_some()) {
        return Err(Refusal::invalid("An incomplete subscription can only update its metadata."));
    }
    if dear && prorates.as_deref() != Some("none") {
        return Err(Refusal::invalid("This emulator does not prorate: say so").param("proration_behavior"));
    }
    new_period(world, &before, &mut row, &mut follows);
    apply(world, row, &follows);
    shown(world, world.subscriptions.get(id), &paths)
}

fn new_price(world: &mut World, fields: &mut Fields, row: &mut Subscription) -> Result<()> {
    let mut items = fields.items("items")?;
    let Some(mut item) = items.pop() else {
        return Ok(());
    };
    let id = item.required_text("id")?;
    if !items.is_empty() || id != row.item {
        let message = "Currently, this emulator keeps subscriptions of one item";
        return Err(Refusal::invalid(message).param("items"));
    }
    let price = match (item.text("price")?, item.below("price_data")?) {
        (Some(price), None) if world.prices.find(&price).is_some() => price,
        (Some(price), None) => return Err(Refusal::no_such("price", &price, "items[0][price]")),
        (None, Some(mut given)) => {
            let price = prices::made_on_the_way(world, &mut given)?;
            given.finish()?;
            price
        }
        _ => return Err(item.required("price")),
    };
    item.integer("quantity")?;
    item.finish()?;
    let currency = |price: &str| world.prices.get(price).currency.clone();
    if currency(&price) != currency(&row.price) {
        let message = "The price specified is in another currency than the subscription.";
        return Err(Refusal::invalid(message).param("items[0][price]"));
    }
    row.price = price;
    Ok(())
}

fn new_trial(
    world: &World,
    fields: &mut Fields,
    row: &mut Subscription,
    follows: &mut Follows,
) -> Result<()> {
    let now = world.now();
    let Some(end) = fields.integer("trial_end")? else {
        return Ok(());
    };
    if end <= now || end > now + TRIAL_S_MAX {
        let message = "Invalid timestamp: trial_end must be in the future and within two years.";
        return Err(Refusal::invalid(message).param("trial_end"));
    }
    row.trial = Some((now, end));
    (row.anchor, row.from, row.until) = (end, now, end);
    row.status = SubscriptionStatus::Trialing;
    follows.free = true;
    Ok(())
}

fn pause(fields: &mut Fields, row: &mut Subscription) -> Result<()> {
    if fields.is_unset("pause_collection") {
        row.pause = None;
        return Ok(());
    }
    let Some(mut given) = fields.below("pause_collection")? else {
        return Ok(());
    };
    let behavior = given.word("behavior", &BEHAVIORS)?.ok_or_else(|| given.required("behavior"))?;
    row.pause = Some(Pause { behavior, resumes_at: given.integer("resumes_at")? });
    given.finish()
}

fn cancel_at_end(world: &World, fields: &mut Fields, row: &mut Subscription) -> Result<()> {
    match fields.boolean("cancel_at_period_end")? {
        Some(true) if !row.cancel_at_period_end => {
            row.cancel_at_period_end = true;
            row.canceled_at = Some(world.now());
        }
        Some(false) => {
            row.cancel_at_period_end = false;
            row.canceled_at = None;
        }
        Some(true) | None => {}
    }
    Ok(())
}

/// Another interval begins now, unless a free time comes first.
fn new_period(world: &World, before: &Subscription, row: &mut Subscription, follows: &mut Follows) {
    let interval = |price: &str| world.prices.get(price).interval;
    if interval(&before.price) == interval(&row.price) || follows.free || !row.status.runs() {
        return;
    }
    let now = world.now();
    (row.anchor, row.from) = (now, now);
    row.until = day_after(now, interval(&row.price), now);
    row.status = SubscriptionStatus::Active;
    follows.charged = true;
}

fn apply(world: &mut World, row: Subscription, follows: &Follows) {
    let id = row.id.clone();
    if let Some(resumes) = row.pause.as_ref().and_then(|pause| pause.resumes_at) {
        world.agenda.at(resumes, Task::Resume(id.clone()));
    }
    world.agenda.at(row.until, Task::Renew(id.clone()));
    let mut invoice = None;
    world.change("customer.subscription.updated", &id, |world| {
        *world.subscriptions.get_mut(&id) = row;
        if follows.charged || follows.free {
            invoice = Some(world.draw(&id, "subscription_update", follows.free));
        }
    });
    let Some(invoice) = invoice else { return };
    world.tell("invoice.created", &invoice);
    world.make_final(&invoice);
    if follows.charged {
        let method = world.method_of(world.subscriptions.get(&id));
        world.charge(&invoice, method.as_deref(), Presence::Away);
    }
}
