//! Owns: the languages that donors are spoken to in: messages (Fluent files), numbers, amounts, dates, and which
//! language a visitor gets.
//! May import: domain. Must not: know pages, requests or the database; speak to staff (that is English).
//!
//! Messages stand in `locales/<language>/*.ftl`, built into the program. A publisher adds a language, or words of
//! their own, by files of the same kind in `<site.templates>/locales/<language>/`; no rebuild is needed. How
//! amounts and days are written is part of the messages (`amount`, `day`), with the patterns and names of CLDR;
//! digits, separators and plural forms come from CLDR itself.

mod catalogue;
mod choice;
mod language;
pub mod own;
#[cfg(test)]
mod tests;

pub use catalogue::WordsError;
pub use choice::{Choice, Words};
pub use language::{Dir, Language, Variable};
