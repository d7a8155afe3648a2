-- What a platform elsewhere, such as Patreon, pays out is a line of the bank's statement, and has accounts of its own in the
-- books: it is income, and no gift of a donor.

ALTER TABLE bank_lines ADD COLUMN platform TEXT
    CONSTRAINT bank_lines_platform CHECK (platform IS NULL OR (platform IN ('patreon') AND COALESCE(kind, '') = 'payout'
        AND amount_minor > 0 AND payout_id IS NULL AND deposit_id IS NULL));
-- What the platform kept before, in the currency of the line; none if nobody said so.
ALTER TABLE bank_lines ADD COLUMN platform_fee_minor INTEGER
    CONSTRAINT bank_lines_platform_fee
    CHECK (platform_fee_minor IS NULL OR (platform IS NOT NULL AND platform_fee_minor >= 0));
-- The same money is not paid out twice, however many kinds of files tell of it.
CREATE UNIQUE INDEX bank_lines_one_platform_payout ON bank_lines (platform, account, booked_on, currency, amount_minor)
    WHERE platform IS NOT NULL;

-- The books have lines of banks as well. SQLite cannot change a CHECK: the table is written anew, row by row as it was.
DROP TRIGGER ledger_entries_no_update;
DROP TRIGGER ledger_entries_no_delete;
DROP TRIGGER ledger_entries_balanced;
DROP TRIGGER ledger_postings_sealed;
CREATE TABLE ledger_entries_new (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL
        CHECK (kind IN ('donation', 'fee', 'refund', 'dispute', 'movement', 'deposit', 'bank_line')),
    donation_id TEXT REFERENCES donations (id),
    refund_id TEXT REFERENCES refunds (id),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    -- Counts the entries of a donation, a movement, a deposit or a line: two writers cannot both book the same difference.
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    happened_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    dispute_id TEXT REFERENCES disputes (id),
    movement_id TEXT REFERENCES movements (id),
    deposit_id TEXT REFERENCES deposits (id),
    bank_line_id TEXT REFERENCES bank_lines (id),
    CONSTRAINT ledger_entries_sequence_unique UNIQUE (donation_id, sequence),
    CONSTRAINT ledger_entries_movement_unique UNIQUE (movement_id, sequence),
    CONSTRAINT ledger_entries_deposit_unique UNIQUE (deposit_id, sequence),
    CONSTRAINT ledger_entries_bank_line_unique UNIQUE (bank_line_id, sequence),
    CONSTRAINT ledger_entries_refund_named CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
    CONSTRAINT ledger_entries_dispute_named CHECK ((kind = 'dispute') = (dispute_id IS NOT NULL)),
    CONSTRAINT ledger_entries_movement_named CHECK ((kind = 'movement') = (movement_id IS NOT NULL)),
    CONSTRAINT ledger_entries_deposit_named CHECK ((kind = 'deposit') = (deposit_id IS NOT NULL)),
    CONSTRAINT ledger_entries_bank_line_named CHECK ((kind = 'bank_line') = (bank_line_id IS NOT NULL)),
    CONSTRAINT ledger_entries_one_subject
        CHECK ((donation_id IS NOT NULL) + (movement_id IS NOT NULL) + (deposit_id IS NOT NULL)
            + (bank_line_id IS NOT NULL) = 1)
) STRICT;
INSERT INTO ledger_entries_new (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at, dispute_id, movement_id, deposit_id)
    SELECT id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at, dispute_id, movement_id, deposit_id
    FROM ledger_entries;
DROP TABLE ledger_entries;
ALTER TABLE ledger_entries_new RENAME TO ledger_entries;
CREATE INDEX ledger_entries_recorded ON ledger_entries (recorded_at);
CREATE INDEX ledger_entries_kind ON ledger_entries (kind, recorded_at);

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
