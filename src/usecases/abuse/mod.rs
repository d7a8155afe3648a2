//! Defence of the public forms against those who try stolen cards. Whoever tries many is blocked for a while, without being told
//! why; a site that is attacked asks more of everybody for some hours, and refuses nobody for that.

pub mod attack;
pub(super) mod declines;
pub mod fraud;
pub mod links;
pub mod pace;
mod proof;
pub mod stamp;

pub use declines::close_checkout;
pub use proof::Challenge;
pub(super) use proof::Purpose;

use super::pledge::Proof;
use super::{Context, UseCaseError};
use crate::domain::abuse::{AbuseRules, BLOCKED_FOR, ProofOfWork, WINDOW};
use crate::domain::ids::smallest_at;
use crate::domain::pledge::GatewayKind;
use crate::gateways::CheckoutKind;
use crate::store::abuse::{Marks, Seen, Sought};
use crate::store::{Conn, Tx, abuse, day_keys};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::net::{Ipv4Addr, Ipv6Addr};

/// For how long it is kept from where a promise came.
pub(super) const KEEP_CLIENTS: TimeDelta = TimeDelta::days(30);

/// For how long declines are kept: longer than anything counts them.
pub(super) const KEEP_DECLINES: TimeDelta = TimeDelta::days(1);

/// Payments of the whole site are counted over this time.
const GLOBAL_WINDOW: TimeDelta = TimeDelta::seconds(60);

/// What is said of whoever has to wait, whatever the reason and however long: nobody learns which limit it was.
pub(super) const A_WHILE: TimeDelta = TimeDelta::minutes(10);

/// The network around a client's address as requests tell it: a /24, or a /48 of IPv6. What is neither stands for itself.
pub(super) fn network_of(client: &str) -> String {
    let bare = client.split_once('/').map_or(client, |(address, _)| address);
    if let Ok(v6) = bare.parse::<Ipv6Addr>() {
        let [a, b, c, ..] = v6.segments();
        return format!("{a:x}:{b:x}:{c:x}::/48");
    }
    match client.parse::<Ipv4Addr>() {
        Ok(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Err(_no_address) => client.to_owned(),
    }
}

/// A secret for a day.
fn fresh_secret(ctx: &Context) -> String {
    hex::encode([ctx.ids.random(), ctx.ids.random()].concat())
}

/// Under what somebody is counted on a day. The secret of the day is gone when it is over: then nobody can find out any more who
/// came, not even with the key of the site and all that it keeps.
fn marks_under(ctx: &Context, secret: &str, client: &str, email: &str) -> Result<Marks, UseCaseError> {
    let mark = |role, what: &str| ctx.key.blurred(role, &[secret, what]);
    Ok(Marks {
        client: mark("pledges by client", client)?,
        network: mark("pledges by network", &network_of(client))?,
        email: mark("pledges by e-mail and day", email)?,
    })
}

/// The day of which blocks may still hold.
pub(super) fn day_of_blocks(now: DateTime<Utc>) -> NaiveDate {
    (now - BLOCKED_FOR - WINDOW).date_naive()
}

/// Somebody who is about to promise something.
pub(super) struct Giver {
    /// Under what they are counted today.
    pub(super) marks: Marks,
    before: Option<Marks>,
    now: DateTime<Utc>,
}

impl Giver {
    pub(super) fn of(
        tx: &mut Tx<'_>,
        ctx: &Context,
        client: &str,
        email: &str,
    ) -> Result<Self, UseCaseError> {
        let today = ctx.now().date_naive();
        let secret = match day_keys::find(tx, today)? {
            Some(secret) => secret,
            None => day_keys::find_or_set(tx, today, &fresh_secret(ctx))?,
        };
        Self::under(tx, ctx, &secret, (client, email))
    }

    /// The same for whoever only looks at a form. Where nobody was counted today, they were not either.
    fn at_form(conn: &mut Conn, ctx: &Context, client: &str) -> Result<Self, UseCaseError> {
        let known = day_keys::find(conn, ctx.now().date_naive())?;
        let secret = known.unwrap_or_else(|| fresh_secret(ctx));
        Self::under(conn, ctx, &secret, (client, ""))
    }

    fn under(
        conn: &mut Conn,
        ctx: &Context,
        secret: &str,
        (client, email): (&str, &str),
    ) -> Result<Self, UseCaseError> {
        let now = ctx.now();
        // A block of yesterday holds under the marks of yesterday.
        let back = day_of_blocks(now);
        let of_then = if back == now.date_naive() { None } else { day_keys::find(conn, back)? };
        let before = of_then.map(|secret| marks_under(ctx, &secret, client, email)).transpose()?;
        Ok(Self { marks: marks_under(ctx, secret, client, email)?, before, now })
    }

    /// The same, known by the e-mail address alone: it was proved, and many share a network.
    fn by_email_alone(&self) -> Self {
        let alone = |marks: &Marks| {
            let email = marks.email.clone();
            Marks { client: email.clone(), network: email.clone(), email }
        };
        Self { marks: alone(&self.marks), before: self.before.as_ref().map(alone), now: self.now }
    }

    /// What is known of them, and of everybody; with the rules that count for a site as busy as this one.
    fn look(&self, conn: &mut Conn, ctx: &Context) -> Result<(AbuseRules, Seen), UseCaseError> {
        let rules = pace::adapted(conn, &ctx.policy.abuse)?;
        let sought = Sought {
            marks: &self.marks,
            before: self.before.as_ref(),
            attempts_from: smallest_at(self.now - GLOBAL_WINDOW),
            attempts_most: rules.per_minute,
            now: self.now,
        };
        Ok((rules, abuse::look(conn, sought)?))
    }
}

/// The word of the error for a promise that nothing speaks for, while something is asked for.
pub const PROOF_NEEDED: &str = "proof_needed";

/// Whether more is asked of somebody than what they typed. Nobody is refused for it.
fn asks_more(rules: &AbuseRules, seen: Seen) -> bool {
    rules.proof == ProofOfWork::Always
        || rules.is_attacked
        || seen.attempts >= rules.per_minute
        || seen.by_client >= rules.per_client_day
        || seen.by_email >= rules.per_email_day
}

/// Whether work alone opens no payment any more: the site is attacked, and as many are begun as it can bear. The link by e-mail does.
fn is_overrun(rules: &AbuseRules, seen: Seen) -> bool {
    rules.is_attacked && seen.attempts >= rules.per_minute
}

/// How somebody who is about to promise something stands.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    rules: AbuseRules,
    seen: Seen,
}

