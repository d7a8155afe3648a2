//! Plain text to an article. A text copied from a page or a word processor has no marks: what is a headline, a
//! heading, a list or a quotation is told from its length, its place and its punctuation.

use super::paragraphs::{self, Paragraph};
use super::{Draft, ImportedAppeal, recognise};

/// Longest headline, in characters.
const HEADLINE_CHARS_MAX: usize = 150;
/// How many paragraphs below the headline may repeat it or name author and date.
const HEAD_PARAGRAPHS: usize = 8;
/// How many paragraphs at the end may hold the date or a note.
const TAIL_PARAGRAPHS: usize = 3;
/// Shortest introduction, in characters.
const STANDFIRST_CHARS_MIN: usize = 60;
/// Longest appeal, in characters: a longer text is a part of the article.
pub(super) const APPEAL_CHARS_MAX: usize = 3000;
/// Shortest quotation that is set apart, in characters, unless a colon leads to it.
const QUOTATION_CHARS_MIN: usize = 200;

/// Reads a plain text with `\n` line ends. The draft's title is empty if nothing can be the headline.
pub(super) fn read(text: &str) -> Draft {
    let mut draft = Draft::default();
    let mut paragraphs = paragraphs::split(text);
    open_first_lines(&mut paragraphs);
    take_furniture(&mut paragraphs, &mut draft.notes);
    draft.date = take_date(&mut paragraphs);
    draft.authors = take_byline(&mut paragraphs);
    take_headline(&mut paragraphs, &mut draft);
    draft.appeal = take_appeal(&mut paragraphs, &mut draft.notes);
    draft.standfirst = take_standfirst(&mut paragraphs);
    draft.body = body(&paragraphs, &mut draft.notes);
    draft
}

/// Headline, author and date often stand together without an empty line.
fn open_first_lines(paragraphs: &mut Vec<Paragraph>) {
    if let Some(Paragraph::Lines(lines)) = paragraphs.first().cloned() {
        paragraphs.splice(0..1, lines.into_iter().map(Paragraph::Text));
    }
}

fn take_furniture(paragraphs: &mut Vec<Paragraph>, notes: &mut Vec<String>) {
    let mut dropped = Vec::new();
    let mut keep = |line: &String| {
        let is_furniture = recognise::is_furniture(line);
        if is_furniture {
            dropped.push(format!("“{line}”"));
        }
        !is_furniture
    };
    paragraphs.retain_mut(|paragraph| match paragraph {
        Paragraph::Text(line) => keep(line),
        Paragraph::Lines(lines) => {
            lines.retain(&mut keep);
            !lines.is_empty()
        }
        Paragraph::List { .. } => true,
    });
    if !dropped.is_empty() {
        notes.push(format!("left out as parts of a web page: {}", dropped.join(", ")));
    }
}

/// The date from the last or the first lines; the last come first, where a text copied from a page has it.
fn take_date(paragraphs: &mut Vec<Paragraph>) -> Option<crate::domain::article::ArticleDate> {
    let last = paragraphs.len().saturating_sub(TAIL_PARAGRAPHS)..paragraphs.len();
    let first = 1..paragraphs.len().min(HEAD_PARAGRAPHS);
    for index in last.rev().chain(first) {
        let text = paragraphs.get(index).and_then(Paragraph::text);
        if let Some(date) = text.and_then(recognise::date).filter(|_| index > 0) {
            paragraphs.remove(index);
            return Some(date);
        }
    }
    None
}

fn take_byline(paragraphs: &mut Vec<Paragraph>) -> Vec<String> {
    for index in 1..paragraphs.len().min(HEAD_PARAGRAPHS) {
        let text = paragraphs.get(index).and_then(Paragraph::text);
        if let Some(names) = text.and_then(recognise::byline) {
            paragraphs.remove(index);
            return names;
        }
    }
    Vec::new()
}

