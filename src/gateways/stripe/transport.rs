//! The way to Stripe: one client whose connections are kept, and what its answers mean for us.

use super::super::GatewayError;
use super::super::manners::{self, Again, Answer, Broken, Denied, TransportError};
use super::Settings;
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use stripe_client_core::{RequestBuilder, StripeMethod};
use tokio::time::{sleep, timeout};

/// The version of Stripe's interface that every call asks for: the one that the typed requests are made for.
pub(super) const API_VERSION: &str = "2026-09-30.endive";

/// The client, the key and the address.
#[derive(Clone)]
pub(super) struct Transport {
    http: Client,
    base: Arc<str>,
    timeout: Duration,
}

impl Transport {
    pub(super) fn new(settings: &Settings) -> Result<Self, TransportError> {
        let mut headers = HeaderMap::new();
        let mut key = HeaderValue::from_str(&format!("Bearer {}", settings.secret_key.expose()))
            .map_err(|_not_visible| TransportError::Key)?;
        key.set_sensitive(true);
        headers.insert(AUTHORIZATION, key);
        headers.insert("stripe-version", HeaderValue::from_static(API_VERSION));
        let http = manners::client(super::super::tls::client()?).default_headers(headers).build()?;
        Ok(Self { http, base: settings.api_base.trim_end_matches('/').into(), timeout: settings.timeout })
    }

    /// Makes a call. With an idempotency key, or if it only reads, it is made again when that may help.
    ///
    /// The time limit holds for all tries together, so that nobody waits longer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        key: Option<&str>,
    ) -> Result<T, GatewayError> {
        self.answer(&request, key).await.map_err(|failure| failure.error)
    }

    /// Makes a call that charges a card; none if the card was declined. Any other no is an error.
    pub(super) async fn charge<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        key: Option<&str>,
    ) -> Result<Option<T>, GatewayError> {
        match self.answer(&request, key).await {
            Ok(answer) => Ok(Some(answer)),
            Err(failure) if failure.is_declined => Ok(None),
            Err(failure) => Err(failure.error),
        }
    }

    /// Asks for something that the key may not open.
    pub(super) async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Denied> {
        self.answer(&request, None).await.map_err(|failure| Denied::by(failure.status, failure.error))
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        request: &RequestBuilder,
        key: Option<&str>,
    ) -> Result<T, Failure> {
        let Ok(answer) = timeout(self.timeout, self.tries(request, key)).await else {
            return Err(Failure::unknown(format!("no answer within {} seconds", self.timeout.as_secs())));
        };
        let bytes = answer?;
        // The reason would quote the answer, which may hold personal data.
        serde_json::from_slice(&bytes)
            .map_err(|_quotes| Failure::unknown(format!("unreadable answer to {}", request.path)))
    }

    async fn tries(&self, request: &RequestBuilder, key: Option<&str>) -> Result<Bytes, Failure> {
        let may_repeat = key.is_some() || matches!(request.method, StripeMethod::Get);
        let mut tries = 1;
        loop {
            let failure = match self.once(request, key).await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => failure,
            };
            let Some(wait) = failure.again.wait(tries).filter(|_| may_repeat) else {
                tracing::warn!(
                    path = request.path,
                    tries,
                    answer = failure.answer,
                    "a call to Stripe failed"
                );
                return Err(failure);
            };
            sleep(wait).await;
            tries += 1;
        }
    }

    async fn once(&self, request: &RequestBuilder, key: Option<&str>) -> Result<Bytes, Failure> {
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let query = request.query.as_deref().filter(|query| !query.is_empty());
        let mark = if query.is_some() { "?" } else { "" };
        let url = format!("{}/v1{}{mark}{}", self.base, request.path, query.unwrap_or_default());
        let mut call = self.http.request(method, url);
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        if let Some(body) = &request.body {
            call = call.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.clone());
        }
        let Answer { status, headers, body } = manners::answer(call).await.map_err(Failure::broken)?;
        if status.is_success() { Ok(body) } else { Err(Failure::said(status, &headers, &body)) }
    }
}

/// A call without the answer it was made for.
struct Failure {
    error: GatewayError,
    /// None if no answer came.
    status: Option<StatusCode>,
    /// What came back, for the log: with the name under which Stripe can find the call.
    answer: String,
    again: Again,
    /// The card said no: Stripe tells that from every other no by the type of the error.
    is_declined: bool,
}

/// Stripe's errors, as far as they are used. Its sentences are left alone: they may quote what was sent.
#[derive(serde::Deserialize)]
struct ErrorAnswer {
    error: ErrorDetail,
}

#[derive(Default, serde::Deserialize)]
struct ErrorDetail {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    param: Option<String>,
}

