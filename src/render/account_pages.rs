//! What the donor's own pages and their letters are given: the names here are the names in the templates.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use super::pages::FieldProblem;
use serde::Serialize;
use std::collections::BTreeMap;

/// A form that came back.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Faults {
    pub errors: BTreeMap<String, String>,
    pub error_list: Vec<FieldProblem>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SignInPage {
    pub email: String,
    pub faults: Faults,
    pub done: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailPage {}

#[derive(Debug, Clone, Serialize)]
pub struct EnterPage {
    /// `here`, `elsewhere` or `closed`.
    pub door: &'static str,
    pub action: String,
    pub tries_left: Option<i64>,
    pub code_missing: bool,
}

/// A page of somebody who is signed in: `section` marks the place in the navigation.
#[derive(Debug, Clone, Serialize)]
pub struct AccountPage<T> {
    pub section: &'static str,
    pub done: Option<String>,
    #[serde(flatten)]
    pub body: T,
}

#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    pub name: Option<String>,
    pub since_text: Option<String>,
    pub running: Vec<PledgeShown>,
    pub ended: Vec<PledgeShown>,
    pub owed: bool,
    pub waiting: Vec<PledgeShown>,
    pub recent: Vec<PaymentShown>,
    pub has_more: bool,
    /// Whether tax may be claimed on gifts.
    pub gift_aid: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct PledgeShown {
    pub id: String,
    pub campaign: String,
    pub amount_text: String,
    pub frequency: &'static str,
    pub status: &'static str,
    pub gateway: &'static str,
    pub made_text: String,
    pub last_text: Option<String>,
    pub next_text: Option<String>,
    pub reference: Option<String>,
    pub status_url: Option<String>,
    pub is_hidden: bool,
    /// The name on the page of the campaign, if one was asked for; only on the page on which it can be hidden.
    pub wall_name: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PaymentShown {
    pub date_text: String,
    pub date_iso: String,
    pub campaign: String,
    pub amount_text: String,
    pub status: &'static str,
    pub returned_text: Option<String>,
    pub receipt_number: Option<String>,
    pub receipt_is_live: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct History {
    pub payments_made: Vec<PaymentShown>,
    pub older_url: Option<String>,
    pub is_first: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Statements {
    pub years: Vec<i32>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StatementShown {
    pub year: i32,
    pub organisation: Vec<String>,
    pub statement_text: Option<String>,
    pub donor: Vec<String>,
    pub lines: Vec<StatementLine>,
    pub totals: Vec<Total>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StatementLine {
    pub date_text: String,
    pub campaign: String,
    pub gateway: &'static str,
    pub gross_text: String,
    pub kept_text: String,
    pub receipt: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Total {
    pub currency: String,
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    pub email: String,
    pub name: String,
    pub postal_address: String,
    pub locales: Vec<super::pages::Choice>,
    pub new_email: String,
    pub waiting: Option<AddressWaiting>,
    pub pledges: Vec<PledgeShown>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct AddressWaiting {
    pub new_email: String,
    pub old_is_proved: bool,
    pub new_is_proved: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Sessions {
    pub sessions: Vec<SessionShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SessionShown {
    pub id: String,
    pub browser: String,
    pub seen_text: String,
    pub since_text: String,
    pub is_this: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Privacy {
    pub retention_years: i32,
    pub erasure_asked: bool,
    pub tick_missing: bool,
    pub changes: Vec<ChangeShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChangeShown {
    pub kind: &'static str,
    pub date_text: String,
}

/// The page behind a link that proves an address.
#[derive(Debug, Clone, Serialize)]
pub struct AddressPage {
    /// `old`, `new`, `noted`, `changed`, `taken` or `closed`.
    pub state: &'static str,
    pub action: String,
    pub email: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct FarewellPage {}

/// One recurring support, and what can be done with it.
#[derive(Debug, Clone, Serialize)]
pub struct Support {
    pub id: String,
    pub campaign: String,
    pub amount_text: String,
    pub currency: String,
    pub frequency: &'static str,
    pub status: &'static str,
    pub state: &'static str,
    pub gateway: &'static str,
    pub tier: Option<String>,
    pub levels: Vec<LevelChoice>,
    pub own_is_chosen: bool,
    pub card: Option<String>,
    pub card_until_text: String,
    pub since_text: Option<String>,
    pub last_text: Option<String>,
    pub next_text: Option<String>,
    pub ends_text: Option<String>,
    pub ended_text: String,
    pub owed_text: String,
    pub paid_until_text: Option<String>,
    pub pending: bool,
    /// The gateway's page on which a change waits for the donor.
    pub consent_url: Option<String>,
    /// The support that goes on in its place.
    pub successor: Option<String>,
    pub offers: SupportOffers,
    pub typed_amount: String,
    pub frequencies: Vec<super::pages::Choice>,
    pub tomorrow: String,
    pub faults: Faults,
}

/// What its gateway lets a donor do with a support.
#[derive(Debug, Clone, Serialize)]
pub struct SupportOffers {
    /// Whether the gateway asks the donor before an amount changes.
    pub is_asked: bool,
    /// Whether an end can be taken back.
    pub may_keep: bool,
    /// Whether it can be begun again.
    pub may_return: bool,
    /// Other ways by which it can be paid.
    pub ways: Vec<super::pages::Choice>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Mend {
    pub failing: Vec<PledgeShown>,
}

/// A level on the form that changes support.
#[derive(Debug, Clone, Serialize)]
pub struct LevelChoice {
    /// `tier:` and its name in addresses, so that none is taken for the own amount.
    pub value: String,
    pub name: String,
    /// What it costs in the present period, or else in its first.
    pub price_text: String,
    /// What it costs in its other periods.
    pub others_text: Option<String>,
    pub selected: bool,
}
