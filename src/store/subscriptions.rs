//! Subscriptions: what keeps a recurring pledge, one row for each.

use super::row::{Row, one, utc};
use super::schema::{pledges, subscriptions};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::ids::{DonorId, PledgeId};
use crate::domain::pledge::{Frequency, GatewayKind};
use crate::domain::remote::RemoteId;
use crate::domain::subscription::{
    Card, EndReason, Period, Subscription, SubscriptionNews, SubscriptionState, SubscriptionStatus,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subscriptions, treat_none_as_null = true, treat_none_as_default_value = false)]
struct SubscriptionRow {
    pledge_id: String,
    gateway: String,
    remote_id: String,
    customer_id: Option<String>,
    status: String,
    status_at: Option<NaiveDateTime>,
    end_reason: Option<String>,
    amount_minor: i64,
    currency: String,
    frequency: String,
    period_from: Option<NaiveDateTime>,
    period_until: Option<NaiveDateTime>,
    ends_at: Option<NaiveDateTime>,
    card: Option<String>,
    card_expires_on: Option<NaiveDate>,
    as_of: NaiveDateTime,
    started_at: Option<NaiveDateTime>,
}

fn columns_of(state: SubscriptionState) -> (Option<DateTime<Utc>>, Option<EndReason>) {
    match state {
        SubscriptionState::Incomplete | SubscriptionState::Active => (None, None),
        SubscriptionState::PastDue { since } => (Some(since), None),
        SubscriptionState::Paused { until } => (until, None),
        SubscriptionState::Ended { at, reason } => (Some(at), Some(reason)),
    }
}

impl SubscriptionRow {
    fn from_domain(subscription: &Subscription) -> Self {
        let news = &subscription.news;
        let (status_at, end_reason) = columns_of(news.state);
        Self {
            pledge_id: subscription.pledge.to_string(),
            gateway: subscription.gateway.as_str().to_owned(),
            remote_id: news.remote.as_str().to_owned(),
            customer_id: news.customer.as_ref().map(|customer| customer.as_str().to_owned()),
            status: news.state.status().as_str().to_owned(),
            status_at: status_at.map(|at| at.naive_utc()),
            end_reason: end_reason.map(|reason| reason.as_str().to_owned()),
            amount_minor: news.amount.minor(),
            currency: news.amount.currency().code().to_owned(),
            frequency: news.frequency.as_str().to_owned(),
            period_from: news.period.map(|period| period.from.naive_utc()),
            period_until: news.period.map(|period| period.until.naive_utc()),
            ends_at: news.ends_at.map(|at| at.naive_utc()),
            card: news.card.as_ref().map(|card| card.label.clone()),
            card_expires_on: news.card.as_ref().map(|card| card.expires_on),
            as_of: news.as_of.naive_utc(),
            started_at: subscription.started_at.map(|at| at.naive_utc()),
        }
    }

    fn state(&self, row: Row<'_>) -> Result<SubscriptionState, StoreError> {
        let at = self.status_at.map(utc);
        let dated = || at.ok_or_else(|| row.corrupt("its status has no date"));
        Ok(match row.word(SubscriptionStatus::parse, &self.status)? {
            SubscriptionStatus::Incomplete => SubscriptionState::Incomplete,
            SubscriptionStatus::Active => SubscriptionState::Active,
            SubscriptionStatus::PastDue => SubscriptionState::PastDue { since: dated()? },
            SubscriptionStatus::Paused => SubscriptionState::Paused { until: at },
            SubscriptionStatus::Ended => {
                let reason = self.end_reason.as_deref().unwrap_or_default();
                SubscriptionState::Ended { at: dated()?, reason: row.word(EndReason::parse, reason)? }
            }
        })
    }

    fn into_domain(self) -> Result<Subscription, StoreError> {
        let row = Row { table: "subscriptions", id: &self.pledge_id };
        let remote = |text: &str| RemoteId::parse(text).map_err(|error| row.corrupt(error));
        let news = SubscriptionNews {
            remote: remote(&self.remote_id)?,
            customer: self.customer_id.as_deref().map(remote).transpose()?,
            as_of: utc(self.as_of),
            state: self.state(row)?,
            amount: row.money(self.amount_minor, &self.currency)?,
            frequency: row.word(Frequency::parse, &self.frequency)?,
            period: self
                .period_from
                .zip(self.period_until)
                .map(|(from, until)| Period { from: utc(from), until: utc(until) }),
            ends_at: self.ends_at.map(utc),
            card: self
                .card
                .clone()
                .zip(self.card_expires_on)
                .map(|(label, expires_on)| Card { label, expires_on }),
        };
        Ok(Subscription {
            pledge: row.parse(&self.pledge_id)?,
            gateway: row.word(GatewayKind::parse, &self.gateway)?,
            news,
            started_at: self.started_at.map(utc),
        })
    }
}

