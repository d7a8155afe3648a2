//! The letters: what each is given, and how its three parts are rendered.

use super::pages::Transfer;
use super::templates::{RenderError, Templates};
use serde::Serialize;

/// The three parts of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// For those who read plain text.
    pub text: String,
    /// For the others.
    pub html: String,
}

/// How to pay by bank transfer.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct Instructions {
    pub donor_name: Option<String>,
    pub amount_text: String,
    pub campaign_title: String,
    pub transfer: Transfer,
    pub thanks_url: String,
    pub expires_text: String,
}

/// Thanks, with the receipt attached.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct ReceiptLetter {
    pub donor_name: Option<String>,
    pub amount_text: String,
    pub campaign_title: String,
    pub receipt_number: String,
    pub received_text: String,
    pub method_text: String,
    pub fee_covered_text: Option<String>,
    pub tribute_text: Option<String>,
    pub organisation: OrganisationHead,
    pub corrected: bool,
    pub replaces_number: Option<String>,
    pub net_text: Option<String>,
    pub refunded_text: Option<String>,
    /// What the campaign says to its donors; not with a corrected receipt.
    pub campaign_thanks: Option<String>,
    pub thanks_url: String,
}

/// Who signs.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct OrganisationHead {
    pub name: String,
    pub lines: Vec<String>,
}

/// Money is on its way back.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct RefundLetter {
    pub donor_name: Option<String>,
    /// The gift was found to be none: nothing is given back.
    pub void: bool,
    /// It came as cash or as a cheque, and goes back by hand: no bank shows it.
    pub by_hand: bool,
    pub refunded_text: String,
    pub amount_text: String,
    pub full: bool,
    pub rest_text: Option<String>,
    pub receipt_number: Option<String>,
    pub campaign_title: String,
    pub reason_text: Option<String>,
}

/// A letter that staff typed.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct DonorMail {
    pub subject: String,
    pub body: String,
    pub paragraphs: Vec<Vec<String>>,
}

impl DonorMail {
    /// The letter with this subject and this text.
    pub fn of(subject: &str, body: &str) -> Self {
        Self { subject: subject.to_owned(), body: body.to_owned(), paragraphs: paragraphs(body) }
    }

    /// Renders the letter.
    pub fn render(&self, templates: &Templates) -> Result<Letter, RenderError> {
        render(templates, "donor_letter", self)
    }
}

/// The lines of each paragraph of a plain text; an empty line parts them.
pub fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let parts = text.split("\n\n").filter(|part| !part.trim().is_empty());
    parts.map(|part| part.lines().map(str::to_owned).collect()).collect()
}

/// To staff: what a person must look at.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct ReviewLetter {
    pub questions: Vec<Question>,
    pub more: i64,
}

/// To staff: a gift is contested, or what came of that.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct DisputeLetter {
    pub status: &'static str,
    pub amount_text: String,
    pub gross_text: String,
    pub reason_text: String,
    pub due_text: Option<String>,
    pub opened_text: String,
    pub campaign_title: String,
    pub gateway: &'static str,
    pub remote: String,
    pub donation: String,
    pub receipt_number: Option<String>,
}

/// To somebody of the staff: what was done to their account, or what owners must know of.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct StaffLetter {
    pub kind: &'static str,
    pub name: String,
    pub when_text: String,
    pub by_name: Option<String>,
    pub by_self: bool,
    pub browser: Option<String>,
    pub codes_left: Option<i64>,
    pub scope: Option<String>,
    pub about_name: Option<String>,
    pub about_role: Option<&'static str>,
    pub is_farewell: bool,
}

/// About recurring support. Each letter uses what it needs of it.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the templates")]
pub struct PatronLetter {
    pub donor_name: Option<String>,
    pub amount_text: String,
    pub frequency: &'static str,
    pub campaign_title: String,
    pub tier_name: Option<String>,
    pub by_transfer: bool,
    pub reference: Option<String>,
    pub next_text: Option<String>,
    pub ends_text: Option<String>,
    pub paused_until_text: Option<String>,
    pub since_text: Option<String>,
    pub grace_text: Option<String>,
    pub letter: u32,
    pub change: Option<&'static str>,
    pub reason: Option<&'static str>,
    pub ended_text: Option<String>,
    pub card_label: Option<String>,
    pub card_expires_text: Option<String>,
    pub account_url: String,
    pub mend_url: String,
    pub return_url: String,
}

