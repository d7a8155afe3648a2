//! Owns: how each gateway is spoken to. A gateway reports facts; it decides and stores nothing of ours.
//! May import: domain. Must not: know the store, use cases or the web.

#![warn(missing_docs)]

mod addresses;
mod by_hand;
mod courier;
mod fetch;
mod key;
mod manners;
pub mod patreon;
pub mod paypal;
mod registry;
pub mod sandbox;
pub mod stripe;
mod timed_signature;
mod tls;
mod tolerant;

pub use by_hand::ByHand;
pub use courier::{Courier, CourierError, Parcel};
pub use key::Key;
pub use manners::TransportError;
pub use registry::Registry;

use crate::domain::attempt::Attempt;
use crate::domain::balance::{MovementNews, PayoutNews};
use crate::domain::donation::GatewayFact;
use crate::domain::ids::{AttemptId, OrderId, PledgeId, RefundId};
use crate::domain::money::Money;
use crate::domain::pledge::{Frequency, GatewayKind};
use crate::domain::refund::RefundNews;
use crate::domain::remote::RemoteId;
use crate::domain::subscription::{OrderKind, SubscriptionFact};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

/// What a gateway can do, asked before it is asked to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// How a donor pays.
    pub checkout: CheckoutKind,
    /// Who moves the money of a refund.
    pub refunds: RefundWay,
    /// Whether it reports by webhook; without, its route does not exist.
    pub webhooks: bool,
    /// What a covered fee is reckoned by.
    pub fee: FeeRate,
    /// Who sees to it that recurring support is paid each period.
    pub recurring: Recurring,
    /// For how long a call may be made again under its key, counted from the first time, with a margin.
    pub keys_kept: TimeDelta,
    /// For how long after a payment it gives money back; none: for ever.
    pub refunds_within: Option<TimeDelta>,
}

/// Who sees to it that recurring support is paid each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recurring {
    /// The gateway: it keeps a subscription and charges by itself.
    Charged(Keeper),
    /// The donor's own standing order: the money is expected, and reminded of.
    Expected,
}

/// What a gateway that keeps subscriptions does by itself, and what others must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeper {
    /// Who decides about another amount.
    pub change: Assent,
    /// Whether an end can be taken back before it has come.
    pub takes_back: bool,
    /// Whether a pause until a day ends by itself.
    pub ends_pauses: bool,
}

impl Keeper {
    /// One that does as it is told.
    pub const OBEDIENT: Self = Self { change: Assent::Told, takes_back: true, ends_pauses: true };
}

/// Who decides about another amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assent {
    /// It is changed when the gateway is told to.
    Told,
    /// The donor agrees to it on a page of the gateway; until then nothing is changed.
    Asked,
}

/// How a donor pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckoutKind {
    /// On a page of the gateway.
    Redirect,
    /// By the donor's own doing, with a reference. No call to anybody is made.
    Instructions,
    /// Not at all: staff write down what was handed over. It is on no form.
    Never,
}

/// Who moves the money of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundWay {
    /// The gateway, when asked.
    Gateway,
    /// Staff, by hand; here it is only recorded.
    ByHand,
}

/// What a gateway usually keeps: a part and a fixed sum in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeRate {
    /// Hundredths of a percent.
    pub basis_points: i64,
    /// Minor units of any currency.
    pub fixed_minor: i64,
}

/// What a gateway is told to let a donor pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRequest {
    /// The idempotency key, and what the gateway carries along.
    pub attempt: AttemptId,
    /// The promise that it is to keep.
    pub pledge: PledgeId,
    /// How much, each time.
    pub amount: Money,
    /// How often.
    pub frequency: Frequency,
    /// The first charge is not before this; none: at once. Recurring support only.
    pub starts_at: Option<DateTime<Utc>>,
    /// The gateway's name of a donor who signed in and gave before. Never known from an address alone: its page shows
    /// what it knows of the customer.
    pub customer: Option<RemoteId>,
    /// What for, as the donor reads it on the gateway's page.
    pub description: String,
    /// The donor's address, so that it need not be typed twice.
    pub email: String,
    /// Language of the page, a BCP 47 tag.
    pub locale: String,
    /// Where the donor comes back to, paid or not.
    pub return_url: String,
    /// Whether the card's bank is to ask its holder (3-D Secure), wherever the card can do it.
    pub wants_authentication: bool,
    /// When the attempt was begun. A repeated call must say the very same, so nothing in it may depend on now.
    pub begun_at: DateTime<Utc>,
    /// When the pledge expires: the page should not outlive it.
    pub expires_at: DateTime<Utc>,
}

