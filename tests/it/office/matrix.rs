//! Every route of the office, tried by everybody, in every spelling of its path.

use std::collections::BTreeMap;

use mainstay::domain::access::{Role, Scope};
use mainstay::store::receipts;
use mainstay::web::{Access, admin_routes, api_routes};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::clerk::Desk;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

/// A path that the pattern of a route matches; its ids name nothing.
fn example(pattern: &str) -> String {
    pattern
        .split('/')
        .map(|part| if part.starts_with('{') { "01KAX00000000000000000000A" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// Other spellings that a careless router takes for the same path.
fn spellings(path: &str) -> Vec<String> {
    let rest = path.strip_prefix("/admin").unwrap();
    vec![
        format!("{path}/"),
        format!("/{path}"),
        format!("/admin/{rest}"),
        path.to_uppercase(),
        path.replacen("/admin", "/%61dmin", 1),
        path.replacen("/admin", "/admin/.", 1),
        path.replacen("/admin", "/x/../admin", 1),
        path.replacen("/admin", "/admin;a=b", 1),
        format!("{path}%2f"),
        format!("{path}%00"),
    ]
}

async fn try_it(desk: &Desk, method: &str, path: &str) -> StatusCode {
    let request = match method {
        "GET" => desk.client.request(Method::GET, path),
        _ => desk.client.form(path, String::new()),
    };
    let answer = desk.client.send(desk.with_cookie(request)).await;
    let to_the_door =
        answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/admin/sign-in");
    if to_the_door { StatusCode::UNAUTHORIZED } else { answer.status }
}

flow! {
    async fn nobody_gets_what_their_role_does_not_include(app) {
        let nobody = Desk::new(&app);
        let mut tried = 0;
        for route in admin_routes() {
            let path = example(route.path);
            let Access::Only(needed) = route.access else { continue };
            let status = try_it(&nobody, route.method, &path).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{} {path} by nobody", route.method);
            for spelling in spellings(&path) {
                let status = try_it(&nobody, route.method, &spelling).await;
                let is_shut = matches!(status.as_u16(), 400 | 401 | 404 | 405);
                assert!(is_shut, "{} {spelling} by nobody: {status}", route.method);
            }
            tried += 1;
            let _ = needed;
        }
        for role in Role::ALL {
            let clerk = app.clerk(*role).await;
            for route in admin_routes() {
                let Access::Only(needed) = route.access else { continue };
                if role.may(needed) {
                    continue;
                }
                let path = example(route.path);
                let status = try_it(&clerk.desk, route.method, &path).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{} {path} by {role}", route.method);
                tried += 1;
                for spelling in spellings(&path) {
                    let status = try_it(&clerk.desk, route.method, &spelling).await;
                    let is_shut = matches!(status.as_u16(), 400 | 403 | 404 | 405);
                    assert!(is_shut, "{} {spelling} by {role}: {status}", route.method);
                }
            }
        }
        assert!(tried > 30, "only {tried}");
    }
}

flow! {
    async fn who_may_not_is_told_so_on_a_page(app) {
        let viewer = app.clerk(Role::Viewer).await;
        let answer = viewer.get("/admin/staff").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text().contains("Your role does not include this"), "{}", answer.text());
        assert!(answer.header("content-type").starts_with("text/html"));
    }
}

flow! {
    async fn everybody_gets_what_their_role_includes(app) {
        for role in Role::ALL {
            let clerk = app.clerk(*role).await;
            for route in admin_routes().into_iter().filter(|route| route.method == "GET") {
                let Access::Only(needed) = route.access else { continue };
                if !role.may(needed) {
                    continue;
                }
                let status = try_it(&clerk.desk, route.method, &example(route.path)).await;
                let is_open = matches!(status.as_u16(), 200 | 303 | 404);
                assert!(is_open, "GET {} by {role}: {status}", route.path);
            }
        }
    }
}

/// A path that the pattern of a route matches; ids of things that are there, by the part in front of them.
fn about(pattern: &str, known: &BTreeMap<&str, String>) -> String {
    let parts: Vec<&str> = pattern.split('/').collect();
    let before = std::iter::once("").chain(parts.iter().copied());
    let filled = parts.iter().zip(before).map(|(part, before)| match known.get(before) {
        Some(id) if part.starts_with('{') => id.clone(),
        _ => example(part),
    });
    filled.collect::<Vec<_>>().join("/")
}

/// Something of each kind.
async fn known(app: &TestApp) -> BTreeMap<&'static str, String> {
    let given = app.gives(&Form::gift().set("frequency", "monthly").set("on_wall", "true")).await;
    let comment = [("name", "Ann"), ("email", "ann@example.org"), ("text", "Hello")];
    app.client().post("/articles/about-our-funding/comments", &comment).await.location();
    let one = async |sql: &str| app.lines(sql).await.remove(0);
    let donation = given.donation.id;
    let receipt = app.ctx().db.read(move |conn| receipts::find_live(conn, donation)).await.unwrap().unwrap();
    BTreeMap::from([
        ("donations", given.donation.id.to_string()),
        ("pledges", given.pledge.id.to_string()),
        ("donors", one("SELECT id AS line FROM donors").await),
        ("receipts", receipt.number.to_string()),
        ("events", one("SELECT MIN(id) AS line FROM inbox").await),
        ("jobs", one("SELECT MIN(id) AS line FROM jobs").await),
        ("comments", one("SELECT id AS line FROM comments").await),
    ])
}

flow! {
    async fn an_act_that_is_refused_leaves_no_row_in_the_log_and_one_that_is_done_one_at_most(app) {
        let known = known(&app).await;
        let mut owner = app.clerk(Role::Owner).await;
        let program = app.program(Scope::Finance).await;
        let (mut refused, mut logged) = (0, 0);
        let mut judge = |what: String, status: StatusCode, rows: i64| {
            assert!(!status.is_server_error(), "{what}: {status}");
            assert!(rows == 0 || (rows == 1 && !status.is_client_error()), "{what}: {status} and {rows} rows");
            refused += i32::from(status.is_client_error());
            logged += rows;
        };
        let mut routes = admin_routes();
        // What somebody does about their own account may end where they are signed in.
        routes.sort_by_key(|route| route.path.starts_with("/admin/me"));
        for route in routes.into_iter().filter(|route| route.method == "POST") {
            let Access::Only(_) = route.access else { continue };
            let path = about(route.path, &known);
            let before = app.count("audit_log").await;
            let status = owner.post(&path, &[("nothing", "1")]).await.status;
            judge(path, status, app.count("audit_log").await - before);
        }
        for route in api_routes().into_iter().filter(|route| route.method != "GET") {
            let Access::Token(_) = route.access else { continue };
            let path = about(route.path, &known);
            let method = Method::from_bytes(route.method.as_bytes()).unwrap();
            let before = app.count("audit_log").await;
            let status = program.asks(method, &path, Some(&json!({})), &[]).await.status;
            judge(path, status, app.count("audit_log").await - before);
        }
        assert!(refused > 60 && logged > 5, "{refused} refused, {logged} rows");
        app.run_jobs().await;
    }
}

#[test]
fn every_route_below_the_office_is_in_the_table() {
    let sources = ["src/web/mod.rs", "src/web/account/mod.rs"];
    for source in sources {
        let text = std::fs::read_to_string(crate::support::command::package_folder().join(source)).unwrap();
        assert!(!text.contains("\"/admin"), "{source} puts up a route of the office past its table");
    }
    let open: Vec<String> = admin_routes()
        .into_iter()
        .filter(|route| !matches!(route.access, Access::Only(_)))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let agreed = [
        "GET /admin/sign-in",
        "POST /admin/sign-in",
        "GET /admin/sign-in/code",
        "POST /admin/sign-in/code",
        "GET /admin/sign-in/enrol",
        "POST /admin/sign-in/enrol",
        "POST /admin/sign-in/passkey",
        "POST /admin/passkeys/offer",
        "POST /admin/passkeys/request",
        "GET /admin/setup/{token}",
        "POST /admin/setup/{token}",
        "POST /admin/sign-out",
    ];
    assert_eq!(open, agreed, "whoever opens another route says so here");
}

/// Paths that the table of neither the office nor the API has.
const OTHERS: [(&str, &str); 8] = [
    ("/", "GET, HEAD"),
    ("/donate", "GET, HEAD, POST"),
    ("/thanks/x", "GET, HEAD"),
    ("/webhooks/sandbox", "POST"),
    ("/account", "GET, HEAD"),
    ("/account/mend", "GET, HEAD, POST"),
    ("/account/privacy/erase", "POST"),
    ("/health/live", "GET, HEAD"),
];

flow! {
    async fn an_address_that_does_not_take_a_method_says_which_it_takes(app) {
        let client = app.client();
        let patch = |path: &str| {
            client.send(client.request(Method::PATCH, path).header("sec-fetch-site", "same-origin"))
        };
        for (path, allow) in OTHERS {
            let answer = patch(path).await;
            assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allow), "{path}");
        }
        for (prefix, routes) in [("", admin_routes()), ("/api/v1", api_routes())] {
            for route in routes {
                let full = format!("{prefix}{}", example(route.path));
                let answer = patch(&full).await;
                assert_eq!(answer.status.as_u16(), 405, "{full}");
                let takes = answer.header("allow").split(", ").any(|method| method == route.method);
                assert!(takes, "{full} takes {}: {}", route.method, answer.header("allow"));
            }
        }
    }
}
