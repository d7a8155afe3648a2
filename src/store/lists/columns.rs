//! What each list is made of, in SQL that both databases speak. `b` is the table whose rows are listed; the others are
//! joined to the rows of a page only.

use super::build::{KeyType, OrderBy};
use super::seek::What;
use crate::domain::list::{ListKind, ListQuery};

pub(super) struct Base {
    pub(super) table: &'static str,
    pub(super) id: &'static str,
    pub(super) joins: &'static str,
}

const PERSON: &str = "COALESCE(n.id, '-') || ' ' || COALESCE(n.name, p.name, n.email, p.email)";

/// Who gave by hand may have no address; what stands for it is not shown.
const GIVEN_ADDRESS: &str = "CASE WHEN COALESCE(n.email, p.email) LIKE '%@no-address.invalid' THEN NULL \
     ELSE COALESCE(n.email, p.email) END";
const OWN_ADDRESS: &str = "CASE WHEN b.email LIKE '%@no-address.invalid' THEN NULL ELSE b.email END";

pub(super) const fn base(kind: ListKind) -> Base {
    let (table, id, joins) = match kind {
        ListKind::Donations => (
            "donations",
            "b.id",
            " JOIN pledges p ON p.id = b.pledge_id JOIN campaigns c ON c.id = b.campaign_id \
             LEFT JOIN donors n ON n.id = b.donor_id",
        ),
        ListKind::Pledges => (
            "pledges",
            "b.id",
            " JOIN pledges p ON p.id = b.id JOIN campaigns c ON c.id = b.campaign_id \
             LEFT JOIN donors n ON n.id = b.donor_id LEFT JOIN tiers t ON t.id = b.tier_id",
        ),
        ListKind::Donors => ("donors", "b.id", ""),
        ListKind::Patrons => (
            "subscriptions",
            "b.pledge_id",
            " JOIN pledges p ON p.id = b.pledge_id LEFT JOIN donors n ON n.id = p.donor_id \
             LEFT JOIN tiers t ON t.id = p.tier_id",
        ),
        ListKind::Receipts => (
            "receipts",
            "b.id",
            " JOIN donations d ON d.id = b.donation_id JOIN pledges p ON p.id = d.pledge_id \
             LEFT JOIN donors n ON n.id = d.donor_id LEFT JOIN receipts o ON o.id = b.replaces",
        ),
        ListKind::Members => (
            "external_members",
            "b.id",
            " LEFT JOIN external_tiers e ON e.platform = b.platform AND e.remote = b.tier",
        ),
        ListKind::BankLines => ("bank_lines", "b.id", ""),
        ListKind::Payouts => ("payouts", "b.id", ""),
        ListKind::Movements => ("movements", "b.id", ""),
        ListKind::Comments => ("comments", "b.id", ""),
        ListKind::Events => ("inbox", "b.id", ""),
        ListKind::Jobs => ("jobs", "b.id", ""),
        ListKind::Audit => (
            "audit_log",
            "b.number",
            " LEFT JOIN staff s ON s.id = b.actor_id LEFT JOIN api_tokens k ON k.id = b.actor_id",
        ),
    };
    Base { table, id, joins }
}

/// What a list is ordered by. A list of some days is ordered by the day that they are days of, so that no row outside
/// of them is read.
pub(super) fn order(query: &ListQuery) -> OrderBy {
    let dated = query.filters.contains_key("from") || query.filters.contains_key("to");
    let name = match (query.kind, query.order.name) {
        (ListKind::Donations, "newest") if dated => "received",
        (ListKind::Donations, "oldest") if dated => "received_first",
        (_, name) => name,
    };
    let descending = matches!(name, "newest" | "received" | "largest");
    let (column, kind, nullable) = match (query.kind, name) {
        (ListKind::Donations, "received" | "received_first") => ("b.received_at", KeyType::Time, true),
        (ListKind::Donations, "largest" | "smallest") => ("b.gross_minor", KeyType::Number, true),
        (
            ListKind::Pledges | ListKind::Patrons | ListKind::BankLines | ListKind::Payouts,
            "largest" | "smallest",
        ) => ("b.amount_minor", KeyType::Number, false),
        (ListKind::Pledges, _) => ("b.created_at", KeyType::Time, false),
        (ListKind::Donors, "name") => ("b.name", KeyType::Text, true),
        (ListKind::Donors, "email") => ("b.email", KeyType::Text, false),
        (ListKind::Members, "largest" | "smallest") => ("b.entitled_minor", KeyType::Number, false),
        (
            ListKind::Donations | ListKind::Donors | ListKind::Members | ListKind::Comments | ListKind::Jobs,
            _,
        ) => ("b.id", KeyType::Text, false),
        (ListKind::Patrons, "next") => ("b.period_until", KeyType::Time, true),
        (ListKind::Patrons, _) => ("b.pledge_id", KeyType::Text, false),
        (ListKind::Receipts, _) => ("b.issued_at", KeyType::Time, false),
        (ListKind::BankLines | ListKind::Movements, _) => ("b.happened_at", KeyType::Time, false),
        (ListKind::Payouts, _) => ("b.ordered_at", KeyType::Time, false),
        (ListKind::Events, _) => ("b.received_at", KeyType::Time, false),
        (ListKind::Audit, _) => ("b.number", KeyType::Number, false),
    };
    OrderBy { column, kind, descending, nullable }
}

