//! Gift Aid: taking down what a donor declared, ending it, and the gifts on which tax can be claimed.

use super::account::changes;
use super::{Context, FieldError, UseCaseError, audit};
use crate::domain::account::{ChangeDetail, ChangeKind};
use crate::domain::audit::{Action, Actor};
use crate::domain::figures::Period;
use crate::domain::gift_aid::{Charity, Covered, Declaration, DeclaredBy, Taxpayer, wording};
use crate::domain::ids::{DonorId, PledgeId};
use crate::store::exports::ExportRow;
use crate::store::gift_aid::Which;
use crate::store::{StoreError, Tx, accounts, desk, gift_aid, pledges};
use chrono::{Months, NaiveDate};
use serde_json::json;

pub use crate::domain::gift_aid::COLUMNS;

/// A declaration covers gifts of so many years before it.
const YEARS_BACK: u32 = 4;

/// What a donor declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Who, with their home.
    pub taxpayer: Taxpayer,
    /// Which gifts.
    pub covered: Covered,
    /// The gift that they come from.
    pub gift: Option<PledgeId>,
    /// In which way.
    pub way: DeclaredBy,
    /// On which day.
    pub on: NaiveDate,
    /// Whether they agreed to the words.
    pub agreed: bool,
}

/// The charity of this site.
///
/// # Errors
/// `NotFound` if the publisher has not switched Gift Aid on.
pub fn charity(ctx: &Context) -> Result<&Charity, UseCaseError> {
    ctx.policy.gift_aid.as_ref().ok_or(UseCaseError::NotFound("page"))
}

/// Takes down what a donor declared, on their own pages or by whoever of the staff it was told. It takes the place of what
/// they declared before, as far as it covers the same. A letter tells the donor what is on record.
///
/// # Errors
/// `Invalid` with everything that is wrong; `NotFound` for a gift of somebody else, for a donor who was forgotten, and if
/// Gift Aid is off.
pub async fn declare(
    ctx: &Context,
    by: Option<Actor>,
    donor: DonorId,
    declared: Declared,
) -> Result<(), UseCaseError> {
    let inner = ctx.clone();
    ctx.db.write(move |tx| declare_in(tx, &inner, by, donor, &declared)).await
}

fn declare_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    by: Option<Actor>,
    donor: DonorId,
    declared: &Declared,
) -> Result<(), UseCaseError> {
    let charity = charity(ctx)?;
    let taxpayer = checked(ctx, declared)?;
    let donor = living(tx, donor)?;
    let gift = match declared.gift.filter(|_| declared.covered.names_a_gift()) {
        Some(id) => Some(gift_of(tx, donor, id)?),
        None => None,
    };
    let words = wording(charity, declared.covered, &taxpayer, (declared.way, declared.on));
    let earliest = declared.on.checked_sub_months(Months::new(YEARS_BACK * 12)).unwrap_or(declared.on);
    let mut spans = Vec::new();
    spans.extend(gift.map(|gift| (Some(gift), earliest)));
    if declared.covered.goes_on() {
        let from = if declared.covered == Covered::FourYears { earliest } else { declared.on };
        spans.push((None, from));
    }
    let today = ctx.day_of(ctx.now());
    for (pledge, covers_from) in spans {
        let which = pledge.map_or(Which::General, Which::Gift);
        gift_aid::end(tx, donor, which, (covers_from, today))?;
        let declaration = Declaration {
            id: ctx.new_id(),
            donor,
            taxpayer: taxpayer.clone(),
            pledge,
            covers_from,
            way: declared.way,
            wording: words.clone(),
            declared_at: if declared.on == today { ctx.now() } else { ctx.noon_of(declared.on) },
            ended_on: None,
        };
        gift_aid::insert(tx, &declaration)?;
        if let Some(by) = by {
            let detail = json!({ "gift_aid": "declared", "declaration": declaration.id, "way": declared.way.as_str() });
            audit::record(tx, ctx, (by, Action::DonorChanged), &donor, &detail)?;
        }
    }
    let detail = ChangeDetail { wording: Some(words), ..ChangeDetail::default() };
    Ok(changes::record(tx, ctx, donor, ChangeKind::GiftAid, detail)?)
}

