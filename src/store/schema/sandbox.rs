//! Tables of the test gateway's own books.

diesel::table! {
    sandbox_payments (id) {
        id -> Text,
        idempotency_key -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        description -> Text,
        return_url -> Text,
        status -> Text,
        fee_minor -> BigInt,
        refunds -> Text,
        changed_at -> Timestamp,
        created_at -> Timestamp,
        frequency -> Text,
        subscription_id -> Nullable<Text>,
        period_on -> Nullable<Date>,
        starts_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sandbox_events (id) {
        id -> Text,
        payment_id -> Text,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sandbox_subscriptions (id) {
        id -> Text,
        attempt_id -> Text,
        body -> Text,
        next_charge_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}
