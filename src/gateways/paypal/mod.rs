//! PayPal: gifts from the donor's account at PayPal, on PayPal's own pages.
//!
//! A donor agrees to an order there, and then the money is taken (captured) by a call of ours: once, whichever of the
//! donor's return, the webhook and the question after a while comes first. An event is a hint: order, payment and disputes
//! are fetched again, whole, and turned into facts (`map`). Recurring support is charged by PayPal itself (`subscriptions`).

mod answers;
mod api;
mod authorities;
mod balance;
mod certificates;
mod currencies;
mod events;
mod map;
mod order;
mod proof;
mod search;
mod subscriptions;
mod transport;
mod webhooks;

pub use authorities::Authorities;
pub use webhooks::{Examination, ExamineError, Setup, WebhookFault};

use super::fetch::{FetchError, not_ours, ours, remote};
use super::{
    AmountRefused, Answered, Assent, Balance, Capabilities, CardPage, Checkout, CheckoutKind,
    CheckoutRequest, FeeRate, Gateway, GatewayError, InterpretError, Interpretation, Keeper, Key,
    ListedEvent, LookUp, OpenedCheckout, Page, Recurring, RefundRequest, RefundWay, SubscriptionOrder,
    TransportError, VerifiedEvent, WebhookHeaders, WebhookRejected,
};
use crate::domain::attempt::{Attempt, AttemptOutcome};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::donation::{GatewayFact, PaymentFact};
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::domain::refund::RefundNews;
use crate::domain::remote::RemoteId;
use answers::{Capture, Order, Refund, RelatedIds, Supplementary};
use async_trait::async_trait;
use certificates::Certificates;
use chrono::{DateTime, TimeDelta, Utc};
use events::Subject;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use map::Held;
use proof::Proof;
use std::sync::Arc;
use std::time::Duration;
use subscriptions::Plans;
use transport::Transport;

/// Payments that are made whole at the same time when many are looked at.
const AT_ONCE: usize = 4;

/// PayPal keeps the ids of calls about orders for six hours, with a margin. An order that was opened again after that
/// costs nothing: nobody was shown the page of the first.
const ORDER_KEYS_KEPT: TimeDelta = TimeDelta::hours(5);

/// And those of refunds for 45 days, with a margin.
const REFUND_KEYS_KEPT: TimeDelta = TimeDelta::days(44);

/// PayPal gives nothing back that was paid longer ago.
const REFUNDS_WITHIN: TimeDelta = TimeDelta::days(180);

/// PayPal lists events for so long.
const EVENTS_LISTED: TimeDelta = TimeDelta::days(30);

/// Refusals of a capture after which the donor can go on at PayPal: with another card or account, or by agreeing first.
const NOT_YET: [&str; 4] = [
    "INSTRUMENT_DECLINED",
    "PAYER_ACTION_REQUIRED",
    "ORDER_NOT_APPROVED",
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",
];

/// Refusals that say that the money was taken before.
const TAKEN: [&str; 2] = ["ORDER_ALREADY_CAPTURED", "DUPLICATE_INVOICE_ID"];

/// Which PayPal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Real money.
    Live,
    /// PayPal's own test environment.
    Sandbox,
    /// A test double of somebody else's.
    Double,
}

impl Mode {
    fn is_sandbox(self) -> bool {
        self == Self::Sandbox
    }
}

/// What PayPal keeps of subscriptions, and what it leaves to others: a change needs the donor's assent, an end is final, and
/// a pause has no day on which it ends.
const KEEPER: Keeper = Keeper { change: Assent::Asked, takes_back: false, ends_pauses: false };

/// Whom the donors support, as PayPal shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its name.
    pub name: String,
    /// The address of the site: the publication is found by it at PayPal.
    pub address: String,
}

/// What is to be known about the app at PayPal.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Names the app.
    pub client_id: String,
    /// Opens it.
    pub client_secret: Key,
    /// The webhook whose events are believed. Empty: none is.
    pub webhook_id: String,
    /// `https://api-m.paypal.com`, PayPal's sandbox, or a test double.
    pub api_base: String,
    /// Origins of PayPal's pages.
    pub page_origins: Vec<String>,
    /// Hosts, and what is below them, from which the certificates of webhooks are fetched.
    pub certificate_hosts: Vec<String>,
    /// Whom these certificates are believed from.
    pub authorities: Authorities,
    /// Whom the donors support.
    pub publication: Publication,
    /// What PayPal usually keeps.
    pub fee: FeeRate,
    /// How long one call may take, all tries together.
    pub timeout: Duration,
}

