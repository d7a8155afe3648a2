//! What readers write below articles: held, read by a person, shown, and taken away.

mod feeds;
mod office;
mod own;
mod programs;
mod shown;

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::Verdict;
use mainstay::domain::ids::CommentId;
use mainstay::usecases::comments::{self, Decision};
use reqwest::{Method, StatusCode};

use crate::support::app::{Changes, TestApp, settings};
use crate::support::client::Answer;
use crate::support::flow;

const ARTICLE: &str = "/articles/about-our-funding";
const FORM: &str = "/articles/about-our-funding/comments";

type Fields<'a> = Vec<(&'a str, &'a str)>;

fn from_ann(text: &str) -> Fields<'_> {
    vec![("name", "Ann Reader"), ("email", "ann@example.org"), ("text", text), ("reply_to", "")]
}

fn with<'a>(mut fields: Fields<'a>, name: &'a str, value: &'a str) -> Fields<'a> {
    fields.retain(|(known, _)| *known != name);
    fields.push((name, value));
    fields
}

impl TestApp {
    /// Sends a comment, which is taken; returns its id.
    async fn says(&self, fields: &[(&str, &str)]) -> CommentId {
        // Ids know their order by the millisecond.
        self.clock.advance(TimeDelta::milliseconds(1));
        let held = self.client().post(FORM, fields).await;
        assert_eq!(held.location(), format!("{FORM}?done=held"));
        let newest = "SELECT id AS line FROM comments ORDER BY id DESC LIMIT 1";
        self.lines(newest).await.remove(0).parse().unwrap()
    }

    async fn decides(&self, ids: &[CommentId], verdict: Verdict) -> usize {
        let decision = Decision { verdict, reason: "a reason".into() };
        let changed = comments::decide(self.ctx(), Actor::Command, ids.to_vec(), decision).await.unwrap();
        self.looks().await;
        changed
    }

    async fn article(&self) -> String {
        self.client().get(ARTICLE).await.text()
    }

    /// `status` and why it is held, of every comment.
    async fn stand(&self) -> Vec<String> {
        self.lines("SELECT status || ' ' || COALESCE(held_for, '') AS line FROM comments ORDER BY id").await
    }
}

fn many() -> Changes {
    settings(&[("MAINSTAY_LIMITS__COMMENTS_PER_IP_PER_HOUR", "1000")])
}

fn assert_refused(answer: &Answer, field: &str, sentence: &str) {
    let page = answer.text();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    let (_, summary) = page.split_once("role=\"alert\"").unwrap();
    assert!(summary.split_once("</ul>").unwrap().0.contains(sentence), "{page}");
    if field != "form" {
        assert!(page.contains(&format!("id=\"{field}-problem\">{sentence}")), "{page}");
    }
}

flow! {
    async fn a_comment_is_held_until_a_person_approves_it_and_its_address_is_never_shown(app) {
        let before = app.article().await;
        for words in ["Be the first to comment", "Leave a reply", "Your email address will not be published."] {
            assert!(before.contains(words), "{words}");
        }
        let id = app.says(&from_ann("I <b>agree</b>.\n\nSee https://a.example/x.")).await;

        let told = app.client().get(&format!("{FORM}?done=held")).await;
        assert!(told.text().contains("It is held for moderation"), "{}", told.text());
        assert_eq!(told.header("cache-control"), "no-store");
        app.looks().await;
        assert!(!app.article().await.contains("Ann Reader"));
        assert_eq!(app.stand().await, ["held links"]);

        assert_eq!(app.decides(&[id], Verdict::Approve).await, 1);
        let page = app.article().await;
        assert!(page.contains("One comment") && page.contains("Ann Reader") && page.contains("15 June 2026"), "{page}");
        assert!(page.contains("I &lt;b&gt;agree&lt;/b&gt;."), "{page}");
        // Whoever is new here leads nobody elsewhere.
        assert!(page.contains("https://a.example/x") && !page.contains("href=\"https://a.example"), "{page}");
        assert_eq!(app.decides(&[id], Verdict::Approve).await, 0, "it stands there already");

        let later = app.says(&from_ann("More at https://b.example/?q=1&r=2, and http://c.example/.")).await;
        app.decides(&[later], Verdict::Approve).await;
        let page = app.article().await;
        let link = "<a href=\"https://b.example/?q=1&amp;r=2\" rel=\"nofollow ugc noopener\">";
        assert!(page.contains(link) && !page.contains("href=\"http://c"), "{page}");
        for path in [ARTICLE, "/", "/articles", "/feed.xml", "/rss.xml", "/feed.json", FORM] {
            assert!(!app.client().get(path).await.text().contains("ann@example.org"), "{path}");
        }
        assert_eq!(app.decides(&[id], Verdict::Spam).await, 1);
        assert!(!app.article().await.contains("agree"));
        let log = "SELECT action || ' ' || detail AS line FROM audit_log WHERE action = 'comment.decided' ORDER BY number";
        let log = app.lines(log).await;
        assert_eq!(log.len(), 3);
        assert!(log[2].contains("\"before\":\"approved\"") && log[2].contains("\"after\":\"spam\""), "{log:?}");
    }
}

