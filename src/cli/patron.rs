//! `patron list`, `patron figures`, `patron cohorts`, `patron stop`.

use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::domain::audit::Actor;
use crate::domain::ids::PledgeId;
use crate::domain::patron::Month;
use crate::domain::subscription::{
    EndReason, OrderKind, OrderStatus, Orderer, SubscriptionState, SubscriptionStatus,
};
use crate::store::subscriptions;
use crate::usecases::Context;
use crate::usecases::patrons::figures;
use crate::usecases::patrons::orders::{self, OrderRequest};
use crate::usecases::views::{self, PatronView};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List recurring support: who, how much, how it stands, and when the next money is due.
    List {
        /// Only those in this state; `past_due` are those at risk.
        #[arg(long, value_parser = ["incomplete", "active", "past_due", "paused", "ended"])]
        status: Option<String>,
        /// At most so many of each state.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Show for each month what comes in regularly, who joined, left and recovered.
    Figures {
        /// Until and with this month, as in 2026-11.
        #[arg(long)]
        until: Option<Month>,
    },
    /// Show of those who joined in each month how many stayed.
    Cohorts {
        /// Until and with this month, as in 2026-11.
        #[arg(long)]
        until: Option<Month>,
    },
    /// Stop recurring support with the end of the paid time, in the donor's name.
    Stop {
        /// plg_…
        pledge: String,
        /// End it now instead.
        #[arg(long)]
        at_once: bool,
        /// Why, for the record.
        #[arg(long)]
        reason: Option<String>,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    match command {
        Command::List { status, limit } => list(ctx, status.as_deref(), limit).await,
        Command::Figures { until } => print_figures(ctx, until).await,
        Command::Cohorts { until } => print_cohorts(ctx, until).await,
        Command::Stop { pledge, at_once, reason } => {
            let pledge: PledgeId = pledge.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
            let what =
                if at_once { OrderKind::End { reason: EndReason::Voluntary } } else { OrderKind::Cancel };
            stop(ctx, OrderRequest { pledge, what, by: Orderer::Staff, reason }).await
        }
    }
}

async fn list(ctx: &Context, status: Option<&str>, limit: i64) -> Outcome {
    let mut table = Table::or("No patrons.");
    let wanted = status.and_then(SubscriptionStatus::parse);
    for status in
        SubscriptionStatus::ALL.iter().filter(|status| wanted.is_none_or(|wanted| wanted == **status))
    {
        let status = *status;
        let found = ctx.db.read(move |conn| subscriptions::in_status(conn, status, None, limit)).await?;
        for (subscription, _) in found {
            table.row(row(&views::patron(ctx, subscription.pledge).await?));
        }
    }
    table.print();
    Ok(())
}

fn row(view: &PatronView) -> [String; 7] {
    let (news, none) = (&view.subscription.news, || "-".to_owned());
    let state = match news.state {
        SubscriptionState::PastDue { since } => format!("past_due since {}", time(since)),
        SubscriptionState::Ended { at, reason } => format!("ended {} ({reason})", time(at)),
        SubscriptionState::Paused { until: Some(until) } => format!("paused until {}", time(until)),
        SubscriptionState::Paused { until: None }
        | SubscriptionState::Incomplete
        | SubscriptionState::Active => news.state.status().to_string(),
    };
    [
        view.pledge.id.to_string(),
        view.email.as_str().to_owned(),
        format!("{} {}", news.amount, news.frequency),
        view.tier.as_ref().map_or_else(none, |tier| tier.slug.to_string()),
        view.subscription.gateway.to_string(),
        state,
        view.subscription.next_charge_at().map_or_else(none, time),
    ]
}

fn this_month(ctx: &Context) -> Month {
    Month::of(ctx.day_of(ctx.now()))
}

async fn print_figures(ctx: &Context, until: Option<Month>) -> Outcome {
    let by_currency = figures::by_month(ctx, until.unwrap_or_else(|| this_month(ctx))).await?;
    let mut table = Table::or("No patrons yet.");
    let head = ["month", "recurring", "patrons", "joined", "returned", "left", "failing", "recovered"];
    if !by_currency.is_empty() {
        table.row(head.map(str::to_owned));
    }
    for month in by_currency.into_values().flatten() {
        table.row([
            month.month.to_string(),
            month.recurring.to_string(),
            month.patrons.to_string(),
            month.joined.to_string(),
            month.returned.to_string(),
            month.left.to_string(),
            month.failing.to_string(),
            month.recovered.to_string(),
        ]);
    }
    table.print();
    Ok(())
}

async fn print_cohorts(ctx: &Context, until: Option<Month>) -> Outcome {
    let cohorts = figures::cohorts(ctx, until.unwrap_or_else(|| this_month(ctx))).await?;
    let mut table = Table::or("No patrons yet.");
    for cohort in cohorts {
        let staying = cohort.staying.iter().map(|(month, count)| format!("{month}: {count}"));
        table.row([cohort.joined_in.to_string(), staying.collect::<Vec<_>>().join("  ")]);
    }
    table.print();
    Ok(())
}

async fn stop(ctx: &Context, request: OrderRequest) -> Outcome {
    let pledge = request.pledge;
    let ordered = orders::order_by(ctx, Actor::Command, request).await?;
    let news = &ordered.subscription.news;
    match (ordered.order.status, news.ends_at.filter(|_| news.state.is_in_force())) {
        (OrderStatus::Pending, _) => println!("{pledge}: the gateway gave no answer yet and is asked again."),
        (_, Some(ends_at)) => println!("{pledge} ends on {}.", time(ends_at)),
        (_, None) => println!("{pledge} has ended."),
    }
    Ok(())
}
