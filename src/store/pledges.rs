//! Pledges.

use super::dialect::lock_row;
use super::row::{Row, one, to_json, utc};
use super::schema::{donations, pledges};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::appeal::SeenAppeal;
use crate::domain::article::Slug;
use crate::domain::bank::CreditorReference;
use crate::domain::donation::DonationStatus;
use crate::domain::donor::{EmailAddress, PersonName};
use crate::domain::ids::{DonorId, PledgeId, TierId};
use crate::domain::pledge::{
    Frequency, GatewayKind, Pledge, PledgeStatus, PledgeTerms, Source, Tribute, TributeKind, Utm, Visibility,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = pledges, treat_none_as_default_value = false)]
struct PledgeRow {
    id: String,
    campaign_id: String,
    donor_id: Option<String>,
    amount_minor: i64,
    currency: String,
    fee_cover_minor: i64,
    frequency: String,
    gateway: String,
    email: String,
    name: Option<String>,
    message: Option<String>,
    hidden: bool,
    tribute_kind: Option<String>,
    tribute_name: Option<String>,
    source_article: Option<String>,
    source: String,
    locale: String,
    status: String,
    reference: Option<String>,
    form_key: Option<String>,
    fingerprint: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    tier_id: Option<String>,
    starts_at: Option<NaiveDateTime>,
    source_appeal: Option<String>,
}

/// Referrer and campaign tags as stored.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct StoredSource {
    #[serde(skip_serializing_if = "Option::is_none")]
    referrer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_medium: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_term: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utm_content: Option<String>,
}

/// What makes two submissions the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sameness {
    /// Hash of the form's own id and what was entered; none for forms without an id.
    pub form_key: Option<String>,
    /// Hash of who, how much, for what and from where.
    pub fingerprint: String,
}

/// Adds a pledge.
///
/// # Errors
/// `Conflict` on `pledges_form_key_unique` for a repeated submission, on `pledges_reference_unique` for a
/// reference that is taken.
pub fn insert(tx: &mut Tx<'_>, pledge: &Pledge, sameness: &Sameness) -> Result<(), StoreError> {
    let row = PledgeRow::from_domain(pledge, sameness)?;
    one(diesel::insert_into(pledges::table).values(&row).execute(&mut **tx)?)
}

/// The pledge with this id.
pub fn get(conn: &mut Conn, id: PledgeId) -> Result<Pledge, StoreError> {
    pledges::table.find(id.to_string()).select(PledgeRow::as_select()).get_result(conn)?.into_domain()
}

/// The pledge with this id, if there is one.
pub fn find(conn: &mut Conn, id: PledgeId) -> Result<Option<Pledge>, StoreError> {
    first(pledges::table.find(id.to_string()).select(PledgeRow::as_select()).get_result(conn).optional()?)
}

/// The pledge, with everybody else kept from it until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: PledgeId) -> Result<Pledge, StoreError> {
    lock_row!(tx, pledges, id)?;
    get(tx, id)
}

/// The pledge that an equal submission made since `since`. One that ended without money is not met again by
/// its content alone: whoever was declined may try again at once.
pub fn find_same(
    conn: &mut Conn,
    same: &Sameness,
    since: DateTime<Utc>,
) -> Result<Option<Pledge>, StoreError> {
    let row = match &same.form_key {
        Some(key) => {
            pledges::table.filter(pledges::form_key.eq(key)).select(PledgeRow::as_select()).get_result(conn)
        }
        None => pledges::table
            .filter(pledges::fingerprint.eq(&same.fingerprint))
            .filter(pledges::created_at.ge(since.naive_utc()))
            .filter(
                pledges::status.eq_any([PledgeStatus::Pending.as_str(), PledgeStatus::Fulfilled.as_str()]),
            )
            .order(pledges::created_at)
            .select(PledgeRow::as_select())
            .get_result(conn),
    };
    first(row.optional()?)
}

