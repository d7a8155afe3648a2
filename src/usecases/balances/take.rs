//! Taking movements in: what they are about, what the books hold of them, and whether the two are one.

use crate::domain::balance::{Finding, Gift, Is, Movement, MovementKind, MovementNews};
use crate::domain::ids::{DonationId, PayoutId};
use crate::domain::ledger::{Apart, Balanced};
use crate::domain::money::Currency;
use crate::domain::pledge::GatewayKind;
use crate::store::ledger::{self, Booking};
use crate::store::payouts::Payout;
use crate::store::{Conn, Tx, bank_lines, movements, payouts};
use crate::usecases::{Context, UseCaseError};
use std::collections::{BTreeMap, BTreeSet};

/// Takes in what a gateway says of some movements. A payout that is named is what they were read from.
pub(super) fn take(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    news: Vec<MovementNews>,
    payout: Option<PayoutId>,
) -> Result<(), UseCaseError> {
    let (mut booked, mut touched) = (Vec::new(), BTreeSet::new());
    for news in news {
        let known = movements::find_by_remote(tx, gateway, &news.remote)?;
        let told = match payout.or_else(|| known.as_ref()?.payout) {
            Some(payout) => Some(payout),
            None => payout_named(tx, gateway, &news)?,
        };
        let gift = match known.as_ref().and_then(|known| known.gift) {
            Some(gift) => Some(gift),
            None => movements::gift_of(tx, gateway, news.kind, &news.names)?,
        };
        let id = known.as_ref().map_or_else(|| ctx.new_id(), |known| known.id);
        let same = known.as_ref().filter(|known| known.gift == gift);
        let finding = same.map_or_else(|| first_finding(&news, gift), |known| known.finding);
        let movement = Movement { id, gateway, news, payout: told, gift, finding };
        touched.extend(movement.gift.map(|gift| gift.donation));
        if known.as_ref() != Some(&movement) {
            match known {
                None => movements::insert(tx, &movement, ctx.now())?,
                Some(_) => movements::update(tx, &movement, ctx.now())?,
            }
            booked.extend(book(tx, ctx, &movement)?);
        }
    }
    close(tx, ctx, gateway, &booked, touched)
}

/// Adds up what was booked, and compares what it is about.
fn close(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    booked: &[Balanced],
    touched: BTreeSet<DonationId>,
) -> Result<(), UseCaseError> {
    // Once for all, in the order of the accounts: two transactions take turns and never wait for each other.
    ledger::add_up(tx, booked.iter())?;
    judge(tx, ctx, gateway, &touched.into_iter().collect::<Vec<_>>())
}

fn payout_named(
    conn: &mut Conn,
    gateway: GatewayKind,
    news: &MovementNews,
) -> Result<Option<PayoutId>, UseCaseError> {
    let Some(remote) = &news.names.payout else { return Ok(None) };
    Ok(payouts::find_by_remote(conn, gateway, remote)?.map(|payout| payout.id))
}

/// Before it is compared.
fn first_finding(news: &MovementNews, gift: Option<Gift>) -> Finding {
    match (news.kind.is_of_a_gift(), gift) {
        (false, _) => Finding::Apart,
        (true, None) => Finding::Missing,
        (true, Some(_)) => Finding::Differs,
    }
}

/// What a movement is to the books. A payout is locked: nobody says meanwhile that the bank shows it.
fn is_to_the_books(tx: &mut Tx<'_>, movement: &Movement) -> Result<Is, UseCaseError> {
    if movement.gift.is_some() {
        return Ok(Is::Gift);
    }
    let own = movement.news.names.payout.as_ref().filter(|_| movement.news.kind == MovementKind::Payout);
    let Some(remote) = own else { return Ok(Is::Apart) };
    let Some(payout) = payouts::find_by_remote(tx, movement.gateway, remote)? else { return Ok(Is::Apart) };
    payouts::lock(tx, payout.id)?;
    Ok(if bank_lines::of_payout(tx, payout.id)?.is_some() { Is::AtTheBank } else { Is::Apart })
}

/// Books a payout anew once it was said whether the bank shows it.
pub(super) fn book_payout(tx: &mut Tx<'_>, ctx: &Context, payout: &Payout) -> Result<(), UseCaseError> {
    let mut booked = Vec::new();
    for movement in movements::that_are(tx, payout)? {
        booked.extend(book(tx, ctx, &movement)?);
    }
    Ok(ledger::add_up(tx, booked.iter())?)
}

/// Writes the difference between what the books hold of a movement and what they should. Returns it.
fn book(tx: &mut Tx<'_>, ctx: &Context, movement: &Movement) -> Result<Vec<Balanced>, UseCaseError> {
    let is = is_to_the_books(tx, movement)?;
    let held = ledger::held(tx, Apart::Movement(movement.id))?;
    let entries = held.to(&movement.news.wanted(movement.gateway, is)?)?;
    let when = Booking { happened_at: movement.news.happened_at, recorded_at: ctx.now() };
    ledger::append_apart(tx, Apart::Movement(movement.id), &entries, &ctx.ids, when)?;
    Ok(entries)
}

/// Looks for the gifts of movements that had none: what is found, the books have from there.
pub(super) fn find_gifts(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    missing: Vec<Movement>,
) -> Result<(), UseCaseError> {
    let (mut booked, mut touched) = (Vec::new(), BTreeSet::new());
    for movement in missing {
        let found = movements::gift_of(tx, gateway, movement.news.kind, &movement.news.names)?;
        let Some(gift) = found else { continue };
        let finding = first_finding(&movement.news, found);
        let movement = Movement { gift: found, finding, ..movement };
        movements::update(tx, &movement, ctx.now())?;
        booked.extend(book(tx, ctx, &movement)?);
        touched.insert(gift.donation);
    }
    close(tx, ctx, gateway, &booked, touched)
}

/// Compares what moved for these donations with what the books hold of them, part by part, and writes down what was found.
pub(super) fn judge(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gateway: GatewayKind,
    donations: &[DonationId],
) -> Result<(), UseCaseError> {
    /// Donations of one question.
    const AT_ONCE: usize = 200;
    for some in donations.chunks(AT_ONCE) {
        let all = movements::of_donations(tx, some)?;
        let mut off = Sums::default();
        for movement in &all {
            let Some(gift) = movement.gift else { continue };
            let net = movement.news.net()?;
            off.add(gift, net.currency(), net.minor());
        }
        for (gift, currency, minor) in movements::booked(tx, gateway, some)? {
            off.add(gift, currency, minor.saturating_neg());
        }
        for movement in all {
            let Some(gift) = movement.gift else { continue };
            let finding = if off.is_zero(gift) { Finding::Fits } else { Finding::Differs };
            if movement.finding != finding {
                movements::update(tx, &Movement { finding, ..movement }, ctx.now())?;
            }
        }
    }
    Ok(())
}

/// What a balance has and the books have not, for each part of each gift.
#[derive(Default)]
struct Sums(BTreeMap<Gift, BTreeMap<Currency, i64>>);

impl Sums {
    fn add(&mut self, gift: Gift, currency: Currency, minor: i64) {
        let sum = self.0.entry(gift).or_default().entry(currency).or_default();
        *sum = sum.saturating_add(minor);
    }

    fn is_zero(&self, gift: Gift) -> bool {
        self.0.get(&gift).is_none_or(|sums| sums.values().all(|minor| *minor == 0))
    }
}
