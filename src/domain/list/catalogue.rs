//! What each list shows, by what it can be narrowed, and in which orders.

use super::{Column, Filter, ListKind, Order, Shape, Wanted};

const fn shown(name: &'static str, label: &'static str, shape: Shape) -> Column {
    Column { name, label, shape, usual: true }
}

const fn hidden(name: &'static str, label: &'static str, shape: Shape) -> Column {
    Column { name, label, shape, usual: false }
}

const fn one_of(name: &'static str, label: &'static str, words: &'static [&'static str]) -> Filter {
    Filter { name, label, wanted: Wanted::Words(words) }
}

const fn value(name: &'static str, label: &'static str) -> Filter {
    Filter { name, label, wanted: Wanted::Value }
}

const FROM: Filter = Filter { name: "from", label: "From", wanted: Wanted::From };
const TO: Filter = Filter { name: "to", label: "To", wanted: Wanted::To };

const NEWEST: Order = Order { name: "newest", label: "Newest first" };
const OLDEST: Order = Order { name: "oldest", label: "Oldest first" };
const LARGEST: Order = Order { name: "largest", label: "Largest first" };
const SMALLEST: Order = Order { name: "smallest", label: "Smallest first" };

const PAYING_OUT: &[&str] = &["stripe", "paypal"];
const GATEWAYS: &[&str] = &["stripe", "paypal", "sandbox", "bank_transfer", "cash", "cheque", "import"];

const DONATIONS: &[Column] = &[
    shown("received", "Received", Shape::Time),
    shown("donor", "Donor", Shape::Person),
    shown("amount", "Amount", Shape::Money),
    shown("status", "Status", Shape::Word),
    shown("campaign", "Campaign", Shape::Text),
    shown("gateway", "Gateway", Shape::Word),
    hidden("fee", "Fee", Shape::Money),
    hidden("refunded", "Refunded", Shape::Money),
    hidden("lost", "Lost", Shape::Money),
    hidden("email", "E-mail", Shape::Text),
    hidden("frequency", "Frequency", Shape::Word),
    hidden("article", "Article", Shape::Text),
    hidden("appeal", "Appeal", Shape::Text),
    hidden("receipt", "Receipt", Shape::Receipt),
    hidden("remote", "Gateway’s id", Shape::Code),
    hidden("reference", "Reference", Shape::Code),
    hidden("pledge", "Pledge", Shape::Code),
    hidden("id", "Id", Shape::Code),
    hidden("recorded", "Recorded", Shape::Time),
];

const PLEDGES: &[Column] = &[
    shown("made", "Made", Shape::Time),
    shown("donor", "Donor", Shape::Person),
    shown("amount", "Amount", Shape::Money),
    shown("frequency", "Frequency", Shape::Word),
    shown("status", "Status", Shape::Word),
    shown("campaign", "Campaign", Shape::Text),
    hidden("gateway", "Gateway", Shape::Word),
    hidden("email", "E-mail", Shape::Text),
    hidden("reference", "Reference", Shape::Code),
    hidden("article", "Article", Shape::Text),
    hidden("appeal", "Appeal", Shape::Text),
    hidden("tier", "Tier", Shape::Text),
    hidden("message", "Message", Shape::Text),
    hidden("id", "Id", Shape::Code),
];

const DONORS: &[Column] = &[
    shown("name", "Name", Shape::Text),
    shown("email", "E-mail", Shape::Text),
    shown("gifts", "Gifts", Shape::Count),
    shown("last", "Last gift", Shape::Time),
    shown("since", "Since", Shape::Time),
    shown("tags", "Tags", Shape::Text),
    hidden("locale", "Language", Shape::Word),
    hidden("merged", "Merged into", Shape::Code),
    hidden("id", "Id", Shape::Code),
];

const PATRONS: &[Column] = &[
    shown("donor", "Donor", Shape::Person),
    shown("amount", "Amount", Shape::Money),
    shown("frequency", "Frequency", Shape::Word),
    shown("status", "Status", Shape::Word),
    shown("next", "Paid until", Shape::Time),
    shown("tier", "Tier", Shape::Text),
    shown("started", "Since", Shape::Time),
    hidden("ends", "Ends", Shape::Time),
    hidden("reason", "Why it ended", Shape::Word),
    hidden("gateway", "Gateway", Shape::Word),
    hidden("email", "E-mail", Shape::Text),
    hidden("remote", "Gateway’s id", Shape::Code),
    hidden("id", "Id", Shape::Code),
];

