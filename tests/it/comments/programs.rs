//! Several programs on one database, as an operator runs them.

use reqwest::{Method, StatusCode};

use super::{ARTICLE, FORM, from_ann};
use crate::support::app::TestApp;
use crate::support::client::Client;
use crate::support::command::{Mainstay, package_folder};
use crate::support::{both, until};

const WORDS: &str = "Heard of everywhere.";

both! {
    async fn a_comment_that_one_program_approves_is_on_the_page_of_the_other(engine) {
        let app = TestApp::start(engine).await;
        let call = |arguments: &[&str]| {
            Mainstay::new(app.folder.path(), arguments.iter().copied())
                .env("MAINSTAY_DATABASE__URL", app.database_url.as_str())
                .env("MAINSTAY_SITE__CONTENT", package_folder().join("content"))
        };
        let one = call(&["serve", "--no-worker"]).serve().await;
        let two = call(&["serve", "--no-worker"]).serve().await;
        let (here, there) = (Client::new(&one.url), Client::new(&two.url));
        let sent = here.post(FORM, &from_ann(WORDS)).await;
        assert_eq!(sent.location(), format!("{FORM}?done=held"));
        let id = app.lines("SELECT id AS line FROM comments").await.remove(0);
        assert!(!there.get(ARTICLE).await.text().contains(WORDS));

        let created = call(&["token", "create", "--name", "Desk", "--scope", "write"]).run().await;
        assert_eq!(created.code, Some(0), "{created:?}");
        let approve = here
            .request(Method::POST, &format!("/api/v1/comments/{id}/approve"))
            .header("authorization", format!("Bearer {}", created.stdout.trim()))
            .header("content-type", "application/json")
            .body("{}");
        assert_eq!(here.send(approve).await.status, StatusCode::OK);

        assert!(here.get(ARTICLE).await.text().contains(WORDS));
        until("the comment on the other's page", async || {
            there.get(ARTICLE).await.text().contains(WORDS).then_some(())
        })
        .await;
        one.stop().await;
        two.stop().await;
        app.finish().await;
    }
}
