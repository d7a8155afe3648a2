//! One entry of a CAMT.053 file, and the lines that it comes to.

use super::Fault;
use crate::domain::bank::CreditorReference;
use crate::domain::bank_line::{
    Direction, FIELD_CHARACTERS_MAX, ReadLine, account_number, bare, read_amount,
};
use crate::domain::donor::clean_line;
use crate::domain::money::{Currency, Money};
use crate::xml::shortened;
use chrono::NaiveDate;

/// An amount as it stands there, with the currency that it names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) amount: String,
    pub(super) currency: String,
}

/// What the bank kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Charges {
    pub(super) total: Option<Written>,
    pub(super) each: Vec<Written>,
}

impl Charges {
    /// All of it; none if it cannot be added up.
    fn sum(&self, currency: Currency) -> Option<Money> {
        let all = self.total.as_ref().map_or(self.each.as_slice(), std::slice::from_ref);
        let mut sum = Money::zero(currency);
        for written in all {
            sum = sum.plus(read_amount(&written.amount, currency).ok()?).ok()?;
        }
        Some(sum)
    }
}

/// One side of a payment.
#[derive(Debug, Clone, Default)]
pub(super) struct Side {
    pub(super) name: String,
    pub(super) account: String,
}

/// One payment of an entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Payment {
    pub(super) amount: Option<Written>,
    /// What the payment was before fees or exchange; counts only where no other amount is given.
    pub(super) first_amount: Option<Written>,
    pub(super) sign: String,
    pub(super) bank_id: String,
    pub(super) end_to_end: String,
    pub(super) transaction: String,
    pub(super) debtor: Side,
    pub(super) creditor: Side,
    pub(super) references: Vec<String>,
    pub(super) text: Vec<String>,
    pub(super) further: Vec<String>,
    pub(super) charges: Charges,
    pub(super) is_return: bool,
}

/// An entry as it was read so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) at: u64,
    pub(super) amount: Written,
    pub(super) sign: String,
    pub(super) reversal: String,
    pub(super) status: String,
    pub(super) booked: String,
    pub(super) valued: String,
    pub(super) bank_id: String,
    pub(super) further: Vec<String>,
    pub(super) charges: Charges,
    pub(super) payments: Vec<Payment>,
    /// Something in it is longer than any bank writes.
    pub(super) too_long: bool,
}

/// Whose account it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Statement {
    pub(super) number: u32,
    pub(super) account: String,
}

/// What is true of all lines of an entry.
struct Frame {
    account: String,
    booked_on: NaiveDate,
    currency: Currency,
    total: Money,
    is_return: bool,
    bank_id: Option<String>,
    sheet: u32,
    at: u64,
}

impl Entry {
    /// The lines that it comes to: none if the bank has not booked it, several if it stands for several payments whose
    /// amounts are given and add up to its own.
    pub(super) fn into_lines(self, statement: &Statement) -> Result<Vec<ReadLine>, Fault> {
        let fault = |what: String| Fault::new(self.at, what);
        if matches!(self.status.as_str(), "PDNG" | "INFO" | "FUTR") {
            return Ok(Vec::new());
        }
        if self.too_long {
            return Err(fault(format!("a field is longer than {FIELD_CHARACTERS_MAX} characters")));
        }
        let currency = Currency::parse(&self.amount.currency).map_err(|error| fault(error.to_string()))?;
        let total = signed(&self.amount.amount, currency, &self.sign).map_err(fault)?;
        if total.is_zero() {
            return Ok(Vec::new());
        }
        let account = account_number(&statement.account);
        if account.is_empty() || account.chars().count() > 40 {
            return Err(fault("the statement does not name its account".to_owned()));
        }
        let day = if self.booked.is_empty() { &self.valued } else { &self.booked };
        let booked_on = day.get(..10).and_then(|day| day.parse().ok());
        let booked_on = booked_on.ok_or_else(|| fault(format!("“{}” is no day", shortened(day))))?;
        let is_return = matches!(self.reversal.as_str(), "true" | "1")
            || (self.payments.len() == 1 && self.payments.iter().any(|payment| payment.is_return));
        let only = match self.payments.as_slice() {
            [only] => given(&only.bank_id),
            _ => None,
        };
        let bank_id = given(&self.bank_id).or(only);
        let frame = Frame {
            account,
            booked_on,
            currency,
            total,
            is_return,
            bank_id,
            sheet: statement.number,
            at: self.at,
        };
        Ok(self.split(&frame).unwrap_or_else(|| vec![self.as_one(&frame)]))
    }

    /// A line for each payment; none if that is not possible without guessing.
    fn split(&self, frame: &Frame) -> Option<Vec<ReadLine>> {
        if self.payments.len() < 2 {
            return None;
        }
        let mut lines = Vec::new();
        let mut rest = frame.total;
        for payment in &self.payments {
            let sign = if payment.sign.is_empty() { &self.sign } else { &payment.sign };
            let written = payment.amount.as_ref().or(payment.first_amount.as_ref())?;
            if Currency::parse(&written.currency).ok()? != frame.currency {
                return None;
            }
            let amount = signed(&written.amount, frame.currency, sign).ok()?;
            rest = rest.minus(amount).ok()?;
            if !amount.is_zero() {
                lines.push(self.part(frame, payment, amount));
            }
        }
        if rest.is_zero() {
            return Some(lines);
        }
        // What the bank kept of all of them together, where it says so.
        let mut charges = self.charges.sum(frame.currency)?;
        for payment in &self.payments {
            charges = charges.plus(payment.charges.sum(frame.currency)?).ok()?;
        }
        if rest.plus(charges).ok()?.is_zero() && charges.is_positive() {
            lines.push(ReadLine {
                part: Some("charges".to_owned()),
                text: "Charges of the bank".to_owned(),
                ..frame.line(rest, false)
            });
            return Some(lines);
        }
        None
    }

