//! Giving money back: in full, in part, by hand, at the gateway; never more than was paid.

use crate::support::app::TestApp;
use crate::support::command::pdf_text;
use crate::support::flow;
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, Given, eur, money};
use chrono::{NaiveDate, TimeDelta};
use futures_util::future::join_all;
use mainstay::domain::audit::Actor;
use mainstay::domain::clock::Clock as _;
use mainstay::domain::donation::{DonationStatus, GatewayFact, Happening, PaymentFact};
use mainstay::domain::ids::RefundId;
use mainstay::domain::money::Money;
use mainstay::domain::pledge::GatewayKind;
use mainstay::domain::receipt::ReceiptStatus;
use mainstay::domain::refund::{Refund, RefundNews, RefundStatus};
use mainstay::domain::remote::RemoteId;
use mainstay::gateways::sandbox::SandboxRefund;
use mainstay::store::{StoreError, refunds, sandbox};
use mainstay::usecases::UseCaseError;
use mainstay::usecases::bank::{self, Arrival};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::{settle, sync};

fn of(given: &Given, amount: Option<Money>) -> RefundOrder {
    RefundOrder { donation: given.donation.id, amount, reason: None, request_key: None }
}

async fn refunds(app: &TestApp, given: &Given, amount: Option<Money>) -> Refund {
    let ordered = refund::order(app.ctx(), Actor::Command, of(given, amount)).await.unwrap();
    app.run_jobs().await;
    as_it_is(app, ordered.id).await
}

async fn as_it_is(app: &TestApp, id: RefundId) -> Refund {
    app.ctx().db.read(move |conn| refunds::get(conn, id)).await.unwrap()
}

async fn code_of_refusal(app: &TestApp, order: RefundOrder) -> &'static str {
    match refund::order(app.ctx(), Actor::Command, order).await {
        Err(UseCaseError::Conflict { code, .. }) => code,
        Err(UseCaseError::Invalid(fields)) => fields[0].code,
        Err(UseCaseError::NotFound(what)) => what,
        other => panic!("{other:?}"),
    }
}

async fn stands(app: &TestApp, given: &Given) -> (DonationStatus, i64) {
    let payment = app.donation(given.donation.id).await.payment;
    (payment.status(), payment.kept().unwrap().minor())
}

async fn receipts_of(app: &TestApp, given: &Given) -> Vec<(i64, ReceiptStatus)> {
    app.receipts(given.donation.id).await.into_iter().map(|r| (r.number.number, r.status)).collect()
}

/// Reports facts about a gift's payment, as a webhook does.
async fn gateway_says(app: &TestApp, payment: &RemoteId, attempt: Option<&str>, what: Vec<Happening>) {
    let facts: Vec<GatewayFact> = what
        .into_iter()
        .map(|what| {
            GatewayFact::Payment(PaymentFact {
                payment: payment.clone(),
                checkout: None,
                attempt: attempt.map(|id| id.parse().unwrap()),
                renewal: None,
                what,
            })
        })
        .collect();
    let ctx = app.ctx().clone();
    app.ctx().db.write(move |tx| settle::apply(tx, &ctx, GatewayKind::Sandbox, &facts)).await.unwrap();
    app.run_jobs().await;
}

fn refunded(app: &TestApp, remote: &str, minor: i64, status: RefundStatus) -> Happening {
    Happening::Refund(refund_news(app, remote, minor, status))
}

fn refund_news(app: &TestApp, remote: &str, minor: i64, status: RefundStatus) -> RefundNews {
    RefundNews {
        remote: RemoteId::parse(remote).unwrap(),
        ours: None,
        amount: eur(minor),
        status,
        settled: None,
        at: app.clock.now(),
    }
}

flow! {
    async fn a_full_refund_takes_the_receipt_back(app) {
        let given = app.gives(&Form::gift()).await;
        app.clock.advance(TimeDelta::days(1));
        let order = RefundOrder { reason: Some("Paid\r\nby mistake".into()), ..of(&given, None) };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        assert_eq!(stands(&app, &given).await, (DonationStatus::Succeeded, 2500), "not before the gateway says so");

        app.run_jobs().await;

        assert_eq!(stands(&app, &given).await, (DonationStatus::Refunded, 0));
        assert_eq!(receipts_of(&app, &given).await, [(1, ReceiptStatus::Voided)]);
        let letters = app.letters_about("Your gift of €25.00 is being returned");
        assert_eq!(letters.len(), 1);
        for part in ["Receipt R2026-000001 is no longer valid", "Reason: Paid by mistake", "Dear Ann Reader"] {
            assert!(letters[0].text.contains(part), "{part}: {}", letters[0].text);
        }
        // The gateway keeps its fee.
        assert_eq!(app.balance("clearing:sandbox").await, -98);
        assert_eq!(app.balance("income:refunds").await, 2500);
        assert_eq!(app.balance("expense:fees").await, 98);
        assert_eq!(code_of_refusal(&app, of(&given, None)).await, "refund_too_large");
        // The number stays used.
        let next = app.gives(&Form::gift().by(2)).await;
        assert_eq!(receipts_of(&app, &next).await, [(2, ReceiptStatus::Sent)]);
    }
}

