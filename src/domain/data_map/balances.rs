//! The tables of the balances that gateways keep.

use super::tables::{facts, stands, table};
use super::{Keep, TableMap};

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