const MEMBERS: &[Column] = &[
    shown("name", "Name", Shape::Text),
    shown("platform", "Where", Shape::Word),
    shown("amount", "Amount", Shape::Money),
    shown("months", "Months", Shape::Count),
    shown("state", "State", Shape::Word),
    shown("tier", "Level", Shape::Text),
    shown("joined", "Since", Shape::Time),
    hidden("email", "E-mail", Shape::Text),
    hidden("annual", "In a year", Shape::Money),
    hidden("lifetime", "Ever", Shape::Money),
    hidden("charged", "Last charge", Shape::Time),
    hidden("charge", "What came of it", Shape::Text),
    hidden("next", "Next charge", Shape::Time),
    hidden("donor", "Donor", Shape::Code),
    hidden("source", "Told by", Shape::Word),
    hidden("as_of", "As of", Shape::Time),
    hidden("person", "Person there", Shape::Code),
    hidden("id", "Id", Shape::Code),
];

const RECEIPTS: &[Column] = &[
    shown("number", "Number", Shape::Receipt),
    shown("issued", "Issued", Shape::Time),
    shown("donor", "Donor", Shape::Person),
    shown("amount", "Amount", Shape::Money),
    shown("status", "Status", Shape::Word),
    hidden("donation", "Donation", Shape::Code),
    hidden("replaces", "Replaces", Shape::Receipt),
    hidden("changed", "Status since", Shape::Time),
];

const PAYOUTS: &[Column] = &[
    shown("ordered", "Ordered", Shape::Time),
    shown("amount", "Amount", Shape::Money),
    shown("gateway", "Gateway", Shape::Word),
    shown("status", "Status", Shape::Word),
    shown("arrives", "Arrives", Shape::Text),
    shown("movements", "Movements", Shape::Count),
    shown("difference", "Difference", Shape::Money),
    hidden("contents", "Contents", Shape::Word),
    hidden("unexplained", "To be explained", Shape::Count),
    hidden("failure", "Why it failed", Shape::Text),
    hidden("at_bank", "At the bank", Shape::Text),
    hidden("bank_line", "Bank line", Shape::Code),
    hidden("remote", "Gateway’s id", Shape::Code),
    hidden("id", "Id", Shape::Code),
];

const MOVEMENTS: &[Column] = &[
    shown("happened", "Moved", Shape::Time),
    shown("kind", "What", Shape::Word),
    shown("net", "Net", Shape::Money),
    shown("finding", "Finding", Shape::Word),
    shown("gateway", "Gateway", Shape::Word),
    shown("donation", "Donation", Shape::Code),
    hidden("amount", "Amount", Shape::Money),
    hidden("fee", "Fee", Shape::Money),
    hidden("payout", "Payout", Shape::Code),
    hidden("refund", "Refund", Shape::Code),
    hidden("dispute", "Dispute", Shape::Code),
    hidden("payment_remote", "Payment there", Shape::Code),
    hidden("remote", "Gateway’s id", Shape::Code),
    hidden("id", "Id", Shape::Code),
];

const BANK_LINES: &[Column] = &[
    shown("booked", "Day", Shape::Time),
    shown("name", "Name", Shape::Text),
    shown("amount", "Amount", Shape::Money),
    shown("status", "Status", Shape::Word),
    shown("words", "Text", Shape::Text),
    hidden("direction", "Direction", Shape::Word),
    hidden("other_account", "Their account", Shape::Code),
    hidden("account", "Account", Shape::Code),
    hidden("bank_id", "Bank’s id", Shape::Code),
    hidden("kind", "Why it is no gift", Shape::Word),
    hidden("reason", "Reason", Shape::Text),
    hidden("donation", "Donation", Shape::Code),
    hidden("refund", "Refund", Shape::Code),
    hidden("payout", "Payout", Shape::Code),
    hidden("deposit", "Deposit", Shape::Code),
    hidden("platform", "Paid out by", Shape::Word),
    hidden("platform_fee", "Fee of that", Shape::Money),
    hidden("statement", "Statement", Shape::Code),
    hidden("decided", "Decided", Shape::Time),
    hidden("id", "Id", Shape::Code),
];

