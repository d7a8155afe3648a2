DROP TABLE gateway_accounts;
