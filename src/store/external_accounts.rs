//! The publication's accounts at platforms elsewhere, and what opens them, sealed.

use super::row::{Row, one, utc};
use super::schema::external_accounts;
use super::{Conn, StoreError, Tx};
use crate::domain::member::Platform;
use crate::domain::money::Currency;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

/// The account at a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalAccount {
    /// Which.
    pub platform: Platform,
    /// The platform's name of the publication there.
    pub campaign: String,
    /// What the publication is called there.
    pub title: String,
    /// What it counts in.
    pub currency: Currency,
    /// What opens it.
    pub tokens: SealedTokens,
    /// What signs its webhooks, if one was created.
    pub webhook: Option<SealedWebhook>,
    /// Another one with each change of the tokens.
    pub version: String,
    /// Since when.
    pub connected_at: DateTime<Utc>,
    /// The round through all members that is under way.
    pub round: Option<Round>,
    /// When a round last came to its end.
    pub synced_at: Option<DateTime<Utc>>,
    /// Why the platform cannot be asked any more.
    pub trouble: Option<String>,
}

/// A pair of tokens, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedTokens {
    /// Opens the account.
    pub access: String,
    /// Gets the next pair, once.
    pub refresh: Option<String>,
    /// When the first one ends, if that is known.
    pub expires_at: Option<DateTime<Utc>>,
    /// By which tokens of the configuration it began, as a hash.
    pub seed: Option<String>,
}

/// A webhook at a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedWebhook {
    /// The platform's name of it.
    pub remote: String,
    /// What signs it, sealed.
    pub secret: String,
}

/// A round through all members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// Where it goes on; none: at the beginning.
    pub cursor: Option<String>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = external_accounts)]
struct AccountRow {
    platform: String,
    campaign: String,
    title: String,
    currency: String,
    access_sealed: String,
    refresh_sealed: Option<String>,
    expires_at: Option<NaiveDateTime>,
    seed: Option<String>,
    webhook: Option<String>,
    webhook_sealed: Option<String>,
    version: String,
    connected_at: NaiveDateTime,
    round_began_at: Option<NaiveDateTime>,
    round_cursor: Option<String>,
    synced_at: Option<NaiveDateTime>,
    trouble: Option<String>,
}

impl AccountRow {
    fn of(account: &ExternalAccount) -> Self {
        let (webhook, round) = (account.webhook.clone(), account.round.clone());
        Self {
            platform: account.platform.as_str().to_owned(),
            campaign: account.campaign.clone(),
            title: account.title.clone(),
            currency: account.currency.code().to_owned(),
            access_sealed: account.tokens.access.clone(),
            refresh_sealed: account.tokens.refresh.clone(),
            expires_at: account.tokens.expires_at.map(|time| time.naive_utc()),
            seed: account.tokens.seed.clone(),
            webhook: webhook.as_ref().map(|webhook| webhook.remote.clone()),
            webhook_sealed: webhook.map(|webhook| webhook.secret),
            version: account.version.clone(),
            connected_at: account.connected_at.naive_utc(),
            round_began_at: round.as_ref().map(|round| round.began_at.naive_utc()),
            round_cursor: round.and_then(|round| round.cursor),
            synced_at: account.synced_at.map(|time| time.naive_utc()),
            trouble: account.trouble.clone(),
        }
    }

    fn into_domain(self) -> Result<ExternalAccount, StoreError> {
        let row = Row { table: "external_accounts", id: &self.platform };
        let webhook = self.webhook.zip(self.webhook_sealed);
        let cursor = self.round_cursor;
        Ok(ExternalAccount {
            platform: row.word(Platform::parse, &self.platform)?,
            currency: row.currency(&self.currency)?,
            campaign: self.campaign,
            title: self.title,
            tokens: SealedTokens {
                access: self.access_sealed,
                refresh: self.refresh_sealed,
                expires_at: self.expires_at.map(utc),
                seed: self.seed,
            },
            webhook: webhook.map(|(remote, secret)| SealedWebhook { remote, secret }),
            version: self.version,
            connected_at: utc(self.connected_at),
            round: self.round_began_at.map(|began| Round { began_at: utc(began), cursor }),
            synced_at: self.synced_at.map(utc),
            trouble: self.trouble,
        })
    }
}

/// The account at a platform, if it was connected.
pub fn find(conn: &mut Conn, platform: Platform) -> Result<Option<ExternalAccount>, StoreError> {
    let row: Option<AccountRow> = external_accounts::table
        .find(platform.as_str())
        .select(AccountRow::as_select())
        .get_result(conn)
        .optional()?;
    row.map(AccountRow::into_domain).transpose()
}

