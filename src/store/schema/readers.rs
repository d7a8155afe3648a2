//! What readers write, what they are shown, and what they see of one another: comments, and names of supporters.

diesel::table! {
    appeal_texts (seen) {
        seen -> Text,
        appeal -> Text,
        test -> Text,
        side -> Text,
        shown -> BigInt,
        first_on -> Date,
        last_on -> Date,
    }
}

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

diesel::table! {
    discussions (article) {
        article -> Text,
        version -> Text,
    }
}

diesel::table! {
    wall_entries (id) {
        id -> Text,
        pledge_id -> Text,
        campaign_id -> Text,
        name -> Text,
        with_amount -> Bool,
        kept_minor -> BigInt,
        currency -> Text,
        shown_since -> Nullable<Timestamp>,
        hidden_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    past_comments (source) {
        source -> Text,
        comment_id -> Text,
        taken_at -> Timestamp,
    }
}
