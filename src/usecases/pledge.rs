//! Promising a gift: written down first, then the gateway is called, then the answer is written down.

use super::abuse::{self, Giver, Purpose, attack};
use super::patrons::{self, tiers::NoPlace};
use super::pledge_terms::{self, PledgeRequest};
use super::{Context, UseCaseError, limits, outgoing, tokens, wall};
use crate::domain::attempt::{Attempt, AttemptOutcome};
use crate::domain::bank::CreditorReference;
use crate::domain::donor::PersonName;
use crate::domain::ids::{DonorId, PledgeId, TierId};
use crate::domain::job::Job;
use crate::domain::pledge::{Frequency, GatewayKind, Pledge, PledgeStatus, PledgeTerms};
use crate::domain::remote::RemoteId;
use crate::domain::tier::Tier;
use crate::domain::wall::AmountShown;
use crate::gateways::{CheckoutKind, CheckoutRequest, GatewayError};
use crate::store::pledges::Sameness;
use crate::store::{
    Conn, StoreError, Tx, abuse as clients, attempts, campaigns, idempotency, pledges, subscriptions, tiers,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Two equal submissions within this time are one: a double click, the back button, an impatient reload.
const SAME_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// When to ask a gateway that gave no answer.
const ASK_AGAIN_AFTER: TimeDelta = TimeDelta::seconds(10);

/// What speaks for a pledge being meant by a person, where the site asks for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    None,
    /// Work that the browser did for this form.
    Work(String),
    /// The link that was sent to the e-mail address was opened.
    Mail,
}

/// Who sends a pledge, as far as the request tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The client's address.
    pub client: String,
    /// The id that the form was given in the browser, if any.
    pub form_id: Option<String>,
    /// The key that an API client sent, if any.
    pub idempotency: Option<idempotency::Key>,
    /// What speaks for it.
    pub proof: Proof,
}

/// A pledge on record, and where its donor goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The pledge.
    pub pledge: Pledge,
    /// The token of its status page.
    pub token: String,
    /// Where to go.
    pub next: Next,
    /// Whether an equal submission had made it before.
    pub origin: Origin,
}

/// Whether a submission made a pledge or met one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Made now.
    New,
    /// Made by an equal submission before.
    Repeat,
}

/// Where a donor goes after the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// To the gateway's page; a path on this site for the sandbox.
    Redirect(String),
    /// To the status page, which shows how to transfer the money.
    Instructions,
    /// To the status page: there is nothing more to pay, or nothing known yet.
    Status,
}

/// What the first transaction found.
enum Written {
    New(Pledge, Attempt),
    NewInstructions(Pledge),
    Repeat(Pledge, Option<Attempt>),
}

/// Why the first transaction was rolled back.
enum Abandoned {
    /// An equal submission is on record: the token taken from the rate limit goes back.
    Repeat(Box<Pledge>),
    Failed(UseCaseError),
}