/// Takes the headline off the top, and every line below that only repeats it. The repeat tells what belongs to the
/// headline: it may lack the kicker before it, and the page number that a copied headline ends with.
fn take_headline(paragraphs: &mut Vec<Paragraph>, draft: &mut Draft) {
    let Some(first) = paragraphs.first().and_then(Paragraph::text) else {
        return;
    };
    let first = first.trim_start_matches(['#', ' ']).to_owned();
    let is_sentence = first.ends_with('.') && !first.ends_with("..");
    if first.chars().count() > HEADLINE_CHARS_MAX {
        return;
    }
    paragraphs.remove(0);
    let headline = if is_sentence { first.trim_end_matches('.') } else { &first };

    let mut kicker = None;
    let mut title = headline;
    if let Some(shape) = repeated_headline(headline, paragraphs) {
        if shape.number_was_cut {
            let number = headline.rsplit(' ').next().unwrap_or_default();
            draft.notes.push(format!("the number {number} after the headline was left out as a page number"));
        }
        (kicker, title) = (shape.kicker, shape.title);
        let forms: Vec<String> = [headline, title, shape.complete].into_iter().map(words_of).collect();
        let mut index = 0;
        paragraphs.retain(|paragraph| {
            index += 1;
            index > HEAD_PARAGRAPHS || paragraph.text().is_none_or(|text| !forms.contains(&words_of(text)))
        });
    }
    if kicker.is_none()
        && let Some((kind, rest)) = recognise::kicker(title)
    {
        (kicker, title) = (Some(kind), rest);
    }
    draft.kicker = kicker.map(str::to_owned);
    title.clone_into(&mut draft.title);
}

/// What a repeat of the headline shows about it.
struct HeadlineShape<'a> {
    kicker: Option<&'a str>,
    title: &'a str,
    /// The headline with its kicker, without its page number.
    complete: &'a str,
    number_was_cut: bool,
}

fn repeated_headline<'a>(headline: &'a str, paragraphs: &[Paragraph]) -> Option<HeadlineShape<'a>> {
    let repeats: Vec<String> =
        paragraphs.iter().take(HEAD_PARAGRAPHS).filter_map(Paragraph::text).map(words_of).collect();
    let without_number = headline
        .rsplit_once(' ')
        .filter(|(_head, number)| number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|(head, _number)| head);
    let wholes = [Some(headline), without_number];
    for (complete, number_was_cut) in wholes.into_iter().zip([false, true]) {
        let Some(complete) = complete else {
            continue;
        };
        if repeats.contains(&words_of(complete)) {
            return Some(HeadlineShape { kicker: None, title: complete, complete, number_was_cut });
        }
        let Some((kicker, title)) = complete.split_once(": ") else {
            continue;
        };
        if repeats.contains(&words_of(title)) {
            return Some(HeadlineShape { kicker: Some(kicker), title, complete, number_was_cut });
        }
    }
    None
}

