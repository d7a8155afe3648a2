//! Movements on the balances that gateways keep, and what the books say of the same.

use super::payouts::Payout;
use super::row::{Row, one, utc};
use super::schema::{disputes, donations, ledger_entries, ledger_postings, movements, refunds};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::balance::{Finding, Gift, Movement, MovementKind, MovementNews, Names, Part};
use crate::domain::ids::{DonationId, PayoutId};
use crate::domain::ledger::Account;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::GatewayKind;
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = movements)]
#[diesel(treat_none_as_null = true)]
struct MovementRow {
    id: String,
    gateway: String,
    remote_id: String,
    kind: String,
    amount_minor: i64,
    fee_minor: i64,
    currency: String,
    happened_at: NaiveDateTime,
    payment_remote: Option<String>,
    refund_remote: Option<String>,
    dispute_remote: Option<String>,
    payout_remote: Option<String>,
    payout_id: Option<String>,
    donation_id: Option<String>,
    refund_id: Option<String>,
    dispute_id: Option<String>,
    finding: String,
}

impl MovementRow {
    fn from_domain(movement: &Movement) -> Self {
        let (news, names) = (&movement.news, &movement.news.names);
        let text = |name: &Option<RemoteId>| name.as_ref().map(ToString::to_string);
        let (refund, dispute) = movement.gift.map_or((None, None), |gift| gift.part.columns());
        Self {
            id: movement.id.to_string(),
            gateway: movement.gateway.as_str().to_owned(),
            remote_id: news.remote.to_string(),
            kind: news.kind.as_str().to_owned(),
            amount_minor: news.amount.minor(),
            fee_minor: news.fee.minor(),
            currency: news.amount.currency().code().to_owned(),
            happened_at: news.happened_at.naive_utc(),
            payment_remote: text(&names.payment),
            refund_remote: text(&names.refund),
            dispute_remote: text(&names.dispute),
            payout_remote: text(&names.payout),
            payout_id: movement.payout.map(|id| id.to_string()),
            donation_id: movement.gift.map(|gift| gift.donation.to_string()),
            refund_id: refund.map(|id| id.to_string()),
            dispute_id: dispute.map(|id| id.to_string()),
            finding: movement.finding.as_str().to_owned(),
        }
    }

    fn into_domain(self) -> Result<Movement, StoreError> {
        let row = Row { table: "movements", id: &self.id };
        let name = |text: &Option<String>| {
            text.as_deref().map(RemoteId::parse).transpose().map_err(|error| row.corrupt(error))
        };
        let part = part_in(row, self.refund_id.as_deref(), self.dispute_id.as_deref())?;
        let donation: Option<DonationId> = row.parse_option(self.donation_id.as_deref())?;
        Ok(Movement {
            id: row.parse(&self.id)?,
            gateway: row.word(GatewayKind::parse, &self.gateway)?,
            news: MovementNews {
                remote: RemoteId::parse(&self.remote_id).map_err(|error| row.corrupt(error))?,
                kind: row.word(MovementKind::parse, &self.kind)?,
                amount: row.money(self.amount_minor, &self.currency)?,
                fee: row.money(self.fee_minor, &self.currency)?,
                names: Names {
                    payment: name(&self.payment_remote)?,
                    refund: name(&self.refund_remote)?,
                    dispute: name(&self.dispute_remote)?,
                    payout: name(&self.payout_remote)?,
                },
                happened_at: utc(self.happened_at),
            },
            payout: row.parse_option(self.payout_id.as_deref())?,
            gift: donation.map(|donation| Gift { donation, part }),
            finding: row.word(Finding::parse, &self.finding)?,
        })
    }
}

/// Which part of a donation is meant by the columns that name its refund and its dispute.
fn part_in(row: Row<'_>, refund: Option<&str>, dispute: Option<&str>) -> Result<Part, StoreError> {
    match (refund, dispute) {
        (None, None) => Ok(Part::Payment),
        (Some(id), None) => Ok(Part::Refund(row.parse(id)?)),
        (None, Some(id)) => Ok(Part::Dispute(row.parse(id)?)),
        (Some(_), Some(_)) => Err(row.corrupt("about a refund and a dispute")),
    }
}

/// Adds a movement.
pub fn insert(tx: &mut Tx<'_>, movement: &Movement, now: DateTime<Utc>) -> Result<(), StoreError> {
    let times = (movements::created_at.eq(now.naive_utc()), movements::updated_at.eq(now.naive_utc()));
    let row = MovementRow::from_domain(movement);
    one(diesel::insert_into(movements::table).values((&row, times)).execute(&mut **tx)?)
}

