//! The shortcodes of WordPress: its own become HTML, those of plugins stay as they are and are named.

use super::body::{Attachments, escaped, image};
use super::plain::attribute;
use std::collections::BTreeSet;

/// Longest head of one, in bytes.
const HEAD_BYTES_MAX: usize = 4_000;
/// Those of WordPress itself.
const OWN: [&str; 7] = ["caption", "wp_caption", "gallery", "embed", "audio", "video", "playlist"];
/// Where the audio and video of WordPress name their files.
const FILES: [&str; 8] = ["src", "mp3", "m4a", "ogg", "wav", "mp4", "webm", "ogv"];

struct Shortcode<'a> {
    name: &'a str,
    /// From `[` to `]`.
    head: &'a str,
    /// What stands between it and its end, if it has one.
    inside: Option<&'a str>,
    /// In bytes, with its end.
    length: usize,
}

impl<'a> Shortcode<'a> {
    /// The shortcode at the beginning of a text; none where brackets are only brackets.
    fn at(text: &'a str) -> Option<Self> {
        let end = text.find(']').filter(|end| *end < HEAD_BYTES_MAX)? + 1;
        let head = text.get(..end)?;
        let named = head.strip_prefix('[')?;
        let length =
            named.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c)))?;
        let (name, rest) = named.split_at(length);
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() > 1;
        if !is_name || !rest.starts_with([' ', ']', '/', '\n']) {
            return None;
        }
        let close = format!("[/{name}]");
        let behind = text.get(end..).unwrap_or_default();
        let inside = behind.find(&close).and_then(|at| behind.get(..at));
        let is_one = OWN.contains(&name) || inside.is_some() || head.contains('=');
        let length = end + inside.map_or(0, |inside| inside.len() + close.len());
        is_one.then_some(Self { name, head, inside, length })
    }

    fn says(&self, name: &str) -> Option<String> {
        attribute(self.head.trim_end_matches(']'), name)
    }

    fn html(&self, attachments: &Attachments) -> Option<String> {
        match self.name {
            "caption" | "wp_caption" => Some(self.caption()),
            "gallery" => self.gallery(attachments),
            "embed" => self.inside.map(|address| link(address.trim())),
            "audio" | "video" => {
                let file = FILES.iter().find_map(|name| self.says(name));
                file.map(|address| link(&address))
            }
            _ => None,
        }
    }

    /// A picture, and what is said of it.
    fn caption(&self) -> String {
        let inside = self.inside.unwrap_or_default().trim();
        let image_ends = inside.find("<img").and_then(|at| {
            let from = inside.get(at..)?;
            let end = at + from.find('>')? + 1;
            let behind = inside.get(end..)?;
            let is_linked = behind.trim_start().starts_with("</a>");
            Some(if is_linked { end + behind.find("</a>")? + "</a>".len() } else { end })
        });
        let (picture, words) = inside.split_at(image_ends.unwrap_or(0));
        let words = match self.says("caption") {
            Some(words) => escaped(&words),
            None => words.trim().to_owned(),
        };
        format!("\n\n<figure>{picture}<figcaption>{words}</figcaption></figure>\n\n")
    }

    /// The pictures of a gallery, one below the other.
    fn gallery(&self, attachments: &Attachments) -> Option<String> {
        let numbers = self.says("ids").or_else(|| self.says("include"))?;
        let found =
            numbers.split(',').filter_map(|number| attachments.get(&number.trim().parse::<u64>().ok()?));
        let pictures: Vec<String> =
            found.map(|found| format!("<p>{}</p>", image(&found.url, &found.alt))).collect();
        (!pictures.is_empty()).then(|| format!("\n\n{}\n\n", pictures.join("\n\n")))
    }
}

fn link(address: &str) -> String {
    let address = escaped(address);
    format!("\n\n<p><a href=\"{address}\">{address}</a></p>\n\n")
}

/// A text with the shortcodes of WordPress resolved; what stays is named in a note.
pub(super) fn resolved(html: &str, attachments: &Attachments, notes: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut left: BTreeSet<&str> = BTreeSet::new();
    let mut rest = html;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let Some(code) = Shortcode::at(from) else {
            out.push('[');
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        if let Some(made) = code.html(attachments) {
            out.push_str(&made);
            rest = from.get(code.length..).unwrap_or_default();
        } else {
            // What it holds may be a text with shortcodes of its own.
            left.insert(code.name);
            out.push_str(code.head);
            rest = from.get(code.head.len()..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    if !left.is_empty() {
        let names: Vec<&str> = left.into_iter().collect();
        notes.push(format!("shortcodes stand in it as text: {}", names.join(", ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::body::Attachment;
    use super::*;

    fn made(html: &str) -> (String, Vec<String>) {
        let picture = Attachment { url: "https://a.example/7.jpg".into(), alt: "Seven".into() };
        let mut notes = Vec::new();
        let html = resolved(html, &Attachments::from([(7, picture)]), &mut notes);
        (html.split_whitespace().collect::<Vec<_>>().join(" "), notes)
    }

    #[test]
    fn captions_galleries_and_embeds_become_html() {
        let caption = "[caption id=\"a_1\" width=\"300\"]<a href=\"/x\"><img src=\"a.jpg\"></a> The <em>oven</em>[/caption]";
        let figure = "<figure><a href=\"/x\"><img src=\"a.jpg\"></a><figcaption>The <em>oven</em></figcaption></figure>";
        assert_eq!(made(caption), (figure.to_owned(), Vec::new()));
        let gallery = made("[gallery ids=\"7, 8\"]").0;
        assert_eq!(gallery, "<p><img src=\"https://a.example/7.jpg\" alt=\"Seven\"></p>");
        let link = "<p><a href=\"https://v.example/1\">https://v.example/1</a></p>";
        assert_eq!(made("[embed]https://v.example/1[/embed]").0, link);
        assert_eq!(made("[video width=\"6\" mp4=\"https://v.example/1\"][/video]").0, link);
    }

    #[test]
    fn what_is_not_known_stays_and_is_named() {
        let form = "Write. [contact-form-7 id=\"3\" title=\"x\"] [note]Aside.[/note] [gallery]";
        assert_eq!(
            made(form),
            (form.to_owned(), vec!["shortcodes stand in it as text: contact-form-7, gallery, note".into()])
        );
        for text in ["He said [sic] so. [1] [] [a", "[Ann Lee] and [b] c", "array[index] = 1"] {
            assert_eq!(made(text), (text.to_owned(), Vec::new()), "{text}");
        }
    }
}
