//! What the office does beside gifts, in reach of programs: names on walls, gifts by hand that were none, deposits, past gifts,
//! tests of appeals, attacks, and the reports.

use super::assert_problem;
use crate::imports::past;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::{Form, eur};
use mainstay::domain::access::Scope;
use mainstay::domain::audit::Actor;
use mainstay::domain::deposit::Tender;
use mainstay::domain::gift_import::ImportOptions;
use mainstay::domain::ids::DonationId;
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::usecases::deposits::{self, Slip};
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::web::{Access, api_routes};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

impl TestApp {
    pub(crate) async fn is_handed_a_cheque(&self, number: &str) -> DonationId {
        let cheque = Gift {
            by: GatewayKind::Cheque,
            from: Giver::Typed { name: "Rosa Lind".to_owned(), email: String::new() },
            amount: eur(4_000),
            received_on: self.ctx().day_of(self.ctx().now()),
            campaign: "press-fund".to_owned(),
            visibility: Visibility::Hidden,
            document: number.to_owned(),
            note: String::new(),
            form_id: None,
        };
        let recorded = gifts::record(self.ctx(), Actor::Command, cheque).await.unwrap();
        self.run_jobs().await;
        recorded.donation.id
    }

    async fn logged(&self, action: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) AS number FROM audit_log WHERE action = '{action}'")).await
    }
}

flow! {
    async fn a_name_is_taken_off_a_wall_and_put_back_and_stands_in_the_log(app) {
        let named = app.gives(&Form::gift().by(1).set("on_wall", "true")).await.pledge.id;
        let unnamed = app.gives(&Form::gift().by(2)).await.pledge.id;
        let program = app.program(Scope::Write).await;
        for (what, hidden) in [("hide", true), ("hide", true), ("show", false)] {
            let answer = program.does(&format!("/pledges/{named}/wall/{what}"), &json!({}), 200).await;
            assert_eq!(answer, json!({ "pledge": named.to_string(), "hidden": hidden }));
        }
        assert_eq!(app.logged("wall.decided").await, 2, "what is hidden already is not hidden again");
        let path = format!("/pledges/{unnamed}/wall/hide");
        let none = program.asks(Method::POST, &path, Some(&json!({})), &[]).await;
        assert_problem(&none, 404, "not_found");
    }
}

flow! {
    async fn deposits_and_past_gifts_are_read_and_a_gift_by_hand_is_declared_void_once(app) {
        let (paid_in, bounced) = (app.is_handed_a_cheque("17").await, app.is_handed_a_cheque("18").await);
        let paid_in_on = app.ctx().day_of(app.ctx().now());
        let slip = Slip { tender: Tender::Cheque, gifts: [paid_in].into(), paid_in_on };
        let deposit = deposits::pay_in(app.ctx(), Actor::Command, slip).await.unwrap();
        let import = app.examines(past().as_bytes(), ImportOptions::default()).await;

        let reader = app.program(Scope::Read).await;
        let listed = reader.reads("/deposits").await["items"][0].clone();
        assert_eq!((listed["id"].as_str(), listed["tender"].as_str()), (Some(deposit.to_string().as_str()), Some("cheque")));
        let whole = reader.reads(&format!("/deposits/{deposit}")).await;
        assert_eq!(whole["gifts"][0]["donation"], paid_in.to_string());
        assert_eq!((&whole["amount"]["minor"], &whole["bank_line"]), (&json!(4_000), &Value::Null));
        let file = reader.reads(&format!("/imports/{}", import.id)).await;
        assert_eq!(reader.reads("/imports").await["items"], json!([file]));
        assert_eq!((file["status"].as_str(), file["booked"].as_i64()), (Some("examined"), Some(0)));
        assert!(file["gifts"].as_i64().unwrap() > 0 && !file["findings"].as_array().unwrap().is_empty(), "{file}");
        let behind = reader.asks(Method::GET, "/deposits?cursor=a~x~", None, &[]).await;
        assert_problem(&behind, 422, "invalid_query");

        let path = format!("/donations/{bounced}/void");
        let reason = json!({ "reason": "It bounced" });
        assert_problem(&reader.asks(Method::POST, &path, Some(&reason), &[]).await, 403, "forbidden");
        let program = app.program(Scope::Finance).await;
        let first = program.asks(Method::POST, &path, Some(&reason), &[("idempotency-key", "bounced")]).await;
        let again = program.asks(Method::POST, &path, Some(&reason), &[("idempotency-key", "bounced")]).await;
        assert_eq!((first.status, first.json()), (StatusCode::CREATED, again.json()));
        app.run_jobs().await;
        assert_eq!((app.count("refunds").await, app.logged("gift.voided").await), (1, 1));
    }
}

