//! What a line may be: found anew whenever somebody looks, so that it is never older than the books.

use super::take::DAYS_APART;
use crate::domain::account::Profile;
use crate::domain::bank_line::{
    BankLine, BankStatement, Direction, LineStatus, Outcome, Proposal, names_agree,
};
use crate::domain::donation::Donation;
use crate::domain::ids::{BankLineId, BankStatementId, DonationId, PledgeId};
use crate::domain::money::Money;
use crate::domain::platform_payout::PlatformFit;
use crate::domain::pledge::{GatewayKind, Pledge, PledgeStatus};
use crate::domain::refund::Refund;
use crate::store::{Conn, StoreError, accounts, bank_lines, bank_statements, donations, pledges, refunds};
use crate::usecases::balances::{self, Fit};
use crate::usecases::{Context, UseCaseError};
use chrono::{Days, NaiveDate, NaiveTime};

/// Proposals that are shown.
const SHOWN: usize = 5;
/// Rows of one kind that are looked at.
const LOOKED_AT: i64 = 50;

/// Why something is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Its reference is written on the line.
    Reference,
    /// It came from, or went to, the same account before.
    Account,
    /// The names have words in common.
    Name,
    /// The amount is the same.
    Amount,
}

/// What a line may be, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What.
    pub proposal: Proposal,
    /// The promise that it is about.
    pub pledge: Pledge,
    /// How much was promised, given, or given back.
    pub amount: Money,
    /// When it was promised, arrived, or was given back.
    pub on: NaiveDate,
    /// Why, the strongest reason first.
    pub why: Vec<Why>,
    /// How many words of the names are the same.
    names: usize,
}

impl Suggestion {
    /// The more reasons, the better; the nearer the day, the better.
    fn rank(&self, day: NaiveDate) -> (bool, bool, usize, u64) {
        let has = |why| self.why.contains(&why);
        let apart = (self.on - day).num_days().unsigned_abs();
        (has(Why::Reference), has(Why::Account), self.names, u64::MAX - apart)
    }
}

/// A line with all that is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFile {
    /// The line.
    pub line: BankLine,
    /// The file that it came with.
    pub statement: BankStatement,
    /// What it may be, the likeliest first.
    pub suggestions: Vec<Suggestion>,
    /// The payouts that it may be, the likeliest first.
    pub payouts: Vec<Fit>,
    /// The platform elsewhere that may have paid it out.
    pub platform: Option<PlatformFit>,
    /// Who gave from the same account before.
    pub giver: Option<Profile>,
    /// The donation that it is, or that it took back.
    pub donation: Option<DonationId>,
}

/// A line with all that is known about it.
///
/// # Errors
/// `NotFound` without it.
pub async fn line(ctx: &Context, id: BankLineId) -> Result<LineFile, UseCaseError> {
    let ctx = ctx.clone();
    ctx.db
        .clone()
        .read(move |conn| {
            let line =
                bank_lines::find(conn, id)?.ok_or(UseCaseError::NotFound("line of a bank statement"))?;
            let statement = bank_statements::find(conn, line.statement)?
                .ok_or(UseCaseError::NotFound("bank statement"))?;
            let donation = match line.outcome {
                Outcome::Booked(donation) => Some(donation),
                Outcome::Returned(refund) => Some(refunds::get(conn, refund)?.donation),
                Outcome::Open
                | Outcome::Payout(_)
                | Outcome::Deposit(..)
                | Outcome::PaidOut(_)
                | Outcome::NoGift { .. }
                | Outcome::Outgoing => None,
            };
            let suggestions = suggestions(conn, &ctx, &line)?;
            let payouts = balances::payouts_for(conn, &ctx, &line)?;
            let platform = platform(conn, &line)?;
            let giver = giver(conn, &line)?;
            Ok(LineFile { line, statement, suggestions, payouts, platform, giver, donation })
        })
        .await
}

/// A line that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingLine {
    /// The line.
    pub line: BankLine,
    /// What it may be, the likeliest first.
    pub suggestions: Vec<Suggestion>,
    /// The payouts that it may be, the likeliest first.
    pub payouts: Vec<Fit>,
    /// The platform elsewhere that may have paid it out.
    pub platform: Option<PlatformFit>,
}

/// The lines of a file, by what needs doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatementLines {
    /// Those that wait for a person, each with what it may be.
    pub waiting: Vec<WaitingLine>,
    /// How many became what.
    pub counts: Vec<(LineStatus, i64)>,
}

/// The lines of a file, so many of those that wait.
pub async fn of_statement(
    ctx: &Context,
    id: BankStatementId,
    limit: i64,
) -> Result<StatementLines, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .read(move |conn| {
            let mut lines =
                StatementLines { counts: bank_lines::counts(conn, id)?, ..StatementLines::default() };
            for line in bank_lines::of_statement(conn, id, LineStatus::Open, limit)? {
                let suggestions = suggestions(conn, &inner, &line)?;
                let payouts = balances::payouts_for(conn, &inner, &line)?;
                let platform = platform(conn, &line)?;
                lines.waiting.push(WaitingLine { line, suggestions, payouts, platform });
            }
            Ok(lines)
        })
        .await
}

