//! Letters of staff to a donor: seen before they are sent, sent once, kept with who wrote them, gone with the donor.

use mainstay::domain::access::Role;
use mainstay::domain::ids::DonorId;
use mainstay::usecases::views;
use reqwest::StatusCode;

use super::clerk::Clerk;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

const TEXT: &str = "Dear Ann,\r\n\r\nthank you for <b>25</b> & more.\r\nVera";

async fn a_donor(app: &TestApp) -> DonorId {
    let given = app.gives(&Form::gift()).await;
    views::pledge(app.ctx(), given.pledge.id).await.unwrap().pledge.donor.unwrap()
}

fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

/// Writes a letter up to the page that shows it; returns the fields that send it.
pub(crate) async fn seen(clerk: &mut Clerk, path: &str, text: &str) -> Vec<(String, String)> {
    let key = hidden(&clerk.get(path).await.text(), "request_key");
    let page = clerk.post(path, &[("request_key", &key), ("subject", "Your cheque"), ("body", text)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let page = page.text();
    assert!(page.contains("As it will be sent"), "{page}");
    let fields =
        [("request_key", key), ("seen", hidden(&page, "seen")), ("subject", "Your cheque".to_owned())];
    let mut fields: Vec<_> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    fields.extend([("body".to_owned(), text.to_owned()), ("send".to_owned(), "yes".to_owned())]);
    fields
}

pub(crate) fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

flow! {
    async fn a_letter_is_seen_and_sent_once_and_stays_with_who_wrote_it(app) {
        let donor = a_donor(&app).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{donor}/letter");
        let fields = seen(&mut clerk, &path, TEXT).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("Your cheque").len(), 0, "only looked at so far");
        for _ in 0..3 {
            let sent = clerk.post(&path, &pairs(&fields)).await;
            assert!(sent.location().ends_with("?done=written"), "{}", sent.text());
        }
        app.run_jobs().await;
        let letters = app.letters_about("Your cheque");
        assert_eq!((letters.len(), app.count("donor_letters").await), (1, 1));
        let letter = &letters[0];
        assert!(letter.to.contains("ann@example.org"), "{}", letter.to);
        assert!(letter.text.contains("Dear Ann,\n\nthank you for <b>25</b> & more.\nVera"), "{}", letter.text);
        assert!(letter.html.contains("thank you for &lt;b&gt;25&lt;/b&gt; &amp; more.<br>Vera"), "{}", letter.html);
        assert!(letter.html.contains("dir=\"ltr\""), "{}", letter.html);

        let page = clerk.get(&format!("/admin/donors/{donor}")).await.text();
        assert!(page.contains("Letter: “Your cheque”") && page.contains("by Vera Lund, sent"), "{page}");
        let (_, after) = page.split_once(&format!("/admin/donors/{donor}/letters/")).unwrap();
        let kept = format!("/admin/donors/{donor}/letters/{}", after.split_once('"').unwrap().0);
        let shown = clerk.get(&kept).await.text();
        assert!(shown.contains("Vera Lund") && shown.contains("more.\nVera"), "{shown}");
        let log = app.lines("SELECT action || detail AS line FROM audit_log").await.join("\n");
        assert_eq!(log.matches("donor.written").count(), 1, "{log}");
        assert!(!log.contains("cheque") && !log.contains("thank you"), "{log}");
    }
}

flow! {
    async fn what_was_not_seen_is_not_sent(app) {
        let donor = a_donor(&app).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{donor}/letter");
        let empty = clerk.post(&path, &[("subject", "  "), ("body", "")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(empty.text().matches("class=\"problem\"").count(), 2, "{}", empty.text());
        let mut fields = seen(&mut clerk, &path, TEXT).await;
        for (name, value) in &mut fields {
            if name == "body" { *value = "Something else".to_owned() }
        }
        let again = clerk.post(&path, &pairs(&fields)).await;
        assert_eq!(again.status, StatusCode::OK, "shown again");
        assert!(again.text().contains("As it will be sent") && again.text().contains("Something else"));
        app.run_jobs().await;
        assert_eq!(app.count("donor_letters").await, 0);
        let viewer = app.clerk(Role::Viewer).await;
        assert_eq!(viewer.get(&path).await.status, StatusCode::FORBIDDEN);
    }
}

flow! {
    async fn a_letter_is_in_the_frame_of_the_donors_language(app) {
        let donor = a_donor(&app).await;
        app.execute(&[&format!("UPDATE donors SET locale = 'ar' WHERE id = '{donor}'")]).unwrap();
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{donor}/letter");
        let fields = seen(&mut clerk, &path, "شكرا").await;
        assert!(clerk.post(&path, &pairs(&fields)).await.location().ends_with("done=written"));
        app.run_jobs().await;
        let html = app.letters_about("Your cheque").remove(0).html;
        assert!(html.contains("dir=\"rtl\"") && html.contains("lang=\"ar\"") && html.contains("شكرا"), "{html}");
    }
}

flow! {
    async fn nobody_is_written_to_who_was_forgotten_or_has_no_address(app) {
        let donor = a_donor(&app).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{donor}/letter");
        let fields = seen(&mut clerk, &path, TEXT).await;
        assert!(clerk.post(&path, &pairs(&fields)).await.location().ends_with("done=written"));
        let late = seen(&mut clerk, &path, TEXT).await;
        // The letter waits while the donor is forgotten: it goes with them.
        let erase = [("confirm", "ann@example.org")];
        assert!(clerk.post(&format!("/admin/donors/{donor}/erase"), &erase).await.location().ends_with("erased"));
        assert_eq!(clerk.post(&path, &pairs(&late)).await.status, StatusCode::CONFLICT);
        app.run_jobs().await;
        app.run_jobs().await;
        assert_eq!(app.count("donor_letters").await, 0);
        assert_eq!(clerk.get(&path).await.status, StatusCode::NOT_FOUND);

        let fields = [("by", "cash"), ("amount", "5"), ("currency", "EUR"), ("received_on", "2026-06-12"),
            ("campaign", "press-fund"), ("name", "Rosa Quill"), ("request_key", "k")];
        assert!(clerk.post("/admin/gifts/new", &fields).await.location().ends_with("recorded-paper"));
        let rosa = app.lines("SELECT id AS line FROM donors WHERE name = 'Rosa Quill'").await.remove(0);
        assert!(!clerk.get(&format!("/admin/donors/{rosa}")).await.text().contains("Write a letter"));
        assert_eq!(clerk.get(&format!("/admin/donors/{rosa}/letter")).await.status, StatusCode::CONFLICT);
    }
}
