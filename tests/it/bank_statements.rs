//! Statements of banks: handed in, read once however often they come, booked where it is certain what a line is.

mod decided;
mod files;
mod hostile;
mod office;

use chrono::NaiveDate;
use mainstay::bank;
use mainstay::domain::audit::Actor;
use mainstay::domain::bank_line::{BankStatement, StatementFormat};
use mainstay::domain::ids::{BankLineId, BankMappingId, BankStatementId};
use mainstay::usecases::bank_statements::{self, HandedIn, LineFile};
use mainstay::usecases::handed_in::PART_BYTES;

use crate::support::app::TestApp;

/// An entry of CAMT.053: €25 of Ann, today.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) amount: String,
    pub(crate) sign: &'static str,
    pub(crate) status: &'static str,
    pub(crate) reversal: bool,
    pub(crate) day: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) iban: String,
    pub(crate) text: Vec<String>,
}

impl Entry {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            amount: "25.00".into(),
            sign: "CRDT",
            status: "BOOK",
            reversal: false,
            day: "2026-06-15".into(),
            id: String::new(),
            name: "ANN READER".into(),
            iban: "DE75512108001245126199".into(),
            text: vec![text.to_owned()],
        }
    }

    pub(crate) fn id(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }

    pub(crate) fn amount(self, amount: &str) -> Self {
        Self { amount: amount.to_owned(), ..self }
    }

    pub(crate) fn on(self, day: &str) -> Self {
        Self { day: day.to_owned(), ..self }
    }

    pub(crate) fn by(self, name: &str, iban: &str) -> Self {
        Self { name: name.to_owned(), iban: iban.to_owned(), ..self }
    }

    /// As versions up to 7 write it, or as those from 8 on.
    fn xml(&self, new: bool) -> String {
        let side = if self.sign == "CRDT" || self.reversal { "Dbtr" } else { "Cdtr" };
        let (name, account) = (&self.name, &self.iban);
        let party = if new { format!("<Pty><Nm>{name}</Nm></Pty>") } else { format!("<Nm>{name}</Nm>") };
        let status = if new { format!("<Cd>{}</Cd>", self.status) } else { self.status.to_owned() };
        let words =
            self.text.iter().map(|text| format!("<Ustrd>{text}</Ustrd>")).collect::<Vec<_>>().concat();
        let id = if self.id.is_empty() {
            String::new()
        } else {
            format!("<AcctSvcrRef>{}</AcctSvcrRef>", self.id)
        };
        let reversal = if self.reversal { "<RvslInd>true</RvslInd>" } else { "" };
        format!(
            "<Ntry><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{}</CdtDbtInd>{reversal}<Sts>{status}</Sts>\
             <BookgDt><Dt>{}</Dt></BookgDt>{id}<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>\
             <RltdPties><{side}>{party}</{side}><{side}Acct><Id><IBAN>{account}</IBAN></Id></{side}Acct></RltdPties>\
             <RmtInf>{words}</RmtInf></TxDtls></NtryDtls></Ntry>\n",
            self.amount, self.sign, self.day
        )
    }
}

pub(crate) const OURS: &str = "DE02120300000000202051";

/// A statement in version 2.
pub(crate) fn camt(entries: &[Entry]) -> String {
    camt_of("02", &[(OURS, entries)])
}

/// Statements of several accounts, in some version.
pub(crate) fn camt_of(version: &str, statements: &[(&str, &[Entry])]) -> String {
    let new = version.parse::<u32>().unwrap() >= 8;
    let all = statements
        .iter()
        .map(|(account, entries)| {
            let lines: String = entries.iter().map(|entry| entry.xml(new)).collect();
            format!("<Stmt><Id>S</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>\n{lines}</Stmt>")
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\">\
         <BkToCstmrStmt>{all}</BkToCstmrStmt></Document>"
    )
}

impl TestApp {
    /// Hands a file in and has it read.
    pub(crate) async fn reads(&self, file: &[u8], mapping: Option<BankMappingId>) -> BankStatement {
        let format = bank::recognise(&file[..file.len().min(4096)]).unwrap_or(StatementFormat::Camt053);
        let parts = file.chunks(PART_BYTES).map(<[u8]>::to_vec).collect();
        let handed = HandedIn { name: "june.xml".into(), format, mapping, parts, asked_by: "Vera".into() };
        let statement = bank_statements::hand_in(self.ctx(), Actor::Command, handed).await.unwrap();
        self.run_jobs().await;
        bank_statements::find(self.ctx(), statement.id).await.unwrap()
    }

    /// The only line of that state.
    pub(crate) async fn line_that_is(&self, status: &str) -> BankLineId {
        let all = self.lines(&format!("SELECT id AS line FROM bank_lines WHERE status = '{status}'")).await;
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].parse().unwrap()
    }

    pub(crate) async fn bank_line(&self, id: BankLineId) -> LineFile {
        bank_statements::line(self.ctx(), id).await.unwrap()
    }

    /// How many lines became what, such as `booked 2, open 1`.
    pub(crate) async fn became(&self) -> String {
        let counts = "SELECT status || ' ' || CAST(COUNT(*) AS TEXT) AS line FROM bank_lines GROUP BY status ORDER BY status";
        self.lines(counts).await.join(", ")
    }

    pub(crate) async fn statement(&self, id: BankStatementId) -> BankStatement {
        bank_statements::find(self.ctx(), id).await.unwrap()
    }
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
