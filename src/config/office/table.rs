//! The table of owners, key by key.

use super::owner::{Owner, Trust};
use super::{Group, Shape};

use Group::{Access, Amounts, Comments, Letters, Organisation, Patrons, Publication, Transfers};
use Owner::{Machine, Office};
use Shape::{Amount, Line, Lines, Number, Prose, Switch, Words};
use Trust::{Person, Personal, Programs};

const START: &str = "it is needed before the database can be read";
const FOLDERS: &str = "it names a place on the machine";
const REACH: &str = "it decides whom the program believes and what it can reach";
const LOAD: &str = "it fits the machine";
const KEYS: &str = "the keys have a page of their own, and the rest decides where money goes";
const APP: &str = "the app has a page of its own, and the rest decides where money goes";
const MIRROR: &str = "the app at Patreon is set up with it, and it decides who is asked about members";
const POST: &str = "it must fit the mail server and the records of the domain";
const ABUSE: &str = "it keeps strangers from trying cards, and fits what stands in front of the site";

/// Every key of `default.toml`; `*` stands for a currency.
pub(super) const TABLE: &[(&str, Owner)] = &[
    ("server.bind", Machine(START)),
    ("server.public_url", Machine(REACH)),
    ("server.trusted_proxies", Machine(REACH)),
    ("server.cors_origins", Machine(REACH)),
    ("server.mode", Machine(START)),
    ("server.workers", Machine(LOAD)),
    ("server.metrics_token", Machine(REACH)),
    ("server.metrics_token_file", Machine(REACH)),
    ("server.shutdown_timeout_s", Machine(LOAD)),
    ("server.drain_s", Machine(LOAD)),
    ("server.form_bytes_max", Machine(LOAD)),
    ("server.webhook_bytes_max", Machine(LOAD)),
    ("server.api_bytes_max", Machine(LOAD)),
    ("server.allow_custom_gateways", Machine(REACH)),
    ("server.outgoing_inside", Machine(REACH)),
    ("database.url", Machine(START)),
    ("database.url_file", Machine(START)),
    ("database.pool_size", Machine(START)),
    ("database.busy_timeout_ms", Machine(START)),
    ("database.statement_timeout_ms", Machine(START)),
    ("database.acquire_timeout_ms", Machine(START)),
    ("site.content", Machine(FOLDERS)),
    ("site.pictures", Machine(FOLDERS)),
    ("site.templates", Machine(FOLDERS)),
    (
        "site.name",
        Office(
            Publication,
            Line,
            Programs,
            ("Name of the publication", "Titles of pages, and the frame of letters."),
        ),
    ),
    (
        "site.default_currency",
        Office(
            Publication,
            Line,
            Programs,
            ("First currency", "The one that forms begin with; one of the currencies below."),
        ),
    ),
    (
        "site.currencies",
        Office(
            Publication,
            Words,
            Programs,
            (
                "Currencies",
                "What donors can choose, in this order. Support that runs in another goes on, and cannot be begun any more.",
            ),
        ),
    ),
    (
        "site.default_locale",
        Office(
            Publication,
            Line,
            Programs,
            (
                "First language",
                "The language of visitors whose own is not offered, and of letters to them; one of the languages below.",
            ),
        ),
    ),
    (
        "site.locales",
        Office(
            Publication,
            Words,
            Programs,
            (
                "Languages",
                "What visitors can choose, in this order. Donors of another are written to in the first.",
            ),
        ),
    ),
    (
        "site.embed_origins",
        Office(
            Publication,
            Lines,
            Person,
            ("Sites that may show the form", "One a line, as https://www.example.org. See Embedding."),
        ),
    ),
    ("site.time_zone", Machine("days of the figures are counted by it when the program starts")),
    (
        "site.staff_emails",
        Office(
            Letters,
            Lines,
            Personal,
            (
                "Who is told when a person must look",
                "Money that does not fit, a dispute, books that do not hold: these addresses are written to, one a line.",
            ),
        ),
    ),
    (
        "site.organisation.legal_name",
        Office(
            Organisation,
            Line,
            Person,
            ("Legal name", "Receipts and statements from now on. Empty: the name of the publication."),
        ),
    ),
    (
        "site.organisation.address",
        Office(
            Organisation,
            Lines,
            Person,
            ("Postal address", "Receipts and statements from now on, line by line."),
        ),
    ),
    (
        "site.organisation.registration",
        Office(
            Organisation,
            Line,
            Person,
            ("Registration", "Receipts and statements from now on: a charity number with its register, say."),
        ),
    ),
    (
        "site.organisation.receipt_statement",
        Office(
            Organisation,
            Prose,
            Person,
            ("Sentence on every receipt", "Receipts from now on: what a tax office asks for, say."),
        ),
    ),
    (
        "site.organisation.ein",
        Office(
            Organisation,
            Line,
            Person,
            (
                "Employer Identification Number",
                "Receipts from now on say what the tax law of the United States wants. Empty: they do not.",
            ),
        ),
    ),
    (
        "gift_aid.reference",
        Office(
            Organisation,
            Line,
            Person,
            (
                "Reference of HMRC for Gift Aid",
                "Donors are asked to declare that they pay tax in the United Kingdom. Empty: Gift Aid is off.",
            ),
        ),
    ),
    (
        "gift_aid.charity",
        Office(
            Organisation,
            Line,
            Person,
            (
                "Name of the charity as HMRC knows it",
                "What donors declare from now on. Empty: the legal name.",
            ),
        ),
    ),
    (
        "site.organisation.receipt_series",
        Office(
            Organisation,
            Line,
            Person,
            (
                "Letters before the receipt number",
                "Receipts from now on. Another series begins at 1; going back to one goes on where it stopped.",
            ),
        ),
    ),
    ("mail.transport", Machine(POST)),
    ("mail.smtp_url", Machine(POST)),
    ("mail.smtp_url_file", Machine(POST)),
    ("mail.ca_file", Machine(POST)),
    ("mail.from", Machine(POST)),
    (
        "mail.reply_to",
        Office(
            Letters,
            Line,
            Personal,
            (
                "Where answers go",
                "Every letter from now on, to donors and staff. A name may stand before it: Office <office@example.org>. Empty: to the sender.",
            ),
        ),
    ),
    ("mail.directory", Machine(FOLDERS)),
    ("mail.timeout_s", Machine(LOAD)),
    ("mail.connections", Machine(LOAD)),
    (
        "bank_transfer.account_holder",
        Office(
            Transfers,
            Line,
            Person,
            (
                "Account holder",
                "Shown to donors who choose bank transfer from now on. Empty this, IBAN and BIC to take no transfers.",
            ),
        ),
    ),
    (
        "bank_transfer.iban",
        Office(
            Transfers,
            Line,
            Person,
            ("IBAN", "Where donors send money from now on; its check digits are held against it."),
        ),
    ),
    ("bank_transfer.bic", Office(Transfers, Line, Person, ("BIC", "Shown beside the IBAN. Empty: none."))),
    (
        "bank_transfer.instructions",
        Office(
            Transfers,
            Prose,
            Person,
            (
                "Sentence below the account",
                "On the page, in the letter and in the API. The reference is explained already.",
            ),
        ),
    ),
    (
        "bank_transfer.expires_days",
        Office(
            Transfers,
            Number("days"),
            Programs,
            ("Waits for the money", "Promises from now on. What comes later is taken all the same."),
        ),
    ),
    (
        "patreon.page_url",
        Office(
            Patrons,
            Line,
            Person,
            (
                "Page at Patreon",
                "Appeals and the page of levels link to it; empty: no link. Readers leave for it.",
            ),
        ),
    ),
    (
        "patreon.join_by_address",
        Office(
            Patrons,
            Switch,
            Person,
            (
                "Know members by their address",
                "A member at Patreon and a donor are one person if both confirmed the same address. Off: you are asked.",
            ),
        ),
    ),
    ("patreon.client_id", Machine(MIRROR)),
    ("patreon.client_secret", Machine(MIRROR)),
    ("patreon.client_secret_file", Machine(MIRROR)),
    ("patreon.access_token", Machine(MIRROR)),
    ("patreon.access_token_file", Machine(MIRROR)),
    ("patreon.refresh_token", Machine(MIRROR)),
    ("patreon.refresh_token_file", Machine(MIRROR)),
    ("patreon.campaign_id", Machine(MIRROR)),
    ("patreon.webhook_secret", Machine(MIRROR)),
    ("patreon.webhook_secret_file", Machine(MIRROR)),
    ("patreon.timeout_s", Machine(MIRROR)),
    ("patreon.api_base", Machine(MIRROR)),
    ("paypal.client_id", Machine(APP)),
    ("paypal.client_secret", Machine(APP)),
    ("paypal.client_secret_file", Machine(APP)),
    ("paypal.webhook_id", Machine(APP)),
    ("paypal.fee_basis_points", Machine(APP)),
    ("paypal.fee_fixed_minor", Machine(APP)),
    ("paypal.timeout_s", Machine(APP)),
    ("paypal.api_base", Machine(APP)),
    ("paypal.webhook_cert_hosts", Machine(APP)),
    ("paypal.webhook_ca_file", Machine(APP)),
    ("stripe.secret_key", Machine(KEYS)),
    ("stripe.secret_key_file", Machine(KEYS)),
    ("stripe.webhook_secret", Machine(KEYS)),
    ("stripe.webhook_secret_file", Machine(KEYS)),
    ("stripe.account_id", Machine(KEYS)),
    ("stripe.fee_basis_points", Machine(KEYS)),
    ("stripe.fee_fixed_minor", Machine(KEYS)),
    ("stripe.timeout_s", Machine(KEYS)),
    ("stripe.page_origins", Machine(KEYS)),
    ("stripe.api_base", Machine(KEYS)),
    ("sandbox.enabled", Machine(REACH)),
    ("sandbox.webhook_secret", Machine(REACH)),
    ("sandbox.webhook_secret_file", Machine(REACH)),
    (
        "comments.enabled",
        Office(
            Comments,
            Switch,
            Programs,
            (
                "Comments of readers",
                "Readers can write below articles; each comment is read here before it is shown. Without them, those that were shown are hidden.",
            ),
        ),
    ),
    (
        "comments.closed_after_days",
        Office(
            Comments,
            Number("days"),
            Programs,
            (
                "Articles take comments for",
                "Counted from the day of the article; what was said stays. 0: for ever.",
            ),
        ),
    ),
    (
        "comments.trusted_after",
        Office(
            Comments,
            Number("comments"),
            Programs,
            (
                "Readers are trusted after",
                "A reader of whom so many comments stand approved is shown at once, in the browser that opened a link that was mailed. 0: each comment is read first.",
            ),
        ),
    ),
    ("limits.pledges_per_ip_burst", Machine(ABUSE)),
    ("limits.pledges_per_ip_per_hour", Machine(ABUSE)),
    ("limits.pledges_per_email_per_hour", Machine(ABUSE)),
    ("limits.pledges_per_network_per_half_hour", Machine(ABUSE)),
    ("limits.pledges_per_ip_per_day", Machine(ABUSE)),
    ("limits.pledges_per_email_per_day", Machine(ABUSE)),
    ("limits.pledges_per_minute", Machine(ABUSE)),
    ("limits.declines_before_block", Machine(ABUSE)),
    ("limits.attack_minimum_factor", Machine(ABUSE)),
    ("limits.proof_of_work", Machine(ABUSE)),
    ("limits.form_seconds_min", Machine(ABUSE)),
    ("limits.comments_per_ip_per_hour", Machine(ABUSE)),
    (
        "limits.minimum.default",
        Office(
            Amounts,
            Amount,
            Programs,
            (
                "Smallest gift in any other currency",
                "Gifts and changes of support from now on. In cents, pence, yen: 100 is EUR 1.00 and JPY 100.",
            ),
        ),
    ),
    (
        "limits.minimum.*",
        Office(Amounts, Amount, Programs, ("Smallest gift in", "Gifts and changes of support from now on.")),
    ),
    (
        "limits.maximum.default",
        Office(
            Amounts,
            Amount,
            Programs,
            (
                "Largest gift in any other currency",
                "Gifts and changes of support from now on. In cents, pence, yen: 100 is EUR 1.00 and JPY 100.",
            ),
        ),
    ),
    (
        "limits.maximum.*",
        Office(Amounts, Amount, Programs, ("Largest gift in", "Gifts and changes of support from now on.")),
    ),
    ("limits.review.default", Machine(ABUSE)),
    ("limits.review.*", Machine(ABUSE)),
    ("limits.fraud_refund.default", Machine(ABUSE)),
    ("limits.fraud_refund.*", Machine(ABUSE)),
    (
        "account.session_idle_minutes",
        Office(
            Access,
            Number("minutes"),
            Person,
            ("Donors are signed out after", "Without a visit to their pages, from their next visit on."),
        ),
    ),
    (
        "account.session_hours",
        Office(
            Access,
            Number("hours"),
            Person,
            (
                "Donors are signed out in any case after",
                "Counted from signing in, from the next signing in on.",
            ),
        ),
    ),
    (
        "account.retention_years",
        Office(
            Access,
            Number("years"),
            Person,
            (
                "Receipts are kept as they were for",
                "Counted from the end of the year of issue. After it the names of donors who were forgotten go from their receipts, for good.",
            ),
        ),
    ),
    (
        "retention.event_days",
        Office(
            Access,
            Number("days"),
            Person,
            ("What gateways told is kept as it came for", "That it came, and what came of it, stays."),
        ),
    ),
    (
        "retention.unpaid_pledge_days",
        Office(
            Access,
            Number("days"),
            Person,
            (
                "Promises that brought no money keep their donor for",
                "Counted from their end. What is past that is let go within the hour, for good.",
            ),
        ),
    ),
    (
        "retention.told_days",
        Office(
            Access,
            Number("days"),
            Person,
            ("What your own programs were told is kept for", "Outgoing webhooks, as they went."),
        ),
    ),
    (
        "retention.silent_donor_years",
        Office(
            Access,
            Number("years"),
            Person,
            (
                "Donors who give no more are forgotten after",
                "Counted from their last gift or promise; without a letter, and for good. Members elsewhere who give no \
                 more and are no donors lose their names with them. 0: until they ask.",
            ),
        ),
    ),
    (
        "retention.gift_aid_years",
        Office(
            Access,
            Number("years"),
            Person,
            ("Gift Aid declarations are kept for", "Counted from their end; HMRC wants six."),
        ),
    ),
    (
        "retention.refused_comment_days",
        Office(
            Access,
            Number("days"),
            Person,
            (
                "Comments that are not shown are kept for",
                "Counted from the decision; until then it can be taken back.",
            ),
        ),
    ),
    (
        "account.statements_by_mail",
        Office(
            Letters,
            Switch,
            Programs,
            ("Mail yearly statements", "Each donor is mailed the statement of the past year in January."),
        ),
    ),
    (
        "staff.session_idle_minutes",
        Office(
            Access,
            Number("minutes"),
            Person,
            ("Staff are signed out after", "Without a visit to the office, from their next visit on."),
        ),
    ),
    (
        "staff.session_hours",
        Office(
            Access,
            Number("hours"),
            Person,
            (
                "Staff are signed out in any case after",
                "Counted from signing in, from the next signing in on.",
            ),
        ),
    ),
    ("staff.sealing_key", Machine("it must be kept outside the database")),
    ("staff.sealing_key_file", Machine("it must be kept outside the database")),
    (
        "patrons.letters_after_days",
        Office(
            Patrons,
            Words,
            Programs,
            (
                "Letters about a missed payment",
                "Patrons whose payment is missing are written to on these days after it, in rising order.",
            ),
        ),
    ),
    (
        "patrons.grace_days",
        Office(
            Patrons,
            Number("days"),
            Programs,
            (
                "Support goes on without its payment for",
                "Patrons keep every benefit so long; then the support ends, also of those whose payment is missing now.",
            ),
        ),
    ),
    (
        "patrons.card_notice_days",
        Office(
            Patrons,
            Number("days"),
            Programs,
            ("Patrons are told of a card that expires", "So many days before it does."),
        ),
    ),
    (
        "patrons.transfer_slack_days",
        Office(
            Patrons,
            Number("days"),
            Programs,
            ("A standing order may be late by", "Later it counts as missed."),
        ),
    ),
    ("jobs.workers", Machine(LOAD)),
    ("jobs.poll_ms", Machine(LOAD)),
    ("jobs.lease_s", Machine(LOAD)),
    ("jobs.keep_done_days", Machine(LOAD)),
    ("log.level", Machine(LOAD)),
    ("log.format", Machine(LOAD)),
];
