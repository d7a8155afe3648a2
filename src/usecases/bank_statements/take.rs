//! Lines are taken in: each once, and booked at once where it is certain what it is.

use super::decide::book_in;
use crate::domain::audit::{Action, Actor};
use crate::domain::bank_line::{BankLine, BankStatement, Direction, Ordinals, Outcome, ReadLine};
use crate::domain::donation::Donation;
use crate::domain::pledge::{GatewayKind, Pledge};
use crate::store::bank_lines::{self, Came};
use crate::store::{Tx, bank_statements, donations, pledges};
use crate::usecases::context::SiteKey;
use crate::usecases::{Context, UseCaseError, audit, bank};
use serde_json::json;

/// Days between the day that staff wrote down and that of the bank, at most.
pub(super) const DAYS_APART: u64 = 10;

/// A line with the code by which it is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The line.
    pub line: ReadLine,
    /// The code.
    pub identity: String,
}

/// Gives the lines of one file the codes by which they are recognised in another.
pub struct Identities {
    key: SiteKey,
    ordinals: Ordinals,
}

impl Identities {
    /// For a file that is read from its beginning.
    pub fn new(ctx: &Context) -> Self {
        Self { key: ctx.key.clone(), ordinals: Ordinals::default() }
    }

    /// The next line with its code: one that says nothing of a person, and that nobody else can reckon.
    pub fn name(&mut self, line: ReadLine) -> Result<Named, UseCaseError> {
        let marks = line.marks();
        let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
        let code = self.key.blurred("bank line", &marks)?;
        let number = self.ordinals.next(&line, &code);
        Ok(Named { line, identity: format!("{code}/{number}") })
    }
}

/// Takes some lines in, and notes how many lines there are and how many were taken in with these. Lines that are known
/// change nothing.
///
/// # Errors
/// `Stale` if somebody has begun to read the file anew.
pub async fn take(
    ctx: &Context,
    statement: &BankStatement,
    lines: Vec<Named>,
    (all, done): (i64, i64),
) -> Result<(), UseCaseError> {
    let (inner, statement) = (ctx.clone(), statement.clone());
    ctx.db
        .write(move |tx| {
            for named in lines {
                take_one(tx, &inner, &statement, named)?;
            }
            Ok(bank_statements::progress(tx, &statement, all, done)?)
        })
        .await
}

fn take_one(
    tx: &mut Tx<'_>,
    ctx: &Context,
    statement: &BankStatement,
    named: Named,
) -> Result<(), UseCaseError> {
    let Named { line, identity } = named;
    let outcome = match line.direction {
        Direction::In | Direction::TakenBack | Direction::CameBack => Outcome::Open,
        Direction::Out => Outcome::Outgoing,
    };
    let line = BankLine {
        id: ctx.new_id(),
        statement: statement.id,
        account: line.account,
        booked_on: line.booked_on,
        amount: line.amount,
        direction: line.direction,
        bank_id: line.bank_id,
        name: line.name,
        other_account: line.other_account,
        text: Some(line.text).filter(|text| !text.is_empty()),
        outcome,
        decided_at: None,
    };
    let came = Came { happened_at: ctx.noon_of(line.booked_on), read_at: ctx.now() };
    if bank_lines::insert(tx, &line, &identity, came)? && line.direction == Direction::In {
        book_at_once(tx, ctx, &line)?;
    }
    Ok(())
}

/// What is certain about a line with the reference of a promise.
enum Certain {
    /// It is money for the promise.
    Arrived,
    /// It is this donation, which staff recorded under the bank's own name of the line.
    Recorded(Box<Donation>),
    /// Nothing: a person has to look.
    Nothing,
}

/// Books a line that names one promise, and that nobody can have recorded in another way. The amount may be another
/// than was promised: then a question is raised, as for any transfer.
fn book_at_once(tx: &mut Tx<'_>, ctx: &Context, line: &BankLine) -> Result<(), UseCaseError> {
    let mut named = Vec::new();
    for reference in line.references() {
        named.extend(pledges::find_by_reference(tx, &reference)?);
    }
    let [pledge] = named.as_slice() else { return Ok(()) };
    match certain(tx, line, pledge)? {
        Certain::Nothing => Ok(()),
        Certain::Arrived => match book_in(tx, ctx, Actor::System, line, pledge.id) {
            // Nothing is booked for what is held; the line waits with it.
            Err(UseCaseError::Held { .. }) => Ok(()),
            other => other.map(|_donation| ()),
        },
        Certain::Recorded(donation) => {
            bank_lines::decide(tx, line.id, &Outcome::Booked(donation.id), Some(ctx.now()))?;
            let detail = json!({ "is": "recorded", "donation": donation.id });
            audit::record(tx, ctx, (Actor::System, Action::BankLineDecided), &line.id, &detail)
        }
    }
}

fn certain(tx: &mut Tx<'_>, line: &BankLine, pledge: &Pledge) -> Result<Certain, UseCaseError> {
    if let Some(name) = bank::name_of_line(pledge, line.bank_id.as_deref())
        && let Some(donation) = donations::find_by_remote(tx, GatewayKind::BankTransfer, &name)?
    {
        let is_same = donation.payment.money().is_some_and(|money| money.gross == line.amount);
        return Ok(if is_same && bank_lines::of_donation(tx, donation.id)?.is_none() {
            Certain::Recorded(Box::new(donation))
        } else {
            Certain::Nothing
        });
    }
    for donation in donations::of_pledge(tx, pledge.id)? {
        if may_be_recorded(pledge, &donation, line) && bank_lines::of_donation(tx, donation.id)?.is_none() {
            return Ok(Certain::Nothing);
        }
    }
    // Another kind of file may say the same line in other words.
    for alike in bank_lines::alike_elsewhere(tx, line)? {
        if let Outcome::Booked(donation) = alike.outcome
            && donations::get(tx, donation)?.pledge == pledge.id
        {
            return Ok(Certain::Nothing);
        }
    }
    Ok(Certain::Arrived)
}

/// Whether staff may have recorded this very line by hand.
fn may_be_recorded(pledge: &Pledge, donation: &Donation, line: &BankLine) -> bool {
    let Some(money) = donation.payment.money() else { return false };
    if !pledge.terms.frequency.is_recurring() {
        return true;
    }
    let apart = donation.received_on.map_or(0, |day| (day - line.booked_on).num_days().unsigned_abs());
    money.gross == line.amount && apart <= DAYS_APART
}
