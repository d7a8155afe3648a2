//! The program is killed (SIGKILL) at random moments while donors give, pay, and get money back. Whatever it said yes to
//! is there afterwards, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mainstay::domain::clock::{Clock as _, SystemClock};
use mainstay::gateways::sandbox::{SandboxEvent, SandboxPayment, SandboxRefund};
use mainstay::store::Db;
use reqwest::{RequestBuilder, StatusCode};
use tokio::sync::watch;

use super::site::{Site, broken_rules, converge, message_id, webhook};
use super::{Summary, seed, size};
use crate::support::app::Engine;
use crate::support::client::{Answer, Client};
use crate::support::command::Serving;
use crate::support::gift::Form;
use crate::support::random::Random;
use crate::support::sql::{lines, number};
use crate::support::twins;

const DONORS: u64 = 4;
/// Longest time from the start of the program to its first answer.
const READY_WITHIN: Duration = Duration::from_secs(5);
const GROSS_MINOR: i64 = 2500;
const FEE_MINOR: i64 = 98;

async fn what_was_acknowledged_survives_every_kill(engine: Engine) {
    let faults = ["kill -9", "request cut off", "refund command beside the server"];
    let mut summary = Summary::of("kill_nine", engine, &faults);
    let kills = size(8, 500);
    let site = Arc::new(Site::new(engine).await);
    let crowd = Arc::new(Crowd::default());
    let random = Random::seeded(seed());
    let mut serving = site.command(&["serve"]).serve().await;
    let (address, where_it_is) = watch::channel(serving.url.clone());
    let donors: Vec<_> = (0..DONORS)
        .map(|number| {
            let donor = Donor {
                number,
                site: Arc::clone(&site),
                crowd: Arc::clone(&crowd),
                client: Client::new(""),
                address: where_it_is.clone(),
                random: random.fork(number + 1),
            };
            tokio::spawn(donor.give_until_closed())
        })
        .collect();

    let mut moments = random.fork(0);
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(moments.below(500))).await;
        serving.kill().await;
        summary.ran(1);
        summary.fault("kill -9", 1);
        let (started, took) = start(&site).await;
        serving = started;
        slowest = slowest.max(took);
        address.send_replace(serving.url.clone());
    }
    crowd.closed.store(true, Ordering::Relaxed);
    for donor in join_all(donors).await {
        donor.unwrap();
    }
    let db = site.database();
    converge(&db).await;

    summary.fault("request cut off", crowd.cut_off.load(Ordering::Relaxed));
    summary.fault("refund command beside the server", crowd.commands.load(Ordering::Relaxed));
    let log = crowd.log();
    summary.figure("gifts", log.gifts.len());
    summary.figure("webhooks acknowledged", log.events.len());
    summary.figure("refunds", log.refunds.len());
    summary.figure("5xx", crowd.unavailable.load(Ordering::Relaxed));
    summary.figure("slowest start in ms", slowest.as_millis());
    summary.lost(log.missing(&db).await);
    summary.lost(broken_rules(&db).await);
    summary.doubled(log.doubled(&db).await);
    letters(&db, &site, kills, &mut summary).await;
    assert!(slowest < READY_WITHIN, "not ready in {READY_WITHIN:?}: {slowest:?}");
    let printed = serving.stop().await.stderr;
    assert!(!printed.contains("panicked"), "{printed}");
    summary.finish();
}
twins!(what_was_acknowledged_survives_every_kill);

/// Starts the program and waits for its first answer.
async fn start(site: &Site) -> (Serving, Duration) {
    let began = Instant::now();
    let serving = site.command(&["serve"]).serve().await;
    let ready = Client::new(&serving.url).get("/health/ready").await;
    assert_eq!(ready.status, StatusCode::OK, "{}", serving.stderr());
    (serving, began.elapsed())
}

