-- Statements of banks: the files that were handed in, how the columns of CSV are to be understood, and each line with what
-- became of it.

CREATE TABLE bank_mappings (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL CONSTRAINT bank_mappings_name_unique UNIQUE,
    -- JSON.
    body TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

CREATE TABLE bank_statements (
    id TEXT PRIMARY KEY,
    -- What the file was called.
    name TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('camt053', 'csv')),
    mapping_id TEXT REFERENCES bank_mappings (id),
    status TEXT NOT NULL CHECK (status IN ('unmapped', 'waiting', 'reading', 'done', 'failed')),
    -- Counts how often reading was begun: whoever was overtaken writes no more.
    round BIGINT NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    lines_all BIGINT NOT NULL CHECK (lines_all >= 0),
    lines_done BIGINT NOT NULL CHECK (lines_done >= 0),
    -- Lines that no file before had brought.
    lines_new BIGINT NOT NULL CHECK (lines_new >= 0),
    error TEXT,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    done_at TIMESTAMP,
    CONSTRAINT bank_statements_understood CHECK (format = 'csv' OR status <> 'unmapped'),
    CONSTRAINT bank_statements_over CHECK ((status IN ('done', 'failed')) = (done_at IS NOT NULL))
);

-- The file itself, as long as it is not read.
CREATE TABLE bank_statement_parts (
    statement_id TEXT NOT NULL REFERENCES bank_statements (id),
    part BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (statement_id, part)
);

CREATE TABLE bank_lines (
    id TEXT PRIMARY KEY,
    statement_id TEXT NOT NULL REFERENCES bank_statements (id),
    account TEXT NOT NULL,
    -- By what it is recognised in another file: a code, so that it stays when the words are forgotten.
    identity TEXT NOT NULL,
    booked_on DATE NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    currency TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'taken_back', 'came_back')),
    bank_id TEXT,
    other_name TEXT,
    other_account TEXT,
    words TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'booked', 'returned', 'no_gift', 'outgoing')),
    kind TEXT CHECK (kind IN ('own_transfer', 'payout', 'cash_paid_in', 'cheques_paid_in', 'other')),
    reason TEXT,
    donation_id TEXT REFERENCES donations (id),
    refund_id TEXT REFERENCES refunds (id),
    decided_at TIMESTAMP,
    read_at TIMESTAMP NOT NULL,
    CONSTRAINT bank_lines_once UNIQUE (account, identity),
    CONSTRAINT bank_lines_one_donation UNIQUE (donation_id),
    CONSTRAINT bank_lines_one_refund UNIQUE (refund_id),
    CONSTRAINT bank_lines_way CHECK ((direction IN ('in', 'came_back')) = (amount_minor > 0)),
    CONSTRAINT bank_lines_booked CHECK ((status = 'booked') = (donation_id IS NOT NULL)
        AND (status <> 'booked' OR amount_minor > 0)),
    CONSTRAINT bank_lines_returned CHECK ((status = 'returned') = (refund_id IS NOT NULL)
        AND (status <> 'returned' OR amount_minor < 0)),
    CONSTRAINT bank_lines_no_gift CHECK ((status = 'no_gift') = (kind IS NOT NULL)),
    CONSTRAINT bank_lines_outgoing CHECK (status <> 'outgoing' OR direction = 'out'),
    CONSTRAINT bank_lines_decided CHECK ((decided_at IS NOT NULL) = (status IN ('booked', 'returned', 'no_gift')))
);
CREATE INDEX bank_lines_happened ON bank_lines (happened_at, id);
CREATE INDEX bank_lines_amount ON bank_lines (amount_minor, id);
CREATE INDEX bank_lines_status ON bank_lines (status, happened_at, id);
CREATE INDEX bank_lines_statement ON bank_lines (statement_id, happened_at, id);
CREATE INDEX bank_lines_other ON bank_lines (other_account, happened_at);

-- What a line might have been, and is not.
CREATE TABLE bank_line_refusals (
    line_id TEXT NOT NULL REFERENCES bank_lines (id),
    -- Id of the promise, the donation or the refund.
    subject TEXT NOT NULL,
    PRIMARY KEY (line_id, subject)
);
