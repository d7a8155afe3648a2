//! Members: people who support the publication at a platform elsewhere, mirrored here so that they are counted beside the
//! own patrons. The platform holds their money: what it pays out of all of them is in the books, and no sum of one member.

use super::donor::EmailAddress;
use super::ids::{DonorId, MemberId};
use super::money::{Money, MoneyError};
use super::patron::MoveKind;
use super::pledge::GatewayKind;
use super::remote::RemoteId;
use super::words;
use chrono::{DateTime, Utc};
use std::fmt;

words! {
    /// A platform elsewhere on which readers support the publication.
    Platform {
        /// Patreon.
        Patreon = "patreon",
    }
}

impl Platform {
    /// As people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Patreon => "Patreon",
        }
    }
}

/// Who sends webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Somebody who moves our money.
    Gateway(GatewayKind),
    /// A platform whose members are mirrored.
    Platform(Platform),
}

impl Sender {
    /// The word used in addresses, in the database and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway(kind) => kind.as_str(),
            Self::Platform(platform) => platform.as_str(),
        }
    }

    /// The sender named by `word`.
    pub fn parse(word: &str) -> Option<Self> {
        let platform = || Platform::parse(word).map(Self::Platform);
        GatewayKind::parse(word).map(Self::Gateway).or_else(platform)
    }
}

impl From<GatewayKind> for Sender {
    fn from(kind: GatewayKind) -> Self {
        Self::Gateway(kind)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

words! {
    /// How a member stands.
    MemberState {
        /// Pays.
        Active = "active",
        /// Should pay, and the last charge did not work; it is tried again.
        Declined = "declined",
        /// Got the last payment back, and is charged again next time all the same.
        Refunded = "refunded",
        /// Tries it out, and has not paid yet.
        Trial = "trial",
        /// Somebody else paid for it.
        Gifted = "gifted",
        /// Follows, and pays nothing.
        Free = "free",
        /// Paid once, and will not be charged again.
        Former = "former",
        /// The platform knows them no more.
        Erased = "erased",
    }
}

impl MemberState {
    /// Whether they are charged again unless somebody ends it: these are counted beside the own patrons.
    pub const fn is_in_force(self) -> bool {
        match self {
            Self::Active | Self::Declined | Self::Refunded => true,
            Self::Trial | Self::Gifted | Self::Free | Self::Former | Self::Erased => false,
        }
    }
}

words! {
    /// Who told of a member last.
    MemberSource {
        /// The platform, when it was asked.
        Platform = "platform",
        /// A file that the platform wrote.
        File = "file",
    }
}

/// What is said of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberNews {
    /// The platform's name of the membership; files do not know it.
    pub remote: Option<RemoteId>,
    /// The platform's name of the person: the same in its answers and in its files.
    pub person: Option<RemoteId>,
    /// Where they are reached, if the platform says so.
    pub email: Option<EmailAddress>,
    /// Whether the platform says that they confirmed that address; never of none. Files do not say so.
    pub is_email_verified: bool,
    /// What they are called there.
    pub name: Option<String>,
    /// How they stand.
    pub state: MemberState,
    /// What they are entitled to for each time between two charges, in the currency of the publication there. Who was a
    /// member may be entitled to something until what they paid for is over.
    pub entitled: Money,
    /// Months between two charges, from 1.
    pub months: i64,
    /// The platform's name of the level of support.
    pub tier: Option<RemoteId>,
    /// What they ever paid there.
    pub lifetime: Money,
    /// When they began to support.
    pub joined_at: Option<DateTime<Utc>>,
    /// When they were last charged, or nearly.
    pub charged_at: Option<DateTime<Utc>>,
    /// What came of that, in the platform's own words.
    pub charge: Option<String>,
    /// When they will be charged next.
    pub next_charge_at: Option<DateTime<Utc>>,
}

impl MemberNews {
    /// What the support comes to in a year; nothing of those who are not charged again.
    ///
    /// # Errors
    /// An amount that no sum can hold.
    pub fn annual(&self) -> Result<Money, MoneyError> {
        let currency = self.entitled.currency();
        if !self.state.is_in_force() {
            return Ok(Money::zero(currency));
        }
        let year = self.entitled.minor().checked_mul(12).ok_or(MoneyError::TooLarge)?;
        Ok(Money::new(year / self.months.max(1), currency))
    }

    /// What is left of somebody whom the platform knows no more.
    #[must_use]
    pub fn erased(self) -> Self {
        Self {
            email: None,
            is_email_verified: false,
            name: None,
            state: MemberState::Erased,
            entitled: Money::zero(self.entitled.currency()),
            tier: None,
            next_charge_at: None,
            ..self
        }
    }
}

/// A member as they are known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// Where they are one.
    pub platform: Platform,
    /// What was last said of them.
    pub news: MemberNews,
    /// Who said so.
    pub source: MemberSource,
    /// Of which moment that is: what is older changes nothing.
    pub as_of: DateTime<Utc>,
    /// The donor who is the same person, if somebody said so.
    pub donor: Option<DonorId>,
    /// Since when it is known that they are not the donor who they were taken for; then nobody is proposed any more.
    pub apart_at: Option<DateTime<Utc>>,
    /// Since when nothing of who they are is kept, whatever the platform says.
    pub forgotten_at: Option<DateTime<Utc>>,
}

