//! The paragraphs of rendered HTML, so that something can stand between two of them.

/// Elements without an end.
const VOID: [&str; 7] = ["br", "hr", "img", "source", "wbr", "col", "input"];

/// How many paragraphs stand in a text itself, not in its quotations, lists or notes.
pub fn count(html: &str) -> u32 {
    u32::try_from(ends(html).count()).unwrap_or(u32::MAX)
}

/// The text up to the end of its paragraph `number`, counted from 1, and what follows. None if it has not so many.
pub fn cut_after(html: &str, number: u32) -> Option<(&str, &str)> {
    let before = usize::try_from(number.checked_sub(1)?).ok()?;
    html.split_at_checked(ends(html).nth(before)?)
}

/// Where each paragraph of the text itself ends, in bytes. The HTML is that of our sanitiser: every element is closed.
fn ends(html: &str) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    tags(html).filter_map(move |(tag, end)| {
        let (is_closing, inner) = match tag.strip_prefix('/') {
            Some(inner) => (true, inner),
            None => (false, tag),
        };
        let name = inner.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
        if is_closing {
            depth = depth.saturating_sub(1);
            return (depth == 0 && name == "p").then_some(end);
        }
        if !VOID.contains(&name) {
            depth += 1;
        }
        None
    })
}

/// Every tag without its angles, and where it ends. A `>` inside a quoted attribute ends nothing.
fn tags(html: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let open = at + html.get(at..)?.find('<')?;
        let inner = html.get(open + 1..)?;
        let mut is_quoted = false;
        let length = inner.find(|c: char| {
            if c == '"' {
                is_quoted = !is_quoted;
            }
            c == '>' && !is_quoted
        })?;
        at = open + 1 + length + 1;
        Some((inner.get(..length)?, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::markdown;

    #[test]
    fn paragraphs_of_quotations_lists_and_notes_do_not_count() {
        let source = "One *is* here.[^n]\n\n> Quoted.\n>\n> Twice.\n\n- item\n\n- other\n\nTwo\\\nlines.\n\n---\n\n## Head\n\nThree \
                      [a](https://a.example/ \"x > y\").\n\n[^n]: A note.\n";
        let html = markdown::to_html(source).html;

        assert_eq!(count(&html), 3, "{html}");
        let (before, after) = cut_after(&html, 2).unwrap();
        assert!(before.ends_with("lines.</p>"), "{before}");
        assert!(after.contains("Head") && after.contains("Three"), "{after}");
        assert_eq!(format!("{before}{after}"), html);
        assert_eq!(cut_after(&html, 4), None);
        assert_eq!(cut_after(&html, 0), None);
        assert_eq!(count(""), 0);
    }
}
