//! The content of a post of WordPress as Markdown: blocks and classic paragraphs, captions, galleries, footnotes. What cannot
//! be carried over is said.

use super::TakeError;
use super::media::{Found, Media, Seen};
use super::place::Site;
use super::plain::{attribute, text as plain_text};
use super::shortcode;
use crate::content::import;
use crate::domain::media::MediaPath;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Marks of a footnote until the text is Markdown: letters for private use, which no converter touches.
const NOTE_BEGINS: char = '\u{e000}';
const NOTE_ENDS: char = '\u{e001}';

/// Tags that begin a block: no paragraph is made of what they hold.
const BLOCKS: [&str; 29] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
];
/// What the converter leaves out, with all that is in it.
const LEFT_OUT: [&str; 12] = [
    "script", "style", "form", "object", "embed", "svg", "canvas", "audio", "video", "button", "select",
    "map",
];

/// A picture or file that was uploaded.
#[derive(Debug, Clone, Default)]
pub(super) struct Attachment {
    pub(super) url: String,
    /// What it says to those who do not see it.
    pub(super) alt: String,
}

/// What was uploaded, by the numbers of the other site.
pub(super) type Attachments = BTreeMap<u64, Attachment>;

/// What a text is made from.
pub(super) struct Source<'a> {
    /// HTML.
    pub(super) html: &'a str,
    /// Footnotes as the editor keeps them: JSON.
    pub(super) footnotes: Option<&'a str>,
    /// The number of the picture that stands above it.
    pub(super) picture: Option<u64>,
    /// What it is called, for messages.
    pub(super) name: &'a str,
}

#[derive(Deserialize)]
struct Footnote {
    id: String,
    #[serde(default)]
    content: String,
}

/// Makes Markdown of a post, and says what a person should look at, one sentence each.
pub(super) fn markdown(
    source: &Source<'_>,
    site: &Site,
    attachments: &Attachments,
    media: &mut Media,
) -> Result<(String, Vec<String>), TakeError> {
    let mut notes = Vec::new();
    let html = source.html.replace("\r\n", "\n");
    say_what_is_left_out(&html, &mut notes);
    let footnotes: Vec<Footnote> =
        source.footnotes.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let html = mark_footnotes(&html, &footnotes);
    let html = shortcode::resolved(&html, attachments, &mut notes);
    let html = link_bare_lines(&html);
    let is_of_blocks = html.contains("<!-- wp:");
    let html = without_comments(&html, &mut notes);
    let html = if is_of_blocks { html } else { with_paragraphs(&html) };
    let html = with_picture(source.picture.and_then(|number| attachments.get(&number)), html);
    let mut seen = Seen::default();
    let html = readdressed(&html, site, attachments, (media, &mut seen))?;
    let text = import::markdown_of(&html, source.name)?;
    notes.extend(seen.notes());
    Ok((with_footnotes(text, &footnotes, source.name)?, notes))
}

fn say_what_is_left_out(html: &str, notes: &mut Vec<String>) {
    let small = html.to_ascii_lowercase();
    let is_there = |tag: &&&str| {
        let begins = format!("<{tag}");
        small.match_indices(&begins).any(|(at, _)| {
            let next = small.get(at + begins.len()..).and_then(|rest| rest.chars().next());
            next.is_none_or(|next| !next.is_ascii_alphanumeric())
        })
    };
    let found: Vec<&str> = LEFT_OUT.iter().filter(is_there).copied().collect();
    if !found.is_empty() {
        notes.push(format!("left out, for Markdown has no such thing: {}", found.join(", ")));
    }
}

/// Puts a mark in the place of each `<sup data-fn="…">`.
fn mark_footnotes(html: &str, footnotes: &[Footnote]) -> String {
    let mut html = html.to_owned();
    for (index, footnote) in footnotes.iter().enumerate() {
        let named = format!("data-fn=\"{}\"", footnote.id);
        let Some(at) = html.find(&named) else { continue };
        let begin = html.get(..at).and_then(|before| before.rfind("<sup"));
        let end = html.get(at..).and_then(|rest| rest.find("</sup>")).map(|end| at + end + "</sup>".len());
        if let (Some(begin), Some(end)) = (begin, end) {
            html.replace_range(begin..end, &format!("{NOTE_BEGINS}{}{NOTE_ENDS}", index + 1));
        }
    }
    html
}

