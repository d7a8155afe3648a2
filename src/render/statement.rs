//! The yearly statement as a page and as a document. It holds no time of its own: the same statement is the same bytes
//! for ever.

use super::account_pages::{StatementLine, StatementShown, Total};
use super::interim_words::text;
use super::receipt_pdf::{self, CreatedOn, PdfError, ReceiptPage};
use super::words::date_text;
use crate::domain::account::Statement;
use crate::domain::money::Money;

/// A statement as its page shows it.
pub fn shown(statement: &Statement) -> StatementShown {
    let line = |line: &crate::domain::account::StatementLine| StatementLine {
        date_text: date_text(line.received_on),
        campaign: line.campaign.clone(),
        gateway: line.gateway.as_str(),
        gross_text: line.gross.text(),
        kept_text: line.kept.text(),
        receipt: line.receipt.clone(),
    };
    let total = |total: &Money| Total { currency: total.currency().code().to_owned(), text: total.text() };
    StatementShown {
        year: statement.year,
        organisation: organisation(statement),
        statement_text: statement.organisation.statement.clone(),
        donor: donor(statement),
        lines: statement.lines.iter().map(line).collect(),
        totals: statement.totals.iter().map(total).collect(),
    }
}

fn organisation(statement: &Statement) -> Vec<String> {
    let legal = &statement.organisation;
    let name = std::iter::once(&legal.name);
    name.chain(&legal.address).chain(&legal.registration).cloned().collect()
}

fn donor(statement: &Statement) -> Vec<String> {
    let profile = &statement.profile;
    let mut lines: Vec<String> = profile.name.iter().cloned().collect();
    lines.extend(profile.postal_address.iter().flat_map(|address| address.lines().map(str::to_owned)));
    if lines.is_empty() {
        lines.push(profile.email.as_str().to_owned());
    }
    lines
}

/// The PDF of a statement; dated to the last day of its year.
pub fn pdf(statement: &Statement) -> Result<Vec<u8>, PdfError> {
    let year = ("year", statement.year.to_string());
    let publisher = ("organisation", statement.organisation.name.clone());
    let mut rows: Vec<(String, String)> = statement
        .lines
        .iter()
        .map(|line| (format!("{} · {}", date_text(line.received_on), line.campaign), line.kept.text()))
        .collect();
    let mut totals: Vec<(String, String)> = statement
        .totals
        .iter()
        .map(|total| {
            let currency = ("currency", total.currency().code().to_owned());
            (text("account-statement-total", &[currency]), total.text())
        })
        .collect();
    let total = totals.pop().unwrap_or_default();
    rows.extend(totals);
    let lead = text("account-statement-lead", &[publisher.clone(), year.clone()]);
    let mut paragraphs = vec![lead];
    paragraphs.extend(statement.organisation.statement.clone());
    paragraphs.push(text("account-statement-receipts", &[]));
    receipt_pdf::draw(&ReceiptPage {
        language: "en".to_owned(),
        organisation: organisation(statement),
        title: text("account-statement-title", &[year.clone()]),
        number_line: text("account-statement-number", &[year.clone()]),
        donor: donor(statement),
        rows,
        total,
        paragraphs,
        banner: None,
        footer: text("account-statement-footer", &[publisher, year]),
        created: CreatedOn { year: u16::try_from(statement.year).unwrap_or_default(), month: 12, day: 31 },
    })
}

/// The name of the attached file.
pub fn file_name(year: i32) -> String {
    format!("statement-{year}.pdf")
}
