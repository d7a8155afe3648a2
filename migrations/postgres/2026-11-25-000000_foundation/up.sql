-- Rules that must never break stand here as constraints, whatever the program does.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE campaigns (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    goal_minor BIGINT CHECK (goal_minor > 0),
    goal_currency TEXT,
    starts_on DATE,
    ends_on DATE,
    suggestions TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT campaigns_slug_unique UNIQUE (slug),
    CONSTRAINT campaigns_goal_whole CHECK ((goal_minor IS NULL) = (goal_currency IS NULL)),
    CONSTRAINT campaigns_days_ordered CHECK (starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on)
);

CREATE TABLE donors (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT donors_email_unique UNIQUE (email)
);

CREATE TABLE pledges (
    id TEXT PRIMARY KEY,
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    donor_id TEXT REFERENCES donors (id),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    fee_cover_minor BIGINT NOT NULL CHECK (fee_cover_minor >= 0),
    frequency TEXT NOT NULL
        CHECK (frequency IN ('once', 'weekly', 'monthly', 'quarterly', 'yearly')),
    gateway TEXT NOT NULL,
    email TEXT NOT NULL,
    name TEXT,
    message TEXT,
    hidden BOOLEAN NOT NULL,
    tribute_kind TEXT CHECK (tribute_kind IN ('in_honour_of', 'in_memory_of')),
    tribute_name TEXT,
    source_article TEXT,
    source TEXT NOT NULL,
    locale TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN
        ('pending', 'active', 'past_due', 'paused', 'fulfilled', 'cancelled', 'expired', 'failed')),
    reference TEXT,
    form_key TEXT,
    fingerprint TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT pledges_reference_unique UNIQUE (reference),
    CONSTRAINT pledges_form_key_unique UNIQUE (form_key),
    CONSTRAINT pledges_fee_cover_within CHECK (fee_cover_minor < amount_minor),
    CONSTRAINT pledges_tribute_whole CHECK ((tribute_kind IS NULL) = (tribute_name IS NULL))
);
CREATE INDEX pledges_campaign ON pledges (campaign_id);
CREATE INDEX pledges_donor ON pledges (donor_id);
CREATE INDEX pledges_fingerprint ON pledges (fingerprint, created_at);
CREATE INDEX pledges_open ON pledges (expires_at) WHERE status = 'pending';

CREATE TABLE attempts (
    id TEXT PRIMARY KEY,
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    gateway TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('started', 'accepted', 'refused', 'unknown')),
    remote_id TEXT,
    next_url TEXT,
    code TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT attempts_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT attempts_accepted_named CHECK ((outcome = 'accepted') = (remote_id IS NOT NULL)),
    CONSTRAINT attempts_refused_why CHECK ((outcome = 'refused') = (code IS NOT NULL))
);
CREATE INDEX attempts_pledge ON attempts (pledge_id);
CREATE INDEX attempts_open ON attempts (created_at) WHERE outcome IN ('started', 'unknown');

CREATE TABLE donations (
    id TEXT PRIMARY KEY,
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    donor_id TEXT REFERENCES donors (id),
    gateway TEXT NOT NULL,
    remote_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN
        ('processing', 'succeeded', 'failed', 'partly_refunded', 'refunded', 'disputed', 'lost')),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    gross_minor BIGINT CHECK (gross_minor > 0),
    fee_minor BIGINT CHECK (fee_minor >= 0),
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0),
    received_at TIMESTAMP,
    waiting_state TEXT CHECK (waiting_state IN ('processing', 'failed', 'expired')),
    waiting_code TEXT,
    waiting_as_of TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    -- One real payment is counted once, by whichever way it is learned.
    CONSTRAINT donations_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT donations_money_whole CHECK ((gross_minor IS NULL) = (received_at IS NULL)),
    CONSTRAINT donations_money_has_donor CHECK (gross_minor IS NULL OR donor_id IS NOT NULL),
    CONSTRAINT donations_status_agrees CHECK ((status IN ('processing', 'failed')) = (gross_minor IS NULL)),
    CONSTRAINT donations_refunds_within CHECK (gross_minor IS NULL OR refunded_minor <= gross_minor),
    CONSTRAINT donations_waiting_whole CHECK ((waiting_state IS NULL) = (waiting_as_of IS NULL))
);
CREATE INDEX donations_pledge ON donations (pledge_id);
CREATE INDEX donations_campaign ON donations (campaign_id);
CREATE INDEX donations_donor ON donations (donor_id);
CREATE INDEX donations_received ON donations (received_at);

CREATE TABLE refunds (
    id TEXT PRIMARY KEY,
    donation_id TEXT NOT NULL REFERENCES donations (id),
    gateway TEXT NOT NULL,
    remote_id TEXT,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    status TEXT NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    reason TEXT,
    request_key TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT refunds_remote_unique UNIQUE (gateway, remote_id),
    CONSTRAINT refunds_request_unique UNIQUE (request_key)
);
CREATE INDEX refunds_donation ON refunds (donation_id);

-- The lines of an entry are written before the entry itself: the entry seals them. Its trigger refuses
-- an unbalanced sum, and the deferred key refuses lines that were never sealed.
CREATE TABLE ledger_entries (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('donation', 'fee', 'refund')),
    donation_id TEXT NOT NULL REFERENCES donations (id),
    refund_id TEXT REFERENCES refunds (id),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    -- Counts the entries of a donation: two writers cannot both book the same difference.
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    happened_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    CONSTRAINT ledger_entries_sequence_unique UNIQUE (donation_id, sequence),
    CONSTRAINT ledger_entries_refund_named CHECK ((kind = 'refund') = (refund_id IS NOT NULL))
);
CREATE INDEX ledger_entries_recorded ON ledger_entries (recorded_at);

