//! Comments that readers wrote elsewhere, before the publication came here.

use super::comment::{CommentText, TEXT_CHARACTERS_MAX};
use super::donor::{EmailAddress, PersonName, clean_text};
use chrono::{DateTime, Utc};

/// A comment of the other place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastComment {
    /// What it is there: by it, it is taken over once.
    pub source: String,
    /// What the first comment of its thread is there; none: it is the first itself.
    pub thread: Option<String>,
    /// By what name the reader was shown.
    pub name: PersonName,
    /// None where the other place knows none, or nothing that is one.
    pub email: Option<EmailAddress>,
    /// What it says.
    pub text: CommentText,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Whether it was shown there; else it waits here for a person.
    pub is_approved: bool,
}

/// A text as one comment or, where it is longer than one may be, as several.
pub fn parts(text: &str) -> Vec<CommentText> {
    let cleaned = clean_text(text, usize::MAX).ok().flatten().unwrap_or_default();
    let mut parts = Vec::new();
    let mut rest = cleaned.as_str();
    while !rest.is_empty() {
        let (head, behind) = rest.split_at(end_of_part(rest));
        parts.extend(CommentText::parse(head));
        rest = behind.trim_start();
    }
    parts
}

/// Where the first part of a text ends: between paragraphs, else lines, else words, else where there is no more room.
fn end_of_part(text: &str) -> usize {
    let Some((most, _)) = text.char_indices().nth(TEXT_CHARACTERS_MAX) else {
        return text.len();
    };
    let head = text.get(..most).unwrap_or(text);
    let marks = ["\n\n", "\n", " "];
    // A cut near the beginning would leave many small parts.
    marks.iter().find_map(|mark| head.rfind(*mark).filter(|at| *at > most / 2)).unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_becomes_several_comments_and_nothing_is_lost() {
        assert_eq!(parts("I agree.").len(), 1);
        assert!(parts(" \n\u{200b}").is_empty());
        let paragraphs = vec!["word ".repeat(300).trim().to_owned(); 5].join("\n\n");
        let cut = parts(&paragraphs);
        assert_eq!(cut.len(), 5);
        let words: usize = cut.iter().map(|part| part.as_str().split_whitespace().count()).sum();
        assert_eq!(words, 1_500);
        let unbroken = parts(&"é".repeat(4_001));
        assert_eq!(
            unbroken.iter().map(|part| part.as_str().chars().count()).collect::<Vec<_>>(),
            [2_000, 2_000, 1]
        );
    }
}
