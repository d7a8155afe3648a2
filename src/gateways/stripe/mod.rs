//! Stripe: cards, wallets and local methods on Stripe's own pages, so that no card number ever comes near us.
//!
//! Typed requests go out by `async-stripe`; what comes back is read by small tolerant structs of our own
//! (`answers`). An event is a hint: the payment is fetched again, whole, and turned into facts (`map`).

mod account;
mod answers;
mod api;
mod balance;
mod checkout;
mod currencies;
mod endpoint;
mod events;
mod map;
mod subscriptions;
mod transport;

pub use super::{Key, TransportError};
pub use account::{Account, Examination, ExamineError};
pub use endpoint::{EndpointFault, NewEndpoint, Setup};

use super::fetch::{FetchError, not_ours, ours, remote};
use super::{
    AmountRefused, Answered, Balance, Capabilities, CardPage, Checkout, CheckoutKind, CheckoutRequest,
    FeeRate, Gateway, GatewayError, InterpretError, Interpretation, Keeper, ListedEvent, LookUp,
    OpenedCheckout, Page, Recurring, RefundRequest, RefundWay, SubscriptionOrder, VerifiedEvent,
    WebhookHeaders, WebhookRejected,
};
use crate::domain::attempt::{Attempt, AttemptOutcome};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::donation::GatewayFact;
use crate::domain::money::Money;
use crate::domain::pledge::GatewayKind;
use crate::domain::refund::RefundNews;
use crate::domain::remote::RemoteId;
use answers::{PaymentIntent, Session};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use currencies::Unchargeable;
use events::Subject;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use map::Held;
use std::sync::Arc;
use std::time::Duration;
use subscriptions::Place;
use tokio::sync::OnceCell;
use transport::Transport;

/// Payments that are made whole at the same time when many are looked at.
const AT_ONCE: usize = 4;

/// How long Stripe keeps idempotency keys, with a margin.
const KEYS_KEPT: TimeDelta = TimeDelta::hours(23);

/// The age of an attempt at which its page was opened, looked for in this order: mostly at once, else when the call
/// was made again. After the last of them its idempotency key is gone, and no call is made again.
const OPENED: [(TimeDelta, TimeDelta); 2] =
    [(TimeDelta::minutes(-5), TimeDelta::hours(2)), (TimeDelta::hours(2), TimeDelta::hours(25))];

/// What is to be known about the account at Stripe.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `sk_live_…`, `rk_live_…`, or the same with `test`.
    pub secret_key: Key,
    /// `whsec_…`: one, or two while the secret is being changed. None: no webhook is believed.
    pub webhook_secrets: Vec<Key>,
    /// `https://api.stripe.com`, or a test double.
    pub api_base: String,
    /// Origins of Stripe's pages.
    pub page_origins: Vec<String>,
    /// `acct_…`: events that name another account are refused. None: so are all that name one.
    pub account_id: Option<String>,
    /// What Stripe usually keeps.
    pub fee: FeeRate,
    /// How long one call may take, all tries together.
    pub timeout: Duration,
}

impl Settings {
    /// Whether the key moves real money.
    pub fn is_live(&self) -> bool {
        self.secret_key.expose().split('_').nth(1) == Some("live")
    }
}

/// The gateway.
#[derive(Clone)]
pub struct Stripe {
    settings: Arc<Settings>,
    transport: Transport,
    clock: Arc<dyn Clock>,
    /// The name of our settings of Stripe's portal, once it is known.
    portal: Arc<OnceCell<String>>,
}

impl Stripe {
    /// Makes the client; nothing is called.
    pub fn new(settings: Settings) -> Result<Self, TransportError> {
        let transport = Transport::new(&settings)?;
        let clock = Arc::new(SystemClock);
        Ok(Self { settings: Arc::new(settings), transport, clock, portal: Arc::default() })
    }

    /// Takes the time from this clock: it says when something was read.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Whether it moves real money.
    pub fn is_live(&self) -> bool {
        self.settings.is_live()
    }

