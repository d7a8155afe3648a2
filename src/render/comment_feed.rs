//! What readers say, as programs follow it: RSS 2.0, the newest first, without addresses of anybody.

use super::discovery::xml;
use crate::domain::comment::CommentText;
use chrono::{DateTime, Utc};
use std::fmt::Write as _;

/// Comments in a feed.
pub const COMMENTS_MAX: usize = 50;

/// A comment that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidEntry {
    /// Absolute address, which is its id too.
    pub url: String,
    /// Headline of the article.
    pub article: String,
    /// By what name.
    pub name: String,
    /// What. Its addresses stay text: who follows a feed is not led on by strangers.
    pub text: CommentText,
    /// When it was written.
    pub at: DateTime<Utc>,
}

/// What the feed says of itself.
#[derive(Debug, Clone, Copy)]
pub struct SaidChannel<'a> {
    /// Its title.
    pub title: &'a str,
    /// Absolute address of what is talked about.
    pub url: &'a str,
    /// Absolute address of the feed.
    pub feed_url: &'a str,
    /// BCP 47.
    pub language: &'a str,
}

/// The feed of these comments; at most [`COMMENTS_MAX`] of them, in the order that is given.
pub fn rss<'a>(channel: &SaidChannel<'_>, said: impl Iterator<Item = &'a SaidEntry>) -> String {
    let (title, url) = (xml(channel.title), xml(channel.url));
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n\
         <channel>\n<title>{title}</title>\n<link>{url}</link>\n<description>{title}</description>\n<language>{}</language>\n\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{}\"/>\n",
        xml(channel.language),
        xml(channel.feed_url),
    );
    for entry in said.take(COMMENTS_MAX) {
        let url = xml(&entry.url);
        // Writing to a String cannot fail.
        let _ = write!(
            feed,
            "<item>\n<guid isPermaLink=\"true\">{url}</guid>\n<link>{url}</link>\n<title>{}</title>\n\
             <pubDate>{}</pubDate>\n<dc:creator>{}</dc:creator>\n<description>{}</description>\n</item>\n",
            xml(&entry.article),
            entry.at.to_rfc2822(),
            xml(&entry.name),
            xml(&html(&entry.text)),
        );
    }
    feed.push_str("</channel>\n</rss>\n");
    feed
}

/// The text as markup, which is escaped once more where it stands in the feed.
fn html(text: &CommentText) -> String {
    let paragraph = |lines: Vec<String>| format!("<p>{}</p>", lines.join("<br>"));
    let paragraphs = text.paragraphs().map(|lines| paragraph(lines.map(xml).collect()));
    paragraphs.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_writes_is_text_twice_escaped() {
        let entry = SaidEntry {
            url: "https://lantern.example/articles/a#c".to_owned(),
            article: "Ink & paper".to_owned(),
            name: "<b>Ann".to_owned(),
            text: CommentText::parse("<script>\nhttps://evil.example\n\nTwo & a half").unwrap(),
            at: "2026-06-15T10:00:00Z".parse().unwrap(),
        };
        let channel = SaidChannel {
            title: "Comments",
            url: "https://lantern.example/",
            feed_url: "https://lantern.example/comments.rss",
            language: "en",
        };
        let feed = rss(&channel, [&entry].into_iter());
        assert!(feed.contains("<dc:creator>&lt;b&gt;Ann</dc:creator>"), "{feed}");
        let said = "&lt;p&gt;&amp;lt;script&amp;gt;&lt;br&gt;https://evil.example&lt;/p&gt;&lt;p&gt;Two &amp;amp; a half&lt;/p&gt;";
        assert!(feed.contains(said), "{feed}");
        assert!(feed.contains("<pubDate>Mon, 15 Jun 2026 10:00:00 +0000</pubDate>"), "{feed}");
        let none = rss(&channel, std::iter::empty());
        assert!(none.ends_with("</channel>\n</rss>\n") && !none.contains("<item>"));
    }
}
