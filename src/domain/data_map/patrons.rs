//! The tables of recurring support.

use super::AtErasure::Emptied;
use super::Class::{Outside, Words};
use super::tables::{facts, of, stands, table};
use super::{Keep, TableMap};

pub(super) const ORDERS: TableMap = table(
    "subscription_orders",
    "What was asked of recurring support, and why somebody left.",
    Keep::Books,
    &[
        facts(
            "kind amount_minor currency frequency until end_reason status code ordered_by created_at updated_at consent_url",
        ),
        stands("id pledge_id"),
        of("reason", Words, Emptied),
    ],
);

pub(super) const SUBSCRIPTIONS: TableMap = table(
    "subscriptions",
    "Recurring support, as the gateway pictures it.",
    Keep::Books,
    &[
        facts(
            "gateway status status_at end_reason amount_minor currency frequency period_from period_until ends_at as_of started_at letters warned_of asked_at created_at updated_at",
        ),
        stands("pledge_id remote_id"),
        of("customer_id", Outside, Emptied),
        of("card card_expires_on", Outside, Emptied),
    ],
);

pub(super) const SUCCESSIONS: TableMap = table(
    "successions",
    "Which recurring support was begun in the place of which.",
    Keep::Books,
    &[facts("created_at"), stands("pledge_id succeeds_id")],
);