    /// Fetches what belongs to a payment. Nothing went back from a payment that brought nothing.
    async fn complete(&self, intent: PaymentIntent) -> Result<Held, FetchError> {
        if intent.livemode.is_some_and(|live| live != self.is_live()) {
            return Err(FetchError::Unreadable(format!("{} is not of the mode of the key", intent.id)));
        }
        if !intent.has_money() {
            return Ok(Held { intent, refunds: Vec::new(), disputes: Vec::new() });
        }
        let to = &self.transport;
        let (refunds, disputes) =
            tokio::try_join!(api::refunds(to, &intent.id), api::disputes(to, &intent.id))?;
        Ok(Held { intent, refunds, disputes })
    }

    async fn payment(&self, id: &str) -> Result<Held, FetchError> {
        self.complete(api::payment_intent(&self.transport, id).await?).await
    }

    /// The facts of a payment on a list. One that cannot be understood must not keep the others from being read.
    async fn facts_of_ours(&self, intent: PaymentIntent) -> Result<Vec<GatewayFact>, GatewayError> {
        let id = intent.id.clone();
        let read = async { Ok::<_, FetchError>(map::payment_facts(&self.complete(intent).await?, None)?) };
        match read.await {
            Ok(facts) => Ok(facts.into_iter().map(GatewayFact::from).collect()),
            Err(FetchError::Unreadable(why)) => {
                tracing::error!(payment = id, why, "a payment at Stripe cannot be understood");
                Ok(Vec::new())
            }
            Err(FetchError::Gateway(error)) => Err(error),
        }
    }

    /// The facts in a session, whose payment is fetched if there is one.
    async fn facts_in(&self, session: &Session) -> Result<Vec<GatewayFact>, FetchError> {
        if session.livemode.is_some_and(|live| live != self.is_live()) {
            return Err(FetchError::Unreadable(format!("{} is not of the mode of the key", session.id)));
        }
        let facts = match (&session.payment_intent, &session.subscription) {
            (Some(intent), _) => map::payment_facts(&self.payment(intent.id()).await?, Some(session))?,
            (None, Some(begun)) => return self.facts_of_begun(session, begun.id()).await,
            (None, None) => map::session_facts(session)?,
        };
        Ok(facts.into_iter().map(GatewayFact::from).collect())
    }

    /// The facts of a payment, if it is one of ours.
    async fn facts_of(&self, id: &str, fraud: Option<String>) -> Result<Interpretation, FetchError> {
        let intent = api::payment_intent(&self.transport, id).await?;
        let renewed = match map::attempt_of(&intent) {
            Some(_) => None,
            None => match self.renewal_of(id).await? {
                Some(renewed) => Some(renewed),
                None => return Ok(not_ours(id)),
            },
        };
        let held = self.complete(intent).await?;
        let mut facts = map::payment_facts(&held, None)?;
        facts.extend(fraud.map(|kind| map::fraud_warning(&held, kind)).transpose()?);
        if let Some(renewed) = renewed {
            for fact in &mut facts {
                fact.attempt = Some(renewed.attempt);
                fact.renewal = Some(renewed.renewal.clone());
            }
        }
        Ok(Interpretation::Facts(facts.into_iter().map(GatewayFact::from).collect()))
    }

    async fn facts_of_session(&self, id: &str) -> Result<Interpretation, FetchError> {
        let session = api::session(&self.transport, id).await?;
        if map::opener_of(&session).is_none() {
            return Ok(Interpretation::Ignore(format!("{id} was not opened by this site")));
        }
        Ok(Interpretation::Facts(self.facts_in(&session).await?))
    }

