//! The calls that are made, one function each.

use super::super::GatewayError;
use super::super::manners::Denied;
use super::answers::{
    Capture, Dispute, DisputePage, EventPage, Link, Order, Refund, TransactionPage, Webhook, WebhookList,
};
use super::events::{EVENT_TYPES, is_name};
use super::transport::{Ask, Transport};
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

/// Pages of one payment's disputes: nobody has more.
const PAGES_MAX: usize = 20;

/// Where events are listed.
const EVENTS: &str = "/v1/notifications/webhooks-events";

const WEBHOOKS: &str = "/v1/notifications/webhooks";

pub(super) async fn create_order(to: &Transport, body: Value, key: &str) -> Result<Order, GatewayError> {
    to.call(&Ask::post("/v2/checkout/orders", body, Some(key.to_owned()))).await
}

/// An order; none that PayPal does not know (any more).
pub(super) async fn order(to: &Transport, id: &str) -> Result<Option<Order>, GatewayError> {
    known(to.call(&Ask::get(format!("/v2/checkout/orders/{}", named(id)?))).await)
}

/// Takes the money that the donor agreed to.
pub(super) async fn capture_order(to: &Transport, id: &str, key: &str) -> Result<Order, GatewayError> {
    let path = format!("/v2/checkout/orders/{}/capture", named(id)?);
    to.call(&Ask::post(path, json!({}), Some(key.to_owned()))).await
}

/// A payment; none that PayPal does not know by this name, as those of subscriptions.
pub(super) async fn capture(to: &Transport, id: &str) -> Result<Option<Capture>, GatewayError> {
    known(to.call(&Ask::get(format!("/v2/payments/captures/{}", named(id)?))).await)
}

pub(super) async fn refund(to: &Transport, id: &str) -> Result<Option<Refund>, GatewayError> {
    known(to.call(&Ask::get(format!("/v2/payments/refunds/{}", named(id)?))).await)
}

/// Gives a part of a payment back.
pub(super) async fn create_refund(
    to: &Transport,
    capture: &str,
    (currency, value): (&str, &str),
    ours: &str,
) -> Result<Refund, GatewayError> {
    let path = format!("/v2/payments/captures/{}/refund", named(capture)?);
    let body = json!({
        "amount": {"currency_code": currency, "value": value},
        "custom_id": ours,
        "invoice_id": ours,
    });
    to.call(&Ask::post(path, body, Some(ours.to_owned()))).await
}

/// All disputes about a payment, whole. None where the app may not see disputes.
pub(super) async fn disputes(to: &Transport, capture: &str) -> Result<Vec<Dispute>, GatewayError> {
    let query = Serializer::new(String::new())
        .append_pair("disputed_transaction_id", named(capture)?)
        .append_pair("page_size", "50")
        .finish();
    let (mut path, mut found) = (format!("/v1/customer/disputes?{query}"), Vec::new());
    for _page in 0..PAGES_MAX {
        let page: DisputePage = match to.ask(&Ask::get(path)).await {
            Ok(page) => page,
            Err(Denied::NotAllowed) => return Ok(Vec::new()),
            Err(denied) => return Err(without_answer(denied)),
        };
        for item in &page.items {
            found.push(dispute(to, &item.id).await?);
        }
        match next(&page.links, "/v1/customer/disputes") {
            Some(more) => path = more,
            None => return Ok(found),
        }
    }
    Err(GatewayError::Unknown("the list of disputes has no end".to_owned()))
}

pub(super) async fn dispute(to: &Transport, id: &str) -> Result<Dispute, GatewayError> {
    to.call(&Ask::get(format!("/v1/customer/disputes/{}", named(id)?))).await
}

/// One page of the events of a span of time, and where the next one is.
pub(super) async fn events(
    to: &Transport,
    span: std::ops::Range<DateTime<Utc>>,
    after: Option<&str>,
) -> Result<(EventPage, Option<String>), GatewayError> {
    let path = match after.filter(|path| path.starts_with(EVENTS)) {
        Some(path) => path.to_owned(),
        None => {
            let query = Serializer::new(String::new())
                .append_pair("page_size", "100")
                .append_pair("start_time", &written(span.start))
                .append_pair("end_time", &written(span.end))
                .finish();
            format!("{EVENTS}?{query}")
        }
    };
    let page: EventPage = to.call(&Ask::get(path)).await?;
    let next = next(&page.links, EVENTS);
    Ok((page, next))
}

