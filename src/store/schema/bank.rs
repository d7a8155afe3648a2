//! Tables of bank statements.

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
    }
}

diesel::table! {
    bank_line_refusals (line_id, subject) {
        line_id -> Text,
        subject -> Text,
    }
}