/// The column that holds the amount.
pub(super) const fn amount(kind: ListKind) -> Option<&'static str> {
    match kind {
        ListKind::Donations => Some("b.gross_minor"),
        ListKind::Pledges
        | ListKind::Patrons
        | ListKind::BankLines
        | ListKind::Payouts
        | ListKind::Movements => Some("b.amount_minor"),
        ListKind::Members => Some("b.entitled_minor"),
        ListKind::Receipts => Some("b.net_minor"),
        ListKind::Donors | ListKind::Comments | ListKind::Events | ListKind::Jobs | ListKind::Audit => None,
    }
}

/// The column that `from` and `to` are about.
pub(super) const fn date(kind: ListKind) -> Option<&'static str> {
    match kind {
        ListKind::Donations | ListKind::Events => Some("b.received_at"),
        ListKind::Pledges => Some("b.created_at"),
        ListKind::BankLines | ListKind::Movements => Some("b.happened_at"),
        ListKind::Payouts => Some("b.ordered_at"),
        ListKind::Receipts => Some("b.issued_at"),
        ListKind::Donors
        | ListKind::Patrons
        | ListKind::Members
        | ListKind::Comments
        | ListKind::Jobs
        | ListKind::Audit => None,
    }
}

/// The word that most rows have, where an index holds the others only.
pub(super) fn common(kind: ListKind, filter: &str) -> Option<(&'static str, &'static str)> {
    Some(match (kind, filter) {
        (ListKind::Donations, "status") => ("b.status", "succeeded"),
        (ListKind::Pledges, "status") => ("b.status", "fulfilled"),
        (ListKind::Pledges, "frequency") => ("b.frequency", "once"),
        (ListKind::Receipts, "status") => ("b.status", "sent"),
        (ListKind::Events, "status") => ("b.status", "processed"),
        (ListKind::Jobs, "status") => ("b.status", "done"),
        _ => return None,
    })
}

/// The condition of a filter by one of our words, where it is not that the column of its name holds the word.
pub(super) fn word_filter(kind: ListKind, name: &str, word: &str) -> Option<&'static str> {
    Some(match (kind, name, word) {
        // In the order of the list: those who support now are many, and an index of statuses is in another one.
        (ListKind::Patrons, "supports", "yes") => {
            "CASE WHEN b.status IN ('active', 'past_due', 'paused') THEN 'yes' ELSE 'no' END = 'yes'"
        }
        (ListKind::Patrons, "supports", _) => {
            "CASE WHEN b.status IN ('active', 'past_due', 'paused') THEN 'yes' ELSE 'no' END = 'no'"
        }
        (ListKind::Pledges, "call", _) => {
            "b.id IN (SELECT a.pledge_id FROM attempts a WHERE a.outcome IN ('started', 'unknown') \
             AND a.outcome = 'unknown')"
        }
        _ => return None,
    })
}

