//! Receipts: drawn as PDF, and mailed by the worker beside lettre alone that hands over the same bytes.
//!
//! Both sides keep two letters on their way at the same time, as the worker does by default, to the same mail server,
//! which takes everything at once and throws it away. Ours reads the queue and the books, writes the letter, draws
//! the PDF, builds the message, and writes down that it was sent: three durable commits for each.

use crate::process::{self, Running, cpu_of};
use crate::raw::postgres::PgBench;
use crate::rounds::{Comparison, Plan, Run, Series, print_figure};
use crate::settling::{Books, GIFT, TRANSFERS};
use crate::sink::Sink;
use chrono::NaiveDate;
use lettre::address::Envelope;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use mainstay::domain::ids::Id;
use mainstay::domain::money::{Currency, Money};
use mainstay::domain::receipt::{Organisation, Receipt, ReceiptNumber, ReceiptSnapshot, ReceiptStatus};
use mainstay::render::receipt;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Letters on their way at the same time: `jobs.workers` as it is by default.
const AT_ONCE: usize = 2;

pub(crate) fn mail_on_sqlite(plan: &Plan) {
    let folder = process::folder();
    mail(plan, "SQLite", &format!("sqlite://{}/site.db", folder.path().display()));
}

pub(crate) fn mail_on_postgres(plan: &Plan) {
    let database = PgBench::database("receipts");
    mail(plan, "PostgreSQL", &database.url);
}

fn mail(plan: &Plan, engine: &str, url: &str) {
    let (folder, sink, books) = (process::folder(), Sink::start(), Books::open(url));
    let server = format!("smtp://{}", sink.address);
    let mut settings = process::settings(plan);
    settings.push(("MAINSTAY_DATABASE__URL", url));
    settings.push(("MAINSTAY_MAIL__TRANSPORT", "smtp"));
    settings.push(("MAINSTAY_MAIL__SMTP_URL", &server));
    let mut costs = Vec::new();
    let mut ours = || {
        books.owe_receipts();
        let run = worker(folder.path(), &settings, &sink, plan.time);
        costs.extend(run.cpu_us);
        run
    };
    // The first letter is what the other side sends.
    ours();
    let message = sink.sample();
    Comparison {
        name: &format!("receipts mailed, {engine}, {} kB each, {AT_ONCE} at a time", message.len() / 1000),
        limit: "lettre alone, same bytes from memory, connections kept",
        goal: 0.7,
    }
    .run(plan, &mut ours, || lettre_alone(&sink, &message, plan.time));
    let drawing_us = drawing_cost_us(&receipt_of_one());
    let shares = costs.into_iter().map(|cost_us| 100.0 * drawing_us / cost_us);
    let name = format!("of the processor time of a mailed receipt, {engine}: drawing the PDF");
    print_figure(&name, &Series::of(shares), "%", 0);
}

/// The worker, as a process of its own, from its first letter until the time is over or the queue empty.
fn worker(folder: &std::path::Path, settings: &[(&str, &str)], sink: &Sink, time: Duration) -> Run {
    const LOOK: Duration = Duration::from_millis(2);
    let before = sink.taken();
    let mut command = process::mainstay(folder, settings);
    let worker = Running::start(command.arg("worker").stdout(Stdio::null()));
    let started = Instant::now();
    while sink.taken() == before {
        assert!(started.elapsed().as_secs() < 60, "no letter comes: the log is in {}", folder.display());
        std::thread::park_timeout(LOOK);
    }
    let (began, spent, first) = (Instant::now(), worker.cpu(), sink.taken());
    let queued = u64::try_from(TRANSFERS).unwrap();
    while began.elapsed() < time && sink.taken() < before + queued {
        std::thread::park_timeout(LOOK);
    }
    let (taken, elapsed) = ((sink.taken() - first) as f64, began.elapsed());
    Run::of_rate(taken / elapsed.as_secs_f64()).with_cpu(worker.cpu().saturating_sub(spent), elapsed)
}

