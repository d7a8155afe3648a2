//! The tables of members at platforms elsewhere.

use super::AtErasure::{Emptied, NoDonor};
use super::Class::{Person, Secret, Stand};
use super::tables::{facts, of, stands, table};
use super::{Keep, TableMap};

pub(super) const ACCOUNTS: TableMap = table(
    "external_accounts",
    "The publication’s accounts at platforms elsewhere, and what opens them.",
    Keep::Use,
    &[
        facts(
            "platform currency title version renewing_at connected_at expires_at round_began_at synced_at trouble",
        ),
        of("access_sealed refresh_sealed seed webhook_sealed", Secret, NoDonor),
        of("campaign webhook round_cursor", Stand, NoDonor),
    ],
);

pub(super) const MEMBERS: TableMap = table(
    "external_members",
    "Members at platforms elsewhere, counted beside the own patrons. When the platform knows them no more, the donor who they \
     are is forgotten, or they gave nothing for as many years as a donor who is forgotten, what says who they are is emptied.",
    Keep::Use,
    &[
        of("email name", Person, Emptied),
        stands("id remote person donor_id tier"),
        facts(
            "platform state entitled_minor currency months annual_minor lifetime_minor joined_at charged_at charge \
             next_charge_at source as_of forgotten_at created_at updated_at email_verified apart_at",
        ),
    ],
);

pub(super) const MOVES: TableMap = table(
    "external_moves",
    "What happened to members at platforms elsewhere, as it is counted.",
    Keep::Books,
    &[facts("sequence kind month currency annual_minor happened_at recorded_at"), stands("member_id")],
);

pub(super) const MONTHS: TableMap = table(
    "external_months",
    "How members at platforms elsewhere came and went, by month.",
    Keep::Books,
    &[facts(
        "platform month currency joined returned left_for_good failing recovered annual_minor updated_at",
    )],
);

pub(super) const TIERS: TableMap = table(
    "external_tiers",
    "Levels of support at platforms elsewhere.",
    Keep::Use,
    &[facts("platform remote title amount_minor tier_id updated_at")],
);
