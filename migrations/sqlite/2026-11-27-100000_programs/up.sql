-- What programs may change: which requests were carried out, and notes that they write.

-- A request by the name that its program gave it, so that sending it again is not asking again.
CREATE TABLE request_keys (
    token_id TEXT NOT NULL REFERENCES api_tokens (id),
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    input_hash TEXT NOT NULL,
    -- What it was answered with; empty until the answer is known.
    status INTEGER CHECK (status BETWEEN 200 AND 299),
    answer TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (token_id, key),
    CONSTRAINT request_keys_answer CHECK ((status IS NULL) = (answer IS NULL))
) STRICT;
CREATE INDEX request_keys_created ON request_keys (created_at);

-- The books are read by what an entry is about.
CREATE INDEX ledger_entries_kind ON ledger_entries (kind, recorded_at);

-- A note is written by one of the staff or by a program.
CREATE TABLE donor_notes_new (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    staff_id TEXT REFERENCES staff (id),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    token_id TEXT REFERENCES api_tokens (id),
    CONSTRAINT donor_notes_author CHECK ((staff_id IS NULL) <> (token_id IS NULL))
) STRICT;
INSERT INTO donor_notes_new (id, donor_id, staff_id, body, created_at)
    SELECT id, donor_id, staff_id, body, created_at FROM donor_notes;
DROP TABLE donor_notes;
ALTER TABLE donor_notes_new RENAME TO donor_notes;
CREATE INDEX donor_notes_donor ON donor_notes (donor_id, created_at);
