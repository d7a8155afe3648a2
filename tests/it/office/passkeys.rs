//! A second factor that a device keeps: taken everywhere a code is, and refused when anything about it is wrong.

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::ids::StaffId;
use mainstay::usecases::staff::members::{self, Anew};
use mainstay::usecases::staff::setup;
use reqwest::StatusCode;

use super::clerk::{Clerk, Desk, PASSWORD, codes_on, seed_on};
use crate::support::app::{Changes, Engine, TestApp};
use crate::support::authenticator::Authenticator;
use crate::support::both;

const DOOR: &str = "/admin/sign-in";
const CODE: &str = "/admin/sign-in/code";
const MINE: &str = "/admin/me/passkeys";

/// A site under a name, which passkeys need.
async fn named(engine: Engine) -> TestApp {
    TestApp::start_with_public_url(engine, Changes::default(), "http://localhost:{port}").await
}

fn device(app: &TestApp) -> Authenticator {
    Authenticator::new(&app.ctx().policy.public_url)
}

/// The question that a page's script is given.
async fn question(desk: &mut Desk) -> String {
    let asked = desk.post("/admin/passkeys/request", &[]).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text());
    asked.json()["challenge"].as_str().unwrap().to_owned()
}

/// Adds a passkey for somebody inside.
async fn add(clerk: &mut Clerk, device: &Authenticator) {
    let offer = clerk.post("/admin/passkeys/offer", &[]).await.json();
    let answer = clerk.post(MINE, &[("name", "phone"), ("passkey", &device.make(&offer))]).await;
    assert_eq!(answer.location(), "/admin/me?done=passkey");
}

both! {
    async fn a_passkey_alone_is_enough_to_set_up_and_to_sign_in(engine) {
        let app = named(engine).await;
        let (_, link) = members::invite(app.ctx(), Actor::Command, "vera@x.example", Role::Owner).await.unwrap();
        let mut desk = Desk::new(&app);
        desk.post(&setup::url(app.ctx(), &link), &[("name", "Vera"), ("password", PASSWORD)]).await;
        assert!(desk.get("/admin/sign-in/enrol").await.text().contains("Set up a passkey"));
        assert_eq!(desk.get("/admin").await.location(), "/admin/sign-in/enrol", "neither is not enough");
        let mut device = device(&app);
        let offer = desk.post("/admin/passkeys/offer", &[]).await.json();
        assert_eq!(offer["rpId"], "localhost");
        let nameless = [("name", " "), ("passkey", "{}")];
        let refused = desk.post("/admin/sign-in/passkey", &nameless).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let made = [("name", "phone"), ("passkey", &device.make(&offer))];
        let codes = codes_on(&desk.post("/admin/sign-in/passkey", &made).await.text());
        assert_eq!(codes.len(), 10);
        assert!(desk.get("/admin/me").await.text().contains("<b>phone</b>"));

        let fields = [("email", "vera@x.example"), ("password", PASSWORD)];
        let mut again = Desk::new(&app);
        assert!(again.post(DOOR, &fields).await.location().starts_with(CODE));
        let page = again.get(CODE).await.text();
        assert!(page.contains("Use a passkey") && page.contains("Recovery code"), "{page}");
        let asked = question(&mut again).await;
        assert_eq!(again.post(CODE, &[("code", &device.show(&asked))]).await.location(), "/admin");
        assert!(again.get("/admin/me").await.text().contains("last used 15 June 2026"));

        let mut lost = Desk::new(&app);
        lost.post(DOOR, &fields).await;
        assert_eq!(lost.post(CODE, &[("code", &codes[0])]).await.location(), "/admin");
        // The only second step stays until there is another one.
        let id = app.lines("SELECT id AS line FROM staff_passkeys").await.remove(0);
        let remove = format!("{MINE}/{id}/remove");
        assert_eq!(again.post(&remove, &[]).await.status, StatusCode::CONFLICT);
        assert!(app.execute(&["UPDATE staff SET passkeys = 0"]).is_err(), "nor does the database let it go");
        let seed = seed_on(&again.get("/admin/me/authenticator").await.text());
        let code = super::clerk::fresh_code(&app, &seed);
        again.post("/admin/me/authenticator", &[("code", &code)]).await;
        assert_eq!(again.post(&remove, &[]).await.location(), "/admin/me?done=passkey-removed");
        app.run_jobs().await;
        for words in ["A passkey was added", "A passkey was removed"] {
            assert_eq!(app.letters_about(words).len(), 1, "{words}");
        }
        app.finish().await;
    }
}

