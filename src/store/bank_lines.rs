//! Lines of bank statements: each once, and booked at most once.

use super::dialect::{lock_row, on_each};
use super::row::{Row, one, utc};
use super::schema::{bank_line_refusals, bank_lines, donations, pledges, refunds, subscriptions};
use super::{Conn, StoreError, Tx};
use crate::domain::bank_line::{BankLine, Direction, LineStatus, NoGift, Outcome};
use crate::domain::deposit::Tender;
use crate::domain::ids::{
    BankLineId, BankStatementId, DepositId, DonationId, DonorId, PayoutId, PledgeId, RefundId,
};
use crate::domain::member::Platform;
use crate::domain::money::Money;
use crate::domain::platform_payout::PlatformPayout;
use crate::domain::pledge::GatewayKind;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = bank_lines)]
struct LineRow {
    id: String,
    statement_id: String,
    account: String,
    identity: String,
    booked_on: NaiveDate,
    happened_at: NaiveDateTime,
    amount_minor: i64,
    currency: String,
    direction: String,
    bank_id: Option<String>,
    other_name: Option<String>,
    other_account: Option<String>,
    words: Option<String>,
    status: String,
    kind: Option<String>,
    reason: Option<String>,
    donation_id: Option<String>,
    refund_id: Option<String>,
    decided_at: Option<NaiveDateTime>,
    read_at: NaiveDateTime,
    payout_id: Option<String>,
    deposit_id: Option<String>,
    platform: Option<String>,
    platform_fee_minor: Option<i64>,
}

/// The columns of an outcome.
struct Became {
    status: &'static str,
    kind: Option<&'static str>,
    reason: Option<String>,
    donation: Option<String>,
    refund: Option<String>,
    payout: Option<String>,
    deposit: Option<String>,
    platform: Option<&'static str>,
    platform_fee: Option<i64>,
}

impl Became {
    fn of(outcome: &Outcome) -> Self {
        let plain = Self {
            status: outcome.status().as_str(),
            kind: None,
            reason: None,
            donation: None,
            refund: None,
            payout: None,
            deposit: None,
            platform: None,
            platform_fee: None,
        };
        match outcome {
            Outcome::Open | Outcome::Outgoing => plain,
            Outcome::Booked(donation) => Self { donation: Some(donation.to_string()), ..plain },
            Outcome::Returned(refund) => Self { refund: Some(refund.to_string()), ..plain },
            Outcome::Payout(payout) => {
                Self { kind: Some(NoGift::Payout.as_str()), payout: Some(payout.to_string()), ..plain }
            }
            Outcome::Deposit(deposit, tender) => {
                let kind = Some(tender.no_gift().as_str());
                Self { kind, deposit: Some(deposit.to_string()), ..plain }
            }
            Outcome::PaidOut(PlatformPayout { platform, fee_minor }) => Self {
                kind: Some(NoGift::Payout.as_str()),
                platform: Some(platform.as_str()),
                platform_fee: *fee_minor,
                ..plain
            },
            Outcome::NoGift { kind, reason } => {
                Self { kind: Some(kind.as_str()), reason: reason.clone(), ..plain }
            }
        }
    }
}

impl LineRow {
    fn into_domain(self) -> Result<BankLine, StoreError> {
        let row = Row { table: "bank_lines", id: &self.id };
        let missing = || row.corrupt("what became of it is not there");
        let outcome = match row.word(LineStatus::parse, &self.status)? {
            LineStatus::Open => Outcome::Open,
            LineStatus::Outgoing => Outcome::Outgoing,
            LineStatus::Booked => Outcome::Booked(row.parse(&self.donation_id.ok_or_else(missing)?)?),
            LineStatus::Returned => Outcome::Returned(row.parse(&self.refund_id.ok_or_else(missing)?)?),
            LineStatus::NoGift if self.payout_id.is_some() => {
                Outcome::Payout(row.parse(&self.payout_id.ok_or_else(missing)?)?)
            }
            LineStatus::NoGift if self.platform.is_some() => {
                let platform = row.word(Platform::parse, &self.platform.ok_or_else(missing)?)?;
                Outcome::PaidOut(PlatformPayout { platform, fee_minor: self.platform_fee_minor })
            }
            LineStatus::NoGift => {
                let kind = row.word(NoGift::parse, &self.kind.ok_or_else(missing)?)?;
                match (self.deposit_id, Tender::shown_by(kind)) {
                    (Some(deposit), Some(tender)) => Outcome::Deposit(row.parse(&deposit)?, tender),
                    (_, _) => Outcome::NoGift { kind, reason: self.reason },
                }
            }
        };
        Ok(BankLine {
            id: row.parse(&self.id)?,
            statement: row.parse(&self.statement_id)?,
            booked_on: self.booked_on,
            amount: row.money(self.amount_minor, &self.currency)?,
            direction: row.word(Direction::parse, &self.direction)?,
            outcome,
            decided_at: self.decided_at.map(utc),
            account: self.account,
            bank_id: self.bank_id,
            name: self.other_name,
            other_account: self.other_account,
            text: self.words,
        })
    }
}

