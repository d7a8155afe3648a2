//! A small, strict SMTP server that runs inside the test and keeps what it receives.
//!
//! It speaks EHLO, STARTTLS or TLS from the first byte, AUTH PLAIN and LOGIN, and refuses what a careful server on
//! the internet refuses: bare line feeds, long lines, 8-bit text that was not announced, a password without TLS.

mod conversation;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use self::conversation::{Conversation, Next, Transport};

/// How long [`SmtpServer::wait_for`] waits before the test fails.
const WAIT: Duration = Duration::from_secs(20);

/// What the server offers and asks for.
pub(crate) struct SmtpOptions {
    /// Name and password without which no message is taken; `None` takes messages from everyone.
    pub(crate) login: Option<(String, String)>,
    pub(crate) tls: ServerTls,
    /// The largest message taken, in bytes; announced as `SIZE`.
    pub(crate) message_bytes_max: usize,
}

impl SmtpOptions {
    /// STARTTLS is offered, nobody has to log in, messages may have 10 MiB.
    pub(crate) fn open() -> Self {
        Self { login: None, tls: ServerTls::StartTls, message_bytes_max: 10 * 1024 * 1024 }
    }

    /// As [`open`](Self::open), but only `user` with `password` may send.
    pub(crate) fn with_login(user: &str, password: &str) -> Self {
        Self { login: Some((user.to_owned(), password.to_owned())), ..Self::open() }
    }
}

/// When the server speaks TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerTls {
    Never,
    StartTls,
    /// From the first byte, as on port 465.
    Implicit,
}

/// What a URL from [`SmtpServer::url`] asks of the client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum UrlTls {
    Plain,
    Required,
    Implicit,
}

/// A message that the server took.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The sender of the envelope; empty for a bounce.
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// The message as its author wrote it: dots unstuffed, lines ending in CRLF.
    pub(crate) raw: Vec<u8>,
    pub(crate) tls: bool,
    pub(crate) login: Option<String>,
}

/// A moment of the conversation at which a fault can be scripted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// The connection was made; the client waits for `220`.
    Greeting,
    /// `EHLO` and `HELO`.
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// The whole message was sent; the client waits for `250`.
    EndOfData,
    Rset,
    Noop,
    Quit,
}

