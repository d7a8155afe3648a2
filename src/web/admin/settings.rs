//! Settings: what each is, where it comes from, what it changes for whom; changing them, and putting them back.

use super::door::Seat;
use super::reply::{Desk, done, faults};
use crate::config::office::{self, Group, OfficeSetting, Shape};
use crate::config::{Config, Origin};
use crate::render::moment_text;
use crate::render::setting_pages::{
    ChangeLine, GroupLine, GroupPage, MachineLine, PutBack, SettingField, SettingLine, SettingsPage,
};
use crate::store::setting_changes::SettingChange;
use crate::usecases::settings::{self, OfficeValues};
use crate::usecases::staff::{members, tokens};
use crate::usecases::{Context, FieldError};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{see_other, status_of};
use crate::web::setting::{self, AT_STAKE, Asked, Kept};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use std::collections::BTreeMap;

const PLACE: &str = "/admin/settings";

/// Changes that a page shows.
const CHANGES: usize = 50;

const fn title(group: Group) -> &'static str {
    match group {
        Group::Publication => "Publication",
        Group::Comments => "Comments",
        Group::Organisation => "Organisation",
        Group::Amounts => "Amounts",
        Group::Transfers => "Bank transfers",
        Group::Letters => "Letters",
        Group::Patrons => "Recurring support",
        Group::Access => "Sessions and keeping",
    }
}

const fn lead(group: Group) -> &'static str {
    match group {
        Group::Publication => "Its name, and the languages and currencies that readers can choose.",
        Group::Comments => "What readers may write below articles, and who is read before it is shown.",
        Group::Organisation => {
            "Who receives the gifts, as receipts say it. Receipts that were made keep what they say."
        }
        Group::Amounts => "The smallest and the largest gift that is taken, by currency.",
        Group::Transfers => "The account to which donors send money.",
        Group::Letters => "Who is told, and where answers go.",
        Group::Patrons => "What happens when a payment is missing, and how long one waits.",
        Group::Access => "How long people stay signed in, and how long receipts keep names.",
    }
}

fn note(config: &Config, group: Group) -> Option<&'static str> {
    let is_invented =
        config.bank_transfer.is_some() && config.origin("bank_transfer.iban") == Origin::Default;
    match group {
        Group::Transfers if is_invented => Some(
            "Donors are shown an invented account now, for trying things out. As soon as you set one here it is gone.",
        ),
        Group::Amounts => Some(
            "An empty field has the limit of “any other currency”. What is promised already goes on whatever its amount.",
        ),
        Group::Publication
        | Group::Comments
        | Group::Organisation
        | Group::Transfers
        | Group::Letters
        | Group::Patrons
        | Group::Access => None,
    }
}

/// All of them.
pub(in crate::web) async fn list(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
) -> Result<HttpResponse, WebError> {
    let config = state.live.config();
    let groups = Group::ALL.into_iter().map(|group| GroupLine {
        title: title(group),
        url: format!("{PLACE}/{}", group.as_str()),
        settings: of_group(&config, group).map(|setting| line(&config, setting)).collect(),
    });
    let machine = config.machine_values().into_iter().map(|(key, value, reason)| MachineLine {
        from: from(&config, &key),
        key,
        value,
        reason,
    });
    let page = SettingsPage { groups: groups.collect(), machine: machine.collect() };
    let place = ("admin/settings.html", "Settings", PLACE);
    Desk::of(&state, &seat.0).page(place, done(request.query_string()), page)
}

/// The settings of a group; of those by currency the ones that say something, or belong to a currency that is taken.
fn of_group(config: &Config, group: Group) -> impl Iterator<Item = &'static OfficeSetting> {
    office::all().iter().filter(move |setting| {
        let is_shown = config.office_value(setting).is_some()
            || config.site.currencies.iter().any(|currency| currency.code() == setting.key());
        setting.group == group && is_shown
    })
}

fn line(config: &Config, setting: &'static OfficeSetting) -> SettingLine {
    SettingLine {
        label: setting.label.clone(),
        value: config.office_value(setting).map(|value| setting.shown(&value)).unwrap_or_default(),
        from: from(config, &setting.path),
    }
}

