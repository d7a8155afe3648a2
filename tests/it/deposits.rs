//! Cash and cheques that are paid in at the bank: one slip for several gifts, each once, and taken back.

use crate::bank_statements::{Entry, camt};
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::eur;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::bank_line::Outcome;
use mainstay::domain::deposit::Tender;
use mainstay::domain::ids::{DepositId, DonationId};
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::usecases::deposits::{self, Slip};
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::{UseCaseError, bank_statements};
use reqwest::StatusCode;

const TODAY: &str = "2026-06-15";

impl TestApp {
    async fn is_handed(&self, by: GatewayKind, name: &str, minor: i64) -> DonationId {
        let gift = Gift {
            by,
            from: Giver::Typed { name: name.to_owned(), email: String::new() },
            amount: eur(minor),
            received_on: "2026-06-12".parse().unwrap(),
            campaign: "press-fund".to_owned(),
            visibility: Visibility::Hidden,
            document: "000417".to_owned(),
            note: String::new(),
            form_id: None,
        };
        let recorded = gifts::record(self.ctx(), Actor::Command, gift).await.unwrap();
        self.run_jobs().await;
        recorded.donation.id
    }

    async fn pays_in(&self, tender: Tender, gifts: &[DonationId]) -> Result<DepositId, UseCaseError> {
        let slip =
            Slip { tender, gifts: gifts.iter().copied().collect(), paid_in_on: TODAY.parse().unwrap() };
        deposits::pay_in(self.ctx(), Actor::Command, slip).await
    }

    /// What the books hold of cash, of cheques, and at the bank.
    async fn money_at(&self) -> [i64; 3] {
        let mut held = [0; 3];
        for (sum, account) in held.iter_mut().zip(["cash", "cheque", "bank_transfer"]) {
            let sql = format!(
                "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) AS number FROM ledger_postings \
                 WHERE account = 'clearing:{account}'"
            );
            *sum = self.number(&sql).await;
        }
        held
    }
}

fn refused(said: &Result<DepositId, UseCaseError>, with: &str) -> bool {
    match said {
        Err(UseCaseError::Conflict { code, .. }) => *code == with,
        Err(UseCaseError::Invalid(problems)) => problems[0].code == with,
        Err(_) | Ok(_) => false,
    }
}

flow! {
    async fn several_gifts_are_paid_in_by_one_slip_and_each_once(app) {
        let first = app.is_handed(GatewayKind::Cash, "Ann", 2_500).await;
        let second = app.is_handed(GatewayKind::Cash, "Bob", 1_000).await;
        let cheque = app.is_handed(GatewayKind::Cheque, "Rosa", 12_000).await;
        assert_eq!(app.money_at().await, [3_500, 12_000, 0]);
        assert!(refused(&app.pays_in(Tender::Cash, &[]).await, "gifts"));
        assert!(refused(&app.pays_in(Tender::Cash, &[first, cheque]).await, "another_tender"));
        let tomorrow = Slip { tender: Tender::Cash, gifts: [first].into(), paid_in_on: "2026-06-16".parse().unwrap() };
        assert!(refused(&deposits::pay_in(app.ctx(), Actor::Command, tomorrow).await, "to_come"));
        assert_eq!(app.count("deposits").await, 0);

        let deposit = app.pays_in(Tender::Cash, &[first, second]).await.unwrap();
        assert_eq!(app.money_at().await, [0, 12_000, 3_500]);
        assert!(refused(&app.pays_in(Tender::Cash, &[second]).await, "paid_in_once"));
        let file = deposits::file(app.ctx(), deposit).await.unwrap();
        assert_eq!((file.deposit.amount, file.gifts.len()), (eur(3_500), 2));

        deposits::take_back(app.ctx(), Actor::Command, deposit).await.unwrap();
        deposits::take_back(app.ctx(), Actor::Command, deposit).await.unwrap();
        assert_eq!(app.money_at().await, [3_500, 12_000, 0]);
        app.pays_in(Tender::Cash, &[second]).await.unwrap();
        assert_eq!(app.money_at().await, [2_500, 12_000, 1_000]);
        let twice = format!("INSERT INTO deposit_gifts VALUES ('{second}', '{deposit}', 1000, 0)");
        assert!(app.execute(&[&twice]).is_err(), "the database keeps a gift in one deposit");
    }
}

