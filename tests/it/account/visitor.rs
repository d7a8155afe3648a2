//! A donor at a browser that keeps its cookies.

use crate::support::app::TestApp;
use crate::support::client::{Answer, Client};
use reqwest::{Method, RequestBuilder};
use std::collections::BTreeMap;

/// Somebody at a browser of their own.
pub(crate) struct Visitor {
    client: Client,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub(crate) fn at(app: &TestApp) -> Self {
        Self { client: app.client(), cookies: BTreeMap::new() }
    }

    /// The cookies as the browser sends them.
    pub(crate) fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = self.client.send(request.header("cookie", self.cookies())).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub(crate) async fn request(&mut self, method: Method, path: &str) -> Answer {
        let request = self.client.request(method, path);
        self.send(request).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.request(Method::GET, path).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.form(path, form);
        self.send(request).await
    }

    /// Asks for a link.
    pub(crate) async fn asks(&mut self, email: &str) -> Answer {
        let answer = self.post("/account/sign-in", &[("email", email)]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    /// Signs in by the letter that comes.
    pub(crate) async fn signs_in(&mut self, app: &TestApp, email: &str) {
        // Letters of one moment have no order.
        app.clock.advance(chrono::TimeDelta::seconds(1));
        self.asks(email).await;
        app.run_jobs().await;
        let letter = last_link(app);
        let entered = self.post(&letter.path, &[]).await;
        assert_eq!(entered.location(), "/account", "{}", entered.text());
    }
}

/// What a letter with a link says.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Path of the link.
    pub(crate) path: String,
    /// The code in the letter.
    pub(crate) code: String,
}

/// The link of the newest letter for signing in.
pub(crate) fn last_link(app: &TestApp) -> Link {
    let letter = app.letters_about("link to sign in").pop().expect("a letter with a link");
    let url = letter.text.lines().find(|line| line.contains("/account/sign-in/")).unwrap().trim();
    let code =
        letter.text.lines().map(str::trim).find(|line| {
            line.len() == 8 && line.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        });
    let path = url.strip_prefix(&app.url).unwrap().to_owned();
    Link { path, code: code.unwrap().to_owned() }
}
