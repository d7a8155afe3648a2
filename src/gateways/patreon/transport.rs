//! The way to Patreon: one client whose connections are kept, waits that Patreon asks for, and what its answers mean.

use super::super::GatewayError;
use super::super::manners::{self, Again, Answer, Broken, LONGEST_WAIT, TransportError, secret_header};
use super::{Key, PatreonError, Settings, Tokens};
use bytes::Bytes;
use chrono::TimeDelta;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// What is asked of Patreon.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    method: Method,
    /// With the query.
    path: String,
    body: Option<Value>,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None }
    }

    pub(super) fn send(method: &str, path: impl Into<String>, body: Option<Value>) -> Self {
        let method = match method {
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => Method::POST,
        };
        Self { method, path: path.into(), body }
    }

    /// Without the query, for the log.
    fn place(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// The client, the app and the address.
#[derive(Clone)]
pub(super) struct Transport {
    http: Client,
    base: Arc<str>,
    client_id: Arc<str>,
    client_secret: Key,
    timeout: Duration,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Transport {
    pub(super) fn new(settings: &Settings) -> Result<Self, TransportError> {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let http = manners::client(super::super::tls::client()?).default_headers(headers).build()?;
        Ok(Self {
            http,
            base: settings.api_base.trim_end_matches('/').into(),
            client_id: settings.client_id.as_str().into(),
            client_secret: settings.client_secret.clone(),
            timeout: settings.timeout,
        })
    }

    /// Makes a call. One that only reads, or that Patreon did not look at, is made again when that may help.
    pub(super) async fn call<T: DeserializeOwned>(&self, token: &Key, ask: &Ask) -> Result<T, PatreonError> {
        let bytes = self.answer(token, ask).await?;
        // The reason would quote the answer, which holds personal data.
        serde_json::from_slice(&bytes)
            .map_err(|_quotes| unknown(format!("unreadable answer to {}", ask.place())))
    }

    /// Makes a call whose answer is empty.
    pub(super) async fn tell(&self, token: &Key, ask: &Ask) -> Result<(), PatreonError> {
        self.answer(token, ask).await.map(|_empty| ())
    }

    async fn answer(&self, token: &Key, ask: &Ask) -> Result<Bytes, PatreonError> {
        let Ok(answer) = timeout(self.timeout, self.tries(token, ask)).await else {
            return Err(unknown(format!("no answer within {} seconds", self.timeout.as_secs())));
        };
        answer
    }

    async fn tries(&self, token: &Key, ask: &Ask) -> Result<Bytes, PatreonError> {
        let bearer =
            secret_header(&format!("Bearer {}", token.expose())).map_err(|_odd| PatreonError::NotKnown)?;
        let mut tries = 1;
        loop {
            let mut call = self.http.request(ask.method.clone(), format!("{}{}", self.base, ask.path));
            call = call.header(AUTHORIZATION, bearer.clone());
            if let Some(body) = &ask.body {
                call = call.header(CONTENT_TYPE, "application/json").body(body.to_string());
            }
            let failure = match sent(call).await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => failure,
            };
            let may_repeat = failure.untouched || ask.method == Method::GET;
            let Some(wait) = failure.again.wait(tries).filter(|_| may_repeat) else {
                tracing::warn!(
                    path = ask.place(),
                    tries,
                    answer = failure.answer,
                    "a call to Patreon failed"
                );
                return Err(failure.error);
            };
            sleep(wait).await;
            tries += 1;
        }
    }

    /// Asks for tokens, once: what is given for them is void afterwards, whether the answer arrives or not.
    pub(super) async fn tokens(&self, fields: &[(&str, &str)]) -> Result<Tokens, PatreonError> {
        #[derive(Deserialize)]
        struct Granted {
            access_token: String,
            #[serde(default)]
            refresh_token: Option<String>,
            #[serde(default)]
            expires_in: Option<i64>,
        }
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.client_secret.expose())
            .finish();
        let call = self
            .http
            .post(format!("{}/api/oauth2/token", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let Ok(answer) = timeout(self.timeout, sent(call)).await else {
            return Err(unknown(format!("no token within {} seconds", self.timeout.as_secs())));
        };
        let body = answer.map_err(|failure| {
            tracing::warn!(answer = failure.answer, "Patreon gave no token");
            failure.error
        })?;
        let granted: Granted = serde_json::from_slice(&body)
            .map_err(|_quotes| unknown("an unreadable answer about tokens".to_owned()))?;
        let filled = |text: String| Some(text).filter(|text| !text.is_empty()).map(Key::from);
        Ok(Tokens {
            access: Key::from(granted.access_token),
            refresh: granted.refresh_token.and_then(filled),
            lasts: granted.expires_in.map(|seconds| TimeDelta::seconds(seconds.clamp(0, 31_536_000))),
        })
    }
}

fn unknown(what: String) -> PatreonError {
    PatreonError::Gateway(GatewayError::Unknown(what))
}

async fn sent(call: reqwest::RequestBuilder) -> Result<Bytes, Failure> {
    let Answer { status, headers, body } = manners::answer(call).await.map_err(Failure::broken)?;
    if status.is_success() { Ok(body) } else { Err(Failure::said(status, &headers, &body)) }
}

/// A call without the answer it was made for.
struct Failure {
    error: PatreonError,
    /// What came back, for the log. Patreon's sentences are left alone: they may quote what was sent.
    answer: String,
    again: Again,
    /// Patreon did not look at the call.
    untouched: bool,
}

#[derive(Default, Deserialize)]
struct ErrorAnswer {
    #[serde(default)]
    errors: Vec<ErrorDetail>,
    /// The word of the call for tokens.
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(default)]
    code_name: Option<String>,
    #[serde(default)]
    retry_after_seconds: Option<u64>,
}

impl Failure {
    fn broken(broken: Broken) -> Self {
        let (what, again) = match broken {
            Broken::TooLong(most) => (format!("an answer of more than {most} bytes"), Again::No),
            Broken::CutOff(what) => (what.to_owned(), Again::Soon),
        };
        Self { error: unknown(what.clone()), answer: what, again, untouched: false }
    }

    fn said(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let told = serde_json::from_slice::<ErrorAnswer>(body).unwrap_or_default();
        let detail = told.errors.into_iter().next();
        let asked = detail.as_ref().and_then(|detail| detail.retry_after_seconds).map(Duration::from_secs);
        let code = detail.and_then(|detail| detail.code_name).or(told.error);
        let answer = format!("{status}: {}", code.as_deref().unwrap_or("an unreadable error"));
        let used = status == StatusCode::BAD_REQUEST && code.as_deref() == Some("invalid_grant");
        let error = match status {
            StatusCode::UNAUTHORIZED => PatreonError::NotKnown,
            _ if used => PatreonError::NotKnown,
            StatusCode::FORBIDDEN => PatreonError::NotAllowed,
            StatusCode::NOT_FOUND | StatusCode::GONE => PatreonError::Gone,
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = asked.map_or(60, |wait| wait.as_secs());
                unknown(format!("Patreon asks to wait for {wait} seconds"))
            }
            _ => unknown(answer.clone()),
        };
        let busy = status == StatusCode::TOO_MANY_REQUESTS;
        let again = match asked {
            Some(wait) if busy && wait <= LONGEST_WAIT => Again::After(wait),
            Some(_) if busy => Again::No,
            Some(_) | None => Again::by(busy || status.is_server_error(), headers),
        };
        Self { error, answer, again, untouched: busy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Failure {
        Failure::said(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn answers_mean_what_patreon_means_by_them() {
        assert_eq!(said(401, "").error, PatreonError::NotKnown);
        assert_eq!(said(400, r#"{"error":"invalid_grant"}"#).error, PatreonError::NotKnown);
        assert_eq!(said(403, "").error, PatreonError::NotAllowed);
        assert_eq!(said(404, r#"{"errors":[{"code_name":"ResourceMissing"}]}"#).error, PatreonError::Gone);
        for (status, body) in [(400, "{}"), (500, "<html>"), (429, ""), (302, "")] {
            assert!(matches!(said(status, body).error, PatreonError::Gateway(_)), "{status}");
        }
    }

    #[test]
    fn a_short_wait_is_waited_and_a_long_one_is_left_to_the_job() {
        let busy = |seconds| said(429, &format!(r#"{{"errors":[{{"retry_after_seconds":{seconds}}}]}}"#));
        assert_eq!(busy(2).again, Again::After(Duration::from_secs(2)));
        assert_eq!(busy(60).again, Again::No);
        assert!(busy(60).error.to_string().contains("wait for 60 seconds"));
        assert_eq!(said(429, "").again, Again::Soon);
        assert_eq!(said(503, "").again, Again::Soon);
        assert!(busy(1).untouched && !said(503, "").untouched);
    }

    #[test]
    fn errors_never_quote_what_was_sent() {
        let failure = said(500, r#"{"errors":[{"code_name":"Oops","detail":"about pat@example.org"}]}"#);
        assert_eq!(failure.answer, "500 Internal Server Error: Oops");
    }
}