flow! {
    async fn a_comment_changes_its_article_in_every_language_and_no_other(app) {
        const OTHER: &str = "/articles/50-years-since-the-death-of-stalin";
        let reader = app.client();
        let french = format!("{ARTICLE}?lang=fr");
        let (before, other) = (reader.get(&french).await, reader.get(OTHER).await);
        assert_eq!(other.status, StatusCode::OK);
        let id = app.says(&from_ann("Seen in French, too.")).await;
        app.decides(&[id], Verdict::Approve).await;

        let after = reader.get(&french).await;
        assert!(after.text().contains("Seen in French, too.") && app.article().await.contains("Seen in French, too."));
        assert_ne!(before.header("etag"), after.header("etag"));
        assert_eq!(reader.get(OTHER).await.header("etag"), other.header("etag"));
        let russian = reader.get(&format!("{OTHER}?lang=ru")).await;
        assert!(russian.text().contains("lang=\"ru\""), "what stayed is drawn in languages that nobody had asked for");
        app.decides(&[id], Verdict::Spam).await;
        assert!(!reader.get(&french).await.text().contains("Seen in French"));
    }
}

flow! {
    settings: many(),
    async fn with_mistakes_the_form_comes_back_with_everything_that_was_typed(app) {
        let typed = from_ann("My \"text\" & more");
        let missing = "Please enter a name; it stands above your comment";
        assert_refused(&app.client().post(FORM, &with(typed.clone(), "name", " \u{200b}")).await, "name", missing);
        let no_address = "Please enter your e-mail address; it is not published";
        assert_refused(&app.client().post(FORM, &with(typed.clone(), "email", "")).await, "email", no_address);
        let malformed = app.client().post(FORM, &with(typed.clone(), "email", "ann@")).await;
        assert_refused(&malformed, "email", "This does not look like an e-mail address");
        let page = malformed.text();
        assert!(page.contains("My &quot;text&quot; &amp; more</textarea>") && page.contains("value=\"Ann Reader\""), "{page}");
        assert_refused(&app.client().post(FORM, &with(typed.clone(), "text", "\n")).await, "text", "Please write something");
        let long = "x".repeat(2_001);
        let refused = app.client().post(FORM, &with(typed.clone(), "text", &long)).await;
        assert!(refused.text().contains("2,000") && refused.text().contains(&long), "{}", refused.text());
        let gone = app.client().post(FORM, &with(typed.clone(), "reply_to", "cmt_none")).await;
        assert_refused(&gone, "form", "not there any more");
        assert!(gone.text().contains("name=\"reply_to\" value=\"\""), "sent again, it stands by itself");
        assert_eq!(app.count("comments").await, 0);

        for path in ["/articles/no-such/comments", "/articles/../comments"] {
            assert_eq!(app.client().post(path, &typed).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let french = app.client().get(&format!("{FORM}?lang=fr")).await.text();
        assert!(french.contains("Laisser un commentaire"), "{french}");
    }
}

flow! {
    async fn programs_and_haste_bring_nothing_in(app) {
        let trapped = with(from_ann("Buy this"), "website", "https://spam.example");
        assert_eq!(app.client().post(FORM, &trapped).await.location(), format!("{FORM}?done=held"));
        assert_eq!(app.count("comments").await, 0);

        let first = app.says(&from_ann("Once")).await;
        for _ in 0..5 {
            assert_eq!(app.says(&from_ann(" Once\n")).await, first, "the same again is the first one");
        }
        app.says(&from_ann("Twice")).await;
        app.says(&from_ann("Three times")).await;
        let fourth = app.client().post(FORM, &from_ann("Four times")).await;
        assert_eq!(fourth.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(fourth.text().contains("Four times</textarea>") && !fourth.header("retry-after").is_empty());
        assert_eq!(app.count("comments").await, 3);
        app.clock.advance(TimeDelta::minutes(21));
        app.says(&from_ann("Four times")).await;

        let foreign = app.client().request(Method::POST, FORM)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body("name=A&email=a%40example.org&text=x&reply_to=");
        assert_eq!(app.client().send(foreign).await.status, StatusCode::FORBIDDEN);
    }
}

flow! {
    settings: many(),
    async fn answers_stand_below_what_they_answer_one_level_deep(app) {
        let first = app.says(&from_ann("First")).await;
        let bob = |text, to| vec![("name", "Bob"), ("email", "bob@example.org"), ("text", text), ("reply_to", to)];
        let to_first = first.to_string();
        let early = app.client().post(FORM, &bob("Too early", &to_first)).await;
        assert_refused(&early, "form", "not there any more");
        app.decides(&[first], Verdict::Approve).await;

        let form = app.client().get(&format!("{FORM}?reply_to={first}")).await.text();
        assert!(form.contains("Reply to \u{2068}Ann Reader\u{2069}") || form.contains("Reply to Ann Reader"), "{form}");
        let second = app.says(&bob("Second", &to_first)).await;
        app.decides(&[second], Verdict::Approve).await;
        let to_second = second.to_string();
        let third = app.says(&with(from_ann("Third"), "reply_to", &to_second)).await;
        app.decides(&[third], Verdict::Approve).await;
        let threads = app.lines("SELECT COALESCE(thread_id, '-') AS line FROM comments ORDER BY id").await;
        assert_eq!(threads, ["-", &to_first, &to_first]);
        let page = app.article().await;
        let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}: {page}"));
        assert!(at("First</p>") < at("class=\"replies\"") && at("Second</p>") < at("Third</p>"));
        let elsewhere = "/articles/50-years-since-the-death-of-stalin/comments";
        assert_refused(&app.client().post(elsewhere, &bob("Elsewhere", &to_first)).await, "form", "not there any more");

        app.decides(&[first], Verdict::Reject).await;
        let page = app.article().await;
        assert!(page.contains("This comment was taken away.") && !page.contains("First</p>"), "{page}");
        assert!(page.contains("2 comments") && page.contains("Second</p>"), "{page}");
        // What is not shown goes after its time, and leaves its place to those who answered.
        app.clock.advance(TimeDelta::days(31));
        app.upkeep().await;
        assert_eq!(app.stand().await, ["removed ", "approved ", "approved "]);
        let left = "SELECT COUNT(*) AS number FROM comments WHERE body IS NULL AND email IS NULL AND same_key IS NULL";
        assert_eq!(app.number(left).await, 1);
        for statement in [
            "UPDATE comments SET name = 'Ann' WHERE status = 'removed'",
            "UPDATE comments SET status = 'held' WHERE status = 'approved'",
            "UPDATE comments SET status = 'odd'",
        ] {
            assert!(app.execute(&[statement]).is_err(), "{statement}");
        }
    }
}

flow! {
    settings: settings(&[("MAINSTAY_COMMENTS__CLOSED_AFTER_DAYS", "10000")]),
    async fn an_article_closes_after_its_days_and_what_was_said_stays(app) {
        let id = app.says(&from_ann("In time")).await;
        app.decides(&[id], Verdict::Approve).await;
        // The article is of February 2003.
        app.clock.advance(TimeDelta::days(1_500));
        app.looks().await;

        let page = app.article().await;
        assert!(page.contains("In time") && page.contains("This article takes no more comments."), "{page}");
        assert!(!page.contains("<textarea") && !page.contains("reply_to="), "{page}");
        let late = app.client().post(FORM, &from_ann("Too late")).await;
        assert_refused(&late, "form", "takes no more comments");
        assert!(late.text().contains("Too late</textarea>"));
        assert_eq!(app.client().get(FORM).await.location(), format!("{ARTICLE}#comments"));
        assert_eq!(app.count("comments").await, 1);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_COMMENTS__ENABLED", "false")]),
    async fn a_site_without_comments_has_no_trace_of_them(app) {
        let page = app.article().await;
        assert!(!page.contains("id=\"comments\"") && !page.contains("comments"), "{page}");
        assert_eq!(app.client().get(FORM).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.client().post(FORM, &from_ann("Hello")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.count("comments").await, 0);
    }
}
