//! All that a verb may use, and the rules it goes by.

use super::UseCaseError;
use super::gateways::{PaypalPlan, StripePlan};
use super::members::PatreonPlan;
use super::staff::Sealer;
use super::staff::tokens::Shares;
use crate::domain::abuse::{ATTACKED_PAGE_OPEN_FOR, AbuseRules};
use crate::domain::account::SessionRules;
use crate::domain::bank::BankAccount;
use crate::domain::clock::{Clock, IdSource};
use crate::domain::comment::CommentRules;
use crate::domain::donor::EmailAddress;
use crate::domain::gift_aid::Charity;
use crate::domain::ids::Id;
use crate::domain::money::{Currency, Money};
use crate::domain::patron::PatronRules;
use crate::domain::pledge::GatewayKind;
use crate::domain::receipt::Organisation;
use crate::domain::retention::Retention;
use crate::domain::staff::StaffSessionRules;
use crate::gateways::{Courier, Gateway, Registry};
use crate::store::idempotency::RequestKey;
use crate::store::limits::Rate;
use crate::store::{Db, StoreError, Tx, jobs};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::Arc;

/// PayPal forgets an order that nobody agreed to after six hours: its page leads nowhere then.
const PAYPAL_LIFETIME: TimeDelta = TimeDelta::hours(6);

/// The database, the gateways, time, and the rules. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub db: Db,
    /// What the configuration says of Stripe.
    pub stripe: Arc<StripePlan>,
    /// What the configuration says of PayPal.
    pub paypal: Arc<PaypalPlan>,
    /// What the configuration says of Patreon; none: its members are not read.
    pub patreon: Option<Arc<PatreonPlan>>,
    /// The gateways that are on.
    pub gateways: Registry,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: IdSource,
    /// The rules.
    pub policy: Arc<Policy>,
    /// The secret of this site.
    pub key: SiteKey,
    /// Seals the seeds of authenticators, the secrets of outgoing webhooks and the keys of gateways.
    pub sealer: Sealer,
    /// Hands outgoing webhooks over.
    pub courier: Courier,
    /// What programs may still ask here, of what they may ask at all.
    pub shares: Arc<Shares>,
    /// The request that is being carried out, where its program gave it a name.
    pub request: Option<Arc<RequestKey>>,
}

impl Context {
    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The same, for a request that its program gave a name: it is done once.
    #[must_use]
    pub fn for_request(&self, key: RequestKey) -> Self {
        Self { request: Some(Arc::new(key)), ..self.clone() }
    }

    /// The same while the site is under attack: the smallest gift is a larger one, and payment pages close sooner.
    #[must_use]
    pub fn under_attack(&self) -> Self {
        let abuse = AbuseRules { is_attacked: true, ..self.policy.abuse };
        let amounts = self.policy.amounts.with_larger_minimum(abuse.minimum_factor);
        let checkout_lifetime = self.policy.checkout_lifetime.min(ATTACKED_PAGE_OPEN_FOR);
        let policy = Policy { amounts, abuse, checkout_lifetime, ..(*self.policy).clone() };
        Self { policy: Arc::new(policy), ..self.clone() }
    }

    /// The gateway of this kind.
    ///
    /// # Errors
    /// `NotFound` if it is off.
    pub fn gateway(&self, kind: GatewayKind) -> Result<Arc<dyn Gateway>, UseCaseError> {
        self.gateways.get(kind).ok_or(UseCaseError::NotFound("gateway"))
    }

    /// A new id.
    pub fn new_id<T: Id>(&self) -> T {
        self.ids.next()
    }

    /// Enqueues a job in this transaction, due now.
    pub fn enqueue(&self, tx: &mut Tx<'_>, job: &crate::domain::job::Job) -> Result<(), StoreError> {
        self.enqueue_after(tx, job, TimeDelta::zero())
    }

    /// Enqueues a job in this transaction, due after a while.
    pub fn enqueue_after(
        &self,
        tx: &mut Tx<'_>,
        job: &crate::domain::job::Job,
        after: TimeDelta,
    ) -> Result<(), StoreError> {
        let now = self.now();
        jobs::enqueue(tx, self.new_id(), job, now + after, now)
    }

