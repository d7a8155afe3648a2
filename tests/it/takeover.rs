//! What a publication wrote elsewhere: taken over once, found at its old addresses, and never forced upon what is here.

mod blog;
pub(crate) mod size;

use std::path::Path;

use mainstay::content::past::{Options, Report, WordPress};
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::Verdict;
use mainstay::usecases::comments::past::{self, Taken};
use mainstay::usecases::comments::{self, Decision, own};
use mainstay::usecases::tokens;
use reqwest::{Method, StatusCode};

use self::blog::{Said, export, post, said};
use crate::office::content::{publication, publication_with};
use crate::support::app::TestApp;
use crate::support::both;

const WHOLE: usize = usize::MAX;

impl TestApp {
    /// Takes over the first `posts` of an export.
    async fn moves_in(&self, content: &Path, xml: &str, posts: usize) -> (Report, Taken) {
        let file = self.folder.path().join("export.xml");
        std::fs::write(&file, xml).unwrap();
        let options = Options { media: None, language: "en".into(), is_dry: false };
        let mut wordpress = WordPress::open(&file, content, options).unwrap();
        let (mut done, mut taken) = (0, Taken::default());
        while done < posts
            && let Some(post) = wordpress.next_post().unwrap()
        {
            let place = (post.slug, post.title);
            let now = past::take_over(self.ctx(), Actor::Command, place, post.comments).await.unwrap();
            taken = taken.and(now);
            done += 1;
        }
        self.looks().await;
        (wordpress.into_report(), taken)
    }

    /// Every comment that was taken over, by its number there: where it stands and in which thread.
    async fn past_comments(&self) -> Vec<String> {
        self.lines(
            "SELECT p.source || ' ' || c.article || ' ' || c.status || ' ' || CAST(c.written_at AS TEXT) || ' ' || \
             COALESCE(f.source, '-') AS line FROM past_comments p JOIN comments c ON c.id = p.comment_id \
             LEFT JOIN past_comments f ON f.comment_id = c.thread_id ORDER BY p.source",
        )
        .await
    }
}

