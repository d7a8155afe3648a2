//! Members at platforms elsewhere.

use super::row::{Row, one, utc};
use super::schema::{donors, external_members, reviews};
use super::{Conn, StoreError, Tx};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{DonorId, MemberId};
use crate::domain::member::{Member, MemberNews, MemberSource, MemberState, Platform};
use crate::domain::money::Money;
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = external_members, treat_none_as_null = true)]
struct MemberRow {
    id: String,
    platform: String,
    remote: Option<String>,
    person: Option<String>,
    email: Option<String>,
    name: Option<String>,
    state: String,
    entitled_minor: i64,
    currency: String,
    months: i64,
    annual_minor: i64,
    tier: Option<String>,
    lifetime_minor: i64,
    joined_at: Option<NaiveDateTime>,
    charged_at: Option<NaiveDateTime>,
    charge: Option<String>,
    next_charge_at: Option<NaiveDateTime>,
    source: String,
    as_of: NaiveDateTime,
    donor_id: Option<String>,
    forgotten_at: Option<NaiveDateTime>,
    email_verified: bool,
    apart_at: Option<NaiveDateTime>,
}

impl MemberRow {
    fn of(member: &Member) -> Result<Self, StoreError> {
        let news = &member.news;
        let text = |id: &Option<RemoteId>| id.as_ref().map(|id| id.as_str().to_owned());
        let naive = |time: Option<DateTime<Utc>>| time.map(|time| time.naive_utc());
        let annual = news.annual().map_err(|error| StoreError::Refused(error.to_string()))?;
        Ok(Self {
            id: member.id.to_string(),
            platform: member.platform.as_str().to_owned(),
            remote: text(&news.remote),
            person: text(&news.person),
            email: news.email.as_ref().map(|email| email.as_str().to_owned()),
            name: news.name.clone(),
            state: news.state.as_str().to_owned(),
            entitled_minor: news.entitled.minor(),
            currency: news.entitled.currency().code().to_owned(),
            months: news.months,
            annual_minor: annual.minor(),
            tier: text(&news.tier),
            lifetime_minor: news.lifetime.minor(),
            joined_at: naive(news.joined_at),
            charged_at: naive(news.charged_at),
            charge: news.charge.clone(),
            next_charge_at: naive(news.next_charge_at),
            source: member.source.as_str().to_owned(),
            as_of: member.as_of.naive_utc(),
            donor_id: member.donor.map(|donor| donor.to_string()),
            forgotten_at: naive(member.forgotten_at),
            email_verified: news.is_email_verified,
            apart_at: naive(member.apart_at),
        })
    }

    fn into_domain(self) -> Result<Member, StoreError> {
        let row = Row { table: "external_members", id: &self.id };
        let remote = |text: Option<String>| {
            text.map(|text| RemoteId::parse(&text).map_err(|error| row.corrupt(error))).transpose()
        };
        let email = self.email.as_deref().map(EmailAddress::parse).transpose();
        let news = MemberNews {
            remote: remote(self.remote)?,
            person: remote(self.person)?,
            email: email.map_err(|error| row.corrupt(error))?,
            is_email_verified: self.email_verified,
            name: self.name,
            state: row.word(MemberState::parse, &self.state)?,
            entitled: row.money(self.entitled_minor, &self.currency)?,
            months: self.months,
            tier: remote(self.tier)?,
            lifetime: row.money(self.lifetime_minor, &self.currency)?,
            joined_at: self.joined_at.map(utc),
            charged_at: self.charged_at.map(utc),
            charge: self.charge,
            next_charge_at: self.next_charge_at.map(utc),
        };
        Ok(Member {
            id: row.parse(&self.id)?,
            platform: row.word(Platform::parse, &self.platform)?,
            news,
            source: row.word(MemberSource::parse, &self.source)?,
            as_of: utc(self.as_of),
            donor: row.parse_option(self.donor_id.as_deref())?,
            apart_at: self.apart_at.map(utc),
            forgotten_at: self.forgotten_at.map(utc),
        })
    }
}