/// Adds what is first heard of a subscription.
pub fn insert(tx: &mut Tx<'_>, subscription: &Subscription, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = SubscriptionRow::from_domain(subscription);
    let inserted = diesel::insert_into(subscriptions::table)
        .values((
            &row,
            subscriptions::letters.eq(0),
            subscriptions::asked_at.eq(now.naive_utc()),
            subscriptions::created_at.eq(now.naive_utc()),
            subscriptions::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

/// Writes back what is newly known.
pub fn update(tx: &mut Tx<'_>, subscription: &Subscription, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = SubscriptionRow::from_domain(subscription);
    let changed = diesel::update(subscriptions::table.find(&row.pledge_id))
        .set((&row, subscriptions::updated_at.eq(now.naive_utc())))
        .steadily()
        .execute(&mut **tx)?;
    one(changed)
}

/// What keeps this pledge, if anything does yet.
pub fn find(conn: &mut Conn, pledge: PledgeId) -> Result<Option<Subscription>, StoreError> {
    let row = subscriptions::table.find(pledge.to_string()).select(SubscriptionRow::as_select());
    row.get_result(conn).optional()?.map(SubscriptionRow::into_domain).transpose()
}

/// The subscription that the gateway calls `remote`.
pub fn find_by_remote(
    conn: &mut Conn,
    gateway: GatewayKind,
    remote: &RemoteId,
) -> Result<Option<Subscription>, StoreError> {
    let rows = subscriptions::table
        .filter(subscriptions::gateway.eq(gateway.as_str()))
        .filter(subscriptions::remote_id.eq(remote.as_str()));
    let row = rows.select(SubscriptionRow::as_select()).get_result(conn).optional()?;
    row.map(SubscriptionRow::into_domain).transpose()
}

/// All that a donor ever had, the newest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<Subscription>, StoreError> {
    let rows = subscriptions::table
        .inner_join(pledges::table)
        .filter(pledges::donor_id.eq(donor.to_string()))
        .order(subscriptions::pledge_id.desc())
        .select(SubscriptionRow::as_select());
    rows.load(conn)?.into_iter().map(SubscriptionRow::into_domain).collect()
}

/// When the donor of a pledge first had any support in force: since then they are a patron, gaps included.
pub fn patron_since(conn: &mut Conn, donor: DonorId) -> Result<Option<DateTime<Utc>>, StoreError> {
    let first: Option<NaiveDateTime> = subscriptions::table
        .inner_join(pledges::table)
        .filter(pledges::donor_id.eq(donor.to_string()))
        .select(diesel::dsl::min(subscriptions::started_at))
        .get_result(conn)?;
    Ok(first.map(utc))
}

/// A page of subscriptions in a status, by pledge; `after` is the last of the page before.
pub fn in_status(
    conn: &mut Conn,
    status: SubscriptionStatus,
    after: Option<PledgeId>,
    limit: i64,
) -> Result<Vec<(Subscription, i64)>, StoreError> {
    let rows: Vec<(SubscriptionRow, i64)> = subscriptions::table
        .filter(subscriptions::status.eq(status.as_str()))
        .filter(subscriptions::pledge_id.gt(after.map(|id| id.to_string()).unwrap_or_default()))
        .order(subscriptions::pledge_id)
        .limit(limit)
        .select((SubscriptionRow::as_select(), subscriptions::letters))
        .load(conn)?;
    rows.into_iter().map(|(row, letters)| Ok((row.into_domain()?, letters))).collect()
}

/// Notes how many letters were written about the money that is owed now.
pub fn set_letters(tx: &mut Tx<'_>, pledge: PledgeId, letters: i64) -> Result<(), StoreError> {
    let row = subscriptions::table.find(pledge.to_string());
    one(diesel::update(row).set(subscriptions::letters.eq(letters)).steadily().execute(&mut **tx)?)
}

/// Subscriptions of this gateway whose paid time was over before `before`, and which nobody asked about since `asked`.
pub fn overdue(
    conn: &mut Conn,
    gateway: GatewayKind,
    before: DateTime<Utc>,
    asked: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Subscription>, StoreError> {
    let rows = subscriptions::table
        .filter(subscriptions::gateway.eq(gateway.as_str()))
        .filter(subscriptions::status.eq_any(["active", "past_due", "paused"]))
        .filter(subscriptions::period_until.lt(before.naive_utc()))
        .filter(subscriptions::asked_at.lt(asked.naive_utc()))
        .order((subscriptions::asked_at, subscriptions::pledge_id))
        .limit(limit)
        .select(SubscriptionRow::as_select());
    rows.load(conn)?.into_iter().map(SubscriptionRow::into_domain).collect()
}

/// Notes that its gateway was asked about it.
pub fn set_asked(tx: &mut Tx<'_>, pledge: PledgeId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = subscriptions::table.find(pledge.to_string());
    one(diesel::update(row).set(subscriptions::asked_at.eq(now.naive_utc())).steadily().execute(&mut **tx)?)
}

/// Subscriptions whose card expires until `until`, of which the donor was not told. Notes that they are told now.
pub fn take_expiring(
    tx: &mut Tx<'_>,
    from: NaiveDate,
    until: NaiveDate,
    limit: i64,
) -> Result<Vec<PledgeId>, StoreError> {
    let told = subscriptions::warned_of
        .is_null()
        .or(subscriptions::warned_of.assume_not_null().ne(subscriptions::card_expires_on.assume_not_null()));
    let ids: Vec<String> = subscriptions::table
        .filter(subscriptions::status.eq_any(["active", "past_due"]))
        .filter(subscriptions::ends_at.is_null())
        .filter(subscriptions::card_expires_on.between(from, until))
        .filter(told)
        .order(subscriptions::pledge_id)
        .limit(limit)
        .select(subscriptions::pledge_id)
        .load(&mut **tx)?;
    diesel::update(subscriptions::table.filter(subscriptions::pledge_id.eq_any(&ids)))
        .set(subscriptions::warned_of.eq(subscriptions::card_expires_on))
        .execute(&mut **tx)?;
    ids.iter().map(|id| Row { table: "subscriptions", id }.parse(id)).collect()
}