/// Letters: each receipt and each refund has one; a second copy of a letter comes only from a kill between the mail
/// server's yes and our note of it, at most one for each letter that was being sent.
async fn letters(db: &Db, site: &Site, kills: u64, summary: &mut Summary) {
    let mut copies: BTreeMap<String, u64> = BTreeMap::new();
    for message in site.mail.messages() {
        *copies.entry(message_id(&message.raw)).or_default() += 1;
    }
    let jobs = "SELECT id AS line FROM jobs WHERE kind IN ('send_receipt', 'send_refund_notice')";
    let jobs: BTreeSet<String> = lines(db, jobs).await.into_iter().collect();
    let sent = "SELECT j.id AS line FROM jobs j JOIN receipts r ON j.unique_key = 'send_receipt/' || r.id || '/0' \
                WHERE r.status = 'sent' UNION ALL SELECT id AS line FROM jobs WHERE kind = 'send_refund_notice'";
    let arrived = |id: &String| copies.keys().any(|letter| letter.starts_with(id.as_str()));
    summary.lost(lines(db, sent).await.into_iter().filter(|id| !arrived(id)).map(|id| format!("letter of {id}")));
    let unknown = |letter: &&String| !jobs.contains(letter.split('@').next().unwrap());
    summary.doubled(copies.keys().filter(unknown).map(|letter| format!("letter without a job: {letter}")));
    let again: u64 = copies.values().map(|count| count - 1).sum();
    summary.figure("letters", copies.len());
    summary.figure("letters twice", again);
    // Two letters can be under way at a time.
    if again > kills * 2 {
        summary.doubled([format!("{again} letters came again in {kills} kills")]);
    }
}

/// What all donors share.
#[derive(Default)]
struct Crowd {
    closed: AtomicBool,
    cut_off: AtomicU64,
    unavailable: AtomicU64,
    commands: AtomicU64,
    log: Mutex<Log>,
}

impl Crowd {
    fn log(&self) -> Log {
        self.log.lock().unwrap().clone()
    }

    fn note(&self, note: impl FnOnce(&mut Log)) {
        note(&mut self.log.lock().unwrap());
    }
}

/// What the program said yes to.
#[derive(Debug, Default, Clone)]
struct Log {
    /// The payment that each form led to.
    gifts: BTreeMap<u64, String>,
    events: BTreeSet<String>,
    /// Payment and minor units, by the key of the order or the gateway's name.
    refunds: BTreeMap<String, (String, i64)>,
}

