//! One connection of the test's SMTP server: reads commands, answers them, takes messages.

use std::io;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use super::{Received, Scripted, ServerTls, Shared, Verb};

/// The longest line of RFC 5321, line end included, in bytes.
const LINE_BYTES_MAX: usize = 1000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    Plain,
    Tls,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Command,
    StartTls,
    Close,
}

struct Envelope {
    from: String,
    to: Vec<String>,
    is_8bit: bool,
}

pub(super) struct Conversation<S> {
    stream: BufReader<S>,
    shared: Arc<Shared>,
    transport: Transport,
    has_greeted: bool,
    login: Option<String>,
    envelope: Option<Envelope>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    pub(super) fn new(stream: S, shared: Arc<Shared>, transport: Transport) -> Self {
        let stream = BufReader::new(stream);
        Self { stream, shared, transport, has_greeted: false, login: None, envelope: None }
    }

    /// The connection under the conversation, for TLS to start on.
    pub(super) fn into_stream(self) -> S {
        self.stream.into_inner()
    }

    pub(super) async fn greet(&mut self) -> io::Result<()> {
        match self.shared.fault_at(Verb::Greeting, "") {
            Some(scripted) => self.play(scripted).await.map(|_| ()),
            None => self.reply("220 mail.example.test ESMTP").await,
        }
    }

    /// Answers commands until the connection ends or goes over to TLS.
    pub(super) async fn run(&mut self) -> io::Result<Next> {
        loop {
            let Some(line) = self.command_line().await? else {
                return Ok(Next::Close);
            };
            let (word, argument) = line.split_once(' ').unwrap_or((&line, ""));
            let Some(verb) = verb_of(word) else {
                self.reply("500 5.5.2 unknown command").await?;
                continue;
            };
            let next = match self.shared.fault_at(verb, argument) {
                Some(scripted) => self.play(scripted).await?,
                None => self.obey(verb, argument.trim()).await?,
            };
            if next != Next::Command {
                return Ok(next);
            }
        }
    }

    async fn obey(&mut self, verb: Verb, argument: &str) -> io::Result<Next> {
        match verb {
            Verb::Ehlo => self.ehlo().await,
            Verb::StartTls => self.start_tls().await,
            Verb::Auth => self.auth(argument).await,
            Verb::Mail => self.mail(argument).await,
            Verb::Rcpt => self.rcpt(argument).await,
            Verb::Data => self.data().await,
            Verb::Rset => {
                self.envelope = None;
                self.say("250 2.0.0 reset").await
            }
            Verb::Noop => self.say("250 2.0.0 here").await,
            Verb::Quit => {
                self.reply("221 2.0.0 bye").await?;
                self.stream.shutdown().await?;
                Ok(Next::Close)
            }
            Verb::Greeting | Verb::EndOfData => self.say("500 5.5.2 unknown command").await,
        }
    }

    async fn ehlo(&mut self) -> io::Result<Next> {
        self.has_greeted = true;
        self.envelope = None;
        let options = &self.shared.options;
        let mut lines = vec!["mail.example.test".to_owned(), "PIPELINING".to_owned(), "8BITMIME".to_owned()];
        lines.push(format!("SIZE {}", options.message_bytes_max));
        match self.transport {
            Transport::Plain if options.tls == ServerTls::StartTls => lines.push("STARTTLS".to_owned()),
            Transport::Tls if options.login.is_some() => lines.push("AUTH PLAIN LOGIN".to_owned()),
            Transport::Plain | Transport::Tls => {}
        }
        let last = lines.pop().unwrap();
        for line in lines {
            self.reply(&format!("250-{line}")).await?;
        }
        self.say(&format!("250 {last}")).await
    }

