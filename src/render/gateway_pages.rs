//! Values of the office's pages about gateways and mail.

use super::account_pages::Faults;
use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
pub struct GatewaysPage {
    pub stripe: StripeShown,
    pub paypal: PaypalShown,
    /// None: off.
    pub bank: Option<BankShown>,
    pub sandbox: bool,
    pub mail: MailShown,
    /// What came of trying the mail out just now.
    pub tried: Option<MailTried>,
    /// Address of whoever looks.
    pub me: String,
}

/// How Stripe stands. No field holds a secret.
#[derive(Debug, Clone, Serialize)]
pub struct StripeShown {
    /// `none`, `configuration` or `office`.
    pub source: &'static str,
    pub is_on: bool,
    /// `live` or `test`.
    pub mode: Option<&'static str>,
    /// Last letters; empty: the key is too short to show some.
    pub key_mark: String,
    pub account: Option<String>,
    /// None: nothing signs webhooks.
    pub secret_mark: Option<String>,
    /// Until when the secret before is believed.
    pub former_text: Option<String>,
    pub trouble: Option<String>,
    pub webhook_text: Option<String>,
    pub answered_text: Option<String>,
    pub pending: i64,
    pub recurring: i64,
    pub url: String,
    /// Which state of the keys it is.
    pub seen: String,
    pub keeps_live: bool,
}

/// How PayPal stands. No field holds a secret.
#[derive(Debug, Clone, Serialize)]
pub struct PaypalShown {
    /// `none`, `configuration` or `office`.
    pub source: &'static str,
    pub is_on: bool,
    /// `live`, `test` or `other`; none: there is no app.
    pub mode: Option<&'static str>,
    /// Last letters of what names the app; empty: too short to show some.
    pub client_mark: String,
    /// Last letters of the webhook that is believed; none: none is.
    pub webhook_mark: Option<String>,
    pub trouble: Option<String>,
    pub webhook_text: Option<String>,
    pub answered_text: Option<String>,
    pub pending: i64,
    pub recurring: i64,
    pub url: String,
    /// Which state of the keys it is.
    pub seen: String,
    pub keeps_live: bool,
    pub keeps_test: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct PaypalPage {
    pub paypal: PaypalShown,
    /// What was found out just now.
    pub findings: Option<Vec<FindingShown>>,
    /// Whether what was typed is another app, so that it must be meant.
    pub another_app: bool,
    /// What was typed and not taken.
    pub client_id: String,
    /// `live` or `test`, as it was chosen and not taken.
    pub typed_mode: String,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct BankShown {
    pub holder: String,
    pub iban: String,
    pub bic: String,
    pub expires_days: i64,
}

/// How mail leaves. No field holds a secret.
#[derive(Debug, Clone, Serialize)]
pub struct MailShown {
    /// `smtp` or `file`.
    pub way: &'static str,
    /// Host and port, or the folder.
    pub place: String,
    pub encryption: &'static str,
    pub signs_in: bool,
    pub from: String,
    pub reply_to: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailTried {
    /// None: it went well.
    pub error: Option<String>,
    /// Whether a letter was asked for.
    pub letter: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct StripePage {
    pub stripe: StripeShown,
    /// What was found out just now.
    pub findings: Option<Vec<FindingShown>>,
    /// Whether the key that was typed is of another account, so that it must be meant.
    pub another_account: bool,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct FindingShown {
    /// `good`, `look` or `bad`.
    pub verdict: &'static str,
    pub what: String,
    pub to_do: String,
}
