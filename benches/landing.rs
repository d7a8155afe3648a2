//! The front page over keep-alive connections, in every form, beside bare actix with the same bytes.

use crate::bare::{self, Prepared};
use crate::load::Load;
use crate::process::{self, Server};
use crate::rounds::{Comparison, Plan};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

/// The headers without which the answer would mean something else.
const HEADERS: [&str; 5] = ["content-type", "etag", "content-encoding", "cache-control", "vary"];

const BROWSER: &str = "accept-encoding: gzip, deflate, br, zstd\r\n";

pub(crate) fn run(plan: &Plan) {
    let folder = process::folder();
    let mut settings = process::settings(plan);
    settings.push(("MAINSTAY_SERVER__WORKERS", "1"));
    let site = Server::mainstay(folder.path(), &settings);
    let first = process::ask(site.address, &request(""), &HEADERS).unwrap();
    let etag =
        first.headers.iter().find(|(name, _)| *name == "etag").map(|(_, value)| value.as_str()).unwrap();
    let forms = [
        ("plain", String::new()),
        ("gzip", "accept-encoding: gzip\r\n".to_owned()),
        ("br", BROWSER.to_owned()),
        ("304", format!("{BROWSER}if-none-match: {etag}\r\n")),
    ];
    for (form, header) in forms {
        compare(plan, &site, form, &request(&header));
    }
}

fn compare(plan: &Plan, site: &Server, form: &str, request: &str) {
    let answer = process::ask(site.address, request, &HEADERS).unwrap();
    let prepared = Prepared {
        status: answer.status,
        headers: answer.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        body: answer.body,
    };
    let folder = process::folder();
    std::fs::write(folder.path().join(bare::FILE), serde_json::to_vec(&prepared).unwrap()).unwrap();
    let own = std::env::current_exe().unwrap();
    let bare = Server::start(Command::new(own).arg("bare").arg(folder.path()).stderr(Stdio::inherit()));
    let same = process::ask(bare.address, request, &HEADERS).unwrap();
    assert!(same.status == prepared.status && same.body == prepared.body, "both sides answer the same");

    let load = |server: &Server| Load::same(server.address, request.to_owned(), prepared.status);
    let (ours, limit) = (load(site), load(&bare));
    Comparison {
        name: &format!("landing page, {form}, {} bytes, 64 connections, one worker", prepared.body.len()),
        limit: "bare actix handler, same body and headers",
        goal: 0.9,
    }
    .run(plan, || site.under(&ours, plan.time), || bare.under(&limit, plan.time));
}

/// What a browser asks for at its first visit.
pub(crate) fn browser(address: SocketAddr) -> Load {
    Load::same(address, request(BROWSER), 200)
}

fn request(headers: &str) -> String {
    format!("GET / HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench\r\n{headers}\r\n")
}
