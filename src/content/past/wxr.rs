//! The file that WordPress exports (WXR 1.0 to 1.2), read as a stream: one post with its comments is in memory at a time. Names are
//! told by their namespaces, what is not needed is passed over, and document types are not taken.

use crate::xml::{Malformed, Piece, Pieces, shortened};
use std::collections::HashMap;
use std::io::{self, BufRead, Read};

/// No export is as deep.
const DEPTH_MAX: usize = 20;
/// Longest post with all its comments, in bytes.
const ITEM_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The versions that are read.
const VERSIONS: [&str; 3] = ["1.0", "1.1", "1.2"];

/// A mistake in the form of the file, and its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Fault {
    /// Counted from 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

impl Fault {
    fn new(line: u64, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

impl From<Malformed> for Fault {
    fn from(Malformed { line, what }: Malformed) -> Self {
        Self { line, what }
    }
}

/// What the file says of the whole blog.
#[derive(Debug, Clone, Default)]
pub(super) struct Channel {
    /// Its language, as WordPress writes it.
    pub(super) language: String,
    /// Its address, and that of the installation, without a slash at the end.
    pub(super) url: String,
    pub(super) base_url: String,
    /// The names of authors by those with which they sign in.
    pub(super) authors: HashMap<String, String>,
}

/// A post, a page, or what else WordPress keeps as one.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    /// The line on which it begins.
    pub(super) line: u64,
    pub(super) id: u64,
    pub(super) title: String,
    pub(super) link: String,
    pub(super) guid: String,
    pub(super) creator: String,
    pub(super) content: String,
    pub(super) excerpt: String,
    pub(super) date: String,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) kind: String,
    pub(super) password: String,
    pub(super) comment_status: String,
    pub(super) attachment_url: String,
    /// How many categories and tags it has.
    pub(super) terms: usize,
    /// What plugins and themes keep of it, by key.
    pub(super) meta: Vec<(String, String)>,
    pub(super) comments: Vec<Comment>,
}

impl Item {
    pub(super) fn meta(&self, key: &str) -> Option<&str> {
        self.meta.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

/// A comment as it stands in the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Comment {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) email: String,
    /// In UTC.
    pub(super) date_gmt: String,
    pub(super) date: String,
    pub(super) content: String,
    pub(super) approved: String,
    pub(super) kind: String,
    pub(super) parent: u64,
}

/// The posts of a file, one by one.
pub(super) struct Wxr<R> {
    pieces: Pieces<Limited<R>>,
    /// Names of the elements that are open.
    path: Vec<String>,
    /// Letters of the innermost of them.
    text: String,
    /// What the prefixes of names stand for.
    prefixes: HashMap<String, &'static str>,
    version: Option<String>,
    author: (String, String),
    meta: (String, String),
    item: Option<Item>,
    pub(super) channel: Channel,
}

impl<R: BufRead> Wxr<R> {
    pub(super) fn new(text: R) -> Self {
        Self {
            pieces: Pieces::of(Limited { inner: text, left: ITEM_BYTES_MAX, read: 0 }),
            path: Vec::new(),
            text: String::new(),
            prefixes: HashMap::new(),
            version: None,
            author: (String::new(), String::new()),
            meta: (String::new(), String::new()),
            item: None,
            channel: Channel::default(),
        }
    }

    /// How many bytes of the file were read.
    pub(super) fn bytes(&mut self) -> u64 {
        self.pieces.source().read
    }

    /// The next post; none at the end of the file. Behind a mistake nothing is read.
    pub(super) fn next_item(&mut self) -> Result<Option<Item>, Fault> {
        loop {
            match self.piece()? {
                Piece::Open { name, attributes } => self.open(&name, &attributes)?,
                Piece::Letters(text) => self.text.push_str(&text),
                Piece::Close => {
                    if let Some(item) = self.close()? {
                        return Ok(Some(item));
                    }
                }
                Piece::End => return self.end().map(|()| None),
            }
        }
    }

