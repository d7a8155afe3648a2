-- Members at platforms elsewhere by month, kept as those of the own patrons are: what is read on the first page costs the same,
-- however many there are.

CREATE TABLE external_months (
    platform TEXT NOT NULL CHECK (platform IN ('patreon')),
    month TEXT NOT NULL CHECK (length(month) = 7),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    joined INTEGER NOT NULL CHECK (joined >= 0),
    returned INTEGER NOT NULL CHECK (returned >= 0),
    left_for_good INTEGER NOT NULL CHECK (left_for_good >= 0),
    failing INTEGER NOT NULL CHECK (failing >= 0),
    recovered INTEGER NOT NULL CHECK (recovered >= 0),
    annual_minor INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (platform, month, currency)
) STRICT;
INSERT INTO external_months
SELECT m.platform, v.month, v.currency,
    SUM(CASE WHEN v.kind = 'joined' THEN 1 ELSE 0 END),
    SUM(CASE WHEN v.kind = 'returned' THEN 1 ELSE 0 END),
    SUM(CASE WHEN v.kind = 'left' THEN 1 ELSE 0 END),
    SUM(CASE WHEN v.kind = 'failing' THEN 1 ELSE 0 END),
    SUM(CASE WHEN v.kind = 'recovered' THEN 1 ELSE 0 END),
    SUM(v.annual_minor),
    MAX(v.recorded_at)
FROM external_moves v JOIN external_members m ON m.id = v.member_id
GROUP BY m.platform, v.month, v.currency;
DROP INDEX external_moves_month;

-- Who may support the publication in both places: few of all.
CREATE INDEX external_members_here ON external_members (donor_id)
    WHERE donor_id IS NOT NULL AND state IN ('active', 'declined', 'refunded');
