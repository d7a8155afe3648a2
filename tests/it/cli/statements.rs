//! `mainstay statement run`: the statements of a year, ordered once for each donor however often it is typed.

use chrono::Datelike as _;
use mainstay::domain::clock::{Clock as _, SystemClock};

use super::program;
use super::site::Site;
use crate::support::client::Client;
use crate::support::command::pdf_text;
use crate::support::gift::Form;

/// A year that is over in every time zone.
fn year() -> i32 {
    SystemClock.now().year() - 2
}

/// Somebody gives €25, and it arrives.
async fn gives(url: &str, email: &str) {
    let client = Client::new(url);
    let page = client.give(&Form::gift().set("email", email)).await.location().to_owned();
    client.pay(&page, "succeed", "now").await;
}

/// Gifts of three donors, of whom two gave in that year and one gives now.
async fn years_of_gifts(site: &Site) {
    let serving = site.serve().await;
    for email in ["ann@example.org", "bob@example.org", "eve@example.org"] {
        gives(&serving.url, email).await;
    }
    site.sends(3, "Thank you: receipt").await;
    serving.stop().await;
    let backdated = format!(
        "UPDATE donations SET received_at = '{}-06-15 10:00:00' WHERE donor_id IN \
         (SELECT id FROM donors WHERE email <> 'eve@example.org')",
        year()
    );
    site.execute(&backdated).unwrap();
}

program! {
    async fn statements_are_ordered_once_however_often_the_command_is_typed(site) {
        years_of_gifts(&site).await;
        let year_text = year().to_string();
        let run = ["statement", "run", "--year", &year_text];
        let dry = ["statement", "run", "--year", &year_text, "--dry-run"];

        let counted = site.runs(&dry).await;
        assert_eq!(counted, format!("2 donors have a statement for {year_text}; 0 were ordered before; 2 would be ordered.\n"));
        assert_eq!(site.count("SELECT COUNT(*) AS count FROM statements"), 0, "only said");
        assert_eq!(site.runs(&run).await, "2 donors, 2 letters ordered; the worker sends them.\n");
        assert_eq!(site.runs(&run).await, "2 donors, 0 letters ordered; the worker sends them.\n");
        let counted = site.runs(&dry).await;
        assert!(counted.ends_with("2 were ordered before; 0 would be ordered.\n"), "{counted}");
        let next_year = (SystemClock.now().year() + 1).to_string();
        let early = site.refuses(1, &["statement", "run", "--year", &next_year]).await;
        assert!(early.contains("is not over; its statements can be sent in January"), "{early}");

        let serving = site.serve().await;
        let subject = format!("Your statement for {year_text}");
        let letters = site.sends(2, &subject).await;
        let pdf = pdf_text(&letters[0].attachments[0].bytes);
        assert!(pdf.contains(&year_text) && pdf.contains("€25.00"), "{pdf}");
        let mut to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
        to.sort_unstable();
        assert!(to[0].contains("ann@") && to[1].contains("bob@"), "{to:?}");
        site.runs(&run).await;
        serving.stop().await;
        assert_eq!(site.letters_about(&subject).len(), 2);
        assert_eq!(site.count("SELECT COUNT(*) AS count FROM jobs WHERE kind = 'send_statement'"), 2);
    }
}
