//! `doctor`: is everything as it must be?

use super::{Failure, Outcome, Setting};
use crate::bootstrap::{self, App};
use crate::domain::pledge::GatewayKind;
use crate::pictures::Keeper;
use crate::store::{Db, checks, jobs, reviews};
use crate::usecases::gateways;
use crate::usecases::members::{self, PatreonState};
use chrono::TimeDelta;

/// Members are read every hour; a site that was off for a while catches up by itself.
const MEMBERS_READ_WITHIN: TimeDelta = TimeDelta::hours(3);

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// For programs.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    /// A person should look; nothing is broken.
    Warning,
    Failed,
}

#[derive(Debug, serde::Serialize)]
struct Finding {
    verdict: Verdict,
    what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

fn finding(verdict: Verdict, what: impl Into<String>, detail: Option<String>) -> Finding {
    Finding { verdict, what: what.into(), detail }
}

pub(super) async fn run(setting: &Setting, options: &Options) -> Outcome {
    let mut findings = vec![finding(Verdict::Ok, "configuration", None)];
    match bootstrap::open_database(&setting.config) {
        Err(error) => findings.push(finding(Verdict::Failed, "database", Some(error.to_string()))),
        Ok(db) => {
            check_database(&db, &mut findings).await;
            check_application(setting, &mut findings).await;
        }
    }
    if options.json {
        let json =
            serde_json::to_string_pretty(&findings).map_err(|error| Failure::Failed(error.to_string()))?;
        println!("{json}");
    } else {
        print(&findings);
    }
    verdict(&findings)
}

/// What it says about the configured database alone, whose rules have just been evaluated.
pub(super) async fn restored(setting: &Setting, rules: &[checks::Finding]) -> Outcome {
    let mut findings = vec![finding(Verdict::Ok, "database", None)];
    findings.extend(rules.iter().map(rule));
    check_open_work(&bootstrap::open_database(&setting.config)?, &mut findings).await;
    print(&findings);
    verdict(&findings)
}

fn rule(result: &checks::Finding) -> Finding {
    let broken = result.in_words();
    finding(if broken.is_none() { Verdict::Ok } else { Verdict::Failed }, result.name, broken)
}

fn print(findings: &[Finding]) {
    for finding in findings {
        let word = match finding.verdict {
            Verdict::Ok => "ok     ",
            Verdict::Warning => "look   ",
            Verdict::Failed => "FAILED ",
        };
        let detail = finding.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        println!("{word}{}{detail}", finding.what);
    }
}

fn verdict(findings: &[Finding]) -> Outcome {
    let failed = findings.iter().filter(|finding| finding.verdict == Verdict::Failed).count();
    if failed > 0 { Err(Failure::Failed(format!("{failed} check(s) failed"))) } else { Ok(()) }
}

async fn check_database(db: &Db, findings: &mut Vec<Finding>) {
    let pending = db.pending_migrations().await;
    let migrated = matches!(&pending, Ok(names) if names.is_empty());
    findings.push(match pending {
        Ok(names) if names.is_empty() => finding(Verdict::Ok, "database", None),
        Ok(names) => {
            let detail = format!("{} migration(s) pending: run `mainstay migrate`", names.len());
            finding(Verdict::Failed, "database", Some(detail))
        }
        Err(error) => finding(Verdict::Failed, "database", Some(error.to_string())),
    });
    if !migrated {
        return;
    }
    match db.read(checks::run).await {
        Ok(results) => findings.extend(results.iter().map(rule)),
        Err(error) => findings.push(finding(Verdict::Failed, "books", Some(error.to_string()))),
    }
    check_open_work(db, findings).await;
}

async fn check_open_work(db: &Db, findings: &mut Vec<Finding>) {
    if let Ok(counts) = db.read(jobs::counts).await {
        let failed = counts.iter().find(|(status, _)| status == "failed").map_or(0, |(_, n)| *n);
        let detail = (failed > 0).then(|| format!("{failed} failed: see `mainstay job list`"));
        findings.push(finding(if failed > 0 { Verdict::Warning } else { Verdict::Ok }, "jobs", detail));
    }
    if let Ok(open) = db.read(|conn| reviews::open(conn, 100)).await {
        for review in &open {
            let detail = format!(
                "{} ({}); then `mainstay review resolve {}`",
                review.detail, review.subject, review.id
            );
            findings.push(finding(Verdict::Warning, format!("review: {}", review.kind), Some(detail)));
        }
    }
}

async fn check_application(setting: &Setting, findings: &mut Vec<Finding>) {
    match setting.app().await {
        Ok(app) => {
            check_mail(&app, findings).await;
            if app.services.ctx.policy.staff.is_empty() {
                let detail =
                    "site.staff_emails is empty: nobody is written to when a person must look at something";
                findings.push(finding(Verdict::Warning, "staff letters", Some(detail.to_owned())));
            }
            let (default, office, machine) = app.config().origins();
            let detail = format!(
                "{default} by default, {office} from the office, {machine} from file and environment"
            );
            findings.push(finding(Verdict::Ok, "settings", Some(detail)));
            findings.push(match app.unfit_words().await {
                Ok(unfit) if unfit.is_empty() => finding(Verdict::Ok, "wording", None),
                Ok(unfit) => finding(Verdict::Warning, "wording", Some(unfit.join("; "))),
                Err(error) => finding(Verdict::Failed, "wording", Some(error.to_string())),
            });
            let kinds: Vec<&str> = app.services.ctx.gateways.kinds().map(GatewayKind::as_str).collect();
            let verdict = if kinds.is_empty() { Verdict::Warning } else { Verdict::Ok };
            let detail =
                if kinds.is_empty() { "none is on: nobody can give".to_owned() } else { kinds.join(", ") };
            findings.push(finding(verdict, "gateways", Some(detail)));
            check_stripe(setting, &app, findings).await;
            check_paypal(setting, &app, findings).await;
            check_patreon(&app, findings).await;
        }
        Err(Failure::Usage(why) | Failure::Failed(why)) => {
            findings.push(finding(Verdict::Failed, "application", Some(why)));
        }
    }
    let content = crate::content::load(&setting.config.site.content);
    findings.push(match content {
        Ok(_) => finding(Verdict::Ok, "content", None),
        Err(errors) => finding(Verdict::Failed, "content", Some(errors.to_string())),
    });
    findings.push(match Keeper::new(&setting.config.site.pictures).said() {
        Ok(said) if said.is_empty() => finding(Verdict::Ok, "pictures", None),
        Ok(said) => {
            let told: Vec<String> = said.iter().map(|(name, why)| format!("{name}: {why}")).collect();
            finding(Verdict::Warning, "pictures", Some(told.join("; ")))
        }
        Err(error) => finding(Verdict::Warning, "pictures", Some(error.to_string())),
    });
}

/// Asks Stripe itself: the key, its mode, and whether events would reach us.
async fn check_stripe(setting: &Setting, app: &App, findings: &mut Vec<Finding>) {
    let stripe = match gateways::stripe(&app.services.ctx).await {
        Ok(Some(stripe)) => stripe,
        Ok(None) => return,
        Err(error) => {
            findings.push(finding(Verdict::Failed, "stripe: keys of the office", Some(error.to_string())));
            return;
        }
    };
    if setting.config.server.allow_custom_gateways {
        let detail =
            "server.allow_custom_gateways is true: money may go to another place than Stripe".to_owned();
        findings.push(finding(Verdict::Warning, "stripe: address", Some(detail)));
    }
    let mode = if stripe.is_live() { "live mode" } else { "test mode: no real money moves" };
    let url = super::gateway::configured_url(setting, GatewayKind::Stripe);
    match stripe.check_endpoint(url.as_deref().unwrap_or_default()).await {
        Err(error) => {
            findings.push(finding(Verdict::Failed, "stripe", Some(error.to_string())));
            return;
        }
        Ok(_) if url.is_none() => {
            let detail =
                "not checked: server.public_url is empty, so Stripe cannot reach this site".to_owned();
            findings.push(finding(Verdict::Warning, "stripe: webhook endpoint", Some(detail)));
        }
        Ok(faults) if faults.is_empty() => {
            findings.push(finding(Verdict::Ok, "stripe: webhook endpoint", None));
        }
        Ok(faults) => findings.extend(faults.iter().map(|fault| {
            let verdict = if fault.is_harmless() { Verdict::Warning } else { Verdict::Failed };
            finding(verdict, "stripe: webhook endpoint", Some(fault.to_string()))
        })),
    }
    findings.push(finding(Verdict::Ok, "stripe", Some(mode.to_owned())));
}

/// Asks PayPal itself: the credentials, what they open, and whether events would reach us.
async fn check_paypal(setting: &Setting, app: &App, findings: &mut Vec<Finding>) {
    let paypal = match gateways::paypal_client(&app.services.ctx).await {
        Ok(Some(paypal)) => paypal,
        Ok(None) => return,
        Err(error) => {
            findings.push(finding(Verdict::Failed, "paypal: app of the office", Some(error.to_string())));
            return;
        }
    };
    if setting.config.server.allow_custom_gateways {
        let detail =
            "server.allow_custom_gateways is true: money may go to another place than PayPal".to_owned();
        findings.push(finding(Verdict::Warning, "paypal: address", Some(detail)));
    }
    let url = super::gateway::configured_url(setting, GatewayKind::Paypal);
    match paypal.examine(url.as_deref().unwrap_or_default()).await {
        Err(error) => {
            findings.push(finding(Verdict::Failed, "paypal", Some(error.to_string())));
            return;
        }
        Ok(seen) => {
            for name in seen.forbidden {
                let detail =
                    format!("the app at PayPal may not use “{name}”: switch it on at developer.paypal.com");
                findings.push(finding(Verdict::Warning, "paypal: app", Some(detail)));
            }
            if url.is_none() {
                let detail =
                    "not checked: server.public_url is empty, so PayPal cannot reach this site".to_owned();
                findings.push(finding(Verdict::Warning, "paypal: webhook", Some(detail)));
            } else if seen.webhook.is_empty() {
                findings.push(finding(Verdict::Ok, "paypal: webhook", None));
            } else {
                let faults = seen.webhook.iter().map(ToString::to_string);
                findings.extend(faults.map(|fault| finding(Verdict::Failed, "paypal: webhook", Some(fault))));
            }
        }
    }
    findings.push(finding(Verdict::Ok, "paypal", Some(super::paypal::mode(&paypal).to_owned())));
}

/// How the members at Patreon were last read. Nobody outside is asked: that would use its tokens up.
async fn check_patreon(app: &App, findings: &mut Vec<Finding>) {
    let ctx = &app.services.ctx;
    if ctx.patreon.is_none() {
        return;
    }
    let (verdict, detail) = match members::state(ctx).await {
        Err(error) => (Verdict::Failed, error.to_string()),
        Ok(PatreonState { account: None, is_configured: false, .. }) => {
            (Verdict::Warning, "no account is connected: an owner does that in the office".to_owned())
        }
        Ok(PatreonState { account: None, .. }) => {
            (Verdict::Warning, "not read yet: a worker does, within an hour".to_owned())
        }
        Ok(PatreonState { account: Some(account), .. }) => match (account.trouble, account.synced_at) {
            (Some(why), _) => (Verdict::Failed, why),
            (None, Some(at)) if ctx.now() - at < MEMBERS_READ_WITHIN => {
                (Verdict::Ok, format!("members read {}", at.format("%Y-%m-%d %H:%M UTC")))
            }
            (None, _) => (Verdict::Warning, "no round through all members ended for hours".to_owned()),
        },
    };
    findings.push(finding(verdict, "patreon", Some(detail)));
}

async fn check_mail(app: &App, findings: &mut Vec<Finding>) {
    findings.push(match app.services.mailer.check().await {
        Ok(()) => finding(Verdict::Ok, "mail", None),
        Err(error) => finding(Verdict::Failed, "mail", Some(error.to_string())),
    });
}