/// Writes what is known of a movement now.
pub fn update(tx: &mut Tx<'_>, movement: &Movement, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = MovementRow::from_domain(movement);
    let updated = diesel::update(movements::table.find(&row.id))
        .set((&row, movements::updated_at.eq(now.naive_utc())))
        .steadily()
        .execute(&mut **tx)?;
    one(updated)
}

/// The movement that a gateway calls so.
pub fn find_by_remote(
    conn: &mut Conn,
    gateway: GatewayKind,
    remote: &RemoteId,
) -> Result<Option<Movement>, StoreError> {
    let rows = movements::table
        .filter(movements::gateway.eq(gateway.as_str()))
        .filter(movements::remote_id.eq(remote.as_str()));
    rows.select(MovementRow::as_select())
        .get_result(conn)
        .optional()?
        .map(MovementRow::into_domain)
        .transpose()
}

fn read(rows: Vec<MovementRow>) -> Result<Vec<Movement>, StoreError> {
    rows.into_iter().map(MovementRow::into_domain).collect()
}

/// The first movements of a payout, in the order of their ids.
pub fn of_payout(conn: &mut Conn, payout: PayoutId, limit: i64) -> Result<Vec<Movement>, StoreError> {
    let rows = movements::table.filter(movements::payout_id.eq(payout.to_string()));
    read(rows.order(movements::id).limit(limit).select(MovementRow::as_select()).load(conn)?)
}

/// The movements that are this payout itself: that it left, and that it came back.
pub fn that_are(conn: &mut Conn, payout: &Payout) -> Result<Vec<Movement>, StoreError> {
    let rows = movements::table
        .filter(movements::gateway.eq(payout.gateway.as_str()))
        .filter(movements::payout_remote.eq(payout.remote.as_str()))
        .filter(movements::kind.eq(MovementKind::Payout.as_str()));
    read(rows.order(movements::id).select(MovementRow::as_select()).load(conn)?)
}

/// What a payout holds, in minor units of its currency. It is no part of itself, but one that came back may be part of a
/// later one.
pub fn sum_of_payout(conn: &mut Conn, payout: &Payout) -> Result<i64, StoreError> {
    let kinds = kinds_of_payout(conn, payout)?;
    Ok(kinds
        .into_iter()
        .fold(0, |sum: i64, (_, _, amount, fee)| sum.saturating_add(amount.saturating_sub(fee))))
}

/// What a payout holds, by kind: how many movements, their amounts and their fees in minor units.
pub fn kinds_of_payout(
    conn: &mut Conn,
    payout: &Payout,
) -> Result<Vec<(MovementKind, i64, i64, i64)>, StoreError> {
    let (id, itself) = (payout.id.to_string(), payout.remote.as_str());
    let rows: Vec<(String, i64, i64, i64)> = movements::table
        .filter(movements::payout_id.eq(id))
        .filter(movements::payout_remote.is_null().or(movements::payout_remote.ne(itself)))
        .group_by(movements::kind)
        .order(movements::kind)
        .select((
            movements::kind,
            diesel::dsl::count_star(),
            sql::<BigInt>("CAST(SUM(amount_minor) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(fee_minor) AS BIGINT)"),
        ))
        .load(conn)?;
    let read = |(kind, count, amount, fee): (String, i64, i64, i64)| {
        let row = Row { table: "movements", id: &kind };
        Ok((row.word(MovementKind::parse, &kind)?, count, amount, fee))
    };
    rows.into_iter().map(read).collect()
}

/// How many movements of a payout are not what the books say.
pub fn open_of_payout(conn: &mut Conn, payout: PayoutId) -> Result<i64, StoreError> {
    let words = [Finding::Missing.as_str(), Finding::Differs.as_str()];
    let rows = movements::table
        .filter(movements::payout_id.eq(payout.to_string()))
        .filter(movements::finding.eq_any(words));
    Ok(rows.count().get_result(conn)?)
}

/// All movements about these donations.
pub fn of_donations(conn: &mut Conn, donations: &[DonationId]) -> Result<Vec<Movement>, StoreError> {
    let ids = donations.iter().map(ToString::to_string);
    let rows = movements::table.filter(movements::donation_id.eq_any(ids.collect::<Vec<_>>()));
    read(rows.order(movements::id).select(MovementRow::as_select()).load(conn)?)
}