impl Log {
    async fn missing(&self, db: &Db) -> Vec<String> {
        let set = async |sql: &str| lines(db, sql).await.into_iter().collect::<BTreeSet<String>>();
        let donations = set("SELECT remote_id AS line FROM donations WHERE gross_minor = 2500").await;
        let receipted = set("SELECT d.remote_id AS line FROM donations d JOIN receipts r ON r.donation_id = d.id").await;
        let events = set("SELECT event_id AS line FROM inbox WHERE status = 'processed'").await;
        let refunds = set("SELECT COALESCE(request_key, remote_id) || ' ' || amount_minor AS line FROM refunds \
                           WHERE status = 'succeeded'")
        .await;
        let gone = |what: &'static str, there: &BTreeSet<String>, name: &String| {
            (!there.contains(name)).then(|| format!("{what} {name}"))
        };
        let gifts = self.gifts.values();
        let refund = |(key, (_, minor)): (&String, &(String, i64))| format!("{key} {minor}");
        gifts
            .clone()
            .filter_map(|payment| gone("donation", &donations, payment))
            .chain(gifts.filter_map(|payment| gone("receipt of", &receipted, payment)))
            .chain(self.events.iter().filter_map(|event| gone("event", &events, event)))
            .chain(self.refunds.iter().map(refund).filter_map(|refund| gone("refund", &refunds, &refund)))
            .collect()
    }

    /// What is there more often than it was asked for.
    async fn doubled(&self, db: &Db) -> Vec<String> {
        let gifts = self.gifts.len();
        let more = |what: &str, there: i64, asked: usize| {
            let is_more = there > i64::try_from(asked).unwrap();
            is_more.then(|| format!("{there} {what} for {asked} asked for"))
        };
        let count = async |table: &str| number(db, &format!("SELECT COUNT(*) AS number FROM {table}")).await;
        let first_mails = number(
            db,
            "SELECT COUNT(*) AS number FROM receipts r WHERE (SELECT COUNT(*) FROM jobs j \
             WHERE j.unique_key = 'send_receipt/' || r.id || '/0') <> 1",
        );
        let receipts = gifts + self.refunds.len();
        let different: BTreeSet<&String> = self.gifts.values().collect();
        [
            more("pledges", count("pledges").await, gifts),
            more("payments at the gateway", count("sandbox_payments").await, gifts),
            more("donations", count("donations").await, gifts),
            more("events", count("inbox").await, self.events.len()),
            more("refunds", count("refunds").await, self.refunds.len()),
            more("receipts", count("receipts").await, receipts),
            more("receipts without their one mail job", first_mails.await, 0),
            (different.len() < gifts).then(|| "two forms led to one payment".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Gives again and again, and repeats every step until it is answered.
struct Donor {
    number: u64,
    site: Arc<Site>,
    crowd: Arc<Crowd>,
    client: Client,
    address: watch::Receiver<String>,
    random: Random,
}

impl Donor {
    async fn give_until_closed(mut self) {
        let mut gift = self.number;
        while !self.crowd.closed.load(Ordering::Relaxed) {
            self.give(gift).await;
            gift += DONORS;
            tokio::time::sleep(Duration::from_millis(self.random.below(40))).await;
        }
    }

    async fn give(&mut self, gift: u64) {
        let form = Form::gift().by(usize::try_from(gift).unwrap()).set("form_id", &format!("form-{gift}")).body();
        let page = self.until_answered(|client, site| client.form(&format!("{site}/donate"), form.clone())).await;
        let page = page.location().to_owned();
        let payment = page.strip_prefix("/sandbox/pay/").unwrap_or_else(|| panic!("{page}")).to_owned();
        self.crowd.note(|log| drop(log.gifts.insert(gift, payment.clone())));
        let button = "outcome=succeed&delivery=never".to_owned();
        self.until_answered(|client, site| client.form(&format!("{site}{page}"), button.clone())).await;

        let mut paid = SandboxPayment {
            id: payment.clone(),
            attempt: String::new(),
            amount_minor: GROSS_MINOR,
            currency: "EUR".to_owned(),
            status: "succeeded".to_owned(),
            fee_minor: FEE_MINOR,
            refunds: Vec::new(),
            changed_at: SystemClock.now(),
        };
        self.notify(&format!("sbe_{gift}_paid"), &paid).await;
        match self.random.below(10) {
            0 => self.order_refund(gift, &payment).await,
            1 | 2 => {
                let minor = 100 + i64::try_from(self.random.below(500)).unwrap();
                let id = format!("sbr_{gift}");
                self.crowd.note(|log| drop(log.refunds.insert(id.clone(), (payment.clone(), minor))));
                paid.refunds.push(SandboxRefund {
                    id,
                    refund: None,
                    amount_minor: minor,
                    status: "succeeded".to_owned(),
                    at: SystemClock.now(),
                });
                self.notify(&format!("sbe_{gift}_refunded"), &paid).await;
            }
            _ => {}
        }
    }

    /// Delivers an event as gateways do: until it is taken, and now and then once more.
    async fn notify(&mut self, id: &str, payment: &SandboxPayment) {
        let event = SandboxEvent { id: id.to_owned(), payment: payment.clone() };
        for _ in 0..=self.random.below(2) {
            let answer = self.until_answered(|client, site| webhook(client, site, &event)).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            self.crowd.note(|log| log.events.extend([id.to_owned()]));
        }
    }

    /// Staff give €5 back with the command, while the server runs or is being killed.
    async fn order_refund(&mut self, gift: u64, payment: &str) {
        let donation = format!("SELECT id AS line FROM donations WHERE remote_id = '{payment}'");
        let donation = {
            let db = self.site.database();
            let mut looks = tokio::time::interval(Duration::from_millis(50));
            loop {
                looks.tick().await;
                // The money must have been settled, which may take until the next start.
                if let Some(id) = lines(&db, &donation).await.pop() {
                    break id;
                }
            }
        };
        let key = format!("order-{gift}");
        loop {
            let order = ["refund", donation.as_str(), "--amount", "5", "--once", key.as_str()];
            let finished = self.site.command(&order).run().await;
            self.crowd.commands.fetch_add(1, Ordering::Relaxed);
            if finished.code == Some(0) {
                break;
            }
            self.crowd.unavailable.fetch_add(1, Ordering::Relaxed);
        }
        self.crowd.note(|log| drop(log.refunds.insert(key, (payment.to_owned(), 500))));
    }

    async fn until_answered(&mut self, request: impl Fn(&Client, &str) -> RequestBuilder) -> Answer {
        loop {
            let site = self.address.borrow_and_update().clone();
            match self.client.try_send(request(&self.client, &site)).await {
                Ok(answer) if answer.status.is_server_error() => {
                    self.crowd.unavailable.fetch_add(1, Ordering::Relaxed);
                }
                Ok(answer) => return answer,
                Err(_cut_off) => {
                    self.crowd.cut_off.fetch_add(1, Ordering::Relaxed);
                    // The next address, unless it was the connection alone that broke.
                    let again = Duration::from_millis(100);
                    drop(tokio::time::timeout(again, self.address.changed()).await);
                }
            }
        }
    }
}
