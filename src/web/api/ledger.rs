//! The books: what was written, and what each account holds.

use super::MoneyDto;
use super::asked::{self, Paging};
use super::door::Holder;
use super::seen::json as answer;
use crate::domain::ids::DonationId;
use crate::domain::ledger::{Account, EntryKind};
use crate::domain::list::{Cursor, Way};
use crate::domain::money::{Currency, Money};
use crate::store::ledger::balances;
use crate::store::ledger_entries::{self, Sought, Written};
use crate::usecases::UseCaseError;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// How a place in the books is written.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S%.6f";

pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Entries with their lines, the latest first.
pub(super) async fn entries(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let (sought, limit) = sought(&request, &state)?;
    let wanted = i64::try_from(limit).unwrap_or(1).saturating_add(1);
    let mut found = state.ctx.db.read(move |conn| ledger_entries::page(conn, &sought, wanted)).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|last| {
        let key = last.recorded_at.naive_utc().format(MOMENT).to_string();
        Cursor { way: Way::On, key, id: last.id.to_string() }.text()
    });
    let items: Vec<Value> = found.iter().map(entry).collect();
    answer(&request, &json!({ "items": items, "next_cursor": next }))
}

fn sought(request: &HttpRequest, state: &AppState) -> Result<(Sought, usize), WebError> {
    let mut sought = Sought::default();
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let Paging { limit, after } = asked::page(request, |name, value| match name {
        "account" => kept(&mut sought.account, value.parse::<Account>().ok()),
        "kind" => kept(&mut sought.kind, EntryKind::parse(value)),
        "donation" => kept(&mut sought.donation, value.parse::<DonationId>().ok()),
        "from" => kept(&mut sought.from, day(value).map(|day| state.ctx.start_of(day).naive_utc())),
        "to" => {
            let behind = day(value).and_then(|day| day.checked_add_days(Days::new(1)));
            kept(&mut sought.to, behind.map(|day| state.ctx.start_of(day).naive_utc()))
        }
        _ => false,
    })?;
    if let Some(Cursor { key, id, .. }) = after {
        let at = NaiveDateTime::parse_from_str(&key, MOMENT);
        let at = at.map_err(|_no_moment| asked::not_taken("cursor", &key))?;
        sought.after = Some((at, id));
    }
    Ok((sought, limit))
}

fn kept<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    *place = value;
    place.is_some()
}

fn entry(written: &Written) -> Value {
    let lines = written
        .lines
        .iter()
        .map(|line| json!({ "account": line.account.to_string(), "amount": MoneyDto::from(line.amount) }));
    json!({
        "id": written.id,
        "kind": written.kind.as_str(),
        "donation": written.donation,
        "about": written.about,
        "happened": time(written.happened_at),
        "recorded": time(written.recorded_at),
        "lines": lines.collect::<Vec<_>>(),
    })
}

/// The balance of each account in each currency: all lines added up.
pub(super) async fn accounts(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let all = state.ctx.db.read(balances).await?;
    let item = |(account, code, minor): (String, String, i64)| {
        let currency = Currency::parse(&code).map_err(UseCaseError::from)?;
        Ok(json!({ "account": account, "balance": MoneyDto::from(Money::new(minor, currency)) }))
    };
    let items = all.into_iter().map(item).collect::<Result<Vec<Value>, WebError>>()?;
    answer(&request, &json!({ "items": items, "next_cursor": null }))
}
