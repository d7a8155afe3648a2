-- Finding anything: words by which donors are found, which events told of what, views that staff saved, and an index
-- for each order and each filter of the lists.

-- The words of a donor's name and address, folded. Filled by the program for those who are there already.
CREATE TABLE search_terms (
    term TEXT NOT NULL CHECK (length(term) BETWEEN 1 AND 80),
    donor_id TEXT NOT NULL REFERENCES donors (id),
    PRIMARY KEY (term, donor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_terms_donor ON search_terms (donor_id);

-- Which donation or pledge an event of a gateway told of.
CREATE TABLE event_subjects (
    subject TEXT NOT NULL,
    event_id TEXT NOT NULL REFERENCES inbox (id),
    PRIMARY KEY (subject, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_subjects_event ON event_subjects (event_id);

CREATE TABLE saved_views (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    list TEXT NOT NULL,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    query TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT saved_views_name_unique UNIQUE (staff_id, list, name)
) STRICT;

-- The common case has no index where the newest rows are of it anyway.
CREATE INDEX donations_rare_status ON donations (status, id) WHERE status <> 'succeeded';
CREATE INDEX donations_gateway ON donations (gateway, id);
CREATE INDEX donations_currency ON donations (currency, id);
CREATE INDEX donations_amount ON donations (gross_minor, id);
DROP INDEX donations_campaign;
CREATE INDEX donations_campaign ON donations (campaign_id, id);
DROP INDEX donations_received;
CREATE INDEX donations_received ON donations (received_at, id);

CREATE INDEX pledges_created ON pledges (created_at, id);
CREATE INDEX pledges_rare_status ON pledges (status, created_at, id) WHERE status <> 'fulfilled';
CREATE INDEX pledges_recurring ON pledges (frequency, created_at, id) WHERE frequency <> 'once';
CREATE INDEX pledges_amount ON pledges (amount_minor, id);
DROP INDEX pledges_campaign;
CREATE INDEX pledges_campaign ON pledges (campaign_id, created_at, id);
CREATE INDEX pledges_article ON pledges (source_article, created_at, id) WHERE source_article IS NOT NULL;

CREATE INDEX donors_name ON donors (name, id);
CREATE INDEX subscriptions_status ON subscriptions (status, pledge_id);
CREATE INDEX subscriptions_amount ON subscriptions (amount_minor, pledge_id);
CREATE INDEX subscriptions_period ON subscriptions (period_until, pledge_id);
CREATE INDEX receipts_rare_status ON receipts (status, issued_at, id) WHERE status <> 'sent';
CREATE INDEX receipts_issued ON receipts (issued_at, id);
CREATE INDEX receipts_amount ON receipts (net_minor, issued_at, id);
CREATE INDEX inbox_rare_status ON inbox (status, received_at, id) WHERE status <> 'processed';
DROP INDEX inbox_received;
CREATE INDEX inbox_received ON inbox (received_at, id);
CREATE INDEX jobs_rare_status ON jobs (status, id) WHERE status <> 'done';
CREATE INDEX jobs_kind ON jobs (kind, id);
CREATE INDEX audit_log_action ON audit_log (action, number);
CREATE INDEX reviews_about ON reviews (subject);
