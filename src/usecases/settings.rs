//! What the office sets while the site runs: kept change by change, with who made it, and taken up by every process.
//!
//! Whether values can be is for the configuration to say, which this module does not know: whoever changes something has it
//! checked first, with everything that was set at a certain moment (`based_on`), and nothing is written if that has passed.

use super::staff::warnings::tell_owners;
use super::{Context, UseCaseError, audit};
use crate::domain::audit::{Action, Actor};
use crate::domain::money::Currency;
use crate::domain::staff::StaffNotice;
use crate::store::setting_changes::{self, Living, SettingChange};
use crate::store::{Conn, StoreError, Tx};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the office has set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OfficeValues {
    /// The number of the last change; 0 before the first.
    pub edition: i64,
    /// By section and key.
    pub values: BTreeMap<String, Value>,
    /// The last change of each that was ever set.
    last: BTreeMap<String, i64>,
}

impl OfficeValues {
    /// Adds the changes up.
    fn of(changes: &[SettingChange]) -> Self {
        let mut office = Self::default();
        for change in changes {
            office.edition = change.number;
            office.last.insert(change.key.clone(), change.number);
            match &change.value {
                Some(value) => office.values.insert(change.key.clone(), value.clone()),
                None => office.values.remove(&change.key),
            };
        }
        office
    }

    /// As somebody means to set it.
    pub fn proposed(values: BTreeMap<String, Value>) -> Self {
        Self { values, ..Self::default() }
    }

    /// What was set after the change of this number.
    #[must_use]
    fn at(changes: &[SettingChange], edition: i64) -> Self {
        let then: Vec<SettingChange> =
            changes.iter().filter(|change| change.number <= edition).cloned().collect();
        Self::of(&then)
    }

    /// What would be set after these changes.
    #[must_use]
    pub fn with(&self, wanted: &[Wanted]) -> BTreeMap<String, Value> {
        let mut values = self.values.clone();
        for one in wanted {
            match &one.value {
                Some(value) => values.insert(one.key.clone(), value.clone()),
                None => values.remove(&one.key),
            };
        }
        values
    }
}

/// A setting as somebody wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Section and key; of a text of the publication, see [`word_key`].
    pub key: String,
    /// What it is to be; none: what the configuration says.
    pub value: Option<Value>,
    /// Whether it may name a person, so that the log does not repeat it.
    pub is_personal: bool,
}

/// When somebody looked before they changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// The last change that they had seen.
    pub seen: i64,
    /// The last change with which their values were checked.
    pub based_on: i64,
}

/// Where donors send transfers.
const ACCOUNT: [&str; 3] = ["bank_transfer.account_holder", "bank_transfer.iban", "bank_transfer.bic"];

/// What stands before the language and the name of a text of the publication.
const WORDS: &str = "words/";

/// Under what a text of the publication in a language is kept: beside the settings, because it is changed, taken up and put
/// back as they are.
pub fn word_key(language: &str, id: &str) -> String {
    format!("{WORDS}{language}/{id}")
}

/// The texts among what the office set, by language and name.
pub fn words(values: &BTreeMap<String, Value>) -> BTreeMap<(String, String), String> {
    let text = |(key, value): (&String, &Value)| {
        let (language, id) = key.strip_prefix(WORDS)?.split_once('/')?;
        Some(((language.to_owned(), id.to_owned()), value.as_str()?.to_owned()))
    };
    values.iter().filter_map(text).collect()
}

fn action_of(key: &str) -> Action {
    if key.starts_with(WORDS) { Action::ContentChanged } else { Action::SettingChanged }
}

/// The word of the error for values that were checked with others than those that are set by now.
pub const MOVED_ON: &str = "moved_on";

/// What the office has set, before there is a [`Context`].
pub fn read(conn: &mut Conn) -> Result<OfficeValues, StoreError> {
    Ok(OfficeValues::of(&setting_changes::all(conn)?))
}

/// What the office has set.
pub async fn current(ctx: &Context) -> Result<OfficeValues, UseCaseError> {
    Ok(ctx.db.read(read).await?)
}

/// What the office had set after the change of this number, and what it has set now.
pub async fn then_and_now(ctx: &Context, edition: i64) -> Result<(OfficeValues, OfficeValues), UseCaseError> {
    let changes = ctx.db.read(setting_changes::all).await?;
    Ok((OfficeValues::at(&changes, edition), OfficeValues::of(&changes)))
}

/// The number of the last change.
pub async fn edition(ctx: &Context) -> Result<i64, UseCaseError> {
    Ok(ctx.db.read(setting_changes::last).await?)
}

