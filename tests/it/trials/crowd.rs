//! Donors who give, pay, and get money back, all at once, and repeat every step until it is answered. They write down what
//! they were told yes to, so that it can be looked for afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mainstay::domain::clock::{Clock as _, SystemClock};
use mainstay::gateways::sandbox::{SandboxEvent, SandboxPayment, SandboxRefund};
use mainstay::store::Db;
use reqwest::{RequestBuilder, StatusCode};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Summary;
use super::site::{Site, broken_rules, message_id, paid, webhook};
use crate::support::client::{Answer, Client};
use crate::support::gift::Form;
use crate::support::random::Random;
use crate::support::sql::{lines, number, try_lines};

const DONORS: u64 = 4;

/// The donors, while they give.
pub(super) struct Crowd {
    pub(super) shared: Arc<Shared>,
    donors: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Lets donors in, who find the site at the address of the moment.
    pub(super) fn enter(site: &Arc<Site>, address: &watch::Receiver<String>, random: &Random) -> Self {
        let shared = Arc::new(Shared::default());
        let donor = |number| Donor {
            number,
            site: Arc::clone(site),
            shared: Arc::clone(&shared),
            client: Client::new(""),
            address: address.clone(),
            random: random.fork(number + 1),
        };
        let donors = (0..DONORS).map(|number| tokio::spawn(donor(number).give_until_closed())).collect();
        Self { shared, donors }
    }

    /// Whether somebody has given money back by the command, beside the server.
    pub(super) fn has_used_the_command(&self) -> bool {
        self.shared.commands.load(Ordering::Relaxed) > 0
    }

    /// Lets each donor finish what was begun.
    pub(super) async fn leave(self) -> Arc<Shared> {
        self.shared.closed.store(true, Ordering::Relaxed);
        for donor in join_all(self.donors).await {
            donor.unwrap();
        }
        self.shared
    }
}

impl Shared {
    /// Holds what is on record against what was acknowledged. `again` is how many letters may have come twice.
    pub(super) async fn judge(&self, db: &Db, site: &Site, again: u64, summary: &mut Summary) {
        let log = self.log.lock().unwrap().clone();
        summary.figure("gifts", log.gifts.len());
        summary.figure("webhooks acknowledged", log.events.len());
        summary.figure("refunds", log.refunds.len());
        summary.lost(log.missing(db).await);
        summary.lost(broken_rules(db).await);
        summary.doubled(log.doubled(db).await);
        letters(db, site, again, summary).await;
    }

    /// As [`judge`](Self::judge), with pledges of somebody who was not one of the crowd and never paid.
    pub(super) async fn judge_all_but(
        &self,
        db: &Db,
        site: &Site,
        (again, other): (u64, &str),
        summary: &mut Summary,
    ) {
        let others =
            number(db, &format!("SELECT COUNT(*) AS number FROM pledges WHERE email = '{other}'")).await;
        self.log.lock().unwrap().others = usize::try_from(others).unwrap();
        self.judge(db, site, again, summary).await;
    }

    pub(super) fn slowest(&self) -> Duration {
        Duration::from_millis(self.slowest_ms.load(Ordering::Relaxed))
    }
}

/// Letters: each receipt and each refund has one; a second copy of a letter comes only from a fault between the mail
/// server's yes and our note of it.
async fn letters(db: &Db, site: &Site, most_again: u64, summary: &mut Summary) {
    let mut copies: BTreeMap<String, u64> = BTreeMap::new();
    for message in site.mail.messages() {
        *copies.entry(message_id(&message.raw)).or_default() += 1;
    }
    let jobs = "SELECT id AS line FROM jobs WHERE kind IN ('send_receipt', 'send_refund_notice')";
    let jobs: BTreeSet<String> = lines(db, jobs).await.into_iter().collect();
    let sent = "SELECT j.id AS line FROM jobs j JOIN receipts r ON j.unique_key = 'send_receipt/' || r.id || '/0' \
                WHERE r.status = 'sent' UNION ALL SELECT id AS line FROM jobs WHERE kind = 'send_refund_notice'";
    let arrived = |id: &String| copies.keys().any(|letter| letter.starts_with(id.as_str()));
    summary.lost(
        lines(db, sent).await.into_iter().filter(|id| !arrived(id)).map(|id| format!("letter of {id}")),
    );
    let unknown = |letter: &&String| !jobs.contains(letter.split('@').next().unwrap());
    summary.doubled(copies.keys().filter(unknown).map(|letter| format!("letter without a job: {letter}")));
    let again: u64 = copies.values().map(|count| count - 1).sum();
    summary.figure("letters", copies.len());
    summary.figure("letters twice", again);
    if again > most_again {
        summary.doubled([format!("{again} letters came again")]);
    }
}

/// What all donors share.
#[derive(Default)]
pub(super) struct Shared {
    closed: AtomicBool,
    /// Requests without an answer.
    pub(super) cut_off: AtomicU64,
    /// Answers that say: not now.
    pub(super) unavailable: AtomicU64,
    /// Refund commands beside the server.
    pub(super) commands: AtomicU64,
    /// Requests that were answered well.
    pub(super) answered: AtomicU64,
    slowest_ms: AtomicU64,
    log: Mutex<Log>,
}

impl Shared {
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
    /// Pledges that others made and never paid.
    others: usize,
    /// Payment and minor units, by the key of the order or the gateway's name.
    refunds: BTreeMap<String, (String, i64)>,
}

