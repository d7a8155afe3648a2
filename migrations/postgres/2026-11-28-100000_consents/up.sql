-- A change that waits for the donor: the page of the gateway on which they agree to it.
ALTER TABLE subscription_orders ADD COLUMN consent_url TEXT
    CONSTRAINT subscription_orders_consent CHECK
    (consent_url IS NULL OR (kind = 'change' AND status = 'pending'));
