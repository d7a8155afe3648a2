//! Donations: one row for each payment that a gateway knows.

use super::dialect::lock_row;
use super::row::{Row, one, utc};
use super::schema::donations;
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::dispute::Disputed;
use crate::domain::donation::{Captured, Donation, Payment, Waiting, WaitingState};
use crate::domain::ids::{DonationId, DonorId, PledgeId};
use crate::domain::money::{Currency, Settlement};
use crate::domain::pledge::GatewayKind;
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = donations, treat_none_as_null = true, treat_none_as_default_value = false)]
struct DonationRow {
    id: String,
    pledge_id: String,
    campaign_id: String,
    donor_id: Option<String>,
    gateway: String,
    remote_id: String,
    status: String,
    currency: String,
    gross_minor: Option<i64>,
    fee_minor: Option<i64>,
    refunded_minor: i64,
    received_at: Option<NaiveDateTime>,
    waiting_state: Option<String>,
    waiting_code: Option<String>,
    waiting_as_of: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    /// Only where the gateway's balance took something else than the payment itself.
    settled_minor: Option<i64>,
    settled_currency: Option<String>,
    disputed_minor: i64,
    lost_minor: i64,
    period_on: Option<NaiveDate>,
    received_on: Option<NaiveDate>,
}

impl DonationRow {
    /// `promised` is the currency of the pledge: it fills the column until the payment shows its own.
    fn from_domain(donation: &Donation, promised: Currency, now: DateTime<Utc>) -> Self {
        let money = donation.payment.money();
        let settled = money.and_then(|money| money.settled);
        let exchanged = settled.filter(|settled| money.is_none_or(|money| money.gross != settled.amount()));
        let waiting = donation.payment.latest_waiting();
        let (state, code) = match waiting.map(|waiting| &waiting.state) {
            None => (None, None),
            Some(WaitingState::Processing) => (Some("processing"), None),
            Some(WaitingState::Failed(code)) => (Some("failed"), Some(code.clone())),
            Some(WaitingState::Expired) => (Some("expired"), None),
        };
        Self {
            id: donation.id.to_string(),
            pledge_id: donation.pledge.to_string(),
            campaign_id: donation.campaign.to_string(),
            donor_id: donation.donor.map(|donor| donor.to_string()),
            gateway: donation.gateway.as_str().to_owned(),
            remote_id: donation.remote.as_str().to_owned(),
            status: donation.payment.status().as_str().to_owned(),
            currency: money.map_or(promised, |money| money.gross.currency()).code().to_owned(),
            gross_minor: money.map(|money| money.gross.minor()),
            fee_minor: settled.map(|settled| settled.fee().minor()),
            refunded_minor: donation.payment.refunded_minor(),
            received_at: money.map(|money| money.at.naive_utc()),
            waiting_state: state.map(str::to_owned),
            waiting_code: code,
            waiting_as_of: waiting.map(|waiting| waiting.as_of.naive_utc()),
            created_at: donation.created_at.naive_utc(),
            updated_at: now.naive_utc(),
            settled_minor: exchanged.map(|settled| settled.amount().minor()),
            settled_currency: exchanged.map(|settled| settled.currency().code().to_owned()),
            disputed_minor: donation.payment.disputed().open_minor,
            lost_minor: donation.payment.disputed().lost_minor,
            period_on: donation.period_on,
            received_on: donation.received_on,
        }
    }

    fn into_domain(self) -> Result<Donation, StoreError> {
        let row = Row { table: "donations", id: &self.id };
        let captured = match (self.gross_minor, self.received_at) {
            (Some(gross), Some(at)) => {
                let gross = row.money(gross, &self.currency)?;
                let settled = match (self.fee_minor, self.settled_minor, self.settled_currency.as_deref()) {
                    (Some(fee), Some(amount), Some(currency)) => {
                        Some(Settlement::plain(row.money(amount, currency)?, fee))
                    }
                    (fee, _, _) => fee.map(|fee| Settlement::plain(gross, fee)),
                };
                Some(Captured { gross, settled, at: utc(at) })
            }
            _ => None,
        };
        let state = match (self.waiting_state.as_deref(), self.waiting_code) {
            (None, _) => None,
            (Some("processing"), _) => Some(WaitingState::Processing),
            (Some("expired"), _) => Some(WaitingState::Expired),
            (Some("failed"), code) => Some(WaitingState::Failed(code.unwrap_or_default())),
            (Some(other), _) => return Err(row.corrupt(format!("unknown word “{other}”"))),
        };
        let waiting =
            state.zip(self.waiting_as_of).map(|(state, as_of)| Waiting { as_of: utc(as_of), state });
        let payment = Payment::known(
            waiting,
            captured,
            self.refunded_minor,
            Disputed { open_minor: self.disputed_minor, lost_minor: self.lost_minor },
        );
        if payment.status().as_str() != self.status {
            return Err(row.corrupt(format!("status {} does not agree with the payment", self.status)));
        }
        Ok(Donation {
            id: row.parse(&self.id)?,
            pledge: row.parse(&self.pledge_id)?,
            campaign: row.parse(&self.campaign_id)?,
            donor: row.parse_option(self.donor_id.as_deref())?,
            gateway: row.word(GatewayKind::parse, &self.gateway)?,
            remote: RemoteId::parse(&self.remote_id).map_err(|error| row.corrupt(error))?,
            period_on: self.period_on,
            received_on: self.received_on,
            payment,
            created_at: utc(self.created_at),
        })
    }
}

