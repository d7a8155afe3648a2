//! Texts that open something, and their hashes, which are all that is kept of them.

use crate::domain::account::{Secret, code_of};
use crate::usecases::Context;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// 256 fresh bits as text.
pub(in crate::usecases) fn fresh(ctx: &Context) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode([ctx.ids.random(), ctx.ids.random()].concat()))
}

/// A fresh code of a letter.
pub(in crate::usecases) fn fresh_code(ctx: &Context) -> String {
    code_of(ctx.ids.random())
}

/// SHA-256, in hexadecimal digits.
pub(in crate::usecases) fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The hash of a code. The link's token is part of it: 40 bits alone could be found by trying all of them.
pub(in crate::usecases) fn code_hash(token: &str, code: &str) -> String {
    hash(&format!("{token}:{code}"))
}

/// Whether a text has this hash, in a time that says nothing about it.
pub(in crate::usecases) fn matches(text: &str, known_hash: &str) -> bool {
    same(&hash(text), known_hash)
}

/// Whether two hashes are the same, in a time that says nothing about them.
pub(in crate::usecases) fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
