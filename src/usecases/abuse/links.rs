//! A gift that goes on by a link that is sent by e-mail: for whoever cannot or will not have the browser work, and for whoever
//! shares a network with many. Until the link is opened no gateway is called and nothing is promised.
//!
//! The letters go to whatever address is typed: hence they are few, and hold no word of whoever asked for them. Opening a link
//! changes nothing, for mail scanners open every link; pressing its button does, and however often, it begins one gift.

use super::{A_WHILE, Giver, attack};
use crate::domain::campaign::Campaign;
use crate::domain::ids::GiftLinkId;
use crate::domain::job::Job;
use crate::domain::money::Money;
use crate::domain::pledge::{Utm, Visibility};
use crate::domain::wall::AmountShown;
use crate::store::gift_links::{self, GiftLink};
use crate::store::limits::{self, Bucket, Rate};
use crate::store::{Conn, StoreError, Tx, campaigns};
use crate::usecases::pledge::{self, Sender, Started};
use crate::usecases::pledge_terms::{AmountInput, FeeChoice, PledgeRequest, WallRequest};
use crate::usecases::{Context, UseCaseError, secrets};
use chrono::TimeDelta;

/// How long a letter is tried for.
const WAITS: TimeDelta = TimeDelta::hours(1);
/// How long a link works once its letter is written.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How long it is remembered that an address was written to.
pub(in crate::usecases) const KEEP: TimeDelta = TimeDelta::days(1);

/// Letters to one address in a day: nobody there may have asked for them.
const PER_ADDRESS: i64 = 3;
const PER_CLIENT: Rate = Rate { burst: 5, per_hour: 5 };
const PER_NETWORK: Rate = Rate { burst: 10, per_hour: 20 };
const PER_SITE: Rate = Rate { burst: 200, per_hour: 200 };

/// What was typed on the form, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Typed {
    campaign: String,
    amount: String,
    currency: String,
    frequency: String,
    gateway: String,
    tier: String,
    name: String,
    email: String,
    message: String,
    is_hidden: bool,
    covers_fee: bool,
    tribute_kind: String,
    tribute_name: String,
    from: String,
    referrer: String,
    utm: [Option<String>; 5],
    /// The appeal that was seen.
    appeal: String,
    /// By what name to be named in public, and whether with the sum.
    wall: Option<(String, bool)>,
    locale: String,
}

impl From<PledgeRequest> for Typed {
    fn from(request: PledgeRequest) -> Self {
        let Utm { source, medium, campaign, term, content } = request.utm;
        Self {
            campaign: request.campaign,
            amount: match request.amount {
                AmountInput::Typed(text) => text,
                AmountInput::Minor(minor) => minor.to_string(),
            },
            currency: request.currency,
            frequency: request.frequency,
            gateway: request.gateway,
            tier: request.tier,
            name: request.name,
            email: request.email,
            message: request.message,
            is_hidden: request.visibility == Visibility::Hidden,
            covers_fee: request.fee == FeeChoice::Covered,
            tribute_kind: request.tribute_kind,
            tribute_name: request.tribute_name,
            from: request.from,
            referrer: request.referrer,
            utm: [source, medium, campaign, term, content],
            appeal: request.appeal,
            wall: request.wall.map(|wall| (wall.name, wall.amount == AmountShown::Shown)),
            locale: request.locale,
        }
    }
}

impl From<Typed> for PledgeRequest {
    fn from(typed: Typed) -> Self {
        let [source, medium, campaign, term, content] = typed.utm;
        Self {
            campaign: typed.campaign,
            amount: AmountInput::Typed(typed.amount),
            currency: typed.currency,
            frequency: typed.frequency,
            gateway: typed.gateway,
            tier: typed.tier,
            name: typed.name,
            email: typed.email,
            message: typed.message,
            visibility: if typed.is_hidden { Visibility::Hidden } else { Visibility::Named },
            fee: if typed.covers_fee { FeeChoice::Covered } else { FeeChoice::Included },
            tribute_kind: typed.tribute_kind,
            tribute_name: typed.tribute_name,
            from: typed.from,
            referrer: typed.referrer,
            utm: Utm { source, medium, campaign, term, content },
            appeal: typed.appeal,
            wall: typed.wall.map(|(name, with_amount)| WallRequest {
                name,
                amount: if with_amount { AmountShown::Shown } else { AmountShown::Withheld },
            }),
            locale: typed.locale,
        }
    }
}

/// Asks for a link to go on with what was typed. The answer is the same whether an address was written to often today or not.
///
/// # Errors
/// `Invalid` with every field that is wrong, as for a gift; `RateLimited`.
pub async fn ask(ctx: &Context, request: PledgeRequest, client: &str) -> Result<(), UseCaseError> {
    let (inner, client) = (ctx.clone(), client.to_owned());
    ctx.db.write(move |tx| ask_in(tx, &inner, request, &client)).await
}

