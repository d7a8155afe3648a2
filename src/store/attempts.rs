//! Attempts at a gateway.

use super::row::{Row, one, utc};
use super::schema::{attempts, donations, pledges};
use super::steady::Steadily as _;
use super::{Conn, StoreError, Tx};
use crate::domain::attempt::{Attempt, AttemptOutcome};
use crate::domain::ids::{AttemptId, PledgeId};
use crate::domain::pledge::GatewayKind;
use crate::domain::remote::RemoteId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

#[derive(Queryable, Selectable)]
#[diesel(table_name = attempts)]
struct AttemptRow {
    id: String,
    pledge_id: String,
    gateway: String,
    outcome: String,
    remote_id: Option<String>,
    next_url: Option<String>,
    code: Option<String>,
    wants_authentication: bool,
    created_at: NaiveDateTime,
}

impl AttemptRow {
    fn into_domain(self) -> Result<Attempt, StoreError> {
        let row = Row { table: "attempts", id: &self.id };
        let outcome = match (self.outcome.as_str(), self.remote_id, self.code) {
            ("started", None, None) => AttemptOutcome::Started,
            ("unknown", None, None) => AttemptOutcome::Unknown,
            ("refused", None, Some(code)) => AttemptOutcome::Refused { code },
            ("accepted", Some(remote), None) => AttemptOutcome::Accepted {
                remote: RemoteId::parse(&remote).map_err(|error| row.corrupt(error))?,
                next_url: self.next_url,
            },
            (other, _, _) => return Err(row.corrupt(format!("outcome {other} with the wrong columns"))),
        };
        Ok(Attempt {
            id: row.parse(&self.id)?,
            pledge: row.parse(&self.pledge_id)?,
            gateway: row.word(GatewayKind::parse, &self.gateway)?,
            outcome,
            wants_authentication: self.wants_authentication,
            created_at: utc(self.created_at),
        })
    }
}

/// Writes down an attempt before its call is made.
pub fn insert(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    let now = attempt.created_at.naive_utc();
    let inserted = diesel::insert_into(attempts::table)
        .values((
            attempts::id.eq(attempt.id.to_string()),
            attempts::pledge_id.eq(attempt.pledge.to_string()),
            attempts::gateway.eq(attempt.gateway.as_str()),
            columns_of(&attempt.outcome),
            attempts::wants_authentication.eq(attempt.wants_authentication),
            attempts::created_at.eq(now),
            attempts::updated_at.eq(now),
        ))
        .execute(&mut **tx)?;
    one(inserted)
}

type OutcomeColumns = (
    diesel::dsl::Eq<attempts::outcome, &'static str>,
    diesel::dsl::Eq<attempts::remote_id, Option<String>>,
    diesel::dsl::Eq<attempts::next_url, Option<String>>,
    diesel::dsl::Eq<attempts::code, Option<String>>,
);

fn columns_of(outcome: &AttemptOutcome) -> OutcomeColumns {
    let (remote, next_url, code) = match outcome {
        AttemptOutcome::Accepted { remote, next_url } => {
            (Some(remote.as_str().to_owned()), next_url.clone(), None)
        }
        AttemptOutcome::Refused { code } => (None, None, Some(code.clone())),
        AttemptOutcome::Started | AttemptOutcome::Unknown => (None, None, None),
    };
    (
        attempts::outcome.eq(outcome.as_str()),
        attempts::remote_id.eq(remote),
        attempts::next_url.eq(next_url),
        attempts::code.eq(code),
    )
}

/// Records what came of an attempt. An outcome that the gateway gave is never overwritten: then false.
pub fn set_outcome(
    tx: &mut Tx<'_>,
    id: AttemptId,
    outcome: &AttemptOutcome,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let open = attempts::table.find(id.to_string()).filter(attempts::outcome.eq_any(["started", "unknown"]));
    let changed = diesel::update(open)
        .set((columns_of(outcome), attempts::updated_at.eq(now.naive_utc())))
        .steadily()
        .execute(&mut **tx)?;
    Ok(changed == 1)
}

