//! The donor's own pages: nobody else's, and opened by an e-mailed link only.

mod address;
mod erasure;
mod gifts;
mod links;
mod other_way;
mod sessions;
mod statements;
mod support;
pub(crate) mod visitor;
