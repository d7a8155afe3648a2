-- Names on the pages of campaigns: of those who asked for it on the form, while money of theirs has arrived and stayed.

CREATE TABLE wall_entries (
    id TEXT PRIMARY KEY,
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    -- As they want it shown.
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    with_amount INTEGER NOT NULL CHECK (with_amount IN (0, 1)),
    -- What arrived for the pledge and stayed.
    kept_minor INTEGER NOT NULL CHECK (kept_minor >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    -- Since when money of theirs is here.
    shown_since TEXT,
    -- When staff took it off the page.
    hidden_at TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT wall_entries_pledge_unique UNIQUE (pledge_id),
    CONSTRAINT wall_entries_money_first CHECK ((kept_minor > 0) = (shown_since IS NOT NULL))
) STRICT;
CREATE INDEX wall_entries_shown ON wall_entries (campaign_id, shown_since, id)
    WHERE shown_since IS NOT NULL AND hidden_at IS NULL;
