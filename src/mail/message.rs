//! A mail as the rest of the program sees it, and its bytes as they travel.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as FilePart, Mailbox as MailMailbox, MultiPart, SinglePart};

use super::MailError;
use crate::config::Mailbox;

/// A mail to one person.
#[derive(Clone, Debug)]
pub struct OutgoingMail {
    /// Who gets it.
    pub to: Address,
    /// Subject line.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part; empty: none.
    pub html: String,
    /// Stable identity, without angle brackets: the same mail sent twice carries the same one, so that a mail
    /// program can drop the repetition.
    pub message_id: String,
    /// Files, such as the receipt.
    pub attachments: Vec<Attachment>,
    /// Pictures the HTML shows by `cid:`.
    pub inline: Vec<InlineImage>,
    /// More headers, such as `List-Unsubscribe`. The ones every mail has cannot be given here, except
    /// `Auto-Submitted`, which otherwise says `auto-generated`.
    pub headers: Vec<(String, String)>,
}

/// A person's mail address.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// Name shown by mail programs.
    pub name: Option<String>,
    /// The bare address.
    pub email: String,
}

impl std::fmt::Debug for Address {
    /// Without name and address, so that no log shows them by accident.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(…)")
    }
}

/// A file that comes with a mail.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// File name shown to the reader.
    pub name: String,
    /// Such as `application/pdf`.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A picture within the HTML part.
#[derive(Clone, Debug)]
pub struct InlineImage {
    /// What follows `cid:` in the HTML.
    pub cid: String,
    /// Such as `image/png`.
    pub media_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Headers that this module or the mail library writes itself.
const OWN_HEADERS: [&str; 13] = [
    "from",
    "sender",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
];

/// In whose name mail goes out.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

/// Envelope and bytes of a mail sent at `now`.
pub(super) fn build(
    sender: &Sender,
    mail: &OutgoingMail,
    now: DateTime<Utc>,
) -> Result<(Envelope, Vec<u8>), MailError> {
    check_line("subject", &mail.subject)?;
    check_message_id(&mail.message_id)?;
    let to = Mailbox { name: mail.to.name.clone(), email: mail.to.email.clone() };
    let mut builder = Message::builder()
        .from(mailbox("sender", &sender.from)?)
        .to(mailbox("recipient", &to)?)
        .subject(mail.subject.clone())
        .date(SystemTime::from(now))
        .message_id(Some(format!("<{}>", mail.message_id)));
    if let Some(reply_to) = &sender.reply_to {
        builder = builder.reply_to(mailbox("reply-to", reply_to)?);
    }
    // RFC 3834: keeps absence notices from answering.
    if !mail.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("auto-submitted")) {
        builder = builder.raw_header(header("Auto-Submitted", "auto-generated")?);
    }
    for (name, value) in &mail.headers {
        if OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(MailError::Invalid(format!("header {name:?} is not for the caller to set")));
        }
        builder = builder.raw_header(header(name, value)?);
    }
    let message = match body(mail)? {
        Body::Single(part) => builder.singlepart(part),
        Body::Multi(parts) => builder.multipart(parts),
    };
    let message = message.map_err(|error| MailError::Invalid(error.to_string()))?;
    Ok((message.envelope().clone(), message.formatted()))
}

enum Body {
    Single(SinglePart),
    Multi(MultiPart),
}

/// `mixed( alternative( text, related( html, pictures ) ), files )`, leaving out every level with one part.
fn body(mail: &OutgoingMail) -> Result<Body, MailError> {
    let text = SinglePart::plain(mail.text.clone());
    let content = if mail.html.is_empty() {
        Body::Single(text)
    } else {
        let html = SinglePart::html(mail.html.clone());
        let both = MultiPart::alternative().singlepart(text);
        Body::Multi(if mail.inline.is_empty() {
            both.singlepart(html)
        } else {
            let mut related = MultiPart::related().singlepart(html);
            for image in &mail.inline {
                related = related.singlepart(inline(image)?);
            }
            both.multipart(related)
        })
    };
    if mail.attachments.is_empty() {
        return Ok(content);
    }
    let mut mixed = match content {
        Body::Single(part) => MultiPart::mixed().singlepart(part),
        Body::Multi(parts) => MultiPart::mixed().multipart(parts),
    };
    for attachment in &mail.attachments {
        check_line("attachment name", &attachment.name)?;
        let part = FilePart::new(attachment.name.clone());
        mixed = mixed.singlepart(part.body(attachment.bytes.clone(), media_type(&attachment.media_type)?));
    }
    Ok(Body::Multi(mixed))
}

