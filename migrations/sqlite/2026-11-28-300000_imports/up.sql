-- Gifts that came before: the files that were handed in, and which line of them is which donation.

CREATE TABLE imports (
    id TEXT PRIMARY KEY,
    -- What the file was called.
    name TEXT NOT NULL,
    -- What was said of it. JSON.
    options TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('waiting', 'examined', 'booking', 'done', 'failed', 'undoing', 'undone')),
    -- Counts how often work on it was begun: whoever was overtaken writes no more.
    round INTEGER NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    lines_all INTEGER NOT NULL CHECK (lines_all >= 0),
    lines_done INTEGER NOT NULL CHECK (lines_done >= 0),
    -- Whether yearly statements count its gifts.
    on_statements INTEGER NOT NULL CHECK (on_statements IN (0, 1)),
    -- What was found when it was looked through. JSON; names nobody.
    report TEXT,
    error TEXT,
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    done_at TEXT,
    CONSTRAINT imports_failed_why CHECK ((status = 'failed') = (error IS NOT NULL)),
    CONSTRAINT imports_over CHECK ((status IN ('done', 'failed', 'undone')) = (done_at IS NOT NULL))
) STRICT;

-- The file itself, until its gifts are here or it is taken away.
CREATE TABLE import_parts (
    import_id TEXT NOT NULL REFERENCES imports (id),
    part INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (import_id, part)
) STRICT;

CREATE TABLE import_lines (
    id TEXT PRIMARY KEY,
    import_id TEXT NOT NULL REFERENCES imports (id),
    -- The line of the file.
    at INTEGER NOT NULL CHECK (at > 0),
    -- By what it is recognised in another file: a code.
    identity TEXT NOT NULL,
    -- The same for its donor, where the other place has a name for them.
    giver TEXT,
    donation_id TEXT NOT NULL REFERENCES donations (id),
    undone_at TEXT,
    CONSTRAINT import_lines_one_donation UNIQUE (donation_id)
) STRICT;
-- A gift is here once, whichever files bring it; what was undone may come again.
CREATE UNIQUE INDEX import_lines_once ON import_lines (identity) WHERE undone_at IS NULL;
CREATE INDEX import_lines_import ON import_lines (import_id, id);
CREATE INDEX import_lines_giver ON import_lines (giver) WHERE giver IS NOT NULL;

-- What was taken over may be declared void, like what was written down by hand. SQLite cannot change a CHECK: the column
-- is written anew.
ALTER TABLE refunds ADD COLUMN kind_before TEXT NOT NULL DEFAULT 'refund';
UPDATE refunds SET kind_before = kind;
ALTER TABLE refunds DROP COLUMN kind;
ALTER TABLE refunds ADD COLUMN kind TEXT NOT NULL DEFAULT 'refund'
    CONSTRAINT refunds_void_by_hand CHECK (kind = 'refund'
        OR (kind = 'void' AND gateway IN ('cash', 'cheque', 'bank_transfer', 'import')));
UPDATE refunds SET kind = kind_before;
ALTER TABLE refunds DROP COLUMN kind_before;

-- Whoever took the money wrote the receipt, if anybody did.
CREATE TRIGGER receipts_not_of_the_past BEFORE INSERT ON receipts
WHEN EXISTS (SELECT 1 FROM donations WHERE id = NEW.donation_id AND gateway = 'import')
BEGIN SELECT RAISE(ABORT, 'a gift that was taken over has no receipt'); END;
