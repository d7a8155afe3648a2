//! The people who run the publication, and how they prove that they are themselves.

use super::access::{Permission, Role};
use super::donor::EmailAddress;
use super::ids::{FormerAddressId, PasskeyId, StaffId, StaffLinkId, StaffSessionId};
use super::words;
use chrono::{DateTime, TimeDelta, Utc};

/// How long a one-time link works.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How long somebody has between the password and the second factor.
pub const HALF_WAY_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How long a proof holds for dangerous acts.
pub const PROOF_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How long a question that a passkey is asked waits for its answer.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// Most passkeys that somebody has.
pub const PASSKEYS_MAX: usize = 10;
/// Shortest password, in characters. No other rule of composition.
pub const PASSWORD_CHARACTERS_MIN: usize = 12;
/// Longest password, in characters.
pub const PASSWORD_CHARACTERS_MAX: usize = 128;
/// Recovery codes handed out at a time.
pub const RECOVERY_CODES: usize = 10;

/// Failures in a row that cost no time.
const FREE_FAILURES: i64 = 5;
/// Longest time to wait after failures: nobody is locked out for good.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

words! {
    /// Whether somebody may sign in.
    StaffStatus {
        /// Asked, but not yet here.
        Invited = "invited",
        /// May.
        Active = "active",
        /// May no longer.
        Disabled = "disabled",
    }
}

words! {
    /// How far somebody has come through the door.
    Stage {
        /// The password is right, and there is no second factor yet: it must be set up.
        Enrolling = "enrolling",
        /// The password is right; the second factor is still to come.
        Second = "second",
        /// Inside.
        Full = "full",
    }
}

words! {
    /// What staff are told of by a letter, because whoever did it may not be who they seem.
    StaffNotice {
        /// Somebody came in by a recovery code.
        RecoveryCodeUsed = "recovery_code_used",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// A one-time link was made, by which the password can be chosen anew.
        LinkMade = "link_made",
        /// The same, and everything else that proved them is forgotten.
        FactorsForgotten = "factors_forgotten",
        /// Another authenticator was taken.
        AuthenticatorChanged = "authenticator_changed",
        /// The recovery codes of before are void.
        RecoveryCodesRenewed = "recovery_codes_renewed",
        /// The address was changed.
        AddressChanged = "address_changed",
        /// A passkey was added.
        PasskeyAdded = "passkey_added",
        /// A passkey was removed.
        PasskeyRemoved = "passkey_removed",
        /// To the owners: a token of the API was made.
        TokenMade = "token_made",
        /// To the owners: donors are told of another account for their transfers.
        AccountSet = "account_set",
        /// To the owners: somebody joined the staff.
        MemberJoined = "member_joined",
    }
}

impl serde::Serialize for StaffNotice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for StaffNotice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Self::parse(&word).ok_or_else(|| serde::de::Error::custom("not a notice to staff"))
    }
}

/// What somebody is to be told by a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StaffTold {
    /// What.
    pub notice: StaffNotice,
    /// The row of the log that says when, and by whom.
    pub row: i64,
    /// To whom.
    pub to: StaffId,
    /// The address that they had before, if it goes there.
    pub former: Option<FormerAddressId>,
}

impl StaffTold {
    /// Tells the letters about one row of the log apart.
    pub fn key(&self) -> String {
        let row = self.row;
        self.former.map_or_else(|| format!("{row}/{}", self.to), |former| format!("{row}/{former}"))
    }
}

/// Somebody of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their id.
    pub id: StaffId,
    /// Where they are reached, and how they sign in.
    pub email: EmailAddress,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they may sign in.
    pub status: StaffStatus,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
    /// How many passkeys they have.
    pub passkeys: i64,
}

/// What somebody proves themselves with, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credentials {
    /// Argon2id in PHC form.
    pub password_hash: Option<String>,
    /// The seed of their codes, sealed.
    pub totp_sealed: Option<String>,
    /// A seed that was shown but not yet proved, sealed.
    pub totp_offered: Option<String>,
    /// The last half minute whose code was taken.
    pub totp_last_step: i64,
    /// How many passkeys they have; this is read and never written from here.
    pub passkeys: i64,
}

impl Credentials {
    /// Whether there is a second factor to be shown.
    pub fn has_second_factor(&self) -> bool {
        self.totp_sealed.is_some() || self.passkeys > 0
    }

    /// Where somebody stands who has shown their password.
    pub fn stage_after_password(&self) -> Stage {
        if self.has_second_factor() { Stage::Second } else { Stage::Enrolling }
    }
}

