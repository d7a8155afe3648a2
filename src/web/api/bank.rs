//! Statements of banks: handed in, and looked at; their lines are a list like the others.

use super::act::{Act, Done, Faults};
use super::asked;
use super::door::Holder;
use super::seen::json as answer;
use super::time;
use crate::bank;
use crate::domain::bank_line::BankStatement;
use crate::domain::ids::BankMappingId;
use crate::usecases::UseCaseError;
use crate::usecases::bank_statements::{self, BYTES_MAX, HandedIn};
use crate::usecases::handed_in::PART_BYTES;
use crate::web::error::WebError;
use crate::web::reply::id_of;
use crate::web::state::AppState;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Largest request that hands a file in: the file in base64, with what stands around it.
pub(super) const REQUEST_BYTES_MAX: usize = BYTES_MAX.div_ceil(3).saturating_mul(4).saturating_add(64 * 1024);

/// What of a file says how it is written, in bytes.
const BEGINNING: usize = 4096;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBankStatement {
    file: String,
    name: Option<String>,
    mapping: Option<String>,
}

/// Takes a file of the bank. Lines that are known already change nothing.
pub(super) async fn hand_in(act: Act) -> Result<HttpResponse, WebError> {
    let file = handed_in(act.body()?, act.holder.token.name.clone())?;
    act.once(async |ctx, by| {
        let file = bank_statements::hand_in(&ctx, by, file).await?;
        Ok(Done::made(shown(&file)))
    })
    .await
}

fn handed_in(new: NewBankStatement, asked_by: String) -> Result<HandedIn, UseCaseError> {
    let mut faults = Faults::default();
    let mapping = new.mapping.filter(|id| !id.is_empty()).map(|id| id.parse::<BankMappingId>()).transpose();
    let mapping = faults.of("mapping", "invalid", mapping);
    let file = faults.of("file", "invalid", STANDARD.decode(new.file));
    let (Some(mapping), Some(file)) = (mapping, file) else { return Err(faults.into_error()) };
    let beginning = file.get(..file.len().min(BEGINNING)).unwrap_or_default();
    let format = bank::recognise(beginning).ok_or_else(|| {
        UseCaseError::invalid("file", "unknown", "this is neither CAMT.053 (XML) nor CSV, in base64")
    })?;
    let parts = file.chunks(PART_BYTES).map(<[u8]>::to_vec).collect();
    Ok(HandedIn { name: new.name.unwrap_or_default(), format, mapping, parts, asked_by })
}

/// The latest first.
pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    let page = asked::page(&request, |_name, _value| false)?;
    let found = bank_statements::latest(&state.ctx, page.before()?, page.wanted()).await?;
    answer(&request, &page.answer(&found, |file| (String::new(), file.id.to_string()), shown))
}

pub(super) async fn one(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    answer(&request, &shown(&bank_statements::find(&state.ctx, id_of(&id, "bank statement")?).await?))
}

fn shown(file: &BankStatement) -> Value {
    json!({
        "id": file.id,
        "name": file.name,
        "format": file.format.as_str(),
        "status": file.status.as_str(),
        "percent": file.percent(),
        "lines": file.lines_all,
        "new": file.lines_new,
        "error": file.error,
        "asked_by": file.asked_by,
        "asked": time(file.asked_at),
        "done": file.done_at.map(time),
    })
}