impl Log {
    async fn missing(&self, db: &Db) -> Vec<String> {
        let set = async |sql: &str| lines(db, sql).await.into_iter().collect::<BTreeSet<String>>();
        let donations = set("SELECT remote_id AS line FROM donations WHERE gross_minor = 2500").await;
        let receipted =
            set("SELECT d.remote_id AS line FROM donations d JOIN receipts r ON r.donation_id = d.id").await;
        let events = set("SELECT event_id AS line FROM inbox WHERE status = 'processed'").await;
        let refunds =
            set("SELECT COALESCE(request_key, remote_id) || ' ' || amount_minor AS line FROM refunds \
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
            more("pledges", count("pledges").await, gifts + self.others),
            more("payments at the gateway", count("sandbox_payments").await, gifts + self.others),
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
    shared: Arc<Shared>,
    client: Client,
    address: watch::Receiver<String>,
    random: Random,
}

impl Donor {
    async fn give_until_closed(mut self) {
        let mut gift = self.number;
        while !self.shared.closed.load(Ordering::Relaxed) {
            self.give(gift).await;
            gift += DONORS;
            tokio::time::sleep(Duration::from_millis(self.random.below(40))).await;
        }
    }

    async fn give(&mut self, gift: u64) {
        let form =
            Form::gift().by(usize::try_from(gift).unwrap()).set("form_id", &format!("form-{gift}")).body();
        let page = loop {
            let answer =
                self.until_answered(|client, site| client.form(&format!("{site}/donate"), form.clone()));
            let page = answer.await.location().to_owned();
            if page.starts_with("/sandbox/pay/") {
                break page;
            }
            // The gateway gave no answer: it is asked again in ten seconds, and then the form leads on.
            tokio::time::sleep(Duration::from_millis(300)).await;
        };
        let payment = page.strip_prefix("/sandbox/pay/").unwrap().to_owned();
        self.shared.note(|log| drop(log.gifts.insert(gift, payment.clone())));
        let button = "outcome=succeed&delivery=never".to_owned();
        self.until_answered(|client, site| client.form(&format!("{site}{page}"), button.clone())).await;

        let mut state = paid(&payment, SystemClock.now());
        self.notify(&format!("sbe_{gift}_paid"), &state).await;
        match self.random.below(10) {
            0 => self.order_refund(gift, &payment).await,
            1 | 2 => {
                let minor = 100 + i64::try_from(self.random.below(500)).unwrap();
                let id = format!("sbr_{gift}");
                self.shared.note(|log| drop(log.refunds.insert(id.clone(), (payment.clone(), minor))));
                state.refunds.push(SandboxRefund {
                    id,
                    refund: None,
                    amount_minor: minor,
                    status: "succeeded".to_owned(),
                    at: SystemClock.now(),
                });
                self.notify(&format!("sbe_{gift}_refunded"), &state).await;
            }
            _ => {}
        }
    }

    /// Delivers an event as gateways do: until it is taken, and now and then once more.
    async fn notify(&mut self, id: &str, payment: &SandboxPayment) {
        let event = SandboxEvent { id: id.to_owned(), payment: payment.clone(), subscription: None };
        for _ in 0..=self.random.below(2) {
            let answer = self.until_answered(|client, site| webhook(client, site, &event)).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            self.shared.note(|log| log.events.extend([id.to_owned()]));
        }
    }

    /// Staff give €5 back with the command, while the server runs or is being killed.
    async fn order_refund(&mut self, gift: u64, payment: &str) {
        let donation = format!("SELECT id AS line FROM donations WHERE remote_id = '{payment}'");
        let donation = {
            let mut looks = tokio::time::interval(Duration::from_millis(50));
            loop {
                looks.tick().await;
                // The money must have been settled, which may take until the next start.
                let Some(db) = self.site.try_database() else { continue };
                if let Some(id) = try_lines(&db, &donation).await.unwrap_or_default().pop() {
                    break id;
                }
            }
        };
        let key = format!("order-{gift}");
        loop {
            let order = ["refund", donation.as_str(), "--amount", "5", "--once", key.as_str()];
            let finished = self.site.command(&order).run().await;
            self.shared.commands.fetch_add(1, Ordering::Relaxed);
            if finished.code == Some(0) {
                break;
            }
        }
        self.shared.note(|log| drop(log.refunds.insert(key, (payment.to_owned(), 500))));
    }

    async fn until_answered(&mut self, request: impl Fn(&Client, &str) -> RequestBuilder) -> Answer {
        loop {
            let site = self.address.borrow_and_update().clone();
            let began = Instant::now();
            let answer = self.client.try_send(request(&self.client, &site)).await;
            let took = u64::try_from(began.elapsed().as_millis()).unwrap();
            self.shared.slowest_ms.fetch_max(took, Ordering::Relaxed);
            match answer {
                Ok(answer) if answer.status == StatusCode::SERVICE_UNAVAILABLE => {
                    self.shared.unavailable.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok(answer) => {
                    self.shared.answered.fetch_add(1, Ordering::Relaxed);
                    return answer;
                }
                Err(_cut_off) => {
                    self.shared.cut_off.fetch_add(1, Ordering::Relaxed);
                    // The next address, unless it was the connection alone that broke.
                    let again = Duration::from_millis(100);
                    drop(tokio::time::timeout(again, self.address.changed()).await);
                }
            }
        }
    }
}
