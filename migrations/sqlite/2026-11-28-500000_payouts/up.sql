-- What gateways say of the balances that they keep for us: each movement, and what they paid out.

CREATE TABLE payouts (
    id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    -- What went to the bank; below zero if the bank was asked to cover a balance below zero.
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    status TEXT NOT NULL CHECK (status IN ('pending', 'in_transit', 'paid', 'failed', 'cancelled')),
    -- Whether the gateway tells which movements it paid out, and whether all of them have been read.
    contents TEXT NOT NULL CHECK (contents IN ('untold', 'open', 'whole')),
    -- Why it did not arrive.
    failure TEXT,
    ordered_at TEXT NOT NULL,
    arrives_on TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT payouts_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT payouts_failure_failed CHECK (failure IS NULL OR status IN ('failed', 'cancelled'))
) STRICT;
CREATE INDEX payouts_latest ON payouts (ordered_at, id);
CREATE INDEX payouts_balance ON payouts (gateway, currency, ordered_at);
CREATE INDEX payouts_gateway ON payouts (gateway, ordered_at, id);
CREATE INDEX payouts_status ON payouts (status, ordered_at, id);
CREATE INDEX payouts_amount ON payouts (amount_minor, id);
CREATE INDEX payouts_contents ON payouts (gateway, ordered_at, id) WHERE contents = 'open';

CREATE TABLE movements (
    id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('payment', 'refund', 'dispute', 'fee', 'payout', 'exchange', 'adjustment')),
    -- What came onto the balance is above zero. The fee was taken off it.
    amount_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    happened_at TEXT NOT NULL,
    -- The gateway's names of what it is about.
    payment_remote TEXT,
    refund_remote TEXT,
    dispute_remote TEXT,
    payout_remote TEXT,
    -- What that is here.
    payout_id TEXT REFERENCES payouts (id),
    donation_id TEXT REFERENCES donations (id),
    refund_id TEXT REFERENCES refunds (id),
    dispute_id TEXT REFERENCES disputes (id),
    finding TEXT NOT NULL CHECK (finding IN ('fits', 'differs', 'missing', 'apart')),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT movements_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT movements_one_subject CHECK (refund_id IS NULL OR dispute_id IS NULL),
    CONSTRAINT movements_of_a_gift CHECK (donation_id IS NOT NULL OR (refund_id IS NULL AND dispute_id IS NULL)),
    CONSTRAINT movements_found CHECK (finding = 'apart' OR (finding = 'missing') = (donation_id IS NULL)),
    CONSTRAINT movements_apart CHECK ((finding = 'apart') = (kind IN ('fee', 'payout', 'exchange', 'adjustment'))
        AND (finding <> 'apart' OR donation_id IS NULL))
) STRICT;
CREATE INDEX movements_latest ON movements (happened_at, id);
CREATE INDEX movements_payout ON movements (payout_id, happened_at, id);
CREATE INDEX movements_donation ON movements (donation_id) WHERE donation_id IS NOT NULL;
CREATE INDEX movements_finding ON movements (finding, happened_at, id);
CREATE INDEX movements_kind ON movements (kind, happened_at, id);
CREATE INDEX movements_gateway ON movements (gateway, happened_at, id);
CREATE INDEX movements_amount ON movements (amount_minor, id);
CREATE INDEX movements_balance ON movements (gateway, currency, happened_at, amount_minor, fee_minor);

-- What a gateway moved without a gift is in the books as well. SQLite cannot change a CHECK: the table is written anew,
-- row by row as it was.
DROP TRIGGER ledger_entries_no_update;
DROP TRIGGER ledger_entries_no_delete;
DROP TRIGGER ledger_entries_balanced;
DROP TRIGGER ledger_postings_sealed;
CREATE TABLE ledger_entries_new (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('donation', 'fee', 'refund', 'dispute', 'movement')),
    donation_id TEXT REFERENCES donations (id),
    refund_id TEXT REFERENCES refunds (id),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    -- Counts the entries of a donation, or of a movement: two writers cannot both book the same difference.
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    happened_at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    dispute_id TEXT REFERENCES disputes (id),
    movement_id TEXT REFERENCES movements (id),
    CONSTRAINT ledger_entries_sequence_unique UNIQUE (donation_id, sequence),
    CONSTRAINT ledger_entries_movement_unique UNIQUE (movement_id, sequence),
    CONSTRAINT ledger_entries_refund_named CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
    CONSTRAINT ledger_entries_dispute_named CHECK ((kind = 'dispute') = (dispute_id IS NOT NULL)),
    CONSTRAINT ledger_entries_movement_named CHECK ((kind = 'movement') = (movement_id IS NOT NULL)),
    CONSTRAINT ledger_entries_one_subject CHECK ((movement_id IS NULL) <> (donation_id IS NULL))
) STRICT;
INSERT INTO ledger_entries_new (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at, dispute_id)
    SELECT id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at, dispute_id
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
