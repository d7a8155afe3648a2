//! Owns: recurring support at Stripe: what a subscription and its invoices say, how it is changed, and how its card is.
//! May import: the rest of the adapter. Must not: make payments known that are no invoice's.
//!
//! Stripe carries our ids along in the metadata of a subscription, and its invoices keep a copy of them; the payments of
//! invoices carry none. So a payment without ids of ours is looked for among the invoices.

pub(super) mod answers;
mod api;
mod map;
mod orders;

use super::super::{CardPage, GatewayError, Page, SubscriptionOrder};
use super::answers::{Expandable, Session};
use super::{AT_ONCE, FetchError, Stripe, checkout};
use crate::domain::donation::{GatewayFact, PaymentFact, Renewal};
use crate::domain::ids::AttemptId;
use crate::domain::remote::RemoteId;
use crate::domain::subscription::SubscriptionFact;
use answers::{Invoice, Subscription};
use api::Form;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use map::Standing;
use orders::Call;

pub(super) use map::interval;

/// How many of the latest periods are looked at when somebody asks about a subscription.
const PERIODS: i64 = 4;

/// How many open invoices are looked at: a weekly one that is never paid has no more before its grace is over.
const OPEN_MAX: i64 = 20;

/// The metadata key and value by which our settings of the portal are found again.
const PORTAL: (&str, &str) = ("mainstay_portal", "cards");

/// Stands for the first page of invoices where a page of payments ends.
const INVOICES: &str = "invoices";