flow! {
    async fn the_letters_with_the_statements_of_a_year_are_ordered_once_it_is_over(app) {
        app.gives(&Form::gift().by(1)).await;
        let program = app.program(Scope::Write).await;
        assert_eq!(program.reads("/statements").await["items"], json!([]), "no year is over");
        let early = program.asks(Method::POST, "/statements", Some(&json!({ "year": 2026 })), &[]).await;
        assert_problem(&early, 409, "year_not_over");
        app.clock.advance(chrono::TimeDelta::days(230));
        let program = app.program(Scope::Write).await;
        assert_eq!(program.does("/statements", &json!({ "year": 2026 }), 202).await, json!({ "year": 2026 }));
        app.run_jobs().await;
        let year = program.reads("/statements").await["items"][0].clone();
        assert_eq!((&year["year"], &year["ordered"], &year["sent"]), (&json!(2026), &json!(1), &json!(1)));
        assert!(year["finished"].is_string(), "{year}");
        assert_eq!(app.letters_about("Your statement for 2026").len(), 1);
    }
}

flow! {
    async fn every_read_says_what_it_is_and_how_much_is_left_and_is_not_sent_twice(app) {
        app.gives(&Form::gift().by(1).set("frequency", "monthly")).await;
        let program = app.program(Scope::Finance).await;
        let mut read = 0;
        for route in api_routes().into_iter().filter(|route| route.method == "GET" && !route.path.contains('{')) {
            let Access::Token(_) = route.access else { continue };
            let first = program.asks(Method::GET, route.path, None, &[]).await;
            assert_eq!(first.status, StatusCode::OK, "{}", route.path);
            let tag = first.header("etag").to_owned();
            assert!(tag.starts_with('"') && first.header("ratelimit").starts_with("\"token\";r="), "{}", route.path);
            let again = program.asks(Method::GET, route.path, None, &[("if-none-match", &tag)]).await;
            assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{}", route.path);
            read += 1;
        }
        assert!(read > 25, "only {read}");
    }
}

flow! {
    async fn an_attack_is_begun_and_ended_by_who_may_and_reports_answer_by_part(app) {
        app.gives(&Form::gift().by(1)).await;
        app.gives(&Form::gift().by(2).set("amount", "75").set("frequency", "monthly")).await;
        let (reader, writer) = (app.program(Scope::Read).await, app.program(Scope::Write).await);
        assert_eq!(reader.reads("/defence").await, json!({ "under_attack": false, "until": null }));
        let refused = reader.asks(Method::POST, "/defence/begin", Some(&json!({})), &[]).await;
        assert_problem(&refused, 403, "forbidden");
        let begun = writer.does("/defence/begin", &json!({}), 200).await;
        assert!(begun["under_attack"] == true && begun["until"].is_string(), "{begun}");
        assert_eq!(reader.reads("/defence").await, begun);
        assert_eq!(writer.does("/defence/end", &json!({}), 200).await["under_attack"], false);
        assert_eq!((app.logged("attack.began").await, app.logged("attack.ended").await), (1, 1));

        let part = async |report: &str| reader.reads(&format!("/reports/{report}")).await["items"][0].clone();
        let campaign = part("campaigns").await;
        assert_eq!((&campaign["campaign"], &campaign["sums"]["gross"]["minor"]), (&json!("press-fund"), &json!(10_000)));
        assert_eq!(part("gateways").await["gateway"], "sandbox");
        assert_eq!(part("gifts?frequency=recurring").await["median"]["minor"], 7_500);
        let year = part("donors").await;
        assert_eq!((&year["year"], &year["donors"], &year["new"]), (&json!(2026), &json!(2), &json!(2)));
        assert_eq!(reader.reads("/appeals").await["items"], json!([]));
        let unknown = reader.asks(Method::GET, "/reports/gifts?median=1", None, &[]).await;
        assert_problem(&unknown, 422, "invalid_query");
    }
}
