//! Taking persons from the record: of donors who are forgotten, of promises that brought nothing, and of what is older
//! than the site keeps it.

use super::row::{Row, one, to_json};
use super::schema::{
    account_changes, address_changes, attempts, declines, donations, donors, event_subjects, inbox,
    pledge_clients, pledges, receipts, refunds, request_keys, saved_views, subscription_orders,
    subscriptions,
};
use super::{Conn, StoreError, Tx, external_members, search, wall};
use crate::domain::account::{ChangeDetail, NO_ADDRESS_HOST, Profile, erased_address};
use crate::domain::donor::EmailAddress;
use crate::domain::ids::{DonorId, InboxId, PledgeId, ReceiptId};
use crate::domain::pledge::PledgeStatus;
use crate::domain::receipt::ReceiptSnapshot;
use crate::domain::search::names_somebody;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use std::collections::BTreeSet;

/// Ids in one statement.
const IDS_AT_ONCE: usize = 500;

/// Takes from a donor's record who they are: on them and on their pledges. Amounts, days, ways to pay and receipts stay.
pub fn forget(tx: &mut Tx<'_>, profile: &Profile, now: DateTime<Utc>) -> Result<(), StoreError> {
    let id = profile.id.to_string();
    let nobody = nobody(profile.id)?;
    let changed = diesel::update(donors::table.find(&id).filter(donors::erased_at.is_null()))
        .set((
            donors::email.eq(nobody.as_str()),
            donors::name.eq(None::<String>),
            donors::locale.eq(None::<String>),
            donors::postal_address.eq(None::<String>),
            donors::erased_at.eq(Some(now.naive_utc())),
            donors::address_proven_at.eq(None::<NaiveDateTime>),
            donors::updated_at.eq(now.naive_utc()),
        ))
        .execute(&mut **tx)?;
    one(changed)?;
    search::renew(tx, &id)?;
    external_members::forget(tx, profile.id, &profile.email, now)?;
    let theirs: Vec<String> =
        pledges::table.filter(pledges::donor_id.eq(&id)).select(pledges::id).load(&mut **tx)?;
    take_from_pledges(tx, &theirs, &nobody)?;
    let gifts = donations::table.filter(donations::donor_id.eq(&id)).select(donations::id);
    diesel::update(refunds::table.filter(refunds::donation_id.eq_any(gifts)))
        .set(refunds::reason.eq(None::<String>))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes a forgotten donor from the promises of one of their addresses that never brought money.
pub fn forget_promises(
    tx: &mut Tx<'_>,
    address: &EmailAddress,
    donor: DonorId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let unpaid =
        pledges::table.filter(pledges::email.eq(address.as_str())).filter(pledges::donor_id.is_null());
    let theirs: Vec<String> = unpaid.select(pledges::id).load(&mut **tx)?;
    take_from_pledges(tx, &theirs, &nobody(donor)?)?;
    mark_purged(tx, &theirs, now)
}

fn nobody(donor: DonorId) -> Result<EmailAddress, StoreError> {
    erased_address(donor)
        .ok_or_else(|| StoreError::Refused("no address can be made for a forgotten donor".into()))
}

/// Takes the person from pledges, from what was asked of them and from their pages at gateways.
fn take_from_pledges(tx: &mut Tx<'_>, ids: &[String], nobody: &EmailAddress) -> Result<(), StoreError> {
    for ids in ids.chunks(IDS_AT_ONCE) {
        wall::remove(tx, ids)?;
        diesel::delete(pledge_clients::table.filter(pledge_clients::pledge_id.eq_any(ids)))
            .execute(&mut **tx)?;
        diesel::delete(declines::table.filter(declines::pledge_id.eq_any(ids))).execute(&mut **tx)?;
        diesel::update(attempts::table.filter(attempts::pledge_id.eq_any(ids)))
            .set(attempts::next_url.eq(None::<String>))
            .execute(&mut **tx)?;
        diesel::update(subscriptions::table.filter(subscriptions::pledge_id.eq_any(ids)))
            .set((
                subscriptions::customer_id.eq(None::<String>),
                subscriptions::card.eq(None::<String>),
                subscriptions::card_expires_on.eq(None::<NaiveDate>),
            ))
            .execute(&mut **tx)?;
        diesel::update(subscription_orders::table.filter(subscription_orders::pledge_id.eq_any(ids)))
            .set(subscription_orders::reason.eq(None::<String>))
            .execute(&mut **tx)?;
        diesel::update(pledges::table.filter(pledges::id.eq_any(ids)))
            .set((
                pledges::email.eq(nobody.as_str()),
                pledges::name.eq(None::<String>),
                pledges::message.eq(None::<String>),
                pledges::hidden.eq(true),
                pledges::tribute_kind.eq(None::<String>),
                pledges::tribute_name.eq(None::<String>),
                pledges::source.eq("{}"),
                pledges::form_key.eq(None::<String>),
                pledges::fingerprint.eq("erased"),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

fn mark_purged(tx: &mut Tx<'_>, ids: &[String], now: DateTime<Utc>) -> Result<(), StoreError> {
    for ids in ids.chunks(IDS_AT_ONCE) {
        diesel::update(pledges::table.filter(pledges::id.eq_any(ids)))
            .set(pledges::purged_at.eq(Some(now.naive_utc())))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Takes the person from up to `limit` promises that ended before `before` and never brought money; returns how many.
/// Should the money come after all, it is that of a donor without an address.
pub fn purge_promises(
    tx: &mut Tx<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<usize, StoreError> {
    let ended =
        [PledgeStatus::Expired, PledgeStatus::Failed, PledgeStatus::Cancelled].map(PledgeStatus::as_str);
    let old: Vec<String> = pledges::table
        .filter(pledges::donor_id.is_null())
        .filter(pledges::purged_at.is_null())
        .filter(pledges::updated_at.lt(before.naive_utc()))
        .filter(pledges::status.eq_any(ended))
        .order(pledges::updated_at)
        .limit(limit)
        .select(pledges::id)
        .load(&mut **tx)?;
    for id in &old {
        let pledge: PledgeId = Row { table: "pledges", id }.parse(id)?;
        let nobody = format!("{}@{NO_ADDRESS_HOST}", pledge.to_string().to_ascii_lowercase());
        let nobody = EmailAddress::parse(&nobody).map_err(|error| StoreError::Refused(error.to_string()))?;
        take_from_pledges(tx, std::slice::from_ref(id), &nobody)?;
    }
    mark_purged(tx, &old, now)?;
    Ok(old.len())
}

/// Every address that these donors had or wanted to have, as far as it is still known.
pub fn addresses_of(conn: &mut Conn, donors: &[DonorId]) -> Result<BTreeSet<EmailAddress>, StoreError> {
    let ids: Vec<String> = donors.iter().map(ToString::to_string).collect();
    let changes: Vec<(String, String)> = address_changes::table
        .filter(address_changes::donor_id.eq_any(&ids))
        .select((address_changes::old_email, address_changes::new_email))
        .load(conn)?;
    let noted: Vec<(String, String)> = account_changes::table
        .filter(account_changes::donor_id.eq_any(&ids))
        .select((account_changes::id, account_changes::detail))
        .load(conn)?;
    let known: Vec<String> =
        donors::table.filter(donors::id.eq_any(&ids)).select(donors::email).load(conn)?;
    let mut found: Vec<String> = known;
    found.extend(changes.into_iter().flat_map(|(old, new)| [old, new]));
    for (id, detail) in noted {
        let detail: ChangeDetail = Row { table: "account_changes", id: &id }.json(&detail)?;
        found.extend(detail.old_email);
    }
    let parse = |text: &String| {
        EmailAddress::parse(text).map_err(|error| StoreError::corrupt("address_changes", "", error))
    };
    found.iter().map(parse).collect()
}

/// Takes the bodies from events that told of the gifts and promises of a donor; returns how many. One that was not read
/// yet keeps its body until it was, see [`purge_if_forgotten`].
pub fn purge_events_about(tx: &mut Tx<'_>, donor: DonorId, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let id = donor.to_string();
    let mut subjects: Vec<String> =
        donations::table.filter(donations::donor_id.eq(&id)).select(donations::id).load(&mut **tx)?;
    let promised: Vec<String> =
        pledges::table.filter(pledges::donor_id.eq(&id)).select(pledges::id).load(&mut **tx)?;
    subjects.extend(promised);
    let mut events = BTreeSet::new();
    for subjects in subjects.chunks(IDS_AT_ONCE) {
        let told: Vec<String> = event_subjects::table
            .filter(event_subjects::subject.eq_any(subjects))
            .select(event_subjects::event_id)
            .load(&mut **tx)?;
        events.extend(told);
    }
    purge_events(tx, &events.into_iter().collect::<Vec<_>>(), now)
}

/// Takes the body from an event that told of somebody who was forgotten.
pub fn purge_if_forgotten(tx: &mut Tx<'_>, event: InboxId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let event = event.to_string();
    let subjects =
        || event_subjects::table.filter(event_subjects::event_id.eq(&event)).select(event_subjects::subject);
    let forgotten = || donors::table.filter(donors::erased_at.is_not_null()).select(donors::id);
    let gifts = donations::table
        .filter(donations::id.eq_any(subjects()))
        .filter(donations::donor_id.assume_not_null().eq_any(forgotten()));
    let promises = pledges::table
        .filter(pledges::id.eq_any(subjects()))
        .filter(pledges::donor_id.assume_not_null().eq_any(forgotten()));
    let is_about = diesel::select(exists(gifts)).get_result::<bool>(&mut **tx)?
        || diesel::select(exists(promises)).get_result::<bool>(&mut **tx)?;
    if is_about {
        purge_events(tx, std::slice::from_ref(&event), now)?;
    }
    Ok(())
}

/// Takes the bodies from events that were read; returns from how many.
pub fn purge_events(tx: &mut Tx<'_>, ids: &[String], now: DateTime<Utc>) -> Result<usize, StoreError> {
    let mut purged = 0;
    for ids in ids.chunks(IDS_AT_ONCE) {
        let whole = inbox::table
            .filter(inbox::id.eq_any(ids))
            .filter(inbox::purged_at.is_null())
            .filter(inbox::status.ne("received"));
        purged += diesel::update(whole)
            .set((inbox::body.eq(Vec::<u8>::new()), inbox::purged_at.eq(Some(now.naive_utc()))))
            .execute(&mut **tx)?;
    }
    Ok(purged)
}

/// Takes the bodies from up to `limit` events that came before `before` and were read; returns from how many.
pub fn purge_old_events(
    tx: &mut Tx<'_>,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<usize, StoreError> {
    let old: Vec<String> = inbox::table
        .filter(inbox::purged_at.is_null())
        .filter(inbox::received_at.lt(before.naive_utc()))
        .filter(inbox::status.ne("received"))
        .order(inbox::received_at)
        .limit(limit)
        .select(inbox::id)
        .load(&mut **tx)?;
    purge_events(tx, &old, now)
}

#[derive(QueryableByName)]
struct Looked {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Bool)]
    names: bool,
}

/// Of up to `limit` events behind `after`, those whose bodies hold this text in small letters, and the last that was
/// looked at; none of these at the end.
pub fn events_naming(
    conn: &mut Conn,
    text: &str,
    after: &str,
    limit: i64,
) -> Result<(Vec<String>, Option<String>), StoreError> {
    let query = match conn {
        Conn::Sqlite(_) => diesel::sql_query(
            "SELECT id, instr(lower(CAST(body AS TEXT)), $1) > 0 AS names FROM inbox \
             WHERE id > $2 AND purged_at IS NULL ORDER BY id LIMIT $3",
        ),
        Conn::Postgres(_) => diesel::sql_query(
            "SELECT id, position($1 IN lower(encode(body, 'escape'))) > 0 AS names FROM inbox \
             WHERE id > $2 AND purged_at IS NULL ORDER BY id LIMIT $3",
        ),
    };
    let rows: Vec<Looked> =
        query.bind::<Text, _>(text).bind::<Text, _>(after).bind::<BigInt, _>(limit).load(conn)?;
    let last = rows.last().map(|row| row.id.clone());
    Ok((rows.into_iter().filter(|row| row.names).map(|row| row.id).collect(), last))
}

/// Forgets what programs were answered about somebody. A request that comes again is told that it was carried out.
pub fn forget_answers(tx: &mut Tx<'_>, told: &BTreeSet<String>) -> Result<(), StoreError> {
    type Known = (String, String, Option<String>);
    let kept: Vec<Known> = request_keys::table
        .filter(request_keys::answer.is_not_null())
        .select((request_keys::token_id, request_keys::key, request_keys::answer))
        .load(&mut **tx)?;
    for (token, key, answer) in kept {
        let answer = answer.unwrap_or_default();
        if told.iter().any(|word| answer.contains(word)) {
            diesel::update(request_keys::table.find((token, key)))
                .set((request_keys::status.eq(None::<i64>), request_keys::answer.eq(None::<String>)))
                .execute(&mut **tx)?;
        }
    }
    Ok(())
}

/// Removes the saved searches that look for somebody by name or address.
pub fn forget_views(
    tx: &mut Tx<'_>,
    name: Option<&str>,
    addresses: &BTreeSet<EmailAddress>,
) -> Result<(), StoreError> {
    let views: Vec<(String, String, String)> = saved_views::table
        .select((saved_views::id, saved_views::name, saved_views::query))
        .load(&mut **tx)?;
    for (id, title, query) in views {
        let asked: Vec<String> =
            url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect();
        let names = |text: &str| {
            names_somebody(text, "", name)
                || addresses.iter().any(|address| names_somebody(text, address.as_str(), None))
        };
        if names(&title) || asked.iter().any(|value| names(value)) {
            diesel::delete(saved_views::table.find(id)).execute(&mut **tx)?;
        }
    }
    Ok(())
}

/// Up to `limit` donors who gave nothing since `before`, promised nothing since, and have nothing that runs or waits.
pub fn silent_donors(conn: &mut Conn, before: DateTime<Utc>, limit: i64) -> Result<Vec<DonorId>, StoreError> {
    let before: NaiveDateTime = before.naive_utc();
    let over =
        [PledgeStatus::Fulfilled, PledgeStatus::Cancelled, PledgeStatus::Expired, PledgeStatus::Failed]
            .map(PledgeStatus::as_str);
    let gave = donations::table
        .filter(donations::donor_id.assume_not_null().eq(donors::id))
        .filter(donations::donor_id.is_not_null())
        .filter(donations::created_at.ge(before));
    let promised = pledges::table
        .filter(pledges::donor_id.is_not_null())
        .filter(pledges::donor_id.assume_not_null().eq(donors::id))
        .filter(pledges::created_at.ge(before).or(pledges::status.ne_all(over)));
    let ids: Vec<String> = donors::table
        .filter(donors::created_at.lt(before))
        .filter(donors::erased_at.is_null())
        .filter(donors::merged_into.is_null())
        .filter(not(exists(gave)))
        .filter(not(exists(promised)))
        .order(donors::id)
        .limit(limit)
        .select(donors::id)
        .load(conn)?;
    ids.iter().map(|id| Row { table: "donors", id }.parse(id)).collect()
}

/// Takes the person from up to `limit` receipts of forgotten donors that were issued before `year`; returns how many.
/// Number, days and amounts stay.
pub fn purge_receipts(
    tx: &mut Tx<'_>,
    year: i32,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<usize, StoreError> {
    let forgotten = donors::table.filter(donors::erased_at.is_not_null()).select(donors::id);
    let theirs = donations::table
        .filter(donations::donor_id.assume_not_null().eq_any(forgotten))
        .select(donations::id);
    let old: Vec<(String, String)> = receipts::table
        .filter(receipts::donation_id.eq_any(theirs))
        .filter(receipts::year.lt(year))
        .filter(receipts::purged_at.is_null())
        .limit(limit)
        .select((receipts::id, receipts::snapshot))
        .load(&mut **tx)?;
    for (id, snapshot) in &old {
        let row = Row { table: "receipts", id };
        let known: ReceiptSnapshot = row.json(snapshot)?;
        let _is_one: ReceiptId = row.parse(id)?;
        let left = ReceiptSnapshot { donor_name: None, donor_email: String::new(), tribute: None, ..known };
        diesel::update(receipts::table.find(id))
            .set((receipts::snapshot.eq(to_json(&left)?), receipts::purged_at.eq(Some(now.naive_utc()))))
            .execute(&mut **tx)?;
    }
    Ok(old.len())
}