fn from(config: &Config, path: &str) -> String {
    match config.origin(path) {
        Origin::Default => "default".to_owned(),
        Origin::Office => "office".to_owned(),
        Origin::Machine(place) => place,
    }
}

/// What the form of a group says besides how it is.
#[derive(Default)]
struct Told {
    /// What was typed, by name, where it is not what was there.
    typed: BTreeMap<&'static str, String>,
    again: Option<PutBack>,
    problems: Vec<FieldError>,
    done: Option<&'static str>,
}

fn group_of(word: &str) -> Result<Group, WebError> {
    Group::parse(word).ok_or_else(|| WebError::not_found("page"))
}

/// The form of a group.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    group: Path<String>,
) -> Result<HttpResponse, WebError> {
    let told = Told { done: done(request.query_string()), ..Told::default() };
    form(&state, &seat, group_of(&group)?, told).await
}

async fn form(state: &AppState, seat: &Seat, group: Group, told: Told) -> Result<HttpResponse, WebError> {
    let status = status_of(&told.problems);
    let office = settings::current(&state.ctx).await?;
    let config = config_of(state, &office);
    let fields = of_group(&config, group).map(|setting| field(&config, setting, &told.typed)).collect();
    let keys = office::all().iter().filter(|setting| setting.group == group);
    let keys = keys.map(|setting| setting.path.clone()).collect();
    let changes = settings::history(&state.ctx, keys, CHANGES).await?;
    let url = format!("{PLACE}/{}", group.as_str());
    let page = GroupPage {
        lead: lead(group),
        note: note(&config, group),
        fields,
        seen: office.edition,
        must_be_meant: told.again.is_none() && told.problems.iter().any(|problem| problem.code == AT_STAKE),
        again: told.again,
        history: lines(&state.ctx, &office, changes).await?,
        faults: faults(&told.problems),
        url: url.clone(),
    };
    Desk::of(state, &seat.0).answer(status, ("admin/setting_group.html", title(group), &url), told.done, page)
}

/// The settings with what the office has set by now; those that count here, where that cannot be.
fn config_of(state: &AppState, office: &OfficeValues) -> Config {
    state.live.read(&office.values).unwrap_or_else(|_unfit| Config::clone(&state.live.config()))
}

fn field(
    config: &Config,
    setting: &'static OfficeSetting,
    typed: &BTreeMap<&'static str, String>,
) -> SettingField {
    let value = config.office_value(setting);
    let (kind, unit) = match setting.shape {
        Shape::Line | Shape::Words => ("line", ""),
        Shape::Amount => ("amount", ""),
        Shape::Prose | Shape::Lines => ("area", ""),
        Shape::Number(unit) => ("number", unit),
        Shape::Switch => ("tick", ""),
    };
    let there = value.as_ref().map(|value| setting.typed(value)).unwrap_or_default();
    SettingField {
        name: &setting.path,
        label: &setting.label,
        kind,
        typed: typed.get(setting.path.as_str()).cloned().unwrap_or(there),
        now: value.as_ref().map(|value| setting.shown(value)).unwrap_or_default(),
        unit,
        effect: setting.effect,
        from: from(config, &setting.path),
        is_fixed: matches!(config.origin(&setting.path), Origin::Machine(_)),
    }
}

/// Changes as people read them.
pub(super) async fn lines(
    ctx: &Context,
    office: &OfficeValues,
    changes: Vec<SettingChange>,
) -> Result<Vec<ChangeLine>, WebError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let staff = members::list(ctx).await?.into_iter().map(|member| (member.id.to_string(), member.name));
    let programs = tokens::list(ctx).await?.into_iter().map(|token| (token.id.to_string(), token.name));
    let names: BTreeMap<String, String> = staff.chain(programs).collect();
    let line = |change: SettingChange| {
        let setting = office::find(&change.key);
        // What is no setting is a text of the publication.
        let shown = |value: &Value| match setting {
            Some(setting) => setting.shown(value),
            None => value.as_str().unwrap_or_default().to_owned(),
        };
        let who = change.actor_id.as_ref().map_or("The command line", |id| {
            names.get(id).map_or("Somebody who is not there any more", String::as_str)
        });
        ChangeLine {
            number: change.number,
            when: moment_text(change.at, ctx.policy.time_zone),
            who: who.to_owned(),
            label: setting.map_or_else(|| change.key.clone(), |setting| setting.label.clone()),
            before: change.before.as_ref().map(shown),
            value: change.value.as_ref().map(shown),
            can_put_back: office.values.get(&change.key) != change.before.as_ref(),
            key: change.key,
        }
    };
    Ok(changes.into_iter().map(line).collect())
}

