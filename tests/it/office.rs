//! The office: who comes in, by which door, and who may do what there.

mod audit;
pub(crate) mod clerk;
mod content;
mod door;
mod matrix;
mod outgoing;
mod passkeys;
mod people;
mod warnings;
mod work;
