//! Handing mail to an SMTP server.
//!
//! The connections are kept here rather than in lettre's pool: a pool takes a connection back even when the time-out
//! of a message cut it off in the middle of a command, and the next message would then read the answer meant for the
//! one before. Here such a connection is dropped.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Severity};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::MailError;
use crate::config::{Encryption, SmtpServer};

/// Idle connections older than this are not used again: most servers close them after one to five minutes.
const IDLE: Duration = Duration::from_secs(30);
/// A server that does not even answer the connection is not waited for as long as a message may take.
const CONNECT: Duration = Duration::from_secs(15);
/// Longest part of a server's answer that is kept, in characters.
const REASON_CHARACTERS: usize = 300;

/// A server and the connections to it.
pub(super) struct Smtp {
    host: String,
    port: u16,
    encryption: Encryption,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
    slots: Semaphore,
    idle: Mutex<VecDeque<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn new(
        server: &SmtpServer,
        public_host: &str,
        timeout: Duration,
        connections: usize,
    ) -> Result<Self, MailError> {
        let tls = match server.encryption {
            Encryption::None => None,
            Encryption::Implicit | Encryption::Required | Encryption::Opportunistic => {
                Some(tls_parameters(server)?)
            }
        };
        let credentials = server.credentials.as_ref();
        let bare_host = public_host.trim_start_matches('[').trim_end_matches(']');
        let hello = match bare_host.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(public_host.to_owned()),
        };
        Ok(Self {
            host: server.host.clone(),
            port: server.port,
            encryption: server.encryption,
            tls,
            credentials: credentials
                .map(|(user, password)| Credentials::new(user.clone(), password.expose().clone())),
            hello,
            timeout,
            slots: Semaphore::new(connections),
            idle: Mutex::new(VecDeque::new()),
        })
    }

    /// Hands one message over within the time-out; waiting for a free connection does not count.
    pub(super) async fn send(&self, envelope: &Envelope, bytes: &[u8]) -> Result<(), MailError> {
        let _slot = self.slots.acquire().await.map_err(|error| temporary(error.to_string()))?;
        let conversation = Box::pin(async {
            let mut connection = self.connection().await?;
            connection.send(envelope, bytes).await.map_err(|error| message_error(&error))?;
            Ok(connection)
        });
        self.finish(timeout(self.timeout, conversation).await)
    }

    /// Connects, signs in and exchanges one harmless command.
    pub(super) async fn check(&self) -> Result<(), MailError> {
        let _slot = self.slots.acquire().await.map_err(|error| temporary(error.to_string()))?;
        let conversation = Box::pin(async {
            let mut connection = self.connect().await?;
            if connection.test_connected().await {
                return Ok(connection);
            }
            Err(temporary(format!("{} does not answer NOOP", self.place())))
        });
        self.finish(timeout(self.timeout, conversation).await)
    }

    /// Keeps the connection only after a complete, successful conversation.
    fn finish(
        &self,
        outcome: Result<Result<AsyncSmtpConnection, MailError>, tokio::time::error::Elapsed>,
    ) -> Result<(), MailError> {
        match outcome {
            Ok(Ok(connection)) => {
                if !connection.has_broken() {
                    self.lock_idle().push_back(Idle { connection, since: Instant::now() });
                }
                Ok(())
            }
            Ok(Err(error)) => Err(error),
            Err(_) => {
                let seconds = self.timeout.as_secs();
                Err(temporary(format!("{} did not finish within {seconds} s", self.place())))
            }
        }
    }

    /// An idle connection that still answers, else a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, MailError> {
        while let Some(mut connection) = self.take_idle() {
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.lock_idle();
        idle.retain(|parked| parked.since.elapsed() < IDLE);
        idle.pop_back().map(|parked| parked.connection)
    }

    fn lock_idle(&self) -> std::sync::MutexGuard<'_, VecDeque<Idle>> {
        // Nothing in here can be half done, so a panic elsewhere does no harm to it.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let fails = |error: Error| connection_error(&self.place(), &error);
        let patience = self.timeout.min(CONNECT);
        let mut connection =
            timeout(patience, Box::pin(self.open(patience))).await.map_err(|_elapsed| {
                temporary(format!("{} does not greet within {} s", self.place(), patience.as_secs()))
            })??;
        if let Some(tls) = &self.tls {
            let wanted = match self.encryption {
                Encryption::Required => true,
                Encryption::Opportunistic => connection.can_starttls(),
                Encryption::Implicit | Encryption::None => false,
            };
            if wanted {
                connection.starttls(tls.clone(), &self.hello).await.map_err(fails)?;
            }
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(fails)?;
        }
        Ok(connection)
    }

    /// Connects and is greeted.
    ///
    /// The end of a message is written by itself. Unless told not to, the system keeps it back until the server has
    /// confirmed what came before, which the server's system puts off for 40 ms: a connection would take 25 letters a
    /// second at best. lettre cannot be told when TLS is there from the first byte.
    async fn open(&self, patience: Duration) -> Result<AsyncSmtpConnection, MailError> {
        let fails = |error: Error| connection_error(&self.place(), &error);
        let address = (self.host.as_str(), self.port);
        if self.encryption == Encryption::Implicit {
            let (wait, tls) = (Some(patience), self.tls.clone());
            return AsyncSmtpConnection::connect_tokio1(address, wait, &self.hello, tls, None)
                .await
                .map_err(fails);
        }
        let unreachable = |error: io::Error| temporary(format!("{}: {error}", self.place()));
        let stream = TcpStream::connect(address).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await.map_err(fails)
    }

    fn place(&self) -> String {
        format!("mail server {}:{}", self.host, self.port)
    }
}

