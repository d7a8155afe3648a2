//! The pages of bank statements, as a clerk uses them: without scripts, by forms.

use mainstay::domain::access::{Role, Scope};
use reqwest::{Method, StatusCode};

use super::{Entry, camt};
use crate::office::clerk::Clerk;
use crate::support::client::Answer;
use crate::support::flow;
use crate::support::gift::Form;

const BOUNDARY: &str = "----a-boundary";

impl Clerk {
    /// Hands a statement in as a browser does.
    async fn uploads(&self, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
        self.uploads_to("/admin/bank", (name, bytes), fields).await
    }

    /// Hands a file in at some page.
    pub(crate) async fn uploads_to(
        &self,
        path: &str,
        (name, bytes): (&str, &[u8]),
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut body = Vec::new();
        for (field, value) in fields {
            let part = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/xml\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let request = self
            .desk
            .client
            .request(Method::POST, path)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("sec-fetch-site", "same-origin")
            .body(body);
        self.desk.client.send(self.desk.with_cookie(request)).await
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).unwrap_or_else(|| panic!("{before}: {text}")).1.split_once(after).unwrap().0
}

flow! {
    async fn a_statement_is_handed_in_and_worked_through(app) {
        let named = app.promises_transfer(&Form::transfer()).await;
        let unnamed = app.promises_transfer(&Form::transfer().by(2).set("name", "Bob Quill").set("amount", "40")).await;
        let reference = named.pledge.reference.clone().unwrap().grouped();
        let file = camt(&[
            Entry::new(&reference).id("A1"),
            Entry::new("<![CDATA[<b>thanks</b>]]>").id("A2").amount("40.00").by("QUILL, BOB", "DE1"),
            Entry::new("lights").id("A3").amount("7.00").by("Rosa", "DE2"),
            Entry::new("payout").id("A4").amount("900.00").by("Stripe", "IE1"),
        ]);
        let mut clerk = app.clerk(Role::Finance).await;
        assert!(clerk.get("/admin").await.text().contains("href=\"/admin/bank\""));
        let place = clerk.uploads("june.xml", file.as_bytes(), &[]).await.location().to_owned();
        let page = place.split('?').next().unwrap().to_owned();
        assert!(clerk.get(&place).await.text().contains("being read"));
        app.run_jobs().await;
        let text = clerk.get(&page).await.text();
        for words in ["4 lines, 4 of them new", "Waits for you", "&lt;b&gt;thanks", "promised by Bob Quill", "Book it", "1 line: gifts, in the books"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(clerk.get("/admin").await.text().contains("3 lines of bank statements wait for you"));

        // One press books the proposal, and leads back to the file.
        let action = between(&text, "action=\"/admin/bank-lines/", "/book\"").to_owned();
        let pledge = unnamed.pledge.id.to_string();
        let fields = [("pledge", pledge.as_str()), ("to", page.rsplit('/').next().unwrap())];
        let pressed = clerk.post(&format!("/admin/bank-lines/{action}/book"), &fields).await;
        assert_eq!(pressed.location(), format!("{page}?done=bank-booked"));
        app.run_jobs().await;
        assert_eq!(app.client().status_of(&unnamed.thanks).await, "fulfilled");

        // A gift that nobody promised.
        let line = app.lines("SELECT id AS line FROM bank_lines WHERE bank_id = 'A3'").await.remove(0);
        let form = clerk.get(&format!("/admin/bank-lines/{line}/gift")).await.text();
        assert!(form.contains("value=\"Rosa\"") && form.contains("€7.00"), "{form}");
        let key = between(&form, "name=\"request_key\" value=\"", "\"").to_owned();
        let typed = [("name", "Rosa Quill"), ("email", ""), ("campaign", "press-fund"), ("visibility", "hidden"), ("request_key", &key)];
        let gift = format!("/admin/bank-lines/{line}/gift");
        let first = clerk.post(&gift, &typed).await.location().to_owned();
        assert_eq!(first, clerk.post(&gift, &typed).await.location(), "two clicks are one");
        let donation = clerk.get(&first).await.text();
        assert!(donation.contains("Bank statement") && donation.contains(&line), "{donation}");
        let wrong = clerk.post(&format!("/admin/bank-lines/{line}/no-gift"), &[("kind", "payout")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

        // What a gateway pays out.
        let line = app.lines("SELECT id AS line FROM bank_lines WHERE bank_id = 'A4'").await.remove(0);
        let path = format!("/admin/bank-lines/{line}");
        let bad = clerk.post(&format!("{path}/book"), &[("reference", "RF00 1234")]).await;
        assert!(bad.status == StatusCode::UNPROCESSABLE_ENTITY && bad.text().contains("check digits"), "{}", bad.text());
        let done = clerk.post(&format!("{path}/no-gift"), &[("kind", "payout"), ("reason", "")]).await;
        assert_eq!(done.location(), format!("{path}?done=bank-no-gift"));
        assert!(clerk.get(&page).await.text().contains("Nothing of it waits for you"));
        assert!(clerk.get(&path).await.text().contains("Open it again"));
        app.run_jobs().await;
        assert_eq!((app.count("donations").await, app.balance("clearing:bank_transfer").await), (3, 7200));

        // The list finds lines by what was written, by amount and by donor's reference.
        for (search, count) in [("quill", 1), ("lights", 1), ("900", 1), (reference.as_str(), 1), ("DE2", 1), ("nobody", 0)] {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", search).finish();
            let list = clerk.get(&format!("/admin/bank-lines?{query}")).await.text();
            assert_eq!(list.matches("<th scope=\"row\"").count(), count, "{search}: {list}");
        }
    }
}

flow! {
    async fn a_csv_is_explained_once_and_read_alike_from_then_on(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let reference = promised.pledge.reference.clone().unwrap().grouped();
        let csv = format!("Buchungstag;Name;Verwendungszweck;Betrag\n12.06.2026;Ann;{reference};25,00\n13.06.2026;Bob;=cmd;-3,10\n");
        let mut clerk = app.clerk(Role::Finance).await;
        let place = clerk.uploads("june.csv", csv.as_bytes(), &[]).await.location().to_owned();
        assert!(place.ends_with("/mapping"), "{place}");
        let form = clerk.get(&place).await.text();
        for words in ["4: Betrag", "12 June 2026", "€25.00", "-€3.10", "DE02120300000000202051"] {
            assert!(form.contains(words), "{words}: {form}");
        }
        let fields = |order: &'static str, name: &'static str| {
            vec![
                ("mapping_name", name), ("account", "DE02 1203 0000 0000 2020 51"), ("currency", "EUR"), ("delimiter", "semicolon"),
                ("charset", "utf-8"), ("date_order", order), ("decimal_mark", "comma"), ("header_rows", "1"), ("footer_rows", "0"),
                ("amount_in", "signed"), ("date", "1"), ("amount", "4"), ("credit", "0"), ("debit", "0"), ("name", "2"),
                ("other_account", "0"), ("text", "3"), ("text_2", "0"), ("text_3", "0"), ("bank_id", "0"),
            ]
        };
        // Looked at anew with another order of the days: what is wrong is told, and nothing is saved.
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields("ymd", "")).finish();
        let looked = clerk.get(&format!("{place}?{query}")).await.text();
        assert!(looked.contains("“12.06.2026” is no day in the order that was chosen"), "{looked}");
        assert_eq!(app.count("bank_mappings").await, 0);
        let unnamed = clerk.post(&place, &fields("dmy", "")).await;
        assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
        let saved = clerk.post(&place, &fields("dmy", "Our bank")).await;
        assert!(saved.location().ends_with("?done=bank-file"), "{}", saved.text());
        app.run_jobs().await;
        assert_eq!(app.became().await, "booked 1, outgoing 1");
        assert_eq!(clerk.get(&place).await.status, StatusCode::CONFLICT);

        let page = clerk.get("/admin/bank").await.text();
        let mapping = between(&page, "<option value=\"bmp_", "\"").to_owned();
        let again = clerk.uploads("june.csv", csv.as_bytes(), &[("mapping", &format!("bmp_{mapping}"))]).await;
        assert!(again.location().ends_with("?done=bank-file"), "{}", again.text());
        app.run_jobs().await;
        assert_eq!(app.count("bank_lines").await, 2, "the same lines");
        for (name, bytes) in [("x.pdf", b"%PDF-1.4;".as_slice()), ("empty.xml", b""), ("mt940.sta", b":20:STARTUMS")] {
            let refused = clerk.uploads(name, bytes, &[]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        }
    }
}

flow! {
    async fn who_may_only_look_sees_no_buttons_and_programs_read_the_lines(app) {
        app.promises_transfer(&Form::transfer()).await;
        let file = camt(&[Entry::new("donation").id("A1"), Entry { sign: "DBIT", reversal: true, ..Entry::new("x").id("A2") }]);
        let finance = app.clerk(Role::Finance).await;
        let page = finance.uploads("june.xml", file.as_bytes(), &[]).await.location().split('?').next().unwrap().to_owned();
        app.run_jobs().await;
        let viewer = app.clerk(Role::Viewer).await;
        let seen = viewer.get(&page).await.text();
        assert!(seen.contains("ANN READER") && !seen.contains("<button type=\"submit\" class=\"button\""), "{seen}");
        assert!(!viewer.get("/admin/bank").await.text().contains("type=\"file\""));
        assert_eq!(viewer.uploads("june.xml", file.as_bytes(), &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(app.clerk(Role::Editor).await.get(&page).await.status, StatusCode::FORBIDDEN);

        let program = app.program(Scope::Read).await;
        let lines = program.reads("/bank-lines?status=open&order=largest").await;
        assert_eq!(lines["items"].as_array().unwrap().len(), 2, "{lines}");
        assert_eq!(lines["items"][0]["amount"], serde_json::json!({ "minor": 2500, "currency": "EUR" }));
        let id = lines["items"][0]["id"].as_str().unwrap();
        assert_eq!(program.reads(&format!("/bank-lines/{id}")).await["name"], "ANN READER");
        let files = program.reads("/bank-statements").await;
        assert_eq!((&files["items"][0]["status"], &files["items"][0]["new"]), (&"done".into(), &2.into()));
        let one = files["items"][0]["id"].as_str().unwrap();
        assert_eq!(program.reads(&format!("/bank-statements/{one}")).await["lines"], 2);
    }
}
