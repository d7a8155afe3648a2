//! Events: which are asked for, which are meant for this site, and whom they are about.
//!
//! An event is only a hint that something happened: what happened is read from the order, the payment or the dispute
//! itself. So neither the order of events nor the version of a body decides what reaches the books.

use super::super::{VerifiedEvent, WebhookRejected};
use super::answers::{Link, Refund, up};
use super::subscriptions::answers::SaleRefund;
use super::{Mode, Settings};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// What our webhook subscribes to.
pub(super) const EVENT_TYPES: [&str; 24] = [
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "PAYMENT.REFUND.PENDING",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.UPDATED",
    "CUSTOMER.DISPUTE.RESOLVED",
    "PAYMENT.SALE.COMPLETED",
    "PAYMENT.SALE.PENDING",
    "PAYMENT.SALE.DENIED",
    "PAYMENT.SALE.REFUNDED",
    "PAYMENT.SALE.REVERSED",
    "BILLING.SUBSCRIPTION.ACTIVATED",
    "BILLING.SUBSCRIPTION.UPDATED",
    "BILLING.SUBSCRIPTION.SUSPENDED",
    "BILLING.SUBSCRIPTION.CANCELLED",
    "BILLING.SUBSCRIPTION.EXPIRED",
    "BILLING.SUBSCRIPTION.PAYMENT.FAILED",
];

#[derive(Debug, Deserialize)]
struct Envelope {
    id: String,
    #[serde(default)]
    links: Vec<Link>,
}

/// Reads the id of an event whose signature is right, and sees that it is of our environment.
pub(super) fn meant_for(settings: &Settings, body: &[u8]) -> Result<VerifiedEvent, WebhookRejected> {
    let event: Envelope =
        serde_json::from_slice(body).map_err(|error| WebhookRejected::Malformed(place_of(&error)))?;
    if event.id.is_empty() || event.id.len() > 255 || !event.id.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(WebhookRejected::Malformed("it is no event with an id".to_owned()));
    }
    let of_other = |link: &Link| match (settings.mode(), mode_of(&link.href)) {
        (_, None) => false,
        (ours, Some(theirs)) => ours != theirs,
    };
    if event.links.iter().any(of_other) {
        return Err(WebhookRejected::Foreign("it is of the other environment of PayPal".to_owned()));
    }
    Ok(VerifiedEvent { event_id: event.id })
}

/// The environment that an address of PayPal's belongs to; none for any other address.
pub(super) fn mode_of(address: &str) -> Option<Mode> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    let within =
        |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if within("sandbox.paypal.com") {
        Some(Mode::Sandbox)
    } else if within("paypal.com") {
        Some(Mode::Live)
    } else {
        None
    }
}

/// Where a body stopped being readable, without a word of it.
fn place_of(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

/// Whom an event is about.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// An order.
    Order(String),
    /// A payment.
    Capture(String),
    /// A refund, and the payment that it gives back from, where the event names it.
    Refund { id: String, capture: Option<String> },
    /// Money that PayPal itself took back from a payment.
    Reversal { capture: String, told: Box<Refund> },
    /// A dispute.
    Dispute(String),
    /// A subscription.
    Subscription(String),
    /// A payment of a subscription.
    Sale(String),
    /// A refund of such a payment, and which payment that is, where the event names it.
    SaleRefund { id: String, sale: Option<String> },
    /// Money that PayPal itself took back from such a payment.
    SaleReversal(Box<SaleRefund>),
    /// Nothing of ours.
    None(String),
}

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "event_type")]
    kind: String,
    resource: Value,
    #[serde(default)]
    resource_type: Option<String>,
}

/// Whom a stored event is about. Only the names in it are read: all else is asked for again.
pub(super) fn subject_of(body: &[u8]) -> Result<Subject, String> {
    let event: Event = serde_json::from_slice(body).map_err(|error| place_of(&error))?;
    let text = |key: &str| event.resource.get(key).and_then(Value::as_str);
    let own_name =
        |key| text(key).filter(|id| is_name(id)).map(str::to_owned).ok_or("its resource has no id");
    let above = || {
        let links: Vec<Link> = serde_json::from_value(event.resource.get("links").cloned()?).ok()?;
        up(&links, "/captures/").filter(|id| is_name(id)).map(str::to_owned)
    };
    if event.kind == "PAYMENT.CAPTURE.REVERSED"
        && let (Some(capture), Ok(told)) = (above(), serde_json::from_value(event.resource.clone()))
    {
        return Ok(Subject::Reversal { capture, told: Box::new(told) });
    }
    let sale = || text("sale_id").filter(|id| is_name(id)).map(str::to_owned);
    if event.kind == "PAYMENT.SALE.REFUNDED" {
        return Ok(Subject::SaleRefund { id: own_name("id")?, sale: sale() });
    }
    if event.kind == "PAYMENT.SALE.REVERSED"
        && let (Ok(_name), Ok(told)) = (own_name("id"), serde_json::from_value(event.resource.clone()))
    {
        return Ok(Subject::SaleReversal(Box::new(told)));
    }
    Ok(match (event.resource_type.as_deref(), event.kind.as_str()) {
        (Some("checkout-order"), _) => Subject::Order(own_name("id")?),
        (Some("capture"), _) => Subject::Capture(own_name("id")?),
        (Some("refund"), _) => Subject::Refund { id: own_name("id")?, capture: above() },
        (Some("dispute"), _) => Subject::Dispute(own_name("dispute_id")?),
        (Some("subscription"), _) => Subject::Subscription(own_name("id")?),
        (Some("sale"), _) => Subject::Sale(own_name("id")?),
        (Some(_) | None, kind) => Subject::None(format!("{kind} is of no concern")),
    })
}

