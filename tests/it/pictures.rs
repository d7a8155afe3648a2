//! Pictures of articles: with their sizes, and smaller ones for small screens.

mod jpeg;

pub(crate) use jpeg::Photograph;

use std::path::Path;

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::Verdict;
use mainstay::domain::ids::CommentId;
use mainstay::pictures::Done;
use mainstay::usecases::comments::{self, Decision};
use reqwest::StatusCode;
use tempfile::TempDir;

use self::jpeg::SECRET;
use crate::office::content::publication_with;
use crate::support::app::TestApp;
use crate::support::both;
use crate::support::client::Client;

const OVEN: &str = "---\ntitle: Oven\ndate: 2026-06-02\n---\n\n![The oven](/media/2019/oven.jpg)\n\nText.\n\n![A plan](/media/plan.png)\n";

const PLAN: &str = "---\ntitle: Plan\n---\n\n![A plan](/media/plan.png)\n";

/// Upright, held on its side.
const PHOTOGRAPH: Photograph = Photograph { sides: (1200, 800), turn: Some(6), shade: 0 };

/// Puts a file beside the articles.
fn put(content: &TempDir, name: &str, bytes: &[u8]) {
    let file = content.path().join("media").join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
}

/// A drawing that can be seen through at its left half.
fn drawing(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::Fastest);
    let pixel = |place: u32| {
        let (column, noise) = (place % width, place.wrapping_mul(2_654_435_761) >> 28);
        let alpha = if column < width / 2 { 0 } else { 255 };
        [200, u8::try_from(noise).unwrap(), u8::try_from(column % 251).unwrap(), alpha]
    };
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

/// The smaller pictures that a page offers: address and width.
fn offered(page: &str) -> Vec<(String, u32)> {
    let lists = page.split("<source type=\"image/webp\" srcset=\"").skip(1);
    let all = lists.flat_map(|rest| rest.split('"').next().unwrap().split(", "));
    let one = |text: &str| {
        let (address, width) = text.split_once(' ').unwrap();
        (address.to_owned(), width.strip_suffix('w').unwrap().parse().unwrap())
    };
    all.map(one).collect()
}

