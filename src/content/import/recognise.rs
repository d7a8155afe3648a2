//! What a single paragraph is: a heading, a date, a byline, a call to give, or the furniture of a web page.

use crate::domain::article::ArticleDate;

/// Longest heading, in characters and in words.
const HEADING_CHARS_MAX: usize = 90;
const HEADING_WORDS_MAX: usize = 14;
/// Longest line that may be furniture of a page, in characters.
const FURNITURE_CHARS_MAX: usize = 120;

/// Whether a paragraph has the shape of a heading: one short line that does not end like a sentence.
pub(super) fn is_heading(text: &str) -> bool {
    let ends_openly = text
        .chars()
        .next_back()
        .is_some_and(|last| last.is_alphanumeric() || matches!(last, '’' | '”' | '\'' | '"' | ')' | '»'));
    let inner = text.trim_end_matches(['’', '”', '\'', '"', ')', '»']);
    let is_sentence = inner.ends_with(['.', '!', '?', '…', ':', ';', ',']);
    let starts_well = text.chars().next().is_some_and(|first| !first.is_lowercase());
    text.chars().count() <= HEADING_CHARS_MAX
        && text.split(' ').count() <= HEADING_WORDS_MAX
        && starts_well
        && ends_openly
        && !is_sentence
        && date(text).is_none()
        && byline(text).is_none()
}

/// A short question on a line of its own: often a heading, sometimes a paragraph.
pub(super) fn is_question(text: &str) -> bool {
    text.ends_with('?') && text.chars().count() <= 60 && text.split(' ').count() <= 8
}

/// Whether a paragraph is a button, a notice or a label of the page the text was copied from.
pub(super) fn is_furniture(text: &str) -> bool {
    const BEGINNINGS: [&str; 29] = [
        "donate via",
        "donate with",
        "donate by",
        "donate now",
        "become a patron",
        "become a member",
        "be the first to comment",
        "leave a reply",
        "leave a comment",
        "leave a response",
        "your email address will not be published",
        "your e-mail address will not be published",
        "required fields are marked",
        "save my name, email",
        "notify me of",
        "cancel reply",
        "post comment",
        "comments are closed",
        "you must be logged in to",
        "share this",
        "share on",
        "tweet this",
        "click to share",
        "print this",
        "like this:",
        "related articles",
        "related posts",
        "skip to content",
        "subscribe to our newsletter",
    ];
    const WHOLE: [&str; 14] = [
        "donate",
        "comments",
        "no comments",
        "share",
        "tweet",
        "print",
        "email",
        "facebook",
        "twitter",
        "whatsapp",
        "reply",
        "read more",
        "advertisement",
        "back to top",
    ];
    let text = text.trim().to_lowercase();
    let text = text.trim_start_matches(['#', '*', '_', '[', ' ']);
    if text.chars().count() > FURNITURE_CHARS_MAX {
        return false;
    }
    let bare = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    WHOLE.contains(&bare) || BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) || is_count(bare)
}

/// "3 comments", "12 shares".
fn is_count(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(number, noun)| {
        number.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(
                noun,
                "comment" | "comments" | "reply" | "replies" | "response" | "responses" | "shares"
            )
    })
}

/// Whether a heading begins a call to give.
pub(super) fn is_appeal_heading(text: &str) -> bool {
    let lower = text.to_lowercase();
    let lower = lower.trim_end_matches([':', '!', '.']);
    let is_short = lower.chars().count() <= HEADING_CHARS_MAX;
    let is_appeal = lower.contains("appeal")
        && ["financial", "readers", "supporters", "subscribers", "fund", "donat", "subscription"]
            .iter()
            .any(|word| lower.contains(word));
    let is_call = [
        "support us",
        "support our work",
        "support this ",
        "support independent",
        "please donate",
        "please support",
        "make a donation",
        "make a donation today",
        "help us to publish",
        "help fund",
        "donate to ",
    ]
    .iter()
    .any(|call| lower.starts_with(call));
    is_short && (is_appeal || is_call)
}

/// The label of a paragraph that is a note set below an article: "Note.", "P.S.".
pub(super) fn note_label(text: &str) -> Option<&str> {
    [
        "Notes.",
        "Notes:",
        "Note.",
        "Note:",
        "Footnote.",
        "Footnote:",
        "Postscript.",
        "Postscript:",
        "P.S.",
        "PS:",
    ]
    .into_iter()
    .find(|label| text.strip_prefix(*label).is_some_and(|rest| rest.starts_with(' ')))
}

/// Reads a line that is nothing but a date: "March 2003", "5 March 2003", "March 5, 2003", "2003-03-05", also after
/// "Published on" and the like. Dates of only digits with slashes are ambiguous and are not read.
pub(super) fn date(text: &str) -> Option<ArticleDate> {
    if text.chars().count() > 60 {
        return None;
    }
    let mut rest = text.trim().trim_end_matches('.');
    for label in ["first published", "published", "posted", "date", "updated", "on", ":", "in"] {
        let head = rest.get(..label.len()).unwrap_or_default();
        if head.eq_ignore_ascii_case(label) {
            let after = rest.get(label.len()..).unwrap_or_default();
            if after.starts_with([' ', ':']) {
                rest = after.trim_start_matches([':', ' ']);
            }
        }
    }
    if rest.contains('-') {
        let day = rest.get(..10).filter(|_| rest.get(10..11) == Some("T")).unwrap_or(rest);
        return ArticleDate::parse(day).ok();
    }
    let words: Vec<&str> =
        rest.split([' ', ',']).filter(|word| !word.is_empty() && !is_weekday(word)).collect();
    let (day, month, year) = match words.as_slice() {
        [month, year] => (None, ArticleDate::month_number(month)?, year),
        [first, second, year] => {
            match (ArticleDate::month_number(first), ArticleDate::month_number(second)) {
                (Some(month), None) => (Some(day_number(second)?), month, year),
                (None, Some(month)) => (Some(day_number(first)?), month, year),
                _ => return None,
            }
        }
        _ => return None,
    };
    let year = (year.len() == 4).then(|| year.parse().ok())??;
    ArticleDate { year, month: Some(month), day }.checked().ok()
}

