//! The books: what was written, and what each account holds.

use super::asked::{self, Paging};
use super::door::Holder;
use super::seen::json as answer;
use super::{MoneyDto, time};
use crate::domain::ids::DonationId;
use crate::domain::ledger::{Account, EntryKind};
use crate::domain::list::Cursor;
use crate::domain::money::{Currency, Money};
use crate::store::ledger::balances;
use crate::store::ledger_entries::{self, Sought, Written};
use crate::usecases::UseCaseError;
use crate::web::error::WebError;
use crate::web::state::AppState;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Days, NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

/// How a place in the books is written.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S%.6f";

/// Entries with their lines, the latest first.
pub(super) async fn entries(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let (sought, page) = sought(&request, &state)?;
    let wanted = page.wanted();
    let found = state.ctx.db.read(move |conn| ledger_entries::page(conn, &sought, wanted)).await?;
    let place =
        |last: &Written| (last.recorded_at.naive_utc().format(MOMENT).to_string(), last.id.to_string());
    answer(&request, &page.answer(&found, place, entry))
}

fn sought(request: &HttpRequest, state: &AppState) -> Result<(Sought, Paging), WebError> {
    let mut sought = Sought::default();
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let page = asked::page(request, |name, value| match name {
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
    if let Some(Cursor { key, id, .. }) = &page.after {
        let at = NaiveDateTime::parse_from_str(key, MOMENT);
        let at = at.map_err(|_no_moment| asked::not_taken("cursor", key))?;
        sought.after = Some((at, id.clone()));
    }
    Ok((sought, page))
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

/// The balance of each account in each currency, as it is kept.
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
    answer(&request, &asked::listed(&items, None))
}
