//! The donor's own pages: the wish to sign in, a signed-in browser, and what a donor asks of their record.

use super::donor::EmailAddress;
use super::ids::{AccountChangeId, AddressChangeId, DonorId, ErasureId, SessionId, SignInId};
use super::money::Money;
use super::pledge::GatewayKind;
use super::receipt::Organisation;
use super::words;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::fmt;

/// How long an e-mailed link works, counted from its letter.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How long a wish to sign in waits for its letter to be written; later nobody waits for it any more.
pub const WISH_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How long a change of address waits for its two proofs.
pub const ADDRESS_CHANGE_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Wrong codes that a link bears; the next one voids it.
pub const CODE_TRIES_MAX: i64 = 5;
/// Characters of the code in the letter.
pub const CODE_LENGTH: usize = 8;
/// Longest postal address, in characters.
pub const ADDRESS_CHARACTERS_MAX: usize = 400;
/// Longest reason for leaving, in characters.
pub const REASON_CHARACTERS_MAX: usize = 300;

/// Characters of a code: none that look like another.
const CODE_CHARACTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A text that opens something: 256 random bits. Kept nowhere; only its hash is.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps what was made or handed in.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself: for a letter or a cookie, never for a log.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// The code of a letter from random bytes: eight characters, 40 bits.
pub fn code_of(random: [u8; 16]) -> String {
    let letter = |byte: &u8| CODE_CHARACTERS.get(usize::from(*byte % 32)).copied().map_or('2', char::from);
    random.iter().take(CODE_LENGTH).map(letter).collect()
}

/// What a person typed as a code: spaces and dashes left out, capital letters, look-alikes as they were meant.
pub fn typed_code(typed: &str) -> String {
    let kept = typed.chars().filter(char::is_ascii_alphanumeric).take(CODE_LENGTH * 2);
    kept.map(|c| match c.to_ascii_uppercase() {
        'O' | '0' => 'Q',
        'I' | '1' => 'L',
        other => other,
    })
    .collect()
}

words! {
    /// Where a wish to sign in stands.
    SignInStatus {
        /// The letter is to be written.
        Asked = "asked",
        /// Too many for this address: answered like the others, and followed by nothing.
        Muted = "muted",
        /// The letter with the link was written.
        Sent = "sent",
        /// Somebody signed in with it.
        Used = "used",
        /// A later wish, too many wrong codes or its end came first; or nobody is known there.
        Void = "void",
    }
}

/// A wish to sign in, and the link that answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Its id.
    pub id: SignInId,
    /// The address that was typed, in the one form of addresses.
    pub email: EmailAddress,
    /// Hash of the cookie of the browser that asked.
    pub browser_hash: String,
    /// Where it stands.
    pub status: SignInStatus,
    /// Hash of the code; none before the letter is written.
    pub code_hash: Option<String>,
    /// Wrong codes so far.
    pub code_tries: i64,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When its letter was written.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl SignIn {
    /// True while somebody can sign in with it. A clock that was set back revives nothing.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        let written = self.sent_at.is_some_and(|at| at <= now);
        self.status == SignInStatus::Sent && written && now < self.expires_at
    }

    /// True while its letter may still be written.
    pub fn awaits_letter(&self, now: DateTime<Utc>) -> bool {
        match self.status {
            SignInStatus::Asked => now < self.expires_at,
            // The letter was written but perhaps not sent: it is written anew, with another link.
            SignInStatus::Sent => now < self.asked_at + WISH_LIFETIME,
            SignInStatus::Muted | SignInStatus::Used | SignInStatus::Void => false,
        }
    }
}

/// How long sessions live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    /// Without a visit.
    pub idle: TimeDelta,
    /// From signing in.
    pub longest: TimeDelta,
}

/// A browser in which a donor is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id; opens nothing.
    pub id: SessionId,
    /// Who.
    pub donor: DonorId,
    /// Such as `Firefox on Linux`.
    pub browser: String,
    /// Signed in.
    pub created_at: DateTime<Utc>,
    /// Last visit, give or take a minute.
    pub seen_at: DateTime<Utc>,
    /// Ends then, whatever happens.
    pub expires_at: DateTime<Utc>,
}

