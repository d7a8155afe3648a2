//! What doubles of gateways have in common: requests as they came in, answers whole or cut in the middle, and calls that
//! are never answered.

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::HeaderMap;
use hyper::{Request, Response};
use std::convert::Infallible;
use std::io;
use std::time::Duration;
use tokio::sync::watch;

/// How long a stalled call keeps its client waiting.
const STALL: Duration = Duration::from_mins(2);

/// An answer before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: serde_json::to_vec_pretty(body).unwrap() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A request as it came in.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
    headers: HeaderMap,
}

impl Asked {
    pub(crate) async fn read(request: Request<Incoming>) -> io::Result<Self> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec();
        let (path, query) = (head.uri.path().to_owned(), head.uri.query().unwrap_or_default().to_owned());
        Ok(Self { method: head.method.as_str().to_owned(), path, query, body, headers: head.headers })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

pub(crate) type Sent = Response<BoxBody<Bytes, io::Error>>;

/// Waits until the test lets the call go, or the client has waited long enough.
pub(crate) async fn stall(release: &watch::Sender<u64>, stalled: &watch::Sender<usize>) {
    struct Gone<'a>(&'a watch::Sender<usize>);
    impl Drop for Gone<'_> {
        fn drop(&mut self) {
            self.0.send_modify(|stalled| *stalled -= 1);
        }
    }
    let mut released = release.subscribe();
    stalled.send_modify(|stalled| *stalled += 1);
    let _gone = Gone(stalled);
    let _either = tokio::time::timeout(STALL, released.changed()).await;
}

fn head(answer: &Answer) -> hyper::http::response::Builder {
    let response = Response::builder().status(answer.status).header("content-length", answer.body.len());
    answer.headers.iter().fold(response, |response, (name, value)| response.header(*name, value))
}

pub(crate) fn sent(answer: Answer) -> Sent {
    let response = head(&answer);
    let body = Full::new(Bytes::from(answer.body)).map_err(|never: Infallible| match never {});
    response.body(body.boxed()).unwrap()
}

/// Sends half of the answer, then ends the connection.
pub(crate) fn cut(mut answer: Answer) -> Sent {
    let response = head(&answer);
    answer.body.truncate(answer.body.len() / 2);
    let half = stream::iter([Ok(Frame::data(Bytes::from(answer.body)))]);
    let end = stream::once(async {
        // The half must be on its way before the connection ends.
        tokio::task::yield_now().await;
        Err(io::Error::other("the connection ends in the middle of the answer"))
    });
    response.body(BodyExt::boxed(StreamBody::new(StreamExt::chain(half, end)))).unwrap()
}
