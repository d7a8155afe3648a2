//! The tables of gateways that the office set up, of the balances that they keep, of what was paid in at the bank, and of what
//! its statements say.

use super::AtErasure::{Emptied, NoDonor, Stays};
use super::Class::{Fact, Person, Secret, Words};
use super::tables::{facts, of, stands, table};
use super::{Keep, TableMap};

/// What opens them.
pub(super) const ACCOUNTS: TableMap = table(
    "gateway_accounts",
    "Keys of gateways, and the app at PayPal, that were typed in the office.",
    Keep::Use,
    &[
        facts("gateway mode account version changed_at former_until"),
        of("key_sealed key_mark secret_sealed secret_mark former_sealed", Secret, NoDonor),
    ],
);

/// What moved.
pub(super) const MOVEMENTS: TableMap = table(
    "movements",
    "What moved on the balances that gateways keep, and which donation that is.",
    Keep::Books,
    &[
        facts("gateway kind amount_minor fee_minor currency happened_at finding created_at updated_at"),
        stands(
            "id remote_id payment_remote refund_remote dispute_remote payout_remote payout_id donation_id refund_id dispute_id",
        ),
    ],
);

/// What went to the bank.
pub(super) const PAYOUTS: TableMap = table(
    "payouts",
    "What gateways sent to the publisher's bank.",
    Keep::Books,
    &[facts(
        "id gateway remote_id amount_minor currency status contents failure ordered_at arrives_on created_at updated_at",
    )],
);

/// What was paid in at the bank.
pub(super) const DEPOSITS: TableMap = table(
    "deposits",
    "Cash and cheques that were paid in at the bank.",
    Keep::Books,
    &[facts("id tender amount_minor currency paid_in_on recorded_at taken_back_at")],
);

/// Which gifts.
pub(super) const DEPOSIT_GIFTS: TableMap = table(
    "deposit_gifts",
    "Which gifts were paid in together.",
    Keep::Books,
    &[facts("amount_minor returned_minor"), stands("donation_id deposit_id")],
);

/// What statements say.
pub(super) const BANK_LINES: TableMap = table(
    "bank_lines",
    "Lines of bank statements; who sent money that was no gift goes after its own time.",
    Keep::Books,
    &[
        facts(
            "booked_on happened_at amount_minor currency direction status kind decided_at read_at platform platform_fee_minor",
        ),
        stands("id statement_id donation_id refund_id payout_id deposit_id bank_id"),
        of("account", Fact, NoDonor),
        of("identity", Secret, Stays),
        of("other_name other_account", Person, Emptied),
        of("words reason", Words, Emptied),
    ],
);
