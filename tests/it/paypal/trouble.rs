//! The network and PayPal at their worst: nothing is taken twice, nothing stays unknown.

use super::shop::Shop;
use crate::support::both;
use crate::support::gift::Form;
use crate::support::paypal::{Fault, Means};
use chrono::TimeDelta;
use mainstay::usecases::reconcile;

both! {
    async fn a_page_whose_answer_was_lost_is_opened_once(engine) {
        let shop = Shop::open(engine).await;
        let client = shop.app.client();
        let form = Form::gift().set("gateway", "paypal").set("form_id", "form-1");
        for fault in [Fault::DropAfter, Fault::CutAnswer, Fault::ServerErrorAfter] {
            shop.paypal.fail("POST /v2/checkout/orders", fault, 1);
        }
        let thanks = client.give(&form).await.location().to_owned();
        assert!(thanks.contains("/thanks/"), "{thanks}");
        shop.paypal.recover();
        let begun = shop.begins(&form).await;
        assert_eq!(shop.paypal.orders().len(), 1);
        shop.paypal.approve(&begun.order, Means::Wallet);
        shop.hears().await;
        assert_eq!(shop.status_of(&begun).await, "fulfilled");
        shop.app.pass(TimeDelta::minutes(5)).await;
        shop.close().await;
    }
}

both! {
    async fn money_whose_answer_was_lost_is_taken_once(engine) {
        let shop = Shop::open(engine).await;
        for (number, fault) in
            [Fault::DropAfter, Fault::CutAnswer, Fault::ServerErrorAfter, Fault::MalformedAnswer, Fault::DropBefore]
                .into_iter()
                .enumerate()
        {
            let begun = shop.begins(&Form::gift().by(number)).await;
            shop.paypal.approve(&begun.order, Means::Wallet);
            shop.paypal.fail("POST /v2/checkout/orders/*/capture", fault, 3);
            shop.paypal.deliver_all().await;
            shop.app.run_jobs().await;
            shop.paypal.recover();
            shop.app.pass(TimeDelta::minutes(10)).await;
            shop.hears().await;
            assert_eq!(shop.status_of(&begun).await, "fulfilled", "{fault:?}");
        }
        assert_eq!(shop.paypal.captures().len(), 5);
        shop.close().await;
    }
}

both! {
    async fn a_token_that_was_taken_back_is_renewed_once(engine) {
        let shop = Shop::open(engine).await;
        shop.gives(&Form::gift().by(1)).await;
        shop.paypal.revoke_tokens();
        shop.gives(&Form::gift().by(2)).await;
        assert_eq!(shop.paypal.done("POST", "/v1/oauth2/token").len(), 2);
        // And one that ends is renewed before its end.
        shop.app.clock.advance(TimeDelta::hours(9));
        let unauthorised = |shop: &Shop| shop.paypal.calls().iter().filter(|call| call.status == Some(401)).count();
        let before = unauthorised(&shop);
        shop.gives(&Form::gift().by(3)).await;
        assert_eq!((shop.paypal.done("POST", "/v1/oauth2/token").len(), unauthorised(&shop)), (3, before));
        shop.close().await;
    }
}

both! {
    async fn what_was_never_told_is_found_by_asking(engine) {
        let shop = Shop::open(engine).await;
        // The list of events has it, whatever else the app may not see.
        for (round, forbidden) in [(0, "/v1/reporting"), (1, "/v1/customer")] {
            shop.paypal.forbid(&[forbidden]);
            let mut captures = Vec::new();
            for number in 0..4 {
                let begun = shop.begins(&Form::gift().by(round * 10 + number)).await;
                shop.paypal.approve(&begun.order, Means::Wallet);
                let attempt = shop.app.view(&begun.thanks).await.attempt.unwrap();
                shop.gateway().look_up(&attempt).await.unwrap();
                captures.push((begun.clone(), shop.paypal.capture_of(&begun.order)));
            }
            shop.paypal.refund(&captures[0].1, Some(500));
            shop.paypal.drop_pending();
            shop.app.clock.advance(TimeDelta::hours(4));
            reconcile::run(shop.app.ctx(), None, None).await.unwrap();
            shop.app.run_jobs().await;
            for (begun, _) in &captures {
                assert_eq!(shop.known_order(begun).await.as_deref(), Some(begun.order.as_str()));
            }
            shop.agrees().await;
        }
        assert_eq!(shop.app.count("donations").await, 8);
        shop.close().await;
    }
}

both! {
    async fn movements_are_found_though_the_search_is_hours_late(engine) {
        let shop = Shop::open(engine).await;
        let gateway = shop.gateway();
        let begun = shop.begins(&Form::gift()).await;
        shop.paypal.approve(&begun.order, Means::Wallet);
        gateway.look_up(&shop.app.view(&begun.thanks).await.attempt.unwrap()).await.unwrap();
        let since = mainstay::domain::clock::Clock::now(&shop.app.clock);
        assert!(gateway.payments_since(since, None).await.unwrap().items.is_empty());
        shop.app.clock.advance(TimeDelta::minutes(181));
        let found = gateway.payments_since(since + TimeDelta::hours(1), None).await.unwrap();
        assert_eq!(found.items.len(), 1);
        shop.hears().await;
        shop.close().await;
    }
}

both! {
    async fn an_app_without_rights_to_search_is_no_trouble_for_the_rest(engine) {
        let shop = Shop::open(engine).await;
        shop.paypal.forbid(&["/v1/reporting", "/v1/customer"]);
        let (capture, _) = shop.gives(&Form::gift()).await;
        shop.paypal.refund(&capture, Some(500));
        shop.paypal.drop_pending();
        shop.app.clock.advance(TimeDelta::hours(1));
        shop.app.upkeep().await;
        shop.close().await;
    }
}
