//! Rust source with its comments and texts blanked out, every byte in its place.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Text,
}

/// The code alone: comments, strings and characters are spaces.
pub(super) fn code_of(source: &str) -> String {
    mask(source, |kind| kind == Kind::Code)
}

/// Code and comments: strings and characters are spaces.
pub(super) fn without_strings(source: &str) -> String {
    mask(source, |kind| kind != Kind::Text)
}

fn mask(source: &str, keep: impl Fn(Kind) -> bool) -> String {
    let mut masked = String::with_capacity(source.len());
    let mut rest = source;
    let mut before = ' ';
    while let Some(character) = rest.chars().next() {
        let (kind, length) = next_part(rest, before);
        let (part, after) = rest.split_at(length);
        before = part.chars().next_back().unwrap_or(character);
        if keep(kind) {
            masked.push_str(part);
        } else {
            masked.extend(part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        }
        rest = after;
    }
    masked
}

/// What begins here, and how many bytes it has.
fn next_part(rest: &str, before: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    let in_word = before.is_alphanumeric() || before == '_';
    if !in_word && let Some(length) = raw_string(rest) {
        return (Kind::Text, length);
    }
    if rest.starts_with('"') {
        return (Kind::Text, quoted(rest, '"'));
    }
    if let Some(length) = character(rest) {
        return (Kind::Text, length);
    }
    (Kind::Code, rest.chars().next().map_or(1, char::len_utf8))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, _) in rest.char_indices() {
        if rest[at..].starts_with("/*") {
            depth += 1;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            if depth == 0 {
                return at + 2;
            }
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, with or without `b` before it.
fn raw_string(rest: &str) -> Option<usize> {
    let open = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r')?;
    let hashes = open.bytes().take_while(|byte| *byte == b'#').count();
    let body = open[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(rest.len() - body.len() + length)
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// A character in quotes; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    let is_character = first == '\\' || inside[first.len_utf8()..].starts_with('\'');
    is_character.then(|| quoted(rest, '\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_become_spaces_and_nothing_moves() {
        let source = "a /* b /* c */ d */ e // f\n\"g \\\" h\" r#\"i \"j\"# 'k' '\\'' &'l m b'n' for\"\nü\"";

        let code = code_of(source);

        assert_eq!(code.len(), source.len());
        let words: Vec<&str> = code.split_whitespace().collect();
        assert_eq!(words, ["a", "e", "&'l", "m", "b", "for"]);
        assert_eq!(code.matches('\n').count(), source.matches('\n').count());
        assert!(without_strings(source).contains("// f"));
        assert!(!without_strings(source).contains('g'));
    }
}
