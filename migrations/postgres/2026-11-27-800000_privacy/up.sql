-- What is kept for a time and no longer: the words of gateways, and who made a promise that brought nothing.

-- An event stays as it came until its time is over, or until the donor whom it names is forgotten. Then its body is taken
-- away, once; that it came, when, and what came of it stay.
ALTER TABLE inbox ADD COLUMN purged_at TIMESTAMP;
DROP TRIGGER inbox_no_update ON inbox;
CREATE TRIGGER inbox_no_update BEFORE UPDATE OF id, gateway, event_id, received_at ON inbox
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inbox_no_rewrite BEFORE UPDATE OF body, purged_at ON inbox
    FOR EACH ROW WHEN (OLD.purged_at IS NOT NULL OR NEW.purged_at IS NULL OR length(NEW.body) > 0)
    EXECUTE FUNCTION refuse_change();
CREATE INDEX inbox_whole ON inbox (received_at) WHERE purged_at IS NULL;

-- When the person was taken from a promise that never brought money.
ALTER TABLE pledges ADD COLUMN purged_at TIMESTAMP
    CONSTRAINT pledges_purged_unpaid CHECK (purged_at IS NULL OR (name IS NULL AND message IS NULL AND tribute_name IS NULL));
CREATE INDEX pledges_unpaid ON pledges (updated_at) WHERE donor_id IS NULL AND purged_at IS NULL;