fn ask_in(tx: &mut Tx<'_>, ctx: &Context, request: PledgeRequest, client: &str) -> Result<(), UseCaseError> {
    let now = ctx.now();
    let attacked = attack::until(tx, now)?.map(|_until| ctx.under_attack());
    let ctx = attacked.as_ref().unwrap_or(ctx);
    let (terms, _tiers) = pledge::terms_of(tx, ctx, &request)?;
    let giver = Giver::of(tx, ctx, client, terms.email.as_str())?;
    let bucket = |role: &str, mark: &str, rate| {
        Ok::<_, UseCaseError>(Bucket { name: ctx.key.blurred(role, &[mark])?, rate })
    };
    let buckets = [
        bucket("gift links by client", &giver.marks.client, PER_CLIENT)?,
        bucket("gift links by network", &giver.marks.network, PER_NETWORK)?,
        Bucket { name: "gift links".to_owned(), rate: PER_SITE },
    ];
    if limits::take(tx, &buckets, now)?.is_some() {
        return Err(UseCaseError::RateLimited { after: A_WHILE });
    }
    if gift_links::count_for(tx, &giver.marks.email)? >= PER_ADDRESS {
        return Ok(());
    }
    let typed = serde_json::to_string(&Typed::from(request));
    let link = GiftLink {
        id: ctx.new_id(),
        email: terms.email,
        typed: typed.map_err(|error| UseCaseError::Internal(error.to_string()))?,
        asked_at: now,
        expires_at: now + WAITS,
    };
    gift_links::insert(tx, &link, &giver.marks.email)?;
    Ok(ctx.enqueue(tx, &Job::SendGiftLink { link: link.id })?)
}

/// A gift that waits for the button behind its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where the link was sent.
    pub link: GiftLink,
    /// What it is for.
    pub campaign: Campaign,
    /// How much.
    pub amount: Money,
    /// The language in which it was typed.
    pub locale: String,
}

/// What the letter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkLetter {
    /// What it is about.
    pub waiting: Waiting,
    /// Where the link leads.
    pub url: String,
}

fn typed_in(link: &GiftLink) -> Result<PledgeRequest, UseCaseError> {
    let typed: Typed = serde_json::from_str(&link.typed).map_err(|error| {
        UseCaseError::Store(StoreError::corrupt("gift_links", &link.id.to_string(), error))
    })?;
    Ok(typed.into())
}

/// None if what was typed cannot be taken any more: a campaign is over, or a way of payment off.
fn waiting(conn: &mut Conn, ctx: &Context, link: GiftLink) -> Result<Option<Waiting>, UseCaseError> {
    let request = typed_in(&link)?;
    let Some(campaign) = campaigns::find_by_slug(conn, request.campaign.trim())? else {
        return Ok(None);
    };
    match pledge::terms_of(conn, ctx, &request) {
        Ok((terms, _tiers)) => {
            Ok(Some(Waiting { link, campaign, amount: terms.amount, locale: terms.locale }))
        }
        Err(UseCaseError::Invalid(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the link of a gift; none if there is nothing to send. A second call makes another link, and the first one opens nothing
/// any more: what was made is kept nowhere.
pub async fn write_link(ctx: &Context, id: GiftLinkId) -> Result<Option<LinkLetter>, UseCaseError> {
    let inner = ctx.clone();
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            let Some(link) = gift_links::find(tx, id)?.filter(|link| now < link.expires_at) else {
                return Ok(None);
            };
            let Some(waiting) = waiting(tx, &inner, link)? else { return Ok(None) };
            let token = secrets::fresh(&inner);
            gift_links::set_link(tx, id, &secrets::hash(token.expose()), now + LIFETIME)?;
            let url = format!("{}/donate/link/{}", inner.policy.public_url, token.expose());
            Ok(Some(LinkLetter { waiting, url }))
        })
        .await
}

/// The gift behind a link, which changes nothing; none if it is over, or was never sent.
pub async fn look(ctx: &Context, token: &str) -> Result<Option<Waiting>, UseCaseError> {
    let (token_hash, inner) = (secrets::hash(token), ctx.clone());
    ctx.db
        .read(move |conn| {
            let now = inner.now();
            match gift_links::find_by_token(conn, &token_hash)?.filter(|link| now < link.expires_at) {
                Some(link) => waiting(conn, &inner, link),
                None => Ok(None),
            }
        })
        .await
}

/// Goes on with exactly what was typed; none if the link is over. However often, it begins one gift: the link is its name.
pub async fn go_on(ctx: &Context, token: &str, client: String) -> Result<Option<Started>, UseCaseError> {
    let (token_hash, now) = (secrets::hash(token), ctx.now());
    let found = ctx.db.read(move |conn| gift_links::find_by_token(conn, &token_hash)).await?;
    let Some(link) = found.filter(|link| now < link.expires_at) else {
        return Ok(None);
    };
    let sender =
        Sender { client, form_id: Some(link.id.to_string()), idempotency: None, proof: pledge::Proof::Mail };
    Ok(Some(pledge::start(ctx, typed_in(&link)?, sender).await?))
}
