//! The queue: claimed with a lease, tried again, given up, revived; each job once, each lane for itself.

use crate::support::app::{Engine, TestApp, settings};
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, Given};
use crate::support::smtp::{self, ServerTls, SmtpOptions, SmtpServer, UrlTls, Verb};
use crate::support::{both, flow};
use chrono::TimeDelta;
use futures_util::future::join_all;
use mainstay::domain::clock::Clock as _;
use mainstay::domain::ids::JobId;
use mainstay::domain::job::{Job, Lane};
use mainstay::jobs::Worker;
use mainstay::store::StoreError;
use mainstay::store::jobs::{self, Claimed, Finish, Listed};
use std::time::Duration;

async fn claim(app: &TestApp, lane: Lane, limit: i64) -> Vec<Claimed> {
    let (now, lease) = (app.clock.now(), TimeDelta::minutes(5));
    app.ctx().db.write(move |tx| jobs::claim(tx, lane.kinds(), limit, lease, now)).await.unwrap()
}

async fn finish(app: &TestApp, claimed: &Claimed, how: Finish) -> bool {
    let (now, claimed) = (app.clock.now(), claimed.clone());
    app.ctx().db.write(move |tx| jobs::finish(tx, &claimed, &how, now)).await.unwrap()
}

async fn unfinished(app: &TestApp) -> Vec<Listed> {
    app.ctx().db.read(|conn| jobs::unfinished(conn, 100)).await.unwrap()
}

async fn revive(app: &TestApp, id: Option<JobId>) -> usize {
    let now = app.clock.now();
    app.ctx().db.write(move |tx| jobs::revive(tx, id, now)).await.unwrap()
}

/// A site that sends its letters to this server.
pub(crate) async fn mailing(engine: Engine, server: &SmtpServer) -> TestApp {
    let url = server.url("", "", UrlTls::Plain);
    TestApp::start_with(
        engine,
        settings(&[("MAINSTAY_MAIL__TRANSPORT", "smtp"), ("MAINSTAY_MAIL__SMTP_URL", &url)]),
    )
    .await
}

pub(crate) async fn mail_server() -> SmtpServer {
    SmtpServer::start(SmtpOptions { tls: ServerTls::Never, ..SmtpOptions::open() }).await
}

async fn paid(app: &TestApp, number: usize) -> Given {
    app.gives(&Form::gift().by(number)).await
}

flow! {
    async fn a_job_of_a_dead_worker_is_taken_over_and_its_late_result_refused(app) {
        app.promises_transfer(&Form::transfer()).await;
        let first = claim(&app, Lane::Mail, 10).await.remove(0);
        assert_eq!((first.attempt, first.failures), (1, 0));
        assert_eq!(claim(&app, Lane::Mail, 10).await, []);
        app.clock.advance(TimeDelta::minutes(5));
        assert_eq!(claim(&app, Lane::Mail, 10).await, [], "the lease holds to its end");

        app.clock.advance(TimeDelta::microseconds(1));
        let second = claim(&app, Lane::Mail, 10).await.remove(0);

        assert_eq!((second.id, second.attempt), (first.id, 2));
        let later = Finish::Retry { at: app.clock.now(), error: "late".into() };
        for late in [Finish::Done, later, Finish::GiveUp { error: "late".into() }] {
            assert!(!finish(&app, &first, late).await);
        }
        assert_eq!(unfinished(&app).await[0].status, "running");
        assert!(finish(&app, &second, Finish::Done).await);
        assert!(!finish(&app, &second, Finish::Done).await, "only once");
        assert_eq!(unfinished(&app).await, []);
    }
}

flow! {
    async fn lanes_claim_their_own_jobs_and_the_longest_due_first(app) {
        for number in 1..=3 {
            app.promises_transfer(&Form::transfer().by(number)).await;
            app.clock.advance(TimeDelta::seconds(1));
        }
        assert_eq!(claim(&app, Lane::Money, 10).await, []);

        let two = claim(&app, Lane::Mail, 2).await;
        let one = claim(&app, Lane::Mail, 2).await;

        assert_eq!((two.len(), one.len()), (2, 1));
        let oldest = app.lines("SELECT id AS line FROM jobs ORDER BY run_at LIMIT 2").await;
        let mut claimed: Vec<String> = two.iter().map(|job| job.id.to_string()).collect();
        claimed.sort_by_key(|id| oldest.iter().position(|old| old == id));
        assert_eq!(claimed, oldest);
        for job in two.iter().chain(&one) {
            assert!(finish(&app, job, Finish::Retry { at: app.clock.now(), error: "again".into() }).await);
        }
    }
}

