//! Keys of gateways that were typed in the office, sealed.

use super::row::{Row, one, utc};
use super::schema::{gateway_accounts, inbox, pledges, subscriptions};
use super::{Conn, StoreError, Tx, settings};
use crate::domain::gateway_key::KeyMode;
use crate::domain::pledge::GatewayKind;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// The keys of one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAccount {
    /// Whose.
    pub gateway: GatewayKind,
    /// What the key moves.
    pub mode: KeyMode,
    /// The gateway's name of the account, where the key may read it.
    pub account: Option<String>,
    /// The key.
    pub key: Sealed,
    /// What signs webhooks; without it the gateway is off.
    pub secret: Option<Sealed>,
    /// What signed them before, and until when it is believed.
    pub former: Option<(String, DateTime<Utc>)>,
    /// Another one with each change.
    pub version: String,
    /// The last change.
    pub changed_at: DateTime<Utc>,
}

/// A sealed text, and the last letters of what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// It.
    pub sealed: String,
    /// Four letters at most.
    pub mark: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = gateway_accounts, treat_none_as_null = true)]
struct AccountRow {
    gateway: String,
    mode: String,
    account: Option<String>,
    key_sealed: String,
    key_mark: String,
    secret_sealed: Option<String>,
    secret_mark: Option<String>,
    former_sealed: Option<String>,
    former_until: Option<NaiveDateTime>,
    version: String,
    changed_at: NaiveDateTime,
}

impl AccountRow {
    fn of(account: &GatewayAccount) -> Self {
        let (secret, former) = (account.secret.clone(), account.former.clone());
        Self {
            gateway: account.gateway.as_str().to_owned(),
            mode: account.mode.as_str().to_owned(),
            account: account.account.clone(),
            key_sealed: account.key.sealed.clone(),
            key_mark: account.key.mark.clone(),
            secret_sealed: secret.as_ref().map(|secret| secret.sealed.clone()),
            secret_mark: secret.map(|secret| secret.mark),
            former_until: former.as_ref().map(|(_, until)| until.naive_utc()),
            former_sealed: former.map(|(sealed, _)| sealed),
            version: account.version.clone(),
            changed_at: account.changed_at.naive_utc(),
        }
    }

    fn into_domain(self) -> Result<GatewayAccount, StoreError> {
        let row = Row { table: "gateway_accounts", id: &self.gateway };
        let secret = self.secret_sealed.zip(self.secret_mark);
        Ok(GatewayAccount {
            gateway: row.word(GatewayKind::parse, &self.gateway)?,
            mode: row.word(KeyMode::parse, &self.mode)?,
            account: self.account,
            key: Sealed { sealed: self.key_sealed, mark: self.key_mark },
            secret: secret.map(|(sealed, mark)| Sealed { sealed, mark }),
            former: self.former_sealed.zip(self.former_until.map(utc)),
            version: self.version,
            changed_at: utc(self.changed_at),
        })
    }
}

/// The keys of a gateway, if any were typed.
pub fn find(conn: &mut Conn, gateway: GatewayKind) -> Result<Option<GatewayAccount>, StoreError> {
    let row: Option<AccountRow> = gateway_accounts::table
        .find(gateway.as_str())
        .select(AccountRow::as_select())
        .get_result(conn)
        .optional()?;
    row.map(AccountRow::into_domain).transpose()
}

/// Writes keys where none were.
pub fn insert(tx: &mut Tx<'_>, account: &GatewayAccount) -> Result<(), StoreError> {
    let row = AccountRow::of(account);
    one(diesel::insert_into(gateway_accounts::table).values(&row).execute(&mut **tx)?)
}

/// Writes keys in place of those of the gateway.
pub fn update(tx: &mut Tx<'_>, account: &GatewayAccount) -> Result<(), StoreError> {
    let row = AccountRow::of(account);
    let known = gateway_accounts::table.find(account.gateway.as_str());
    one(diesel::update(known).set(&row).execute(&mut **tx)?)
}

/// Forgets the keys of a gateway.
pub fn delete(tx: &mut Tx<'_>, gateway: GatewayKind) -> Result<(), StoreError> {
    one(diesel::delete(gateway_accounts::table.find(gateway.as_str())).execute(&mut **tx)?)
}

/// What waits for a gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dependent {
    /// Pledges whose donors may be on its page right now.
    pub pending: i64,
    /// Recurring support that it charges.
    pub recurring: i64,
}

/// Counts what waits for a gateway.
pub fn dependent(conn: &mut Conn, gateway: GatewayKind) -> Result<Dependent, StoreError> {
    let pending = pledges::table
        .filter(pledges::gateway.eq(gateway.as_str()).and(pledges::status.eq("pending")))
        .count()
        .get_result(conn)?;
    let recurring = subscriptions::table
        .filter(subscriptions::gateway.eq(gateway.as_str()).and(subscriptions::status.ne("ended")))
        .count()
        .get_result(conn)?;
    Ok(Dependent { pending, recurring })
}

/// When a gateway was last heard of: by a webhook, and by a round of reconciliation that ended well.
pub fn heard(conn: &mut Conn, gateway: GatewayKind, round: &str) -> Result<Heard, StoreError> {
    let webhook: Option<NaiveDateTime> = inbox::table
        .filter(inbox::gateway.eq(gateway.as_str()))
        .select(diesel::dsl::max(inbox::received_at))
        .get_result(conn)?;
    Ok(Heard { webhook: webhook.map(utc), answered: settings::find_moment(conn, round)? })
}

/// When a gateway was last heard of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Its last webhook.
    pub webhook: Option<DateTime<Utc>>,
    /// The last round of questions that it answered to the end.
    pub answered: Option<DateTime<Utc>>,
}
