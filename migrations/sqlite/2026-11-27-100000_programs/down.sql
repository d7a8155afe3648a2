DELETE FROM donor_notes WHERE staff_id IS NULL;
CREATE TABLE donor_notes_old (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
INSERT INTO donor_notes_old (id, donor_id, staff_id, body, created_at)
    SELECT id, donor_id, staff_id, body, created_at FROM donor_notes;
DROP TABLE donor_notes;
ALTER TABLE donor_notes_old RENAME TO donor_notes;
CREATE INDEX donor_notes_donor ON donor_notes (donor_id, created_at);
DROP INDEX ledger_entries_kind;
DROP TABLE request_keys;