/// The condition of a filter by a value that is not known beforehand; the value stands for each `?`.
pub(super) fn value_filter(kind: ListKind, name: &str) -> Option<&'static str> {
    Some(match (kind, name) {
        (ListKind::Donations | ListKind::Patrons, "currency") => "b.currency = ?",
        // As figures tell payments apart: a dash stands for those that no article led to.
        (ListKind::Donations, "article") => {
            "(SELECT COALESCE(f.source_article, '-') FROM pledges f WHERE f.id = b.pledge_id) = ?"
        }
        // An appeal by its name, with both texts while two are tried, or one of these alone.
        (ListKind::Donations, "appeal") => {
            "(SELECT COALESCE(f.source_appeal, '-') || '.' FROM pledges f WHERE f.id = b.pledge_id) LIKE ? || '.%'"
        }
        (ListKind::Pledges, "appeal") => "COALESCE(b.source_appeal, '-') || '.' LIKE ? || '.%'",
        (ListKind::Donations, "frequency") => {
            "(SELECT CASE f.frequency WHEN 'once' THEN 'once' ELSE 'recurring' END FROM pledges f \
             WHERE f.id = b.pledge_id) = ?"
        }
        (ListKind::Donations | ListKind::Pledges, "campaign") => {
            "b.campaign_id = (SELECT c.id FROM campaigns c WHERE c.slug = ?)"
        }
        (ListKind::Donations | ListKind::Pledges, "donor") => "b.donor_id = ?",
        (ListKind::Donations, "pledge") => "b.pledge_id = ?",
        (ListKind::Pledges, "article") => "b.source_article = ?",
        (ListKind::Donors, "tag") => "b.id IN (SELECT t.donor_id FROM donor_tags t WHERE t.tag = ?)",
        (ListKind::Patrons, "tier") => {
            "b.pledge_id IN (SELECT p.id FROM pledges p JOIN tiers t ON t.id = p.tier_id WHERE t.slug = ?)"
        }
        (ListKind::Patrons, "moved") => {
            "b.pledge_id IN (SELECT m.pledge_id FROM patron_moves m WHERE m.month = SUBSTR(?, LENGTH(?) - 6) \
             AND m.kind || ' ' || m.month = ?)"
        }
        (ListKind::Patrons, "cohort") => {
            "b.pledge_id IN (SELECT m.pledge_id FROM patron_moves m WHERE m.cohort = ?)"
        }
        (ListKind::Members, "tier") => "b.tier = ?",
        (ListKind::Movements, "payout") => "b.payout_id = ?",
        (ListKind::BankLines, "statement") => "b.statement_id = ?",
        (ListKind::Comments, "article") => "b.article = ?",
        (ListKind::Jobs, "kind") => "b.kind = ?",
        (ListKind::Audit, "action") => "b.action = ?",
        (ListKind::Audit, "actor") => "b.actor_id = ?",
        (ListKind::Audit, "subject") => "b.subject = ?",
        _ => return None,
    })
}

/// What stands before and behind the ids of what was found, where a list has rows of such things.
pub(super) const fn among(kind: ListKind, what: What) -> Option<(&'static str, &'static str)> {
    Some(match (kind, what) {
        (ListKind::Donations, What::Donations)
        | (ListKind::Pledges, What::Pledges)
        | (ListKind::Donors, What::Donors)
        | (ListKind::Receipts, What::Receipts)
        | (ListKind::Members, What::Members)
        | (ListKind::BankLines, What::BankLines)
        | (ListKind::Payouts, What::Payouts)
        | (ListKind::Movements, What::Movements)
        | (ListKind::Comments, What::Comments)
        | (ListKind::Events, What::Events)
        | (ListKind::Jobs, What::Jobs) => ("b.id IN ", ""),
        (ListKind::Donations | ListKind::Patrons, What::Pledges) => ("b.pledge_id IN ", ""),
        (ListKind::Donations | ListKind::Pledges, What::Donors) => ("b.donor_id IN ", ""),
        (ListKind::Donations, What::Receipts) => {
            ("b.id IN (SELECT r.donation_id FROM receipts r WHERE r.id IN ", ")")
        }
        (ListKind::Pledges, What::Donations) => {
            ("b.id IN (SELECT d.pledge_id FROM donations d WHERE d.id IN ", ")")
        }
        (ListKind::Pledges, What::Addresses) => ("b.email IN ", ""),
        (ListKind::Donors, What::Donations) => {
            ("b.id IN (SELECT d.donor_id FROM donations d WHERE d.id IN ", ")")
        }
        (ListKind::Donors, What::Pledges) => {
            ("b.id IN (SELECT p.donor_id FROM pledges p WHERE p.id IN ", ")")
        }
        (ListKind::Patrons, What::Donors) => {
            ("b.pledge_id IN (SELECT p.id FROM pledges p WHERE p.donor_id IN ", ")")
        }
        (ListKind::Patrons, What::Donations) => {
            ("b.pledge_id IN (SELECT d.pledge_id FROM donations d WHERE d.id IN ", ")")
        }
        (ListKind::Receipts | ListKind::BankLines | ListKind::Movements, What::Donations) => {
            ("b.donation_id IN ", "")
        }
        (ListKind::Movements, What::Payouts) => ("b.payout_id IN ", ""),
        (ListKind::Payouts, What::Movements) => {
            ("b.id IN (SELECT m.payout_id FROM movements m WHERE m.id IN ", ")")
        }
        (ListKind::Payouts, What::Donations) => {
            ("b.id IN (SELECT m.payout_id FROM movements m WHERE m.donation_id IN ", ")")
        }
        (ListKind::Receipts | ListKind::BankLines, What::Donors) => {
            ("b.donation_id IN (SELECT d.id FROM donations d WHERE d.donor_id IN ", ")")
        }
        (ListKind::Receipts | ListKind::BankLines, What::Pledges) => {
            ("b.donation_id IN (SELECT d.id FROM donations d WHERE d.pledge_id IN ", ")")
        }
        (ListKind::BankLines, What::Receipts) => {
            ("b.donation_id IN (SELECT r.donation_id FROM receipts r WHERE r.id IN ", ")")
        }
        (ListKind::Events, What::Donations | What::Pledges) => {
            ("b.id IN (SELECT e.event_id FROM event_subjects e WHERE e.subject IN ", ")")
        }
        (ListKind::Audit, What::Subjects) => ("b.subject IN ", ""),
        (_, _) => return None,
    })
}

