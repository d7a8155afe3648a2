//! The balance at Stripe: its movements, and what was paid out of it. Stripe's own words: *balance transactions* and
//! *payouts*.

use super::super::fetch::{Unreadable, readable};
use super::super::manners::Denied;
use super::super::tolerant::lenient;
use super::super::{Balance, GatewayError, Page};
use super::answers::{Expandable, Identified, Named, Page as Listed};
use super::api::PER_PAGE;
use super::transport::Transport;
use super::{Stripe, currencies};
use crate::domain::balance::{MovementKind, MovementNews, Names, PayoutNews, PayoutStatus};
use crate::domain::money::Money;
use crate::domain::remote::RemoteId;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stripe_client_core::{RequestBuilder, StripeMethod};

/// A payout that arrived can still be sent back by the bank, for about so long.
const PAYOUT_SETTLES: TimeDelta = TimeDelta::days(10);

/// A movement, with what it is about.
#[derive(Debug, Clone, Deserialize)]
struct Line {
    id: String,
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    reporting_category: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    fee: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    created: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    source: Option<Expandable<Source>>,
}

/// What a movement is about.
#[derive(Debug, Clone, Deserialize)]
struct Source {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    payment_intent: Option<Expandable<Named>>,
}

impl Identified for Source {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Line {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Payout {
    fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Payout {
    id: String,
    #[serde(default, deserialize_with = "lenient")]
    amount: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    currency: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    automatic: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    created: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    arrival_date: Option<i64>,
    #[serde(default, deserialize_with = "lenient")]
    failure_code: Option<String>,
}

#[derive(Serialize)]
struct Bounds {
    gte: i64,
}

/// What a list of the balance is asked by.
#[derive(Serialize)]
struct Asked<'a> {
    limit: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<Bounds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payout: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    starting_after: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expand: Vec<&'static str>,
}

impl<'a> Asked<'a> {
    fn after(after: Option<&'a str>) -> Self {
        Self { limit: PER_PAGE, created: None, payout: None, starting_after: after, expand: Vec::new() }
    }
}

async fn list<T: DeserializeOwned>(
    to: &Transport,
    path: &str,
    asked: &Asked<'_>,
) -> Result<Listed<T>, GatewayError> {
    match to.ask(RequestBuilder::new(StripeMethod::Get, path).query(asked)).await {
        Ok(page) => Ok(page),
        // Keys may be made for less than this.
        Err(Denied::NotAllowed) => {
            tracing::warn!(path, "the key may not read this of the balance at Stripe");
            Ok(Listed { data: Vec::new(), has_more: None })
        }
        Err(Denied::NotKnown) => Err(GatewayError::Unknown("Stripe does not know the key".to_owned())),
        Err(Denied::Other(error)) => Err(error),
    }
}

#[async_trait]
impl Balance for Stripe {
    async fn movements_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<MovementNews>, GatewayError> {
        let created = Some(Bounds { gte: since.timestamp() });
        self.moved(Asked { created, ..Asked::after(after) }).await
    }

    async fn payouts_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<PayoutNews>, GatewayError> {
        let created = Some(Bounds { gte: (since - PAYOUT_SETTLES).timestamp() });
        let asked = Asked { created, ..Asked::after(after) };
        let page: Listed<Payout> = list(&self.transport, "/payouts", &asked).await?;
        Ok(understood(&page, Payout::news))
    }