both! {
    async fn a_passkey_is_a_proof_and_loses_nothing_that_was_typed(engine) {
        let app = named(engine).await;
        let mut owner = app.clerk(Role::Owner).await;
        let other = owner.desk.clone();
        let mut device = device(&app);
        add(&mut owner, &device).await;
        assert!(other.get("/admin/me").await.location().starts_with(DOOR), "another cookie from here on");
        app.clock.advance(TimeDelta::minutes(11));
        assert_eq!(owner.post("/admin/passkeys/offer", &[]).await.status, StatusCode::NOT_FOUND, "not proved");
        let typed = [("email", "kim@x.example"), ("role", "viewer")];
        let page = owner.post("/admin/staff", &typed).await.text();
        assert!(page.contains("data-passkey=\"get\""), "{page}");
        let asked = question(&mut owner.desk).await;
        let answer = device.show(&asked);
        let proved = [typed.as_slice(), &[("proof", answer.as_str())]].concat();
        assert!(owner.post("/admin/staff", &proved).await.text().contains("/admin/setup/"));
        assert_eq!(owner.get("/admin/staff").await.status, StatusCode::OK);
        app.clock.advance(TimeDelta::minutes(11));
        let again = owner.post("/admin/staff", &proved).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "an answer is good once");
        // Removing one wants a proof as well.
        let id = app.lines("SELECT id AS line FROM staff_passkeys").await.remove(0);
        let remove = format!("{MINE}/{id}/remove");
        assert!(owner.post(&remove, &[]).await.text().contains("Is it you?"));
        let removed = owner.post(&remove, &[("proof", PASSWORD)]).await;
        assert_eq!(removed.location(), "/admin/me?done=passkey-removed");
        assert_eq!(owner.post(&remove, &[]).await.status, StatusCode::NOT_FOUND);
        app.finish().await;
    }
}

