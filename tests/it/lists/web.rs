//! The pages: every list, every page about one thing, files and saved views.

use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::list::ListKind;
use mainstay::gateways::patreon::MemberFile;
use mainstay::usecases::members::{self, Import};
use reqwest::StatusCode;

use crate::bank_statements::{Entry, camt};
use crate::office::clerk::fresh_code;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

const HOSTILE: &str = "<script>alert(1)</script>";

/// The addresses on a page that begin so.
fn links_on(page: &str, start: &str) -> Vec<String> {
    let parts = page.split("href=\"").skip(1).map(|part| part.split_once('"').unwrap().0);
    let mut links: Vec<String> =
        parts.filter(|link| link.starts_with(start)).map(|link| link.replace("&amp;", "&")).collect();
    links.dedup();
    links
}

impl TestApp {
    /// A file of Patreon's told of somebody of this name.
    async fn knows_member(&self, name: &str) {
        let file = include_str!("../fixtures/patreon/members_export_2026.csv");
        let two: Vec<&str> = file.lines().take(2).collect();
        let told = two.join("\n").replace("Ada Äußerst 0", name);
        let file = MemberFile::read(told.as_bytes()).unwrap();
        members::import(self.ctx(), Actor::Command, file, Import::Real).await.unwrap();
    }
}

flow! {
    async fn every_list_leads_to_a_page_about_each_of_its_rows(app) {
        app.gives(&Form::gift().by(1).set("name", HOSTILE).set("message", HOSTILE)).await;
        let page = app.promises(&Form::gift().by(2).set("frequency", "monthly")).await;
        app.client().pay(&page, "succeed", "now").await;
        app.run_jobs().await;
        let hostile = HOSTILE.replace('<', "&lt;").replace('>', "&gt;");
        app.reads(camt(&[Entry::new(&hostile).by(&hostile, "DE1")]).as_bytes(), None).await;
        app.knows_member(HOSTILE).await;
        app.execute(&[
            &format!(
                "INSERT INTO payouts VALUES ('pyt_01M89TQ22RNJR1Z53APG0MVPP0', 'stripe', 'po_1', 500, 'EUR', 'failed', 'whole', \
                 '{HOSTILE}', '2026-06-15 10:00:00', NULL, '2026-06-15 10:00:00', '2026-06-15 10:00:00')"
            ),
            "INSERT INTO movements VALUES ('mov_01M89TQ22RNJR1Z53APG0MVPP0', 'stripe', 'txn_1', 'adjustment', 5, 5, 'EUR', \
             '2026-06-15 10:00:00', NULL, NULL, NULL, NULL, 'pyt_01M89TQ22RNJR1Z53APG0MVPP0', NULL, NULL, NULL, 'apart', \
             '2026-06-15 10:00:00', '2026-06-15 10:00:00')",
        ])
        .unwrap();
        let said = [("name", HOSTILE), ("email", "h@example.org"), ("text", HOSTILE)];
        app.client().post("/articles/about-our-funding/comments", &said).await.location();
        let clerk = app.clerk(Role::Owner).await;
        for kind in ListKind::ALL {
            let columns: Vec<String> = kind.columns().iter().map(|column| format!("column={}", column.name)).collect();
            for address in [format!("/admin/{kind}"), format!("/admin/{kind}?{}", columns.join("&"))] {
                let answer = clerk.get(&address).await;
                assert_eq!(answer.status, StatusCode::OK, "{address}");
                let page = answer.text();
                assert!(!page.contains("<script>alert"), "{address}");
                assert!(page.contains("<tbody>"), "{address}");
                // Their rows lead to what they are about.
                if matches!(kind, ListKind::Audit | ListKind::Movements) {
                    continue;
                }
                let things = links_on(&page, if *kind == ListKind::Patrons { "/admin/pledges/" } else { &address[..address.find('?').unwrap_or(address.len())] });
                let things: Vec<&String> = things.iter().filter(|link| link.contains('_') && !link.contains('?')).collect();
                assert!(!things.is_empty(), "{address}: {page}");
                for link in things {
                    let answer = clerk.get(link).await;
                    assert_eq!(answer.status, StatusCode::OK, "{link}");
                    let page = answer.text();
                    assert!(!page.contains("<script>alert"), "{link}");
                    for further in links_on(&page, "/admin/") {
                        let status = clerk.get(&further).await.status;
                        // The reports begin with the first of them.
                        let leads_on = further == "/admin/reports" && status == StatusCode::SEE_OTHER;
                        assert!(status == StatusCode::OK || leads_on, "{further} on {link}: {status}");
                    }
                }
            }
        }
    }
}

