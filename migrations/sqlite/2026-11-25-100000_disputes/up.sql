-- Disputes, what movements come to on a gateway's own balance, and the news of both in the books.

CREATE TABLE disputes (
    id TEXT PRIMARY KEY,
    donation_id TEXT NOT NULL REFERENCES donations (id),
    gateway TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    reason TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('inquiry', 'closed', 'open', 'lost', 'won')),
    moves INTEGER NOT NULL CHECK (moves >= 0),
    away_minor INTEGER NOT NULL CHECK (away_minor >= 0),
    settled_minor INTEGER,
    settled_fee_minor INTEGER,
    settled_currency TEXT CHECK (length(settled_currency) = 3),
    due_at TEXT,
    opened_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT disputes_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT disputes_settled_whole CHECK
        ((settled_minor IS NULL) = (settled_currency IS NULL) AND (settled_minor IS NULL) = (settled_fee_minor IS NULL))
) STRICT;
CREATE INDEX disputes_donation ON disputes (donation_id);
CREATE INDEX disputes_open ON disputes (due_at) WHERE status IN ('inquiry', 'open');

-- Where the settled columns are empty, the fee is in the currency of the payment and nothing was exchanged.
ALTER TABLE donations ADD COLUMN settled_minor INTEGER;
ALTER TABLE donations ADD COLUMN settled_currency TEXT
    CHECK ((settled_minor IS NULL) = (settled_currency IS NULL) AND (settled_minor IS NULL OR fee_minor IS NOT NULL));
ALTER TABLE donations ADD COLUMN disputed_minor INTEGER NOT NULL DEFAULT 0 CHECK (disputed_minor >= 0);
ALTER TABLE donations ADD COLUMN lost_minor INTEGER NOT NULL DEFAULT 0
    CHECK (lost_minor >= 0 AND (gross_minor IS NULL OR refunded_minor + lost_minor <= gross_minor));
CREATE INDEX donations_disputed ON donations (id) WHERE disputed_minor > 0;

ALTER TABLE refunds ADD COLUMN settled_minor INTEGER;
ALTER TABLE refunds ADD COLUMN settled_fee_minor INTEGER
    CHECK ((settled_minor IS NULL) = (settled_fee_minor IS NULL));
ALTER TABLE refunds ADD COLUMN settled_currency TEXT
    CHECK ((settled_minor IS NULL) = (settled_currency IS NULL));

-- SQLite cannot change a CHECK: the table is written anew, row by row as it was. Foreign keys are off meanwhile
-- and are checked before the commit (store/migrate.rs).
DROP TRIGGER ledger_entries_no_update;
DROP TRIGGER ledger_entries_no_delete;
DROP TRIGGER ledger_entries_balanced;
DROP TRIGGER ledger_postings_sealed;
CREATE TABLE ledger_entries_new (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('donation', 'fee', 'refund', 'dispute')),
    donation_id TEXT NOT NULL REFERENCES donations (id),
    refund_id TEXT REFERENCES refunds (id),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    -- Counts the entries of a donation: two writers cannot both book the same difference.
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    happened_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    dispute_id TEXT REFERENCES disputes (id),
    CONSTRAINT ledger_entries_sequence_unique UNIQUE (donation_id, sequence),
    CONSTRAINT ledger_entries_refund_named CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
    CONSTRAINT ledger_entries_dispute_named CHECK ((kind = 'dispute') = (dispute_id IS NOT NULL))
) STRICT;
INSERT INTO ledger_entries_new (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at)
    SELECT id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at FROM ledger_entries;
DROP TABLE ledger_entries;
ALTER TABLE ledger_entries_new RENAME TO ledger_entries;
CREATE INDEX ledger_entries_recorded ON ledger_entries (recorded_at);

CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger_entries is append-only'); END;
CREATE TRIGGER ledger_entries_balanced BEFORE INSERT ON ledger_entries
WHEN (SELECT COUNT(*) < 2 OR SUM(amount_minor) <> 0 OR MIN(currency) <> NEW.currency OR MAX(currency) <> NEW.currency
      FROM ledger_postings WHERE entry_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'ledger entry does not balance'); END;
CREATE TRIGGER ledger_postings_sealed BEFORE INSERT ON ledger_postings
WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE id = NEW.entry_id)
BEGIN SELECT RAISE(ABORT, 'ledger entry is already sealed'); END;
