//! A publisher's own files brought into the content folder.

use std::path::{Path, PathBuf};

use super::site::Site;
use crate::pictures::Photograph;
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::until;

const TEXT: &str = "On the price of bread\r\n\r\nWritten by Ada Example\r\n5 March 2003\r\n\r\n\
    Bread costs what the baker’s hours cost, and a little more.\r\n\r\nThe second paragraph follows the first.\r\n";
const MARKDOWN: &str =
    "---\ntitle: On salt\ndate: 2003-03\n---\n\nSalt <script>alert(1)</script> is *old*.\n";
const HTML: &str = "<!doctype html><html lang=en><head><title>On water</title><script>alert(1)</script></head>\
    <body><h1>On water</h1><p>Water is <b onclick='alert(1)'>clear</b>.</p></body></html>";

fn written(site: &Site, name: &str, text: &str) -> PathBuf {
    let file = site.folder().join(name);
    std::fs::write(&file, text).unwrap();
    file
}

async fn import(site: &Site, file: &Path, more: &[&str]) -> String {
    site.runs(&[&["article", "import", file.to_str().unwrap()], more].concat()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_markdown_and_html_become_articles_of_a_running_site() {
    let site = Site::on(Engine::Sqlite);
    let serving = site.serve().await;
    let client = Client::new(&serving.url);

    let imported = import(&site, &written(&site, "bread.txt", TEXT), &["--landing"]).await;
    assert!(imported.starts_with("Imported “On the price of bread”.\n"), "{imported}");
    assert!(imported.contains("articles/on-the-price-of-bread.md"), "{imported}");
    import(&site, &written(&site, "salt.md", MARKDOWN), &["--slug", "salt"]).await;
    import(&site, &written(&site, "water.html", HTML), &[]).await;

    for (path, words) in [
        ("/", "Bread costs what the baker’s hours cost"),
        ("/articles/salt", "is <em>old</em>"),
        ("/articles/on-water", "Water is"),
        ("/articles/50-years-since-the-death-of-stalin", "Stalin"),
    ] {
        let page = until(&format!("{words:?} on {path}"), async || {
            Some(client.get(path).await.text()).filter(|page| page.contains(words))
        })
        .await;
        assert!(!page.contains("alert(1)</script>") && !page.contains("onclick"), "{path}: {page}");
    }
    assert!(site.runs(&["doctor"]).await.contains("ok     content"));
    assert_eq!(serving.stop().await.code, Some(0));
}

#[tokio::test]
async fn an_article_is_replaced_only_when_asked() {
    let site = Site::on(Engine::Sqlite);
    let file = written(&site, "bread.txt", TEXT);
    import(&site, &file, &["--slug", "bread"]).await;
    written(&site, "bread.txt", &TEXT.replace("a little more", "no more"));
    let article = || std::fs::read_to_string(site.folder().join("content/articles/bread.md")).unwrap();

    let refused = site.refuses(1, &["article", "import", file.to_str().unwrap(), "--slug", "bread"]).await;
    assert!(refused.contains("bread.md"), "{refused}");
    assert!(article().contains("a little more"));

    import(&site, &file, &["--slug", "bread", "--overwrite"]).await;
    assert!(article().contains("no more"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_of_an_imported_article_are_made_smaller_at_once() {
    let site = Site::on(Engine::Sqlite);
    let media = site.folder().join("content/media");
    std::fs::create_dir(&media).unwrap();
    let oven = Photograph { sides: (1200, 800), turn: None, shade: 0 };
    std::fs::write(media.join("oven.jpg"), oven.jpeg()).unwrap();
    let text = "# Oven\n\n![](/media/oven.jpg)\n\n![Gone](/media/gone.png)\n\nText.\n";
    let file = written(&site, "oven.md", text);

    let imported = import(&site, &file, &["--slug", "oven"]).await;
    for words in [
        "  note: a picture has no text for those who do not see it; write one: ![what it shows](…)\n",
        "  note: picture gone.png: it is not in the folder of pictures\n",
        "Made 3 smaller pictures.\n",
    ] {
        assert!(imported.contains(words), "{words}: {imported}");
    }
    let again = import(&site, &file, &["--slug", "oven", "--overwrite"]).await;
    assert!(!again.contains("Made ") && !again.contains("gone.png"), "{again}");
    site.runs(&["migrate"]).await;
    let doctor = site.runs(&["doctor"]).await;
    assert!(doctor.contains("gone.png: it is not in the folder of pictures"), "{doctor}");

    let serving = site.serve().await;
    let page = Client::new(&serving.url).get("/articles/oven").await.text();
    assert!(page.contains("<source type=\"image/webp\" srcset=\"/pictures/"), "{page}");
    assert!(page.contains("width=\"1200\" height=\"800\""), "{page}");
    // A picture that changes while the site runs.
    let oven = Photograph { sides: (1200, 808), ..oven };
    std::fs::write(media.join("oven.jpg"), oven.jpeg()).unwrap();
    let client = Client::new(&serving.url);
    until("the size of the new picture", async || {
        let page = client.get("/articles/oven").await.text();
        page.contains("width=\"1200\" height=\"808\"").then_some(())
    })
    .await;
    assert_eq!(serving.stop().await.code, Some(0));
}

#[tokio::test]
async fn what_is_no_article_is_refused_in_one_sentence() {
    let site = Site::on(Engine::Sqlite);
    let content = || std::fs::read_dir(site.folder().join("content/articles")).unwrap().count();
    let before = content();
    for (name, bytes) in
        [("empty.txt", &b""[..]), ("a.pdf", b"%PDF-1.7\n%\xe2\xe3"), ("a.docx", b"PK\x03\x04aaaa")]
    {
        let file = site.folder().join(name);
        std::fs::write(&file, bytes).unwrap();
        let sentence = site.refuses(1, &["article", "import", file.to_str().unwrap()]).await;
        assert!(sentence.contains(name), "{sentence}");
    }
    assert!(
        site.refuses(1, &["article", "import", "missing.txt"]).await.contains("missing.txt cannot be read")
    );
    let slug = site.refuses(2, &["article", "import", "empty.txt", "--slug", "../etc"]).await;
    assert!(slug.contains("a slug has only"), "{slug}");
    assert_eq!(content(), before);
}

/// The publisher's own text is not ours to keep here: the tester names the file, else a small one stands in.
#[tokio::test]
async fn the_publishers_original_becomes_the_front_page_with_its_appeal() {
    let site = Site::on(Engine::Sqlite);
    let named = std::env::var_os("MAINSTAY_ORIGINAL_ARTICLE").map(PathBuf::from);
    let file = named.clone().unwrap_or_else(|| written(&site, "bread.txt", TEXT));

    let imported = import(&site, &file, &["--landing", "--overwrite"]).await;

    let (headline, words) = match named {
        Some(_) => ("50 years since the death of Stalin", "Special financial appeal to all readers"),
        None => ("On the price of bread", "Bread costs"),
    };
    assert!(imported.contains(headline), "{imported}");
    let serving = site.serve().await;
    let page = Client::new(&serving.url).get("/").await.text();
    assert!(page.contains(headline) && page.contains(words), "{page}");
    for furniture in ["Leave a Reply", "Paypal", "Become a patron"] {
        assert!(!page.contains(furniture), "{furniture}");
    }
    assert_eq!(serving.stop().await.code, Some(0));
}