/// The text of a cell.
pub(super) fn cell(kind: ListKind, column: &str) -> &'static str {
    match kind {
        ListKind::Donations => donation(column),
        ListKind::Pledges => pledge(column),
        ListKind::Donors => donor(column),
        ListKind::Patrons => patron(column),
        ListKind::Members => member(column),
        ListKind::Receipts => receipt(column),
        ListKind::Payouts => payout(column),
        ListKind::Movements => movement(column),
        ListKind::BankLines => bank_line(column),
        ListKind::Comments => comment(column),
        ListKind::Events => event(column),
        ListKind::Jobs => job(column),
        ListKind::Audit => audit(column),
    }
}

fn donation(column: &str) -> &'static str {
    match column {
        "received" => "CAST(b.received_at AS TEXT)",
        "donor" => PERSON,
        // What was promised, as long as nothing has come.
        "amount" => "CAST(COALESCE(b.gross_minor, p.amount_minor) AS TEXT) || ' ' || b.currency",
        "status" => "b.status",
        "campaign" => "c.title",
        "gateway" => "b.gateway",
        "fee" => "CAST(b.fee_minor AS TEXT) || ' ' || b.currency",
        "refunded" => "CAST(b.refunded_minor AS TEXT) || ' ' || b.currency",
        "lost" => "CAST(b.lost_minor AS TEXT) || ' ' || b.currency",
        "email" => GIVEN_ADDRESS,
        "frequency" => "p.frequency",
        "article" => "p.source_article",
        "appeal" => "p.source_appeal",
        "receipt" => {
            "(SELECT r.series || CAST(r.year AS TEXT) || '-' || CAST(r.number AS TEXT) FROM receipts r \
             WHERE r.donation_id = b.id AND r.status IN ('issued', 'sent') LIMIT 1)"
        }
        "remote" => "b.remote_id",
        "reference" => "p.reference",
        "pledge" => "b.pledge_id",
        "id" => "b.id",
        "recorded" => "CAST(b.created_at AS TEXT)",
        _ => "NULL",
    }
}

