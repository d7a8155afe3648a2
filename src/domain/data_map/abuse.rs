//! What the defence of the public forms keeps.

use super::AtErasure::{Removed, Short};
use super::Class::{Person, Secret, Stand, Words};
use super::tables::{facts, of, table};
use super::{Keep, TableMap};

pub(super) const BLOCKS: TableMap = table(
    "blocks",
    "Who had too many payments declined, under keyed hashes of addresses.",
    Keep::Until("an hour, until the next clean-up"),
    &[of("mark", Secret, Short), facts("who blocked_at_us until_us")],
);

pub(super) const DAY_KEYS: TableMap = table(
    "day_keys",
    "The secret of each day, under which addresses are hashed on it; once it is gone, nobody can tell whose a hash was.",
    Keep::Until("a day, and the hour that blocks last"),
    &[facts("day"), of("secret", Secret, Short)],
);

pub(super) const DECLINES: TableMap = table(
    "declines",
    "Payments that were declined, by keyed hashes of addresses that are other ones each day.",
    Keep::Until("a day"),
    &[of("pledge_id declined_at", Stand, Removed), of("client network email", Secret, Removed)],
);

pub(super) const PLEDGE_CLIENTS: TableMap = table(
    "pledge_clients",
    "From where promises came, under keyed hashes of addresses that are other ones each day.",
    Keep::Until("thirty days"),
    &[of("pledge_id", Stand, Removed), of("client network email", Secret, Removed)],
);

pub(super) const GIFT_LINKS: TableMap = table(
    "gift_links",
    "Gifts that wait for a link that was sent by e-mail, with what was typed.",
    Keep::Until("an hour or two; that a letter was sent to a keyed hash of an address, a day"),
    &[
        of("id asked_at expires_at", Stand, Removed),
        of("email", Person, Removed),
        of("typed", Words, Removed),
        of("email_mark token_hash", Secret, Removed),
    ],
);

pub(super) const FORM_VIEWS: TableMap = table(
    "form_views",
    "How often the form for gifts was shown, by minutes.",
    Keep::Until("a week"),
    &[facts("minute shown")],
);

pub(super) const RATE_LIMITS: TableMap = table(
    "rate_limits",
    "How often was asked lately, under keyed hashes of addresses.",
    Keep::Until("an hour or so after the last time"),
    &[of("bucket", Secret, Short), facts("full_at_us")],
);

pub(super) const SPENT_PROOFS: TableMap = table(
    "spent_proofs",
    "Work that browsers did before a gift, so that it counts once.",
    Keep::Until("ten minutes, until the next clean-up"),
    &[of("mark", Secret, Short), facts("expires_at")],
);
