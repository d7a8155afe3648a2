DROP TABLE gift_links;
DROP TABLE spent_proofs;