impl Failure {
    /// Nobody knows what came of it, and nothing is gained by asking again at once.
    fn unknown(what: String) -> Self {
        Self {
            error: GatewayError::Unknown(what.clone()),
            status: None,
            answer: what,
            again: Again::No,
            is_declined: false,
        }
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

    fn said(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let request_id = text("request-id").unwrap_or("none");
        let detail =
            serde_json::from_slice::<ErrorAnswer>(body).map(|answer| answer.error).unwrap_or_default();
        let code = detail.code.or_else(|| detail.kind.clone());
        let word = code.as_deref().unwrap_or("an unreadable error");
        let param = detail.param.map(|param| format!(" about {param}")).unwrap_or_default();
        let answer = format!("{status}: {word}{param}, request {request_id}");
        let is_declined = status.as_u16() == 402 && detail.kind.as_deref() == Some("card_error");
        let final_no = matches!(status.as_u16(), 400 | 402 | 404)
            // The key stands for another call of ours: what that one did is not known here.
            && detail.kind.as_deref() != Some("idempotency_error");
        let error = match code {
            Some(code) if final_no => GatewayError::Refused { code },
            Some(_) | None => GatewayError::Unknown(answer.clone()),
        };
        let again = match text("stripe-should-retry") {
            Some("true") => true,
            Some("false") => false,
            _ => matches!(status.as_u16(), 409 | 424 | 429 | 500..=599),
        };
        let again = Again::by(again, headers);
        Self { error, status: Some(status), answer, again, is_declined }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, headers: &[(&'static str, &str)], body: &str) -> Failure {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Failure::said(StatusCode::from_u16(status).unwrap(), &headers.collect(), body.as_bytes())
    }

    fn error(status: u16, body: &str) -> GatewayError {
        said(status, &[("request-id", "req_1")], body).error
    }

    const TOO_SMALL: &str = r#"{"error":{"type":"invalid_request_error","code":"amount_too_small",
        "message":"pat@example.org gave too little","param":"amount","new":{}}}"#;

    #[test]
    fn only_a_clear_no_to_this_very_call_is_a_refusal() {
        for status in [400, 402, 404] {
            assert_eq!(error(status, TOO_SMALL), GatewayError::Refused { code: "amount_too_small".into() });
        }
        let by_type = error(400, r#"{"error":{"type":"invalid_request_error"}}"#);
        assert_eq!(by_type, GatewayError::Refused { code: "invalid_request_error".into() });
        for (status, body) in [
            (400, r#"{"error":{"type":"idempotency_error","code":"idempotency_key_in_use"}}"#),
            (400, "<html>a proxy</html>"),
            (404, r#"{"error":"not found"}"#),
            (401, r#"{"error":{"type":"invalid_request_error"}}"#),
            (403, TOO_SMALL),
            (409, TOO_SMALL),
            (429, TOO_SMALL),
            (500, TOO_SMALL),
            (302, ""),
        ] {
            let error = error(status, body);
            assert!(matches!(error, GatewayError::Unknown(_)), "{status} {body}: {error}");
        }
    }

    #[test]
    fn only_an_error_of_the_card_is_a_decline() {
        let is_declined = |status, body| said(status, &[], body).is_declined;
        assert!(is_declined(402, r#"{"error":{"type":"card_error","code":"card_declined"}}"#));
        assert!(is_declined(402, r#"{"error":{"type":"card_error"}}"#));
        for (status, body) in [
            (402, r#"{"error":{"type":"invalid_request_error","code":"card_declined"}}"#),
            (400, r#"{"error":{"type":"invalid_request_error","code":"invoice_not_editable"}}"#),
            (400, r#"{"error":{"type":"idempotency_error"}}"#),
            (500, r#"{"error":{"type":"card_error"}}"#),
            (402, "<html>a proxy</html>"),
        ] {
            assert!(!is_declined(status, body), "{status} {body}");
        }
    }

    #[test]
    fn errors_name_the_request_and_never_quote_what_was_sent() {
        let failure = said(500, &[("request-id", "req_1")], TOO_SMALL);
        assert_eq!(failure.answer, "500 Internal Server Error: amount_too_small about amount, request req_1");
        assert_eq!(failure.error, GatewayError::Unknown(failure.answer));
    }

    #[test]
    fn stripe_decides_whether_and_when_a_call_is_made_again() {
        let again = |status, headers: &[(&'static str, &str)]| said(status, headers, "{}").again;
        assert_eq!(again(500, &[]), Again::Soon);
        assert_eq!(again(400, &[]), Again::No);
        assert_eq!(again(500, &[("stripe-should-retry", "false")]), Again::No);
        assert_eq!(again(400, &[("stripe-should-retry", "true")]), Again::Soon);
        assert_eq!(again(429, &[("retry-after", "2")]), Again::After(Duration::from_secs(2)));
        assert_eq!(again(429, &[("retry-after", "60")]), Again::No);
        assert_eq!(again(429, &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")]), Again::Soon);
    }

    #[test]
    fn the_pinned_version_is_the_one_of_the_typed_requests() {
        assert_eq!(stripe_client_core::VERSION.as_str(), API_VERSION);
    }
}
