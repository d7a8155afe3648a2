//! What Patreon pays out: said of a line of the bank's statement by a person, and in the books once, on accounts of its own.

use super::site::Site;
use crate::bank_statements::{Entry, camt};
use crate::support::app::TestApp;
use crate::support::gift::{eur, money};
use crate::support::patreon::pat;
use crate::support::{both, flow};
use mainstay::domain::access::{Role, Scope};
use mainstay::domain::audit::Actor;
use mainstay::domain::bank_line::{NoGift, Outcome};
use mainstay::domain::ids::BankLineId;
use mainstay::domain::member::Platform;
use mainstay::domain::money::Money;
use mainstay::domain::platform_payout::{PlatformFit, PlatformPayout};
use mainstay::store::checks;
use mainstay::usecases::UseCaseError;
use mainstay::usecases::bank_statements::{self, PaidOut};
use reqwest::StatusCode;
use serde_json::json;

/// €90 of Patreon, today.
fn payout(id: &str) -> Entry {
    Entry::new("PAYOUT 0615").id(id).amount("90.00").by("PATREON IRELAND LTD", "IE64IRCE92050112345678")
}

impl TestApp {
    async fn says_paid_out(
        &self,
        line: BankLineId,
        (gross, fee): (Option<Money>, Option<Money>),
    ) -> Result<(), UseCaseError> {
        let told = PaidOut { platform: Platform::Patreon, gross, fee };
        bank_statements::paid_out(self.ctx(), Actor::Command, line, told).await
    }

    /// What the books hold in a currency at the bank, of earnings, and of fees.
    async fn earned(&self, currency: &str) -> [i64; 3] {
        let mut held = [0; 3];
        let accounts = ["clearing:bank_transfer", "income:patreon", "expense:fees:patreon"];
        for (sum, account) in held.iter_mut().zip(accounts) {
            let sql = format!(
                "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS number FROM ledger_postings \
                 WHERE account = '{account}' AND currency = '{currency}'"
            );
            *sum = self.number(&sql).await;
        }
        held
    }
}

fn refusal(said: &Result<(), UseCaseError>) -> &'static str {
    match said {
        Err(UseCaseError::Conflict { code, .. }) => code,
        Err(UseCaseError::Invalid(problems)) => problems[0].code,
        Err(_) | Ok(()) => panic!("{said:?}"),
    }
}

flow! {
    async fn what_patreon_paid_out_is_booked_once_as_earnings_and_taken_back(app) {
        let file = camt(&[payout("P1")]);
        let statement = app.reads(file.as_bytes(), None).await.id;
        let line = app.line_that_is("open").await;
        let fit = PlatformFit { platform: Platform::Patreon, is_payer: true };
        assert_eq!((app.bank_line(line).await.platform, app.count("ledger_entries").await), (Some(fit), 0));

        // What does not add up is refused, and nothing is booked.
        for (told, code) in [
            ((Some(eur(10_000)), Some(eur(900))), "does_not_add_up"),
            ((Some(eur(8_999)), None), "below_zero"),
            ((None, Some(money(1_000, "USD"))), "another_amount"),
        ] {
            assert_eq!(refusal(&app.says_paid_out(line, told).await), code);
        }
        assert_eq!((app.became().await.as_str(), app.count("ledger_entries").await), ("open 1", 0));

        for told in [(Some(eur(10_000)), None), (Some(eur(10_000)), Some(eur(1_000))), (None, Some(eur(1_000)))] {
            app.says_paid_out(line, told).await.unwrap();
        }
        assert_eq!(app.earned("EUR").await, [9_000, -10_000, 1_000]);
        assert_eq!((app.count("ledger_entries").await, app.count("donations").await), (1, 0));
        let said = PlatformPayout { platform: Platform::Patreon, fee_minor: Some(1_000) };
        assert_eq!(app.bank_line(line).await.line.outcome, Outcome::PaidOut(said));
        assert_eq!(app.lines("SELECT kind || ' ' || bank_line_id AS line FROM ledger_entries").await, [format!("bank_line {line}")]);
        let decided = "SELECT COUNT(*) AS number FROM audit_log WHERE action = 'bank.line_decided'";
        assert_eq!(app.number(decided).await, 1);
        assert_eq!(refusal(&app.says_paid_out(line, (None, None)).await), "already_decided");

        for _ in 0..2 {
            bank_statements::reopen(app.ctx(), Actor::Command, line).await.unwrap();
        }
        assert_eq!((app.became().await.as_str(), app.earned("EUR").await), ("open 1", [0, 0, 0]));
        assert_eq!((app.count("ledger_entries").await, app.number(decided).await), (2, 2));
        // The books know the line: its file stays.
        let removed = bank_statements::remove(app.ctx(), Actor::Command, statement).await;
        assert_eq!(refusal(&removed), "statement_in_use");
        app.says_paid_out(line, (None, None)).await.unwrap();
        assert_eq!(app.earned("EUR").await, [9_000, -9_000, 0]);
    }
}

