-- Gifts that staff wrote down: what the paper was, and a word about it. The money itself is a donation like any other.

CREATE TABLE gifts_by_hand (
    donation_id TEXT PRIMARY KEY REFERENCES donations (id),
    -- The number of the cheque or of the slip, or the bank's own name of the line.
    document TEXT,
    note TEXT,
    recorded_at TEXT NOT NULL
) STRICT;

-- Money handed back, or a gift that was found to be none: a cheque that bounced, a line typed twice.
ALTER TABLE refunds ADD COLUMN kind TEXT NOT NULL DEFAULT 'refund'
    CONSTRAINT refunds_void_by_hand CHECK (kind = 'refund'
        OR (kind = 'void' AND gateway IN ('cash', 'cheque', 'bank_transfer')));