/// Every file of a folder with its text, by name.
pub(crate) fn files_of(content: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(content.join("articles"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|file| {
            (
                file.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&file).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}

fn bread() -> String {
    let comments = [
        said(1, 0, "1", "First <b>words</b>."),
        said(2, 1, "1", "An answer."),
        said(3, 2, "1", "<script>alert('c')</script>An answer to it."),
        said(4, 0, "0", "Not read yet."),
        said(5, 0, "spam", "Buy this."),
        Said { kind: "pingback", ..said(6, 0, "1", "[...] pinged [...]") },
    ];
    post(
        12,
        "bread",
        "Bread <script>alert('t')</script>",
        "Old <em>bread</em>.<script>alert('b')</script>",
        &comments,
    )
}

both! {
    async fn a_blog_is_taken_over_once_with_its_comments_and_found_at_its_old_addresses(engine) {
        let (app, folder) = publication(engine).await;
        let xml = export(&bread());
        let (report, taken) = app.moves_in(folder.path(), &xml, WHOLE).await;
        assert_eq!((report.new, report.addresses), (1, 2), "{report:?}");
        assert_eq!(taken, Taken { shown: 3, held: 1, known: 0 });

        let client = app.client();
        let page = client.get("/articles/bread").await.text();
        for words in ["Old <em>bread</em>.", "First words.", "An answer.", "An answer to it.", "3 May 2019", "4 May 2019"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        for words in ["alert(", "Not read yet", "Buy this", "pinged", "reader1@example.org"] {
            assert!(!page.contains(words), "{words}: {page}");
        }
        for (old, now) in [
            ("/2019/05/bread/", "/articles/bread"),
            ("/2019/05/bread", "/articles/bread"),
            ("/2019/05/bread/?utm_source=x&replytocom=3", "/articles/bread?utm_source=x"),
            ("/2019/05/bread/amp/", "/articles/bread"),
            ("/2019/05/bread/comment-page-2/", "/articles/bread"),
            ("/?p=12", "/articles/bread"),
            ("/?p=12&lang=de", "/articles/bread?lang=de"),
        ] {
            let answer = client.get(old).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::MOVED_PERMANENTLY, now), "{old}");
            let head = client.send(client.request(Method::HEAD, old)).await;
            assert_eq!(head.status, StatusCode::MOVED_PERMANENTLY, "{old}");
            assert_eq!(client.get(now).await.status, StatusCode::OK, "{now} leads on");
        }
        let (files, rows) = (files_of(folder.path()), app.past_comments().await);
        let (again, taken) = app.moves_in(folder.path(), &xml, WHOLE).await;
        assert_eq!((again.new, again.same, again.noted.len()), (0, 1, 0), "{again:?}");
        assert_eq!(taken, Taken { shown: 0, held: 0, known: 4 });
        assert_eq!((files_of(folder.path()), app.past_comments().await), (files, rows));
        app.run_jobs().await;
        assert!(app.letters().is_empty(), "what is over is no news");
        app.finish().await;
    }
}

both! {
    async fn an_old_address_leads_to_no_other_site_and_to_nothing_that_is_not_shown(engine) {
        let (app, folder) = publication_with(
            engine,
            &[("loaf", "---\ntitle: Loaf\nwas: [/articles/bread-of-old]\n---\n\nText.\n")],
        )
        .await;
        let draft = post(13, "soon", "Soon", "Text.", &[]).replace(">publish<", ">draft<");
        app.moves_in(folder.path(), &export(&format!("{}{draft}", bread())), WHOLE).await;
        let client = app.client();
        let renamed = client.get("/articles/bread-of-old").await;
        assert_eq!((renamed.status, renamed.header("location")), (StatusCode::MOVED_PERMANENTLY, "/articles/loaf"));
        for path in [
            "/2019/05/soon/",
            "/?p=13",
            "//evil.example/2019/05/bread/",
            "/2019/05/bread/https://evil.example/",
            "/2019/05/",
            "/articles/nothing",
        ] {
            let answer = client.get(path).await;
            assert_eq!(answer.header("location"), "", "{path}");
            let expected = if path == "/?p=13" { StatusCode::OK } else { StatusCode::NOT_FOUND };
            assert_eq!(answer.status, expected, "{path}");
        }
        let posted = client.post("/2019/05/bread/", &[]).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND);
        app.finish().await;
    }
}

both! {
    async fn a_newer_export_adds_what_is_new_and_keeps_what_was_changed_here(engine) {
        let (app, folder) = publication(engine).await;
        let salt = post(14, "salt", "Salt", "Old salt.", &[]);
        app.moves_in(folder.path(), &export(&format!("{}{salt}", bread())), WHOLE).await;
        let file = folder.path().join("articles/bread.md");
        let by_hand = std::fs::read_to_string(&file).unwrap().replace("Old *bread*", "My bread");
        std::fs::write(&file, &by_hand).unwrap();

        let comments = [said(1, 0, "1", "First <b>words</b>."), said(9, 2, "1", "A late answer.")];
        let bread = post(12, "bread", "Bread", "Newer bread.", &comments);
        let newer = [&bread, &salt.replace("Old salt", "New salt"), &post(15, "bread", "Bread again", "Text.", &[])];
        let newer = export(&newer.map(String::as_str).concat());
        let (report, taken) = app.moves_in(folder.path(), &newer, WHOLE).await;

        assert_eq!((report.new, report.changed, report.same, report.by_hand), (1, 1, 0, 1), "{report:?}");
        assert!(report.noted.iter().any(|noted| noted.notes[0].contains("changed here by hand")), "{report:?}");
        assert_eq!(taken, Taken { shown: 1, held: 0, known: 1 });
        assert_eq!(std::fs::read_to_string(&file).unwrap(), by_hand);
        let client = app.client();
        assert!(client.get("/articles/bread").await.text().contains("A late answer."));
        assert!(client.get("/articles/salt").await.text().contains("New salt"));
        assert!(client.get("/articles/bread-2").await.text().contains("Bread again"));
        app.finish().await;
    }
}

both! {
    async fn what_was_taken_away_here_does_not_come_back_and_nobody_is_told_of_what_was_held(engine) {
        let (app, folder) = publication(engine).await;
        app.moves_in(folder.path(), &export(&bread()), WHOLE).await;
        let id_of = |source: &str| {
            format!("SELECT comment_id AS line FROM past_comments WHERE source = 'old.example.org {source}'")
        };
        let first = app.lines(&id_of("1")).await.remove(0).parse().unwrap();
        let link = tokens::own_comment_token(&app.ctx().key, first).unwrap();
        own::remove(app.ctx(), &link, own::Extent::This).await.unwrap();
        let held = app.lines(&id_of("4")).await.remove(0).parse().unwrap();
        let decision = Decision { verdict: Verdict::Approve, reason: String::new() };
        assert_eq!(comments::decide(app.ctx(), Actor::Command, vec![held], decision).await.unwrap(), 1);

        let (_, taken) = app.moves_in(folder.path(), &export(&bread()), WHOLE).await;
        assert_eq!(taken, Taken { shown: 0, held: 0, known: 4 });
        let page = app.client().get("/articles/bread").await.text();
        assert!(!page.contains("First words.") && page.contains("Not read yet."), "{page}");
        app.run_jobs().await;
        assert!(app.letters().is_empty(), "what is over is no news");
        app.finish().await;
    }
}

both! {
    async fn a_look_before_changes_nothing(engine) {
        let (app, folder) = publication(engine).await;
        let files = files_of(folder.path());
        let file = app.folder.path().join("export.xml");
        std::fs::write(&file, export(&bread())).unwrap();
        let options = Options { media: None, language: "en".into(), is_dry: true };
        let mut wordpress = WordPress::open(&file, folder.path(), options).unwrap();
        let post = wordpress.next_post().unwrap().unwrap();
        let taken = past::look(app.ctx(), post.comments).await.unwrap();

        assert_eq!(taken, Taken { shown: 3, held: 1, known: 0 });
        assert_eq!(wordpress.into_report().new, 1);
        assert_eq!(files_of(folder.path()), files);
        assert_eq!(app.lines("SELECT id AS line FROM comments").await, [""; 0]);
        app.finish().await;
    }
}
