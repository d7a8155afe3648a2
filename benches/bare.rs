//! The limit of `landing`: actix with one handler that knows its answer before it is asked.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data, get};
use actix_web::{App, HttpResponse, HttpServer};
use std::net::TcpListener;
use std::path::Path;

/// An answer as it was taken from ours.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Prepared {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The file in the folder that both processes know.
pub(crate) const FILE: &str = "answer.json";

struct Ready {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

async fn answer(ready: Data<Ready>) -> HttpResponse {
    let mut builder = HttpResponse::build(ready.status);
    for (name, value) in &ready.headers {
        builder.insert_header((name.clone(), value.clone()));
    }
    if ready.body.is_empty() { builder.finish() } else { builder.body(ready.body.clone()) }
}

/// Serves until killed, with as many threads as ours has in this bench, in the same kind of runtime.
pub(crate) fn serve(folder: &Path) {
    let prepared: Prepared = serde_json::from_slice(&std::fs::read(folder.join(FILE)).unwrap()).unwrap();
    let headers =
        prepared.headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let ready = Data::new(Ready {
        status: StatusCode::from_u16(prepared.status).unwrap(),
        headers: headers.collect(),
        body: prepared.body.into(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let server = HttpServer::new(move || App::new().app_data(ready.clone()).route("/", get().to(answer)))
            .workers(1)
            .listen(listener)
            .unwrap()
            .run();
        tokio::spawn(server).await.unwrap().unwrap();
    });
}
