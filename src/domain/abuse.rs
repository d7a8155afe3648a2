//! Defence of the public forms against those who try stolen cards: who is counted, and when the site is under attack.

use super::words;
use chrono::{DateTime, TimeDelta, Utc};

/// Over this time declined payments are counted.
pub const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// For so long nobody who had too many of them starts another payment.
pub const BLOCKED_FOR: TimeDelta = TimeDelta::minutes(60);

/// An attack is over so long after it was last seen, if nobody ends it before.
pub const ATTACK_LASTS: TimeDelta = TimeDelta::hours(6);

/// A payment page on which so many tries were declined is closed.
pub const TRIES_OF_A_PAGE: i64 = 3;

/// During an attack a payment page is open so long, as far as its gateway allows that.
pub const ATTACKED_PAGE_OPEN_FOR: TimeDelta = TimeDelta::minutes(30);

/// Behind one network are many people: it is blocked after so many times the declines of one address.
const NETWORK_FACTOR: i64 = 4;

/// Attempts below which declines are bad luck.
const ATTEMPTS_WATCHED: i64 = 10;

/// What is usual is learned from so long a time.
pub const USUAL_OVER: TimeDelta = TimeDelta::days(7);

/// Minutes of a week that were busier than a busy minute: one in a hundred.
pub const BUSIER_MINUTES: i64 = 100;

/// More than so many times what is usual is not.
const TIMES_USUAL: i64 = 10;

/// Payments in a week, below which nothing is usual.
const USUAL_PAYMENTS_MIN: i64 = 50;

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
    /// Payments begun on the whole site in a minute, before more is asked of everybody. See [`AbuseRules::used_to`].
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

    /// The same where so many payments are begun in a busy minute.
    #[must_use]
    pub fn used_to(self, busy_minute: i64) -> Self {
        Self { per_minute: self.per_minute.max(busy_minute.saturating_mul(TIMES_USUAL)), ..self }
    }

    /// Attempts below which declines are bad luck.
    pub fn attempts_watched(&self) -> i64 {
        self.at_once.max(ATTEMPTS_WATCHED)
    }
}

/// What is usual on a site: what there was over [`USUAL_OVER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// Payments that brought money.
    pub payments: i64,
    /// Forms that were shown.
    pub forms: i64,
}

impl Usual {
    /// Payments begun, of which so many forms explain no more: ten times as many for each form as usual. None where too little
    /// is known of what is.
    pub fn explains(self, forms: i64) -> Option<i64> {
        if self.payments < USUAL_PAYMENTS_MIN {
            return None;
        }
        self.payments.saturating_mul(TIMES_USUAL).saturating_mul(forms.max(1)).checked_div(self.forms)
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
    /// Payments begun, beyond which the forms that were shown explain no more; none where that is not known.
    pub explained: Option<i64>,
}

impl Signs {
    /// Whether they are those of an attack: most of what is tried is declined, one address after the other is blocked, or
    /// payments are begun by who looks at no form.
    pub fn are_an_attack(self, rules: &AbuseRules) -> bool {
        let are_many = self.attempts >= rules.attempts_watched();
        let mostly_declined = self.declines.saturating_mul(2) >= self.attempts;
        let unread = self.explained.is_some_and(|most| self.attempts > most);
        (are_many && (mostly_declined || unread)) || self.blocks >= BLOCKS_OF_AN_ATTACK
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
            let signs = Signs { attempts, declines, blocks, explained: None };
            assert_eq!(signs.are_an_attack(&rules()), expected, "{signs:?}");
        }
    }

    #[test]
    fn payments_without_forms_are_an_attack_where_it_is_known_what_is_usual() {
        let usual = Usual { payments: 200, forms: 1_000 };
        assert_eq!((usual.explains(10), usual.explains(0)), (Some(20), Some(2)));
        assert_eq!(Usual { payments: 49, forms: 1_000 }.explains(10), None);
        assert_eq!(Usual { payments: 200, forms: 0 }.explains(10), None, "its donors come from other sites");
        for (attempts, expected) in [(20, false), (21, true)] {
            let signs = Signs { attempts, declines: 0, blocks: 0, explained: Some(20) };
            assert_eq!(signs.are_an_attack(&rules()), expected, "{attempts}");
        }
        let few = Signs { attempts: 9, declines: 0, blocks: 0, explained: Some(2) };
        assert!(!few.are_an_attack(&rules()));
    }

    #[test]
    fn a_busy_site_is_used_to_more() {
        assert_eq!(rules().used_to(3).per_minute, 30);
        assert_eq!(rules().used_to(40).per_minute, 400);
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
