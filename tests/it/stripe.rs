//! Stripe, from the form to the receipt and back, against the emulator: whatever the network and Stripe do, every
//! payment is in the books once, and the clearing account says what Stripe's own balance says.

mod back;
mod door;
mod giving;
mod patrons;
mod patrons_trouble;
mod setup;
pub(crate) mod shop;
mod slow;
mod trouble;