    /// The day in the publisher's time zone.
    pub fn day_of(&self, time: DateTime<Utc>) -> NaiveDate {
        time.with_timezone(&self.policy.time_zone).date_naive()
    }

    /// What the publisher's clocks show.
    pub fn local(&self, time: DateTime<Utc>) -> NaiveDateTime {
        time.with_timezone(&self.policy.time_zone).naive_local()
    }

    /// The first moment of a day in the publisher's time zone.
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        self.moment_at(day.and_time(NaiveTime::MIN))
    }

    /// Noon of a day in the publisher's time zone: the same day in every other zone that matters.
    pub fn noon_of(&self, day: NaiveDate) -> DateTime<Utc> {
        self.moment_at(day.and_time(NaiveTime::MIN) + TimeDelta::hours(12))
    }

    /// A time on the publisher's clocks. Where a change of the clocks leaves that time out, the one of Greenwich will do.
    pub fn moment_at(&self, local: NaiveDateTime) -> DateTime<Utc> {
        let here = self.policy.time_zone.from_local_datetime(&local).earliest();
        here.map_or_else(|| local.and_utc(), |time| time.to_utc())
    }
}

/// The rules of this site. They are exchanged as a whole when the office changes a setting: whoever has them keeps them, so
/// that a request, or a job, ends by the rules that it began with.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The last change of the office that is in them (`usecases::settings`).
    pub edition: i64,
    /// Base of absolute addresses, without a slash at the end. Never taken from a request.
    pub public_url: String,
    /// The publisher's time zone: decides the day, and so the year, of receipts.
    pub time_zone: chrono_tz::Tz,
    /// Legal details on receipts.
    pub organisation: Organisation,
    /// The publisher's Employer Identification Number: receipts say what the tax law of the United States wants. None: they
    /// do not.
    pub ein: Option<String>,
    /// Series of receipt numbers.
    pub receipt_series: String,
    /// The currency that forms begin with.
    pub default_currency: Currency,
    /// Currencies that are taken, the default first.
    pub currencies: Vec<Currency>,
    /// Language of pages and mails.
    pub default_locale: String,
    /// Smallest and largest gift.
    pub amounts: AmountLimits,
    /// Which gifts a person looks at, and which are given back at a warning of fraud.
    pub watched: WatchedAmounts,
    /// The publisher's account; none if bank transfer is off.
    pub bank_account: Option<BankAccount>,
    /// The publication's page at Patreon; none: no link leads there.
    pub patreon_page: Option<String>,
    /// Origins of other sites that may show the form in a frame.
    pub embed_origins: Vec<String>,
    /// How many pledges one client may start.
    pub pledges_per_client: Rate,
    /// How many pledges may be started for one e-mail address.
    pub pledges_per_email: Rate,
    /// How many pledges may be started from one network, whose addresses are many.
    pub pledges_per_network: Rate,
    /// The defence against those who try stolen cards.
    pub abuse: AbuseRules,
    /// What readers may write below articles.
    pub comments: CommentRules,
    /// How many comments one client may write.
    pub comments_per_client: Rate,
    /// How long a card payment may take before its pledge expires.
    pub checkout_lifetime: TimeDelta,
    /// How long finished jobs are kept.
    pub keep_done_jobs: TimeDelta,
    /// How long donors stay signed in.
    pub sessions: SessionRules,
    /// How long staff stay signed in.
    pub staff_sessions: StaffSessionRules,
    /// For how long what is kept.
    pub retention: Retention,
    /// The charity that claims Gift Aid; none if that is off.
    pub gift_aid: Option<Charity>,
    /// Whether yearly statements are mailed in January.
    pub statements_by_mail: bool,
    /// Whether a member elsewhere and a donor with one address, proven on both sides, are made one person without asking.
    pub members_joined_by_address: bool,
    /// The rules about recurring support.
    pub patrons: PatronRules,
    /// Who is written to when a person must look at something.
    pub staff: Vec<EmailAddress>,
}

