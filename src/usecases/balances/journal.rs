//! A payout as an entry of a bookkeeper's own journal: what arrived at the bank, and of what it is made, in the currency of
//! the balance.

use super::report::{self, PayoutFile, Sums};
use crate::domain::balance::MovementKind;
use crate::domain::ids::PayoutId;
use crate::domain::ledger::Account;
use crate::domain::money::{Money, MoneyError};
use crate::store::payouts::Payout;
use crate::usecases::{Context, UseCaseError};

/// One line. Debits are above zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// Where it goes.
    pub account: Account,
    /// How much.
    pub amount: Money,
    /// What it is.
    pub text: String,
}

/// The entry of a payout. Its lines sum to zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Of which payout.
    pub payout: Payout,
    /// Its lines.
    pub lines: Vec<JournalLine>,
}

/// The entry of a payout.
///
/// # Errors
/// `NotFound` without such a payout; `Conflict` as long as not all that it holds is known.
pub async fn journal(ctx: &Context, id: PayoutId) -> Result<Journal, UseCaseError> {
    let file = report::payout(ctx, id).await?;
    if !file.is_settled() {
        return Err(UseCaseError::Conflict {
            code: "payout_open",
            message: "the gateway has not told yet of all that this payout holds".to_owned(),
        });
    }
    Ok(Journal { lines: lines(&file)?, payout: file.payout })
}

fn lines(file: &PayoutFile) -> Result<Vec<JournalLine>, MoneyError> {
    let payout = &file.payout;
    let paid = format!("Payout of {}, {}", payout.gateway, payout.remote);
    let mut lines = vec![JournalLine { account: Account::Payouts, amount: payout.amount, text: paid }];
    if file.difference.is_none() {
        // What it holds is not told: it lessens what the gateway holds.
        lines.push(JournalLine {
            account: Account::Clearing(payout.gateway),
            amount: payout.amount.negated()?,
            text: "Left the balance".to_owned(),
        });
        return Ok(lines);
    }
    let mut fees = Money::zero(payout.amount.currency());
    for sums in &file.kinds {
        fees = fees.plus(sums.fee)?;
        let (account, text) = place(sums);
        lines.push(JournalLine { account, amount: sums.amount.negated()?, text });
    }
    lines.push(JournalLine {
        account: Account::Fees,
        amount: fees,
        text: "Fees of the movements".to_owned(),
    });
    if let Some(difference) = file.difference {
        let text = "Not explained by the movements".to_owned();
        lines.push(JournalLine { account: Account::Suspense, amount: difference.negated()?, text });
    }
    lines.retain(|line| !line.amount.is_zero());
    Ok(lines)
}

fn place(sums: &Sums) -> (Account, String) {
    let (account, what) = match sums.kind {
        MovementKind::Payment => (Account::Donations, "payments"),
        MovementKind::Refund => (Account::Refunds, "refunds"),
        MovementKind::Dispute => (Account::Disputes, "movements of disputes"),
        MovementKind::Fee => (Account::Fees, "fees of the account"),
        MovementKind::Payout => (Account::Payouts, "payouts that came back"),
        MovementKind::Exchange => (Account::Exchange, "exchanges"),
        MovementKind::Adjustment => (Account::Adjustments, "adjustments"),
    };
    (account, format!("{} {what}", sums.count))
}
