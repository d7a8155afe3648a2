-- Staff: who signs in to the office, with what proof, and the log of everything privileged that was done.

CREATE TABLE staff (
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
    totp_last_step BIGINT NOT NULL CHECK (totp_last_step >= 0),
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT staff_email_unique UNIQUE (email),
    CONSTRAINT staff_active_whole CHECK (status <> 'active' OR (password_hash IS NOT NULL AND totp_sealed IS NOT NULL))
);

-- One-time links that let somebody choose a password. Of every secret only its SHA-256 is kept.
CREATE TABLE staff_links (
    id TEXT PRIMARY KEY,
    -- None: the link that makes the first owner.
    staff_id TEXT REFERENCES staff (id),
    token_hash TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    CONSTRAINT staff_links_token_unique UNIQUE (token_hash)
);
CREATE INDEX staff_links_staff ON staff_links (staff_id);

CREATE TABLE staff_sessions (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    token_hash TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('enrolling', 'second', 'full')),
    browser TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    -- When the person last proved to be there.
    proved_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    CONSTRAINT staff_sessions_token_unique UNIQUE (token_hash),
    CONSTRAINT staff_sessions_times_ordered CHECK (created_at <= seen_at AND created_at <= proved_at AND created_at < expires_at)
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id);
CREATE INDEX staff_sessions_expires ON staff_sessions (expires_at);

CREATE TABLE staff_recovery_codes (
    code_hash TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    used_at TIMESTAMP
);
CREATE INDEX staff_recovery_codes_staff ON staff_recovery_codes (staff_id);

-- Failures in a row, by a blurred name of what was tried: they make the next try wait.
CREATE TABLE staff_tries (
    subject TEXT PRIMARY KEY,
    failures BIGINT NOT NULL CHECK (failures > 0),
    last_at TIMESTAMP NOT NULL
);
CREATE INDEX staff_tries_last ON staff_tries (last_at);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'finance')),
    token_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    revoked_at TIMESTAMP,
    CONSTRAINT api_tokens_token_unique UNIQUE (token_hash),
    CONSTRAINT api_tokens_times_ordered CHECK (created_at < expires_at)
);

-- What was done by whom. Each row seals the one before it.
CREATE TABLE audit_log (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('staff', 'token', 'command', 'system')),
    actor_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- JSON: ids, fields and figures, never a donor's name or address.
    detail TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT audit_log_actor_whole CHECK ((actor_kind IN ('staff', 'token')) = (actor_id IS NOT NULL))
);
CREATE INDEX audit_log_subject ON audit_log (subject, number);
CREATE INDEX audit_log_actor ON audit_log (actor_id, number);
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
    EXECUTE FUNCTION refuse_change();

-- The end of the chain: a log that is cut off at its end does not fit it. Whoever writes to the log holds this row.
CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL CHECK (number >= 0),
    hash TEXT NOT NULL
);
