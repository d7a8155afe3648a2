//! Comments of readers on articles: who may say what where, and what becomes of it.

use super::article::Slug;
use super::donor::{EmailAddress, PersonName};
use super::ids::CommentId;
use super::words;
use chrono::{DateTime, NaiveDate, Utc};

/// Longest comment, in characters.
pub const TEXT_CHARACTERS_MAX: usize = 2_000;
/// Longest reason of a decision, in characters.
pub const REASON_CHARACTERS_MAX: usize = 300;

/// The rules of a site about comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommentRules {
    /// Whether articles have comments at all.
    pub enabled: bool,
    /// Days after the day of an article for which it takes comments; 0: for ever.
    pub closed_after_days: u16,
    /// A reader of whom so many comments stand approved is shown at once, from a browser that has proved the address; 0: nobody.
    pub trusted_after: u16,
}

/// What is known of a reader who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// How many comments from the address stand approved.
    pub approved: i64,
    /// Whether the browser came by a link that was mailed to the address. Else anybody could write in a trusted name.
    pub is_proven: bool,
}

impl CommentRules {
    /// Where a comment of these words begins.
    pub fn state_of(&self, words: &CommentText, reader: Reader, at: DateTime<Utc>) -> CommentState {
        let needed = i64::from(self.trusted_after);
        if needed > 0 && reader.is_proven && reader.approved >= needed {
            CommentState::Approved { at }
        } else {
            CommentState::Held { why: HeldFor::of(words, reader.approved) }
        }
    }
}

words! {
    /// Why a comment waits for a person.
    HeldFor {
        /// No comment from this address has been approved yet.
        NewReader = "new_reader",
        /// Likewise, and it has links.
        Links = "links",
        /// Every comment is read before it is shown.
        Review = "review",
    }
}

impl HeldFor {
    /// Why a comment of these words waits, where so many comments from its address stand approved.
    pub fn of(words: &CommentText, approved_before: i64) -> Self {
        match (approved_before, words.has_links()) {
            (1.., _) => Self::Review,
            (_, true) => Self::Links,
            (_, false) => Self::NewReader,
        }
    }
}

words! {
    /// What somebody who reads comments says of one.
    Verdict {
        /// It is shown.
        Approve = "approve",
        /// It is not shown.
        Reject = "reject",
        /// It is not shown, and was written to sell something.
        Spam = "spam",
    }
}

words! {
    /// Where a comment stands, in a word.
    CommentStatus {
        /// It waits for a person.
        Held = "held",
        /// It is shown.
        Approved = "approved",
        /// It is not shown.
        Rejected = "rejected",
        /// It is not shown, and is none.
        Spam = "spam",
        /// What it said is gone.
        Removed = "removed",
    }
}

/// Where a comment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentState {
    /// It waits for a person.
    Held {
        /// Why.
        why: HeldFor,
    },
    /// It is shown.
    Approved {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// It is not shown.
    Refused {
        /// Whether it was spam.
        as_what: Refusal,
        /// What was noted about it, for the staff.
        reason: Option<String>,
        /// Since when.
        at: DateTime<Utc>,
    },
}

/// As what a comment is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A comment that is not wanted.
    Rejected,
    /// No comment at all.
    Spam,
}

impl CommentState {
    /// Its word.
    pub const fn status(&self) -> CommentStatus {
        match self {
            Self::Held { .. } => CommentStatus::Held,
            Self::Approved { .. } => CommentStatus::Approved,
            Self::Refused { as_what: Refusal::Rejected, .. } => CommentStatus::Rejected,
            Self::Refused { as_what: Refusal::Spam, .. } => CommentStatus::Spam,
        }
    }

    /// Whether everybody can read it.
    pub const fn is_shown(&self) -> bool {
        matches!(self, Self::Approved { .. })
    }

    /// Whether whoever wrote it may write it anew: not what was refused.
    pub const fn can_be_changed(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }

