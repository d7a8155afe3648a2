//! The office: who comes in, by which door, and who may do what there.

mod audit;
pub(crate) mod clerk;
pub(crate) mod content;
mod door;
mod matrix;
mod outgoing;
mod people;
mod work;