/// Puts an account in the place of the one that was there, if any.
pub fn put(tx: &mut Tx<'_>, account: &ExternalAccount) -> Result<(), StoreError> {
    let known = external_accounts::table.find(account.platform.as_str());
    diesel::delete(known).execute(&mut **tx)?;
    one(diesel::insert_into(external_accounts::table).values(AccountRow::of(account)).execute(&mut **tx)?)
}

/// Writes the next pair of tokens, and gives the right to ask for them back. False if they were changed since.
pub fn set_tokens(
    tx: &mut Tx<'_>,
    (platform, seen): (Platform, &str),
    tokens: &SealedTokens,
    version: &str,
) -> Result<bool, StoreError> {
    let known = external_accounts::table
        .filter(external_accounts::platform.eq(platform.as_str()))
        .filter(external_accounts::version.eq(seen));
    let changed = diesel::update(known)
        .set((
            external_accounts::access_sealed.eq(&tokens.access),
            external_accounts::refresh_sealed.eq(tokens.refresh.as_ref()),
            external_accounts::expires_at.eq(tokens.expires_at.map(|time| time.naive_utc())),
            external_accounts::version.eq(version),
            external_accounts::renewing_at.eq(None::<NaiveDateTime>),
            external_accounts::trouble.eq(None::<String>),
        ))
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// Writes how far a round is; none: it came to its end, at the moment that is given beside it.
pub fn set_round(
    tx: &mut Tx<'_>,
    platform: Platform,
    round: Result<&Round, DateTime<Utc>>,
) -> Result<(), StoreError> {
    let known = external_accounts::table.find(platform.as_str());
    let changed = match round {
        Ok(round) => diesel::update(known)
            .set((
                external_accounts::round_began_at.eq(Some(round.began_at.naive_utc())),
                external_accounts::round_cursor.eq(round.cursor.as_ref()),
            ))
            .execute(&mut **tx)?,
        Err(ended) => diesel::update(known)
            .set((
                external_accounts::round_began_at.eq(None::<NaiveDateTime>),
                external_accounts::round_cursor.eq(None::<String>),
                external_accounts::synced_at.eq(Some(ended.naive_utc())),
            ))
            .execute(&mut **tx)?,
    };
    one(changed)
}

/// Keeps what signs webhooks.
pub fn set_webhook(tx: &mut Tx<'_>, platform: Platform, webhook: &SealedWebhook) -> Result<(), StoreError> {
    let changed = diesel::update(external_accounts::table.find(platform.as_str()))
        .set((
            external_accounts::webhook.eq(Some(&webhook.remote)),
            external_accounts::webhook_sealed.eq(Some(&webhook.secret)),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Notes why the platform cannot be asked any more.
pub fn set_trouble(tx: &mut Tx<'_>, platform: Platform, why: &str) -> Result<(), StoreError> {
    let changed = diesel::update(external_accounts::table.find(platform.as_str()))
        .set((
            external_accounts::trouble.eq(Some(why)),
            external_accounts::renewing_at.eq(None::<NaiveDateTime>),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Takes the right to ask for the next pair of tokens: of many processes, one has it. It falls back after `overdue`.
pub fn take_renewal(
    tx: &mut Tx<'_>,
    (platform, seen): (Platform, &str),
    now: DateTime<Utc>,
    overdue: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let free = external_accounts::renewing_at
        .is_null()
        .or(external_accounts::renewing_at.lt(overdue.naive_utc()).assume_not_null());
    let known = external_accounts::table
        .filter(external_accounts::platform.eq(platform.as_str()))
        .filter(external_accounts::version.eq(seen))
        .filter(free);
    let taken = diesel::update(known)
        .set(external_accounts::renewing_at.eq(Some(now.naive_utc())))
        .execute(&mut **tx)?;
    Ok(taken == 1)
}

/// Gives that right back.
pub fn end_renewal(tx: &mut Tx<'_>, platform: Platform) -> Result<(), StoreError> {
    diesel::update(external_accounts::table.find(platform.as_str()))
        .set(external_accounts::renewing_at.eq(None::<NaiveDateTime>))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets an account.
pub fn delete(tx: &mut Tx<'_>, platform: Platform) -> Result<(), StoreError> {
    one(diesel::delete(external_accounts::table.find(platform.as_str())).execute(&mut **tx)?)
}
