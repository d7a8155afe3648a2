//! The account behind a key: whose it is, what it may do, and whether the key opens all that is needed.

use super::super::GatewayError;
use super::super::manners::Denied;
use super::super::tolerant::lenient;
use super::endpoint::EndpointFault;
use super::{Stripe, api};
use crate::domain::money::Currency;
use serde::Deserialize;
use serde_json::Value;

/// What the site reads by its key: what Stripe's dashboard calls it, and where it is.
const READ: [(&str, &str); 9] = [
    ("Checkout Sessions", "/checkout/sessions"),
    ("PaymentIntents", "/payment_intents"),
    ("Charges", "/charges"),
    ("Refunds", "/refunds"),
    ("Disputes", "/disputes"),
    ("Events", "/events"),
    ("Balance Transactions", "/balance_transactions"),
    ("Subscriptions", "/subscriptions"),
    ("Invoices", "/invoices"),
];

/// The account, as far as it matters here. What the key may not read is missing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// `acct_…`
    pub id: String,
    /// Two letters.
    #[serde(default, deserialize_with = "lenient")]
    pub country: Option<String>,
    /// Small letters.
    #[serde(default, deserialize_with = "lenient")]
    pub default_currency: Option<String>,
    /// Whether it may take payments yet.
    #[serde(default, deserialize_with = "lenient")]
    pub charges_enabled: Option<bool>,
    /// Whether Stripe sends its balance on to a bank.
    #[serde(default, deserialize_with = "lenient")]
    pub payouts_enabled: Option<bool>,
}

/// What Stripe said when it was asked about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// None: a restricted key that may not read the account, which is no fault.
    pub account: Option<Account>,
    /// Currencies of the site that the account's country cannot be paid in; none if Stripe did not say.
    pub foreign: Vec<Currency>,
    /// What the key may not read and should.
    pub forbidden: Vec<&'static str>,
    /// What is wrong with the webhook; none if the key may not look.
    pub webhook: Option<Vec<EndpointFault>>,
}

/// Why a key could not be examined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExamineError {
    /// It opens nothing.
    #[error("Stripe does not know this key")]
    NotAKey,
    /// Stripe did not answer.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}

impl Stripe {
    /// Asks Stripe about the account, what the key opens, and the webhook of this address. Changes nothing.
    ///
    /// # Errors
    /// The key opens nothing, or Stripe does not answer.
    pub async fn examine(&self, url: &str, currencies: &[Currency]) -> Result<Examination, ExamineError> {
        let account = allowed(api::account(&self.transport).await)?;
        let mut forbidden = Vec::new();
        for (name, path) in READ {
            if allowed(api::first_of::<Value>(&self.transport, path).await)?.is_none() {
                forbidden.push(name);
            }
        }
        let may_look =
            allowed(api::first_of::<Value>(&self.transport, "/webhook_endpoints").await)?.is_some();
        let webhook = if may_look {
            Some(self.check_endpoint(url).await?)
        } else {
            forbidden.push("Webhook Endpoints");
            None
        };
        let foreign = match account.as_ref().and_then(|account| account.country.as_deref()) {
            Some(country) => self.foreign_to(country, currencies).await?,
            None => Vec::new(),
        };
        Ok(Examination { account, foreign, forbidden, webhook })
    }

    async fn foreign_to(&self, country: &str, site: &[Currency]) -> Result<Vec<Currency>, ExamineError> {
        let Some(taken) = allowed(api::currencies_of(&self.transport, country).await)? else {
            return Ok(Vec::new());
        };
        let is_taken =
            |currency: &Currency| taken.iter().any(|code| code.eq_ignore_ascii_case(currency.code()));
        Ok(site.iter().copied().filter(|currency| !is_taken(currency)).collect())
    }
}

/// None for what the key may not see.
fn allowed<T>(answer: Result<T, Denied>) -> Result<Option<T>, ExamineError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Denied::NotAllowed) => Ok(None),
        Err(Denied::NotKnown) => Err(ExamineError::NotAKey),
        Err(Denied::Other(error)) => Err(error.into()),
    }
}