fn lettre_alone(sink: &Sink, message: &Arc<Vec<u8>>, time: Duration) -> Run {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let own_cpu = || cpu_of("self").saturating_sub(sink.cpu());
    let (before, spent, address, began) = (sink.taken(), own_cpu(), sink.address, Instant::now());
    runtime.block_on(async {
        let mut senders = JoinSet::new();
        for _ in 0..AT_ONCE {
            let message = Arc::clone(message);
            senders.spawn(async move {
                let hello = ClientId::Domain("localhost".into());
                let envelope = envelope();
                // As ours: else the end of each message waits 40 ms for the server to confirm what came before.
                let stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let opening = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello);
                let mut connection = Box::pin(opening).await.unwrap();
                while began.elapsed() < time {
                    Box::pin(connection.send(&envelope, &message)).await.unwrap();
                }
            });
        }
        senders.join_all().await;
    });
    let (taken, elapsed) = ((sink.taken() - before) as f64, began.elapsed());
    Run::of_rate(taken / elapsed.as_secs_f64()).with_cpu(own_cpu().saturating_sub(spent), elapsed)
}

fn envelope() -> Envelope {
    let (from, to) = ("donations@localhost".parse().unwrap(), "ann@example.org".parse().unwrap());
    Envelope::new(Some(from), vec![to]).unwrap()
}

/// Receipts drawn one after the other, on one thread.
pub(crate) fn draw(plan: &Plan) {
    let sample = receipt_of_one();
    let bytes = receipt::pdf(&sample, None, &english()).unwrap().len();
    let rates = (0..plan.rounds).map(|_| drawn_within(&sample, plan.time));
    let name = format!("receipts drawn as PDF, {} kB each, one thread", bytes / 1000);
    print_figure(&name, &Series::of(rates), "/s", 0);
}

/// Microseconds of processor time for one.
fn drawing_cost_us(sample: &Receipt) -> f64 {
    const TIMES: u32 = 500;
    let before = cpu_of("self");
    for _ in 0..TIMES {
        receipt::pdf(sample, None, &english()).unwrap();
    }
    cpu_of("self").saturating_sub(before).as_secs_f64() * 1e6 / f64::from(TIMES)
}

fn drawn_within(sample: &Receipt, time: Duration) -> f64 {
    let (began, mut drawn) = (Instant::now(), 0_u32);
    while began.elapsed() < time {
        receipt::pdf(sample, None, &english()).unwrap();
        drawn += 1;
    }
    f64::from(drawn) / began.elapsed().as_secs_f64()
}

fn receipt_of_one() -> Receipt {
    let number = ReceiptNumber { series: "R".into(), year: 2026, number: 17 };
    let day = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
    let money = |minor| Money::new(minor, Currency::parse("EUR").unwrap()).into();
    let snapshot = ReceiptSnapshot {
        number: number.to_string(),
        issued_on: day,
        organisation: Organisation {
            name: "Example Press CIO".into(),
            address: vec!["12 Mill Lane".into(), "Leeds LS1 4AP".into()],
            registration: Some("Registered charity 1234567".into()),
            statement: Some("No goods or services were given in return for this gift.".into()),
        },
        donor_name: Some("Ann Reader".into()),
        donor_email: "ann@example.org".into(),
        campaign: "Press fund".into(),
        received_on: day,
        method: "bank_transfer".into(),
        gross: money(GIFT),
        refunded: money(0),
        net: money(GIFT),
        fee_cover: None,
        tribute: None,
        acknowledgement: None,
        replaces: None,
        locale: "en".into(),
    };
    let noon = day.and_hms_opt(12, 0, 0).unwrap().and_utc();
    let (id, donation) = (Id::from_ulid(ulid::Ulid::nil()), Id::from_ulid(ulid::Ulid::nil()));
    Receipt { id, donation, number, status: ReceiptStatus::Issued, snapshot, replaces: None, issued_at: noon }
}

fn english() -> mainstay::words::Language {
    mainstay::words::Language::english().unwrap()
}
