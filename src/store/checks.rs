//! The invariants of the database, nearly all of them as SQL can express them. Each query lists what breaks one: an
//! empty answer is a pass.
//!
//! Run by `mainstay doctor`, at every start, around migrations, by the hourly and the minutely job, and by every flow
//! test when it ends.

use super::{Conn, StoreError, audit, dialect, search};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamp};

/// A rule, and how to find what breaks it. The query answers ids in a column `id`: that of the donation or the pledge
/// on which work must stop, where the rule is about one.
///
/// A query that begins with one of [`ONE_BY_ONE`] looks at one donation at a time, so that it can be asked about the
/// latest ones alone: of `ledger_entries` it sees only theirs then.
struct Check {
    name: &'static str,
    sql: &'static str,
}

/// The ledger is summed up once and then compared: asked anew for each donation, SQLite walks through all lines of an
/// account each time, which took five seconds for 3,000 donations and grows with their square.
const CHECKS: &[Check] = &[
    Check {
        name: "every ledger entry sums to zero, in one currency, with two lines or more",
        sql: "SELECT e.donation_id AS id FROM ledger_entries e LEFT JOIN ledger_postings p ON p.entry_id = e.id \
              GROUP BY e.id, e.donation_id, e.currency \
              HAVING COUNT(p.line) < 2 OR SUM(p.amount_minor) <> 0 \
              OR MIN(p.currency) <> e.currency OR MAX(p.currency) <> e.currency",
    },
    Check {
        name: "every ledger line belongs to an entry",
        sql: "SELECT p.entry_id AS id FROM ledger_postings p \
              WHERE NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.id = p.entry_id)",
    },
    Check {
        name: "what each account holds is the sum of its lines",
        sql: "SELECT a.account || ' ' || a.currency AS id FROM (SELECT account, currency FROM ledger_balances \
              UNION SELECT account, currency FROM ledger_postings) a \
              LEFT JOIN ledger_balances b ON b.account = a.account AND b.currency = a.currency \
              LEFT JOIN (SELECT account, currency, SUM(amount_minor) AS booked FROM ledger_postings \
              GROUP BY account, currency) l ON l.account = a.account AND l.currency = a.currency \
              WHERE COALESCE(b.amount_minor, 0) <> COALESCE(l.booked, 0)",
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
              AND NOT EXISTS (SELECT 1 FROM reviews v WHERE v.subject = d.id AND v.kind <> 'broken_invariant')",
    },
    Check {
        name: "every donation with money left has exactly one live receipt, for what is left",
        sql: "SELECT d.id FROM donations d WHERE d.gross_minor IS NOT NULL AND \
              (SELECT COALESCE(SUM(r.net_minor), 0) FROM receipts r \
              WHERE r.donation_id = d.id AND r.status IN ('issued', 'sent')) \
              <> CASE d.gateway WHEN 'import' THEN 0 ELSE d.gross_minor - d.refunded_minor - d.lost_minor END",
    },
    Check {
        name: "what was taken over is a line of a file, and what was undone is void",
        sql: "SELECT d.id FROM donations d LEFT JOIN import_lines l ON l.donation_id = d.id \
              WHERE (d.gateway = 'import') <> (l.id IS NOT NULL) \
              OR (l.undone_at IS NOT NULL AND d.gross_minor <> d.refunded_minor + d.lost_minor + d.disputed_minor \
              AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.donation_id = d.id AND r.status <> 'succeeded'))",
    },
    Check {
        name: "the passkeys of staff are as many as are counted",
        sql: "SELECT s.id FROM staff s LEFT JOIN (SELECT staff_id, COUNT(*) AS held FROM staff_passkeys \
              GROUP BY staff_id) p ON p.staff_id = s.id WHERE s.passkeys <> COALESCE(p.held, 0)",
    },
    Check {
        name: "members at platforms elsewhere are counted for what they are worth",
        sql: "SELECT a.id FROM (SELECT member_id AS id, currency, annual_minor FROM external_moves \
              UNION ALL SELECT id, currency, -annual_minor FROM external_members) a \
              GROUP BY a.id, a.currency HAVING SUM(a.annual_minor) <> 0",
    },
    Check {
        name: "the figures of members elsewhere are the sum of their moves",
        sql: "SELECT COALESCE(t.month, m.month) || '/' || COALESCE(t.currency, m.currency) AS id FROM external_months t \
              FULL JOIN (SELECT e.platform, v.month, v.currency, SUM(v.annual_minor) AS annual, \
              SUM(CASE WHEN v.kind = 'joined' THEN 1 ELSE 0 END) AS joined, \
              SUM(CASE WHEN v.kind = 'returned' THEN 1 ELSE 0 END) AS returned, \
              SUM(CASE WHEN v.kind = 'left' THEN 1 ELSE 0 END) AS left_for_good, \
              SUM(CASE WHEN v.kind = 'failing' THEN 1 ELSE 0 END) AS failing, \
              SUM(CASE WHEN v.kind = 'recovered' THEN 1 ELSE 0 END) AS recovered \
              FROM external_moves v JOIN external_members e ON e.id = v.member_id \
              GROUP BY e.platform, v.month, v.currency) m \
              ON m.platform = t.platform AND m.month = t.month AND m.currency = t.currency \
              WHERE t.month IS NULL OR m.month IS NULL OR t.annual_minor <> m.annual OR t.joined <> m.joined \
              OR t.returned <> m.returned OR t.left_for_good <> m.left_for_good OR t.failing <> m.failing \
              OR t.recovered <> m.recovered",
    },
    Check {
        name: "receipt numbers have no gap",
        sql: "SELECT s.series || s.year AS id FROM receipt_series s WHERE s.last_number <> \
              (SELECT COUNT(*) FROM receipts r WHERE r.series = s.series AND r.year = s.year) \
              OR s.last_number <> (SELECT MAX(r.number) FROM receipts r WHERE r.series = s.series AND r.year = s.year)",
    },
    Check {
        name: "every receipt of a donor with an address has its mail in the queue, or had it",
        sql: "SELECT r.donation_id AS id FROM receipts r WHERE r.status = 'issued' \
              AND r.snapshot NOT LIKE '%\"donor_email\":\"\"%' AND NOT EXISTS \
              (SELECT 1 FROM jobs j WHERE j.unique_key = 'send_receipt/' || r.id || '/0')",
    },
    Check {
        name: "every event that was taken in has its job",
        sql: "SELECT i.id FROM inbox i WHERE i.status = 'received' AND NOT EXISTS \
              (SELECT 1 FROM jobs j WHERE j.unique_key = 'process_webhook/' || i.id)",
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
        name: "a recurring pledge stands where its subscription does",
        sql: "SELECT p.id FROM pledges p JOIN subscriptions s ON s.pledge_id = p.id WHERE CASE s.status \
              WHEN 'incomplete' THEN p.status IN ('pending', 'expired', 'failed') \
              WHEN 'ended' THEN p.status = CASE s.end_reason WHEN 'incomplete' THEN 'expired' ELSE 'cancelled' END \
              ELSE p.status = s.status END = FALSE",
    },
    Check {
        name: "a recurring pledge in force has a subscription",
        sql: "SELECT p.id FROM pledges p WHERE p.status IN ('active', 'past_due', 'paused') AND NOT EXISTS \
              (SELECT 1 FROM subscriptions s WHERE s.pledge_id = p.id)",
    },
    Check {
        name: "the moves of each subscription come to what it is worth in a year",
        sql: "SELECT s.pledge_id AS id FROM subscriptions s LEFT JOIN \
              (SELECT pledge_id, SUM(annual_minor) AS annual FROM patron_moves GROUP BY pledge_id) m \
              ON m.pledge_id = s.pledge_id WHERE COALESCE(m.annual, 0) <> CASE WHEN s.status IN ('active', 'past_due') \
              THEN s.amount_minor * CASE s.frequency WHEN 'weekly' THEN 52 WHEN 'monthly' THEN 12 \
              WHEN 'quarterly' THEN 4 ELSE 1 END ELSE 0 END",
    },
    Check {
        name: "who is a patron joined once more than they left",
        sql: "SELECT s.pledge_id AS id FROM subscriptions s LEFT JOIN (SELECT pledge_id, \
              SUM(CASE WHEN kind IN ('joined', 'returned') THEN 1 WHEN kind = 'left' THEN -1 ELSE 0 END) AS present \
              FROM patron_moves GROUP BY pledge_id) m ON m.pledge_id = s.pledge_id \
              WHERE COALESCE(m.present, 0) <> CASE WHEN s.status IN ('active', 'past_due', 'paused') THEN 1 ELSE 0 END",
    },
    Check {
        name: "the figures of each month are the sum of its moves",
        sql: "SELECT t.month || '/' || t.cohort || '/' || t.currency AS id FROM patron_months t LEFT JOIN \
              (SELECT month, cohort, currency, SUM(annual_minor) AS annual, \
              SUM(CASE WHEN kind = 'joined' THEN 1 ELSE 0 END) AS joined, \
              SUM(CASE WHEN kind = 'returned' THEN 1 ELSE 0 END) AS returned, \
              SUM(CASE WHEN kind = 'left' THEN 1 ELSE 0 END) AS left_for_good, \
              SUM(CASE WHEN kind = 'failing' THEN 1 ELSE 0 END) AS failing, \
              SUM(CASE WHEN kind = 'recovered' THEN 1 ELSE 0 END) AS recovered \
              FROM patron_moves GROUP BY month, cohort, currency) m \
              ON m.month = t.month AND m.cohort = t.cohort AND m.currency = t.currency \
              WHERE m.month IS NULL OR t.annual_minor <> m.annual OR t.joined <> m.joined OR t.returned <> m.returned \
              OR t.left_for_good <> m.left_for_good OR t.failing <> m.failing OR t.recovered <> m.recovered \
              UNION ALL SELECT m.pledge_id AS id FROM patron_moves m WHERE NOT EXISTS (SELECT 1 FROM patron_months t \
              WHERE t.month = m.month AND t.cohort = m.cohort AND t.currency = m.currency)",
    },
    Check {
        name: "the figures of each day are the sum of its payments",
        sql: "SELECT CAST(k.day AS TEXT) || '/' || k.currency || '/' || k.campaign_id AS id FROM ( \
              SELECT d.received_on AS day, d.currency, d.gateway, d.campaign_id, COALESCE(p.source_article, '') AS article, \
              CASE p.frequency WHEN 'once' THEN 'once' ELSE 'recurring' END AS rhythm, 1 AS donations, \
              d.gross_minor AS gross, 0 AS fee, d.refunded_minor AS refunded, d.lost_minor AS lost \
              FROM donations d JOIN pledges p ON p.id = d.pledge_id WHERE d.gross_minor IS NOT NULL \
              UNION ALL SELECT d.received_on, l.currency, d.gateway, d.campaign_id, COALESCE(p.source_article, ''), \
              CASE p.frequency WHEN 'once' THEN 'once' ELSE 'recurring' END, 0, 0, l.amount_minor, 0, 0 \
              FROM ledger_postings l JOIN ledger_entries e ON e.id = l.entry_id JOIN donations d ON d.id = e.donation_id \
              JOIN pledges p ON p.id = d.pledge_id WHERE l.account = 'expense:fees' \
              UNION ALL SELECT first_on, currency, gateway, campaign_id, article, rhythm, -donations, -gross_minor, \
              -fee_minor, -refunded_minor, -lost_minor FROM support_totals WHERE span = 'day' \
              ) k GROUP BY k.day, k.currency, k.gateway, k.campaign_id, k.article, k.rhythm \
              HAVING SUM(k.donations) <> 0 OR SUM(k.gross) <> 0 OR SUM(k.fee) <> 0 OR SUM(k.refunded) <> 0 \
              OR SUM(k.lost) <> 0",
    },
    Check {
        name: "the figures of each month are the sum of its days",
        sql: "SELECT k.month || '/' || k.currency || '/' || k.campaign_id AS id FROM ( \
              SELECT SUBSTR(CAST(first_on AS TEXT), 1, 7) AS month, currency, gateway, campaign_id, article, rhythm, \
              CASE span WHEN 'day' THEN 1 ELSE -1 END AS sign, donations, gross_minor, fee_minor, refunded_minor, \
              lost_minor FROM support_totals) k \
              GROUP BY k.month, k.currency, k.gateway, k.campaign_id, k.article, k.rhythm \
              HAVING SUM(k.sign * k.donations) <> 0 OR SUM(k.sign * k.gross_minor) <> 0 \
              OR SUM(k.sign * k.fee_minor) <> 0 OR SUM(k.sign * k.refunded_minor) <> 0 \
              OR SUM(k.sign * k.lost_minor) <> 0",
    },
    Check {
        name: "a line of a bank statement is booked as what arrived",
        sql: "SELECT l.donation_id AS id FROM bank_lines l JOIN donations d ON d.id = l.donation_id \
              WHERE d.gross_minor IS NULL OR d.gross_minor <> l.amount_minor OR d.currency <> l.currency \
              OR d.gateway <> 'bank_transfer' \
              UNION ALL SELECT r.donation_id AS id FROM bank_lines l JOIN refunds r ON r.id = l.refund_id \
              WHERE r.amount_minor <> -l.amount_minor OR r.currency <> l.currency OR r.gateway <> 'bank_transfer'",
    },
    Check {
        name: "every line of a bank statement that was read is there",
        sql: "SELECT s.id FROM bank_statements s WHERE s.status = 'done' AND s.lines_new <> \
              (SELECT COUNT(*) FROM bank_lines l WHERE l.statement_id = s.id)",
    },
    Check {
        name: "what moved on a gateway's balance is in the ledger once: by its gift, or by itself",
        sql: "SELECT m.id FROM movements m LEFT JOIN (SELECT e.movement_id, SUM(p.amount_minor) AS booked \
              FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id WHERE e.movement_id IS NOT NULL \
              AND p.account = 'clearing:' || (SELECT x.gateway FROM movements x WHERE x.id = e.movement_id) \
              GROUP BY e.movement_id) l ON l.movement_id = m.id WHERE COALESCE(l.booked, 0) <> \
              CASE WHEN m.donation_id IS NULL THEN m.amount_minor - m.fee_minor ELSE 0 END",
    },
    Check {
        name: "a payout that the bank shows is on the bank's account, and every other one on its way",
        sql: "SELECT m.id FROM movements m LEFT JOIN (SELECT e.movement_id, SUM(p.amount_minor) AS booked \
              FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id WHERE e.movement_id IS NOT NULL \
              AND p.account = 'payouts' GROUP BY e.movement_id) l ON l.movement_id = m.id \
              LEFT JOIN payouts y ON y.gateway = m.gateway AND y.remote_id = m.payout_remote \
              LEFT JOIN bank_lines b ON b.payout_id = y.id WHERE m.kind = 'payout' AND COALESCE(l.booked, 0) <> \
              CASE WHEN b.id IS NULL THEN m.fee_minor - m.amount_minor ELSE 0 END \
              UNION ALL SELECT y.id AS id FROM payouts y JOIN bank_lines b ON b.payout_id = y.id \
              WHERE b.amount_minor <> y.amount_minor OR b.currency <> y.currency OR y.status IN ('failed', 'cancelled')",
    },
    Check {
        name: "what was paid in at the bank is on the bank's account and not in hand, gift by gift",
        sql: "SELECT p.id FROM deposits p LEFT JOIN (SELECT e.deposit_id, SUM(l.amount_minor) AS booked \
              FROM ledger_entries e JOIN ledger_postings l ON l.entry_id = e.id WHERE e.deposit_id IS NOT NULL \
              AND l.account = 'clearing:bank_transfer' GROUP BY e.deposit_id) b ON b.deposit_id = p.id \
              LEFT JOIN (SELECT g.deposit_id, SUM(g.amount_minor) AS slip, SUM(g.amount_minor - g.returned_minor) AS here \
              FROM deposit_gifts g GROUP BY g.deposit_id) s ON s.deposit_id = p.id \
              LEFT JOIN bank_lines n ON n.deposit_id = p.id \
              WHERE COALESCE(b.booked, 0) <> COALESCE(s.here, 0) \
              OR (p.taken_back_at IS NULL AND COALESCE(s.slip, 0) <> p.amount_minor) \
              OR (p.taken_back_at IS NOT NULL AND (s.slip IS NOT NULL OR n.id IS NOT NULL)) \
              OR n.amount_minor <> p.amount_minor OR n.currency <> p.currency \
              UNION ALL SELECT g.donation_id AS id FROM deposit_gifts g JOIN deposits p ON p.id = g.deposit_id \
              JOIN donations d ON d.id = g.donation_id WHERE d.gateway <> p.tender OR d.currency <> p.currency",
    },
    Check {
        name: "a name is on the page of a campaign with the money that stayed, and never of somebody who hides it",
        sql: "SELECT w.pledge_id AS id FROM wall_entries w JOIN pledges p ON p.id = w.pledge_id \
              LEFT JOIN donations d ON d.pledge_id = w.pledge_id AND d.currency = w.currency \
              GROUP BY w.pledge_id, w.kept_minor, w.currency, w.campaign_id, p.currency, p.campaign_id, p.hidden \
              HAVING p.hidden OR w.currency <> p.currency OR w.campaign_id <> p.campaign_id OR w.kept_minor <> \
              SUM(CASE WHEN d.gross_minor > d.refunded_minor + d.lost_minor + d.disputed_minor \
              THEN d.gross_minor - d.refunded_minor - d.lost_minor - d.disputed_minor ELSE 0 END)",
    },
    Check {
        name: "what a platform elsewhere paid out is in the books as its line says, and what was taken back is not",
        sql: "SELECT k.id FROM (SELECT e.bank_line_id AS id, p.account, p.currency, p.amount_minor AS minor \
              FROM ledger_entries e JOIN ledger_postings p ON p.entry_id = e.id WHERE e.bank_line_id IS NOT NULL \
              UNION ALL SELECT b.id, 'clearing:bank_transfer', b.currency, -b.amount_minor FROM bank_lines b \
              WHERE b.platform IS NOT NULL \
              UNION ALL SELECT b.id, 'expense:fees:' || b.platform, b.currency, -COALESCE(b.platform_fee_minor, 0) \
              FROM bank_lines b WHERE b.platform IS NOT NULL \
              UNION ALL SELECT b.id, 'income:' || b.platform, b.currency, \
              b.amount_minor + COALESCE(b.platform_fee_minor, 0) FROM bank_lines b WHERE b.platform IS NOT NULL \
              ) k GROUP BY k.id, k.account, k.currency HAVING SUM(k.minor) <> 0",
    },
    Check {
        name: "every donor gave money",
        sql: "SELECT d.id FROM donors d WHERE d.merged_into IS NULL AND NOT EXISTS \
              (SELECT 1 FROM donations x WHERE x.donor_id = d.id AND x.gross_minor IS NOT NULL)",
    },
    Check {
        name: "who was found to be another donor owns nothing",
        sql: "SELECT p.id FROM donors d JOIN pledges p ON p.donor_id = d.id WHERE d.merged_into IS NOT NULL \
              UNION SELECT x.id FROM donors d JOIN donations x ON x.donor_id = d.id WHERE d.merged_into IS NOT NULL",
    },
];

