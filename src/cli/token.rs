//! `token create`, `token list` and `token revoke`.

use super::table::{Table, time};
use super::{Failure, Outcome, Setting};
use crate::domain::access::Scope;
use crate::domain::audit::Actor;
use crate::domain::ids::TokenId;
use crate::usecases::staff::tokens::{self, Wanted};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a token of the API, and print it this once.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// read, write or finance.
        #[arg(long)]
        scope: String,
        /// For how many days.
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
    /// List every token.
    List,
    /// End a token before its time.
    Revoke {
        /// tok_…
        id: String,
    },
}

pub(super) async fn run(setting: &Setting, command: Command) -> Outcome {
    let app = setting.app().await?;
    let ctx = &app.services.ctx;
    match command {
        Command::Create { name, scope, days } => {
            let scopes = || Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
            let scope = Scope::parse(&scope)
                .ok_or_else(|| Failure::Usage(format!("--scope {scope}: there are {}", scopes())))?;
            let (token, secret) = tokens::create(ctx, Actor::Command, Wanted { name, scope, days }).await?;
            eprintln!("{} may {scope} until {}. It is shown only now:", token.id, time(token.expires_at));
            println!("{}", secret.expose());
        }
        Command::List => {
            let now = ctx.now();
            let mut table = Table::or("There is no token.");
            for token in tokens::list(ctx).await? {
                let ends = if token.is_live(now) { time(token.expires_at) } else { "ended".to_owned() };
                table.row([token.id.to_string(), token.scope.to_string(), ends, token.name]);
            }
            table.print();
        }
        Command::Revoke { id } => {
            let id: TokenId = id.parse().map_err(|error| Failure::Usage(format!("{error}")))?;
            tokens::revoke(ctx, Actor::Command, id).await?;
            println!("{id} opens nothing any more.");
        }
    }
    Ok(())
}