/// The member of this id.
pub fn find(conn: &mut Conn, id: MemberId) -> Result<Option<Member>, StoreError> {
    let known = external_members::table.find(id.to_string()).select(MemberRow::as_select());
    let row: Option<MemberRow> = known.get_result(conn).optional()?;
    row.map(MemberRow::into_domain).transpose()
}

/// The members that go by one of these names at a platform: none, one, or two that are found to be one.
pub fn known_as(conn: &mut Conn, platform: Platform, news: &MemberNews) -> Result<Vec<Member>, StoreError> {
    let remote = news.remote.as_ref().map(RemoteId::as_str);
    let person = news.person.as_ref().map(RemoteId::as_str);
    let named = external_members::remote.eq(remote).or(external_members::person.eq(person));
    let rows: Vec<MemberRow> = external_members::table
        .filter(external_members::platform.eq(platform.as_str()))
        .filter(named.assume_not_null())
        .order(external_members::id)
        .select(MemberRow::as_select())
        .load(conn)?;
    rows.into_iter().map(MemberRow::into_domain).collect()
}

/// The member that the platform gave this name.
pub fn named(conn: &mut Conn, platform: Platform, remote: &RemoteId) -> Result<Option<Member>, StoreError> {
    let row: Option<MemberRow> = external_members::table
        .filter(external_members::platform.eq(platform.as_str()))
        .filter(external_members::remote.eq(remote.as_str()))
        .select(MemberRow::as_select())
        .get_result(conn)
        .optional()?;
    row.map(MemberRow::into_domain).transpose()
}

/// Writes a member who was not known.
pub fn insert(tx: &mut Tx<'_>, member: &Member, now: DateTime<Utc>) -> Result<(), StoreError> {
    let times =
        (external_members::created_at.eq(now.naive_utc()), external_members::updated_at.eq(now.naive_utc()));
    let row = MemberRow::of(member)?;
    one(diesel::insert_into(external_members::table).values((row, times)).execute(&mut **tx)?)
}

/// Writes what is known of a member now.
pub fn update(tx: &mut Tx<'_>, member: &Member, now: DateTime<Utc>) -> Result<(), StoreError> {
    let known = external_members::table.find(member.id.to_string());
    let row = (MemberRow::of(member)?, external_members::updated_at.eq(now.naive_utc()));
    one(diesel::update(known).set(row).execute(&mut **tx)?)
}

/// Notes that a member was found unchanged.
pub fn confirm(tx: &mut Tx<'_>, id: MemberId, as_of: DateTime<Utc>) -> Result<(), StoreError> {
    let known = external_members::table.find(id.to_string());
    one(diesel::update(known).set(external_members::as_of.eq(as_of.naive_utc())).execute(&mut **tx)?)
}

/// Up to `limit` members who were not heard of since a moment, and are not erased.
pub fn unheard_since(
    conn: &mut Conn,
    platform: Platform,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<MemberRow> = external_members::table
        .filter(external_members::platform.eq(platform.as_str()))
        .filter(external_members::as_of.lt(since.naive_utc()))
        .filter(external_members::state.ne(MemberState::Erased.as_str()))
        .order((external_members::as_of, external_members::id))
        .limit(limit)
        .select(MemberRow::as_select())
        .load(conn)?;
    rows.into_iter().map(MemberRow::into_domain).collect()
}

