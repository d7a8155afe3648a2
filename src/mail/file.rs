//! Mail as `.eml` files: written instead of sent in development, and read back for the mail viewer.
//!
//! Everything here blocks on the disk; call it from a blocking task.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

const EXTENSION: &str = ".eml";
/// Longest part of a message id that gets into a file name, in characters.
const ID_CHARACTERS: usize = 120;
/// Newest mails that are listed.
const LISTED_MAX: usize = 500;

/// One mail in the folder.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Names it for [`read`]; the newest sorts last.
    pub id: String,
    /// Subject line.
    pub subject: String,
    /// Sender, as `Name <address>`.
    pub from: String,
    /// Recipient, likewise.
    pub to: String,
    /// When it was sent.
    pub date: Option<DateTime<Utc>>,
}

/// A mail with its parts.
#[derive(Clone, Debug)]
pub struct StoredMessage {
    /// Subject line.
    pub subject: String,
    /// Sender, as `Name <address>`.
    pub from: String,
    /// Recipient, likewise.
    pub to: String,
    /// When it was sent.
    pub date: Option<DateTime<Utc>>,
    /// The plain text part, empty when there is none.
    pub text: String,
    /// The HTML part as sent, empty when there is none. Show it without letting it run scripts.
    pub html: String,
    /// Files and inline pictures.
    pub attachments: Vec<StoredAttachment>,
    /// All headers in their order, unfolded, as they travelled.
    pub headers: Vec<(String, String)>,
}

/// A file or picture of a mail.
#[derive(Clone, Debug)]
pub struct StoredAttachment {
    /// File name, empty when it has none.
    pub name: String,
    /// Such as `application/pdf`.
    pub media_type: String,
    /// What follows `cid:` in the HTML, for a picture shown there.
    pub cid: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Why a stored mail cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// No such mail, or a text that is no id.
    #[error("there is no stored mail of this id")]
    NotFound,
    /// The disk refuses.
    #[error("the stored mail cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file holds no mail.
    #[error("the file of this id holds no mail")]
    NotAMail,
}

/// The mails of a folder, newest first, at most 500. A folder that does not exist yet is empty.
pub fn list(directory: &Path) -> Result<Vec<Stored>, StoredError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(EXTENSION)).filter(|id| is_id(id));
        ids.extend(id.map(str::to_owned));
    }
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.truncate(LISTED_MAX);
    let mut mails = Vec::with_capacity(ids.len());
    for id in ids {
        // Somebody may tidy the folder meanwhile; what is gone or no mail is left out.
        let Ok(bytes) = fs::read(directory.join(format!("{id}{EXTENSION}"))) else {
            continue;
        };
        let Some(message) = MessageParser::new().parse_headers(&bytes) else {
            continue;
        };
        let (subject, from, to, date) = summary(&message);
        mails.push(Stored { id, subject, from, to, date });
    }
    Ok(mails)
}

/// The mail of this id.
pub fn read(directory: &Path, id: &str) -> Result<StoredMessage, StoredError> {
    if !is_id(id) {
        return Err(StoredError::NotFound);
    }
    let bytes = match fs::read(directory.join(format!("{id}{EXTENSION}"))) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(StoredError::NotFound),
        Err(error) => return Err(error.into()),
    };
    let message = MessageParser::new().parse(&bytes).ok_or(StoredError::NotAMail)?;
    let (subject, from, to, date) = summary(&message);
    let html = message.html_bodies().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        PartType::Text(_)
        | PartType::Binary(_)
        | PartType::InlineBinary(_)
        | PartType::Message(_)
        | PartType::Multipart(_) => None,
    });
    let headers = message.headers_raw().map(|(name, value)| (name.to_owned(), unfolded(value)));
    Ok(StoredMessage {
        subject,
        from,
        to,
        date,
        text: message.body_text(0).map(|text| text.replace("\r\n", "\n")).unwrap_or_default(),
        html: html.unwrap_or_default(),
        attachments: message.attachments().map(attachment).collect(),
        headers: headers.collect(),
    })
}

/// Sortable by time, unique by message, harmless on every file system and in a URL.
pub(super) fn file_name(message_id: &str, now: DateTime<Utc>) -> String {
    let harmless = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' }
    };
    let id: String = message_id.chars().take(ID_CHARACTERS).map(harmless).collect();
    format!("{}-{id}{EXTENSION}", now.format("%Y%m%dT%H%M%S%.3fZ"))
}

/// Writes a file so that it is there whole or not at all, even when the machine stops, and only for its owner's
/// eyes: mails hold sign-in links.
pub(super) fn write(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let temporary = directory.join(format!(".{name}.part"));
    let written =
        write_through(&temporary, bytes).and_then(|()| fs::rename(&temporary, directory.join(name)));
    if written.is_err() {
        // The first error is the one to tell; a leftover is only untidy, and is overwritten by the next try.
        drop(fs::remove_file(&temporary));
    }
    written?;
    sync_directory(directory)
}

/// Removes the mails to these addresses, whatever their capital letters. A folder that does not exist holds none.
pub(super) fn forget(directory: &Path, addresses: &[String]) -> io::Result<()> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != EXTENSION.trim_start_matches('.')) {
            continue;
        }
        let bytes = fs::read(&path)?;
        let message = MessageParser::new().parse_headers(&bytes);
        let is_theirs = message.as_ref().and_then(Message::to).is_some_and(|to| {
            to.iter()
                .filter_map(|one| one.address())
                .any(|one| addresses.iter().any(|address| address.eq_ignore_ascii_case(one)))
        });
        if is_theirs {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Whether a file can be written here.
pub(super) fn check(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let probe = directory.join(format!(".check-{}.part", std::process::id()));
    write_through(&probe, b"")?;
    fs::remove_file(&probe)
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the rename itself survive a power cut; Windows neither needs nor allows it.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Only names this module makes: no separator, no leading dot, hence no way out of the folder.
fn is_id(id: &str) -> bool {
    let is_harmless = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    !id.is_empty() && id.len() <= 200 && !id.starts_with('.') && is_harmless
}

fn summary(message: &Message<'_>) -> (String, String, String, Option<DateTime<Utc>>) {
    let date = message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0));
    let subject = message.subject().unwrap_or_default().to_owned();
    (subject, people(message.from()), people(message.to()), date)
}

