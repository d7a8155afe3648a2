//! What PayPal answers about products, plans, subscriptions and their payments, read as tolerantly as all else.
//!
//! The payments are sales, of an older version of the interface: they write amounts with other words. They are turned into
//! captures and refunds as the newer version would tell of them, so that one set of rules makes facts of both.

use super::super::super::tolerant::{each, lenient};
use super::super::answers::{
    Amount, Capture, Link, Payable, Receivable, Refund, RelatedIds, StatusDetails, Supplementary,
};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Product {
    pub(super) id: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PlanPage {
    #[serde(default, deserialize_with = "each")]
    pub(super) plans: Vec<Plan>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
}

/// How often is charged, and how much if nothing else is agreed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Plan {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "each")]
    pub(super) billing_cycles: Vec<BillingCycle>,
}

impl Plan {
    /// The cycle that goes on for ever.
    pub(super) fn regular(&self) -> Option<&BillingCycle> {
        self.billing_cycles.iter().find(|cycle| cycle.tenure_type.as_deref() == Some("REGULAR"))
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct BillingCycle {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) tenure_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) frequency: Option<Interval>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) pricing_scheme: Option<PricingScheme>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Interval {
    pub(super) interval_unit: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) interval_count: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct PricingScheme {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) fixed_price: Option<Amount>,
}

/// A subscription, with its plan as it holds for this one.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Subscription {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    /// Why it has this status, in the words of whoever gave it.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status_change_note: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status_update_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) plan_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) plan: Option<Plan>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) custom_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) start_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) create_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) subscriber: Option<Subscriber>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) billing_info: Option<BillingInfo>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
}

impl Subscription {
    /// Where the donor agrees; none once there is nothing to agree to.
    pub(super) fn page(&self) -> Option<&str> {
        let waits = matches!(self.status.as_deref(), Some("APPROVAL_PENDING"));
        approval(&self.links).filter(|_| waits)
    }
}

/// The page on which a donor agrees to something.
pub(super) fn approval(links: &[Link]) -> Option<&str> {
    links.iter().find(|link| link.rel == "approve").map(|link| link.href.as_str())
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Subscriber {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) payer_id: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct BillingInfo {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) outstanding_balance: Option<Amount>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last_payment: Option<Billed>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) next_billing_time: Option<String>,
    /// One after the other, since the last payment.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) failed_payments_count: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) last_failed_payment: Option<Billed>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Billed {
    #[serde(default, deserialize_with = "lenient")]
    pub(super) time: Option<String>,
}

/// What was asked of a subscription and needs the donor's assent.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Revised {
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TransactionList {
    #[serde(default, deserialize_with = "each")]
    pub(super) transactions: Vec<SubscriptionPayment>,
    #[serde(default, deserialize_with = "each")]
    pub(super) links: Vec<Link>,
}

/// A payment in the list of a subscription.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct SubscriptionPayment {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) amount_with_breakdown: Option<Breakdown>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) time: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Breakdown {
    #[serde(default, rename = "gross_amount", deserialize_with = "lenient")]
    pub(super) gross: Option<Amount>,
    #[serde(default, rename = "fee_amount", deserialize_with = "lenient")]
    pub(super) fee: Option<Amount>,
    #[serde(default, rename = "net_amount", deserialize_with = "lenient")]
    pub(super) net: Option<Amount>,
}

/// Whose a payment is, for it carries no more than its own name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) attempt: &'a str,
    pub(super) subscription: &'a str,
}

impl SubscriptionPayment {
    /// As a capture. What came in another currency is not told here.
    pub(super) fn capture(&self, of: Owner<'_>) -> Capture {
        let told = self.amount_with_breakdown.as_ref();
        let receivable = Receivable {
            // A fee is written with or without a sign.
            paypal_fee: told.and_then(|told| told.fee.clone()).map(Amount::unsigned),
            net_amount: told.and_then(|told| told.net.clone()),
            ..Receivable::default()
        };
        Capture {
            id: self.id.clone(),
            status: self.status.clone(),
            status_details: None,
            amount: told.and_then(|told| told.gross.clone()),
            custom_id: Some(of.attempt.to_owned()),
            seller_receivable_breakdown: Some(receivable),
            supplementary_data: Some(related(of.subscription)),
            links: Vec::new(),
            create_time: self.time.clone(),
            update_time: self.time.clone(),
        }
    }
}

/// The subscription stands where the order of a single gift does: it is what our attempt opened.
fn related(opened: &str) -> Supplementary {
    Supplementary { related_ids: Some(RelatedIds { order_id: Some(opened.to_owned()) }) }
}

/// An amount in the older words.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Total {
    #[serde(alias = "value")]
    total: String,
    currency: String,
}

impl Total {
    fn amount(&self) -> Amount {
        Amount { currency_code: self.currency.clone(), value: self.total.clone() }
    }
}

