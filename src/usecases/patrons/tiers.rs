//! Tiers as the publisher wrote them, and who has which.

use crate::domain::ids::TierId;
use crate::domain::money::Money;
use crate::domain::pledge::{Frequency, Pledge};
use crate::domain::subscription::Subscription;
use crate::domain::tier::{Offer, Tier};
use crate::store::{StoreError, Tx, pledges, tiers};
use crate::usecases::pages::{self, Version};
use crate::usecases::{Context, UseCaseError};

/// A tier, and how many may still take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierView {
    /// The tier.
    pub tier: Tier,
    /// Places that are left; none: any number.
    pub places_left: Option<u32>,
}

impl TierView {
    /// Whether somebody more may take it.
    pub fn has_place(&self) -> bool {
        self.places_left != Some(0)
    }
}

/// Makes the tiers what the publisher wrote: others are archived, and those who have them keep them. If one really
/// changed, the pages of all processes are rendered anew. Returns the version of what pages show now.
pub async fn put(ctx: &Context, list: Vec<Tier>) -> Result<Version, UseCaseError> {
    let inner = ctx.clone();
    let put = ctx.db.write(move |tx| {
        let (known, mut changed) = (tiers::all(tx)?, false);
        for tier in &list {
            let same = |known: &&Tier| known.slug == tier.slug;
            let before = known.iter().find(same);
            if before.is_none_or(|before| *before != Tier { id: before.id, ..tier.clone() }) {
                tiers::put(tx, tier, inner.now())?;
                changed = true;
            }
        }
        let gone = known.into_iter().filter(|known| list.iter().all(|tier| tier.slug != known.slug));
        for tier in gone.filter(|tier| tier.offer == Offer::Open) {
            tiers::put(tx, &Tier { offer: Offer::Archived, ..tier }, inner.now())?;
            changed = true;
        }
        if changed { pages::change(tx, &inner) } else { pages::version(tx) }
    });
    Ok(put.await.map_err(|error: StoreError| error)?)
}

/// The tiers that are offered, in the order of display.
pub async fn offered(ctx: &Context) -> Result<Vec<TierView>, UseCaseError> {
    ctx.db
        .read(|conn| {
            let open = tiers::all(conn)?.into_iter().filter(|tier| tier.offer == Offer::Open);
            open.map(|tier| {
                let places_left = tier.places.map(|places| left(places, tiers::taken(conn, tier.id)));
                let places_left = places_left.transpose()?;
                Ok(TierView { tier, places_left })
            })
            .collect()
        })
        .await
}

fn left(places: u32, taken: Result<i64, StoreError>) -> Result<u32, StoreError> {
    Ok(u32::try_from(i64::from(places).saturating_sub(taken?)).unwrap_or_default())
}

/// Why a tier cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usecases) enum NoPlace {
    /// All its places are taken.
    Full,
}

/// Takes a place of a tier for a pledge that is written in the same transaction. Two cannot take the last one.
pub(in crate::usecases) fn take_place(
    tx: &mut Tx<'_>,
    tier: &Tier,
) -> Result<Result<TierId, NoPlace>, UseCaseError> {
    if let Some(places) = tier.places {
        tiers::lock(tx, tier.id)?;
        if tiers::taken(tx, tier.id)? >= i64::from(places) {
            return Ok(Err(NoPlace::Full));
        }
    }
    Ok(Ok(tier.id))
}

/// The highest tier with a free place that an amount reaches.
pub(in crate::usecases) fn reached(
    tx: &mut Tx<'_>,
    frequency: Frequency,
    amount: Money,
) -> Result<Option<TierId>, UseCaseError> {
    let all = tiers::all(tx)?;
    reached_of(tx, all, frequency, amount)
}

fn reached_of(
    tx: &mut Tx<'_>,
    mut open: Vec<Tier>,
    frequency: Frequency,
    amount: Money,
) -> Result<Option<TierId>, UseCaseError> {
    while let Some(tier) = Tier::reached(&open, frequency, amount).cloned() {
        if let Ok(id) = take_place(tx, &tier)? {
            return Ok(Some(id));
        }
        open.retain(|other| other.id != tier.id);
    }
    Ok(None)
}

/// After another amount or frequency: whoever still reaches an archived or a full tier keeps it.
pub(super) fn bring_up_to_date(
    tx: &mut Tx<'_>,
    pledge: &Pledge,
    subscription: &Subscription,
) -> Result<(), UseCaseError> {
    let (amount, frequency) = (subscription.news.amount, subscription.news.frequency);
    let all = tiers::all(tx)?;
    let own = all.iter().find(|tier| Some(tier.id) == pledge.terms.tier);
    let price = |tier: &Tier| tier.price(frequency, amount.currency()).map(Money::minor);
    let kept = own.filter(|tier| price(tier).is_some_and(|price| price <= amount.minor()));
    let next = match (reached_of(tx, all.clone(), frequency, amount)?, kept) {
        (Some(higher), Some(kept)) => {
            let higher_price = all.iter().find(|tier| tier.id == higher).and_then(price);
            Some(if higher_price > price(kept) { higher } else { kept.id })
        }
        (reached, kept) => kept.map(|tier| tier.id).or(reached),
    };
    if next != pledge.terms.tier {
        pledges::set_tier(tx, pledge.id, next)?;
    }
    Ok(())
}
