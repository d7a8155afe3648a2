//! The tables of the office: staff, tokens, the log of what was done.

diesel::table! {
    staff (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        role -> Text,
        status -> Text,
        password_hash -> Nullable<Text>,
        totp_sealed -> Nullable<Text>,
        totp_offered -> Nullable<Text>,
        totp_last_step -> BigInt,
        created_at -> Timestamp,
        passkeys -> BigInt,
    }
}

diesel::table! {
    staff_former_addresses (id) {
        id -> Text,
        staff_id -> Text,
        email -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    staff_links (id) {
        id -> Text,
        staff_id -> Nullable<Text>,
        token_hash -> Text,
        made_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    staff_sessions (id) {
        id -> Text,
        staff_id -> Text,
        token_hash -> Text,
        stage -> Text,
        browser -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        proved_at -> Timestamp,
        expires_at -> Timestamp,
        challenge_hash -> Nullable<Text>,
        challenge_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_passkeys (id) {
        id -> Text,
        staff_id -> Text,
        name -> Text,
        credential -> Text,
        public_key -> Text,
        counter -> BigInt,
        backup_eligible -> Bool,
        backed_up -> Bool,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_recovery_codes (code_hash) {
        code_hash -> Text,
        staff_id -> Text,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_tries (subject) {
        subject -> Text,
        failures -> BigInt,
        last_at -> Timestamp,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Text,
        name -> Text,
        scope -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit_log (number) {
        number -> BigInt,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        action -> Text,
        subject -> Text,
        detail -> Text,
        hash -> Text,
    }
}

diesel::table! {
    audit_head (id) {
        id -> BigInt,
        number -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    donor_notes (id) {
        id -> Text,
        donor_id -> Text,
        staff_id -> Nullable<Text>,
        body -> Text,
        created_at -> Timestamp,
        token_id -> Nullable<Text>,
    }
}

diesel::table! {
    request_keys (token_id, key) {
        token_id -> Text,
        key -> Text,
        input_hash -> Text,
        status -> Nullable<BigInt>,
        answer -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    donor_tags (donor_id, tag) {
        donor_id -> Text,
        tag -> Text,
    }
}

diesel::table! {
    donor_merges (id) {
        id -> Text,
        from_id -> Text,
        into_id -> Text,
        merged_at -> Timestamp,
        undone_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    donor_merge_pledges (merge_id, pledge_id) {
        merge_id -> Text,
        pledge_id -> Text,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> Text,
        url -> Text,
        kinds -> Text,
        secret_sealed -> Text,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        endpoint_id -> Text,
        kind -> Text,
        body -> Text,
        status -> Text,
        tries -> BigInt,
        answer -> Nullable<BigInt>,
        error -> Nullable<Text>,
        created_at -> Timestamp,
        tried_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    search_terms (term, donor_id) {
        term -> Text,
        donor_id -> Text,
    }
}

diesel::table! {
    event_subjects (subject, event_id) {
        subject -> Text,
        event_id -> Text,
    }
}

diesel::table! {
    saved_views (id) {
        id -> Text,
        staff_id -> Text,
        list -> Text,
        name -> Text,
        query -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    gifts_by_hand (donation_id) {
        donation_id -> Text,
        document -> Nullable<Text>,
        note -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    donor_letters (id) {
        id -> Text,
        donor_id -> Text,
        staff_id -> Text,
        subject -> Text,
        body -> Text,
        request_key -> Text,
        written_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    gateway_accounts (gateway) {
        gateway -> Text,
        mode -> Text,
        account -> Nullable<Text>,
        key_sealed -> Text,
        key_mark -> Text,
        secret_sealed -> Nullable<Text>,
        secret_mark -> Nullable<Text>,
        former_sealed -> Nullable<Text>,
        former_until -> Nullable<Timestamp>,
        version -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    outbound_links (place, article, followed_on) {
        place -> Text,
        article -> Text,
        followed_on -> Date,
        times -> BigInt,
    }
}

diesel::table! {
    setting_changes (number) {
        number -> BigInt,
        key -> Text,
        value -> Nullable<Text>,
        before -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        changed_at -> Timestamp,
    }
}
