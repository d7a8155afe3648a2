//! Payouts, as they are listed.

use super::super::form::Fields;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::list::{Page, lets_through};
use super::{Result, existing};
use serde_json::Value;

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let status = fields.text("status")?;
    fields.finish()?;
    page.of(world, &world.payouts, "/v1/payouts", |payout| lets_through(status.as_deref(), payout.status))
}

/// Only of automatic payouts is it told what they hold.
pub(super) fn is_automatic(world: &World, id: &str) -> Result<()> {
    if existing(&world.payouts, id)?.automatic {
        return Ok(());
    }
    let message = "Balance transaction history can only be filtered on automatic transfers, not manual.";
    Err(Refusal::invalid(message).param("payout"))
}