/// A payment of a subscription.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Sale {
    pub(super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    amount: Option<Total>,
    #[serde(default, deserialize_with = "lenient")]
    transaction_fee: Option<Total>,
    /// After the fee, in the currency of the balance; only where that is another one.
    #[serde(default, deserialize_with = "lenient")]
    receivable_amount: Option<Total>,
    #[serde(default, deserialize_with = "lenient")]
    reason_code: Option<String>,
    /// The subscription that it is a payment of.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) billing_agreement_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    create_time: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    update_time: Option<String>,
}

impl Sale {
    pub(super) fn capture(&self, of: Owner<'_>) -> Capture {
        let receivable = Receivable {
            paypal_fee: self.transaction_fee.as_ref().map(Total::amount),
            credited: self.receivable_amount.as_ref().map(Total::amount),
            ..Receivable::default()
        };
        Capture {
            id: self.id.clone(),
            status: self.state.as_deref().map(str::to_ascii_uppercase),
            status_details: self.reason_code.clone().map(|reason| StatusDetails { reason: Some(reason) }),
            amount: self.amount.as_ref().map(Total::amount),
            custom_id: Some(of.attempt.to_owned()),
            seller_receivable_breakdown: Some(receivable),
            supplementary_data: Some(related(of.subscription)),
            links: Vec::new(),
            create_time: self.create_time.clone(),
            update_time: self.update_time.clone(),
        }
    }

    /// None of it was given back, and none is on its way.
    pub(super) fn is_whole(&self) -> bool {
        self.state.as_deref() == Some("completed")
    }
}

/// Money that went back from a payment of a subscription.
#[derive(Debug, Clone, Deserialize)]
pub(in super::super) struct SaleRefund {
    pub(in super::super) id: String,
    #[serde(default, deserialize_with = "lenient")]
    state: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    amount: Option<Total>,
    #[serde(default, deserialize_with = "lenient")]
    pub(in super::super) sale_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    invoice_number: Option<String>,
    /// The part of the fee that PayPal gives back.
    #[serde(default, deserialize_with = "lenient")]
    refund_from_transaction_fee: Option<Total>,
    #[serde(default, deserialize_with = "lenient")]
    refund_from_received_amount: Option<Total>,
    #[serde(default, deserialize_with = "lenient")]
    create_time: Option<String>,
}

impl SaleRefund {
    pub(in super::super) fn refund(&self) -> Refund {
        let payable = Payable {
            gross_amount: None,
            paypal_fee: self.refund_from_transaction_fee.as_ref().map(Total::amount),
            net_amount_in_receivable_currency: self.refund_from_received_amount.as_ref().map(Total::amount),
        };
        Refund {
            id: self.id.clone(),
            status: self.state.as_deref().map(str::to_ascii_uppercase),
            amount: self.amount.as_ref().map(|amount| amount.amount().unsigned()),
            custom_id: None,
            invoice_id: self.invoice_number.clone(),
            seller_payable_breakdown: Some(payable),
            links: Vec::new(),
            create_time: self.create_time.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_or_odd_does_not_keep_a_subscription_from_being_read() {
        let text = r#"{"id":"I-1","status":"BRAND_NEW","plan":{"billing_cycles":[{"tenure_type":"TRIAL"},7,
            {"tenure_type":"REGULAR","frequency":{"interval_unit":"MONTH","interval_count":"odd"}}]},
            "billing_info":{"outstanding_balance":"3","failed_payments_count":-1},"links":3,"new":[]}"#;
        let subscription: Subscription = serde_json::from_str(text).unwrap();
        let regular = subscription.plan.as_ref().and_then(Plan::regular).unwrap();
        assert_eq!(regular.frequency.as_ref().map(|often| often.interval_unit.as_str()), Some("MONTH"));
        let billing = subscription.billing_info.as_ref().unwrap();
        assert!(billing.outstanding_balance.is_none() && billing.failed_payments_count.is_none());
        assert_eq!(subscription.page(), None);
    }

    #[test]
    fn a_sale_is_read_as_a_capture_and_its_refund_without_a_sign() {
        let sale: Sale = serde_json::from_str(
            r#"{"id":"S1","state":"partially_refunded","amount":{"total":"5.00","currency":"EUR","details":{}},
            "transaction_fee":{"value":"0.50","currency":"EUR"},"billing_agreement_id":"I-1"}"#,
        )
        .unwrap();
        let capture = sale.capture(Owner { attempt: "att_1", subscription: "I-1" });
        assert_eq!((capture.status.as_deref(), capture.order()), (Some("PARTIALLY_REFUNDED"), Some("I-1")));
        assert_eq!(capture.amount.unwrap().value, "5.00");
        assert!(!sale.is_whole());
        let refund: SaleRefund = serde_json::from_str(
            r#"{"id":"R1","state":"completed","amount":{"total":"-2.00","currency":"EUR"},"sale_id":"S1"}"#,
        )
        .unwrap();
        assert_eq!(refund.refund().amount.unwrap().value, "2.00");
    }
}