fn inline(image: &InlineImage) -> Result<SinglePart, MailError> {
    if image.cid.is_empty() || !image.cid.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>')) {
        return Err(MailError::Invalid(format!("{:?} is not a content id", image.cid)));
    }
    Ok(FilePart::new_inline(image.cid.clone()).body(image.bytes.clone(), media_type(&image.media_type)?))
}

fn media_type(text: &str) -> Result<ContentType, MailError> {
    check_line("media type", text)?;
    ContentType::parse(text).map_err(|_malformed| MailError::Invalid(format!("{text:?} is not a media type")))
}

fn mailbox(role: &str, mailbox: &Mailbox) -> Result<MailMailbox, MailError> {
    check_line(role, &mailbox.email)?;
    check_line(role, mailbox.name.as_deref().unwrap_or_default())?;
    let address = mailbox.email.parse();
    let address =
        address.map_err(|error| MailError::Invalid(format!("the {role}'s address is not valid: {error}")))?;
    Ok(MailMailbox::new(mailbox.name.clone().filter(|name| !name.trim().is_empty()), address))
}

fn header(name: &str, value: &str) -> Result<HeaderValue, MailError> {
    check_line(name, value)?;
    let is_token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let name = HeaderName::new_from_ascii(name.to_owned()).ok().filter(|_| is_token);
    let name = name.ok_or_else(|| MailError::Invalid("a header's name is not valid".to_owned()))?;
    Ok(HeaderValue::new(name, value.to_owned()))
}

/// A line break in a header would let a donor's text add headers and recipients of its own.
fn check_line(role: &str, text: &str) -> Result<(), MailError> {
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err(MailError::Invalid(format!("{role:?} holds a line break or another control character")));
    }
    Ok(())
}

