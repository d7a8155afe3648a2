-- Comments of readers on articles. What was taken away keeps its row while others answer it, and nothing of what it said.

CREATE TABLE comments (
    id TEXT PRIMARY KEY,
    article TEXT NOT NULL CHECK (article <> ''),
    -- Its headline when the comment was written, for letters.
    article_title TEXT NOT NULL CHECK (article_title <> ''),
    -- The first comment of the thread, of the same article; none: it is the first itself.
    thread_id TEXT,
    name TEXT CHECK (length(name) BETWEEN 1 AND 80),
    -- Never shown.
    email TEXT CHECK (email <> ''),
    body TEXT CHECK (length(body) BETWEEN 1 AND 2000),
    locale TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT comments_status CHECK (status IN ('held', 'approved', 'rejected', 'spam', 'removed')),
    held_for TEXT CHECK (held_for IN ('new_reader', 'links', 'review')),
    reason TEXT CHECK (reason <> ''),
    -- What makes two sendings one comment.
    same_key TEXT,
    written_at TEXT NOT NULL,
    decided_at TEXT,
    -- When the reader last changed it.
    edited_at TEXT,
    -- Whether the reader wants to be written to when somebody answers.
    wants_answers INTEGER NOT NULL CHECK (wants_answers IN (0, 1)),
    CONSTRAINT comments_same_unique UNIQUE (same_key),
    CONSTRAINT comments_of_article UNIQUE (id, article),
    CONSTRAINT comments_thread_of_article FOREIGN KEY (thread_id, article) REFERENCES comments (id, article),
    CONSTRAINT comments_not_own_thread CHECK (thread_id <> id),
    CONSTRAINT comments_removed_says_nothing CHECK ((status = 'removed') = (name IS NULL)
        AND (name IS NULL) = (email IS NULL) AND (name IS NULL) = (body IS NULL)
        AND (name IS NOT NULL OR (reason IS NULL AND same_key IS NULL))),
    CONSTRAINT comments_held_for_something CHECK ((status = 'held') = (held_for IS NOT NULL)),
    CONSTRAINT comments_held_undecided CHECK ((status = 'held') = (decided_at IS NULL))
) STRICT;
CREATE INDEX comments_article ON comments (article, id);
CREATE INDEX comments_email ON comments (email, status);
CREATE INDEX comments_thread ON comments (thread_id);
CREATE INDEX comments_by_status ON comments (status, id);
