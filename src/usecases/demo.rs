//! Invented donors, pledges and donations, made by the real use cases, for trying and measuring.

use super::settle::{self, News};
use super::{Context, UseCaseError};
use crate::domain::article::Slug;
use crate::domain::campaign::Campaign;
use crate::domain::clock::splitmix;
use crate::domain::donation::{Captured, Happening};
use crate::domain::donor::{EmailAddress, PersonName};
use crate::domain::ids::CampaignId;
use crate::domain::job::Job;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::{Frequency, GatewayKind, Pledge, PledgeStatus, PledgeTerms, Source, Visibility};
use crate::domain::receipt::ReceiptStatus;
use crate::domain::remote::RemoteId;
use crate::store::pledges::Sameness;
use crate::store::{StoreError, Tx, campaigns, jobs, pledges, receipts};
use chrono::{DateTime, TimeDelta, Utc};
use std::ops::Range;

/// Donations of one transaction. Of more, SQLite spends most of its time on what would undo a single statement: it
/// walks through all that the transaction has kept for that, at the end of each.
const BATCH: u64 = 30;
/// One donor in so many donations is new; the others give again.
const DONATIONS_PER_DONOR: u64 = 5;

const FIRST: &[&str] = &["Ada", "Björn", "Chidi", "Dalia", "Emre", "Fatima", "Goran", "Hana", "Inês", "Jun"];
const LAST: &[&str] =
    &["Moreau", "Nowak", "Okafor", "Petrov", "Quispe", "Rossi", "Sato", "Tamm", "Vega", "Weiss"];

/// Adds the next batch of `wanted` and returns how many that were.
pub async fn fill(ctx: &Context, seed: u64, wanted: Range<u64>) -> Result<u64, UseCaseError> {
    let batch = wanted.start..wanted.end.min(wanted.start + BATCH);
    let count = batch.end - batch.start;
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let campaign = demo_campaign(tx, &inner)?;
            for n in batch {
                add(tx, &inner, campaign, seed, n)?;
            }
            Ok::<_, UseCaseError>(())
        })
        .await?;
    Ok(count)
}

fn demo_campaign(tx: &mut Tx<'_>, ctx: &Context) -> Result<CampaignId, UseCaseError> {
    const NAME: &str = "demo";
    if let Some(campaign) = campaigns::find_by_slug(tx, NAME)? {
        return Ok(campaign.id);
    }
    let campaign = Campaign {
        id: ctx.new_id(),
        slug: Slug::parse(NAME).map_err(|error| UseCaseError::Internal(error.to_string()))?,
        title: "Demonstration".into(),
        summary: "Invented gifts.".into(),
        goal: None,
        starts_on: None,
        ends_on: None,
        suggestions: Vec::new(),
        thanks: None,
        rates: Vec::new(),
    };
    campaigns::put(tx, &campaign, ctx.now())?;
    Ok(campaign.id)
}

fn pick<'a>(list: &[&'a str], number: u64) -> &'a str {
    let at = usize::try_from(number).unwrap_or_default() % list.len().max(1);
    list.get(at).copied().unwrap_or("Ada")
}

fn add(tx: &mut Tx<'_>, ctx: &Context, campaign: CampaignId, seed: u64, n: u64) -> Result<(), UseCaseError> {
    let random = splitmix(seed.wrapping_mul(1_000_003).wrapping_add(n));
    let donor = n / DONATIONS_PER_DONOR;
    let name = format!("{} {}", pick(FIRST, donor), pick(LAST, splitmix(donor)));
    let email = format!("demo-{seed}-{donor}@example.org");
    let internal = |error: &dyn std::fmt::Display| UseCaseError::Internal(error.to_string());
    let major = 5 + random % 96;
    let amount = Money::new(i64::try_from(major * 100).unwrap_or(500), Currency::parse("EUR")?);
    let terms = PledgeTerms {
        campaign,
        amount,
        fee_cover: Money::zero(amount.currency()),
        frequency: Frequency::Once,
        tier: None,
        starts_at: None,
        gateway: GatewayKind::BankTransfer,
        email: EmailAddress::parse(&email).map_err(|error| internal(&error))?,
        name: PersonName::parse(&name).map_err(|error| internal(&error))?,
        message: None,
        visibility: if random.is_multiple_of(4) { Visibility::Hidden } else { Visibility::Named },
        tribute: None,
        source: Source::default(),
        locale: ctx.policy.default_locale.clone(),
    };
    let at = ctx.now() - TimeDelta::minutes(i64::try_from(random % 1_051_200).unwrap_or_default());
    settle_one(tx, ctx, terms, at)
}

fn settle_one(
    tx: &mut Tx<'_>,
    ctx: &Context,
    terms: PledgeTerms,
    at: DateTime<Utc>,
) -> Result<(), UseCaseError> {
    let amount = terms.amount;
    let pledge = Pledge {
        id: ctx.new_id(),
        terms,
        status: PledgeStatus::Pending,
        donor: None,
        reference: None,
        created_at: at,
        expires_at: at + TimeDelta::days(60),
    };
    let same = Sameness { form_key: None, fingerprint: pledge.id.to_string() };
    pledges::insert(tx, &pledge, &same)?;
    let payment = RemoteId::parse(&format!("demo/{}", pledge.id))
        .map_err(|error| UseCaseError::Internal(error.to_string()))?;
    let captured = Captured::with_fee(amount, Some(0), at);
    let news = News {
        gateway: GatewayKind::BankTransfer,
        payment,
        checkout: None,
        pledge: pledge.id,
        attempt: None,
        period_on: None,
        news: vec![Happening::Captured(captured)],
    };
    let donation = settle::settle_payment(tx, ctx, news)?;
    if let Some(receipt) = receipts::find_live(tx, donation.id)? {
        withhold_mail(tx, ctx, &Job::SendReceipt { receipt: receipt.id, copy: 0 })?;
        // Else, once the finished job is cleared away, it would look as if its letter had been forgotten.
        receipts::set_status(tx, receipt.id, &[ReceiptStatus::Issued], ReceiptStatus::Sent, ctx.now())?;
    }
    Ok(())
}

/// Nobody is there to read it.
fn withhold_mail(tx: &mut Tx<'_>, ctx: &Context, job: &Job) -> Result<(), StoreError> {
    match job.unique_key() {
        Some(key) => jobs::close(tx, &key, ctx.now()),
        None => Ok(()),
    }
}
