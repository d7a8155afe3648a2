//! Good, broken and hostile exports.

use super::*;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<!-- This is a WordPress eXtended RSS file -->\n\
    <rss version=\"2.0\"\n\txmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\"\n\
    \txmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n\txmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n\
    \txmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n<link>https://old.example.org</link>\n\
    <language>en-GB</language>\n<wp:wxr_version>1.2</wp:wxr_version>\n\
    <wp:base_site_url>https://old.example.org</wp:base_site_url>\n\
    <wp:base_blog_url>https://old.example.org/blog/</wp:base_blog_url>\n\
    <wp:author><wp:author_login><![CDATA[ann]]></wp:author_login>\
    <wp:author_display_name><![CDATA[Ann Lee]]></wp:author_display_name></wp:author>\n";

fn export(items: &str) -> String {
    format!("{HEAD}{items}\n</channel>\n</rss>\n")
}

fn read(text: &str) -> Result<(Vec<Item>, Channel), Fault> {
    let mut wxr = Wxr::new(text.as_bytes());
    let mut items = Vec::new();
    while let Some(item) = wxr.next_item()? {
        items.push(item);
    }
    assert_eq!(wxr.bytes(), u64::try_from(text.len()).unwrap());
    Ok((items, wxr.channel))
}

fn fault(text: &str) -> Fault {
    read(text).map(|(items, _)| items.len()).unwrap_err()
}

#[test]
fn a_post_is_read_with_its_comments_and_notes() {
    let items = "<item><title>Bread &amp; salt</title><link>https://old.example.org/blog/2019/05/bread/</link>\
        <dc:creator><![CDATA[ann]]></dc:creator><guid isPermaLink=\"false\">https://old.example.org/blog/?p=12</guid>\
        <content:encoded><![CDATA[<p>One ]]]]><![CDATA[> two</p>]]></content:encoded>\
        <excerpt:encoded><![CDATA[Short.]]></excerpt:encoded><wp:post_id>12</wp:post_id>\
        <wp:post_date><![CDATA[2019-05-03 10:00:00]]></wp:post_date><wp:post_name><![CDATA[bread]]></wp:post_name>\
        <wp:status>publish</wp:status><wp:post_type>post</wp:post_type>\
        <category domain=\"category\" nicename=\"food\"><![CDATA[Food]]></category>\
        <wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value><![CDATA[7]]></wp:meta_value></wp:postmeta>\
        <wp:comment><wp:comment_id>3</wp:comment_id><wp:comment_author><![CDATA[Bo]]></wp:comment_author>\
        <wp:comment_author_email>bo@example.org</wp:comment_author_email>\
        <wp:comment_date_gmt>2019-05-04 08:00:00</wp:comment_date_gmt>\
        <wp:comment_content><![CDATA[I <b>agree</b>.]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>\
        <wp:comment_type></wp:comment_type><wp:comment_parent>2</wp:comment_parent></wp:comment></item>\
        <item><title/><wp:post_id>13</wp:post_id></item>";
    let (items, channel) = read(&export(items)).unwrap();

    assert_eq!(items.len(), 2);
    let post = &items[0];
    assert_eq!((post.id, post.title.as_str(), post.creator.as_str()), (12, "Bread & salt", "ann"));
    assert_eq!(post.content, "<p>One ]]> two</p>");
    assert_eq!((post.excerpt.as_str(), post.name.as_str(), post.terms), ("Short.", "bread", 1));
    assert_eq!(post.meta("_thumbnail_id"), Some("7"));
    let comment = &post.comments[0];
    assert_eq!((comment.id, comment.parent, comment.author.as_str()), (3, 2, "Bo"));
    assert_eq!(comment.content, "I <b>agree</b>.");
    assert_eq!(items[1].title, "");
    assert_eq!(channel.url, "https://old.example.org/blog");
    assert_eq!(channel.base_url, "https://old.example.org");
    assert_eq!(channel.authors["ann"], "Ann Lee");
}

#[test]
fn the_versions_and_prefixes_of_years_are_read() {
    for version in VERSIONS {
        let text = export("<item><wp:post_id>1</wp:post_id></item>");
        let text = text.replace("export/1.2/", &format!("export/{version}/"));
        let text = text.replace("wxr_version>1.2<", &format!("wxr_version>{version}<"));
        assert_eq!(read(&text).unwrap().0[0].id, 1, "{version}");
        let renamed = text.replace("wp:", "w:").replace("xmlns:wp=", "xmlns:w=");
        assert_eq!(read(&renamed).unwrap().0[0].id, 1, "{version}");
    }
    let unknown = fault(&export("").replace("wxr_version>1.2<", "wxr_version>9.9<"));
    assert!(unknown.what.contains("version “9.9”"), "{unknown}");
    let unsaid = fault(&export("<item></item>").replace("<wp:wxr_version>1.2</wp:wxr_version>", ""));
    assert!(unsaid.what.contains("wxr_version"), "{unsaid}");
}

#[test]
fn a_broken_file_is_refused_with_its_line() {
    let unknown = fault(&export("<item>\n<title>a &nbsp; b</title></item>"));
    assert_eq!(unknown.line, u64::try_from(HEAD.lines().count() + 2).unwrap());
    assert!(unknown.what.contains("“&nbsp;”"), "{unknown}");
    let whole = export("<item><title>a</title></item>");
    let cut = fault(&whole[..whole.len() - 30]);
    assert!(cut.what.contains("cut off") || cut.what.contains("well-formed"), "{cut}");
    assert!(fault(&export("<item><title>a</item>")).what.contains("well-formed"));
    assert!(fault("<html><body></body></html>").what.contains("no export of WordPress"));
    assert!(fault("").what.contains("no export of WordPress"));
    assert!(fault("<rss version=\"2.0\"><channel></channel></rss>").what.contains("no export of WordPress"));
    assert!(fault("a,b,c\n1,2,3\n").what.contains("no export of WordPress"));
}

#[test]
fn a_hostile_file_is_refused_before_it_does_anything() {
    let laughs =
        "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<rss><channel>&b;</channel></rss>";
    assert!(fault(laughs).what.contains("document type"));
    let outside = "<!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss>&x;</rss>";
    assert!(fault(outside).what.contains("document type"));
    let undeclared = fault(&export("<item><title>&x;</title></item>"));
    assert!(undeclared.what.contains("does not know"), "{undeclared}");
    let deep = export(&format!("<item>{}", "<a>".repeat(30)));
    assert!(fault(&deep).what.contains("deep"));
}

#[test]
fn a_post_larger_than_memory_should_hold_is_refused() {
    let endless = Read::take(io::repeat(b'x'), u64::MAX);
    let head = format!("{HEAD}<item><content:encoded><![CDATA[");
    let mut wxr = Wxr::new(io::BufReader::new(head.as_bytes().chain(endless)));
    let fault = wxr.next_item().unwrap_err();
    assert!(fault.what.contains("larger than 64 MiB"), "{fault}");
}