/// How many members there are in each state.
pub fn count_by_state(conn: &mut Conn, platform: Platform) -> Result<Vec<(MemberState, i64)>, StoreError> {
    let rows: Vec<(String, i64)> = external_members::table
        .filter(external_members::platform.eq(platform.as_str()))
        .group_by(external_members::state)
        .select((external_members::state, diesel::dsl::count_star()))
        .order(external_members::state)
        .load(conn)?;
    let counted = |(state, count): (String, i64)| {
        let row = Row { table: "external_members", id: &state };
        Ok((row.word(MemberState::parse, &state)?, count))
    };
    rows.into_iter().map(counted).collect()
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Up to `limit` members in force who are donors with recurring support here that began and has not ended.
pub fn supporting_twice(
    conn: &mut Conn,
    platform: Platform,
    limit: i64,
) -> Result<Vec<MemberId>, StoreError> {
    let rows: Vec<Named> = diesel::sql_query(
        "SELECT DISTINCT m.id AS name FROM external_members m JOIN donors d ON d.id = m.donor_id \
         JOIN pledges p ON p.donor_id = COALESCE(d.merged_into, d.id) JOIN subscriptions s ON s.pledge_id = p.id \
         WHERE m.platform = $1 AND m.state IN ('active', 'declined', 'refunded') AND s.started_at IS NOT NULL \
         AND s.status <> 'ended' ORDER BY m.id LIMIT $2",
    )
    .bind::<Text, _>(platform.as_str())
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    rows.iter().map(|row| Row { table: "external_members", id: &row.name }.parse(&row.name)).collect()
}

/// Members of a platform who have recurring support in force here, too, in one currency of the platform's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// How many.
    pub members: i64,
    /// What those of them are worth there in a year whose support here is not paused.
    pub annual: Money,
}

#[derive(QueryableByName)]
struct TwiceRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    members: i64,
    #[diesel(sql_type = BigInt)]
    annual: i64,
}

/// The members in force who are donors with recurring support in force here, by currency. Only those who are known to be
/// donors are looked at.
pub fn counted_twice(conn: &mut Conn, platform: Platform) -> Result<Vec<Twice>, StoreError> {
    let rows: Vec<TwiceRow> = diesel::sql_query(
        "SELECT b.currency, COUNT(*) AS members, CAST(SUM(CASE WHEN b.paying > 0 THEN b.annual_minor ELSE 0 END) AS BIGINT) \
         AS annual FROM (SELECT m.id, m.currency, m.annual_minor, \
         SUM(CASE WHEN s.status IN ('active', 'past_due') THEN 1 ELSE 0 END) AS paying \
         FROM external_members m JOIN donors d ON d.id = m.donor_id \
         JOIN pledges p ON p.donor_id = COALESCE(d.merged_into, d.id) JOIN subscriptions s ON s.pledge_id = p.id \
         WHERE m.platform = $1 AND m.donor_id IS NOT NULL AND m.state IN ('active', 'declined', 'refunded') \
         AND s.status IN ('active', 'past_due', 'paused') GROUP BY m.id, m.currency, m.annual_minor) b \
         GROUP BY b.currency ORDER BY b.currency",
    )
    .bind::<Text, _>(platform.as_str())
    .load(conn)?;
    let twice = |found: TwiceRow| {
        let row = Row { table: "external_members", id: &found.currency };
        Ok(Twice { members: found.members, annual: row.money(found.annual, &found.currency)? })
    };
    rows.into_iter().map(twice).collect()
}

