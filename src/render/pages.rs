//! What each page is given: the names here are the names in its template.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use super::comment_pages::Comments;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Serialize)]
pub struct ArticlePage {
    pub article: ArticleBody,
    /// Above the article.
    pub bar: Option<AppealBox>,
    /// Between its two parts.
    pub inside: Option<AppealBox>,
    /// Below it.
    pub appeal: Option<AppealBox>,
    /// None: it has no comments.
    pub comments: Option<Comments>,
    /// The series that it is a part of.
    pub series: Option<SeriesShown>,
    /// The same article in other languages.
    pub versions: Vec<VersionShown>,
    /// What belongs with it.
    pub related: Vec<Teaser>,
    pub more: Vec<Teaser>,
    /// What search engines are told, as an element; empty without a date.
    pub structured_html: String,
}

/// A series, and where in it the article stands.
#[derive(Debug, Clone, Serialize)]
pub struct SeriesShown {
    pub name: String,
    pub url: String,
    /// Counted from one.
    pub number: usize,
    pub count: usize,
    pub parts: Vec<PartShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PartShown {
    pub title: String,
    pub url: String,
    pub is_this: bool,
}

/// An article in another language.
#[derive(Debug, Clone, Serialize)]
pub struct VersionShown {
    /// BCP 47.
    pub tag: String,
    /// In itself, where the site knows it.
    pub name: String,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct LinkShown {
    pub name: String,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ArticleBody {
    pub slug: String,
    pub title: String,
    pub kicker: Option<String>,
    /// The list of what has the same one.
    pub kicker_url: Option<String>,
    pub standfirst_html: Option<String>,
    pub date_text: Option<String>,
    pub date_iso: Option<String>,
    pub authors: Vec<LinkShown>,
    pub html: String,
    /// What follows the appeal inside; empty if there is none.
    pub rest_html: String,
    pub language: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct AppealBox {
    pub heading: String,
    pub html: String,
    pub campaign: String,
    pub action: &'static str,
    pub from: String,
    /// Which appeal, and which of two texts while they are tried.
    pub mark: String,
    pub choices: Vec<CurrencyChoice>,
    pub gateways: Vec<Labelled>,
    /// The counted link to the page at Patreon.
    pub patreon_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct CurrencyChoice {
    pub currency: String,
    pub symbol: String,
    pub amounts: Vec<Labelled>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Labelled {
    pub value: String,
    pub label: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Teaser {
    pub title: String,
    pub kicker: Option<String>,
    pub url: String,
    pub date_text: Option<String>,
    pub date_iso: Option<String>,
    pub standfirst: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ArticlesPage {
    pub heading: String,
    /// What the articles have in common.
    pub kicker: Option<String>,
    pub articles: Vec<Teaser>,
    pub before_url: Option<String>,
    pub after_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct DonatePage {
    pub form: DonateForm,
    /// What search engines are told, as an element.
    pub structured_html: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct DonateForm {
    pub action: String,
    /// Where another currency is chosen, and what that keeps of the address.
    pub currency_action: String,
    pub kept: Vec<Hidden>,
    /// Why no gift is taken today.
    pub closed_text: Option<String>,
    pub campaign: CampaignHead,
    pub currency: String,
    pub currencies: Vec<Currency>,
    pub suggestions: Vec<Choice>,
    pub frequencies: Vec<Choice>,
    pub tiers: Vec<Choice>,
    pub values: DonateValues,
    pub gateways: Vec<Choice>,
    pub errors: BTreeMap<String, String>,
    pub error_list: Vec<FieldProblem>,
    pub minimum_text: String,
    pub maximum_text: Option<String>,
    pub tribute_kinds: Vec<Choice>,
    /// Says when the form was first shown.
    pub stamp: String,
    /// What is asked beside what is typed.
    pub proof: Option<ProofAsked>,
}

/// What is asked beside what is typed, while somebody tries stolen cards.
#[derive(Debug, Clone, Serialize)]
pub struct ProofAsked {
    /// Work for the browser; none: the link by e-mail is the only way.
    pub challenge: Option<ProofChallenge>,
}

/// Work for the browser.
#[derive(Debug, Clone, Serialize)]
pub struct ProofChallenge {
    pub text: String,
    pub target: String,
}

/// The page of a gift that goes on by a link that was sent by e-mail.
#[derive(Debug, Clone, Serialize)]
pub struct GiftLinkPage {
    /// `sent`, `open` or `closed`.
    pub door: &'static str,
    /// What it goes on with; only of one that is open.
    pub gift: Option<GiftShown>,
}

/// A gift that waits for its button.
#[derive(Debug, Clone, Serialize)]
pub struct GiftShown {
    pub action: String,
    pub amount_text: String,
    pub campaign_title: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct CampaignHead {
    pub slug: String,
    pub title: String,
    pub summary: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Currency {
    pub code: String,
    pub label: String,
    pub selected: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
    pub selected: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct FieldProblem {
    pub field: String,
    pub message: String,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct DonateValues {
    pub amount: String,
    pub name: String,
    pub email: String,
    pub message: String,
    pub anonymous: bool,
    pub wall: WallValues,
    pub cover_fees: bool,
    pub tribute_kind: String,
    pub tribute_name: String,
    pub from: String,
    pub appeal: String,
    pub form_id: String,
    pub utm: Vec<Hidden>,
}

/// Whether the donor wants to be named on the page of the campaign, by what name, and with the sum.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WallValues {
    pub asked: bool,
    pub name: String,
    pub amount: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct Hidden {
    pub name: &'static str,
    pub value: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ThanksPage {
    pub pledge: PledgeStatus,
    pub transfer: Option<Transfer>,
    /// What the campaign says to donors whose gift arrived.
    pub campaign_thanks: Option<String>,
    pub campaign_url: String,
    /// Where a donor of the United Kingdom declares that tax may be claimed; none where it may not.
    pub gift_aid_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PledgeStatus {
    pub status: &'static str,
    pub amount_text: String,
    pub campaign_title: String,
    pub name: Option<String>,
    pub gateway: String,
    pub created_text: String,
    pub recurring_text: Option<String>,
    pub status_url: String,
    pub live: bool,
    pub retry_url: Option<String>,
    pub receipt_number: Option<String>,
    pub received_text: Option<String>,
    pub email_masked: String,
}

/// How to pay by bank transfer, on the page and in the letter.
#[derive(Debug, Clone, Serialize)]
pub struct Transfer {
    pub holder: String,
    pub iban: String,
    pub bic: Option<String>,
    pub reference: String,
    pub amount_text: String,
    pub qr_svg: Option<String>,
    pub qr_cid: Option<String>,
    pub instructions: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PatronsPage {
    pub tiers: Vec<TierCard>,
    /// The counted link to the page at Patreon.
    pub patreon_url: Option<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TierCard {
    pub slug: String,
    pub name: String,
    pub description: String,
    pub benefits: Vec<String>,
    pub places_text: Option<String>,
    pub full: bool,
    pub prices: Vec<TierPrice>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TierPrice {
    pub text: String,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct SandboxPage {
    pub payment: SandboxPayment,
}

#[derive(Debug, Clone, Serialize)]
pub struct SandboxPayment {
    pub id: String,
    pub amount_text: String,
    pub description: String,
    pub status: String,
    pub action: String,
    pub cancel_url: String,
    pub outcomes: Vec<Choice>,
    pub deliveries: Vec<Choice>,
    pub paid: bool,
    pub return_url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct SandboxCardPage {
    pub card: SandboxCard,
}

#[derive(Debug, Clone, Serialize)]
pub struct SandboxCard {
    pub amount_text: String,
    pub frequency: String,
    pub status: String,
    pub expires_text: String,
    pub action: String,
    pub cards: Vec<Choice>,
    pub return_url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ErrorPage {
    pub error: Failure,
}

#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    pub status: u16,
    pub title: String,
    pub detail: String,
    pub request_id: Option<String>,
    pub home_url: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailList {
    pub messages: Vec<MailListed>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailListed {
    pub id: String,
    pub to: String,
    pub subject: String,
    pub date_text: String,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailPage {
    pub message: MailShown,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailShown {
    pub subject: String,
    pub from: String,
    pub to: String,
    pub date_text: String,
    pub text: String,
    pub html_url: Option<String>,
    pub attachments: Vec<MailAttachment>,
    pub headers: Vec<MailHeader>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailAttachment {
    pub name: String,
    pub size_text: String,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct MailHeader {
    pub name: String,
    pub value: String,
}
