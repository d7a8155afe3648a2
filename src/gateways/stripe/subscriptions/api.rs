//! The calls about subscriptions. Their typed requests are in a crate as large as all others of Stripe's together, so
//! the few that are made are written as forms.

use super::super::super::GatewayError;
use super::super::answers::Page;
use super::super::api::{PER_PAGE, named};
use super::super::transport::Transport;
use super::answers::{
    Invoice, InvoicePayment, PaymentMethod, PortalConfiguration, PortalSession, Subscription,
};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use stripe_client_core::{RequestBuilder, StripeMethod};

/// Names and values, as Stripe documents them: `items[0][id]`.
pub(super) type Form = BTreeMap<&'static str, String>;

/// What comes along with a subscription: the card that is charged.
const CARDS: [(&str, &str); 2] = [
    ("expand[0]", "default_payment_method"),
    ("expand[1]", "customer.invoice_settings.default_payment_method"),
];

/// The most subscriptions of one customer that are looked at.
const OF_CUSTOMER: i64 = 100;

fn form<const N: usize>(pairs: [(&'static str, &str); N]) -> Form {
    pairs.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

async fn get<T: DeserializeOwned>(to: &Transport, path: String, query: &Form) -> Result<T, GatewayError> {
    to.call(RequestBuilder::new(StripeMethod::Get, path).query(query), None).await
}

async fn post<T: DeserializeOwned>(
    to: &Transport,
    path: String,
    body: &Form,
    key: Option<&str>,
) -> Result<T, GatewayError> {
    let request = RequestBuilder::new(StripeMethod::Post, path);
    // A form of nothing would be written as a field without a name.
    let request = if body.is_empty() { request } else { request.form(body) };
    to.call(request, key).await
}

pub(super) async fn subscription(to: &Transport, id: &str) -> Result<Subscription, GatewayError> {
    get(to, format!("/subscriptions/{}", named(id)?), &form(CARDS)).await
}

/// The subscriptions of a customer that are not over.
pub(super) async fn subscriptions_of(
    to: &Transport,
    customer: &str,
) -> Result<Vec<Subscription>, GatewayError> {
    let mut query = form([("customer", named(customer)?)]);
    query.insert("limit", OF_CUSTOMER.to_string());
    query.insert("expand[0]", "data.default_payment_method".to_owned());
    query.insert("expand[1]", "data.customer.invoice_settings.default_payment_method".to_owned());
    Ok(get::<Page<Subscription>>(to, "/subscriptions".to_owned(), &query).await?.data)
}

pub(super) async fn update(
    to: &Transport,
    id: &str,
    change: &Form,
    key: Option<&str>,
) -> Result<Subscription, GatewayError> {
    post(to, format!("/subscriptions/{}", named(id)?), change, key).await
}

/// Ends a subscription now.
pub(super) async fn cancel(
    to: &Transport,
    id: &str,
    comment: &str,
    key: &str,
) -> Result<Subscription, GatewayError> {
    let query = form([("cancellation_details[comment]", comment)]);
    let path = format!("/subscriptions/{}", named(id)?);
    to.call(RequestBuilder::new(StripeMethod::Delete, path).query(&query), Some(key)).await
}

pub(super) async fn invoice(to: &Transport, id: &str) -> Result<Invoice, GatewayError> {
    get(to, format!("/invoices/{}", named(id)?), &form([("expand[0]", "payments")])).await
}

/// The latest invoices of a subscription, newest first; in one status, if it is given.
pub(super) async fn invoices_of(
    to: &Transport,
    subscription: &str,
    status: Option<&str>,
    limit: i64,
) -> Result<Vec<Invoice>, GatewayError> {
    let mut query = form([("subscription", named(subscription)?), ("expand[0]", "data.payments")]);
    query.insert("limit", limit.to_string());
    if let Some(status) = status {
        query.insert("status", status.to_owned());
    }
    Ok(get::<Page<Invoice>>(to, "/invoices".to_owned(), &query).await?.data)
}

/// One page of the invoices that were made since.
pub(super) async fn invoices(
    to: &Transport,
    since: DateTime<Utc>,
    after: Option<&str>,
) -> Result<Page<Invoice>, GatewayError> {
    let mut query = form([("expand[0]", "data.payments")]);
    query.insert("created[gte]", since.timestamp().to_string());
    query.insert("limit", PER_PAGE.to_string());
    if let Some(after) = after {
        query.insert("starting_after", named(after)?.to_owned());
    }
    get(to, "/invoices".to_owned(), &query).await
}

/// The invoice that a payment is for, if it is for one.
pub(super) async fn invoice_of(to: &Transport, payment: &str) -> Result<Option<Invoice>, GatewayError> {
    let query = form([
        ("payment[type]", "payment_intent"),
        ("payment[payment_intent]", named(payment)?),
        ("expand[0]", "data.invoice"),
        ("limit", "1"),
    ]);
    let found: Page<InvoicePayment> = get(to, "/invoice_payments".to_owned(), &query).await?;
    Ok(found.data.into_iter().find_map(|payment| payment.invoice?.into_object()))
}

/// Charges an open invoice now; none if the card was declined. It is a new try each time it is asked for.
pub(super) async fn pay(to: &Transport, invoice: &str) -> Result<Option<Invoice>, GatewayError> {
    let path = format!("/invoices/{}/pay", named(invoice)?);
    to.charge(RequestBuilder::new(StripeMethod::Post, path), None).await
}

/// Lets a subscription that was stopped at Stripe's own button go on.
pub(super) async fn resume(
    to: &Transport,
    id: &str,
    how: &Form,
    key: &str,
) -> Result<Subscription, GatewayError> {
    post(to, format!("/subscriptions/{}/resume", named(id)?), how, Some(key)).await
}

/// The card that a customer added last.
pub(super) async fn newest_card(
    to: &Transport,
    customer: &str,
) -> Result<Option<PaymentMethod>, GatewayError> {
    let path = format!("/customers/{}/payment_methods", named(customer)?);
    let found: Page<PaymentMethod> = get(to, path, &form([("type", "card"), ("limit", "1")])).await?;
    Ok(found.data.into_iter().next())
}

/// The settings of the portal that are in use.
pub(super) async fn portal_configurations(to: &Transport) -> Result<Vec<PortalConfiguration>, GatewayError> {
    let query = form([("active", "true"), ("limit", "100")]);
    let path = "/billing_portal/configurations".to_owned();
    Ok(get::<Page<PortalConfiguration>>(to, path, &query).await?.data)
}

pub(super) async fn create_portal_configuration(
    to: &Transport,
    settings: &Form,
) -> Result<PortalConfiguration, GatewayError> {
    post(to, "/billing_portal/configurations".to_owned(), settings, None).await
}

pub(super) async fn visit_portal(to: &Transport, visit: &Form) -> Result<PortalSession, GatewayError> {
    post(to, "/billing_portal/sessions".to_owned(), visit, None).await
}
