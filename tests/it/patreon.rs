//! Members at Patreon, against the emulator: whatever the network and Patreon do, each member is counted once, beside the own
//! patrons and apart from the books.

mod account;
mod articles;
mod door;
mod figures;
mod files;
mod members;
mod money;
mod people;
pub(crate) mod site;
