//! The yearly statement as a page and as a document. It holds no time of its own: the same statement is the same bytes
//! for ever.

use super::account_pages::{StatementLine, StatementShown, Total};
use super::receipt_pdf::{self, CreatedOn, PdfError, ReceiptPage};
use crate::domain::account::Statement;
use crate::domain::money::Money;
use crate::words::Language;

/// A statement as its page shows it.
pub fn shown(statement: &Statement, language: &Language) -> StatementShown {
    let line = |line: &crate::domain::account::StatementLine| StatementLine {
        date_text: language.date(line.received_on),
        campaign: line.campaign.clone(),
        gateway: line.gateway.as_str(),
        gross_text: language.money(line.gross),
        kept_text: language.money(line.kept),
        receipt: line.receipt.clone(),
    };
    let total =
        |total: &Money| Total { currency: total.currency().code().to_owned(), text: language.money(*total) };
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
        lines.push(crate::domain::account::address_text(profile.email.as_str()).to_owned());
    }
    lines
}

/// The PDF of a statement; dated to the last day of its year.
pub fn pdf(statement: &Statement, language: &Language) -> Result<Vec<u8>, PdfError> {
    let (year, publisher) = (statement.year.to_string(), statement.organisation.name.clone());
    let told = [("year", year.into()), ("organisation", publisher.into())];
    let text = |key: &str| language.text(key, &told);
    let mut rows: Vec<(String, String)> = statement
        .lines
        .iter()
        .map(|line| {
            (format!("{} · {}", language.date(line.received_on), line.campaign), language.money(line.kept))
        })
        .collect();
    let mut totals: Vec<(String, String)> = statement
        .totals
        .iter()
        .map(|total| {
            let currency = [("currency", total.currency().code().into())];
            (language.text("account-statement-total", &currency), language.money(*total))
        })
        .collect();
    let total = totals.pop().unwrap_or_default();
    rows.extend(totals);
    let lead = text("account-statement-lead");
    let mut paragraphs = vec![lead];
    paragraphs.extend(statement.organisation.statement.clone());
    paragraphs.push(text("account-statement-receipts"));
    receipt_pdf::draw(&ReceiptPage {
        mirrored: language.dir() == crate::words::Dir::Rtl,
        language: language.tag().to_owned(),
        organisation: organisation(statement),
        title: text("account-statement-title"),
        number_line: text("account-statement-number"),
        donor: donor(statement),
        rows,
        total,
        paragraphs,
        banner: None,
        footer: text("account-statement-footer"),
        created: CreatedOn { year: u16::try_from(statement.year).unwrap_or_default(), month: 12, day: 31 },
    })
}

/// The name of the attached file.
pub fn file_name(year: i32) -> String {
    format!("statement-{year}.pdf")
}
