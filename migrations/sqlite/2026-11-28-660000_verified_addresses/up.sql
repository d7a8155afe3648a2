-- That an address is somebody's: of members by the word of the platform, of donors by a letter that they opened.

ALTER TABLE external_members ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0
    CONSTRAINT external_members_verified CHECK (email_verified IN (0, 1) AND (email_verified = 0 OR email IS NOT NULL));
-- Since when it is known that they are not the donor who they were taken for.
ALTER TABLE external_members ADD COLUMN apart_at TEXT
    CONSTRAINT external_members_apart CHECK (apart_at IS NULL OR donor_id IS NULL);
ALTER TABLE donors ADD COLUMN address_proven_at TEXT
    CONSTRAINT donors_proven CHECK (address_proven_at IS NULL OR erased_at IS NULL);
