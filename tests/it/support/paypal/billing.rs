//! Products, plans and subscriptions: who agreed to what, and what is charged when, by the emulator's clock.

use super::purse::{Amount, Purse};
use super::world::{Capture, World};
use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use std::collections::BTreeMap;

/// PayPal tries again after so many days, so often, and then adds what is owed to the next charge.
const RETRY_DAYS: i64 = 5;
const RETRIES_MAX: u32 = 2;

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) id: String,
    pub(super) product: String,
    pub(super) name: String,
    pub(super) status: &'static str,
    pub(super) unit: String,
    pub(super) count: u32,
    pub(super) price: Amount,
    pub(super) failures_max: u32,
}

/// What a payer is asked to agree to, and agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) plan: String,
    pub(crate) price: Amount,
}

#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) status: &'static str,
    pub(super) note: Option<String>,
    pub(super) status_updated: DateTime<Utc>,
    pub(super) created: DateTime<Utc>,
    pub(crate) custom_id: String,
    pub(crate) terms: Terms,
    /// The first charge.
    pub(super) begun: DateTime<Utc>,
    /// The charge from which cycles are counted.
    start: DateTime<Utc>,
    /// The charge that comes next, counted from the start.
    pub(super) cycle: u32,
    pub(crate) outstanding: i64,
    pub(super) failures: u32,
    pub(super) failed_at: Option<DateTime<Utc>>,
    retries: u32,
    retry_at: Option<DateTime<Utc>>,
    pub(super) paid: Option<(i64, DateTime<Utc>)>,
    /// Whether what the payer pays with works.
    works: bool,
    /// The token of the page on which the payer agrees, and to what.
    pub(super) asked: Option<(String, Terms)>,
    pub(super) return_url: String,
    pub(super) cancel_url: String,
}

impl Subscription {
    /// Whether this is the address of the page on which the payer is asked.
    pub(crate) fn is_asked_at(&self, page: &str) -> bool {
        self.asked.as_ref().is_some_and(|(token, _)| page.ends_with(&format!("ba_token={token}")))
    }

    /// One that a payer is asked to agree to.
    pub(super) fn asked(
        (id, custom_id): (String, String),
        (terms, token): (Terms, String),
        (created, start): (DateTime<Utc>, DateTime<Utc>),
        (return_url, cancel_url): (String, String),
    ) -> Self {
        Self {
            id,
            status: "APPROVAL_PENDING",
            note: None,
            status_updated: created,
            created,
            custom_id,
            terms: terms.clone(),
            begun: start,
            start,
            cycle: 0,
            outstanding: 0,
            failures: 0,
            failed_at: None,
            retries: 0,
            retry_at: None,
            paid: None,
            works: true,
            asked: Some((token, terms)),
            return_url,
            cancel_url,
        }
    }
}

/// The day on which a cycle begins.
fn day_of(start: NaiveDate, unit: &str, count: u32, cycle: u32) -> NaiveDate {
    let steps = count * cycle;
    match unit {
        "DAY" => start + Days::new(steps.into()),
        "WEEK" => start + Days::new(u64::from(steps) * 7),
        "MONTH" => start + Months::new(steps),
        _ => start + Months::new(steps * 12),
    }
}

#[derive(Debug, Default)]
pub(super) struct Billing {
    /// Names of products by id.
    pub(super) products: BTreeMap<String, String>,
    pub(super) plans: BTreeMap<String, Plan>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    /// Payments of subscriptions: their `order` is the subscription.
    pub(super) sales: BTreeMap<String, Capture>,
}

impl Billing {
    fn due(&self, of: &Subscription, cycle: u32) -> DateTime<Utc> {
        let plan = &self.plans[&of.terms.plan];
        let day = day_of(of.start.date_naive(), &plan.unit, plan.count, cycle);
        day.and_time(of.start.time()).and_utc()
    }

    /// When it is charged next; none if it is not.
    pub(super) fn next(&self, of: &Subscription) -> Option<DateTime<Utc>> {
        (of.status == "ACTIVE").then(|| self.due(of, of.cycle))
    }

    /// What falls due first: its moment and whose it is.
    fn first_due(&self) -> Option<(DateTime<Utc>, String)> {
        let active = self.subscriptions.values().filter(|it| it.status == "ACTIVE");
        let due = active.flat_map(|it| {
            [Some(self.due(it, it.cycle)), it.retry_at]
                .into_iter()
                .flatten()
                .map(move |at| (at, it.id.clone()))
        });
        due.min()
    }

    pub(super) fn by_token(&self, token: &str) -> Option<&Subscription> {
        let asked = |it: &&Subscription| it.asked.as_ref().is_some_and(|(known, _)| known == token);
        self.subscriptions.values().find(asked)
    }
}

impl World {
    fn subscription(&mut self, id: &str) -> &mut Subscription {
        self.billing.subscriptions.get_mut(id).unwrap()
    }

    /// Charges whatever fell due since it was last looked.
    pub(super) fn bill(&mut self) {
        while let Some((at, id)) = self.billing.first_due().filter(|(at, _)| *at <= self.now()) {
            let known = self.billing.subscriptions[&id].clone();
            let is_retry = known.retry_at == Some(at);
            if is_retry {
                self.subscription(&id).retry_at = None;
            } else {
                let it = self.subscription(&id);
                (it.cycle, it.retries, it.retry_at) = (it.cycle + 1, 0, None);
                it.outstanding += it.terms.price.minor;
            }
            if known.works {
                self.charge(&id, at);
            } else {
                self.fails(&id, at, is_retry);
            }
        }
    }