/// Everything that is wrong with what was typed, at once.
fn checked(ctx: &Context, declared: &Declared) -> Result<Taxpayer, UseCaseError> {
    let mut problems = Vec::new();
    let mut wrong = |field, code, message: String| problems.push(FieldError { field, code, message });
    let taxpayer = declared.taxpayer.clone().tidied();
    for error in taxpayer.as_ref().err().into_iter().flatten() {
        wrong(error.0, "gift_aid", error.what().to_owned());
    }
    if declared.on > ctx.day_of(ctx.now()) {
        wrong("declared_on", "in_the_future", "A declaration cannot be of a day to come.".to_owned());
    }
    if declared.covered.names_a_gift() && declared.gift.is_none() {
        wrong("covered", "no_gift", "Choose which gifts it covers.".to_owned());
    }
    if !declared.agreed {
        wrong("agreed", "not_agreed", "Without the donor’s agreement nothing can be claimed.".to_owned());
    }
    match taxpayer {
        Ok(taxpayer) if problems.is_empty() => Ok(taxpayer),
        Ok(_) | Err(_) => Err(UseCaseError::Invalid(problems)),
    }
}

/// The donor who is on record now: not one who was forgotten, and of two who are one, the one that counts.
fn living(tx: &mut Tx<'_>, donor: DonorId) -> Result<DonorId, UseCaseError> {
    let donor = desk::merged_into(tx, donor)?.unwrap_or(donor);
    match accounts::get(tx, donor) {
        Ok(profile) if profile.erased_at.is_none() => Ok(donor),
        Ok(_) | Err(StoreError::NotFound) => Err(UseCaseError::NotFound("donor")),
        Err(error) => Err(error.into()),
    }
}

/// A gift, which must be the donor's.
fn gift_of(tx: &mut Tx<'_>, donor: DonorId, id: PledgeId) -> Result<PledgeId, UseCaseError> {
    let pledge = pledges::find(tx, id)?.filter(|pledge| pledge.donor == Some(donor));
    pledge.map(|pledge| pledge.id).ok_or(UseCaseError::NotFound("gift"))
}

/// Ends what a donor declared: gifts from today on are covered no more. False if nothing was in force.
///
/// # Errors
/// `NotFound` without the donor, and if Gift Aid is off.
pub async fn end(ctx: &Context, by: Option<Actor>, donor: DonorId) -> Result<bool, UseCaseError> {
    charity(ctx)?;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let donor = living(tx, donor)?;
            let today = inner.day_of(inner.now());
            if !gift_aid::end(tx, donor, Which::All, (today, today))? {
                return Ok(false);
            }
            if let Some(by) = by {
                let detail = json!({ "gift_aid": "ended" });
                audit::record(tx, &inner, (by, Action::DonorChanged), &donor, &detail)?;
            }
            changes::record(tx, &inner, donor, ChangeKind::GiftAidEnded, ChangeDetail::default())?;
            Ok(true)
        })
        .await
}

/// The declarations of a donor, the latest first.
pub async fn of_donor(ctx: &Context, donor: DonorId) -> Result<Vec<Declaration>, UseCaseError> {
    Ok(ctx.db.read(move |conn| gift_aid::of_donor(conn, donor)).await?)
}

/// Lines of the schedule behind the gift that `after` names, and the last of them; none at the end.
pub(super) async fn page(
    ctx: &Context,
    period: Period,
    after: String,
) -> Result<(Vec<ExportRow>, Option<String>), UseCaseError> {
    const GIFTS: i64 = 1_000;
    let gifts = ctx.db.read(move |conn| gift_aid::claimable(conn, period, &after, GIFTS)).await?;
    let last = gifts.last().map(|gift| gift.id.clone());
    Ok((gifts.iter().map(crate::domain::gift_aid::Claimable::line).collect(), last))
}