fn people(address: Option<&Address<'_>>) -> String {
    let people =
        address.into_iter().flat_map(Address::iter).map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (None, Some(only)) | (Some(only), None) => only.to_owned(),
            (None, None) => String::new(),
        });
    people.collect::<Vec<_>>().join(", ")
}

fn attachment(part: &MessagePart<'_>) -> StoredAttachment {
    let media_type = part.content_type().map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()),
        None => kind.ctype().to_owned(),
    });
    StoredAttachment {
        name: part.attachment_name().unwrap_or_default().to_owned(),
        media_type: media_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        cid: part.content_id().map(str::to_owned),
        bytes: part.contents().to_vec(),
    }
}

fn unfolded(value: &str) -> String {
    value.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::super::{Address, Attachment, InlineImage, Mailer, OutgoingMail};
    use super::*;
    use crate::config::Config;

    fn mailer(folder: &TempDir) -> Mailer {
        let directory = folder.path().join("deep/mail").to_str().unwrap().to_owned();
        let config = Config::load(None, [("MAINSTAY_MAIL__DIRECTORY".to_owned(), directory)]).unwrap();
        Mailer::from_config(&config.mail, "127.0.0.1").unwrap()
    }

    fn mail(subject: &str, message_id: &str) -> OutgoingMail {
        OutgoingMail {
            to: Address { name: Some("Zoë".to_owned()), email: "zoe@example.net".to_owned() },
            subject: subject.to_owned(),
            text: "Dear Zoë,\nthank you.\n".to_owned(),
            html: "<p>Dear Zoë</p>".to_owned(),
            message_id: message_id.to_owned(),
            attachments: vec![Attachment {
                name: "receipt.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                bytes: b"%PDF".to_vec(),
            }],
            inline: vec![InlineImage {
                cid: "logo".to_owned(),
                media_type: "image/png".to_owned(),
                bytes: vec![1],
            }],
            headers: vec![],
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_600_000 + second, 0).unwrap()
    }

    #[tokio::test]
    async fn what_is_sent_to_the_folder_can_be_listed_and_read() {
        let folder = TempDir::new().unwrap();
        let directory = folder.path().join("deep/mail");
        let mailer = mailer(&folder);
        assert!(list(&directory).unwrap().is_empty());

        mailer.check().await.unwrap();
        mailer.send(&mail("Erste — ✓", "job_1@host"), at(0)).await.unwrap();
        mailer.send(&mail("Second", "../../job_2@host"), at(1)).await.unwrap();

        let mails = list(&directory).unwrap();
        let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["Second", "Erste — ✓"]);
        assert_eq!(mails[1].to, "Zoë <zoe@example.net>");
        assert_eq!(mails[1].from, "Mainstay <donations@localhost>");
        assert_eq!(mails[1].date, Some(at(0)));
        let read = read(&directory, &mails[1].id).unwrap();
        assert_eq!(read.text, "Dear Zoë,\nthank you.\n");
        assert_eq!(read.html, "<p>Dear Zoë</p>");
        assert!(
            read.headers.contains(&("Message-ID".to_owned(), "<job_1@host>".to_owned())),
            "{:?}",
            read.headers
        );
        let file = read.attachments.iter().find(|file| file.name == "receipt.pdf").unwrap();
        assert_eq!(
            (file.media_type.as_str(), file.bytes.as_slice()),
            ("application/pdf", b"%PDF".as_slice())
        );
        assert!(read.attachments.iter().any(|file| file.cid.as_deref() == Some("logo")));
    }

    #[tokio::test]
    async fn a_repetition_at_the_same_moment_replaces_the_file_and_leaves_nothing_behind() {
        let folder = TempDir::new().unwrap();
        let mailer = mailer(&folder);

        mailer.send(&mail("Once", "job_1@host"), at(0)).await.unwrap();
        mailer.send(&mail("Once", "job_1@host"), at(0)).await.unwrap();

        let names: Vec<_> = fs::read_dir(folder.path().join("deep/mail")).unwrap().collect();
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn an_id_cannot_leave_the_folder() {
        let folder = TempDir::new().unwrap();
        let inside = folder.path().join("mail");
        write(&inside, "a.eml", b"Subject: in\r\n\r\n").unwrap();
        fs::write(folder.path().join("secret.eml"), "Subject: out\r\n\r\n").unwrap();

        assert_eq!(read(&inside, "a").unwrap().subject, "in");
        for id in
            ["../secret", "..", "", ".", "/etc/passwd", "a/../a", "a\0", "..\\secret", "%2e%2e%2fsecret"]
        {
            assert!(matches!(read(&inside, id), Err(StoredError::NotFound)), "{id}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_a_stored_mail() {
        use std::os::unix::fs::PermissionsExt;

        let folder = TempDir::new().unwrap();
        write(folder.path(), "a.eml", b"x").unwrap();

        let mode = fs::metadata(folder.path().join("a.eml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_is_a_temporary_trouble() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("deep"), "in the way").unwrap();

        let error = mailer(&folder).check().await.unwrap_err();

        assert!(matches!(error, super::super::MailError::Temporary { .. }));
    }
}
