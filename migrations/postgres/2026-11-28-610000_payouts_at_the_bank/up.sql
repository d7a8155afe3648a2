-- A payout that the bank's statement shows is a line of it, and no gift.
ALTER TABLE bank_lines
    ADD COLUMN payout_id TEXT REFERENCES payouts (id),
    ADD CONSTRAINT bank_lines_payout CHECK (payout_id IS NULL OR COALESCE(kind, '') = 'payout');
CREATE UNIQUE INDEX bank_lines_one_payout ON bank_lines (payout_id) WHERE payout_id IS NOT NULL;

-- Lines and payouts are looked for by amount, currency and day.
CREATE INDEX payouts_sum ON payouts (amount_minor, currency, ordered_at);
CREATE INDEX movements_own_payout ON movements (gateway, payout_remote) WHERE kind = 'payout';