    async fn movements_of(
        &self,
        payout: &RemoteId,
        after: Option<&str>,
    ) -> Result<Page<MovementNews>, GatewayError> {
        self.moved(Asked { payout: Some(payout.as_str()), ..Asked::after(after) }).await
    }
}

impl Stripe {
    async fn moved(&self, asked: Asked<'_>) -> Result<Page<MovementNews>, GatewayError> {
        let asked = Asked { expand: vec!["data.source"], ..asked };
        let page: Listed<Line> = list(&self.transport, "/balance_transactions", &asked).await?;
        Ok(understood(&page, Line::news))
    }
}

/// What can be understood of a page, and what the next one comes after.
fn understood<T: Identified, N>(page: &Listed<T>, news: fn(&T) -> Result<N, Unreadable>) -> Page<N> {
    let next = page.data.last().map(|last| last.id().to_owned()).filter(|_| page.has_more == Some(true));
    Page { items: page.data.iter().map(news).filter_map(readable).collect(), next }
}

fn lacking(object: &str, field: &'static str) -> Unreadable {
    Unreadable { object: object.to_owned(), field }
}

fn named(id: &str) -> Option<RemoteId> {
    RemoteId::parse(id).ok()
}

fn money(object: &str, units: Option<i64>, code: Option<&str>) -> Result<Money, Unreadable> {
    let read = units.zip(code).and_then(|(units, code)| currencies::from_stripe(units, code).ok());
    read.ok_or_else(|| lacking(object, "amount"))
}

fn time(object: &str, second: Option<i64>) -> Result<DateTime<Utc>, Unreadable> {
    second.and_then(|second| DateTime::from_timestamp(second, 0)).ok_or_else(|| lacking(object, "time"))
}

impl Line {
    fn news(&self) -> Result<MovementNews, Unreadable> {
        let code = self.currency.as_deref();
        let source = self.source.as_ref().map(Expandable::id).unwrap_or_default();
        Ok(MovementNews {
            remote: named(&self.id).ok_or_else(|| lacking("a movement", "id"))?,
            kind: self.kind(source),
            amount: money(&self.id, self.amount, code)?,
            fee: money(&self.id, Some(self.fee.unwrap_or_default()), code)?,
            names: self.names(source),
            happened_at: time(&self.id, self.created)?,
        })
    }

    /// A word that is not known yet is an adjustment, unless what it is about says more.
    fn kind(&self, source: &str) -> MovementKind {
        match self.kind.as_deref().unwrap_or_default() {
            "charge" | "payment" | "payment_failure_refund" | "payment_reversal" => MovementKind::Payment,
            "refund" | "payment_refund" | "refund_failure" => MovementKind::Refund,
            "stripe_fee" | "stripe_fx_fee" | "tax_fee" => MovementKind::Fee,
            "payout" | "payout_cancel" | "payout_failure" => MovementKind::Payout,
            _ if is_dispute(source) => MovementKind::Dispute,
            _ => match self.reporting_category.as_deref().unwrap_or_default() {
                "dispute" | "dispute_reversal" => MovementKind::Dispute,
                "refund" | "refund_failure" => MovementKind::Refund,
                "fee" | "network_cost" | "tax" => MovementKind::Fee,
                _ => MovementKind::Adjustment,
            },
        }
    }

    fn names(&self, source: &str) -> Names {
        let intent = self.source.as_ref().and_then(Expandable::object).and_then(|found| {
            let intent = found.payment_intent.as_ref()?;
            named(intent.id())
        });
        let about = named(source);
        let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| source.starts_with(prefix));
        let own = |is_so: bool| about.clone().filter(|_| is_so);
        Names {
            payment: intent.or_else(|| own(is(&["ch_", "py_"]))),
            refund: own(is(&["re_", "pyr_"])),
            dispute: own(is_dispute(source)),
            payout: own(is(&["po_"])),
        }
    }
}

fn is_dispute(source: &str) -> bool {
    source.starts_with("dp_") || source.starts_with("du_")
}

impl Payout {
    fn news(&self) -> Result<PayoutNews, Unreadable> {
        let status = match self.status.as_deref().unwrap_or_default() {
            "paid" => PayoutStatus::Paid,
            "in_transit" => PayoutStatus::InTransit,
            "failed" => PayoutStatus::Failed,
            "canceled" => PayoutStatus::Cancelled,
            _ => PayoutStatus::Pending,
        };
        let came_back = matches!(status, PayoutStatus::Failed | PayoutStatus::Cancelled);
        Ok(PayoutNews {
            remote: named(&self.id).ok_or_else(|| lacking("a payout", "id"))?,
            amount: money(&self.id, self.amount, self.currency.as_deref())?,
            status,
            // What was asked for by hand is a sum, not a list.
            is_told: self.automatic == Some(true),
            failure: self.failure_code.clone().filter(|_| came_back),
            ordered_at: time(&self.id, self.created)?,
            arrives_on: self
                .arrival_date
                .and_then(|at| DateTime::from_timestamp(at, 0))
                .map(|at| at.date_naive()),
        })
    }
}
