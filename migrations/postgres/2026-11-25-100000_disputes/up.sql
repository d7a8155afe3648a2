-- Disputes, what movements come to on a gateway's own balance, and the news of both in the books.

CREATE TABLE disputes (
    id TEXT PRIMARY KEY,
    donation_id TEXT NOT NULL REFERENCES donations (id),
    gateway TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('inquiry', 'closed', 'open', 'lost', 'won')),
    moves BIGINT NOT NULL CHECK (moves >= 0),
    away_minor BIGINT NOT NULL CHECK (away_minor >= 0),
    settled_minor BIGINT,
    settled_fee_minor BIGINT,
    settled_currency TEXT CHECK (length(settled_currency) = 3),
    due_at TIMESTAMP,
    opened_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT disputes_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT disputes_settled_whole CHECK
        ((settled_minor IS NULL) = (settled_currency IS NULL) AND (settled_minor IS NULL) = (settled_fee_minor IS NULL))
);
CREATE INDEX disputes_donation ON disputes (donation_id);
CREATE INDEX disputes_open ON disputes (due_at) WHERE status IN ('inquiry', 'open');

-- Where the settled columns are empty, the fee is in the currency of the payment and nothing was exchanged.
ALTER TABLE donations
    ADD COLUMN settled_minor BIGINT,
    ADD COLUMN settled_currency TEXT,
    ADD COLUMN disputed_minor BIGINT NOT NULL DEFAULT 0 CHECK (disputed_minor >= 0),
    ADD COLUMN lost_minor BIGINT NOT NULL DEFAULT 0,
    ADD CONSTRAINT donations_settled_whole CHECK
        ((settled_minor IS NULL) = (settled_currency IS NULL) AND (settled_minor IS NULL OR fee_minor IS NOT NULL)),
    ADD CONSTRAINT donations_back_within CHECK
        (lost_minor >= 0 AND (gross_minor IS NULL OR refunded_minor + lost_minor <= gross_minor));
CREATE INDEX donations_disputed ON donations (id) WHERE disputed_minor > 0;

ALTER TABLE refunds
    ADD COLUMN settled_minor BIGINT,
    ADD COLUMN settled_fee_minor BIGINT,
    ADD COLUMN settled_currency TEXT,
    ADD CONSTRAINT refunds_settled_whole CHECK
        ((settled_minor IS NULL) = (settled_currency IS NULL) AND (settled_minor IS NULL) = (settled_fee_minor IS NULL));

ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_kind_check,
    ADD CONSTRAINT ledger_entries_kind_check CHECK (kind IN ('donation', 'fee', 'refund', 'dispute')),
    ADD COLUMN dispute_id TEXT REFERENCES disputes (id),
    ADD CONSTRAINT ledger_entries_dispute_named CHECK ((kind = 'dispute') = (dispute_id IS NOT NULL));
