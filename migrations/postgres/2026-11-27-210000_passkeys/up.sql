-- Passkeys of staff, and the question that a half-way session was asked.

CREATE TABLE staff_passkeys (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    -- Its own id, and its public key in COSE, both in base64url.
    credential TEXT NOT NULL,
    public_key TEXT NOT NULL,
    -- How often it was used, by its own count; zero if it does not count.
    counter BIGINT NOT NULL CHECK (counter >= 0),
    backup_eligible BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    CONSTRAINT staff_passkeys_credential_unique UNIQUE (credential),
    CONSTRAINT staff_passkeys_backup_possible CHECK (backup_eligible OR NOT backed_up)
);
CREATE INDEX staff_passkeys_staff ON staff_passkeys (staff_id);

-- What a passkey is asked is asked once: its hash, and until when an answer is taken.
ALTER TABLE staff_sessions ADD COLUMN challenge_hash TEXT;
ALTER TABLE staff_sessions ADD COLUMN challenge_until TIMESTAMP
    CHECK ((challenge_hash IS NULL) = (challenge_until IS NULL));

-- Whoever may sign in has a second factor: an authenticator, or a passkey.
-- How many rows of staff_passkeys are theirs.
ALTER TABLE staff ADD COLUMN passkeys BIGINT NOT NULL DEFAULT 0 CHECK (passkeys >= 0);
ALTER TABLE staff ALTER COLUMN passkeys DROP DEFAULT;
ALTER TABLE staff DROP CONSTRAINT staff_active_whole;
ALTER TABLE staff ADD CONSTRAINT staff_active_whole CHECK
    (status <> 'active' OR (password_hash IS NOT NULL AND (totp_sealed IS NOT NULL OR passkeys > 0)));