/// Movements of a gateway of which this was found, since a moment, the oldest first, after this one.
pub fn found(
    conn: &mut Conn,
    (gateway, finding): (GatewayKind, Finding),
    from: DateTime<Utc>,
    after: Option<&Movement>,
    limit: i64,
) -> Result<Vec<Movement>, StoreError> {
    let mut rows = movements::table
        .filter(movements::finding.eq(finding.as_str()))
        .filter(movements::gateway.eq(gateway.as_str()))
        .filter(movements::happened_at.ge(from.naive_utc()))
        .into_boxed();
    if let Some(after) = after {
        let at = after.news.happened_at.naive_utc();
        let behind = movements::happened_at.gt(at).or(movements::id.gt(after.id.to_string()));
        rows = rows.filter(movements::happened_at.ge(at)).filter(behind);
    }
    let ordered = rows.order((movements::happened_at, movements::id)).limit(limit);
    read(ordered.select(MovementRow::as_select()).load(conn)?)
}

/// How many there are on a balance of which this was found.
pub fn count(conn: &mut Conn, gateway: GatewayKind, finding: Finding) -> Result<i64, StoreError> {
    let rows = movements::table
        .filter(movements::finding.eq(finding.as_str()))
        .filter(movements::gateway.eq(gateway.as_str()));
    Ok(rows.count().get_result(conn)?)
}

/// What it is here that a gateway calls by these names.
pub fn gift_of(
    conn: &mut Conn,
    gateway: GatewayKind,
    kind: MovementKind,
    names: &Names,
) -> Result<Option<Gift>, StoreError> {
    if !kind.is_of_a_gift() {
        return Ok(None);
    }
    if let Some(remote) = &names.refund {
        return refund_of(conn, gateway, remote);
    }
    if let Some(remote) = &names.dispute {
        let rows = disputes::table
            .filter(disputes::gateway.eq(gateway.as_str()))
            .filter(disputes::remote_id.eq(remote.as_str()));
        let found: Option<(String, String)> =
            rows.select((disputes::donation_id, disputes::id)).first(conn).optional()?;
        return found.map(|(donation, id)| gift(&donation, None, Some(&id))).transpose();
    }
    let Some(remote) = &names.payment else { return Ok(None) };
    let rows = donations::table
        .filter(donations::gateway.eq(gateway.as_str()))
        .filter(donations::remote_id.eq(remote.as_str()));
    let Some(donation) = rows.select(donations::id).first::<String>(conn).optional()? else {
        // What belongs to a refund, as the exchange that it needed, may name it like a payment.
        return refund_of(conn, gateway, remote);
    };
    if kind != MovementKind::Dispute {
        return gift(&donation, None, None).map(Some);
    }
    // A gateway that does not say which dispute means the only one.
    let rows = disputes::table.filter(disputes::donation_id.eq(&donation)).select(disputes::id).limit(2);
    match rows.load::<String>(conn)?.as_slice() {
        [only] => gift(&donation, None, Some(only)).map(Some),
        _ => Ok(None),
    }
}

fn refund_of(conn: &mut Conn, gateway: GatewayKind, remote: &RemoteId) -> Result<Option<Gift>, StoreError> {
    let rows = refunds::table
        .filter(refunds::gateway.eq(gateway.as_str()))
        .filter(refunds::remote_id.eq(remote.as_str()));
    let found: Option<(String, String)> =
        rows.select((refunds::donation_id, refunds::id)).first(conn).optional()?;
    found.map(|(donation, id)| gift(&donation, Some(&id), None)).transpose()
}

fn gift(donation: &str, refund: Option<&str>, dispute: Option<&str>) -> Result<Gift, StoreError> {
    let row = Row { table: "donations", id: donation };
    Ok(Gift { donation: row.parse(donation)?, part: part_in(row, refund, dispute)? })
}

/// What the books hold on a gateway's balance for each part of these donations: minor units by currency.
pub fn booked(
    conn: &mut Conn,
    gateway: GatewayKind,
    donations: &[DonationId],
) -> Result<Vec<(Gift, Currency, i64)>, StoreError> {
    type Columns = (Option<String>, Option<String>, Option<String>, String, i64);
    let ids = donations.iter().map(ToString::to_string);
    let rows: Vec<Columns> = ledger_entries::table
        .inner_join(ledger_postings::table)
        .filter(ledger_entries::donation_id.eq_any(ids.collect::<Vec<_>>()))
        .filter(ledger_postings::account.eq(Account::Clearing(gateway).to_string()))
        .select((
            ledger_entries::donation_id,
            ledger_entries::refund_id,
            ledger_entries::dispute_id,
            ledger_postings::currency,
            ledger_postings::amount_minor,
        ))
        .load(conn)?;
    let line = |(donation, refund, dispute, currency, minor): Columns| {
        let donation = donation.unwrap_or_default();
        let row = Row { table: "ledger_entries", id: &donation };
        let part = part_in(row, refund.as_deref(), dispute.as_deref())?;
        Ok((Gift { donation: row.parse(&donation)?, part }, row.currency(&currency)?, minor))
    };
    rows.into_iter().map(line).collect()
}