/// Which letter about recurring support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the templates")]
pub enum PatronLetterKind {
    Welcome,
    PaymentFailed,
    TransferDue,
    CardExpiring,
    PledgeChanged,
    PledgeCancelled,
}

impl PatronLetter {
    /// Renders the letter.
    pub fn render(&self, kind: PatronLetterKind, templates: &Templates) -> Result<Letter, RenderError> {
        let name = match kind {
            PatronLetterKind::Welcome => "welcome",
            PatronLetterKind::PaymentFailed => "payment_failed",
            PatronLetterKind::TransferDue => "transfer_due",
            PatronLetterKind::CardExpiring => "card_expiring",
            PatronLetterKind::PledgeChanged => "pledge_changed",
            PatronLetterKind::PledgeCancelled => "pledge_cancelled",
        };
        render(templates, name, self)
    }
}

/// One question in a letter to staff.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct Question {
    pub kind: String,
    pub detail: String,
    pub subject: String,
    pub since_text: String,
    pub command: String,
    pub is_held: bool,
}

/// The link by which a gift goes on.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct GiftLinkLetter {
    pub amount_text: String,
    pub campaign_title: String,
    pub url: String,
}

/// The link to sign in.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct SignInLetter {
    pub donor_name: Option<String>,
    pub url: String,
    pub code: String,
}

/// The link that proves an address.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct ProofLetter {
    pub donor_name: Option<String>,
    pub url: String,
    pub side: &'static str,
    pub new_email: String,
}

/// What a donor changed on their own pages.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct NoticeLetter {
    pub donor_name: Option<String>,
    pub kind: &'static str,
    pub campaign: String,
    pub visibility: String,
    /// What was declared, in English, as the law wants it; line by line.
    pub wording: Vec<String>,
    pub is_farewell: bool,
    pub url: String,
}

/// The statement of a year, attached.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct StatementLetter {
    pub donor_name: Option<String>,
    pub year: i32,
    pub organisation: String,
    pub totals: Vec<String>,
}

/// The last letter to a donor who is forgotten.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct ErasedLetter {
    pub donor_name: Option<String>,
    pub years: i32,
}

/// To a reader: a comment is shown.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct CommentShownLetter {
    pub name: String,
    pub article: String,
    pub url: String,
    pub own_url: String,
    pub wants_answers: bool,
}

/// To a reader: somebody answered.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names stand in the template")]
pub struct CommentAnsweredLetter {
    pub name: String,
    pub by: String,
    pub article: String,
    pub paragraphs: Vec<Vec<String>>,
    pub url: String,
    pub stop_url: String,
}

macro_rules! rendered {
    ($($letter:ident $name:literal,)+) => {$(
        impl $letter {
            /// Renders the letter.
            pub fn render(&self, templates: &Templates) -> Result<Letter, RenderError> {
                render(templates, $name, self)
            }
        }
    )+};
}
rendered! {
    GiftLinkLetter "gift_link",
    SignInLetter "sign_in",
    ProofLetter "address_proof",
    NoticeLetter "account_notice",
    StatementLetter "statement",
    ErasedLetter "erased",
    StaffLetter "staff_notice",
    CommentShownLetter "comment_shown",
    CommentAnsweredLetter "comment_answered",
}

impl Instructions {
    /// Renders the letter.
    pub fn render(&self, templates: &Templates) -> Result<Letter, RenderError> {
        render(templates, "instructions", self)
    }
}

impl ReceiptLetter {
    /// Renders the letter.
    pub fn render(&self, templates: &Templates) -> Result<Letter, RenderError> {
        render(templates, "receipt", self)
    }
}

impl RefundLetter {
    /// Renders the letter.
    pub fn render(&self, templates: &Templates) -> Result<Letter, RenderError> {
        render(templates, "refund", self)
    }
}

impl DisputeLetter {
    /// Renders the letter.
    pub fn render(&self, templates: &Templates) -> Result<Letter, RenderError> {
        render(templates, "dispute", self)
    }
}

impl ReviewLetter {
    /// Renders the letter.
    pub fn render(&self, templates: &Templates) -> Result<Letter, RenderError> {
        render(templates, "review_needed", self)
    }
}

fn render(templates: &Templates, name: &str, context: &impl Serialize) -> Result<Letter, RenderError> {
    let part = |end: &str| templates.letter(&format!("email/{name}.{end}"), context);
    let subject = part("subject.txt")?.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Letter { subject, text: part("txt")?, html: part("html")? })
}