impl Policy {
    /// How long a pledge waits for its money.
    pub fn lifetime(&self, gateway: GatewayKind) -> TimeDelta {
        match (gateway, &self.bank_account) {
            (GatewayKind::BankTransfer, Some(account)) => account.expires_after,
            (GatewayKind::Paypal, _) => self.checkout_lifetime.min(PAYPAL_LIFETIME),
            (
                GatewayKind::BankTransfer
                | GatewayKind::Sandbox
                | GatewayKind::Stripe
                | GatewayKind::Cash
                | GatewayKind::Cheque
                | GatewayKind::Import,
                _,
            ) => self.checkout_lifetime,
        }
    }
}

/// Smallest and largest gift by currency, in minor units.
#[derive(Debug, Clone)]
pub struct AmountLimits(BTreeMap<&'static str, (i64, i64)>);

impl AmountLimits {
    /// The limits of every currency, by code.
    pub fn new(by_currency: BTreeMap<&'static str, (i64, i64)>) -> Self {
        Self(by_currency)
    }

    /// The same with `factor` times the smallest gift, as far as that is not above the largest.
    #[must_use]
    pub fn with_larger_minimum(&self, factor: i64) -> Self {
        let larger = |(code, (least, most)): (&&'static str, &(i64, i64))| {
            (*code, (least.saturating_mul(factor).min(*most), *most))
        };
        Self(self.0.iter().map(larger).collect())
    }

    /// The smallest and the largest gift in a currency. A currency without limits takes nothing.
    pub fn of(&self, currency: Currency) -> (Money, Money) {
        let (minimum, maximum) = self.0.get(currency.code()).copied().unwrap_or((1, 0));
        (Money::new(minimum, currency), Money::new(maximum, currency))
    }
}

/// By currency, in minor units: from which amount on a gift is put before a person, and up to which one it is given back by itself
/// when the card's bank warns of fraud.
#[derive(Debug, Clone)]
pub struct WatchedAmounts(BTreeMap<&'static str, (i64, i64)>);

impl WatchedAmounts {
    /// The two amounts of every currency, by code.
    pub fn new(by_currency: BTreeMap<&'static str, (i64, i64)>) -> Self {
        Self(by_currency)
    }

    /// Whether a person looks at a gift that arrives.
    pub fn is_large(&self, paid: Money) -> bool {
        self.0.get(paid.currency().code()).is_some_and(|(large, _)| paid.minor() >= *large)
    }

    /// Whether a gift of which the card's bank warns is given back by itself.
    pub fn is_given_back(&self, paid: Money) -> bool {
        self.0.get(paid.currency().code()).is_some_and(|(_, small)| paid.minor() <= *small)
    }
}

/// A secret of the site, made at the first start and kept in its database. Signs status links and blurs
/// addresses of clients.
#[derive(Clone)]
pub struct SiteKey(Arc<[u8]>);

impl SiteKey {
    /// A key of at least 32 bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// A code that only this site can make, for `parts` in a certain `role`.
    ///
    /// Each part is preceded by its length, so that two different lists never give the same bytes.
    pub fn code(&self, role: &str, parts: &[&str]) -> Result<[u8; 32], KeyError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_length| KeyError)?;
        for part in std::iter::once(&role).chain(parts) {
            mac.update(part.len().to_string().as_bytes());
            mac.update(b":");
            mac.update(part.as_bytes());
        }
        Ok(mac.finalize().into_bytes().into())
    }

    /// The first 16 bytes of [`SiteKey::code`], as text for a database column.
    pub fn blurred(&self, role: &str, parts: &[&str]) -> Result<String, KeyError> {
        use base64::Engine as _;
        let code = self.code(role, parts)?;
        let (head, _) = code.split_at(16);
        Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(head))
    }
}

impl std::fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteKey(***)")
    }
}

/// HMAC takes keys of any length; if that ever changes, nothing is signed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the site's key cannot be used")]
pub struct KeyError;

impl From<KeyError> for super::UseCaseError {
    fn from(error: KeyError) -> Self {
        Self::Internal(error.to_string())
    }
}
