//! Tables of members at platforms elsewhere.

diesel::table! {
    external_accounts (platform) {
        platform -> Text,
        campaign -> Text,
        title -> Text,
        currency -> Text,
        access_sealed -> Text,
        refresh_sealed -> Nullable<Text>,
        expires_at -> Nullable<Timestamp>,
        seed -> Nullable<Text>,
        webhook -> Nullable<Text>,
        webhook_sealed -> Nullable<Text>,
        version -> Text,
        renewing_at -> Nullable<Timestamp>,
        connected_at -> Timestamp,
        round_began_at -> Nullable<Timestamp>,
        round_cursor -> Nullable<Text>,
        synced_at -> Nullable<Timestamp>,
        trouble -> Nullable<Text>,
    }
}

diesel::table! {
    external_tiers (platform, remote) {
        platform -> Text,
        remote -> Text,
        title -> Text,
        amount_minor -> BigInt,
        tier_id -> Nullable<Text>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    external_members (id) {
        id -> Text,
        platform -> Text,
        remote -> Nullable<Text>,
        person -> Nullable<Text>,
        email -> Nullable<Text>,
        name -> Nullable<Text>,
        state -> Text,
        entitled_minor -> BigInt,
        currency -> Text,
        months -> BigInt,
        annual_minor -> BigInt,
        tier -> Nullable<Text>,
        lifetime_minor -> BigInt,
        joined_at -> Nullable<Timestamp>,
        charged_at -> Nullable<Timestamp>,
        charge -> Nullable<Text>,
        next_charge_at -> Nullable<Timestamp>,
        source -> Text,
        as_of -> Timestamp,
        donor_id -> Nullable<Text>,
        forgotten_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        email_verified -> Bool,
        apart_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    external_moves (member_id, sequence) {
        member_id -> Text,
        sequence -> BigInt,
        kind -> Text,
        month -> Text,
        currency -> Text,
        annual_minor -> BigInt,
        happened_at -> Timestamp,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    external_months (platform, month, currency) {
        platform -> Text,
        month -> Text,
        currency -> Text,
        joined -> BigInt,
        returned -> BigInt,
        left_for_good -> BigInt,
        failing -> BigInt,
        recovered -> BigInt,
        annual_minor -> BigInt,
        updated_at -> Timestamp,
    }
}
