//! The calls that are made, one function each: typed requests out, tolerant answers in.

use super::super::GatewayError;
use super::super::manners::Denied;
use super::account::Account;
use super::answers::{Dispute, Page, PaymentIntent, REFUND, Refund, Session, WebhookEndpoint};
use super::events::{EVENT_TYPES, is_name};
use super::transport::{API_VERSION, Transport};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, ExpireCheckoutSession, ListCheckoutSession, RetrieveCheckoutSession,
};
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};
use stripe_core::dispute::ListDispute;
use stripe_core::event::ListEvent;
use stripe_core::payment_intent::{ListPaymentIntent, RetrievePaymentIntent};
use stripe_core::refund::{CreateRefund, ListRefund};
use stripe_types::{RangeBoundsTs, RangeQueryTs};

/// The most that Stripe puts on one page.
pub(super) const PER_PAGE: i64 = 100;

/// Pages of one payment's refunds or disputes: nobody has more.
const PAGES_MAX: usize = 50;

/// What a charge needs to be whole: the movement on the balance, with fee and exchange.
const BALANCE: &str = "latest_charge.balance_transaction";

pub(super) async fn create_session(
    to: &Transport,
    request: &CreateCheckoutSession,
    key: &str,
) -> Result<Session, GatewayError> {
    to.call(request.build(), Some(key)).await
}

pub(super) async fn session(to: &Transport, id: &str) -> Result<Session, GatewayError> {
    read(to, &RetrieveCheckoutSession::new(named(id)?)).await
}

/// Ends a session that is open. Under a key of its own: a call that is cut off is made again.
pub(super) async fn expire_session(to: &Transport, id: &str) -> Result<Session, GatewayError> {
    let request = ExpireCheckoutSession::new(named(id)?);
    to.call(request.build(), Some(&format!("expire/{id}"))).await
}

/// One page of the sessions that were opened in a span of time.
pub(super) async fn sessions(
    to: &Transport,
    span: std::ops::Range<DateTime<Utc>>,
    after: Option<&str>,
) -> Result<Page<Session>, GatewayError> {
    let (from, until) = (span.start.timestamp(), span.end.timestamp());
    let bounds = RangeBoundsTs { gte: Some(from), lt: Some(until), gt: None, lte: None };
    let request = ListCheckoutSession::new().created(RangeQueryTs::Bounds(bounds)).limit(PER_PAGE);
    read(to, &with(request, after, ListCheckoutSession::starting_after)).await
}

pub(super) async fn payment_intent(to: &Transport, id: &str) -> Result<PaymentIntent, GatewayError> {
    read(to, &RetrievePaymentIntent::new(named(id)?).expand([BALANCE.to_owned()])).await
}

/// One page of the payments that were begun since.
pub(super) async fn payment_intents(
    to: &Transport,
    since: DateTime<Utc>,
    after: Option<&str>,
) -> Result<Page<PaymentIntent>, GatewayError> {
    let request = ListPaymentIntent::new()
        .created(RangeQueryTs::gte(since.timestamp()))
        .expand([format!("data.{BALANCE}")])
        .limit(PER_PAGE);
    read(to, &with(request, after, ListPaymentIntent::starting_after)).await
}

/// All refunds of a payment.
pub(super) async fn refunds(to: &Transport, payment: &str) -> Result<Vec<Refund>, GatewayError> {
    let payment = named(payment)?;
    all(
        |after| {
            let request = ListRefund::new()
                .payment_intent(payment)
                .expand([
                    "data.balance_transaction".to_owned(),
                    "data.failure_balance_transaction".to_owned(),
                ])
                .limit(PER_PAGE);
            let request = with(request, after.as_deref(), ListRefund::starting_after);
            async move { read::<_, Page<Refund>>(to, &request).await }
        },
        |refund| &refund.id,
    )
    .await
}