/// The pledge that a bank transfer names.
pub fn find_by_reference(
    conn: &mut Conn,
    reference: &CreditorReference,
) -> Result<Option<Pledge>, StoreError> {
    let rows =
        pledges::table.filter(pledges::reference.eq(reference.as_str())).select(PledgeRow::as_select());
    first(rows.get_result(conn).optional()?)
}

/// The pledges of a donor, newest first.
pub fn of_donor(conn: &mut Conn, donor: DonorId) -> Result<Vec<Pledge>, StoreError> {
    let rows = pledges::table
        .filter(pledges::donor_id.eq(donor.to_string()))
        .order((pledges::created_at.desc(), pledges::id.desc()));
    rows.select(PledgeRow::as_select()).load(conn)?.into_iter().map(PledgeRow::into_domain).collect()
}

/// Whether the name may be shown: the one part of a pledge that its donor may change by themselves.
pub fn set_visibility(
    tx: &mut Tx<'_>,
    id: PledgeId,
    visibility: Visibility,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let hidden = visibility == Visibility::Hidden;
    let changed = diesel::update(pledges::table.find(id.to_string()))
        .set((pledges::hidden.eq(hidden), pledges::updated_at.eq(now.naive_utc())))
        .steadily()
        .execute(&mut **tx)?;
    one(changed)
}

/// Sets where the pledge stands, and who kept it.
pub fn set_status(
    tx: &mut Tx<'_>,
    id: PledgeId,
    status: PledgeStatus,
    donor: Option<DonorId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = diesel::update(pledges::table.find(id.to_string()))
        .set((
            pledges::status.eq(status.as_str()),
            pledges::donor_id.eq(donor.map(|donor| donor.to_string())),
            pledges::updated_at.eq(now.naive_utc()),
        ))
        .steadily()
        .execute(&mut **tx)?;
    one(changed)
}

/// Sets the level of support that the pledge has now.
pub fn set_tier(tx: &mut Tx<'_>, id: PledgeId, tier: Option<TierId>) -> Result<(), StoreError> {
    let row = pledges::table.find(id.to_string());
    one(diesel::update(row)
        .set(pledges::tier_id.eq(tier.map(|tier| tier.to_string())))
        .steadily()
        .execute(&mut **tx)?)
}

/// Ends up to `limit` pledges whose time to pay is over; returns how many. A payment that a slow bank works on
/// is waited for: only its gateway ends it.
pub fn expire_due(tx: &mut Tx<'_>, now: DateTime<Utc>, limit: i64) -> Result<usize, StoreError> {
    let in_process = donations::table
        .filter(donations::pledge_id.eq(pledges::id))
        .filter(donations::status.eq(DonationStatus::Processing.as_str()));
    let due: Vec<String> = pledges::table
        .filter(pledges::status.eq(PledgeStatus::Pending.as_str()))
        .filter(pledges::expires_at.lt(now.naive_utc()))
        .filter(diesel::dsl::not(diesel::dsl::exists(in_process)))
        .order(pledges::expires_at)
        .limit(limit)
        .select(pledges::id)
        .load(&mut **tx)?;
    let still_pending = pledges::table.filter(pledges::id.eq_any(due)).filter(pledges::status.eq("pending"));
    Ok(diesel::update(still_pending)
        .set((pledges::status.eq(PledgeStatus::Expired.as_str()), pledges::updated_at.eq(now.naive_utc())))
        .execute(&mut **tx)?)
}

fn first(row: Option<PledgeRow>) -> Result<Option<Pledge>, StoreError> {
    row.map(PledgeRow::into_domain).transpose()
}

