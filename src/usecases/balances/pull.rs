//! Asking a gateway what moved on its balance, and looking again at what did not fit.

use super::{arrivals, take};
use crate::domain::balance::{Finding, Movement, PayoutNews};
use crate::domain::ids::{DonationId, PayoutId};
use crate::domain::pledge::GatewayKind;
use crate::gateways::{Balance, Gateway};
use crate::store::payouts::Payout;
use crate::store::{Tx, attempts, bank_lines, movements, payouts, settings};
use crate::usecases::{Context, UseCaseError};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// Each run looks this much further back than the last one began: movements may be listed late, and clocks differ.
const OVERLAP: TimeDelta = TimeDelta::hours(2);

/// For so long a payout that is under way is asked about.
const UNDER_WAY: TimeDelta = TimeDelta::days(30);

/// After so long what a payout holds is all that it will ever hold, even if it does not add up.
const PATIENCE: TimeDelta = TimeDelta::days(7);

/// For so long a movement without a gift is looked at again.
const STRANGE: TimeDelta = TimeDelta::days(90);

/// Payouts that are opened in one run.
const PAYOUTS_AT_ONCE: i64 = 200;

/// Movements that are looked at again in one transaction.
const AGAIN_AT_ONCE: i64 = 200;

/// What was read of a gateway's balance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Movements.
    pub movements: usize,
    /// Payouts.
    pub payouts: usize,
    /// Movements on record that are not what the books say.
    pub open: i64,
}

/// Reads what moved since the last run, or since `since`, and compares. Nothing is read before the site has asked the
/// gateway for money.
pub(in crate::usecases) async fn pull(
    ctx: &Context,
    gateway: &dyn Gateway,
    since: Option<DateTime<Utc>>,
) -> Result<Pulled, UseCaseError> {
    let (kind, began) = (gateway.kind(), ctx.now());
    let mut pulled = Pulled::default();
    let Some(balance) = gateway.balance() else { return Ok(pulled) };
    let from = BalanceOf { kind, balance };
    let name = setting_name(kind);
    let (last, first, under_way) = ctx
        .db
        .read(move |conn| {
            let last = settings::find_moment(conn, &setting_name(kind))?;
            let first = attempts::first_at(conn, kind)?;
            Ok::<_, UseCaseError>((last, first, payouts::oldest_under_way(conn, kind, began - UNDER_WAY)?))
        })
        .await?;
    let Some(first) = first else { return Ok(pulled) };
    let since = since.unwrap_or_else(|| last.unwrap_or(first) - OVERLAP);
    let payouts_since = under_way.map_or(since, |oldest| oldest.min(since));
    pulled.payouts = take_payouts(ctx, from, payouts_since).await?;
    pulled.movements =
        take_movements(ctx, from, Which::Since(since)).await? + open_payouts(ctx, from).await?;
    look_again(ctx, kind, since).await?;
    arrivals::find_arrivals(ctx).await?;
    pulled.open = ctx
        .db
        .read(move |conn| {
            let missing = movements::count(conn, kind, Finding::Missing)?;
            Ok::<_, UseCaseError>(missing + movements::count(conn, kind, Finding::Differs)?)
        })
        .await?;
    ctx.db.write(move |tx| settings::set_moment(tx, &name, began)).await?;
    Ok(pulled)
}

/// Whose balance is read.
#[derive(Clone, Copy)]
struct BalanceOf<'a> {
    kind: GatewayKind,
    balance: &'a dyn Balance,
}

/// Which movements are read.
#[derive(Clone, Copy)]
enum Which<'a> {
    /// All since a moment.
    Since(DateTime<Utc>),
    /// Those that a payout holds.
    Of(&'a Payout),
}

fn setting_name(kind: GatewayKind) -> String {
    format!("balance/{kind}")
}

