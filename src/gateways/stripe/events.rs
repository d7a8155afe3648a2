//! Events: which are asked for, which are believed, and whom they are about.
//!
//! An event is only a hint that something happened to a payment: what happened is read from the payment itself. So
//! neither the order of events nor the version in which a body is written decides what reaches the books.

use super::super::timed_signature;
use super::super::{VerifiedEvent, WebhookHeaders, WebhookRejected};
use super::Settings;
use super::answers::{Expandable, Named};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

const SIGNATURE_HEADER: &str = "stripe-signature";

/// What our endpoint subscribes to, and what is asked for again when something was not delivered.
pub(super) const EVENT_TYPES: [&str; 31] = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.processing",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    // The balance transaction of a payment may follow later: with it come fee and exchange.
    "charge.updated",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.voided",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    // Another card, or the same with another date.
    "customer.updated",
    "payment_method.automatically_updated",
];

/// Stripe lists at most so many types at once.
const TYPES_AT_ONCE: usize = 20;

/// Stands between the number of a group of types and the event behind which its list goes on.
const GROUP_MARK: char = ':';

/// Where the list of events goes on: a group of types, and behind which event of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    group: usize,
    pub(super) after: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Reads a token; without one, the list begins.
    pub(super) fn of(token: Option<&'a str>) -> Self {
        let Some((group, after)) = token.and_then(|token| token.split_once(GROUP_MARK)) else {
            return Self { group: 0, after: token };
        };
        Self {
            group: group.parse().unwrap_or_default(),
            after: Some(after).filter(|after| !after.is_empty()),
        }
    }

    /// The types of the group.
    pub(super) fn types(self) -> &'static [&'static str] {
        static TYPES: [&str; EVENT_TYPES.len()] = EVENT_TYPES;
        TYPES.chunks(TYPES_AT_ONCE).nth(self.group).unwrap_or_default()
    }

    /// The token behind a page: within the group, or at the beginning of the next; none at the end of all.
    pub(super) fn next(self, last: Option<&str>, has_more: bool) -> Option<String> {
        let (group, after) = match last.filter(|_| has_more) {
            Some(last) => (self.group, last),
            None => (self.group + 1, ""),
        };
        let is_there = group * TYPES_AT_ONCE < EVENT_TYPES.len();
        is_there.then(|| format!("{group}{GROUP_MARK}{after}"))
    }
}

#[derive(Debug, Deserialize)]
struct Envelope {
    id: String,
    object: String,
    livemode: bool,
    #[serde(default)]
    account: Option<String>,
}

/// Believes a webhook that one of the secrets signed just now, for this account, in the mode of the key.
pub(super) fn verify(
    settings: &Settings,
    headers: &WebhookHeaders,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<VerifiedEvent, WebhookRejected> {
    let secrets = settings.webhook_secrets.iter().map(super::Key::expose);
    timed_signature::verify(headers.only(SIGNATURE_HEADER), body, secrets, now)?;
    let event: Envelope =
        serde_json::from_slice(body).map_err(|error| WebhookRejected::Malformed(place_of(&error)))?;
    if event.object != "event" || event.id.is_empty() || !event.id.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(WebhookRejected::Malformed("it is no event with an id".to_owned()));
    }
    if event.livemode != settings.is_live() {
        let mode = if event.livemode { "live" } else { "test" };
        return Err(WebhookRejected::Foreign(format!("it is of the {mode} mode, the key is not")));
    }
    match event.account {
        Some(account) if settings.account_id.as_deref() != Some(account.as_str()) => {
            Err(WebhookRejected::Foreign("it is of another account".to_owned()))
        }
        Some(_) | None => Ok(VerifiedEvent { event_id: event.id }),
    }
}

/// Where a body stopped being readable, without a word of it.
pub(super) fn place_of(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

/// Whom an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// A page on which a donor pays.
    Session(String),
    /// A payment; with the bank's word if it thinks that it was a fraud.
    Payment { id: String, fraud: Option<String> },
    /// An invoice.
    Invoice(String),
    /// A subscription.
    Subscription(String),
    /// A customer, whose card may be another one.
    Customer(String),
    /// Nothing of ours.
    None(String),
}

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: EventData,
}

#[derive(Debug, Deserialize)]
struct EventData {
    object: Value,
}

