//! A reader's own comment by the link that was mailed: changed, taken away, answered, and trusted.

use chrono::TimeDelta;
use mainstay::domain::comment::Verdict;
use reqwest::{Method, StatusCode};

use super::{ARTICLE, FORM, from_ann, with};
use crate::support::app::{Changes, TestApp, settings};
use crate::support::client::Answer;
use crate::support::flow;

/// A site that trusts readers after two comments.
fn trusting() -> Changes {
    settings(&[
        ("MAINSTAY_COMMENTS__TRUSTED_AFTER", "2"),
        ("MAINSTAY_LIMITS__COMMENTS_PER_IP_PER_HOUR", "1000"),
    ])
}

fn many() -> Changes {
    settings(&[("MAINSTAY_LIMITS__COMMENTS_PER_IP_PER_HOUR", "1000")])
}

fn bob(text: &'static str) -> super::Fields<'static> {
    with(with(from_ann(text), "name", "Bob"), "email", "bob@example.org")
}

impl TestApp {
    /// The path of the own comment in the latest letter to an address that it is shown.
    async fn own_path(&self, email: &str) -> String {
        self.run_jobs().await;
        let letters = self.letters_about("Your comment is shown");
        let letter = letters.iter().rfind(|letter| letter.to.contains(email)).unwrap();
        path_in(&letter.text)
    }

    /// Writes and approves a comment; returns the path of the one who wrote it.
    async fn is_shown(&self, fields: &[(&str, &str)]) -> String {
        let id = self.says(fields).await;
        self.decides(&[id], Verdict::Approve).await;
        let email = fields.iter().find(|(name, _)| *name == "email").unwrap().1;
        self.own_path(email).await
    }

    async fn says_from(&self, browser: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let client = self.client();
        client.send(client.form(FORM, body).header("cookie", browser)).await
    }
}

fn path_in(text: &str) -> String {
    let from = text.find("/comments/cmt_").unwrap_or_else(|| panic!("{text}"));
    let found = text[from..].split(|c: char| c.is_whitespace() || c == '>').next().unwrap();
    found.to_owned()
}

flow! {
    settings: many(),
    async fn nobody_is_written_to_before_a_person_has_approved_and_then_once(app) {
        let id = app.says(&with(from_ann("Hello"), "wants_answers", "true")).await;
        app.run_jobs().await;
        assert!(app.letters().is_empty(), "anybody can type an address");

        app.decides(&[id], Verdict::Approve).await;
        let path = app.own_path("ann@example.org").await;
        app.decides(&[id], Verdict::Spam).await;
        app.decides(&[id], Verdict::Approve).await;
        app.run_jobs().await;
        let letters = app.letters();
        assert_eq!(letters.len(), 1);
        for words in ["Dear Ann Reader", "How this publication is paid for", "somebody answers in the thread", &format!("#{id}")] {
            assert!(letters[0].text.contains(words), "{words}: {}", letters[0].text);
        }
        assert!(path.contains(&format!("{id}.")));

        let page = app.client().get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
        assert!(page.text().contains("Hello</textarea>") && !page.text().contains("Remember me"), "{}", page.text());
        // A comment that is gone in between tells nobody.
        let late = app.says(&from_ann("Late")).await;
        app.decides(&[late], Verdict::Approve).await;
        app.decides(&[late], Verdict::Reject).await;
        app.run_jobs().await;
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    settings: many(),
    async fn a_link_that_this_site_did_not_make_opens_nothing(app) {
        let path = app.is_shown(&from_ann("Hello")).await;
        let other = app.is_shown(&bob("Good day")).await;
        let (_, code) = path.split_once('.').unwrap();
        let (others, _) = other.split_once('.').unwrap();
        let forged = format!("{others}.{code}");
        for wrong in [forged.as_str(), "/comments/x", "/comments/cmt_01JAAAAAAAAAAAAAAAAAAAAAAA.", others] {
            assert_eq!(app.client().get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
            for act in ["", "/remove", "/answers", "/known"] {
                let done = app.client().post(&format!("{wrong}{act}"), &[("text", "Mine now"), ("all", "true")]).await;
                assert_eq!(done.status, StatusCode::NOT_FOUND, "{wrong}{act}");
            }
        }
        assert_eq!(app.stand().await, ["approved ", "approved "]);
        let foreign = app.client().request(Method::POST, &format!("{path}/remove")).header("sec-fetch-site", "cross-site");
        assert_eq!(app.client().send(foreign).await.status, StatusCode::FORBIDDEN);
    }
}

flow! {
    settings: many(),
    async fn who_wants_to_know_is_told_of_answers_until_one_click_ends_it(app) {
        let first = app.says(&with(from_ann("First"), "wants_answers", "true")).await;
        app.decides(&[first], Verdict::Approve).await;
        let to_first = first.to_string();
        let answer = app.says(&with(bob("I see it <i>otherwise</i>.\n\nBob"), "reply_to", &to_first)).await;
        app.run_jobs().await;
        assert!(app.letters_about("answered").is_empty(), "it is not shown yet");
        app.decides(&[answer], Verdict::Approve).await;
        let own = app.says(&with(with(from_ann("And I again"), "reply_to", &to_first), "wants_answers", "true")).await;
        app.decides(&[own], Verdict::Approve).await;
        app.run_jobs().await;

        let told = app.letters_about("Bob answered");
        assert_eq!(app.letters_about("answered").len(), 1, "nobody is told of an answer of their own");
        assert!(told[0].to.contains("ann@example.org") && told[0].text.contains("> I see it <i>otherwise</i>."), "{:?}", told[0]);
        assert!(told[0].html.contains("&lt;i&gt;otherwise") && told[0].text.contains(&format!("#{answer}")));
        let header = |name: &str| told[0].headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        assert_eq!(header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
        let path = path_in(&header("List-Unsubscribe").unwrap());

        // A second answer, and Ann is there twice: she gets one letter.
        let second = app.says(&with(bob("One more"), "reply_to", &to_first)).await;
        app.decides(&[second], Verdict::Approve).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("Bob answered").len(), 2);

        // As a mail program does it: no cookie, no word about where it comes from.
        let request = app.client().request(Method::POST, &path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("List-Unsubscribe=One-Click");
        let stopped = app.client().send(request).await;
        assert_eq!(stopped.status, StatusCode::SEE_OTHER);
        let page = app.client().get(stopped.location()).await.text();
        assert!(page.contains("You will not be written to about answers any more."), "{page}");
        assert_eq!(app.client().get(&path).await.location(), path.replace("/answers", "#answers"));
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM comments WHERE wants_answers = TRUE").await, 1);
        let own_path = app.own_path("ann@example.org").await;
        app.client().post(&format!("{own_path}/answers"), &[("wanted", "false")]).await.location();
        let third = app.says(&with(bob("And another"), "reply_to", &to_first)).await;
        app.decides(&[third], Verdict::Approve).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("answered").len(), 2);
        app.client().post(&format!("{own_path}/answers"), &[("wanted", "true")]).await.location();
        assert!(app.client().get(&own_path).await.text().contains("You are written to when somebody answers"));
    }
}

flow! {
    settings: many(),
    async fn what_a_reader_changes_is_read_again(app) {
        let path = app.is_shown(&from_ann("Frist")).await;
        assert_eq!(app.client().post(&path, &[("text", " Frist ")]).await.location(), format!("{path}?done=changed"));
        assert_eq!(app.stand().await, ["approved "], "the same words change nothing");
        let empty = app.client().post(&path, &[("text", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text().contains("id=\"text-problem\">Please write something"), "{}", empty.text());

        let changed = app.client().post(&path, &[("text", "First")]).await;
        assert!(app.client().get(changed.location()).await.text().contains("Your comment was changed."));
        assert_eq!(app.stand().await, ["held new_reader"]);
        assert!(!app.article().await.contains("Frist"), "this process shows it at once");
        let again = app.says(&from_ann("Frist")).await;
        assert_eq!(app.stand().await.len(), 2, "the old words are free again");
        let twice = app.client().post(&path, &[("text", "Frist")]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(twice.text().contains("just this here before"), "{}", twice.text());

        let id = path.trim_start_matches("/comments/").split('.').next().unwrap().parse().unwrap();
        app.decides(&[id], Verdict::Approve).await;
        let page = app.article().await;
        assert!(page.contains("First</p>") && page.contains("changed on 15 June 2026"), "{page}");
        app.decides(&[id, again], Verdict::Spam).await;
        let refused = app.client().post(&path, &[("text", "Second try")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let page = app.client().get(&path).await.text();
        assert!(page.contains("It is not shown.") && !page.contains("<textarea"), "{page}");
        assert_eq!(app.stand().await, ["spam ", "spam "]);
    }
}

flow! {
    settings: many(),
    async fn a_reader_takes_away_one_comment_or_all(app) {
        let first = app.says(&from_ann("First")).await;
        app.decides(&[first], Verdict::Approve).await;
        let path = app.own_path("ann@example.org").await;
        app.is_shown(&with(bob("An answer"), "reply_to", &first.to_string())).await;
        let second = app.is_shown(&from_ann("Second")).await;
        app.says(&from_ann("Third")).await;

        let doubt = app.client().get(&format!("{second}/remove")).await.text();
        assert!(doubt.contains("for good") && doubt.contains("name=\"all\""), "{doubt}");
        assert_eq!(app.count("comments").await, 4, "looking takes nothing away");
        assert_eq!(app.client().post(&format!("{second}/remove"), &[]).await.location(), format!("{ARTICLE}#comments"));
        assert!(!app.article().await.contains("Second</p>"));
        assert_eq!(app.stand().await, ["approved ", "approved ", "held review"]);

        app.client().post(&format!("{path}/remove"), &[("all", "true")]).await.location();
        let page = app.article().await;
        assert!(page.contains("This comment was taken away.") && page.contains("An answer</p>") && !page.contains("Ann Reader"), "{page}");
        assert_eq!(app.stand().await, ["removed ", "approved "]);
        for gone in [&path, &second] {
            assert_eq!(app.client().get(gone).await.status, StatusCode::NOT_FOUND);
        }
        let left = app.lines("SELECT COALESCE(name, '') || COALESCE(email, '') || COALESCE(body, '') AS line FROM comments").await;
        assert!(left.iter().all(|line| !line.contains("Ann") && !line.contains("ann@")), "{left:?}");
    }
}

flow! {
    settings: trusting(),
    async fn who_is_trusted_is_shown_at_once_from_the_browser_that_opened_the_link(app) {
        app.is_shown(&from_ann("One")).await;
        let path = app.is_shown(&from_ann("Two")).await;
        app.says(&from_ann("Typed by anybody")).await;

        assert!(app.client().get(&path).await.text().contains("Remember me in this browser"));
        let known = app.client().post(&format!("{path}/known"), &[]).await;
        let cookie = known.header("set-cookie").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let browser = cookie.split(';').next().unwrap();

        app.clock.advance(TimeDelta::milliseconds(1));
        let shown = app.says_from(browser, &from_ann("Three, see https://a.example/")).await;
        assert!(shown.location().starts_with("/comments/cmt_") && shown.location().ends_with("?done=shown"), "{}", shown.location());
        assert_eq!(shown.header("referrer-policy"), "no-referrer");
        let page = app.article().await;
        assert!(page.contains("Three, see <a href=\"https://a.example/\""), "{page}");
        app.clock.advance(TimeDelta::milliseconds(1));
        let as_bob = app.says_from(browser, &bob("In the name of another")).await;
        assert_eq!(as_bob.location(), format!("{FORM}?done=held"));
        assert_eq!(app.stand().await, ["approved ", "approved ", "held review", "approved ", "held new_reader"]);

        // A change of a trusted reader is shown as well, with its day.
        app.clock.advance(TimeDelta::days(1));
        let own = shown.location().split('?').next().unwrap().to_owned();
        app.client().post(&own, &[("text", "Three, mended")]).await.location();
        let page = app.article().await;
        assert!(page.contains("Three, mended</p>") && page.contains("changed on 16 June 2026"), "{page}");
        app.run_jobs().await;
        assert_eq!(app.letters().len(), 2, "who was shown at once has the page already");
        // What the browser was known by is gone: it is known no more.
        app.client().post(&format!("{path}/remove"), &[]).await.location();
        let later = app.says_from(browser, &from_ann("Four")).await;
        assert_eq!(later.location(), format!("{FORM}?done=held"));
        assert!(app.client().get(ARTICLE).await.text().contains("One</p>"));
    }
}
