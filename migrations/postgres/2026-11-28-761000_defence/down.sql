DROP TABLE day_keys;
DROP TABLE form_views;
ALTER TABLE attempts DROP COLUMN wants_authentication;
