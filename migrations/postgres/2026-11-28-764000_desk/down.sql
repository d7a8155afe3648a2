DROP INDEX statements_status;
DROP INDEX patron_moves_cohort;
DROP INDEX patron_moves_month;