/// How a query begins that looks at one donation at a time.
const ONE_BY_ONE: [&str; 2] =
    ["SELECT d.id FROM donations d", "SELECT e.donation_id AS id FROM ledger_entries e"];

/// Ids that are listed for one rule. What breaks more often than this is one mistake, not many.
const BROKEN_MAX: usize = 1_000;

/// Which donations are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// All, by every rule.
    All,
    /// Those that something was booked for since then, by the rules that look at one donation at a time. Its cost
    /// grows with what happened since, not with the size of the books.
    BookedSince(DateTime<Utc>),
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub name: &'static str,
    /// Up to a thousand ids that break it; empty is a pass.
    pub broken: Vec<String>,
}

impl Finding {
    /// The first few ids, for a line of text; none for a pass.
    pub fn in_words(&self) -> Option<String> {
        const SHOWN: usize = 5;
        let shown = self.broken.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        match self.broken.len() {
            0 => None,
            BROKEN_MAX => Some(format!("broken by {shown} and many more")),
            count if count > SHOWN => Some(format!("broken by {shown} and {} more", count - SHOWN)),
            _ => Some(format!("broken by {shown}")),
        }
    }
}

#[derive(QueryableByName)]
struct BrokenId {
    /// None where the id is put together from columns of which one, against the rule, is empty.
    #[diesel(sql_type = Nullable<Text>)]
    id: Option<String>,
}

