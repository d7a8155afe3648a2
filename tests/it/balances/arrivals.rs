//! Payouts that the bank's statement shows.

use crate::bank_statements::{Entry, camt};
use crate::stripe::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::stripe::Payday;
use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use mainstay::domain::audit::Actor;
use mainstay::domain::bank_line::Outcome;
use mainstay::domain::ids::PayoutId;
use mainstay::usecases::{UseCaseError, balances, bank_statements, reconcile};
use reqwest::StatusCode;

const ON_THE_WAY: &str = "payouts";
const BANK: &str = "clearing:bank_transfer";

impl Shop {
    /// €24.02 that are on their way to the bank, which is to have them on 17 June; a week later.
    async fn pays_out(&self) -> PayoutId {
        self.gives(&Form::gift().by(1)).await;
        let remote = self.stripe.pay_out("eur", Payday::Automatic);
        self.app.reconciled().await;
        self.app.clock.advance(TimeDelta::days(7));
        self.app.payout(&remote).await.payout.id
    }

    async fn on_accounts(&self) -> (i64, i64) {
        (self.in_books(ON_THE_WAY, "EUR").await, self.in_books(BANK, "EUR").await)
    }
}

/// The line by which it arrives.
fn arrival(id: &str) -> Entry {
    Entry::new("STRIPE PAYOUT")
        .id(id)
        .amount("24.02")
        .by("STRIPE PAYMENTS EUROPE", "IE64IRCE92050112345678")
        .on("2026-06-18")
}

both! {
    async fn a_payout_that_the_bank_names_is_bound_by_itself_and_its_money_is_at_the_bank(engine) {
        let shop = Shop::open(engine).await;
        let payout = shop.pays_out().await;
        assert_eq!(shop.on_accounts().await, (2_402, 0));
        shop.app.reads(camt(&[arrival("S1")]).as_bytes(), None).await;
        assert_eq!(shop.on_accounts().await, (0, 2_402));
        let line = shop.app.line_that_is("no_gift").await;
        assert_eq!(shop.app.bank_line(line).await.line.outcome, Outcome::Payout(payout));
        assert_eq!(shop.app.count("donations").await, 1, "nothing of it is a gift");

        // The same file again, and the same news again, change nothing.
        let entries = shop.app.count("ledger_entries").await;
        shop.app.reads(camt(&[arrival("S1")]).as_bytes(), None).await;
        shop.app.reconciled().await;
        balances::arrived(shop.app.ctx(), Actor::Command, line, payout).await.unwrap();
        assert_eq!((shop.app.count("ledger_entries").await, shop.app.became().await), (entries, "no_gift 1".to_owned()));
        shop.close().await;
    }
}

both! {
    async fn a_line_that_came_before_the_payout_was_known_is_found_when_it_is(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        shop.stripe.pay_out("eur", Payday::Automatic);
        shop.app.clock.advance(TimeDelta::days(7));
        shop.app.reads(camt(&[arrival("S1")]).as_bytes(), None).await;
        assert_eq!(shop.app.became().await, "open 1");
        shop.app.reconciled().await;
        assert_eq!((shop.app.became().await.as_str(), shop.on_accounts().await), ("no_gift 1", (0, 2_402)));
        shop.close().await;
    }
}

both! {
    async fn what_could_be_something_else_waits_for_a_person(engine) {
        let shop = Shop::open(engine).await;
        let payout = shop.pays_out().await;
        let strangers = [
            // Two that fit, one that does not say whose it is, one of another amount, and one that is too late.
            arrival("S1"),
            arrival("S2").by("ANN READER", "DE75512108001245126199").on("2026-06-19"),
            arrival("S3").amount("24.03"),
        ];
        let ann = Entry { text: vec!["thank you".to_owned()], ..strangers[1].clone() };
        shop.app.reads(camt(&[strangers[0].clone(), ann, strangers[2].clone()]).as_bytes(), None).await;
        assert_eq!((shop.app.became().await.as_str(), shop.on_accounts().await), ("open 3", (2_402, 0)));

        let mut clerk = shop.app.clerk(Role::Finance).await;
        let page = clerk.get(&format!("/admin/payouts/{payout}")).await.text();
        assert!(page.contains("It may have arrived as") && page.contains("ANN READER"), "{page}");
        assert!(clerk.get("/admin/balances").await.text().contains("Paid out by gateways"));
        let lines = shop.app.lines("SELECT id AS line FROM bank_lines WHERE amount_minor = 2402 ORDER BY booked_on").await;
        let text = clerk.get(&format!("/admin/bank-lines/{}", lines[0])).await.text();
        assert!(text.contains("paid out by Stripe") && text.contains("It is this payout"), "{text}");

        // What is said not to be it is not proposed again: then there is one that fits, and it is bound by itself.
        let not = [("subject", payout.to_string())];
        let not: Vec<(&str, &str)> = not.iter().map(|(name, value)| (*name, value.as_str())).collect();
        clerk.post(&format!("/admin/bank-lines/{}/dismiss", lines[1]), &not).await.location();
        balances::find_arrivals(shop.app.ctx()).await.unwrap();
        assert_eq!((shop.app.became().await.as_str(), shop.on_accounts().await), ("no_gift 1, open 2", (0, 2_402)));
        let page = clerk.get(&format!("/admin/payouts/{payout}")).await.text();
        assert!(page.contains("At the bank") && page.contains(&lines[0]), "{page}");
        shop.close().await;
    }
}

