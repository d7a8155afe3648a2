//! The form in a frame on other sites, as it is told to a browser.

use mainstay::domain::access::Role;
use reqwest::{Method, StatusCode};

use crate::office::content::seen;
use crate::support::app::{Changes, settings};
use crate::support::flow;

const FRIEND: &str = "https://www.example.org";

fn with_a_friend() -> Changes {
    settings(&[("MAINSTAY_SITE__EMBED_ORIGINS", FRIEND)])
}

flow! {
    settings: with_a_friend(),
    async fn only_the_form_made_for_frames_may_stand_in_one_and_only_on_sites_that_are_named(app) {
        let reader = app.client();
        let framed = reader.get("/embed/press-fund?lang=fr").await;
        assert_eq!(framed.status, StatusCode::OK);
        let ancestors = |policy: &str| {
            let (_, after) = policy.split_once("frame-ancestors ").unwrap();
            after.split_once(';').unwrap().0.to_owned()
        };
        let policy = framed.header("content-security-policy");
        assert_eq!(ancestors(policy), format!("'self' {FRIEND}"));
        for path in ["/", "/donate", "/articles", "/embed.js", "/no-such-page"] {
            assert_eq!(ancestors(reader.get(path).await.header("content-security-policy")), "'none'", "{path}");
        }
        let missing = reader.get("/embed/no-such").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        assert_eq!(ancestors(missing.header("content-security-policy")), format!("'self' {FRIEND}"));
        assert!(missing.text().contains("<base target=\"_top\">"), "{}", missing.text());

        let page = framed.text();
        assert!(framed.headers.get("set-cookie").is_none(), "a frame remembers nothing");
        assert!(page.contains("<base target=\"_top\">") && page.contains("action=\"/donate?lang=fr\""), "{page}");
        assert!(page.contains("content=\"noindex\"") && page.contains("<html lang=\"fr\""), "{page}");
        assert!(!page.contains("class=\"masthead\"") && !page.contains("class=\"colophon\""), "{page}");
    }
}

flow! {
    settings: with_a_friend(),
    async fn a_frame_tells_its_height_to_nobody_but_a_site_that_is_named(app) {
        let reader = app.client();
        for (origin, is_told) in
            [(FRIEND, true), (app.url.as_str(), true), ("https://evil.example", false), ("*", false)]
        {
            let page = reader.get(&format!("/embed/press-fund?parent={origin}")).await.text();
            assert_eq!(page.contains(&format!("data-parent=\"{origin}\"")), is_told, "{origin}: {page}");
            assert_eq!(page.contains("data-parent"), is_told, "{origin}: {page}");
        }
    }
}

flow! {
    async fn a_frame_takes_the_colours_of_its_page_as_far_as_they_can_be_read(app) {
        let reader = app.client();
        let page = reader.get("/embed/press-fund?accent=%232b6cb0&theme=dark&amount=25&currency=USD").await.text();
        assert!(page.contains("href=\"/embed.css?accent=2b6cb0&amp;theme=dark\""), "{page}");
        assert!(page.contains("name=\"amount_choice\" value=\"25.00\" required checked"), "{page}");
        // Another currency is chosen in the frame, and the frame stays as it is.
        assert!(page.contains("action=\"/embed/press-fund\" id=\"currency-form\" target=\"_self\""), "{page}");
        for kept in ["name=\"accent\" value=\"2b6cb0\"", "name=\"theme\" value=\"dark\"", "name=\"lang\" value=\"en\""] {
            assert!(page.contains(kept), "{kept}: {page}");
        }
        let plain = reader.get("/embed/press-fund?accent=red;}&theme=loud").await.text();
        assert!(!plain.contains("/embed.css"), "{plain}");
        assert!(!reader.get("/donate").await.text().contains("<base"), "the form itself is as ever");

        let sheet = reader.get("/embed.css?accent=ffff00&theme=light").await;
        assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
        assert!(sheet.text().starts_with(":root{color-scheme:light;"), "{}", sheet.text());
        assert!(!sheet.text().contains("ffff00"), "yellow on paper cannot be read");
    }
}

flow! {
    async fn the_script_for_other_sites_is_kept_a_day_and_by_its_version_for_good(app) {
        let reader = app.client();
        let script = reader.get("/embed.js").await;
        assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
        assert!(script.header("cache-control").contains("max-age=86400"), "{:?}", script.headers);
        let (text, tag) = (script.text(), script.header("etag").to_owned());
        assert!(!text.contains("eval") && !text.contains("innerHTML") && text.len() < 4096, "{text}");
        let again = reader.request(Method::GET, "/embed.js").header("if-none-match", &tag);
        assert_eq!(reader.send(again).await.status, StatusCode::NOT_MODIFIED);
        let version = tag.trim_matches('"');
        let kept = reader.get(&format!("/embed.js?v={version}")).await;
        assert!(kept.header("cache-control").contains("immutable"), "{:?}", kept.headers);
        let other = reader.get("/embed.js?v=0123456789abcdef").await;
        assert!(!other.header("cache-control").contains("immutable"), "a version of before is looked at again");
    }
}

flow! {
    async fn a_gift_from_a_frame_is_in_its_language_and_other_sites_cannot_make_one(app) {
        let donor = app.client();
        let body = crate::support::gift::Form::transfer().body();
        let posted = donor.send(donor.form("/donate?lang=fr", body.clone())).await;
        assert!(posted.location().starts_with("/thanks/"));
        assert_eq!(app.lines("SELECT locale AS line FROM pledges").await, ["fr"]);
        for path in ["/donate?lang=fr", "/embed/press-fund"] {
            let foreign = donor.request(Method::POST, path).header("sec-fetch-site", "cross-site");
            let foreign = foreign.header("content-type", "application/x-www-form-urlencoded").body(body.clone());
            assert_eq!(donor.send(foreign).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let posted = donor.send(donor.form("/embed/press-fund", body)).await;
        assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED, "nothing is taken in a frame");
        assert_eq!(app.count("pledges").await, 1);
    }
}

flow! {
    async fn the_office_names_the_sites_and_copies_the_lines(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let page = owner.get("/admin/embedding").await.text();
        assert!(page.contains("None yet") && page.contains("/admin/settings/publication"), "{page}");
        let settings = "/admin/settings/publication";
        for wrong in ["www.example.org", "https://www.example.org/", "https://a;script-src", "https://*.example.org"] {
            let at = seen(&owner.get(settings).await.text());
            let refused = owner.post(settings, &[("seen", &at), ("site.embed_origins", wrong)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let at = seen(&owner.get(settings).await.text());
        let both = format!("{FRIEND}\nhttp://localhost:8081");
        let saved = owner.post(settings, &[("seen", &at), ("site.embed_origins", &both)]).await;
        assert!(saved.location().ends_with("?done=set"));

        let editor = app.clerk(Role::Editor).await;
        let page = editor.get("/admin/embedding").await.text();
        assert!(page.contains(FRIEND) && page.contains("http://localhost:8081"), "{page}");
        assert!(page.contains("An owner names them") && !page.contains("/admin/settings"), "{page}");
        assert!(page.contains("data-campaign=&quot;press-fund&quot; async"), "{page}");
        let policy = app.client().get("/embed/press-fund").await;
        let policy = policy.header("content-security-policy");
        assert!(policy.contains(&format!("frame-ancestors 'self' {FRIEND} http://localhost:8081;")), "{policy}");
        let viewer = app.clerk(Role::Viewer).await;
        assert_eq!(viewer.get("/admin/embedding").await.status, StatusCode::FORBIDDEN);
    }
}
