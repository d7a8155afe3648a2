-- Members at platforms elsewhere, mirrored so that they are counted beside the own patrons. Their money is the platform's:
-- nothing of it is in the ledger.

-- The publication's account at a platform, and what opens it, sealed with a key that is not in this database.
CREATE TABLE external_accounts (
    platform TEXT PRIMARY KEY CHECK (platform IN ('patreon')),
    -- The platform's name of the publication there, its title, and the currency that it counts in.
    campaign TEXT NOT NULL CHECK (campaign <> ''),
    title TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    access_sealed TEXT NOT NULL,
    -- Used once: with it comes the next pair.
    refresh_sealed TEXT,
    expires_at TIMESTAMP,
    -- By which tokens of the configuration it began, as a hash; none: it was connected in the office.
    seed TEXT,
    webhook TEXT,
    webhook_sealed TEXT,
    -- A name that was never used, with each change of the tokens.
    version TEXT NOT NULL,
    -- Since when one process asks for the next pair.
    renewing_at TIMESTAMP,
    connected_at TIMESTAMP NOT NULL,
    -- The round through all members that is under way, and where it goes on.
    round_began_at TIMESTAMP,
    round_cursor TEXT,
    -- The last round that came to its end.
    synced_at TIMESTAMP,
    -- Why the platform cannot be asked any more.
    trouble TEXT,
    CONSTRAINT external_accounts_webhook CHECK ((webhook IS NULL) = (webhook_sealed IS NULL)),
    CONSTRAINT external_accounts_round CHECK (round_cursor IS NULL OR round_began_at IS NOT NULL)
);

-- Levels of support at a platform, and which of ours each is like.
CREATE TABLE external_tiers (
    platform TEXT NOT NULL CHECK (platform IN ('patreon')),
    remote TEXT NOT NULL CHECK (remote <> ''),
    title TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    tier_id TEXT REFERENCES tiers (id),
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (platform, remote)
);

CREATE TABLE external_members (
    id TEXT PRIMARY KEY,
    platform TEXT NOT NULL CHECK (platform IN ('patreon')),
    -- The platform's names of the membership and of the person.
    remote TEXT CHECK (remote <> ''),
    person TEXT CHECK (person <> ''),
    email TEXT,
    name TEXT,
    state TEXT NOT NULL CHECK (state IN
        ('active', 'declined', 'refunded', 'trial', 'gifted', 'free', 'former', 'erased')),
    entitled_minor BIGINT NOT NULL CHECK (entitled_minor >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    -- Between two charges.
    months BIGINT NOT NULL CHECK (months >= 1),
    -- What it comes to in a year, as it is counted.
    annual_minor BIGINT NOT NULL CHECK (annual_minor >= 0),
    tier TEXT,
    lifetime_minor BIGINT NOT NULL CHECK (lifetime_minor >= 0),
    joined_at TIMESTAMP,
    charged_at TIMESTAMP,
    charge TEXT,
    next_charge_at TIMESTAMP,
    source TEXT NOT NULL CHECK (source IN ('platform', 'file')),
    as_of TIMESTAMP NOT NULL,
    donor_id TEXT REFERENCES donors (id),
    -- Since when nothing of who they are is kept, whatever the platform says.
    forgotten_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT external_members_named CHECK (remote IS NOT NULL OR person IS NOT NULL),
    CONSTRAINT external_members_remote_unique UNIQUE (platform, remote),
    -- One person is one member, by whichever way it is learned.
    CONSTRAINT external_members_person_unique UNIQUE (platform, person),
    CONSTRAINT external_members_counted CHECK (annual_minor = 0 OR state IN ('active', 'declined', 'refunded')),
    CONSTRAINT external_members_erased CHECK (state <> 'erased' OR (email IS NULL AND name IS NULL)),
    CONSTRAINT external_members_forgotten CHECK (forgotten_at IS NULL OR (email IS NULL AND name IS NULL))
);
CREATE INDEX external_members_email ON external_members (email) WHERE email IS NOT NULL;
CREATE INDEX external_members_donor ON external_members (donor_id) WHERE donor_id IS NOT NULL;
CREATE INDEX external_members_state ON external_members (state, id);
CREATE INDEX external_members_amount ON external_members (entitled_minor, id);
CREATE INDEX external_members_tier ON external_members (tier, id) WHERE tier IS NOT NULL;
CREATE INDEX external_members_as_of ON external_members (as_of);

-- What happened to members, in the order in which it was learned, as `patron_moves` says it of the own patrons.
CREATE TABLE external_moves (
    member_id TEXT NOT NULL REFERENCES external_members (id),
    sequence BIGINT NOT NULL CHECK (sequence > 0),
    kind TEXT NOT NULL CHECK (kind IN ('joined', 'returned', 'changed', 'failing', 'recovered', 'left')),
    month TEXT NOT NULL CHECK (length(month) = 7),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    annual_minor BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (member_id, sequence)
);
CREATE INDEX external_moves_month ON external_moves (month, currency, kind, annual_minor);
CREATE INDEX external_moves_joined ON external_moves (happened_at) WHERE kind = 'joined';
CREATE TRIGGER external_moves_no_update BEFORE UPDATE ON external_moves
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER external_moves_no_delete BEFORE DELETE ON external_moves
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER external_moves_no_truncate BEFORE TRUNCATE ON external_moves
    EXECUTE FUNCTION refuse_change();
