//! The work of an office: transfers that arrived, refunds, receipts, jobs, exports.

use serde_json::Value;

use super::program;
use super::site::Site;
use crate::support::client::Client;
use crate::support::command::pdf_text;
use crate::support::smtp::{Fault, SmtpOptions, SmtpServer, UrlTls, Verb};
use crate::support::until;

/// Somebody promises €25 by bank transfer, and gives a name that a spreadsheet would run.
async fn promise(site_url: &str, email: &str) {
    let form = [
        ("campaign", "press-fund"),
        ("amount", "25"),
        ("currency", "EUR"),
        ("gateway", "bank_transfer"),
        ("email", email),
        ("name", "=HYPERLINK(\"http://example.org\")"),
    ];
    let answer = Client::new(site_url).post("/donate", &form).await;
    assert!(answer.location().contains("/thanks/"), "{}", answer.text());
}

/// The row of an export whose `column` is `value`.
async fn row(site: &Site, what: &str, column: &str, value: &str) -> Value {
    let rows = site.exported(what).await;
    rows.iter().find(|row| row[column] == value).unwrap_or_else(|| panic!("no {value} in {rows:#?}")).clone()
}

async fn everything_is_done(site: &Site) {
    until("an empty queue", async || {
        (site.runs(&["job", "list"]).await == "Everything is done.\n").then_some(())
    })
    .await;
}

program! {
    async fn a_gift_by_hand_is_recorded_once_and_declared_void_from_the_command_line(site) {
        let serving = site.serve().await;
        let gift = ["donation", "record", "--by", "cheque", "--campaign", "press-fund", "--amount", "40", "--name",
            "Rosa Quill", "--number", "000417", "--once", "box 7"];
        let recorded = site.runs(&gift).await;
        assert!(recorded.contains("€40.00. There is no address: print the receipt"), "{recorded}");
        assert!(site.runs(&gift).await.starts_with("Nothing to do: "));
        let mailed = ["donation", "record", "--by", "cash", "--campaign", "press-fund", "--amount", "5", "--email",
            "ann@example.org", "--named"];
        assert!(site.runs(&mailed).await.contains("€5.00. The receipt is on its way."));
        site.sends(1, "receipt").await;
        let row = row(&site, "donations", "gateway", "cheque").await;
        assert_eq!((row["email"].as_str(), row["name"].as_str()), (None, Some("Rosa Quill")));
        let id = row["id"].as_str().unwrap();
        let void = site.runs(&["donation", "void", id, "--reason", "bounced"]).await;
        assert!(void.contains("€40.00") && void.contains("is void"), "{void}");
        let again = site.refuses(1, &["donation", "void", id, "--reason", "bounced"]).await;
        assert!(again.contains("nothing of"), "{again}");
        let by_card = ["donation", "record", "--by", "stripe", "--campaign", "press-fund", "--amount", "5", "--name", "A"];
        let without_campaign = ["donation", "record", "--by", "cash", "--amount", "5", "--name", "A"];
        for (wrong, words) in [
            (&by_card[..], "one of cash, cheque, bank_transfer"),
            (&["donation", "record", "--amount", "5"], "--reference"),
            (&without_campaign, "--campaign"),
        ] {
            let refused = site.call(wrong).run().await;
            assert_eq!(refused.code, Some(2), "{refused:?}");
            assert!(refused.stderr.contains(words), "{refused:?}");
        }
        drop(serving);
        site.runs(&["doctor"]).await;
    }
}

