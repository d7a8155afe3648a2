-- What gateways say of the balances that they keep for us: each movement, and what they paid out.

CREATE TABLE payouts (
    id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    -- What went to the bank; below zero if the bank was asked to cover a balance below zero.
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    status TEXT NOT NULL CHECK (status IN ('pending', 'in_transit', 'paid', 'failed', 'cancelled')),
    -- Whether the gateway tells which movements it paid out, and whether all of them have been read.
    contents TEXT NOT NULL CHECK (contents IN ('untold', 'open', 'whole')),
    -- Why it did not arrive.
    failure TEXT,
    ordered_at TIMESTAMP NOT NULL,
    arrives_on DATE,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT payouts_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT payouts_failure_failed CHECK (failure IS NULL OR status IN ('failed', 'cancelled'))
);
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
    amount_minor BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    happened_at TIMESTAMP NOT NULL,
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
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT movements_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT movements_one_subject CHECK (refund_id IS NULL OR dispute_id IS NULL),
    CONSTRAINT movements_of_a_gift CHECK (donation_id IS NOT NULL OR (refund_id IS NULL AND dispute_id IS NULL)),
    CONSTRAINT movements_found CHECK (finding = 'apart' OR (finding = 'missing') = (donation_id IS NULL)),
    CONSTRAINT movements_apart CHECK ((finding = 'apart') = (kind IN ('fee', 'payout', 'exchange', 'adjustment'))
        AND (finding <> 'apart' OR donation_id IS NULL))
);
CREATE INDEX movements_latest ON movements (happened_at, id);
CREATE INDEX movements_payout ON movements (payout_id, happened_at, id);
CREATE INDEX movements_donation ON movements (donation_id) WHERE donation_id IS NOT NULL;
CREATE INDEX movements_finding ON movements (finding, happened_at, id);
CREATE INDEX movements_kind ON movements (kind, happened_at, id);
CREATE INDEX movements_gateway ON movements (gateway, happened_at, id);
CREATE INDEX movements_amount ON movements (amount_minor, id);
CREATE INDEX movements_balance ON movements (gateway, currency, happened_at, amount_minor, fee_minor);

-- What a gateway moved without a gift is in the books as well.
ALTER TABLE ledger_entries
    ALTER COLUMN donation_id DROP NOT NULL,
    DROP CONSTRAINT ledger_entries_kind_check,
    ADD CONSTRAINT ledger_entries_kind_check CHECK (kind IN ('donation', 'fee', 'refund', 'dispute', 'movement')),
    ADD COLUMN movement_id TEXT REFERENCES movements (id),
    ADD CONSTRAINT ledger_entries_movement_unique UNIQUE (movement_id, sequence),
    ADD CONSTRAINT ledger_entries_movement_named CHECK ((kind = 'movement') = (movement_id IS NOT NULL)),
    ADD CONSTRAINT ledger_entries_one_subject CHECK ((movement_id IS NULL) <> (donation_id IS NULL));