/// One page of the movements on the account in a span of time.
pub(super) async fn transactions(
    to: &Transport,
    span: &std::ops::Range<DateTime<Utc>>,
    page: u32,
) -> Result<TransactionPage, Denied> {
    let query = Serializer::new(String::new())
        .append_pair("start_date", &written(span.start))
        .append_pair("end_date", &written(span.end))
        .append_pair("fields", "transaction_info")
        .append_pair("page_size", "100")
        .append_pair("page", &page.to_string())
        .finish();
    to.ask(&Ask::get(format!("/v1/reporting/transactions?{query}"))).await
}

/// The webhooks of the app.
pub(super) async fn webhooks(to: &Transport) -> Result<Vec<Webhook>, Denied> {
    Ok(to.ask::<WebhookList>(&Ask::get(WEBHOOKS)).await?.webhooks)
}

pub(super) async fn create_webhook(to: &Transport, url: &str) -> Result<Webhook, GatewayError> {
    let body = json!({"url": url, "event_types": types(EVENT_TYPES.into_iter())});
    to.call(&Ask::post(WEBHOOKS, body, None)).await
}

/// Lets a webhook hear of these.
pub(super) async fn update_webhook<'a>(
    to: &Transport,
    id: &str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), GatewayError> {
    let body = json!([{"op": "replace", "path": "/event_types", "value": types(names)}]);
    let path = format!("{WEBHOOKS}/{}", named(id)?);
    to.tell(&Ask { method: Method::PATCH, path, body: Some(body), key: None }).await
}

fn types<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Value> {
    names.map(|name| json!({"name": name})).collect()
}

/// Whether the app may see disputes.
pub(super) async fn may_see_disputes(to: &Transport) -> Result<(), Denied> {
    to.ask::<Value>(&Ask::get("/v1/customer/disputes?page_size=1")).await.map(|_any| ())
}

/// What was denied, as a call without the answer it was made for.
pub(super) fn without_answer(denied: Denied) -> GatewayError {
    match denied {
        Denied::NotKnown => GatewayError::Unknown("PayPal does not know the credentials".to_owned()),
        Denied::NotAllowed => GatewayError::Unknown("the app at PayPal may not do this".to_owned()),
        Denied::Other(error) => error,
    }
}

/// What PayPal has never heard of is none.
pub(super) fn known<T>(answer: Result<T, GatewayError>) -> Result<Option<T>, GatewayError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(GatewayError::Refused { code }) if is_unknown(&code) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_unknown(code: &str) -> bool {
    matches!(code, "INVALID_RESOURCE_ID" | "RESOURCE_NOT_FOUND")
}

/// The path of the next page, if it is one of the same list: only the path is followed, never another host.
pub(super) fn next(links: &[Link], list: &str) -> Option<String> {
    let link = links.iter().find(|link| link.rel == "next")?;
    let url = url::Url::parse(&link.href).ok()?;
    let query = url.query()?;
    (url.path().ends_with(list)).then(|| format!("{list}?{query}"))
}

/// A name that is safe to be part of an address.
pub(super) fn named(id: &str) -> Result<&str, GatewayError> {
    if is_name(id) { Ok(id) } else { Err(GatewayError::Unknown("an odd name from PayPal".to_owned())) }
}

pub(super) fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_same_list_are_followed() {
        let to = |href: &str| next(&[Link { href: href.to_owned(), rel: "next".to_owned() }], EVENTS);
        let path = "/v1/notifications/webhooks-events?page_size=100&next_page_token=x";
        assert_eq!(to(&format!("https://api.paypal.com{path}")).as_deref(), Some(path));
        assert_eq!(to(&format!("https://evil.example{path}")).as_deref(), Some(path));
        for other in ["https://api.paypal.com/v1/oauth2/token?x=1", "/relative", "https://api.paypal.com"] {
            assert_eq!(to(other), None, "{other}");
        }
    }
}
