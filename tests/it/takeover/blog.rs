//! A blog as WordPress exports it.

use std::fmt::Write as _;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<rss version=\"2.0\"\n\
    \txmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\"\n\
    \txmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\n\txmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n\
    \txmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n<title>Old</title>\n<language>en</language>\n\
    <wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_site_url>https://old.example.org</wp:base_site_url>\n\
    <wp:base_blog_url>https://old.example.org</wp:base_blog_url>\n<wp:author><wp:author_login>ann</wp:author_login>\
    <wp:author_display_name><![CDATA[Ann Lee]]></wp:author_display_name></wp:author>\n";

/// A comment there.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) id: u64,
    pub(super) parent: u64,
    pub(super) approved: &'a str,
    pub(super) kind: &'a str,
    pub(super) text: &'a str,
}

pub(super) fn said<'a>(id: u64, parent: u64, approved: &'a str, text: &'a str) -> Said<'a> {
    Said { id, parent, approved, kind: "comment", text }
}

/// A published post of May 2019.
pub(super) fn post(id: u64, name: &str, title: &str, html: &str, comments: &[Said<'_>]) -> String {
    let mut xml = format!(
        "<item>\n<title><![CDATA[{title}]]></title>\n<link>https://old.example.org/2019/05/{name}/</link>\n\
         <dc:creator><![CDATA[ann]]></dc:creator>\n<guid isPermaLink=\"false\">https://old.example.org/?p={id}</guid>\n\
         <content:encoded><![CDATA[{html}]]></content:encoded>\n<excerpt:encoded><![CDATA[]]></excerpt:encoded>\n\
         <wp:post_id>{id}</wp:post_id>\n<wp:post_date><![CDATA[2019-05-03 10:00:00]]></wp:post_date>\n\
         <wp:post_name><![CDATA[{name}]]></wp:post_name>\n<wp:status>publish</wp:status>\n\
         <wp:post_type>post</wp:post_type>\n"
    );
    for Said { id, parent, approved, kind, text } in comments {
        writeln!(
            xml,
            "<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author><![CDATA[Reader {id}]]></wp:comment_author>\
             <wp:comment_author_email><![CDATA[reader{id}@example.org]]></wp:comment_author_email>\
             <wp:comment_author_IP>192.0.2.1</wp:comment_author_IP>\
             <wp:comment_date_gmt>2019-05-04 08:00:00</wp:comment_date_gmt>\
             <wp:comment_content><![CDATA[{text}]]></wp:comment_content>\
             <wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type>{kind}</wp:comment_type>\
             <wp:comment_parent>{parent}</wp:comment_parent></wp:comment>"
        )
        .unwrap();
    }
    xml + "</item>\n"
}

pub(super) fn export(items: &str) -> String {
    format!("{HEAD}{items}</channel>\n</rss>\n")
}
