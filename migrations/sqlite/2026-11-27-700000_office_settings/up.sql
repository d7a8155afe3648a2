-- What the office set, change by change: of each setting the last row counts. What the configuration of a machine says
-- wins over it.

CREATE TABLE setting_changes (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    -- Section and key, as in the configuration.
    key TEXT NOT NULL,
    -- JSON; none: the office says nothing any more.
    value TEXT,
    -- What the office had said before; none: nothing.
    before TEXT,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'token', 'command')),
    actor_id TEXT,
    changed_at TEXT NOT NULL,
    CONSTRAINT setting_changes_something CHECK (value IS NOT NULL OR before IS NOT NULL),
    CONSTRAINT setting_changes_other CHECK (value <> before),
    CONSTRAINT setting_changes_actor CHECK ((actor_kind IN ('staff', 'token')) = (actor_id IS NOT NULL))
) STRICT;
CREATE INDEX setting_changes_key ON setting_changes (key, number);
CREATE TRIGGER setting_changes_no_update BEFORE UPDATE ON setting_changes
BEGIN SELECT RAISE(ABORT, 'setting_changes is append-only'); END;
CREATE TRIGGER setting_changes_no_delete BEFORE DELETE ON setting_changes
BEGIN SELECT RAISE(ABORT, 'setting_changes is append-only'); END;