    fn piece(&mut self) -> Result<Piece, Fault> {
        let piece = self.pieces.read();
        if piece.is_err() && self.pieces.source().left == 0 {
            let most = ITEM_BYTES_MAX / 1024 / 1024;
            return Err(self.fault(format!("a post with its comments is larger than {most} MiB")));
        }
        Ok(piece?)
    }

    fn fault(&self, what: impl Into<String>) -> Fault {
        Fault::new(self.pieces.line(), what)
    }

    fn end(&self) -> Result<(), Fault> {
        if !self.path.is_empty() {
            return Err(self.fault("the file was cut off: it ends in the middle of the blog"));
        }
        if self.version.is_none() {
            return Err(self.fault("this is no export of WordPress"));
        }
        Ok(())
    }

    fn open(&mut self, name: &str, attributes: &[(String, String)]) -> Result<(), Fault> {
        if self.path.is_empty() {
            if name != "rss" {
                return Err(self.fault(format!("“{}” is no export of WordPress", shortened(name))));
            }
            self.prefixes = attributes.iter().filter_map(|(key, value)| prefix_of(key, value)).collect();
        }
        if self.path.len() >= DEPTH_MAX {
            let what = format!("elements lie more than {DEPTH_MAX} deep in one another");
            return Err(self.fault(what));
        }
        self.path.push(self.known_name(name));
        self.text.clear();
        match self.names().as_slice() {
            ["rss", "channel", "item"] => {
                if self.version.is_none() {
                    let what = "it does not say which version of WordPress' export it is (wxr_version)";
                    return Err(self.fault(what));
                }
                self.item = Some(Item { line: self.pieces.line(), ..Item::default() });
            }
            ["rss", "channel", "item", "wp:comment"] => {
                if let Some(item) = &mut self.item {
                    item.comments.push(Comment::default());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A name with the prefix that exports usually have for its namespace.
    fn known_name(&self, name: &str) -> String {
        match name.split_once(':').and_then(|(prefix, local)| Some((self.prefixes.get(prefix)?, local))) {
            Some((known, local)) => format!("{known}:{local}"),
            None => name.to_owned(),
        }
    }

    fn names(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    fn close(&mut self) -> Result<Option<Item>, Fault> {
        let text = std::mem::take(&mut self.text);
        let path = std::mem::take(&mut self.path);
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let mut done = None;
        match names.as_slice() {
            ["rss", "channel", "item"] => done = self.item.take(),
            ["rss", "channel", "item", "wp:postmeta"] => {
                let meta = std::mem::take(&mut self.meta);
                if let Some(item) = &mut self.item {
                    item.meta.push(meta);
                }
            }
            ["rss", "channel", "item", "wp:postmeta", "wp:meta_key"] => self.meta.0 = text,
            ["rss", "channel", "item", "wp:postmeta", "wp:meta_value"] => self.meta.1 = text,
            ["rss", "channel", "item", "wp:comment", field] => {
                if let Some(comment) = self.item.as_mut().and_then(|item| item.comments.last_mut()) {
                    take_of_comment(comment, field, text);
                }
            }
            ["rss", "channel", "item", field] => {
                if let Some(item) = &mut self.item {
                    take_of_item(item, field, text);
                }
            }
            ["rss", "channel", rest @ ..] => self.take_of_channel(rest, &text)?,
            _ => {}
        }
        let is_part_of_channel = names.len() == 3;
        self.path = path;
        self.path.pop();
        if is_part_of_channel {
            self.pieces.source().left = ITEM_BYTES_MAX;
        }
        Ok(done)
    }

    fn take_of_channel(&mut self, path: &[&str], text: &str) -> Result<(), Fault> {
        match path {
            ["wp:wxr_version"] => {
                let version = text.trim();
                if !VERSIONS.contains(&version) {
                    let what =
                        format!("version “{}” of WordPress' export is not known here", shortened(version));
                    return Err(self.fault(what));
                }
                self.version = Some(version.to_owned());
            }
            ["language"] => text.trim().clone_into(&mut self.channel.language),
            ["wp:base_blog_url"] => text.trim().trim_end_matches('/').clone_into(&mut self.channel.url),
            ["wp:base_site_url"] => text.trim().trim_end_matches('/').clone_into(&mut self.channel.base_url),
            // The oldest exports have no other address.
            ["link"] if self.channel.url.is_empty() => {
                text.trim().trim_end_matches('/').clone_into(&mut self.channel.url);
            }
            ["wp:author", "wp:author_login"] => text.trim().clone_into(&mut self.author.0),
            ["wp:author", "wp:author_display_name"] => text.trim().clone_into(&mut self.author.1),
            ["wp:author"] => {
                let (login, name) = std::mem::take(&mut self.author);
                self.channel.authors.insert(login, name);
            }
            _ => {}
        }
        Ok(())
    }
}

fn take_of_item(item: &mut Item, field: &str, text: String) {
    match field {
        "title" => item.title = text,
        "link" => text.trim().clone_into(&mut item.link),
        "guid" => text.trim().clone_into(&mut item.guid),
        "dc:creator" => text.trim().clone_into(&mut item.creator),
        "content:encoded" => item.content = text,
        "excerpt:encoded" => item.excerpt = text,
        "wp:post_id" => item.id = text.trim().parse().unwrap_or_default(),
        "wp:post_date" => text.trim().clone_into(&mut item.date),
        "wp:post_name" => text.trim().clone_into(&mut item.name),
        "wp:status" => text.trim().clone_into(&mut item.status),
        "wp:post_type" => text.trim().clone_into(&mut item.kind),
        "wp:post_password" => text.trim().clone_into(&mut item.password),
        "wp:comment_status" => text.trim().clone_into(&mut item.comment_status),
        "wp:attachment_url" => text.trim().clone_into(&mut item.attachment_url),
        "category" => item.terms += 1,
        _ => {}
    }
}

fn take_of_comment(comment: &mut Comment, field: &str, text: String) {
    match field {
        "wp:comment_id" => comment.id = text.trim().parse().unwrap_or_default(),
        "wp:comment_author" => comment.author = text,
        "wp:comment_author_email" => text.trim().clone_into(&mut comment.email),
        "wp:comment_date_gmt" => text.trim().clone_into(&mut comment.date_gmt),
        "wp:comment_date" => text.trim().clone_into(&mut comment.date),
        "wp:comment_content" => comment.content = text,
        "wp:comment_approved" => text.trim().clone_into(&mut comment.approved),
        "wp:comment_type" => text.trim().clone_into(&mut comment.kind),
        "wp:comment_parent" => comment.parent = text.trim().parse().unwrap_or_default(),
        _ => {}
    }
}

/// What a prefix stands for, by the namespace that it is declared for.
fn prefix_of(key: &str, namespace: &str) -> Option<(String, &'static str)> {
    let prefix = key.strip_prefix("xmlns:")?.to_owned();
    let known = match namespace {
        "http://purl.org/rss/1.0/modules/content/" => "content",
        "http://purl.org/dc/elements/1.1/" => "dc",
        other => match other.strip_prefix("http://wordpress.org/export/")? {
            version if version.ends_with("/excerpt/") => "excerpt",
            _ => "wp",
        },
    };
    Some((prefix, known))
}

/// A file of which so much is read, until it is allowed more.
struct Limited<R> {
    inner: R,
    left: usize,
    read: u64,
}

impl<R: BufRead> BufRead for Limited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("this is larger than what is read"));
        }
        let left = self.left;
        let bytes = self.inner.fill_buf()?;
        Ok(bytes.get(..bytes.len().min(left)).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.read = self.read.saturating_add(u64::try_from(amount).unwrap_or_default());
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Limited<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let count = available.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
