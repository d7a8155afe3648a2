//! Whole exports into whole folders.

use super::*;

const HEAD: &str = "<?xml version=\"1.0\"?><rss xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\" \
    xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
    xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><language>de-DE</language><wp:wxr_version>1.2</wp:wxr_version>\
    <wp:base_blog_url>https://old.example.org</wp:base_blog_url><wp:author><wp:author_login>ann</wp:author_login>\
    <wp:author_display_name>Ann Lee</wp:author_display_name></wp:author>";

struct Given<'a> {
    id: u64,
    kind: &'a str,
    status: &'a str,
    name: &'a str,
    title: &'a str,
    more: &'a str,
}

impl Given<'_> {
    fn post(id: u64, name: &'static str, title: &'static str) -> Given<'static> {
        Given { id, kind: "post", status: "publish", name, title, more: "" }
    }

    fn xml(&self) -> String {
        let Self { id, kind, status, name, title, more } = self;
        format!(
            "<item><title><![CDATA[{title}]]></title><link>https://old.example.org/2019/05/{name}/</link>\
             <guid>https://old.example.org/?p={id}</guid><dc:creator>ann</dc:creator>\
             <content:encoded><![CDATA[Text of {id}.]]></content:encoded><wp:post_id>{id}</wp:post_id>\
             <wp:post_date>2019-05-03 10:00:00</wp:post_date><wp:post_name>{name}</wp:post_name>\
             <wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>"
        )
    }
}

fn comment(id: u64, parent: u64, approved: &str, kind: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author>Bo</wp:comment_author>\
         <wp:comment_author_email>bo{id}@example.org</wp:comment_author_email>\
         <wp:comment_date_gmt>2019-05-04 08:00:00</wp:comment_date_gmt><wp:comment_content>Words {id}.</wp:comment_content>\
         <wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>{kind}</wp:comment_type>\
         <wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
    )
}

