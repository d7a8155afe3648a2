//! Tables of the balances that gateways keep.

diesel::table! {
    payouts (id) {
        id -> Text,
        gateway -> Text,
        remote_id -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        status -> Text,
        contents -> Text,
        failure -> Nullable<Text>,
        ordered_at -> Timestamp,
        arrives_on -> Nullable<Date>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    movements (id) {
        id -> Text,
        gateway -> Text,
        remote_id -> Text,
        kind -> Text,
        amount_minor -> BigInt,
        fee_minor -> BigInt,
        currency -> Text,
        happened_at -> Timestamp,
        payment_remote -> Nullable<Text>,
        refund_remote -> Nullable<Text>,
        dispute_remote -> Nullable<Text>,
        payout_remote -> Nullable<Text>,
        payout_id -> Nullable<Text>,
        donation_id -> Nullable<Text>,
        refund_id -> Nullable<Text>,
        dispute_id -> Nullable<Text>,
        finding -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}
