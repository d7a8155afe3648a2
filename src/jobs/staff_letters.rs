//! The letters to staff about their accounts. They are in English, as the office is.

use super::Services;
use super::letters::addressed;
use super::run::{self, JobError};
use crate::domain::staff::StaffTold;
use crate::mail::Address;
use crate::render::letters::StaffLetter;
use crate::render::moment_text;
use crate::usecases::staff::warnings::{self, Facts};
use chrono_tz::Tz;
use serde_json::Value;

/// Tells somebody what was done: to their account, or what owners must know of.
pub(super) async fn notice(services: &Services, told: StaffTold, message_id: &str) -> Result<(), JobError> {
    let Some(facts) = warnings::letter(&services.ctx, told).await? else {
        return Ok(());
    };
    let letter = written(&facts, told, services.ctx.policy.time_zone);
    let letter = letter.render(&services.templates.speaking_tag("en"))?;
    let to = Address { name: Some(facts.to.name), email: facts.email.as_str().to_owned() };
    run::send(services, addressed(to, letter, message_id)).await
}

fn written(facts: &Facts, told: StaffTold, zone: Tz) -> StaffLetter {
    let detail: Value = serde_json::from_str(&facts.row.detail).unwrap_or_default();
    let text = |field: &str| detail.get(field).and_then(Value::as_str).map(str::to_owned);
    StaffLetter {
        kind: told.notice.as_str(),
        name: facts.to.name.clone(),
        when_text: moment_text(facts.row.at, zone),
        by_name: facts.by.as_ref().map(|member| member.name.clone()),
        by_self: facts.by.as_ref().is_some_and(|member| member.id == told.to),
        browser: text("browser").filter(|browser| !browser.is_empty()),
        codes_left: detail.get("recovery_codes_left").and_then(Value::as_i64),
        scope: text("scope"),
        about_name: facts.about.as_ref().map(|member| member.name.clone()),
        about_role: facts.about.as_ref().map(|member| member.role.as_str()),
        is_farewell: told.former.is_some(),
    }
}
