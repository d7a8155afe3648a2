-- Letters that staff write to a donor. They are gone when the donor is forgotten.

CREATE TABLE donor_letters (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    subject TEXT NOT NULL CHECK (subject <> ''),
    body TEXT NOT NULL CHECK (body <> ''),
    -- What makes two clicks one letter.
    request_key TEXT NOT NULL,
    written_at TEXT NOT NULL,
    -- When the mail server took it.
    sent_at TEXT,
    CONSTRAINT donor_letters_request_unique UNIQUE (request_key)
) STRICT;
CREATE INDEX donor_letters_donor ON donor_letters (donor_id, id);
