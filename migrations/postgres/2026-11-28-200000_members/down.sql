DROP TABLE external_moves;
DROP TABLE external_members;
DROP TABLE external_tiers;
DROP TABLE external_accounts;