fn pledge(column: &str) -> &'static str {
    match column {
        "made" => "CAST(b.created_at AS TEXT)",
        "donor" => PERSON,
        "amount" => "CAST(b.amount_minor AS TEXT) || ' ' || b.currency",
        "frequency" => "b.frequency",
        "status" => "b.status",
        "campaign" => "c.title",
        "gateway" => "b.gateway",
        "email" => OWN_ADDRESS,
        "reference" => "b.reference",
        "article" => "b.source_article",
        "appeal" => "b.source_appeal",
        "tier" => "t.name",
        "message" => "b.message",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn donor(column: &str) -> &'static str {
    match column {
        "name" => "b.name",
        "email" => OWN_ADDRESS,
        "gifts" => {
            "(SELECT CAST(COUNT(*) AS TEXT) FROM donations d WHERE d.donor_id = b.id AND d.received_at IS NOT NULL)"
        }
        "last" => "(SELECT CAST(MAX(d.received_at) AS TEXT) FROM donations d WHERE d.donor_id = b.id)",
        "since" => "CAST(b.created_at AS TEXT)",
        "tags" => "(SELECT string_agg(t.tag, ', ' ORDER BY t.tag) FROM donor_tags t WHERE t.donor_id = b.id)",
        "locale" => "b.locale",
        "merged" => "b.merged_into",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn patron(column: &str) -> &'static str {
    match column {
        "donor" => PERSON,
        "amount" => "CAST(b.amount_minor AS TEXT) || ' ' || b.currency",
        "frequency" => "b.frequency",
        "status" => "b.status",
        "next" => "CAST(b.period_until AS TEXT)",
        "tier" => "t.name",
        "started" => "CAST(b.started_at AS TEXT)",
        "ends" => "CAST(b.ends_at AS TEXT)",
        "reason" => "b.end_reason",
        "gateway" => "b.gateway",
        "email" => GIVEN_ADDRESS,
        "remote" => "b.remote_id",
        "id" => "b.pledge_id",
        _ => "NULL",
    }
}

fn member(column: &str) -> &'static str {
    match column {
        "name" => "b.name",
        "platform" => "b.platform",
        "amount" => "CAST(b.entitled_minor AS TEXT) || ' ' || b.currency",
        "months" => "CAST(b.months AS TEXT)",
        "state" => "b.state",
        "tier" => "COALESCE(e.title, b.tier)",
        "joined" => "CAST(b.joined_at AS TEXT)",
        "email" => "b.email",
        "annual" => "CAST(b.annual_minor AS TEXT) || ' ' || b.currency",
        "lifetime" => "CAST(b.lifetime_minor AS TEXT) || ' ' || b.currency",
        "charged" => "CAST(b.charged_at AS TEXT)",
        "charge" => "b.charge",
        "next" => "CAST(b.next_charge_at AS TEXT)",
        "donor" => "b.donor_id",
        "source" => "b.source",
        "as_of" => "CAST(b.as_of AS TEXT)",
        "person" => "b.person",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn receipt(column: &str) -> &'static str {
    match column {
        "number" => "b.series || CAST(b.year AS TEXT) || '-' || CAST(b.number AS TEXT)",
        "issued" => "CAST(b.issued_at AS TEXT)",
        "donor" => PERSON,
        "amount" => "CAST(b.net_minor AS TEXT) || ' ' || d.currency",
        "status" => "b.status",
        "donation" => "b.donation_id",
        "replaces" => "o.series || CAST(o.year AS TEXT) || '-' || CAST(o.number AS TEXT)",
        "changed" => "CAST(b.status_at AS TEXT)",
        _ => "NULL",
    }
}

fn payout(column: &str) -> &'static str {
    match column {
        "ordered" => "CAST(b.ordered_at AS TEXT)",
        "amount" => "CAST(b.amount_minor AS TEXT) || ' ' || b.currency",
        "gateway" => "b.gateway",
        "status" => "b.status",
        "arrives" => "CAST(b.arrives_on AS TEXT)",
        "movements" => {
            "(SELECT CAST(COUNT(*) AS TEXT) FROM movements m WHERE m.payout_id = b.id \
             AND (m.payout_remote IS NULL OR m.payout_remote <> b.remote_id))"
        }
        // Only where the gateway says what it holds is there something to compare.
        "difference" => {
            "CASE b.contents WHEN 'whole' THEN CAST(b.amount_minor - COALESCE((SELECT SUM(m.amount_minor - m.fee_minor) \
             FROM movements m WHERE m.payout_id = b.id AND (m.payout_remote IS NULL OR m.payout_remote <> b.remote_id)), 0) AS TEXT) || ' ' || b.currency END"
        }
        "contents" => "b.contents",
        "unexplained" => {
            "(SELECT CAST(COUNT(*) AS TEXT) FROM movements m WHERE m.payout_id = b.id \
             AND m.finding IN ('differs', 'missing'))"
        }
        "failure" => "b.failure",
        "at_bank" => "(SELECT CAST(l.booked_on AS TEXT) FROM bank_lines l WHERE l.payout_id = b.id)",
        "bank_line" => "(SELECT l.id FROM bank_lines l WHERE l.payout_id = b.id)",
        "remote" => "b.remote_id",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn movement(column: &str) -> &'static str {
    match column {
        "happened" => "CAST(b.happened_at AS TEXT)",
        "kind" => "b.kind",
        "net" => "CAST(b.amount_minor - b.fee_minor AS TEXT) || ' ' || b.currency",
        "finding" => "b.finding",
        "gateway" => "b.gateway",
        "donation" => "b.donation_id",
        "amount" => "CAST(b.amount_minor AS TEXT) || ' ' || b.currency",
        "fee" => "CAST(b.fee_minor AS TEXT) || ' ' || b.currency",
        "payout" => "b.payout_id",
        "refund" => "b.refund_id",
        "dispute" => "b.dispute_id",
        "payment_remote" => "b.payment_remote",
        "remote" => "b.remote_id",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn bank_line(column: &str) -> &'static str {
    match column {
        "booked" => "CAST(b.happened_at AS TEXT)",
        "name" => "b.other_name",
        "amount" => "CAST(b.amount_minor AS TEXT) || ' ' || b.currency",
        "status" => "b.status",
        "words" => "b.words",
        "direction" => "b.direction",
        "other_account" => "b.other_account",
        "account" => "b.account",
        "bank_id" => "b.bank_id",
        "kind" => "b.kind",
        "reason" => "b.reason",
        "donation" => "b.donation_id",
        "refund" => "b.refund_id",
        "payout" => "b.payout_id",
        "deposit" => "b.deposit_id",
        "platform" => "b.platform",
        "platform_fee" => "CAST(b.platform_fee_minor AS TEXT) || ' ' || b.currency",
        "statement" => "b.statement_id",
        "decided" => "CAST(b.decided_at AS TEXT)",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn comment(column: &str) -> &'static str {
    match column {
        "written" => "CAST(b.written_at AS TEXT)",
        "name" => "b.name",
        "text" => "b.body",
        "article" => "b.article",
        "status" => "b.status",
        "before" => {
            "(SELECT CAST(COUNT(*) AS TEXT) FROM comments e WHERE e.email = b.email AND e.status = 'approved' \
             AND e.id <> b.id)"
        }
        "held_for" => "b.held_for",
        "email" => OWN_ADDRESS,
        "reason" => "b.reason",
        "decided" => "CAST(b.decided_at AS TEXT)",
        "thread" => "b.thread_id",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn event(column: &str) -> &'static str {
    match column {
        "received" => "CAST(b.received_at AS TEXT)",
        "gateway" => "b.gateway",
        "event" => "b.event_id",
        "status" => "b.status",
        "note" => "b.note",
        "processed" => "CAST(b.processed_at AS TEXT)",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn job(column: &str) -> &'static str {
    match column {
        "made" => "CAST(b.created_at AS TEXT)",
        "kind" => "b.kind",
        "status" => "b.status",
        "due" => "CAST(b.run_at AS TEXT)",
        "failures" => "CAST(b.failures AS TEXT)",
        "error" => "b.last_error",
        "finished" => "CAST(b.finished_at AS TEXT)",
        "key" => "b.unique_key",
        "id" => "b.id",
        _ => "NULL",
    }
}

fn audit(column: &str) -> &'static str {
    match column {
        "number" => "CAST(b.number AS TEXT)",
        "at" => "CAST(b.at AS TEXT)",
        "actor" => "COALESCE(s.name, k.name, b.actor_kind)",
        "action" => "b.action",
        "subject" => "b.subject",
        "detail" => "b.detail",
        "actor_id" => "b.actor_id",
        "hash" => "b.hash",
        _ => "NULL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::NO_ADDRESS_HOST;
    use crate::domain::list::Wanted;

    #[test]
    fn the_address_that_stands_for_none_is_called_the_same_in_sql() {
        for column in [GIVEN_ADDRESS, OWN_ADDRESS] {
            assert!(column.contains(&format!("'%@{NO_ADDRESS_HOST}'")), "{column}");
        }
    }

    #[test]
    fn every_column_and_every_filter_has_its_sql() {
        for kind in ListKind::ALL {
            assert!(kind.columns().len() <= super::super::COLUMNS_MAX, "{kind}");
            for column in kind.columns() {
                assert_ne!(cell(*kind, column.name), "NULL", "{kind} {}", column.name);
            }
            for filter in kind.filters() {
                match filter.wanted {
                    Wanted::Value => {
                        assert!(value_filter(*kind, filter.name).is_some(), "{kind} {}", filter.name);
                    }
                    Wanted::From | Wanted::To => assert!(date(*kind).is_some(), "{kind}"),
                    Wanted::Words(_) => {}
                }
            }
        }
    }
}
