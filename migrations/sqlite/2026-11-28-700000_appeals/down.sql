DROP TABLE appeal_texts;
DROP INDEX pledges_by_appeal;
ALTER TABLE pledges DROP COLUMN source_appeal;