/// A line's words alone, to compare headlines.
fn words_of(text: &str) -> String {
    let words = text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts the call to give off the end: from its heading on, in the second half of the text.
fn take_appeal(paragraphs: &mut Vec<Paragraph>, notes: &mut Vec<String>) -> Option<ImportedAppeal> {
    let half = paragraphs.len() / 2;
    let at = paragraphs.iter().enumerate().skip(half.max(1)).find_map(|(index, paragraph)| {
        paragraph.text().is_some_and(recognise::is_appeal_heading).then_some(index)
    })?;
    let after = paragraphs.get(at + 1..)?;
    let chars: usize = after.iter().map(Paragraph::chars).sum();
    if after.is_empty() || chars > APPEAL_CHARS_MAX {
        return None;
    }
    let tail = paragraphs.split_off(at);
    let (heading, body) = tail.split_first()?;
    let heading = heading.text()?;
    let whole = without_loose_end(heading);
    if whole.len() < heading.len() {
        notes.push(format!("the appeal's heading ended in the air (“{heading}”) and was cut to “{whole}”"));
    }
    notes.push(
        "an appeal was found below the article; read it once, names in it may have been lost".to_owned(),
    );
    let blocks: Vec<String> = body.iter().map(markdown_of).collect();
    Some(ImportedAppeal { heading: whole.to_owned(), body: blocks.join("\n\n") })
}

/// Takes a preposition off the end, which is left when a name or a logo after it is lost in copying.
fn without_loose_end(heading: &str) -> &str {
    let mut whole = heading.trim_end_matches([':', ' ']);
    while let Some((head, last)) = whole.rsplit_once(' ')
        && ["of", "at", "by", "for", "from", "in", "on", "the", "to", "with"].contains(&last)
    {
        whole = head;
    }
    whole
}

/// The first paragraph, if enough follows it to need an introduction.
fn take_standfirst(paragraphs: &mut Vec<Paragraph>) -> Option<String> {
    let text = paragraphs.first()?.text()?;
    let is_introduction = text.chars().count() >= STANDFIRST_CHARS_MIN
        && text.ends_with(['.', '!', '?', '…', '’', '”', '"'])
        && !opens_quotation(text)
        && paragraphs.len() > 3;
    if !is_introduction {
        return None;
    }
    let text = text.to_owned();
    paragraphs.remove(0);
    Some(text)
}

fn body(paragraphs: &[Paragraph], notes: &mut Vec<String>) -> String {
    let mut blocks: Vec<String> = Vec::new();
    let mut rest = paragraphs;
    let mut before: Option<&str> = None;
    while let Some((first, after)) = rest.split_first() {
        let taken = if let Some(count) = quotation(rest, before) {
            blocks.push(quotation_block(rest.get(..count).unwrap_or_default()));
            count
        } else if let count @ 1.. = headings_in_a_row(rest) {
            blocks.extend(heading_blocks(rest.get(..count).unwrap_or_default(), rest.get(count), before));
            count
        } else {
            let is_last = after.len() < TAIL_PARAGRAPHS;
            match first.text().and_then(recognise::note_label).filter(|_| is_last) {
                Some(label) => blocks.push(note_block(first, label)),
                None => blocks.push(markdown_of(first)),
            }
            if let Some(question) = first.text().filter(|text| recognise::is_question(text)) {
                notes.push(format!(
                    "“{question}” was kept as a paragraph; write ## before it if it is a heading"
                ));
            }
            1
        };
        before = rest.get(taken - 1).and_then(Paragraph::text);
        rest = rest.get(taken..).unwrap_or_default();
    }
    blocks.join("\n\n")
}

fn headings_in_a_row(paragraphs: &[Paragraph]) -> usize {
    paragraphs.iter().take_while(|paragraph| paragraph.text().is_some_and(recognise::is_heading)).count()
}

/// Short lines one after the other. One or two are headings. More are a list, such as the titles of the pieces that
/// an article presents; the last of them is the heading of the text below, unless a colon announced the list.
fn heading_blocks(lines: &[Paragraph], after: Option<&Paragraph>, before: Option<&str>) -> Vec<String> {
    let texts: Vec<String> = lines.iter().filter_map(Paragraph::text).map(escaped).collect();
    let is_announced = before.is_some_and(|text| text.ends_with(':'));
    let list = |items: &[String]| items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n");
    match texts.as_slice() {
        items if is_announced => vec![list(items)],
        items if after.is_none() && items.len() == 1 => items.to_vec(),
        items if after.is_none() => vec![list(items)],
        [section] => vec![format!("## {section}")],
        [section, part] => vec![format!("## {section}"), format!("### {part}")],
        [items @ .., section] => vec![list(items), format!("## {section}")],
        [] => Vec::new(),
    }
}

fn opens_quotation(text: &str) -> bool {
    text.starts_with(['"', '“', '„', '«'])
}

/// How many paragraphs from here on are one quotation to set apart, if any. Each paragraph of a long quotation opens
/// with a quotation mark, and only the last one closes it; its source may follow in brackets.
fn quotation(paragraphs: &[Paragraph], before: Option<&str>) -> Option<usize> {
    let mut chars = 0;
    for (index, paragraph) in paragraphs.iter().enumerate() {
        let text = paragraph.text().filter(|text| opens_quotation(text))?;
        chars += text.chars().count();
        let (words, _source) = without_source(text);
        let inner: String = words.chars().skip(1).collect();
        let marks = inner.chars().filter(|c| matches!(c, '"' | '”' | '“' | '»')).count();
        let is_closed = inner.ends_with(['"', '”', '“', '»']) && marks == 1;
        if is_closed {
            let is_led_to = before.is_some_and(|text| text.ends_with(':'));
            return (index > 0 || is_led_to || chars >= QUOTATION_CHARS_MIN).then_some(index + 1);
        }
        if marks > 0 {
            return None;
        }
    }
    None
}

/// Cuts "(A book, chapter 5)." off the end of a quotation.
fn without_source(text: &str) -> (&str, Option<&str>) {
    let bare = text.trim_end_matches(['.', ' ']);
    let Some(open) = bare.strip_suffix(')').and_then(|inner| inner.rfind('(')) else {
        return (text, None);
    };
    let head = text.get(..open).unwrap_or_default().trim_end();
    let source = bare.get(open + 1..bare.len() - 1).unwrap_or_default();
    if head.ends_with(['"', '”', '“', '»']) && !source.is_empty() {
        (head, Some(source))
    } else {
        (text, None)
    }
}

/// A block quotation needs no quotation marks; its source goes on a line of its own.
fn quotation_block(paragraphs: &[Paragraph]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for text in paragraphs.iter().filter_map(Paragraph::text) {
        let (words, source) = without_source(text);
        let words = words.trim_matches(['"', '“', '”', '„', '«', '»']);
        lines.push(format!("> {}", escaped(words.trim())));
        if let Some(source) = source {
            lines.push(format!("> — {}", escaped(source)));
        }
    }
    lines.join("\n>\n")
}

fn note_block(paragraph: &Paragraph, label: &str) -> String {
    let text = paragraph.text().and_then(|text| text.strip_prefix(label)).unwrap_or_default();
    format!("---\n\n*{label}* {}", escaped(text.trim()))
}

fn markdown_of(paragraph: &Paragraph) -> String {
    match paragraph {
        Paragraph::Text(text) if is_rule(text) => "---".to_owned(),
        Paragraph::Text(text) => escaped(text),
        Paragraph::Lines(lines) => lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\\n"),
        Paragraph::List { items, numbered } => {
            let items = items.iter().enumerate().map(|(index, item)| {
                let mark = if *numbered { format!("{}.", index + 1) } else { "-".to_owned() };
                format!("{mark} {}", escaped(item))
            });
            items.collect::<Vec<_>>().join("\n")
        }
    }
}

/// "* * *", "-----".
fn is_rule(text: &str) -> bool {
    text.chars().filter(|c| *c != ' ').count() >= 3 && text.chars().all(|c| "-_*=~# ".contains(c))
}

/// Writes a line of plain text so that Markdown shows it unchanged; addresses become links.
fn escaped(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(escaped_word).collect();
    let line = words.join(" ");
    let first = line.split(' ').next().unwrap_or_default();
    let is_number =
        first.strip_suffix(['.', ')']).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    let is_mark = matches!(first, "-" | "+" | "=" | "==")
        || (first.starts_with('#') && first.trim_matches('#').is_empty());
    if is_number && first.len() > 1 {
        let digits = first.len() - 1;
        let (number, rest) = line.split_at_checked(digits).unwrap_or((&line, ""));
        format!("{number}\\{rest}")
    } else if is_mark || line.starts_with('>') {
        format!("\\{line}")
    } else {
        line
    }
}

fn escaped_word(word: &str) -> String {
    if word.starts_with("http://") || word.starts_with("https://") {
        let address = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '”', '’']);
        let after = word.get(address.len()..).unwrap_or_default();
        if !address.contains(['<', '>']) {
            return format!("<{address}>{after}");
        }
    }
    let has_entity = word.contains('&') && word.contains(';');
    let mut out = String::with_capacity(word.len());
    let mut characters = word.chars().peekable();
    let mut before = None;
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        let needs_escape = match character {
            '*' | '`' => true,
            '\\' => next.is_some_and(|c| c.is_ascii_punctuation()),
            // Inside a word an underscore is only itself.
            '_' => !(before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)),
            '<' => next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
            '&' => has_entity,
            '~' => next == Some('~') || before == Some('~'),
            '[' => next == Some('^') || word.contains("]("),
            ']' => matches!(next, Some('(' | ':' | '[')),
            _ => false,
        };
        if needs_escape {
            out.push('\\');
        }
        out.push(character);
        before = Some(character);
    }
    out
}

#[cfg(test)]
mod tests;
