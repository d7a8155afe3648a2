//! What the pages of the office are given: the names here are the names in the templates.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use super::account_pages::Faults;
use serde::Serialize;

/// A page of the office: its navigation, who looks at it, and what it says.
#[derive(Debug, Clone, Serialize)]
pub struct DeskPage<T> {
    pub places: Vec<Place>,
    pub who: Option<String>,
    pub role: Option<&'static str>,
    /// Until when the site is under attack.
    pub attack: Option<String>,
    pub done: Option<&'static str>,
    #[serde(flatten)]
    pub body: T,
}

#[derive(Debug, Clone, Serialize)]
pub struct Place {
    pub name: &'static str,
    pub url: &'static str,
    pub current: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct SignInPage {
    pub email: String,
    pub to: String,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct CodePage {
    pub to: String,
    pub has_authenticator: bool,
    pub has_passkey: bool,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct EnrolPage {
    pub action: String,
    /// An SVG of our own.
    pub qr_svg: String,
    pub url: String,
    pub typed: String,
    /// Where a passkey is taken instead, if there can be one.
    pub passkey_action: Option<&'static str>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct CodesPage {
    pub codes: Vec<String>,
}

/// Asks for a proof, and carries along what was typed.
#[derive(Debug, Clone, Serialize)]
pub struct ProofPage {
    pub action: String,
    pub has_passkey: bool,
    pub fields: Vec<HiddenField>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct HiddenField {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct SetupPage {
    /// `first`, `invited` or `closed`.
    pub door: &'static str,
    pub action: String,
    pub email: String,
    pub name: String,
    pub role: &'static str,
    pub faults: Faults,
}

impl SetupPage {
    /// Behind a link that opens nothing. The link is not repeated on the page.
    pub fn closed() -> Self {
        Self {
            door: "closed",
            action: String::new(),
            email: String::new(),
            name: String::new(),
            role: "",
            faults: Faults::default(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct MePage {
    pub email: String,
    pub role: &'static str,
    pub codes_left: i64,
    pub sessions: Vec<SessionShown>,
    pub has_authenticator: bool,
    pub passkeys: Vec<PasskeyShown>,
    pub typed_email: String,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct PasskeyShown {
    pub id: String,
    pub name: String,
    pub since_text: String,
    pub used_text: Option<String>,
    pub backed_up: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct PasskeyPage {
    pub name: String,
    pub is_possible: bool,
    pub faults: Faults,
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
pub struct PeoplePage {
    pub members: Vec<MemberShown>,
    pub roles: Vec<&'static str>,
    pub email: String,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct MemberShown {
    pub id: String,
    pub email: String,
    pub name: String,
    pub role: &'static str,
    pub status: &'static str,
    pub is_self: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct MemberPage {
    pub member: MemberShown,
    pub roles: Vec<&'static str>,
    pub signed_in: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct LinkShown {
    pub member: MemberShown,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct TokensPage {
    pub tokens: Vec<TokenShown>,
    pub scopes: Vec<&'static str>,
    pub name: String,
    /// The text of the token that was just made.
    pub fresh: Option<String>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct TokenShown {
    pub id: String,
    pub name: String,
    pub scope: &'static str,
    pub is_live: bool,
    pub made_text: String,
    pub ends_text: String,
    pub used_text: Option<String>,
}

/// The API, to be read.
#[derive(Debug, Clone, Serialize)]
pub struct ApiPage {
    pub base: String,
    pub requests_per_minute: u32,
    pub operations: Vec<ApiOperation>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ApiOperation {
    pub method: &'static str,
    pub path: String,
    pub summary: &'static str,
    /// Scopes of tokens that may; empty if nobody needs one.
    pub scopes: String,
    pub parameters: Vec<String>,
}

/// A form of an act.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ActPage {
    /// Where whoever thinks better of it goes.
    pub back: String,
    pub action: String,
    pub lead: String,
    pub hidden: Vec<HiddenField>,
    pub fields: Vec<ActField>,
    pub submit: &'static str,
    pub faults: Faults,
}

/// A field of such a form.
#[derive(Debug, Clone, Serialize)]
pub struct ActField {
    pub name: &'static str,
    pub label: &'static str,
    /// `text`, `area`, `date` or `choice`.
    pub kind: &'static str,
    pub value: String,
    pub hint: String,
    pub required: bool,
    pub choices: Vec<(String, String)>,
}

impl ActField {
    fn of(kind: &'static str, name: &'static str, label: &'static str, value: String) -> Self {
        Self { name, label, kind, value, hint: String::new(), required: false, choices: Vec::new() }
    }

    /// A line.
    pub fn text(name: &'static str, label: &'static str, value: String) -> Self {
        Self::of("text", name, label, value)
    }

    /// Several lines.
    pub fn area(name: &'static str, label: &'static str, value: String) -> Self {
        Self::of("area", name, label, value)
    }

    /// A day.
    pub fn date(name: &'static str, label: &'static str, value: String) -> Self {
        Self::of("date", name, label, value)
    }

    /// One of several: value and words.
    pub fn choice(
        name: &'static str,
        label: &'static str,
        value: String,
        choices: Vec<(String, String)>,
    ) -> Self {
        Self { choices, ..Self::of("choice", name, label, value) }
    }

    /// With a sentence that helps.
    #[must_use]
    pub fn hinted(self, hint: &str) -> Self {
        Self { hint: hint.to_owned(), ..self }
    }

    /// It cannot be left out.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// A letter to a donor, while it is written.
#[derive(Debug, Clone, Serialize)]
pub struct LetterPage {
    pub donor: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub key: String,
    pub preview: Option<LetterPreview>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct LetterPreview {
    pub subject: String,
    pub paragraphs: Vec<Vec<String>>,
    /// The plain part, as it is sent.
    pub text: String,
    pub language: String,
    pub dir: &'static str,
    /// What is sent is what was seen.
    pub seal: String,
}

/// Who gave what came outside.
#[derive(Debug, Clone, Serialize)]
pub struct GiverPage {
    pub search: String,
    pub is_sought: bool,
    pub found: Vec<GiverShown>,
    pub more: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct GiverShown {
    pub url: String,
    pub name: String,
    pub email: String,
}

/// What the site does against those who try stolen cards, now and by its rules.
#[derive(Debug, Clone, Serialize)]
pub struct DefencePage {
    /// Until when it takes itself to be under attack.
    pub until_text: Option<String>,
    /// Whether whoever looks may begin or end that.
    pub may_change: bool,
    /// How many times the smallest gift is taken while it does.
    pub minimum_factor: i64,
    /// When a browser is asked for a proof of work.
    pub proof: &'static str,
    /// Payments begun in a minute, before more is asked of everybody.
    pub per_minute: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct QuestionsPage {
    pub questions: Vec<QuestionShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct QuestionShown {
    pub id: String,
    pub kind: String,
    pub subject: String,
    pub url: Option<String>,
    pub detail: String,
    pub raised_text: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct EndpointsPage {
    pub endpoints: Vec<EndpointShown>,
    /// Each kind of event, and whether it is ticked.
    pub kinds: Vec<(&'static str, bool)>,
    pub url: String,
    /// The secret of the endpoint that was just added.
    pub secret: Option<String>,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct EndpointShown {
    pub id: String,
    pub url: String,
    /// Empty: all.
    pub kinds: Vec<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
pub struct EndpointPage {
    pub endpoint: EndpointShown,
    pub deliveries: Vec<DeliveryShown>,
    /// The secret that was just made.
    pub secret: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct DeliveryShown {
    pub id: String,
    pub kind: &'static str,
    pub status: &'static str,
    pub tries: i64,
    pub answer: String,
    pub when_text: String,
    pub body: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ContentPage {
    pub kinds: Vec<FilesShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FilesShown {
    pub title: &'static str,
    pub folder: &'static str,
    pub files: Vec<FileShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FileShown {
    pub name: String,
    /// Why readers do not see it.
    pub note: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct EditPage {
    pub folder: &'static str,
    /// None for a new file.
    pub slug: Option<String>,
    pub text: String,
    pub seen: String,
    /// Whether it can be looked at before it is saved.
    pub previewed: bool,
    /// What should be known of the pictures in it, one sentence each.
    pub notes: Vec<String>,
    pub faults: Faults,
}