impl From<StoreError> for Abandoned {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<UseCaseError> for Abandoned {
    fn from(error: UseCaseError) -> Self {
        Self::Failed(error)
    }
}

/// Starts a pledge, or finds the one that an equal submission started.
pub async fn start(ctx: &Context, request: PledgeRequest, sender: Sender) -> Result<Started, UseCaseError> {
    let written = write_down(ctx, request, sender).await?;
    let (pledge, attempt, origin) = match written {
        Written::New(pledge, attempt) => (pledge, Some(attempt), Origin::New),
        Written::NewInstructions(pledge) => (pledge, None, Origin::New),
        Written::Repeat(pledge, attempt) => (pledge, attempt, Origin::Repeat),
    };
    let next = next_step(ctx, &pledge, attempt).await?;
    let token = tokens::status_token(&ctx.key, pledge.id)?;
    Ok(Started { pledge, token, next, origin })
}

/// How often the first step is tried when another process got in between.
const TRIES: u32 = 3;

async fn write_down(ctx: &Context, request: PledgeRequest, sender: Sender) -> Result<Written, UseCaseError> {
    let mut tries = 1;
    loop {
        let (inner, request, sender) = (ctx.clone(), request.clone(), sender.clone());
        match ctx.db.write(move |tx| write_down_in(tx, &inner, &request, &sender)).await {
            Ok(written) => return Ok(written),
            Err(Abandoned::Repeat(pledge)) => {
                let id = pledge.id;
                let attempt = ctx.db.read(move |conn| attempts::latest_of(conn, id)).await?;
                return Ok(Written::Repeat(*pledge, attempt));
            }
            // An equal submission at the same instant, or a reference that is taken: look again.
            Err(Abandoned::Failed(UseCaseError::Store(StoreError::Conflict { .. }))) if tries < TRIES => {
                tries += 1;
            }
            Err(Abandoned::Failed(error)) => return Err(error),
        }
    }
}

fn write_down_in(
    tx: &mut Tx<'_>,
    ctx: &Context,
    request: &PledgeRequest,
    sender: &Sender,
) -> Result<Written, Abandoned> {
    let attacked = attack::until(tx, ctx.now())?.map(|_until| ctx.under_attack());
    let ctx = attacked.as_ref().unwrap_or(ctx);
    let (mut terms, tiers) = terms_of(tx, ctx, request)?;
    let named = pledge_terms::wall_name(request).ok().flatten();
    let same = sameness(ctx, &terms, named.as_ref(), sender)?;
    // Letters are counted by network before they are sent, and many share one.
    let client = Some(sender.client.as_str()).filter(|_| sender.proof != Proof::Mail);
    let wait = limits::take_for_pledge(tx, ctx, client, terms.email.as_str())?;
    // The buckets are locked now: equal submissions that ran beside this one are on record or wait. A repeat is
    // answered even to those who have no token left.
    if let Some(pledge) = find_equal(tx, ctx, sender, &same)? {
        return Err(Abandoned::Repeat(Box::new(pledge)));
    }
    let giver = Giver::of(tx, ctx, &sender.client, terms.email.as_str())?;
    let standing = abuse::standing(tx, ctx, &giver, &sender.proof)?;
    if wait.is_some() {
        return Err(UseCaseError::RateLimited { after: abuse::A_WHILE }.into());
    }
    let purpose = Purpose::pledge(&request.campaign, terms.amount.currency().code());
    abuse::admit(tx, ctx, standing, (terms.gateway, purpose), &sender.proof)?;
    terms.tier = place_in(tx, &terms, &tiers)?;
    let (pledge, attempt) = insert(tx, ctx, terms, None, &same)?;
    if let Some(named) = named {
        wall::put_up(tx, ctx, &pledge, named)?;
    }
    clients::insert_client(tx, pledge.id, &giver.marks)?;
    if let Some(key) = &sender.idempotency
        && !idempotency::insert(tx, key, pledge.id, pledge.created_at)?
    {
        return Err(StoreError::Conflict { constraint: "idempotency_keys".into() }.into());
    }
    Ok(match attempt {
        Some(attempt) => Written::New(pledge, attempt),
        None => Written::NewInstructions(pledge),
    })
}

/// What was sent, checked; with the tiers, as far as it needs them.
pub(super) fn terms_of(
    conn: &mut Conn,
    ctx: &Context,
    request: &PledgeRequest,
) -> Result<(PledgeTerms, Vec<Tier>), UseCaseError> {
    let campaign = campaigns::find_by_slug(conn, request.campaign.trim())?;
    let recurs = Frequency::parse(request.frequency.trim()).is_some_and(Frequency::is_recurring);
    let names_a_tier = !request.frequency.trim().is_empty() && !request.tier.trim().is_empty();
    // Most pledges are one gift without a tier: they need not wait for a list of tiers.
    let tiers = if recurs || names_a_tier { tiers::all(conn)? } else { Vec::new() };
    let terms =
        pledge_terms::check(ctx, request, campaign.as_ref(), &tiers).map_err(UseCaseError::Invalid)?;
    Ok((terms, tiers))
}

/// Takes a place of the tier that was chosen, or else of the highest that the amount reaches.
fn place_in(tx: &mut Tx<'_>, terms: &PledgeTerms, all: &[Tier]) -> Result<Option<TierId>, UseCaseError> {
    if !terms.frequency.is_recurring() {
        return Ok(None);
    }
    let Some(chosen) = all.iter().find(|tier| Some(tier.id) == terms.tier) else {
        let bare = terms.amount.minus(terms.fee_cover)?;
        return patrons::tiers::reached(tx, terms.frequency, bare);
    };
    match patrons::tiers::take_place(tx, chosen)? {
        Ok(id) => Ok(Some(id)),
        Err(NoPlace::Full) => Err(UseCaseError::invalid(
            "tier",
            "tier_full",
            format!("All places of “{}” are taken; choose another level", chosen.name),
        )),
    }
}

/// The pledge that an equal submission made before.
fn find_equal(
    tx: &mut Tx<'_>,
    ctx: &Context,
    sender: &Sender,
    same: &Sameness,
) -> Result<Option<Pledge>, UseCaseError> {
    if let Some(key) = &sender.idempotency {
        match idempotency::find(tx, key)? {
            Some(idempotency::Used::SameInput(id)) => return Ok(Some(pledges::get(tx, id)?)),
            Some(idempotency::Used::OtherInput) => {
                let message = "this idempotency key was used with other content".to_owned();
                return Err(UseCaseError::Conflict { code: "idempotency_key_reused", message });
            }
            // A client that sends a key decides by it alone what is a repeat.
            None => return Ok(None),
        }
    }
    Ok(pledges::find_same(tx, same, ctx.now() - SAME_WITHIN)?)
}

fn sameness(
    ctx: &Context,
    terms: &PledgeTerms,
    named: Option<&(PersonName, AmountShown)>,
    sender: &Sender,
) -> Result<Sameness, UseCaseError> {
    let campaign = terms.campaign.to_string();
    let amount = terms.amount.to_string();
    let frequency = terms.frequency.as_str();
    let mut content =
        vec![campaign.as_str(), amount.as_str(), frequency, terms.gateway.as_str(), terms.email.as_str()];
    // Who thinks again about being named makes another pledge: what was asked for before must not count.
    if let Some((name, amount)) = named {
        content.extend([name.as_str(), if *amount == AmountShown::Shown { "with amount" } else { "" }]);
    }
    // A form that was changed after the back button is another one, though it kept its id.
    let form_key = match sender.form_id.as_deref().filter(|id| !id.trim().is_empty()) {
        Some(id) => Some(ctx.key.blurred("form", &[&[id], content.as_slice()].concat())?),
        None => None,
    };
    let fingerprint =
        ctx.key.blurred("submission", &[&[sender.client.as_str()], content.as_slice()].concat())?;
    Ok(Sameness { form_key, fingerprint })
}

/// Writes a pledge down, with the attempt that is to begin it or the letter that says how to pay. `donor` is known
/// before any money arrives only of those who signed in.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    ctx: &Context,
    terms: PledgeTerms,
    donor: Option<DonorId>,
    same: &Sameness,
) -> Result<(Pledge, Option<Attempt>), UseCaseError> {
    let now = ctx.now();
    let gateway = terms.gateway;
    let pledge = Pledge {
        id: ctx.new_id(),
        status: PledgeStatus::Pending,
        donor,
        reference: (gateway == GatewayKind::BankTransfer)
            .then(|| CreditorReference::from_random(ctx.ids.random())),
        created_at: now,
        expires_at: now + ctx.policy.lifetime(gateway),
        terms,
    };
    pledges::insert(tx, &pledge, same)?;
    outgoing::pledged(tx, ctx, &pledge)?;
    match ctx.gateway(gateway)?.capabilities().checkout {
        CheckoutKind::Instructions => {
            ctx.enqueue(tx, &Job::SendInstructions { pledge: pledge.id })?;
            Ok((pledge, None))
        }
        // No form offers it: what is handed over needs no promise.
        CheckoutKind::Never => Err(UseCaseError::NotFound("gateway")),
        CheckoutKind::Redirect => {
            let attempt = Attempt {
                id: ctx.new_id(),
                pledge: pledge.id,
                gateway,
                outcome: AttemptOutcome::Started,
                wants_authentication: ctx.policy.abuse.is_attacked,
                created_at: now,
            };
            attempts::insert(tx, &attempt)?;
            Ok((pledge, Some(attempt)))
        }
    }
}

