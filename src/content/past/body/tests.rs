//! Posts as editors of all years leave them.

use super::*;
use crate::content::markdown::to_html;

fn made(html: &str) -> (String, Vec<String>) {
    made_of(&Source { html, footnotes: None, picture: None, name: "post 1" }, None)
}

fn made_of(source: &Source<'_>, uploads: Option<&std::path::Path>) -> (String, Vec<String>) {
    let content = tempfile::tempdir().unwrap();
    let site = Site::of_wordpress(&["https://old.example.org"]);
    let url = "https://old.example.org/wp-content/uploads/2019/05/oven.jpg".to_owned();
    let attachments = Attachments::from([(7, Attachment { url, alt: "An oven".into() })]);
    let mut media = Media::new(uploads.map(std::path::Path::to_owned), content.path(), false);
    markdown(source, &site, &attachments, &mut media).unwrap()
}

#[test]
fn classic_paragraphs_and_lines_are_set() {
    let (text, notes) = made(
        "One\r\n\r\nTwo <em>lines</em>\r\nof verse\r\n\r\n<blockquote>Said\r\n\r\nagain</blockquote>\r\nLast",
    );
    assert!(text.starts_with("One\n\nTwo *lines*\\\nof verse\n\n> Said"), "{text}");
    assert!(text.contains("> again") && text.ends_with("Last"), "{text}");
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn code_keeps_its_empty_lines() {
    let (text, _) = made("Code:\n\n<pre><code>a\n\nb</code></pre>\n\nEnd");
    assert!(text.contains("a\n\nb") && text.contains("```") && text.ends_with("End"), "{text}");
}

#[test]
fn blocks_are_read_and_empty_ones_are_named() {
    let html = "<!-- wp:heading --><h2>Oven</h2><!-- /wp:heading -->\n\n<!-- wp:paragraph {\"align\":\"left\"} -->\n<p>Text.</p>\n\
                <!-- /wp:paragraph -->\n\n<!-- wp:latest-posts {\"n\":3} /-->\n<!-- wp:acme/box /-->";
    let (text, notes) = made(html);
    assert_eq!(text, "## Oven\n\nText.");
    assert_eq!(notes, ["blocks without a text of their own are not carried over: acme/box, latest-posts"]);
}

#[test]
fn footnotes_become_footnotes() {
    let html = "<!-- wp:paragraph --><p>Old<sup data-fn=\"x-1\" class=\"fn\"><a href=\"#x-1\" id=\"x-1-link\">1</a></sup>.</p>\
                <!-- /wp:paragraph --><!-- wp:footnotes /-->";
    let footnotes = Some("[{\"content\":\"As <em>fire</em>.\",\"id\":\"x-1\"}]");
    let (text, notes) = made_of(&Source { html, footnotes, picture: None, name: "post 1" }, None);
    assert_eq!(text, "Old[^1].\n\n[^1]: As *fire*.");
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn links_within_the_old_site_stay_on_the_site() {
    let (text, _) = made(
        "See <a href=\"https://old.example.org/2019/05/salt/\">salt</a>, <a href='https://b.example/'>b</a>.",
    );
    assert_eq!(text, "See [salt](/2019/05/salt/), [b](https://b.example/).");
}

#[test]
fn pictures_come_from_the_folder_with_the_words_for_those_who_do_not_see_them() {
    let uploads = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(uploads.path().join("2019/05")).unwrap();
    std::fs::write(uploads.path().join("2019/05/oven-300x200.jpg"), b"picture").unwrap();
    let html = "<!-- wp:image --><figure><img src=\"https://old.example.org/wp-content/uploads/2019/05/oven-300x200.jpg\" alt=\"\">\
                <figcaption>The oven</figcaption></figure><!-- /wp:image -->";
    let source = Source { html, footnotes: None, picture: None, name: "post 1" };

    let (text, notes) = made_of(&source, Some(uploads.path()));
    assert!(
        text.contains("![An oven](/media/2019/05/oven-300x200.jpg)") && text.ends_with("The oven"),
        "{text}"
    );
    assert!(notes.is_empty(), "{notes:?}");

    let (text, notes) = made_of(&source, None);
    assert!(text.contains("(https://old.example.org/wp-content/uploads/2019/05/oven-300x200.jpg)"), "{text}");
    assert!(notes[0].starts_with("1 pictures stay where they were"), "{notes:?}");

    let above = Source { html: "<p>Text.</p>", footnotes: None, picture: Some(7), name: "post 1" };
    assert!(made_of(&above, None).0.starts_with("![An oven](https://old.example.org/"));
    let outside = made("<img src='https://old.example.org/wp-content/uploads/../../etc/a.png' alt=x>").0;
    assert!(!outside.contains("/media/"), "{outside}");
}

#[test]
fn hostile_html_comes_out_harmless_and_what_is_left_out_is_said() {
    let (text, notes) = made(
        "<script>alert(1)</script>Text <a href=\"javascript:alert(2)\" onclick=\"alert(3)\">link</a> <img src=x onerror=alert(4)>\n\n\
         <iframe src=\"https://v.example/1\"></iframe>\n\n<svg onload=alert(5)></svg>&lt;script&gt;alert(6)&lt;/script&gt;\n\n\
         <form action=/x><input name=a></form>\n\nhttps://v.example/2",
    );
    let html = to_html(&text).html;
    for bad in ["<script", "javascript:", "onclick", "onerror", "<iframe", "<svg", "<form"] {
        assert!(!html.contains(bad), "{bad}: {html}");
    }
    for good in ["https://v.example/1", "https://v.example/2", "Text"] {
        assert!(html.contains(good), "{good}: {html}");
    }
    assert!(notes.iter().any(|note| note.ends_with("script, form, svg")), "{notes:?}");
}

#[test]
fn what_is_nested_without_end_is_refused() {
    let site = Site::of_wordpress(&[]);
    let content = tempfile::tempdir().unwrap();
    let mut media = Media::new(None, content.path(), false);
    let html = "<div>".repeat(5_000);
    let source = Source { html: &html, footnotes: None, picture: None, name: "post 1" };
    let refused = markdown(&source, &site, &Attachments::new(), &mut media).unwrap_err();
    assert!(refused.to_string().contains("nested too deeply"), "{refused}");
}
