//! The sandbox gateway with its bad days: does what the real sandbox does, unless a fault is scripted.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mainstay::domain::attempt::Attempt;
use mainstay::domain::donation::GatewayFact;
use mainstay::domain::money::Money;
use mainstay::domain::pledge::GatewayKind;
use mainstay::domain::refund::RefundNews;
use mainstay::domain::remote::RemoteId;
use mainstay::gateways::{
    AmountRefused, Answered, Balance, Capabilities, CardPage, Checkout, CheckoutRequest, Gateway,
    GatewayError, InterpretError, Interpretation, ListedEvent, LookUp, Page, RefundRequest,
    SubscriptionOrder, VerifiedEvent, WebhookHeaders, WebhookRejected,
};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

/// One of the calls to a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    StartCheckout,
    LookUp,
    CloseCheckout,
    Refund,
    ChangeSubscription,
    Interpret,
}

/// What goes wrong with the next call of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing was done and nothing is answered.
    TimeoutBefore,
    /// It was done, but the answer is lost.
    TimeoutAfter,
    /// The gateway says no, for good.
    Refuse,
    /// The program itself has a mistake.
    Panic,
}

/// The sandbox, scripted.
pub(crate) struct Scripted {
    inner: Arc<dyn Gateway>,
    faults: Mutex<HashMap<Call, VecDeque<Fault>>>,
    calls: Mutex<HashMap<Call, usize>>,
}

impl Scripted {
    pub(crate) fn around(inner: Arc<dyn Gateway>) -> Self {
        Self { inner, faults: Mutex::default(), calls: Mutex::default() }
    }

    /// The next calls of this kind fail, in this order.
    pub(crate) fn script(&self, call: Call, faults: &[Fault]) {
        self.faults.lock().unwrap().entry(call).or_default().extend(faults);
    }

    /// How often it was called.
    pub(crate) fn calls(&self, call: Call) -> usize {
        self.calls.lock().unwrap().get(&call).copied().unwrap_or_default()
    }

    fn next(&self, call: Call) -> Option<Fault> {
        *self.calls.lock().unwrap().entry(call).or_default() += 1;
        self.faults.lock().unwrap().get_mut(&call)?.pop_front()
    }

    async fn call<T>(
        &self,
        call: Call,
        real: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        match self.next(call) {
            None => real.await,
            Some(Fault::TimeoutBefore) => Err(GatewayError::Unknown("timed out".into())),
            Some(Fault::TimeoutAfter) => {
                real.await?;
                Err(GatewayError::Unknown("timed out".into()))
            }
            Some(Fault::Refuse) => Err(GatewayError::Refused { code: "scripted".into() }),
            Some(Fault::Panic) => panic!("scripted"),
        }
    }
}

#[async_trait]
impl Gateway for Scripted {
    fn kind(&self) -> GatewayKind {
        self.inner.kind()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn page_origins(&self) -> Vec<String> {
        self.inner.page_origins()
    }

    fn accepts(&self, amount: Money) -> Result<(), AmountRefused> {
        self.inner.accepts(amount)
    }

    fn round_up(&self, amount: Money) -> Money {
        self.inner.round_up(amount)
    }

    async fn start_checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError> {
        self.call(Call::StartCheckout, self.inner.start_checkout(request)).await
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<LookUp, GatewayError> {
        self.call(Call::LookUp, self.inner.look_up(attempt)).await
    }

    async fn close_checkout(&self, attempt: &Attempt) -> Result<(), GatewayError> {
        self.call(Call::CloseCheckout, self.inner.close_checkout(attempt)).await
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundNews, GatewayError> {
        self.call(Call::Refund, self.inner.refund(request)).await
    }

    async fn change_subscription(&self, order: &SubscriptionOrder) -> Result<Answered, GatewayError> {
        self.call(Call::ChangeSubscription, self.inner.change_subscription(order)).await
    }

    async fn look_up_subscription(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        self.inner.look_up_subscription(subscription).await
    }

    async fn card_page(&self, request: &CardPage) -> Result<String, GatewayError> {
        self.inner.card_page(request).await
    }

    async fn collect(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError> {
        self.inner.collect(subscription).await
    }

    async fn verify_webhook(
        &self,
        headers: &WebhookHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected> {
        self.inner.verify_webhook(headers, body, now).await
    }

    async fn interpret(&self, body: &[u8]) -> Result<Interpretation, InterpretError> {
        assert!(self.next(Call::Interpret).is_none(), "scripted");
        self.inner.interpret(body).await
    }

    async fn events_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<ListedEvent>, GatewayError> {
        self.inner.events_since(since, after).await
    }

    async fn payments_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<GatewayFact>, GatewayError> {
        self.inner.payments_since(since, after).await
    }

    fn balance(&self) -> Option<&dyn Balance> {
        self.inner.balance()
    }
}