async fn take_payouts(
    ctx: &Context,
    BalanceOf { kind, balance }: BalanceOf<'_>,
    since: DateTime<Utc>,
) -> Result<usize, UseCaseError> {
    let (mut after, mut count) = (None, 0);
    loop {
        let page = balance.payouts_since(since, after.as_deref()).await?;
        count += page.items.len();
        let inner = ctx.clone();
        ctx.db.write(move |tx| take_payout_page(tx, &inner, kind, page.items)).await?;
        after = page.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

fn take_payout_page(
    tx: &mut Tx<'_>,
    ctx: &Context,
    kind: GatewayKind,
    news: Vec<PayoutNews>,
) -> Result<(), UseCaseError> {
    for news in news {
        match payouts::find_by_remote(tx, kind, &news.remote)? {
            None => payouts::insert(tx, ctx.new_id(), kind, &news, ctx.now())?,
            Some(known) if is_news(&known, &news) => take_news(tx, ctx, known.id, &news)?,
            Some(_) => {}
        }
    }
    Ok(())
}

/// Writes news of a payout down. Line before payout: so they are locked everywhere.
fn take_news(tx: &mut Tx<'_>, ctx: &Context, id: PayoutId, news: &PayoutNews) -> Result<(), UseCaseError> {
    if let Some(line) = bank_lines::of_payout(tx, id)? {
        bank_lines::lock(tx, line.id)?;
    }
    payouts::lock(tx, id)?;
    payouts::update(tx, id, news, ctx.now())?;
    arrivals::take_back_failed(tx, ctx, id)
}

fn is_news(known: &Payout, news: &PayoutNews) -> bool {
    (known.amount, known.status, &known.failure, known.arrives_on)
        != (news.amount, news.status, &news.failure, news.arrives_on)
}

async fn take_movements(
    ctx: &Context,
    BalanceOf { kind, balance }: BalanceOf<'_>,
    which: Which<'_>,
) -> Result<usize, UseCaseError> {
    let (mut after, mut count) = (None, 0);
    loop {
        let (page, payout) = match which {
            Which::Since(since) => (balance.movements_since(since, after.as_deref()).await?, None),
            Which::Of(payout) => {
                (balance.movements_of(&payout.remote, after.as_deref()).await?, Some(payout.id))
            }
        };
        count += page.items.len();
        let inner = ctx.clone();
        ctx.db.write(move |tx| take::take(tx, &inner, kind, page.items, payout)).await?;
        after = page.next;
        if after.is_none() {
            return Ok(count);
        }
    }
}

/// Reads what payouts hold, until it adds up.
async fn open_payouts(ctx: &Context, from: BalanceOf<'_>) -> Result<usize, UseCaseError> {
    let kind = from.kind;
    let open = ctx.db.read(move |conn| payouts::not_whole(conn, kind, PAYOUTS_AT_ONCE)).await?;
    let mut count = 0;
    for payout in open {
        count += take_movements(ctx, from, Which::Of(&payout)).await?;
        let inner = ctx.clone();
        ctx.db
            .write(move |tx| {
                let held = movements::sum_of_payout(tx, &payout)?;
                if held == payout.amount.minor() || payout.ordered_at + PATIENCE < inner.now() {
                    payouts::is_whole(tx, payout.id, inner.now())?;
                }
                Ok::<_, UseCaseError>(())
            })
            .await?;
    }
    Ok(count)
}

/// Movements without a gift, and those that differed, are compared anew; so are those of gifts that the books have had
/// news of.
async fn look_again(ctx: &Context, kind: GatewayKind, since: DateTime<Utc>) -> Result<(), UseCaseError> {
    let from = ctx.now() - STRANGE;
    let mut place: Option<Movement> = None;
    loop {
        let inner = ctx.clone();
        place = ctx.db.write(move |tx| find_gifts(tx, &inner, kind, from, place.as_ref())).await?;
        if place.is_none() {
            break;
        }
    }
    let mut differing: Option<Movement> = None;
    let mut donations: BTreeSet<DonationId> =
        ctx.db.read(move |conn| movements::booked_since(conn, kind, since)).await?.into_iter().collect();
    loop {
        let after = differing.take();
        let some = ctx
            .db
            .read(move |conn| {
                movements::found(conn, (kind, Finding::Differs), from, after.as_ref(), AGAIN_AT_ONCE)
            })
            .await?;
        donations.extend(some.iter().filter_map(|movement| Some(movement.gift?.donation)));
        differing = some.into_iter().last();
        if differing.is_none() {
            break;
        }
    }
    let donations: Vec<DonationId> = donations.into_iter().collect();
    for some in donations.chunks(usize::try_from(AGAIN_AT_ONCE).unwrap_or(usize::MAX)) {
        let (inner, some) = (ctx.clone(), some.to_vec());
        ctx.db.write(move |tx| take::judge(tx, &inner, kind, &some)).await?;
    }
    Ok(())
}

/// Looks for the gifts of some movements that had none. Returns the last of them; none at the end.
fn find_gifts(
    tx: &mut Tx<'_>,
    ctx: &Context,
    kind: GatewayKind,
    from: DateTime<Utc>,
    after: Option<&Movement>,
) -> Result<Option<Movement>, UseCaseError> {
    let some = movements::found(tx, (kind, Finding::Missing), from, after, AGAIN_AT_ONCE)?;
    let last = some.last().cloned();
    take::find_gifts(tx, ctx, kind, some)?;
    Ok(last)
}