/// Adds a donation. `promised` is the currency of its pledge.
pub fn insert(
    tx: &mut Tx<'_>,
    donation: &Donation,
    promised: Currency,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = DonationRow::from_domain(donation, promised, now);
    one(diesel::insert_into(donations::table).values(&row).execute(&mut **tx)?)
}

/// Writes back what is newly known about a donation.
pub fn update(
    tx: &mut Tx<'_>,
    donation: &Donation,
    promised: Currency,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = DonationRow::from_domain(donation, promised, now);
    one(diesel::update(donations::table.find(&row.id)).set(&row).steadily().execute(&mut **tx)?)
}

/// The donation with this id.
pub fn get(conn: &mut Conn, id: DonationId) -> Result<Donation, StoreError> {
    donations::table.find(id.to_string()).select(DonationRow::as_select()).get_result(conn)?.into_domain()
}

/// The donation with this id, if there is one.
pub fn find(conn: &mut Conn, id: DonationId) -> Result<Option<Donation>, StoreError> {
    let rows = donations::table.find(id.to_string());
    rows.select(DonationRow::as_select())
        .get_result(conn)
        .optional()?
        .map(DonationRow::into_domain)
        .transpose()
}

/// The donation, with everybody else kept from it until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: DonationId) -> Result<Donation, StoreError> {
    lock_row!(tx, donations, id)?;
    get(tx, id)
}

/// The donation for the payment that the gateway calls `remote`.
pub fn find_by_remote(
    conn: &mut Conn,
    gateway: GatewayKind,
    remote: &RemoteId,
) -> Result<Option<Donation>, StoreError> {
    let rows = donations::table
        .filter(donations::gateway.eq(gateway.as_str()))
        .filter(donations::remote_id.eq(remote.as_str()));
    rows.select(DonationRow::as_select())
        .get_result(conn)
        .optional()?
        .map(DonationRow::into_domain)
        .transpose()
}

/// All donations for a pledge, oldest first.
pub fn of_pledge(conn: &mut Conn, pledge: PledgeId) -> Result<Vec<Donation>, StoreError> {
    let rows = donations::table.filter(donations::pledge_id.eq(pledge.to_string())).order(donations::id);
    rows.select(DonationRow::as_select()).load(conn)?.into_iter().map(DonationRow::into_domain).collect()
}

/// A place in the list of a donor's payments: when the money arrived, and which payment it was.
pub type Place = (DateTime<Utc>, DonationId);

/// Payments of a donor that brought money, the newest first, from behind a place.
pub fn of_donor(
    conn: &mut Conn,
    donor: DonorId,
    behind: Option<Place>,
    limit: i64,
) -> Result<Vec<Donation>, StoreError> {
    let (at, id) = match behind {
        Some((at, id)) => (at.naive_utc(), id.to_string()),
        None => (far_future(), String::new()),
    };
    let received = donations::received_at.assume_not_null();
    let rows = donations::table
        .filter(donations::donor_id.eq(donor.to_string()))
        .filter(donations::received_at.is_not_null())
        .filter(received.lt(at).or(received.eq(at).and(donations::id.lt(id))))
        .order((donations::received_at.desc(), donations::id.desc()))
        .limit(limit);
    rows.select(DonationRow::as_select()).load(conn)?.into_iter().map(DonationRow::into_domain).collect()
}

/// Payments of a donor whose money arrived in a time: from, inclusive, to, exclusive; the oldest first.
pub fn of_donor_within(
    conn: &mut Conn,
    donor: DonorId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Donation>, StoreError> {
    let rows = donations::table
        .filter(donations::donor_id.eq(donor.to_string()))
        .filter(donations::received_at.ge(from.naive_utc()))
        .filter(donations::received_at.lt(to.naive_utc()))
        .order((donations::received_at.asc(), donations::id.asc()));
    rows.select(DonationRow::as_select()).load(conn)?.into_iter().map(DonationRow::into_domain).collect()
}

/// Later than any payment; both databases can say it.
fn far_future() -> NaiveDateTime {
    chrono::NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default().and_time(chrono::NaiveTime::MIN)
}
