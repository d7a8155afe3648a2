DROP TABLE wall_entries;
