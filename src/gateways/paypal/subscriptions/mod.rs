//! Owns: recurring support at PayPal: the plans behind it, what a subscription and its payments say, how it is changed.
//! May import: the rest of the adapter. Must not: take money that the donor did not agree to.
//!
//! The attempt that opened a subscription is its `custom_id`. PayPal charges by itself and tells of each payment as a sale,
//! which names its subscription. Whatever is told is read again: the subscription, and its payments from PayPal's own list.

pub(super) mod answers;
mod api;
mod map;
mod orders;
mod plans;

use super::super::fetch::{FetchError, remote};
use super::super::{
    Answered, Checkout, CheckoutRequest, GatewayError, LookUp, OpenedCheckout, RefundRequest,
    SubscriptionOrder,
};
use super::answers::{Capture, Refund};
use super::{AT_ONCE, PayPal, REFUND_KEYS_KEPT, Told, order};
use crate::domain::donation::{GatewayFact, PaymentFact};
use crate::domain::money::Money;
use crate::domain::pledge::Frequency;
use crate::domain::refund::RefundNews;
use crate::domain::remote::RemoteId;
use crate::domain::subscription::{OrderKind, SubscriptionFact, SubscriptionState};
use answers::{Owner, SaleRefund, SubscriptionPayment};
use api::Command;
use chrono::{SecondsFormat, TimeDelta};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use map::Standing;
use orders::{Call, Note};
use serde_json::{Value, json};

pub(super) use plans::Plans;

/// How names of subscriptions begin at PayPal.
const SUBSCRIPTION: &str = "I-";

/// Payments so long before the first day that is looked at belong to it too: the clocks are not the same.
const MARGIN: TimeDelta = TimeDelta::days(2);

/// The subscription is not in a state in which this can be done: mostly because it is done.
const NOT_IN_THIS_STATE: &str = "SUBSCRIPTION_STATUS_INVALID";

/// Whether this is what PayPal calls a subscription.
pub(super) fn is_subscription(name: &str) -> bool {
    name.starts_with(SUBSCRIPTION)
}

/// How long ago the payments began that are looked at when somebody asks about a subscription: some periods.
fn latest(frequency: Option<Frequency>) -> TimeDelta {
    match frequency {
        Some(Frequency::Weekly) => TimeDelta::days(30),
        Some(Frequency::Monthly) | None => TimeDelta::days(100),
        Some(Frequency::Quarterly) => TimeDelta::days(200),
        Some(Frequency::Yearly | Frequency::Once) => TimeDelta::days(400),
    }
}

/// What PayPal shows around the agreement: the same for the same request.
fn context(name: &str, locale: &str, back: &str) -> Value {
    let mut context = json!({
        "brand_name": name.chars().take(order::TEXT_CHARS_MAX).collect::<String>(),
        "shipping_preference": "NO_SHIPPING",
        "return_url": back,
        "cancel_url": back,
    });
    if let (Some(locale), Some(fields)) = (order::locale(locale), context.as_object_mut()) {
        fields.insert("locale".to_owned(), locale.into());
    }
    context
}

/// The request for a subscription. The same attempt always gives the same one.
fn create(request: &CheckoutRequest, plan: &str) -> Result<Value, GatewayError> {
    let mut context = context(&request.description, &request.locale, &request.return_url);
    if let Some(fields) = context.as_object_mut() {
        // It is active as soon as the donor agrees.
        fields.insert("user_action".to_owned(), "SUBSCRIBE_NOW".into());
    }
    let mut body = json!({
        "plan_id": plan,
        "custom_id": request.attempt.to_string(),
        "plan": plans::price(request.amount)?,
        "subscriber": {"email_address": request.email},
        "application_context": context,
    });
    if let (Some(starts_at), Some(fields)) = (request.starts_at, body.as_object_mut()) {
        let starts_at = starts_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        fields.insert("start_time".to_owned(), starts_at.into());
    }
    Ok(body)
}

