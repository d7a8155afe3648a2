//! What pages and mails show: read on one snapshot, changed by nobody.

use super::{Context, UseCaseError, tokens};
use crate::domain::attempt::{Attempt, AttemptOutcome};
use crate::domain::bank::Transfer;
use crate::domain::campaign::{Campaign, CampaignTotal};
use crate::domain::donation::{Donation, DonationStatus};
use crate::domain::donor::{EmailAddress, PersonName};
use crate::domain::ids::{OrderId, PledgeId, ReceiptId, RefundId};
use crate::domain::money::Money;
use crate::domain::pledge::{Pledge, PledgeStatus};
use crate::domain::receipt::Receipt;
use crate::domain::refund::Refund;
use crate::domain::subscription::{Order, Subscription};
use crate::domain::tier::Tier;
use crate::store::{
    Conn, StoreError, attempts, campaigns, donations, donors, pledges, receipts, refunds,
    subscription_orders, subscriptions, successions, tiers,
};

/// How a pledge stands, for the person who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PledgeView {
    /// The promise.
    pub pledge: Pledge,
    /// What for.
    pub campaign: Campaign,
    /// What keeps it; recurring pledges only, once something is known of it.
    pub subscription: Option<Subscription>,
    /// The latest call to the gateway.
    pub attempt: Option<Attempt>,
    /// The payment that counts most: one with money left, else one that had some, else the latest.
    pub donation: Option<Donation>,
    /// The receipt that the donor may rely on.
    pub receipt: Option<Receipt>,
}

/// How a pledge and its money stand together, in the words of pages and API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing happened to the pledge since: its own status.
    Pledge(PledgeStatus),
    /// The bank is working on it.
    Processing,
    /// The money arrived; some or all of it went back.
    Refunded(DonationStatus),
}

impl Standing {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pledge(status) => status.as_str(),
            Self::Processing => "processing",
            Self::Refunded(status) => status.as_str(),
        }
    }
}

impl PledgeView {
    /// In one word.
    pub fn standing(&self) -> Standing {
        let of_donation = self.donation.as_ref().map(|donation| donation.payment.status());
        // One payment of many given back changes nothing about the others.
        let of_donation = of_donation.filter(|_| self.subscription.is_none());
        match (of_donation, self.pledge.status) {
            (Some(status @ (DonationStatus::PartlyRefunded | DonationStatus::Refunded)), _) => {
                Standing::Refunded(status)
            }
            (Some(DonationStatus::Processing), PledgeStatus::Pending) => Standing::Processing,
            (_, status) => Standing::Pledge(status),
        }
    }

    /// True while the page should look again.
    pub fn is_live(&self) -> bool {
        self.pledge.is_open()
    }

    /// True while a gateway took the call and nothing of a payment was heard.
    pub fn is_unheard(&self) -> bool {
        let outcome = self.attempt.as_ref().map(|attempt| &attempt.outcome);
        self.pledge.is_open()
            && self.donation.is_none()
            && matches!(outcome, Some(AttemptOutcome::Accepted { .. }))
    }

    /// Where the donor can go on paying, if that is still to be done.
    pub fn unpaid_checkout(&self) -> Option<&str> {
        if !self.pledge.is_open() || self.donation.is_some() {
            return None;
        }
        match self.attempt.as_ref().map(|attempt| &attempt.outcome) {
            Some(AttemptOutcome::Accepted { next_url, .. }) => next_url.as_deref(),
            Some(AttemptOutcome::Started | AttemptOutcome::Unknown | AttemptOutcome::Refused { .. })
            | None => None,
        }
    }
}

/// What the donor needs to pay by bank transfer; none for pledges that are paid in another way.
pub fn transfer(ctx: &Context, pledge: &Pledge) -> Option<Transfer> {
    Some(Transfer {
        account: ctx.policy.bank_account.clone()?,
        reference: pledge.reference.clone()?,
        amount: pledge.terms.amount,
    })
}

/// How a pledge stands, by the token of its status page.
pub async fn pledge_by_token(ctx: &Context, token: &str) -> Result<PledgeView, UseCaseError> {
    let id = tokens::open_status_token(&ctx.key, token)?.ok_or(UseCaseError::NotFound("pledge"))?;
    pledge(ctx, id).await
}

