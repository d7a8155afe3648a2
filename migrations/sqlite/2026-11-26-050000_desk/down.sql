DROP TABLE donor_merge_pledges;
DROP TABLE donor_merges;
DROP INDEX donors_merged;
ALTER TABLE donors DROP COLUMN merged_into;
DROP TABLE donor_tags;
DROP TABLE donor_notes;