impl PayPal {
    /// Opens the page on which the donor agrees to be charged for each period.
    pub(super) async fn open_subscription(
        &self,
        request: &CheckoutRequest,
    ) -> Result<Checkout, GatewayError> {
        let plan = self.plan(request.amount.currency(), request.frequency).await?;
        let (body, key) = (create(request, &plan)?, request.attempt.to_string());
        let subscription = match api::create_subscription(&self.transport, body, key).await {
            Ok(subscription) => subscription,
            Err(error) => {
                if let GatewayError::Refused { .. } = &error {
                    self.forget_plans().await;
                }
                return Err(error);
            }
        };
        let page = subscription.page().map(str::to_owned).ok_or_else(|| {
            // The donor may have agreed already: a repeat of a call whose answer was lost.
            GatewayError::Unknown(format!("{} has no page to go to", subscription.id))
        })?;
        Ok(Checkout { remote: remote(&subscription.id)?, url: page })
    }

    /// A subscription as it is now, with the terms that hold for it; none that PayPal does not know.
    async fn standing(&self, id: &str) -> Result<Option<Standing>, GatewayError> {
        let as_of = self.clock.now();
        let Some(subscription) = api::subscription(&self.transport, id).await? else {
            return Ok(None);
        };
        let mut standing = Standing { subscription, as_of };
        let lacks_terms = standing.amount().is_none() || standing.frequency().is_none();
        if let Some(plan) = standing.subscription.plan_id.clone().filter(|_| lacks_terms) {
            standing.subscription.plan = Some(api::plan(&self.transport, &plan).await?);
        }
        Ok(Some(standing))
    }

    /// The same; where the donor agreed and PayPal waits for us, it is told to begin.
    async fn begun(&self, id: &str) -> Result<Option<Standing>, GatewayError> {
        let standing = self.standing(id).await?;
        let approved = |standing: &Standing| {
            standing.subscription.status.as_deref() == Some("APPROVED")
                && map::beginner_of(&standing.subscription).is_some()
        };
        if !standing.as_ref().is_some_and(approved) {
            return Ok(standing);
        }
        self.tell(id, Command::Activate, Note::Resumed).await?;
        self.standing(id).await
    }

    /// Tells PayPal to do something that it may have done already.
    async fn tell(&self, id: &str, command: Command, note: Note) -> Result<(), GatewayError> {
        match api::command(&self.transport, id, command, &note.to_string()).await {
            Err(GatewayError::Refused { code }) if code == NOT_IN_THIS_STATE => Ok(()),
            told => told,
        }
    }

    /// What a subscription says; nothing as long as the donor has not agreed to it.
    fn picture(standing: &Standing) -> Result<Option<SubscriptionFact>, FetchError> {
        let attempt = map::beginner_of(&standing.subscription);
        let checkout = Some(remote(&standing.subscription.id)?);
        Ok(standing.news()?.map(|news| SubscriptionFact { attempt, checkout, news }))
    }

    /// The facts of one payment of a subscription.
    async fn paid(
        &self,
        standing: &Standing,
        capture: Capture,
        told: Told,
    ) -> Result<Vec<GatewayFact>, FetchError> {
        let renewal = standing.renewal(super::map::time(capture.create_time.as_deref()))?;
        let held = self.complete(capture, None, told).await?;
        let facts = super::map::payment_facts(&held)?.into_iter();
        let of_period = facts.map(|fact| PaymentFact { renewal: Some(renewal.clone()), ..fact });
        Ok(of_period.map(GatewayFact::from).collect())
    }

    /// The facts of a payment of PayPal's list, read by itself: only there stands what came in another currency.
    async fn listed(
        &self,
        standing: &Standing,
        payment: SubscriptionPayment,
        of: Owner<'_>,
    ) -> Result<Vec<GatewayFact>, FetchError> {
        let sale = api::sale(&self.transport, &payment.id).await?;
        let capture = sale.map_or_else(|| payment.capture(of), |sale| sale.capture(of));
        self.paid(standing, capture, Told::Nothing).await
    }

    /// How a subscription stands and what was paid for its latest periods.
    async fn facts_in_subscription(&self, standing: &Standing) -> Result<Vec<GatewayFact>, FetchError> {
        let Some(attempt) = map::beginner_of(&standing.subscription).map(|attempt| attempt.to_string())
        else {
            return Ok(Vec::new());
        };
        let mut facts: Vec<GatewayFact> =
            Self::picture(standing)?.into_iter().map(GatewayFact::Subscription).collect();
        if facts.is_empty() {
            return Ok(facts);
        }
        let id = standing.subscription.id.as_str();
        let of = Owner { attempt: &attempt, subscription: id };
        let span = standing.as_of - latest(standing.frequency()) - MARGIN..standing.as_of;
        let payments = api::payments(&self.transport, id, span).await?;
        let paid: Vec<Vec<GatewayFact>> = stream::iter(payments)
            .map(|payment| self.listed(standing, payment, of))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        facts.extend(paid.into_iter().flatten());
        Ok(facts)
    }