/// The attempt with this id, if there is one.
pub fn find(conn: &mut Conn, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
    let row =
        attempts::table.find(id.to_string()).select(AttemptRow::as_select()).get_result(conn).optional()?;
    row.map(AttemptRow::into_domain).transpose()
}

/// The latest attempt to fulfil a pledge.
pub fn latest_of(conn: &mut Conn, pledge: PledgeId) -> Result<Option<Attempt>, StoreError> {
    let rows = attempts::table.filter(attempts::pledge_id.eq(pledge.to_string())).order(attempts::id.desc());
    rows.select(AttemptRow::as_select()).first(conn).optional()?.map(AttemptRow::into_domain).transpose()
}

/// The attempt that the gateway calls `remote`.
pub fn find_by_remote(
    conn: &mut Conn,
    gateway: GatewayKind,
    remote: &RemoteId,
) -> Result<Option<Attempt>, StoreError> {
    let rows = attempts::table
        .filter(attempts::gateway.eq(gateway.as_str()))
        .filter(attempts::remote_id.eq(remote.as_str()));
    rows.select(AttemptRow::as_select()).get_result(conn).optional()?.map(AttemptRow::into_domain).transpose()
}

/// Attempts at a gateway without an answer that were begun before a moment, oldest first.
pub fn unanswered(
    conn: &mut Conn,
    gateway: GatewayKind,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<AttemptId>, StoreError> {
    let ids: Vec<String> = attempts::table
        .filter(attempts::outcome.eq_any(["started", "unknown"]))
        .filter(attempts::gateway.eq(gateway.as_str()))
        .filter(attempts::created_at.lt(before.naive_utc()))
        .order(attempts::created_at)
        .limit(limit)
        .select(attempts::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "attempts", id }.parse(id)).collect()
}

/// When the first attempt at a gateway was begun. It is asked once, before anything is known of its balance.
pub fn first_at(conn: &mut Conn, gateway: GatewayKind) -> Result<Option<DateTime<Utc>>, StoreError> {
    let rows = attempts::table.filter(attempts::gateway.eq(gateway.as_str())).order(attempts::id);
    let first: Option<NaiveDateTime> = rows.select(attempts::created_at).first(conn).optional()?;
    Ok(first.map(utc))
}

/// One round of questions about attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Its number: those that were asked about in it already are left out.
    pub number: u32,
    /// Attempts begun before this are too old.
    pub from: DateTime<Utc>,
    /// Attempts begun before this that got no answer are asked about.
    pub unanswered_before: DateTime<Utc>,
    /// Attempts begun before this that the gateway took, but of which nothing was heard since, are asked about, if
    /// their pledges still wait.
    pub silent_before: DateTime<Utc>,
}

/// Attempts that are due for a question to their gateway in a round, oldest first.
pub fn unheard(conn: &mut Conn, round: Round, limit: i64) -> Result<Vec<AttemptId>, StoreError> {
    let heard = donations::table.filter(donations::pledge_id.eq(attempts::pledge_id));
    let unanswered = attempts::outcome
        .eq_any(["started", "unknown"])
        .and(attempts::created_at.lt(round.unanswered_before.naive_utc()));
    let silent = attempts::outcome
        .eq("accepted")
        .and(attempts::created_at.lt(round.silent_before.naive_utc()))
        .and(pledges::status.eq("pending"))
        .and(diesel::dsl::not(diesel::dsl::exists(heard)));
    let not_asked = sql::<Bool>(
        "NOT EXISTS (SELECT 1 FROM jobs j WHERE j.unique_key = 'sync_attempt/' || attempts.id || '/' || ",
    )
    .bind::<Text, _>(round.number.to_string())
    .sql(")");
    let ids: Vec<String> = attempts::table
        .inner_join(pledges::table)
        .filter(attempts::created_at.ge(round.from.naive_utc()))
        .filter(unanswered.or(silent))
        .filter(not_asked)
        .order(attempts::created_at)
        .limit(limit)
        .select(attempts::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "attempts", id }.parse(id)).collect()
}
