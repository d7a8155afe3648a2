//! Comments of readers.

diesel::table! {
    comments (id) {
        id -> Text,
        article -> Text,
        article_title -> Text,
        thread_id -> Nullable<Text>,
        name -> Nullable<Text>,
        email -> Nullable<Text>,
        body -> Nullable<Text>,
        locale -> Text,
        status -> Text,
        held_for -> Nullable<Text>,
        reason -> Nullable<Text>,
        same_key -> Nullable<Text>,
        written_at -> Timestamp,
        decided_at -> Nullable<Timestamp>,
        edited_at -> Nullable<Timestamp>,
        wants_answers -> Bool,
    }
}
