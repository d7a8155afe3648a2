//! The work of the office: each act does one thing once, says so, and is written down.

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::donation::DonationStatus;
use mainstay::domain::ids::DonorId;
use mainstay::store::{accounts, desk, receipts};
use mainstay::usecases::views;
use reqwest::StatusCode;

use super::clerk::Clerk;
use crate::account::visitor::Visitor;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::{Form, Given};

impl TestApp {
    async fn actions(&self) -> Vec<String> {
        self.lines("SELECT action AS line FROM audit_log WHERE action NOT LIKE 'staff.%' ORDER BY number")
            .await
    }

    pub(crate) async fn donor_of(&self, given: &Given) -> DonorId {
        views::pledge(self.ctx(), given.pledge.id).await.unwrap().pledge.donor.unwrap()
    }
}

/// The hidden field that makes two clicks one act.
fn key_on(page: &str) -> String {
    let (_, after) = page.split_once("name=\"request_key\" value=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

flow! {
    async fn a_gift_is_refunded_in_part_once_however_often_the_button_is_pressed(app) {
        let given = app.gives(&Form::gift()).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donations/{}/refund", given.donation.id);
        let page = clerk.get(&path).await.text();
        assert!(page.contains("value=\"25.00\""), "{page}");
        let key = key_on(&page);

        let too_much = [("amount", "25.01"), ("reason", "You asked"), ("request_key", key.as_str())];
        let refused = clerk.post(&path, &too_much).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("value=\"You asked\""), "what was typed stays");
        let unread = clerk.post(&path, &[("amount", "ten"), ("reason", "")]).await;
        assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);

        let order = [("amount", "10,00"), ("reason", "You asked"), ("request_key", key.as_str())];
        for _ in 0..3 {
            assert!(clerk.post(&path, &order).await.location().ends_with("?done=refund"));
        }
        app.run_jobs().await;
        let view = views::pledge(app.ctx(), given.pledge.id).await.unwrap();
        let donation = view.donation.unwrap();
        assert_eq!(donation.payment.status(), DonationStatus::PartlyRefunded);
        assert_eq!(donation.payment.kept().unwrap().minor(), 1500);
        assert_eq!(app.actions().await, ["donation.refunded"]);
    }
}

flow! {
    async fn a_transfer_is_recorded_and_the_same_line_again_changes_nothing(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let reference = promised.pledge.reference.unwrap().to_string();
        let today = app.ctx().day_of(app.ctx().now()).to_string();
        let path = "/admin/gifts/transfer";
        let typed = [("reference", "RF00 0000"), ("amount", "x"), ("currency", "EUR"), ("received_on", "soon")];
        let refused = clerk.post(path, &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.text().matches("class=\"problem\"").count(), 3, "{}", refused.text());
        let typed =
            [("reference", reference.as_str()), ("amount", "25"), ("currency", "EUR"), ("received_on", &today)];
        for _ in 0..2 {
            assert!(clerk.post(path, &typed).await.location().ends_with("?done=recorded"));
        }
        app.run_jobs().await;
        assert_eq!(app.count("donations").await, 1);
        assert_eq!(app.actions().await, ["gift.recorded"]);
        assert_eq!(app.letters_about("receipt").len(), 1, "{:?}", app.letters());
    }
}

