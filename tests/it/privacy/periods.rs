//! Time passes, and what it was kept for is over.

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::ids::InboxId;
use mainstay::usecases::bank::Arrival;
use mainstay::usecases::{UseCaseError, bank, webhook};

use crate::support::app::{Engine, settings};
use crate::support::flow;
use crate::support::gift::{Form, eur};

const SILENCE: [(&str, &str); 1] = [("MAINSTAY_RETENTION__SILENT_DONOR_YEARS", "3")];

flow! {
    async fn what_a_gateway_said_is_kept_for_its_days_and_that_it_said_something_for_good(app) {
        app.gives(&Form::gift()).await;
        let events = "SELECT id AS line FROM inbox ORDER BY id";
        let before = app.lines(events).await;
        assert!(!before.is_empty());
        let empty = "SELECT COUNT(*) AS number FROM inbox WHERE length(body) = 0 AND purged_at IS NOT NULL";

        app.clock.advance(TimeDelta::days(399));
        app.upkeep().await;
        assert_eq!(app.number(empty).await, 0);
        app.clock.advance(TimeDelta::days(2));
        app.upkeep().await;

        assert_eq!(app.lines(events).await, before);
        assert_eq!(app.number(empty).await, i64::try_from(before.len()).unwrap());
        let event: InboxId = before[0].parse().unwrap();
        let again = webhook::replay(app.ctx(), Actor::Command, event).await;
        assert!(matches!(again, Err(UseCaseError::Conflict { code: "event_purged", .. })), "{again:?}");
        for statement in [
            "UPDATE inbox SET purged_at = NULL",
            "UPDATE inbox SET event_id = 'another'",
            "DELETE FROM inbox",
        ] {
            assert!(app.execute(&[statement]).unwrap_err().contains("append-only"), "{statement}");
        }
        app.gives(&Form::gift().by(2)).await;
        let rewritten = app.execute(&["UPDATE inbox SET body = CAST('other' AS BLOB), purged_at = '2030-01-01 00:00:00'"
            .replace("AS BLOB", if app.engine == Engine::Sqlite { "AS BLOB" } else { "AS BYTEA" })
            .as_str()]);
        assert!(rewritten.unwrap_err().contains("append-only"), "it is taken away, never changed");
    }
}

flow! {
    async fn a_promise_that_brought_nothing_forgets_whose_it_was_and_late_money_is_still_money(app) {
        let form = Form::transfer().set("message", "a word").set("tribute_kind", "in_memory_of").set("tribute_name", "Rosa");
        let promised = app.promises_transfer(&form).await;
        let kept = app.gives(&Form::gift().by(2)).await;
        app.pass(TimeDelta::days(61)).await;
        app.upkeep().await;
        let persons = "SELECT email || COALESCE(name, '') || COALESCE(message, '') || COALESCE(tribute_name, '') || source \
                       AS line FROM pledges WHERE status = 'expired'";
        assert!(app.lines(persons).await[0].contains("ann@example.org"));

        app.clock.advance(TimeDelta::days(179));
        app.upkeep().await;
        assert!(app.lines(persons).await[0].contains("ann@example.org"), "180 days from its end");
        app.clock.advance(TimeDelta::days(2));
        app.upkeep().await;

        let left = app.lines(persons).await;
        assert_eq!(left, [format!("{}@no-address.invalid{{}}", promised.pledge.id.to_string().to_lowercase())]);
        assert_eq!(app.donation(kept.donation.id).await, kept.donation, "who gave is kept");
        let arrival = Arrival {
            reference: promised.pledge.reference.clone().unwrap(),
            amount: eur(2500),
            received_on: app.ctx().day_of(app.ctx().now()),
            bank_id: Some("0017".into()),
        };
        let letters = app.letters().len();
        bank::record(app.ctx(), Actor::Command, arrival).await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.balance("clearing:bank_transfer").await, 2500);
        assert_eq!(app.letters().len(), letters, "nobody is written to");
        app.clock.advance(TimeDelta::days(30));
        app.upkeep().await;
    }
}

flow! {
    settings: settings(&SILENCE),
    async fn who_was_silent_for_years_is_forgotten_without_a_letter_and_a_patron_is_not(app) {
        let silent = app.gives(&Form::gift().set("name", "Ann the Silent")).await;
        app.gives(&Form::gift().by(2).set("frequency", "yearly")).await;
        app.clock.advance(TimeDelta::days(600));
        app.gives(&Form::gift().by(3)).await;
        let letters = app.letters_about("forgotten").len();
        let forgotten = "SELECT id AS line FROM donors WHERE erased_at IS NOT NULL";

        app.clock.advance(TimeDelta::days(480));
        app.upkeep().await;
        assert!(app.lines(forgotten).await.is_empty(), "1080 days are not three years");
        app.clock.advance(TimeDelta::days(20));
        app.upkeep().await;

        assert_eq!(app.lines(forgotten).await, [silent.donation.donor.unwrap().to_string()]);
        assert_eq!(app.letters_about("forgotten").len(), letters);
        let rows = "SELECT actor_kind || ' ' || action || ' ' || subject AS line FROM audit_log WHERE action = 'donor.erased'";
        assert_eq!(app.lines(rows).await, [format!("system donor.erased {}", silent.donation.donor.unwrap())]);
    }
}

flow! {
    settings: settings(&SILENCE),
    async fn a_member_elsewhere_who_gave_up_long_ago_is_counted_on_and_named_no_more(app) {
        let member = |number: u32, state: &str, charged: &str| {
            format!(
                "INSERT INTO external_members VALUES ('mbr_{number}', 'patreon', 'm-{number}', '{number}', 'm{number}@example.org', \
                 'Member {number}', '{state}', 0, 'EUR', 1, 0, NULL, 0, NULL, '{charged} 10:00:00', NULL, NULL, 'platform', \
                 '2026-06-10 10:00:00', NULL, NULL, '2026-06-10 10:00:00', '2026-06-10 10:00:00', TRUE, NULL)"
            )
        };
        let rows = [member(1, "former", "2020-06-10"), member(2, "former", "2026-06-10"), member(3, "gifted", "2020-06-10")];
        app.execute(&rows.each_ref().map(String::as_str)).unwrap();

        app.upkeep().await;

        let names = "SELECT remote || ' ' || COALESCE(name, '-') || ' ' || COALESCE(email, '-') AS line FROM external_members ORDER BY id";
        assert_eq!(app.lines(names).await, ["m-1 - -", "m-2 Member 2 m2@example.org", "m-3 Member 3 m3@example.org"]);
    }
}
