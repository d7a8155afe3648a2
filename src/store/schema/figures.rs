//! The tables of figures, exports and Gift Aid.

diesel::table! {
    support_totals (span, first_on, currency, gateway, campaign_id, article, rhythm) {
        span -> Text,
        first_on -> Date,
        currency -> Text,
        gateway -> Text,
        campaign_id -> Text,
        article -> Text,
        rhythm -> Text,
        donations -> BigInt,
        gross_minor -> BigInt,
        fee_minor -> BigInt,
        refunded_minor -> BigInt,
        lost_minor -> BigInt,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    exports (id) {
        id -> Text,
        what -> Text,
        format -> Text,
        from_on -> Date,
        until_on -> Date,
        status -> Text,
        round -> BigInt,
        rows_done -> BigInt,
        rows_all -> BigInt,
        bytes -> BigInt,
        error -> Nullable<Text>,
        asked_by -> Text,
        asked_at -> Timestamp,
        ready_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    export_parts (export_id, part) {
        export_id -> Text,
        part -> BigInt,
        body -> Binary,
    }
}

diesel::table! {
    gift_aid_declarations (id) {
        id -> Text,
        donor_id -> Text,
        title -> Text,
        first_name -> Text,
        last_name -> Text,
        house -> Text,
        postcode -> Text,
        covers_from -> Date,
        wording -> Text,
        declared_at -> Timestamp,
        ended_on -> Nullable<Date>,
        pledge_id -> Nullable<Text>,
        declared_by -> Text,
        closed_on -> Nullable<Date>,
    }
}

diesel::table! {
    patron_months (month, cohort, currency) {
        month -> Text,
        cohort -> Text,
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
