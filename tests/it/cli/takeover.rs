//! `mainstay import wordpress` and `mainstay import markdown`, as an operator types them.

use reqwest::StatusCode;

use super::program;
use crate::support::client::Client;

const EXPORT: &str = "<?xml version=\"1.0\"?>\n<rss xmlns:excerpt=\"http://wordpress.org/export/1.2/excerpt/\"\n\
    xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"\nxmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n\
    <wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_blog_url>https://old.example.org</wp:base_blog_url>\n<item>\n\
    <title>Bread</title>\n<link>https://old.example.org/bread/</link>\n<content:encoded><![CDATA[Old. \
    <img src=\"https://old.example.org/wp-content/uploads/2019/oven.png\" alt=\"Oven\"> [box a=\"1\"]]]></content:encoded>\n\
    <wp:post_id>12</wp:post_id>\n<wp:post_date>2019-05-03 10:00:00</wp:post_date>\n<wp:post_name>bread</wp:post_name>\n\
    <wp:status>publish</wp:status>\n<wp:post_type>post</wp:post_type>\n<category>Food</category>\n<wp:comment>\n\
    <wp:comment_id>3</wp:comment_id><wp:comment_author>Bo</wp:comment_author>\n\
    <wp:comment_date_gmt>2019-05-04 08:00:00</wp:comment_date_gmt><wp:comment_content>I agree.</wp:comment_content>\n\
    <wp:comment_approved>1</wp:comment_approved></wp:comment>\n</item>\n</channel>\n</rss>\n";

program! {
    async fn a_blog_is_looked_at_and_then_taken_over_with_its_pictures(site) {
        site.runs(&["migrate"]).await;
        let uploads = site.folder().join("uploads");
        std::fs::create_dir_all(uploads.join("2019")).unwrap();
        std::fs::write(uploads.join("2019/oven.png"), b"picture").unwrap();
        let (file, media) = (site.folder().join("blog.xml"), uploads.display().to_string());
        std::fs::write(&file, EXPORT).unwrap();
        let path = file.display().to_string();
        let command = ["import", "wordpress", &path, "--media", &media];
        let article = site.folder().join("content/articles/bread.md");

        let dry = site.runs(&[&command[..], &["--dry-run"]].concat()).await;
        for words in [
            "post 12 “Bread”\n  note: shortcodes stand in it as text: box\n",
            "1 articles are new, 0 changed there, 0 the same, 0 changed here by hand and kept, 0 refused.",
            "2 old addresses lead to them.",
            "1 pictures are new in the content folder.",
            "1 categories and tags are not carried over",
            "1 comments are new and shown, 0 are new and wait for a person, 0 were here before.",
        ] {
            assert!(dry.contains(words), "{words}: {dry}");
        }
        assert!(dry.ends_with("Nothing was changed.\n") && !article.exists(), "{dry}");
        assert_eq!(site.count("SELECT COUNT(*) AS count FROM comments"), 0);

        let said = site.runs(&command).await;
        assert!(said.contains("1 articles are new") && !said.contains("until this is mended"), "{said}");
        let again = site.runs(&command).await;
        assert!(again.contains("1 the same") && again.contains("1 were here before") && !again.contains("note:"), "{again}");

        let serving = site.serve().await;
        let client = Client::new(&serving.url);
        let moved = client.get("/bread/").await;
        assert_eq!((moved.status, moved.header("location")), (StatusCode::MOVED_PERMANENTLY, "/articles/bread"));
        let page = client.get("/articles/bread").await.text();
        assert!(page.contains("<img src=\"/media/2019/oven.png\" alt=\"Oven\"") && page.contains("I agree."), "{page}");
        let picture = client.get("/media/2019/oven.png").await;
        assert_eq!((picture.header("content-type"), picture.body.as_slice()), ("image/png", &b"picture"[..]));
        let old = client.get("/wp-content/uploads/2019/oven.png?w=300").await;
        assert_eq!((old.status, old.header("location")), (StatusCode::MOVED_PERMANENTLY, "/media/2019/oven.png"));
        let page = client.get("/wp-content/uploads/2019/evil.html").await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        for outside in ["/media/../articles/bread.md", "/media/%2e%2e/articles/bread.md", "/media/2019/none.png", "/media/"] {
            assert_eq!(client.get(outside).await.status, StatusCode::NOT_FOUND, "{outside}");
        }
        assert_eq!(serving.stop().await.code, Some(0));
        site.runs(&["doctor"]).await;
    }
}

program! {
    async fn what_is_no_export_is_refused_with_its_line_and_changes_nothing(site) {
        site.runs(&["migrate"]).await;
        let before = std::fs::read_dir(site.folder().join("content/articles")).unwrap().count();
        let file = site.folder().join("blog.xml");
        let path = file.display().to_string();
        for (text, words) in [
            (EXPORT.replace("Bread</title>", "&nbsp;</title>"), "blog.xml, line 9: “&nbsp;” is a name that XML does not know"),
            (format!("<!DOCTYPE rss [<!ENTITY a 'b'>]>{EXPORT}"), "document type"),
            (EXPORT.split_at(700).0.to_owned(), "nothing of it is taken over"),
            ("<html></html>".to_owned(), "no export of WordPress"),
        ] {
            std::fs::write(&file, text).unwrap();
            let sentence = site.refuses(1, &["import", "wordpress", &path]).await;
            assert!(sentence.contains(words), "{words}: {sentence}");
        }
        site.refuses(1, &["import", "wordpress", "missing.xml"]).await;
        let no_folder = site.refuses(2, &["import", "wordpress", &path, "--media", "missing"]).await;
        assert!(no_folder.contains("missing is no folder"), "{no_folder}");
        assert_eq!(std::fs::read_dir(site.folder().join("content/articles")).unwrap().count(), before);
    }
}

program! {
    async fn a_folder_of_markdown_is_taken_over_without_a_database(site) {
        let texts = site.folder().join("_posts");
        std::fs::create_dir(&texts).unwrap();
        std::fs::write(texts.join("2019-05-03-bread.md"), "---\ntitle: Bread\nredirect_from: /b\n---\nText.\n").unwrap();
        let command = ["import", "markdown", "_posts"];

        let dry = site.runs(&[&command[..], &["--dry-run"]].concat()).await;
        assert!(dry.contains("1 articles are new") && dry.ends_with("Nothing was changed.\n"), "{dry}");
        site.runs(&command).await;
        assert!(site.runs(&command).await.contains("1 the same"));

        let own = site.refuses(2, &["import", "markdown", "content/articles"]).await;
        assert!(own.contains("is the content folder of this site"), "{own}");
        let serving = site.serve().await;
        let client = Client::new(&serving.url);
        for old in ["/b", "/2019/05/03/bread.html", "/2019/05/03/bread/"] {
            assert_eq!(client.get(old).await.header("location"), "/articles/bread", "{old}");
        }
        assert_eq!(serving.stop().await.code, Some(0));
    }
}
