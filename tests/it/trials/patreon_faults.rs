//! Patreon at its worst: calls that fail in every way before and after they are done, limits, tokens that end, lists that change
//! while they are read, and webhooks that are dropped, repeated, late, out of order and forged. In the end our mirror is
//! what Patreon's own books say: nobody is missing, and nobody is counted twice.

use mainstay::domain::access::Role;
use std::collections::BTreeSet;

use super::gateway::{hours, name_of};
use super::{Summary, is_full, seed, size};
use crate::patreon::site::Site;
use crate::support::app::Engine;
use crate::support::patreon::{Fault, Person, Signed, pat};
use crate::support::random::Random;
use crate::support::twins;

/// Kinds of faults that end a call at once. Patreon keeps no keys, so an error that a key would keep is none of them.
const QUICK: [Fault; 7] = [
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::ServerErrorBefore,
    Fault::ServerErrorAfter,
    Fault::CutAnswer,
    Fault::TooMany,
    Fault::MalformedAnswer,
];

/// Those that cost their time-out each.
const SLOW: [Fault; 2] = [Fault::StallBefore, Fault::StallAfter];

/// Faults that must happen at least once, beside those of calls.
const OTHERS: [&str; 8] = [
    "event dropped",
    "event repeated",
    "event late",
    "event out of order",
    "event forged",
    "list changed while it was read",
    "token ended",
    "member deleted",
];

const LIST: &str = "GET /api/oauth2/v2/campaigns/123456/members";

/// What happens to members in one round.
fn happenings() -> u64 {
    size(6, 12)
}

async fn open(engine: Engine) -> Site {
    let mut site = Site::open_with(engine, &[("MAINSTAY_PATREON__TIMEOUT_S", "1")]).await;
    site.connects().await;
    site.patreon.page_size(4);
    site.patreon.wait_seconds(0);
    site
}

async fn whatever_patreon_does_each_member_is_mirrored_once(engine: Engine) {
    let mut summary = Summary::of("patreon_faults", engine, &OTHERS);
    let (wanted, of_each) = (size(20, 1_000), size(1, 20));
    let site = open(engine).await;
    let mut trial =
        Trial { site, random: Random::seeded(seed()), people: 0, told: Vec::new(), late: Vec::new() };
    (0..10).for_each(|_| trial.joins());
    let mut round = 0;
    loop {
        trial.round(round, &mut summary).await;
        round += 1;
        summary.ran(1);
        let fired = trial.site.patreon.faults_fired();
        let enough = |fault: &Fault| fired.get(fault).is_some_and(|times| *times >= of_each);
        let all = QUICK.iter().chain(&SLOW).all(enough);
        // The other faults happen in the first rounds, or not at all.
        if all && fired.values().sum::<u64>() >= wanted && round >= 3 {
            break;
        }
        assert!(round < 10 + wanted, "the faults do not happen: {fired:?}");
    }
    for (fault, times) in trial.site.patreon.faults_fired() {
        summary.fault(name_of(fault), times);
    }
    summary.fault("list changed while it was read", trial.site.patreon.places_changed());
    summary.figure("members", trial.people);
    summary.figure("calls", trial.site.patreon.calls("GET", "/").len());
    summary.figure("pairs of tokens", trial.site.patreon.pairs_given());
    trial.site.app.check_books().await;
    trial.site.app.stop().await;
    summary.finish();
}
twins!(whatever_patreon_does_each_member_is_mirrored_once);

struct Trial {
    site: Site,
    random: Random,
    /// Members so far.
    people: u32,
    /// Events that were not sent yet.
    told: Vec<Signed>,
    /// Those that come after others of later.
    late: Vec<Signed>,
}

impl Trial {
    /// Members come, change and go while everything fails; then Patreon can be reached for a day.
    async fn round(&mut self, round: u64, summary: &mut Summary) {
        let is_slow = !is_full() || round.is_multiple_of(4);
        let faults = if is_full() && is_slow { [&QUICK[..], &SLOW[..]].concat() } else { QUICK.to_vec() };
        if !is_full() && round == 0 {
            for fault in SLOW {
                self.site.patreon.fail(LIST, fault, 1);
            }
        }
        let often = if is_full() { 100 + self.random.below(300) } else { 200 };
        self.site.patreon.fail_at_random(seed() ^ (round << 20), often, &faults);
        self.site.patreon.be_restless(seed() ^ (round << 24));
        if round % 2 == 1 {
            self.site.patreon.end_access();
            summary.fault("token ended", 1);
        }
        for _hour in 0..3 {
            for _ in 0..happenings() / 3 {
                self.happens(summary);
            }
            self.news(summary).await;
            hours(&self.site.app, 1).await;
        }

        self.site.patreon.recover();
        self.reconnects(summary).await;
        self.news(summary).await;
        hours(&self.site.app, size(4, 26)).await;
        self.judge(summary).await;
    }

