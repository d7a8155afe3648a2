//! A program that is told by outgoing webhooks: it keeps what it hears, and answers what it is told to.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// What was heard once.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

#[derive(Default)]
struct Desk {
    heard: Vec<Heard>,
    /// The next answers; then 200.
    answers: VecDeque<u16>,
}

/// The program.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    desk: Arc<Mutex<Desk>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let desk: Arc<Mutex<Desk>> = Arc::default();
        let shared = Arc::clone(&desk);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = Arc::clone(&shared);
                let service = service_fn(move |request| hear(Arc::clone(&desk), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, desk }
    }

    /// What it says to the next requests.
    pub(crate) fn answers(&self, statuses: &[u16]) {
        self.desk.lock().unwrap().answers.extend(statuses);
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.desk.lock().unwrap().heard.clone()
    }
}

async fn hear(
    desk: Arc<Mutex<Desk>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let header = |name: &str| {
        request.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
    };
    let (id, timestamp, signature) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let mut desk = desk.lock().unwrap();
    desk.heard.push(Heard { id, timestamp, signature, body });
    let status = desk.answers.pop_front().unwrap_or(200);
    let moved = Response::builder().status(status).header("location", "http://127.0.0.1:1/");
    Ok(moved.body(Full::new(Bytes::from_static(b"secret inside"))).unwrap())
}
