-- How a declaration of Gift Aid was given, and which gifts it covers.

-- The one gift that it covers, with all its payments; none: every gift of the time.
ALTER TABLE gift_aid_declarations ADD COLUMN pledge_id TEXT REFERENCES pledges (id);
ALTER TABLE gift_aid_declarations ADD COLUMN declared_by TEXT NOT NULL DEFAULT 'online'
    CONSTRAINT gift_aid_declarations_way CHECK (declared_by IN ('online', 'written', 'oral'));
-- The day on which it was ended or followed by another: from then on it is kept for as long as HMRC wants.
ALTER TABLE gift_aid_declarations ADD COLUMN closed_on TEXT
    CONSTRAINT gift_aid_declarations_closed CHECK (closed_on IS NULL OR ended_on IS NOT NULL);
UPDATE gift_aid_declarations SET closed_on = ended_on WHERE ended_on IS NOT NULL;

DROP INDEX gift_aid_declarations_one;
CREATE UNIQUE INDEX gift_aid_declarations_one ON gift_aid_declarations (donor_id)
    WHERE ended_on IS NULL AND pledge_id IS NULL;
CREATE UNIQUE INDEX gift_aid_declarations_gift ON gift_aid_declarations (pledge_id)
    WHERE ended_on IS NULL AND pledge_id IS NOT NULL;
CREATE INDEX gift_aid_declarations_donor ON gift_aid_declarations (donor_id, id);