/// A page of the gateway where the donor pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The gateway's name of the payment.
    pub remote: RemoteId,
    /// Its page; a path on our own site for the sandbox.
    pub url: String,
}

/// What a gateway knows about an attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookUp {
    /// What the attempt opened; none if the gateway never heard of it.
    pub checkout: Option<OpenedCheckout>,
    /// What is known of the payment.
    pub facts: Vec<GatewayFact>,
}

/// What an attempt opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedCheckout {
    /// The gateway's name of it.
    pub remote: RemoteId,
    /// Its page, as long as it is open.
    pub url: Option<String>,
}

/// What a gateway is told to give money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// The idempotency key: our row, never the amount, for two equal refunds are two.
    pub refund: RefundId,
    /// The gateway's name of the payment.
    pub payment: RemoteId,
    /// How much.
    pub amount: Money,
    /// When it was ordered: a gateway forgets idempotency keys after a while, and must then look first.
    pub ordered_at: DateTime<Utc>,
}

/// What a gateway is told to do with a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionOrder {
    /// The idempotency key.
    pub order: OrderId,
    /// The gateway's name of the subscription.
    pub subscription: RemoteId,
    /// What to do.
    pub what: OrderKind,
    /// When it was ordered.
    pub ordered_at: DateTime<Utc>,
    /// Where the donor comes back to from the gateway's page, if they must agree there.
    pub return_url: String,
    /// Language of that page, a BCP 47 tag.
    pub locale: String,
}

/// What a gateway says to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// It is done; this is how the subscription stands.
    Done(SubscriptionFact),
    /// The donor must agree to it on this page. Until then everything is as it was.
    AskDonor {
        /// The page.
        url: String,
    },
}

/// Where a donor changes the card that is charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardPage {
    /// The gateway's name of the subscription.
    pub subscription: RemoteId,
    /// The gateway's name of whom it charges.
    pub customer: Option<RemoteId>,
    /// Where the donor comes back to.
    pub return_url: String,
    /// Language of the page, a BCP 47 tag.
    pub locale: String,
}

/// Why a gateway did not do as it was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It said no, for good.
    #[error("the gateway refused: {code}")]
    Refused {
        /// Its reason.
        code: String,
    },
    /// It gave no answer that counts: the call may have worked.
    #[error("the gateway gave no answer: {0}")]
    Unknown(String),
    /// It cannot do this at all.
    #[error("{gateway} cannot {what}")]
    Unsupported {
        /// Which gateway.
        gateway: GatewayKind,
        /// What was asked.
        what: &'static str,
    },
}

/// The headers of a webhook, by lower-case name, in order; a name may stand more than once.
#[derive(Debug, Clone, Default)]
pub struct WebhookHeaders(Vec<(String, String)>);

impl WebhookHeaders {
    /// Keeps the headers as they came.
    pub fn new(headers: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
    }

    /// The value of a header that stands exactly once.
    pub fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }
}

/// A webhook whose signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEvent {
    /// The gateway's id of the event: the same for every delivery of it.
    pub event_id: String,
}

/// Why a webhook is not believed. The sender is told nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRejected {
    /// The signature header is missing, repeated or unreadable.
    #[error("no readable signature")]
    NoSignature,
    /// Signed too long ago, or in the future.
    #[error("the signature is {0} seconds off")]
    Stale(i64),
    /// The signature does not fit the body.
    #[error("the signature does not fit")]
    Forged,
    /// Signed, but of another account, or of the test mode at a site in production.
    #[error("not meant for this site: {0}")]
    Foreign(String),
    /// The body is not what this gateway sends.
    #[error("the body cannot be read: {0}")]
    Malformed(String),
    /// What would prove it could not be fetched: it may be true, and the sender is asked to send it again.
    #[error("it cannot be checked now: {0}")]
    Unchecked(&'static str),
}

/// What a stored event means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interpretation {
    /// Something happened to money.
    Facts(Vec<GatewayFact>),
    /// Of no concern.
    Ignore(String),
}

