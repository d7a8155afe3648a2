//! Defence of the public forms against those who try stolen cards: who is counted, and when the site is under attack.

use super::words;
use chrono::{DateTime, TimeDelta, Utc};

/// Over this time declined payments are counted.
pub const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// For so long nobody who had too many of them starts another payment.
pub const BLOCKED_FOR: TimeDelta = TimeDelta::minutes(60);

/// An attack is over so long after it was last seen, if nobody ends it before.
pub const ATTACK_LASTS: TimeDelta = TimeDelta::hours(6);

/// Behind one network are many people: it is blocked after so many times the declines of one address.
const NETWORK_FACTOR: i64 = 4;

/// Attempts below which declines are bad luck.
const ATTEMPTS_WATCHED: i64 = 10;

/// So many blocked addresses within [`WINDOW`] are an attack.
const BLOCKS_OF_AN_ATTACK: i64 = 3;

words! {
    /// By what a promise is counted.
    Who {
        /// The network address: one of IPv4, a /64 of IPv6.
        Client = "client",
        /// The network around it: a /24, a /48.
        Network = "network",
        /// The e-mail address.
        Email = "email",
    }
}

words! {
    /// When a browser is asked for a proof of work.
    ProofOfWork {
        /// With every promise.
        Always = "always",
        /// While there is reason for it.
        Attack = "attack",
        /// Never: where there is reason, the link by e-mail is left.
        Never = "never",
    }
}

/// The rules of a site. Numbers that its operator raised for one address raise those that would be tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbuseRules {
    /// Promises of one address in a day, before more is asked.
    pub per_client_day: i64,
    /// Promises for one e-mail address in a day, before more is asked.
    pub per_email_day: i64,
    /// Payments begun on the whole site in a minute, before more is asked of everybody.
    pub per_minute: i64,
    /// Declines after which an address is blocked.
    pub declines: i64,
    /// Promises that one address may start at once.
    pub at_once: i64,
    /// How many times the smallest gift is taken for the smallest during an attack.
    pub minimum_factor: i64,
    /// When a browser is asked for a proof of work.
    pub proof: ProofOfWork,
    /// A form that comes back sooner was filled in by a program.
    pub form_age_min: TimeDelta,
    /// Whether these are the rules of a site that is attacked.
    pub is_attacked: bool,
}

impl AbuseRules {
    /// Declines within [`WINDOW`] after which somebody is blocked.
    pub fn declines_of(&self, who: Who) -> i64 {
        match who {
            Who::Client | Who::Email => self.declines,
            Who::Network => self.declines.saturating_mul(NETWORK_FACTOR),
        }
    }

    /// Attempts below which declines are bad luck.
    pub fn attempts_watched(&self) -> i64 {
        self.at_once.max(ATTEMPTS_WATCHED)
    }
}

/// What happened on the site within [`WINDOW`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    /// Payments begun.
    pub attempts: i64,
    /// Payments declined.
    pub declines: i64,
    /// Addresses blocked.
    pub blocks: i64,
}

impl Signs {
    /// Whether they are those of an attack: most of what is tried is declined, or one address after the other is blocked.
    pub fn are_an_attack(self, rules: &AbuseRules) -> bool {
        let mostly_declined =
            self.attempts >= rules.attempts_watched() && self.declines.saturating_mul(2) >= self.attempts;
        mostly_declined || self.blocks >= BLOCKS_OF_AN_ATTACK
    }
}

/// Whether an attack that lasts until `until` is still one. A time beyond [`ATTACK_LASTS`] was written by a clock that was ahead.
pub fn still_lasts(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    until.is_some_and(|until| now < until && until <= now + ATTACK_LASTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> AbuseRules {
        AbuseRules {
            per_client_day: 15,
            per_email_day: 10,
            per_minute: 30,
            declines: 3,
            at_once: 3,
            minimum_factor: 2,
            proof: ProofOfWork::Attack,
            form_age_min: TimeDelta::seconds(3),
            is_attacked: false,
        }
    }

    #[test]
    fn declines_are_an_attack_when_they_are_many_and_most() {
        for (attempts, declines, blocks, expected) in [
            (9, 9, 0, false),
            (10, 5, 0, true),
            (10, 4, 0, false),
            (100, 49, 2, false),
            (100, 50, 0, true),
            (1, 1, 3, true),
            (0, 0, 0, false),
        ] {
            let signs = Signs { attempts, declines, blocks };
            assert_eq!(signs.are_an_attack(&rules()), expected, "{signs:?}");
        }
    }

    #[test]
    fn many_people_behind_one_network_are_not_one() {
        let rules = rules();
        assert_eq!((rules.declines_of(Who::Client), rules.declines_of(Who::Email)), (3, 3));
        assert_eq!(rules.declines_of(Who::Network), 12);
    }

    #[test]
    fn an_attack_ends_by_itself_and_no_wrong_clock_prolongs_it() {
        let now: DateTime<Utc> = "2026-06-15T10:00:00Z".parse().unwrap();
        assert!(!still_lasts(None, now));
        assert!(still_lasts(Some(now + ATTACK_LASTS), now));
        assert!(!still_lasts(Some(now), now));
        assert!(!still_lasts(Some(now + ATTACK_LASTS + TimeDelta::seconds(1)), now));
    }
}
