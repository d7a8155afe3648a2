//! How gateways are called over HTTP: one client whose connections are kept, answers of bounded length, and when a call
//! may be made again. What an answer means is the gateway's own.

use super::GatewayError;
use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode};
use std::time::Duration;

/// How often one call is made when an answer says that it may be made again.
pub(super) const TRIES: u32 = 3;

/// The longest wait that a gateway may ask for within one call.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5);

const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// A page of a hundred large objects has about one mebibyte.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Why the client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The TLS library refuses its settings.
    #[error("tls: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP library refuses its settings.
    #[error("http client: {0}")]
    Client(#[from] reqwest::Error),
    /// The key holds characters that no header can carry.
    #[error("the secret key cannot be sent in a header")]
    Key,
}

/// What opens an account, as it stands in the head of a call: no log shows it.
pub(super) fn secret_header(text: &str) -> Result<HeaderValue, TransportError> {
    let mut value = HeaderValue::from_str(text).map_err(|_not_visible| TransportError::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

/// A client as all gateways are called with: keys go to the configured address and nowhere else, and nothing is
/// repeated without being told to.
pub(super) fn client(tls: rustls::ClientConfig) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("mainstay/", env!("CARGO_PKG_VERSION")))
        .tls_backend_preconfigured(tls)
        .connect_timeout(CONNECT_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
}

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Makes a call, once.
pub(super) async fn answer(call: RequestBuilder) -> Result<Answer, Broken> {
    let response = call.send().await.map_err(|error| Broken::CutOff(what_broke(&error)))?;
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(Answer { status, headers, body: whole_body(response, ANSWER_BYTES_MAX).await? })
}

/// Why there is no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// It is too long.
    TooLong(usize),
    /// The connection ended before; what happened, in words.
    CutOff(&'static str),
}

/// Reads an answer of at most so many bytes.
pub(super) async fn whole_body(mut response: Response, most: usize) -> Result<Bytes, Broken> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Broken::CutOff(what_broke(&error)))? {
        if body.len() + chunk.len() > most {
            return Err(Broken::TooLong(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Why no answer came, without a word of what was sent.
pub(super) fn what_broke(error: &reqwest::Error) -> &'static str {
    if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "the connection broke"
    }
}

/// Why something was not shown to the credentials.
#[derive(Debug)]
pub(super) enum Denied {
    /// The gateway does not know them.
    NotKnown,
    /// They do not open this.
    NotAllowed,
    /// For another reason, or the gateway did not answer.
    Other(GatewayError),
}

impl Denied {
    /// By the status of the answer, if one came.
    pub(super) fn by(status: Option<StatusCode>, error: GatewayError) -> Self {
        match status {
            Some(StatusCode::UNAUTHORIZED) => Self::NotKnown,
            Some(StatusCode::FORBIDDEN) => Self::NotAllowed,
            Some(_) | None => Self::Other(error),
        }
    }
}

/// Whether the same call may help when it is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    No,
    Soon,
    /// When the gateway said.
    After(Duration),
}

impl Again {
    /// As soon as the gateway asks for, if it may help at all. A wait that is too long is not made here.
    pub(super) fn by(may_help: bool, headers: &HeaderMap) -> Self {
        let asked = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let asked: Option<u64> = asked.and_then(|seconds| seconds.trim().parse().ok());
        match asked.map(Duration::from_secs) {
            None if may_help => Self::Soon,
            Some(wait) if may_help && wait <= LONGEST_WAIT => Self::After(wait),
            None | Some(_) => Self::No,
        }
    }

    /// How long to wait before the next try; none if there is to be none.
    pub(super) fn wait(self, tries: u32) -> Option<Duration> {
        match self {
            Self::Soon if tries < TRIES => Some(backoff(tries)),
            Self::After(wait) if tries < TRIES => Some(wait),
            Self::No | Self::Soon | Self::After(_) => None,
        }
    }
}

/// About 0.2 s, then about 0.6 s: spread, so that callers who failed together do not come back together.
fn backoff(tries: u32) -> Duration {
    let mut noise = [0; 1];
    // Without randomness the waits are equal, which is no harm.
    let _spread = getrandom::fill(&mut noise);
    let [noise] = noise;
    Duration::from_millis(200 * u64::from(tries * tries.max(2) / 2) + u64::from(noise))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_made_again_a_few_times_and_soon() {
        assert!(backoff(1) < backoff(2) + Duration::from_millis(256) && backoff(2) < LONGEST_WAIT);
        assert!(Again::Soon.wait(TRIES - 1).is_some() && Again::Soon.wait(TRIES).is_none());
        assert!(Again::No.wait(1).is_none());
        let headers = |text: &str| HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        assert_eq!(Again::by(true, &HeaderMap::new()), Again::Soon);
        assert_eq!(Again::by(false, &headers("1")), Again::No);
        assert_eq!(Again::by(true, &headers("2")), Again::After(Duration::from_secs(2)));
        assert_eq!(Again::by(true, &headers("60")), Again::No);
        assert_eq!(Again::by(true, &headers("Wed, 21 Oct 2026 07:28:00 GMT")), Again::Soon);
    }
}
