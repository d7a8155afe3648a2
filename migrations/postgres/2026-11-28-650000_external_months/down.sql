DROP INDEX external_members_here;
CREATE INDEX external_moves_month ON external_moves (month, currency, kind, annual_minor);
DROP TABLE external_months;
