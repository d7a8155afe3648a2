//! Donors, staff and strangers follow every link that they are shown: nobody comes to see what is another's, and no link
//! leads to a closed door.

use mainstay::domain::access::Role;
use reqwest::{Method, StatusCode};

use crate::account::visitor::Visitor;
use crate::support::app::TestApp;
use crate::support::client::Answer;
use crate::support::flow;
use crate::support::gift::{Form, Given, eur};
use crate::support::walk::{Seen, Walk};
use mainstay::domain::audit::Actor;
use mainstay::usecases::refund::{self, RefundOrder};

/// What stands only on pages of the other donor.
const OTHERS: [&str; 3] = ["cassandra", "Kanarienvogel", "for her eyes"];

/// A donor of whom everything is on record: gifts once and every month, a receipt, money back.
async fn another_donor(app: &TestApp) -> Given {
    let form = Form::gift()
        .set("email", "cassandra@example.org")
        .set("name", "C. Kanarienvogel")
        .set("message", "for her eyes")
        .set("anonymous", "on");
    app.gives(&form.clone().set("frequency", "monthly")).await;
    let given = app.gives(&form).await;
    let order = RefundOrder {
        donation: given.donation.id,
        amount: Some(eur(300)),
        reason: Some("for her eyes".to_owned()),
        request_key: None,
    };
    refund::order(app.ctx(), Actor::Command, order).await.unwrap();
    app.run_jobs().await;
    given
}

async fn walk(app: &TestApp, cookie: &str, start: &[&str]) -> Seen {
    Walk::new(app.client(), &app.url, cookie).from(start).await
}

async fn look(app: &TestApp, cookie: &str, path: &str) -> Answer {
    let client = app.client();
    client.send(client.request(Method::GET, path).header("cookie", cookie)).await
}

/// Fails if the answer says anything of the other donor.
fn assert_silent(who: &str, path: &str, answer: &Answer) {
    let text = answer.text();
    for word in OTHERS {
        assert!(!text.contains(word), "{who} reads {word:?} at {path}");
    }
}

fn assert_no_secret(who: &str, path: &str, answer: &Answer, secrets: &[String]) {
    let text = answer.text();
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{who} reads a secret at {path}");
    }
}

const PUBLIC: [&str; 9] = [
    "/",
    "/donate",
    "/patrons",
    "/feed.xml",
    "/rss.xml",
    "/feed.json",
    "/sitemap.xml",
    "/robots.txt",
    "/api/docs",
];

flow! {
    async fn no_donor_sees_what_is_another_s(app) {
        let other = another_donor(&app).await;
        app.gives(&Form::gift().set("frequency", "monthly")).await;
        let mut visitors = Vec::new();
        for email in ["ann@example.org", "cassandra@example.org"] {
            let mut visitor = Visitor::at(&app);
            visitor.signs_in(&app, email).await;
            visitors.push(visitor.cookies());
        }
        let [ann, cassandra] = visitors.try_into().unwrap();
        let hers = walk(&app, &cassandra, &["/account", &other.thanks]).await;
        assert!(hers.len() > 15, "{:?}", hers.keys());
        assert!(hers.values().any(|answer| OTHERS.iter().any(|word| answer.text().contains(word))));

        for (who, cookie) in [("nobody", ""), ("another donor", ann.as_str())] {
            let start: Vec<&str> = PUBLIC.into_iter().chain(["/account", "/admin"]).collect();
            for (path, answer) in &walk(&app, cookie, &start).await {
                assert_silent(who, path, answer);
            }
            // Whoever was given the address of a thanks page may see it; it says nothing of the donor.
            for path in hers.keys().map(|path| path.trim_start_matches(&app.url)) {
                let answer = look(&app, cookie, path).await;
                assert_silent(who, path, &answer);
                let is_shut = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::SEE_OTHER);
                let is_about_one = path.starts_with("/account/") && path.contains(|c: char| c.is_ascii_digit());
                assert!(is_shut || !is_about_one, "{who} opens {path}: {}", answer.status);
            }
        }
    }
}

flow! {
    async fn staff_see_what_their_role_includes_and_no_link_leads_to_a_closed_door(app) {
        another_donor(&app).await;
        app.invents(12).await;
        let owner = app.clerk(Role::Owner).await;
        let program = app.program(mainstay::domain::access::Scope::Read).await;
        let secrets =
            ["$argon2".to_owned(), owner.seed.clone(), program.token.clone(), owner.recovery_codes[0].clone()];
        let start = ["/admin", "/admin/donors?q=cassandra", "/admin/audit", "/api/docs"];
        let all = walk(&app, &owner.desk.cookie, &start).await;
        assert!(all.len() > 100, "{:?}", all.keys());
        for (path, answer) in &all {
            assert_no_secret("the owner", path, answer, &secrets);
        }
        let about_her: Vec<&String> = all
            .iter()
            .filter(|(_, answer)| OTHERS.iter().any(|word| answer.text().contains(word)))
            .map(|(path, _)| path)
            .collect();
        assert!(about_her.len() > 5, "{about_her:?}");
        for path in about_her.iter().filter(|path| path.starts_with("/admin")) {
            let answer = look(&app, "", path).await;
            assert!(answer.location().starts_with("/admin/sign-in"), "{path} is open to nobody");
            assert_silent("nobody", path, &answer);
        }
        for role in Role::ALL {
            let clerk = app.clerk(*role).await;
            for (path, answer) in &walk(&app, &clerk.desk.cookie, &start[..1]).await {
                let is_there = answer.status == StatusCode::OK || answer.status == StatusCode::SEE_OTHER;
                assert!(is_there, "{role} is led to {path}: {}", answer.status);
                assert_no_secret(&role.to_string(), path, answer, &secrets);
                if *role == Role::Editor {
                    assert_silent("an editor", path, answer);
                }
            }
            if *role == Role::Editor {
                for path in &about_her {
                    assert_silent("an editor", path, &look(&app, &clerk.desk.cookie, path).await);
                }
            }
        }
    }
}
