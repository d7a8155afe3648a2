DROP TABLE audit_head;
DROP TABLE audit_log;
DROP TABLE api_tokens;
DROP TABLE staff_tries;
DROP TABLE staff_recovery_codes;
DROP TABLE staff_sessions;
DROP TABLE staff_links;
DROP TABLE staff;
