//! What staff and programs see of balances and payouts.

use crate::stripe::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::stripe::Payday;
use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use reqwest::StatusCode;

both! {
    async fn staff_see_a_payout_what_it_holds_and_take_its_journal(engine) {
        let shop = Shop::open(engine).await;
        let clerk = shop.app.clerk(Role::Finance).await;
        let empty = clerk.get("/admin/balances").await.text();
        assert!(empty.contains("No gateway that is on has told of a balance yet"));
        shop.gives(&Form::gift().by(1)).await;
        shop.stripe.charge_account(102, "eur");
        let remote = shop.stripe.pay_out("eur", Payday::Automatic);
        shop.app.reconciled().await;
        let id = shop.app.payout(&remote).await.payout.id;

        let list = clerk.get("/admin/payouts").await.text();
        assert!(list.contains("€23.00") && list.contains(&format!("/admin/payouts/{id}")), "{list}");
        assert!(clerk.get(&format!("/admin/payouts?q={remote}")).await.text().contains("as an id of a gateway"));
        let page = clerk.get(&format!("/admin/payouts/{id}")).await.text();
        for words in ["€23.00", "from Stripe to your bank", "Difference", "€0.00", "Its movements", "Journal as CSV"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let file = clerk.get(&format!("/admin/payouts/{id}/journal.csv")).await;
        assert_eq!(file.status, StatusCode::OK);
        assert_eq!(file.text(), format!(
            "\u{feff}date,journal,account,description,debit,credit,currency\r\n\
             2026-06-17,{remote},payouts,\"Payout of stripe, {remote}\",23.00,,EUR\r\n\
             2026-06-17,{remote},expense:fees,1 fees of the account,1.02,,EUR\r\n\
             2026-06-17,{remote},income:donations,1 payments,,25.00,EUR\r\n\
             2026-06-17,{remote},expense:fees,Fees of the movements,0.98,,EUR\r\n"
        ));
        let balances = clerk.get("/admin/balances").await.text();
        assert!(balances.contains("What gateways hold for you is what the books say, to the unit."));
        let moved = clerk.get(&format!("/admin/movements.csv?payout={id}")).await.text();
        assert_eq!(moved.lines().count(), 1 + 3, "{moved}");

        let program = shop.app.program(Scope::Read).await;
        let held = program.reads("/balances").await["items"][0].clone();
        assert_eq!((held["gateway"].as_str(), held["difference"]["minor"].as_i64()), (Some("stripe"), Some(0)), "{held}");
        let journal = program.reads(&format!("/payouts/{id}/journal")).await["lines"].clone();
        let minor = |line: &serde_json::Value| line["amount"]["minor"].as_i64().unwrap();
        assert_eq!(journal.as_array().unwrap().iter().map(minor).sum::<i64>(), 0, "{journal}");
        assert_eq!((journal[0]["account"].as_str(), minor(&journal[0])), (Some("payouts"), 2_300));
        let payout = program.reads(&format!("/payouts/{id}")).await;
        assert_eq!((payout["amount"]["minor"].as_i64(), payout["difference"]["minor"].as_i64()), (Some(2_300), Some(0)));
        assert_eq!(program.reads(&format!("/movements?payout={id}")).await["items"].as_array().unwrap().len(), 3);
        let entries = program.reads("/ledger/entries?kind=movement").await;
        assert_eq!(entries["items"].as_array().unwrap().len(), 2, "the fee and the payout: {entries}");
        assert!(entries["items"][0]["donation"].is_null() && entries["items"][0]["about"].as_str().unwrap().starts_with("mov_"));
        shop.close().await;
    }
}

both! {
    async fn the_journal_of_a_payout_waits_until_all_that_it_holds_is_told(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        shop.gives(&Form::gift().by(2)).await;
        let remote = shop.stripe.pay_out("eur", Payday::Automatic);
        shop.stripe.forgets_of(&remote);
        shop.app.reconciled().await;
        let clerk = shop.app.clerk(Role::Finance).await;
        let id = shop.app.payout(&remote).await.payout.id;
        let page = clerk.get(&format!("/admin/payouts/{id}")).await.text();
        assert!(page.contains("The gateway has not told all of it yet") && !page.contains("Journal as CSV"));
        assert_eq!(clerk.get(&format!("/admin/payouts/{id}/journal.csv")).await.status, StatusCode::CONFLICT);
        // What it still does not tell after a week is a difference.
        shop.app.clock.advance(TimeDelta::days(8));
        shop.app.reconciled().await;
        let clerk = shop.app.clerk(Role::Owner).await;
        let page = clerk.get(&format!("/admin/payouts/{id}")).await.text();
        assert!(page.contains("Journal as CSV") && page.contains("€24.02"), "{page}");
        assert_eq!(shop.app.journal_of(&remote).await, [
            ("payouts".to_owned(), 4_804), ("income:donations".to_owned(), -2_500), ("expense:fees".to_owned(), 98),
            ("suspense".to_owned(), -2_402),
        ]);
        shop.close().await;
    }
}
