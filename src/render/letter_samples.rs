//! Letters with invented values, to be looked at before donors get them: the same that the tests render.

use super::letters::Letter;
use super::templates::{RenderError, Templates};
use serde_json::Value;

#[derive(rust_embed::Embed)]
#[folder = "src/render/samples/"]
struct Samples;

/// A letter of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name, as in its templates.
    pub name: &'static str,
    /// What it is for.
    pub title: &'static str,
    /// Whether donors get it, in their language; staff are written to in English.
    pub to_donors: bool,
}

const fn to_donors(name: &'static str, title: &'static str) -> Kind {
    Kind { name, title, to_donors: true }
}

const fn to_staff(name: &'static str, title: &'static str) -> Kind {
    Kind { name, title, to_donors: false }
}

/// Every letter, in the order in which donors may get them.
pub const KINDS: [Kind; 21] = [
    to_donors("gift_link", "The link by which a gift goes on"),
    to_donors("instructions", "Bank details for a gift"),
    to_donors("receipt", "Thanks, with the receipt"),
    to_donors("refund", "Money went back"),
    to_donors("welcome", "Welcome to a patron"),
    to_donors("payment_failed", "A payment failed"),
    to_donors("transfer_due", "A standing order is missing"),
    to_donors("card_expiring", "A card expires"),
    to_donors("pledge_changed", "Support was changed"),
    to_donors("pledge_cancelled", "Support ended"),
    to_donors("statement", "The yearly statement"),
    to_donors("sign_in", "The link to sign in"),
    to_donors("address_proof", "Another address is to be proved"),
    to_donors("account_notice", "Details were changed"),
    to_donors("erased", "A donor was forgotten"),
    to_donors("comment_shown", "A comment of a reader is shown"),
    to_donors("comment_answered", "Somebody answered a reader"),
    to_donors("donor_letter", "The frame of a letter that staff write"),
    to_staff("dispute", "A bank takes money back"),
    to_staff("review_needed", "A person must look"),
    to_staff("staff_notice", "What was done to an account of the office"),
];

/// The letter of this name.
pub fn find(name: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.name == name)
}

/// The invented values of a letter, one for each case that it must be able to say.
fn values(kind: Kind) -> Vec<Value> {
    let file = Samples::get(&format!("email__{}.json", kind.name));
    let list: Option<Vec<Value>> = file.and_then(|file| serde_json::from_slice(&file.data).ok());
    let mut list = list.unwrap_or_default();
    for values in list.iter_mut().filter_map(Value::as_object_mut) {
        // The site is this one.
        values.remove("site");
    }
    list
}

/// How many cases a letter is shown in.
pub fn cases(kind: Kind) -> usize {
    values(kind).len()
}

/// A letter with invented values, in the language of the templates; none if there is no such case.
///
/// # Errors
/// A template of the operator is written wrongly.
pub fn letter(kind: Kind, case: usize, templates: &Templates) -> Result<Option<Letter>, RenderError> {
    let Some(values) = values(kind).into_iter().nth(case) else {
        return Ok(None);
    };
    let part = |end: &str| templates.letter(&format!("email/{}.{end}", kind.name), &values);
    let subject = part("subject.txt")?.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Some(Letter { subject, text: part("txt")?, html: part("html")? }))
}

/// The names of the messages that a letter is made of, in the order in which it says them.
pub fn messages(kind: Kind) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for end in ["subject.txt", "txt", "html"] {
        let source = Templates::source(&format!("email/{}.{end}", kind.name)).unwrap_or_default();
        for call in ["t(\"", "t_html(\""] {
            let names = source.split(call).skip(1).filter_map(|rest| rest.split('"').next());
            for name in names {
                if !found.iter().any(|known| known == name) {
                    found.push(name.to_owned());
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_letter_is_listed_with_cases_and_those_to_donors_with_their_words() {
        let templates: BTreeSet<String> = Templates::names()
            .filter_map(|name| Some(name.strip_prefix("email/")?.split('.').next()?.to_owned()))
            .collect();
        let listed: BTreeSet<String> = KINDS.iter().map(|kind| kind.name.to_owned()).collect();
        assert_eq!(listed, templates);
        for kind in KINDS {
            assert!(cases(kind) > 0, "{}", kind.name);
            // What staff write to a donor has no words but theirs.
            let has_words = kind.to_donors && kind.name != "donor_letter";
            assert_eq!(has_words, !messages(kind).is_empty(), "{}", kind.name);
        }
    }
}
