//! The account and its balance.

use super::super::form::Fields;
use super::super::world::World;
use super::Result;
use serde_json::{Value, json};

pub(super) fn account(world: &World, fields: Fields) -> Result<Value> {
    fields.finish()?;
    let options = &world.options;
    Ok(json!({
        "id": options.account, "object": "account", "type": "standard", "country": "DE",
        "default_currency": options.default_currency, "email": "publisher@example.org", "business_type": "company",
        "charges_enabled": true, "payouts_enabled": true, "details_submitted": true, "created": 1_700_000_000,
        "capabilities": { "card_payments": "active", "sepa_debit_payments": "active", "transfers": "active" },
        "business_profile": { "name": "Example Press", "url": "https://press.example.org", "mcc": "5192" },
        "settings": { "dashboard": { "display_name": "Example Press", "timezone": "Europe/Berlin" } },
        "external_accounts": { "object": "list", "data": [], "has_more": false, "url": "/v1/accounts/external" },
        "metadata": {}, "tos_acceptance": {},
    }))
}

/// What accounts of a country can do; this one's lira is left out, so that a site can have a currency too many.
pub(super) fn country(country: &str, fields: Fields) -> Result<Value> {
    fields.finish()?;
    Ok(json!({
        "id": country, "object": "country_spec", "default_currency": "eur",
        "supported_payment_currencies": ["eur", "gbp", "jpy", "usd"],
        "supported_payment_methods": ["card"], "supported_transfer_countries": [country],
    }))
}

pub(super) fn balance(world: &World, fields: Fields) -> Result<Value> {
    fields.finish()?;
    let amount = |(currency, amount)| json!({ "amount": amount, "currency": currency, "source_types": { "card": amount } });
    let available: Vec<_> = world.balances().into_iter().map(amount).collect();
    Ok(json!({
        "object": "balance", "livemode": world.options.livemode(), "available": available, "pending": [],
    }))
}
