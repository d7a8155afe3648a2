//! `[mail]`: how mail leaves, and in whose name.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::domain::donor::EmailAddress;

use super::merge::Layers;
use super::read::choose;
use super::secret::Secret;
use super::server::Mode;

/// Outgoing mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// How mail leaves.
    pub transport: MailTransport,
    /// Sender of every mail.
    pub from: Mailbox,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Folder of `transport = "file"`, also what the development mail viewer reads.
    pub directory: PathBuf,
    /// How long one message may take, from connecting to the server's answer.
    pub timeout: Duration,
    /// Connections to the SMTP server at the same time.
    pub connections: usize,
}

/// How mail leaves.
#[derive(Clone, Debug)]
pub enum MailTransport {
    /// To a server that delivers.
    Smtp(SmtpServer),
    /// Into `.eml` files in [`Mail::directory`].
    File,
}

/// The server that takes our mail.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    /// Name or address, an IPv6 address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// When to encrypt.
    pub encryption: Encryption,
    /// User and password, when the server asks for them.
    pub credentials: Option<(String, Secret<String>)>,
    /// PEM file with an authority to trust beside the public ones.
    pub ca_file: Option<PathBuf>,
}

/// When the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte (`smtps://`).
    Implicit,
    /// By STARTTLS, or nothing is sent.
    Required,
    /// By STARTTLS when the server offers it.
    Opportunistic,
    /// Never.
    None,
}

/// A mail address with an optional name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Name shown by mail programs.
    pub name: Option<String>,
    /// The bare address.
    pub email: String,
}

impl Mailbox {
    /// Reads `Name <a@example.org>` or `a@example.org`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, email) = match text.split_once('<') {
            Some((name, rest)) => {
                let email = rest.strip_suffix('>').ok_or("has no > at its end")?;
                (name.trim().trim_matches('"').trim(), email)
            }
            None => ("", text),
        };
        if name.chars().any(char::is_control) {
            return Err("holds a line break or another control character".to_owned());
        }
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        // A computer of its own, as in development, is the only domain without a dot.
        if let Some(local) = email.strip_suffix("@localhost") {
            let stand_in = format!("{local}@localhost.localdomain");
            EmailAddress::parse(&stand_in).map_err(|_malformed| "is not a mail address".to_owned())?;
            return Ok(Self { name, email: email.to_owned() });
        }
        let address = EmailAddress::parse(email).map_err(|_malformed| "is not a mail address".to_owned())?;
        Ok(Self { name, email: address.as_str().to_owned() })
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.email),
            None => f.write_str(&self.email),
        }
    }
}

#[derive(Clone, Copy)]
enum TransportKind {
    Smtp,
    File,
}

const FROM_EXAMPLE: &str = "\"The Example Review <donations@example.org>\"";
const URL_EXAMPLE: &str = "\"smtps://USER:PASSWORD@mail.example.org\"";

impl Mail {
    pub(super) fn read(layers: &mut Layers, mode: Mode) -> Option<Self> {
        let transport = read_transport(layers, mode);
        let from = layers.parse("mail.from", FROM_EXAMPLE, |text| {
            let from = Mailbox::parse(text)?;
            if mode.is_production() && from.email.ends_with("@localhost") {
                return Err(
                    "cannot be answered from outside; production needs an address of your domain".to_owned()
                );
            }
            Ok(from)
        });
        let reply_to = layers.parse_optional("mail.reply_to", "\"office@example.org\"", Mailbox::parse);
        let directory = layers.required_path("mail.directory", "\"data/mail\"");
        let timeout = layers.seconds("mail.timeout_s");
        let connections = layers.number("mail.connections", 1..=64);
        Some(Self {
            transport: transport?,
            from: from?,
            reply_to: reply_to.ok()?,
            directory: directory?,
            timeout: timeout?,
            connections: connections?,
        })
    }
}

fn read_transport(layers: &mut Layers, mode: Mode) -> Option<MailTransport> {
    const CHOICES: [(&str, TransportKind); 2] =
        [("smtp", TransportKind::Smtp), ("file", TransportKind::File)];
    let kind = layers.parse("mail.transport", "\"smtp\"", |text| {
        let kind = choose(text, &CHOICES)?;
        match kind {
            TransportKind::File if mode.is_production() => {
                Err("would write receipts to files that nobody gets; production sends by SMTP".to_owned())
            }
            TransportKind::File | TransportKind::Smtp => Ok(kind),
        }
    });
    let ca_file = Some(layers.text("mail.ca_file")).filter(|path| !path.is_empty()).map(PathBuf::from);
    // A wrong URL is told even while the transport is "file", before it is needed.
    let server = layers.parse_optional("mail.smtp_url", URL_EXAMPLE, |text| {
        let server = SmtpServer::parse(text)?;
        let is_readable = server.encryption == Encryption::None && !is_loopback(&server.host);
        if mode.is_production() && is_readable && server.credentials.is_some() {
            return Err("would send the password unencrypted; leave out tls=none".to_owned());
        }
        Ok(server)
    });
    match kind? {
        TransportKind::File => Some(MailTransport::File),
        TransportKind::Smtp => {
            let server = server.ok()?;
            if server.is_none() {
                layers.reject("mail.smtp_url", "is empty, but transport is \"smtp\"", URL_EXAMPLE);
            }
            server.map(|server| MailTransport::Smtp(SmtpServer { ca_file, ..server }))
        }
    }
}