    /// All that is owed is paid.
    fn charge(&mut self, id: &str, at: DateTime<Utc>) {
        let known = self.billing.subscriptions[id].clone();
        let amount = Amount { minor: known.outstanding, ..known.terms.price };
        let (brought, fee) = Purse::brought(&amount);
        let sale = Capture {
            id: self.new_id("SAL"),
            order: id.to_owned(),
            created: at,
            updated: at,
            status: "COMPLETED",
            amount,
            custom_id: known.custom_id,
            brought: Some((brought, fee)),
        };
        let name = sale.id.clone();
        let agreement = Some((sale.order.clone(), "SUB"));
        self.moved(("T0002", &name, agreement), Some(&sale.custom_id), &sale.amount, (fee, at));
        self.billing.sales.insert(name.clone(), sale);
        let it = self.subscription(id);
        it.paid = Some((it.outstanding, at));
        (it.outstanding, it.failures, it.retries, it.retry_at) = (0, 0, 0, None);
        self.tell("PAYMENT.SALE.COMPLETED", "sale", &name);
    }

    fn fails(&mut self, id: &str, at: DateTime<Utc>, is_retry: bool) {
        let most = self.billing.plans[&self.billing.subscriptions[id].terms.plan].failures_max;
        let it = self.subscription(id);
        (it.failures, it.failed_at) = (it.failures + 1, Some(at));
        it.retries = if is_retry { it.retries + 1 } else { 0 };
        it.retry_at = (it.retries < RETRIES_MAX).then(|| at + TimeDelta::days(RETRY_DAYS));
        let is_over = most > 0 && it.failures >= most;
        self.tell("BILLING.SUBSCRIPTION.PAYMENT.FAILED", "subscription", id);
        if is_over {
            self.become_status(id, "SUSPENDED", None, at);
            self.tell("BILLING.SUBSCRIPTION.SUSPENDED", "subscription", id);
        }
    }

    fn become_status(&mut self, id: &str, status: &'static str, note: Option<String>, at: DateTime<Utc>) {
        let it = self.subscription(id);
        (it.status, it.note, it.status_updated) = (status, note, at);
        if status != "ACTIVE" {
            it.retry_at = None;
        }
    }

    /// The payer agrees to what they were asked.
    pub(super) fn agree(&mut self, token: &str, works: bool) {
        let (id, terms) = {
            let known = self.billing.by_token(token).unwrap();
            (known.id.clone(), known.asked.clone().unwrap().1)
        };
        let now = self.now();
        let begins = self.billing.subscriptions[&id].status == "APPROVAL_PENDING";
        let it = self.subscription(&id);
        (it.asked, it.terms) = (None, terms);
        if begins {
            (it.works, it.start) = (works, it.start.max(now));
            it.begun = it.start;
            self.become_status(&id, "ACTIVE", None, now);
            self.tell("BILLING.SUBSCRIPTION.ACTIVATED", "subscription", &id);
            self.bill();
        } else {
            // The new interval is counted from the next charge.
            let it = self.billing.subscriptions[&id].clone();
            let next = self.billing.due(&it, it.cycle);
            let it = self.subscription(&id);
            (it.start, it.cycle) = (next, 0);
            self.tell("BILLING.SUBSCRIPTION.UPDATED", "subscription", &id);
        }
    }

    /// What the payer pays with works from now on, or no more.
    pub(super) fn means_work(&mut self, id: &str, works: bool) {
        self.subscription(id).works = works;
    }

    /// Activates, suspends or cancels; the issue, if it cannot be.
    pub(super) fn order(&mut self, id: &str, what: &str, note: String) -> Result<(), &'static str> {
        let now = self.now();
        let status = self.billing.subscriptions[id].status;
        let (becomes, kind) = match (what, status) {
            ("activate", "SUSPENDED") => ("ACTIVE", "BILLING.SUBSCRIPTION.ACTIVATED"),
            ("suspend", "ACTIVE") => ("SUSPENDED", "BILLING.SUBSCRIPTION.SUSPENDED"),
            ("cancel", "ACTIVE" | "SUSPENDED") => ("CANCELLED", "BILLING.SUBSCRIPTION.CANCELLED"),
            (_, _) => return Err("SUBSCRIPTION_STATUS_INVALID"),
        };
        if becomes == "ACTIVE" {
            // Nothing is charged for the time of the pause.
            let known = self.billing.subscriptions[id].clone();
            let next = (known.cycle..=u32::MAX).find(|cycle| self.billing.due(&known, *cycle) > now).unwrap();
            let it = self.subscription(id);
            (it.cycle, it.failures) = (next, 0);
        }
        self.become_status(id, becomes, Some(note), now);
        self.tell(kind, "subscription", id);
        Ok(())
    }

    /// Charges what is owed now.
    pub(super) fn collect(&mut self, id: &str, amount: &Amount) -> Result<(), &'static str> {
        let (now, known) = (self.now(), self.billing.subscriptions[id].clone());
        if !matches!(known.status, "ACTIVE" | "SUSPENDED") {
            return Err("SUBSCRIPTION_STATUS_INVALID");
        }
        if known.outstanding == 0 {
            return Err("ZERO_OUTSTANDING_BALANCE");
        }
        if amount.currency != known.terms.price.currency || amount.minor > known.outstanding {
            return Err("AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE");
        }
        assert_eq!(amount.minor, known.outstanding, "nobody asks for a part");
        if !known.works {
            return Err("PAYMENT_DENIED");
        }
        self.charge(id, now);
        Ok(())
    }
}