impl BrokenId {
    /// Books in any state must be examined to the end: a row without a name is a finding, and no error.
    fn named(self) -> String {
        self.id.unwrap_or_else(|| "rows that lack a value".to_owned())
    }
}

/// Evaluates every rule on everything.
pub fn run(conn: &mut Conn) -> Result<Vec<Finding>, StoreError> {
    run_on(conn, Span::All)
}

/// Evaluates the rules that look at `span`, on one snapshot.
pub fn run_on(conn: &mut Conn, span: Span) -> Result<Vec<Finding>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let asked = CHECKS.iter().filter(|check| span == Span::All || check.is_one_by_one());
    let mut findings: Vec<Finding> = asked.map(|check| check.find(conn, span)).collect::<Result<_, _>>()?;
    if span == Span::All {
        findings.push(audit_log(conn)?);
        findings.push(search_terms(conn)?);
    }
    Ok(findings)
}

/// A rule that SQL cannot express: each row of the log seals the one before it.
fn audit_log(conn: &mut Conn) -> Result<Finding, StoreError> {
    let broken = audit::first_broken(conn)?.map(|number| format!("audit row {number}"));
    Ok(Finding {
        name: "the log of what was done is whole and unchanged",
        broken: broken.into_iter().collect(),
    })
}

/// What words are is said in Rust as well.
fn search_terms(conn: &mut Conn) -> Result<Finding, StoreError> {
    Ok(Finding {
        name: "every donor is found by the words of their name and address, and by no others",
        broken: search::broken(conn, BROKEN_MAX)?,
    })
}

