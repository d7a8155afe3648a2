//! Settings as somebody changes them from outside, in the office or by a program.
//!
//! They are checked as at a start, all together; what is wrong comes back beside its field. What takes away something that
//! promises stand on must be meant.

use super::error::WebError;
use super::state::AppState;
use crate::config::office::{self, OfficeSetting};
use crate::config::{Config, ConfigErrors, Origin, Problem};
use crate::domain::audit::Actor;
use crate::domain::retention::Retention;
use crate::store::setting_changes::Living;
use crate::usecases::settings::{self, AtStake, Looked, OfficeValues, Stakes, Wanted};
use crate::usecases::{Context, FieldError, UseCaseError};
use serde_json::Value;
use std::collections::BTreeMap;

/// How often values are checked anew because other settings were changed between check and writing.
const TRIES: usize = 5;

/// The word for what must be meant.
pub(super) const AT_STAKE: &str = "at_stake";

/// What somebody wants.
pub(super) struct Asked {
    /// The settings, with what each is to be; none: what the configuration says.
    pub(super) values: Vec<(&'static OfficeSetting, Option<Value>)>,
    /// The last change that they had seen.
    pub(super) seen: i64,
    /// Whether they know what it takes away.
    pub(super) is_meant: bool,
}

/// What became of it.
pub(super) enum Kept {
    /// It is set, and counts; so many really changed.
    Saved(usize),
    /// It cannot be, or must be meant.
    Refused(Vec<FieldError>),
    /// Somebody changed one of them since the look.
    Changed(String),
}

/// Sets what somebody wants, and has it count in this process. `ctx` is that of the request.
///
/// # Errors
/// Of the database.
pub(super) async fn keep(state: &AppState, ctx: &Context, by: Actor, asked: Asked) -> Result<Kept, WebError> {
    let fixed = fixed(&state.live.config(), &asked);
    if !fixed.is_empty() {
        return Ok(Kept::Refused(fixed));
    }
    let wanted = asked.values.iter().map(|(setting, value)| Wanted {
        key: setting.path.clone(),
        value: value.clone(),
        is_personal: setting.is_personal,
    });
    let wanted: Vec<Wanted> = wanted.collect();
    let check = async |office: &OfficeValues| refusals(state, ctx, &asked, (office, &wanted)).await;
    write(state, ctx, (by, asked.seen), wanted.clone(), check).await
}

/// Sets these and has them count here, checked once more whenever something else was set between check and writing.
///
/// # Errors
/// Of the check, and of the database.
pub(super) async fn write(
    state: &AppState,
    ctx: &Context,
    (by, seen): (Actor, i64),
    wanted: Vec<Wanted>,
    check: impl AsyncFn(&OfficeValues) -> Result<Option<Vec<FieldError>>, WebError>,
) -> Result<Kept, WebError> {
    for _ in 0..TRIES {
        let office = settings::current(ctx).await?;
        if let Some(problems) = check(&office).await? {
            return Ok(Kept::Refused(problems));
        }
        let looked = Looked { seen, based_on: office.edition };
        match settings::change(ctx, by, looked, wanted.clone()).await {
            Ok(changed) => {
                take_up(state).await;
                return Ok(Kept::Saved(changed));
            }
            Err(UseCaseError::Conflict { code: settings::MOVED_ON, .. }) => {}
            Err(UseCaseError::Conflict { code: "changed_meanwhile", message }) => {
                return Ok(Kept::Changed(message));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Kept::Changed("settings are being changed again and again; try again in a minute".to_owned()))
}

/// Why the values cannot be set; none if they can.
async fn refusals(
    state: &AppState,
    ctx: &Context,
    asked: &Asked,
    (office, wanted): (&OfficeValues, &[Wanted]),
) -> Result<Option<Vec<FieldError>>, WebError> {
    let values = office.with(wanted);
    let after = match propose(state, values).await? {
        Ok(after) => after,
        Err(errors) => return Ok(Some(errors.problems().iter().map(|one| problem(one, asked)).collect())),
    };
    if asked.is_meant {
        return Ok(None);
    }
    let before = match propose(state, office.values.clone()).await? {
        Ok(before) => before,
        Err(_unfit) => Config::clone(&state.live.config()),
    };
    let at = settings::at_stake(ctx, stakes(&before, &after)).await?;
    let warnings = warnings(&at, (&before, &after));
    Ok(Some(warnings).filter(|warnings| !warnings.is_empty()))
}

/// Reading the words of languages is work for another thread.
async fn propose(
    state: &AppState,
    values: BTreeMap<String, Value>,
) -> Result<Result<Config, ConfigErrors>, WebError> {
    let live = std::sync::Arc::clone(&state.live);
    let proposed = actix_web::web::block(move || live.propose(&values)).await;
    proposed.map_err(|error| UseCaseError::Internal(error.to_string()).into())
}

/// What counts in this process from now on; others take it up at their next look.
async fn take_up(state: &AppState) {
    if let Err(error) = state.live.take_up().await {
        tracing::warn!(%error, "changed settings are taken up at the next look");
        return;
    }
    let now = state.now();
    if let Err(error) = now.publication.refresh(&now.ctx, &now.templates).await {
        tracing::warn!(%error, "the pages are rendered by the changed settings at the next look");
    }
}

/// What file or environment say is not for the office to change: it would rest unseen.
fn fixed(config: &Config, asked: &Asked) -> Vec<FieldError> {
    let told = |(setting, _): &(&'static OfficeSetting, Option<Value>)| match config.origin(&setting.path) {
        Origin::Machine(place) => Some(FieldError {
            field: &setting.path,
            code: "fixed",
            message: format!(
                "{}: it is set on the machine ({place}), which wins. Take it out there first.",
                setting.label
            ),
        }),
        Origin::Default | Origin::Office => None,
    };
    asked.values.iter().filter_map(told).collect()
}

/// A mistake beside its field; one that lies elsewhere is told with its place.
fn problem(problem: &Problem, asked: &Asked) -> FieldError {
    let path = format!("{}.{}", problem.section, problem.key);
    let is_asked = asked
        .values
        .iter()
        .any(|(setting, _)| setting.group == office::find(&path).map_or(setting.group, |found| found.group));
    match office::find(&path).filter(|_| is_asked) {
        Some(setting) => FieldError {
            field: &setting.path,
            code: "invalid",
            message: format!("{}: {}.", setting.label, problem.what),
        },
        None => FieldError { field: "form", code: "invalid", message: format!("{problem}.") },
    }
}

/// What a change takes away.
fn stakes(before: &Config, after: &Config) -> Stakes {
    let iban = |config: &Config| config.bank_transfer.as_ref().map(|account| account.iban.clone());
    Stakes {
        currencies: gone(&before.site.currencies, &after.site.currencies),
        locales: gone(&before.site.locales, &after.site.locales),
        account: iban(before).is_some() && iban(before) != iban(after),
        grace_days: after.patrons.grace_days < before.patrons.grace_days,
    }
}

fn gone<T: PartialEq + Clone>(before: &[T], after: &[T]) -> Vec<T> {
    before.iter().filter(|one| !after.contains(one)).cloned().collect()
}

/// What must be meant, with figures.
fn warnings(at: &AtStake, (before, after): (&Config, &Config)) -> Vec<FieldError> {
    let mut all = Vec::new();
    for (currency, living) in &at.currencies {
        let message = format!(
            "{currency} would not be offered any more, and {}. Recurring support in it goes on, at the amounts that were \
             promised.",
            counted(*living)
        );
        all.push(warning("site.currencies", message));
    }
    for (locale, readers) in &at.locales {
        let message = format!(
            "“{locale}” would not be offered any more. Recurring pledges of donors who read it: {readers}; letters to them \
             are in “{}” from then on.",
            after.site.default_locale
        );
        all.push(warning("site.locales", message));
    }
    if at.transfers != Living::default() {
        let message = format!(
            "Donors were told of another account, and {}. What they send there does not arrive at this one: keep the other \
             open, and tell those with standing orders.",
            counted(at.transfers)
        );
        all.push(warning("bank_transfer.iban", message));
    }
    if at.overdue > 0 {
        let message = format!(
            "Patrons whose payment is missing now: {}. The support of some of them may end within the hour.",
            at.overdue
        );
        all.push(warning("patrons.grace_days", message));
    }
    all.extend(shorter(&before.retention, &after.retention));
    all
}

fn warning(field: &'static str, message: String) -> FieldError {
    FieldError { field, code: AT_STAKE, message }
}

/// What goes, for good, when things are kept for a shorter time.
fn shorter(before: &Retention, after: &Retention) -> Vec<FieldError> {
    // 0 years: forever.
    let silent = |kept: &Retention| {
        if kept.silent_donor_years == 0 { i64::MAX } else { kept.silent_donor_years.into() }
    };
    let receipts = "names and addresses of donors who were forgotten go from receipts that are older; see that no law wants \
                    them longer";
    let all: [(&'static str, i64, i64, &str); 6] = [
        ("account.retention_years", before.receipt_years.into(), after.receipt_years.into(), receipts),
        (
            "retention.event_days",
            before.event_days.into(),
            after.event_days.into(),
            "what gateways told goes as it came",
        ),
        (
            "retention.unpaid_pledge_days",
            before.unpaid_pledge_days.into(),
            after.unpaid_pledge_days.into(),
            "older promises that brought no money lose their donor",
        ),
        (
            "retention.told_days",
            before.told_days.into(),
            after.told_days.into(),
            "what your programs were told goes",
        ),
        (
            "retention.silent_donor_years",
            silent(before),
            silent(after),
            "donors who were silent for longer are forgotten",
        ),
        (
            "retention.gift_aid_years",
            before.gift_aid_years.into(),
            after.gift_aid_years.into(),
            "declarations that ended earlier go; HMRC may ask for them",
        ),
    ];
    let shortened = all.into_iter().filter(|(_, were, are, _)| are < were);
    let told = |(field, were, are, what): (&'static str, i64, i64, &str)| {
        let unit = if field.ends_with("days") { "days" } else { "years" };
        let were = if were == i64::MAX { "forever".to_owned() } else { were.to_string() };
        warning(field, format!("{are} {unit} instead of {were}: within the hour, and for good, {what}."))
    };
    shortened.map(told).collect()
}

fn counted(living: Living) -> String {
    let Living { pending, recurring } = living;
    format!("pledges that wait for their payment: {pending}; recurring pledges: {recurring}")
}
