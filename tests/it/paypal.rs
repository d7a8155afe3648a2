//! PayPal, from the form to the receipt and back, against the emulator: whatever the network and PayPal do, every payment
//! is taken and booked once, and the clearing account says what PayPal's own balance says.

mod back;
mod door;
mod giving;
pub(crate) mod patrons;
mod setup;
pub(crate) mod shop;
mod trouble;
