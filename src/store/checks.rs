//! The invariants that SQL can express. Each query lists what breaks one: an empty answer is a pass.
//!
//! Run by `mainstay doctor`, and by every flow test when it ends.

use super::{Conn, StoreError};
use diesel::prelude::*;
use diesel::sql_types::Text;

/// A rule, and how to find what breaks it. The query answers ids in a column `id`.
struct Check {
    name: &'static str,
    sql: &'static str,
}

/// The ledger is summed up once and then compared: asked anew for each donation, SQLite walks through all lines of an
/// account each time, which took five seconds for 3,000 donations and grows with their square.
const CHECKS: &[Check] = &[
    Check {
        name: "every ledger entry sums to zero, in one currency, with two lines or more",
        sql: "SELECT e.id FROM ledger_entries e LEFT JOIN ledger_postings p ON p.entry_id = e.id \
              GROUP BY e.id, e.currency \
              HAVING COUNT(p.line) < 2 OR SUM(p.amount_minor) <> 0 \
              OR MIN(p.currency) <> e.currency OR MAX(p.currency) <> e.currency",
    },
    Check {
        name: "every ledger line belongs to an entry",
        sql: "SELECT p.entry_id AS id FROM ledger_postings p \
              WHERE NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.id = p.entry_id)",
    },
    Check {
        name: "money that arrived is in the ledger, to the unit",
        sql: "SELECT d.id FROM donations d LEFT JOIN (SELECT e.donation_id, -SUM(p.amount_minor) AS booked \
              FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id \
              WHERE p.account = 'income:donations' GROUP BY e.donation_id) l ON l.donation_id = d.id \
              WHERE COALESCE(d.gross_minor, 0) <> COALESCE(l.booked, 0)",
    },
    Check {
        name: "fees are in the ledger, to the unit",
        sql: "SELECT d.id FROM donations d LEFT JOIN (SELECT e.donation_id, SUM(p.amount_minor) AS booked \
              FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id \
              WHERE e.kind = 'fee' AND p.account = 'expense:fees' GROUP BY e.donation_id) l ON l.donation_id = d.id \
              WHERE COALESCE(d.fee_minor, 0) <> COALESCE(l.booked, 0)",
    },
    Check {
        name: "refunds are in the ledger, to the unit",
        sql: "SELECT d.id FROM donations d LEFT JOIN (SELECT e.donation_id, SUM(p.amount_minor) AS booked \
              FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id \
              WHERE p.account = 'income:refunds' GROUP BY e.donation_id) l ON l.donation_id = d.id \
              WHERE d.gross_minor IS NOT NULL AND d.refunded_minor <> COALESCE(l.booked, 0)",
    },
    Check {
        name: "lost disputes are in the ledger, to the unit",
        sql: "SELECT d.id FROM donations d LEFT JOIN (SELECT e.donation_id, SUM(p.amount_minor) AS booked \
              FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id JOIN disputes s ON s.id = e.dispute_id \
              WHERE p.account = 'income:disputes' AND s.status = 'lost' GROUP BY e.donation_id) l ON l.donation_id = d.id \
              WHERE d.gross_minor IS NOT NULL AND d.lost_minor <> COALESCE(l.booked, 0)",
    },
    Check {
        name: "what is contested is what its open disputes say",
        sql: "SELECT d.id FROM donations d LEFT JOIN (SELECT s.donation_id, SUM(s.amount_minor) AS contested \
              FROM disputes s WHERE s.status = 'open' GROUP BY s.donation_id) o ON o.donation_id = d.id \
              WHERE d.disputed_minor <> COALESCE(o.contested, 0)",
    },
    Check {
        name: "no more was refunded or promised back than was paid",
        sql: "SELECT d.id FROM donations d WHERE d.gross_minor < \
              (SELECT COALESCE(SUM(r.amount_minor), 0) FROM refunds r \
              WHERE r.donation_id = d.id AND r.status IN ('pending', 'succeeded')) \
              AND NOT EXISTS (SELECT 1 FROM reviews v WHERE v.subject = d.id)",
    },
    Check {
        name: "every donation with money left has exactly one live receipt, for what is left",
        sql: "SELECT d.id FROM donations d WHERE d.gross_minor IS NOT NULL AND \
              (SELECT COALESCE(SUM(r.net_minor), 0) FROM receipts r \
              WHERE r.donation_id = d.id AND r.status IN ('issued', 'sent')) \
              <> d.gross_minor - d.refunded_minor - d.lost_minor",
    },
    Check {
        name: "receipt numbers have no gap",
        sql: "SELECT s.series || s.year AS id FROM receipt_series s WHERE s.last_number <> \
              (SELECT COUNT(*) FROM receipts r WHERE r.series = s.series AND r.year = s.year) \
              OR s.last_number <> (SELECT MAX(r.number) FROM receipts r WHERE r.series = s.series AND r.year = s.year)",
    },
    Check {
        name: "every receipt has its mail in the queue, or had it",
        sql: "SELECT r.id FROM receipts r WHERE r.status = 'issued' AND NOT EXISTS \
              (SELECT 1 FROM jobs j WHERE j.unique_key = 'send_receipt/' || r.id || '/0')",
    },
    Check {
        name: "what campaigns received equals the ledger",
        sql: "SELECT c.id FROM campaigns c WHERE EXISTS (SELECT 1 FROM ( \
              SELECT d.campaign_id, p.currency, \
              SUM(CASE WHEN p.account = 'income:donations' THEN -p.amount_minor ELSE 0 END) AS gross, \
              SUM(CASE WHEN p.account IN ('income:refunds', 'income:disputes') THEN p.amount_minor ELSE 0 END) AS refunded, \
              COUNT(DISTINCT d.id) AS donations \
              FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry_id JOIN donations d ON d.id = e.donation_id \
              WHERE p.account IN ('income:donations', 'income:refunds', 'income:disputes') GROUP BY d.campaign_id, p.currency) f LEFT JOIN campaign_totals t \
              ON t.campaign_id = f.campaign_id AND t.currency = f.currency \
              WHERE f.campaign_id = c.id AND (t.gross_minor IS NULL OR t.gross_minor <> f.gross \
              OR t.refunded_minor <> f.refunded OR t.donations <> f.donations)) \
              OR EXISTS (SELECT 1 FROM campaign_totals t WHERE t.campaign_id = c.id AND t.donations > 0 AND NOT EXISTS \
              (SELECT 1 FROM donations d JOIN ledger_entries e ON e.donation_id = d.id WHERE d.campaign_id = c.id))",
    },
    Check {
        name: "a fulfilled pledge has money, and money fulfils its pledge",
        sql: "SELECT p.id FROM pledges p WHERE p.frequency = 'once' AND (p.status = 'fulfilled') <> \
              EXISTS (SELECT 1 FROM donations d WHERE d.pledge_id = p.id AND d.gross_minor IS NOT NULL)",
    },
    Check {
        name: "every donor gave money",
        sql: "SELECT d.id FROM donors d WHERE NOT EXISTS \
              (SELECT 1 FROM donations x WHERE x.donor_id = d.id AND x.gross_minor IS NOT NULL)",
    },
];

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub name: &'static str,
    /// Up to five ids that break it; empty is a pass.
    pub broken: Vec<String>,
}

#[derive(QueryableByName)]
struct BrokenId {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Evaluates every rule.
pub fn run(conn: &mut Conn) -> Result<Vec<Finding>, StoreError> {
    CHECKS
        .iter()
        .map(|check| {
            let rows: Vec<BrokenId> = diesel::sql_query(format!("{} LIMIT 5", check.sql)).load(conn)?;
            Ok(Finding { name: check.name, broken: rows.into_iter().map(|row| row.id).collect() })
        })
        .collect()
}