/// Why a stored event could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InterpretError {
    /// It says nothing that can be understood, now or later.
    #[error("the body cannot be read: {0}")]
    Malformed(String),
    /// The gateway was asked what is true now, and did not say.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}

/// An event that a gateway lists, perhaps never delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedEvent {
    /// The gateway's id of it.
    pub event_id: String,
    /// The body that a webhook would have had.
    pub body: Vec<u8>,
}

/// A part of a long list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to ask for next; none at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The only one, with nothing on it.
    pub fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// An amount that a gateway cannot move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{amount} cannot be paid this way: {why}")]
pub struct AmountRefused {
    /// The amount, as a person reads it.
    pub amount: String,
    /// What it would have to be.
    pub why: String,
}

/// Somebody who moves money. Nothing about safety has a default body.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Which it is.
    fn kind(&self) -> GatewayKind;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Origins of its own pages. A browser follows a form to another site only where the page's policy names it.
    fn page_origins(&self) -> Vec<String>;

    /// Whether it can move this amount.
    fn accepts(&self, amount: Money) -> Result<(), AmountRefused>;

    /// The smallest amount from this one up that it can move.
    fn round_up(&self, amount: Money) -> Money;

    /// Opens its page for one payment. The same attempt again gives the same page.
    async fn start_checkout(&self, request: &CheckoutRequest) -> Result<Checkout, GatewayError>;

    /// What it knows about an attempt, by the name it gave or by the id that we sent along. A gateway that takes the
    /// money only when it is told to, is told to first if the donor has agreed: once, under a key of the attempt's own.
    async fn look_up(&self, attempt: &Attempt) -> Result<LookUp, GatewayError>;

    /// Closes the page that an attempt opened, so that nothing more is tried on it. One that is closed or paid stays as it is,
    /// and what a donor may still agree to is not ended: money that arrives is accepted.
    async fn close_checkout(&self, attempt: &Attempt) -> Result<(), GatewayError>;

    /// Gives money back. The same refund again changes nothing and gives the same answer.
    async fn refund(&self, request: &RefundRequest) -> Result<RefundNews, GatewayError>;

    /// Does with a subscription as it is told, and says how it stands then, or where the donor must agree to it. The same
    /// order again changes nothing.
    async fn change_subscription(&self, order: &SubscriptionOrder) -> Result<Answered, GatewayError>;

    /// What it knows of a subscription, and of the payments of its latest periods.
    async fn look_up_subscription(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError>;

    /// Opens a page on which the donor names another card.
    async fn card_page(&self, request: &CardPage) -> Result<String, GatewayError>;

    /// Tries once more, now, to charge what is owed, with the card that the donor named last. Says what came of it.
    async fn collect(&self, subscription: &RemoteId) -> Result<Vec<GatewayFact>, GatewayError>;

    /// Checks a webhook's raw bytes before anything else looks at them. May fetch what the signature is checked with.
    async fn verify_webhook(
        &self,
        headers: &WebhookHeaders,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<VerifiedEvent, WebhookRejected>;

    /// Reads a stored event, verified before. What it says about money may be asked for again, and money that the donor
    /// agreed to is taken as in [`look_up`](Self::look_up).
    async fn interpret(&self, body: &[u8]) -> Result<Interpretation, InterpretError>;

    /// The events since a moment, whether they were delivered or not, oldest page last.
    async fn events_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<ListedEvent>, GatewayError>;

    /// All that is known of the payments that this site began since a moment.
    async fn payments_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<GatewayFact>, GatewayError>;

    /// The balance that it keeps for us, if it keeps one and tells what moves on it.
    fn balance(&self) -> Option<&dyn Balance>;
}

/// A balance that a gateway keeps for the publisher, and what it says of it.
#[async_trait]
pub trait Balance: Send + Sync {
    /// What moved on it, since a moment.
    async fn movements_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<MovementNews>, GatewayError>;

    /// What was paid out of it since a moment, and what was paid out before and may still come back.
    async fn payouts_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<PayoutNews>, GatewayError>;

    /// What a payout holds, where the gateway tells.
    async fn movements_of(
        &self,
        payout: &RemoteId,
        after: Option<&str>,
    ) -> Result<Page<MovementNews>, GatewayError>;
}
