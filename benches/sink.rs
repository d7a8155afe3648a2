//! A mail server that takes everything at once and keeps nothing but the first message.

use crate::process::cpu_of;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Runs on a thread of its own until the program ends.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    /// The folder of the thread within `/proc`.
    thread: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    taken: AtomicU64,
    first: OnceLock<Vec<u8>>,
}

impl Sink {
    pub(crate) fn start() -> Self {
        let seen: Arc<Seen> = Arc::default();
        let (tell, told) = mpsc::channel();
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let thread = std::fs::read_link("/proc/thread-self").unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                tell.send((address, thread.to_string_lossy().into_owned())).unwrap();
                loop {
                    let (socket, _) = listener.accept().await.unwrap();
                    tokio::spawn(converse(socket, Arc::clone(&shared)));
                }
            });
        });
        let (address, thread) = told.recv().unwrap();
        Self { address, thread, seen }
    }

    /// How many messages were taken so far.
    pub(crate) fn taken(&self) -> u64 {
        self.seen.taken.load(Ordering::Relaxed)
    }

    /// The first of them, as its sender had it in memory.
    pub(crate) fn sample(&self) -> Arc<Vec<u8>> {
        let transmitted = str::from_utf8(self.seen.first.get().unwrap()).unwrap();
        let message = transmitted.strip_suffix(".\r\n").unwrap();
        Arc::new(message.replace("\r\n..", "\r\n.").into_bytes())
    }

    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(&self.thread)
    }
}

/// Serves a client that waits for each answer. One that is killed just goes away.
async fn converse(mut socket: TcpStream, seen: Arc<Seen>) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    socket.write_all(b"220 sink.example.org ESMTP\r\n").await?;
    let mut heard = Vec::with_capacity(256 * 1024);
    while hear(&mut socket, &mut heard, b"\r\n").await? {
        let verb = heard.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_slice() {
            b"EHLO" => b"250-sink.example.org\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            b"DATA" => b"354 go on\r\n",
            b"QUIT" => b"221 bye\r\n",
            _ => b"250 yes\r\n",
        };
        socket.write_all(answer).await?;
        if verb == b"DATA" {
            if !hear(&mut socket, &mut heard, b"\r\n.\r\n").await? {
                break;
            }
            seen.first.get_or_init(|| heard.clone());
            seen.taken.fetch_add(1, Ordering::Relaxed);
            socket.write_all(b"250 taken\r\n").await?;
        }
    }
    Ok(())
}

/// Reads up to `end`. False if the client went away.
async fn hear(socket: &mut TcpStream, heard: &mut Vec<u8>, end: &[u8]) -> std::io::Result<bool> {
    heard.clear();
    while !heard.ends_with(end) {
        if socket.read_buf(heard).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