/// Fetches a smaller picture as a browser does, and tells how large it is and whether something of it is transparent.
async fn look_at(client: &Client, address: &str) -> (u32, u32, bool) {
    let answer = client.get(address).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/webp"), "{address}");
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    let tells = |part: &[u8]| answer.body.windows(part.len()).any(|bytes| bytes == part);
    assert!(!tells(b"EXIF") && !tells(SECRET), "{address} tells where it was taken");
    let features = webp::BitstreamFeatures::new(&answer.body).unwrap();
    (features.width(), features.height(), features.has_alpha())
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

impl TestApp {
    /// The page of an article, once the site has looked at its files.
    async fn article_page(&self, slug: &str) -> String {
        self.looks().await;
        self.client().get(&format!("/articles/{slug}")).await.text()
    }
}

both! {
    async fn pictures_have_their_sizes_and_smaller_ones_as_soon_as_these_are_made(engine) {
        let (app, content) = publication_with(engine, &[("oven", OVEN)]).await;
        put(&content, "2019/oven.jpg", &PHOTOGRAPH.jpeg());
        put(&content, "plan.png", &drawing(640, 400));
        let page = app.article_page("oven").await;
        assert!(page.contains("<img src=\"/media/2019/oven.jpg\" alt=\"The oven\" decoding=\"async\">"), "{page}");
        let before = app.client().get("/articles/oven").await;

        let done = app.makes_pictures().await;
        assert_eq!((done.looked_at, done.made, done.removed), (2, 4, 0), "{done:?}");
        assert_eq!(done.said.len(), 1, "{done:?}");
        assert!(done.said[0].1.contains("tells where it was taken"), "{done:?}");
        let page = app.article_page("oven").await;
        let after = app.client().get("/articles/oven").await;
        assert_ne!(before.header("etag"), after.header("etag"), "whoever has the old page gets the new one");
        for words in [
            "<img src=\"/media/2019/oven.jpg\" alt=\"The oven\" width=\"800\" height=\"1200\" decoding=\"async\"></picture>",
            "<img src=\"/media/plan.png\" alt=\"A plan\" width=\"640\" height=\"400\" loading=\"lazy\" decoding=\"async\">",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let offered = offered(&page);
        let widths: Vec<u32> = offered.iter().map(|(_, width)| *width).collect();
        assert_eq!(widths, [480, 800, 480, 640], "{page}");
        let mut seen = Vec::new();
        for (address, _) in &offered {
            seen.push(look_at(&app.client(), address).await);
        }
        assert_eq!(seen, [(480, 720, false), (800, 1200, false), (480, 300, true), (640, 400, true)]);
        let original = app.client().get("/media/2019/oven.jpg").await;
        assert_eq!(original.header("cache-control"), "public, max-age=3600");

        let feed = app.client().get("/feed.xml").await.text();
        assert!(feed.contains("/media/2019/oven.jpg") && !feed.contains("/pictures/"), "{feed}");
        assert_eq!(app.makes_pictures().await, Done::default(), "what is not changed is not made again");
        assert_eq!(app.client().get("/articles/oven").await.header("etag"), after.header("etag"));
        for none in ["/pictures/index.json", "/pictures/lock", "/pictures/0123456789abcdef01234567-480.webp"] {
            assert_eq!(app.client().get(none).await.status, StatusCode::NOT_FOUND, "{none}");
        }
        app.finish().await;
    }
}

both! {
    async fn a_changed_picture_has_other_addresses_and_what_nothing_shows_goes_after_a_day(engine) {
        let (app, content) = publication_with(engine, &[("oven", OVEN)]).await;
        put(&content, "2019/oven.jpg", &PHOTOGRAPH.jpeg());
        put(&content, "plan.png", &drawing(640, 400));
        app.makes_pictures().await;
        let old = offered(&app.article_page("oven").await);

        put(&content, "2019/oven.jpg", &Photograph { sides: (1200, 808), shade: 90, ..PHOTOGRAPH }.jpeg());
        assert_eq!(app.makes_pictures().await.looked_at, 1);
        let new = offered(&app.article_page("oven").await);
        assert_eq!(new[2..], old[2..], "the other picture is what it was");
        for (address, _) in old.iter().chain(&new) {
            look_at(&app.client(), address).await;
        }
        assert!(old[..2].iter().all(|changed| !new.contains(changed)), "{old:?} {new:?}");

        std::fs::write(content.path().join("articles/oven.md"), OVEN.replace("![A plan](/media/plan.png)", "")).unwrap();
        app.looks().await;
        app.makes_pictures().await;
        app.pass(TimeDelta::hours(25)).await;
        assert_eq!(app.makes_pictures().await.removed, 4);
        for (address, _) in &old {
            assert_eq!(app.client().get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
        let page = app.article_page("oven").await;
        assert_eq!(offered(&page), new[..2]);
        let left = files_in(&app.folder.path().join("pictures"));
        assert_eq!(left.len(), 4, "two pictures, the index and the lock: {left:?}");
        app.finish().await;
    }
}

both! {
    async fn what_is_drawn_for_a_comment_alone_has_the_pictures_that_were_there(engine) {
        let (app, content) = publication_with(engine, &[("oven", OVEN), ("plan", PLAN)]).await;
        put(&content, "2019/oven.jpg", &PHOTOGRAPH.jpeg());
        put(&content, "plan.png", &drawing(640, 400));
        app.makes_pictures().await;
        let before = offered(&app.article_page("oven").await);
        let other = app.client().get("/articles/plan").await;
        assert_eq!((before.len(), offered(&other.text()).len()), (4, 2));

        let fields = [("name", "Ann Reader"), ("email", "ann@example.org"), ("text", "Well baked."), ("reply_to", "")];
        let held = app.client().post("/articles/oven/comments", &fields).await;
        assert_eq!(held.location(), "/articles/oven/comments?done=held");
        let id: CommentId = app.lines("SELECT id AS line FROM comments").await.remove(0).parse().unwrap();
        let decision = Decision { verdict: Verdict::Approve, reason: "a reason".into() };
        comments::decide(app.ctx(), Actor::Command, vec![id], decision).await.unwrap();

        let page = app.article_page("oven").await;
        assert!(page.contains("Well baked."), "{page}");
        assert_eq!(offered(&page), before);
        assert_eq!(app.client().get("/articles/plan").await.header("etag"), other.header("etag"));
        app.finish().await;
    }
}

both! {
    async fn damaged_and_oversized_pictures_are_told_of_and_shown_as_they_are(engine) {
        let text = "---\ntitle: Oven\n---\n\n![A](/media/cut.jpg) ![B](/media/huge.jpg) ![C](/media/text.png) ![D](/media/none.png)\n";
        let (app, content) = publication_with(engine, &[("oven", text)]).await;
        let whole = PHOTOGRAPH.jpeg();
        let cut = &whole[..whole.len() / 2];
        put(&content, "cut.jpg", cut);
        // It says that it has four thousand million pixels; there are none.
        let mut huge = Photograph { sides: (16, 16), turn: None, shade: 0 }.jpeg();
        let frame = huge.windows(2).position(|mark| mark == [0xff, 0xc0]).unwrap();
        huge[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
        put(&content, "huge.jpg", &huge);
        put(&content, "text.png", b"no picture");

        let done = app.makes_pictures().await;
        let said: Vec<String> = done.said.iter().map(|(name, said)| format!("{name}: {said}")).collect();
        assert_eq!((done.looked_at, done.made, said.len()), (4, 0, 4), "{said:#?}");
        for (said, words) in said.iter().zip([
            "cut.jpg: it is damaged (",
            "huge.jpg: it has 65535 × 65535 pixels, and more than 30 million are too many",
            "none.png: it is not in the folder of pictures",
            "text.png: it is damaged (",
        ]) {
            assert!(said.starts_with(words), "{words}: {said}");
        }
        let page = app.article_page("oven").await;
        assert!(offered(&page).is_empty(), "{page}");
        for words in [
            "<img src=\"/media/cut.jpg\" alt=\"A\"",
            "<img src=\"/media/huge.jpg\" alt=\"B\" width=\"65535\" height=\"65535\"",
            "<img src=\"/media/text.png\" alt=\"C\"",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert_eq!(app.client().get("/media/cut.jpg").await.body, cut);
        let form = app.clerk(Role::Editor).await.get("/admin/content/articles/oven").await.text();
        for words in ["About its pictures:", "cut.jpg: it is damaged (", "huge.jpg: it has 65535 × 65535 pixels"] {
            assert!(form.contains(words), "{words}: {form}");
        }
        assert_eq!(app.makes_pictures().await, Done::default(), "it is told once");

        put(&content, "cut.jpg", &whole);
        let done = app.makes_pictures().await;
        assert_eq!((done.looked_at, done.made), (1, 2), "{done:?}");
        assert_eq!(offered(&app.article_page("oven").await).len(), 2);
        app.finish().await;
    }
}