impl SmtpServer {
    /// Reads `smtp://` or `smtps://`; errors never repeat the text, which holds a password.
    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("names no host")?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("has a path; host and port are followed by ?tls= or nothing".to_owned());
        }
        let encryption = read_encryption(&url, &host)?;
        let port = url.port().unwrap_or(match encryption {
            Encryption::Implicit => 465,
            Encryption::Required | Encryption::Opportunistic => 587,
            Encryption::None => 25,
        });
        Ok(Self { host, port, encryption, credentials: read_credentials(&url)?, ca_file: None })
    }
}

fn read_encryption(url: &Url, host: &str) -> Result<Encryption, String> {
    let implicit = match url.scheme() {
        "smtp" => false,
        "smtps" => true,
        _ => return Err("does not start with smtp:// or smtps://".to_owned()),
    };
    let mut wanted = None;
    for (name, value) in url.query_pairs() {
        if name != "tls" {
            return Err("has a parameter other than tls".to_owned());
        }
        wanted = Some(match &*value {
            "required" => Encryption::Required,
            "opportunistic" => Encryption::Opportunistic,
            "none" => Encryption::None,
            _ => return Err("has a tls other than required, opportunistic or none".to_owned()),
        });
    }
    match (implicit, wanted) {
        (true, None | Some(Encryption::Required)) => Ok(Encryption::Implicit),
        (true, Some(_)) => {
            Err("starts with smtps://, which is always encrypted, but tls says otherwise".to_owned())
        }
        (false, Some(encryption)) => Ok(encryption),
        // A mail server on this machine seldom has a certificate for "localhost".
        (false, None) if is_loopback(host) => Ok(Encryption::None),
        (false, None) => Ok(Encryption::Required),
    }
}

fn read_credentials(url: &Url) -> Result<Option<(String, Secret<String>)>, String> {
    let decode = |text: &str| {
        let decoded = percent_decode_str(text)
            .decode_utf8()
            .map_err(|_not_utf8| "has a user or password that is not UTF-8")?;
        if decoded.chars().any(char::is_control) {
            Err("has a control character in user or password")
        } else {
            Ok(decoded.into_owned())
        }
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err("has only one of user and password".to_owned()),
        (user, Some(password)) => Ok(Some((decode(user)?, Secret::new(decode(password)?)))),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smtp_urls_say_how_to_encrypt() {
        let cases = [
            ("smtp://mail.example.org", 587, Encryption::Required),
            ("smtp://mail.example.org?tls=opportunistic", 587, Encryption::Opportunistic),
            ("smtp://mail.example.org/?tls=none", 25, Encryption::None),
            ("smtps://mail.example.org", 465, Encryption::Implicit),
            ("smtps://mail.example.org:2465?tls=required", 2465, Encryption::Implicit),
            ("smtp://127.0.0.1:1025", 1025, Encryption::None),
            ("smtp://[::1]", 25, Encryption::None),
            ("smtp://localhost?tls=required", 587, Encryption::Required),
        ];
        for (text, port, encryption) in cases {
            let server = SmtpServer::parse(text).unwrap();
            assert_eq!((server.port, server.encryption), (port, encryption), "{text}");
        }
    }

    #[test]
    fn user_and_password_are_percent_decoded_and_an_ipv6_host_loses_its_brackets() {
        let server = SmtpServer::parse("smtp://ann%40example.org:p%3A%2Fss%25@[2001:db8::1]:26").unwrap();

        let (user, password) = server.credentials.unwrap();
        assert_eq!((user.as_str(), password.expose().as_str()), ("ann@example.org", "p:/ss%"));
        assert_eq!(server.host, "2001:db8::1");
    }

    #[test]
    fn wrong_smtp_urls_are_refused_without_being_repeated() {
        for text in [
            "mail.example.org",
            "http://mail.example.org",
            "smtp://user@mail.example.org",
            "smtps://mail.example.org?tls=none",
            "smtp://mail.example.org?tls=maybe",
            "smtp://mail.example.org?starttls=yes",
            "smtp://mail.example.org/inbox",
            "smtp://a:hunter2%0d@mail.example.org",
        ] {
            let what = SmtpServer::parse(text).unwrap_err();
            assert!(!what.contains("example.org") && !what.contains("hunter2"), "{what}");
        }
    }

    #[test]
    fn mailboxes_are_read_with_and_without_a_name() {
        let named = Mailbox::parse("The Exämple Review <donations@example.org>").unwrap();
        assert_eq!(named.to_string(), "The Exämple Review <donations@example.org>");
        assert_eq!(Mailbox::parse("a@example.org").unwrap().name, None);
        for bad in ["", "nobody", "Ann <a@example.org", "Ann <>", "A\r\nBcc: x@example.org <a@example.org>"] {
            assert!(Mailbox::parse(bad).is_err(), "{bad}");
        }
    }
}
