//! A blog of years moves in by the command of the operator: killed on the way, run again, and run once more, which changes
//! nothing.

use std::collections::BTreeSet;
use std::time::Instant;

use mainstay::store::Db;

use super::dump::dump;
use super::site::{Site, broken_rules};
use super::{Summary, size};
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::sql::{lines, number};
use crate::support::{twins, until};
use crate::takeover::files_of;
use crate::takeover::size::{COMMENTS, HELD, years};

const FILES: [(&str, &str); 2] = [
    ("articles/home.md", "---\ntitle: Home\nlanding: true\n---\n\nHello.\n"),
    (
        "campaigns/press-fund.md",
        "---\ntitle: Press fund\nsummary: For the press.\namounts:\n  EUR: [10, 25]\n---\n",
    ),
];
const COUNT: &str = "SELECT COUNT(*) AS number FROM past_comments";

async fn a_blog_moves_in_once(engine: Engine) {
    let mut summary = Summary::of("moving_in", engine, &["killed"]);
    let posts = size(150, 1_000);
    let comments = posts * COMMENTS;
    let site = Site::new(engine).await;
    let content = site.folder.path().join("content");
    for (name, text) in FILES {
        let file = content.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    std::fs::write(site.folder.path().join("export.xml"), years(posts)).unwrap();
    let site = site.with(&[("MAINSTAY_SITE__CONTENT", content.to_str().unwrap())]);
    let migrated = site.command(&["migrate"]).run().await;
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    let (db, import) = (site.database(), || site.command(&["import", "wordpress", "export.xml"]));

    let begun = async || (number(&db, COUNT).await > 0).then_some(());
    tokio::select! {
        // It was faster than we looked: then nothing was killed, and the summary says so.
        finished = import().run() => assert_eq!(finished.code, Some(0), "{finished:?}"),
        () = until("the first comments", begun) => summary.fault("killed", 1),
    }
    summary.figure("comments before that", number(&db, COUNT).await);

    let clock = Instant::now();
    let (finished, memory) = import().run_watched().await;
    assert_eq!(finished.code, Some(0), "{finished:?}");
    summary.ran(1);
    summary.figure("posts", posts);
    summary.figure("comments", comments);
    summary.figure("seconds for the rest", clock.elapsed().as_secs());
    summary.figure("MB at most", memory / 1024);

    let (files, rows) = (files_of(&content), dump(&db).await);
    let again = import().run().await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(
        again.stdout.contains(&format!("0 articles are new, 0 changed there, {posts} the same")),
        "{again:?}"
    );
    let known = format!(
        "0 comments are new and shown, 0 are new and wait for a person, {comments} were here before."
    );
    assert!(again.stdout.contains(&known), "{again:?}");
    summary.ran(1);
    let (files_now, rows_now) = (files_of(&content), dump(&db).await);
    let changed = files.iter().filter(|file| !files_now.contains(file)).count();
    let appeared = files_now.len().abs_diff(files.len()) + rows_now.len().abs_diff(rows.len());
    let differing = rows.iter().zip(&rows_now).filter(|(before, after)| before != after).count();
    summary.figure("changed by the same again", changed + appeared + differing);
    assert_eq!(changed + appeared + differing, 0);

    compare(&mut summary, &db, &files, posts).await;
    let serving = site.command(&["serve", "--no-worker"]).serve().await;
    let page = Client::new(&serving.url).get(&format!("/articles/post-{posts}")).await.text();
    assert_eq!(
        page.matches("words of a reader").count(),
        usize::try_from(COMMENTS).unwrap() - HELD,
        "{page}"
    );
    serving.stop().await;
    let broken = broken_rules(&db).await;
    assert!(broken.is_empty(), "{broken:#?}");
    summary.finish();
}

/// What of the blog is not here, and what is here twice.
async fn compare(summary: &mut Summary, db: &Db, files: &[(String, String)], posts: u64) {
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let wanted = (1..=posts).map(|number| format!("post-{number}.md"));
    summary.lost(wanted.filter(|name| !names.contains(name.as_str())));
    let sources = lines(db, "SELECT source AS line FROM past_comments").await;
    let different: BTreeSet<&String> = sources.iter().collect();
    let whole = usize::try_from(posts * COMMENTS).unwrap();
    summary.lost((different.len()..whole).map(|_| "a comment".to_owned()));
    let stand = number(db, "SELECT COUNT(*) AS number FROM comments").await;
    summary.doubled((whole..usize::try_from(stand).unwrap()).map(|_| "a comment".to_owned()));
    summary.doubled((posts + 1..u64::try_from(names.len()).unwrap()).map(|_| "an article".to_owned()));
}

twins!(a_blog_moves_in_once);
