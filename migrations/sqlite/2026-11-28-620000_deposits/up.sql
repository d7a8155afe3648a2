-- Cash and cheques that were paid in at the bank: one slip for several gifts.

CREATE TABLE deposits (
    id TEXT PRIMARY KEY,
    tender TEXT NOT NULL CHECK (tender IN ('cash', 'cheque')),
    -- What the slip says.
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    paid_in_on TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    -- When somebody said that it was not paid in after all: its gifts are in hand again.
    taken_back_at TEXT
) STRICT;
CREATE INDEX deposits_latest ON deposits (paid_in_on, id);

-- A gift is paid in once.
CREATE TABLE deposit_gifts (
    donation_id TEXT PRIMARY KEY REFERENCES donations (id),
    deposit_id TEXT NOT NULL REFERENCES deposits (id),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    -- What the bank gave back of it, such as a cheque that bounced.
    returned_minor INTEGER NOT NULL,
    CONSTRAINT deposit_gifts_returned CHECK (returned_minor BETWEEN 0 AND amount_minor)
) STRICT;
CREATE INDEX deposit_gifts_of ON deposit_gifts (deposit_id, donation_id);

-- The line of the bank that shows it is no gift.
ALTER TABLE bank_lines ADD COLUMN deposit_id TEXT REFERENCES deposits (id)
    CONSTRAINT bank_lines_deposit
    CHECK (deposit_id IS NULL OR COALESCE(kind, '') IN ('cash_paid_in', 'cheques_paid_in'));
CREATE UNIQUE INDEX bank_lines_one_deposit ON bank_lines (deposit_id) WHERE deposit_id IS NOT NULL;

-- The books have deposits as well. SQLite cannot change a CHECK: the table is written anew, row by row as it was.
DROP TRIGGER ledger_entries_no_update;
DROP TRIGGER ledger_entries_no_delete;
DROP TRIGGER ledger_entries_balanced;
DROP TRIGGER ledger_postings_sealed;
CREATE TABLE ledger_entries_new (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('donation', 'fee', 'refund', 'dispute', 'movement', 'deposit')),
    donation_id TEXT REFERENCES donations (id),
    refund_id TEXT REFERENCES refunds (id),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    -- Counts the entries of a donation, a movement or a deposit: two writers cannot both book the same difference.
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    happened_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    dispute_id TEXT REFERENCES disputes (id),
    movement_id TEXT REFERENCES movements (id),
    deposit_id TEXT REFERENCES deposits (id),
    CONSTRAINT ledger_entries_sequence_unique UNIQUE (donation_id, sequence),
    CONSTRAINT ledger_entries_movement_unique UNIQUE (movement_id, sequence),
    CONSTRAINT ledger_entries_deposit_unique UNIQUE (deposit_id, sequence),
    CONSTRAINT ledger_entries_refund_named CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
    CONSTRAINT ledger_entries_dispute_named CHECK ((kind = 'dispute') = (dispute_id IS NOT NULL)),
    CONSTRAINT ledger_entries_movement_named CHECK ((kind = 'movement') = (movement_id IS NOT NULL)),
    CONSTRAINT ledger_entries_deposit_named CHECK ((kind = 'deposit') = (deposit_id IS NOT NULL)),
    CONSTRAINT ledger_entries_one_subject
        CHECK ((donation_id IS NOT NULL) + (movement_id IS NOT NULL) + (deposit_id IS NOT NULL) = 1)
) STRICT;
INSERT INTO ledger_entries_new (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at, dispute_id, movement_id)
    SELECT id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at, dispute_id, movement_id
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
