//! Owns: the verbs of the product. The only place that changes anything.
//! May import: domain, store, the gateway trait. Must not: know the web, mail, templates or configuration.

#![warn(missing_docs)]

pub mod abuse;
pub mod account;
pub mod appeals;
pub mod audit;
pub mod balances;
pub mod bank;
pub mod bank_statements;
pub mod campaigns;
pub mod comments;
mod context;
pub mod demo;
pub mod deposits;
pub mod desk;
mod error;
pub mod examine;
mod exchange;
pub mod exports;
pub mod figures;
pub mod gateways;
pub mod gift_aid;
pub mod gifts;
pub mod handed_in;
pub mod holds;
pub mod imports;
pub mod limits;
pub mod members;
pub mod notices;
pub mod once;
pub mod operations;
pub mod outbound_links;
pub mod outgoing;
pub mod pages;
pub mod patrons;
pub mod pledge;
pub mod pledge_terms;
pub mod receipts;
pub mod reconcile;
pub mod refund;
mod retention;
pub mod reviews;
pub mod sandbox;
mod secrets;
pub mod settings;
pub mod settle;
pub mod staff;
pub mod sync;
pub mod tokens;
pub mod upkeep;
pub mod views;
pub mod wall;
pub mod webhook;

pub use context::{AmountLimits, Context, Policy, SiteKey, WatchedAmounts};
pub use error::{FieldError, UseCaseError};
pub use exchange::Exchange;