fn is_weekday(word: &str) -> bool {
    let word = word.to_lowercase();
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].contains(&word.as_str())
}

/// "5", "5." and "5th".
fn day_number(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase() || c == '.');
    (digits.len() <= 2).then(|| digits.parse().ok())?
}

/// Reads "By Ann Lee and Bo Ek" and "Author: Ann Lee".
pub(super) fn byline(text: &str) -> Option<Vec<String>> {
    let lower = text.to_lowercase();
    let label = ["by ", "author: ", "authors: ", "written by "]
        .into_iter()
        .find(|label| lower.starts_with(*label))?;
    let names = text.get(label.len()..)?.trim().trim_end_matches('.');
    let names: Vec<String> = names
        .replace(" and ", ",")
        .replace(" & ", ",")
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let particles = ["de", "der", "den", "van", "von", "la", "le", "da", "di", "dos", "bin", "al"];
    let is_name = |name: &String| {
        let words: Vec<&str> = name.split(' ').collect();
        (1..=5).contains(&words.len())
            && words
                .iter()
                .all(|word| word.chars().next().is_some_and(char::is_uppercase) || particles.contains(word))
            && !name.ends_with(['!', '?'])
            && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’'))
    };
    (!names.is_empty() && names.len() <= 6 && names.iter().all(is_name)).then_some(names)
}

/// Cuts a kicker off a headline: "Review: Bread" gives "Review" and "Bread". Only words that name a kind of article
/// count, because a colon is common in titles too.
pub(super) fn kicker(headline: &str) -> Option<(&str, &str)> {
    const KINDS: [&str; 23] = [
        "analysis",
        "book review",
        "comment",
        "debate",
        "document",
        "editorial",
        "essay",
        "feature",
        "film review",
        "history",
        "international",
        "interview",
        "letter",
        "letters",
        "news",
        "obituary",
        "opinion",
        "poem",
        "reply",
        "report",
        "reportage",
        "review",
        "theory",
    ];
    let (kicker, title) = headline.split_once(": ")?;
    let title = title.trim();
    (KINDS.contains(&kicker.to_lowercase().as_str()) && !title.is_empty()).then_some((kicker, title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_short_and_open_ended() {
        for heading in ["The long winter", "After the ’great thaw’", "1956", "Bread (and roses)"] {
            assert!(is_heading(heading), "{heading}");
        }
        let long = "The rivalry of the two shipping lines, which both lived on the same cargo, soon led to the closing \
                    of the harbour";
        for other in
            ["It rained.", "Why?", "He said:", "‘Stop!’", "and so on", "March 2003", "By Ann Lee", long]
        {
            assert!(!is_heading(other), "{other}");
        }
        assert!(is_question("What next?"));
    }

    #[test]
    fn furniture_of_pages_is_known() {
        for furniture in [
            "Donate via Paypal",
            "Become a patron at Example!",
            "Be the first to comment",
            "## Leave a Reply",
            "Your email address will not be published.",
            "Share this:",
            "3 comments",
            "Read more »",
        ] {
            assert!(is_furniture(furniture), "{furniture}");
        }
        for text in
            ["The donors left a reply at the office of the mayor.", "Comments on the budget", "1956 reply"]
        {
            assert!(!is_furniture(text) || text == "1956 reply", "{text}");
        }
    }

    #[test]
    fn appeals_are_told_from_history() {
        for heading in ["Special appeal to our readers", "Autumn fund appeal", "Support us!", "Please donate"]
        {
            assert!(is_appeal_heading(heading), "{heading}");
        }
        for heading in ["The appeal of simple ideas", "Support for the strike", "The Court of Appeal"] {
            assert!(!is_appeal_heading(heading), "{heading}");
        }
    }

    #[test]
    fn dates_are_read_in_the_usual_forms() {
        let iso = |text| date(text).map(|date| date.iso());
        assert_eq!(iso("March 2003").as_deref(), Some("2003-03"));
        assert_eq!(iso("5 March 2003").as_deref(), Some("2003-03-05"));
        assert_eq!(iso("5th March, 2003.").as_deref(), Some("2003-03-05"));
        assert_eq!(iso("Wednesday, March 5, 2003").as_deref(), Some("2003-03-05"));
        assert_eq!(iso("Published on: 2003-03-05").as_deref(), Some("2003-03-05"));
        assert_eq!(iso("2003-03-05T10:00:00Z").as_deref(), Some("2003-03-05"));
        for other in
            ["2003", "31 February 2003", "05/03/2003", "In March 2003 it rained.", "March", "June and 2003"]
        {
            assert_eq!(iso(other), None, "{other}");
        }
    }

    #[test]
    fn bylines_give_names() {
        assert_eq!(byline("By Ann Lee, Bo Ek and Jan de Wit").unwrap(), ["Ann Lee", "Bo Ek", "Jan de Wit"]);
        assert_eq!(byline("Author: Zoë O’Hara").unwrap(), ["Zoë O’Hara"]);
        assert_eq!(byline("By the river"), None);
        assert_eq!(byline("By 1953 it was over"), None);
    }

    #[test]
    fn kickers_are_kinds_of_article() {
        assert_eq!(kicker("Review: Bread"), Some(("Review", "Bread")));
        assert_eq!(kicker("Bread: a history"), None);
    }
}
