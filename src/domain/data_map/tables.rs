//! The map itself, by the name of the table.

use super::AtErasure::{self, Emptied, Law, NoDonor, Removed, Short, Stays};
use super::Class::{self, Fact, Outside, Person, Secret, Stand, Trace, Words};
use super::{Group, Keep, TableMap, abuse, appeals, balances, comments, members, past, patrons};

pub(super) const fn of(columns: &'static str, class: Class, erasure: AtErasure) -> Group {
    Group { columns, class, erasure }
}

/// What names nobody.
pub(super) const fn facts(columns: &'static str) -> Group {
    of(columns, Fact, Stays)
}

/// Names that stand for somebody or something, and stay.
pub(super) const fn stands(columns: &'static str) -> Group {
    of(columns, Stand, Stays)
}

pub(super) const fn table(
    name: &'static str,
    purpose: &'static str,
    keep: Keep,
    groups: &'static [Group],
) -> TableMap {
    TableMap { name, purpose, keep, groups }
}

/// A day after its end, like everything that opens something once.
const A_DAY: Keep = Keep::Until("a day after its end");

/// Every table of the site.
pub const TABLES: &[TableMap] = &[
    table(
        "account_changes",
        "What donors changed on their pages, for the letter that confirms it.",
        Keep::Donor,
        &[of("id donor_id kind created_at", Stand, Removed), of("detail", Person, Removed)],
    ),
    table(
        "address_changes",
        "Changes of an e-mail address that wait for their two proofs.",
        A_DAY,
        &[
            of("id donor_id status asked_at expires_at old_proved_at new_proved_at", Stand, Removed),
            of("old_email new_email", Person, Removed),
            of("old_token_hash new_token_hash", Secret, Removed),
        ],
    ),
    table(
        "api_tokens",
        "Programs that may use the API.",
        Keep::Use,
        &[
            facts("id scope created_at expires_at last_used_at revoked_at"),
            of("name", Words, NoDonor),
            of("token_hash", Secret, NoDonor),
        ],
    ),
    appeals::APPEAL_TEXTS,
    table(
        "attempts",
        "Calls to a gateway that may move money.",
        Keep::Books,
        &[
            facts("gateway outcome code created_at updated_at wants_authentication"),
            stands("id pledge_id remote_id"),
            of("next_url", Outside, Emptied),
        ],
    ),
    table("audit_head", "The end of the log's chain.", Keep::Books, &[facts("id number hash")]),
    table(
        "audit_log",
        "Who of the staff did what: ids and figures, never a donor's name or address.",
        Keep::Books,
        &[facts("number at actor_kind action detail hash"), stands("actor_id subject")],
    ),
    table(
        "bank_line_refusals",
        "What a line of a statement might have been, and is not.",
        Keep::Books,
        &[stands("line_id subject")],
    ),
    balances::BANK_LINES,
    table(
        "bank_mappings",
        "How the columns of a bank's files are understood.",
        Keep::Use,
        &[facts("id body changed_at"), of("name", Words, NoDonor)],
    ),
    table(
        "bank_statement_parts",
        "Files of the bank, as long as they are not read.",
        Keep::Until("until it is read"),
        &[stands("statement_id part"), of("body", Outside, Short)],
    ),
    table(
        "bank_statements",
        "Which files of the bank were handed in.",
        Keep::Books,
        &[
            facts(
                "id format mapping_id status round bytes lines_all lines_done lines_new error asked_by asked_at done_at",
            ),
            of("name", Words, NoDonor),
        ],
    ),
    abuse::BLOCKS,
    table(
        "campaign_totals",
        "What each campaign raised.",
        Keep::Books,
        &[facts("campaign_id currency gross_minor refunded_minor donations updated_at")],
    ),
    table(
        "campaigns",
        "What is raised for, as published.",
        Keep::Use,
        &[
            facts(
                "id slug goal_minor goal_currency starts_on ends_on suggestions rates created_at updated_at",
            ),
            of("title summary thanks", Words, NoDonor),
        ],
    ),
    comments::COMMENTS,
    abuse::DAY_KEYS,
    abuse::DECLINES,
    balances::DEPOSIT_GIFTS,
    balances::DEPOSITS,
    comments::DISCUSSIONS,
    table(
        "disputes",
        "Gifts that a donor's bank asks back; the reason is the bank's own word for it, one of a list.",
        Keep::Books,
        &[
            facts(
                "gateway amount_minor currency reason status moves away_minor settled_minor settled_fee_minor settled_currency due_at opened_at updated_at",
            ),
            stands("id donation_id remote_id"),
        ],
    ),
    table(
        "donations",
        "Money that arrived.",
        Keep::Books,
        &[
            facts(
                "gateway status currency gross_minor fee_minor refunded_minor received_at waiting_state waiting_code waiting_as_of created_at updated_at settled_minor settled_currency disputed_minor lost_minor period_on received_on",
            ),
            stands("id pledge_id campaign_id donor_id remote_id"),
        ],
    ),
    table(
        "donor_letters",
        "Letters that staff wrote to a donor.",
        Keep::Donor,
        &[
            of("id donor_id staff_id written_at sent_at", Stand, Removed),
            of("subject body", Words, Removed),
            of("request_key", Secret, Removed),
        ],
    ),
    table(
        "donor_merge_pledges",
        "Which promises were whose before two donors became one.",
        Keep::Books,
        &[stands("merge_id pledge_id")],
    ),
    table(
        "donor_merges",
        "Which two rows are one donor.",
        Keep::Books,
        &[facts("merged_at undone_at"), stands("id from_id into_id")],
    ),
    table(
        "donor_notes",
        "What staff noted about a donor.",
        Keep::Donor,
        &[of("id donor_id staff_id token_id created_at", Stand, Removed), of("body", Words, Removed)],
    ),
    table(
        "donor_tags",
        "Words by which staff group donors.",
        Keep::Donor,
        &[of("donor_id", Stand, Removed), of("tag", Words, Removed)],
    ),
    table(
        "donors",
        "Who gave. Of a forgotten donor an address stays that stands for none.",
        Keep::Donor,
        &[
            facts("created_at updated_at erased_at"),
            stands("id merged_into"),
            of("email name postal_address", Person, Emptied),
            of("locale address_proven_at", Trace, Emptied),
        ],
    ),
    table(
        "erasures",
        "Wishes to be forgotten; the address only until the last letter went, seven days at most.",
        Keep::Books,
        &[
            facts("status asked_at confirmed_at done_at"),
            stands("id donor_id"),
            of("email", Person, Emptied),
            of("locale", Trace, Emptied),
        ],
    ),
    table(
        "event_subjects",
        "Which gift an event of a gateway told of.",
        Keep::Books,
        &[stands("subject event_id")],
    ),
    table(
        "export_parts",
        "The files that staff asked for, in pieces.",
        Keep::Until("seven days; every file goes when any donor is forgotten"),
        &[stands("export_id part"), of("body", Person, Removed)],
    ),
    table(
        "exports",
        "Which files staff asked for.",
        Keep::Use,
        &[facts(
            "id what format from_on until_on status round rows_done rows_all bytes error asked_by asked_at ready_at expires_at",
        )],
    ),
    members::ACCOUNTS,
    members::MEMBERS,
    members::MONTHS,
    members::MOVES,
    members::TIERS,
    abuse::FORM_VIEWS,
    balances::ACCOUNTS,
    table(
        "gift_aid_declarations",
        "What United Kingdom taxpayers declared. HMRC wants it kept; it ends when the donor is forgotten.",
        Keep::GiftAid,
        &[
            of("id donor_id pledge_id", Stand, Law),
            of("covers_from declared_at declared_by ended_on closed_on", Fact, Law),
            of("title first_name last_name house postcode wording", Person, Law),
        ],
    ),
    abuse::GIFT_LINKS,
    table(
        "gifts_by_hand",
        "The paper behind cash, cheques and transfers that nobody promised.",
        Keep::Books,
        &[facts("recorded_at"), stands("donation_id"), of("document note", Words, Emptied)],
    ),
    table(
        "idempotency_keys",
        "Forms that were sent, so that sending one again is not giving twice.",
        Keep::Until("three days"),
        &[of("scope key pledge_id created_at", Stand, Short), of("input_hash", Secret, Short)],
    ),
    past::LINES,
    past::PARTS,
    past::FILES,
    table(
        "inbox",
        "What gateways told, as it came: it may hold what a donor typed on the gateway's own page.",
        Keep::Events,
        &[
            facts("gateway status note received_at processed_at purged_at"),
            stands("id event_id"),
            of("body", Outside, Emptied),
        ],
    ),
    table(
        "jobs",
        "Work that follows from what happened: ids and states. Addresses are taken out of what a mail server said.",
        Keep::Until("days after it is done: jobs.keep_done_days"),
        &[
            facts("kind status run_at lease_until attempt failures last_error created_at finished_at"),
            stands("id payload unique_key"),
        ],
    ),
    table(
        "ledger_balances",
        "What each account of the books holds.",
        Keep::Books,
        &[facts("account currency amount_minor")],
    ),
    table(
        "ledger_entries",
        "The books.",
        Keep::Books,
        &[
            facts("kind currency sequence happened_at recorded_at"),
            stands("id donation_id refund_id dispute_id movement_id deposit_id bank_line_id"),
        ],
    ),
    table(
        "ledger_postings",
        "The lines of the books.",
        Keep::Books,
        &[facts("line account currency amount_minor"), stands("entry_id")],
    ),
    balances::MOVEMENTS,
    table(
        "outbound_links",
        "How often readers left for a page elsewhere on which they can support the publication. No visitor is in it.",
        Keep::Books,
        &[facts("place article followed_on times")],
    ),
    comments::PAST,
    table(
        "patron_months",
        "How recurring support went, by month.",
        Keep::Books,
        &[facts(
            "month cohort currency joined returned left_for_good failing recovered annual_minor updated_at",
        )],
    ),
    table(
        "patron_moves",
        "What happened to recurring support.",
        Keep::Books,
        &[
            facts("sequence kind month cohort currency annual_minor happened_at recorded_at"),
            stands("pledge_id"),
        ],
    ),
    balances::PAYOUTS,
    abuse::PLEDGE_CLIENTS,
    table(
        "pledges",
        "What was promised on the form.",
        Keep::Pledges,
        &[
            facts(
                "amount_minor currency fee_cover_minor frequency gateway hidden status source_article source_appeal created_at expires_at updated_at starts_at purged_at",
            ),
            stands("id campaign_id donor_id tier_id reference"),
            of("locale", Fact, Stays),
            of("email name", Person, Emptied),
            of("message tribute_kind tribute_name", Words, Emptied),
            of("source", Trace, Emptied),
            of("form_key fingerprint", Secret, Emptied),
        ],
    ),
    abuse::RATE_LIMITS,
    table(
        "receipt_series",
        "The last number of each series.",
        Keep::Books,
        &[facts("series year last_number")],
    ),
    table(
        "receipts",
        "Receipts as they were issued, with the name and the address on them.",
        Keep::Receipts,
        &[
            facts("series year number status net_minor issued_at status_at purged_at"),
            stands("id donation_id replaces"),
            of("snapshot", Person, Law),
        ],
    ),
    table(
        "refunds",
        "Money that went back, and why.",
        Keep::Books,
        &[
            facts(
                "gateway amount_minor currency status created_at updated_at settled_minor settled_fee_minor settled_currency kind",
            ),
            stands("id donation_id remote_id request_key"),
            of("reason", Words, Emptied),
        ],
    ),
    table(
        "request_keys",
        "Requests of programs and what they were answered, so that each is done once.",
        Keep::Until("three days"),
        &[
            facts("status created_at"),
            stands("token_id key"),
            of("input_hash", Secret, Short),
            of("answer", Outside, Emptied),
        ],
    ),
    table(
        "reviews",
        "Questions that a person must answer: ids and amounts.",
        Keep::Books,
        &[facts("kind detail created_at resolved_at"), stands("id subject")],
    ),
    table(
        "sandbox_events",
        "The sandbox's own books: what it tells. It knows nobody.",
        Keep::Use,
        &[facts("body created_at"), stands("id payment_id")],
    ),
    table(
        "sandbox_payments",
        "The sandbox's own books: payments. It knows nobody.",
        Keep::Use,
        &[
            facts(
                "amount_minor currency description status fee_minor changed_at created_at frequency period_on starts_at",
            ),
            stands("id idempotency_key return_url refunds subscription_id"),
        ],
    ),
    table(
        "sandbox_subscriptions",
        "The sandbox's own books: recurring support. It knows nobody.",
        Keep::Use,
        &[facts("body next_charge_at created_at"), stands("id attempt_id")],
    ),
    table(
        "saved_views",
        "Searches that staff saved. Those that look for a forgotten donor go.",
        Keep::Use,
        &[facts("list created_at"), stands("id staff_id"), of("name query", Words, Removed)],
    ),
    table("schedules", "When recurring work is due.", Keep::Use, &[facts("name next_run_at")]),
    table(
        "search_terms",
        "The words of names and addresses, by which donors are found.",
        Keep::Donor,
        &[of("term", Person, Removed), of("donor_id", Stand, Removed)],
    ),
    table(
        "sessions",
        "Browsers in which donors are signed in.",
        Keep::Until("until signing out, `account.session_hours` at most"),
        &[
            of("id donor_id created_at seen_at expires_at", Stand, Removed),
            of("token_hash", Secret, Removed),
            of("browser", Trace, Removed),
        ],
    ),
    table(
        "setting_changes",
        "What the office set, change by change.",
        Keep::Books,
        &[facts("number key actor_kind changed_at"), stands("actor_id"), of("value before", Words, NoDonor)],
    ),
    table(
        "settings",
        "Values that the site keeps about itself, its own key among them.",
        Keep::Use,
        &[facts("name"), of("value", Secret, NoDonor)],
    ),
    table(
        "sign_in_links",
        "Wishes to sign in, and the links that answer them.",
        A_DAY,
        &[
            of("id status code_tries asked_at sent_at expires_at", Stand, Removed),
            of("email", Person, Removed),
            of("browser_hash token_hash code_hash", Secret, Removed),
        ],
    ),
    abuse::SPENT_PROOFS,
    table(
        "staff",
        "Who works in the office.",
        Keep::Use,
        &[
            facts("role status created_at totp_last_step passkeys"),
            stands("id"),
            of("email name", Person, NoDonor),
            of("password_hash totp_sealed totp_offered", Secret, NoDonor),
        ],
    ),
    table(
        "staff_former_addresses",
        "Addresses that staff had before, so that each can be told.",
        Keep::Until("30 days"),
        &[stands("id staff_id"), facts("until"), of("email", Person, NoDonor)],
    ),
    table(
        "staff_links",
        "Links by which staff choose a password.",
        Keep::Until("its end"),
        &[stands("id staff_id"), facts("made_at expires_at"), of("token_hash", Secret, NoDonor)],
    ),
    table(
        "staff_passkeys",
        "Passkeys of the staff.",
        Keep::Use,
        &[
            stands("id staff_id"),
            facts("counter backup_eligible backed_up created_at last_used_at"),
            of("name", Words, NoDonor),
            of("credential public_key", Secret, NoDonor),
        ],
    ),
    table(
        "staff_recovery_codes",
        "Codes for whoever lost their second factor.",
        Keep::Use,
        &[stands("staff_id"), facts("used_at"), of("code_hash", Secret, NoDonor)],
    ),
    table(
        "staff_sessions",
        "Browsers in which staff are signed in.",
        Keep::Until("until signing out, `staff.session_hours` at most"),
        &[
            stands("id staff_id"),
            facts("stage created_at seen_at proved_at expires_at challenge_until"),
            of("token_hash challenge_hash", Secret, NoDonor),
            of("browser", Trace, NoDonor),
        ],
    ),
    table(
        "staff_tries",
        "Failures at the door, under keyed hashes.",
        Keep::Until("a day after the last"),
        &[of("subject", Secret, NoDonor), facts("failures last_at")],
    ),
    table(
        "statement_runs",
        "How far the yearly statements came.",
        Keep::Books,
        &[facts("year looked_at ordered started_at finished_at"), stands("last_donor")],
    ),
    table(
        "statements",
        "Who was mailed the statement of a year.",
        Keep::Books,
        &[facts("year status made_at"), stands("donor_id")],
    ),
    patrons::ORDERS,
    patrons::SUBSCRIPTIONS,
    patrons::SUCCESSIONS,
    table(
        "support_totals",
        "What arrived, by day and month.",
        Keep::Books,
        &[facts(
            "span first_on currency gateway campaign_id article rhythm donations gross_minor fee_minor refunded_minor lost_minor updated_at",
        )],
    ),
    table(
        "tiers",
        "Levels of support, as published.",
        Keep::Use,
        &[
            facts("id slug prices places position archived created_at updated_at"),
            of("name description benefits", Words, NoDonor),
        ],
    ),
    comments::WALL_ENTRIES,
    table(
        "webhook_deliveries",
        "What other programs were told: ids, amounts and states, and no person.",
        Keep::Told,
        &[facts("kind status tries answer error created_at tried_at"), stands("id endpoint_id body")],
    ),
    table(
        "webhook_endpoints",
        "Which programs are told what happens.",
        Keep::Use,
        &[
            facts("id kinds created_at removed_at"),
            of("url", Words, NoDonor),
            of("secret_sealed", Secret, NoDonor),
        ],
    ),
];