/// Up to `limit` members about whom a question of this kind is open, and who are not in force any more.
pub fn asked_in_vain(conn: &mut Conn, kind: &str, limit: i64) -> Result<Vec<String>, StoreError> {
    let rows: Vec<Named> = diesel::sql_query(
        "SELECT r.subject AS name FROM reviews r JOIN external_members m ON m.id = r.subject \
         WHERE r.kind = $1 AND r.resolved_at IS NULL AND m.state NOT IN ('active', 'declined', 'refunded') \
         ORDER BY r.subject LIMIT $2",
    )
    .bind::<Text, _>(kind)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// Up to `limit` members who may be taken for the donor of their address by `Member::shares_proven_address`, with that donor;
/// none about whom a question of this kind was ever asked.
pub fn sharing_addresses(
    conn: &mut Conn,
    platform: Platform,
    asked: &str,
    limit: i64,
) -> Result<Vec<(MemberId, DonorId)>, StoreError> {
    let asked = reviews::table.filter(reviews::kind.eq(asked)).select(reviews::subject);
    let rows: Vec<(String, String)> = external_members::table
        .inner_join(donors::table.on(external_members::email.eq(donors::email.nullable())))
        .filter(external_members::platform.eq(platform.as_str()))
        .filter(external_members::email_verified.eq(true))
        .filter(external_members::donor_id.is_null())
        .filter(external_members::apart_at.is_null())
        .filter(external_members::forgotten_at.is_null())
        .filter(donors::address_proven_at.is_not_null())
        .filter(donors::merged_into.is_null())
        .filter(diesel::dsl::not(external_members::id.eq_any(asked)))
        .order(external_members::id)
        .limit(limit)
        .select((external_members::id, donors::id))
        .load(conn)?;
    let both = |(member, donor): (String, String)| {
        let row = Row { table: "external_members", id: &member };
        Ok((row.parse(&member)?, row.parse(&donor)?))
    };
    rows.into_iter().map(both).collect()
}

/// Says which donor a member is; none: not the one who they were taken for.
pub fn set_donor(
    tx: &mut Tx<'_>,
    id: MemberId,
    donor: Option<DonorId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let donor = donor.map(|donor| donor.to_string());
    let apart_at = donor.is_none().then(|| now.naive_utc());
    let changed = diesel::update(external_members::table.find(id.to_string()))
        .set((
            external_members::donor_id.eq(donor),
            external_members::apart_at.eq(apart_at),
            external_members::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(changed)
}

/// Takes who they are from members who are this donor, or have their address; whatever the platform says later, it is not
/// kept again. How they stand stays, for it is counted.
pub fn forget(
    tx: &mut Tx<'_>,
    donor: DonorId,
    address: &EmailAddress,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let of_donor = external_members::donor_id.eq(donor.to_string());
    let theirs = of_donor.or(external_members::email.eq(address.as_str())).assume_not_null();
    diesel::update(external_members::table.filter(theirs))
        .set((
            external_members::email.eq(None::<String>),
            external_members::email_verified.eq(false),
            external_members::apart_at.eq(None::<NaiveDateTime>),
            external_members::name.eq(None::<String>),
            external_members::donor_id.eq(Some(donor.to_string())),
            external_members::forgotten_at.eq(Some(now.naive_utc())),
            external_members::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes who they are from up to `limit` members who are no donor here, support nothing there, and were last charged, or joined,
/// before a moment; whatever the platform says later, it is not kept again. How they stand stays. Returns how many they were.
pub fn forget_silent(
    tx: &mut Tx<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<usize, StoreError> {
    let silent: Vec<Named> = diesel::sql_query(
        "SELECT id AS name FROM external_members WHERE donor_id IS NULL AND forgotten_at IS NULL \
         AND (email IS NOT NULL OR name IS NOT NULL) AND state IN ('former', 'free') \
         AND COALESCE(charged_at, joined_at, created_at) < $1 ORDER BY id LIMIT $2",
    )
    .bind::<Timestamp, _>(before.naive_utc())
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)?;
    let silent: Vec<String> = silent.into_iter().map(|member| member.name).collect();
    let emptied = diesel::update(external_members::table.filter(external_members::id.eq_any(silent)))
        .set((
            external_members::email.eq(None::<String>),
            external_members::email_verified.eq(false),
            external_members::name.eq(None::<String>),
            external_members::forgotten_at.eq(Some(now.naive_utc())),
            external_members::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    Ok(emptied)
}

/// The members who are the same person as a donor, or as one who was found to be them.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<Member>, StoreError> {
    let merged =
        donors::table.filter(donors::merged_into.eq(donor.to_string())).select(donors::id.nullable());
    let theirs =
        external_members::donor_id.eq(donor.to_string()).or(external_members::donor_id.eq_any(merged));
    let rows: Vec<MemberRow> = external_members::table
        .filter(theirs.assume_not_null())
        .order(external_members::id)
        .select(MemberRow::as_select())
        .load(conn)?;
    rows.into_iter().map(MemberRow::into_domain).collect()
}
