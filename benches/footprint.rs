//! What a site takes when idle and when busy, and how soon it is there.

use crate::landing;
use crate::pledges;
use crate::process::{self, Running, Server};
use crate::rounds::{Plan, Series, print_ceiling, print_figure};
use crate::settling::Books;
use crate::webhooks::{self, KEYS};
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

const PAGE: &str = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

pub(crate) fn run(plan: &Plan) {
    memory(plan);
    memory_under_load(plan);
    start(plan);
}

/// Visitors, donors and Stripe at the same time, while the worker draws and mails what they bring about. Stripe itself
/// cannot be reached: every event waits to be asked about again.
fn memory_under_load(plan: &Plan) {
    let folder = process::folder();
    let url = format!("sqlite://{}/site.db", folder.path().display());
    Books::open(&url).settle();
    let [key, secret, address] = KEYS;
    let settings = process::behind_proxy(plan, &[key, secret, address, ("MAINSTAY_DATABASE__URL", &url)]);
    let site = Server::start(process::mainstay(folder.path(), &settings).arg("serve"));
    let loads =
        [landing::browser(site.address), pledges::donors(site.address), webhooks::events(site.address)];
    let peaks = (0..plan.rounds).map(|_| {
        std::thread::scope(|scope| {
            for load in &loads {
                scope.spawn(|| load.run(plan.time));
            }
        });
        site.memory_mb("VmHWM")
    });
    let peaks = Series::of(peaks);
    let name = "highest memory with 3 x 64 clients (landing, pledges, webhooks) and the worker, resident";
    print_ceiling(name, &peaks, "MB", 150.0);
    print_figure("afterwards", &Series::of([site.memory_mb("VmRSS")]), "MB", 1);
}

/// Started, one page asked for, and then nothing.
fn memory(plan: &Plan) {
    let (mut resident, mut own) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let folder = process::folder();
        let site = Server::start(process::mainstay(folder.path(), &process::settings(plan)).arg("serve"));
        assert_eq!(process::ask(site.address, PAGE, &[]).unwrap().status, 200);
        std::thread::park_timeout(Duration::from_secs(1));
        resident.push(site.memory_mb("VmRSS"));
        own.push(site.memory_mb("RssAnon"));
    }
    print_ceiling("idle memory, resident", &Series::of(resident), "MB", 30.0);
    print_figure("of it not backed by the program's file", &Series::of(own), "MB", 1);
}

/// From starting the process to the first whole page, on a database that is there.
fn start(plan: &Plan) {
    const STARTS: usize = 20;
    let folder = process::folder();
    drop(Server::mainstay(folder.path(), &process::settings(plan)));
    let taken = (0..STARTS).map(|_| {
        let address = free_address();
        let bind = address.to_string();
        let mut settings = process::settings(plan);
        settings.push(("MAINSTAY_SERVER__BIND", bind.as_str()));
        let began = Instant::now();
        let mut command = process::mainstay(folder.path(), &settings);
        let site = Running::start(command.arg("serve").stdout(Stdio::null()));
        while !process::ask(address, PAGE, &[]).is_ok_and(|answer| answer.status == 200) {
            std::thread::park_timeout(Duration::from_millis(1));
        }
        let taken = began.elapsed().as_secs_f64() * 1000.0;
        drop(site);
        taken
    });
    let taken = Series::of(taken);
    print_ceiling("start to the first page, existing database, 20 starts", &taken, "ms", 150.0);
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap()
}
