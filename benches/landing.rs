//! The front page over keep-alive connections, in every form, beside bare actix that has the same answer ready.

use crate::bare::{self, Prepared};
use crate::load::Load;
use crate::process::{self, Server};
use crate::rounds::{Comparison, Plan};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

/// The headers of an answer that are the same each time: what it is, and what a browser may do with it. The other side sends them,
/// too: an answer without them would be another answer.
const HEADERS: [&str; 11] = [
    "content-type",
    "etag",
    "content-encoding",
    "cache-control",
    "vary",
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
];

/// The forms that browsers take.
pub(crate) const BROWSER: &str = "accept-encoding: gzip, deflate, br, zstd\r\n";

pub(crate) fn run(plan: &Plan) {
    let folder = process::folder();
    let mut settings = process::settings(plan);
    settings.push(("MAINSTAY_SERVER__WORKERS", "1"));
    let site = Server::mainstay(folder.path(), &settings);
    let first = process::ask(site.address, &request("/", ""), &HEADERS).unwrap();
    let etag =
        first.headers.iter().find(|(name, _)| *name == "etag").map(|(_, value)| value.as_str()).unwrap();
    let forms = [
        ("plain", String::new()),
        ("gzip", "accept-encoding: gzip\r\n".to_owned()),
        ("br", BROWSER.to_owned()),
        ("304", format!("{BROWSER}if-none-match: {etag}\r\n")),
    ];
    for (form, header) in forms {
        compare(plan, &site, &Asked { what: &format!("landing page, {form}"), path: "/", headers: &header });
    }
}

/// What is asked for, and how.
pub(crate) struct Asked<'a> {
    /// In words.
    pub(crate) what: &'a str,
    /// Its address on the site.
    pub(crate) path: &'a str,
    /// More lines of the request's head.
    pub(crate) headers: &'a str,
}

/// A page beside bare actix with the same bytes, which has them at its front page.
pub(crate) fn compare(plan: &Plan, site: &Server, asked: &Asked<'_>) {
    let (own_request, bare_request) = (request(asked.path, asked.headers), request("/", asked.headers));
    let answer = process::ask(site.address, &own_request, &HEADERS).unwrap();
    let prepared = Prepared {
        status: answer.status,
        headers: answer.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        body: answer.body,
    };
    let folder = process::folder();
    std::fs::write(folder.path().join(bare::FILE), serde_json::to_vec(&prepared).unwrap()).unwrap();
    let own = std::env::current_exe().unwrap();
    let bare = Server::start(Command::new(own).arg("bare").arg(folder.path()).stderr(Stdio::inherit()));
    let same = process::ask(bare.address, &bare_request, &HEADERS).unwrap();
    assert!(same.status == prepared.status && same.body == prepared.body, "both sides answer the same");

    let load = |server: &Server, request: String| Load::same(server.address, request, prepared.status);
    let (ours, limit) = (load(site, own_request), load(&bare, bare_request));
    Comparison {
        name: &format!("{}, {} bytes, 64 connections, one worker", asked.what, prepared.body.len()),
        limit: "bare actix handler, same body and headers",
        goal: 0.9,
    }
    .run(plan, || site.under(&ours, plan.time), || bare.under(&limit, plan.time));
}

/// What a browser asks for at its first visit.
pub(crate) fn browser(address: SocketAddr) -> Load {
    Load::same(address, request("/", BROWSER), 200)
}

pub(crate) fn request(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench\r\n{headers}\r\n")
}
