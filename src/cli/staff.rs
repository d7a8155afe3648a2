//! `staff add`, `staff reset` and `staff list`.

use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::domain::access::Role;
use crate::domain::audit::Actor;
use crate::usecases::staff::members::{self, Anew};
use crate::usecases::staff::setup;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Ask somebody to join, and print the one-time link for it.
    Add {
        /// Their e-mail address.
        email: String,
        /// owner, finance, editor or viewer.
        #[arg(long)]
        role: String,
    },
    /// Print a new one-time link for somebody who forgot their password. Their second factor stays.
    Reset {
        /// Their e-mail address.
        email: String,
        /// Forget the second factor too, when the authenticator and the recovery codes are lost.
        #[arg(long)]
        second_factor: bool,
    },
    /// List everybody.
    List,
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    match command {
        Command::Add { email, role } => {
            let roles = || Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
            let role = Role::parse(&role)
                .ok_or_else(|| Failure::Usage(format!("--role {role}: there are {}", roles())))?;
            let (member, link) = members::invite(ctx, Actor::Command, &email, role).await?;
            println!("{} joins as {role}. The link works once, within an hour:", member.email.as_str());
            println!("{}", setup::url(ctx, &link));
        }
        Command::Reset { email, second_factor } => {
            let what = if second_factor { Anew::Everything } else { Anew::Password };
            let (member, link) = members::reset(ctx, Actor::Command, &email, what).await?;
            println!("A new link for {}. It works once, within an hour:", member.email.as_str());
            println!("{}", setup::url(ctx, &link));
        }
        Command::List => {
            let mut table = Table::or("Nobody yet: start the site, and open the link that it prints.");
            for member in members::list(ctx).await? {
                let since = time(member.created_at);
                let email = member.email.as_str().to_owned();
                table.row([email, member.role.to_string(), member.status.to_string(), since]);
            }
            table.print();
        }
    }
    Ok(())
}