    /// The sessions that an attempt opened: one, unless Stripe forgot the idempotency key.
    async fn sessions_of(&self, attempt: &Attempt) -> Result<Vec<Session>, GatewayError> {
        // An attempt of which first was heard by its payment has that name, not the session's.
        if let AttemptOutcome::Accepted { remote, .. } = &attempt.outcome
            && remote.as_str().starts_with("cs_")
        {
            return match api::session(&self.transport, remote.as_str()).await {
                Ok(session) => Ok(vec![session]),
                Err(GatewayError::Refused { code }) if code == "resource_missing" => Ok(Vec::new()),
                Err(error) => Err(error),
            };
        }
        for (from, until) in OPENED {
            let found =
                self.sessions_within(attempt, attempt.created_at + from..attempt.created_at + until).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    async fn sessions_within(
        &self,
        attempt: &Attempt,
        span: std::ops::Range<DateTime<Utc>>,
    ) -> Result<Vec<Session>, GatewayError> {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = api::sessions(&self.transport, span.clone(), after.as_deref()).await?;
            after = page.data.last().map(|last| last.id.clone());
            let ours = page.data.into_iter().filter(|session| map::opener_of(session) == Some(attempt.id));
            found.extend(ours);
            if page.has_more != Some(true) || after.is_none() {
                return Ok(found);
            }
        }
    }
}

fn refused(why: Unchargeable) -> GatewayError {
    GatewayError::Refused { code: why.code().to_owned() }
}

#[async_trait]
impl Gateway for Stripe {
    fn kind(&self) -> GatewayKind {
        GatewayKind::Stripe
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            checkout: CheckoutKind::Redirect,
            refunds: RefundWay::Gateway,
            webhooks: true,
            fee: self.settings.fee,
            recurring: Recurring::Charged(Keeper::OBEDIENT),
            keys_kept: KEYS_KEPT,
            refunds_within: None,
        }
    }

    fn page_origins(&self) -> Vec<String> {
        self.settings.page_origins.clone()
    }

    fn accepts(&self, amount: Money) -> Result<(), AmountRefused> {
        match currencies::to_stripe(amount) {
            Ok(_) => Ok(()),
            Err(why) => Err(AmountRefused { amount: amount.text(), why: why.to_string() }),
        }
    }

    fn round_up(&self, amount: Money) -> Money {
        currencies::round_up(amount)
    }

    async fn start_checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        let units = currencies::to_stripe(request.amount).map_err(refused)?;
        let form = checkout::create(request, units);
        let session = api::create_session(&self.transport, &form, &request.attempt.to_string()).await?;
        let url = session.url.ok_or_else(|| {
            // It may be complete already: a repeat of a call whose answer was lost.
            GatewayError::Unknown(format!("{} has no page to go to", session.id))
        })?;
        Ok(Checkout { remote: remote(&session.id)?, url })
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<LookUp, GatewayError> {
        let sessions = self.sessions_of(attempt).await?;
        let (mut checkout, mut facts) = (None, Vec::new());
        for session in &sessions {
            facts.extend(self.facts_in(session).await?);
            let url = session.url.clone().filter(|_| session.status.as_deref() == Some("open"));
            if checkout.is_none() || url.is_some() {
                checkout = Some(OpenedCheckout { remote: remote(&session.id)?, url });
            }
        }
        Ok(LookUp { checkout, facts })
    }

