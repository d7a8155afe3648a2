//! The office: who comes in, by which door, and who may do what there.

mod audit;
mod by_hand;
pub(crate) mod clerk;
pub(crate) mod content;
mod door;
mod gateways;
pub(crate) mod letters;
mod matrix;
mod outgoing;
mod passkeys;
mod paypal_app;
mod people;
mod settings;
mod warnings;
mod wording;
mod work;
