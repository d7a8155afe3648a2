-- Outgoing webhooks: who is told of what, and each telling with what came of it.

CREATE TABLE webhook_endpoints (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    -- Kinds of events with spaces between them; empty: all.
    kinds TEXT NOT NULL,
    secret_sealed TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);

CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    tries BIGINT NOT NULL CHECK (tries >= 0),
    -- What the receiver answered last; none if it did not.
    answer BIGINT,
    error TEXT,
    created_at TIMESTAMP NOT NULL,
    tried_at TIMESTAMP,
    CONSTRAINT webhook_deliveries_tried CHECK ((tries = 0) = (tried_at IS NULL))
);
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);
