-- What programs may change: which requests were carried out, and notes that they write.

-- A request by the name that its program gave it, so that sending it again is not asking again.
CREATE TABLE request_keys (
    token_id TEXT NOT NULL REFERENCES api_tokens (id),
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    input_hash TEXT NOT NULL,
    -- What it was answered with; empty until the answer is known.
    status BIGINT CHECK (status BETWEEN 200 AND 299),
    answer TEXT,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (token_id, key),
    CONSTRAINT request_keys_answer CHECK ((status IS NULL) = (answer IS NULL))
);
CREATE INDEX request_keys_created ON request_keys (created_at);

-- The books are read by what an entry is about.
CREATE INDEX ledger_entries_kind ON ledger_entries (kind, recorded_at);

-- A note is written by one of the staff or by a program.
ALTER TABLE donor_notes ALTER COLUMN staff_id DROP NOT NULL;
ALTER TABLE donor_notes ADD COLUMN token_id TEXT REFERENCES api_tokens (id);
ALTER TABLE donor_notes ADD CONSTRAINT donor_notes_author CHECK ((staff_id IS NULL) <> (token_id IS NULL));