/// All disputes of a payment; their movements on the balance come along.
pub(super) async fn disputes(to: &Transport, payment: &str) -> Result<Vec<Dispute>, GatewayError> {
    let payment = named(payment)?;
    all(
        |after| {
            let request = ListDispute::new().payment_intent(payment).limit(PER_PAGE);
            let request = with(request, after.as_deref(), ListDispute::starting_after);
            async move { read::<_, Page<Dispute>>(to, &request).await }
        },
        |dispute| &dispute.id,
    )
    .await
}

/// Gives a part of a payment back.
pub(super) async fn create_refund(
    to: &Transport,
    payment: &str,
    units: i64,
    refund: &str,
) -> Result<Refund, GatewayError> {
    let request = CreateRefund::new()
        .payment_intent(named(payment)?)
        .amount(units)
        .expand(["balance_transaction".to_owned(), "failure_balance_transaction".to_owned()])
        .metadata(HashMap::from([(REFUND.to_owned(), refund.to_owned())]));
    to.call(request.build(), Some(refund)).await
}

/// One page of the events of these types since, as they are.
pub(super) async fn events(
    to: &Transport,
    types: &[&str],
    since: DateTime<Utc>,
    after: Option<&str>,
) -> Result<Page<Value>, GatewayError> {
    let request = ListEvent::new()
        .created(RangeQueryTs::gte(since.timestamp()))
        .types(types.iter().map(|kind| (*kind).to_owned()).collect::<Vec<_>>())
        .limit(PER_PAGE);
    read(to, &with(request, after, ListEvent::starting_after)).await
}

#[derive(serde::Serialize)]
struct Limit {
    limit: i64,
}

/// The first hundred endpoints of the account; Stripe allows sixteen.
pub(super) async fn endpoints(to: &Transport) -> Result<Vec<WebhookEndpoint>, GatewayError> {
    let request =
        RequestBuilder::new(StripeMethod::Get, "/webhook_endpoints").query(&Limit { limit: PER_PAGE });
    Ok(to.call::<Page<WebhookEndpoint>>(request, None).await?.data)
}

/// What an endpoint is created with. Of Stripe's split crates only a very large one has this request.
#[derive(serde::Serialize)]
struct NewEndpoint<'a> {
    url: &'a str,
    enabled_events: [&'static str; EVENT_TYPES.len()],
    api_version: &'static str,
    description: &'static str,
}

/// Creates the endpoint; the answer holds its secret, this one time.
pub(super) async fn create_endpoint(to: &Transport, url: &str) -> Result<WebhookEndpoint, GatewayError> {
    let form =
        NewEndpoint { url, enabled_events: EVENT_TYPES, api_version: API_VERSION, description: "Mainstay" };
    to.call(RequestBuilder::new(StripeMethod::Post, "/webhook_endpoints").form(&form), None).await
}

#[derive(serde::Serialize)]
struct EndpointChange<'a> {
    enabled_events: &'a [String],
    disabled: bool,
}

/// Switches an endpoint on, for these types of events.
pub(super) async fn update_endpoint(
    to: &Transport,
    id: &str,
    events: &[String],
) -> Result<WebhookEndpoint, GatewayError> {
    let path = format!("/webhook_endpoints/{}", named(id)?);
    let form = EndpointChange { enabled_events: events, disabled: false };
    to.call(RequestBuilder::new(StripeMethod::Post, path).form(&form), None).await
}

#[derive(serde::Deserialize)]
struct Deleted {}

/// Ends an endpoint: it sends nothing more.
pub(super) async fn delete_endpoint(to: &Transport, id: &str) -> Result<(), GatewayError> {
    let path = format!("/webhook_endpoints/{}", named(id)?);
    to.call::<Deleted>(RequestBuilder::new(StripeMethod::Delete, path), None).await.map(|_gone| ())
}

/// The account that the key opens.
pub(super) async fn account(to: &Transport) -> Result<Account, Denied> {
    to.ask(RequestBuilder::new(StripeMethod::Get, "/account")).await
}

