//! Products and prices, made on the way or by themselves.

use super::super::arrangements::{Interval, Price, Unit};
use super::super::currency;
use super::super::form::Fields;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::{Result, shown};
use serde_json::Value;

/// The `recurring` of a price.
pub(super) fn interval(price: &mut Fields) -> Result<Option<Interval>> {
    let Some(mut given) = price.below("recurring")? else {
        return Ok(None);
    };
    let unit = given
        .word("interval", &Unit::WORDS)?
        .map(|word| Unit::of(&word))
        .ok_or_else(|| given.required("interval"))?;
    let count = given.integer("interval_count")?.unwrap_or(1);
    given.finish()?;
    let most = match unit {
        Unit::Day => 1095,
        Unit::Week => 156,
        Unit::Month => 36,
        Unit::Year => 3,
    };
    if !(1..=most).contains(&count) {
        let message = "Invalid interval_count: the interval can be from one unit to three years";
        return Err(Refusal::invalid(message).param("recurring"));
    }
    Ok(Some(Interval { unit, count: u32::try_from(count).unwrap() }))
}

/// A price that an update makes on the way: of a product that is there.
pub(super) fn made_on_the_way(world: &mut World, given: &mut Fields) -> Result<String> {
    let currency = given.required_text("currency")?;
    let product = given.required_text("product")?;
    if world.products.find(&product).is_none() {
        return Err(Refusal::no_such("product", &product, "product"));
    }
    let interval = interval(given)?.ok_or_else(|| given.required("recurring"))?;
    let unit_amount = given.integer("unit_amount")?.ok_or_else(|| given.required("unit_amount"))?;
    given.word("tax_behavior", &["exclusive", "inclusive", "unspecified"])?;
    currency::check_charge(unit_amount, &currency, "unit_amount")?;
    let created = world.now();
    let price = Price { id: String::new(), created, product, currency, unit_amount, interval };
    Ok(world.new_price(price))
}

pub(super) fn create_product(world: &mut World, mut fields: Fields) -> Result<Value> {
    let name = fields.required_text("name")?;
    fields.text("description")?;
    let metadata = fields.metadata()?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    let id = world.new_product(name, metadata);
    shown(world, world.products.get(&id), &paths)
}

pub(super) fn create(world: &mut World, mut fields: Fields) -> Result<Value> {
    let paths = fields.texts("expand")?;
    let id = made_on_the_way(world, &mut fields)?;
    fields.finish()?;
    shown(world, world.prices.get(&id), &paths)
}
