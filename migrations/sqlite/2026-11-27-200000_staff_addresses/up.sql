-- Addresses that staff had before: each is told that it is one no more, and then forgotten.

CREATE TABLE staff_former_addresses (
    id TEXT PRIMARY KEY,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    email TEXT NOT NULL,
    until TEXT NOT NULL
) STRICT;
CREATE INDEX staff_former_addresses_staff ON staff_former_addresses (staff_id);
CREATE INDEX staff_former_addresses_until ON staff_former_addresses (until);
