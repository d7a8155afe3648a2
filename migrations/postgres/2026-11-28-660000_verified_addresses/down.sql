ALTER TABLE donors DROP COLUMN address_proven_at;
ALTER TABLE external_members DROP COLUMN apart_at;
ALTER TABLE external_members DROP COLUMN email_verified;