/// The platform that a line names, unless somebody said that it is not of that one.
fn platform(conn: &mut Conn, line: &BankLine) -> Result<Option<PlatformFit>, StoreError> {
    let Some(fit) = PlatformFit::of(line) else { return Ok(None) };
    let is_refused =
        bank_lines::refused(conn, line.id)?.iter().any(|subject| subject == fit.platform.as_str());
    Ok(Some(fit).filter(|_| !is_refused))
}

/// Who gave from the same account before, for money that nobody promised.
fn giver(conn: &mut Conn, line: &BankLine) -> Result<Option<Profile>, StoreError> {
    let Some(account) = line.other_account.as_deref().filter(|_| line.outcome == Outcome::Open) else {
        return Ok(None);
    };
    for before in bank_lines::from_the_same(conn, account, 1)? {
        if let Outcome::Booked(donation) = before.outcome
            && let Some(donor) = donations::get(conn, donation)?.donor
        {
            let profile = accounts::get(conn, donor)?;
            return Ok(Some(profile).filter(|profile| profile.erased_at.is_none()));
        }
    }
    Ok(None)
}

fn suggestions(conn: &mut Conn, ctx: &Context, line: &BankLine) -> Result<Vec<Suggestion>, StoreError> {
    let mut found = Found { suggestions: Vec::new(), line };
    match (line.direction, &line.outcome) {
        (Direction::In, Outcome::Open) => {
            found.promised(conn, ctx)?;
            found.recorded(conn)?;
        }
        (Direction::TakenBack, Outcome::Open) | (Direction::Out, Outcome::Open | Outcome::Outgoing) => {
            found.taken_back(conn)?;
            found.refunded(conn, ctx)?;
        }
        (
            Direction::In | Direction::TakenBack | Direction::CameBack | Direction::Out,
            Outcome::Open
            | Outcome::Booked(_)
            | Outcome::Returned(_)
            | Outcome::Payout(_)
            | Outcome::Deposit(..)
            | Outcome::PaidOut(_)
            | Outcome::NoGift { .. }
            | Outcome::Outgoing,
        ) => {}
    }
    let refused = bank_lines::refused(conn, line.id)?;
    let mut all = found.suggestions;
    all.retain(|suggestion| !refused.contains(&subject(&suggestion.proposal)));
    all.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.rank(line.booked_on)));
    all.truncate(SHOWN);
    Ok(all)
}

/// The id that a proposal is about.
fn subject(proposal: &Proposal) -> String {
    match proposal {
        Proposal::Promise(pledge) => pledge.to_string(),
        Proposal::Recorded(donation) | Proposal::TakenBack(donation) => donation.to_string(),
        Proposal::Refunded(refund) => refund.to_string(),
    }
}

impl Suggestion {
    /// The id that it is about.
    pub fn subject(&self) -> String {
        subject(&self.proposal)
    }
}

/// What was found so far.
struct Found<'a> {
    suggestions: Vec<Suggestion>,
    line: &'a BankLine,
}

