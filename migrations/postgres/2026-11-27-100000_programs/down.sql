DELETE FROM donor_notes WHERE staff_id IS NULL;
ALTER TABLE donor_notes DROP COLUMN token_id;
ALTER TABLE donor_notes ALTER COLUMN staff_id SET NOT NULL;
DROP INDEX ledger_entries_kind;
DROP TABLE request_keys;
