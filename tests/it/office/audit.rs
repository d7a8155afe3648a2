//! The log of what was done: one row for each act, in its transaction, sealed.

use mainstay::domain::access::Role;
use mainstay::store::{audit, checks};

use crate::support::app::{Engine, TestApp};
use crate::support::{flow, twins};

const LOG: &str =
    "SELECT number || ' ' || actor_kind || ' ' || action AS line FROM audit_log ORDER BY number";

flow! {
    async fn each_act_is_one_row_and_one_that_is_refused_is_none(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let before = app.lines(LOG).await;
        assert_eq!(before, ["1 command staff.invited", "2 staff staff.set_up"]);
        owner.post("/admin/staff", &[("email", "kim@x.example"), ("role", "viewer")]).await;
        owner.post("/admin/staff", &[("email", "kim@x.example"), ("role", "viewer")]).await;
        owner.post("/admin/tokens", &[("name", "Site"), ("scope", "write"), ("days", "9")]).await;
        owner.post(&format!("/admin/staff/{}/role", owner.id), &[("role", "viewer")]).await;
        let after = app.lines(LOG).await;
        assert_eq!(after[2..], ["3 staff staff.invited", "4 staff token.created"]);
        let details = app.lines("SELECT detail AS line FROM audit_log").await.join(" ");
        assert!(!details.contains('@'), "no address in the log: {details}");
    }
}

flow! {
    async fn many_at_once_make_one_chain(app) {
        let owner = app.clerk(Role::Owner).await;
        let asked = (0..12).map(|number| {
            let mut desk = owner.desk.clone();
            async move {
                let email = format!("kim{number}@x.example");
                desk.post("/admin/staff", &[("email", &email), ("role", "viewer")]).await.status
            }
        });
        for status in futures_util::future::join_all(asked).await {
            assert_eq!(status, reqwest::StatusCode::OK);
        }
        assert_eq!(app.count("audit_log").await, 14);
        assert_eq!(app.ctx().db.read(audit::first_broken).await.unwrap(), None);
    }
}

async fn whoever_rewrites_the_log_is_found_out(engine: Engine) {
    let app = TestApp::start(engine).await;
    let mut owner = app.clerk(Role::Owner).await;
    owner.post("/admin/tokens", &[("name", "Site"), ("scope", "write"), ("days", "9")]).await;
    for change in
        ["UPDATE audit_log SET detail = '{}' WHERE number = 2", "DELETE FROM audit_log WHERE number = 3"]
    {
        assert!(app.execute(&[change]).is_err(), "the database refuses: {change}");
    }
    let off = match engine {
        Engine::Sqlite => vec!["DROP TRIGGER audit_log_no_update", "DROP TRIGGER audit_log_no_delete"],
        Engine::Postgres => vec!["ALTER TABLE audit_log DISABLE TRIGGER ALL"],
    };
    app.execute(&off).unwrap();
    app.execute(&["DELETE FROM audit_log WHERE number = 3"]).unwrap();
    assert_eq!(broken(&app).await, ["audit row 3"], "cut off at its end");
    app.execute(&["UPDATE audit_log SET actor_kind = 'system', actor_id = NULL WHERE number = 2"]).unwrap();
    assert_eq!(broken(&app).await, ["audit row 2"]);
    app.stop().await;
}
twins!(whoever_rewrites_the_log_is_found_out);

async fn broken(app: &TestApp) -> Vec<String> {
    let findings = app.ctx().db.read(checks::run).await.unwrap();
    findings.into_iter().flat_map(|finding| finding.broken).collect()
}
