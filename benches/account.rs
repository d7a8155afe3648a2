//! A donor's own front page: with ten years of monthly gifts behind it, beside one with a single gift.

use crate::load::Load;
use crate::process::{self, Server};
use crate::raw::postgres::PgBench;
use crate::renewals;
use crate::rounds::{Comparison, Plan};
use crate::settling::Books;
use chrono::TimeDelta;
use mainstay::domain::account::Session;
use mainstay::domain::ids::DonorId;
use mainstay::store::{attempts, pledges, sessions};
use mainstay::usecases::Context;
use sha2::{Digest as _, Sha256};

/// Monthly gifts of ten years.
const GIFTS: u32 = 120;

pub(crate) fn run(plan: &Plan) {
    let folder = process::folder();
    let sqlite = format!("sqlite://{}/site.db", folder.path().display());
    compare("SQLite", &sqlite, plan);
    let database = PgBench::database("account");
    compare("PostgreSQL", &database.url, plan);
}

fn compare(engine: &str, url: &str, plan: &Plan) {
    let books = Books::open(url);
    let [long, short] = books.block_on(async {
        let patrons = renewals::join(books.ctx(), 2).await;
        for round in 0..GIFTS {
            let charged = if round == 0 { patrons.clone() } else { vec![patrons[0]] };
            renewals::charge(books.ctx(), &charged, round).await;
        }
        let mut cookies = Vec::new();
        for attempt in patrons {
            let found = books.ctx().db.read(move |conn| {
                let attempt = attempts::find(conn, attempt)?.unwrap();
                pledges::get(conn, attempt.pledge)
            });
            let donor = found.await.unwrap().donor.unwrap();
            cookies.push(sign_in(books.ctx(), donor).await);
        }
        <[String; 2]>::try_from(cookies).unwrap()
    });
    let folder = process::folder();
    let settings = [("MAINSTAY_DATABASE__URL", url), ("MAINSTAY_LOG__LEVEL", plan.log.as_str())];
    let site = Server::mainstay(folder.path(), &settings);
    site.wait_until_idle();
    let load = |cookie: &str| {
        let request = format!(
            "GET /account HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench\r\ncookie: mainstay_session={cookie}\r\n\r\n"
        );
        Load::same(site.address, request, 200)
    };
    let (ours, limit) = (load(&long), load(&short));
    Comparison {
        name: &format!("GET /account, {engine}, {GIFTS} gifts, 64 connections"),
        limit: "the same page with one gift",
        goal: 0.8,
    }
    .run(plan, || site.under(&ours, plan.time), || site.under(&limit, plan.time));
}

/// The cookie of a browser in which a donor is signed in.
async fn sign_in(ctx: &Context, donor: DonorId) -> String {
    let cookie = hex::encode(Sha256::digest(donor.to_string().as_bytes()));
    let hash = hex::encode(Sha256::digest(cookie.as_bytes()));
    let now = ctx.now();
    let session = Session {
        id: ctx.new_id(),
        donor,
        browser: "bench".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + TimeDelta::hours(24),
    };
    ctx.db.write(move |tx| sessions::insert(tx, &session, &hash)).await.unwrap();
    cookie
}
