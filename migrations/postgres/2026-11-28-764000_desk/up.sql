-- From a figure about recurring support to its rows: who joined, left or missed a payment in a month, and who is still there of
-- those who joined in one.

CREATE INDEX patron_moves_month ON patron_moves (month, kind, pledge_id);
CREATE INDEX patron_moves_cohort ON patron_moves (cohort, pledge_id);

-- How many statements of a year went out.
CREATE INDEX statements_status ON statements (year, status);
