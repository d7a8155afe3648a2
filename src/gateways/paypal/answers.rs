//! What PayPal answers, as far as it is used. Everything that can be done without is optional, an unknown word stays a
//! text, and a field of another form than expected counts as missing: a newer version of PayPal's interface must never
//! keep money out of the books.

use super::super::tolerant::{each, lenient};
use serde::Deserialize;
use serde_json::Value;

/// An amount as PayPal writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Amount {
    pub(super) currency_code: String,
    /// With a dot before the decimals.
    pub(super) value: String,
}

impl Amount {
    /// Without the sign of money that leaves.
    pub(super) fn unsigned(self) -> Self {
        Self { value: self.value.trim_start_matches('-').to_owned(), ..self }
    }
}

/// Where something else is found.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: String,
}

/// An order: what a donor is asked to agree to.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "each")]
    pub(super) purchase_units: Vec<PurchaseUnit>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) create_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) update_time: Option<String>,
}

impl Order {
    /// Where the donor agrees; none once there is nothing to agree to.
    pub(super) fn page(&self) -> Option<&str> {
        let page = |rel: &str| self.links.iter().find(|link| link.rel == rel).map(|link| link.href.as_str());
        let waits = matches!(self.status.as_deref(), Some("CREATED" | "SAVED" | "PAYER_ACTION_REQUIRED"));
        page("payer-action").or_else(|| page("approve")).filter(|_| waits)
    }

    pub(super) fn captures(&self) -> impl Iterator<Item = &Capture> {
        self.payments().flat_map(|payments| &payments.captures)
    }

    pub(super) fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.payments().flat_map(|payments| &payments.refunds)
    }

    fn payments(&self) -> impl Iterator<Item = &Payments> {
        self.purchase_units.iter().filter_map(|unit| unit.payments.as_ref())
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PurchaseUnit {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) custom_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payments: Option<Payments>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Payments {
    #[serde(default, deserialize_with = "each")]
    pub(super) captures: Vec<Capture>,
    #[serde(default, deserialize_with = "each")]
    pub(super) refunds: Vec<Refund>,
}

/// A capture: a payment, in PayPal's word.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Capture {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status_details: Option<StatusDetails>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) custom_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) seller_receivable_breakdown: Option<Receivable>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) supplementary_data: Option<Supplementary>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) create_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) update_time: Option<String>,
}

impl Capture {
    /// The order that it came of.
    pub(super) fn order(&self) -> Option<&str> {
        let named =
            self.supplementary_data.as_ref().and_then(|data| data.related_ids.as_ref()?.order_id.as_deref());
        named.or_else(|| up(&self.links, "/orders/"))
    }
}

/// What a link upwards names, if it leads to a thing of this kind.
pub(super) fn up<'a>(links: &'a [Link], kind: &str) -> Option<&'a str> {
    let above = links.iter().filter(|link| link.rel == "up");
    above.filter_map(|link| link.href.split_once(kind)).map(|(_, id)| id).next()
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct StatusDetails {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Supplementary {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) related_ids: Option<RelatedIds>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct RelatedIds {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) order_id: Option<String>,
}

/// What a payment brings to the account.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Receivable {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) paypal_fee: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) paypal_fee_in_receivable_currency: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) net_amount: Option<Amount>,
    /// After the fee, in the currency of the balance; only where that is another one.
    #[serde(default, rename = "receivable_amount", deserialize_with = "lenient")]
    pub(super) credited: Option<Amount>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) custom_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) invoice_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) seller_payable_breakdown: Option<Payable>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) create_time: Option<String>,
}

impl Refund {
    /// The payment from which it gives back.
    pub(super) fn capture(&self) -> Option<&str> {
        up(&self.links, "/captures/")
    }
}

/// What a refund takes from the account.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Payable {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) gross_amount: Option<Amount>,
    /// The part of the fee that PayPal gives back.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) paypal_fee: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) net_amount_in_receivable_currency: Option<Amount>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Dispute {
    #[serde(rename = "dispute_id")]
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) reason: Option<String>,
    #[serde(default, rename = "dispute_life_cycle_stage", deserialize_with = "lenient")]
    pub(super) stage: Option<String>,
    #[serde(default, rename = "dispute_amount", deserialize_with = "lenient")]
    pub(super) amount: Option<Amount>,
    #[serde(default, rename = "dispute_outcome", deserialize_with = "lenient")]
    pub(super) outcome: Option<Outcome>,
    #[serde(default, deserialize_with = "each")]
    pub(super) disputed_transactions: Vec<Disputed>,
    #[serde(default, deserialize_with = "each")]
    pub(super) adjudications: Vec<Value>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) seller_response_due_date: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) create_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) update_time: Option<String>,
}

impl Dispute {
    /// The payments that are contested.
    pub(super) fn captures(&self) -> impl Iterator<Item = &str> {
        self.disputed_transactions.iter().filter_map(|disputed| disputed.seller_transaction_id.as_deref())
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Disputed {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) seller_transaction_id: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Outcome {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) outcome_code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount_refunded: Option<Amount>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct DisputePage {
    #[serde(default, deserialize_with = "each")]
    pub(super) items: Vec<Dispute>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct EventPage {
    #[serde(default, deserialize_with = "each")]
    pub(super) events: Vec<Value>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TransactionPage {
    #[serde(default, deserialize_with = "each")]
    pub(super) transaction_details: Vec<Transaction>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) total_pages: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Transaction {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) transaction_info: Option<TransactionInfo>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TransactionInfo {
    pub(super) transaction_id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) transaction_event_code: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) transaction_status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) transaction_initiation_date: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) transaction_amount: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) fee_amount: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) paypal_reference_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) custom_field: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct WebhookList {
    #[serde(default, deserialize_with = "each")]
    pub(super) webhooks: Vec<Webhook>,
}

/// Where PayPal sends events.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Webhook {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) url: Option<String>,
    #[serde(default, deserialize_with = "each")]
    pub(super) event_types: Vec<EventType>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct EventType {
    pub(super) name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_or_odd_does_not_keep_an_order_from_being_read() {
        let text = r#"{"id":"O-1","status":7,"new":[],"links":{"no":"list"},"purchase_units":[{"payments":
            {"captures":[{"id":"C-1","status":"BRAND_NEW","amount":"15"},{"no":"id"}],"refunds":null}},3]}"#;
        let order: Order = serde_json::from_str(text).unwrap();
        assert_eq!((order.status.as_deref(), order.page()), (None, None));
        let captures: Vec<&str> = order.captures().map(|capture| capture.id.as_str()).collect();
        assert_eq!((captures, order.refunds().count()), (vec!["C-1"], 0));
    }
}
