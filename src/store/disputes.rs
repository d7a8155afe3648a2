//! Disputes.

use super::row::{Row, one, settled_columns, utc};
use super::schema::disputes;
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::dispute::{Dispute, DisputeState, DisputeStatus};
use crate::domain::ids::{DisputeId, DonationId};
use crate::domain::pledge::GatewayKind;
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = disputes, treat_none_as_null = true, treat_none_as_default_value = false)]
struct DisputeRow {
    id: String,
    donation_id: String,
    gateway: String,
    remote_id: String,
    amount_minor: i64,
    currency: String,
    reason: String,
    status: String,
    moves: i64,
    away_minor: i64,
    settled_minor: Option<i64>,
    settled_fee_minor: Option<i64>,
    settled_currency: Option<String>,
    due_at: Option<NaiveDateTime>,
    opened_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl DisputeRow {
    fn from_domain(dispute: &Dispute, gateway: GatewayKind, now: DateTime<Utc>) -> Self {
        let (settled_minor, settled_fee_minor, settled_currency) = settled_columns(dispute.state.settled);
        Self {
            id: dispute.id.to_string(),
            donation_id: dispute.donation.to_string(),
            gateway: gateway.as_str().to_owned(),
            remote_id: dispute.remote.as_str().to_owned(),
            amount_minor: dispute.amount.minor(),
            currency: dispute.amount.currency().code().to_owned(),
            reason: dispute.reason.clone(),
            status: dispute.state.status.as_str().to_owned(),
            moves: dispute.state.moves.into(),
            away_minor: dispute.state.away_minor,
            settled_minor,
            settled_fee_minor,
            settled_currency,
            due_at: dispute.state.due_at.map(|due| due.naive_utc()),
            opened_at: dispute.opened_at.naive_utc(),
            updated_at: now.naive_utc(),
        }
    }

    fn into_domain(self) -> Result<Dispute, StoreError> {
        let row = Row { table: "disputes", id: &self.id };
        Ok(Dispute {
            id: row.parse(&self.id)?,
            donation: row.parse(&self.donation_id)?,
            remote: RemoteId::parse(&self.remote_id).map_err(|error| row.corrupt(error))?,
            amount: row.money(self.amount_minor, &self.currency)?,
            reason: self.reason,
            state: DisputeState {
                moves: u32::try_from(self.moves).map_err(|error| row.corrupt(error))?,
                status: row.word(DisputeStatus::parse, &self.status)?,
                away_minor: self.away_minor,
                settled: row.settlement((
                    self.settled_minor,
                    self.settled_fee_minor,
                    self.settled_currency,
                ))?,
                due_at: self.due_at.map(utc),
            },
            opened_at: utc(self.opened_at),
        })
    }
}

/// Adds a dispute.
pub fn insert(
    tx: &mut Tx<'_>,
    dispute: &Dispute,
    gateway: GatewayKind,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = DisputeRow::from_domain(dispute, gateway, now);
    one(diesel::insert_into(disputes::table).values(&row).execute(&mut **tx)?)
}

/// Writes back how a dispute stands.
pub fn update(
    tx: &mut Tx<'_>,
    dispute: &Dispute,
    gateway: GatewayKind,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = DisputeRow::from_domain(dispute, gateway, now);
    one(diesel::update(disputes::table.find(&row.id)).set(&row).steadily().execute(&mut **tx)?)
}

/// The dispute with this id.
pub fn get(conn: &mut Conn, id: DisputeId) -> Result<Dispute, StoreError> {
    disputes::table.find(id.to_string()).select(DisputeRow::as_select()).get_result(conn)?.into_domain()
}

/// All disputes of a donation, oldest first.
pub fn of_donation(conn: &mut Conn, donation: DonationId) -> Result<Vec<Dispute>, StoreError> {
    let rows = disputes::table.filter(disputes::donation_id.eq(donation.to_string())).order(disputes::id);
    rows.select(DisputeRow::as_select()).load(conn)?.into_iter().map(DisputeRow::into_domain).collect()
}
