-- Passkeys of staff, and the question that a half-way session was asked.

CREATE TABLE staff_passkeys (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    -- Its own id, and its public key in COSE, both in base64url.
    credential TEXT NOT NULL,
    public_key TEXT NOT NULL,
    -- How often it was used, by its own count; zero if it does not count.
    counter INTEGER NOT NULL CHECK (counter >= 0),
    backup_eligible INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
    backed_up INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
    created_at TEXT NOT NULL,
    last_used_at TEXT,
    CONSTRAINT staff_passkeys_credential_unique UNIQUE (credential),
    CONSTRAINT staff_passkeys_backup_possible CHECK (backed_up <= backup_eligible)
) STRICT;
CREATE INDEX staff_passkeys_staff ON staff_passkeys (staff_id);

-- What a passkey is asked is asked once: its hash, and until when an answer is taken.
ALTER TABLE staff_sessions ADD COLUMN challenge_hash TEXT;
ALTER TABLE staff_sessions ADD COLUMN challenge_until TEXT
    CHECK ((challenge_hash IS NULL) = (challenge_until IS NULL));

-- Whoever may sign in has a second factor: an authenticator, or a passkey.
CREATE TABLE staff_anew (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'finance', 'editor', 'viewer')),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    password_hash TEXT,
    -- The seed of the codes, sealed with a key that is not in this table.
    totp_sealed TEXT,
    -- The seed that was shown but not yet proved.
    totp_offered TEXT,
    -- The last half minute whose code was taken: each is taken once.
    totp_last_step INTEGER NOT NULL CHECK (totp_last_step >= 0),
    created_at TEXT NOT NULL,
    -- How many rows of staff_passkeys are theirs.
    passkeys INTEGER NOT NULL CHECK (passkeys >= 0),
    CONSTRAINT staff_email_unique UNIQUE (email),
    CONSTRAINT staff_active_whole CHECK
        (status <> 'active' OR (password_hash IS NOT NULL AND (totp_sealed IS NOT NULL OR passkeys > 0)))
) STRICT;
INSERT INTO staff_anew
SELECT id, email, name, role, status, password_hash, totp_sealed, totp_offered, totp_last_step, created_at, 0 FROM staff;
DROP TABLE staff;
ALTER TABLE staff_anew RENAME TO staff;