    /// Where it stands once somebody has said this of it. Everything can be taken back; none if it stands there already.
    pub fn after(&self, verdict: Verdict, reason: Option<String>, at: DateTime<Utc>) -> Option<Self> {
        let next = match verdict {
            Verdict::Approve => Self::Approved { at },
            Verdict::Reject => Self::Refused { as_what: Refusal::Rejected, reason, at },
            Verdict::Spam => Self::Refused { as_what: Refusal::Spam, reason, at },
        };
        (next.status() != self.status()).then_some(next)
    }
}

/// A comment of a reader. One that was taken away is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// The article that it is about.
    pub article: Slug,
    /// The headline of the article when it was written.
    pub article_title: String,
    /// The first comment of the thread; none: it is the first itself.
    pub thread: Option<CommentId>,
    /// By what name the reader is shown.
    pub name: PersonName,
    /// Never shown.
    pub email: EmailAddress,
    /// What it says.
    pub text: CommentText,
    /// In which language the reader was spoken to.
    pub locale: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When the reader last changed it.
    pub edited_at: Option<DateTime<Utc>>,
    /// Whether the reader wants to be written to when somebody answers.
    pub wants_answers: bool,
    /// Where it stands.
    pub state: CommentState,
}

/// What a letter tells a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum ReaderTold {
    /// Their comment is shown; with the link to change it.
    Shown {
        /// Which.
        comment: CommentId,
    },
    /// Somebody answered.
    Answered {
        /// The answer.
        answer: CommentId,
        /// Their own comment in the thread.
        to: CommentId,
    },
}

impl ReaderTold {
    /// Nobody is told the same twice.
    pub fn key(self) -> String {
        match self {
            Self::Shown { comment } => format!("shown/{comment}"),
            Self::Answered { answer, to } => format!("answered/{answer}/{to}"),
        }
    }
}

/// What an article lets readers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discussion {
    /// The article.
    pub article: Slug,
    /// Its headline.
    pub title: String,
    /// The last day on which it takes comments, in the publisher's time zone; none: it is never closed.
    pub last_day: Option<NaiveDate>,
}

impl Discussion {
    /// Whether it takes comments today.
    pub fn is_open(&self, today: NaiveDate) -> bool {
        self.last_day.is_none_or(|last| today <= last)
    }
}

/// What a comment says: plain text in lines, without what disturbs a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentText(String);

/// A text that is no comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing was typed.
    #[error("please write something")]
    Empty,
    /// It is too long.
    #[error("please keep this to {TEXT_CHARACTERS_MAX} characters")]
    TooLong,
}