impl Member {
    /// Whether a member may be taken for the donor of an address by that address alone: the platform says that it was
    /// confirmed there, the donor showed here that letters to it reach them, and nobody knows better.
    ///
    /// A gift that was paid shows nothing: anybody can type the address of somebody else beside a card of their own.
    pub fn shares_proven_address(&self, donor: &EmailAddress, proven_at: Option<DateTime<Utc>>) -> bool {
        let is_open = self.donor.is_none() && self.apart_at.is_none() && self.forgotten_at.is_none();
        let is_same = self.news.email.as_ref() == Some(donor);
        is_open && is_same && self.news.is_email_verified && proven_at.is_some()
    }
}

/// Whether a member was ever counted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Never.
    Never,
    /// At some time.
    Before,
}

/// What happened between two pictures of a member, as it is counted; none if nothing that counts did.
pub fn what_happened(before: Option<&MemberNews>, after: &MemberNews, past: Counted) -> Option<MoveKind> {
    let was = before.filter(|before| before.state.is_in_force());
    match (was, after.state.is_in_force()) {
        (None, false) => None,
        (None, true) if past == Counted::Before => Some(MoveKind::Returned),
        (None, true) => Some(MoveKind::Joined),
        (Some(_), false) => Some(MoveKind::Left),
        (Some(before), true) => {
            let failing = |news: &MemberNews| news.state == MemberState::Declined;
            match (failing(before), failing(after)) {
                (false, true) => Some(MoveKind::Failing),
                (true, false) => Some(MoveKind::Recovered),
                (false, false) | (true, true) => {
                    let worth = |news: &MemberNews| (news.entitled, news.months);
                    (worth(before) != worth(after)).then_some(MoveKind::Changed)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    fn member(state: MemberState, minor: i64) -> MemberNews {
        let currency = Currency::parse("EUR").unwrap();
        MemberNews {
            remote: None,
            person: Some(RemoteId::parse("5000000").unwrap()),
            email: EmailAddress::parse("pat@example.org").ok(),
            is_email_verified: true,
            name: Some("Pat".to_owned()),
            state,
            entitled: Money::new(minor, currency),
            months: 1,
            tier: None,
            lifetime: Money::zero(currency),
            joined_at: None,
            charged_at: None,
            charge: None,
            next_charge_at: None,
        }
    }

    #[test]
    fn only_those_who_are_charged_again_are_worth_something_and_a_year_is_twelve_months() {
        for state in MemberState::ALL {
            let worth = member(*state, 700).annual().unwrap().minor();
            assert_eq!(worth, if state.is_in_force() { 8_400 } else { 0 }, "{state}");
        }
        let yearly = MemberNews { months: 12, ..member(MemberState::Active, 700) };
        assert_eq!(yearly.annual().unwrap().minor(), 700);
        assert!(member(MemberState::Active, i64::MAX).annual().is_err());
    }

    /// Every pair of states has its answer.
    #[test]
    fn what_happened_is_read_from_two_pictures() {
        use MemberState::{Active, Declined, Former, Refunded};
        let between =
            |before, after| what_happened(Some(&member(before, 700)), &member(after, 700), Counted::Before);
        for before in MemberState::ALL {
            for after in MemberState::ALL {
                let expected = match (before.is_in_force(), after.is_in_force()) {
                    (false, true) => Some(MoveKind::Returned),
                    (true, false) => Some(MoveKind::Left),
                    (true, true) if *before == *after => None,
                    (true, true) if *after == Declined => Some(MoveKind::Failing),
                    (true, true) if *before == Declined => Some(MoveKind::Recovered),
                    (false, false) | (true, true) => None,
                };
                assert_eq!(between(*before, *after), expected, "{before} {after}");
            }
        }
        let first = |state| what_happened(None, &member(state, 700), Counted::Never);
        assert_eq!((first(Active), first(Former)), (Some(MoveKind::Joined), None));
        let more = what_happened(Some(&member(Active, 700)), &member(Refunded, 900), Counted::Before);
        assert_eq!(more, Some(MoveKind::Changed));
    }

    #[test]
    fn nothing_that_names_a_person_is_left_of_the_erased() {
        let erased = member(MemberState::Active, 700).erased();
        assert!(!erased.is_email_verified);
        assert!(erased.email.is_none() && erased.name.is_none() && erased.annual().unwrap().is_zero());
        assert!(erased.person.is_some(), "they are not counted anew if they come back");
    }

    /// Each of these alone is enough to say no.
    #[test]
    fn an_address_joins_two_only_if_it_is_proven_on_both_sides_and_nobody_knows_better() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let [own, other] =
            ["pat@example.org", "pet@example.org"].map(|text| EmailAddress::parse(text).unwrap());
        let member = Member {
            id: "mbr_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap(),
            platform: Platform::Patreon,
            news: member(MemberState::Active, 700),
            source: MemberSource::Platform,
            as_of: at,
            donor: None,
            apart_at: None,
            forgotten_at: None,
        };
        assert!(member.shares_proven_address(&own, Some(at)));
        assert!(!member.shares_proven_address(&own, None));
        assert!(!member.shares_proven_address(&other, Some(at)));
        let with = |change: fn(&mut Member)| {
            let mut changed = member.clone();
            change(&mut changed);
            changed.shares_proven_address(&own, Some(at))
        };
        assert!(!with(|member| member.news.is_email_verified = false));
        assert!(!with(|member| member.donor = "dnr_01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().ok()));
        assert!(!with(|member| member.apart_at = Some(member.as_of)));
        assert!(!with(|member| member.forgotten_at = Some(member.as_of)));
    }

    #[test]
    fn senders_of_webhooks_have_one_word_each() {
        for word in ["stripe", "paypal", "patreon"] {
            assert_eq!(Sender::parse(word).unwrap().as_str(), word);
        }
        assert!(Sender::parse("elsewhere").is_none());
    }
}
