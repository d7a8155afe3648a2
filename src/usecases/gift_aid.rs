//! Gift Aid: taking down what a donor declared, ending it, and the gifts on which tax can be claimed.

use super::{Context, UseCaseError};
use crate::domain::figures::Period;
use crate::domain::gift_aid::{Declaration, Taxpayer};
use crate::domain::ids::DonorId;
use crate::store::exports::ExportRow;
use crate::store::{Tx, gift_aid};
use chrono::{Months, NaiveDate};

pub use crate::domain::gift_aid::COLUMNS;

/// For how long after its last gift a declaration is kept: six years after the end of the accounting period.
const KEPT_YEARS: u32 = 7;
/// A declaration covers gifts of so many years before it.
const YEARS_BACK: u32 = 4;

/// Takes down what a donor declared. It takes the place of what they declared before.
///
/// # Errors
/// `Invalid` if a name, the house or the postcode cannot stand on HMRC's schedule, or if it would cover gifts of more
/// than four years ago.
pub fn declare(
    tx: &mut Tx<'_>,
    ctx: &Context,
    donor: DonorId,
    (taxpayer, covers_from): (Taxpayer, NaiveDate),
    wording: &str,
) -> Result<Declaration, UseCaseError> {
    let (now, today) = (ctx.now(), ctx.day_of(ctx.now()));
    let invalid = |field: &'static str, message: String| UseCaseError::invalid(field, "gift_aid", message);
    let taxpayer = taxpayer.tidied().map_err(|error| invalid(error.0, error.to_string()))?;
    let earliest = today.checked_sub_months(Months::new(YEARS_BACK * 12)).unwrap_or(today);
    if covers_from < earliest || covers_from > today {
        return Err(invalid(
            "covers_from",
            format!("a declaration covers gifts from {earliest} to today on"),
        ));
    }
    gift_aid::end(tx, donor, covers_from)?;
    let declaration = Declaration {
        id: ctx.new_id(),
        donor,
        taxpayer,
        covers_from,
        wording: wording.to_owned(),
        declared_at: now,
        ended_on: None,
    };
    gift_aid::insert(tx, &declaration)?;
    Ok(declaration)
}

/// Ends what a donor declared: gifts from today on are covered no more. False if nothing was in force.
pub fn end(tx: &mut Tx<'_>, ctx: &Context, donor: DonorId) -> Result<bool, UseCaseError> {
    Ok(gift_aid::end(tx, donor, ctx.day_of(ctx.now()))?)
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

/// Removes declarations that the law wants kept no longer.
pub(super) async fn clean_up(ctx: &Context) -> Result<(), UseCaseError> {
    let today = ctx.day_of(ctx.now());
    let before = today.checked_sub_months(Months::new(KEPT_YEARS * 12)).unwrap_or(today);
    ctx.db.write(move |tx| gift_aid::remove_ended(tx, before)).await?;
    Ok(())
}