flow! {
    async fn a_job_is_enqueued_once_for_its_key(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let job = Job::SendInstructions { pledge: promised.pledge.id };
        for _ in 0..3 {
            let (ctx, job) = (app.ctx().clone(), job.clone());
            app.ctx().db.write(move |tx| ctx.enqueue(tx, &job)).await.unwrap();
        }
        assert_eq!(app.count("jobs").await, 1);
        app.run_jobs().await;
        let ctx = app.ctx().clone();
        app.ctx().db.write(move |tx| ctx.enqueue(tx, &job)).await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.letters().len(), 1, "not after it was done either");
    }
}

flow! {
    async fn a_rolled_back_change_enqueues_nothing(app) {
        let ctx = app.ctx().clone();
        let undone: Result<(), StoreError> = app
            .ctx()
            .db
            .write(move |tx| {
                ctx.enqueue(tx, &Job::CleanUp)?;
                Err(StoreError::Stale)
            })
            .await;
        assert!(matches!(undone, Err(StoreError::Stale)), "{undone:?}");
        assert_eq!(app.count("jobs").await, 0);
    }
}

flow! {
    async fn a_panic_fails_one_job_once(app) {
        let page = app.promises(&Form::gift()).await;
        let thanks = app.client().pay(&page, "succeed", "now").await;
        app.sandbox().script(Call::Interpret, &[Fault::Panic, Fault::Panic]);
        app.promises_transfer(&Form::transfer().by(2)).await;

        app.run_jobs().await;

        assert_eq!(app.letters().len(), 1, "the other job ran");
        let left = unfinished(&app).await;
        assert_eq!((left.len(), left[0].status.as_str(), left[0].failures), (1, "pending", 1));
        assert_eq!(left[0].last_error.as_deref(), Some("the job panicked"));
        assert_eq!(left[0].run_at, app.clock.now() + TimeDelta::seconds(2));
        app.pass(TimeDelta::seconds(2)).await;
        assert_eq!(unfinished(&app).await[0].run_at, app.clock.now() + TimeDelta::seconds(4), "twice as long");
        app.pass(TimeDelta::seconds(4)).await;
        assert_eq!(app.client().status_of(&thanks).await, "fulfilled");
        assert_eq!(app.count("donations").await, 1);
    }
}

flow! {
    async fn several_workers_never_run_a_job_twice(app) {
        for number in 0..30 {
            app.promises_transfer(&Form::transfer().by(number)).await;
        }

        join_all((0..6).map(|_| app.run_jobs())).await;
        app.run_jobs().await;

        assert_eq!(app.letters().len(), 30);
        assert_eq!(app.number("SELECT MAX(attempt) AS number FROM jobs").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) AS number FROM jobs WHERE status = 'done'").await, 30);
    }
}

flow! {
    async fn of_several_processes_one_enqueues_the_recurring_work(app) {
        for round in 1..=3 {
            let ctx = app.ctx();
            let all = join_all((0..5).map(|_| mainstay::usecases::upkeep::enqueue_due(ctx))).await;
            assert!(all.iter().all(Result::is_ok));
            let sql = "SELECT COUNT(*) AS number FROM jobs WHERE kind = 'expire_pledges'";
            assert_eq!(app.number(sql).await, round);
            app.pass(TimeDelta::minutes(5)).await;
        }
        // After a week without anybody it is done once, not two thousand times; and a clock set back stops nothing.
        app.clock.advance(TimeDelta::days(8));
        assert_eq!(app.upkeep().await, 8);
        app.clock.advance(TimeDelta::days(-8));
        assert_eq!(app.upkeep().await, 8);
    }
}