/// Donations that have movements at a gateway, and for which something was booked since.
pub fn booked_since(
    conn: &mut Conn,
    gateway: GatewayKind,
    since: DateTime<Utc>,
) -> Result<Vec<DonationId>, StoreError> {
    let has_movements = exists(
        movements::table
            .filter(movements::donation_id.eq(ledger_entries::donation_id))
            .filter(movements::gateway.eq(gateway.as_str()))
            .select(movements::id),
    );
    let ids: Vec<Option<String>> = ledger_entries::table
        .filter(ledger_entries::recorded_at.ge(since.naive_utc()))
        .filter(ledger_entries::donation_id.is_not_null())
        .filter(has_movements)
        .distinct()
        .select(ledger_entries::donation_id)
        .load(conn)?;
    let read = |id: String| Row { table: "ledger_entries", id: &id }.parse(&id);
    ids.into_iter().flatten().map(read).collect()
}

/// A balance: what the gateway says of it, from the first movement that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Whose.
    pub gateway: GatewayKind,
    /// What all its movements come to.
    pub moved: Money,
    /// When the first of them was.
    pub since: DateTime<Utc>,
}

/// Every balance of which movements were read. Its cost grows with them.
pub fn balances(conn: &mut Conn) -> Result<Vec<Balance>, StoreError> {
    type Columns = (String, String, i64, Option<NaiveDateTime>);
    let rows: Vec<Columns> = movements::table
        .group_by((movements::gateway, movements::currency))
        .select((
            movements::gateway,
            movements::currency,
            sql::<BigInt>("CAST(SUM(amount_minor - fee_minor) AS BIGINT)"),
            diesel::dsl::min(movements::happened_at),
        ))
        .order((movements::gateway, movements::currency))
        .load(conn)?;
    let read = |(gateway, currency, minor, since): Columns| {
        let row = Row { table: "movements", id: &gateway };
        Ok(Balance {
            gateway: row.word(GatewayKind::parse, &gateway)?,
            moved: row.money(minor, &currency)?,
            since: since.map(utc).unwrap_or_default(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// What a balance came to just before a moment, in minor units, and what moved on it from then until another.
pub fn between(
    conn: &mut Conn,
    gateway: GatewayKind,
    currency: Currency,
    span: std::ops::Range<DateTime<Utc>>,
) -> Result<(i64, i64), StoreError> {
    let of_balance = || {
        movements::table
            .filter(movements::gateway.eq(gateway.as_str()))
            .filter(movements::currency.eq(currency.code()))
            .select(sql::<BigInt>("COALESCE(CAST(SUM(amount_minor - fee_minor) AS BIGINT), 0)"))
    };
    let (from, until) = (span.start.naive_utc(), span.end.naive_utc());
    let before = of_balance().filter(movements::happened_at.lt(from)).get_result(conn)?;
    let within = of_balance()
        .filter(movements::happened_at.ge(from).and(movements::happened_at.lt(until)))
        .get_result(conn)?;
    Ok((before, within))
}

/// Donations with money at a gateway that no movement is about, of those received in a span, the oldest first: the books
/// have them, the gateway's balance has not.
pub fn unmoved(
    conn: &mut Conn,
    gateway: GatewayKind,
    span: std::ops::Range<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<DonationId>, StoreError> {
    let is_moved = exists(
        movements::table.filter(movements::donation_id.eq(donations::id.nullable())).select(movements::id),
    );
    let ids: Vec<String> = donations::table
        .filter(donations::gateway.eq(gateway.as_str()))
        .filter(donations::received_at.ge(span.start.naive_utc()))
        .filter(donations::received_at.lt(span.end.naive_utc()))
        .filter(not(is_moved))
        .order((donations::received_at, donations::id))
        .limit(limit)
        .select(donations::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "donations", id }.parse(id)).collect()
}
