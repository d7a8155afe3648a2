//! The pages of a publication of ten thousand articles and a hundred thousand comments, beside bare actix with the same
//! bytes; and how long a comment that was approved takes to stand on the page of another process.

use crate::landing::{self, Asked, BROWSER};
use crate::process::{self, Server};
use crate::raw::postgres::PgBench;
use crate::rounds::{Plan, Series, print_figure};
use crate::settling::{Books, at_a_time};
use mainstay::domain::article::Slug;
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::{CommentText, Discussion, Verdict};
use mainstay::domain::donor::{EmailAddress, PersonName};
use mainstay::domain::past_comment::PastComment;
use mainstay::store::comments as written;
use mainstay::usecases::comments::{self, Decision, Sender, Typed, past};
use std::path::Path;
use std::time::{Duration, Instant};

/// Articles beside those of the example.
const ARTICLES: usize = 10_000;
/// Comments on each article of an even number; the others have none.
const COMMENTS: usize = 20;
/// How often is asked whether a comment is there.
const GLANCE: Duration = Duration::from_millis(10);

pub(crate) fn on_sqlite(plan: &Plan) {
    let folder = process::folder();
    let url = format!("sqlite://{}/site.db", folder.path().display());
    measure(plan, "SQLite", folder.path(), &url);
}

pub(crate) fn on_postgres(plan: &Plan) {
    let (folder, database) = (process::folder(), PgBench::database("publication"));
    measure(plan, "PostgreSQL", folder.path(), &database.url);
}

fn measure(plan: &Plan, engine: &str, folder: &Path, url: &str) {
    let content = folder.join("content");
    let books = fill(engine, &content, url);
    let content = content.display().to_string();
    let mut settings = process::settings(plan);
    settings.push(("MAINSTAY_SERVER__WORKERS", "1"));
    settings.push(("MAINSTAY_SITE__CONTENT", &content));
    settings.push(("MAINSTAY_DATABASE__URL", url));
    let began = Instant::now();
    let site = Server::mainstay(folder, &settings);
    let name = format!("start with {ARTICLES} articles and {} comments, {engine}", ARTICLES / 2 * COMMENTS);
    print_figure(&name, &Series::of([began.elapsed().as_secs_f64()]), "s", 1);
    print_figure(&format!("memory after that, {engine}"), &Series::of([site.memory_mb("VmRSS")]), "MB", 0);
    site.wait_until_idle();
    let (quiet, discussed) = (place(ARTICLES - 1), place(ARTICLES));
    let pages = [
        ("front page", "/"),
        ("article", quiet.as_str()),
        ("article with comments", discussed.as_str()),
        ("list of articles", "/articles"),
        ("section", "/sections/section-3"),
        ("feed", "/feed.xml"),
        ("feed of a campaign", "/campaigns/press-fund/feed.xml"),
        ("map of the site", "/sitemap.xml"),
    ];
    for (page, path) in pages {
        landing::compare(
            plan,
            &site,
            &Asked { what: &format!("{page}, br, {engine}"), path, headers: BROWSER },
        );
    }
    let other = Server::mainstay(folder, &settings);
    other.wait_until_idle();
    let times: Vec<f64> = (0..plan.rounds).map(|round| until_shown(&books, &other, round)).collect();
    let name = format!("from the approval of a comment until another process shows it, {engine}");
    print_figure(&name, &Series::of(times), "s", 2);
}

/// Makes the publication: its files in `content`, its comments in the database.
fn fill(engine: &str, content: &Path, url: &str) -> Books {
    let began = Instant::now();
    copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/content")), content);
    for number in 1..=ARTICLES {
        let file = content.join("articles").join(format!("{}.md", name(number)));
        std::fs::write(file, article(number)).unwrap();
    }
    let books = Books::open(url);
    let ctx = books.ctx().clone();
    let discussed = (1..=ARTICLES).filter(|number| number % 2 == 0).collect();
    books.block_on(at_a_time(discussed, move |number| {
        let ctx = ctx.clone();
        async move {
            let place = (Slug::parse(&name(number)).unwrap(), title(number));
            past::take_over(&ctx, Actor::Command, place, said(number)).await.unwrap();
        }
    }));
    println!("{engine} filled in {:.0} s\n", began.elapsed().as_secs_f64());
    books
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(source, target).unwrap();
        }
    }
}

fn name(number: usize) -> String {
    format!("report-{number}")
}

fn title(number: usize) -> String {
    format!("Report {number} of many")
}

fn place(number: usize) -> String {
    format!("/articles/{}", name(number))
}

fn article(number: usize) -> String {
    let (year, month, day) = (2001 + number % 24, 1 + number % 12, 1 + number % 28);
    let paragraph = "A paragraph with **weight** and [a link](/articles), as long as those that people write for each \
                     other when they have something to report and know that it is read.\n\n";
    format!(
        "---\ntitle: {}\nkicker: Section {}\ndate: {year}-{month:02}-{day:02}\nauthor: Ann Reader\n---\n\n{}",
        title(number),
        number % 10,
        paragraph.repeat(25)
    )
}

/// Every third answers the one before.
fn said(number: usize) -> Vec<PastComment> {
    let source = |index: usize| format!("bench {number} {index}");
    let comment = |index: usize| PastComment {
        source: source(index),
        thread: (index % 3 == 2).then(|| source(index - 1)),
        name: PersonName::parse(&format!("Reader {index}")).unwrap().unwrap(),
        email: Some(EmailAddress::parse(&format!("reader{index}@example.org")).unwrap()),
        text: CommentText::parse("Some words of a reader, who agrees.\n\nOr does not, in part.").unwrap(),
        written_at: "2024-06-15T10:00:00Z".parse().unwrap(),
        is_approved: true,
    };
    (0..COMMENTS).map(comment).collect()
}

/// Seconds from the moment at which this process approves a comment until the other one shows it.
fn until_shown(books: &Books, other: &Server, round: usize) -> f64 {
    let (ctx, words) = (books.ctx(), format!("Words of round {round}."));
    let email = format!("round{round}@example.org");
    let number = ARTICLES - 1;
    let discussion =
        Discussion { article: Slug::parse(&name(number)).unwrap(), title: title(number), last_day: None };
    let typed = Typed { name: "Ann".into(), email: email.clone(), text: words.clone(), ..Typed::default() };
    let sender = Sender { client: email.clone(), known_by: None };
    books.block_on(comments::write(ctx, discussion, typed, sender)).unwrap();
    let address = EmailAddress::parse(&email).unwrap();
    let held = ctx.db.read(move |conn| written::from_address(conn, &address));
    let ids = books.block_on(held).unwrap().into_iter().map(|comment| comment.id).collect();

    let decision = Decision { verdict: Verdict::Approve, reason: String::new() };
    books.block_on(comments::decide(ctx, Actor::Command, ids, decision)).unwrap();
    let began = Instant::now();
    let request = landing::request(&place(number), "");
    let is_there = || {
        let page = process::ask(other.address, &request, &[]).unwrap();
        String::from_utf8_lossy(&page.body).contains(&words)
    };
    while !is_there() {
        std::thread::park_timeout(GLANCE);
    }
    began.elapsed().as_secs_f64()
}
