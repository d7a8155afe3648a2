-- What is asked of everybody while somebody tries stolen cards: work that a browser did, which counts once; and links by e-mail
-- for whoever cannot do it, with what was typed on the form until one is opened or over.

CREATE TABLE spent_proofs (
    mark TEXT NOT NULL PRIMARY KEY,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX spent_proofs_expires ON spent_proofs (expires_at);

CREATE TABLE gift_links (
    id TEXT NOT NULL PRIMARY KEY,
    email_mark TEXT NOT NULL,
    token_hash TEXT,
    email TEXT,
    typed TEXT,
    asked_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    CONSTRAINT gift_links_token_unique UNIQUE (token_hash),
    CONSTRAINT gift_links_whole CHECK ((email IS NULL) = (typed IS NULL)),
    CONSTRAINT gift_links_end CHECK (expires_at > asked_at)
) STRICT;
CREATE INDEX gift_links_mark ON gift_links (email_mark);
CREATE INDEX gift_links_email ON gift_links (email) WHERE email IS NOT NULL;
CREATE INDEX gift_links_asked ON gift_links (asked_at);