flow! {
    async fn finished_jobs_are_removed_after_a_week_and_failed_ones_stay(app) {
        app.promises_transfer(&Form::transfer().by(1)).await;
        app.run_jobs().await;
        app.promises_transfer(&Form::transfer().by(2)).await;
        let failing = claim(&app, Lane::Mail, 1).await.remove(0);
        finish(&app, &failing, Finish::GiveUp { error: "no such mailbox".into() }).await;

        app.clock.advance(TimeDelta::days(8));
        app.upkeep().await;

        assert_eq!(app.number("SELECT COUNT(*) AS number FROM jobs WHERE kind = 'send_instructions'").await, 1);
        assert_eq!(unfinished(&app).await[0].last_error.as_deref(), Some("no such mailbox"));
        revive(&app, None).await;
    }
}

both! {
    async fn a_letter_that_is_refused_for_good_waits_for_a_person(engine) {
        let server = mail_server().await;
        let app = mailing(engine, &server).await;
        let fault = smtp::Fault::Reply { verb: Verb::Rcpt, code: 550, text: "5.1.1 no such mailbox", times: 1 };
        server.script(fault).await;

        let given = paid(&app, 1).await;
        app.pass(TimeDelta::days(1)).await;
        let left = unfinished(&app).await;
        assert_eq!((left.len(), left[0].status.as_str()), (1, "failed"));
        let error = left[0].last_error.clone().unwrap();
        assert!(error.contains("550") && !error.contains("donor-1@example.org"), "{error}");
        paid(&app, 2).await;
        assert_eq!(server.messages().len(), 1, "others are not held up");

        let other: JobId = app.ctx().new_id();
        assert_eq!(revive(&app, Some(other)).await, 0);
        assert_eq!(revive(&app, Some(left[0].id.parse().unwrap())).await, 1);
        app.run_jobs().await;
        assert_eq!(server.messages().len(), 2);
        assert_eq!(app.receipts(given.donation.id).await[0].status.as_str(), "sent");
        app.finish().await;
    }
}

both! {
    async fn a_letter_that_cannot_leave_does_not_hold_up_the_others(engine) {
        let server = mail_server().await;
        let app = mailing(engine, &server).await;
        for number in 1..=5 {
            let page = app.promises(&Form::gift().by(number)).await;
            app.client().pay(&page, "succeed", "now").await;
        }
        let fault = smtp::Fault::Reply { verb: Verb::Rcpt, code: 451, text: "4.2.2 mailbox full", times: 2 };
        server.script(fault).await;
        app.run_jobs().await;

        assert_eq!(server.messages().len(), 3);
        let left = unfinished(&app).await;
        assert_eq!(left.len(), 2);
        assert!(left.iter().all(|job| job.status == "pending" && job.failures == 1), "{left:#?}");
        assert_eq!(left[0].run_at, app.clock.now() + TimeDelta::seconds(15));
        app.pass(TimeDelta::seconds(15)).await;
        assert_eq!(server.messages().len(), 5);
        app.finish().await;
    }
}

both! {
    async fn a_mail_server_that_hangs_holds_up_no_money(engine) {
        let server = mail_server().await;
        let app = mailing(engine, &server).await;
        server.script(smtp::Fault::Hang { verb: Verb::Greeting }).await;
        let worker = Worker::start(&app.services);
        let mut work = app.ctx().db.work();

        for number in 1..=6 {
            let page = app.promises(&Form::gift().by(number)).await;
            let thanks = app.client().pay(&page, "succeed", "now").await;
            let settled = async {
                // Each receipt that is issued rings.
                while app.client().status_of(&thanks).await != "fulfilled" {
                    work.changed().await.unwrap();
                }
            };
            tokio::time::timeout(Duration::from_secs(20), settled).await.unwrap();
        }
        // All of that while the first letters still waited for their greeting.
        assert_eq!(app.number("SELECT MAX(failures) AS number FROM jobs").await, 0);
        assert_eq!(server.messages().len(), 0);

        server.script(smtp::Fault::RefuseConnections).await;
        worker.stop().await;
        server.recover().await;
        app.pass(TimeDelta::hours(1)).await;
        assert_eq!(server.messages().len(), 6);
        app.finish().await;
    }
}
