ALTER TABLE staff DROP CONSTRAINT staff_active_whole;
ALTER TABLE staff ADD CONSTRAINT staff_active_whole CHECK
    (status <> 'active' OR (password_hash IS NOT NULL AND totp_sealed IS NOT NULL));
ALTER TABLE staff DROP COLUMN passkeys;
ALTER TABLE staff_sessions DROP COLUMN challenge_until;
ALTER TABLE staff_sessions DROP COLUMN challenge_hash;
DROP TABLE staff_passkeys;