const COMMENTS: &[Column] = &[
    shown("written", "Written", Shape::Time),
    shown("name", "Name", Shape::Text),
    shown("text", "Text", Shape::Text),
    shown("article", "Article", Shape::Text),
    shown("status", "Status", Shape::Word),
    shown("before", "Approved before", Shape::Count),
    hidden("held_for", "Why it waits", Shape::Word),
    hidden("email", "E-mail", Shape::Text),
    hidden("reason", "Reason", Shape::Text),
    hidden("decided", "Decided", Shape::Time),
    hidden("thread", "Thread", Shape::Code),
    hidden("id", "Id", Shape::Code),
];

const EVENTS: &[Column] = &[
    shown("received", "Received", Shape::Time),
    shown("gateway", "Gateway", Shape::Word),
    shown("event", "Gateway’s id", Shape::Code),
    shown("status", "Status", Shape::Word),
    shown("note", "Note", Shape::Text),
    hidden("processed", "Processed", Shape::Time),
    hidden("id", "Id", Shape::Code),
];

const JOBS: &[Column] = &[
    shown("made", "Made", Shape::Time),
    shown("kind", "Work", Shape::Word),
    shown("status", "Status", Shape::Word),
    shown("due", "Due", Shape::Time),
    shown("failures", "Failures", Shape::Count),
    shown("error", "Last error", Shape::Text),
    hidden("finished", "Done", Shape::Time),
    hidden("key", "Key", Shape::Code),
    hidden("id", "Id", Shape::Code),
];

const AUDIT: &[Column] = &[
    shown("number", "No.", Shape::Count),
    shown("at", "When", Shape::Time),
    shown("actor", "Who", Shape::Text),
    shown("action", "What", Shape::Word),
    shown("subject", "To what", Shape::Code),
    hidden("detail", "Detail", Shape::Text),
    hidden("actor_id", "Id of who", Shape::Code),
    hidden("hash", "Seal", Shape::Code),
];

const PAYMENT_STATUSES: &[&str] =
    &["processing", "succeeded", "failed", "partly_refunded", "refunded", "disputed", "lost"];
const PLEDGE_STATUSES: &[&str] =
    &["pending", "active", "past_due", "paused", "fulfilled", "cancelled", "expired", "failed"];
const FREQUENCIES: &[&str] = &["once", "weekly", "monthly", "quarterly", "yearly"];

const DONATION_FILTERS: &[Filter] = &[
    one_of("status", "Status", PAYMENT_STATUSES),
    one_of("gateway", "Gateway", GATEWAYS),
    value("currency", "Currency"),
    value("frequency", "Once or recurring"),
    value("campaign", "Campaign"),
    value("article", "Article"),
    value("appeal", "Appeal"),
    value("donor", "Donor"),
    value("pledge", "Pledge"),
    FROM,
    TO,
];
const PLEDGE_FILTERS: &[Filter] = &[
    one_of("status", "Status", PLEDGE_STATUSES),
    one_of("frequency", "Frequency", FREQUENCIES),
    one_of("call", "What came of the call to the gateway", &["unknown"]),
    value("campaign", "Campaign"),
    value("article", "Article"),
    value("appeal", "Appeal"),
    value("donor", "Donor"),
    FROM,
    TO,
];
const DONOR_FILTERS: &[Filter] = &[value("tag", "Tag")];
const PATRON_FILTERS: &[Filter] = &[
    one_of("status", "Status", &["active", "past_due", "paused", "incomplete", "ended"]),
    one_of("supports", "Supports now", &["yes", "no"]),
    value("tier", "Tier"),
    value("currency", "Currency"),
    value("moved", "What happened in a month (joined 2026-11)"),
    value("cohort", "Month of the first joining (2026-11)"),
];
const MEMBER_FILTERS: &[Filter] = &[
    one_of(
        "state",
        "State",
        &["active", "declined", "refunded", "trial", "gifted", "free", "former", "erased"],
    ),
    value("tier", "Level"),
];
const RECEIPT_FILTERS: &[Filter] =
    &[one_of("status", "Status", &["issued", "sent", "voided", "replaced"]), FROM, TO];