/// Something that goes wrong, in force until its `times` are used up or [`SmtpServer::recover`] is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Answers `verb` with `code text` instead of doing it; `421` also ends the connection.
    Reply { verb: Verb, code: u16, text: &'static str, times: u32 },
    /// Never answers `verb`, and does not do it either.
    Hang { verb: Verb },
    /// Never answers when a message to this address is announced; others are taken.
    HangFor { recipient: &'static str },
    /// Takes the message, then ends the connection before saying so: the client cannot know that it arrived.
    CloseAfterDataBefore250 { times: u32 },
    /// Ends every connection and refuses new ones, as if the server were down.
    RefuseConnections,
}

/// A running server; it ends when dropped.
pub(crate) struct SmtpServer {
    pub(crate) addr: SocketAddr,
    /// The certificate authority to trust, in a file that lives as long as the server.
    pub(crate) ca_pem_path: PathBuf,
    _folder: tempfile::TempDir,
    received: watch::Receiver<Vec<Received>>,
    shared: Arc<Shared>,
    orders: mpsc::Sender<(Door, oneshot::Sender<()>)>,
    task: JoinHandle<()>,
}

impl SmtpServer {
    pub(crate) async fn start(options: SmtpOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ca_pem_path = folder.path().join("ca.pem");
        let (ca_pem, acceptor) = certificates();
        std::fs::write(&ca_pem_path, ca_pem).unwrap();

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (messages, received) = watch::channel(Vec::new());
        let shared = Arc::new(Shared { options, acceptor, messages, faults: Mutex::new(Vec::new()) });
        let (orders, orders_taken) = mpsc::channel(1);
        let task = tokio::spawn(accept(listener, addr, Arc::clone(&shared), orders_taken));
        Self { addr, ca_pem_path, _folder: folder, received, shared, orders, task }
    }

    /// The URL for the mail settings; an empty `user` leaves the login out.
    pub(crate) fn url(&self, user: &str, password: &str, tls: UrlTls) -> String {
        let login = match user {
            "" => String::new(),
            _ => format!("{}:{}@", percent_encoded(user), percent_encoded(password)),
        };
        let address = self.addr;
        match tls {
            UrlTls::Plain => format!("smtp://{login}{address}"),
            UrlTls::Required => format!("smtp://{login}{address}?tls=required"),
            UrlTls::Implicit => format!("smtps://{login}{address}"),
        }
    }

    /// Everything taken so far, oldest first.
    pub(crate) fn messages(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    /// Waits until at least `count` messages have been taken; fails the test when they do not come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Received> {
        let mut received = self.received.clone();
        let enough = received.wait_for(|messages| messages.len() >= count);
        match tokio::time::timeout(WAIT, enough).await {
            Ok(messages) => messages.unwrap().clone(),
            Err(late) => panic!("{count} messages expected ({late}), got {:#?}", self.messages()),
        }
    }

    /// Puts `fault` in force; it is when this returns.
    pub(crate) async fn script(&self, fault: Fault) {
        match fault {
            Fault::RefuseConnections => self.order(Door::Closed).await,
            Fault::Reply { .. }
            | Fault::Hang { .. }
            | Fault::HangFor { .. }
            | Fault::CloseAfterDataBefore250 { .. } => {
                self.shared.faults.lock().unwrap().push(fault);
            }
        }
    }

    /// Ends every fault.
    pub(crate) async fn recover(&self) {
        self.shared.faults.lock().unwrap().clear();
        self.order(Door::Open).await;
    }

    async fn order(&self, door: Door) {
        let (done, is_done) = oneshot::channel();
        self.orders.send((door, done)).await.unwrap();
        is_done.await.unwrap();
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Clone, Copy)]
enum Door {
    Open,
    Closed,
}

struct Shared {
    options: SmtpOptions,
    acceptor: TlsAcceptor,
    messages: watch::Sender<Vec<Received>>,
    faults: Mutex<Vec<Fault>>,
}

enum Scripted {
    Reply(u16, &'static str),
    Hang,
    CloseUnanswered,
}

impl Shared {
    /// Takes the oldest fault that fits this moment. `argument` is what stands behind the command.
    fn fault_at(&self, moment: Verb, argument: &str) -> Option<Scripted> {
        let mut faults = self.faults.lock().unwrap();
        let index = faults.iter().position(|fault| match fault {
            Fault::Reply { verb, .. } | Fault::Hang { verb } => *verb == moment,
            Fault::HangFor { recipient } => {
                moment == Verb::Rcpt && argument.contains(&format!("<{recipient}>"))
            }
            Fault::CloseAfterDataBefore250 { .. } => moment == Verb::EndOfData,
            Fault::RefuseConnections => false,
        })?;
        let (scripted, times) = match &mut faults[index] {
            Fault::Reply { code, text, times, .. } => (Scripted::Reply(*code, text), times),
            Fault::CloseAfterDataBefore250 { times } => (Scripted::CloseUnanswered, times),
            Fault::Hang { .. } | Fault::HangFor { .. } | Fault::RefuseConnections => {
                return Some(Scripted::Hang);
            }
        };
        *times = times.saturating_sub(1);
        if *times == 0 {
            faults.remove(index);
        }
        Some(scripted)
    }
}

/// A certificate authority made for this server, and a certificate of it for 127.0.0.1 and localhost.
fn certificates() -> (String, TlsAcceptor) {
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Test authority");
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);

    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut server = rcgen::CertificateParams::new(names).unwrap();
    server.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    server.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
    let certificate = server.signed_by(&key, &issuer).unwrap();

    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (authority_pem, TlsAcceptor::from(Arc::new(config)))
}

/// Serves connections until the task is aborted, which ends them too.
async fn accept(
    listener: TcpListener,
    addr: SocketAddr,
    shared: Arc<Shared>,
    mut orders: mpsc::Receiver<(Door, oneshot::Sender<()>)>,
) {
    let mut listener = Some(listener);
    // Bound but not listening: new connections are refused, and nobody else can take the port.
    let mut reserved = None;
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            stream = next_connection(listener.as_ref()) => {
                connections.spawn(serve(stream, Arc::clone(&shared)));
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            Some((door, done)) = orders.recv() => {
                match door {
                    Door::Closed if listener.is_some() => {
                        connections.shutdown().await;
                        listener = None;
                        reserved = Some(bind(addr));
                    }
                    Door::Open if listener.is_none() => {
                        drop(reserved.take());
                        listener = Some(bind(addr).listen(64).unwrap());
                    }
                    Door::Open | Door::Closed => {}
                }
                done.send(()).unwrap();
            }
        }
    }
}

async fn next_connection(listener: Option<&TcpListener>) -> TcpStream {
    match listener {
        Some(listener) => listener.accept().await.unwrap().0,
        None => std::future::pending().await,
    }
}

fn bind(addr: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(addr).unwrap();
    socket
}

