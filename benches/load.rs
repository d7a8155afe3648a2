//! Clients over persistent connections: each sends its next request when the answer to the last is complete.
//!
//! An own generator rather than wrk, for three reasons: it counts only complete answers of the wanted status, every
//! request can differ (donors do), and the bench needs no further program. It runs on one thread and loads both
//! sides alike; the processor time of the server is measured beside the rate, and does not depend on it.

use crate::process::cpu_of;
use crate::rounds::Run;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Clients at the same time, in every bench.
pub(crate) const CLIENTS: usize = 64;

/// Writes the bytes of the next request.
pub(crate) type NextRequest = Arc<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// Requests for one server.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) next: NextRequest,
    /// The status of a right answer.
    pub(crate) wanted: u16,
}

impl Load {
    /// The same request again and again.
    pub(crate) fn same(address: SocketAddr, request: String, wanted: u16) -> Self {
        let next = move |out: &mut Vec<u8>| out.extend_from_slice(request.as_bytes());
        Self { address, next: Arc::new(next), wanted }
    }

    /// Keeps the server busy for a while.
    pub(crate) fn run(&self, time: Duration) -> Run {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answered: Vec<f64> = runtime.block_on(async {
            let end = Instant::now() + time;
            let mut clients = JoinSet::new();
            for _ in 0..CLIENTS {
                clients.spawn(client(self.clone(), end));
            }
            clients.join_all().await.into_iter().flatten().collect()
        });
        let p99_ms = percentile_99(&answered);
        Run { rate: answered.len() as f64 / time.as_secs_f64(), cpu_us: None, p99_ms: Some(p99_ms) }
    }
}

fn percentile_99(milliseconds: &[f64]) -> f64 {
    let mut sorted = milliseconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() * 99 / 100).copied().unwrap_or_default()
}

/// One client; gives the milliseconds of each answer that came in time.
async fn client(load: Load, end: Instant) -> Vec<f64> {
    let mut connection = Connection::open(load.address).await.unwrap();
    let (mut request, mut times) = (Vec::new(), Vec::new());
    while Instant::now() < end {
        request.clear();
        (load.next)(&mut request);
        let sent = Instant::now();
        let status = connection.exchange(&request).await.unwrap();
        assert_eq!(status, load.wanted, "{}", connection.text());
        times.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

/// A persistent connection that reads answers whose length is given.
pub(crate) struct Connection {
    socket: TcpStream,
    answer: Vec<u8>,
    body_at: usize,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        Ok(Self { socket, answer: Vec::with_capacity(128 * 1024), body_at: 0 })
    }

    /// Sends a request, takes its whole answer, and gives the status.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        self.socket.write_all(request).await?;
        self.answer.clear();
        let mut whole = None;
        while whole.is_none_or(|length| self.answer.len() < length) {
            if self.socket.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            whole = whole.or_else(|| self.length());
        }
        let status = self.answer.get(9..12).and_then(|digits| str::from_utf8(digits).ok());
        status.and_then(|digits| digits.parse().ok()).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// The length of head and body, once the head is there.
    fn length(&mut self) -> Option<usize> {
        let head = self.answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        self.body_at = head + 4;
        let body = self.header("content-length").map_or(0, |length| length.parse().unwrap());
        Some(self.body_at + body)
    }

    /// A header of the answer; names are compared without regard to case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let head = str::from_utf8(&self.answer[..self.body_at]).ok()?;
        let mut fields = head.split("\r\n").filter_map(|line| line.split_once(": "));
        fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.answer[self.body_at..]
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.answer).into_owned()
    }
}

/// Keeps `CLIENTS` tasks busy with calls that need no socket, and gives the rate.
pub(crate) fn run_in_process<F, W>(time: Duration, work: F) -> Run
where
    F: Fn() -> W + Clone + Send + 'static,
    W: Future<Output = ()> + Send,
{
    let before = cpu_of("self");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let done: Vec<f64> = runtime.block_on(async {
        let end = Instant::now() + time;
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let work = work.clone();
            clients.spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let sent = Instant::now();
                    work().await;
                    times.push(sent.elapsed().as_secs_f64() * 1000.0);
                }
                times
            });
        }
        clients.join_all().await.into_iter().flatten().collect()
    });
    let rate = done.len() as f64 / time.as_secs_f64();
    let run = Run { rate, cpu_us: None, p99_ms: Some(percentile_99(&done)) };
    run.with_cpu(cpu_of("self").saturating_sub(before), time)
}
