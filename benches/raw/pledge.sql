-- One pledge by bank transfer, for pgbench: the statements of usecases::pledge in its order. Every value that
-- differs by donor comes from one random number; :now is the microsecond at which pgbench began.
\set n random(1, 4000000000000000)
BEGIN;
SELECT value FROM settings WHERE name = 'attack_until';
SELECT id, slug, title, summary, goal_minor, goal_currency, starts_on, ends_on, suggestions
FROM campaigns WHERE slug = :slug;
INSERT INTO rate_limits (bucket, full_at_us)
VALUES ('client-' || :n::text, :now::bigint + 360000000), ('network-' || :n::text, :now::bigint + 90000000),
    ('e-mail-' || :n::text, :now::bigint + 720000000)
ON CONFLICT (bucket) DO UPDATE
SET full_at_us = excluded.full_at_us
    + CASE WHEN rate_limits.full_at_us > :now::bigint THEN rate_limits.full_at_us - :now::bigint ELSE 0 END
RETURNING bucket, full_at_us;
SELECT * FROM pledges
WHERE fingerprint = 'print-' || :n::text AND created_at >= localtimestamp - interval '2 minutes'
ORDER BY created_at;
SELECT (SELECT COUNT(*) FROM pledge_clients WHERE client = 'client-' || :n::text),
    (SELECT COUNT(*) FROM pledge_clients WHERE email = 'day-' || :n::text),
    (SELECT COUNT(*) FROM (SELECT 1 AS one FROM attempts WHERE id >= 'att_' || :n::text LIMIT 30) few),
    (SELECT COUNT(*) FROM blocks WHERE until_us > :now::bigint
        AND mark IN ('client-' || :n::text, 'network-' || :n::text, 'day-' || :n::text));
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway,
    email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference,
    form_key, fingerprint, created_at, expires_at, updated_at)
VALUES ('plg_0000000000' || :n::text, :campaign, NULL, 2500, 'EUR', 0, 'once', 'bank_transfer',
    'donor' || :n::text || '@example.org', 'Ann Reader', NULL, FALSE, NULL, NULL, NULL, '{}', 'en', 'pending',
    'RF' || :n::text, NULL, 'print-' || :n::text, localtimestamp, localtimestamp + interval '60 days',
    localtimestamp);
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, attempt, failures, created_at)
VALUES ('job_0000000000' || :n::text, 'send_instructions',
    '{"kind":"send_instructions","pledge":"plg_0000000000' || :n::text || '"}',
    'send_instructions/plg_0000000000' || :n::text, 'pending', localtimestamp, 0, 0, localtimestamp)
ON CONFLICT DO NOTHING;
INSERT INTO pledge_clients (pledge_id, client, network, email)
VALUES ('plg_0000000000' || :n::text, 'client-' || :n::text, 'network-' || :n::text, 'day-' || :n::text);
COMMIT;
