//! Webhook endpoints by the API; the secret is told once, when an endpoint is made.

use super::super::form::Fields;
use super::super::records::{Endpoint, Record as _};
use super::super::refusal::Refusal;
use super::super::shape::Shape as _;
use super::super::world::World;
use super::list::Page;
use super::{Result, existing, shown};
use serde_json::{Value, json};
use stripe_shared::EventType;

pub(super) fn create(world: &mut World, mut fields: Fields) -> Result<Value> {
    let url = address(fields.required_text("url")?)?;
    let enabled_events = kinds(&mut fields)?.ok_or_else(|| fields.required("enabled_events"))?;
    let api_version = version(&mut fields)?;
    let (description, metadata) = (fields.text("description")?, fields.metadata()?);
    fields.boolean("connect")?;
    fields.finish()?;
    let secret = world.new_id("whsec_");
    let endpoint = Endpoint {
        id: world.new_id("we_1"),
        created: world.now(),
        url,
        enabled_events,
        api_version,
        description,
        metadata,
        enabled: true,
        secrets: vec![secret.clone()],
    };
    let mut answer = endpoint.shown(world);
    answer["secret"] = json!(secret);
    world.endpoints.insert(endpoint);
    Ok(answer)
}

pub(super) fn update(world: &mut World, id: &str, mut fields: Fields) -> Result<Value> {
    let mut endpoint = existing(&world.endpoints, id)?.clone();
    if let Some(url) = fields.text("url")? {
        endpoint.url = address(url)?;
    }
    endpoint.enabled_events = kinds(&mut fields)?.unwrap_or(endpoint.enabled_events);
    if let Some(disabled) = fields.boolean("disabled")? {
        endpoint.enabled = !disabled;
    }
    endpoint.description = fields.text("description")?.or(endpoint.description);
    endpoint.metadata.extend(fields.metadata()?);
    fields.finish()?;
    *world.endpoints.get_mut(id) = endpoint;
    shown(world, world.endpoints.get(id), &[])
}

pub(super) fn delete(world: &mut World, id: &str, fields: Fields) -> Result<Value> {
    fields.finish()?;
    existing(&world.endpoints, id)?;
    world.endpoints.remove(id);
    Ok(json!({ "id": id, "object": Endpoint::OBJECT, "deleted": true }))
}

pub(super) fn list(world: &World, mut fields: Fields) -> Result<Value> {
    let page = Page::take(&mut fields)?;
    fields.finish()?;
    page.of(world, &world.endpoints, "/v1/webhook_endpoints", |_| true)
}

fn address(url: String) -> Result<String> {
    let usable = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let refusal =
        || Refusal::invalid("Invalid URL: it must begin with https://").code("url_invalid").param("url");
    if usable { Ok(url) } else { Err(refusal()) }
}

fn kinds(fields: &mut Fields) -> Result<Option<Vec<String>>> {
    if !fields.has("enabled_events") {
        return Ok(None);
    }
    let kinds = fields.texts("enabled_events")?;
    let unknown = |kind: &&String| kind.as_str() != "*" && matches!(kind.parse(), Ok(EventType::Unknown(_)));
    match kinds.iter().find(unknown) {
        Some(kind) => {
            Err(Refusal::invalid(format!("Invalid enabled_events: {kind}")).param("enabled_events"))
        }
        None => Ok(Some(kinds)),
    }
}

fn version(fields: &mut Fields) -> Result<Option<String>> {
    let version = fields.text("api_version")?;
    match &version {
        Some(version) if !super::super::server::is_version(version) => {
            let message = format!("Invalid API version: {version}");
            Err(Refusal::invalid(message).param("api_version"))
        }
        _ => Ok(version),
    }
}
