-- What a platform elsewhere, such as Patreon, pays out is a line of the bank's statement, and has accounts of its own in the
-- books: it is income, and no gift of a donor.

ALTER TABLE bank_lines
    ADD COLUMN platform TEXT,
    -- What the platform kept before, in the currency of the line; none if nobody said so.
    ADD COLUMN platform_fee_minor BIGINT,
    ADD CONSTRAINT bank_lines_platform CHECK (platform IS NULL OR (platform IN ('patreon') AND COALESCE(kind, '') = 'payout'
        AND amount_minor > 0 AND payout_id IS NULL AND deposit_id IS NULL)),
    ADD CONSTRAINT bank_lines_platform_fee
        CHECK (platform_fee_minor IS NULL OR (platform IS NOT NULL AND platform_fee_minor >= 0));
-- The same money is not paid out twice, however many kinds of files tell of it.
CREATE UNIQUE INDEX bank_lines_one_platform_payout ON bank_lines (platform, account, booked_on, currency, amount_minor)
    WHERE platform IS NOT NULL;

-- The books have lines of banks as well.
ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_kind_check,
    ADD CONSTRAINT ledger_entries_kind_check
        CHECK (kind IN ('donation', 'fee', 'refund', 'dispute', 'movement', 'deposit', 'bank_line')),
    ADD COLUMN bank_line_id TEXT REFERENCES bank_lines (id),
    ADD CONSTRAINT ledger_entries_bank_line_unique UNIQUE (bank_line_id, sequence),
    ADD CONSTRAINT ledger_entries_bank_line_named CHECK ((kind = 'bank_line') = (bank_line_id IS NOT NULL)),
    DROP CONSTRAINT ledger_entries_one_subject,
    ADD CONSTRAINT ledger_entries_one_subject
        CHECK (num_nonnulls(donation_id, movement_id, deposit_id, bank_line_id) = 1);