fn tls_parameters(server: &SmtpServer) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.ca_file {
        let invalid = |what: String| MailError::Invalid(format!("mail.ca_file {}: {what}", path.display()));
        let pem = fs::read(path).map_err(|error| invalid(format!("cannot be read: {error}")))?;
        // The parser takes a file without any certificate for an empty list.
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE") {
            return Err(invalid("holds no certificate in PEM form".to_owned()));
        }
        builder = builder
            .add_root_certificate(Certificate::from_pem(&pem).map_err(|error| invalid(error.to_string()))?);
    }
    builder.build_rustls().map_err(|error| MailError::Invalid(format!("TLS cannot be set up: {error}")))
}

/// Whatever goes wrong before the message itself is said is no fault of the recipient: a wrong password answers 535,
/// an overloaded or badly configured server 554, and all mail waits until somebody has seen to it.
fn connection_error(place: &str, error: &Error) -> MailError {
    MailError::Temporary {
        code: error.status().map(u16::from),
        reason: format!("{place}: {}", reason_of(error)),
    }
}

/// What went wrong while one message was handed over.
fn message_error(error: &Error) -> MailError {
    let reason = reason_of(error);
    match error.status() {
        Some(code) if code.severity == Severity::PermanentNegativeCompletion => {
            let code = u16::from(code);
            if is_about_us(code) {
                return MailError::Temporary { code: Some(code), reason };
            }
            MailError::Permanent { code: Some(code), reason }
        }
        Some(code) => MailError::Temporary { code: Some(u16::from(code)), reason },
        // lettre's own refusal, such as an address with letters the server cannot take; nothing was sent.
        None if error.is_client() => MailError::Permanent { code: None, reason },
        None => MailError::Temporary { code: None, reason },
    }
}

/// 530, 534, 535 and 538 ask for a better sign-in: the operator's to mend, not a reason to give the recipient up.
fn is_about_us(code: u16) -> bool {
    matches!(code, 530 | 534 | 535 | 538)
}

fn temporary(reason: String) -> MailError {
    MailError::Temporary { code: None, reason }
}

/// The error in one line. Servers like to repeat the recipient's address; it must not get into logs and job lists.
fn reason_of(error: &Error) -> String {
    without_addresses(&error.to_string())
}