/// A way in which an answer is wrong, told by what it does to the device and to the question.
type Wrong = (&'static str, fn(&mut Authenticator), fn(String) -> String);

const WRONG: [Wrong; 6] = [
    ("another origin", |device| device.origin = "https://evil.example".into(), |asked| asked),
    ("another port", |device| device.origin = "http://localhost:1".into(), |asked| asked),
    ("another name", |device| device.party = "evil.example".into(), |asked| asked),
    ("another question", |_| (), |asked| asked.replace(|c: char| c.is_ascii_digit(), "x") + "y"),
    ("nobody was looked at", |device| device.flags = 0x01, |asked| asked),
    ("nobody is there", |device| device.flags = 0x04, |asked| asked),
];

both! {
    async fn an_answer_that_is_wrong_in_any_way_opens_nothing(engine) {
        let app = named(engine).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let mut device = device(&app);
        add(&mut clerk, &device).await;
        for (what, spoil, change) in WRONG {
            let honest = (device.origin.clone(), device.party.clone(), device.flags);
            spoil(&mut device);
            let mut desk = clerk.at_the_door(&app).await;
            let asked = question(&mut desk).await;
            let answer = device.show(&change(asked.clone()));
            let refused = desk.post(CODE, &[("code", &answer)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert!(desk.get("/admin/me").await.location().starts_with(CODE), "{what}");
            (device.origin, device.party, device.flags) = honest;
            let asked = if what == "another question" { asked } else { question(&mut desk).await };
            let right = device.show(&asked);
            assert_eq!(desk.post(CODE, &[("code", &right)]).await.location(), "/admin", "{what}");
        }
        app.finish().await;
    }
}

both! {
    async fn an_answer_is_good_once_in_its_own_session_and_for_five_minutes(engine) {
        let app = named(engine).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let mut device = device(&app);
        add(&mut clerk, &device).await;
        let (mut one, mut two) = (clerk.at_the_door(&app).await, clerk.at_the_door(&app).await);
        let (asked, _) = (question(&mut one).await, question(&mut two).await);
        let answer = device.show(&asked);
        let stolen = two.post(CODE, &[("code", &answer)]).await;
        assert_eq!(stolen.status, StatusCode::UNPROCESSABLE_ENTITY, "of another session");
        assert_eq!(one.post(CODE, &[("code", &answer)]).await.location(), "/admin");
        for desk in [&mut two, &mut clerk.at_the_door(&app).await] {
            let again = desk.post(CODE, &[("code", &answer)]).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a second time");
        }
        let asked = question(&mut two).await;
        app.clock.advance(TimeDelta::minutes(5));
        let late = two.post(CODE, &[("code", &device.show(&asked))]).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY, "late");
        // A wrong answer uses the question up as well.
        let asked = question(&mut two).await;
        let mut twisted: serde_json::Value = serde_json::from_str(&device.show(&asked)).unwrap();
        twisted["signature"] = "AAAA".into();
        two.post(CODE, &[("code", &twisted.to_string())]).await;
        let right = two.post(CODE, &[("code", &device.show(&asked))]).await;
        assert_eq!(right.status, StatusCode::UNPROCESSABLE_ENTITY);
        app.finish().await;
    }
}

both! {
    async fn a_copy_whose_count_goes_back_and_the_passkey_of_another_are_refused(engine) {
        let app = named(engine).await;
        let (mut clerk, mut other) = (app.clerk(Role::Owner).await, app.clerk(Role::Owner).await);
        let (mut device, mut foreign) = (device(&app), device(&app));
        add(&mut clerk, &device).await;
        add(&mut other, &foreign).await;
        for _ in 0..2 {
            let mut desk = clerk.at_the_door(&app).await;
            let asked = question(&mut desk).await;
            assert_eq!(desk.post(CODE, &[("code", &device.show(&asked))]).await.location(), "/admin");
        }
        for counter in [0, 1] {
            device.counter = counter;
            let mut desk = clerk.at_the_door(&app).await;
            let asked = question(&mut desk).await;
            let refused = desk.post(CODE, &[("code", &device.show(&asked))]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{counter}");
            assert!(refused.text().contains("This passkey was not taken"));
        }
        let mut desk = clerk.at_the_door(&app).await;
        let asked = question(&mut desk).await;
        let refused = desk.post(CODE, &[("code", &foreign.show(&asked))]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        // One device is one person's.
        let offer = clerk.post("/admin/passkeys/offer", &[]).await.json();
        let taken = clerk.post(MINE, &[("name", "x"), ("passkey", &foreign.make(&offer))]).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
        app.finish().await;
    }
}

both! {
    async fn nobody_adds_a_passkey_on_the_way_in_and_a_whole_reset_forgets_them(engine) {
        let app = named(engine).await;
        let mut clerk = app.clerk(Role::Owner).await;
        let device = device(&app);
        add(&mut clerk, &device).await;
        let mut half_way = clerk.at_the_door(&app).await;
        assert_eq!(half_way.post("/admin/passkeys/offer", &[]).await.status, StatusCode::NOT_FOUND);
        let made = [("name", "x"), ("passkey", "{}")];
        assert_eq!(half_way.post("/admin/sign-in/passkey", &made).await.status, StatusCode::NOT_FOUND);
        let outside = Desk::new(&app).post("/admin/passkeys/request", &[]).await;
        assert_eq!(outside.location(), DOOR);

        let (_, link) = members::reset(app.ctx(), Actor::Command, &clerk.email, Anew::Everything).await.unwrap();
        assert!(app.lines("SELECT id AS line FROM staff_passkeys").await.is_empty());
        let mut desk = Desk::new(&app);
        desk.post(&setup::url(app.ctx(), &link), &[("name", "Vera"), ("password", PASSWORD)]).await;
        assert_eq!(desk.get("/admin").await.location(), "/admin/sign-in/enrol");
        let none: StaffId = clerk.id;
        assert_eq!(members::get(app.ctx(), none).await.unwrap().passkeys, 0);
        app.finish().await;
    }
}

both! {
    async fn a_site_without_a_name_offers_the_authenticator_only(engine) {
        let app = TestApp::start(engine).await;
        let (_, link) = members::invite(app.ctx(), Actor::Command, "vera@x.example", Role::Owner).await.unwrap();
        let mut desk = Desk::new(&app);
        desk.post(&setup::url(app.ctx(), &link), &[("name", "Vera"), ("password", PASSWORD)]).await;
        let page = desk.get("/admin/sign-in/enrol").await.text();
        assert!(!page.contains("data-passkey") && page.contains("Or type it"), "{page}");
        assert_eq!(desk.post("/admin/passkeys/offer", &[]).await.status, StatusCode::NOT_FOUND);
        app.finish().await;
    }
}