fn many(rows: Vec<LineRow>) -> Result<Vec<BankLine>, StoreError> {
    rows.into_iter().map(LineRow::into_domain).collect()
}

/// When a line came, beside what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// Noon of the day on which the bank booked it.
    pub happened_at: DateTime<Utc>,
    /// When it was read.
    pub read_at: DateTime<Utc>,
}

/// Adds a line that nobody has decided about. False if it is known from this file or another: nothing changes then.
pub fn insert(tx: &mut Tx<'_>, line: &BankLine, identity: &str, came: Came) -> Result<bool, StoreError> {
    let became = Became::of(&line.outcome);
    let row = LineRow {
        id: line.id.to_string(),
        statement_id: line.statement.to_string(),
        account: line.account.clone(),
        identity: identity.to_owned(),
        booked_on: line.booked_on,
        happened_at: came.happened_at.naive_utc(),
        amount_minor: line.amount.minor(),
        currency: line.amount.currency().code().to_owned(),
        direction: line.direction.as_str().to_owned(),
        bank_id: line.bank_id.clone(),
        other_name: line.name.clone(),
        other_account: line.other_account.clone(),
        words: line.text.clone(),
        status: became.status.to_owned(),
        kind: became.kind.map(str::to_owned),
        reason: became.reason,
        donation_id: became.donation,
        refund_id: became.refund,
        decided_at: line.decided_at.map(|at| at.naive_utc()),
        read_at: came.read_at.naive_utc(),
        payout_id: became.payout,
        deposit_id: became.deposit,
        platform: became.platform.map(str::to_owned),
        platform_fee_minor: became.platform_fee,
    };
    let inserted = on_each!(tx, |c| diesel::insert_into(bank_lines::table)
        .values(&row)
        .on_conflict((bank_lines::account, bank_lines::identity))
        .do_nothing()
        .execute(c))?;
    Ok(inserted == 1)
}

/// A line.
pub fn find(conn: &mut Conn, id: BankLineId) -> Result<Option<BankLine>, StoreError> {
    let row = bank_lines::table.find(id.to_string()).select(LineRow::as_select());
    row.get_result(conn).optional()?.map(LineRow::into_domain).transpose()
}

/// A line that nobody else decides about until this transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: BankLineId) -> Result<Option<BankLine>, StoreError> {
    if lock_row!(tx, bank_lines, id).optional()?.is_none() {
        return Ok(None);
    }
    find(tx, id)
}