impl Found<'_> {
    /// Adds a proposal, or another reason for one that is there.
    fn add(&mut self, proposal: Proposal, pledge: Pledge, (amount, on): (Money, NaiveDate), why: Why) {
        if let Some(known) = self.suggestions.iter_mut().find(|known| known.proposal == proposal) {
            known.why.push(why);
            known.why.sort_unstable();
            known.why.dedup();
            return;
        }
        let pledged_by = pledge.terms.name.as_ref().map_or("", crate::domain::donor::PersonName::as_str);
        let names = names_agree(pledged_by, self.line.name.as_deref().unwrap_or_default());
        let same = amount.minor().unsigned_abs() == self.line.amount.minor().unsigned_abs()
            && amount.currency() == self.line.amount.currency();
        let mut reasons = vec![why];
        reasons.extend((names > 0).then_some(Why::Name));
        reasons.extend(same.then_some(Why::Amount));
        reasons.sort_unstable();
        reasons.dedup();
        self.suggestions.push(Suggestion { proposal, pledge, amount, on, why: reasons, names });
    }

    fn add_promise(&mut self, ctx: &Context, pledge: Pledge, why: Why) {
        let (amount, on) = (pledge.terms.amount, ctx.day_of(pledge.created_at));
        self.add(Proposal::Promise(pledge.id), pledge, (amount, on), why);
    }

    /// Promises that the line may keep.
    fn promised(&mut self, conn: &mut Conn, ctx: &Context) -> Result<(), StoreError> {
        for pledge in self.referred(conn)? {
            self.add_promise(ctx, pledge, Why::Reference);
        }
        for before in self.paid_before(conn)? {
            let pledge = pledges::get(conn, before)?;
            let goes_on = matches!(pledge.status, PledgeStatus::Active | PledgeStatus::PastDue);
            if goes_on && pledge.terms.gateway == GatewayKind::BankTransfer {
                self.add_promise(ctx, pledge, Why::Account);
            }
        }
        let next = self.line.booked_on.checked_add_days(Days::new(2)).unwrap_or(self.line.booked_on);
        for id in bank_lines::promises_of(conn, self.line.amount, next.and_time(NaiveTime::MIN), LOOKED_AT)? {
            let pledge = pledges::get(conn, id)?;
            self.add_promise(ctx, pledge, Why::Amount);
        }
        Ok(())
    }

    /// The promises whose references are written on the line.
    fn referred(&self, conn: &mut Conn) -> Result<Vec<Pledge>, StoreError> {
        let mut found = Vec::new();
        for reference in self.line.references() {
            found.extend(pledges::find_by_reference(conn, &reference)?);
        }
        Ok(found)
    }

    /// The promises that money from the same side was booked for.
    fn paid_before(&self, conn: &mut Conn) -> Result<Vec<PledgeId>, StoreError> {
        let Some(account) = &self.line.other_account else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for before in bank_lines::from_the_same(conn, account, LOOKED_AT)? {
            if let Outcome::Booked(donation) = before.outcome {
                found.push(donations::get(conn, donation)?.pledge);
            }
        }
        found.dedup();
        Ok(found)
    }

    /// Transfers that staff may have recorded before the statement came.
    fn recorded(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let day = self.line.booked_on;
        let from = day.checked_sub_days(Days::new(DAYS_APART)).unwrap_or(day);
        let to = day.checked_add_days(Days::new(DAYS_APART)).unwrap_or(day);
        for id in bank_lines::recorded_by_hand(conn, self.line.amount, (from, to), LOOKED_AT)? {
            let donation = donations::get(conn, id)?;
            self.add_donation(conn, Proposal::Recorded(id), &donation, Why::Amount)?;
        }
        Ok(())
    }

    fn add_donation(
        &mut self,
        conn: &mut Conn,
        proposal: Proposal,
        donation: &Donation,
        why: Why,
    ) -> Result<(), StoreError> {
        let (Some(money), Some(on)) = (donation.payment.money(), donation.received_on) else { return Ok(()) };
        let pledge = pledges::get(conn, donation.pledge)?;
        self.add(proposal, pledge, (money.gross, on), why);
        Ok(())
    }

    /// Transfers that the line may have taken back. What only has the same amount is proposed where the bank says that
    /// money was taken back; what simply went out needs another reason.
    fn taken_back(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let wanted = self.line.amount.negated().unwrap_or(self.line.amount);
        let has_left = |donation: &Donation| {
            donation
                .payment
                .kept()
                .is_some_and(|kept| kept.currency() == wanted.currency() && kept.minor() >= wanted.minor())
        };
        for pledge in self.referred(conn)? {
            for donation in donations::of_pledge(conn, pledge.id)? {
                if donation.gateway == GatewayKind::BankTransfer && has_left(&donation) {
                    self.add_donation(conn, Proposal::TakenBack(donation.id), &donation, Why::Reference)?;
                }
            }
        }
        for before in bank_lines::may_be_taken_back(conn, self.line, LOOKED_AT)? {
            let Outcome::Booked(id) = before.outcome else { continue };
            let donation = donations::get(conn, id)?;
            let same_side = before.other_account.is_some() && before.other_account == self.line.other_account;
            let names = names_agree(
                before.name.as_deref().unwrap_or_default(),
                self.line.name.as_deref().unwrap_or_default(),
            );
            let why = match (same_side, names > 0, self.line.direction) {
                (true, _, _) => Why::Account,
                (false, true, _) => Why::Name,
                (false, false, Direction::TakenBack) => Why::Amount,
                (false, false, Direction::In | Direction::Out | Direction::CameBack) => continue,
            };
            if has_left(&donation) {
                self.add_donation(conn, Proposal::TakenBack(id), &donation, why)?;
            }
        }
        Ok(())
    }

    /// Refunds that staff may have recorded before the statement came.
    fn refunded(&mut self, conn: &mut Conn, ctx: &Context) -> Result<(), StoreError> {
        let wanted = self.line.amount.negated().unwrap_or(self.line.amount);
        for id in bank_lines::refunds_by_hand(conn, wanted, LOOKED_AT)? {
            let Refund { donation, amount, created_at, .. } = refunds::get(conn, id)?;
            let on = ctx.day_of(created_at);
            if (on - self.line.booked_on).num_days().unsigned_abs() <= DAYS_APART {
                let given = donations::get(conn, donation)?;
                let pledge = pledges::get(conn, given.pledge)?;
                self.add(Proposal::Refunded(id), pledge, (amount, on), Why::Amount);
            }
        }
        Ok(())
    }
}
