-- The app at PayPal is typed in the office as well: the gateway's name of the account is the app's client id, the key its
-- secret, and what says which webhooks are believed is the id of the webhook. SQLite cannot change a CHECK: the table is
-- written anew, row by row as it was.
CREATE TABLE gateway_accounts_new (
    gateway TEXT PRIMARY KEY CHECK (gateway IN ('stripe', 'paypal')),
    -- What the key moves: real money or none.
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    -- The gateway's name of the account; none if the key may not read it.
    account TEXT,
    key_sealed TEXT NOT NULL,
    -- The last four letters, by which people tell keys apart.
    key_mark TEXT NOT NULL CHECK (length(key_mark) <= 4),
    -- What signs the gateway's webhooks; none until the webhook is there: the gateway is off till then.
    secret_sealed TEXT,
    secret_mark TEXT CHECK (length(secret_mark) <= 4),
    -- The one before, believed until then.
    former_sealed TEXT,
    former_until TEXT,
    -- A name that was never used, with each change: processes see by it that they must take the row up anew.
    version TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT gateway_accounts_secret CHECK ((secret_sealed IS NULL) = (secret_mark IS NULL)),
    CONSTRAINT gateway_accounts_former CHECK (
        (former_sealed IS NULL) = (former_until IS NULL) AND (former_sealed IS NULL OR secret_sealed IS NOT NULL)
    ),
    CONSTRAINT gateway_accounts_app_named CHECK (gateway <> 'paypal' OR account IS NOT NULL)
) STRICT;
INSERT INTO gateway_accounts_new SELECT * FROM gateway_accounts;
DROP TABLE gateway_accounts;
ALTER TABLE gateway_accounts_new RENAME TO gateway_accounts;