/// The latest of a list, to see whether the key opens it.
pub(super) async fn first_of<T: DeserializeOwned>(
    to: &Transport,
    path: &'static str,
) -> Result<Page<T>, Denied> {
    to.ask(RequestBuilder::new(StripeMethod::Get, path).query(&Limit { limit: 1 })).await
}

#[derive(serde::Deserialize)]
struct CountrySpec {
    #[serde(default)]
    supported_payment_currencies: Vec<String>,
}

/// Codes of the currencies in which accounts of a country can be paid.
pub(super) async fn currencies_of(to: &Transport, country: &str) -> Result<Vec<String>, Denied> {
    let path = format!("/country_specs/{}", named(country).map_err(Denied::Other)?);
    let spec: CountrySpec = to.ask(RequestBuilder::new(StripeMethod::Get, path)).await?;
    Ok(spec.supported_payment_currencies)
}

async fn read<R: StripeRequest, T: DeserializeOwned>(to: &Transport, request: &R) -> Result<T, GatewayError> {
    to.call(request.build(), None).await
}

/// Continues a list behind an object, if one is given.
fn with<R>(request: R, after: Option<&str>, starting_after: impl FnOnce(R, String) -> R) -> R {
    match after {
        Some(after) => starting_after(request, after.to_owned()),
        None => request,
    }
}

/// Every page of a list.
async fn all<T, F>(
    page: impl Fn(Option<String>) -> F,
    id: impl Fn(&T) -> &String,
) -> Result<Vec<T>, GatewayError>
where
    F: Future<Output = Result<Page<T>, GatewayError>>,
{
    let mut found: Vec<T> = Vec::new();
    for _page in 0..PAGES_MAX {
        let next = page(found.last().map(|last| id(last).clone())).await?;
        let is_last = next.has_more != Some(true) || next.data.is_empty();
        found.extend(next.data);
        if is_last {
            return Ok(found);
        }
    }
    // A part of a list would look like the whole: refunds would be forgotten.
    Err(GatewayError::Unknown("a list without an end".to_owned()))
}

/// A name of Stripe's as a part of an address. One that Stripe would never give is an object that it does not have.
pub(super) fn named(id: &str) -> Result<&str, GatewayError> {
    if is_name(id) { Ok(id) } else { Err(GatewayError::Refused { code: "resource_missing".to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_asked_for_as_stripe_documents() {
        let bounds = RangeBoundsTs { gte: Some(5), lt: Some(9), gt: None, lte: None };
        let request = ListCheckoutSession::new().created(RangeQueryTs::Bounds(bounds)).limit(PER_PAGE);
        let query = with(request, Some("cs_9"), ListCheckoutSession::starting_after).build().query;
        let pairs: Vec<String> = url::form_urlencoded::parse(query.unwrap().as_bytes())
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(pairs, ["created[gte]=5", "created[lt]=9", "limit=100", "starting_after=cs_9"]);
        let form = NewEndpoint {
            url: "https://a/b",
            enabled_events: EVENT_TYPES,
            api_version: "1",
            description: "",
        };
        let body = RequestBuilder::new(StripeMethod::Post, "").form(&form).body.unwrap();
        let query = RequestBuilder::new(StripeMethod::Get, "").query(&Limit { limit: 9 }).query;
        assert_eq!(query.as_deref(), Some("limit=9"));
        let first = url::form_urlencoded::parse(body.as_bytes()).nth(1).unwrap();
        assert_eq!(first, ("enabled_events[0]".into(), "checkout.session.completed".into()));
    }

    #[test]
    fn only_names_become_parts_of_addresses() {
        assert_eq!(named("pi_3x"), Ok("pi_3x"));
        for odd in ["", "pi_1/refund", "pi_1?x", "..", "pi 1"] {
            assert!(matches!(named(odd), Err(GatewayError::Refused { .. })), "{odd}");
        }
    }
}