flow! {
    async fn people_who_press_at_once_book_one_payout(app) {
        app.reads(camt(&[payout("P1")]).as_bytes(), None).await;
        let line = app.line_that_is("open").await;
        let presses = (0..10).map(|_| app.says_paid_out(line, (None, Some(eur(1_000)))));
        for pressed in futures_util::future::join_all(presses).await {
            pressed.unwrap();
        }
        assert_eq!((app.earned("EUR").await, app.count("ledger_entries").await), ([9_000, -10_000, 1_000], 1));
    }
}

flow! {
    async fn files_that_overlap_or_say_it_in_other_words_pay_out_once(app) {
        app.reads(camt(&[payout("P1"), Entry::new("lights").id("A1")]).as_bytes(), None).await;
        let line: BankLineId = app.lines("SELECT id AS line FROM bank_lines WHERE bank_id = 'P1'").await[0].parse().unwrap();
        app.says_paid_out(line, (None, None)).await.unwrap();
        app.reads(camt(&[payout("P1"), Entry::new("more").id("A2")]).as_bytes(), None).await;
        assert_eq!((app.count("bank_lines").await, app.count("ledger_entries").await), (3, 1));
        assert_eq!(app.became().await, "no_gift 1, open 2");

        // Another kind of file gives the line no name of the bank, so that nothing tells that it is the same.
        app.reads(camt(&[payout("")]).as_bytes(), None).await;
        let again: BankLineId =
            app.lines("SELECT id AS line FROM bank_lines WHERE bank_id IS NULL").await[0].parse().unwrap();
        assert!(app.bank_line(again).await.platform.is_some());
        assert_eq!(refusal(&app.says_paid_out(again, (None, None)).await), "booked_once");
        for sql in [
            format!("UPDATE bank_lines SET status = 'no_gift', kind = 'payout', platform = 'patreon', decided_at = read_at WHERE id = '{again}'"),
            format!("UPDATE bank_lines SET platform = 'patreon' WHERE id = '{again}'"),
            format!("UPDATE bank_lines SET platform_fee_minor = 1 WHERE id = '{again}'"),
            format!("UPDATE bank_lines SET platform_fee_minor = -1 WHERE id = '{line}'"),
            format!("UPDATE bank_lines SET platform = 'elsewhere' WHERE id = '{line}'"),
        ] {
            assert!(app.execute(&[sql.as_str()]).is_err(), "{sql}");
        }
        bank_statements::no_gift(app.ctx(), Actor::Command, again, (NoGift::Payout, "")).await.unwrap();
        assert_eq!(app.earned("EUR").await, [9_000, -9_000, 0]);

        // A rule of the books finds a line that is not what was booked of it.
        app.execute(&[&format!("UPDATE bank_lines SET platform_fee_minor = 7 WHERE id = '{line}'")]).unwrap();
        let wrong = app.ctx().db.read(checks::run).await.unwrap();
        app.execute(&[&format!("UPDATE bank_lines SET platform_fee_minor = NULL WHERE id = '{line}'")]).unwrap();
        let broken: Vec<_> = wrong.iter().filter(|finding| !finding.broken.is_empty()).collect();
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert!(broken[0].name.starts_with("what a platform elsewhere paid out"), "{broken:?}");
        assert_eq!(broken[0].broken, [line.to_string()]);
    }
}

flow! {
    async fn each_currency_stands_by_itself(app) {
        let dollars = camt(&[payout("P2")]).replace("Ccy=\"EUR\"", "Ccy=\"USD\"");
        app.reads(camt(&[payout("P1")]).as_bytes(), None).await;
        app.reads(dollars.as_bytes(), None).await;
        let lines = app.lines("SELECT id AS line FROM bank_lines ORDER BY currency").await;
        let (euros, dollars) = (lines[0].parse().unwrap(), lines[1].parse().unwrap());
        assert_eq!(refusal(&app.says_paid_out(dollars, (Some(eur(10_000)), None)).await), "another_amount");
        app.says_paid_out(dollars, (Some(money(9_500, "USD")), None)).await.unwrap();
        app.says_paid_out(euros, (None, None)).await.unwrap();
        assert_eq!((app.earned("EUR").await, app.earned("USD").await), ([9_000, -9_000, 0], [9_000, -9_500, 500]));
    }
}

