//! Events, which can be read for thirty days.

use super::super::form::Fields;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::Result;
use super::list::{Page, lets_through};
use serde_json::Value;

const READABLE_S: i64 = 30 * 24 * 3600;

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (kind, kinds) = (fields.text("type")?, fields.texts("types")?);
    let delivered = fields.boolean("delivery_success")?;
    fields.finish()?;
    if kind.is_some() && !kinds.is_empty() {
        return Err(Refusal::invalid("You may only specify one of these parameters: type, types."));
    }
    if kinds.len() > 20 {
        return Err(Refusal::invalid("At most 20 types can be asked for").param("types"));
    }
    let oldest = world.now() - READABLE_S;
    page.of(world, &world.events, "/v1/events", |event| {
        event.created >= oldest
            && lets_through(kind.as_deref(), &event.kind)
            && (kinds.is_empty() || kinds.contains(&event.kind))
            && delivered.is_none_or(|delivered| delivered == (world.outbox.missing(&event.id) == 0))
    })
}
