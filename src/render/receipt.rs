//! The receipt as a document, drawn from its frozen snapshot and nothing else: the same receipt is the same
//! bytes for ever.

use super::receipt_pdf::{self, CreatedOn, PdfError, ReceiptPage};
use super::words::gateway_words;
use crate::domain::money::{Money, MoneyError};
use crate::domain::pledge::{GatewayKind, TributeKind};
use crate::domain::receipt::{Acknowledgement, FrozenMoney, Receipt, ReceiptSnapshot, ReceiptStatus};
use crate::words::{Dir, Language};
use chrono::Datelike as _;

/// Why a receipt was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The snapshot holds an amount that is none.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The document could not be made.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

/// The PDF of a receipt. One that was taken back says so across the top.
pub fn pdf(
    receipt: &Receipt,
    replaced_by: Option<&str>,
    language: &Language,
) -> Result<Vec<u8>, ReceiptError> {
    let banner = match (receipt.status, replaced_by) {
        (ReceiptStatus::Issued | ReceiptStatus::Sent, _) => None,
        (ReceiptStatus::Voided, _) => Some(language.text("receipt-void", &[])),
        (ReceiptStatus::Replaced, None) => Some(language.text("receipt-replaced", &[])),
        (ReceiptStatus::Replaced, Some(number)) => {
            Some(language.text("receipt-replaced-by", &[("number", number.into())]))
        }
    };
    Ok(receipt_pdf::draw(&page(&receipt.snapshot, banner, language)?)?)
}

/// The name of the attached file.
pub fn file_name(receipt: &Receipt) -> String {
    format!("receipt-{}.pdf", receipt.snapshot.number)
}

fn amount(frozen: &FrozenMoney) -> Result<Money, MoneyError> {
    Money::try_from(frozen)
}

fn page(
    snapshot: &ReceiptSnapshot,
    banner: Option<String>,
    language: &Language,
) -> Result<ReceiptPage, ReceiptError> {
    let word = |key| language.text(key, &[]);
    let organisation = &snapshot.organisation;
    let mut lines = vec![organisation.name.clone()];
    lines.extend(organisation.address.iter().cloned());
    lines.extend(organisation.registration.iter().cloned());
    lines.extend(snapshot.acknowledgement.iter().map(|said| format!("EIN {}", said.ein)));
    let mut donor: Vec<String> = snapshot.donor_name.iter().cloned().collect();
    donor.extend(Some(snapshot.donor_email.clone()).filter(|address| !address.is_empty()));
    let mut paragraphs: Vec<String> = organisation.statement.iter().cloned().collect();
    if let Some(said) = &snapshot.acknowledgement {
        paragraphs.push(acknowledgement(said)?);
    }
    if let Some(replaced) = &snapshot.replaces {
        paragraphs.push(language.text("receipt-takes-place", &[("number", replaced.into())]));
    }
    Ok(ReceiptPage {
        language: language.tag().to_owned(),
        mirrored: language.dir() == Dir::Rtl,
        organisation: lines,
        title: word("receipt-title"),
        number_line: language.text("gift-receipt-number", &[("number", (&snapshot.number).into())]),
        donor,
        rows: rows(snapshot, language)?,
        total: (word("receipt-total"), language.money(amount(&snapshot.net)?)),
        paragraphs,
        banner,
        footer: format!("{} · {} {}", organisation.name, word("receipt-title"), snapshot.number),
        created: CreatedOn {
            year: u16::try_from(snapshot.issued_on.year()).unwrap_or_default(),
            month: u8::try_from(snapshot.issued_on.month()).unwrap_or(1),
            day: u8::try_from(snapshot.issued_on.day()).unwrap_or(1),
        },
    })
}

/// What the tax law of the United States wants said, in its language whatever that of the receipt is.
fn acknowledgement(said: &Acknowledgement) -> Result<String, MoneyError> {
    if said.received.is_empty() {
        return Ok(if said.trifles {
            "Nothing but benefits of insubstantial value was provided in return for this contribution."
        } else {
            "No goods or services were provided in return for this contribution."
        }
        .to_owned());
    }
    let mut received = Vec::new();
    for (text, value) in &said.received {
        received.push(format!("{text} (estimated fair market value {})", amount(value)?.text()));
    }
    let limit = match &said.deductible {
        Some(left) => format!("limited to {}: what you gave less that value", amount(left)?.text()),
        None => "limited to what you gave less that value".to_owned(),
    };
    Ok(format!(
        "In return for this contribution you receive: {}. The amount that is deductible for federal income tax purposes \
         is {limit}.",
        received.join("; ")
    ))
}

fn rows(snapshot: &ReceiptSnapshot, language: &Language) -> Result<Vec<(String, String)>, MoneyError> {
    let word = |key| language.text(key, &[]);
    let method = GatewayKind::parse(&snapshot.method)
        .map_or_else(|| snapshot.method.clone(), |kind| gateway_words(kind, language));
    let mut rows = vec![
        (word("receipt-issued"), language.date(snapshot.issued_on)),
        (word("receipt-received"), language.date(snapshot.received_on)),
        (word("receipt-for"), snapshot.campaign.clone()),
        (word("receipt-paid-by"), method),
    ];
    if let Some((kind, name)) = &snapshot.tribute {
        rows.push((word("receipt-dedicated"), tribute_text(kind, name, language)));
    }
    let (gross, refunded) = (amount(&snapshot.gross)?, amount(&snapshot.refunded)?);
    rows.push((word("receipt-gift"), language.money(gross)));
    if let Some(cover) = &snapshot.fee_cover {
        rows.push((word("receipt-fee"), language.money(amount(cover)?)));
    }
    if !refunded.is_zero() {
        rows.push((word("receipt-returned"), language.money(refunded)));
    }
    Ok(rows)
}

/// `In memory of Rosa`
pub fn tribute_text(kind: &str, name: &str, language: &Language) -> String {
    let key = match TributeKind::parse(kind) {
        Some(TributeKind::Honour) => "receipt-honour",
        Some(TributeKind::Memory) => "receipt-memory",
        None => return name.to_owned(),
    };
    language.text(key, &[("name", name.into())])
}
