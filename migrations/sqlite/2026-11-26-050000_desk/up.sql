-- What staff keep about donors: notes, tags, and which two rows are one person.

CREATE TABLE donor_notes (
    id TEXT PRIMARY KEY,
    donor_id TEXT NOT NULL REFERENCES donors (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX donor_notes_donor ON donor_notes (donor_id, created_at);

CREATE TABLE donor_tags (
    donor_id TEXT NOT NULL REFERENCES donors (id),
    tag TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 40),
    PRIMARY KEY (donor_id, tag)
) STRICT;
CREATE INDEX donor_tags_tag ON donor_tags (tag, donor_id);

-- A donor who was found to be another one. What comes from this address counts for that one.
ALTER TABLE donors ADD COLUMN merged_into TEXT REFERENCES donors (id);
CREATE INDEX donors_merged ON donors (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE donor_merges (
    id TEXT PRIMARY KEY,
    from_id TEXT NOT NULL REFERENCES donors (id),
    into_id TEXT NOT NULL REFERENCES donors (id),
    merged_at TEXT NOT NULL,
    undone_at TEXT,
    CONSTRAINT donor_merges_two CHECK (from_id <> into_id)
) STRICT;
CREATE UNIQUE INDEX donor_merges_open ON donor_merges (from_id) WHERE undone_at IS NULL;
CREATE INDEX donor_merges_into ON donor_merges (into_id);

-- What changed hands, so that it can be given back.
CREATE TABLE donor_merge_pledges (
    merge_id TEXT NOT NULL REFERENCES donor_merges (id),
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    PRIMARY KEY (merge_id, pledge_id)
) STRICT;
CREATE INDEX donor_merge_pledges_pledge ON donor_merge_pledges (pledge_id);
