//! An export of WordPress, taken over post by post.

use super::body::{self, Attachment, Attachments, Source};
use super::media::Media;
use super::place::Site;
use super::plain;
use super::report::Report;
use super::shelf::{Outcome, Shelf};
use super::wxr::{Channel, Comment, Item, Wxr};
use super::{Options, TakeError};
use crate::content::import::ImportError;
use crate::content::{front_matter, markdown};
use crate::domain::article::{Article, ArticleDate, OwnAppeal, Slug, Ties};
use crate::domain::donor::{EmailAddress, PersonName};
use crate::domain::old_address::OldAddress;
use crate::domain::past_comment::{self, PastComment};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Letters of a title that is made from the text.
const TITLE_CHARACTERS: usize = 60;
/// Comments of one second keep their order by the thousandths.
const ORDER_MAX: usize = 1_000;

/// An export, looked through and being taken over.
pub struct WordPress {
    file: PathBuf,
    wxr: Wxr<BufReader<File>>,
    bytes_all: u64,
    site: Site,
    channel: Channel,
    attachments: Attachments,
    shelf: Shelf,
    media: Media,
    options: Options,
    report: Report,
}

/// A post that is here now, and what readers said below it.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its name here.
    pub slug: Slug,
    /// Its headline.
    pub title: String,
    /// In the order of the export.
    pub comments: Vec<PastComment>,
}

impl WordPress {
    /// Reads a whole export once, and changes nothing.
    ///
    /// # Errors
    /// A mistake in the form of the file, with its line.
    pub fn open(file: &Path, content: &Path, options: Options) -> Result<Self, TakeError> {
        let (mut wxr, bytes_all) = opened(file)?;
        let mut attachments = Attachments::new();
        let told = |fault| TakeError::File { file: file.to_owned(), fault };
        while let Some(item) = wxr.next_item().map_err(told)? {
            if item.kind == "attachment" {
                let alt = item.meta("_wp_attachment_image_alt").unwrap_or_default().trim().to_owned();
                attachments.insert(item.id, Attachment { url: item.attachment_url, alt });
            }
        }
        let channel = wxr.channel;
        let (wxr, _) = opened(file)?;
        Ok(Self {
            file: file.to_owned(),
            wxr,
            bytes_all,
            site: Site::of_wordpress(&[channel.url.as_str(), channel.base_url.as_str()]),
            channel,
            attachments,
            shelf: Shelf::open(content, options.is_dry)?,
            media: Media::new(options.media.clone(), content, options.is_dry),
            options,
            report: Report::default(),
        })
    }

    /// Takes the next post over; none behind the last.
    ///
    /// # Errors
    /// The system would not read or write. What is here is whole, and the same export goes on from there.
    pub fn next_post(&mut self) -> Result<Option<Post>, TakeError> {
        loop {
            let item = self.wxr.next_item();
            let item = item.map_err(|fault| TakeError::File { file: self.file.clone(), fault })?;
            let Some(item) = item else { return Ok(None) };
            if let Some(post) = self.take(&item)? {
                return Ok(Some(post));
            }
        }
    }

    /// How much of a hundred parts of the file is done.
    pub fn percent(&mut self) -> u64 {
        self.wxr.bytes().saturating_mul(100).checked_div(self.bytes_all).unwrap_or(100)
    }

    /// What it came to.
    pub fn into_report(mut self) -> Report {
        self.report.pictures = self.media.copied;
        self.report
    }

