//! Which appeals were followed to give, with both texts of an appeal together.

use super::behind::Campaigns;
use super::reports::Ask;
use crate::domain::article::Slug;
use crate::domain::figures::{Filter, Sums};
use crate::domain::money::Currency;
use crate::store::reports::appeals;
use crate::store::{StoreError, campaigns};
use crate::usecases::{Context, UseCaseError};
use std::collections::BTreeMap;

/// What came of an appeal, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Which.
    pub appeal: Slug,
    /// The currency of the sums.
    pub currency: Currency,
    /// The sums, before fees, which are not told apart by appeal.
    pub sums: Sums,
    /// The address of its rows.
    pub behind: String,
}

/// What each appeal brought: the default currency first, the largest first.
///
/// # Errors
/// Of the database.
pub async fn brought(ctx: &Context, ask: Ask) -> Result<Vec<Brought>, UseCaseError> {
    let first = ctx.policy.default_currency;
    let read = ctx.db.read(move |conn| {
        let titles = Campaigns::of(campaigns::all(conn)?);
        let mut sums: BTreeMap<(Slug, Currency), Sums> = BTreeMap::new();
        for line in appeals::sums(conn, ask.period, &ask.filter)? {
            let known = sums.entry((line.seen.appeal, line.currency)).or_default();
            *known = known.plus(line.sums);
        }
        let one = |((appeal, currency), sums): ((Slug, Currency), Sums)| {
            let of = Filter { currency: Some(currency), ..ask.filter.clone() };
            let behind = format!("{}&appeal={appeal}", titles.behind(ask.period, &of));
            Brought { appeal, currency, sums, behind }
        };
        let mut all: Vec<Brought> = sums.into_iter().map(one).collect();
        all.sort_by_key(|of| (of.currency != first, of.currency, -of.sums.gross, of.appeal.clone()));
        Ok::<_, StoreError>(all)
    });
    Ok(read.await?)
}