program! {
    async fn a_transfer_is_recorded_refunded_and_receipted_from_the_command_line(site) {
        let serving = site.serve().await;
        promise(&serving.url, "ann@example.org").await;
        site.sends(1, "").await;
        let reference = row(&site, "pledges", "email", "ann@example.org").await["reference"].as_str().unwrap().to_owned();

        let record = ["donation", "record", "--reference", &reference, "--amount", "25.00"];
        let recorded = site.runs(&record).await;
        assert!(recorded.contains("€25.00, as promised"), "{recorded}");
        assert!(site.runs(&record).await.starts_with("Nothing to do: "));
        let mut typo = reference.clone().into_bytes();
        typo.swap(12, 13);
        let wrong = if typo == reference.as_bytes() { "RF00AAAA".into() } else { String::from_utf8(typo).unwrap() };
        let refused = site.refuses(2, &["donation", "record", "--reference", &wrong, "--amount", "25.00"]).await;
        assert!(refused.contains("check digits"), "{refused}");
        let unknown = site.refuses(1, &["donation", "record", "--reference", "RF18539007547034", "--amount", "1.00"]).await;
        assert_eq!(unknown, "there is no such payment reference");

        let donation = row(&site, "donations", "email", "ann@example.org").await;
        let (id, first) = (donation["id"].as_str().unwrap(), donation["receipt"].as_str().unwrap());
        site.sends(1, &format!("receipt {first}")).await;

        let refund = ["refund", id, "--amount", "5", "--reason", "typed a five too much", "--once", "k1"];
        let (once, twice) = (site.runs(&refund).await, site.runs(&refund).await);
        assert_eq!(once, twice);
        assert!(once.contains("now send €5.00 to the donor"), "{once}");
        let too_much = site.refuses(1, &["refund", id, "--amount", "20.01"]).await;
        assert_eq!(too_much, "€20.00 can be refunded, not €20.01");
        let corrected = row(&site, "donations", "id", id).await;
        assert_eq!(corrected["refunded_minor"], 500);
        let second = corrected["receipt"].as_str().unwrap();
        assert_ne!(first, second);
        let letters = site.sends(1, second).await;
        let pdf = pdf_text(&letters[0].attachments[0].bytes);
        assert!(pdf.contains(second) && pdf.contains(first) && pdf.contains("€20.00"), "{pdf}");

        assert!(site.runs(&["receipt", "resend", second]).await.contains("will be mailed again"));
        site.sends(2, second).await;
        let not_live = site.refuses(1, &["receipt", "resend", first]).await;
        assert!(not_live.contains("was replaced"), "{not_live}");
        let voided = site.runs(&["receipt", "void", second]).await;
        let third = row(&site, "donations", "id", id).await["receipt"].as_str().unwrap().to_owned();
        assert!(voided.contains(&format!("{second} is void and replaced by {third}")), "{voided}");
        site.sends(1, &third).await;

        let rest = site.runs(&["refund", id]).await;
        assert!(rest.contains("now send €20.00 to the donor"), "{rest}");
        assert_eq!(row(&site, "donations", "id", id).await["status"], "refunded");
        let nothing = site.refuses(1, &["refund", id]).await;
        assert_eq!(nothing, format!("nothing of {id} can be refunded: it went back, is on its way back, or is contested"));
        everything_is_done(&site).await;
        site.runs(&["doctor"]).await;
        assert_eq!(serving.stop().await.code, Some(0));
    }
}

program! {
    async fn exports_are_complete_and_no_cell_becomes_a_formula(site) {
        let serving = site.serve().await;
        for email in ["ann@example.org", "ben@example.org"] {
            promise(&serving.url, email).await;
        }
        let pledges = site.exported("pledges").await;
        for pledge in &pledges {
            let reference = pledge["reference"].as_str().unwrap();
            site.runs(&["donation", "record", "--reference", reference, "--amount", "25.00"]).await;
        }
        site.runs(&["demo", "fill", "--donations", "1200"]).await;
        assert_eq!(serving.stop().await.code, Some(0));

        for (what, rows) in [("donations", 1202), ("pledges", 1202), ("donors", 242), ("ledger", 2404)] {
            let lines = site.exported(what).await;
            assert_eq!(lines.len(), rows, "{what}");
            let text = site.runs(&["export", what, "--format", "csv"]).await;
            let mut csv = csv::Reader::from_reader(text.as_bytes());
            let columns: Vec<String> = csv.headers().unwrap().iter().map(str::to_owned).collect();
            let mut first: Vec<&str> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
            first.sort_unstable();
            let mut sorted: Vec<&str> = columns.iter().map(String::as_str).collect();
            sorted.sort_unstable();
            assert_eq!(first, sorted, "{what}");
            let mut read = 0;
            for record in csv.records() {
                read += 1;
                let record = record.unwrap();
                let is_number = |cell: &str| cell.parse::<i64>().is_ok();
                let is_formula = |cell: &&str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(cell);
                assert_eq!(record.iter().find(is_formula), None, "{what}: {record:?}");
            }
            assert_eq!(read, rows, "{what}");
        }
        let donors = site.runs(&["export", "donors"]).await;
        assert_eq!(donors.matches("\"'=HYPERLINK(\"\"http://example.org\"\")\"").count(), 2, "{donors}");
        let ledger = site.exported("ledger").await;
        assert_eq!(ledger.iter().map(|line| line["amount_minor"].as_i64().unwrap()).sum::<i64>(), 0);

        let none = site.runs(&["export", "donations", "--from", "2001-01-01", "--to", "2001-12-31"]).await;
        assert_eq!(none.lines().count(), 1, "{none}");
        let backwards = site.refuses(2, &["export", "donations", "--from", "2001-02-01", "--to", "2001-01-01"]).await;
        assert_eq!(backwards, "--from is after --to");
    }
}

