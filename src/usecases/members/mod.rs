//! Members at platforms elsewhere: the account is connected, its members are read, and what is learned of them is counted
//! beside the own patrons, apart from the books; what the platform pays out of all of them is told from these.

mod account;
mod connect;
mod events;
mod import;
mod learn;
mod moving;
mod payouts;
mod people;
mod same;
mod state;
mod sync;
mod webhook;

pub use account::PatreonPlan;
pub use connect::{begin, connect, disconnect, set_like};
pub use events::{accept, process};
pub use import::{Import, Imported, import};
pub use moving::{destination, move_link};
pub use payouts::{PaidOutMonth, paid_out};
pub use people::{MemberFile, be_one, be_two, file};
pub use state::{PatreonState, by_month, order_sync, state};
pub use sync::{Report, hourly, sync};

use super::Context;
use crate::domain::member::Platform;

const PATREON: Platform = Platform::Patreon;

/// The question that is raised when Patreon cannot be asked any more.
const DISCONNECTED: &str = "patreon_disconnected";

/// The question that is raised about somebody who supports the publication in both places.
const DOUBLE: &str = "patreon_double";

/// Where Patreon's webhooks come in.
pub fn webhook_url(ctx: &Context) -> String {
    format!("{}/webhooks/patreon", ctx.policy.public_url)
}

/// Where Patreon leads back to after somebody was asked for permission.
pub fn return_url(ctx: &Context) -> String {
    format!("{}/admin/patreon/return", ctx.policy.public_url)
}