flow! {
    async fn what_is_left_of_a_gift_is_paid_in_and_a_cheque_that_bounces_is_not_at_the_bank(app) {
        let bounced = app.is_handed(GatewayKind::Cheque, "Rosa", 12_000).await;
        let sound = app.is_handed(GatewayKind::Cheque, "Ann", 2_000).await;
        let order = |donation, minor| RefundOrder { donation, amount: Some(eur(minor)), reason: None, request_key: None };
        refund::order(app.ctx(), Actor::Command, order(sound, 500)).await.unwrap();
        app.run_jobs().await;
        let deposit = app.pays_in(Tender::Cheque, &[bounced, sound]).await.unwrap();
        assert_eq!(app.money_at().await, [0, 0, 13_500]);
        refund::void(app.ctx(), Actor::Command, bounced, "The bank returned it", None).await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.money_at().await, [0, 0, 1_500]);
        let taken = deposits::take_back(app.ctx(), Actor::Command, deposit).await;
        assert!(matches!(taken, Err(UseCaseError::Conflict { code: "returned", .. })), "{taken:?}");
        assert!(refused(&app.pays_in(Tender::Cheque, &[bounced]).await, "paid_in_once"));
    }
}

flow! {
    async fn the_line_of_the_bank_that_shows_a_deposit_is_no_gift(app) {
        let gift = app.is_handed(GatewayKind::Cash, "Ann", 3_500).await;
        let file = camt(&[
            Entry::new("cash deposit").id("A1").amount("35.00").by("OUR BRANCH", "DE1"),
            Entry::new("cash deposit").id("A2").amount("36.00").by("OUR BRANCH", "DE1"),
        ]);
        app.reads(file.as_bytes(), None).await;
        let deposit = app.pays_in(Tender::Cash, &[gift]).await.unwrap();
        let lines = deposits::file(app.ctx(), deposit).await.unwrap().lines;
        assert_eq!(lines.len(), 1, "{lines:?}");
        let line = lines[0].id;
        let other = app.lines("SELECT id AS line FROM bank_lines WHERE amount_minor = 3600").await[0].parse().unwrap();
        assert!(deposits::shown_by(app.ctx(), Actor::Command, deposit, other).await.is_err(), "of another amount");
        deposits::shown_by(app.ctx(), Actor::Command, deposit, line).await.unwrap();
        deposits::shown_by(app.ctx(), Actor::Command, deposit, line).await.unwrap();
        assert_eq!(app.bank_line(line).await.line.outcome, Outcome::Deposit(deposit, Tender::Cash));
        assert_eq!((app.became().await.as_str(), app.money_at().await), ("no_gift 1, open 1", [0, 0, 3_500]));

        // What the bank showed is one thing, and that it was paid in another.
        bank_statements::reopen(app.ctx(), Actor::Command, line).await.unwrap();
        assert_eq!((app.became().await.as_str(), app.money_at().await), ("open 2", [0, 0, 3_500]));
        deposits::shown_by(app.ctx(), Actor::Command, deposit, line).await.unwrap();
        deposits::take_back(app.ctx(), Actor::Command, deposit).await.unwrap();
        assert_eq!((app.became().await.as_str(), app.money_at().await), ("open 2", [3_500, 0, 0]));
        assert!(deposits::shown_by(app.ctx(), Actor::Command, deposit, line).await.is_err(), "it was taken back");
    }
}

flow! {
    async fn a_clerk_ticks_what_is_in_the_box_and_sees_what_is_left(app) {
        let first = app.is_handed(GatewayKind::Cash, "Ann <Box>", 2_500).await;
        let second = app.is_handed(GatewayKind::Cash, "Bob", 1_000).await;
        let mut clerk = app.clerk(Role::Finance).await;
        assert!(clerk.get("/admin/donations").await.text().contains("/admin/deposits"));
        let page = clerk.get("/admin/deposits").await.text();
        for words in ["Cash in hand", "€35.00", "Ann &lt;Box&gt;", "They are paid in"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(clerk.get("/admin/balances").await.text().contains("Cash in hand"));
        let (first, second) = (first.to_string(), second.to_string());
        let ticked = [("tender", "cash"), ("paid_in_on", "tomorrow"), (first.as_str(), "on")];
        let refused = clerk.post("/admin/deposits", &ticked).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(&format!("name=\"{first}\" checked")), "{}", refused.text());
        let ticked = [("tender", "cash"), ("paid_in_on", TODAY), (first.as_str(), "on")];
        let place = clerk.post("/admin/deposits", &ticked).await.location().to_owned();
        let shown = clerk.get(&place).await.text();
        assert!(shown.contains("€25.00") && shown.contains("Take it back") && shown.contains(&first), "{shown}");
        let page = clerk.get("/admin/deposits").await.text();
        assert!(page.contains("€10.00") && page.contains(&second) && !page.contains(&first), "{page}");
        assert!(clerk.get(&format!("/admin/donations/{first}")).await.text().contains("Paid in"));

        let deposit = place.split('?').next().unwrap().to_owned();
        clerk.post(&format!("{deposit}/take-back"), &[]).await.location();
        assert_eq!(app.money_at().await, [3_500, 0, 0]);
        let viewer = app.clerk(Role::Viewer).await;
        assert!(!viewer.get("/admin/deposits").await.text().contains("They are paid in"));
    }
}