const PAYOUT_FILTERS: &[Filter] = &[
    one_of("status", "Status", &["pending", "in_transit", "paid", "failed", "cancelled"]),
    one_of("gateway", "Gateway", PAYING_OUT),
    FROM,
    TO,
];
const MOVEMENT_FILTERS: &[Filter] = &[
    one_of("finding", "Finding", &["fits", "differs", "missing", "apart"]),
    one_of("kind", "What", &["payment", "refund", "dispute", "fee", "payout", "exchange", "adjustment"]),
    one_of("gateway", "Gateway", PAYING_OUT),
    value("payout", "Payout"),
    FROM,
    TO,
];
const BANK_LINE_FILTERS: &[Filter] = &[
    one_of("status", "Status", &["open", "booked", "returned", "no_gift", "outgoing"]),
    value("statement", "Statement"),
    FROM,
    TO,
];
const COMMENT_FILTERS: &[Filter] = &[
    one_of("status", "Status", &["held", "approved", "rejected", "spam", "removed"]),
    value("article", "Article"),
];
const EVENT_FILTERS: &[Filter] =
    &[one_of("status", "Status", &["received", "processed", "ignored", "parked"]), FROM, TO];
const JOB_FILTERS: &[Filter] =
    &[one_of("status", "Status", &["pending", "running", "done", "failed"]), value("kind", "Work")];
const AUDIT_FILTERS: &[Filter] =
    &[value("action", "What"), value("actor", "Who"), value("subject", "To what")];

impl ListKind {
    /// Its columns.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Donations => DONATIONS,
            Self::Pledges => PLEDGES,
            Self::Donors => DONORS,
            Self::Patrons => PATRONS,
            Self::Members => MEMBERS,
            Self::Receipts => RECEIPTS,
            Self::Payouts => PAYOUTS,
            Self::Movements => MOVEMENTS,
            Self::BankLines => BANK_LINES,
            Self::Comments => COMMENTS,
            Self::Events => EVENTS,
            Self::Jobs => JOBS,
            Self::Audit => AUDIT,
        }
    }

    /// By what it can be narrowed.
    pub const fn filters(self) -> &'static [Filter] {
        match self {
            Self::Donations => DONATION_FILTERS,
            Self::Pledges => PLEDGE_FILTERS,
            Self::Donors => DONOR_FILTERS,
            Self::Patrons => PATRON_FILTERS,
            Self::Members => MEMBER_FILTERS,
            Self::Receipts => RECEIPT_FILTERS,
            Self::Payouts => PAYOUT_FILTERS,
            Self::Movements => MOVEMENT_FILTERS,
            Self::BankLines => BANK_LINE_FILTERS,
            Self::Comments => COMMENT_FILTERS,
            Self::Events => EVENT_FILTERS,
            Self::Jobs => JOB_FILTERS,
            Self::Audit => AUDIT_FILTERS,
        }
    }

    /// Its orders, the usual one first.
    pub const fn orders(self) -> &'static [Order] {
        match self {
            Self::Donations => &[
                NEWEST,
                OLDEST,
                Order { name: "received", label: "Last received first" },
                Order { name: "received_first", label: "First received first" },
                LARGEST,
                SMALLEST,
            ],
            Self::Pledges | Self::Members | Self::BankLines | Self::Payouts => {
                &[NEWEST, OLDEST, LARGEST, SMALLEST]
            }
            Self::Donors => &[
                NEWEST,
                OLDEST,
                Order { name: "name", label: "By name" },
                Order { name: "email", label: "By address" },
            ],
            Self::Patrons => {
                &[NEWEST, OLDEST, LARGEST, SMALLEST, Order { name: "next", label: "Next payment first" }]
            }
            Self::Receipts | Self::Movements | Self::Comments | Self::Events | Self::Jobs | Self::Audit => {
                &[NEWEST, OLDEST]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pledge::{Frequency, GatewayKind};

    #[test]
    fn every_way_of_payment_and_every_frequency_can_be_asked_for() {
        let gateways: Vec<&str> = GatewayKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert_eq!(GATEWAYS, gateways);
        let frequencies: Vec<&str> = Frequency::ALL.iter().map(|frequency| frequency.as_str()).collect();
        assert_eq!(FREQUENCIES, frequencies);
    }
}