/// The changes of these settings, the latest first.
pub async fn history(
    ctx: &Context,
    keys: Vec<String>,
    most: usize,
) -> Result<Vec<SettingChange>, UseCaseError> {
    let mut changes = ctx.db.read(setting_changes::all).await?;
    changes.retain(|change| keys.contains(&change.key));
    changes.reverse();
    changes.truncate(most);
    Ok(changes)
}

/// Sets these, all or none of them; what is so already is passed over. Returns how many really changed.
///
/// # Errors
/// `Conflict` if somebody changed one of them since the look (`changed_meanwhile`), or anything since the check
/// ([`MOVED_ON`]): then check again.
pub async fn change(
    ctx: &Context,
    by: Actor,
    looked: Looked,
    wanted: Vec<Wanted>,
) -> Result<usize, UseCaseError> {
    let inner = ctx.clone();
    ctx.db.write(move |tx| change_in(tx, &inner, (by, looked), &wanted)).await
}

fn change_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (by, looked): (Actor, Looked),
    wanted: &[Wanted],
) -> Result<usize, UseCaseError> {
    // Whoever changes settings at the same time waits here, and then reads what this one wrote.
    crate::store::audit::hold(tx)?;
    let office = read(tx)?;
    let newer = wanted.iter().find(|one| office.last.get(&one.key).is_some_and(|last| *last > looked.seen));
    if let Some(one) = newer {
        let message = format!("somebody changed {} meanwhile; look at it as it is now", one.key);
        return Err(UseCaseError::Conflict { code: "changed_meanwhile", message });
    }
    if office.edition != looked.based_on {
        let message = "other settings were changed meanwhile; try again".to_owned();
        return Err(UseCaseError::Conflict { code: MOVED_ON, message });
    }
    let (mut done, mut account_row) = (0, None);
    // A request has one name, and takes it with its first change.
    let mut ctx = ctx.clone();
    for one in wanted {
        let before = office.values.get(&one.key);
        if before == one.value.as_ref() {
            continue;
        }
        let number = setting_changes::append(tx, (&one.key, by, ctx.now()), (before, one.value.as_ref()))?;
        let said = |value: Option<&Value>| match value {
            Some(_) if one.is_personal => json!("not repeated here"),
            Some(value) => value.clone(),
            None => Value::Null,
        };
        let detail = json!({ "change": number, "from": said(before), "to": said(one.value.as_ref()) });
        let row = audit::record_row(tx, &ctx, (by, action_of(&one.key)), &one.key, &detail)?;
        ctx.request = None;
        done += 1;
        if ACCOUNT.contains(&one.key.as_str()) {
            account_row = Some(row);
        }
    }
    if let Some(row) = account_row {
        // Whoever did it may not be who they seem, and gifts would go to them.
        tell_owners(tx, &ctx, (StaffNotice::AccountSet, row), None)?;
    }
    Ok(done)
}

/// What a change takes away, that promises stand on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stakes {
    /// Currencies that are not taken any more.
    pub currencies: Vec<Currency>,
    /// Languages that are not offered any more.
    pub locales: Vec<String>,
    /// The account that donors were told of is another one, or none.
    pub account: bool,
    /// The days of grace are fewer by this: support that is overdue ends earlier.
    pub grace_days: bool,
}

/// How much is at stake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtStake {
    /// By currency that goes, where promises hold in it.
    pub currencies: Vec<(Currency, Living)>,
    /// By language that goes, the patrons who read it.
    pub locales: Vec<(String, i64)>,
    /// Promises to be kept by transfer.
    pub transfers: Living,
    /// Patrons whose payment is missing.
    pub overdue: i64,
}

/// Counts what promises stand on what is taken away.
pub async fn at_stake(ctx: &Context, stakes: Stakes) -> Result<AtStake, UseCaseError> {
    let counted = ctx.db.read(move |conn| {
        let mut at = AtStake::default();
        for currency in stakes.currencies {
            let living = setting_changes::living_in(conn, currency.code())?;
            if living != Living::default() {
                at.currencies.push((currency, living));
            }
        }
        for locale in stakes.locales {
            let readers = setting_changes::patrons_reading(conn, &locale)?;
            if readers > 0 {
                at.locales.push((locale, readers));
            }
        }
        if stakes.account {
            at.transfers = setting_changes::living_by_transfer(conn)?;
        }
        if stakes.grace_days {
            at.overdue = setting_changes::overdue(conn)?;
        }
        Ok::<_, StoreError>(at)
    });
    Ok(counted.await?)
}