    fn part(&self, frame: &Frame, payment: &Payment, amount: Money) -> ReadLine {
        let own = given(&payment.bank_id).filter(|id| Some(id) != frame.bank_id.as_ref());
        let line = self.with_words(frame.line(amount, frame.is_return || payment.is_return), payment);
        let told_apart = [&payment.end_to_end, &payment.transaction].map(|id| given(id).unwrap_or_default());
        let part = match &own {
            Some(_) => None,
            None if frame.bank_id.is_some() => Some(bare(&format!(
                "{} {} {} {}",
                told_apart.concat(),
                line.name.as_deref().unwrap_or_default(),
                line.other_account.as_deref().unwrap_or_default(),
                line.text
            ))),
            None => Some(told_apart.concat()),
        };
        let bank_id = own.or_else(|| frame.bank_id.clone());
        ReadLine { bank_id, part: part.filter(|part| !part.is_empty()), ..line }
    }

    /// The entry as one line, with the words of all its payments: no money is guessed to be of one of them.
    fn as_one(&self, frame: &Frame) -> ReadLine {
        let mut whole = Payment::default();
        for payment in &self.payments {
            whole.references.extend(payment.references.iter().cloned());
            whole.text.extend(payment.text.iter().cloned());
            whole.further.extend(payment.further.iter().cloned());
            whole.end_to_end = format!("{} {}", whole.end_to_end, payment.end_to_end);
            if self.payments.len() == 1 {
                whole.debtor = payment.debtor.clone();
                whole.creditor = payment.creditor.clone();
                whole.transaction.clone_from(&payment.transaction);
            }
        }
        let part = if frame.bank_id.is_none() {
            given(&format!("{} {}", whole.end_to_end.trim(), whole.transaction))
        } else {
            None
        };
        ReadLine { part, ..self.with_words(frame.line(frame.total, frame.is_return), &whole) }
    }

    fn with_words(&self, line: ReadLine, payment: &Payment) -> ReadLine {
        let side = match line.direction {
            // A reversal still names the donor as the one who paid.
            Direction::In | Direction::TakenBack => &payment.debtor,
            Direction::Out | Direction::CameBack => &payment.creditor,
        };
        let end_to_end =
            (!CreditorReference::all_in(&payment.end_to_end).is_empty()).then_some(&payment.end_to_end);
        let mut words: Vec<&String> =
            payment.references.iter().chain(&payment.text).chain(end_to_end).collect();
        if words.is_empty() {
            words.extend(payment.further.iter().chain(&self.further));
        }
        ReadLine {
            bank_id: line.bank_id.clone(),
            name: cleaned(&side.name),
            other_account: cleaned(&account_number(&side.account)),
            text: cleaned(&words.into_iter().map(String::as_str).collect::<Vec<_>>().join(" "))
                .unwrap_or_default(),
            ..line
        }
    }
}

impl Frame {
    fn line(&self, amount: Money, is_return: bool) -> ReadLine {
        let direction = match (amount.is_positive(), is_return) {
            (true, false) => Direction::In,
            (true, true) => Direction::CameBack,
            (false, false) => Direction::Out,
            (false, true) => Direction::TakenBack,
        };
        ReadLine {
            account: self.account.clone(),
            booked_on: self.booked_on,
            amount,
            direction,
            bank_id: self.bank_id.clone(),
            part: None,
            name: None,
            other_account: None,
            text: String::new(),
            sheet: self.sheet,
            at: self.at,
        }
    }
}

/// An amount with its sign from the word beside it.
fn signed(text: &str, currency: Currency, sign: &str) -> Result<Money, String> {
    let amount = read_amount(text, currency).map_err(|error| error.to_string())?;
    if amount.minor() < 0 {
        return Err(format!(
            "“{}” has a sign; the word beside it says which way money went",
            shortened(text)
        ));
    }
    match sign {
        "CRDT" => Ok(amount),
        "DBIT" => amount.negated().map_err(|error| error.to_string()),
        other => Err(format!("“{}” does not say which way money went: CRDT or DBIT", shortened(other))),
    }
}

/// An id that somebody gave; banks also write that there is none.
fn given(id: &str) -> Option<String> {
    let id = clean_line(id, 120).ok().flatten()?;
    let none = ["NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NONE", "N/A"].contains(&id.to_uppercase().as_str());
    let empty = id.chars().all(|c| c == '0' || !c.is_alphanumeric());
    (!none && !empty).then_some(id)
}

/// A line of words that fits.
pub(super) fn cleaned(text: &str) -> Option<String> {
    let short: String = text.chars().take(FIELD_CHARACTERS_MAX).collect();
    clean_line(&short, usize::MAX).ok().flatten()
}
