-- What is said below each article has a version, another after each change: programs that keep pages read anew only what changed.

CREATE TABLE discussions (
    article TEXT PRIMARY KEY CHECK (article <> ''),
    -- Of no meaning; never the same again.
    version TEXT NOT NULL CHECK (version <> '')
) STRICT;
INSERT INTO discussions (article, version) SELECT DISTINCT article, 'first' FROM comments;

-- Whether an earlier comment from an address was approved, and which is the next, without a look at the others.
DROP INDEX comments_email;
CREATE INDEX comments_email ON comments (email, status, id);
