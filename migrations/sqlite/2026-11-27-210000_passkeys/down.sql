CREATE TABLE staff_anew (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'finance', 'editor', 'viewer')),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    password_hash TEXT,
    totp_sealed TEXT,
    totp_offered TEXT,
    totp_last_step INTEGER NOT NULL CHECK (totp_last_step >= 0),
    created_at TEXT NOT NULL,
    CONSTRAINT staff_email_unique UNIQUE (email),
    CONSTRAINT staff_active_whole CHECK (status <> 'active' OR (password_hash IS NOT NULL AND totp_sealed IS NOT NULL))
) STRICT;
INSERT INTO staff_anew
SELECT id, email, name, role, status, password_hash, totp_sealed, totp_offered, totp_last_step, created_at FROM staff;
DROP TABLE staff;
ALTER TABLE staff_anew RENAME TO staff;
ALTER TABLE staff_sessions DROP COLUMN challenge_until;
ALTER TABLE staff_sessions DROP COLUMN challenge_hash;
DROP TABLE staff_passkeys;