fn taken(content: &Path, items: &[Given<'_>]) -> (Vec<Post>, Report) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let items: String = items.iter().map(Given::xml).collect();
    std::fs::write(file.path(), format!("{HEAD}{items}</channel></rss>")).unwrap();
    let options = Options { media: None, language: "en".into(), is_dry: false };
    let mut wordpress = WordPress::open(file.path(), content, options).unwrap();
    let mut posts = Vec::new();
    while let Some(post) = wordpress.next_post().unwrap() {
        posts.push(post);
    }
    assert_eq!(wordpress.percent(), 100);
    (posts, wordpress.into_report())
}

fn text_of(content: &Path, slug: &str) -> String {
    std::fs::read_to_string(content.join(format!("articles/{slug}.md"))).unwrap()
}

#[test]
fn a_post_becomes_an_article_with_its_old_addresses() {
    let content = tempfile::tempdir().unwrap();
    let excerpt = "<excerpt:encoded><![CDATA[<b>Short</b>.]]></excerpt:encoded><category domain=\"category\">Food</category>";
    let (posts, report) = taken(
        content.path(),
        &[Given { more: excerpt, ..Given::post(12, "bread", "Bread &#038; <i>salt</i>") }],
    );

    assert_eq!(posts[0].title, "Bread & salt");
    let text = text_of(content.path(), "bread");
    for words in [
        "title: \"Bread & salt\"",
        "date: 2019-05-03",
        "authors: [\"Ann Lee\"]",
        "standfirst: \"Short.\"",
        "language: \"de-DE\"",
        "was: [\"/2019/05/bread\", \"/?p=12\"]",
        "imported: \"old.example.org 12 ",
        "Text of 12.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!((report.new, report.addresses, report.terms), (1, 2, 1));
}

#[test]
fn what_was_not_open_to_everybody_is_a_draft_and_what_is_no_text_is_counted() {
    let content = tempfile::tempdir().unwrap();
    let status = |id, name, status| Given { status, ..Given::post(id, name, "A") };
    let (_, report) = taken(
        content.path(),
        &[
            status(1, "one", "draft"),
            status(2, "two", "private"),
            status(3, "three", "future"),
            Given { more: "<wp:post_password>secret</wp:post_password>", ..Given::post(4, "four", "A") },
            status(5, "five", "trash"),
            Given { kind: "nav_menu_item", ..Given::post(6, "six", "A") },
            Given { kind: "page", ..Given::post(7, "seven", "A") },
        ],
    );

    assert_eq!((report.new, report.drafts), (5, 4), "{report:?}");
    assert_eq!(report.left_out.values().sum::<usize>(), 2, "{report:?}");
    assert!(text_of(content.path(), "four").contains("draft: true"));
    let page = text_of(content.path(), "seven");
    assert!(!page.contains("draft:") && !page.contains("date:") && !page.contains("authors:"), "{page}");
    assert!(!content.path().join("articles/five.md").exists());
}

#[test]
fn names_of_other_alphabets_and_equal_names_have_a_rule() {
    let content = tempfile::tempdir().unwrap();
    let (posts, _) = taken(
        content.path(),
        &[
            Given::post(1, "%d1%85%d0%bb%d0%b5%d0%b1", "Хлеб"),
            Given::post(2, "%d1%85%d0%bb%d0%b5%d0%b1-2", "Bread in Russia"),
            Given::post(3, "bread", "Bread"),
            Given::post(4, "bread", "Bread"),
            Given::post(5, "caf%C3%A9", ""),
        ],
    );
    let slugs: Vec<&str> = posts.iter().map(|post| post.slug.as_str()).collect();
    assert_eq!(slugs, ["post-1", "bread-in-russia", "bread", "bread-2", "cafe"]);
    assert_eq!(posts[4].title, "Text of 5.");
    assert!(text_of(content.path(), "post-1").contains("/2019/05/хлеб"));
}

#[test]
fn comments_are_flattened_to_threads_and_what_is_none_is_left_out() {
    let content = tempfile::tempdir().unwrap();
    let all: String = [
        comment(1, 0, "1", ""),
        comment(2, 1, "1", "comment"),
        comment(3, 2, "0", ""),
        comment(4, 0, "spam", ""),
        comment(5, 4, "1", ""),
        comment(6, 0, "1", "pingback"),
        comment(7, 8, "1", ""),
        comment(8, 7, "1", ""),
        comment(9, 99, "1", ""),
    ]
    .concat();
    let (posts, report) = taken(content.path(), &[Given { more: &all, ..Given::post(12, "bread", "Bread") }]);

    let number = |source: &str| source.rsplit_once(' ').unwrap().1.to_owned();
    let threads: Vec<(String, Option<String>)> = posts[0]
        .comments
        .iter()
        .map(|comment| (number(&comment.source), comment.thread.as_deref().map(number)))
        .collect();
    let of = |own: &str, thread: Option<&str>| (own.to_owned(), thread.map(str::to_owned));
    assert_eq!(
        threads,
        [
            of("1", None),
            of("2", Some("1")),
            of("3", Some("1")),
            of("5", None),
            of("7", None),
            of("8", Some("7")),
            of("9", None),
        ]
    );
    let first = &posts[0].comments[0];
    assert_eq!((first.name.as_str(), first.text.as_str(), first.is_approved), ("Bo", "Words 1.", true));
    assert_eq!(first.email.as_ref().unwrap().as_str(), "bo1@example.org");
    assert!(!posts[0].comments[2].is_approved);
    assert!(posts[0].comments.is_sorted_by_key(|comment| comment.written_at));
    assert_eq!(report.left_out["pingback or trackback"], 1);
    assert_eq!(report.left_out["comment that is spam"], 1);
}

#[test]
fn a_broken_export_changes_nothing_at_all() {
    let content = tempfile::tempdir().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let first = Given::post(1, "one", "One").xml();
    std::fs::write(file.path(), format!("{HEAD}{first}<item>\n<title>&nbsp;</title></item></channel></rss>"))
        .unwrap();
    let options = Options { media: None, language: "en".into(), is_dry: false };
    let refused = WordPress::open(file.path(), content.path(), options).err().unwrap().to_string();
    assert!(
        refused.contains("line 2: “&nbsp;”") && refused.ends_with("nothing of it is taken over"),
        "{refused}"
    );
    assert_eq!(std::fs::read_dir(content.path()).unwrap().count(), 0);
}
