//! What comments of readers are given: the names here are the names in the templates. No address of a reader is among what
//! is shown.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use super::account_pages::Faults;
use crate::domain::comment::{CommentText, Run, runs};
use serde::Serialize;

/// Below an article.
#[derive(Debug, Clone, Serialize)]
pub struct Comments {
    /// How many are shown.
    pub count: usize,
    pub threads: Vec<Thread>,
    /// None: the article takes no more.
    pub form: Option<CommentForm>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Thread {
    pub first: CommentShown,
    pub replies: Vec<CommentShown>,
}

#[derive(Debug, Clone, Serialize)]
pub struct CommentShown {
    pub id: String,
    /// None: it was taken away.
    pub said: Option<SaidShown>,
    pub date_text: String,
    pub date_iso: String,
    /// When the reader last changed it.
    pub edited_text: Option<String>,
    pub reply_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SaidShown {
    pub name: String,
    /// Paragraphs of lines of runs.
    pub paragraphs: Vec<Vec<Vec<RunShown>>>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RunShown {
    pub text: String,
    pub url: Option<String>,
}

impl SaidShown {
    /// Who says what; `links` says whether addresses can be followed.
    pub fn new(name: &str, text: &CommentText, links: bool) -> Self {
        let run = |run: Run<'_>| match run {
            Run::Link(address) => {
                RunShown { text: address.to_owned(), url: links.then(|| address.to_owned()) }
            }
            Run::Text(text) => RunShown { text: text.to_owned(), url: None },
        };
        let line = |line: &str| runs(line).into_iter().map(run).collect();
        Self {
            name: name.to_owned(),
            paragraphs: text.paragraphs().map(|lines| lines.map(line).collect()).collect(),
        }
    }
}

/// A reader's own comment.
#[derive(Debug, Clone, Serialize)]
pub struct OwnComment {
    pub url: String,
    /// Headline.
    pub article: String,
    pub article_url: String,
    pub status: &'static str,
    pub said: SaidShown,
    pub written_text: String,
    pub edited_text: Option<String>,
    pub can_be_changed: bool,
    /// What stands in the form.
    pub text: String,
    pub wants_answers: bool,
    /// Whether the browser may be told to remember the reader.
    pub can_be_known: bool,
    /// What was done just now, or `remove`: asks before it is done.
    pub done: String,
    pub faults: Faults,
}

#[derive(Debug, Clone, Serialize)]
pub struct CommentForm {
    pub action: String,
    /// Id of the comment that is answered, or empty.
    pub reply_to: String,
    pub name: String,
    pub email: String,
    pub text: String,
    pub wants_answers: bool,
    pub faults: Faults,
}

impl CommentForm {
    /// The form of an article, with nothing in it.
    pub fn of(article: &str) -> Self {
        Self {
            action: format!("/articles/{article}/comments"),
            reply_to: String::new(),
            name: String::new(),
            email: String::new(),
            text: String::new(),
            wants_answers: false,
            faults: Faults::default(),
        }
    }
}

/// The form on a page of its own: to answer somebody, or because something was wrong with it.
#[derive(Debug, Clone, Serialize)]
pub struct CommentPage {
    pub title: String,
    pub back: String,
    pub answered: Option<CommentShown>,
    /// None: it was sent, and waits.
    pub form: Option<CommentForm>,
}
