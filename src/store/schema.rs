//! The tables as diesel sees them: one description for both engines. A test holds it against a freshly
//! migrated database of each.

mod abuse;
mod balances;
mod bank;
mod figures;
mod gift_imports;
mod members;
mod office;
mod readers;
mod sandbox;

pub(super) use abuse::*;
pub(super) use balances::*;
pub(super) use bank::*;
pub(super) use figures::*;
pub(super) use gift_imports::*;
pub(super) use members::*;
pub(super) use office::*;
pub(super) use readers::*;
pub(super) use sandbox::*;

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    campaigns (id) {
        id -> Text,
        slug -> Text,
        title -> Text,
        summary -> Text,
        goal_minor -> Nullable<BigInt>,
        goal_currency -> Nullable<Text>,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        suggestions -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        thanks -> Nullable<Text>,
        rates -> Text,
    }
}

diesel::table! {
    donors (id) {
        id -> Text,
        email -> Text,
        name -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        locale -> Nullable<Text>,
        postal_address -> Nullable<Text>,
        erased_at -> Nullable<Timestamp>,
        merged_into -> Nullable<Text>,
        address_proven_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    pledges (id) {
        id -> Text,
        campaign_id -> Text,
        donor_id -> Nullable<Text>,
        amount_minor -> BigInt,
        currency -> Text,
        fee_cover_minor -> BigInt,
        frequency -> Text,
        gateway -> Text,
        email -> Text,
        name -> Nullable<Text>,
        message -> Nullable<Text>,
        hidden -> Bool,
        tribute_kind -> Nullable<Text>,
        tribute_name -> Nullable<Text>,
        source_article -> Nullable<Text>,
        source -> Text,
        locale -> Text,
        status -> Text,
        reference -> Nullable<Text>,
        form_key -> Nullable<Text>,
        fingerprint -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        updated_at -> Timestamp,
        tier_id -> Nullable<Text>,
        starts_at -> Nullable<Timestamp>,
        purged_at -> Nullable<Timestamp>,
        source_appeal -> Nullable<Text>,
    }
}

diesel::table! {
    attempts (id) {
        id -> Text,
        pledge_id -> Text,
        gateway -> Text,
        outcome -> Text,
        remote_id -> Nullable<Text>,
        next_url -> Nullable<Text>,
        code -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        wants_authentication -> Bool,
    }
}

diesel::table! {
    donations (id) {
        id -> Text,
        pledge_id -> Text,
        campaign_id -> Text,
        donor_id -> Nullable<Text>,
        gateway -> Text,
        remote_id -> Text,
        status -> Text,
        currency -> Text,
        gross_minor -> Nullable<BigInt>,
        fee_minor -> Nullable<BigInt>,
        refunded_minor -> BigInt,
        received_at -> Nullable<Timestamp>,
        waiting_state -> Nullable<Text>,
        waiting_code -> Nullable<Text>,
        waiting_as_of -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        settled_minor -> Nullable<BigInt>,
        settled_currency -> Nullable<Text>,
        disputed_minor -> BigInt,
        lost_minor -> BigInt,
        period_on -> Nullable<Date>,
        received_on -> Nullable<Date>,
    }
}

diesel::table! {
    disputes (id) {
        id -> Text,
        donation_id -> Text,
        gateway -> Text,
        remote_id -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        reason -> Text,
        status -> Text,
        moves -> BigInt,
        away_minor -> BigInt,
        settled_minor -> Nullable<BigInt>,
        settled_fee_minor -> Nullable<BigInt>,
        settled_currency -> Nullable<Text>,
        due_at -> Nullable<Timestamp>,
        opened_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    refunds (id) {
        id -> Text,
        donation_id -> Text,
        gateway -> Text,
        remote_id -> Nullable<Text>,
        amount_minor -> BigInt,
        currency -> Text,
        status -> Text,
        reason -> Nullable<Text>,
        request_key -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        settled_minor -> Nullable<BigInt>,
        settled_fee_minor -> Nullable<BigInt>,
        settled_currency -> Nullable<Text>,
        kind -> Text,
    }
}

diesel::table! {
    ledger_entries (id) {
        id -> Text,
        kind -> Text,
        donation_id -> Nullable<Text>,
        refund_id -> Nullable<Text>,
        currency -> Text,
        sequence -> BigInt,
        happened_at -> Timestamp,
        recorded_at -> Timestamp,
        dispute_id -> Nullable<Text>,
        movement_id -> Nullable<Text>,
        deposit_id -> Nullable<Text>,
        bank_line_id -> Nullable<Text>,
    }
}

diesel::table! {
    ledger_balances (account, currency) {
        account -> Text,
        currency -> Text,
        amount_minor -> BigInt,
    }
}

diesel::table! {
    ledger_postings (entry_id, line) {
        entry_id -> Text,
        line -> BigInt,
        account -> Text,
        currency -> Text,
        amount_minor -> BigInt,
    }
}

diesel::table! {
    campaign_totals (campaign_id, currency) {
        campaign_id -> Text,
        currency -> Text,
        gross_minor -> BigInt,
        refunded_minor -> BigInt,
        donations -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    receipt_series (series, year) {
        series -> Text,
        year -> Integer,
        last_number -> BigInt,
    }
}

diesel::table! {
    receipts (id) {
        id -> Text,
        donation_id -> Text,
        series -> Text,
        year -> Integer,
        number -> BigInt,
        status -> Text,
        net_minor -> BigInt,
        snapshot -> Text,
        replaces -> Nullable<Text>,
        issued_at -> Timestamp,
        status_at -> Timestamp,
        purged_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        unique_key -> Nullable<Text>,
        status -> Text,
        run_at -> Timestamp,
        lease_until -> Nullable<Timestamp>,
        attempt -> BigInt,
        failures -> BigInt,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    schedules (name) {
        name -> Text,
        next_run_at -> Timestamp,
    }
}

diesel::table! {
    inbox (id) {
        id -> Text,
        gateway -> Text,
        event_id -> Text,
        body -> Binary,
        status -> Text,
        note -> Nullable<Text>,
        received_at -> Timestamp,
        processed_at -> Nullable<Timestamp>,
        purged_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    reviews (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        detail -> Text,
        created_at -> Timestamp,
        resolved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    idempotency_keys (scope, key) {
        scope -> Text,
        key -> Text,
        input_hash -> Text,
        pledge_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    rate_limits (bucket) {
        bucket -> Text,
        full_at_us -> BigInt,
    }
}

diesel::table! {
    sign_in_links (id) {
        id -> Text,
        email -> Text,
        browser_hash -> Text,
        status -> Text,
        token_hash -> Nullable<Text>,
        code_hash -> Nullable<Text>,
        code_tries -> BigInt,
        asked_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        donor_id -> Text,
        token_hash -> Text,
        browser -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    address_changes (id) {
        id -> Text,
        donor_id -> Text,
        old_email -> Text,
        new_email -> Text,
        status -> Text,
        old_token_hash -> Nullable<Text>,
        new_token_hash -> Nullable<Text>,
        old_proved_at -> Nullable<Timestamp>,
        new_proved_at -> Nullable<Timestamp>,
        asked_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    account_changes (id) {
        id -> Text,
        donor_id -> Text,
        kind -> Text,
        detail -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    erasures (id) {
        id -> Text,
        donor_id -> Text,
        status -> Text,
        email -> Nullable<Text>,
        locale -> Nullable<Text>,
        asked_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    statements (year, donor_id) {
        year -> Integer,
        donor_id -> Text,
        status -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    statement_runs (year) {
        year -> Integer,
        last_donor -> Text,
        looked_at -> BigInt,
        ordered -> BigInt,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tiers (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        description -> Text,
        benefits -> Text,
        prices -> Text,
        places -> Nullable<BigInt>,
        position -> BigInt,
        archived -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    subscriptions (pledge_id) {
        pledge_id -> Text,
        gateway -> Text,
        remote_id -> Text,
        customer_id -> Nullable<Text>,
        status -> Text,
        status_at -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
        amount_minor -> BigInt,
        currency -> Text,
        frequency -> Text,
        period_from -> Nullable<Timestamp>,
        period_until -> Nullable<Timestamp>,
        ends_at -> Nullable<Timestamp>,
        card -> Nullable<Text>,
        card_expires_on -> Nullable<Date>,
        as_of -> Timestamp,
        started_at -> Nullable<Timestamp>,
        letters -> BigInt,
        warned_of -> Nullable<Date>,
        asked_at -> Timestamp,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    subscription_orders (id) {
        id -> Text,
        pledge_id -> Text,
        kind -> Text,
        amount_minor -> Nullable<BigInt>,
        currency -> Nullable<Text>,
        frequency -> Nullable<Text>,
        until -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
        status -> Text,
        code -> Nullable<Text>,
        ordered_by -> Text,
        reason -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        consent_url -> Nullable<Text>,
    }
}

diesel::table! {
    patron_moves (pledge_id, sequence) {
        pledge_id -> Text,
        sequence -> BigInt,
        kind -> Text,
        month -> Text,
        cohort -> Text,
        currency -> Text,
        annual_minor -> BigInt,
        happened_at -> Timestamp,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    successions (pledge_id) {
        pledge_id -> Text,
        succeeds_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::joinable!(attempts -> pledges (pledge_id));
diesel::joinable!(pledges -> campaigns (campaign_id));
diesel::joinable!(donations -> pledges (pledge_id));
diesel::joinable!(subscriptions -> pledges (pledge_id));
diesel::joinable!(export_parts -> exports (export_id));
diesel::joinable!(receipts -> donations (donation_id));
diesel::joinable!(refunds -> donations (donation_id));
diesel::joinable!(gifts_by_hand -> donations (donation_id));
diesel::joinable!(bank_lines -> donations (donation_id));
diesel::joinable!(deposit_gifts -> donations (donation_id));
diesel::joinable!(disputes -> donations (donation_id));
diesel::joinable!(ledger_postings -> ledger_entries (entry_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_changes,
    address_changes,
    api_tokens,
    appeal_texts,
    attempts,
    audit_head,
    audit_log,
    bank_line_refusals,
    bank_lines,
    bank_mappings,
    bank_statement_parts,
    bank_statements,
    campaign_totals,
    campaigns,
    deposit_gifts,
    deposits,
    disputes,
    donations,
    donor_letters,
    donor_merge_pledges,
    donor_merges,
    donor_notes,
    donor_tags,
    donors,
    erasures,
    event_subjects,
    export_parts,
    exports,
    external_accounts,
    external_members,
    external_months,
    external_moves,
    external_tiers,
    gateway_accounts,
    gift_aid_declarations,
    gifts_by_hand,
    idempotency_keys,
    import_lines,
    import_parts,
    imports,
    inbox,
    jobs,
    ledger_balances,
    ledger_entries,
    ledger_postings,
    movements,
    patron_months,
    patron_moves,
    payouts,
    pledges,
    rate_limits,
    receipt_series,
    receipts,
    refunds,
    request_keys,
    reviews,
    sandbox_events,
    sandbox_payments,
    sandbox_subscriptions,
    saved_views,
    schedules,
    search_terms,
    sessions,
    setting_changes,
    settings,
    sign_in_links,
    staff,
    staff_former_addresses,
    staff_links,
    staff_passkeys,
    staff_recovery_codes,
    staff_sessions,
    staff_tries,
    statement_runs,
    statements,
    subscription_orders,
    subscriptions,
    successions,
    support_totals,
    tiers,
    wall_entries,
    webhook_deliveries,
    webhook_endpoints,
);
