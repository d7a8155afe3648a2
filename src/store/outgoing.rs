//! Outgoing webhooks: who is told, and each telling.

use super::row::{Row, one, utc};
use super::schema::{webhook_deliveries, webhook_endpoints};
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{DeliveryId, EndpointId};
use crate::domain::outgoing::{Delivery, DeliveryStatus, Endpoint, EventKind};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// Adds somewhere to be told.
pub fn insert_endpoint(tx: &mut Tx<'_>, endpoint: &Endpoint, secret_sealed: &str) -> Result<(), StoreError> {
    let kinds: Vec<&str> = endpoint.kinds.iter().map(|kind| kind.as_str()).collect();
    let inserted = diesel::insert_into(webhook_endpoints::table)
        .values((
            webhook_endpoints::id.eq(endpoint.id.to_string()),
            webhook_endpoints::url.eq(&endpoint.url),
            webhook_endpoints::kinds.eq(kinds.join(" ")),
            webhook_endpoints::secret_sealed.eq(secret_sealed),
            webhook_endpoints::created_at.eq(endpoint.created_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

type EndpointColumns = (String, String, String, NaiveDateTime);

fn endpoint((id, url, kinds, created_at): EndpointColumns) -> Result<Endpoint, StoreError> {
    let row = Row { table: "webhook_endpoints", id: &id };
    Ok(Endpoint {
        id: row.parse(&id)?,
        url,
        kinds: kinds
            .split_whitespace()
            .map(|kind| row.word(EventKind::parse, kind))
            .collect::<Result<_, _>>()?,
        created_at: utc(created_at),
    })
}

/// Everywhere that is told, the oldest first.
pub fn endpoints(conn: &mut Conn) -> Result<Vec<Endpoint>, StoreError> {
    let rows: Vec<EndpointColumns> = webhook_endpoints::table
        .filter(webhook_endpoints::removed_at.is_null())
        .order(webhook_endpoints::id)
        .select((
            webhook_endpoints::id,
            webhook_endpoints::url,
            webhook_endpoints::kinds,
            webhook_endpoints::created_at,
        ))
        .load(conn)?;
    rows.into_iter().map(endpoint).collect()
}

/// Somewhere that is told, with its sealed secret; none once it was removed.
pub fn find_endpoint(conn: &mut Conn, id: EndpointId) -> Result<Option<(Endpoint, String)>, StoreError> {
    let found: Option<(EndpointColumns, String)> = webhook_endpoints::table
        .find(id.to_string())
        .filter(webhook_endpoints::removed_at.is_null())
        .select((
            (
                webhook_endpoints::id,
                webhook_endpoints::url,
                webhook_endpoints::kinds,
                webhook_endpoints::created_at,
            ),
            webhook_endpoints::secret_sealed,
        ))
        .get_result(conn)
        .optional()?;
    found.map(|(columns, sealed)| Ok((endpoint(columns)?, sealed))).transpose()
}

/// Gives an endpoint another secret.
pub fn set_secret(tx: &mut Tx<'_>, id: EndpointId, secret_sealed: &str) -> Result<(), StoreError> {
    let changed = diesel::update(webhook_endpoints::table.find(id.to_string()))
        .set(webhook_endpoints::secret_sealed.eq(secret_sealed))
        .execute(&mut **tx)?;
    one(changed)
}

/// Tells an endpoint nothing more. False if there is none of this id.
pub fn remove_endpoint(tx: &mut Tx<'_>, id: EndpointId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let known = webhook_endpoints::table.find(id.to_string()).filter(webhook_endpoints::removed_at.is_null());
    let removed = diesel::update(known).set(webhook_endpoints::removed_at.eq(now.naive_utc()));
    Ok(removed.execute(&mut **tx)? == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
struct DeliveryRow {
    id: String,
    endpoint_id: String,
    kind: String,
    body: String,
    status: String,
    tries: i64,
    answer: Option<i64>,
    error: Option<String>,
    created_at: NaiveDateTime,
    tried_at: Option<NaiveDateTime>,
}

impl DeliveryRow {
    fn into_domain(self) -> Result<Delivery, StoreError> {
        let row = Row { table: "webhook_deliveries", id: &self.id };
        Ok(Delivery {
            id: row.parse(&self.id)?,
            endpoint: row.parse(&self.endpoint_id)?,
            kind: row.word(EventKind::parse, &self.kind)?,
            status: row.word(DeliveryStatus::parse, &self.status)?,
            tries: self.tries,
            answer: self.answer,
            created_at: utc(self.created_at),
            tried_at: self.tried_at.map(utc),
            body: self.body,
            error: self.error,
        })
    }
}

/// Adds a telling.
pub fn insert_delivery(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), StoreError> {
    let inserted = diesel::insert_into(webhook_deliveries::table)
        .values((
            webhook_deliveries::id.eq(delivery.id.to_string()),
            webhook_deliveries::endpoint_id.eq(delivery.endpoint.to_string()),
            webhook_deliveries::kind.eq(delivery.kind.as_str()),
            webhook_deliveries::body.eq(&delivery.body),
            webhook_deliveries::status.eq(delivery.status.as_str()),
            webhook_deliveries::tries.eq(delivery.tries),
            webhook_deliveries::created_at.eq(delivery.created_at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// A telling by its id.
pub fn find_delivery(conn: &mut Conn, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
    let row = webhook_deliveries::table.find(id.to_string()).select(DeliveryRow::as_select());
    row.get_result(conn).optional()?.map(DeliveryRow::into_domain).transpose()
}

/// The latest tellings of an endpoint, the newest first.
pub fn deliveries(conn: &mut Conn, of: EndpointId, limit: i64) -> Result<Vec<Delivery>, StoreError> {
    let rows = webhook_deliveries::table
        .filter(webhook_deliveries::endpoint_id.eq(of.to_string()))
        .order(webhook_deliveries::id.desc())
        .limit(limit)
        .select(DeliveryRow::as_select());
    rows.load(conn)?.into_iter().map(DeliveryRow::into_domain).collect()
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// How the telling stands now.
    pub status: DeliveryStatus,
    /// What the receiver answered.
    pub answer: Option<i64>,
    /// Why it did not.
    pub error: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Notes what came of a try.
pub fn note_try(tx: &mut Tx<'_>, id: DeliveryId, tried: &Tried) -> Result<(), StoreError> {
    let changed = diesel::update(webhook_deliveries::table.find(id.to_string()))
        .set((
            webhook_deliveries::status.eq(tried.status.as_str()),
            webhook_deliveries::tries.eq(webhook_deliveries::tries + 1),
            webhook_deliveries::answer.eq(tried.answer),
            webhook_deliveries::error.eq(&tried.error),
            webhook_deliveries::tried_at.eq(tried.at.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Makes a telling pending again, or gives it up.
pub fn set_status(tx: &mut Tx<'_>, id: DeliveryId, status: DeliveryStatus) -> Result<(), StoreError> {
    let changed = diesel::update(webhook_deliveries::table.find(id.to_string()))
        .set(webhook_deliveries::status.eq(status.as_str()))
        .execute(&mut **tx)?;
    one(changed)
}

/// Forgets tellings of long ago that are over; returns how many.
pub fn remove_old(tx: &mut Tx<'_>, before: DateTime<Utc>) -> Result<usize, StoreError> {
    let old = webhook_deliveries::table
        .filter(webhook_deliveries::created_at.lt(before.naive_utc()))
        .filter(webhook_deliveries::status.ne(DeliveryStatus::Pending.as_str()));
    Ok(diesel::delete(old).execute(&mut **tx)?)
}
