//! Owns: how a finished mail leaves, and reading back what was written to files in development.
//! May import: `config`, `render`. Must not: decide who gets a mail or when it is tried again. This is the only place
//! that names lettre and mail-parser.

mod file;
mod message;
mod smtp;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task::spawn_blocking;

use crate::config::{self, MailTransport};

pub use message::{Address, Attachment, InlineImage, OutgoingMail};

/// Reading what the `file` transport wrote.
pub mod stored {
    pub use super::file::{Stored, StoredAttachment, StoredError, StoredMessage, list, read};
}

/// Why a mail did not leave. No variant holds an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Will not work next time either: the server refuses this recipient or this message.
    #[error("the mail server refused the message for good{}: {reason}", in_brackets(*.code))]
    Permanent {
        /// Reply code, from 500 to 599.
        code: Option<u16>,
        /// What the server said, addresses removed.
        reason: String,
    },
    /// Worth trying again: the server or the way to it has a problem, or asks to wait.
    #[error("the mail could not be handed over now{}: {reason}", in_brackets(*.code))]
    Temporary {
        /// Reply code, when the server gave one.
        code: Option<u16>,
        /// What went wrong, addresses removed.
        reason: String,
    },
    /// The mail itself is wrong and was not tried.
    #[error("the mail cannot be sent as it is: {0}")]
    Invalid(String),
}

/// How the words of a [`MailError::Temporary`] begin when nothing was answered: whatever is in the way, it is in the way of
/// every letter.
pub const UNANSWERED: &str = "the mail could not be handed over now: ";

fn in_brackets(code: Option<u16>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

/// Sends mail; cheap to clone, every clone shares the connections.
#[derive(Clone, Debug)]
pub struct Mailer {
    sender: Arc<message::Sender>,
    transport: Transport,
}

#[derive(Clone, Debug)]
enum Transport {
    Smtp(Arc<smtp::Smtp>),
    File(PathBuf),
}

impl Mailer {
    /// Prepares sending, without connecting. `public_host` is how this site introduces itself to the mail server.
    ///
    /// `Err` when the file with the extra certificate authority cannot be used.
    pub fn from_config(mail: &config::Mail, public_host: &str) -> Result<Self, MailError> {
        let transport = match &mail.transport {
            MailTransport::Smtp(server) => {
                let smtp = smtp::Smtp::new(server, public_host, mail.timeout, mail.connections)?;
                Transport::Smtp(Arc::new(smtp))
            }
            MailTransport::File => Transport::File(mail.directory.clone()),
        };
        let sender = message::Sender { from: mail.from.clone(), reply_to: mail.reply_to.clone() };
        Ok(Self { sender: Arc::new(sender), transport })
    }

    /// The same way out, with another address that answers go to.
    #[must_use]
    pub fn answered_at(&self, reply_to: Option<&config::Mailbox>) -> Self {
        let sender = message::Sender { from: self.sender.from.clone(), reply_to: reply_to.cloned() };
        Self { sender: Arc::new(sender), transport: self.transport.clone() }
    }

    /// Sends a mail dated `now`. `Ok` means that a server or the disk has taken it over.
    ///
    /// A lost connection after the server's yes looks like [`MailError::Temporary`]; the next try carries the same
    /// `Message-ID`.
    pub async fn send(&self, mail: &OutgoingMail, now: DateTime<Utc>) -> Result<(), MailError> {
        let (envelope, bytes) = message::build(&self.sender, mail, now)?;
        match &self.transport {
            Transport::Smtp(smtp) => smtp.send(&envelope, &bytes).await,
            Transport::File(directory) => {
                let (directory, name) = (directory.clone(), file::file_name(&mail.message_id, now));
                on_disk(move || file::write(&directory, &name, &bytes)).await
            }
        }
    }

    /// Removes the letters to these addresses from the folder of development. What a server took over is out of reach.
    ///
    /// # Errors
    /// `Temporary` if the folder cannot be read or written.
    pub async fn forget(&self, addresses: Vec<String>) -> Result<(), MailError> {
        match &self.transport {
            Transport::Smtp(_) => Ok(()),
            Transport::File(directory) => {
                let directory = directory.clone();
                on_disk(move || file::forget(&directory, &addresses)).await
            }
        }
    }

    /// Whether mail could leave now: the server greets, takes the password and answers, or the folder is writable.
    pub async fn check(&self) -> Result<(), MailError> {
        match &self.transport {
            Transport::Smtp(smtp) => smtp.check().await,
            Transport::File(directory) => {
                let directory = directory.clone();
                on_disk(move || file::check(&directory)).await
            }
        }
    }
}

async fn on_disk(work: impl FnOnce() -> std::io::Result<()> + Send + 'static) -> Result<(), MailError> {
    let reason = match spawn_blocking(work).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    Err(MailError::Temporary { code: None, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_not_answered_is_called_so() {
        let error = |code| MailError::Temporary { code, reason: "away".to_owned() }.to_string();
        assert!(error(None).starts_with(UNANSWERED), "{}", error(None));
        assert!(!error(Some(451)).contains(UNANSWERED), "{}", error(Some(451)));
    }
}
