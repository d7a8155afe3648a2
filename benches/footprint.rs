//! What an idle site takes, and how soon it is there.

use crate::process::{self, Running, Server};
use crate::rounds::{Plan, Series, print_ceiling, print_figure};
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

const PAGE: &str = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

pub(crate) fn run(plan: &Plan) {
    memory(plan);
    start(plan);
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