/// One connection. An error of the network is the client going away, which is its right.
async fn serve(stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    if shared.options.tls == ServerTls::Implicit {
        let stream = shared.acceptor.accept(stream).await?;
        let mut conversation = Conversation::new(stream, shared, Transport::Tls);
        conversation.greet().await?;
        conversation.run().await?;
        return Ok(());
    }
    let mut conversation = Conversation::new(stream, Arc::clone(&shared), Transport::Plain);
    conversation.greet().await?;
    if conversation.run().await? == Next::StartTls {
        let stream = shared.acceptor.accept(conversation.into_stream()).await?;
        Conversation::new(stream, shared, Transport::Tls).run().await?;
    }
    Ok(())
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use lettre::transport::smtp::authentication::Mechanism;
    use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
    use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const BODY: &str = ".one dot\r\n..two dots\r\ngrüße";

    fn message() -> Message {
        let message = Message::builder()
            .from("site@example.test".parse().unwrap())
            .to("donor@example.test".parse().unwrap());
        message
            .header(lettre::message::header::ContentTransferEncoding::EightBit)
            .body(BODY.to_owned())
            .unwrap()
    }

    fn client(server: &SmtpServer, url: &str, mechanism: Mechanism) -> AsyncSmtpTransport<Tokio1Executor> {
        let pem = std::fs::read(&server.ca_pem_path).unwrap();
        let trust = TlsParameters::builder("127.0.0.1".to_owned())
            .add_root_certificate(Certificate::from_pem(&pem).unwrap())
            .build()
            .unwrap();
        let tls = match url {
            _ if url.starts_with("smtps:") => Tls::Wrapper(trust),
            _ if url.ends_with("tls=required") => Tls::Required(trust),
            _ => Tls::None,
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).unwrap();
        builder.tls(tls).authentication(vec![mechanism]).build()
    }

    /// lettre's own time-out covers the making of the connection only, so a server that hangs needs another.
    async fn sends(client: &AsyncSmtpTransport<Tokio1Executor>) -> bool {
        let sent = tokio::time::timeout(Duration::from_secs(1), client.send(message())).await;
        sent.is_ok_and(|answer| answer.is_ok())
    }

    async fn dialogue(server: &SmtpServer, sent: &str) -> String {
        let mut stream = TcpStream::connect(server.addr).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        answers
    }

    #[tokio::test]
    async fn takes_a_message_with_tls_and_login() {
        for (tls, url_tls, mechanism) in [
            (ServerTls::StartTls, UrlTls::Required, Mechanism::Plain),
            (ServerTls::Implicit, UrlTls::Implicit, Mechanism::Login),
        ] {
            let options = SmtpOptions { tls, ..SmtpOptions::with_login("site@example", "p/ss:w@rd") };
            let server = SmtpServer::start(options).await;

            let url = server.url("site@example", "p/ss:w@rd", url_tls);
            assert!(sends(&client(&server, &url, mechanism)).await);
            let wrong = server.url("site@example", "guess", url_tls);
            assert!(!sends(&client(&server, &wrong, mechanism)).await);

            let received = server.wait_for(1).await;
            assert_eq!(received.len(), 1);
            assert_eq!(received[0].from, "site@example.test");
            assert_eq!(received[0].to, ["donor@example.test"]);
            assert_eq!(received[0].login.as_deref(), Some("site@example"));
            assert!(received[0].tls);
            assert!(String::from_utf8_lossy(&received[0].raw).ends_with(&format!("{BODY}\r\n")));
        }
    }

    #[tokio::test]
    async fn fails_as_scripted_and_recovers() {
        let server = SmtpServer::start(SmtpOptions { tls: ServerTls::Never, ..SmtpOptions::open() }).await;
        let url = server.url("", "", UrlTls::Plain);
        let client = client(&server, &url, Mechanism::Plain);

        for fault in [
            Fault::Reply { verb: Verb::Rcpt, code: 451, text: "4.7.1 later", times: 1 },
            Fault::Reply { verb: Verb::Greeting, code: 421, text: "4.3.2 closing", times: 1 },
            Fault::Hang { verb: Verb::EndOfData },
            Fault::RefuseConnections,
        ] {
            server.script(fault).await;
            assert!(!sends(&client).await);
            server.recover().await;
            assert_eq!(server.messages().len(), 0, "{fault:?}");
        }
        server.script(Fault::CloseAfterDataBefore250 { times: 1 }).await;
        assert!(!sends(&client).await);
        assert!(sends(&client).await);

        let received = server.wait_for(2).await;
        assert_eq!(received.len(), 2);
        assert!(!received[0].tls);
    }

    #[tokio::test]
    async fn refuses_what_a_careful_server_refuses() {
        let server = SmtpServer::start(SmtpOptions::with_login("site", "secret")).await;
        let message = "MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nDATA\r\n";

        for (sent, answer) in [
            ("EHLO a\r\nAUTH PLAIN AHNpdGUAc2VjcmV0\r\nQUIT\r\n", "538 "),
            ("EHLO a\r\nMAIL FROM:<a@example.test>\r\nQUIT\r\n", "530 "),
            ("EHLO a\r\nSTARTTLS\r\nNOOP\r\n", "503 "),
            ("EHLO a\nQUIT\r\n", "bare LF"),
            (&format!("EHLO {}\r\n", "a".repeat(1000)), "too long"),
        ] {
            let answers = dialogue(&server, sent).await;
            assert!(answers.contains(answer), "{sent}: {answers}");
        }
        let server = SmtpServer::start(SmtpOptions { message_bytes_max: 9, ..SmtpOptions::open() }).await;
        for (text, answer) in [
            ("a\nb\r\n.\r\n", "bare LF"),
            ("ü\r\n.\r\nQUIT\r\n", "554 "),
            ("0123456789\r\n.\r\nQUIT\r\n", "552 "),
        ] {
            let answers = dialogue(&server, &format!("EHLO a\r\n{message}{text}")).await;
            assert!(answers.contains(answer), "{text}: {answers}");
        }
        assert!(server.messages().is_empty());
    }
}