/// A run of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run<'a> {
    /// Words.
    Text(&'a str),
    /// An address that can be followed.
    Link(&'a str),
}

impl CommentText {
    /// Cleans what a person typed.
    pub fn parse(typed: &str) -> Result<Self, TextError> {
        let cleaned = super::donor::clean_text(typed, TEXT_CHARACTERS_MAX);
        cleaned.map_err(|_longer| TextError::TooLong)?.map(Self).ok_or(TextError::Empty)
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it leads elsewhere, or tries to.
    pub fn has_links(&self) -> bool {
        let small = self.0.to_lowercase();
        ["://", "www.", "[url", "<a "].iter().any(|sign| small.contains(sign))
    }

    /// Its paragraphs, each as its lines.
    pub fn paragraphs(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.0.split("\n\n").map(str::lines)
    }
}

/// The runs of a line. Only addresses of the encrypted web are links, and what ends a sentence is not part of one.
pub fn runs(line: &str) -> Vec<Run<'_>> {
    const BEGINS: &str = "https://";
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(BEGINS) {
        let (before, from) = rest.split_at(at);
        let long =
            from.split(|c: char| c.is_whitespace() || "<>\"“”«»".contains(c)).next().unwrap_or_default();
        let address = without_end(long);
        let is_link = url::Url::parse(address).is_ok_and(|url| {
            url.username().is_empty()
                && url.password().is_none()
                && url.domain().is_some_and(|name| name.contains('.'))
        });
        if !is_link {
            let (passed, left) = rest.split_at(at + BEGINS.len());
            found.push(Run::Text(passed));
            rest = left;
            continue;
        }
        found.push(Run::Text(before));
        found.push(Run::Link(address));
        rest = from.strip_prefix(address).unwrap_or_default();
    }
    found.push(Run::Text(rest));
    found.retain(|run| *run != Run::Text(""));
    found
}

/// An address without the signs that end a sentence; a bracket that it opened is its own.
fn without_end(long: &str) -> &str {
    let mut address = long;
    loop {
        let shorter = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '…']);
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if !inner.contains('(') => inner,
            _ => shorter,
        };
        if shorter == address {
            return address;
        }
        address = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(typed: &str) -> CommentText {
        CommentText::parse(typed).unwrap()
    }

    #[test]
    fn only_addresses_of_the_encrypted_web_are_links() {
        let line = "See https://a.example/x_(y), (https://b.example/?q=1). Not http://c.example, javascript:alert(1), \
                    https://, https://me:you@d.example or https://localhost/!";
        let links: Vec<&str> = runs(line)
            .iter()
            .filter_map(|run| match run {
                Run::Link(address) => Some(*address),
                Run::Text(_) => None,
            })
            .collect();
        assert_eq!(links, ["https://a.example/x_(y)", "https://b.example/?q=1"]);
        let whole: String = runs(line)
            .iter()
            .map(|run| match run {
                Run::Link(text) | Run::Text(text) => *text,
            })
            .collect();
        assert_eq!(whole, line, "nothing of it is lost");
    }

    #[test]
    fn a_text_is_cleaned_and_kept_short() {
        assert_eq!(text(" a\u{202e}b \r\n\r\n\r\nc ").as_str(), "ab\n\nc");
        assert_eq!(CommentText::parse(" \n\u{200b}"), Err(TextError::Empty));
        assert_eq!(CommentText::parse(&"é".repeat(2_001)), Err(TextError::TooLong));
        assert!(CommentText::parse(&"é".repeat(2_000)).is_ok());
        let two = text("a\nb\n\nc");
        let lines: Vec<Vec<&str>> = two.paragraphs().map(Iterator::collect).collect();
        assert_eq!(lines, [vec!["a", "b"], vec!["c"]]);
    }

    #[test]
    fn a_comment_is_held_for_what_is_most_against_it() {
        for linked in ["http://x.example", "HTTPS://x", "WWW.x.example", "[URL=x]", "<A href=x>"] {
            assert_eq!(HeldFor::of(&text(linked), 0), HeldFor::Links, "{linked}");
            assert_eq!(HeldFor::of(&text(linked), 1), HeldFor::Review, "{linked}");
        }
        assert_eq!(HeldFor::of(&text("I agree."), 0), HeldFor::NewReader);
    }

    #[test]
    fn who_is_trusted_is_shown_at_once_from_a_browser_that_has_proved_the_address() {
        let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let is_shown = |trusted_after, approved, is_proven| {
            let rules = CommentRules { enabled: true, closed_after_days: 0, trusted_after };
            rules.state_of(&text("https://x.example"), Reader { approved, is_proven }, at).is_shown()
        };
        assert!(is_shown(2, 2, true) && is_shown(2, 9, true));
        assert!(!is_shown(2, 1, true), "not yet");
        assert!(!is_shown(2, 9, false), "anybody can type an address");
        assert!(!is_shown(0, 9, true), "nobody is trusted here");
    }

    #[test]
    fn every_decision_can_be_taken_back_and_the_same_one_changes_nothing() {
        let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let mut state = CommentState::Held { why: HeldFor::NewReader };
        for verdict in [Verdict::Spam, Verdict::Approve, Verdict::Reject, Verdict::Spam, Verdict::Approve] {
            state = state.after(verdict, None, at).unwrap();
            assert_eq!(state.after(verdict, Some("again".into()), at), None);
        }
        assert_eq!(state.status(), CommentStatus::Approved);
    }

    #[test]
    fn the_last_day_is_a_day_for_comments() {
        let day = |n| NaiveDate::from_ymd_opt(2026, 6, n).unwrap();
        let mut discussion =
            Discussion { article: Slug::parse("a").unwrap(), title: "A".into(), last_day: Some(day(15)) };
        assert!(discussion.is_open(day(15)) && !discussion.is_open(day(16)));
        discussion.last_day = None;
        assert!(discussion.is_open(day(30)));
    }
}