impl Settings {
    /// Which PayPal is spoken to.
    pub fn mode(&self) -> Mode {
        events::mode_of(&self.api_base).unwrap_or(Mode::Double)
    }
}

/// The gateway.
#[derive(Clone)]
pub struct PayPal {
    settings: Arc<Settings>,
    transport: Transport,
    certificates: Arc<Certificates>,
    clock: Arc<dyn Clock>,
    /// The plans behind subscriptions that are known to be there.
    plans: Arc<Plans>,
}

impl PayPal {
    /// Makes the client; nothing is called.
    ///
    /// # Errors
    /// The credentials cannot be sent, or TLS refuses its settings.
    pub fn new(settings: Settings) -> Result<Self, TransportError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let transport = Transport::new(&settings, Arc::clone(&clock))?;
        let certificates = Certificates::new(&settings.certificate_hosts, &settings.authorities)?;
        let (settings, certificates) = (Arc::new(settings), Arc::new(certificates));
        Ok(Self { settings, transport, certificates, clock, plans: Arc::default() })
    }

    /// Takes the time from this clock: it says when a token ends.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { transport: self.transport.with_clock(Arc::clone(&clock)), clock, ..self }
    }

    /// Which PayPal is spoken to.
    pub fn mode(&self) -> Mode {
        self.settings.mode()
    }

    /// What names the app.
    pub fn client_id(&self) -> &str {
        &self.settings.client_id
    }

    /// The webhook whose events are believed.
    pub fn webhook_id(&self) -> &str {
        &self.settings.webhook_id
    }

    /// Takes the money of an order that the donor agreed to, and says how the order stands then.
    ///
    /// An order can be paid once. The key of the call follows from the attempt and from the order as it stands: the same
    /// call again is the same to PayPal, and one after the donor chose another card is not.
    async fn take_money(&self, order: Order) -> Result<(Order, Option<PaymentFact>), FetchError> {
        let Some(attempt) = map::opener_of(&order).filter(|_| order.status.as_deref() == Some("APPROVED"))
        else {
            return Ok((order, None));
        };
        let stand = map::time(order.update_time.as_deref()).map_or(0, |time| time.timestamp());
        let key = format!("{attempt}-capture-{stand}");
        match api::capture_order(&self.transport, &order.id, &key).await {
            Ok(_partial) => Ok((self.order_again(&order.id).await?, None)),
            Err(GatewayError::Refused { code }) if TAKEN.contains(&code.as_str()) => {
                Ok((self.order_again(&order.id).await?, None))
            }
            Err(GatewayError::Refused { code }) if NOT_YET.contains(&code.as_str()) => {
                tracing::info!(attempt.id = %attempt, code, "PayPal waits for the donor");
                Ok((order, None))
            }
            Err(GatewayError::Refused { code }) => {
                tracing::warn!(attempt.id = %attempt, code, "PayPal refuses to take the money of an order");
                let fact = map::refused_fact(&order, code)?;
                Ok((order, Some(fact)))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn order_again(&self, id: &str) -> Result<Order, FetchError> {
        let order = api::order(&self.transport, id).await?;
        Ok(order.ok_or_else(|| GatewayError::Unknown("an order that was paid is not known".to_owned()))?)
    }

    /// The facts in an order, whose money is taken if it can be.
    async fn facts_in(&self, order: Order) -> Result<(Order, Vec<GatewayFact>), FetchError> {
        let (order, refused) = self.take_money(order).await?;
        let mut facts: Vec<PaymentFact> = refused.into_iter().collect();
        for capture in order.captures() {
            let held = self.complete(whole(capture, &order), Some(&order), Told::Nothing).await?;
            facts.extend(map::payment_facts(&held)?);
        }
        Ok((order, facts.into_iter().map(GatewayFact::from).collect()))
    }

    /// Fetches what belongs to a payment. Nothing went back from a payment that brought nothing.
    async fn complete(
        &self,
        capture: Capture,
        order: Option<&Order>,
        told: Told,
    ) -> Result<Held, FetchError> {
        let mut held = Held { capture, refunds: Vec::new(), disputes: Vec::new(), reversal: None };
        if !map::has_money(&held.capture) {
            return Ok(held);
        }
        let of_this = |refund: &&Refund| refund.capture().is_none_or(|capture| capture == held.capture.id);
        held.refunds = order.into_iter().flat_map(Order::refunds).filter(of_this).cloned().collect();
        match told {
            Told::Refund(refund) if held.refunds.iter().all(|known| known.id != refund.id) => {
                held.refunds.push(refund);
            }
            Told::Reversal(reversal) => held.reversal = Some(reversal),
            Told::Refund(_) | Told::Nothing => {}
        }
        held.disputes = api::disputes(&self.transport, &held.capture.id).await?;
        Ok(held)
    }

    /// The facts of a payment; none if it is not one of ours. One that no order led to may be of a subscription.
    async fn facts_of(&self, id: &str, told: Told) -> Result<Option<Vec<GatewayFact>>, FetchError> {
        let Some(capture) = api::capture(&self.transport, id).await? else {
            return self.facts_of_sale(id, told).await;
        };
        let order = match capture.order() {
            Some(order) => api::order(&self.transport, order).await?,
            None => match self.facts_of_sale(id, told.clone()).await? {
                Some(facts) => return Ok(Some(facts)),
                None => None,
            },
        };
        let listed = order.as_ref().and_then(|order| order.captures().find(|listed| listed.id == capture.id));
        let capture = match (&order, listed) {
            (Some(order), Some(_)) => whole(&capture, order),
            (Some(_) | None, _) => capture,
        };
        if map::attempt_of(&capture).is_none() {
            return Ok(None);
        }
        let held = self.complete(capture, order.as_ref(), told).await?;
        Ok(Some(map::payment_facts(&held)?.into_iter().map(GatewayFact::from).collect()))
    }

    /// The facts of a payment on a list. One that cannot be understood must not keep the others from being read.
    async fn facts_of_listed(&self, id: String) -> Result<Vec<GatewayFact>, GatewayError> {
        match self.facts_of(&id, Told::Nothing).await {
            Ok(facts) => Ok(facts.unwrap_or_default()),
            Err(FetchError::Unreadable(why)) => {
                tracing::error!(payment = id, why, "a payment at PayPal cannot be understood");
                Ok(Vec::new())
            }
            Err(FetchError::Gateway(error)) => Err(error),
        }
    }

    async fn facts_of_order(&self, id: &str) -> Result<Interpretation, FetchError> {
        let Some(order) = api::order(&self.transport, id).await? else {
            return Ok(Interpretation::Ignore(format!("{id} is not known to PayPal any more")));
        };
        if map::opener_of(&order).is_none() {
            return Ok(not_ours(id));
        }
        Ok(Interpretation::Facts(self.facts_in(order).await?.1))
    }

    async fn facts_of_refund(&self, id: &str, capture: Option<String>) -> Result<Interpretation, FetchError> {
        let refund = api::refund(&self.transport, id).await?;
        let named = refund.as_ref().and_then(Refund::capture).map(str::to_owned);
        let Some(capture) = named.or(capture) else {
            return Ok(Interpretation::Ignore(format!("{id} names no payment")));
        };
        let facts = self.facts_of(&capture, refund.map_or(Told::Nothing, Told::Refund)).await?;
        Ok(ours(&capture, facts))
    }

    async fn facts_of_dispute(&self, id: &str) -> Result<Interpretation, FetchError> {
        let dispute = api::dispute(&self.transport, id).await?;
        let mut facts = Vec::new();
        for capture in dispute.captures() {
            facts.extend(self.facts_of(capture, Told::Nothing).await?.unwrap_or_default());
        }
        Ok(ours(id, Some(facts).filter(|facts| !facts.is_empty())))
    }

    async fn meaning(&self, subject: Subject) -> Result<Interpretation, FetchError> {
        match subject {
            Subject::None(why) => Ok(Interpretation::Ignore(why)),
            Subject::Order(id) => self.facts_of_order(&id).await,
            Subject::Capture(id) => Ok(ours(&id, self.facts_of(&id, Told::Nothing).await?)),
            Subject::Refund { id, capture } => self.facts_of_refund(&id, capture).await,
            Subject::Reversal { capture, told } => {
                Ok(ours(&capture, self.facts_of(&capture, Told::Reversal(*told)).await?))
            }
            Subject::Dispute(id) => self.facts_of_dispute(&id).await,
            Subject::Subscription(id) => Ok(ours(&id, self.facts_of_subscription(&id).await?)),
            Subject::Sale(id) => Ok(ours(&id, self.facts_of_sale(&id, Told::Nothing).await?)),
            Subject::SaleRefund { id, sale } => Ok(ours(&id, self.facts_of_sale_refund(&id, sale).await?)),
            Subject::SaleReversal(told) => Ok(ours(&told.id, self.facts_of_sale_reversal(&told).await?)),
        }
    }

    /// A refund of ours among those that PayPal knows; none if it was never made.
    async fn made_before(
        &self,
        capture: &Capture,
        request: &RefundRequest,
    ) -> Result<Option<Refund>, GatewayError> {
        let order = match capture.order() {
            Some(order) => api::order(&self.transport, order).await?,
            None => None,
        };
        let Some(order) = order else {
            // Nothing lists the refunds: only the key keeps this one from being made twice.
            return if self.clock.now() < request.ordered_at + REFUND_KEYS_KEPT {
                Ok(None)
            } else {
                Err(GatewayError::Unknown(
                    "PayPal cannot say any more whether this refund was made".to_owned(),
                ))
            };
        };
        let ours = request.refund.to_string();
        let is_ours = |refund: &&Refund| {
            [&refund.custom_id, &refund.invoice_id].into_iter().any(|id| id.as_deref() == Some(ours.as_str()))
        };
        Ok(order.refunds().find(is_ours).cloned())
    }
}

/// What an event said beside the name of a payment.
#[derive(Debug, Clone)]
enum Told {
    Nothing,
    Refund(Refund),
    Reversal(Refund),
}

/// A payment with what only its order says.
fn whole(capture: &Capture, order: &Order) -> Capture {
    let attempt = || order.purchase_units.iter().find_map(|unit| unit.custom_id.clone());
    let related = RelatedIds { order_id: Some(order.id.clone()) };
    Capture {
        custom_id: capture.custom_id.clone().or_else(attempt),
        supplementary_data: Some(Supplementary { related_ids: Some(related) }),
        ..capture.clone()
    }
}

/// What an event is about may be known a moment later only.
fn not_yet(error: FetchError) -> InterpretError {
    match error {
        FetchError::Gateway(GatewayError::Refused { code }) => GatewayError::Unknown(code).into(),
        other @ (FetchError::Gateway(_) | FetchError::Unreadable(_)) => other.into(),
    }
}

#[async_trait]
impl Gateway for PayPal {
    fn kind(&self) -> GatewayKind {
        GatewayKind::Paypal
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            checkout: CheckoutKind::Redirect,
            refunds: RefundWay::Gateway,
            webhooks: true,
            fee: self.settings.fee,
            recurring: Recurring::Charged(KEEPER),
            keys_kept: ORDER_KEYS_KEPT,
            refunds_within: Some(REFUNDS_WITHIN),
        }
    }

    fn page_origins(&self) -> Vec<String> {
        self.settings.page_origins.clone()
    }

    fn accepts(&self, amount: Money) -> Result<(), AmountRefused> {
        match currencies::value(amount) {
            Ok(_) => Ok(()),
            Err(why) => Err(AmountRefused { amount: amount.text(), why: why.to_string() }),
        }
    }

    fn round_up(&self, amount: Money) -> Money {
        currencies::round_up(amount)
    }

    async fn start_checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        if request.frequency.is_recurring() {
            return self.open_subscription(request).await;
        }
        let value = currencies::value(request.amount)?;
        let body = order::create(request, &value);
        let order = api::create_order(&self.transport, body, &request.attempt.to_string()).await?;
        let page = order.page().map(str::to_owned).ok_or_else(|| {
            // It may be paid already: a repeat of a call whose answer was lost.
            GatewayError::Unknown(format!("{} has no page to go to", order.id))
        })?;
        Ok(Checkout { remote: remote(&order.id)?, url: page })
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<LookUp, GatewayError> {
        // PayPal finds orders by its own names only. Where none is known no page was shown, so that nobody paid, and the
        // call is made again under its key.
        let AttemptOutcome::Accepted { remote: known, .. } = &attempt.outcome else {
            return Ok(LookUp::default());
        };
        if subscriptions::is_subscription(known.as_str()) {
            return self.look_up_opened(known).await;
        }
        let Some(order) = api::order(&self.transport, known.as_str()).await? else {
            return Ok(LookUp::default());
        };
        let (order, facts) = self.facts_in(order).await?;
        let checkout = OpenedCheckout { remote: remote(&order.id)?, url: order.page().map(str::to_owned) };
        Ok(LookUp { checkout: Some(checkout), facts })
    }

    /// PayPal ends no order before its time, and decides itself how often somebody may try to pay one.
    async fn close_checkout(&self, _attempt: &Attempt) -> Result<(), GatewayError> {
        Err(GatewayError::Unsupported { gateway: GatewayKind::Paypal, what: "close a payment page" })
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundNews, GatewayError> {
        let value = currencies::value(request.amount)?;
        let Some(capture) = api::capture(&self.transport, request.payment.as_str()).await? else {
            let news = self.refund_sale(request, &value).await?;
            return news.ok_or_else(|| GatewayError::Unknown("PayPal does not know this payment".to_owned()));
        };
        let refund = match self.made_before(&capture, request).await? {
            Some(refund) => refund,
            None => {
                let amount = (request.amount.currency().code(), value.as_str());
                let (payment, ours) = (request.payment.as_str(), request.refund.to_string());
                api::create_refund(&self.transport, payment, amount, &ours).await?
            }
        };
        map::refund_news(&refund).map_err(|error| GatewayError::Unknown(error.to_string()))
    }

    async fn change_subscription(&self, order: &SubscriptionOrder) -> Result<Answered, GatewayError> {
        self.carry_out(order).await
    }

    async fn look_up_subscription(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        self.look_at(subscription.as_str()).await
    }

    async fn card_page(&self, _request: &CardPage) -> Result<String, GatewayError> {
        Err(GatewayError::Unsupported {
            gateway: GatewayKind::Paypal,
            what: "open a page for other means: donors name them in their account there",
        })
    }

    async fn collect(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        self.charge_again(subscription.as_str()).await
    }

    async fn verify_webhook(
        &self,
        headers: &WebhookHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected> {
        if self.settings.webhook_id.is_empty() {
            return Err(WebhookRejected::Forged);
        }
        let proof = Proof::read(headers, now)?;
        let chain = self.certificates.at(proof.certificate, now).await?;
        proof.holds(&self.settings, &chain, body, now)?;
        events::meant_for(&self.settings, body)
    }

    async fn interpret(&self, body: &[u8]) -> Result<Interpretation, InterpretError> {
        let subject = events::subject_of(body).map_err(InterpretError::Malformed)?;
        self.meaning(subject).await.map_err(not_yet)
    }

    async fn events_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<ListedEvent>, GatewayError> {
        let now = self.clock.now();
        let span = since.max(now - EVENTS_LISTED)..now;
        let (page, next) = api::events(&self.transport, span, after).await?;
        let named = page.events.iter().filter_map(|event| Some((event.get("id")?.as_str()?, event)));
        let items = named
            .map(|(id, event)| ListedEvent { event_id: id.to_owned(), body: event.to_string().into_bytes() })
            .collect();
        Ok(Page { items, next })
    }

    async fn payments_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<GatewayFact>, GatewayError> {
        let page = self.searched(since, after).await?;
        let ours = page.items.into_iter().filter_map(|info| {
            let is_payment =
                info.transaction_event_code.as_deref().is_none_or(|code| code.starts_with("T00"));
            let attempt = info.custom_field?.parse::<crate::domain::ids::AttemptId>();
            (is_payment && attempt.is_ok()).then_some(info.transaction_id)
        });
        let facts: Vec<Vec<GatewayFact>> =
            stream::iter(ours).map(|id| self.facts_of_listed(id)).buffered(AT_ONCE).try_collect().await?;
        Ok(Page { items: facts.into_iter().flatten().collect(), next: page.next })
    }

    fn balance(&self) -> Option<&dyn Balance> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_is_that_of_the_address() {
        let settings = |base: &str| Settings {
            client_id: "id".into(),
            client_secret: Key::new("hidden"),
            webhook_id: "WH-1".into(),
            api_base: base.into(),
            page_origins: Vec::new(),
            certificate_hosts: Vec::new(),
            authorities: Authorities::public(),
            publication: Publication { name: "The Gazette".into(), address: "http://127.0.0.1:1".into() },
            fee: FeeRate { basis_points: 0, fixed_minor: 0 },
            timeout: Duration::from_secs(1),
        };
        assert_eq!(settings("https://api-m.paypal.com").mode(), Mode::Live);
        assert_eq!(settings("https://api-m.sandbox.paypal.com").mode(), Mode::Sandbox);
        assert_eq!(settings("http://127.0.0.1:9").mode(), Mode::Double);
        assert!(!format!("{:?}", settings("x")).contains("hidden"));
        assert!(PayPal::new(settings("http://127.0.0.1:9")).is_ok());
    }
}
