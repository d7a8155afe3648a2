//! `reconcile`.

use super::{Failure, Outcome, Setting};
use crate::domain::pledge::GatewayKind;
use crate::usecases::reconcile;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Only with this gateway.
    #[arg(long, value_parser = gateway)]
    gateway: Option<GatewayKind>,
    /// From this day on (2026-11-25), or this moment (2026-11-25T10:00:00Z). Without it: from where the last run ended.
    #[arg(long, value_parser = moment)]
    since: Option<DateTime<Utc>>,
}

fn gateway(word: &str) -> Result<GatewayKind, String> {
    let names = || GatewayKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    GatewayKind::parse(word).ok_or_else(|| format!("one of {}", names()))
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    day.or_else(|_not_a_day| DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()))
        .map_err(|_neither| "a day such as 2026-11-25, or a moment such as 2026-11-25T10:00:00Z".to_owned())
}

pub(super) async fn run(setting: &Setting, options: Options) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    if let Some(kind) = options.gateway.filter(|kind| ctx.gateways.get(*kind).is_none()) {
        return Err(Failure::Usage(format!("{kind} is off; its section in the configuration has no keys")));
    }
    let reports = reconcile::run(ctx, options.gateway, options.since).await?;
    for report in &reports {
        println!("{} since {}", report.gateway, report.since.format("%Y-%m-%d %H:%M UTC"));
        println!("  {:>7} events listed, {} of them never delivered", report.events, report.missed);
        println!("  {:>7} facts held against the books", report.facts);
        println!("  {:>7} attempts without an answer asked about", report.asked);
        println!(
            "  {:>7} movements on its balance read, {} payouts",
            report.balance.movements, report.balance.payouts
        );
        println!(
            "  {:>7} movements that are not what the books say (see *Balances* in the office)",
            report.balance.open
        );
        println!("  {:>7} payments that nobody here began (see `mainstay review list`)", report.unclaimed);
    }
    if reports.is_empty() {
        println!("No gateway that can be asked is on.");
    }
    Ok(())
}