impl Session {
    /// True while it opens the pages.
    pub fn is_live(&self, now: DateTime<Utc>, rules: SessionRules) -> bool {
        now < self.expires_at && now < self.seen_at + rules.idle
    }
}

/// A donor as their own pages show and change them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub id: DonorId,
    /// Where letters go.
    pub email: EmailAddress,
    /// Their name.
    pub name: Option<String>,
    /// Their language, a BCP 47 tag; none if never chosen.
    pub locale: Option<String>,
    /// Their postal address, in lines.
    pub postal_address: Option<String>,
    /// When the first money arrived.
    pub created_at: DateTime<Utc>,
    /// When they were forgotten.
    pub erased_at: Option<DateTime<Utc>>,
}

words! {
    /// Which of the two addresses of a change is meant.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    Side {
        /// The address on record.
        Old = "old",
        /// The address to come.
        New = "new",
    }
}

words! {
    /// Where a change of address stands.
    AddressChangeStatus {
        /// Waits for its proofs.
        Open = "open",
        /// Both addresses were proved, and the new one is on record.
        Done = "done",
        /// Given up, run out, or followed by another one.
        Void = "void",
    }
}

/// A change of e-mail address, which both addresses must prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressChange {
    /// Its id.
    pub id: AddressChangeId,
    /// Whose.
    pub donor: DonorId,
    /// On record when it was asked for.
    pub old: EmailAddress,
    /// To come.
    pub new: EmailAddress,
    /// Where it stands.
    pub status: AddressChangeStatus,
    /// When the old address was proved.
    pub old_proved_at: Option<DateTime<Utc>>,
    /// When the new address was proved.
    pub new_proved_at: Option<DateTime<Utc>>,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// When it ends without its proofs.
    pub expires_at: DateTime<Utc>,
}

impl AddressChange {
    /// True while it can be proved.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.status == AddressChangeStatus::Open && self.asked_at <= now && now < self.expires_at
    }

    /// When this address was proved.
    pub fn proved_at(&self, side: Side) -> Option<DateTime<Utc>> {
        match side {
            Side::Old => self.old_proved_at,
            Side::New => self.new_proved_at,
        }
    }

    /// The address of a side.
    pub fn address(&self, side: Side) -> &EmailAddress {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }
}

words! {
    /// What a donor changed on their own pages.
    ChangeKind {
        /// Name, postal address or language.
        Details = "details",
        /// Whether the name of a pledge may be shown.
        Visibility = "visibility",
        /// The e-mail address.
        Email = "email",
        /// All their data was handed out.
        Export = "export",
        /// They asked to be forgotten, and have not confirmed it yet.
        ErasureAsked = "erasure_asked",
        /// They took that back.
        ErasureDropped = "erasure_dropped",
        /// They signed out everywhere.
        SignedOut = "signed_out",
        /// They declared that tax may be claimed on their gifts.
        GiftAid = "gift_aid",
        /// That was ended.
        GiftAidEnded = "gift_aid_ended",
    }
}

/// Something that a donor changed. A letter confirms it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Its id.
    pub id: AccountChangeId,
    /// Whose.
    pub donor: DonorId,
    /// What.
    pub kind: ChangeKind,
    /// From what to what.
    pub detail: ChangeDetail,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// From what to what; parts that do not pertain are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChangeDetail {
    /// The names of the fields that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// The address before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_email: Option<String>,
    /// The campaign of the pledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// `named` or `hidden`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<String>,
    /// What was declared, in the words of the law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
}

words! {
    /// Where a wish to be forgotten stands.
    ErasureStatus {
        /// Asked for; a second step confirms it.
        Asked = "asked",
        /// Confirmed: running pledges are ended, then the person is forgotten.
        Confirmed = "confirmed",
        /// Forgotten.
        Done = "done",
    }
}

