//! Lines of bank statements: what a file says of them, by what one is recognised when it comes again, and what becomes
//! of it.

use super::bank::CreditorReference;
use super::deposit::Tender;
use super::ids::{
    BankLineId, BankMappingId, BankStatementId, DepositId, DonationId, PayoutId, PledgeId, RefundId,
};
use super::money::{Currency, Money, MoneyError};
use super::platform_payout::PlatformPayout;
use super::search;
use super::words;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeSet, HashMap};

/// No line of a publisher's account is larger, in minor units: beyond it, sums could leave 64 bits.
pub const MINOR_MAX: i64 = 1_000_000_000_000_000;
/// Longest text of a field, in characters: what banks allow is far below.
pub const FIELD_CHARACTERS_MAX: usize = 2_000;

words! {
    /// Which way the money went.
    Direction {
        /// It came in.
        In = "in",
        /// It went out.
        Out = "out",
        /// Money that had come in was taken back.
        TakenBack = "taken_back",
        /// Money that had gone out came back.
        CameBack = "came_back",
    }
}

words! {
    /// What became of a line.
    LineStatus {
        /// A person has to say whose it is.
        Open = "open",
        /// It is a donation.
        Booked = "booked",
        /// It took a donation back.
        Returned = "returned",
        /// It is no gift.
        NoGift = "no_gift",
        /// Money that went out: kept, and no work.
        Outgoing = "outgoing",
    }
}

words! {
    /// Why a line is no gift.
    NoGift {
        /// From another account of the publisher.
        OwnTransfer = "own_transfer",
        /// What a gateway pays out: its gifts are booked one by one.
        Payout = "payout",
        /// Cash that was paid in: its gifts are booked one by one.
        CashPaidIn = "cash_paid_in",
        /// Cheques that were paid in: their gifts are booked one by one.
        ChequesPaidIn = "cheques_paid_in",
        /// Anything else, with a reason.
        Other = "other",
    }
}

words! {
    /// Where the file of a statement stands.
    StatementStatus {
        /// Nobody has said yet what its columns mean.
        Unmapped = "unmapped",
        /// It is to be read.
        Waiting = "waiting",
        /// It is being read.
        Reading = "reading",
        /// Its lines are here.
        Done = "done",
        /// It cannot be taken; nothing of it is here.
        Failed = "failed",
    }
}

words! {
    /// How a bank writes a statement.
    StatementFormat {
        /// XML of ISO 20022.
        Camt053 = "camt053",
        /// Comma-separated values, understood by a mapping.
        Csv = "csv",
    }
}

/// A file of a bank that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankStatement {
    /// Its id.
    pub id: BankStatementId,
    /// What the file was called.
    pub name: String,
    /// How it is written.
    pub format: StatementFormat,
    /// What its columns mean; CSV only.
    pub mapping: Option<BankMappingId>,
    /// Where it stands.
    pub status: StatementStatus,
    /// Counts how often reading was begun.
    pub round: i64,
    /// Its length.
    pub bytes: i64,
    /// How many lines it has, once it was looked through.
    pub lines_all: i64,
    /// How many of them were taken in.
    pub lines_done: i64,
    /// How many of them no file before had brought.
    pub lines_new: i64,
    /// Why it cannot be taken.
    pub error: Option<String>,
    /// Who handed it in.
    pub asked_by: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it was read, or given up.
    pub done_at: Option<DateTime<Utc>>,
}

impl BankStatement {
    /// Whether something is still to happen by itself.
    pub fn is_live(&self) -> bool {
        matches!(self.status, StatementStatus::Waiting | StatementStatus::Reading)
    }

    /// How far reading is, in per cent.
    pub fn percent(&self) -> i64 {
        let done = self.lines_done.clamp(0, self.lines_all.max(0));
        done.saturating_mul(100).checked_div(self.lines_all).unwrap_or_default()
    }
}

/// A line as a file says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLine {
    /// The publisher's account: an IBAN or another number, without spaces, upper case.
    pub account: String,
    /// The day on which the bank booked it.
    pub booked_on: NaiveDate,
    /// Positive came in, negative went out; never zero.
    pub amount: Money,
    /// Which way it went.
    pub direction: Direction,
    /// The bank's own name of it, if it gives one.
    pub bank_id: Option<String>,
    /// What tells the payments of one entry apart, where a bank books several together.
    pub part: Option<String>,
    /// The other side's name.
    pub name: Option<String>,
    /// The other side's account.
    pub other_account: Option<String>,
    /// What was written on it.
    pub text: String,
    /// Which statement of the file it stands in: two equal lines of one statement are two.
    pub sheet: u32,
    /// The line of the file where it begins, from 1.
    pub at: u64,
}

