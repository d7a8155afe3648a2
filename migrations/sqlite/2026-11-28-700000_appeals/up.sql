-- Which appeal a promise came from, and how often each of two texts was shown while they are tried. Sums only: no reader is in them.

-- `spring`, or `spring.a.0123456789ab` while two texts are tried.
ALTER TABLE pledges ADD COLUMN source_appeal TEXT
    CONSTRAINT pledges_source_appeal CHECK (source_appeal IS NULL OR length(source_appeal) BETWEEN 1 AND 95);
CREATE INDEX pledges_by_appeal ON pledges (source_appeal) WHERE source_appeal IS NOT NULL;

CREATE TABLE appeal_texts (
    seen TEXT NOT NULL PRIMARY KEY,
    appeal TEXT NOT NULL CHECK (length(appeal) BETWEEN 1 AND 80),
    test TEXT NOT NULL CHECK (length(test) = 12),
    side TEXT NOT NULL CHECK (side IN ('a', 'b')),
    shown INTEGER NOT NULL CHECK (shown > 0),
    first_on TEXT NOT NULL,
    last_on TEXT NOT NULL,
    CONSTRAINT appeal_texts_seen CHECK (seen = appeal || '.' || side || '.' || test),
    CONSTRAINT appeal_texts_days CHECK (last_on >= first_on)
) STRICT;
