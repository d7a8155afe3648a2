//! The whole state of the emulator, behind one lock, and what happens to it.

use super::super::faults::Faults;
use super::billing::Billing;
use super::purse::{Amount, Line, Purse};
use super::shape;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use mainstay::domain::clock::{Clock, splitmix};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A call of the API, as it was asked and answered.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    /// `None` if it was never answered, or not yet.
    pub(crate) status: Option<u16>,
}

/// What the payer's means do when the money is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    /// They pay at once.
    Wallet,
    /// A transfer from the payer's bank, which takes days.
    ECheck,
    /// The card in the wallet says no; the payer may choose another.
    Declined,
    /// PayPal's own rules say no, for good.
    Forbidden,
}

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(crate) status: &'static str,
    pub(super) amount: Amount,
    pub(crate) custom_id: String,
    pub(super) invoice_id: String,
    pub(super) return_url: String,
    pub(super) cancel_url: String,
    pub(super) means: Means,
}

/// A payment, with all that is true of it.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(crate) status: &'static str,
    pub(super) amount: Amount,
    pub(crate) custom_id: String,
    /// What came to the balance before the fee, and the fee.
    pub(super) brought: Option<(Amount, i64)>,
}

impl Capture {
    /// Minor units that arrived.
    pub(crate) fn captured(&self) -> i64 {
        if self.brought.is_some() { self.amount.minor } else { 0 }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) capture: String,
    pub(super) created: DateTime<Utc>,
    pub(crate) status: &'static str,
    pub(crate) amount: Amount,
    pub(crate) custom_id: Option<String>,
    /// PayPal took it back itself.
    pub(crate) reversal: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) capture: String,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) amount: Amount,
    pub(super) stage: &'static str,
    pub(super) outcome: Option<&'static str>,
    pub(super) returned: i64,
}

/// Something that PayPal tells of.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(super) created: DateTime<Utc>,
    pub(crate) body: Vec<u8>,
    pub(super) pending: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(super) types: Vec<String>,
}

impl Webhook {
    fn hears(&self, kind: &str) -> bool {
        self.types.iter().any(|name| name == "*" || name == kind)
    }
}

/// The credentials that PayPal knows, and its manners.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    /// For how long a token opens the interface.
    pub(crate) token_s: i64,
    /// What `Retry-After` says when there are too many calls, in seconds.
    pub(crate) retry_after_s: u32,
    /// Beginnings of paths that the app may not use.
    pub(crate) forbidden: Vec<&'static str>,
    /// How long a movement is missing in the search.
    pub(crate) search_delay: TimeDelta,
}

impl Options {
    pub(crate) fn at(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            client_id: "AfEmulatedClient0123456789".to_owned(),
            client_secret: "EmulatedSecret0123456789".to_owned(),
            token_s: 9 * 3600,
            retry_after_s: 1,
            forbidden: Vec::new(),
            search_delay: TimeDelta::hours(3),
        }
    }
}

pub(super) struct World {
    pub(super) options: Options,
    /// Where the server listens: `http://127.0.0.1:port`.
    pub(super) base: String,
    pub(super) orders: BTreeMap<String, Order>,
    pub(super) billing: Billing,
    pub(super) captures: BTreeMap<String, Capture>,
    pub(super) refunds: BTreeMap<String, Refund>,
    pub(super) disputes: BTreeMap<String, Dispute>,
    pub(super) events: Vec<Event>,
    pub(super) webhooks: Vec<Webhook>,
    pub(super) tokens: HashMap<String, DateTime<Utc>>,
    pub(super) keys: super::keys::Keys,
    pub(super) faults: Faults,
    pub(super) calls: Vec<Call>,
    pub(super) purse: Purse,
    /// What refunds become at first.
    pub(super) refunds_become: &'static str,
    ids: u64,
}

impl World {
    pub(super) fn new(options: Options, base: String) -> Self {
        Self {
            options,
            base,
            orders: BTreeMap::new(),
            billing: Billing::default(),
            captures: BTreeMap::new(),
            refunds: BTreeMap::new(),
            disputes: BTreeMap::new(),
            events: Vec::new(),
            webhooks: Vec::new(),
            tokens: HashMap::new(),
            keys: super::keys::Keys::default(),
            faults: Faults::default(),
            calls: Vec::new(),
            purse: Purse::default(),
            refunds_become: "COMPLETED",
            ids: 0,
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.options.clock.now()
    }

    /// A new id of PayPal's kind. Later ones sort behind earlier ones.
    pub(super) fn new_id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        let spread = splitmix(self.ids);
        format!("{prefix}{:06}{:08X}", self.ids, spread & 0xffff_ffff)
    }

    /// The payer agrees to pay an order with these means.
    pub(super) fn approve(&mut self, id: &str, means: Means) {
        let now = self.now();
        let order = self.orders.get_mut(id).unwrap();
        assert!(
            matches!(order.status, "PAYER_ACTION_REQUIRED" | "APPROVED"),
            "{} cannot be agreed to",
            order.status
        );
        (order.status, order.means, order.updated) = ("APPROVED", means, now);
        self.tell("CHECKOUT.ORDER.APPROVED", "checkout-order", id);
    }