impl ReadLine {
    /// What a line is recognised by, whatever file it comes in: the bank's own name of it, otherwise all that it says.
    /// The amount and the day belong to it in any case, because banks give a reversal the name of what it reverses.
    pub fn marks(&self) -> Vec<String> {
        let mut marks = vec![
            self.booked_on.to_string(),
            self.amount.minor().to_string(),
            self.amount.currency().code().to_owned(),
        ];
        if let Some(id) = &self.bank_id {
            marks.extend(["id".to_owned(), id.clone(), self.part.clone().unwrap_or_default()]);
        } else {
            let said =
                [self.name.as_deref(), self.other_account.as_deref(), Some(&self.text), self.part.as_deref()];
            marks.push("said".to_owned());
            marks.extend(said.map(|text| bare(text.unwrap_or_default())));
        }
        marks
    }
}

/// Letters and digits only: banks break and space the same text differently from file to file.
pub fn bare(text: &str) -> String {
    search::folded(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Counts equal lines of one statement. Two really equal gifts are the first and the second of their kind, and so they are
/// when the same statement comes again.
#[derive(Debug, Default)]
pub struct Ordinals {
    sheet: u32,
    seen: HashMap<(String, String), u32>,
}

impl Ordinals {
    /// The number of a line among those of its statement with the same code, from 1.
    pub fn next(&mut self, line: &ReadLine, code: &str) -> u32 {
        if line.sheet != self.sheet {
            self.sheet = line.sheet;
            self.seen.clear();
        }
        let count = self.seen.entry((line.account.clone(), code.to_owned())).or_default();
        *count = count.saturating_add(1);
        *count
    }
}

/// Why the amount of a line cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// No amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// More than any account holds.
    #[error("the amount is larger than any that can be taken")]
    TooLarge,
}

/// Reads an amount with a decimal point, and no more decimals than its currency has.
///
/// # Errors
/// For anything else, and for what no account holds.
pub fn read_amount(text: &str, currency: Currency) -> Result<Money, AmountError> {
    let amount = Money::parse_major(text.trim().trim_start_matches('+'), currency)?;
    if amount.minor().unsigned_abs() > MINOR_MAX.unsigned_abs() {
        return Err(AmountError::TooLarge);
    }
    Ok(amount)
}

/// A number of an account without what people put between its groups.
pub fn account_number(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

/// A line on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankLine {
    /// Its id.
    pub id: BankLineId,
    /// The file that it came with first.
    pub statement: BankStatementId,
    /// The publisher's account.
    pub account: String,
    /// The day on which the bank booked it.
    pub booked_on: NaiveDate,
    /// Positive came in, negative went out.
    pub amount: Money,
    /// Which way it went.
    pub direction: Direction,
    /// The bank's own name of it.
    pub bank_id: Option<String>,
    /// The other side's name; none once it is forgotten.
    pub name: Option<String>,
    /// The other side's account; none once it is forgotten.
    pub other_account: Option<String>,
    /// What was written on it; none once it is forgotten.
    pub text: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// When that was decided; none while it is open, and for what went out.
    pub decided_at: Option<DateTime<Utc>>,
}

/// What became of a line, with what it became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A person has to say whose it is.
    Open,
    /// It is this donation.
    Booked(DonationId),
    /// It is this refund of a donation.
    Returned(RefundId),
    /// It is this payout of a gateway, whose gifts are booked one by one: no gift.
    Payout(PayoutId),
    /// It is this deposit, whose gifts were booked as they came: no gift.
    Deposit(DepositId, Tender),
    /// A platform elsewhere paid it out: income of its own, and no gift of a donor.
    PaidOut(PlatformPayout),
    /// It is no gift.
    NoGift {
        /// Why.
        kind: NoGift,
        /// In words.
        reason: Option<String>,
    },
    /// Money that went out.
    Outgoing,
}