/// Where a list of payments goes on.
pub(super) enum Place<'a> {
    /// Among payments that began by themselves, behind this one.
    Payments(Option<&'a str>),
    /// Among invoices, behind this one.
    Invoices(Option<&'a str>),
}

impl<'a> Place<'a> {
    pub(super) fn of(token: Option<&'a str>) -> Self {
        match token {
            Some(INVOICES) => Self::Invoices(None),
            Some(invoice) if invoice.starts_with("in_") => Self::Invoices(Some(invoice)),
            payment => Self::Payments(payment),
        }
    }

    /// Where to go on behind the last payment.
    pub(super) fn first_invoice() -> String {
        INVOICES.to_owned()
    }
}

impl Stripe {
    /// A subscription as it is now.
    async fn standing(&self, id: &str) -> Result<Standing, FetchError> {
        let as_of = self.clock.now();
        let subscription = api::subscription(&self.transport, id).await?;
        self.of_our_mode(subscription, as_of).await
    }

    async fn of_our_mode(
        &self,
        subscription: Subscription,
        as_of: DateTime<Utc>,
    ) -> Result<Standing, FetchError> {
        if subscription.livemode.is_some_and(|live| live != self.is_live()) {
            return Err(FetchError::Unreadable(format!("{} is not of the mode of the key", subscription.id)));
        }
        let mut owed_since = None;
        if subscription.owes() {
            let open = api::invoices_of(&self.transport, &subscription.id, Some("open"), OPEN_MAX).await?;
            owed_since = open.iter().filter_map(Invoice::period_start).min();
        }
        Ok(Standing { subscription, owed_since, as_of })
    }

    /// The payments that were begun for an invoice.
    async fn paid_with(&self, invoice: &Invoice, of: &Of) -> Result<Vec<GatewayFact>, FetchError> {
        let renewal = map::renewal(invoice)?;
        let mut facts = Vec::new();
        for intent in invoice.intents() {
            for fact in super::map::payment_facts(&self.payment(intent).await?, None)? {
                facts.push(GatewayFact::Payment(PaymentFact {
                    checkout: of.checkout.clone(),
                    attempt: fact.attempt.or(of.attempt),
                    renewal: renewal.clone(),
                    ..fact
                }));
            }
        }
        Ok(facts)
    }

    /// What an invoice says, if it is of a subscription of ours: how that stands, and what was paid.
    pub(super) async fn facts_of_invoice(&self, id: &str) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        let invoice = api::invoice(&self.transport, id).await?;
        let Some(subscription) = invoice.subscription() else {
            return Ok(None);
        };
        let standing = self.standing(subscription).await?;
        self.facts_in_invoices(&standing, &[invoice], None).await
    }

    async fn facts_in_invoices(
        &self,
        standing: &Standing,
        invoices: &[Invoice],
        checkout: Option<RemoteId>,
    ) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        let Some(attempt) = map::beginner_of(&standing.subscription) else {
            return Ok(None);
        };
        let of = Of { attempt: Some(attempt), checkout };
        let fact =
            SubscriptionFact { attempt: of.attempt, checkout: of.checkout.clone(), news: standing.news()? };
        let mut facts = vec![GatewayFact::Subscription(fact)];
        for invoice in invoices {
            facts.extend(self.paid_with(invoice, &of).await?);
        }
        Ok(Some(facts))
    }

    /// What a subscription of ours says, with its latest invoice.
    pub(super) async fn facts_of_subscription(
        &self,
        id: &str,
    ) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        let standing = self.standing(id).await?;
        let latest = standing.subscription.latest_invoice.as_ref().map(|latest| latest.id().to_owned());
        if map::beginner_of(&standing.subscription).is_none() {
            return Ok(None);
        }
        let mut invoices = Vec::new();
        if let Some(latest) = latest {
            invoices.push(api::invoice(&self.transport, &latest).await?);
        }
        self.facts_in_invoices(&standing, &invoices, None).await
    }

    /// How the subscriptions of a customer stand, those of ours.
    pub(super) async fn facts_of_customer(&self, id: &str) -> Result<Vec<GatewayFact>, FetchError> {
        let as_of = self.clock.now();
        let mut facts = Vec::new();
        for subscription in api::subscriptions_of(&self.transport, id).await? {
            if map::beginner_of(&subscription).is_some() {
                let standing = self.of_our_mode(subscription, as_of).await?;
                facts.extend(self.facts_in_invoices(&standing, &[], None).await?.into_iter().flatten());
            }
        }
        Ok(facts)
    }

    /// What a session in subscription mode has begun.
    pub(super) async fn facts_of_begun(
        &self,
        session: &Session,
        subscription: &str,
    ) -> Result<Vec<GatewayFact>, FetchError> {
        let mut standing = self.standing(subscription).await?;
        // The session knows whose it is, should the subscription's metadata ever have been emptied.
        if map::beginner_of(&standing.subscription).is_none() {
            standing.subscription.metadata.clone_from(&session.metadata);
        }
        let checkout = Some(super::remote(&session.id)?);
        let first = session.invoice.as_ref().or(standing.subscription.latest_invoice.as_ref());
        let invoices = match first.map(Expandable::id) {
            Some(first) => vec![api::invoice(&self.transport, first).await?],
            None => Vec::new(),
        };
        let facts = self.facts_in_invoices(&standing, &invoices, checkout).await?;
        Ok(facts.unwrap_or_default())
    }

    /// What the invoice says that a payment without ids of ours is for, if it is one of ours.
    pub(super) async fn renewal_of(&self, payment: &str) -> Result<Option<Renewed>, FetchError> {
        let Some(invoice) = api::invoice_of(&self.transport, payment).await? else {
            return Ok(None);
        };
        let Some(subscription) = invoice.subscription() else {
            return Ok(None);
        };
        let attempt = match map::beginner_of_invoice(&invoice) {
            Some(attempt) => Some(attempt),
            None => map::beginner_of(&self.standing(subscription).await?.subscription),
        };
        let renewal = map::renewal(&invoice)?;
        Ok(attempt.zip(renewal).map(|(attempt, renewal)| Renewed { attempt, renewal }))
    }

    /// One page of the invoices since, and what was paid with them.
    pub(super) async fn invoices_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<GatewayFact>, GatewayError> {
        let page = api::invoices(&self.transport, since, after).await?;
        let last = page.data.last().map(|last| last.id.clone());
        let ours = page.data.into_iter().filter(|invoice| map::beginner_of_invoice(invoice).is_some());
        let facts: Vec<Vec<GatewayFact>> = stream::iter(ours)
            .map(|invoice| self.facts_of_listed(invoice))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let items = facts.into_iter().flatten().collect();
        Ok(Page { items, next: last.filter(|_| page.has_more == Some(true)) })
    }

    /// The facts of an invoice on a list. One that cannot be understood must not keep the others from being read.
    async fn facts_of_listed(&self, invoice: Invoice) -> Result<Vec<GatewayFact>, GatewayError> {
        let of = Of { attempt: map::beginner_of_invoice(&invoice), checkout: None };
        let read = async {
            // With its first period a subscription may not have been heard of at all.
            let begins = invoice.billing_reason.as_deref() == Some("subscription_create");
            match invoice.subscription().filter(|_| begins) {
                Some(subscription) => {
                    let standing = self.standing(subscription).await?;
                    let facts =
                        self.facts_in_invoices(&standing, std::slice::from_ref(&invoice), None).await?;
                    Ok(facts.unwrap_or_default())
                }
                None => self.paid_with(&invoice, &of).await,
            }
        };
        match read.await {
            Ok(facts) => Ok(facts),
            Err(FetchError::Unreadable(why)) => {
                tracing::error!(invoice = invoice.id, why, "an invoice at Stripe cannot be understood");
                Ok(Vec::new())
            }
            Err(FetchError::Gateway(error)) => Err(error),
        }
    }

    /// How a subscription stands, and what was paid for its latest periods.
    pub(super) async fn look_at(&self, id: &str) -> Result<Vec<GatewayFact>, GatewayError> {
        let standing = self.standing(id).await?;
        let invoices = api::invoices_of(&self.transport, id, None, PERIODS).await?;
        Ok(self.facts_in_invoices(&standing, &invoices, None).await?.unwrap_or_default())
    }

    /// Does what is asked of a subscription.
    pub(super) async fn carry_out(
        &self,
        order: &SubscriptionOrder,
    ) -> Result<SubscriptionFact, GatewayError> {
        let (id, key) = (order.subscription.as_str(), order.order.to_string());
        let before = self.standing(id).await?;
        let after = match orders::call(&before, &order.what)? {
            Call::Nothing => before,
            Call::Update(form) => {
                api::update(&self.transport, id, &form, Some(&key)).await?;
                self.standing(id).await?
            }
            Call::GoOn(form) => {
                api::resume(&self.transport, id, &form, &key).await?;
                self.standing(id).await?
            }
            Call::End(comment) => {
                match api::cancel(&self.transport, id, &comment, &key).await {
                    // Ended already: Stripe does not have what is over.
                    Err(GatewayError::Refused { code }) if code == "resource_missing" => {}
                    ended => drop(ended?),
                }
                self.standing(id).await?
            }
        };
        let attempt = map::beginner_of(&after.subscription);
        let news = after.news().map_err(FetchError::from)?;
        Ok(SubscriptionFact { attempt, checkout: None, news })
    }

    /// Makes the card that the donor named last that of the subscription, and charges what is owed.
    pub(super) async fn charge_again(&self, id: &str) -> Result<Vec<GatewayFact>, GatewayError> {
        let standing = self.standing(id).await?;
        let subscription = &standing.subscription;
        // What was made the default in the portal was chosen there; else the newest is what they mean.
        let card = match (subscription.customers_default(), subscription.customer_id()) {
            (Some(chosen), _) => Some(chosen.id().to_owned()),
            (None, Some(customer)) => api::newest_card(&self.transport, customer).await?.map(|card| card.id),
            (None, None) => None,
        };
        let own = subscription.default_payment_method.as_ref().map(Expandable::id);
        if let Some(card) = card.filter(|card| own != Some(card) && !subscription.is_over()) {
            let change = Form::from([("default_payment_method", card)]);
            api::update(&self.transport, id, &change, None).await?;
        }
        let mut open = api::invoices_of(&self.transport, id, Some("open"), OPEN_MAX).await?;
        open.reverse();
        for invoice in open.iter().filter(|_| !subscription.is_over()) {
            // A card that declines is an answer too: how things stand is read below.
            let _paid_or_declined = api::pay(&self.transport, &invoice.id).await?;
        }
        self.look_at(id).await
    }

    /// A page of Stripe's portal where the donor names another card.
    pub(super) async fn portal_page(&self, request: &CardPage) -> Result<String, GatewayError> {
        let customer = match &request.customer {
            Some(customer) => customer.as_str().to_owned(),
            None => {
                let standing = self.standing(request.subscription.as_str()).await?;
                let customer = standing.subscription.customer_id().map(str::to_owned);
                customer
                    .ok_or_else(|| GatewayError::Unknown("a subscription without a customer".to_owned()))?
            }
        };
        let settings = self.portal.get_or_try_init(|| self.portal_settings()).await?;
        let visit = Form::from([
            ("customer", customer),
            ("configuration", settings.clone()),
            ("locale", checkout::locale(&request.locale).to_string()),
            ("return_url", request.return_url.clone()),
            ("flow_data[type]", "payment_method_update".to_owned()),
            ("flow_data[after_completion][type]", "redirect".to_owned()),
            ("flow_data[after_completion][redirect][return_url]", request.return_url.clone()),
        ]);
        Ok(api::visit_portal(&self.transport, &visit).await?.url)
    }

    /// Our settings of the portal, found or made: cards can be changed there, and nothing else.
    async fn portal_settings(&self) -> Result<String, GatewayError> {
        let (key, value) = PORTAL;
        let is_ours =
            |metadata: &super::answers::Metadata| metadata.get(key).is_some_and(|given| given == value);
        let known = api::portal_configurations(&self.transport).await?;
        let known = known.into_iter().find(|known| known.metadata.as_ref().is_some_and(is_ours));
        if let Some(known) = known {
            return Ok(known.id);
        }
        let settings = Form::from([
            ("features[payment_method_update][enabled]", "true".to_owned()),
            ("features[subscription_cancel][enabled]", "false".to_owned()),
            ("metadata[mainstay_portal]", value.to_owned()),
        ]);
        Ok(api::create_portal_configuration(&self.transport, &settings).await?.id)
    }
}

/// Whose the payments of an invoice are.
struct Of {
    attempt: Option<AttemptId>,
    checkout: Option<RemoteId>,
}

/// What an invoice says of a payment.
pub(super) struct Renewed {
    pub(super) attempt: AttemptId,
    pub(super) renewal: Renewal,
}