/// Writes down what became of a line.
///
/// # Errors
/// `Conflict` if another line is that donation, that refund or that payout.
pub fn decide(
    tx: &mut Tx<'_>,
    id: BankLineId,
    outcome: &Outcome,
    at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let became = Became::of(outcome);
    let changed = diesel::update(bank_lines::table.find(id.to_string()))
        .set((
            bank_lines::status.eq(became.status),
            bank_lines::kind.eq(became.kind),
            bank_lines::reason.eq(became.reason),
            bank_lines::donation_id.eq(became.donation),
            bank_lines::refund_id.eq(became.refund),
            bank_lines::payout_id.eq(became.payout),
            bank_lines::deposit_id.eq(became.deposit),
            bank_lines::platform.eq(became.platform),
            bank_lines::platform_fee_minor.eq(became.platform_fee),
            bank_lines::decided_at.eq(at.map(|at| at.naive_utc())),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// The line that is this donation.
pub fn of_donation(conn: &mut Conn, donation: DonationId) -> Result<Option<BankLine>, StoreError> {
    let rows = bank_lines::table.filter(bank_lines::donation_id.eq(donation.to_string()));
    let row = rows.select(LineRow::as_select()).get_result(conn).optional()?;
    row.map(LineRow::into_domain).transpose()
}

/// The line that is this payout.
pub fn of_payout(conn: &mut Conn, payout: PayoutId) -> Result<Option<BankLine>, StoreError> {
    let rows = bank_lines::table.filter(bank_lines::payout_id.eq(payout.to_string()));
    let row = rows.select(LineRow::as_select()).get_result(conn).optional()?;
    row.map(LineRow::into_domain).transpose()
}

/// The line that shows this deposit.
pub fn of_deposit(conn: &mut Conn, deposit: DepositId) -> Result<Option<BankLine>, StoreError> {
    let rows = bank_lines::table.filter(bank_lines::deposit_id.eq(deposit.to_string()));
    let row = rows.select(LineRow::as_select()).get_result(conn).optional()?;
    row.map(LineRow::into_domain).transpose()
}

/// Whether this platform paid the same sum out on the same day to the same account by another line: two kinds of files may
/// tell of it in other words.
pub fn is_paid_out(conn: &mut Conn, line: &BankLine, platform: Platform) -> Result<bool, StoreError> {
    let rows = bank_lines::table
        .filter(bank_lines::platform.eq(platform.as_str()))
        .filter(bank_lines::account.eq(&line.account))
        .filter(bank_lines::booked_on.eq(line.booked_on))
        .filter(bank_lines::currency.eq(line.amount.currency().code()))
        .filter(bank_lines::amount_minor.eq(line.amount.minor()))
        .filter(bank_lines::id.ne(line.id.to_string()))
        .limit(1)
        .select(bank_lines::id);
    Ok(rows.get_result::<String>(conn).optional()?.is_some())
}

/// Lines of this amount and these days that nobody has said to be a gift: the oldest first.
pub fn undecided(
    conn: &mut Conn,
    amount: Money,
    (from, to): (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<BankLine>, StoreError> {
    let rows = bank_lines::table
        .filter(bank_lines::amount_minor.eq(amount.minor()))
        .filter(bank_lines::currency.eq(amount.currency().code()))
        .filter(bank_lines::booked_on.between(from, to))
        .filter(bank_lines::status.eq_any(["open", "outgoing"]))
        .order((bank_lines::booked_on, bank_lines::id))
        .limit(limit)
        .select(LineRow::as_select());
    many(rows.load(conn)?)
}

/// Whether another line says that it is this refund.
pub fn is_refund_known(conn: &mut Conn, refund: RefundId) -> Result<bool, StoreError> {
    let rows = bank_lines::table.filter(bank_lines::refund_id.eq(refund.to_string())).select(bank_lines::id);
    Ok(rows.get_result::<String>(conn).optional()?.is_some())
}

/// Lines of a file, the latest first.
pub fn of_statement(
    conn: &mut Conn,
    statement: BankStatementId,
    status: LineStatus,
    limit: i64,
) -> Result<Vec<BankLine>, StoreError> {
    let rows = bank_lines::table
        .filter(bank_lines::statement_id.eq(statement.to_string()))
        .filter(bank_lines::status.eq(status.as_str()))
        .order((bank_lines::happened_at.desc(), bank_lines::id.desc()))
        .limit(limit)
        .select(LineRow::as_select());
    many(rows.load(conn)?)
}

/// Lines that wait for a person, of any file, the oldest first.
pub fn open(conn: &mut Conn, limit: i64) -> Result<Vec<BankLine>, StoreError> {
    let rows = bank_lines::table
        .filter(bank_lines::status.eq("open"))
        .order((bank_lines::happened_at, bank_lines::id))
        .limit(limit)
        .select(LineRow::as_select());
    many(rows.load(conn)?)
}

/// How many lines of a file became what.
pub fn counts(conn: &mut Conn, statement: BankStatementId) -> Result<Vec<(LineStatus, i64)>, StoreError> {
    let rows: Vec<(String, i64)> = bank_lines::table
        .filter(bank_lines::statement_id.eq(statement.to_string()))
        .group_by(bank_lines::status)
        .order(bank_lines::status)
        .select((bank_lines::status, diesel::dsl::count_star()))
        .load(conn)?;
    let row = Row { table: "bank_lines", id: "" };
    rows.into_iter().map(|(status, count)| Ok((row.word(LineStatus::parse, &status)?, count))).collect()
}

/// Lines of other files that say the same of the same day: perhaps the same line, as another kind of file says it.
pub fn alike_elsewhere(conn: &mut Conn, line: &BankLine) -> Result<Vec<BankLine>, StoreError> {
    let rows = bank_lines::table
        .filter(bank_lines::account.eq(&line.account))
        .filter(bank_lines::amount_minor.eq(line.amount.minor()))
        .filter(bank_lines::booked_on.eq(line.booked_on))
        .filter(bank_lines::statement_id.ne(line.statement.to_string()))
        .filter(bank_lines::status.eq("booked"))
        .limit(50)
        .select(LineRow::as_select());
    many(rows.load(conn)?)
}

/// Money that came in from the same side, and was booked: the latest first.
pub fn from_the_same(conn: &mut Conn, other_account: &str, limit: i64) -> Result<Vec<BankLine>, StoreError> {
    let rows = bank_lines::table
        .filter(bank_lines::other_account.eq(other_account))
        .filter(bank_lines::status.eq("booked"))
        .order((bank_lines::happened_at.desc(), bank_lines::id.desc()))
        .limit(limit)
        .select(LineRow::as_select());
    many(rows.load(conn)?)
}

/// Booked lines that this one may take back: of the same account and amount, in the year before it.
pub fn may_be_taken_back(conn: &mut Conn, line: &BankLine, limit: i64) -> Result<Vec<BankLine>, StoreError> {
    let since = line.booked_on.checked_sub_days(Days::new(400)).unwrap_or(line.booked_on);
    let rows = bank_lines::table
        .filter(bank_lines::amount_minor.eq(line.amount.minor().saturating_neg()))
        .filter(bank_lines::currency.eq(line.amount.currency().code()))
        .filter(bank_lines::account.eq(&line.account))
        .filter(bank_lines::status.eq("booked"))
        .filter(bank_lines::booked_on.between(since, line.booked_on))
        .order((bank_lines::amount_minor, bank_lines::id.desc()))
        .limit(limit)
        .select(LineRow::as_select());
    many(rows.load(conn)?)
}

/// Promises of a transfer of this amount that were not kept yet, or are kept again and again; made until this day.
pub fn promises_of(
    conn: &mut Conn,
    amount: Money,
    until: NaiveDateTime,
    limit: i64,
) -> Result<Vec<PledgeId>, StoreError> {
    let waiting: Vec<String> = pledges::table
        .filter(pledges::amount_minor.eq(amount.minor()))
        .filter(pledges::currency.eq(amount.currency().code()))
        .filter(pledges::gateway.eq(GatewayKind::BankTransfer.as_str()))
        .filter(pledges::reference.is_not_null())
        .filter(pledges::status.eq_any(["pending", "expired", "active", "past_due"]))
        .filter(pledges::created_at.le(until))
        .order(pledges::id.desc())
        .limit(limit)
        .select(pledges::id)
        .load(conn)?;
    // Recurring support may be of another amount than was promised at first.
    let recurring: Vec<String> = subscriptions::table
        .inner_join(pledges::table)
        .filter(subscriptions::amount_minor.eq(amount.minor()))
        .filter(pledges::currency.eq(amount.currency().code()))
        .filter(pledges::gateway.eq(GatewayKind::BankTransfer.as_str()))
        .filter(subscriptions::status.eq_any(["active", "past_due"]))
        .order(subscriptions::pledge_id.desc())
        .limit(limit)
        .select(subscriptions::pledge_id)
        .load(conn)?;
    let mut all: Vec<String> = waiting.into_iter().chain(recurring).collect();
    all.sort_unstable_by(|one, other| other.cmp(one));
    all.dedup();
    all.iter().map(|id| Row { table: "pledges", id }.parse(id)).collect()
}

/// Transfers of this amount that were recorded by hand about that day, and that no line is.
pub fn recorded_by_hand(
    conn: &mut Conn,
    amount: Money,
    (from, to): (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<DonationId>, StoreError> {
    let ids: Vec<String> = donations::table
        .left_join(bank_lines::table)
        .filter(donations::gross_minor.eq(Some(amount.minor())))
        .filter(donations::currency.eq(amount.currency().code()))
        .filter(donations::gateway.eq(GatewayKind::BankTransfer.as_str()))
        .filter(donations::received_on.between(from, to))
        .filter(bank_lines::id.is_null())
        .order(donations::id.desc())
        .limit(limit)
        .select(donations::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "donations", id }.parse(id)).collect()
}

/// Refunds of transfers of this amount that were recorded by hand, and that no line is.
pub fn refunds_by_hand(conn: &mut Conn, amount: Money, limit: i64) -> Result<Vec<RefundId>, StoreError> {
    let known = bank_lines::table
        .filter(bank_lines::refund_id.is_not_null())
        .select(bank_lines::refund_id.assume_not_null());
    let ids: Vec<String> = refunds::table
        .filter(refunds::gateway.eq(GatewayKind::BankTransfer.as_str()))
        .filter(refunds::amount_minor.eq(amount.minor()))
        .filter(refunds::currency.eq(amount.currency().code()))
        .filter(refunds::status.eq("succeeded"))
        .filter(refunds::id.ne_all(known))
        .order(refunds::id.desc())
        .limit(limit)
        .select(refunds::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "refunds", id }.parse(id)).collect()
}

/// Writes down that a line is not what it might have been.
pub fn refuse(tx: &mut Tx<'_>, line: BankLineId, subject: &str) -> Result<(), StoreError> {
    on_each!(tx, |c| diesel::insert_into(bank_line_refusals::table)
        .values((bank_line_refusals::line_id.eq(line.to_string()), bank_line_refusals::subject.eq(subject)))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

/// What a line is not.
pub fn refused(conn: &mut Conn, line: BankLineId) -> Result<Vec<String>, StoreError> {
    let rows = bank_line_refusals::table.filter(bank_line_refusals::line_id.eq(line.to_string()));
    Ok(rows.select(bank_line_refusals::subject).load(conn)?)
}

/// Lines that are gifts of a donor, or took one back: the oldest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<BankLine>, StoreError> {
    let theirs =
        donations::table.filter(donations::donor_id.eq(donor.to_string())).select(donations::id.nullable());
    let back = refunds::table
        .inner_join(donations::table)
        .filter(donations::donor_id.eq(donor.to_string()))
        .select(refunds::id.nullable());
    let rows = bank_lines::table
        .filter(bank_lines::donation_id.eq_any(theirs).or(bank_lines::refund_id.eq_any(back)))
        .order((bank_lines::happened_at, bank_lines::id))
        .select(LineRow::as_select());
    many(rows.load(conn)?)
}

/// Forgets who sent the lines of a donor and what they wrote. Account, day and amount stay, and that they are known.
pub fn forget(tx: &mut Tx<'_>, donor: DonorId) -> Result<(), StoreError> {
    let ids: Vec<String> = of_donor(tx, donor)?.into_iter().map(|line| line.id.to_string()).collect();
    for some in ids.chunks(500) {
        forget_words(tx, some)?;
    }
    Ok(())
}

fn forget_words(tx: &mut Tx<'_>, ids: &[String]) -> Result<usize, StoreError> {
    let nothing = (
        bank_lines::other_name.eq(None::<String>),
        bank_lines::other_account.eq(None::<String>),
        bank_lines::words.eq(None::<String>),
        bank_lines::reason.eq(None::<String>),
    );
    let lines = bank_lines::table.filter(bank_lines::id.eq_any(ids));
    Ok(diesel::update(lines).set(nothing).execute(&mut **tx)?)
}

/// Forgets the other sides of lines that are no gifts and were read before then: they are of no use here. Returns how many.
pub fn forget_strangers(tx: &mut Tx<'_>, before: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let ids: Vec<String> = bank_lines::table
        .filter(bank_lines::status.eq_any(["outgoing", "no_gift"]))
        .filter(bank_lines::read_at.lt(before.naive_utc()))
        .filter(
            bank_lines::words
                .is_not_null()
                .or(bank_lines::other_name.is_not_null())
                .or(bank_lines::other_account.is_not_null()),
        )
        .limit(limit)
        .select(bank_lines::id)
        .load(&mut **tx)?;
    if ids.is_empty() {
        return Ok(0);
    }
    forget_words(tx, &ids)
}