/// Writes the footnotes below the text, and their marks as Markdown has them.
fn with_footnotes(mut text: String, footnotes: &[Footnote], name: &str) -> Result<String, TakeError> {
    for (index, footnote) in footnotes.iter().enumerate() {
        let (number, mark) = (index + 1, format!("{NOTE_BEGINS}{}{NOTE_ENDS}", index + 1));
        if text.contains(&mark) {
            let said = import::markdown_of(&footnote.content, name)?;
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            text = text.replace(&mark, &format!("[^{number}]"));
            text.extend(["\n\n[^", &number.to_string(), "]: ", &said]);
        }
    }
    Ok(text.replace([NOTE_BEGINS, NOTE_ENDS], ""))
}

/// Makes links of lines that are an address and nothing else: the editor shows what is there, and pages here link to it.
fn link_bare_lines(html: &str) -> String {
    let linked = |line: &str| {
        let address = line.trim();
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        let is_bad = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'');
        if is_web && !address.contains(is_bad) {
            format!("<a href=\"{address}\">{address}</a>")
        } else {
            line.to_owned()
        }
    };
    html.split('\n').map(linked).collect::<Vec<_>>().join("\n")
}

/// Takes out the comments, and names the blocks that WordPress fills only when it shows them.
fn without_comments(html: &str, notes: &mut Vec<String>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut empty = BTreeSet::new();
    let mut rest = html;
    while let Some(at) = rest.find("<!--") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let Some(end) = from.find("-->") else {
            rest = "";
            break;
        };
        let comment = from.get(4..end).unwrap_or_default().trim();
        if let Some(block) = comment.strip_prefix("wp:").filter(|_| comment.ends_with('/')) {
            let name = block.split([' ', '/']).next().unwrap_or_default();
            let full: String = block.chars().take_while(|c| !c.is_whitespace()).collect();
            if !matches!(name, "footnotes" | "more" | "nextpage" | "spacer") {
                empty.insert(full.trim_end_matches('/').to_owned());
            }
        }
        rest = from.get(end + 3..).unwrap_or_default();
    }
    out.push_str(rest);
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(String::as_str).collect();
        notes.push(format!("blocks without a text of their own are not carried over: {}", names.join(", ")));
    }
    out
}

/// Sets the paragraphs that the classic editor leaves as empty lines; what is preformatted stays as it is.
fn with_paragraphs(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(at) = rest.find("<pre") {
        let (before, from) = rest.split_at(at);
        set_paragraphs(before, &mut out);
        let end = from.find("</pre>").map_or(from.len(), |end| end + "</pre>".len());
        let (code, behind) = from.split_at(end);
        out.push_str(code);
        out.push_str("\n\n");
        rest = behind;
    }
    set_paragraphs(rest, &mut out);
    out
}

fn set_paragraphs(html: &str, out: &mut String) {
    let mut lines: Vec<&str> = Vec::new();
    let apart = with_blocks_apart(html);
    for line in apart.split('\n').chain(std::iter::once("")) {
        if !line.trim().is_empty() {
            lines.push(line);
            continue;
        }
        if lines.first().is_some_and(|line| begins_block(line)) {
            out.push_str(&lines.join("\n"));
        } else if !lines.is_empty() {
            out.extend(["<p>", &lines.join("<br>"), "</p>"]);
        }
        out.push_str("\n\n");
        lines.clear();
    }
}

