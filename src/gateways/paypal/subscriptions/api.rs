//! The calls about products, plans, subscriptions and their payments, one function each.

use super::super::super::GatewayError;
use super::super::api::{known, named, next, written};
use super::super::transport::{Ask, Transport};
use super::answers::{
    Plan, PlanPage, Product, Revised, Sale, SaleRefund, Subscription, SubscriptionPayment, TransactionList,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

const PRODUCTS: &str = "/v1/catalogs/products";
const PLANS: &str = "/v1/billing/plans";
const SUBSCRIPTIONS: &str = "/v1/billing/subscriptions";
const SALES: &str = "/v1/payments/sale";

/// Pages of plans and of payments: nobody has more.
const PAGES_MAX: usize = 50;

/// What is done with a subscription at once. Every one needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Activate,
    Suspend,
    Cancel,
}

impl Command {
    fn word(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Suspend => "suspend",
            Self::Cancel => "cancel",
        }
    }

    /// Whether a subscription in this status is as the command wants it, or over.
    pub(super) fn is_done(self, status: Option<&str>) -> bool {
        match status {
            Some("CANCELLED" | "EXPIRED") => true,
            Some("ACTIVE") => self == Self::Activate,
            Some("SUSPENDED") => self == Self::Suspend,
            Some(_) | None => false,
        }
    }
}

pub(super) async fn product(to: &Transport, id: &str) -> Result<Option<Product>, GatewayError> {
    known(to.call(&Ask::get(format!("{PRODUCTS}/{}", named(id)?))).await)
}

pub(super) async fn create_product(to: &Transport, body: Value, key: &str) -> Result<Product, GatewayError> {
    to.call(&Ask::post(PRODUCTS, body, Some(key.to_owned()))).await
}

/// All plans of a product.
pub(super) async fn plans(to: &Transport, product: &str) -> Result<Vec<Plan>, GatewayError> {
    let query = Serializer::new(String::new())
        .append_pair("product_id", named(product)?)
        .append_pair("page_size", "20")
        .append_pair("page", "1")
        .finish();
    let (mut path, mut found) = (format!("{PLANS}?{query}"), Vec::new());
    for _page in 0..PAGES_MAX {
        let page: PlanPage = to.call(&Ask::get(path)).await?;
        found.extend(page.plans);
        match next(&page.links, PLANS) {
            Some(more) => path = more,
            None => return Ok(found),
        }
    }
    Err(GatewayError::Unknown("the list of plans has no end".to_owned()))
}

pub(super) async fn plan(to: &Transport, id: &str) -> Result<Plan, GatewayError> {
    to.call(&Ask::get(format!("{PLANS}/{}", named(id)?))).await
}

pub(super) async fn create_plan(to: &Transport, body: Value, key: String) -> Result<Plan, GatewayError> {
    to.call(&Ask::post(PLANS, body, Some(key))).await
}

pub(super) async fn create_subscription(
    to: &Transport,
    body: Value,
    key: String,
) -> Result<Subscription, GatewayError> {
    to.call(&Ask::post(SUBSCRIPTIONS, body, Some(key))).await
}

/// A subscription with its plan; none that PayPal does not know.
pub(super) async fn subscription(to: &Transport, id: &str) -> Result<Option<Subscription>, GatewayError> {
    let path = format!("{SUBSCRIPTIONS}/{}?fields=plan,last_failed_payment", named(id)?);
    known(to.call(&Ask::get(path)).await)
}

/// The payments of a subscription in a span of time.
pub(super) async fn payments(
    to: &Transport,
    id: &str,
    span: std::ops::Range<DateTime<Utc>>,
) -> Result<Vec<SubscriptionPayment>, GatewayError> {
    let list = format!("{SUBSCRIPTIONS}/{}/transactions", named(id)?);
    let query = Serializer::new(String::new())
        .append_pair("start_time", &written(span.start))
        .append_pair("end_time", &written(span.end))
        .finish();
    let (mut path, mut found) = (format!("{list}?{query}"), Vec::new());
    for _page in 0..PAGES_MAX {
        let page: TransactionList = to.call(&Ask::get(path)).await?;
        found.extend(page.transactions);
        match next(&page.links, &list) {
            Some(more) => path = more,
            None => return Ok(found),
        }
    }
    Err(GatewayError::Unknown("the list of payments has no end".to_owned()))
}

/// Does it now. PayPal keeps no keys of these calls: whoever makes one looks first whether it is done.
pub(super) async fn command(
    to: &Transport,
    id: &str,
    what: Command,
    reason: &str,
) -> Result<(), GatewayError> {
    let path = format!("{SUBSCRIPTIONS}/{}/{}", named(id)?, what.word());
    to.tell(&Ask::post(path, json!({"reason": reason}), None)).await
}

/// Asks for other terms. Nothing is changed before the donor agrees.
pub(super) async fn revise(to: &Transport, id: &str, body: Value) -> Result<Revised, GatewayError> {
    to.call(&Ask::post(format!("{SUBSCRIPTIONS}/{}/revise", named(id)?), body, None)).await
}

/// Charges what is owed now.
pub(super) async fn charge_outstanding(
    to: &Transport,
    id: &str,
    body: Value,
    key: String,
) -> Result<(), GatewayError> {
    to.tell(&Ask::post(format!("{SUBSCRIPTIONS}/{}/capture", named(id)?), body, Some(key))).await
}

pub(super) async fn sale(to: &Transport, id: &str) -> Result<Option<Sale>, GatewayError> {
    known(to.call(&Ask::get(format!("{SALES}/{}", named(id)?))).await)
}

pub(super) async fn refund(to: &Transport, id: &str) -> Result<Option<SaleRefund>, GatewayError> {
    known(to.call(&Ask::get(format!("/v1/payments/refund/{}", named(id)?))).await)
}

/// Gives a part of a payment back.
pub(super) async fn create_refund(
    to: &Transport,
    sale: &str,
    (currency, total): (&str, &str),
    ours: &str,
) -> Result<SaleRefund, GatewayError> {
    let body = json!({"amount": {"currency": currency, "total": total}, "invoice_number": ours});
    to.call(&Ask::post(format!("{SALES}/{}/refund", named(sale)?), body, Some(ours.to_owned()))).await
}
