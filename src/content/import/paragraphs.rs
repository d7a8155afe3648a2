//! Lines of a plain text to paragraphs: joins hard-wrapped lines, keeps lists and verse.

use super::recognise;

/// Longest line that may come from hard wrapping; a longer one is a paragraph written on one line.
const WRAP_CHARS_MAX: usize = 120;
/// Longest line of verse and the like.
const VERSE_CHARS_MAX: usize = 60;
/// Shortest width at which lines are taken to be wrapped.
const WRAP_CHARS_MIN: usize = 40;

/// One paragraph of a plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Paragraph {
    /// Running text on one line.
    Text(String),
    /// Lines that belong apart, such as verse or an address.
    Lines(Vec<String>),
    /// Items of a list without their marks.
    List { items: Vec<String>, numbered: bool },
}

impl Paragraph {
    /// The text, if it is running text.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Lines(_) | Self::List { .. } => None,
        }
    }

    /// All its characters, to measure it.
    pub(super) fn chars(&self) -> usize {
        match self {
            Self::Text(text) => text.chars().count(),
            Self::Lines(lines) => lines.iter().map(|line| line.chars().count()).sum(),
            Self::List { items, .. } => items.iter().map(|item| item.chars().count()).sum(),
        }
    }
}

/// Splits a text with `\n` line ends into paragraphs.
pub(super) fn split(text: &str) -> Vec<Paragraph> {
    let mut blocks: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        match blocks.last_mut() {
            Some(block) if !line.is_empty() => block.push(line),
            Some(block) if block.is_empty() => {}
            Some(_) | None => blocks.push(Vec::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    let width = blocks.iter().flatten().map(|line| line.chars().count()).max().unwrap_or(0);
    blocks.into_iter().flat_map(|block| paragraphs_of(block, width)).collect()
}

/// The paragraphs of lines that stand together; `width` is the longest line of the whole text.
fn paragraphs_of(block: Vec<String>, width: usize) -> Vec<Paragraph> {
    let mut done: Vec<Paragraph> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    let mut item_is_open = false;
    for line in block {
        if let Some((item, numbered)) = list_item(&line) {
            close(&mut lines, width, &mut done);
            add_item(&mut done, item, numbered);
            item_is_open = true;
        } else if item_is_open {
            if let Some(Paragraph::List { items, .. }) = done.last_mut()
                && let Some(item) = items.last_mut()
            {
                item.push(' ');
                item.push_str(&line);
            }
        } else {
            lines.push(line);
        }
    }
    close(&mut lines, width, &mut done);
    done
}

fn add_item(done: &mut Vec<Paragraph>, item: String, numbered: bool) {
    match done.last_mut() {
        Some(Paragraph::List { items, numbered: same }) if *same == numbered => items.push(item),
        Some(_) | None => done.push(Paragraph::List { items: vec![item], numbered }),
    }
}

/// Joins wrapped lines. A line is wrapped if the next line's first word had no place on it, in a text without any
/// longer line.
fn close(lines: &mut Vec<String>, width: usize, done: &mut Vec<Paragraph>) {
    let mut joined: Vec<String> = Vec::new();
    let mut before: Option<usize> = None;
    for line in lines.drain(..) {
        let length = line.chars().count();
        let first_word = line.split(' ').next().unwrap_or_default().chars().count();
        let is_wrapped = before.is_some_and(|before| {
            (WRAP_CHARS_MIN..=WRAP_CHARS_MAX).contains(&width) && before + 1 + first_word + 1 >= width
        });
        match joined.last_mut() {
            Some(open) if is_wrapped => {
                open.push(' ');
                open.push_str(&line);
            }
            Some(_) | None => joined.push(line),
        }
        before = Some(length);
    }
    let is_prose = joined.iter().any(|line| line.chars().count() > VERSE_CHARS_MAX);
    match joined.len() {
        0 => {}
        1 => done.extend(joined.into_iter().map(Paragraph::Text)),
        _ if is_prose => done.extend(joined.into_iter().map(Paragraph::Text)),
        _ => done.push(Paragraph::Lines(joined)),
    }
}

/// The text of a list item, and whether it is numbered.
fn list_item(line: &str) -> Option<(String, bool)> {
    for mark in ["- ", "* ", "• ", "– ", "· "] {
        if let Some(item) = line.strip_prefix(mark) {
            return Some((item.trim().to_owned(), false));
        }
    }
    let (number, item) = line.split_once([' '])?;
    let digits = number.strip_suffix(['.', ')'])?;
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    // "5. March 2003" is a date in several languages, not the fifth item.
    (is_number && recognise::date(line).is_none()).then(|| (item.trim().to_owned(), true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text).into_iter().map(|p| p.text().map_or_else(|| format!("{p:?}"), str::to_owned)).collect()
    }

    #[test]
    fn wrapped_lines_are_joined() {
        let text = "The mill stood at the bend of the river, where\nthe road from the north came down between two\n\
                    rows of poplars.\n\nIn winter the\nroad was closed.";

        assert_eq!(
            texts(text),
            [
                "The mill stood at the bend of the river, where the road from the north came down between two rows \
                 of poplars.",
                "Lines([\"In winter the\", \"road was closed.\"])",
            ]
        );
    }

    #[test]
    fn long_lines_are_paragraphs_of_their_own() {
        let long = "word ".repeat(40);
        let text = format!("Title\n{long}\nA heading\n{long}");

        assert_eq!(texts(&text), ["Title", long.trim(), "A heading", long.trim()]);
    }

    #[test]
    fn lists_and_verse_keep_their_lines() {
        assert_eq!(
            split("- one\n- two\n  goes on\n\n1. first\n2) second\n\nRoses are red\nViolets are blue"),
            [
                Paragraph::List { items: vec!["one".into(), "two goes on".into()], numbered: false },
                Paragraph::List { items: vec!["first".into(), "second".into()], numbered: true },
                Paragraph::Lines(vec!["Roses are red".into(), "Violets are blue".into()]),
            ]
        );
        assert_eq!(split("\n \n"), []);
    }
}