flow! {
    async fn what_is_not_there_is_not_found(app) {
        let clerk = app.clerk(Role::Owner).await;
        for path in [
            "donations/don_01KAX00000000000000000000A",
            "donations/x",
            "pledges/plg_01KAX00000000000000000000A",
            "donors/dnr_01KAX00000000000000000000A",
            "receipts/R2026-000001",
            "receipts/rcp_01KAX00000000000000000000A",
            "events/evt_01KAX00000000000000000000A",
            "jobs/job_01KAX00000000000000000000A",
            "bank/bst_01KAX00000000000000000000A",
            "bank-lines/bnl_01KAX00000000000000000000A",
        ] {
            assert_eq!(clerk.get(&format!("/admin/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

flow! {
    async fn pages_lead_on_and_back_and_keep_what_was_asked_for(app) {
        app.invents(120).await;
        let clerk = app.clerk(Role::Viewer).await;
        let first = clerk.get("/admin/donations?q=demo&order=largest&column=amount&column=id").await.text();
        assert!(first.contains("Many fit") || first.contains("was sought in names"), "{first}");
        assert!(!first.contains("All of it as CSV"), "a viewer takes nothing away");
        let on = links_on(&first, "/admin/donations?").into_iter().find(|link| link.contains("at=a")).unwrap();
        assert!(on.contains("order=largest") && on.contains("column=amount"), "{on}");
        let second = clerk.get(&on).await.text();
        let back = links_on(&second, "/admin/donations?").into_iter().find(|link| link.contains("at=b")).unwrap();
        let again = clerk.get(&back).await.text();
        let rows = |page: &str| links_on(page, "/admin/donations/don_");
        assert_eq!(rows(&first), rows(&again));
        assert_eq!(rows(&first).len(), 50);
        assert!(rows(&second).iter().all(|row| !rows(&first).contains(row)));
    }
}

flow! {
    async fn a_file_has_every_row_of_the_view_and_no_formula_and_is_written_down(app) {
        app.invents(1050).await;
        app.gives(&Form::gift().by(1).set("name", "=HYPERLINK(\"http://x\")")).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let answer = clerk.get("/admin/donations.csv?column=donor&column=amount&order=oldest").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.header("content-disposition").contains("donations-"));
        let text = answer.text();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "donor,donor_id,amount,amount_currency");
        assert_eq!(lines.len(), 1 + 1051 + 1);
        assert!(text.contains("\"'=HYPERLINK(\"\"http://x\"\")\",dnr_"), "{}", lines[1051]);
        assert!(text.contains(",25.00,EUR"));
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM audit_log WHERE action = 'export.made'").await, 1);
        let narrowed = clerk.get("/admin/donations.csv?gateway=sandbox").await.text();
        assert_eq!(narrowed.split("\r\n").count(), 3);

        app.clock.advance(chrono::TimeDelta::minutes(16));
        let asked = clerk.get("/admin/donors.csv").await.text();
        assert!(asked.contains("name=\"proof\""), "who was long away proves that it is still them: {asked}");
        let code = fresh_code(&app, &clerk.seed);
        let back = clerk.post("/admin/prove", &[("proof", &code), ("to", "/admin/donors.csv")]).await;
        assert_eq!(back.location(), "/admin/donors.csv");
    }
}

flow! {
    async fn a_view_is_saved_for_its_owner_shown_and_removed(app) {
        app.invents(3).await;
        let mut clerk = app.clerk(Role::Viewer).await;
        let saved = [("list", "donations"), ("name", "Large ones"), ("query", "order=largest&drop=table&status=succeeded")];
        let to = clerk.post("/admin/views", &saved).await;
        assert_eq!(to.location(), "/admin/donations?status=succeeded&order=largest&done=saved");
        clerk.post("/admin/views", &saved).await;
        assert_eq!(app.count("saved_views").await, 1, "the same name is the same view");
        let page = clerk.get("/admin/donations").await.text();
        assert!(page.contains("Large ones"));
        let other = app.clerk(Role::Viewer).await;
        assert!(!other.get("/admin/donations").await.text().contains("Large ones"));
        let id = app.lines("SELECT id AS line FROM saved_views").await.remove(0);
        let mut other = other;
        assert_eq!(other.post(&format!("/admin/views/{id}/remove"), &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(clerk.post(&format!("/admin/views/{id}/remove"), &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(app.count("saved_views").await, 0);
        let nameless = clerk.post("/admin/views", &[("list", "donations"), ("name", " "), ("query", "")]).await;
        assert!(nameless.status.is_client_error(), "{}", nameless.status);
    }
}