    /// What a subscription of ours says, with its latest payments; none if it is of others.
    pub(super) async fn facts_of_subscription(
        &self,
        id: &str,
    ) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        match self.begun(id).await? {
            Some(standing) if map::beginner_of(&standing.subscription).is_some() => {
                Ok(Some(self.facts_in_subscription(&standing).await?))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// What a payment of a subscription of ours says, and how that stands; none if it is of others, or no such payment.
    pub(super) async fn facts_of_sale(
        &self,
        id: &str,
        told: Told,
    ) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        let Some(sale) = api::sale(&self.transport, id).await? else {
            return Ok(None);
        };
        let Some(subscription) = sale.billing_agreement_id.as_deref() else {
            return Ok(None);
        };
        let Some(standing) = self.begun(subscription).await? else {
            return Ok(None);
        };
        let Some(attempt) = map::beginner_of(&standing.subscription).map(|attempt| attempt.to_string())
        else {
            return Ok(None);
        };
        let of = Owner { attempt: &attempt, subscription };
        let mut facts = self.paid(&standing, sale.capture(of), told).await?;
        facts.extend(Self::picture(&standing)?.map(GatewayFact::Subscription));
        Ok(Some(facts))
    }

    /// What a refund of a payment of a subscription says.
    pub(super) async fn facts_of_sale_refund(
        &self,
        id: &str,
        named: Option<String>,
    ) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        let refund = api::refund(&self.transport, id).await?;
        let sale = refund.as_ref().and_then(|refund| refund.sale_id.clone()).or(named);
        let Some(sale) = sale else {
            return Ok(None);
        };
        let told = refund.map_or(Told::Nothing, |refund| Told::Refund(refund.refund()));
        self.facts_of_sale(&sale, told).await
    }