flow! {
    async fn a_receipt_is_sent_again_and_replaced(app) {
        let given = app.gives(&Form::gift()).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let donation = given.donation.id;
        let number = app.ctx().db.read(move |conn| receipts::find_live(conn, donation)).await.unwrap().unwrap().number;
        let before = app.letters().len();
        assert!(clerk.post(&format!("/admin/receipts/{number}/resend"), &[]).await.location().ends_with("done=sent"));
        app.run_jobs().await;
        assert_eq!(app.letters().len(), before + 1);
        let moved = clerk.post(&format!("/admin/receipts/{number}/reissue"), &[]).await;
        assert!(moved.location().ends_with("done=reissued"));
        assert!(!moved.location().contains(&number.to_string()));
        let again = clerk.post(&format!("/admin/receipts/{number}/resend"), &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert_eq!(app.actions().await, ["receipt.resent", "receipt.voided"]);
    }
}

flow! {
    async fn support_is_paused_changed_and_cancelled_for_a_patron(app) {
        let page = app.promises(&Form::gift().set("frequency", "monthly")).await;
        let thanks = app.client().pay(&page, "succeed", "now").await;
        app.run_jobs().await;
        let pledge = app.view(&thanks).await.pledge.id;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/pledges/{pledge}/order");
        assert_eq!(clerk.get(&path).await.status, StatusCode::OK);
        let asked = async |clerk: &mut Clerk, fields: &[(&str, &str)]| clerk.post(&path, fields).await;
        let change = [("what", "change"), ("amount", "40"), ("frequency", "yearly")];
        assert!(asked(&mut clerk, &change).await.location().ends_with("done=asked"));
        let never = [("what", "pause"), ("until", "31 May")];
        assert_eq!(asked(&mut clerk, &never).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let not_paused = [("what", "resume")];
        assert_eq!(asked(&mut clerk, &not_paused).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let cancel = [("what", "cancel"), ("reason", "by telephone")];
        assert!(asked(&mut clerk, &cancel).await.location().ends_with("done=asked"));
        app.run_jobs().await;
        let news = views::patron(app.ctx(), pledge).await.unwrap().subscription.news;
        assert!(news.ends_at.is_some());
        assert_eq!(app.actions().await, ["pledge.changed", "pledge.changed"]);
    }
}

flow! {
    async fn two_donors_become_one_and_two_again_and_nothing_of_the_money_moves(app) {
        let first = app.gives(&Form::gift().by(1)).await;
        let second = app.gives(&Form::gift().by(2)).await;
        let (from, into) = (app.donor_of(&first).await, app.donor_of(&second).await);
        let postings = app.lines("SELECT entry_id || account || amount_minor AS line FROM ledger_postings ORDER BY 1").await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{from}/merge");
        let nobody = ["dnr_nobody", "dnr_01KAX00000000000000000000A", "nobody@example.org"].map(str::to_owned);
        for wrong in nobody.into_iter().chain([from.to_string()]) {
            let refused = clerk.post(&path, &[("into", &wrong)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert!(clerk.post(&path, &[("into", &into.to_string())]).await.location().contains(&into.to_string()));
        assert_eq!(app.donor_of(&first).await, into);

        // A later gift from the first address counts for the one donor, who signs in by either address.
        app.clock.advance(TimeDelta::minutes(5));
        let later = app.gives(&Form::gift().by(1).set("amount", "7")).await;
        assert_eq!(app.donor_of(&later).await, into);
        let email = app.ctx().db.read(move |conn| accounts::get(conn, from)).await.unwrap().email;
        let mut visitor = Visitor::at(&app);
        visitor.signs_in(&app, email.as_str()).await;
        let history = visitor.get("/account/history").await.text();
        assert_eq!(history.matches("ledger-head").count(), 3, "{history}");

        assert!(clerk.post(&path, &[("into", &into.to_string())]).await.status.is_client_error(), "merged before");
        let undone = clerk.post(&format!("/admin/donors/{from}/unmerge"), &[]).await;
        assert!(undone.location().ends_with("done=unmerged"));
        assert_eq!(app.donor_of(&first).await, from);
        assert_eq!(app.donor_of(&later).await, from, "what came from the address since is theirs");
        assert_eq!(app.donor_of(&second).await, into);
        let after = app.lines("SELECT entry_id || account || amount_minor AS line FROM ledger_postings ORDER BY 1").await;
        assert!(postings.iter().all(|line| after.contains(line)));
        assert_eq!(app.actions().await, ["donor.merged", "donor.unmerged"]);
    }
}

flow! {
    async fn notes_and_tags_are_kept_cleaned_shown_to_the_donor_and_forgotten_with_them(app) {
        let given = app.gives(&Form::gift()).await;
        let donor = app.donor_of(&given).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = |what: &str| format!("/admin/donors/{donor}/{what}");
        assert_eq!(clerk.post(&path("notes"), &[("note", "  ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        clerk.post(&path("notes"), &[("note", "Met at the fair\nwants the print edition")]).await;
        clerk.post(&path("tags"), &[("tags", " Print,  reader , print,, ")]).await;
        let (notes, tags) = app
            .ctx()
            .db
            .read(move |conn| Ok::<_, mainstay::store::StoreError>((desk::notes(conn, donor)?, desk::tags(conn, donor)?)))
            .await
            .unwrap();
        assert_eq!(notes[0].text, "Met at the fair\nwants the print edition");
        assert_eq!(tags, ["print", "reader"]);
        let archive = clerk.post(&path("export"), &[]).await;
        assert_eq!(archive.header("content-type"), "application/zip");
        assert_eq!(archive.header("cache-control"), "no-store");

        let email = app.ctx().db.read(move |conn| accounts::get(conn, donor)).await.unwrap().email;
        let wrong = clerk.post(&path("erase"), &[("confirm", "someone@else.example")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = clerk.post(&path("erase"), &[("confirm", email.as_str())]).await;
        assert!(done.location().ends_with("done=erased"));
        app.run_jobs().await;
        assert_eq!(app.count("donor_notes").await + app.count("donor_tags").await, 0);
        let profile = app.ctx().db.read(move |conn| accounts::get(conn, donor)).await.unwrap();
        assert!(profile.erased_at.is_some());
        assert_eq!(clerk.post(&path("notes"), &[("note", "x")]).await.status, StatusCode::NOT_FOUND);
        let log = app.lines("SELECT action || detail AS line FROM audit_log").await.join("\n");
        assert!(!log.contains("fair") && !log.contains(email.as_str()), "{log}");
        assert_eq!(app.actions().await, ["donor.noted", "donor.noted", "donor.exported", "donor.erased"]);
    }
}

flow! {
    async fn whoever_is_erased_takes_the_one_they_were_merged_with_along(app) {
        let first = app.gives(&Form::gift().by(1)).await;
        let second = app.gives(&Form::gift().by(2)).await;
        let (from, into) = (app.donor_of(&first).await, app.donor_of(&second).await);
        mainstay::usecases::desk::merge::merge(app.ctx(), Actor::Command, from, into).await.unwrap();
        mainstay::usecases::desk::donors::forget(app.ctx(), Actor::Command, into).await.unwrap();
        app.run_jobs().await;
        let left = app.number("SELECT COUNT(*) AS number FROM donors WHERE erased_at IS NULL").await;
        assert_eq!(left, 0);
        let addresses = app.lines("SELECT email AS line FROM donors UNION ALL SELECT email FROM pledges").await;
        assert!(addresses.iter().all(|email| email.ends_with(".invalid")), "{addresses:?}");
    }
}

flow! {
    async fn details_are_corrected_and_the_donor_is_told(app) {
        let given = app.gives(&Form::gift()).await;
        let donor = app.donor_of(&given).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{donor}/details");
        assert_eq!(clerk.get(&path).await.status, StatusCode::OK);
        let long = "x".repeat(81);
        let refused = clerk.post(&path, &[("name", &long), ("postal_address", "Quay 1"), ("locale", "en")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Quay 1"));
        let typed = [("name", "Ada Byron"), ("postal_address", "Quay 1\nRiga"), ("locale", "fr")];
        let before = app.letters().len();
        for _ in 0..2 {
            assert!(clerk.post(&path, &typed).await.location().ends_with("done=saved"));
        }
        app.run_jobs().await;
        assert_eq!(app.letters().len(), before + 1, "the same again is no change");
        assert_eq!(app.actions().await, ["donor.changed"]);
    }
}
