-- How often readers left for a page elsewhere on which they can support the publication, by day and by the article that
-- sent them. No visitor is in it.

CREATE TABLE outbound_links (
    place TEXT NOT NULL CHECK (place <> ''),
    -- Empty: no article is known.
    article TEXT NOT NULL,
    followed_on TEXT NOT NULL,
    times INTEGER NOT NULL CHECK (times > 0),
    PRIMARY KEY (place, article, followed_on)
) STRICT;
CREATE INDEX outbound_links_day ON outbound_links (followed_on);
