//! Typed identifiers: a prefix that says what it names, and a ULID that sorts by time.

use chrono::{DateTime, Utc};
use std::fmt;
use std::str::FromStr;
use ulid::Ulid;

/// A text that is no id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{given}” is not an id that starts with {prefix}_")]
pub struct IdError {
    given: String,
    prefix: &'static str,
}

/// What every id type can do; lets one source of ids serve all of them.
pub trait Id: Sized {
    /// The part before the underscore.
    const PREFIX: &'static str;
    /// Wraps a ULID.
    fn from_ulid(ulid: Ulid) -> Self;
}

/// The smallest id that can be made at a moment: ids sort by time.
pub fn smallest_at<T: Id>(at: DateTime<Utc>) -> T {
    T::from_ulid(Ulid::from_parts(u64::try_from(at.timestamp_millis()).unwrap_or_default(), 0))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_ulid(ulid: Ulid) -> Self {
                Self(ulid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text, $prefix).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Names a campaign.
    CampaignId "cmp";
    /// Names a tier.
    TierId "tir";
    /// Names what was asked of a subscription; also the idempotency key of its gateway call.
    OrderId "ord";
    /// Names a donor.
    DonorId "dnr";
    /// Names a pledge.
    PledgeId "plg";
    /// Names an attempt; also the idempotency key of its gateway call.
    AttemptId "att";
    /// Names a donation.
    DonationId "don";
    /// Names a refund; also the idempotency key of its gateway call.
    RefundId "rfd";
    /// Names a dispute.
    DisputeId "dsp";
    /// Names a ledger entry.
    EntryId "ent";
    /// Names a payout.
    PayoutId "pyt";
    /// Names a movement on a gateway's balance.
    MovementId "mov";
    /// Names cash or cheques that were paid in at the bank.
    DepositId "dps";
    /// Names a receipt.
    ReceiptId "rcp";
    /// Names a job; part of the `Message-ID` of the mail it sends.
    JobId "job";
    /// Names a received webhook event in the inbox.
    InboxId "evt";
    /// Names an item that a person must look at.
    ReviewId "rev";
    /// Names a payment at the sandbox gateway.
    SandboxPaymentId "sbp";
    /// Names a gift that goes on by a link that is sent by e-mail.
    GiftLinkId "gfl";
    /// Names a wish to sign in, and the link that answers it.
    SignInId "sgn";
    /// Names a signed-in browser.
    SessionId "ses";
    /// Names a change of e-mail address that waits for its proofs.
    AddressChangeId "adr";
    /// Names something that a donor changed on their own pages.
    AccountChangeId "chg";
    /// Names a wish to be forgotten.
    ErasureId "era";
    /// Names somebody of the staff.
    StaffId "stf";
    /// Names a one-time link for staff.
    StaffLinkId "lnk";
    /// Names an address that somebody of the staff had before.
    FormerAddressId "sfa";
    /// Names a passkey of somebody of the staff.
    PasskeyId "psk";
    /// Names a browser in which staff are signed in.
    StaffSessionId "sts";
    /// Names a note on a donor.
    NoteId "not";
    /// Names a letter that staff wrote to a donor.
    LetterId "ltr";
    /// Names the finding that two donors are one.
    MergeId "mrg";
    /// Names somewhere that outgoing webhooks are sent.
    EndpointId "whe";
    /// Names one telling of an outgoing webhook.
    DeliveryId "dlv";
    /// Names a view of a list that somebody of the staff saved.
    SavedViewId "viw";
    /// Names a token of the API.
    TokenId "tok";
    /// Names a file that staff asked for.
    ExportId "exp";
    /// Names a file of a bank with the lines of a statement.
    BankStatementId "bst";
    /// Names a line of a bank's statement.
    BankLineId "bnl";
    /// Names how the columns of a bank's CSV are to be understood.
    BankMappingId "bmp";
    /// Names a file of gifts that came before.
    ImportId "imp";
    /// Names a line of such a file.
    ImportLineId "iml";
    /// Names what a United Kingdom taxpayer declared.
    DeclarationId "gad";
    /// Names a member of the publication at a platform elsewhere.
    MemberId "mbr";
    /// Names a name on the page of a campaign.
    WallEntryId "wal";
    /// Names a comment of a reader.
    CommentId "cmt";
    /// Names a webhook event of the sandbox gateway.
    SandboxEventId "sbe";
}

fn parse(text: &str, prefix: &'static str) -> Result<Ulid, IdError> {
    let refused = || IdError { given: text.chars().take(40).collect(), prefix };
    let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or_else(refused)?;
    let ulid = Ulid::from_string(rest).map_err(|_malformed| refused())?;
    // Lower case or look-alike letters also decode: only the one canonical spelling is an id.
    if ulid.to_string() == rest { Ok(ulid) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_no_other_spelling_does() {
        let id = PledgeId::from_ulid(Ulid::from_parts(1_700_000_000_000, 42));
        assert_eq!(id.to_string().parse::<PledgeId>(), Ok(id));
        let text = id.to_string();
        for other in [
            text.to_lowercase(),
            text.replace("plg", "don"),
            format!("{text} "),
            "plg_".to_owned(),
            String::new(),
        ] {
            assert!(other.parse::<PledgeId>().is_err(), "{other}");
        }
    }
}
