//! The log of what was done by whom: rows that seal one another.

use super::ids::{StaffId, TokenId};
use super::words;
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody of the staff, in the office.
    Staff(StaffId),
    /// A program, with a token of the API.
    Token(TokenId),
    /// Whoever can run commands where the site runs.
    Command,
    /// The site itself.
    System,
}

impl Actor {
    /// The word of its kind.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Staff(_) => "staff",
            Self::Token(_) => "token",
            Self::Command => "command",
            Self::System => "system",
        }
    }

    /// Its id, where it has one.
    pub fn id(self) -> Option<String> {
        match self {
            Self::Staff(id) => Some(id.to_string()),
            Self::Token(id) => Some(id.to_string()),
            Self::Command | Self::System => None,
        }
    }
}

/// Who writes what staff keep for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Somebody of the staff.
    Staff(StaffId),
    /// A program.
    Token(TokenId),
}

impl From<Author> for Actor {
    fn from(author: Author) -> Self {
        match author {
            Author::Staff(id) => Self::Staff(id),
            Author::Token(id) => Self::Token(id),
        }
    }
}

words! {
    /// What was done.
    Action {
        /// Somebody was asked to join the staff.
        StaffInvited = "staff.invited",
        /// The first owner, or somebody invited, set their account up.
        StaffSetUp = "staff.set_up",
        /// A new one-time link was made for somebody.
        StaffReset = "staff.reset",
        /// Somebody has another role.
        StaffRoleChanged = "staff.role_changed",
        /// Somebody may no longer sign in.
        StaffDisabled = "staff.disabled",
        /// Somebody may sign in again.
        StaffEnabled = "staff.enabled",
        /// Somebody signed in.
        SignedIn = "staff.signed_in",
        /// Somebody signed in with a recovery code.
        RecoveryCodeUsed = "staff.recovery_code_used",
        /// Somebody chose another password.
        PasswordChanged = "staff.password_changed",
        /// Somebody took another device for codes, or new recovery codes.
        SecondFactorChanged = "staff.second_factor_changed",
        /// Somebody signs in by another address.
        StaffAddressChanged = "staff.address_changed",
        /// Somebody added a passkey.
        PasskeyAdded = "staff.passkey_added",
        /// Somebody removed a passkey.
        PasskeyRemoved = "staff.passkey_removed",
        /// Browsers were signed out by somebody.
        SessionsEnded = "staff.sessions_ended",
        /// A token of the API was made.
        TokenCreated = "token.created",
        /// A token of the API was ended.
        TokenRevoked = "token.revoked",
        /// A gift was written down by hand.
        GiftRecorded = "gift.recorded",
        /// A gift that was written down by hand was declared void.
        GiftVoided = "gift.voided",
        /// A file of a bank was handed in.
        BankFileTaken = "bank.file_taken",
        /// A file of a bank was taken away, with its lines.
        BankFileRemoved = "bank.file_removed",
        /// The meaning of a CSV's columns was saved.
        BankMappingSaved = "bank.mapping_saved",
        /// It was said what a line of a bank statement is.
        BankLineDecided = "bank.line_decided",
        /// Cash or cheques were paid in at the bank.
        PaidIn = "deposit.paid_in",
        /// A deposit was taken back: its gifts are in hand again.
        DepositTakenBack = "deposit.taken_back",
        /// A file of gifts that came before was handed in.
        ImportTaken = "import.taken",
        /// It was said that its gifts are to be booked.
        ImportConfirmed = "import.confirmed",
        /// A file of which nothing was booked was taken away.
        ImportRemoved = "import.removed",
        /// The gifts of a file were declared void.
        ImportUndone = "import.undone",
        /// Money was given back.
        Refunded = "donation.refunded",
        /// A pledge was changed, paused, resumed or cancelled.
        PledgeChanged = "pledge.changed",
        /// A receipt was sent once more.
        ReceiptResent = "receipt.resent",
        /// A receipt was declared void.
        ReceiptVoided = "receipt.voided",
        /// The letters with the statements of a year were ordered.
        StatementsOrdered = "statement.ordered",
        /// A donor's details were changed.
        DonorChanged = "donor.changed",
        /// Two donors became one.
        DonorsMerged = "donor.merged",
        /// Two donors became two again.
        DonorsUnmerged = "donor.unmerged",
        /// A note on a donor was written or removed.
        DonorNoted = "donor.noted",
        /// A letter was written to a donor.
        DonorWritten = "donor.written",
        /// A donor's record was handed out.
        DonorExported = "donor.exported",
        /// A donor was forgotten.
        DonorErased = "donor.erased",
        /// Rows were written to a file.
        Exported = "export.made",
        /// An event was processed once more.
        EventReplayed = "event.replayed",
        /// A job was given another try.
        JobRetried = "job.retried",
        /// An open question was answered.
        ReviewClosed = "review.closed",
        /// Articles, appeals, campaigns, tiers or wording were changed.
        ContentChanged = "content.changed",
        /// It was said whether a comment is shown.
        CommentDecided = "comment.decided",
        /// It was said whether a name stands on the page of a campaign.
        WallNameDecided = "wall.decided",
        /// Comments that were written elsewhere were taken over.
        CommentsTakenOver = "comment.taken_over",
        /// A setting was changed.
        SettingChanged = "setting.changed",
        /// The site was found to be under attack, or somebody said so.
        AttackBegan = "attack.began",
        /// Somebody said that there is no attack any more.
        AttackEnded = "attack.ended",
        /// The keys of a gateway were changed.
        GatewayChanged = "gateway.changed",
        /// The account at a platform elsewhere was connected, disconnected or set up.
        PlatformChanged = "platform.changed",
        /// A member elsewhere was found to be a donor.
        MemberLinked = "member.linked",
        /// A member elsewhere was found to be somebody else.
        MemberUnlinked = "member.unlinked",
        /// A file of members was taken in.
        MembersImported = "members.imported",
        /// An outgoing webhook was added, changed or removed.
        WebhookChanged = "webhook.changed",
    }
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place, from 1, without a gap.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// `staff`, `token`, `command` or `system`.
    pub actor_kind: String,
    /// Id of whoever did it.
    pub actor_id: Option<String>,
    /// The word of the [`Action`]. A text, so that rows of a later version can still be read.
    pub action: String,
    /// Id of what it was done to.
    pub subject: String,
    /// JSON: ids, fields and figures.
    pub detail: String,
    /// The seal: of this row and of the one before it.
    pub hash: String,
}

