//! How to pay by bank transfer, as shown on the page and in the letter.

use super::pages;
use super::qr::{self, EpcTransfer};
use crate::domain::bank::{Transfer, grouped_by_four};
use crate::words::Language;

/// The details as people read them, without a code to scan.
pub fn shown(transfer: &Transfer, language: &Language) -> pages::Transfer {
    with_amount(transfer, language.money(transfer.amount))
}

fn with_amount(transfer: &Transfer, amount_text: String) -> pages::Transfer {
    let account = &transfer.account;
    pages::Transfer {
        holder: account.holder.clone(),
        iban: grouped_by_four(&account.iban),
        bic: account.bic.clone(),
        reference: transfer.reference.grouped(),
        amount_text,
        qr_svg: None,
        qr_cid: None,
        instructions: account.instructions.clone(),
    }
}

/// The details in one English sentence, for programs that show text only.
pub fn sentence(transfer: &Transfer) -> String {
    let shown = with_amount(transfer, transfer.amount.text());
    let text = format!(
        "Please transfer {} to {}, IBAN {}, with the reference {}.",
        shown.amount_text, shown.holder, shown.iban, shown.reference
    );
    shown.instructions.map_or(text.clone(), |more| format!("{text} {more}"))
}

/// The content of the code that European banking apps read. None outside the euro, where there is no such
/// code, and for details that do not fit into it.
pub fn epc_payload(transfer: &Transfer) -> Option<String> {
    let account = &transfer.account;
    if transfer.amount.currency().code() != "EUR" {
        return None;
    }
    let payload = qr::epc_payload(&EpcTransfer {
        name: &account.holder,
        iban: &account.iban,
        bic: account.bic.as_deref(),
        amount_minor: transfer.amount.minor(),
        reference: transfer.reference.as_str(),
    });
    payload.inspect_err(|error| tracing::warn!(%error, "no payment code for a bank transfer")).ok()
}
