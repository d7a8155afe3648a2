//! The way to PayPal: one client whose connections are kept, a token that is fetched before it ends, and what PayPal's
//! answers mean for us.

use super::super::GatewayError;
use super::super::manners::{self, Again, Answer, Broken, Denied, TransportError, secret_header};
use super::Settings;
use crate::domain::clock::Clock;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

/// A token is not used any more so long before its end: a call that begins with it must not outlive it.
const TOKEN_MARGIN: TimeDelta = TimeDelta::minutes(2);

/// What is asked of PayPal.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// With the query.
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// `PayPal-Request-Id`: the same one never does anything twice.
    pub(super) key: Option<String>,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, key: None }
    }

    pub(super) fn post(path: impl Into<String>, body: Value, key: Option<String>) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), key }
    }

    /// Without what may be personal in the query, for the log.
    fn place(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// The client, the credentials and the address.
#[derive(Clone)]
pub(super) struct Transport {
    http: Client,
    base: Arc<str>,
    credentials: HeaderValue,
    token: Arc<Mutex<Option<Token>>>,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

/// What opens the interface for some hours.
#[derive(Clone)]
struct Token {
    bearer: HeaderValue,
    until: DateTime<Utc>,
}

impl Transport {
    pub(super) fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, TransportError> {
        use base64::Engine as _;
        let pair = format!("{}:{}", settings.client_id, settings.client_secret.expose());
        let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
        let credentials = secret_header(&format!("Basic {encoded}"))?;
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let http = manners::client(super::super::tls::client()?).default_headers(headers).build()?;
        Ok(Self {
            http,
            base: settings.api_base.trim_end_matches('/').into(),
            credentials,
            token: Arc::default(),
            timeout: settings.timeout,
            clock,
        })
    }

    #[must_use]
    pub(super) fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Makes a call. With a key, or if it only reads, it is made again when that may help.
    ///
    /// The time limit holds for all tries together, so that nobody waits longer.
    pub(super) async fn call<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, GatewayError> {
        self.read(ask).await.map_err(|failure| failure.error)
    }

    /// Makes a call whose answer is empty.
    pub(super) async fn tell(&self, ask: &Ask) -> Result<(), GatewayError> {
        self.answer(ask).await.map(|_empty| ()).map_err(|failure| failure.error)
    }

    /// Asks for something that the credentials may not open.
    pub(super) async fn ask<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, Denied> {
        self.read(ask).await.map_err(|failure| Denied::by(failure.status, failure.error))
    }

    async fn read<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, Failure> {
        let bytes = self.answer(ask).await?;
        // The reason would quote the answer, which may hold personal data.
        serde_json::from_slice(&bytes)
            .map_err(|_quotes| Failure::unknown(format!("unreadable answer to {}", ask.place())))
    }

    async fn answer(&self, ask: &Ask) -> Result<Bytes, Failure> {
        let Ok(answer) = timeout(self.timeout, self.tries(ask)).await else {
            return Err(Failure::unknown(format!("no answer within {} seconds", self.timeout.as_secs())));
        };
        answer
    }

    async fn tries(&self, ask: &Ask) -> Result<Bytes, Failure> {
        let may_repeat = ask.key.is_some() || ask.method == Method::GET;
        let (mut tries, mut renewed) = (1, false);
        loop {
            let failure = match self.with_token(ask, &mut renewed).await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => failure,
            };
            let Some(wait) = failure.again.wait(tries).filter(|_| may_repeat || failure.before) else {
                tracing::warn!(path = ask.place(), tries, answer = failure.answer, "a call to PayPal failed");
                return Err(failure);
            };
            sleep(wait).await;
            tries += 1;
        }
    }

    /// A token may be taken back before its end: then nothing was done, and another is fetched, once.
    async fn with_token(&self, ask: &Ask, renewed: &mut bool) -> Result<Bytes, Failure> {
        let token = self.token().await?;
        let failure = match self.once(ask, &token.bearer).await {
            Err(failure) if failure.status == Some(StatusCode::UNAUTHORIZED) && !*renewed => failure,
            other => return other,
        };
        *renewed = true;
        tracing::info!(answer = failure.answer, "PayPal's token is renewed");
        self.forget(&token).await;
        let token = self.token().await?;
        self.once(ask, &token.bearer).await
    }

    /// The token in force. One call fetches it while the others wait for that.
    async fn token(&self) -> Result<Token, Failure> {
        let mut kept = self.token.lock().await;
        let now = self.clock.now();
        if let Some(token) = kept.as_ref().filter(|token| now < token.until) {
            return Ok(token.clone());
        }
        let token = self.fetch_token(now).await?;
        *kept = Some(token.clone());
        Ok(token)
    }

    async fn forget(&self, stale: &Token) {
        let mut kept = self.token.lock().await;
        if kept.as_ref().is_some_and(|token| token.bearer == stale.bearer) {
            *kept = None;
        }
    }

    async fn fetch_token(&self, now: DateTime<Utc>) -> Result<Token, Failure> {
        #[derive(Deserialize)]
        struct Granted {
            access_token: String,
            expires_in: i64,
        }
        let call = self
            .http
            .post(format!("{}/v1/oauth2/token", self.base))
            .header(AUTHORIZATION, self.credentials.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials");
        // Nothing of the call itself has been said yet.
        let body = sent(call).await.map_err(|failure| Failure { before: true, ..failure.not_final() })?;
        let granted: Granted = serde_json::from_slice(&body)
            .map_err(|_quotes| Failure { before: true, ..Failure::unknown("unreadable token".to_owned()) })?;
        let lifetime = TimeDelta::seconds(granted.expires_in.clamp(0, 1_000_000));
        let bearer = secret_header(&format!("Bearer {}", granted.access_token))
            .map_err(|_odd| Failure { before: true, ..Failure::unknown("unreadable token".to_owned()) })?;
        Ok(Token { bearer, until: now + lifetime - TOKEN_MARGIN })
    }

    async fn once(&self, ask: &Ask, bearer: &HeaderValue) -> Result<Bytes, Failure> {
        let url = format!("{}{}", self.base, ask.path);
        let mut call = self.http.request(ask.method.clone(), url).header(AUTHORIZATION, bearer.clone());
        if let Some(key) = &ask.key {
            call = call.header("paypal-request-id", key);
        }
        if let Some(body) = &ask.body {
            call = call
                .header(CONTENT_TYPE, "application/json")
                .header("prefer", "return=representation")
                .body(body.to_string());
        }
        sent(call).await
    }
}

async fn sent(call: reqwest::RequestBuilder) -> Result<Bytes, Failure> {
    let Answer { status, headers, body } = manners::answer(call).await.map_err(Failure::broken)?;
    if status.is_success() { Ok(body) } else { Err(Failure::said(status, &headers, &body)) }
}

/// A call without the answer it was made for.
struct Failure {
    error: GatewayError,
    /// None if no answer came.
    status: Option<StatusCode>,
    /// What came back, for the log: with the name under which PayPal can find the call.
    answer: String,
    again: Again,
    /// It failed before anything was asked for.
    before: bool,
}

/// PayPal's errors, as far as they are used. Its sentences are left alone: they may quote what was sent.
#[derive(Default, Deserialize)]
struct ErrorAnswer {
    #[serde(default)]
    name: Option<String>,
    /// The word of the call for a token.
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    debug_id: Option<String>,
    #[serde(default)]
    details: Vec<ErrorDetail>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(default)]
    issue: Option<String>,
    #[serde(default)]
    field: Option<String>,
}

impl Failure {
    /// Nobody knows what came of it, and nothing is gained by asking again at once.
    fn unknown(what: String) -> Self {
        let error = GatewayError::Unknown(what.clone());
        Self { error, status: None, answer: what, again: Again::No, before: false }
    }

    /// No answer, or a part of one: the call may have worked.
    fn cut_off(what: &str) -> Self {
        Self { again: Again::Soon, ..Self::unknown(what.to_owned()) }
    }

    fn broken(broken: Broken) -> Self {
        match broken {
            Broken::TooLong(most) => Self::unknown(format!("an answer of more than {most} bytes")),
            Broken::CutOff(what) => Self::cut_off(what),
        }
    }

    /// A no to something else than the call itself: that may still be answered.
    fn not_final(self) -> Self {
        let error = GatewayError::Unknown(format!("no token: {}", self.answer));
        Self { error, ..self }
    }

    fn said(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let told = serde_json::from_slice::<ErrorAnswer>(body).unwrap_or_default();
        let detail = told.details.first();
        let issue = detail.and_then(|detail| detail.issue.clone());
        let code = issue.or(told.name).or(told.error);
        let word = code.as_deref().unwrap_or("an unreadable error");
        let field = detail.and_then(|detail| detail.field.as_deref());
        let about = field.map(|field| format!(" about {field}")).unwrap_or_default();
        let header = headers.get("paypal-debug-id").and_then(|value| value.to_str().ok());
        let debug = told.debug_id.as_deref().or(header).unwrap_or("none");
        let answer = format!("{status}: {word}{about}, debug id {debug}");
        let final_no = matches!(status.as_u16(), 400 | 404 | 422)
            // The id stands for another call of ours: what that one did is not known here.
            && !word.contains("REQUEST_ID");
        let error = match code {
            Some(code) if final_no => GatewayError::Refused { code },
            Some(_) | None => GatewayError::Unknown(answer.clone()),
        };
        // 409: another call with the same id is under way.
        let may_help = matches!(status.as_u16(), 409 | 429 | 500..=599);
        let again = Again::by(may_help, headers);
        Self { error, status: Some(status), answer, again, before: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> Failure {
        Failure::said(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes())
    }

    const LATE: &str = r#"{"name":"UNPROCESSABLE_ENTITY","message":"pat@example.org is late","debug_id":"d1",
        "details":[{"issue":"REFUND_TIME_LIMIT_EXCEEDED","field":"/x","description":"about pat@example.org"}],"new":1}"#;

    #[test]
    fn only_a_clear_no_to_this_very_call_is_a_refusal() {
        for status in [400, 404, 422] {
            let refused = GatewayError::Refused { code: "REFUND_TIME_LIMIT_EXCEEDED".into() };
            assert_eq!(said(status, LATE).error, refused);
        }
        let by_name = said(404, r#"{"name":"RESOURCE_NOT_FOUND"}"#).error;
        assert_eq!(by_name, GatewayError::Refused { code: "RESOURCE_NOT_FOUND".into() });
        for (status, body) in [
            (401, LATE),
            (403, LATE),
            (409, LATE),
            (429, LATE),
            (500, LATE),
            (400, "<html>a proxy</html>"),
            (422, r#"{"details":[{"issue":"PAYPAL_REQUEST_ID_PREVIOUSLY_USED"}]}"#),
            (302, ""),
        ] {
            let error = said(status, body).error;
            assert!(matches!(error, GatewayError::Unknown(_)), "{status} {body}: {error}");
        }
    }

    #[test]
    fn errors_name_the_call_and_never_quote_what_was_sent() {
        let failure = said(500, LATE);
        assert_eq!(
            failure.answer,
            "500 Internal Server Error: REFUND_TIME_LIMIT_EXCEEDED about /x, debug id d1"
        );
        assert_eq!(failure.again, Again::Soon);
        assert_eq!((said(422, LATE).again, said(409, LATE).again), (Again::No, Again::Soon));
    }
}
