//! Owns: the balances that gateways keep for the publisher, held against the books: what moved, what was paid out, and
//! whether each is what the books say.
//!
//! A movement about a gift of ours is booked by what the gateway reports of the gift; here it is only compared. All others
//! are booked here, so that the clearing account of a gateway is its balance. A payout is on its way until a line of the bank
//! shows it (`arrivals`).

mod arrivals;
mod journal;
mod pull;
mod report;
mod take;

pub use arrivals::{Fit, arrived, find_arrivals};
pub use journal::{Journal, JournalLine, journal};
pub use pull::Pulled;
pub use report::{BalanceFile, Carried, PayoutFile, Sums, balances, held_on, payout};

pub(super) use arrivals::{payouts_for, unbind};
pub(super) use pull::pull;