/// Where the donor goes. Calls the gateway if it has not answered yet: the attempt is the idempotency key, so
/// a double click opens one page.
pub(super) async fn next_step(
    ctx: &Context,
    pledge: &Pledge,
    attempt: Option<Attempt>,
) -> Result<Next, UseCaseError> {
    let Some(attempt) = attempt else {
        return Ok(Next::Instructions);
    };
    if !pledge.is_open() {
        return Ok(Next::Status);
    }
    let outcome = match attempt.outcome {
        AttemptOutcome::Started | AttemptOutcome::Unknown => open_checkout(ctx, pledge, &attempt).await?,
        AttemptOutcome::Accepted { .. } | AttemptOutcome::Refused { .. } => attempt.outcome,
    };
    Ok(match outcome {
        AttemptOutcome::Accepted { next_url: Some(url), .. } => Next::Redirect(url),
        AttemptOutcome::Accepted { next_url: None, .. }
        | AttemptOutcome::Refused { .. }
        | AttemptOutcome::Started
        | AttemptOutcome::Unknown => Next::Status,
    })
}

/// The gateway's name of a donor who was known before paying: only who signed in makes a pledge with a donor.
async fn customer_of(ctx: &Context, pledge: &Pledge) -> Result<Option<RemoteId>, UseCaseError> {
    let Some(donor) = pledge.donor.filter(|_| pledge.terms.frequency.is_recurring()) else {
        return Ok(None);
    };
    let gateway = pledge.terms.gateway;
    let known = ctx.db.read(move |conn| subscriptions::of_donor(conn, donor)).await?;
    // A repeated call must say the very same: nothing counts that was learned after the pledge was made.
    let before = known.into_iter().filter(|subscription| {
        subscription.gateway == gateway && subscription.started_at.is_some_and(|at| at < pledge.created_at)
    });
    Ok(before.max_by_key(|known| known.started_at).and_then(|known| known.news.customer))
}

