//! Settings of the office for programs: to read, and to change those that lead no money elsewhere and let nobody in.

use super::act::{Act, Done};
use super::asked;
use super::door::Holder;
use super::seen::tagged;
use crate::config::office::{self, OfficeSetting};
use crate::config::{Config, Origin};
use crate::usecases::settings;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::error::WebError;
use crate::web::setting::{self, Asked, Kept};
use crate::web::state::AppState;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Every setting of the office that says something, but for those that may name a person.
pub(super) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    _holder: Holder,
) -> Result<HttpResponse, WebError> {
    asked::nothing(&request)?;
    let (_, tag, body) = now(&state).await?;
    tagged(&request, &tag, &body)
}

/// The number of the last change, what names the state, and what is answered.
async fn now(state: &AppState) -> Result<(i64, String, Value), WebError> {
    let office = settings::current(&state.ctx).await?;
    let config = state.live.read(&office.values).unwrap_or_else(|_unfit| Config::clone(&state.live.config()));
    let items: Vec<Value> = office::all().iter().filter_map(|setting| shown(&config, setting)).collect();
    let body = asked::listed(&items, None);
    let tag = hex::encode(Sha256::digest(format!("{} {body}", office.edition)));
    Ok((office.edition, tag, body))
}

fn shown(config: &Config, setting: &OfficeSetting) -> Option<Value> {
    if setting.is_personal {
        return None;
    }
    let origin = config.origin(&setting.path);
    let from = match origin {
        Origin::Default => "default",
        Origin::Office => "office",
        Origin::Machine(_) => "machine",
    };
    Some(json!({
        "key": setting.path,
        "value": config.office_value(setting)?,
        "label": setting.label,
        "effect": setting.effect,
        "from": from,
        "changeable": setting.by_programs && from != "machine",
    }))
}

/// What is to be set.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSettings {
    /// By key; `null`: what the configuration says.
    values: BTreeMap<String, Value>,
    /// Whether what it takes away is known.
    #[serde(default)]
    meant: bool,
}

/// Sets some of them, all or none.
pub(super) async fn change(
    request: HttpRequest,
    state: Data<AppState>,
    act: Act,
) -> Result<HttpResponse, WebError> {
    let NewSettings { values, meant } = act.body()?;
    let tag = seen(&request)?;
    let state = &state;
    let mut answer = act
        .once(async |ctx, by| {
            let (edition, current, _) = now(state).await?;
            if current != tag {
                return Err(changed_meanwhile());
            }
            let asked = Asked { values: known(values)?, seen: edition, is_meant: meant };
            match setting::keep(state, &ctx, by, asked).await? {
                Kept::Saved(changed) => Ok(Done::ok(json!({ "changed": changed }))),
                Kept::Refused(problems) => Err(UseCaseError::Invalid(problems).into()),
                Kept::Changed(_) => Err(changed_meanwhile()),
            }
        })
        .await?;
    let (_, tag, _) = now(state).await?;
    if let Ok(tag) = header::HeaderValue::try_from(format!("\"{tag}\"")) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    Ok(answer)
}

fn changed_meanwhile() -> WebError {
    let detail = "The settings are not what you had seen. Read them again, and then set yours anew.";
    WebError::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", detail)
}

/// The state that the program had seen.
fn seen(request: &HttpRequest) -> Result<String, WebError> {
    let tag = request.headers().get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let tag = tag.map(|tag| tag.trim().trim_matches('"').to_owned());
    tag.ok_or_else(|| {
        let detail = "Send “If-Match” with the ETag of the settings as you read them.";
        WebError::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail)
    })
}

type Values = Vec<(&'static OfficeSetting, Option<Value>)>;

/// The settings of these keys, if a program may change all of them.
fn known(values: BTreeMap<String, Value>) -> Result<Values, UseCaseError> {
    let mut known: Values = Vec::new();
    let mut problems = Vec::new();
    for (key, value) in values {
        match office::find(&key) {
            Some(setting) if setting.by_programs => {
                known.push((setting, Some(value).filter(|value| !value.is_null())));
            }
            Some(setting) => problems.push(FieldError {
                field: &setting.path,
                code: "by_person",
                message: format!("{key} is changed by a person, in the office"),
            }),
            None => problems.push(FieldError {
                field: "values",
                code: "unknown_setting",
                message: office::machine_s(&key).map_or_else(
                    || format!("there is no setting {key}"),
                    |why| format!("{key} is set on the machine, because {why}"),
                ),
            }),
        }
    }
    if problems.is_empty() { Ok(known) } else { Err(UseCaseError::Invalid(problems)) }
}
