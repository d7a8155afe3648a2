ALTER TABLE subscription_orders DROP COLUMN consent_url;