/// How a pledge stands.
pub async fn pledge(ctx: &Context, id: PledgeId) -> Result<PledgeView, UseCaseError> {
    ctx.db
        .read(move |conn| {
            let pledge = pledges::find(conn, id)?.ok_or(UseCaseError::NotFound("pledge"))?;
            let campaign = campaigns::get(conn, pledge.terms.campaign)?;
            let attempt = attempts::latest_of(conn, id)?;
            let mut all = donations::of_pledge(conn, id)?;
            let left = |donation: &Donation| donation.payment.kept().is_some_and(Money::is_positive);
            all.sort_by_key(|donation| (left(donation), donation.payment.money().is_some(), donation.id));
            let donation = all.pop();
            let receipt = match &donation {
                Some(donation) => receipts::find_live(conn, donation.id)?,
                None => None,
            };
            let subscription = subscriptions::find(conn, id)?;
            Ok(PledgeView { pledge, campaign, subscription, attempt, donation, receipt })
        })
        .await
}

/// Recurring support, for letters and the donor's own pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatronView {
    /// The promise, as it was made.
    pub pledge: Pledge,
    /// What keeps it, as it is now.
    pub subscription: Subscription,
    /// What for.
    pub campaign: Campaign,
    /// The level of support that it has now.
    pub tier: Option<Tier>,
    /// Where letters go now: the donor's address on record.
    pub email: EmailAddress,
    /// The donor's name on record.
    pub name: Option<PersonName>,
    /// What is asked of it and not confirmed yet.
    pub pending: Option<Order>,
    /// What goes on in its place.
    pub successor: Option<PledgeId>,
}

/// How recurring support stands.
pub async fn patron(ctx: &Context, id: PledgeId) -> Result<PatronView, UseCaseError> {
    ctx.db.read(move |conn| patron_in(conn, id)).await
}

/// How recurring support stands.
pub fn patron_in(conn: &mut Conn, id: PledgeId) -> Result<PatronView, UseCaseError> {
    let pledge = pledges::find(conn, id)?.ok_or(UseCaseError::NotFound("pledge"))?;
    let subscription = subscriptions::find(conn, id)?.ok_or(UseCaseError::NotFound("support"))?;
    let campaign = campaigns::get(conn, pledge.terms.campaign)?;
    let tier = tiers::all(conn)?.into_iter().find(|tier| Some(tier.id) == pledge.terms.tier);
    let donor = pledge.donor.map(|donor| donors::get(conn, donor)).transpose()?;
    let (email, name) = match donor {
        Some(donor) => (donor.email, donor.name),
        None => (pledge.terms.email.clone(), pledge.terms.name.clone()),
    };
    let pending = subscription_orders::find_pending(conn, id)?;
    let successor = successions::in_force(conn, id)?.first().map(|successor| successor.pledge);
    Ok(PatronView { pledge, subscription, campaign, tier, email, name, pending, successor })
}

/// What was asked of recurring support, and how that stands.
pub async fn order(ctx: &Context, id: OrderId) -> Result<(Order, PatronView), UseCaseError> {
    ctx.db
        .read(move |conn| {
            let order = subscription_orders::get(conn, id)?;
            let view = patron_in(conn, order.pledge)?;
            Ok((order, view))
        })
        .await
}

/// A campaign and what it has received.
pub async fn campaign(ctx: &Context, slug: &str) -> Result<(Campaign, Vec<CampaignTotal>), UseCaseError> {
    let slug = slug.to_owned();
    ctx.db
        .read(move |conn| {
            let campaign = campaigns::find_by_slug(conn, &slug)?.ok_or(UseCaseError::NotFound("campaign"))?;
            let totals = campaigns::totals(conn, campaign.id)?;
            Ok((campaign, totals))
        })
        .await
}

/// A receipt with the pledge that it is for.
pub async fn receipt(ctx: &Context, id: ReceiptId) -> Result<(Receipt, PledgeView), UseCaseError> {
    let receipt = ctx.db.read(move |conn| receipts::get(conn, id)).await?;
    let donation = receipt.donation;
    let pledge_id =
        ctx.db.read(move |conn| Ok::<_, StoreError>(donations::get(conn, donation)?.pledge)).await?;
    Ok((receipt, pledge(ctx, pledge_id).await?))
}

/// A refund with its donation, its pledge, and the receipts of the donation, oldest first.
pub async fn refund(ctx: &Context, id: RefundId) -> Result<(Refund, PledgeView, Vec<Receipt>), UseCaseError> {
    let (refund, donation, all) = ctx
        .db
        .read(move |conn| {
            let refund = refunds::get(conn, id)?;
            let donation = donations::get(conn, refund.donation)?;
            let all = receipts::of_donation(conn, donation.id)?;
            Ok::<_, StoreError>((refund, donation, all))
        })
        .await?;
    Ok((refund, of_donation(ctx, donation).await?, all))
}

/// How the pledge of a donation stands, seen from that donation.
pub(super) async fn of_donation(ctx: &Context, donation: Donation) -> Result<PledgeView, UseCaseError> {
    let view = pledge(ctx, donation.pledge).await?;
    Ok(PledgeView { donation: Some(donation), ..view })
}
