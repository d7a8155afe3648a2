-- Defence against trying cards: from where promises come, under keyed hashes that are other ones each day; payments that were
-- declined, by the same; and who may start none for a while.

CREATE TABLE pledge_clients (
    pledge_id TEXT NOT NULL PRIMARY KEY REFERENCES pledges (id),
    client TEXT NOT NULL CHECK (client <> ''),
    network TEXT NOT NULL CHECK (network <> ''),
    email TEXT NOT NULL CHECK (email <> '')
) STRICT;
CREATE INDEX pledge_clients_client ON pledge_clients (client);
CREATE INDEX pledge_clients_email ON pledge_clients (email);

-- One told twice is one: the gateway's time of it is its name.
CREATE TABLE declines (
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    declined_at TEXT NOT NULL,
    client TEXT NOT NULL,
    network TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (pledge_id, declined_at)
) STRICT;
CREATE INDEX declines_at ON declines (declined_at);
CREATE INDEX declines_client ON declines (client, declined_at);
CREATE INDEX declines_network ON declines (network, declined_at);
CREATE INDEX declines_email ON declines (email, declined_at);

CREATE TABLE blocks (
    mark TEXT NOT NULL PRIMARY KEY,
    who TEXT NOT NULL CHECK (who IN ('client', 'network', 'email')),
    -- Microseconds since 1970.
    blocked_at_us INTEGER NOT NULL,
    until_us INTEGER NOT NULL,
    CONSTRAINT blocks_end CHECK (until_us > blocked_at_us)
) STRICT;
CREATE INDEX blocks_at ON blocks (blocked_at_us);