    /// Takes the money of an order; the name of the payment, or the issue.
    pub(super) fn take(&mut self, id: &str) -> Result<String, &'static str> {
        let order = self.orders.get(id).cloned().ok_or("INVALID_RESOURCE_ID")?;
        match (order.status, order.means) {
            ("COMPLETED", _) => return Err("ORDER_ALREADY_CAPTURED"),
            ("APPROVED", Means::Declined) => return Err("INSTRUMENT_DECLINED"),
            ("APPROVED", Means::Forbidden) => return Err("COMPLIANCE_VIOLATION"),
            ("APPROVED", Means::Wallet | Means::ECheck) => {}
            (_, _) => return Err("ORDER_NOT_APPROVED"),
        }
        if self.captures.values().any(|capture| {
            capture.brought.is_some() && self.orders[&capture.order].invoice_id == order.invoice_id
        }) {
            return Err("DUPLICATE_INVOICE_ID");
        }
        let now = self.now();
        let capture = Capture {
            id: self.new_id("CAP"),
            order: order.id.clone(),
            created: now,
            updated: now,
            status: "PENDING",
            amount: order.amount.clone(),
            custom_id: order.custom_id.clone(),
            brought: None,
        };
        let name = capture.id.clone();
        self.captures.insert(name.clone(), capture);
        if let Some(order) = self.orders.get_mut(id) {
            (order.status, order.updated) = ("COMPLETED", now);
        }
        if order.means == Means::Wallet {
            self.complete(&name);
        } else {
            self.tell("PAYMENT.CAPTURE.PENDING", "capture", &name);
        }
        Ok(name)
    }

    /// The money of a payment arrives.
    pub(super) fn complete(&mut self, id: &str) {
        let now = self.now();
        let capture = self.captures.get_mut(id).unwrap();
        let (amount, fee) = Purse::brought(&capture.amount);
        (capture.status, capture.updated, capture.brought) = ("COMPLETED", now, Some((amount, fee)));
        let (custom_id, gross) = (Some(capture.custom_id.clone()), capture.amount.clone());
        self.moved(("T0006", id, None), custom_id.as_deref(), &gross, (fee, now));
        self.tell("PAYMENT.CAPTURE.COMPLETED", "capture", id);
    }

    /// The money of a payment does not arrive.
    pub(super) fn deny(&mut self, id: &str) {
        let now = self.now();
        let capture = self.captures.get_mut(id).unwrap();
        (capture.status, capture.updated) = ("DECLINED", now);
        self.tell("PAYMENT.CAPTURE.DENIED", "capture", id);
    }

    /// A payment, of an order or of a subscription.
    fn paid(&self, id: &str) -> Option<&Capture> {
        self.captures.get(id).or_else(|| self.billing.sales.get(id))
    }

    fn paid_mut(&mut self, id: &str) -> Option<&mut Capture> {
        self.captures.get_mut(id).or_else(|| self.billing.sales.get_mut(id))
    }

    /// What can still be given back of a payment.
    pub(super) fn left(&self, capture: &Capture) -> i64 {
        let refunds = self.refunds.values();
        let back = refunds.filter(|refund| refund.capture == capture.id && refund.status != "FAILED");
        let lost = self.disputes.values().filter(|dispute| dispute.capture == capture.id);
        capture.captured()
            - back.map(|refund| refund.amount.minor).sum::<i64>()
            - lost.map(|dispute| dispute.returned).sum::<i64>()
    }

    /// Gives a part back, or takes it; the name of the refund, or the issue.
    pub(super) fn give_back(
        &mut self,
        capture: &str,
        minor: Option<i64>,
        custom_id: Option<String>,
        reversal: bool,
    ) -> Result<String, &'static str> {
        let now = self.now();
        let paid = self.paid(capture).cloned().ok_or("INVALID_RESOURCE_ID")?;
        if paid.brought.is_none() {
            return Err("CAPTURE_NOT_COMPLETED");
        }
        if !reversal && now > paid.created + TimeDelta::days(180) {
            return Err("REFUND_TIME_LIMIT_EXCEEDED");
        }
        let left = self.left(&paid);
        let minor = minor.unwrap_or(left);
        if left == 0 {
            return Err("CAPTURE_FULLY_REFUNDED");
        }
        if minor > left {
            return Err("REFUND_AMOUNT_EXCEEDED");
        }
        let status = if reversal { "COMPLETED" } else { self.refunds_become };
        let id = self.new_id("REF");
        let amount = Amount { minor, ..paid.amount.clone() };
        let refund = Refund {
            id: id.clone(),
            capture: capture.to_owned(),
            created: now,
            status,
            amount,
            custom_id,
            reversal,
        };
        self.refunds.insert(id.clone(), refund);
        if status == "COMPLETED" {
            self.went_back(&id);
        } else {
            self.tell("PAYMENT.REFUND.PENDING", "refund", &id);
        }
        Ok(id)
    }

    /// The money of a refund leaves.
    pub(super) fn went_back(&mut self, id: &str) {
        let refund = self.refunds.get_mut(id).unwrap();
        refund.status = "COMPLETED";
        let refund = refund.clone();
        let now = self.now();
        let code = if refund.reversal { "T1106" } else { "T1107" };
        let out = Amount { minor: -refund.amount.minor, ..refund.amount.clone() };
        let capture = Some((refund.capture.clone(), "TXN"));
        self.moved((code, id, capture), refund.custom_id.as_deref(), &out, (0, now));
        let capture = self.paid(&refund.capture).unwrap().clone();
        let status = if self.left(&capture) == 0 { "REFUNDED" } else { "PARTIALLY_REFUNDED" };
        if let Some(capture) = self.paid_mut(&refund.capture) {
            (capture.status, capture.updated) = (status, now);
        }
        let kind = match (refund.reversal, self.billing.sales.contains_key(&refund.capture)) {
            (false, false) => "PAYMENT.CAPTURE.REFUNDED",
            (true, false) => "PAYMENT.CAPTURE.REVERSED",
            (false, true) => "PAYMENT.SALE.REFUNDED",
            (true, true) => "PAYMENT.SALE.REVERSED",
        };
        self.tell(kind, "refund", id);
    }

    /// The payer complains at PayPal.
    pub(super) fn complain(&mut self, capture: &str, stage: &'static str) -> String {
        let now = self.now();
        let paid = self.paid(capture).unwrap().clone();
        let amount = Amount { minor: self.left(&paid), ..paid.amount };
        let id = self.new_id("PP-D-");
        let dispute = Dispute {
            id: id.clone(),
            capture: capture.to_owned(),
            created: now,
            updated: now,
            amount,
            stage,
            outcome: None,
            returned: 0,
        };
        self.disputes.insert(id.clone(), dispute);
        self.tell("CUSTOMER.DISPUTE.CREATED", "dispute", &id);
        id
    }

    /// A dispute is decided; for the buyer the money leaves.
    pub(super) fn decide(&mut self, id: &str, outcome: &'static str) {
        let now = self.now();
        let dispute = self.disputes.get_mut(id).unwrap();
        (dispute.outcome, dispute.updated) = (Some(outcome), now);
        if outcome == "RESOLVED_BUYER_FAVOUR" {
            dispute.returned = dispute.amount.minor;
            let out = Amount { minor: -dispute.amount.minor, ..dispute.amount.clone() };
            let capture = Some((dispute.capture.clone(), "TXN"));
            let line = self.new_id("CHB");
            self.moved(("T1201", &line, capture), None, &out, (0, now));
        }
        self.tell("CUSTOMER.DISPUTE.RESOLVED", "dispute", id);
    }

    /// Something moves on the balance of its currency; else PayPal exchanges it at once, in two movements more.
    pub(super) fn moved(
        &mut self,
        (code, id, reference): (&'static str, &str, Option<(String, &'static str)>),
        custom_id: Option<&str>,
        amount: &Amount,
        (fee, at): (i64, DateTime<Utc>),
    ) {
        let (own, is_exchanged) = Purse::exchanged(amount);
        let line = |id: &str, code, reference, amount: Amount, fee| Line {
            id: id.to_owned(),
            code,
            reference,
            custom_id: custom_id.map(str::to_owned),
            amount,
            fee,
            at,
            status: "S",
        };
        if !is_exchanged {
            self.purse.0.push(line(id, code, reference, own, fee));
            return;
        }
        let away = Amount { minor: -amount.minor, ..amount.clone() };
        self.purse.0.push(line(id, code, reference, amount.clone(), 0));
        for (amount, fee) in [(away, 0), (own, fee)] {
            let exchange = self.new_id("EXC");
            self.purse.0.push(line(&exchange, "T0200", Some((id.to_owned(), "TXN")), amount, fee));
        }
    }

    /// The publisher sends money to the bank, in euros.
    pub(super) fn withdraw(&mut self, minor: i64) -> String {
        let (id, now) = (self.new_id("WDR"), self.now());
        let amount = Amount { currency: "EUR".to_owned(), minor: -minor };
        self.moved(("T0403", &id, None), None, &amount, (0, now));
        self.purse.0.last_mut().unwrap().status = "P";
        id
    }

    /// Makes an event about a thing as it is now, if a webhook wants to hear of it.
    pub(super) fn tell(&mut self, kind: &'static str, resource_type: &str, id: &str) {
        let resource = shape::resource(self, resource_type, id);
        self.emit(kind, resource_type, &resource);
    }

    pub(super) fn emit(&mut self, kind: &'static str, resource_type: &str, resource: &Value) -> String {
        let (id, now) = (self.new_id("WH-"), self.now());
        let body = shape::event(&self.base, (&id, kind, resource_type), resource, &written(now));
        let pending = self.webhooks.iter().any(|webhook| webhook.hears(kind));
        self.events.push(Event { id: id.clone(), kind, created: now, body, pending });
        id
    }
}

/// A time as PayPal writes it.
pub(super) fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
