//! Refunds.

use super::row::{Row, one, settled_columns, utc};
use super::schema::refunds;
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{DonationId, RefundId};
use crate::domain::pledge::GatewayKind;
use crate::domain::refund::{Refund, RefundKind, RefundStatus};
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable)]
#[diesel(table_name = refunds)]
struct RefundRow {
    id: String,
    donation_id: String,
    remote_id: Option<String>,
    amount_minor: i64,
    currency: String,
    status: String,
    reason: Option<String>,
    created_at: NaiveDateTime,
    settled_minor: Option<i64>,
    settled_fee_minor: Option<i64>,
    settled_currency: Option<String>,
    kind: String,
}

impl RefundRow {
    fn into_domain(self) -> Result<Refund, StoreError> {
        let row = Row { table: "refunds", id: &self.id };
        let remote =
            self.remote_id.as_deref().map(RemoteId::parse).transpose().map_err(|error| row.corrupt(error))?;
        Ok(Refund {
            id: row.parse(&self.id)?,
            donation: row.parse(&self.donation_id)?,
            kind: row.word(RefundKind::parse, &self.kind)?,
            amount: row.money(self.amount_minor, &self.currency)?,
            status: row.word(RefundStatus::parse, &self.status)?,
            settled: row.settlement((self.settled_minor, self.settled_fee_minor, self.settled_currency))?,
            remote,
            reason: self.reason,
            created_at: utc(self.created_at),
        })
    }
}

/// Adds a refund. `request_key` is what the asking side uses to ask only once.
///
/// # Errors
/// `Conflict` on `refunds_request_unique` if it was asked before.
pub fn insert(
    tx: &mut Tx<'_>,
    refund: &Refund,
    gateway: GatewayKind,
    request_key: Option<&str>,
) -> Result<(), StoreError> {
    let (settled, fee, currency) = settled_columns(refund.settled);
    let inserted = diesel::insert_into(refunds::table)
        .values((
            refunds::id.eq(refund.id.to_string()),
            refunds::donation_id.eq(refund.donation.to_string()),
            refunds::gateway.eq(gateway.as_str()),
            refunds::remote_id.eq(refund.remote.as_ref().map(RemoteId::as_str)),
            refunds::amount_minor.eq(refund.amount.minor()),
            refunds::currency.eq(refund.amount.currency().code()),
            refunds::status.eq(refund.status.as_str()),
            refunds::reason.eq(&refund.reason),
            refunds::request_key.eq(request_key),
            refunds::created_at.eq(refund.created_at.naive_utc()),
            refunds::updated_at.eq(refund.created_at.naive_utc()),
            refunds::settled_minor.eq(settled),
            refunds::settled_fee_minor.eq(fee),
            refunds::settled_currency.eq(currency),
            refunds::kind.eq(refund.kind.as_str()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Writes back how far a refund is.
pub fn update(tx: &mut Tx<'_>, refund: &Refund, now: DateTime<Utc>) -> Result<(), StoreError> {
    let (settled, fee, currency) = settled_columns(refund.settled);
    let changed = diesel::update(refunds::table.find(refund.id.to_string()))
        .set((
            refunds::amount_minor.eq(refund.amount.minor()),
            refunds::settled_minor.eq(settled),
            refunds::settled_fee_minor.eq(fee),
            refunds::settled_currency.eq(currency),
            refunds::status.eq(refund.status.as_str()),
            refunds::remote_id.eq(refund.remote.as_ref().map(RemoteId::as_str)),
            refunds::updated_at.eq(now.naive_utc()),
        ))
        .steadily()
        .execute(&mut **tx)?;
    one(changed)
}

/// The refund with this id.
pub fn get(conn: &mut Conn, id: RefundId) -> Result<Refund, StoreError> {
    refunds::table.find(id.to_string()).select(RefundRow::as_select()).get_result(conn)?.into_domain()
}

/// All refunds of a donation, oldest first.
pub fn of_donation(conn: &mut Conn, donation: DonationId) -> Result<Vec<Refund>, StoreError> {
    let rows = refunds::table.filter(refunds::donation_id.eq(donation.to_string())).order(refunds::id);
    rows.select(RefundRow::as_select()).load(conn)?.into_iter().map(RefundRow::into_domain).collect()
}

/// The refund that was asked for under this key.
pub fn find_by_request(conn: &mut Conn, key: &str) -> Result<Option<Refund>, StoreError> {
    let rows = refunds::table.filter(refunds::request_key.eq(key));
    rows.select(RefundRow::as_select()).get_result(conn).optional()?.map(RefundRow::into_domain).transpose()
}
