-- Cash and cheques that were paid in at the bank: one slip for several gifts.

CREATE TABLE deposits (
    id TEXT PRIMARY KEY,
    tender TEXT NOT NULL CHECK (tender IN ('cash', 'cheque')),
    -- What the slip says.
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    paid_in_on DATE NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    -- When somebody said that it was not paid in after all: its gifts are in hand again.
    taken_back_at TIMESTAMP
);
CREATE INDEX deposits_latest ON deposits (paid_in_on, id);

-- A gift is paid in once.
CREATE TABLE deposit_gifts (
    donation_id TEXT PRIMARY KEY REFERENCES donations (id),
    deposit_id TEXT NOT NULL REFERENCES deposits (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    -- What the bank gave back of it, such as a cheque that bounced.
    returned_minor BIGINT NOT NULL,
    CONSTRAINT deposit_gifts_returned CHECK (returned_minor BETWEEN 0 AND amount_minor)
);
CREATE INDEX deposit_gifts_of ON deposit_gifts (deposit_id, donation_id);

-- The line of the bank that shows it is no gift.
ALTER TABLE bank_lines
    ADD COLUMN deposit_id TEXT REFERENCES deposits (id),
    ADD CONSTRAINT bank_lines_deposit
        CHECK (deposit_id IS NULL OR COALESCE(kind, '') IN ('cash_paid_in', 'cheques_paid_in'));
CREATE UNIQUE INDEX bank_lines_one_deposit ON bank_lines (deposit_id) WHERE deposit_id IS NOT NULL;

-- The books have deposits as well.
ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_kind_check,
    ADD CONSTRAINT ledger_entries_kind_check
        CHECK (kind IN ('donation', 'fee', 'refund', 'dispute', 'movement', 'deposit')),
    ADD COLUMN deposit_id TEXT REFERENCES deposits (id),
    ADD CONSTRAINT ledger_entries_deposit_unique UNIQUE (deposit_id, sequence),
    ADD CONSTRAINT ledger_entries_deposit_named CHECK ((kind = 'deposit') = (deposit_id IS NOT NULL)),
    DROP CONSTRAINT ledger_entries_one_subject,
    ADD CONSTRAINT ledger_entries_one_subject CHECK (num_nonnulls(donation_id, movement_id, deposit_id) = 1);
