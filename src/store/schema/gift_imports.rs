//! Tables of gifts that came before.

use super::donations;

diesel::table! {
    imports (id) {
        id -> Text,
        name -> Text,
        options -> Text,
        status -> Text,
        round -> BigInt,
        bytes -> BigInt,
        lines_all -> BigInt,
        lines_done -> BigInt,
        on_statements -> Bool,
        report -> Nullable<Text>,
        error -> Nullable<Text>,
        asked_by -> Text,
        asked_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    import_parts (import_id, part) {
        import_id -> Text,
        part -> BigInt,
        body -> Binary,
    }
}

diesel::table! {
    import_lines (id) {
        id -> Text,
        import_id -> Text,
        at -> BigInt,
        identity -> Text,
        giver -> Nullable<Text>,
        donation_id -> Text,
        undone_at -> Nullable<Timestamp>,
    }
}

diesel::joinable!(import_lines -> donations (donation_id));
diesel::joinable!(import_lines -> imports (import_id));
