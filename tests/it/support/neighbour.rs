//! Another site: pages of its own, at another origin, as a publisher's friends have them.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

type Pages = Arc<Mutex<BTreeMap<String, String>>>;

/// The other site.
pub(crate) struct Neighbour {
    /// Its origin: a host of another name than that of the site under test.
    pub(crate) origin: String,
    pages: Pages,
}

impl Neighbour {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let pages = Pages::default();
        let shared = Arc::clone(&pages);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let pages = Arc::clone(&shared);
                let service = service_fn(move |request| {
                    std::future::ready(Ok::<_, Infallible>(answer(&pages, &request)))
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { origin, pages }
    }

    /// Puts a page up, and returns its address.
    pub(crate) fn shows(&self, path: &str, html: &str) -> String {
        self.pages.lock().unwrap().insert(path.to_owned(), html.to_owned());
        format!("{}{path}", self.origin)
    }
}

fn answer(pages: &Pages, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let page = pages.lock().unwrap().get(request.uri().path()).cloned();
    let answer = Response::builder()
        .status(if page.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND })
        .header("content-type", "text/html; charset=utf-8");
    answer.body(Full::new(Bytes::from(page.unwrap_or_default()))).unwrap()
}
