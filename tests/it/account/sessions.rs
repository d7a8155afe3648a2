//! Sessions: opened by a link only, ended by time, by their owner, and by signing out everywhere.

use super::visitor::Visitor;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;
use chrono::TimeDelta;

const ANN: &str = "ann@example.org";
const DOOR: &str = "/account/sign-in";

async fn ann(app: &TestApp) -> Visitor {
    app.gives(&Form::gift()).await;
    let mut ann = Visitor::at(app);
    ann.signs_in(app, ANN).await;
    ann
}

flow! {
    async fn a_session_ends_without_visits_and_after_a_day_in_any_case(app) {
        let mut ann = ann(&app).await;
        for _ in 0..3 {
            app.clock.advance(TimeDelta::minutes(29));
            assert_eq!(ann.get("/account").await.status, 200, "each visit keeps it");
        }
        app.clock.advance(TimeDelta::minutes(31));
        assert_eq!(ann.get("/account").await.location(), DOOR);
        app.clock.advance(TimeDelta::minutes(-20));
        assert_eq!(ann.get("/account").await.location(), DOOR, "a clock that was set back revives nothing");

        ann.signs_in(&app, ANN).await;
        for _ in 0..49 {
            app.clock.advance(TimeDelta::minutes(29));
            assert_eq!(ann.get("/account").await.status, 200);
        }
        app.clock.advance(TimeDelta::minutes(29));
        assert_eq!(ann.get("/account").await.location(), DOOR, "a day is over");
    }
}

flow! {
    async fn an_unknown_session_is_never_taken_up(app) {
        let mut ann = ann(&app).await;
        let mut stranger = Visitor::at(&app);
        stranger.set_cookie("mainstay_session", &"A".repeat(43));

        assert_eq!(stranger.get("/account").await.location(), DOOR);

        let before = ann.cookies();
        ann.signs_in(&app, ANN).await;
        assert_ne!(ann.cookies(), before, "signing in makes a new session");
        let mut old = Visitor::at(&app);
        let (name, value) = before.split_once('=').unwrap();
        old.set_cookie(name, value);
        assert_eq!(old.get("/account").await.location(), DOOR, "the one of that browser before is over");
    }
}

flow! {
    async fn signing_out_ends_the_session_on_the_server(app) {
        let mut ann = ann(&app).await;
        let session = ann.cookies();

        assert_eq!(ann.post("/account/sign-out", &[]).await.location(), "/account/sign-in?done=signed-out");

        assert!(ann.cookies().is_empty());
        let mut thief = Visitor::at(&app);
        let (name, value) = session.split_once('=').unwrap();
        thief.set_cookie(name, value);
        assert_eq!(thief.get("/account").await.location(), DOOR);
        assert_eq!(app.count("sessions").await, 0);
    }
}

flow! {
    async fn other_browsers_are_listed_and_signed_out_one_by_one_or_all(app) {
        let mut ann = ann(&app).await;
        let mut phone = Visitor::at(&app);
        phone.signs_in(&app, ANN).await;
        let page = ann.get("/account/sessions").await.text();
        assert_eq!(page.matches("/end\"").count(), 1, "all but this one: {page}");
        let id = page.split("/account/sessions/ses_").nth(1).unwrap().split('/').next().unwrap().to_owned();

        let ended = ann.post(&format!("/account/sessions/ses_{id}/end"), &[]).await;
        assert_eq!(ended.location(), "/account/sessions?done=session");
        assert_eq!(phone.get("/account").await.location(), DOOR);
        assert_eq!(ann.get("/account").await.status, 200);

        phone.signs_in(&app, ANN).await;
        ann.post("/account/sessions/end-all", &[]).await;
        assert_eq!(ann.get("/account").await.location(), DOOR);
        assert_eq!(phone.get("/account").await.location(), DOOR);
        app.run_jobs().await;
        assert_eq!(app.letters_about("signed out everywhere").len(), 1);
    }
}

flow! {
    async fn upkeep_forgets_links_and_sessions_that_are_over(app) {
        let _ann = ann(&app).await;
        app.clock.advance(TimeDelta::days(2));

        app.upkeep().await;

        assert_eq!(app.count("sessions").await, 0);
        assert_eq!(app.count("sign_in_links").await, 0);
    }
}

flow! {
    async fn what_belongs_to_others_does_not_exist(app) {
        let theirs = app.gives(&Form::gift().by(2).set("frequency", "monthly")).await;
        let receipt = app.receipts(theirs.donation.id).await.remove(0).number;
        let mut other = Visitor::at(&app);
        other.signs_in(&app, "donor-2@example.org").await;
        let session = app.lines("SELECT id AS line FROM sessions").await.remove(0);
        let mut ann = ann(&app).await;
        let pledge = theirs.pledge.id;

        for path in [
            format!("/account/receipts/{receipt}"),
            format!("/account/history?behind={}", theirs.donation.id),
            format!("/account/pledges/{pledge}"),
            "/account/statements/2025".to_owned(),
            "/account/pledges/plg_nonsense".to_owned(),
            "/account/receipts/nonsense".to_owned(),
            "/account/nothing".to_owned(),
        ] {
            assert_eq!(ann.get(&path).await.status, 404, "{path}");
        }
        for path in ["change", "pause", "resume", "cancel", "keep", "return", "nonsense"]
            .map(|action| format!("/account/pledges/{pledge}/{action}"))
            .into_iter()
            .chain([
                format!("/account/settings/visibility/{pledge}"),
                format!("/account/sessions/{session}/end"),
                format!("/account/mend/{pledge}"),
            ])
        {
            let fields = [("visibility", "hidden"), ("amount", "5"), ("frequency", "monthly")];
            assert_eq!(ann.post(&path, &fields).await.status, 404, "{path}");
        }
        assert_eq!(other.get("/account").await.status, 200, "still signed in");
        assert_eq!(other.get(&format!("/account/receipts/{receipt}")).await.status, 200);
        assert_eq!(app.view(&theirs.thanks).await.pledge.terms, theirs.pledge.terms);
    }
}
