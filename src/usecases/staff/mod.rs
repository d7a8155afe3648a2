//! The people who run the publication: how they come in, and who may do what.

mod cose;
pub mod factors;
pub mod members;
pub mod passkeys;
mod password;
mod seal;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod tokens;
mod tries;
pub mod warnings;
mod webauthn;

pub use seal::Sealer;
pub use sessions::SignedIn;