fn without_addresses(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains('@') { "(address)" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(REASON_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn server(encryption: Encryption, port: u16) -> SmtpServer {
        SmtpServer { host: "127.0.0.1".to_owned(), port, encryption, credentials: None, ca_file: None }
    }

    #[test]
    fn reasons_are_one_short_line_without_addresses() {
        let answer = "permanent error (550): 5.1.1 <ann@example.org>: Recipient\r\naddress rejected";
        assert_eq!(
            without_addresses(answer),
            "permanent error (550): 5.1.1 (address) Recipient address rejected"
        );
        assert_eq!(without_addresses(&"x".repeat(1000)).len(), REASON_CHARACTERS);
    }

    #[test]
    fn a_wrong_authority_file_is_told_at_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("ca.pem");
        let with_ca = SmtpServer { ca_file: Some(path.clone()), ..server(Encryption::Implicit, 465) };
        let open = |server: &SmtpServer| Smtp::new(server, "give.example.org", Duration::from_secs(1), 1);

        assert!(open(&with_ca).unwrap_err().to_string().contains("cannot be read"));
        fs::write(&path, "no certificate").unwrap();
        assert!(open(&with_ca).unwrap_err().to_string().contains("no certificate in PEM form"));
        assert!(open(&server(Encryption::Implicit, 465)).is_ok());
    }

    /// Plays a mail server on a thread: greets, then answers each line by its first word, and counts connections.
    fn play(answer: fn(&str) -> &'static str) -> (Smtp, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counter.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || converse(stream.unwrap(), answer));
            }
        });
        let smtp =
            Smtp::new(&server(Encryption::None, port), "127.0.0.1", Duration::from_millis(300), 1).unwrap();
        (smtp, connections)
    }

    fn converse(stream: TcpStream, answer: fn(&str) -> &'static str) {
        let mut output = stream.try_clone().unwrap();
        let mut in_message = false;
        output.write_all(b"220 ready\r\n").unwrap();
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            if in_message && line != "." {
                continue;
            }
            in_message = line == "DATA";
            let reply = match (line.split(' ').next().unwrap(), answer(&line)) {
                (_, "silence") => continue,
                ("DATA", "") => "354 go on",
                ("EHLO", "") => "250-here\r\n250 8BITMIME",
                (_, "") => "250 done",
                (_, reply) => reply,
            };
            if output.write_all(format!("{reply}\r\n").as_bytes()).is_err() {
                return;
            }
        }
    }

    fn envelope(to: &str) -> Envelope {
        Envelope::new(Some("donations@example.org".parse().unwrap()), vec![to.parse().unwrap()]).unwrap()
    }

    #[tokio::test]
    async fn one_connection_carries_one_message_after_the_other() {
        let (smtp, connections) = play(|_| "");

        smtp.check().await.unwrap();
        for _ in 0..3 {
            smtp.send(&envelope("ann@example.net"), b"Subject: a\r\n\r\n.b\r\n").await.unwrap();
        }

        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_refused_recipient_is_permanent_and_a_full_mailbox_is_not() {
        let (smtp, _) = play(|line| match line {
            "RCPT TO:<gone@example.net>" => "550 5.1.1 <gone@example.net> unknown",
            "RCPT TO:<full@example.net>" => "452 4.2.2 full",
            _ => "",
        });

        let gone = smtp.send(&envelope("gone@example.net"), b"x").await.unwrap_err();
        let full = smtp.send(&envelope("full@example.net"), b"x").await.unwrap_err();

        assert!(matches!(&gone, MailError::Permanent { code: Some(550), .. }), "{gone}");
        assert!(!gone.to_string().contains("gone@"), "{gone}");
        assert!(matches!(&full, MailError::Temporary { code: Some(452), .. }), "{full}");
        smtp.send(&envelope("ann@example.net"), b"x").await.unwrap();
    }

    #[tokio::test]
    async fn a_server_that_turns_us_away_does_not_give_up_the_recipient() {
        let (smtp, _) = play(|line| if line.starts_with("EHLO") { "554 not today" } else { "" });

        let error = smtp.send(&envelope("ann@example.net"), b"x").await.unwrap_err();

        assert!(matches!(&error, MailError::Temporary { code: Some(554), .. }), "{error}");
    }

    #[tokio::test]
    async fn a_conversation_cut_off_by_the_time_out_is_not_continued_by_the_next_message() {
        let (smtp, connections) =
            play(|line| if line.contains("RCPT TO:<slow@example.net>") { "silence" } else { "" });
        smtp.check().await.unwrap();

        let slow = smtp.send(&envelope("slow@example.net"), b"x").await.unwrap_err();
        assert!(matches!(&slow, MailError::Temporary { code: None, .. }), "{slow}");
        smtp.send(&envelope("ann@example.net"), b"x").await.unwrap();

        assert_eq!(connections.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_server_that_is_away_or_silent_is_a_temporary_trouble() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let smtp =
            Smtp::new(&server(Encryption::None, port), "127.0.0.1", Duration::from_millis(200), 1).unwrap();

        let silent = smtp.check().await;
        assert!(matches!(&silent, Err(MailError::Temporary { code: None, .. })), "{silent:?}");

        drop(listener);
        let away = smtp.check().await;
        assert!(matches!(&away, Err(MailError::Temporary { code: None, .. })), "{away:?}");
    }
}