impl Outcome {
    /// The word for it.
    pub const fn status(&self) -> LineStatus {
        match self {
            Self::Open => LineStatus::Open,
            Self::Booked(_) => LineStatus::Booked,
            Self::Returned(_) => LineStatus::Returned,
            Self::NoGift { .. } | Self::Payout(_) | Self::Deposit(..) | Self::PaidOut(_) => {
                LineStatus::NoGift
            }
            Self::Outgoing => LineStatus::Outgoing,
        }
    }
}

impl BankLine {
    /// Whether it can still be said what it is: what went out may yet be a gift that was taken back.
    pub fn is_undecided(&self) -> bool {
        match self.outcome {
            Outcome::Open | Outcome::Outgoing => true,
            Outcome::Booked(_)
            | Outcome::Returned(_)
            | Outcome::Payout(_)
            | Outcome::Deposit(..)
            | Outcome::PaidOut(_)
            | Outcome::NoGift { .. } => false,
        }
    }

    /// The references of ours that are written on it.
    pub fn references(&self) -> Vec<CreditorReference> {
        CreditorReference::all_in(self.text.as_deref().unwrap_or_default())
    }
}

/// What a line may be. Nothing is booked because of it until a person says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// Money for this promise.
    Promise(PledgeId),
    /// This donation, which was recorded by hand before the statement came.
    Recorded(DonationId),
    /// This donation, taken back.
    TakenBack(DonationId),
    /// This refund, which was recorded by hand before the statement came.
    Refunded(RefundId),
}

/// How many words of two names are the same: each of three letters or more, accents and case aside.
pub fn names_agree(one: &str, other: &str) -> usize {
    let words = |text: &str| -> BTreeSet<String> {
        let folded = search::folded(text);
        let words = folded.split(|c: char| !c.is_alphanumeric());
        words.filter(|word| word.chars().count() >= 3).map(str::to_owned).collect()
    };
    words(one).intersection(&words(other)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> ReadLine {
        ReadLine {
            account: "DE02".into(),
            booked_on: NaiveDate::from_ymd_opt(2026, 6, 15).unwrap(),
            amount: Money::new(2500, Currency::parse("EUR").unwrap()),
            direction: Direction::In,
            bank_id: None,
            part: None,
            name: Some("Zoë Reader".into()),
            other_account: None,
            text: "thank you".into(),
            sheet: 1,
            at: 1,
        }
    }

    #[test]
    fn a_line_is_known_by_the_bank_s_name_of_it_or_by_all_that_it_says() {
        let plain = line();
        let spaced = ReadLine { text: " Thank\nYOU. ".into(), at: 9, sheet: 4, ..plain.clone() };
        assert_eq!(plain.marks(), spaced.marks());
        assert_ne!(plain.marks(), ReadLine { text: "thank me".into(), ..plain.clone() }.marks());
        let named = ReadLine { bank_id: Some("X1".into()), ..plain.clone() };
        let said_otherwise = ReadLine { text: "anything".into(), name: None, ..named.clone() };
        assert_eq!(named.marks(), said_otherwise.marks());
        let reversed = ReadLine { amount: plain.amount.negated().unwrap(), ..named.clone() };
        assert_ne!(named.marks(), reversed.marks(), "a reversal has the name of what it reverses");
        assert_ne!(named.marks(), plain.marks());
    }

    #[test]
    fn equal_lines_are_counted_within_one_statement() {
        let mut ordinals = Ordinals::default();
        let (first, second) = (line(), ReadLine { sheet: 2, ..line() });
        assert_eq!(
            [ordinals.next(&first, "a"), ordinals.next(&first, "a"), ordinals.next(&first, "b")],
            [1, 2, 1]
        );
        assert_eq!([ordinals.next(&second, "a"), ordinals.next(&second, "a")], [1, 2]);
    }

    #[test]
    fn hostile_amounts_are_refused() {
        let eur = Currency::parse("EUR").unwrap();
        assert_eq!(read_amount(" +25.50 ", eur).unwrap().minor(), 2550);
        assert_eq!(read_amount("-25.500", eur).unwrap().minor(), -2550);
        for text in
            ["25.505", "1e30", "1,00", "", "NaN", "10000000000000.01", "99999999999999999999999", "--1"]
        {
            assert!(read_amount(text, eur).is_err(), "{text}");
        }
    }

    #[test]
    fn names_agree_by_their_longer_words() {
        assert_eq!(names_agree("Frau Zoë O’Brien", "OBRIEN, ZOE"), 1);
        assert_eq!(names_agree("Ann Li", "Bob Li"), 0);
    }
}
