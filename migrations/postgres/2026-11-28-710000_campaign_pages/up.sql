-- What the page of a campaign shows beside its goal: what donors are told, and what other currencies are worth.

ALTER TABLE campaigns
    ADD COLUMN thanks TEXT CONSTRAINT campaigns_thanks CHECK (thanks IS NULL OR length(thanks) > 0),
    -- JSON: one rate for each currency, with its day and its source. They say what money is worth in the currency of the goal.
    ADD COLUMN rates TEXT NOT NULL DEFAULT '[]'
        CONSTRAINT campaigns_rates CHECK (rates = '[]' OR goal_minor IS NOT NULL);
