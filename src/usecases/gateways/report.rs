//! Trying Stripe out: each finding in words, with what to do.

use super::{stripe, webhook_url};
use crate::gateways::stripe::{Account, EndpointFault, Examination, ExamineError};
use crate::usecases::{Context, UseCaseError};

/// What a finding means for the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// Somebody should look; it works.
    Look,
    /// It does not work.
    Bad,
}

/// Something that was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub what: String,
    /// What to do about it; empty: nothing.
    pub to_do: String,
}

impl Finding {
    pub(super) fn new(verdict: Verdict, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { verdict, what: what.into(), to_do: to_do.into() }
    }
}

/// Asks Stripe itself by the keys that count. Changes nothing there and here.
///
/// # Errors
/// `NotFound` without keys; those of the office that do not open.
pub async fn try_out(ctx: &Context) -> Result<Vec<Finding>, UseCaseError> {
    let client = stripe(ctx).await?.ok_or(UseCaseError::NotFound("key of Stripe"))?;
    let mut found = vec![if client.is_live() {
        Finding::new(Verdict::Good, "The key is one of the live mode.", "")
    } else {
        let to_do = "Good for trying things out. Type a live key before you ask anybody to give.";
        Finding::new(Verdict::Look, "The key is one of the test mode: no real money moves.", to_do)
    }];
    match client.examine(&webhook_url(ctx), &ctx.policy.currencies).await {
        Ok(examination) => found.extend(findings(ctx, &examination)),
        Err(error) => found.push(unanswered(&error)),
    }
    Ok(found)
}

fn unanswered(error: &ExamineError) -> Finding {
    match error {
        ExamineError::NotAKey => {
            let to_do = "Somebody rolled or deleted it. Make another in Stripe's dashboard (Developers, API keys) and type it here.";
            Finding::new(Verdict::Bad, "Stripe does not know the key.", to_do)
        }
        ExamineError::Gateway(error) => {
            let to_do = "Try again in a minute; status.stripe.com says whether Stripe itself has trouble.";
            Finding::new(Verdict::Bad, format!("Stripe did not answer: {error}."), to_do)
        }
    }
}

fn findings(ctx: &Context, seen: &Examination) -> Vec<Finding> {
    let mut found = Vec::new();
    match &seen.account {
        Some(account) => found.extend(of_account(ctx, account)),
        None => found.push(Finding::new(
            Verdict::Look,
            "The key is a restricted one that may not read the account, so that this page cannot say whose it is.",
            "",
        )),
    }
    for currency in &seen.foreign {
        let what = format!("Accounts of this country cannot be paid in {}.", currency.code());
        found.push(Finding::new(Verdict::Bad, what, "Take it out of site.currencies."));
    }
    found.push(if seen.forbidden.is_empty() {
        Finding::new(Verdict::Good, "The key opens everything that the site reads.", "")
    } else {
        let what = format!("The key may not read {}.", seen.forbidden.join(", "));
        let to_do = "Let it, in Stripe's dashboard (Developers, API keys, the key, Edit).";
        Finding::new(Verdict::Bad, what, to_do)
    });
    match &seen.webhook {
        Some(faults) if faults.is_empty() => {
            let what = format!("The webhook to {} is there and hears everything.", webhook_url(ctx));
            found.push(Finding::new(Verdict::Good, what, ""));
        }
        Some(faults) => found.extend(faults.iter().map(of_webhook)),
        None => {}
    }
    found
}

fn of_account(ctx: &Context, account: &Account) -> Vec<Finding> {
    let currency = account.default_currency.clone().unwrap_or_default().to_ascii_uppercase();
    let country = account.country.as_deref().unwrap_or("a country that it does not name");
    let what = format!("It opens {} in {country}, which is paid out in {currency}.", account.id);
    let mut found = vec![Finding::new(Verdict::Good, what, "")];
    if account.charges_enabled == Some(false) {
        let to_do = "Stripe's dashboard says on its first page what it still wants to know.";
        found.push(Finding::new(Verdict::Bad, "Stripe does not let the account take payments.", to_do));
    }
    if account.payouts_enabled == Some(false) {
        let to_do = "Name a bank account in Stripe's dashboard.";
        found.push(Finding::new(Verdict::Look, "Stripe does not pay its balance out.", to_do));
    }
    if !currency.is_empty() && currency != ctx.policy.default_currency.code() {
        let what = format!(
            "Forms begin with {}, and the account is paid out in {currency}: Stripe exchanges what is given, for a fee.",
            ctx.policy.default_currency.code()
        );
        found.push(Finding::new(Verdict::Look, what, "Choose one currency for both, if donors agree."));
    }
    found
}

fn of_webhook(fault: &EndpointFault) -> Finding {
    let again = "Renew the webhook below; with keys of the configuration, run `mainstay stripe setup`.";
    match fault {
        EndpointFault::Missing(url) => {
            let what = format!("Stripe has no webhook to {url}: payments would be known only after an hour.");
            Finding::new(
                Verdict::Bad,
                what,
                "Create the webhook below; with keys of the configuration, run `mainstay stripe setup`.",
            )
        }
        EndpointFault::Disabled(id) => {
            Finding::new(Verdict::Bad, format!("The webhook {id} is switched off at Stripe."), again)
        }
        EndpointFault::Deaf { id, missing } => {
            let what = format!("The webhook {id} does not hear of {}.", missing.join(", "));
            Finding::new(Verdict::Bad, what, again)
        }
        EndpointFault::Version { id, version } => {
            let what = format!("The webhook {id} writes in the version {version}, which is understood too.");
            Finding::new(Verdict::Look, what, again)
        }
        EndpointFault::Mode(id) => {
            Finding::new(Verdict::Bad, format!("The webhook {id} is not of the mode of the key."), again)
        }
    }
}