/// Sets an empty line before each block and behind it.
fn with_blocks_apart(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let (tag, behind) = from.split_at(end);
        match (begins_block(tag), tag.starts_with("</")) {
            (true, true) => {
                out.push_str(tag);
                out.push_str("\n\n");
            }
            (true, false) => {
                out.push_str("\n\n");
                out.push_str(tag);
            }
            (false, _) => out.push_str(tag),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn begins_block(line: &str) -> bool {
    let Some(tag) = line.trim_start().strip_prefix('<') else { return false };
    let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
    BLOCKS.contains(&name.to_ascii_lowercase().as_str())
}

/// Puts the picture of a post above its text, unless it is in it.
fn with_picture(picture: Option<&Attachment>, html: String) -> String {
    match picture {
        Some(picture) if !html.contains(&picture.url) => {
            format!("<p>{}</p>\n\n{html}", image(&picture.url, &picture.alt))
        }
        Some(_) | None => html,
    }
}

/// The tag of a picture.
pub(super) fn image(address: &str, alt: &str) -> String {
    format!("<img src=\"{}\" alt=\"{}\">", escaped(address), escaped(alt))
}

/// A text as the value of an attribute.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Gives pictures, frames and links the addresses that they have here.
fn readdressed(
    html: &str,
    site: &Site,
    attachments: &Attachments,
    (media, seen): (&mut Media, &mut Seen),
) -> Result<String, TakeError> {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let end = from.find('>').map_or(from.len(), |end| end + 1);
        let (tag, behind) = from.split_at(end);
        let name: String = tag.chars().skip(1).take_while(char::is_ascii_alphanumeric).collect();
        match name.to_ascii_lowercase().as_str() {
            "img" => out.push_str(&picture(tag, site, attachments, (&mut *media, &mut *seen))?),
            "iframe" => out.push_str(&frame(tag)),
            "a" => match linked(tag, site, media)? {
                Some(path) => out.extend(["<a href=\"", &escaped(&path), "\">"]),
                None => out.push_str(tag),
            },
            _ => out.push_str(tag),
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

/// Where a link leads that stays on the site.
fn linked(tag: &str, site: &Site, media: &mut Media) -> Result<Option<String>, TakeError> {
    let Some(address) = attribute(tag, "href") else { return Ok(None) };
    if let Some(picture) = site.uploaded(&address).and_then(MediaPath::parse_encoded)
        && media.take(&picture)? == Found::Here
    {
        return Ok(Some(picture.address()));
    }
    Ok(site.local(&address))
}

fn picture(
    tag: &str,
    site: &Site,
    attachments: &Attachments,
    (media, seen): (&mut Media, &mut Seen),
) -> Result<String, TakeError> {
    let address = attribute(tag, "src").unwrap_or_default();
    let alt = attribute(tag, "alt").filter(|alt| !alt.trim().is_empty());
    let alt = alt.or_else(|| said_of(&address, attachments)).unwrap_or_default();
    let alt = plain_text(&alt).split_whitespace().collect::<Vec<_>>().join(" ");
    if alt.is_empty() {
        seen.silent += 1;
    }
    let uploaded = site.uploaded(&address).and_then(MediaPath::parse_encoded);
    if let Some(picture) = uploaded {
        let found = media.take(&picture)?;
        seen.note(picture.as_str(), found);
        if found == Found::Here {
            return Ok(image(&picture.address(), &alt));
        }
    } else {
        seen.note(&address.chars().take(80).collect::<String>(), Found::Missing);
    }
    Ok(image(&address, &alt))
}

/// What was written for those who do not see a picture, in any of its sizes.
fn said_of(address: &str, attachments: &Attachments) -> Option<String> {
    let whole = without_size(address);
    let same = |attachment: &&Attachment| attachment.url == address || attachment.url == whole;
    attachments.values().find(same).map(|found| found.alt.clone()).filter(|alt| !alt.is_empty())
}

/// `bread.jpg` of `bread-300x200.jpg`.
fn without_size(address: &str) -> String {
    let is_size = |size: &str| {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        size.split_once('x').is_some_and(|(width, height)| is_number(width) && is_number(height))
    };
    match address.rsplit_once('.').and_then(|(stem, end)| Some((stem.rsplit_once('-')?, end))) {
        Some(((stem, size), end)) if is_size(size) => format!("{stem}.{end}"),
        Some(_) | None => address.to_owned(),
    }
}

/// A frame shows a page of elsewhere: what is left of it is a link.
fn frame(tag: &str) -> String {
    let address = attribute(tag, "src").unwrap_or_default();
    let address = if address.starts_with("//") { format!("https:{address}") } else { address };
    if address.starts_with("https://") || address.starts_with("http://") {
        let address = escaped(&address);
        format!("<p><a href=\"{address}\">{address}</a></p>{tag}")
    } else {
        tag.to_owned()
    }
}

#[cfg(test)]
mod tests;
