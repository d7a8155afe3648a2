-- Which recurring support was begun in the place of which: what was succeeded is stopped, and stays so while the other goes on.

CREATE TABLE successions (
    pledge_id TEXT PRIMARY KEY REFERENCES pledges (id),
    succeeds_id TEXT NOT NULL REFERENCES pledges (id),
    created_at TEXT NOT NULL,
    CHECK (succeeds_id <> pledge_id)
) STRICT;
CREATE INDEX successions_succeeds ON successions (succeeds_id);