CREATE TABLE ledger_postings (
    entry_id TEXT NOT NULL REFERENCES ledger_entries (id) DEFERRABLE INITIALLY DEFERRED,
    line BIGINT NOT NULL,
    account TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (entry_id, line)
);
CREATE INDEX ledger_postings_account ON ledger_postings (account, currency);

CREATE TABLE campaign_totals (
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    gross_minor BIGINT NOT NULL CHECK (gross_minor >= 0),
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0),
    donations BIGINT NOT NULL CHECK (donations >= 0),
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (campaign_id, currency)
);

CREATE TABLE receipt_series (
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    last_number BIGINT NOT NULL CHECK (last_number > 0),
    PRIMARY KEY (series, year)
);

CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    donation_id TEXT NOT NULL REFERENCES donations (id),
    series TEXT NOT NULL,
    year INTEGER NOT NULL,
    number BIGINT NOT NULL CHECK (number > 0),
    status TEXT NOT NULL CHECK (status IN ('issued', 'sent', 'voided', 'replaced')),
    net_minor BIGINT NOT NULL CHECK (net_minor > 0),
    snapshot TEXT NOT NULL,
    replaces TEXT REFERENCES receipts (id),
    issued_at TIMESTAMP NOT NULL,
    status_at TIMESTAMP NOT NULL,
    CONSTRAINT receipts_number_unique UNIQUE (series, year, number),
    CONSTRAINT receipts_replaces_unique UNIQUE (replaces)
);
CREATE INDEX receipts_donation ON receipts (donation_id);
CREATE UNIQUE INDEX receipts_one_live ON receipts (donation_id) WHERE status IN ('issued', 'sent');

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    unique_key TEXT,
    status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'done', 'failed')),
    run_at TIMESTAMP NOT NULL,
    lease_until TIMESTAMP,
    attempt BIGINT NOT NULL CHECK (attempt >= 0),
    failures BIGINT NOT NULL CHECK (failures >= 0),
    last_error TEXT,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    CONSTRAINT jobs_unique_key_unique UNIQUE (unique_key),
    CONSTRAINT jobs_running_leased CHECK ((status = 'running') = (lease_until IS NOT NULL)),
    CONSTRAINT jobs_done_dated CHECK ((status = 'done') = (finished_at IS NOT NULL))
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE status = 'pending';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE status = 'running';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE status = 'done';

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    next_run_at TIMESTAMP NOT NULL
);

CREATE TABLE inbox (
    id TEXT PRIMARY KEY,
    gateway TEXT NOT NULL,
    event_id TEXT NOT NULL,
    body BYTEA NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('received', 'processed', 'ignored', 'parked')),
    note TEXT,
    received_at TIMESTAMP NOT NULL,
    processed_at TIMESTAMP,
    CONSTRAINT inbox_event_unique UNIQUE (gateway, event_id)
);
CREATE INDEX inbox_received ON inbox (received_at);

CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    resolved_at TIMESTAMP,
    CONSTRAINT reviews_subject_unique UNIQUE (kind, subject)
);

CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE rate_limits (
    bucket TEXT PRIMARY KEY,
    -- Microseconds since 1970 when the bucket is full again.
    full_at_us BIGINT NOT NULL
);
CREATE INDEX rate_limits_full ON rate_limits (full_at_us);

-- The books of the sandbox gateway: what a real gateway keeps on its own side.
CREATE TABLE sandbox_payments (
    id TEXT PRIMARY KEY,
    idempotency_key TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    description TEXT NOT NULL,
    return_url TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'processing', 'succeeded', 'failed', 'expired')),
    fee_minor BIGINT NOT NULL CHECK (fee_minor >= 0),
    refunds TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT sandbox_payments_key_unique UNIQUE (idempotency_key)
);

CREATE TABLE sandbox_events (
    id TEXT PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES sandbox_payments (id),
    body TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- Append only.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_no_truncate BEFORE TRUNCATE ON ledger_entries
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_postings_no_update BEFORE UPDATE ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_postings_no_delete BEFORE DELETE ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_postings_no_truncate BEFORE TRUNCATE ON ledger_postings
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_no_update BEFORE UPDATE OF id, donation_id, series, year, number, net_minor, snapshot, replaces, issued_at ON receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_no_delete BEFORE DELETE ON receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER receipts_no_truncate BEFORE TRUNCATE ON receipts
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inbox_no_update BEFORE UPDATE OF id, gateway, event_id, body, received_at ON inbox
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inbox_no_delete BEFORE DELETE ON inbox
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER inbox_no_truncate BEFORE TRUNCATE ON inbox
    EXECUTE FUNCTION refuse_change();

CREATE FUNCTION ledger_entry_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT COUNT(*) < 2 OR SUM(amount_minor) <> 0 OR MIN(currency) <> NEW.currency OR MAX(currency) <> NEW.currency
        FROM ledger_postings WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION 'ledger entry does not balance';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entries_balanced BEFORE INSERT ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_must_balance();

CREATE FUNCTION ledger_posting_must_be_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_entries WHERE id = NEW.entry_id) THEN
        RAISE EXCEPTION 'ledger entry is already sealed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_postings_sealed BEFORE INSERT ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION ledger_posting_must_be_open();
