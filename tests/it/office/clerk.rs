//! Somebody of the staff with a browser and an authenticator.

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::ids::StaffId;
use mainstay::usecases::staff::{members, setup};
use reqwest::{Method, RequestBuilder};

use crate::support::app::TestApp;
use crate::support::client::{Answer, Client};

pub(crate) const PASSWORD: &str = "lantern gravel oboe tuesday";

/// A browser with one cookie of the office.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) client: Client,
    pub(crate) cookie: String,
}

impl Desk {
    pub(crate) fn new(app: &TestApp) -> Self {
        Self { client: app.client(), cookie: String::new() }
    }

    pub(crate) fn with_cookie(&self, request: RequestBuilder) -> RequestBuilder {
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.client.send(self.with_cookie(self.client.request(Method::GET, path))).await
    }

    /// Posts a form; what the site sets as its cookie is kept, as a browser does.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = self.client.send(self.with_cookie(self.client.form(path, form))).await;
        if let Some(cookie) = answer.headers.get("set-cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        answer
    }
}

/// Somebody who is inside.
#[derive(Clone)]
pub(crate) struct Clerk {
    pub(crate) id: StaffId,
    pub(crate) email: String,
    pub(crate) desk: Desk,
    pub(crate) seed: String,
    pub(crate) recovery_codes: Vec<String>,
}

/// The code that an authenticator with this seed shows now. Each is taken once: time passes first.
pub(crate) fn fresh_code(app: &TestApp, seed: &str) -> String {
    app.clock.advance(TimeDelta::seconds(31));
    code(app, seed)
}

/// The code that an authenticator with this seed shows now.
pub(crate) fn code(app: &TestApp, seed: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(seed).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(app.ctx().now().timestamp()).unwrap()).to_string()
}

/// The seed on a page that asks to set an authenticator up.
pub(crate) fn seed_on(page: &str) -> String {
    let (_, after) = page.split_once("Or type it: <span class=\"code\">").unwrap();
    after.split_once('<').unwrap().0.replace(' ', "")
}

/// The recovery codes on a page.
pub(crate) fn codes_on(page: &str) -> Vec<String> {
    let parts = page.split("<li class=\"code\">").skip(1);
    parts.map(|part| part.split_once('<').unwrap().0.to_owned()).collect()
}

impl TestApp {
    /// Somebody who was asked to join, came by their link, and is inside.
    pub(crate) async fn clerk(&self, role: Role) -> Clerk {
        let email = format!("{role}-{}@office.example", self.ctx().new_id::<StaffId>()).to_lowercase();
        let (member, link) = members::invite(self.ctx(), Actor::Command, &email, role).await.unwrap();
        let mut desk = Desk::new(self);
        let path = setup::url(self.ctx(), &link);
        let fields = [("name", "Vera Lund"), ("password", PASSWORD)];
        let answer = desk.post(&path, &fields).await;
        assert_eq!(answer.location(), "/admin/sign-in/enrol");
        let seed = seed_on(&desk.get("/admin/sign-in/enrol").await.text());
        let code = fresh_code(self, &seed);
        let answer = desk.post("/admin/sign-in/enrol", &[("code", &code)]).await;
        let recovery_codes = codes_on(&answer.text());
        assert_eq!(recovery_codes.len(), 10, "{}", answer.text());
        Clerk { id: member.id, email, desk, seed, recovery_codes }
    }
}

impl Clerk {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.desk.get(path).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.desk.post(path, fields).await
    }

    /// Another browser, in which they have shown their password.
    pub(crate) async fn at_the_door(&self, app: &TestApp) -> Desk {
        let mut desk = Desk::new(app);
        let answer = desk.post("/admin/sign-in", &[("email", &self.email), ("password", PASSWORD)]).await;
        assert!(answer.location().starts_with("/admin/sign-in/code"));
        desk
    }
}
