//! CAMT.053, the statement of ISO 20022, in the versions that banks write; one entry in memory at a time. Names are looked
//! at without their prefix, and what is not needed is passed over.

use super::Fault;
use super::entry::{Entry, Payment, Statement, Written};
use crate::domain::bank_line::{FIELD_CHARACTERS_MAX, ReadLine};
use crate::xml::{Piece, Pieces, shortened};
use std::collections::VecDeque;
use std::fmt;
use std::io::BufRead;

/// No statement is as deep.
const DEPTH_MAX: usize = 40;
/// Letters of one field that are kept at all, in bytes.
const FIELD_BYTES_MAX: usize = FIELD_CHARACTERS_MAX * 4;
/// Where the names of statements begin; behind it stands the version.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";

/// The lines of a file.
pub(super) struct Camt<R> {
    pieces: Pieces<R>,
    /// Names of the elements that are open.
    path: Vec<String>,
    /// Letters of the innermost of them.
    text: String,
    /// The currency that the innermost of them names.
    currency: String,
    statement: Statement,
    entry: Option<Entry>,
    ready: VecDeque<Result<ReadLine, Fault>>,
    ended: bool,
}

impl<R: BufRead> Camt<R> {
    pub(super) fn new(text: R) -> Self {
        Self {
            pieces: Pieces::of(text),
            path: Vec::new(),
            text: String::new(),
            currency: String::new(),
            statement: Statement::default(),
            entry: None,
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// Reads on to the next event. An error is a mistake in the form of the file: nothing is read behind it.
    fn step(&mut self) -> Result<(), Fault> {
        match self.pieces.read()? {
            Piece::Open { name, attributes } => self.open(&name, attributes),
            Piece::Close => {
                self.close();
                Ok(())
            }
            Piece::Letters(text) => {
                self.letters(&text);
                Ok(())
            }
            Piece::End if self.path.is_empty() && self.statement.number > 0 => {
                self.ended = true;
                Ok(())
            }
            Piece::End if self.path.is_empty() => Err(self.fault("there is no statement in it (CAMT.053)")),
            Piece::End => Err(self.fault("the file was cut off: it ends in the middle of a statement")),
        }
    }

    fn fault(&self, what: impl fmt::Display) -> Fault {
        Fault::new(self.pieces.line(), what)
    }

    fn open(&mut self, name: &str, attributes: Vec<(String, String)>) -> Result<(), Fault> {
        // The prefix is the file's own.
        let name = name.rsplit(':').next().unwrap_or_default();
        if self.path.is_empty() {
            self.begin(name, &attributes)?;
        }
        if self.path.len() >= DEPTH_MAX {
            return Err(self.fault(format!("elements lie more than {DEPTH_MAX} deep in one another")));
        }
        self.path.push(name.to_owned());
        self.text.clear();
        let currency = attributes.into_iter().find(|(key, _value)| key == "Ccy");
        self.currency = currency.map(|(_key, value)| value).unwrap_or_default();
        match self.names().as_slice() {
            ["Stmt"] => {
                let number = self.statement.number.saturating_add(1);
                self.statement = Statement { number, account: String::new() };
            }
            ["Stmt", "Ntry"] => self.entry = Some(Entry { at: self.pieces.line(), ..Entry::default() }),
            ["Stmt", "Ntry", "NtryDtls", "TxDtls"] => {
                if let Some(entry) = &mut self.entry {
                    entry.payments.push(Payment::default());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The message itself: a statement, in one of the versions that are read.
    fn begin(&self, name: &str, attributes: &[(String, String)]) -> Result<(), Fault> {
        if name != "Document" {
            return Err(self.fault(format!("“{}” is no statement of a bank", shortened(name))));
        }
        let is_of_messages = |(key, value): &&(String, String)| {
            value.starts_with("urn:iso:std:iso:20022") && key.starts_with("xmlns")
        };
        match attributes.iter().rfind(is_of_messages) {
            Some((_key, other)) if !is_known(other) => {
                let what = shortened(other.rsplit(':').next().unwrap_or_default());
                Err(self.fault(format!("“{what}” is not taken; ask the bank for statements in CAMT.053")))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The open elements below the message itself.
    fn names(&self) -> Vec<&str> {
        self.path.iter().skip(2).map(String::as_str).collect()
    }

    fn letters(&mut self, text: &str) {
        if self.text.len().saturating_add(text.len()) > FIELD_BYTES_MAX {
            if let Some(entry) = &mut self.entry {
                entry.too_long = true;
            }
            return;
        }
        self.text.push_str(text);
    }

    fn close(&mut self) {
        let text = std::mem::take(&mut self.text).trim().to_owned();
        let currency = std::mem::take(&mut self.currency);
        let path = std::mem::take(&mut self.path);
        let names: Vec<&str> = path.iter().skip(2).map(String::as_str).collect();
        match names.as_slice() {
            ["Stmt", "Acct", "Id", "IBAN"] | ["Stmt", "Acct", "Id", "Othr", "Id"] if !text.is_empty() => {
                self.statement.account = text;
            }
            ["Stmt", "Ntry"] => {
                if let Some(entry) = self.entry.take() {
                    match entry.into_lines(&self.statement) {
                        Ok(lines) => self.ready.extend(lines.into_iter().map(Ok)),
                        Err(fault) => self.ready.push_back(Err(fault)),
                    }
                }
            }
            ["Stmt", "Ntry", rest @ ..] => {
                if let Some(entry) = &mut self.entry {
                    take(entry, rest, text, currency);
                }
            }
            _ => {}
        }
        self.path = path;
        self.path.pop();
    }
}

fn is_known(namespace: &str) -> bool {
    let version = namespace.strip_prefix(NAMESPACE).and_then(|version| version.parse::<u32>().ok());
    version.is_some_and(|version| (2..=13).contains(&version))
}

/// A field of an entry.
fn take(entry: &mut Entry, path: &[&str], text: String, currency: String) {
    match path {
        ["Amt"] => entry.amount = Written { amount: text, currency },
        ["CdtDbtInd"] => entry.sign = text,
        ["RvslInd"] => entry.reversal = text,
        // A word up to version 7, a code within it from then on.
        ["Sts"] if !text.is_empty() => entry.status = text,
        ["Sts", "Cd" | "Prtry"] => entry.status = text,
        ["BookgDt", "Dt" | "DtTm"] => entry.booked = text,
        ["ValDt", "Dt" | "DtTm"] => entry.valued = text,
        ["AcctSvcrRef"] => entry.bank_id = text,
        ["AddtlNtryInf"] => entry.further.push(text),
        ["Chrgs", "TtlChrgsAndTaxAmt"] => entry.charges.total = Some(Written { amount: text, currency }),
        ["Chrgs", "Amt"] | ["Chrgs", "Rcrd", "Amt"] => {
            entry.charges.each.push(Written { amount: text, currency });
        }
        ["NtryDtls", "TxDtls", rest @ ..] => {
            if let Some(payment) = entry.payments.last_mut() {
                take_of_payment(payment, rest, text, currency);
            }
        }
        _ => {}
    }
}

fn take_of_payment(payment: &mut Payment, path: &[&str], text: String, currency: String) {
    match path {
        ["Refs", "AcctSvcrRef"] => payment.bank_id = text,
        ["Refs", "EndToEndId"] => payment.end_to_end = text,
        ["Refs", "TxId" | "UETR"] => payment.transaction = text,
        ["Amt"] => payment.amount = Some(Written { amount: text, currency }),
        ["AmtDtls", "TxAmt", "Amt"] if payment.amount.is_none() => {
            payment.amount = Some(Written { amount: text, currency });
        }
        ["AmtDtls", "InstdAmt", "Amt"] => payment.first_amount = Some(Written { amount: text, currency }),
        ["CdtDbtInd"] => payment.sign = text,
        ["Chrgs", "TtlChrgsAndTaxAmt"] => payment.charges.total = Some(Written { amount: text, currency }),
        ["Chrgs", "Amt"] | ["Chrgs", "Rcrd", "Amt"] => {
            payment.charges.each.push(Written { amount: text, currency });
        }
        ["RltdPties", "Dbtr", "Nm"] | ["RltdPties", "Dbtr", "Pty", "Nm"] => payment.debtor.name = text,
        ["RltdPties", "Cdtr", "Nm"] | ["RltdPties", "Cdtr", "Pty", "Nm"] => payment.creditor.name = text,
        ["RltdPties", "DbtrAcct", "Id", "IBAN"] | ["RltdPties", "DbtrAcct", "Id", "Othr", "Id"] => {
            payment.debtor.account = text;
        }
        ["RltdPties", "CdtrAcct", "Id", "IBAN"] | ["RltdPties", "CdtrAcct", "Id", "Othr", "Id"] => {
            payment.creditor.account = text;
        }
        ["RmtInf", "Ustrd"] | ["RmtInf", "Strd", "AddtlRmtInf"] => payment.text.push(text),
        ["RmtInf", "Strd", "CdtrRefInf", "Ref" | "CdtrRef"] => {
            payment.references.push(text);
        }
        ["AddtlTxInf"] => payment.further.push(text),
        ["RtrInf"] => payment.is_return = true,
        _ => {}
    }
}

impl<R: BufRead> Iterator for Camt<R> {
    type Item = Result<ReadLine, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            if self.ended {
                return None;
            }
            if let Err(fault) = self.step() {
                self.ended = true;
                return Some(Err(fault));
            }
        }
    }
}
