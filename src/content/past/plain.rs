//! What people typed as a little HTML, as plain text: tags go, what they say by themselves stays.

/// Tags that end a line.
const LINES: [&str; 12] = ["br", "p", "div", "li", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "hr"];
/// Longest tag whose address is looked for, in bytes.
const TAG_BYTES_MAX: usize = 8 * 1024;
/// Tags of which nothing inside is said.
const SILENT: [&str; 2] = ["script", "style"];

/// The text of a little HTML. The address of a link stands behind its words, unless it is them.
pub(super) fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut links: Vec<(String, usize)> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(&unescaped(before));
        let Some(tag) = Tag::at(from) else {
            out.push('<');
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        rest = from.get(tag.length..).unwrap_or_default();
        if SILENT.contains(&tag.name.as_str()) && !tag.is_end {
            rest = behind(rest, &tag.name);
        } else if tag.name == "a" && !tag.is_end {
            links.push((tag.address.unwrap_or_default(), out.len()));
        } else if tag.name == "a" {
            if let Some((address, begin)) = links.pop() {
                say_link(&mut out, &address, begin);
            }
        } else if LINES.contains(&tag.name.as_str()) {
            out.push('\n');
            // A paragraph is set off; a line is only ended.
            if tag.is_end && matches!(tag.name.as_str(), "p" | "blockquote" | "ul" | "ol") {
                out.push('\n');
            }
        }
    }
    out.push_str(&unescaped(rest));
    out.trim().to_owned()
}

/// The same on one line.
pub(super) fn line(html: &str) -> String {
    text(html).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn say_link(out: &mut String, address: &str, begin: usize) {
    let words = out.get(begin..).unwrap_or_default().trim();
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    let is_said = address.trim_end_matches('/').contains(words.trim_end_matches('/')) && words.contains('.');
    if is_web && is_said {
        out.truncate(begin);
        out.push_str(address);
    } else if is_web {
        out.extend([" (", address, ")"]);
    }
}

struct Tag {
    name: String,
    is_end: bool,
    /// Of a link.
    address: Option<String>,
    /// In bytes, from `<` to `>`.
    length: usize,
}

impl Tag {
    /// The tag at the beginning of a text; none where `<` is only a sign, as in "a < b".
    fn at(text: &str) -> Option<Self> {
        let inside = text.strip_prefix('<')?;
        if inside.starts_with("!--") {
            let end = text.find("-->")? + 3;
            return Some(Self { name: String::new(), is_end: false, address: None, length: end });
        }
        let is_end = inside.starts_with('/');
        let name: String = inside
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let length = text.find('>')? + 1;
        let is_link = name == "a" && length <= TAG_BYTES_MAX;
        let address = if is_link { attribute(text.get(..length)?, "href") } else { None };
        is_tag.then_some(Self { name, is_end, address, length })
    }
}

/// What an attribute of a tag says; none without it.
pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        let at = rest.to_ascii_lowercase().find(name)?;
        let before = rest.get(..at).unwrap_or_default();
        let behind = rest.get(at + name.len()..).unwrap_or_default();
        let is_own = before.ends_with(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
        if let Some(value) = behind.trim_start().strip_prefix('=').filter(|_| is_own) {
            let value = value.trim_start();
            let quoted =
                ['"', '\''].into_iter().find_map(|mark| value.strip_prefix(mark)?.split(mark).next());
            let bare = || value.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
            return Some(unescaped(quoted.unwrap_or_else(bare)));
        }
        rest = behind;
    }
}

/// What stands behind the end of an element.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let Some(at) = text.to_ascii_lowercase().find(&end) else { return "" };
    let from = text.get(at..).unwrap_or_default();
    from.find('>').and_then(|end| from.get(end + 1..)).unwrap_or_default()
}

/// Letters that HTML writes as names or numbers.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let reference = from.get(1..).unwrap_or_default().split_once(';').map(|(name, _)| name);
        match reference.and_then(|name| Some((letter(name)?, name))) {
            Some((letter, name)) => {
                out.push_str(&letter);
                rest = from.get(name.len() + 2..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn letter(name: &str) -> Option<String> {
    let known = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => " ",
        "hellip" => "…",
        "ndash" => "–",
        "mdash" => "—",
        "lsquo" => "‘",
        "rsquo" => "’",
        "ldquo" => "“",
        "rdquo" => "”",
        "laquo" => "«",
        "raquo" => "»",
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            return Some(char::from_u32(code)?.to_string());
        }
    };
    Some(known.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_what_they_say_stays() {
        assert_eq!(
            text("I <b>agree</b>.<br />\nTwo &amp; <em title='>'>three</em>"),
            "I agree.\n\nTwo & '>three"
        );
        assert_eq!(text("<p>One</p><p>Two</p>").split_whitespace().collect::<Vec<_>>(), ["One", "Two"]);
        assert_eq!(text("1 < 2 & 3 > 2"), "1 < 2 & 3 > 2");
        assert_eq!(text("a<!-- <b>note</b> -->b"), "ab");
        assert_eq!(text("a <script>alert('x')</script>b <STYLE>p{}"), "a b");
        assert_eq!(line(" <i>Bread</i>\n &#8211; &#x201C;salt&rdquo; "), "Bread – “salt”");
        assert_eq!(
            text("&amp;lt;script&amp;gt; &unknown; &#99999999;"),
            "&lt;script&gt; &unknown; &#99999999;"
        );
    }

    #[test]
    fn a_link_says_where_it_leads() {
        let link =
            |words: &str| text(&format!("See <a href=\"https://a.example/x\" rel='nofollow'>{words}</a>!"));
        assert_eq!(link("this"), "See this (https://a.example/x)!");
        assert_eq!(link("https://a.example/x"), "See https://a.example/x!");
        assert_eq!(link("a.example/x"), "See https://a.example/x!");
        assert_eq!(text("<a href=\"javascript:alert(1)\">x</a>"), "x");
    }

    #[test]
    fn attributes_are_found_as_they_are_written() {
        assert_eq!(attribute("<img src='a.png' alt=\"A &amp; b\">", "alt").as_deref(), Some("A & b"));
        assert_eq!(attribute("<img data-src='b.png' src=a.png>", "src").as_deref(), Some("a.png"));
        assert_eq!(attribute("<img alt>", "alt"), None);
        assert_eq!(attribute("<img src=a.png>", "title"), None);
    }
}
