//! The receipt as a document, drawn from its frozen snapshot and nothing else: the same receipt is the same
//! bytes for ever.

use super::receipt_pdf::{self, CreatedOn, PdfError, ReceiptPage};
use super::words::{date_text, gateway_label};
use crate::domain::money::{Money, MoneyError};
use crate::domain::pledge::{GatewayKind, TributeKind};
use crate::domain::receipt::{FrozenMoney, Receipt, ReceiptSnapshot, ReceiptStatus};
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
pub fn pdf(receipt: &Receipt, replaced_by: Option<&str>) -> Result<Vec<u8>, ReceiptError> {
    let banner = match (receipt.status, replaced_by) {
        (ReceiptStatus::Issued | ReceiptStatus::Sent, _) => None,
        (ReceiptStatus::Voided, _) => Some("Void: the gift was returned".to_owned()),
        (ReceiptStatus::Replaced, None) => Some("Void: replaced by a newer receipt".to_owned()),
        (ReceiptStatus::Replaced, Some(number)) => Some(format!("Void: replaced by receipt {number}")),
    };
    Ok(receipt_pdf::draw(&page(&receipt.snapshot, banner)?)?)
}

/// The name of the attached file.
pub fn file_name(receipt: &Receipt) -> String {
    format!("receipt-{}.pdf", receipt.snapshot.number)
}

fn amount(frozen: &FrozenMoney) -> Result<Money, MoneyError> {
    Money::try_from(frozen)
}

fn page(snapshot: &ReceiptSnapshot, banner: Option<String>) -> Result<ReceiptPage, ReceiptError> {
    let organisation = &snapshot.organisation;
    let mut lines = vec![organisation.name.clone()];
    lines.extend(organisation.address.iter().cloned());
    lines.extend(organisation.registration.iter().cloned());
    let mut donor: Vec<String> = snapshot.donor_name.iter().cloned().collect();
    donor.push(snapshot.donor_email.clone());
    let mut paragraphs: Vec<String> = organisation.statement.iter().cloned().collect();
    if let Some(replaced) = &snapshot.replaces {
        paragraphs
            .push(format!("This receipt takes the place of receipt {replaced}, which is no longer valid."));
    }
    Ok(ReceiptPage {
        language: snapshot.locale.clone(),
        organisation: lines,
        title: "Receipt".to_owned(),
        number_line: format!("No. {}", snapshot.number),
        donor,
        rows: rows(snapshot)?,
        total: ("Total".to_owned(), amount(&snapshot.net)?.text()),
        paragraphs,
        banner,
        footer: format!("{} · Receipt {}", organisation.name, snapshot.number),
        created: CreatedOn {
            year: u16::try_from(snapshot.issued_on.year()).unwrap_or_default(),
            month: u8::try_from(snapshot.issued_on.month()).unwrap_or(1),
            day: u8::try_from(snapshot.issued_on.day()).unwrap_or(1),
        },
    })
}

fn rows(snapshot: &ReceiptSnapshot) -> Result<Vec<(String, String)>, MoneyError> {
    let method = GatewayKind::parse(&snapshot.method)
        .map_or_else(|| snapshot.method.clone(), |kind| gateway_label(kind).to_owned());
    let mut rows = vec![
        ("Issued".to_owned(), date_text(snapshot.issued_on)),
        ("Gift received".to_owned(), date_text(snapshot.received_on)),
        ("Given for".to_owned(), snapshot.campaign.clone()),
        ("Paid by".to_owned(), method),
    ];
    if let Some((kind, name)) = &snapshot.tribute {
        rows.push(("Dedicated".to_owned(), tribute_text(kind, name)));
    }
    let (gross, refunded) = (amount(&snapshot.gross)?, amount(&snapshot.refunded)?);
    rows.push(("Gift".to_owned(), gross.text()));
    if let Some(cover) = &snapshot.fee_cover {
        rows.push(("Covering the fee".to_owned(), amount(cover)?.text()));
    }
    if !refunded.is_zero() {
        rows.push(("Returned".to_owned(), refunded.text()));
    }
    Ok(rows)
}

/// `In memory of Rosa`
pub fn tribute_text(kind: &str, name: &str) -> String {
    match TributeKind::parse(kind) {
        Some(TributeKind::Honour) => format!("In honour of {name}"),
        Some(TributeKind::Memory) => format!("In memory of {name}"),
        None => name.to_owned(),
    }
}
