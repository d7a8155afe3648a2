//! Tables of bank statements, and of what was paid in at the bank.

diesel::table! {
    bank_mappings (id) {
        id -> Text,
        name -> Text,
        body -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    bank_statements (id) {
        id -> Text,
        name -> Text,
        format -> Text,
        mapping_id -> Nullable<Text>,
        status -> Text,
        round -> BigInt,
        bytes -> BigInt,
        lines_all -> BigInt,
        lines_done -> BigInt,
        lines_new -> BigInt,
        error -> Nullable<Text>,
        asked_by -> Text,
        asked_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bank_statement_parts (statement_id, part) {
        statement_id -> Text,
        part -> BigInt,
        body -> Binary,
    }
}

diesel::table! {
    bank_lines (id) {
        id -> Text,
        statement_id -> Text,
        account -> Text,
        identity -> Text,
        booked_on -> Date,
        happened_at -> Timestamp,
        amount_minor -> BigInt,
        currency -> Text,
        direction -> Text,
        bank_id -> Nullable<Text>,
        other_name -> Nullable<Text>,
        other_account -> Nullable<Text>,
        words -> Nullable<Text>,
        status -> Text,
        kind -> Nullable<Text>,
        reason -> Nullable<Text>,
        donation_id -> Nullable<Text>,
        refund_id -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        read_at -> Timestamp,
        payout_id -> Nullable<Text>,
        deposit_id -> Nullable<Text>,
        platform -> Nullable<Text>,
        platform_fee_minor -> Nullable<BigInt>,
    }
}

diesel::table! {
    bank_line_refusals (line_id, subject) {
        line_id -> Text,
        subject -> Text,
    }
}

diesel::table! {
    deposits (id) {
        id -> Text,
        tender -> Text,
        amount_minor -> BigInt,
        currency -> Text,
        paid_in_on -> Date,
        recorded_at -> Timestamp,
        taken_back_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    deposit_gifts (donation_id) {
        donation_id -> Text,
        deposit_id -> Text,
        amount_minor -> BigInt,
        returned_minor -> BigInt,
    }
}