    async fn close_checkout(&self, attempt: &Attempt) -> Result<(), GatewayError> {
        for session in self.sessions_of(attempt).await? {
            if session.status.as_deref() != Some("open") {
                continue;
            }
            match api::expire_session(&self.transport, &session.id).await {
                // It was paid, or ended, while we asked.
                Ok(_) | Err(GatewayError::Refused { .. }) => {}
                Err(error @ (GatewayError::Unknown(_) | GatewayError::Unsupported { .. })) => {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundNews, GatewayError> {
        let units = currencies::part_to_stripe(request.amount).map_err(refused)?;
        let (payment, ours) = (request.payment.as_str(), request.refund.to_string());
        // Stripe forgets idempotency keys after a day, but never the metadata.
        let known = api::refunds(&self.transport, payment).await?;
        let of_ours = |refund: &answers::Refund| {
            refund.metadata.as_ref().and_then(|metadata| metadata.get(answers::REFUND)) == Some(&ours)
        };
        let refund = match known.into_iter().find(of_ours) {
            Some(refund) => refund,
            None => api::create_refund(&self.transport, payment, units, &ours).await?,
        };
        map::refund_news(&refund).map_err(|error| GatewayError::Unknown(error.to_string()))
    }

    async fn change_subscription(&self, order: &SubscriptionOrder) -> Result<Answered, GatewayError> {
        self.carry_out(order).await.map(Answered::Done)
    }

    async fn look_up_subscription(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        self.look_at(subscription.as_str()).await
    }

    async fn card_page(&self, request: &CardPage) -> Result<String, GatewayError> {
        self.portal_page(request).await
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
        events::verify(&self.settings, headers, body, now)
    }

    async fn interpret(&self, body: &[u8]) -> Result<Interpretation, InterpretError> {
        match events::subject_of(body).map_err(InterpretError::Malformed)? {
            Subject::None(why) => Ok(Interpretation::Ignore(why)),
            Subject::Session(id) => Ok(self.facts_of_session(&id).await?),
            Subject::Payment { id, fraud } => Ok(self.facts_of(&id, fraud).await?),
            Subject::Invoice(id) => Ok(ours(&id, self.facts_of_invoice(&id).await?)),
            Subject::Subscription(id) => Ok(ours(&id, self.facts_of_subscription(&id).await?)),
            Subject::Customer(id) => {
                let facts = self.facts_of_customer(&id).await?;
                Ok(ours(&id, Some(facts).filter(|facts| !facts.is_empty())))
            }
        }
    }

    async fn events_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<ListedEvent>, GatewayError> {
        let place = events::Place::of(after);
        let page = api::events(&self.transport, place.types(), since, place.after).await?;
        let named = page.data.iter().filter_map(|event| Some((event.get("id")?.as_str()?, event)));
        let items: Vec<ListedEvent> = named
            .map(|(id, event)| ListedEvent { event_id: id.to_owned(), body: event.to_string().into_bytes() })
            .collect();
        let next = place.next(items.last().map(|last| last.event_id.as_str()), page.has_more == Some(true));
        Ok(Page { items, next })
    }

    async fn payments_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<GatewayFact>, GatewayError> {
        let after = match Place::of(after) {
            Place::Payments(after) => after,
            Place::Invoices(after) => return self.invoices_since(since, after).await,
        };
        let page = api::payment_intents(&self.transport, since, after).await?;
        let last = page.data.last().map(|last| last.id.clone());
        let ours = page.data.into_iter().filter(|intent| map::attempt_of(intent).is_some());
        let facts: Vec<Vec<GatewayFact>> = stream::iter(ours)
            .map(|intent| self.facts_of_ours(intent))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let items = facts.into_iter().flatten().collect();
        let next = last.filter(|_| page.has_more == Some(true)).unwrap_or_else(Place::first_invoice);
        Ok(Page { items, next: Some(next) })
    }

    fn balance(&self) -> Option<&dyn Balance> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn settings() -> Settings {
        Settings {
            secret_key: Key::new("sk_test_abc"),
            webhook_secrets: vec![Key::new("whsec_one"), Key::new("whsec_two")],
            api_base: "https://api.stripe.com".to_owned(),
            page_origins: Vec::new(),
            account_id: None,
            fee: FeeRate { basis_points: 150, fixed_minor: 25 },
            timeout: Duration::from_secs(20),
        }
    }

    #[test]
    fn the_mode_is_the_keys_and_the_key_is_never_shown() {
        let mode = |key: &str| Settings { secret_key: Key::new(key), ..settings() }.is_live();
        assert!(mode("sk_live_abc") && mode("rk_live_abc"));
        assert!(!mode("sk_test_live") && !mode("rk_test_abc") && !mode("nonsense"));
        assert!(!format!("{:?}", settings()).contains("abc"));
        assert!(Stripe::new(settings()).is_ok());
        let broken = Settings { secret_key: Key::new("sk_test_\n"), ..settings() };
        assert!(matches!(Stripe::new(broken), Err(TransportError::Key)));
    }
}
