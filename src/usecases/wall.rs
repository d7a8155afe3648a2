//! Names on the pages of campaigns: put up as donors ask for it, shown while money of theirs is here, taken down by them
//! and by staff.

use super::{Context, UseCaseError, audit};
use crate::domain::audit::{Action, Actor};
use crate::domain::donation::Payment;
use crate::domain::donor::PersonName;
use crate::domain::ids::{CampaignId, DonorId, PledgeId};
use crate::domain::money::Money;
use crate::domain::pledge::Pledge;
use crate::domain::wall::{AmountShown, Moderation, WallEntry, kept_in_all};
use crate::store::{Tx, pledges, wall};
use chrono::DateTime;
use serde_json::json;

/// Names on one page.
const NAMES: usize = 48;

/// Notes with a new pledge that its donor wants to be named. Readers see nothing of it before money has arrived.
pub(super) fn put_up(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    (name, amount): (PersonName, AmountShown),
) -> Result<(), UseCaseError> {
    let entry = WallEntry {
        id: ctx.new_id(),
        pledge: pledge.id,
        campaign: pledge.terms.campaign,
        name,
        amount,
        kept: Money::zero(pledge.terms.amount.currency()),
        shown_since: None,
        moderation: Moderation::Left,
        created_at: pledge.created_at,
    };
    Ok(wall::insert(tx, &entry)?)
}

/// Brings the name that was asked for with a pledge to what of its money is here.
pub(super) fn follow<'a>(
    tx: &mut Tx<'_>,
    ctx: &Context,
    pledge: &Pledge,
    payments: impl Iterator<Item = &'a Payment>,
) -> Result<(), UseCaseError> {
    let Some(entry) = wall::of_pledge(tx, pledge.id)? else {
        return Ok(());
    };
    let nothing = Money::zero(pledge.terms.amount.currency());
    let kept = kept_in_all(nothing, payments.filter_map(|payment| payment.refundable(0)))?;
    if kept != entry.kept {
        wall::update(tx, &entry.with_kept(kept, ctx.now()))?;
    }
    Ok(())
}

/// A page of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallPage {
    /// The latest first.
    pub entries: Vec<WallEntry>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

/// The names that readers of a campaign's page see, from the place that another page named.
///
/// # Errors
/// `NotFound` for a place that no page names.
pub async fn page(
    ctx: &Context,
    campaign: CampaignId,
    place: Option<&str>,
) -> Result<WallPage, UseCaseError> {
    let behind = match place {
        Some(place) => Some(place_of(place).ok_or(UseCaseError::NotFound("page"))?),
        None => None,
    };
    let one_more = i64::try_from(NAMES + 1).unwrap_or(i64::MAX);
    let mut entries = ctx.db.read(move |conn| wall::shown(conn, campaign, behind, one_more)).await?;
    let is_more = entries.len() > NAMES;
    entries.truncate(NAMES);
    let last = entries.last().filter(|_| is_more);
    let next = last.and_then(|last| Some(format!("{}-{}", last.shown_since?.timestamp_micros(), last.id)));
    Ok(WallPage { entries, next })
}

/// The names that a donor asked for, the latest first.
pub async fn of_donor(ctx: &Context, donor: DonorId) -> Result<Vec<WallEntry>, UseCaseError> {
    Ok(ctx.db.read(move |conn| wall::of_donor(conn, donor)).await?)
}

fn place_of(text: &str) -> Option<wall::Place> {
    let (micros, id) = text.split_once('-')?;
    Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
}

/// Takes a name off the page of its campaign, or puts it back. Says whether anything changed.
///
/// # Errors
/// `NotFound` if no name was asked for with this pledge.
pub async fn moderate(
    ctx: &Context,
    actor: Actor,
    id: PledgeId,
    is_hidden: bool,
) -> Result<bool, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            if pledges::find(tx, id)?.is_none() {
                return Err(UseCaseError::NotFound("pledge"));
            }
            // Money that comes or goes at this moment waits.
            pledges::lock(tx, id)?;
            let entry = wall::of_pledge(tx, id)?.ok_or(UseCaseError::NotFound("name"))?;
            if (entry.moderation != Moderation::Left) == is_hidden {
                return Ok(false);
            }
            let moderation = if is_hidden { Moderation::Hidden(inner.now()) } else { Moderation::Left };
            let detail = json!({ "entry": entry.id.to_string(), "hidden": is_hidden });
            wall::update(tx, &WallEntry { moderation, ..entry })?;
            audit::record(tx, &inner, (actor, Action::WallNameDecided), &id, &detail)?;
            Ok(true)
        })
        .await
}
