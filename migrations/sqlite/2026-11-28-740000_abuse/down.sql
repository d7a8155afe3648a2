DROP TABLE blocks;
DROP TABLE declines;
DROP TABLE pledge_clients;
