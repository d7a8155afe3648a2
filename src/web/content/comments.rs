//! Comments below articles: which articles have them, and what is shown.

use super::Material;
use crate::domain::article::{Article, ArticleDate, Slug};
use crate::domain::comment::{CommentRules, Discussion};
use crate::render::Templates;
use crate::render::comment_feed::{self, SaidChannel, SaidEntry};
use crate::render::comment_pages::{CommentForm, CommentShown, Comments, SaidShown, Thread};
use crate::store::comments::Shown;
use crate::usecases::Context;
use crate::web::page_cache::CachedPage;
use crate::words::Language;
use chrono::TimeDelta;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// What is said below each article, in the order of writing.
pub(super) type ByArticle = HashMap<Slug, Vec<Shown>>;

pub(super) fn by_article(all: &[Shown]) -> ByArticle {
    let mut found = ByArticle::new();
    for comment in all {
        found.entry(comment.article.clone()).or_default().push(comment.clone());
    }
    found
}

/// Whether pages change by themselves with the day: articles are closed by it.
pub(super) fn close_by_the_day(ctx: &Context) -> bool {
    let CommentRules { enabled, closed_after_days, .. } = ctx.policy.comments;
    enabled && closed_after_days > 0
}

/// What readers may say about an article; none if they may not.
pub(super) fn discussion(article: &Article, rules: CommentRules) -> Option<Discussion> {
    if !rules.enabled || !article.comments {
        return None;
    }
    let days = TimeDelta::days(i64::from(rules.closed_after_days));
    let closes = article.date.as_ref().filter(|_| rules.closed_after_days > 0);
    let last_day = closes.and_then(ArticleDate::last_day).and_then(|day| day.checked_add_signed(days));
    Some(Discussion { article: article.slug.clone(), title: article.headline(), last_day })
}

/// A comment as it is shown; one that is open can be answered.
fn shown(comment: &Shown, is_open: bool, ctx: &Context, language: &Language) -> CommentShown {
    let day = ctx.day_of(comment.written_at);
    let article = &comment.article;
    CommentShown {
        id: comment.id.to_string(),
        said: comment.said.as_ref().map(|said| SaidShown::new(&said.name, &said.text, said.links)),
        date_text: language.date(day),
        date_iso: day.to_string(),
        edited_text: comment.edited_at.map(|at| language.date(ctx.day_of(at))),
        reply_url: is_open.then(|| format!("/articles/{article}/comments?reply_to={}", comment.id)),
    }
}

/// What stands below an article.
pub(super) fn below(article: &Article, material: &Material, language: &Language) -> Option<Comments> {
    let ctx = &material.ctx;
    let is_open = discussion(article, ctx.policy.comments)?.is_open(ctx.day_of(ctx.now()));
    let all = material.comments.get(&article.slug).map(Vec::as_slice).unwrap_or_default();
    let mut replies: BTreeMap<_, Vec<CommentShown>> = BTreeMap::new();
    for (thread, comment) in all.iter().filter_map(|comment| Some((comment.thread?, comment))) {
        replies.entry(thread).or_default().push(shown(comment, is_open, ctx, language));
    }
    let first = all.iter().filter(|comment| comment.thread.is_none());
    let threads = first.map(|comment| Thread {
        first: shown(comment, is_open, ctx, language),
        replies: replies.remove(&comment.id).unwrap_or_default(),
    });
    Some(Comments {
        count: all.iter().filter(|comment| comment.said.is_some()).count(),
        threads: threads.collect(),
        form: is_open.then(|| CommentForm::of(article.slug.as_str())),
    })
}

/// Feeds of what readers say: of the whole publication, and of each article that has comments.
pub(super) fn feeds(material: &Material, templates: &Templates) -> (CachedPage, HashMap<String, CachedPage>) {
    let language = templates.words().default_language();
    let public_url = material.ctx.policy.public_url.as_str();
    let feed = |(title, url): (String, &str), feed_url: String, said: &mut [SaidEntry]| {
        said.sort_by_key(|entry| Reverse(entry.at));
        let title = language.text("comments-feed", &[("title", title.into())]);
        let channel = SaidChannel { title: &title, url, feed_url: &feed_url, language: language.tag() };
        CachedPage::new(comment_feed::rss(&channel, said.iter()), "application/rss+xml; charset=utf-8")
    };
    let mut all = Vec::new();
    let mut by_article = HashMap::new();
    let rules = material.ctx.policy.comments;
    for article in material.library.published().filter(|article| discussion(article, rules).is_some()) {
        let (url, slug) = (material.url_of(article), article.slug.to_string());
        let mut said = entries(article, &url, material);
        let feed_url = format!("{public_url}/articles/{slug}/comments.rss");
        by_article.insert(slug, feed((article.headline(), url.as_str()), feed_url, &mut said));
        all.append(&mut said);
    }
    let name = templates.site().name.clone();
    let front = format!("{public_url}/");
    (feed((name, front.as_str()), format!("{public_url}/comments.rss"), &mut all), by_article)
}

/// What is said below an article that is at this address. What was taken away is not told of.
fn entries(article: &Article, url: &str, material: &Material) -> Vec<SaidEntry> {
    let all = material.comments.get(&article.slug).map(Vec::as_slice).unwrap_or_default();
    let entry = |comment: &Shown| {
        let said = comment.said.as_ref()?;
        Some(SaidEntry {
            url: format!("{url}#{}", comment.id),
            article: article.headline(),
            name: said.name.clone(),
            text: said.text.clone(),
            at: comment.written_at,
        })
    };
    all.iter().filter_map(entry).collect()
}