/// Whom a stored event is about. Only the names in it are read: all else is asked for again.
pub(super) fn subject_of(body: &[u8]) -> Result<Subject, String> {
    let event: Event = serde_json::from_slice(body).map_err(|error| place_of(&error))?;
    let object = &event.data.object;
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let own_name = || text("id").filter(|id| is_name(id)).map(str::to_owned).ok_or("its object has no id");
    let payment = || {
        let field = object.get("payment_intent").cloned().unwrap_or_default();
        let named: Option<Expandable<Named>> = serde_json::from_value(field).ok();
        named.map(|named| named.id().to_owned()).filter(|id| is_name(id))
    };
    let of_payment = |fraud| match payment() {
        Some(id) => Subject::Payment { id, fraud },
        None => Subject::None(format!("{} names no payment", event.kind)),
    };
    Ok(match text("object") {
        Some("checkout.session") => Subject::Session(own_name()?),
        Some("payment_intent") => Subject::Payment { id: own_name()?, fraud: None },
        Some("invoice") => Subject::Invoice(own_name()?),
        Some("subscription") => Subject::Subscription(own_name()?),
        Some("customer") if event.kind == "customer.updated" => Subject::Customer(own_name()?),
        Some("payment_method") => match text("customer").filter(|id| is_name(id)) {
            Some(customer) => Subject::Customer(customer.to_owned()),
            None => Subject::None(format!("{} names no customer", event.kind)),
        },
        Some("charge" | "refund" | "dispute") => of_payment(None),
        Some("radar.early_fraud_warning") => {
            of_payment(Some(text("fraud_type").unwrap_or("unknown").to_owned()))
        }
        _ => Subject::None(format!("{} is of no concern", event.kind)),
    })
}