    fn take(&mut self, item: &Item) -> Result<Option<Post>, TakeError> {
        if !self.is_wanted(item) {
            return Ok(None);
        }
        let title = plain::line(&item.title);
        let label = format!("{} {} “{}”", item.kind, item.id, title.chars().take(60).collect::<String>());
        let mut notes = Vec::new();
        let article = match self.article(item, title, &mut notes) {
            Ok(article) => article,
            Err(TakeError::Text(error)) => {
                self.report.count(Outcome::Refused, false);
                self.report.note(label, vec![error.to_string()]);
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let (title, is_draft) = (article.headline(), article.draft);
        let put = self.shelf.put(article, &format!("{} {}", self.site.name(), item.id))?;
        self.report.count(put.outcome, is_draft);
        self.report.addresses += put.addresses;
        self.report.terms += item.terms;
        let comments = self.comments(item, &mut notes);
        // What was looked at once need not be looked at again.
        if matches!(put.outcome, Outcome::Same | Outcome::ByHand) {
            notes.clear();
        }
        notes.extend(put.notes);
        self.report.note(label, notes);
        let is_here = put.outcome != Outcome::Refused;
        Ok(is_here.then_some(Post { slug: put.slug, title, comments }))
    }

    fn is_wanted(&mut self, item: &Item) -> bool {
        match item.kind.as_str() {
            "post" | "page" => {}
            // Pictures are taken with the posts that show them.
            "attachment" => return false,
            kind => {
                self.report
                    .leave_out(format!("entry of the kind “{}”", kind.chars().take(40).collect::<String>()));
                return false;
            }
        }
        if matches!(item.status.as_str(), "trash" | "auto-draft" | "inherit") {
            self.report.leave_out("post in the bin, or never saved");
            return false;
        }
        if item.id == 0 {
            self.report.leave_out(format!("post without a number (line {})", item.line));
            return false;
        }
        true
    }

    fn article(&mut self, item: &Item, title: String, notes: &mut Vec<String>) -> Result<Article, TakeError> {
        let name = format!("{} {}", item.kind, item.id);
        let source = Source {
            html: &item.content,
            footnotes: item.meta("footnotes"),
            picture: item.meta("_thumbnail_id").and_then(|number| number.trim().parse().ok()),
            name: &name,
        };
        let (text, said) = body::markdown(&source, &self.site, &self.attachments, &mut self.media)?;
        let title = titled(title, &text, item, notes);
        let slug = slug_of(item, &title, notes).ok_or(ImportError::NoSlug { file: name })?;
        let is_post = item.kind == "post";
        let date = item.date.get(..10).and_then(|day| ArticleDate::parse(day).ok()).filter(|_| is_post);
        let author = self.channel.authors.get(&item.creator).filter(|name| !name.trim().is_empty());
        let author = plain::line(author.unwrap_or(&item.creator));
        let language = self.channel.language.replace('_', "-");
        let is_language = front_matter::is_language(&language);
        let standfirst = Some(plain::line(&item.excerpt)).filter(|text| !text.is_empty());
        let is_closed = item.comment_status == "closed" && item.comments.is_empty();
        let draft = is_draft(item, notes);
        notes.extend(said);
        Ok(Article {
            slug,
            title,
            kicker: None,
            date,
            authors: if is_post && !author.is_empty() { vec![author] } else { Vec::new() },
            standfirst,
            language: if is_language { language } else { self.options.language.clone() },
            landing: false,
            draft,
            publish: None,
            ties: Ties::default(),
            appeal: OwnAppeal::ByRules,
            comments: !is_closed,
            was: self.old_addresses(item),
            imported: None,
            body: text,
        })
    }

    /// Where a post was: at its own address, and at its number.
    fn old_addresses(&self, item: &Item) -> Vec<OldAddress> {
        let numbered = format!("{}/?p={}", self.channel.url, item.id);
        let mut found = Vec::new();
        for address in [&item.link, &item.guid, &numbered] {
            let path = self.site.local(address);
            let path = path.as_deref().and_then(|path| path.split('#').next());
            if let Some(old) = path.and_then(|path| OldAddress::parse(path).ok())
                && !found.contains(&old)
            {
                found.push(old);
            }
        }
        found
    }

    fn comments(&mut self, item: &Item, notes: &mut Vec<String>) -> Vec<PastComment> {
        let (mut kept, mut numbers) = (Vec::new(), HashSet::new());
        for comment in &item.comments {
            if let Some(what) = left_out(comment) {
                self.report.leave_out(what);
                continue;
            }
            let parts = past_comment::parts(&plain::text(&comment.content));
            let is_told = !parts.is_empty() && comment.id > 0;
            match moment_of(comment).filter(|_| is_told) {
                Some(at) if numbers.insert(comment.id) => kept.push((comment, parts, at)),
                Some(_) => self.report.leave_out("comment that stands there twice"),
                None => self.report.leave_out("comment that says nothing, or at no time"),
            }
        }
        let parents: BTreeMap<u64, u64> = item.comments.iter().map(|one| (one.id, one.parent)).collect();
        let mut found: Vec<PastComment> = Vec::new();
        for (comment, parts, at) in kept {
            let first = first_of(comment.id, &parents, &numbers);
            if parts.len() > 1 {
                notes.push(format!("comment {} is long, and becomes {}", comment.id, parts.len()));
            }
            for (index, text) in parts.into_iter().enumerate() {
                let Some(name) = name_of(&comment.author) else { continue };
                let own = source_of(&self.site, comment.id);
                let is_first = index == 0 && first == comment.id;
                let order = i64::try_from(found.len() % ORDER_MAX).unwrap_or_default();
                found.push(PastComment {
                    source: if index == 0 { own } else { format!("{own}/{}", index + 1) },
                    thread: (!is_first).then(|| source_of(&self.site, first)),
                    name,
                    email: EmailAddress::parse(&comment.email).ok(),
                    text,
                    written_at: at + TimeDelta::milliseconds(order),
                    is_approved: comment.approved == "1",
                });
            }
        }
        found
    }
}

fn opened(file: &Path) -> Result<(Wxr<BufReader<File>>, u64), TakeError> {
    let told = |error| TakeError::io(file, error);
    let opened = File::open(file).map_err(told)?;
    let bytes = opened.metadata().map_err(told)?.len();
    Ok((Wxr::new(BufReader::new(opened)), bytes))
}

fn source_of(site: &Site, comment: u64) -> String {
    format!("{} {comment}", site.name())
}

/// The first of the thread of a comment, among those that are taken over: readers answer answers of any depth there.
fn first_of(id: u64, parents: &BTreeMap<u64, u64>, taken: &HashSet<u64>) -> u64 {
    let (mut first, mut at) = (id, id);
    // A circle has no more steps than there are comments.
    for _ in 0..parents.len() {
        let Some(parent) = parents.get(&at).filter(|parent| **parent > 0) else { break };
        at = *parent;
        if at == id {
            return id.min(first);
        }
        if taken.contains(&at) {
            first = at;
        }
    }
    first
}

/// Why a comment is not taken over; none if it is.
fn left_out(comment: &Comment) -> Option<String> {
    match comment.kind.as_str() {
        "" | "comment" => {}
        "pingback" | "trackback" => return Some("pingback or trackback".to_owned()),
        kind => return Some(format!("comment of the kind “{}”", kind.chars().take(40).collect::<String>())),
    }
    match comment.approved.as_str() {
        "1" | "0" => None,
        "spam" => Some("comment that is spam".to_owned()),
        _ => Some("comment in the bin".to_owned()),
    }
}

fn moment_of(comment: &Comment) -> Option<DateTime<Utc>> {
    let read = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
    // The zone of the other time is not in the file: better some hours wrong than lost.
    let moment = read(&comment.date_gmt).or_else(|| read(&comment.date))?;
    Some(moment.and_utc()).filter(|moment| moment.timestamp() > 0)
}

fn name_of(author: &str) -> Option<PersonName> {
    let line: String = plain::line(author).chars().take(PersonName::CHARACTERS_MAX).collect();
    let named = |name: &str| PersonName::parse(name).ok().flatten();
    named(&line).or_else(|| named("Anonymous"))
}

fn titled(title: String, text: &str, item: &Item, notes: &mut Vec<String>) -> String {
    if !title.is_empty() {
        return title;
    }
    let made = markdown::excerpt(text, TITLE_CHARACTERS);
    let made = if made.is_empty() { format!("Untitled {}", item.id) } else { made };
    notes.push(format!("it has no title, so it is called “{made}”"));
    made
}

/// The name that a post has there, if it can be one here; else one of the letters of its name or its title; else its number.
fn slug_of(item: &Item, title: &str, notes: &mut Vec<String>) -> Option<Slug> {
    let decoded = percent_decode_str(&item.name).decode_utf8_lossy().into_owned();
    if let Ok(slug) = Slug::parse(&decoded) {
        return Some(slug);
    }
    let made = latin_slug(&decoded).or_else(|| latin_slug(title));
    let numbered = || Slug::from_title(&format!("{} {}", item.kind, item.id));
    let slug = made.or_else(numbered)?;
    if !decoded.is_empty() {
        notes.push(format!("its name “{decoded}” cannot stand in addresses here, so it is `{slug}`"));
    }
    Some(slug)
}

/// The slug of words that keep at least half of their letters in it: the number alone behind a word of another alphabet says nothing.
fn latin_slug(words: &str) -> Option<Slug> {
    let all = words.chars().filter(|c| c.is_alphabetic()).count();
    let kept = |slug: &Slug| slug.as_str().chars().filter(char::is_ascii_alphabetic).count();
    Slug::from_title(words).filter(|slug| words.chars().count() > 80 || kept(slug) * 2 >= all)
}

/// What is not open to everybody there is a draft here.
fn is_draft(item: &Item, notes: &mut Vec<String>) -> bool {
    let note = match item.status.as_str() {
        "publish" if item.password.is_empty() => return false,
        "draft" | "pending" => return true,
        "publish" => "it has a password there, and is a draft here",
        "future" => "it was to appear later there, and is a draft here",
        "private" => "it is private there, and is a draft here",
        _ => "nothing says that it was published, so it is a draft",
    };
    notes.push(note.to_owned());
    true
}

#[cfg(test)]
mod tests;
