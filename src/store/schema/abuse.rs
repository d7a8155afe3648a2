//! Defence of the public forms.

diesel::table! {
    pledge_clients (pledge_id) {
        pledge_id -> Text,
        client -> Text,
        network -> Text,
        email -> Text,
    }
}

diesel::table! {
    declines (pledge_id, declined_at) {
        pledge_id -> Text,
        declined_at -> Timestamp,
        client -> Text,
        network -> Text,
        email -> Text,
    }
}

diesel::table! {
    blocks (mark) {
        mark -> Text,
        who -> Text,
        blocked_at_us -> BigInt,
        until_us -> BigInt,
    }
}

diesel::table! {
    spent_proofs (mark) {
        mark -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    day_keys (day) {
        day -> Date,
        secret -> Text,
    }
}

diesel::table! {
    form_views (minute) {
        minute -> BigInt,
        shown -> BigInt,
    }
}

diesel::table! {
    gift_links (id) {
        id -> Text,
        email_mark -> Text,
        token_hash -> Nullable<Text>,
        email -> Nullable<Text>,
        typed -> Nullable<Text>,
        asked_at -> Timestamp,
        expires_at -> Timestamp,
    }
}