/// Names become parts of addresses: nothing but letters, digits and `_` gets there.
pub(super) fn is_name(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;
    use serde_json::json;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn event(changes: &[(&str, Value)]) -> Vec<u8> {
        let mut event =
            json!({"id": "evt_1", "object": "event", "livemode": false, "type": "charge.refunded"});
        for (key, value) in changes {
            event[*key] = value.clone();
        }
        event.to_string().into_bytes()
    }

    fn verified(account: Option<&str>, body: &[u8]) -> Result<VerifiedEvent, WebhookRejected> {
        let mut settings = settings();
        settings.account_id = account.map(str::to_owned);
        let signature = timed_signature::sign("whsec_one", body, now());
        let headers = WebhookHeaders::new([("Stripe-Signature".to_owned(), signature)]);
        verify(&settings, &headers, body, now())
    }

    #[test]
    fn signed_events_of_our_mode_and_account_are_believed() {
        let good = VerifiedEvent { event_id: "evt_1".into() };
        assert_eq!(verified(None, &event(&[])), Ok(good.clone()));
        assert_eq!(verified(Some("acct_1"), &event(&[])), Ok(good.clone()));
        assert_eq!(verified(Some("acct_1"), &event(&[("account", json!("acct_1"))])), Ok(good.clone()));
        assert_eq!(verified(None, &event(&[("account", Value::Null)])), Ok(good));
    }

    #[test]
    fn foreign_and_unreadable_events_are_refused_though_signed() {
        let refused = |account, changes: &[(&str, Value)]| verified(account, &event(changes)).unwrap_err();
        assert!(matches!(refused(None, &[("livemode", json!(true))]), WebhookRejected::Foreign(_)));
        assert!(matches!(refused(None, &[("account", json!("acct_2"))]), WebhookRejected::Foreign(_)));
        assert!(matches!(
            refused(Some("acct_1"), &[("account", json!("acct_2"))]),
            WebhookRejected::Foreign(_)
        ));
        for change in [
            ("object", json!("charge")),
            ("id", json!("")),
            ("id", json!("evt 1")),
            ("id", Value::Null),
            ("livemode", Value::Null),
        ] {
            assert!(matches!(refused(None, &[change]), WebhookRejected::Malformed(_)));
        }
        let secret = r#"{"id": "pat@example.org" "#;
        let Err(WebhookRejected::Malformed(why)) = verified(None, secret.as_bytes()) else { panic!() };
        assert_eq!(why, "line 1 column 25");
    }

    #[test]
    fn the_signature_header_must_stand_once() {
        let body = event(&[]);
        let signature = timed_signature::sign("whsec_two", &body, now());
        let pair = || ("stripe-signature".to_owned(), signature.clone());
        let verify =
            |pairs: Vec<(String, String)>| verify(&settings(), &WebhookHeaders::new(pairs), &body, now());
        assert!(verify(vec![pair()]).is_ok(), "signed with the second secret");
        assert_eq!(verify(vec![pair(), pair()]), Err(WebhookRejected::NoSignature));
        assert_eq!(verify(vec![]), Err(WebhookRejected::NoSignature));
    }

    fn subject(kind: &str, object: &Value) -> Result<Subject, String> {
        subject_of(json!({"type": kind, "data": {"object": object}, "new": 1}).to_string().as_bytes())
    }

    /// Bodies as Stripe sends them: each leads to its session or its payment, or is of no concern.
    #[test]
    fn recorded_events_are_understood() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/stripe");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let body = std::fs::read(&path).unwrap();
            assert!(verified(None, &body).is_ok(), "{name}");
            match subject_of(&body).unwrap() {
                Subject::Session(id) => {
                    assert!(id.starts_with("cs_") && name.starts_with("checkout."), "{name}");
                }
                Subject::Payment { id, fraud } => assert!(id.starts_with("pi_") && fraud.is_none(), "{name}"),
                Subject::Invoice(id) => {
                    assert!(id.starts_with("in_") && name.starts_with("invoice."), "{name}");
                }
                Subject::None(_) => assert_eq!(name, "customer.created"),
                Subject::Subscription(_) | Subject::Customer(_) => panic!("{name}"),
            }
            seen += 1;
        }
        assert!(seen > 20, "{seen}");
    }

    #[test]
    fn the_list_of_events_goes_through_all_types() {
        let (mut token, mut seen): (Option<String>, Vec<&str>) = (None, Vec::new());
        for _page in 0..4 {
            let place = Place::of(token.as_deref());
            assert!(place.types().len() <= TYPES_AT_ONCE);
            let first_page = place.after.is_none();
            if first_page {
                seen.extend(place.types());
            }
            token = place.next(Some("evt_1"), first_page);
        }
        assert_eq!((token, seen), (None, EVENT_TYPES.to_vec()));
        // A token of the time when there was one group.
        assert_eq!(Place::of(Some("evt_1")), Place { group: 0, after: Some("evt_1") });
    }

    #[test]
    fn every_event_leads_to_the_payment_it_is_about() {
        let payment = |id: &str| Ok(Subject::Payment { id: id.into(), fraud: None });
        let session = json!({"id": "cs_1", "object": "checkout.session", "payment_intent": null});
        assert_eq!(subject("checkout.session.expired", &session), Ok(Subject::Session("cs_1".into())));
        let intent = json!({"id": "pi_1", "object": "payment_intent"});
        assert_eq!(subject("payment_intent.brand_new", &intent), payment("pi_1"));
        for object in ["charge", "refund", "dispute"] {
            let by_name = json!({"id": "x_1", "object": object, "payment_intent": "pi_2"});
            assert_eq!(subject("a.b", &by_name), payment("pi_2"));
            let whole = json!({"id": "x_1", "object": object, "payment_intent": {"id": "pi_2", "a": 1}});
            assert_eq!(subject("a.b", &whole), payment("pi_2"));
            let without = subject("a.b", &json!({"id": "x_1", "object": object, "payment_intent": null}));
            assert_eq!(without, Ok(Subject::None("a.b names no payment".into())));
        }
        let warning = json!({"id": "issfr_1", "object": "radar.early_fraud_warning", "payment_intent": "pi_3",
            "fraud_type": "made_with_stolen_card"});
        let fraud = Some("made_with_stolen_card".to_owned());
        assert_eq!(
            subject("radar.early_fraud_warning.created", &warning),
            Ok(Subject::Payment { id: "pi_3".into(), fraud })
        );
        let of = |kind: &str, object: &str, id: &str| {
            subject(kind, &json!({"id": id, "object": object, "customer": "cus_1"}))
        };
        assert_eq!(of("invoice.paid", "invoice", "in_1"), Ok(Subject::Invoice("in_1".into())));
        let deleted = of("customer.subscription.deleted", "subscription", "sub_1");
        assert_eq!(deleted, Ok(Subject::Subscription("sub_1".into())));
        assert_eq!(of("customer.updated", "customer", "cus_2"), Ok(Subject::Customer("cus_2".into())));
        let card = of("payment_method.automatically_updated", "payment_method", "pm_1");
        assert_eq!(card, Ok(Subject::Customer("cus_1".into())));
        let other = subject("customer.created", &json!({"id": "cus_1", "object": "customer"}));
        assert_eq!(other, Ok(Subject::None("customer.created is of no concern".into())));
        assert!(
            subject("payment_intent.succeeded", &json!({"object": "payment_intent", "id": "pi/../x"}))
                .is_err()
        );
        assert!(subject_of(b"{").is_err() && subject_of(b"[]").is_err() && subject_of(b"{}").is_err());
    }
}