both! {
    async fn a_person_says_what_a_line_is_and_takes_it_back(engine) {
        let shop = Shop::open(engine).await;
        let payout = shop.pays_out().await;
        let nameless = Entry { text: vec!["credit".to_owned()], ..arrival("S1").by("A BANK", "IE64IRCE92050112345678") };
        shop.app.reads(camt(&[nameless, arrival("S2").amount("11.00")]).as_bytes(), None).await;
        assert_eq!(shop.app.became().await, "open 2");
        let lines = shop.app.lines("SELECT id AS line FROM bank_lines ORDER BY amount_minor DESC").await;
        let mut clerk = shop.app.clerk(Role::Finance).await;
        let named = payout.to_string();
        let said = clerk.post(&format!("/admin/bank-lines/{}/payout", lines[1]), &[("payout", &named)]).await;
        assert_eq!(said.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(said.text().contains("not of this amount"), "{}", said.text());
        let said = clerk.post(&format!("/admin/bank-lines/{}/payout", lines[0]), &[("payout", &named)]).await;
        assert!(said.location().ends_with("?done=bank-payout"), "{}", said.text());
        assert_eq!(shop.on_accounts().await, (0, 2_402));

        // It is no gift any more, and the other line cannot be the same payout.
        let other = lines[1].parse().unwrap();
        let twice = balances::arrived(shop.app.ctx(), Actor::Command, other, payout).await;
        assert!(matches!(twice, Err(UseCaseError::Conflict { .. })), "{twice:?}");
        let program = shop.app.program(Scope::Read).await;
        let seen = program.reads(&format!("/payouts/{payout}")).await;
        assert_eq!((seen["bank_line"].as_str(), seen["at_bank"].as_str()), (Some(lines[0].as_str()), Some("2026-06-18")));
        assert_eq!(program.reads(&format!("/bank-lines/{}", lines[0])).await["payout"], named);
        let refused = clerk.post(&format!("/admin/bank-lines/{}/gift", lines[0]), &[("name", "Ann"), ("campaign", "press-fund")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());

        let line = lines[0].parse().unwrap();
        bank_statements::reopen(shop.app.ctx(), Actor::Command, line).await.unwrap();
        assert_eq!((shop.app.became().await.as_str(), shop.on_accounts().await), ("open 2", (2_402, 0)));
        assert_eq!(shop.app.count("donations").await, 1);
        shop.close().await;
    }
}

both! {
    async fn a_payout_that_comes_back_is_taken_back_from_the_bank(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        let remote = shop.stripe.pay_out("eur", Payday::Automatic);
        shop.app.reconciled().await;
        shop.stripe.payout_arrives(&remote);
        shop.app.clock.advance(TimeDelta::days(4));
        shop.app.reconciled().await;
        shop.app.reads(camt(&[arrival("S1")]).as_bytes(), None).await;
        assert_eq!(shop.on_accounts().await, (0, 2_402));
        shop.stripe.payout_fails(&remote);
        shop.app.clock.advance(TimeDelta::days(1));
        shop.app.reconciled().await;
        assert_eq!((shop.app.became().await.as_str(), shop.on_accounts().await), ("open 1", (0, 0)));
        assert_eq!(shop.clearing("EUR").await, 2_402);
        let failed = shop.app.payout(&remote).await;
        assert_eq!((failed.line, failed.lines), (None, vec![]));
        let line = shop.app.line_that_is("open").await;
        let refused = balances::arrived(shop.app.ctx(), Actor::Command, line, failed.payout.id).await;
        assert!(matches!(refused, Err(UseCaseError::Conflict { code: "not_arrived", .. })), "{refused:?}");
        shop.close().await;
    }
}

both! {
    async fn no_line_is_two_payouts_and_no_payout_two_lines_whoever_asks_the_database(engine) {
        let shop = Shop::open(engine).await;
        let payout = shop.pays_out().await;
        let text = |id: &str| Entry { text: vec!["credit".to_owned()], ..arrival(id).by("A BANK", "DE1") };
        shop.app.reads(camt(&[text("S1"), text("S2")]).as_bytes(), None).await;
        let all = format!(
            "UPDATE bank_lines SET status = 'no_gift', kind = 'payout', decided_at = read_at, payout_id = '{payout}'"
        );
        assert!(shop.app.execute(&[&all]).is_err());
        let odd = format!("UPDATE bank_lines SET payout_id = '{payout}' WHERE bank_id = 'S1'");
        assert!(shop.app.execute(&[&odd]).is_err(), "only what is said to be a payout is one");
        shop.close().await;
    }
}

both! {
    async fn a_withdrawal_from_paypal_arrives_and_is_taken_back_when_it_was_denied(engine) {
        let shop = crate::paypal::shop::Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        shop.gives(&Form::gift().by(2)).await;
        shop.app.clock.advance(TimeDelta::hours(4));
        let withdrawal = shop.paypal.withdraw(3_000);
        shop.app.clock.advance(TimeDelta::days(2));
        shop.app.reconciled().await;
        let line = Entry::new("PP.1234.PP").id("P1").amount("30.00").by("PayPal Europe S.a.r.l.", "LU89751000135104200E");
        shop.app.reads(camt(&[line.on("2026-06-16")]).as_bytes(), None).await;
        assert_eq!((shop.in_books(ON_THE_WAY, "EUR").await, shop.in_books(BANK, "EUR").await), (0, 3_000));

        shop.paypal.ends(&withdrawal, "D");
        shop.app.clock.advance(TimeDelta::hours(1));
        let since = shop.app.ctx().now() - TimeDelta::days(3);
        reconcile::run(shop.app.ctx(), None, Some(since)).await.unwrap();
        assert_eq!((shop.in_books(ON_THE_WAY, "EUR").await, shop.in_books(BANK, "EUR").await), (0, 0));
        assert_eq!(shop.app.became().await, "open 1");
        shop.close().await;
    }
}
