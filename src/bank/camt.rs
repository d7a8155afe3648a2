//! CAMT.053, the statement of ISO 20022, in the versions that banks write; one entry in memory at a time. Names are looked
//! at without their prefix, and what is not needed is passed over.

use super::Fault;
use super::entry::{Entry, Payment, Statement, Written, shortened};
use crate::domain::bank_line::{FIELD_CHARACTERS_MAX, ReadLine};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use std::collections::VecDeque;
use std::io::BufRead;

/// No statement is as deep.
const DEPTH_MAX: usize = 40;
/// Letters of one field that are kept at all, in bytes.
const FIELD_BYTES_MAX: usize = FIELD_CHARACTERS_MAX * 4;
/// Where the names of statements begin; behind it stands the version.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";

/// The lines of a file.
pub(super) struct Camt<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    /// Names of the elements that are open.
    path: Vec<String>,
    /// Letters of the innermost of them.
    text: String,
    /// The currency that the innermost of them names.
    currency: String,
    /// The line of the file.
    line: u64,
    statement: Statement,
    entry: Option<Entry>,
    ready: VecDeque<Result<ReadLine, Fault>>,
    ended: bool,
}

impl<R: BufRead> Camt<R> {
    pub(super) fn new(text: R) -> Self {
        let mut reader = Reader::from_reader(text);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            path: Vec::new(),
            text: String::new(),
            currency: String::new(),
            line: 1,
            statement: Statement::default(),
            entry: None,
            ready: VecDeque::new(),
            ended: false,
        }
    }

    /// Reads on to the next event. An error is a mistake in the form of the file: nothing is read behind it.
    fn step(&mut self) -> Result<(), Fault> {
        self.buffer.clear();
        let mut buffer = std::mem::take(&mut self.buffer);
        let taken = match self.reader.read_event_into(&mut buffer) {
            Ok(event) => Taken::of(&event, &mut self.line),
            Err(error) => Err(Fault::new(self.line, format!("this is no well-formed XML: {error}"))),
        };
        self.buffer = buffer;
        match taken? {
            Taken::Open { name, currency, namespace } => self.open(name, currency, namespace.as_deref()),
            Taken::Close => {
                self.close();
                Ok(())
            }
            Taken::Letters(text) => {
                self.letters(&text);
                Ok(())
            }
            Taken::Nothing => Ok(()),
            Taken::End if self.path.is_empty() && self.statement.number > 0 => {
                self.ended = true;
                Ok(())
            }
            Taken::End if self.path.is_empty() => {
                Err(Fault::new(self.line, "there is no statement in it (CAMT.053)"))
            }
            Taken::End => {
                Err(Fault::new(self.line, "the file was cut off: it ends in the middle of a statement"))
            }
        }
    }

    fn open(&mut self, name: String, currency: Option<String>, namespace: Option<&str>) -> Result<(), Fault> {
        if self.path.is_empty() {
            if name != "Document" {
                return Err(Fault::new(
                    self.line,
                    format!("“{}” is no statement of a bank", shortened(&name)),
                ));
            }
            if let Some(other) = namespace.filter(|namespace| !is_known(namespace)) {
                let what = other.rsplit(':').next().unwrap_or_default();
                let what =
                    format!("“{}” is not taken; ask the bank for statements in CAMT.053", shortened(what));
                return Err(Fault::new(self.line, what));
            }
        }
        if self.path.len() >= DEPTH_MAX {
            return Err(Fault::new(
                self.line,
                format!("elements lie more than {DEPTH_MAX} deep in one another"),
            ));
        }
        self.path.push(name);
        self.text.clear();
        self.currency = currency.unwrap_or_default();
        match self.names().as_slice() {
            ["Stmt"] => {
                let number = self.statement.number.saturating_add(1);
                self.statement = Statement { number, account: String::new() };
            }
            ["Stmt", "Ntry"] => self.entry = Some(Entry { at: self.line, ..Entry::default() }),
            ["Stmt", "Ntry", "NtryDtls", "TxDtls"] => {
                if let Some(entry) = &mut self.entry {
                    entry.payments.push(Payment::default());
                }
            }
            _ => {}
        }
        Ok(())
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

/// What an event comes to.
enum Taken {
    Open { name: String, currency: Option<String>, namespace: Option<String> },
    Close,
    Letters(String),
    Nothing,
    End,
}

impl Taken {
    fn of(event: &Event<'_>, line: &mut u64) -> Result<Self, Fault> {
        let mut lines = |text: &str| {
            let count = text.bytes().filter(|byte| *byte == b'\n').count();
            *line = line.saturating_add(u64::try_from(count).unwrap_or_default());
        };
        Ok(match event {
            Event::Start(start) | Event::Empty(start) => {
                lines(start);
                return opened(start, *line);
            }
            Event::End(end) => {
                lines(end);
                Self::Close
            }
            Event::Text(text) => {
                lines(text);
                Self::Letters(text.xml10_content().into_owned())
            }
            Event::CData(text) => {
                lines(text);
                Self::Letters(text.xml10_content().into_owned())
            }
            Event::GeneralRef(name) => return referred(name, *line),
            Event::DocType(_) => {
                let what = "the file declares a document type; banks write none, and it is not taken";
                return Err(Fault::new(*line, what));
            }
            Event::Comment(text) => {
                lines(text);
                Self::Nothing
            }
            Event::PI(text) => {
                lines(text);
                Self::Nothing
            }
            Event::Decl(_) => Self::Nothing,
            Event::Eof => Self::End,
        })
    }
}

fn opened(start: &BytesStart<'_>, line: u64) -> Result<Taken, Fault> {
    let name = start.local_name().as_ref().to_owned();
    let (mut currency, mut namespace) = (None, None);
    for attribute in start.attributes() {
        let attribute =
            attribute.map_err(|error| Fault::new(line, format!("this is no well-formed XML: {error}")))?;
        let value = attribute.value.as_ref();
        match attribute.key.as_ref() {
            "Ccy" => currency = Some(value.to_owned()),
            key if value.starts_with("urn:iso:std:iso:20022") && key.starts_with("xmlns") => {
                namespace = Some(value.to_owned());
            }
            _ => {}
        }
    }
    Ok(Taken::Open { name, currency, namespace })
}

/// The five names that XML knows, and letters by their numbers. Names that a file makes up are not looked up.
fn referred(name: &quick_xml::events::BytesRef<'_>, line: u64) -> Result<Taken, Fault> {
    let letter = name
        .resolve_char_ref()
        .map_err(|error| Fault::new(line, format!("this is no well-formed XML: {error}")))?;
    if let Some(letter) = letter {
        return Ok(Taken::Letters(letter.to_string()));
    }
    let known: &str = name;
    let letter = match known {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        other => {
            return Err(Fault::new(
                line,
                format!("“&{};” is a name that XML does not know", shortened(other)),
            ));
        }
    };
    Ok(Taken::Letters(letter.to_owned()))
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
