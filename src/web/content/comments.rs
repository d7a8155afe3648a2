//! Comments below articles: which articles have them, and what is shown.

use super::Material;
use crate::domain::article::{Article, ArticleDate};
use crate::domain::comment::{CommentRules, Discussion};
use crate::render::Templates;
use crate::render::comment_feed::{self, SaidChannel, SaidEntry};
use crate::render::comment_pages::{CommentForm, CommentShown, Comments, SaidShown, Thread};
use crate::store::discussions::Shown;
use crate::usecases::Context;
use crate::web::page_cache::CachedPage;
use crate::words::Language;
use chrono::TimeDelta;
use std::cmp::Reverse;
use std::collections::BTreeMap;

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
    let all = material.said_below(article);
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

impl Material {
    /// What is said below an article, in the order of writing.
    fn said_below(&self, article: &Article) -> &[Shown] {
        self.comments.get(&article.slug).map(|discussed| discussed.said.as_slice()).unwrap_or_default()
    }
}

/// The feed of what readers say below all articles.
pub(super) fn feed_of_all(material: &Material, templates: &Templates) -> CachedPage {
    let rules = material.ctx.policy.comments;
    let open = material.library.published().filter(|article| discussion(article, rules).is_some());
    let all = open.flat_map(|article| material.said_below(article).iter().map(move |said| (article, said)));
    let url = &material.ctx.policy.public_url;
    let about = (templates.site().name.clone(), format!("{url}/"));
    feed((about, format!("{url}/comments.rss")), &newest(all.collect(), material), templates)
}

/// The feed of what readers say below an article; none if they may not.
pub(super) fn feed_of(article: &Article, material: &Material, templates: &Templates) -> Option<CachedPage> {
    discussion(article, material.ctx.policy.comments)?;
    let said = material.said_below(article).iter().map(|said| (article, said));
    let about = (article.headline(), material.url_of(article));
    let feed_url = format!("{}/articles/{}/comments.rss", material.ctx.policy.public_url, article.slug);
    Some(feed((about, feed_url), &newest(said.collect(), material), templates))
}

/// A feed with the title and the address of what it is about, and its own address.
fn feed(
    ((title, url), feed_url): ((String, String), String),
    said: &[SaidEntry],
    templates: &Templates,
) -> CachedPage {
    let language = templates.words().default_language();
    let title = language.text("comments-feed", &[("title", title.into())]);
    let channel = SaidChannel { title: &title, url: &url, feed_url: &feed_url, language: language.tag() };
    CachedPage::new(comment_feed::rss(&channel, said.iter()), "application/rss+xml; charset=utf-8")
}

/// The last of what is said below these articles, the newest first. What was taken away is not told of.
fn newest(mut all: Vec<(&Article, &Shown)>, material: &Material) -> Vec<SaidEntry> {
    all.sort_by_key(|(_, comment)| Reverse(comment.written_at));
    let entry = |(article, comment): (&Article, &Shown)| {
        let said = comment.said.as_ref()?;
        Some(SaidEntry {
            url: format!("{}#{}", material.url_of(article), comment.id),
            article: article.headline(),
            name: said.name.clone(),
            text: said.text.clone(),
            at: comment.written_at,
        })
    };
    all.into_iter().filter_map(entry).take(comment_feed::COMMENTS_MAX).collect()
}
