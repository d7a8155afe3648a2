//! What staff see of balances and payouts.

use super::arrivals::lines_for;
use crate::domain::balance::{Contents, Finding, Movement, MovementKind};
use crate::domain::bank_line::BankLine;
use crate::domain::ids::{DonationId, PayoutId};
use crate::domain::ledger::Account;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::pledge::GatewayKind;
use crate::store::movements::{self, Balance};
use crate::store::payouts::{self, Payout};
use crate::store::{Conn, bank_lines, ledger};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, TimeDelta, Utc};

/// Movements that the page of a payout shows by itself; the list has all.
const SHOWN: i64 = 100;

/// For so long money may be in the books before the gateway lists its movement.
const LISTED_LATE: TimeDelta = TimeDelta::hours(12);

/// Gifts without a movement that are named; more than that have one cause.
const UNMOVED: i64 = 50;

/// What movements of one kind come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// What moved.
    pub kind: MovementKind,
    /// How many movements.
    pub count: i64,
    /// What came or went, before fees.
    pub amount: Money,
    /// What the gateway took off it.
    pub fee: Money,
}

impl Sums {
    /// What it did to the balance.
    pub fn net(&self) -> Result<Money, MoneyError> {
        self.amount.minus(self.fee)
    }
}

/// What was on a balance when a payout was ordered whose gateway does not say what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Before the payout; of movements that were read here.
    pub before: Money,
    /// What moved since the payout before.
    pub since_last: Money,
    /// What the payout left.
    pub left: Money,
}

/// Everything on a payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutFile {
    /// The payout.
    pub payout: Payout,
    /// What it holds, by kind. Empty where the gateway does not say.
    pub kinds: Vec<Sums>,
    /// What was paid out beyond what it holds: zero, if all is well. None as long as not all of it is known.
    pub difference: Option<Money>,
    /// How many movements in it are not what the books say.
    pub open: i64,
    /// The balance around it, where the gateway does not say what it holds.
    pub carried: Option<Carried>,
    /// Its first movements.
    pub movements: Vec<Movement>,
    /// The line of the bank that shows it.
    pub line: Option<BankLine>,
    /// Lines of the bank that may be it, while none shows it.
    pub lines: Vec<BankLine>,
}

impl PayoutFile {
    /// Whether all is known of it that the gateway will ever tell.
    pub fn is_settled(&self) -> bool {
        self.difference.is_some() || self.carried.is_some()
    }
}

/// Reads everything on a payout.
///
/// # Errors
/// `NotFound` without such a payout.
pub async fn payout(ctx: &Context, id: PayoutId) -> Result<PayoutFile, UseCaseError> {
    let inner = ctx.clone();
    ctx.db.read(move |conn| file(conn, &inner, id)).await
}

fn file(conn: &mut Conn, ctx: &Context, id: PayoutId) -> Result<PayoutFile, UseCaseError> {
    let payout = payouts::find(conn, id)?.ok_or(UseCaseError::NotFound("payout"))?;
    let currency = payout.amount.currency();
    let of_kind = |(kind, count, amount, fee)| Sums {
        kind,
        count,
        amount: Money::new(amount, currency),
        fee: Money::new(fee, currency),
    };
    let kinds: Vec<Sums> = movements::kinds_of_payout(conn, &payout)?.into_iter().map(of_kind).collect();
    let difference = match payout.contents {
        Contents::Whole => {
            let left = |left: Money, sums: &Sums| left.minus(sums.net()?);
            Some(kinds.iter().try_fold(payout.amount, left)?)
        }
        Contents::Open | Contents::Untold => None,
    };
    let carried = match payout.contents {
        Contents::Untold => Some(carried(conn, &payout)?),
        Contents::Open | Contents::Whole => None,
    };
    let open = movements::open_of_payout(conn, id)?;
    let movements = movements::of_payout(conn, id, SHOWN)?;
    let line = bank_lines::of_payout(conn, id)?;
    let lines = lines_for(conn, ctx, &payout)?;
    Ok(PayoutFile { payout, kinds, difference, open, carried, movements, line, lines })
}

fn carried(conn: &mut Conn, payout: &Payout) -> Result<Carried, UseCaseError> {
    let (gateway, currency) = (payout.gateway, payout.amount.currency());
    let last = payouts::before(conn, payout)?.unwrap_or(DateTime::UNIX_EPOCH);
    // The payout before it is a movement of that moment itself.
    let from = last.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(last);
    let (earlier, since_last) = movements::between(conn, gateway, currency, from..payout.ordered_at)?;
    let before = Money::new(earlier, currency).plus(Money::new(since_last, currency))?;
    Ok(Carried { before, since_last: Money::new(since_last, currency), left: before.minus(payout.amount)? })
}

/// A balance beside the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceFile {
    /// What the gateway says.
    pub balance: Balance,
    /// What the books hold on its account.
    pub booked: Money,
    /// What the gateway has and the books have not: zero, if all is well.
    pub difference: Money,
    /// Movements about gifts that are none of this site.
    pub missing: i64,
    /// Movements that the books hold with another sum.
    pub differing: i64,
    /// Gifts in the books that nothing moved for, the oldest first.
    pub unmoved: Vec<DonationId>,
}

/// Every balance that is read, beside the books.
pub async fn balances(ctx: &Context) -> Result<Vec<BalanceFile>, UseCaseError> {
    let until = ctx.now() - LISTED_LATE;
    ctx.db
        .read(move |conn| {
            let booked = ledger::balances(conn)?;
            let all = movements::balances(conn)?;
            all.into_iter().map(|balance| beside(conn, balance, &booked, until)).collect()
        })
        .await
}

fn beside(
    conn: &mut Conn,
    balance: Balance,
    booked: &[(String, String, i64)],
    until: DateTime<Utc>,
) -> Result<BalanceFile, UseCaseError> {
    let currency = balance.moved.currency();
    let booked = Money::new(on_account(booked, balance.gateway, currency), currency);
    let count = |conn: &mut Conn, finding| movements::count(conn, balance.gateway, finding);
    Ok(BalanceFile {
        booked,
        difference: balance.moved.minus(booked)?,
        missing: count(conn, Finding::Missing)?,
        differing: count(conn, Finding::Differs)?,
        unmoved: movements::unmoved(conn, balance.gateway, balance.since..until, UNMOVED)?,
        balance,
    })
}

/// What the books hold on an account that no gateway keeps, in each currency; without those at zero.
///
/// # Errors
/// The database does not answer, or has a currency that nobody knows.
pub async fn held_on(ctx: &Context, accounts: Vec<Account>) -> Result<Vec<(Account, Money)>, UseCaseError> {
    let all = ctx.db.read(ledger::balances).await?;
    let mut held = Vec::new();
    for account in accounts {
        let name = account.to_string();
        for (_, code, minor) in all.iter().filter(|(on, _, minor)| *on == name && *minor != 0) {
            held.push((account, Money::new(*minor, Currency::parse(code)?)));
        }
    }
    Ok(held)
}

fn on_account(booked: &[(String, String, i64)], gateway: GatewayKind, currency: Currency) -> i64 {
    let account = Account::Clearing(gateway).to_string();
    let held = booked.iter().find(|(name, code, _)| *name == account && code == currency.code());
    held.map_or(0, |(_, _, minor)| *minor)
}
