//! The portal: what customers may do in it, and visits to it.

use super::super::arrangements::{Configuration, Visit};
use super::super::form::Fields;
use super::super::refusal::Refusal;
use super::super::world::World;
use super::list::Page;
use super::{Result, shown};
use serde_json::{Value, json};

pub(super) fn configure(world: &mut World, mut fields: Fields) -> Result<Value> {
    let mut features = fields.below("features")?.ok_or_else(|| fields.required("features"))?;
    let mut switches = [false; 3];
    let names = ["payment_method_update", "subscription_cancel", "invoice_history"];
    for (name, switch) in names.into_iter().zip(&mut switches) {
        if let Some(mut feature) = features.below(name)? {
            *switch = feature.boolean("enabled")?.ok_or_else(|| feature.required("enabled"))?;
            if name == "subscription_cancel" {
                feature.word("mode", &["at_period_end", "immediately"])?;
            }
            feature.finish()?;
        }
    }
    features.finish()?;
    let mut headline = None;
    if let Some(mut profile) = fields.below("business_profile")? {
        headline = profile.text_up_to("headline", 60)?;
        profile.text("privacy_policy_url")?;
        profile.text("terms_of_service_url")?;
        profile.finish()?;
    }
    let (return_url, metadata) = (fields.text("default_return_url")?, fields.metadata()?);
    fields.text("name")?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    let id = world.new_id("bpc_1");
    let configuration = Configuration {
        id: id.clone(),
        created: world.now(),
        active: true,
        updates_cards: switches[0],
        cancels: switches[1],
        metadata,
        headline,
        return_url,
    };
    world.configurations.insert(configuration);
    shown(world, world.configurations.get(&id), &paths)
}

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    let (active, default) = (fields.boolean("active")?, fields.boolean("is_default")?);
    fields.finish()?;
    page.of(world, &world.configurations, "/v1/billing_portal/configurations", |row| {
        active.is_none_or(|active| row.active == active) && default != Some(true)
    })
}

pub(super) fn visit(world: &mut World, mut fields: Fields) -> Result<Value> {
    let customer = fields.required_text("customer")?;
    if world.customers.find(&customer).is_none() {
        return Err(Refusal::no_such("customer", &customer, "customer"));
    }
    let Some(configuration) = fields.text("configuration")? else {
        let message = "You can't create a portal session in test mode until you save your customer portal \
                       settings, or name a configuration";
        return Err(Refusal::invalid(message));
    };
    let Some(row) = world.configurations.find(&configuration) else {
        return Err(Refusal::no_such("configuration", &configuration, "configuration"));
    };
    let updates_cards = row.updates_cards;
    let (return_url, locale) = (fields.text("return_url")?, fields.text("locale")?);
    let flow = flow(&mut fields)?;
    let paths = fields.texts("expand")?;
    fields.finish()?;
    if flow["type"] == "payment_method_update" && !updates_cards {
        let message = "This flow is not available: the portal configuration does not update payment methods.";
        return Err(Refusal::invalid(message).param("flow_data[type]"));
    }
    let id = world.new_id("bps_1");
    let created = world.now();
    world.visits.insert(Visit { id: id.clone(), created, customer, configuration, return_url, locale, flow });
    shown(world, world.visits.get(&id), &paths)
}

fn flow(fields: &mut Fields) -> Result<Value> {
    let Some(mut flow) = fields.below("flow_data")? else {
        return Ok(Value::Null);
    };
    let kind = flow.word("type", &["payment_method_update"])?.ok_or_else(|| flow.required("type"))?;
    let mut after = json!({ "type": "portal_homepage", "redirect": null, "hosted_confirmation": null });
    if let Some(mut given) = flow.below("after_completion")? {
        let words = ["hosted_confirmation", "portal_homepage", "redirect"];
        let how = given.word("type", &words)?.ok_or_else(|| given.required("type"))?;
        after["type"] = json!(how);
        if let Some(mut redirect) = given.below("redirect")? {
            after["redirect"] = json!({ "return_url": redirect.required_text("return_url")? });
            redirect.finish()?;
        }
        given.finish()?;
        if how == "redirect" && after["redirect"].is_null() {
            return Err(
                Refusal::invalid("A redirect wants a return_url").param("flow_data[after_completion]")
            );
        }
    }
    flow.finish()?;
    Ok(
        json!({ "type": kind, "after_completion": after, "subscription_cancel": null, "subscription_update": null }),
    )
}