program! {
    async fn a_letter_that_was_given_up_is_listed_and_tried_again_when_asked(site) {
        let post_office = SmtpServer::start(SmtpOptions::open()).await;
        let refusal = Fault::Reply { verb: Verb::Rcpt, code: 550, text: "5.1.1 no such mailbox", times: 1000 };
        post_office.script(refusal).await;
        let url = post_office.url("", "", UrlTls::Plain);
        let serve = site.call(&["serve"]).env("MAINSTAY_MAIL__TRANSPORT", "smtp").env("MAINSTAY_MAIL__SMTP_URL", url);
        let serving = serve.serve().await;
        promise(&serving.url, "ann@example.org").await;

        let listed = until("a failed job", async || {
            Some(site.runs(&["job", "list"]).await).filter(|listed| listed.contains(" failed "))
        })
        .await;
        assert!(listed.contains("send_instructions") && listed.contains("(550)"), "{listed}");
        assert!(!listed.contains("ann@example.org"), "{listed}");
        assert!(site.runs(&["doctor"]).await.contains("look   jobs: 1 failed"));
        let unknown = site.refuses(1, &["job", "retry", "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"]).await;
        assert_eq!(unknown, "there is no such failed job");
        assert!(site.refuses(2, &["job", "retry", "job-1"]).await.contains("is not an id"));

        post_office.recover().await;
        // Recurring work that is due stands on the list as well.
        let failed = listed.lines().find(|line| line.contains(" failed ")).unwrap();
        let id = failed.split_whitespace().next().unwrap();
        assert_eq!(site.runs(&["job", "retry", id]).await, "1 job(s) will be tried again.\n");

        assert_eq!(post_office.wait_for(1).await[0].to, ["ann@example.org"]);
        everything_is_done(&site).await;
        assert_eq!(site.runs(&["job", "retry", "--all"]).await, "0 job(s) will be tried again.\n");
        assert_eq!(serving.stop().await.code, Some(0));
    }
}

program! {
    async fn patrons_are_listed_counted_and_stopped_from_the_command_line(site) {
        let serving = site.serve().await;
        assert_eq!(site.runs(&["patron", "list"]).await, "No patrons.\n");
        let form = [
            ("campaign", "press-fund"),
            ("amount", "10"),
            ("currency", "EUR"),
            ("gateway", "sandbox"),
            ("frequency", "monthly"),
            ("email", "ann@example.org"),
        ];
        let client = Client::new(&serving.url);
        let page = client.post("/donate", &form).await.location().to_owned();
        client.post(&page, &[("outcome", "succeed"), ("delivery", "now")]).await;
        site.sends(1, "Welcome among the patrons").await;

        let listed = site.runs(&["patron", "list", "--status", "active"]).await;
        assert!(listed.contains("ann@example.org") && listed.contains("EUR 10.00 monthly"), "{listed}");
        assert_eq!(site.runs(&["patron", "list", "--status", "past_due"]).await, "No patrons.\n");
        let figures = site.runs(&["patron", "figures"]).await;
        assert!(figures.starts_with("month    recurring  patrons  joined"), "{figures}");
        assert!(figures.contains("EUR 10.00  1        1"), "{figures}");
        assert!(site.runs(&["patron", "cohorts"]).await.trim_end().ends_with(": 1"));

        let pledge = listed.split_whitespace().next().unwrap();
        assert!(site.runs(&["patron", "stop", pledge, "--reason", "moved"]).await.contains(" ends on "));
        site.sends(1, "Your support will end").await;
        let again = site.refuses(1, &["patron", "stop", pledge]).await;
        assert!(again.starts_with("this support was stopped"), "{again}");
        assert_eq!(site.runs(&["patron", "stop", pledge, "--at-once"]).await, format!("{pledge} has ended.\n"));
    }
}