flow! {
    async fn a_partial_refund_replaces_the_receipt(app) {
        let given = app.gives(&Form::gift()).await;
        app.clock.advance(TimeDelta::days(1));

        let refund = refunds(&app, &given, Some(eur(2000))).await;

        assert_eq!(refund.status, RefundStatus::Succeeded);
        assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, 500));
        assert_eq!(receipts_of(&app, &given).await, [(1, ReceiptStatus::Replaced), (2, ReceiptStatus::Sent)]);
        let all = app.receipts(given.donation.id).await;
        assert_eq!(all[1].replaces, Some(all[0].id));
        assert_eq!(app.letters_about("€20.00 of your gift is being returned").len(), 1);
        let corrected = app.letters_about("Corrected receipt R2026-000002");
        let pdf = pdf_text(&corrected[0].attachments[0].bytes);
        for part in ["takes the place of receipt R2026-000001", "€25.00", "€20.00", "€5.00", "Returned"] {
            assert!(pdf.contains(part), "{part}: {pdf}");
        }
        let page = app.client().get(&given.thanks).await.text();
        assert!(page.contains("No. R2026-000002"), "{page}");
    }
}

flow! {
    async fn equal_partial_refunds_are_all_made_and_never_more_than_was_paid(app) {
        let given = app.gives(&Form::gift()).await;
        for left in [1500, 500] {
            app.clock.advance(TimeDelta::seconds(1));
            let refund = refunds(&app, &given, Some(eur(1000))).await;
            assert_eq!(refund.status, RefundStatus::Succeeded);
            assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, left));
        }

        for (amount, code) in [
            (eur(501), "refund_too_large"),
            (eur(0), "refund_too_large"),
            (eur(-500), "refund_too_large"),
            (eur(i64::MAX), "refund_too_large"),
            (money(500, "USD"), "wrong_currency"),
        ] {
            assert_eq!(code_of_refusal(&app, of(&given, Some(amount))).await, code, "{amount}");
        }
        refunds(&app, &given, Some(eur(500))).await;
        assert_eq!(stands(&app, &given).await, (DonationStatus::Refunded, 0));
        assert_eq!(app.count("refunds").await, 3);
        assert_eq!(app.letters_about("returned").len(), 3);
        let statuses: Vec<_> = receipts_of(&app, &given).await;
        assert_eq!(
            statuses,
            [(1, ReceiptStatus::Replaced), (2, ReceiptStatus::Replaced), (3, ReceiptStatus::Voided)]
        );
    }
}

flow! {
    async fn twenty_orders_at_once_never_give_back_too_much(app) {
        let given = app.gives(&Form::gift()).await;

        let orders = join_all((0..20).map(|_| refund::order(app.ctx(), Actor::Command, of(&given, Some(eur(200)))))).await;
        let taken = orders.iter().filter(|order| order.is_ok()).count();
        join_all((0..3).map(|_| app.run_jobs())).await;
        app.run_jobs().await;

        assert_eq!(taken, 12);
        assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, 100));
        assert_eq!(app.balance("income:refunds").await, 2400);
    }
}

flow! {
    async fn one_request_key_is_one_refund(app) {
        let given = app.gives(&Form::gift()).await;
        let order = || RefundOrder { request_key: Some("click-1".into()), ..of(&given, Some(eur(1000))) };

        let clicks = join_all((0..10).map(|_| refund::order(app.ctx(), Actor::Command, order()))).await;
        let first = clicks[0].as_ref().unwrap().id;
        assert!(clicks.iter().all(|click| click.as_ref().unwrap().id == first));
        app.run_jobs().await;
        let after = refund::order(app.ctx(), Actor::Command, order()).await.unwrap();

        assert_eq!((after.id, after.status), (first, RefundStatus::Succeeded));
        assert_eq!(app.count("refunds").await, 1);
        assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, 1500));
    }
}