    /// What a reversal of a payment of a subscription says. PayPal tells it under a name of its own, or, without the name of
    /// the payment, under one that may be the payment's.
    pub(super) async fn facts_of_sale_reversal(
        &self,
        told: &SaleRefund,
    ) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        let named = match &told.sale_id {
            Some(sale) => Some(sale.clone()),
            None => api::refund(&self.transport, &told.id).await?.and_then(|known| known.sale_id),
        };
        match named {
            Some(sale) => self.facts_of_sale(&sale, Told::Reversal(told.refund())).await,
            None => self.facts_of_sale(&told.id, Told::Nothing).await,
        }
    }

    /// What came of an attempt that opened a subscription.
    pub(super) async fn look_up_opened(&self, id: &RemoteId) -> Result<LookUp, GatewayError> {
        let Some(standing) = self.begun(id.as_str()).await? else {
            return Ok(LookUp::default());
        };
        let facts = self.facts_in_subscription(&standing).await?;
        let url = standing.subscription.page().map(str::to_owned);
        Ok(LookUp { checkout: Some(OpenedCheckout { remote: id.clone(), url }), facts })
    }

    /// How a subscription stands, and what was paid for its latest periods.
    pub(super) async fn look_at(&self, id: &str) -> Result<Vec<GatewayFact>, GatewayError> {
        let standing = self.known(id).await?;
        Ok(self.facts_in_subscription(&standing).await?)
    }

    async fn known(&self, id: &str) -> Result<Standing, GatewayError> {
        let standing = self.begun(id).await?;
        standing.ok_or_else(|| GatewayError::Unknown(format!("{id} is not known to PayPal")))
    }

    /// Does what is asked of a subscription, or says where the donor must agree to it.
    pub(super) async fn carry_out(&self, asked: &SubscriptionOrder) -> Result<Answered, GatewayError> {
        let id = asked.subscription.as_str();
        let before = self.known(id).await?;
        let after = match orders::call(&before, &asked.what)? {
            Call::Nothing => before,
            Call::Now(command, note) => {
                self.tell(id, command, note).await?;
                let after = self.known(id).await?;
                if !command.is_done(after.subscription.status.as_deref()) {
                    return Err(GatewayError::Unknown(format!("{id} is not yet as it was told to be")));
                }
                after
            }
            Call::Ask(amount, frequency) => {
                let url = self.ask_donor(asked, (amount, frequency)).await?;
                return Ok(Answered::AskDonor { url });
            }
        };
        let mut fact =
            Self::picture(&after)?.ok_or_else(|| GatewayError::Unknown(format!("{id} was not agreed to")))?;
        let news = &mut fact.news;
        if let OrderKind::End { reason } = asked.what
            && !news.state.is_over()
        {
            // Cancelled it is; that what is paid for would be kept does not hold for an end at once.
            news.state = SubscriptionState::Ended { at: news.as_of, reason };
            news.ends_at = None;
        }
        Ok(Answered::Done(fact))
    }

    /// The page on which the donor agrees to other terms. Each call opens another, and none changes anything.
    async fn ask_donor(
        &self,
        asked: &SubscriptionOrder,
        (amount, frequency): (Money, Frequency),
    ) -> Result<String, GatewayError> {
        let plan = self.plan(amount.currency(), frequency).await?;
        let body = json!({
            "plan_id": plan,
            "plan": plans::price(amount)?,
            "application_context": context(&self.settings.publication.name, &asked.locale, &asked.return_url),
        });
        let revised = api::revise(&self.transport, asked.subscription.as_str(), body).await?;
        let page = answers::approval(&revised.links).map(str::to_owned);
        page.ok_or_else(|| GatewayError::Unknown("a change without a page to agree on".to_owned()))
    }

    /// Charges what is owed, and lets a subscription go on that PayPal suspended for it.
    pub(super) async fn charge_again(&self, id: &str) -> Result<Vec<GatewayFact>, GatewayError> {
        let standing = self.known(id).await?;
        if let Some(owed) = standing.outstanding() {
            let failed_at = standing.failed_at().map_or(0, |at| at.timestamp());
            // A try is the same until PayPal has counted it.
            let key = format!("{id}-collect-{}-{failed_at}", standing.failures());
            let body = json!({
                "note": "What is owed, charged at the donor's wish",
                "capture_type": "OUTSTANDING_BALANCE",
                "amount": {"currency_code": owed.currency_code, "value": owed.value},
            });
            match api::charge_outstanding(&self.transport, id, body, key).await {
                Ok(()) => {}
                // That the means decline is an answer too: how things stand is read below.
                Err(GatewayError::Refused { code }) => {
                    tracing::info!(code, "PayPal could not charge what is owed");
                }
                Err(error) => return Err(error),
            }
            let after = self.known(id).await?;
            let is_suspended = after.subscription.status.as_deref() == Some("SUSPENDED");
            if is_suspended && standing.failures() > 0 && after.outstanding().is_none() {
                self.tell(id, Command::Activate, Note::Resumed).await?;
            }
        }
        self.look_at(id).await
    }

    /// Gives a part of a payment of a subscription back, as PayPal writes it; none if there is no such payment.
    pub(super) async fn refund_sale(
        &self,
        request: &RefundRequest,
        value: &str,
    ) -> Result<Option<RefundNews>, GatewayError> {
        let payment = request.payment.as_str();
        let Some(sale) = api::sale(&self.transport, payment).await? else {
            return Ok(None);
        };
        // Nothing lists the refunds: where there are some, only the key keeps this one from being made twice.
        if !sale.is_whole() && self.clock.now() >= request.ordered_at + REFUND_KEYS_KEPT {
            return Err(GatewayError::Unknown(
                "PayPal cannot say any more whether this refund was made".to_owned(),
            ));
        }
        let (amount, ours) = ((request.amount.currency().code(), value), request.refund.to_string());
        let made = api::create_refund(&self.transport, payment, amount, &ours).await?;
        // What we asked for is ours, whether PayPal repeats our name of it or not.
        let refund = Refund { custom_id: Some(ours), ..made.refund() };
        let news = super::map::refund_news(&refund).map_err(FetchError::from)?;
        Ok(Some(news))
    }
}
