//! What Stripe answers, as far as it is used. Everything that can be done without is optional, an unknown word stays
//! a text, and a field of another form than expected counts as missing: a newer version of Stripe's interface must
//! never keep money out of the books.

use super::super::tolerant::lenient;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Metadata keys under which Stripe carries our ids along.
pub(super) const ATTEMPT: &str = "mainstay_attempt";
pub(super) const PLEDGE: &str = "mainstay_pledge";
pub(super) const REFUND: &str = "mainstay_refund";

/// An object, or only its id where it was not asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable<T> {
    Id(String),
    Object(Box<T>),
}

impl<T> Expandable<T> {
    pub(super) fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }

    pub(super) fn into_object(self) -> Option<T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(*object),
        }
    }
}

/// Anything that has a name of Stripe's.
pub(super) trait Identified {
    fn id(&self) -> &str;
}

/// One page of a list, the newest first.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) has_more: Option<bool>,
}

/// Texts that we gave along.
pub(super) type Metadata = BTreeMap<String, String>;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) livemode: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) client_reference_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) expires_at: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payment_intent: Option<Expandable<Named>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) subscription: Option<Expandable<Named>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) invoice: Option<Expandable<Named>>,
}

/// Anything of which only the name counts.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

impl Identified for Named {
    fn id(&self) -> &str {
        &self.id
    }
}

impl<T: Identified> Expandable<T> {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Object(object) => object.id(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) livemode: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount_received: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) canceled_at: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) latest_charge: Option<Expandable<Charge>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last_payment_error: Option<PaymentError>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) next_action: Option<NextAction>,
}

impl PaymentIntent {
    /// Whether money arrived.
    pub(super) fn has_money(&self) -> bool {
        self.amount_received.is_some_and(|units| units > 0) || self.status.as_deref() == Some("succeeded")
    }

    pub(super) fn charge(&self) -> Option<&Charge> {
        self.latest_charge.as_ref().and_then(Expandable::object)
    }
}

/// Why the latest try failed. Its sentence and its payment method are not read: they are the donor's.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PaymentError {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) code: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct NextAction {
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub(super) kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Charge {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) failure_code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) balance_transaction: Option<Expandable<BalanceTransaction>>,
}

/// A movement on the balance that Stripe keeps for us.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct BalanceTransaction {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) fee: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) balance_transaction: Option<Expandable<BalanceTransaction>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) failure_balance_transaction: Option<Expandable<BalanceTransaction>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) created: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) evidence_details: Option<EvidenceDetails>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) balance_transactions: Option<Vec<BalanceTransaction>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct EvidenceDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) due_by: Option<i64>,
}

/// An endpoint to which Stripe sends webhooks.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct WebhookEndpoint {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) api_version: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) enabled_events: Option<Vec<String>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) livemode: Option<bool>,
    /// Shown once, in the answer to its creation.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) secret: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_newer_version_of_stripe_does_not_break_what_is_read() {
        let intent: PaymentIntent = serde_json::from_value(json!({
            "id": "pi_1", "object": "payment_intent", "status": "on_the_moon", "amount_received": 1500,
            "currency": "eur", "metadata": {"a": "b"}, "created": {"seconds": 1}, "shiny": [1, {"new": true}],
            "latest_charge": {"id": "ch_1", "created": 5, "balance_transaction": 7},
            "last_payment_error": "a text now",
        }))
        .unwrap();
        assert_eq!((intent.created, intent.amount_received), (None, Some(1500)));
        assert_eq!(intent.charge().unwrap().created, Some(5));
        assert!(intent.charge().unwrap().balance_transaction.is_none());
        assert!(intent.last_payment_error.is_none() && intent.has_money());
    }

    #[test]
    fn an_object_may_be_only_its_name() {
        let session: Session =
            serde_json::from_value(json!({"id": "cs_1", "payment_intent": "pi_1"})).unwrap();
        assert_eq!(session.payment_intent.unwrap().id(), "pi_1");
        let session: Session =
            serde_json::from_value(json!({"id": "cs_1", "payment_intent": {"id": "pi_1", "x": 1}})).unwrap();
        assert_eq!(session.payment_intent.unwrap().id(), "pi_1");
        let session: Session = serde_json::from_value(json!({"id": "cs_1", "payment_intent": null})).unwrap();
        assert!(session.payment_intent.is_none());
    }
}