flow! {
    async fn a_text_that_names_patreon_is_only_a_proposal_and_what_went_out_is_none(app) {
        let ann = Entry::new("saw you on Patreon").id("A1");
        let out = Entry { sign: "DBIT", ..payout("P1") };
        app.reads(camt(&[ann, out]).as_bytes(), None).await;
        assert_eq!(app.became().await, "open 1, outgoing 1");
        let line = app.line_that_is("open").await;
        let fit = PlatformFit { platform: Platform::Patreon, is_payer: false };
        assert_eq!(app.bank_line(line).await.platform, Some(fit));
        bank_statements::dismiss(app.ctx(), Actor::Command, line, "patreon".to_owned()).await.unwrap();
        assert_eq!(app.bank_line(line).await.platform, None);
        let stranger = bank_statements::dismiss(app.ctx(), Actor::Command, line, "elsewhere".to_owned()).await;
        assert!(matches!(stranger, Err(UseCaseError::NotFound(_))), "{stranger:?}");
        let out = app.line_that_is("outgoing").await;
        assert_eq!(app.bank_line(out).await.platform, None);
        assert_eq!(refusal(&app.says_paid_out(out, (None, None)).await), "went_out");
        assert_eq!(app.count("ledger_entries").await, 0);
    }
}

both! {
    async fn a_clerk_types_what_the_page_of_earnings_says_and_sees_it_beside_the_members(engine) {
        let site = Site::connected(engine).await;
        (1..=3).for_each(|number| site.patreon.put(pat(number)));
        site.reads().await;
        assert!(site.owner.get("/admin/patreon").await.text().contains("Nothing in the last twelve months"));
        let statement = site.app.reads(camt(&[payout("P1")]).as_bytes(), None).await.id;
        let line = site.app.line_that_is("open").await;
        let mut clerk = site.app.clerk(Role::Finance).await;
        let listed = clerk.get(&format!("/admin/bank/{statement}")).await.text();
        assert!(listed.contains("€90.00 paid out by Patreon") && listed.contains("Book it, fee unknown"), "{listed}");
        let (page, act) = (format!("/admin/bank-lines/{line}"), format!("/admin/bank-lines/{line}/paid-out"));
        assert!(clerk.get(&page).await.text().contains(&act));
        assert!(clerk.get(&act).await.text().contains("In EUR, before fees"));

        let wrong = clerk.post(&act, &[("platform", "patreon"), ("gross", "100"), ("fee", "9.99")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("€90.01") && wrong.text().contains("value=\"9.99\""), "{}", wrong.text());
        for odd in ["much", "-1", "10.005"] {
            let odd = clerk.post(&act, &[("platform", "patreon"), ("gross", odd)]).await;
            assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(clerk.post(&act, &[("gross", "100")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let said = clerk.post(&act, &[("platform", "patreon"), ("gross", "100"), ("fee", "10")]).await;
        assert!(said.location().ends_with("?done=bank-paid-out"), "{}", said.text());
        let shown = clerk.get(&page).await.text();
        for words in ["Paid out by", "€100.00", "€10.00", "Open it again"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }

        let report = clerk.get("/admin/reports/fees").await.text();
        for words in ["Paid out by Patreon", "€90.00", "€21.00"] {
            assert!(report.contains(words), "{words}: {report}");
        }
        let file = clerk.get("/admin/reports/fees.csv").await.text();
        let rows: Vec<&str> = file.lines().skip(1).collect();
        assert_eq!(rows, ["patreon,EUR,,,,,,,,3,21.00,,,,,", "patreon,EUR,,,,,,,,,,2026-06,90.00,100.00,10.00,0"]);
        let office = site.owner.get("/admin/patreon").await.text();
        assert!(office.contains("Paid out by Patreon") && office.contains("€90.00") && office.contains("2026-06"), "{office}");

        let program = site.app.program(Scope::Read).await;
        let euro = |minor: i64| json!({"minor": minor, "currency": "EUR"});
        let month = json!([{
            "month": "2026-06", "payouts": 1, "arrived": euro(9_000), "gross": euro(10_000), "fees": euro(1_000), "fees_untold": 0,
        }]);
        let summary = program.reads("/reports/summary").await;
        assert_eq!((&summary["external"][0]["paid_out"], site.app.count("donations").await), (&month, 0));
        assert_eq!(program.reads("/reports/patrons").await["external"][0]["paid_out"], month);
        let entries = program.reads("/ledger/entries?kind=bank_line").await;
        let entry = &entries["items"][0];
        assert_eq!((entry["about"].as_str(), &entry["donation"]), (Some(line.to_string().as_str()), &json!(null)));
        let told = program.reads(&format!("/bank-lines/{line}")).await;
        assert_eq!((&told["platform"], &told["platform_fee"]), (&json!("patreon"), &euro(1_000)));

        // Taken back, it is in no figure any more.
        clerk.post(&format!("{page}/reopen"), &[]).await.location();
        assert!(!clerk.get("/admin/reports/fees").await.text().contains("Paid out by Patreon"));
        let viewer = site.app.clerk(Role::Viewer).await;
        assert!(!viewer.get(&page).await.text().contains("paid-out"));
        site.app.finish().await;
    }
}