/// Calls the gateway and writes down its answer. No answer is not a refusal: it stays unknown, and is asked
/// for again.
pub(super) async fn open_checkout(
    ctx: &Context,
    pledge: &Pledge,
    attempt: &Attempt,
) -> Result<AttemptOutcome, UseCaseError> {
    let gateway = ctx.gateway(attempt.gateway)?;
    let token = tokens::status_token(&ctx.key, pledge.id)?;
    let customer = customer_of(ctx, pledge).await?;
    let request = CheckoutRequest {
        attempt: attempt.id,
        pledge: pledge.id,
        amount: pledge.terms.amount,
        frequency: pledge.terms.frequency,
        starts_at: pledge.terms.starts_at,
        customer,
        description: ctx.policy.organisation.name.clone(),
        email: pledge.terms.email.as_str().to_owned(),
        locale: pledge.terms.locale.clone(),
        return_url: format!("{}/thanks/{token}", ctx.policy.public_url),
        wants_authentication: attempt.wants_authentication,
        begun_at: attempt.created_at,
        expires_at: pledge.expires_at,
    };
    let outcome = match gateway.start_checkout(&request).await {
        Ok(checkout) => AttemptOutcome::Accepted { remote: checkout.remote, next_url: Some(checkout.url) },
        Err(GatewayError::Refused { code }) => AttemptOutcome::Refused { code },
        Err(GatewayError::Unsupported { what, .. }) => AttemptOutcome::Refused { code: what.to_owned() },
        Err(GatewayError::Unknown(why)) => {
            tracing::warn!(attempt.id = %attempt.id, why, "the gateway gave no answer");
            AttemptOutcome::Unknown
        }
    };
    let (inner, id, pledge_id, answer) = (ctx.clone(), attempt.id, pledge.id, outcome.clone());
    ctx.db
        .write(move |tx| {
            let now = inner.now();
            let recorded = attempts::set_outcome(tx, id, &answer, now)?;
            match answer {
                AttemptOutcome::Unknown => {
                    inner.enqueue_after(tx, &Job::SyncAttempt { attempt: id, round: 0 }, ASK_AGAIN_AFTER)?;
                }
                AttemptOutcome::Refused { .. } if recorded => fail(tx, pledge_id, now)?,
                AttemptOutcome::Refused { .. }
                | AttemptOutcome::Started
                | AttemptOutcome::Accepted { .. } => {}
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(outcome)
}

/// Ends a pledge whose attempt was refused, unless it has ended otherwise.
pub(super) fn fail(tx: &mut Tx<'_>, id: PledgeId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let pledge = pledges::lock(tx, id)?;
    if pledge.is_open() {
        pledges::set_status(tx, id, PledgeStatus::Failed, pledge.donor, now)?;
    }
    Ok(())
}

/// Ends pledges whose time to pay is over; returns how many. Money that still arrives is accepted.
pub async fn expire(ctx: &Context) -> Result<usize, UseCaseError> {
    /// Rows of one transaction: others are not kept waiting for long.
    const ROWS: i64 = 500;
    let mut total = 0;
    loop {
        let now = ctx.now();
        let ended = ctx.db.write(move |tx| pledges::expire_due(tx, now, ROWS)).await?;
        total += ended;
        if ended == 0 {
            return Ok(total);
        }
    }
}
