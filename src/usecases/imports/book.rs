//! Booking the gifts of a file: each once.

use super::examine::{Campaigns, Found, Named, look_up, moment_of};
use crate::domain::account::no_address;
use crate::domain::donation::{Captured, Happening};
use crate::domain::donor::EmailAddress;
use crate::domain::gift_import::{Import, PastGift};
use crate::domain::ids::{CampaignId, DonorId, ImportLineId};
use crate::domain::money::Money;
use crate::domain::pledge::{Frequency, GatewayKind, Pledge, PledgeStatus, PledgeTerms, Source};
use crate::domain::refund::{RefundNews, RefundStatus};
use crate::domain::remote::RemoteId;
use crate::store::imports::{self, ImportLine};
use crate::store::pledges::Sameness;
use crate::store::{Tx, accounts, pledges};
use crate::usecases::settle::{self, News};
use crate::usecases::{Context, UseCaseError};

/// Books some gifts, and notes how many lines the work is through with. Gifts that are here change nothing.
///
/// # Errors
/// `Stale` if somebody has begun anew.
pub async fn book(ctx: &Context, import: &Import, gifts: Vec<Named>, done: i64) -> Result<(), UseCaseError> {
    let (inner, import) = (ctx.clone(), import.clone());
    ctx.db
        .write(move |tx| {
            let campaigns = Campaigns::read(tx, &import.options)?;
            for (named, found) in look_up(tx, &inner, gifts)? {
                if let Found::New { .. } = found {
                    let campaign = campaigns.of(&named.gift).map_err(UseCaseError::Internal)?;
                    book_one(tx, &inner, &import, (named, campaign))?;
                }
            }
            Ok(imports::progress(tx, &import, done)?)
        })
        .await
}

fn book_one(
    tx: &mut Tx<'_>,
    ctx: &Context,
    import: &Import,
    (named, campaign): (Named, CampaignId),
) -> Result<(), UseCaseError> {
    let Named { gift, identity, giver } = named;
    let id: ImportLineId = ctx.new_id();
    let at = moment_of(ctx, &gift);
    let email = address(tx, ctx, &gift, giver.as_deref())?;
    let pledge = promise(tx, ctx, (&gift, campaign), email)?;
    let captured = Happening::Captured(Captured { gross: gift.amount, settled: Some(gift.settled), at });
    let went_back = gift.refunded.is_positive().then(|| went_back(id, &gift, at)).transpose()?;
    let news = News {
        gateway: GatewayKind::Import,
        payment: remote(&id.to_string())?,
        checkout: None,
        pledge: pledge.id,
        attempt: None,
        period_on: None,
        news: [captured].into_iter().chain(went_back).collect(),
    };
    let donation = settle::settle_payment(tx, ctx, news)?;
    let line = ImportLine { id, import: import.id, at: gift.at, identity, giver, donation: donation.id };
    Ok(imports::insert_line(tx, &line)?)
}

/// What went back of it before it was taken over; when is not known.
fn went_back(
    id: ImportLineId,
    gift: &PastGift,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<Happening, UseCaseError> {
    Ok(Happening::Refund(RefundNews {
        remote: remote(&format!("{id}/refund"))?,
        ours: None,
        amount: gift.refunded,
        status: RefundStatus::Succeeded,
        settled: None,
        at,
    }))
}

fn remote(name: &str) -> Result<RemoteId, UseCaseError> {
    RemoteId::parse(name).map_err(|error| UseCaseError::Internal(error.to_string()))
}

/// The address of the giver. Without one in the file they are whoever gave by the same name of the other place, unless
/// that donor was forgotten; else somebody whom no letter reaches.
fn address(
    tx: &mut Tx<'_>,
    ctx: &Context,
    gift: &PastGift,
    giver: Option<&str>,
) -> Result<EmailAddress, UseCaseError> {
    if let Some(email) = &gift.email {
        return Ok(email.clone());
    }
    if let Some(donor) = giver.map(|giver| imports::donor_of_giver(tx, giver)).transpose()?.flatten() {
        let profile = accounts::get(tx, donor)?;
        if profile.erased_at.is_none() {
            return Ok(profile.email);
        }
    }
    let id: DonorId = ctx.new_id();
    no_address(id).ok_or_else(|| UseCaseError::Internal("no address can be made that stands for none".into()))
}

/// The promise that a gift kept. Gifts of one recurring promise of the other place share one here, which is over: nothing
/// more is expected of it.
fn promise(
    tx: &mut Tx<'_>,
    ctx: &Context,
    (gift, campaign): (&PastGift, CampaignId),
    email: EmailAddress,
) -> Result<Pledge, UseCaseError> {
    let at = moment_of(ctx, gift);
    let recurring = gift.frequency.is_recurring();
    let form_key = recurring.then(|| plan_code(ctx, (gift, campaign), &email)).transpose()?;
    let same = Sameness { form_key, fingerprint: "taken over".to_owned() };
    if same.form_key.is_some()
        && let Some(known) = pledges::find_same(tx, &same, at)?
    {
        return Ok(known);
    }
    let pledge = Pledge {
        id: ctx.new_id(),
        terms: PledgeTerms {
            campaign,
            amount: gift.amount,
            fee_cover: Money::zero(gift.amount.currency()),
            frequency: gift.frequency,
            tier: None,
            starts_at: None,
            gateway: GatewayKind::Import,
            email,
            name: gift.name.clone(),
            message: gift.message.clone(),
            visibility: gift.visibility,
            tribute: None,
            source: Source {
                article: gift.article.clone(),
                appeal: gift.appeal.clone(),
                ..Source::default()
            },
            locale: ctx.policy.default_locale.clone(),
        },
        status: if recurring { PledgeStatus::Cancelled } else { PledgeStatus::Pending },
        donor: None,
        reference: None,
        created_at: at,
        expires_at: at,
    };
    pledges::insert(tx, &pledge, &same)?;
    Ok(pledge)
}

/// What makes two gifts gifts of one recurring promise: its name at the other place, or who gives, what for and how often.
fn plan_code(
    ctx: &Context,
    (gift, campaign): (&PastGift, CampaignId),
    email: &EmailAddress,
) -> Result<String, UseCaseError> {
    let (campaign, often) = (campaign.to_string(), Frequency::as_str(gift.frequency));
    let plan = gift.plan.as_deref().unwrap_or_default();
    let parts = [plan, email.as_str(), &campaign, gift.amount.currency().code(), often];
    Ok(ctx.key.blurred("import plan", &parts)?)
}