impl PledgeRow {
    fn from_domain(pledge: &Pledge, same: &Sameness) -> Result<Self, StoreError> {
        let terms = &pledge.terms;
        let utm = &terms.source.utm;
        let source = StoredSource {
            referrer: terms.source.referrer.clone(),
            utm_source: utm.source.clone(),
            utm_medium: utm.medium.clone(),
            utm_campaign: utm.campaign.clone(),
            utm_term: utm.term.clone(),
            utm_content: utm.content.clone(),
        };
        Ok(Self {
            id: pledge.id.to_string(),
            campaign_id: terms.campaign.to_string(),
            donor_id: pledge.donor.map(|donor| donor.to_string()),
            amount_minor: terms.amount.minor(),
            currency: terms.amount.currency().code().to_owned(),
            fee_cover_minor: terms.fee_cover.minor(),
            frequency: terms.frequency.as_str().to_owned(),
            gateway: terms.gateway.as_str().to_owned(),
            email: terms.email.as_str().to_owned(),
            name: terms.name.as_ref().map(|name| name.as_str().to_owned()),
            message: terms.message.clone(),
            hidden: terms.visibility == Visibility::Hidden,
            tribute_kind: terms.tribute.as_ref().map(|tribute| tribute.kind.as_str().to_owned()),
            tribute_name: terms.tribute.as_ref().map(|tribute| tribute.name.as_str().to_owned()),
            source_article: terms.source.article.as_ref().map(|slug| slug.as_str().to_owned()),
            source: to_json(&source)?,
            locale: terms.locale.clone(),
            status: pledge.status.as_str().to_owned(),
            reference: pledge.reference.as_ref().map(|reference| reference.as_str().to_owned()),
            form_key: same.form_key.clone(),
            fingerprint: same.fingerprint.clone(),
            created_at: pledge.created_at.naive_utc(),
            expires_at: pledge.expires_at.naive_utc(),
            updated_at: pledge.created_at.naive_utc(),
            tier_id: terms.tier.map(|tier| tier.to_string()),
            starts_at: terms.starts_at.map(|at| at.naive_utc()),
            source_appeal: terms.source.appeal.as_ref().map(ToString::to_string),
        })
    }

    fn into_domain(self) -> Result<Pledge, StoreError> {
        let row = Row { table: "pledges", id: &self.id };
        let name = |text: &str| PersonName::parse(text).map_err(|error| row.corrupt(error));
        let stored: StoredSource = row.json(&self.source)?;
        let tribute = match (&self.tribute_kind, &self.tribute_name) {
            (Some(kind), Some(of)) => name(of)?.map(|name| (kind, name)),
            _ => None,
        };
        let tribute = tribute
            .map(|(kind, name)| {
                Ok::<_, StoreError>(Tribute { kind: row.word(TributeKind::parse, kind)?, name })
            })
            .transpose()?;
        let article = self
            .source_article
            .as_deref()
            .map(Slug::parse)
            .transpose()
            .map_err(|error| row.corrupt(error))?;
        let seen = |text: &str| row.word(SeenAppeal::parse, text);
        let appeal = self.source_appeal.as_deref().map(seen).transpose()?;
        let utm = Utm {
            source: stored.utm_source,
            medium: stored.utm_medium,
            campaign: stored.utm_campaign,
            term: stored.utm_term,
            content: stored.utm_content,
        };
        let terms = PledgeTerms {
            campaign: row.parse(&self.campaign_id)?,
            amount: row.money(self.amount_minor, &self.currency)?,
            fee_cover: row.money(self.fee_cover_minor, &self.currency)?,
            frequency: row.word(Frequency::parse, &self.frequency)?,
            tier: row.parse_option(self.tier_id.as_deref())?,
            starts_at: self.starts_at.map(utc),
            gateway: row.word(GatewayKind::parse, &self.gateway)?,
            email: EmailAddress::parse(&self.email).map_err(|error| row.corrupt(error))?,
            name: self.name.as_deref().map(name).transpose()?.flatten(),
            message: self.message,
            visibility: if self.hidden { Visibility::Hidden } else { Visibility::Named },
            tribute,
            source: Source { article, appeal, referrer: stored.referrer, utm },
            locale: self.locale,
        };
        Ok(Pledge {
            id: row.parse(&self.id)?,
            terms,
            status: row.word(PledgeStatus::parse, &self.status)?,
            donor: row.parse_option(self.donor_id.as_deref())?,
            reference: row.parse_option(self.reference.as_deref())?,
            created_at: utc(self.created_at),
            expires_at: utc(self.expires_at),
        })
    }
}
