//! Stopping: what runs is finished, probes are told first, and processes are replaced one by one under load without a
//! donor noticing.

use super::site::Site;
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::command::Serving;
use crate::support::until;
use crate::trials::is_full;
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const PROCESSES: usize = 3;
/// Donors who give one gift after the other, and how many of them keep their connection.
const DONORS: usize = 4;

/// How many processes are stopped: each once, or two hundred times in the full trial.
fn stops() -> usize {
    if is_full() { 200 } else { PROCESSES }
}

/// Where a process is, and whether its probe says that it is ready.
struct Slot {
    address: Mutex<Option<SocketAddr>>,
    is_ready: AtomicBool,
    /// Probes that were answered or failed.
    probes: AtomicUsize,
    /// Connections that lead there.
    connections: AtomicUsize,
}

/// A load balancer: it probes every process, and passes each connection on to the next one that is ready.
struct Balancer {
    slots: Vec<Slot>,
    turn: AtomicUsize,
}

impl Balancer {
    async fn start() -> (Arc<Self>, String, JoinSet<()>) {
        let slot = |_| Slot {
            address: Mutex::new(None),
            is_ready: AtomicBool::new(false),
            probes: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        };
        let balancer =
            Arc::new(Self { slots: (0..PROCESSES).map(slot).collect(), turn: AtomicUsize::new(0) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut tasks = JoinSet::new();
        for number in 0..PROCESSES {
            tasks.spawn(Arc::clone(&balancer).probe(number));
        }
        tasks.spawn(Arc::clone(&balancer).accept(listener));
        (balancer, url, tasks)
    }

    fn put(&self, number: usize, serving: &Serving) {
        let address = serving.url.strip_prefix("http://").unwrap().parse().unwrap();
        *self.slots[number].address.lock().unwrap() = Some(address);
    }

    async fn probe(self: Arc<Self>, number: usize) {
        let slot = &self.slots[number];
        let mut probes = tokio::time::interval(Duration::from_millis(50));
        loop {
            probes.tick().await;
            let address = *slot.address.lock().unwrap();
            let is_ready = match address {
                Some(address) => {
                    let client = Client::new(&format!("http://{address}"));
                    let answer = client.request(reqwest::Method::GET, "/health/ready").send().await;
                    answer.is_ok_and(|answer| answer.status().is_success())
                }
                None => false,
            };
            slot.is_ready.store(is_ready, Ordering::SeqCst);
            slot.probes.fetch_add(1, Ordering::SeqCst);
        }
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            let (mut donor, _) = listener.accept().await.unwrap();
            let balancer = Arc::clone(&self);
            connections.spawn(async move {
                let (slot, mut process) = balancer.connect().await;
                // How a connection ends is for its two ends to judge.
                drop(tokio::io::copy_bidirectional(&mut donor, &mut process).await);
                slot.connections.fetch_sub(1, Ordering::SeqCst);
            });
        }
    }

    async fn connect(&self) -> (&Slot, TcpStream) {
        let mut looks = tokio::time::interval(Duration::from_millis(10));
        loop {
            let slot = &self.slots[self.turn.fetch_add(1, Ordering::SeqCst) % PROCESSES];
            // Counted before it is looked at: whoever sees no connection after it ceased to be ready sees the last.
            slot.connections.fetch_add(1, Ordering::SeqCst);
            if slot.is_ready.load(Ordering::SeqCst) {
                let address = (*slot.address.lock().unwrap()).unwrap();
                // Ready and yet closed would be an error that a donor sees.
                return (slot, TcpStream::connect(address).await.expect("a ready process is open"));
            }
            slot.connections.fetch_sub(1, Ordering::SeqCst);
            looks.tick().await;
        }
    }

    /// Waits until a process that was told to stop says so, nobody is sent there any more, and nobody is there.
    async fn is_drained(&self, number: usize) {
        let slot = &self.slots[number];
        let client = Client::new(&format!("http://{}", slot.address.lock().unwrap().unwrap()));
        until("the process says that it is about to stop", async || {
            client.get("/health/ready").await.text().contains("about to stop").then_some(())
        })
        .await;
        // The probe after the one that may have been on its way.
        let probes = slot.probes.load(Ordering::SeqCst) + 2;
        until("the balancer has heard it", async || {
            (slot.probes.load(Ordering::SeqCst) >= probes).then_some(())
        })
        .await;
        assert!(!slot.is_ready.load(Ordering::SeqCst));
        until("nobody is there any more", async || {
            (slot.connections.load(Ordering::SeqCst) == 0).then_some(())
        })
        .await;
    }
}

/// Gives one gift after the other until told to stop; panics at the first error that a donor would see. Returns the
/// pages that said thanks.
async fn give(url: String, donor: usize, is_over: Arc<AtomicBool>) -> Vec<String> {
    let mut client = Client::new(&url);
    let mut thanks = Vec::new();
    while !is_over.load(Ordering::SeqCst) {
        if donor.is_multiple_of(2) {
            // A browser that comes back later.
            client = Client::new(&url);
        }
        let email = format!("donor-{donor}-{}@example.org", thanks.len());
        let form = [
            ("campaign", "press-fund"),
            ("amount", "25"),
            ("currency", "EUR"),
            ("gateway", "sandbox"),
            ("email", email.as_str()),
        ];
        assert_eq!(client.get("/").await.status, 200);
        let page = client.post("/donate", &form).await.location().to_owned();
        let paid = client.post(&page, &[("outcome", "succeed"), ("delivery", "now")]).await;
        let place = paid.location().to_owned();
        let place = place[place.find("/thanks/").unwrap()..].to_owned();
        assert_eq!(client.get(&place).await.status, 200);
        thanks.push(place);
    }
    thanks
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_are_replaced_one_by_one_under_load_and_no_donor_sees_it() {
    let site = Site::on(Engine::Postgres);
    let start = || {
        site.call(&["serve"])
            // As long as the balancer needs: a busy machine takes its time.
            .env("MAINSTAY_SERVER__DRAIN_S", "3600")
            .env("MAINSTAY_LIMITS__PLEDGES_PER_IP_BURST", "1000000")
            .env("MAINSTAY_LIMITS__PLEDGES_PER_IP_PER_HOUR", "1000000")
            .env("MAINSTAY_DATABASE__POOL_SIZE", "4")
            .serve()
    };
    let (balancer, url, _tasks) = Balancer::start().await;
    let mut running = Vec::new();
    for number in 0..PROCESSES {
        running.push(start().await);
        balancer.put(number, &running[number]);
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let mut donors = JoinSet::new();
    for donor in 0..DONORS {
        donors.spawn(give(url.clone(), donor, Arc::clone(&is_over)));
    }

    for stop in 0..stops() {
        let number = stop % PROCESSES;
        let fresh = start().await;
        let old = std::mem::replace(&mut running[number], fresh);
        old.terminate();
        balancer.is_drained(number).await;
        let finished = old.stop().await;
        assert_eq!(finished.code, Some(0), "{finished:?}");
        balancer.put(number, &running[number]);
        assert!(donors.try_join_next().is_none(), "a donor saw an error");
        until("the new process is ready", async || {
            balancer.slots[number].is_ready.load(Ordering::SeqCst).then_some(())
        })
        .await;
    }
    is_over.store(true, Ordering::SeqCst);
    let thanks: Vec<String> = donors.join_all().await.concat();

    assert!(thanks.len() >= stops(), "only {} gifts", thanks.len());
    let gifts = i64::try_from(thanks.len()).unwrap();
    until("every acknowledged gift in the books", async || {
        (site.count("SELECT COUNT(*) AS count FROM donations WHERE gross_minor = 2500") == gifts)
            .then_some(())
    })
    .await;
    assert_eq!(site.count("SELECT COUNT(*) AS count FROM receipts"), gifts);
    site.runs(&["doctor"]).await;
    for (number, serving) in running.into_iter().enumerate() {
        serving.terminate();
        balancer.is_drained(number).await;
        assert_eq!(serving.stop().await.code, Some(0));
    }
    println!(
        "trial rolling Postgres: {} stops under load, {gifts} gifts, no error, 0 lost, 0 doubled",
        stops()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn probes_are_told_before_the_port_closes_and_a_second_signal_ends_the_wait() {
    let site = Site::on(Engine::Sqlite);
    let serving = site.call(&["serve"]).env("MAINSTAY_SERVER__DRAIN_S", "3600").serve().await;
    let client = Client::new(&serving.url);
    assert_eq!(client.get("/health/ready").await.status, 200);
    assert_eq!(client.get("/").await.header("connection"), "");

    serving.terminate();

    until("the probe says no", async || {
        let answer = client.get("/health/ready").await;
        (answer.status == 503 && answer.header("retry-after") == "5").then_some(())
    })
    .await;
    let page = client.get("/").await;
    assert_eq!((page.status.as_u16(), page.header("connection")), (200, "close"));
    assert_eq!(client.get("/health/live").await.status, 200);
    assert_eq!(serving.stop().await.code, Some(0));
}

/// Lets no pledge be written until it is dropped.
enum Holder {
    Sqlite(#[expect(dead_code, reason = "holds the lock")] SqliteConnection),
    Postgres(#[expect(dead_code, reason = "holds the lock")] PgConnection),
}

impl Holder {
    fn of(site: &Site) -> Self {
        match site.database_url.strip_prefix("sqlite://") {
            Some(path) => {
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE;").unwrap();
                Self::Sqlite(conn)
            }
            None => {
                let mut conn = PgConnection::establish(&site.database_url).unwrap();
                conn.batch_execute("BEGIN; LOCK TABLE pledges IN EXCLUSIVE MODE;").unwrap();
                Self::Postgres(conn)
            }
        }
    }
}

async fn a_gift_on_its_way_when_the_signal_comes_is_taken_and_answered(engine: Engine) {
    let site = Site::on(engine);
    let serving =
        site.call(&["serve", "--no-worker"]).env("MAINSTAY_DATABASE__BUSY_TIMEOUT_MS", "30000").serve().await;
    let client = Client::new(&serving.url);
    assert_eq!(client.get("/health/ready").await.status, 200);
    let holder = Holder::of(&site);
    let address = serving.url.strip_prefix("http://").unwrap().to_owned();
    let mut donor = TcpStream::connect(&address).await.unwrap();
    let body = "campaign=press-fund&amount=25&currency=EUR&gateway=sandbox&email=ann%40example.org";
    let head = format!(
        "POST /donate HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         sec-fetch-site: same-origin\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    donor.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = vec![0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    donor.read_exact(&mut go_on).await.unwrap();
    donor.write_all(body.as_bytes()).await.unwrap();

    serving.terminate();
    until("the port is closed", async || TcpStream::connect(&address).await.is_err().then_some(())).await;
    drop(holder);

    let mut answer = String::new();
    donor.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert!(answer.contains("location: /sandbox/pay/"), "{answer}");
    assert_eq!(serving.ends().await.code, Some(0));
    assert_eq!(site.count("SELECT COUNT(*) AS count FROM pledges"), 1);
}
crate::support::twins!(a_gift_on_its_way_when_the_signal_comes_is_taken_and_answered);