fn check_message_id(id: &str) -> Result<(), MailError> {
    let is_plain = id.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>'));
    let has_both_sides =
        id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    if is_plain && has_both_sides && id.len() <= 200 {
        return Ok(());
    }
    Err(MailError::Invalid("the message id is not of the form job@host".to_owned()))
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    fn sender() -> Sender {
        Sender {
            from: Mailbox {
                name: Some("The Exämple Review".to_owned()),
                email: "donations@example.org".to_owned(),
            },
            reply_to: Some(Mailbox { name: None, email: "office@example.org".to_owned() }),
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-11-25T10:15:00Z".parse().unwrap()
    }

    fn mail() -> OutgoingMail {
        OutgoingMail {
            to: Address { name: Some("Zoë, \"the\" Donor".to_owned()), email: "zoe@example.net".to_owned() },
            subject: "Thank you — 25 € received, and a subject that is long enough to be folded over lines".to_owned(),
            text: "Dear Zoë,\n\nthank you.\n.\nA line with one dot.\n".to_owned(),
            html: "<p>Dear Zoë, <img src=\"cid:logo\"></p>".to_owned(),
            message_id: "job_01JDHS7Z8Q0000000000000000.receipt@give.example.org".to_owned(),
            attachments: vec![Attachment {
                name: "Quittung № 7.pdf".to_owned(),
                media_type: "application/pdf".to_owned(),
                bytes: (0..=255).collect(),
            }],
            inline: vec![InlineImage {
                cid: "logo".to_owned(),
                media_type: "image/png".to_owned(),
                bytes: vec![1, 2, 3],
            }],
            headers: vec![(
                "List-Unsubscribe".to_owned(),
                "<https://give.example.org/account/unsubscribe?token=0123456789abcdef0123456789abcdef0123456789abcdef>"
                    .to_owned(),
            )],
        }
    }

    #[test]
    fn the_bytes_read_back_as_what_was_meant() {
        let mail = mail();

        let (envelope, bytes) = build(&sender(), &mail, now()).unwrap();

        assert!(bytes.is_ascii(), "7-bit, so that every server takes it");
        assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 999), "no line beyond RFC 5322");
        assert_eq!(envelope.to().iter().map(ToString::to_string).collect::<Vec<_>>(), ["zoe@example.net"]);
        assert_eq!(envelope.from().unwrap().to_string(), "donations@example.org");
        let read = MessageParser::new().parse(&bytes).unwrap();
        let first = |address: Option<&mail_parser::Address<'_>>| {
            let first = address.unwrap().first().unwrap().clone();
            (first.name.map(std::borrow::Cow::into_owned), first.address.unwrap().into_owned())
        };
        assert_eq!(first(read.from()), (sender().from.name, "donations@example.org".to_owned()));
        assert_eq!(first(read.to()), (mail.to.name.clone(), "zoe@example.net".to_owned()));
        assert_eq!(first(read.reply_to()), (None, "office@example.org".to_owned()));
        assert_eq!(read.subject(), Some(mail.subject.as_str()));
        assert_eq!(read.message_id(), Some(mail.message_id.as_str()));
        assert_eq!(read.date().unwrap().to_timestamp(), now().timestamp());
        assert_eq!(read.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        assert_eq!(read.header_raw("List-Unsubscribe").map(str::trim), Some(mail.headers[0].1.as_str()));
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), mail.text);
        assert_eq!(read.body_html(0).unwrap(), mail.html);
        let files: Vec<_> = read.attachments().collect();
        let pdf = files.iter().find(|part| part.is_content_type("application", "pdf")).unwrap();
        assert_eq!(pdf.attachment_name(), Some("Quittung № 7.pdf"));
        assert_eq!(pdf.contents(), mail.attachments[0].bytes);
        let logo = files.iter().find(|part| part.is_content_type("image", "png")).unwrap();
        assert_eq!(logo.content_id(), Some("logo"));
        assert_eq!(logo.contents(), [1, 2, 3]);
    }

    #[test]
    fn the_structure_has_no_level_with_a_single_part() {
        let kinds = |mail: &OutgoingMail| {
            let (_, bytes) = build(&sender(), mail, now()).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            ["mixed", "alternative", "related"].map(|kind| text.contains(&format!("multipart/{kind}")))
        };
        let full = mail();
        let plain = OutgoingMail { html: String::new(), inline: vec![], attachments: vec![], ..mail() };
        let both = OutgoingMail { inline: vec![], attachments: vec![], ..mail() };
        let with_file = OutgoingMail { inline: vec![], ..mail() };

        assert_eq!(kinds(&full), [true, true, true]);
        assert_eq!(kinds(&plain), [false, false, false]);
        assert_eq!(kinds(&both), [false, true, false]);
        assert_eq!(kinds(&with_file), [true, true, false]);
    }

    #[test]
    fn control_characters_never_reach_a_header() {
        for bad in ["\r\nBcc: x@example.com", "\nx", "\rx", "\0", "\u{7f}", "\u{85}"] {
            let bad = format!("a{bad}");
            let mut mails = vec![mail(), mail(), mail(), mail(), mail(), mail(), mail(), mail(), mail()];
            mails[0].subject.clone_from(&bad);
            mails[1].to.name = Some(bad.clone());
            mails[2].to.email = format!("{bad}@example.org");
            mails[3].message_id = format!("{bad}@example.org");
            mails[4].headers = vec![("X-Note".to_owned(), bad.clone())];
            mails[5].headers = vec![(bad.clone(), "x".to_owned())];
            mails[6].attachments[0].name.clone_from(&bad);
            mails[7].attachments[0].media_type = format!("text/{bad}");
            mails[8].inline[0].cid.clone_from(&bad);
            for (index, mail) in mails.iter().enumerate() {
                let result = build(&sender(), mail, now());
                assert!(matches!(result, Err(MailError::Invalid(_))), "{index} {bad:?}");
            }
        }
    }

    #[test]
    fn wrong_addresses_ids_and_headers_are_invalid() {
        for email in
            ["", "nobody", "a b@example.org", "a@", "@example.org", "a@b@example.org>", "a@exa mple.org"]
        {
            let mut mail = mail();
            mail.to.email = email.to_owned();
            assert!(matches!(build(&sender(), &mail, now()), Err(MailError::Invalid(_))), "{email}");
        }
        for id in ["", "job", "@host", "job@", "<job@host>", "job @host"] {
            let mail = OutgoingMail { message_id: id.to_owned(), ..mail() };
            assert!(matches!(build(&sender(), &mail, now()), Err(MailError::Invalid(_))), "{id}");
        }
        for name in ["Bcc", "subject", "Content-Type", "", "X Y", "X:Y"] {
            let mail = OutgoingMail { headers: vec![(name.to_owned(), "x".to_owned())], ..mail() };
            assert!(matches!(build(&sender(), &mail, now()), Err(MailError::Invalid(_))), "{name}");
        }
    }

    #[test]
    fn the_caller_may_say_how_the_mail_came_to_be() {
        let headers = vec![("Auto-Submitted".to_owned(), "auto-replied".to_owned())];
        let (_, bytes) = build(&sender(), &OutgoingMail { headers, ..mail() }, now()).unwrap();

        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches("Auto-Submitted").count(), 1);
        assert!(text.contains("Auto-Submitted: auto-replied"));
    }
}