impl AuditRow {
    /// The seal that this row must have after a row with the seal `before`; empty for the first.
    ///
    /// Each part stands behind its length, so that no two rows have the same text.
    pub fn seal(&self, before: &str) -> String {
        let (number, at) = (self.number.to_string(), self.at.timestamp_micros().to_string());
        let actor = self.actor_id.as_deref().unwrap_or_default();
        let parts =
            [before, &number, &at, &self.actor_kind, actor, &self.action, &self.subject, &self.detail];
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_string().as_bytes());
            digest.update(b":");
            digest.update(part.as_bytes());
        }
        hex::encode(digest.finalize())
    }
}

/// The first row at which the chain breaks, of rows in the order of their numbers that follow the seal `before`.
pub fn first_break<'a>(rows: impl IntoIterator<Item = &'a AuditRow>, before: (i64, String)) -> Option<i64> {
    let (mut number, mut seal) = before;
    for row in rows {
        number += 1;
        if row.number != number || row.hash != row.seal(&seal) {
            return Some(number);
        }
        seal.clone_from(&row.hash);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<AuditRow> {
        let mut rows: Vec<AuditRow> = Vec::new();
        for number in 1..=5 {
            let mut row = AuditRow {
                number,
                at: DateTime::from_timestamp(1_780_000_000 + number, 0).unwrap(),
                actor_kind: "staff".into(),
                actor_id: Some("stf_1".into()),
                action: Action::Refunded.as_str().into(),
                subject: format!("don_{number}"),
                detail: "{}".into(),
                hash: String::new(),
            };
            row.hash = row.seal(rows.last().map_or("", |last| &last.hash));
            rows.push(row);
        }
        rows
    }

    #[test]
    fn a_row_that_is_changed_moved_or_missing_breaks_the_chain_where_it_was() {
        let begin = || (0, String::new());
        assert_eq!(first_break(&chain(), begin()), None);
        let changes: [fn(&mut AuditRow); 5] = [
            |row| row.subject.push('x'),
            |row| row.detail = "{ }".into(),
            |row| row.actor_id = None,
            |row| row.at += chrono::TimeDelta::microseconds(1),
            |row| row.action = Action::DonorErased.as_str().into(),
        ];
        for change in changes {
            let mut rows = chain();
            change(&mut rows[2]);
            assert_eq!(first_break(&rows, begin()), Some(3));
        }
        let mut missing = chain();
        missing.remove(1);
        assert_eq!(first_break(&missing, begin()), Some(2));
        let mut moved = chain();
        moved.swap(3, 4);
        assert_eq!(first_break(&moved, begin()), Some(4));
    }
}
