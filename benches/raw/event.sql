-- One Stripe event put on disk, for pgbench: a single row, nothing else.
\set n random(1, 4000000000000000)
INSERT INTO inbox (id, gateway, event_id, body, status, received_at)
VALUES ('evt_0000000000' || :n::text, 'stripe', 'evt_' || :n::text, convert_to(:body::text, 'UTF8'), 'received',
    localtimestamp);
