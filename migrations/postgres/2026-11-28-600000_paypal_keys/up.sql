-- The app at PayPal is typed in the office as well: the gateway's name of the account is the app's client id, the key its
-- secret, and what says which webhooks are believed is the id of the webhook.
ALTER TABLE gateway_accounts
    DROP CONSTRAINT gateway_accounts_gateway_check,
    ADD CONSTRAINT gateway_accounts_gateway_check CHECK (gateway IN ('stripe', 'paypal')),
    ADD CONSTRAINT gateway_accounts_app_named CHECK (gateway <> 'paypal' OR account IS NOT NULL);