/// Looks how somebody stands. Whoever is refused afterwards is refused after the same work, whatever the reason: else the time of
/// the answer would tell it.
pub(super) fn standing(
    conn: &mut Conn,
    ctx: &Context,
    giver: &Giver,
    proof: &Proof,
) -> Result<Standing, UseCaseError> {
    let (rules, seen) = match proof {
        Proof::Mail => giver.by_email_alone().look(conn, ctx)?,
        Proof::None | Proof::Work(_) => giver.look(conn, ctx)?,
    };
    Ok(Standing { rules, seen })
}

/// Lets a promise through that no rate limit stopped, or says that it has to wait, or that more is asked. Who had payments
/// declined may still promise a transfer, which tries no card.
pub(super) fn admit(
    tx: &mut Tx<'_>,
    ctx: &Context,
    Standing { rules, seen }: Standing,
    (gateway, purpose): (GatewayKind, Purpose<'_>),
    proof: &Proof,
) -> Result<(), UseCaseError> {
    let tries_cards = match ctx.gateway(gateway)?.capabilities().checkout {
        CheckoutKind::Redirect => true,
        CheckoutKind::Instructions | CheckoutKind::Never => false,
    };
    if tries_cards && seen.blocks > 0 {
        return Err(UseCaseError::RateLimited { after: A_WHILE });
    }
    let is_admitted = !asks_more(&rules, seen)
        || match proof {
            Proof::Mail => true,
            Proof::Work(text) => !is_overrun(&rules, seen) && proof::spend(tx, ctx, purpose, text)?,
            Proof::None => false,
        };
    if is_admitted {
        return Ok(());
    }
    let message = format!(
        "one more step is needed before a gift can begin here, because somebody may be trying stolen cards; see proofs in \
         the API, or send the donor to {}/donate, where the browser does it by itself, or a link is sent by e-mail",
        ctx.policy.public_url
    );
    Err(UseCaseError::Conflict { code: PROOF_NEEDED, message })
}

/// By what a form is shown.
#[derive(Clone)]
pub struct Shown {
    /// The rules that count now.
    pub rules: Context,
    /// Whether more is asked than what is typed.
    pub asks_more: bool,
    /// Work for the browser, where that is enough; else the link by e-mail is the only way.
    pub challenge: Option<Challenge>,
}

/// By what a form is shown to somebody. `is_asked`: it came back for want of a proof.
pub async fn form(
    ctx: &Context,
    client: &str,
    (campaign, currency): (&str, &str),
    is_asked: bool,
) -> Result<Shown, UseCaseError> {
    let (inner, client) = (ctx.clone(), client.to_owned());
    let looked = ctx.db.read(move |conn| {
        let giver = Giver::at_form(conn, &inner, &client)?;
        let rules = match attack::until(conn, giver.now)? {
            Some(_until) => inner.under_attack(),
            None => inner,
        };
        let (abuse, seen) = giver.look(conn, &rules)?;
        Ok::<_, UseCaseError>((rules, abuse, seen))
    });
    let (rules, abuse, seen) = looked.await?;
    let asks_more = is_asked || asks_more(&abuse, seen);
    let works = asks_more && abuse.proof != ProofOfWork::Never && !is_overrun(&abuse, seen);
    let challenge = works.then(|| proof::make(&rules, Purpose::pledge(campaign, currency))).transpose()?;
    Ok(Shown { rules, asks_more, challenge })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_the_one_around_the_address() {
        for (client, network) in [
            ("203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2::/64", "2001:db8:1::/48"),
            ("2001:db8:1:ffff::/64", "2001:db8:1::/48"),
            ("::/64", "0:0:0::/48"),
            ("unknown", "unknown"),
            ("a.b", "a.b"),
        ] {
            assert_eq!(network_of(client), network, "{client}");
        }
    }
}