flow! {
    async fn there_is_nothing_to_refund_before_the_money(app) {
        let page = app.promises(&Form::gift()).await;
        let thanks = app.client().pay(&page, "process", "now").await;
        app.run_jobs().await;
        let waiting = app.given(&thanks).await;

        assert_eq!(code_of_refusal(&app, of(&waiting, None)).await, "nothing_to_refund");
        let unknown = RefundOrder { donation: app.ctx().new_id(), ..of(&waiting, None) };
        assert_eq!(code_of_refusal(&app, unknown).await, "donation");
        assert_eq!(app.count("refunds").await, 0);
    }
}

flow! {
    async fn a_refund_of_a_transfer_is_made_by_hand_and_recorded(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let reference = promised.pledge.reference.unwrap();
        let received_on: NaiveDate = "2026-06-15".parse().unwrap();
        let line = Arrival { reference, amount: eur(2500), received_on, bank_id: None };
        bank::record(app.ctx(), Actor::Command, line).await.unwrap();
        app.run_jobs().await;
        let given = app.given(&promised.thanks).await;

        let refund = refunds(&app, &given, Some(eur(2500))).await;

        assert_eq!(refund.status, RefundStatus::Succeeded);
        assert_eq!(stands(&app, &given).await, (DonationStatus::Refunded, 0));
        assert_eq!(app.balance("clearing:bank_transfer").await, 0);
        assert_eq!(app.letters_about("is being returned").len(), 1);
    }
}

flow! {
    async fn a_refund_made_at_the_gateway_appears_once(app) {
        let given = app.gives(&Form::gift()).await;
        app.clock.advance(TimeDelta::days(1));
        let payment = given.donation.remote.clone();
        let (id, at) = (payment.as_str().to_owned(), app.clock.now());
        app.ctx()
            .db
            .write(move |tx| {
                let mut record = sandbox::lock(tx, &id)?;
                let made = ["sbr_a", "sbr_b"].map(|id| SandboxRefund {
                    id: id.into(),
                    refund: None,
                    amount_minor: 1000,
                    status: "succeeded".into(),
                    at,
                });
                record.refunds = serde_json::to_string(&made).unwrap();
                sandbox::update(tx, &record)
            })
            .await
            .unwrap();

        let attempt = app.view(&given.thanks).await.attempt.unwrap().id;
        sync::attempt(app.ctx(), attempt).await.unwrap();
        for _ in 0..2 {
            let both = vec![
                refunded(&app, "sbr_a", 1000, RefundStatus::Succeeded),
                refunded(&app, "sbr_b", 1000, RefundStatus::Succeeded),
            ];
            gateway_says(&app, &payment, None, both).await;
        }

        assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, 500));
        assert_eq!(app.count("refunds").await, 2);
        assert_eq!(app.letters_about("€10.00 of your gift is being returned").len(), 2);
        assert_eq!(code_of_refusal(&app, of(&given, Some(eur(501)))).await, "refund_too_large");
    }
}

flow! {
    async fn our_own_refund_told_again_by_webhook_is_the_same_one(app) {
        let given = app.gives(&Form::gift()).await;
        let ordered = refund::order(app.ctx(), Actor::Command, of(&given, Some(eur(1000)))).await.unwrap();
        let news = |app: &TestApp| {
            let told = refund_news(app, "sbr_ours", 1000, RefundStatus::Succeeded);
            Happening::Refund(RefundNews { ours: Some(ordered.id), ..told })
        };
        // The webhook is faster than the answer to the call.
        let told = news(&app);
        gateway_says(&app, &given.donation.remote, None, vec![told]).await;
        let told = news(&app);
        gateway_says(&app, &given.donation.remote, None, vec![told]).await;

        assert_eq!(app.count("refunds").await, 1);
        assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, 1500));
        assert_eq!(app.letters_about("returned").len(), 1);
    }
}

flow! {
    async fn the_news_of_a_refund_may_come_before_the_news_of_the_money(app) {
        let page = app.promises(&Form::gift()).await;
        let thanks = app.client().pay(&page, "succeed", "late").await;
        let payment = RemoteId::parse(page.rsplit_once('/').unwrap().1).unwrap();
        let attempt = app.view(&thanks).await.attempt.unwrap().id.to_string();
        let refund = refunded(&app, "sbr_early", 1000, RefundStatus::Succeeded);
        gateway_says(&app, &payment, Some(&attempt), vec![refund]).await;
        assert_eq!(app.count("ledger_entries").await, 0);
        assert_eq!(app.count("receipts").await, 0);

        app.pass(TimeDelta::minutes(1)).await;

        let given = app.given(&thanks).await;
        assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, 1500));
        assert_eq!(receipts_of(&app, &given).await, [(1, ReceiptStatus::Sent)]);
        assert_eq!(app.receipts(given.donation.id).await[0].snapshot.net, eur(1500).into());
        assert_eq!(app.balance("income:donations").await, -2500);
        assert_eq!(app.balance("income:refunds").await, 1000);
        assert_eq!(app.review_kinds().await, [""; 0]);
    }
}

