//! The donor's own pages: what donors see of their record, and what they may change by themselves.
//!
//! Every function takes the donor whose pages they are, and finds nothing of anybody else: what belongs to others does
//! not exist here.

pub mod address;
pub(in crate::usecases) mod changes;
pub mod erase;
pub mod export;
pub mod overview;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod statements;
pub mod support;

pub use changes::letter as change_letter;
pub use changes::recent as recent_changes;