/// A passkey of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Our id of it.
    pub id: PasskeyId,
    /// Whose.
    pub staff: StaffId,
    /// What they call it.
    pub name: String,
    /// Its own id, in base64url.
    pub credential: String,
    /// Its public key: COSE in base64url.
    pub public_key: String,
    /// How often it was used, by its own count; 0 if it does not count.
    pub counter: u32,
    /// Whether it may be copied to other devices of its holder.
    pub backup_eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
    /// Since when it is known.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffLink {
    /// Its id.
    pub id: StaffLinkId,
    /// For whom; none makes the first owner.
    pub staff: Option<StaffId>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl StaffLink {
    /// True while it opens something. A clock that was set back revives nothing.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.made_at <= now && now < self.expires_at
    }
}

/// How long staff stay signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaffSessionRules {
    /// Without a visit.
    pub idle: TimeDelta,
    /// In any case.
    pub longest: TimeDelta,
}

/// A browser in which somebody is signed in, or on the way to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSession {
    /// Its id.
    pub id: StaffSessionId,
    /// Who.
    pub staff: StaffId,
    /// How far.
    pub stage: Stage,
    /// Such as "Firefox on Linux".
    pub browser: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The last visit.
    pub seen_at: DateTime<Utc>,
    /// When they last proved to be there.
    pub proved_at: DateTime<Utc>,
    /// When it ends in any case.
    pub expires_at: DateTime<Utc>,
}

impl StaffSession {
    /// True while it opens the door.
    pub fn is_live(&self, now: DateTime<Utc>, rules: StaffSessionRules) -> bool {
        self.created_at <= now && now < self.expires_at && now < self.seen_at + rules.idle
    }

    /// True while no new proof is needed for dangerous acts.
    pub fn is_proved(&self, now: DateTime<Utc>) -> bool {
        self.stage == Stage::Full && now < self.proved_at + PROOF_LIFETIME
    }
}

/// What stands between somebody and what they ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nothing.
    Open,
    /// The second factor is still to come, or to be set up.
    NotYetIn(Stage),
    /// Their role does not allow it.
    Forbidden,
    /// They must prove once more that they are there.
    NeedsProof,
}

/// What stands between a session and an act.
pub fn gate(role: Role, session: &StaffSession, what: Permission, now: DateTime<Utc>) -> Gate {
    if session.stage != Stage::Full {
        return Gate::NotYetIn(session.stage);
    }
    if !role.may(what) {
        return Gate::Forbidden;
    }
    if what.needs_proof() && !session.is_proved(now) { Gate::NeedsProof } else { Gate::Open }
}

/// How long whoever failed this often in a row must wait since the last time.
pub fn wait_after(failures: i64) -> TimeDelta {
    let over = failures - FREE_FAILURES;
    if over < 0 {
        return TimeDelta::zero();
    }
    let doubled = u32::try_from(over.min(10)).unwrap_or(10);
    TimeDelta::seconds(30 * 2_i64.pow(doubled)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id as _;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap()
    }

    fn session(stage: Stage) -> StaffSession {
        StaffSession {
            id: StaffSessionId::from_ulid(ulid::Ulid::from_parts(1, 1)),
            staff: StaffId::from_ulid(ulid::Ulid::from_parts(1, 1)),
            stage,
            browser: String::new(),
            created_at: at(0),
            seen_at: at(0),
            proved_at: at(0),
            expires_at: at(43_200),
        }
    }

    #[test]
    fn nobody_gets_anywhere_without_the_second_factor() {
        for what in Permission::ALL {
            for stage in [Stage::Enrolling, Stage::Second] {
                assert_eq!(gate(Role::Owner, &session(stage), *what, at(1)), Gate::NotYetIn(stage));
            }
        }
    }

    #[test]
    fn a_dangerous_act_wants_a_proof_of_the_last_ten_minutes_and_a_forbidden_one_is_never_opened_by_it() {
        let inside = session(Stage::Full);
        assert_eq!(gate(Role::Finance, &inside, Permission::Refund, at(599)), Gate::Open);
        assert_eq!(gate(Role::Finance, &inside, Permission::Refund, at(600)), Gate::NeedsProof);
        assert_eq!(gate(Role::Finance, &inside, Permission::SeeSupport, at(600)), Gate::Open);
        assert_eq!(gate(Role::Viewer, &inside, Permission::Refund, at(600)), Gate::Forbidden);
    }

    #[test]
    fn waiting_doubles_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..14).map(|failures| wait_after(failures).num_seconds()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900]);
        assert_eq!(wait_after(i64::MAX), TimeDelta::minutes(15));
    }

    #[test]
    fn a_session_ends_by_rest_by_age_and_before_it_began() {
        let rules = StaffSessionRules { idle: TimeDelta::minutes(30), longest: TimeDelta::hours(12) };
        let session = session(Stage::Full);
        assert!(session.is_live(at(1799), rules));
        assert!(!session.is_live(at(1800), rules));
        assert!(!session.is_live(at(-1), rules));
        let visited = StaffSession { seen_at: at(43_199), ..session };
        assert!(!visited.is_live(at(43_200), rules));
    }
}