    fn joins(&mut self) {
        self.people += 1;
        let person = pat(self.people);
        self.tells("members:create", person);
    }

    /// Patreon knows somebody as this from now on, and has news of it.
    fn tells(&mut self, trigger: &'static str, person: Person) {
        let id = person.id.clone();
        self.site.patreon.put(person);
        self.told.push(self.site.patreon.event(trigger, &id));
    }

    fn happens(&mut self, summary: &mut Summary) {
        let all = self.site.patreon.people();
        let mut person = self.random.pick(&all);
        match self.random.below(10) {
            0..=2 => return self.joins(),
            3 => {
                self.told.push(self.site.patreon.event("members:delete", &person.id));
                self.site.patreon.delete(&person.id);
                return summary.fault("member deleted", 1);
            }
            4 | 5 => {
                (person.status, person.charge) = (Some("active_patron"), Some("Paid"));
                person.entitled = 100 * self.random.amount(20);
            }
            6 => (person.status, person.charge) = (Some("declined_patron"), Some("Declined")),
            7 => (person.status, person.entitled) = (Some("former_patron"), 0),
            _ => person.cadence = 13 - person.cadence,
        }
        self.tells("members:update", person);
    }

    /// Some of the news arrives, in another order, some of it twice, some in the round after, some never; and somebody who
    /// does not know the secret sends the same.
    async fn news(&mut self, summary: &mut Summary) {
        let late = std::mem::take(&mut self.late);
        let mut events = Vec::new();
        for event in std::mem::take(&mut self.told) {
            match self.random.below(5) {
                0 => summary.fault("event dropped", 1),
                1 => {
                    summary.fault("event late", 1);
                    self.late.push(event);
                }
                2 => {
                    summary.fault("event repeated", 1);
                    events.extend([event.clone(), event]);
                }
                _ => events.push(event),
            }
        }
        events.extend(late);
        let of_order = if events.len() > 1 { events.len() } else { 0 };
        summary.fault("event out of order", of_order.try_into().unwrap());
        while !events.is_empty() {
            let event = events.swap_remove(self.random.index(events.len()));
            let taken = self.site.posts(&event).await;
            assert!(taken.status.is_success(), "{} {}", taken.status, taken.text());
            let mut body = event.body.clone();
            body.push(b' ');
            let refused = self.site.posts(&Signed { body, ..event }).await;
            assert!(refused.status.is_client_error(), "{}", refused.status);
            summary.fault("event forged", 1);
        }
        self.site.app.run_jobs().await;
    }

    /// Tokens whose answer was lost are not asked for twice: the owner connects the account anew, as the office asks them to.
    async fn reconnects(&mut self, summary: &mut Summary) {
        if self.site.app.count("external_accounts WHERE trouble IS NOT NULL").await > 0 {
            summary.fault("account connected anew", 1);
            self.site.owner = self.site.app.clerk(Role::Owner).await;
            self.site.connects().await;
        }
    }

    /// Our mirror against Patreon's own books.
    async fn judge(&self, summary: &mut Summary) {
        let app = &self.site.app;
        let (mut there, mut worth) = (BTreeSet::new(), 0);
        for person in self.site.patreon.people() {
            let state = match person.status {
                Some("declined_patron") => "declined",
                Some("former_patron") => "former",
                _ => "active",
            };
            let annual = if state == "former" { 0 } else { person.entitled * 12 / person.cadence };
            worth += annual;
            there.insert(format!("{} {state} {} {annual}", person.id, person.entitled));
        }
        let sql = "SELECT remote || ' ' || state || ' ' || entitled_minor || ' ' || annual_minor AS line \
                   FROM external_members WHERE state <> 'erased'";
        let here: BTreeSet<String> = app.lines(sql).await.into_iter().collect();
        summary.lost(there.difference(&here).map(|member| format!("at Patreon: {member}")));
        summary.doubled(here.difference(&there).map(|member| format!("here only: {member}")));
        let twice = "SELECT member_id || ' joined more than once' AS line FROM external_moves WHERE kind = 'joined' \
                     GROUP BY member_id HAVING COUNT(*) > 1";
        summary.doubled(app.lines(twice).await);
        let kept = "SELECT CAST(COALESCE(SUM(annual_minor), 0) AS BIGINT) AS number FROM external_months";
        let counted = app.number(kept).await;
        if counted != worth {
            summary.lost([format!("members are worth {worth} in a year, and {counted} are counted")]);
        }
        for table in ["donations", "ledger_entries", "pledges", "receipts"] {
            let made_up = app.count(table).await;
            summary.doubled((0..made_up).map(|_| format!("something of Patreon's in {table}")));
        }
    }
}