flow! {
    async fn a_gateway_that_gives_back_more_than_was_paid_is_doubted(app) {
        let given = app.gives(&Form::gift()).await;
        for (remote, minor) in [("sbr_a", 2000), ("sbr_b", 2000)] {
            let refund = refunded(&app, remote, minor, RefundStatus::Succeeded);
            gateway_says(&app, &given.donation.remote, None, vec![refund]).await;
        }

        assert_eq!(app.review_kinds().await, ["over_refunded"]);
        assert_eq!(stands(&app, &given).await, (DonationStatus::Refunded, 0));
        assert_eq!(app.receipts(given.donation.id).await.last().unwrap().status, ReceiptStatus::Voided);
    }
}

flow! {
    async fn a_refund_that_comes_back_from_the_bank_is_reversed(app) {
        let given = app.gives(&Form::gift()).await;
        for (status, standing) in [
            (RefundStatus::Pending, (DonationStatus::Succeeded, 2500)),
            (RefundStatus::Succeeded, (DonationStatus::Refunded, 0)),
            (RefundStatus::Pending, (DonationStatus::Refunded, 0)),
            (RefundStatus::Failed, (DonationStatus::Succeeded, 2500)),
            (RefundStatus::Succeeded, (DonationStatus::Succeeded, 2500)),
        ] {
            app.clock.advance(TimeDelta::days(1));
            let news = refunded(&app, "sbr_a", 2500, status);
            gateway_says(&app, &given.donation.remote, None, vec![news]).await;
            assert_eq!(stands(&app, &given).await, standing, "{status}");
        }

        assert_eq!(receipts_of(&app, &given).await, [(1, ReceiptStatus::Voided), (2, ReceiptStatus::Sent)]);
        assert_eq!(app.balance("income:refunds").await, 0);
        assert_eq!(app.count("ledger_entries").await, 4, "money, fee, refund and its reversal");
        assert_eq!(app.client().status_of(&given.thanks).await, "fulfilled");
    }
}

flow! {
    async fn a_gateway_without_an_answer_is_asked_again_and_gives_back_once(app) {
        let given = app.gives(&Form::gift()).await;
        app.sandbox().script(Call::Refund, &[Fault::TimeoutBefore, Fault::TimeoutAfter, Fault::TimeoutAfter]);

        let refund = refunds(&app, &given, Some(eur(1000))).await;
        assert_eq!(refund.status, RefundStatus::Pending);
        assert_eq!(code_of_refusal(&app, of(&given, Some(eur(1501)))).await, "refund_too_large");
        for seconds in [10, 20] {
            app.pass(TimeDelta::seconds(seconds)).await;
            assert_eq!(as_it_is(&app, refund.id).await.status, RefundStatus::Pending);
        }
        app.pass(TimeDelta::seconds(40)).await;

        assert_eq!(as_it_is(&app, refund.id).await.status, RefundStatus::Succeeded);
        assert_eq!(app.sandbox().calls(Call::Refund), 4);
        let remote = given.donation.remote.as_str().to_owned();
        let record = app
            .ctx()
            .db
            .read(move |conn| Ok::<_, StoreError>(sandbox::find(conn, &remote)?.unwrap()))
            .await
            .unwrap();
        let at_gateway: Vec<SandboxRefund> = serde_json::from_str(&record.refunds).unwrap();
        assert_eq!(at_gateway.len(), 1);
        assert_eq!(stands(&app, &given).await, (DonationStatus::PartlyRefunded, 1500));
    }
}

flow! {
    async fn money_of_a_refused_refund_can_be_refunded_again(app) {
        let given = app.gives(&Form::gift()).await;
        app.sandbox().script(Call::Refund, &[Fault::Refuse]);

        let refused = refunds(&app, &given, None).await;

        assert_eq!(refused.status, RefundStatus::Failed);
        assert_eq!(stands(&app, &given).await, (DonationStatus::Succeeded, 2500));
        assert_eq!(receipts_of(&app, &given).await, [(1, ReceiptStatus::Sent)]);
        assert_eq!(app.letters_about("returned").len(), 0);
        let again = refunds(&app, &given, None).await;
        assert_eq!(again.status, RefundStatus::Succeeded);
        assert_eq!(stands(&app, &given).await, (DonationStatus::Refunded, 0));
    }
}
