-- Whether the bank of the card is to ask its holder: what a gateway was told must be said again in the same words.

ALTER TABLE attempts ADD COLUMN wants_authentication INTEGER NOT NULL DEFAULT 0
    CHECK (wants_authentication IN (0, 1));

-- How often the form for gifts was shown, by minutes since 1970: programs begin payments without looking at it.
CREATE TABLE form_views (
    minute INTEGER NOT NULL PRIMARY KEY,
    shown INTEGER NOT NULL CHECK (shown > 0)
) STRICT;

-- Under what addresses are counted on a day, until blocks of that day are over.
CREATE TABLE day_keys (
    day TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL CHECK (secret <> '')
) STRICT;