    async fn start_tls(&mut self) -> io::Result<Next> {
        if self.transport == Transport::Tls || self.shared.options.tls != ServerTls::StartTls {
            return self.say("502 5.5.1 no STARTTLS here").await;
        }
        // Whatever was sent along with STARTTLS was not protected and must not count as if it were.
        if !self.stream.buffer().is_empty() {
            return self.refuse("503 5.5.1 commands after STARTTLS before TLS").await;
        }
        self.reply("220 2.0.0 go ahead").await?;
        Ok(Next::StartTls)
    }

    async fn auth(&mut self, argument: &str) -> io::Result<Next> {
        let Some(expected) = self.shared.options.login.clone() else {
            return self.say("502 5.5.1 nobody logs in here").await;
        };
        if self.transport == Transport::Plain {
            return self.say("538 5.7.11 a password needs TLS").await;
        }
        let (mechanism, initial) = argument.split_once(' ').unwrap_or((argument, ""));
        let given = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let answer = self.challenge("", initial).await?;
                let mut parts = answer.split('\0').skip(1).map(str::to_owned);
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            }
            "LOGIN" => (self.challenge("Username:", initial).await?, self.challenge("Password:", "").await?),
            _ => return self.say("504 5.5.4 unknown mechanism").await,
        };
        if given != expected {
            return self.say("535 5.7.8 wrong name or password").await;
        }
        self.login = Some(given.0);
        self.say("235 2.7.0 welcome").await
    }

    /// One step of a login: the client's answer, decoded; empty when it is none.
    async fn challenge(&mut self, prompt: &str, initial: &str) -> io::Result<String> {
        let mut answer = initial.to_owned();
        if answer.is_empty() {
            self.reply(&format!("334 {}", BASE64.encode(prompt))).await?;
            answer = self.command_line().await?.unwrap_or_default();
        }
        let bytes = BASE64.decode(answer).unwrap_or_default();
        Ok(String::from_utf8(bytes).unwrap_or_default())
    }

    async fn mail(&mut self, argument: &str) -> io::Result<Next> {
        if !self.has_greeted || self.envelope.is_some() {
            return self.say("503 5.5.1 not now").await;
        }
        if self.shared.options.login.is_some() && self.login.is_none() {
            return self.say("530 5.7.0 log in first").await;
        }
        let Some((from, parameters)) = path(argument, "FROM:") else {
            return self.say("501 5.5.4 MAIL FROM:<address> expected").await;
        };
        let mut is_8bit = false;
        for parameter in parameters.split_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "BODY" => is_8bit = value.eq_ignore_ascii_case("8BITMIME"),
                "SIZE" if value.parse().unwrap_or(0) > self.shared.options.message_bytes_max => {
                    return self.say("552 5.3.4 message too big").await;
                }
                "SIZE" => {}
                _ => return self.say("555 5.5.4 unknown parameter").await,
            }
        }
        self.envelope = Some(Envelope { from, to: Vec::new(), is_8bit });
        self.say("250 2.1.0 sender ok").await
    }

    async fn rcpt(&mut self, argument: &str) -> io::Result<Next> {
        let Some(envelope) = &mut self.envelope else {
            return self.say("503 5.5.1 MAIL first").await;
        };
        match path(argument, "TO:") {
            Some((to, _)) if !to.is_empty() => envelope.to.push(to),
            _ => return self.say("501 5.5.4 RCPT TO:<address> expected").await,
        }
        self.say("250 2.1.5 recipient ok").await
    }

    async fn data(&mut self) -> io::Result<Next> {
        let Some(envelope) = self.envelope.take_if(|envelope| !envelope.to.is_empty()) else {
            return self.say("503 5.5.1 RCPT first").await;
        };
        self.reply("354 end with a dot").await?;
        let mut raw = Vec::new();
        loop {
            let line = match self.read_line(LINE_BYTES_MAX + 1).await? {
                Line::Whole(line) if line == b"." => break,
                Line::Whole(line) => line,
                Line::Refused(why) => return self.refuse(why).await,
                Line::EndOfStream => return Ok(Next::Close),
            };
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            raw.extend_from_slice(b"\r\n");
        }
        if raw.len() > self.shared.options.message_bytes_max {
            return self.say("552 5.3.4 message too big").await;
        }
        if !envelope.is_8bit && !raw.is_ascii() {
            return self.say("554 5.6.1 8-bit text without BODY=8BITMIME").await;
        }
        let fault = self.shared.fault_at(Verb::EndOfData, "");
        if matches!(fault, None | Some(Scripted::CloseUnanswered)) {
            let (tls, login) = (self.transport == Transport::Tls, self.login.clone());
            let received = Received { from: envelope.from, to: envelope.to, raw, tls, login };
            self.shared.messages.send_modify(|messages| messages.push(received));
        }
        match fault {
            Some(scripted) => self.play(scripted).await,
            None => self.say("250 2.0.0 taken").await,
        }
    }

    async fn play(&mut self, scripted: Scripted) -> io::Result<Next> {
        match scripted {
            Scripted::Reply(421, text) => self.refuse(&format!("421 {text}")).await,
            Scripted::Reply(code, text) => self.say(&format!("{code} {text}")).await,
            Scripted::Hang => std::future::pending().await,
            Scripted::CloseUnanswered => Ok(Next::Close),
        }
    }

    /// The next command; `None` when the client has gone or sent what ends the connection.
    async fn command_line(&mut self) -> io::Result<Option<String>> {
        match self.read_line(LINE_BYTES_MAX).await? {
            Line::Whole(line) => Ok(Some(String::from_utf8_lossy(&line).into_owned())),
            Line::EndOfStream => Ok(None),
            Line::Refused(why) => self.refuse(why).await.map(|_| None),
        }
    }

    /// One line without its end. A bare CR or LF is refused: two servers may see two different messages in it.
    async fn read_line(&mut self, bytes_max: usize) -> io::Result<Line> {
        let mut line = Vec::new();
        let limit = u64::try_from(bytes_max).unwrap();
        (&mut self.stream).take(limit).read_until(b'\n', &mut line).await?;
        if line.len() == bytes_max && !line.ends_with(b"\n") {
            return Ok(Line::Refused("500 5.5.2 line too long"));
        }
        match line.strip_suffix(b"\r\n") {
            Some(text) if text.contains(&b'\r') => Ok(Line::Refused("500 5.5.2 bare CR")),
            Some(text) => Ok(Line::Whole(text.to_vec())),
            None if line.ends_with(b"\n") => Ok(Line::Refused("500 5.5.2 bare LF")),
            None => Ok(Line::EndOfStream),
        }
    }

    async fn reply(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    async fn say(&mut self, text: &str) -> io::Result<Next> {
        self.reply(text).await.map(|()| Next::Command)
    }

    async fn refuse(&mut self, text: &str) -> io::Result<Next> {
        self.reply(text).await?;
        self.stream.shutdown().await?;
        Ok(Next::Close)
    }
}

enum Line {
    Whole(Vec<u8>),
    Refused(&'static str),
    EndOfStream,
}

fn verb_of(word: &str) -> Option<Verb> {
    match word.to_ascii_uppercase().as_str() {
        "EHLO" | "HELO" => Some(Verb::Ehlo),
        "STARTTLS" => Some(Verb::StartTls),
        "AUTH" => Some(Verb::Auth),
        "MAIL" => Some(Verb::Mail),
        "RCPT" => Some(Verb::Rcpt),
        "DATA" => Some(Verb::Data),
        "RSET" => Some(Verb::Rset),
        "NOOP" => Some(Verb::Noop),
        "QUIT" => Some(Verb::Quit),
        _ => None,
    }
}

/// Splits `FROM:<address> PARAMETERS`.
fn path<'a>(argument: &'a str, keyword: &str) -> Option<(String, &'a str)> {
    let start = argument.get(..keyword.len()).filter(|start| start.eq_ignore_ascii_case(keyword))?;
    let rest = argument[start.len()..].trim_start().strip_prefix('<')?;
    let (address, parameters) = rest.split_once('>')?;
    Some((address.to_owned(), parameters))
}
