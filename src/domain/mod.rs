//! Owns: what the words of the product mean and which states are possible.
//! May import: nothing of ours. Must not: do I/O, read a clock, name a database, a web server, a mail or
//! template library.

#![warn(missing_docs)]

pub mod abuse;
pub mod access;
pub mod account;
pub mod appeal;
pub mod article;
pub mod attempt;
pub mod audit;
pub mod balance;
pub mod bank;
pub mod bank_line;
pub mod bank_mapping;
pub mod campaign;
pub mod clock;
pub mod comment;
pub mod data_map;
pub mod deposit;
pub mod dispute;
pub mod donation;
pub mod donor;
pub mod export;
pub mod figures;
pub mod gateway_key;
pub mod gift_aid;
pub mod gift_import;
pub mod ids;
pub mod job;
pub mod ledger;
pub mod list;
pub mod media;
pub mod member;
pub mod money;
pub mod old_address;
pub mod outbound;
pub mod outgoing;
pub mod past_comment;
pub mod patron;
pub mod picture;
pub mod platform_payout;
pub mod pledge;
pub mod receipt;
pub mod refund;
pub mod remote;
pub mod retention;
pub mod search;
pub mod sheet;
pub mod staff;
pub mod subscription;
pub mod tier;
pub mod token;
pub mod wall;

/// Declares an enum that is stored and shown as fixed lower-case words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word used in the database, the API and logs.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value named by `word`.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
