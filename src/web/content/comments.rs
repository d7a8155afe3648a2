//! Comments below articles: which articles have them, and what is shown.

use super::{Material, Pages};
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

pub(super) fn by_article(all: Vec<Shown>) -> ByArticle {
    let mut found = ByArticle::new();
    for comment in all {
        found.entry(comment.article.clone()).or_default().push(comment);
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

/// Feeds of what readers say: of the whole publication, and of each article that has comments. Those of articles that have the
/// same ones as `before` stay.
pub(super) fn feeds(
    material: &Material,
    before: Option<&Pages>,
    templates: &Templates,
) -> (CachedPage, HashMap<String, CachedPage>) {
    let language = templates.words().default_language();
    let public_url = material.ctx.policy.public_url.as_str();
    let feed = |(title, url): (String, &str), feed_url: String, said: &[SaidEntry]| {
        let title = language.text("comments-feed", &[("title", title.into())]);
        let channel = SaidChannel { title: &title, url, feed_url: &feed_url, language: language.tag() };
        CachedPage::new(comment_feed::rss(&channel, said.iter()), "application/rss+xml; charset=utf-8")
    };
    let mut all = Vec::new();
    let mut by_article = HashMap::new();
    let rules = material.ctx.policy.comments;
    for article in material.library.published().filter(|article| discussion(article, rules).is_some()) {
        let slug = article.slug.to_string();
        let said = material.comments.get(&article.slug).map(Vec::as_slice).unwrap_or_default();
        all.extend(said.iter().map(|comment| (article, comment)));
        let kept = before.filter(|before| before.has_said(article, material));
        let kept = kept.and_then(|before| before.comment_feeds.get(&slug).cloned());
        let page = kept.unwrap_or_else(|| {
            let url = material.url_of(article);
            let newest = newest(said.iter().map(|comment| (article, comment)).collect(), material);
            feed(
                (article.headline(), url.as_str()),
                format!("{public_url}/articles/{slug}/comments.rss"),
                &newest,
            )
        });
        by_article.insert(slug, page);
    }
    let name = templates.site().name.clone();
    let front = format!("{public_url}/");
    let newest = newest(all, material);
    (feed((name, front.as_str()), format!("{public_url}/comments.rss"), &newest), by_article)
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