/// Names become parts of addresses: nothing but letters, digits, `-` and `_` gets there.
pub(super) fn is_name(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn subject(kind: &str, of: &str, resource: &Value) -> String {
        let event = json!({"id": "WH-1", "event_type": kind, "resource_type": of, "resource": resource});
        match subject_of(event.to_string().as_bytes()) {
            Ok(Subject::Order(id)) => format!("order {id}"),
            Ok(Subject::Capture(id)) => format!("capture {id}"),
            Ok(Subject::Refund { id, capture }) => format!("refund {id} of {capture:?}"),
            Ok(Subject::Reversal { capture, told }) => format!("reversal {} of {capture}", told.id),
            Ok(Subject::Dispute(id)) => format!("dispute {id}"),
            Ok(Subject::Subscription(id)) => format!("subscription {id}"),
            Ok(Subject::Sale(id)) => format!("sale {id}"),
            Ok(Subject::SaleRefund { id, sale }) => format!("refund {id} of sale {sale:?}"),
            Ok(Subject::SaleReversal(told)) => format!("reversal {} of sale {:?}", told.id, told.sale_id),
            Ok(Subject::None(why)) => why,
            Err(why) => format!("unreadable: {why}"),
        }
    }

    #[test]
    fn every_event_leads_to_what_it_is_about() {
        let links = json!([{"rel": "up", "href": "https://api.paypal.com/v2/payments/captures/C1"}]);
        assert_eq!(subject("CHECKOUT.ORDER.APPROVED", "checkout-order", &json!({"id": "O1"})), "order O1");
        assert_eq!(subject("PAYMENT.CAPTURE.NEW", "capture", &json!({"id": "C1"})), "capture C1");
        let refund = json!({"id": "R1", "links": links});
        assert_eq!(subject("PAYMENT.CAPTURE.REFUNDED", "refund", &refund), "refund R1 of Some(\"C1\")");
        assert_eq!(subject("PAYMENT.CAPTURE.REVERSED", "refund", &refund), "reversal R1 of C1");
        let dispute = json!({"dispute_id": "PP-D-1"});
        assert_eq!(subject("CUSTOMER.DISPUTE.UPDATED", "dispute", &dispute), "dispute PP-D-1");
        let back = json!({"id": "R1", "sale_id": "S1"});
        for (kind, of, resource, about) in [
            ("PAYMENT.SALE.COMPLETED", "sale", json!({"id": "S1"}), "sale S1"),
            ("PAYMENT.SALE.REFUNDED", "refund", back.clone(), "refund R1 of sale Some(\"S1\")"),
            ("PAYMENT.SALE.REVERSED", "refund", back, "reversal R1 of sale Some(\"S1\")"),
            ("PAYMENT.SALE.REVERSED", "sale", json!({"id": "S1"}), "reversal S1 of sale None"),
            ("BILLING.SUBSCRIPTION.NEW", "subscription", json!({"id": "I-1"}), "subscription I-1"),
        ] {
            assert_eq!(subject(kind, of, &resource), about);
        }
        assert_eq!(subject("A.B", "plan", &json!({"id": "P1"})), "A.B is of no concern");
        for odd in ["C/../x", "", "C 1"] {
            let said = subject("PAYMENT.CAPTURE.COMPLETED", "capture", &json!({"id": odd}));
            assert!(said.starts_with("unreadable"), "{odd}: {said}");
        }
        assert!(subject_of(b"{").is_err() && subject_of(b"[]").is_err() && subject_of(b"{}").is_err());
    }

    #[test]
    fn an_address_tells_its_environment() {
        for (address, mode) in [
            ("https://api.paypal.com/v1/x", Some(Mode::Live)),
            ("https://api.sandbox.paypal.com/v1/x", Some(Mode::Sandbox)),
            ("https://api-m.sandbox.paypal.com", Some(Mode::Sandbox)),
            ("https://notpaypal.com/", None),
            ("https://paypal.com.evil.example/", None),
            ("http://127.0.0.1:1", None),
            ("nonsense", None),
        ] {
            assert_eq!(mode_of(address), mode, "{address}");
        }
    }
}
