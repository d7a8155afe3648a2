-- The donor's own pages: signing in by an e-mailed link, sessions, and what donors ask of their record.

ALTER TABLE donors ADD COLUMN locale TEXT;
ALTER TABLE donors ADD COLUMN postal_address TEXT;
ALTER TABLE donors ADD COLUMN erased_at TIMESTAMP;

-- Of every secret only its SHA-256 is kept: who reads this table can sign in as nobody.
CREATE TABLE sign_in_links (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    browser_hash TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('asked', 'muted', 'sent', 'used', 'void')),
    token_hash TEXT,
    code_hash TEXT,
    code_tries BIGINT NOT NULL CHECK (code_tries >= 0),
    asked_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    expires_at TIMESTAMP NOT NULL,
    CONSTRAINT sign_in_links_token_unique UNIQUE (token_hash),
    CONSTRAINT sign_in_links_token_whole CHECK ((token_hash IS NULL) = (code_hash IS NULL)),
    CONSTRAINT sign_in_links_sent_whole CHECK (status <> 'sent' OR (token_hash IS NOT NULL AND sent_at IS NOT NULL))
);
CREATE INDEX sign_in_links_email ON sign_in_links (email);
CREATE INDEX sign_in_links_expires ON sign_in_links (expires_at);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    token_hash TEXT NOT NULL,
    -- Such as "Firefox on Linux", so that a person knows it again.
    browser TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    CONSTRAINT sessions_token_unique UNIQUE (token_hash),
    CONSTRAINT sessions_times_ordered CHECK (created_at <= seen_at AND created_at < expires_at)
);
CREATE INDEX sessions_donor ON sessions (donor_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE address_changes (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    old_email TEXT NOT NULL,
    new_email TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'done', 'void')),
    old_token_hash TEXT,
    new_token_hash TEXT,
    old_proved_at TIMESTAMP,
    new_proved_at TIMESTAMP,
    asked_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    CONSTRAINT address_changes_old_token_unique UNIQUE (old_token_hash),
    CONSTRAINT address_changes_new_token_unique UNIQUE (new_token_hash),
    CONSTRAINT address_changes_other CHECK (old_email <> new_email),
    CONSTRAINT address_changes_done_proved CHECK
        (status <> 'done' OR (old_proved_at IS NOT NULL AND new_proved_at IS NOT NULL))
);
CREATE INDEX address_changes_donor ON address_changes (donor_id);
CREATE INDEX address_changes_expires ON address_changes (expires_at);

-- What donors changed on their pages. Each change is confirmed by a letter.
CREATE TABLE account_changes (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX account_changes_donor ON account_changes (donor_id, created_at);

CREATE TABLE erasures (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    status TEXT NOT NULL CHECK (status IN ('asked', 'confirmed', 'done')),
    -- Where the last letter goes; forgotten once it is sent.
    email TEXT,
    locale TEXT,
    asked_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    done_at TIMESTAMP,
    CONSTRAINT erasures_donor_unique UNIQUE (donor_id),
    CONSTRAINT erasures_confirmed_dated CHECK ((status = 'asked') = (confirmed_at IS NULL)),
    CONSTRAINT erasures_done_dated CHECK ((status = 'done') = (done_at IS NOT NULL))
);
CREATE INDEX erasures_open ON erasures (confirmed_at) WHERE status = 'confirmed';

-- One row for each statement that was mailed, or is about to be: none is mailed twice.
CREATE TABLE statements (
    year INTEGER NOT NULL,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent')),
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (year, donor_id)
);
CREATE INDEX statements_donor ON statements (donor_id);

CREATE TABLE statement_runs (
    year INTEGER PRIMARY KEY,
    -- The last donor that was looked at: a run that was cut off goes on behind it.
    last_donor TEXT NOT NULL,
    looked_at BIGINT NOT NULL CHECK (looked_at >= 0),
    ordered BIGINT NOT NULL CHECK (ordered >= 0),
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);

CREATE INDEX pledges_email ON pledges (email);
CREATE INDEX donations_of_donor ON donations (donor_id, received_at);
DROP INDEX donations_donor;

-- A receipt says the same for as long as the law wants it kept. Once that time is over, the person on it is forgotten,
-- once, and everything else stays.
ALTER TABLE receipts ADD COLUMN purged_at TIMESTAMP;
DROP TRIGGER receipts_no_update ON receipts;
CREATE TRIGGER receipts_no_update BEFORE UPDATE OF id, donation_id, series, year, number, net_minor, replaces, issued_at ON receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_no_rewrite BEFORE UPDATE OF snapshot, purged_at ON receipts
    FOR EACH ROW WHEN (OLD.purged_at IS NOT NULL OR NEW.purged_at IS NULL) EXECUTE FUNCTION refuse_change();