/// Saves what was changed in the form of a group.
pub(in crate::web) async fn save(
    state: Data<AppState>,
    seat: Seat,
    group: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (group, fields) = (group_of(&group)?, Fields::parse(&body)?);
    let seen: i64 = fields.text("seen").parse().unwrap_or_default();
    // What they had before them: a field that is as it was is not theirs to change.
    let (then, _) = settings::then_and_now(&state.ctx, seen).await?;
    let before = config_of(&state, &then);
    let mut told = Told::default();
    let mut values = Vec::new();
    for setting in of_group(&before, group) {
        let Some((typed, value)) = touched(&before, setting, &fields) else { continue };
        told.typed.insert(&setting.path, typed);
        match value {
            Ok(value) => values.push((setting, value)),
            Err(why) => told.problems.push(FieldError {
                field: &setting.path,
                code: "invalid",
                message: format!("{}: {why}.", setting.label),
            }),
        }
    }
    if !told.problems.is_empty() {
        return form(&state, &seat, group, told).await;
    }
    let asked = Asked { values, seen, is_meant: fields.ticked("meant") };
    keep(&state, &seat, (group, asked), told).await
}

type Read = Result<Option<Value>, String>;

/// What was typed into a field, and what it says, if it is something else than before.
fn touched(before: &Config, setting: &'static OfficeSetting, fields: &Fields) -> Option<(String, Read)> {
    if matches!(before.origin(&setting.path), Origin::Machine(_)) {
        return None;
    }
    let typed = match setting.shape {
        // A tick box that is not ticked is not sent.
        Shape::Switch => fields.text(&setting.path),
        Shape::Line | Shape::Prose | Shape::Words | Shape::Lines | Shape::Number(_) | Shape::Amount => {
            fields.given(&setting.path)?.replace("\r\n", "\n")
        }
    };
    let value = setting.read(&typed);
    let is_same = value.as_ref().is_ok_and(|value| *value == before.office_value(setting));
    (!is_same).then_some((typed, value))
}

async fn keep(
    state: &AppState,
    seat: &Seat,
    (group, asked): (Group, Asked),
    told: Told,
) -> Result<HttpResponse, WebError> {
    let shared = match setting::keep(state, &state.ctx, seat.0.actor(), asked).await? {
        Kept::Saved(changed) => {
            let word = if changed == 0 { "unchanged" } else { "set" };
            return Ok(see_other(&format!("{PLACE}/{}?done={word}", group.as_str())));
        }
        Kept::Refused(problems) => problems,
        Kept::Changed(why) => {
            let message = format!(
                "Nothing was saved: {why}. The page shows what counts now, and what you typed; save again to put yours in \
                 its place."
            );
            vec![FieldError { field: "form", code: "changed_meanwhile", message }]
        }
    };
    form(state, seat, group, Told { problems: shared, ..told }).await
}

/// Makes a setting what it was before a change, or what the configuration says.
pub(in crate::web) async fn put_back(
    state: Data<AppState>,
    seat: Seat,
    group: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let (group, fields) = (group_of(&group)?, Fields::parse(&body)?);
    let key = fields.text("key");
    let setting = office::find(&key).filter(|setting| setting.group == group);
    let setting = setting.ok_or_else(|| WebError::not_found("setting"))?;
    let number: i64 = fields.text("number").parse().unwrap_or_default();
    let value = match number {
        0 => None,
        number => {
            let changes = settings::history(&state.ctx, vec![setting.path.clone()], usize::MAX).await?;
            let change = changes.into_iter().find(|change| change.number == number);
            change.ok_or_else(|| WebError::not_found("change"))?.before
        }
    };
    let asked = Asked {
        values: vec![(setting, value)],
        seen: fields.text("seen").parse().unwrap_or_default(),
        is_meant: fields.ticked("meant"),
    };
    let again = PutBack { key, number, label: setting.label.clone() };
    keep(&state, &seat, (group, asked), Told { again: Some(again), ..Told::default() }).await
}
