-- Which comment of another place was taken over, and as which of ours. The row stays when the comment is taken away: the same
-- export again does not bring it back.

CREATE TABLE past_comments (
    -- Host and folder of the other place, and the number of the comment there.
    source TEXT PRIMARY KEY CHECK (source <> ''),
    comment_id TEXT NOT NULL CHECK (comment_id <> ''),
    taken_at TIMESTAMP NOT NULL,
    CONSTRAINT past_comments_once UNIQUE (comment_id)
);
