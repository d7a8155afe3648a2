DROP INDEX comments_email;
CREATE INDEX comments_email ON comments (email, status);
DROP TABLE discussions;
