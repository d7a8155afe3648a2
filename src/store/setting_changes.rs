//! What the office set, change by change. Rows are added at the end and never touched again.

use super::row::{Row, one, to_json, utc};
use super::schema::{pledges, setting_changes, subscriptions};
use super::{Conn, StoreError, Tx};
use crate::domain::audit::Actor;
use crate::domain::pledge::GatewayKind;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;

/// One setting, changed once.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingChange {
    /// Its place, from 1.
    pub number: i64,
    /// Section and key, as in the configuration.
    pub key: String,
    /// What it was set to; none: the configuration counts again.
    pub value: Option<Value>,
    /// What the office had said before.
    pub before: Option<Value>,
    /// `staff`, `token` or `command`.
    pub actor_kind: String,
    /// Id of whoever did it.
    pub actor_id: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = setting_changes)]
struct ChangeRow {
    number: i64,
    key: String,
    value: Option<String>,
    before: Option<String>,
    actor_kind: String,
    actor_id: Option<String>,
    changed_at: NaiveDateTime,
}

impl ChangeRow {
    fn into_domain(self) -> Result<SettingChange, StoreError> {
        let row = Row { table: "setting_changes", id: &self.key };
        let json = |text: Option<String>| text.map(|text| row.json(&text)).transpose();
        Ok(SettingChange {
            number: self.number,
            value: json(self.value)?,
            before: json(self.before)?,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id,
            at: utc(self.changed_at),
            key: self.key,
        })
    }
}

/// The number of the last change; 0 before the first.
pub fn last(conn: &mut Conn) -> Result<i64, StoreError> {
    let last: Option<i64> =
        setting_changes::table.select(diesel::dsl::max(setting_changes::number)).get_result(conn)?;
    Ok(last.unwrap_or_default())
}

/// Every change, the first one first. An office changes its settings some dozen times a year.
pub fn all(conn: &mut Conn) -> Result<Vec<SettingChange>, StoreError> {
    let rows = setting_changes::table.order(setting_changes::number).select(ChangeRow::as_select());
    rows.load(conn)?.into_iter().map(ChangeRow::into_domain).collect()
}

/// Writes a change behind the last one. Whoever does holds the end of the log (`audit::hold`), so that two changes at once
/// are two.
pub fn append(
    tx: &mut Tx<'_>,
    (key, by, at): (&str, Actor, DateTime<Utc>),
    (before, value): (Option<&Value>, Option<&Value>),
) -> Result<i64, StoreError> {
    let number = last(tx)? + 1;
    let row = (
        setting_changes::number.eq(number),
        setting_changes::key.eq(key),
        setting_changes::value.eq(value.map(to_json).transpose()?),
        setting_changes::before.eq(before.map(to_json).transpose()?),
        setting_changes::actor_kind.eq(by.kind()),
        setting_changes::actor_id.eq(by.id()),
        setting_changes::changed_at.eq(at.naive_utc()),
    );
    one(diesel::insert_into(setting_changes::table).values(row).execute(&mut **tx)?)?;
    Ok(number)
}

/// Promises that hold, of some kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Living {
    /// That wait for their first payment.
    pub pending: i64,
    /// That recur.
    pub recurring: i64,
}

/// Promises that hold in a currency.
pub fn living_in(conn: &mut Conn, currency: &str) -> Result<Living, StoreError> {
    let pending = pledges::table
        .filter(pledges::currency.eq(currency).and(pledges::status.eq("pending")))
        .count()
        .get_result(conn)?;
    let recurring = subscriptions::table
        .filter(subscriptions::currency.eq(currency).and(subscriptions::status.ne("ended")))
        .count()
        .get_result(conn)?;
    Ok(Living { pending, recurring })
}

/// Promises to be kept by bank transfer, whose donors were told of the account.
pub fn living_by_transfer(conn: &mut Conn) -> Result<Living, StoreError> {
    let found = super::gateway_accounts::dependent(conn, GatewayKind::BankTransfer)?;
    Ok(Living { pending: found.pending, recurring: found.recurring })
}

/// Donors with recurring support who are written to in a language.
pub fn patrons_reading(conn: &mut Conn, locale: &str) -> Result<i64, StoreError> {
    let living = subscriptions::table
        .inner_join(pledges::table)
        .filter(pledges::locale.eq(locale).and(subscriptions::status.ne("ended")));
    Ok(living.count().get_result(conn)?)
}

/// Recurring support whose payment is missing.
pub fn overdue(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(subscriptions::table.filter(subscriptions::status.eq("past_due")).count().get_result(conn)?)
}
