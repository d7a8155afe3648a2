-- Figures: what arrived on each day of the publisher's calendar, and what of it went back, kept as sums so that pages
-- about them cost the same however many gifts there are.

-- The day of the publisher's calendar on which the money arrived. Days by UTC here; the program, which knows the
-- publisher's time zone, sets them right at its next start.
ALTER TABLE donations ADD COLUMN received_on TEXT;
UPDATE donations SET received_on = substr(received_at, 1, 10) WHERE received_at IS NOT NULL;
CREATE INDEX donations_day ON donations (received_on);
CREATE INDEX donations_donor_day ON donations (donor_id, received_on);

-- What was refunded or lost counts on the day of the gift that it is taken from: the sums of a day are the sums of its
-- rows. Fees are in the currency in which the gateway took them.
CREATE TABLE support_totals (
    span TEXT NOT NULL CHECK (span IN ('day', 'month')),
    first_on TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    gateway TEXT NOT NULL,
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    -- The article that led to the gift; empty where none is known.
    article TEXT NOT NULL,
    rhythm TEXT NOT NULL CHECK (rhythm IN ('once', 'recurring')),
    donations INTEGER NOT NULL CHECK (donations >= 0),
    gross_minor INTEGER NOT NULL CHECK (gross_minor >= 0),
    fee_minor INTEGER NOT NULL,
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
    lost_minor INTEGER NOT NULL CHECK (lost_minor >= 0),
    updated_at TEXT NOT NULL,
    PRIMARY KEY (span, first_on, currency, gateway, campaign_id, article, rhythm)
) STRICT;

INSERT INTO support_totals
    SELECT 'day', k.received_on, k.currency, k.gateway, k.campaign_id, k.article, k.rhythm,
        SUM(k.donations), SUM(k.gross_minor), SUM(k.fee_minor), SUM(k.refunded_minor), SUM(k.lost_minor), '2026-11-26 00:00:00'
    FROM (
        SELECT d.received_on, d.currency, d.gateway, d.campaign_id, COALESCE(p.source_article, '') AS article,
            CASE p.frequency WHEN 'once' THEN 'once' ELSE 'recurring' END AS rhythm,
            1 AS donations, d.gross_minor, 0 AS fee_minor, d.refunded_minor, d.lost_minor
        FROM donations d JOIN pledges p ON p.id = d.pledge_id WHERE d.gross_minor IS NOT NULL
        UNION ALL
        SELECT d.received_on, l.currency, d.gateway, d.campaign_id, COALESCE(p.source_article, ''),
            CASE p.frequency WHEN 'once' THEN 'once' ELSE 'recurring' END, 0, 0, l.amount_minor, 0, 0
        FROM ledger_postings l JOIN ledger_entries e ON e.id = l.entry_id
        JOIN donations d ON d.id = e.donation_id JOIN pledges p ON p.id = d.pledge_id
        WHERE l.account = 'expense:fees'
    ) k
    GROUP BY k.received_on, k.currency, k.gateway, k.campaign_id, k.article, k.rhythm;
INSERT INTO support_totals
    SELECT 'month', substr(first_on, 1, 8) || '01', currency, gateway, campaign_id, article, rhythm,
        SUM(donations), SUM(gross_minor), SUM(fee_minor), SUM(refunded_minor), SUM(lost_minor), '2026-11-26 00:00:00'
    FROM support_totals WHERE span = 'day'
    GROUP BY substr(first_on, 1, 8) || '01', currency, gateway, campaign_id, article, rhythm;

-- What asks for a person's attention is found without a walk through what does not.
CREATE INDEX inbox_waiting ON inbox (received_at) WHERE status IN ('received', 'parked');
CREATE INDEX inbox_heard ON inbox (gateway, received_at);
CREATE INDEX jobs_gave_up ON jobs (run_at) WHERE status = 'failed';
CREATE INDEX reviews_unanswered ON reviews (created_at) WHERE resolved_at IS NULL;

-- Files that staff asked for: made by a job, kept in pieces in this database, where every process can make and serve
-- them, until they expire.
CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    what TEXT NOT NULL CHECK (what IN ('donations', 'pledges', 'donors', 'ledger', 'gift_aid')),
    format TEXT NOT NULL CHECK (format IN ('csv', 'xlsx')),
    -- The first day and the last day of the rows.
    from_on TEXT NOT NULL,
    until_on TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'making', 'ready', 'failed', 'expired')),
    -- How often it was begun: what an earlier beginning left over never mixes with what a later one writes.
    round INTEGER NOT NULL CHECK (round >= 0),
    rows_done INTEGER NOT NULL CHECK (rows_done >= 0),
    rows_all INTEGER NOT NULL CHECK (rows_all >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    error TEXT,
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    ready_at TEXT,
    expires_at TEXT NOT NULL,
    CONSTRAINT exports_days_ordered CHECK (from_on <= until_on),
    CONSTRAINT exports_ready_dated CHECK (status <> 'ready' OR ready_at IS NOT NULL),
    CONSTRAINT exports_failed_why CHECK ((status = 'failed') = (error IS NOT NULL))
) STRICT;
CREATE INDEX exports_asked ON exports (asked_at);
CREATE INDEX exports_expiring ON exports (expires_at) WHERE status <> 'expired';

CREATE TABLE export_parts (
    export_id TEXT NOT NULL REFERENCES exports (id),
    part INTEGER NOT NULL CHECK (part >= 0),
    body BLOB NOT NULL,
    PRIMARY KEY (export_id, part)
) STRICT;

-- What United Kingdom taxpayers declared, so that the tax on their gifts can be claimed.
CREATE TABLE gift_aid_declarations (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    title TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    -- The name or the number of the house.
    house TEXT NOT NULL,
    -- Empty for donors who live outside the United Kingdom.
    postcode TEXT NOT NULL,
    -- The first day of gifts that it covers.
    covers_from TEXT NOT NULL,
    -- The words that the donor agreed to, as they were shown.
    wording TEXT NOT NULL,
    declared_at TEXT NOT NULL,
    -- Gifts from this day on are covered no more.
    ended_on TEXT
) STRICT;
CREATE UNIQUE INDEX gift_aid_declarations_one ON gift_aid_declarations (donor_id) WHERE ended_on IS NULL;
