DROP TABLE past_comments;