/// A wish to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// Whose.
    pub donor: DonorId,
    /// Where it stands.
    pub status: ErasureStatus,
    /// Where the last letter goes; forgotten once it is sent.
    pub email: Option<EmailAddress>,
    /// The language of the last letter.
    pub locale: Option<String>,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
}

/// What a donor gave in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The year, by the publisher's calendar.
    pub year: i32,
    /// Who gave.
    pub profile: Profile,
    /// Who received it.
    pub organisation: Organisation,
    /// Every payment of which something is left, the oldest first.
    pub lines: Vec<StatementLine>,
    /// What is left in all, one amount for each currency, by its code.
    pub totals: Vec<Money>,
}

/// One payment on a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// The day the money arrived, in the publisher's time zone.
    pub received_on: NaiveDate,
    /// Title of the campaign.
    pub campaign: String,
    /// By which way.
    pub gateway: GatewayKind,
    /// What was paid.
    pub gross: Money,
    /// What is left of it.
    pub kept: Money,
    /// The number of the receipt that holds.
    pub receipt: Option<String>,
}

/// The address that takes the place of a forgotten one. Nothing is ever sent there.
pub fn erased_address(donor: DonorId) -> Option<EmailAddress> {
    EmailAddress::parse(&format!("{}@{ERASED_HOST}", donor.to_string().to_ascii_lowercase())).ok()
}

/// True for an address that [`erased_address`] made.
pub fn is_erased(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, host)| host == ERASED_HOST)
}

/// The address that stands for none: who gave by hand need not have one. Nothing is ever sent there.
pub fn no_address(donor: DonorId) -> Option<EmailAddress> {
    EmailAddress::parse(&format!("{}@{NO_ADDRESS_HOST}", donor.to_string().to_ascii_lowercase())).ok()
}

/// True for an address that [`no_address`] made.
pub fn is_no_address(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, host)| host == NO_ADDRESS_HOST)
}

/// Whether letters can reach somebody there: an address that was given, of somebody who was not forgotten.
pub fn can_be_mailed(address: &str) -> bool {
    !(address.is_empty() || is_erased(address) || is_no_address(address))
}

/// An address as files show it: nothing where it stands for none.
pub fn address_text(address: &str) -> &str {
    if is_no_address(address) { "" } else { address }
}

/// No mail server has these names, nor ever will (RFC 6761).
const ERASED_HOST: &str = "erased.invalid";
/// The host of [`no_address`], which SQL has to name as well.
pub const NO_ADDRESS_HOST: &str = "no-address.invalid";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id as _;

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let code = code_of([0, 31, 8, 23, 255, 16, 40, 63, 9, 9, 9, 9, 9, 9, 9, 9]);
        assert_eq!(code.len(), CODE_LENGTH);
        let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
        assert_eq!(typed_code(&typed), code);
        assert_eq!(typed_code("oI01"), "QLQL");
        assert_eq!(typed_code(&"A".repeat(99)).len(), 16);
    }

    #[test]
    fn a_forgotten_address_is_an_address_and_known_as_one() {
        let donor = DonorId::from_ulid(ulid::Ulid::from_parts(1, 2));
        let address = erased_address(donor).unwrap();
        assert!(is_erased(address.as_str()));
        assert!(!is_erased("erased.invalid@example.org"));
    }

    #[test]
    fn an_address_that_stands_for_none_is_neither_mailed_nor_shown() {
        let donor = DonorId::from_ulid(ulid::Ulid::from_parts(1, 2));
        let (none, erased) = (no_address(donor).unwrap(), erased_address(donor).unwrap());
        assert!(is_no_address(none.as_str()) && !is_no_address(erased.as_str()));
        assert_eq!(address_text(none.as_str()), "");
        assert_eq!(address_text("ann@example.org"), "ann@example.org");
        let mailed = [none.as_str(), erased.as_str(), "", "ann@example.org"].map(can_be_mailed);
        assert_eq!(mailed, [false, false, false, true]);
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", Secret::new("abc".into())), "Secret(***)");
    }
}