/// How many rules there are.
pub fn count() -> usize {
    CHECKS.len() + 2
}

/// Evaluates the rule of this number; none if there is no such rule, or if this schema, older than the program,
/// cannot be asked it yet.
pub fn run_one(conn: &mut Conn, number: usize) -> Result<Option<Finding>, StoreError> {
    dialect::take_the_time_it_takes(conn)?;
    let found = match CHECKS.get(number) {
        Some(check) => check.find(conn, Span::All),
        None if number == CHECKS.len() => audit_log(conn),
        None if number == CHECKS.len() + 1 => search_terms(conn),
        None => return Ok(None),
    };
    match found {
        Ok(finding) => Ok(Some(finding)),
        Err(error) if dialect::is_unknown_name(&error.to_string()) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Check {
    fn is_one_by_one(&self) -> bool {
        ONE_BY_ONE.iter().any(|beginning| self.sql.starts_with(beginning))
    }

    fn find(&self, conn: &mut Conn, span: Span) -> Result<Finding, StoreError> {
        let limited = format!("{} LIMIT {BROKEN_MAX}", self.sql);
        let rows: Vec<BrokenId> = match span {
            Span::All => diesel::sql_query(limited).load(conn)?,
            Span::BookedSince(since) => {
                let narrowed = format!("{} {limited}", dialect::only_booked_since(conn));
                diesel::sql_query(narrowed).bind::<Timestamp, _>(since.naive_utc()).load(conn)?
            }
        };
        let mut broken: Vec<String> = rows.into_iter().map(BrokenId::named).collect();
        broken.sort();
        broken.dedup();
        Ok(Finding { name: self.name, broken })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_rules_can_be_asked_about_the_latest_donations_alone() {
        let narrow = CHECKS.iter().filter(|check| check.is_one_by_one()).count();
        // Those about patrons, donors, sums and lines of banks are asked by the hour.
        let wide = [
            "subscriptions",
            "patron_",
            "FROM donors",
            "support_totals",
            "ledger_balances",
            "bank_",
            "external_",
            "movements",
        ];
        let others = CHECKS.iter().filter(|check| wide.iter().any(|words| check.sql.contains(words))).count();
        assert!(narrow * 2 > CHECKS.len() - others, "{narrow} of {}", CHECKS.len());
    }

    #[test]
    fn what_breaks_a_rule_is_said_in_one_line() {
        let found = |count: usize| {
            let broken = (1..=count).map(|n| format!("don_{n}")).collect();
            Finding { name: "x", broken }.in_words()
        };
        assert_eq!(found(0), None);
        assert_eq!(found(2).unwrap(), "broken by don_1, don_2");
        assert_eq!(found(7).unwrap(), "broken by don_1, don_2, don_3, don_4, don_5 and 2 more");
    }
}
