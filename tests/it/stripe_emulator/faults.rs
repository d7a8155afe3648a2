//! Every fault does what it says, and is counted.

use super::{Caller, session_of, start, start_with};
use crate::support::stripe::{Fault, Payment};

const PATH: &str = "/v1/checkout/sessions";

/// What a client sees of a fault: the status, or nothing if the connection ended.
async fn seen(caller: &Caller, key: &str) -> Option<u16> {
    let body = super::encoded(&session_of("1500", "eur"));
    let reply = caller.try_call("POST", PATH, &body, Some(key)).await;
    reply.map(|reply| reply.status)
}

#[tokio::test]
async fn each_fault_is_seen_done_or_not_and_answered_by_its_key_as_it_says() {
    let cases = [
        (Fault::DropBefore, None, 0, 200),
        (Fault::DropAfter, None, 1, 200),
        (Fault::ServerErrorBefore, Some(500), 0, 200),
        (Fault::ServerErrorKept, Some(500), 0, 500),
        (Fault::ServerErrorAfter, Some(500), 1, 500),
        (Fault::CutAnswer, None, 1, 200),
        (Fault::TooMany, Some(429), 0, 200),
        (Fault::Conflict, Some(409), 0, 200),
        (Fault::MalformedAnswer, Some(200), 1, 200),
    ];
    let (stripe, _clock, caller) = start();
    let mut done = 0;

    for (fault, status, sessions, afterwards) in cases {
        let key = format!("{fault:?}");
        stripe.fail("POST /v1/checkout/*", fault, 1);
        assert_eq!(seen(&caller, &key).await, status, "{key}");
        done += sessions;
        assert_eq!(stripe.sessions_with("attempt", "attempt-1").len(), done, "{key}");
        assert_eq!(seen(&caller, &key).await, Some(afterwards), "{key}");
        done = stripe.sessions_with("attempt", "attempt-1").len();
        assert_eq!(stripe.faults_fired()[&fault], 1, "{key}");
    }
    assert!(done > 4);
}

#[tokio::test]
async fn a_stalled_call_waits_until_its_client_goes_away_and_may_have_been_done() {
    let (stripe, _clock, caller) = start();
    let mut stalled = stripe.stalled();

    for (fault, sessions) in [(Fault::StallBefore, 0), (Fault::StallAfter, 1)] {
        stripe.fail("*", fault, 1);
        let client = tokio::spawn({
            let caller = Caller::of(&stripe);
            async move { seen(&caller, "a").await }
        });
        stalled.wait_for(|calls| *calls == 1).await.unwrap();
        client.abort();
        stalled.wait_for(|calls| *calls == 0).await.unwrap();
        assert_eq!(stripe.sessions_with("attempt", "attempt-1").len(), sessions);
        assert_eq!(stripe.faults_fired()[&fault], 1);
    }
    assert_eq!(seen(&caller, "a").await, Some(200));
    assert_eq!(stripe.sessions_with("attempt", "attempt-1").len(), 1);
}

#[tokio::test]
async fn faults_at_random_follow_from_the_seed_and_are_counted_by_kind() {
    let mut counts = Vec::new();
    for _ in 0..2 {
        let (stripe, _clock, caller) = start();
        let session = caller.open("1500", "eur").await;
        stripe.pay(&session, Payment::Card);
        let quick: Vec<_> = Fault::ALL
            .into_iter()
            .filter(|fault| !matches!(fault, Fault::StallBefore | Fault::StallAfter))
            .collect();
        stripe.fail_at_random(7, 500, &quick);

        for _ in 0..60 {
            let _seen = caller.try_call("GET", &format!("{PATH}/{session}"), "", None).await;
        }
        let fired = stripe.faults_fired();
        let all: u64 = fired.values().sum();
        assert!((15..45).contains(&all) && fired.len() > 5, "{fired:?}");
        stripe.recover();
        assert_eq!(caller.get(&format!("{PATH}/{session}")).await.status, 200);
        counts.push(fired);
    }
    assert_eq!(counts[0], counts[1]);
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let (stripe, _clock, caller) = start_with(|options| options.retry_after_s = 2);
    stripe.fail("GET /v1/account", Fault::TooMany, 1);

    let reply = caller.get("/v1/account").await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, "2"));
    assert_eq!(reply.header("stripe-should-retry"), "true");
    assert_eq!(caller.get("/v1/account").await.status, 200);
}
