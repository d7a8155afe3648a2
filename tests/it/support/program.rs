//! A program of the publisher, with a token of the API.

use super::app::TestApp;
use super::client::Answer;
use mainstay::domain::access::Scope;
use mainstay::domain::audit::Actor;
use mainstay::usecases::staff::tokens::{self, Wanted};
use reqwest::{Method, StatusCode};
use serde_json::Value;

pub(crate) struct Program<'a> {
    app: &'a TestApp,
    pub(crate) token: String,
}

impl TestApp {
    /// A program whose token may what this scope says.
    pub(crate) async fn program(&self, scope: Scope) -> Program<'_> {
        let wanted = Wanted { name: "Newsletter".to_owned(), scope, days: 30 };
        let (_, secret) = tokens::create(self.ctx(), Actor::Command, wanted).await.unwrap();
        Program { app: self, token: secret.expose().to_owned() }
    }
}

impl Program<'_> {
    pub(crate) async fn asks(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        more: &[(&str, &str)],
    ) -> Answer {
        let client = self.app.client();
        let mut request = client
            .request(method, &format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        client.send(request).await
    }

    pub(crate) async fn reads(&self, path: &str) -> Value {
        let answer = self.asks(Method::GET, path, None, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer.json()
    }

    /// Posts, and what it answers must be this status.
    pub(crate) async fn does(&self, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.asks(Method::POST, path, Some(body), &[]).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
        answer.json()
    }
}
