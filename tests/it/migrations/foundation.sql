-- A small site as the first released schema kept it: gifts paid, failed, open, refunded in part and by bank.
-- Invented people. {true}, {false} and {bytes:HEX} stand for each engine's own spelling.

INSERT INTO campaigns (id, slug, title, summary, goal_minor, goal_currency, starts_on, ends_on, suggestions, created_at, updated_at)
    VALUES ('cmp_01M8A33BTNWVWRWS7E928TWRJD', 'press-fund', 'Press fund', 'The press fund pays for printing, hosting, translation and travel, so that everything we publish stays free to read.', 2000000, 'EUR', NULL, NULL, '[{"minor":1000,"currency":"EUR"},{"minor":2500,"currency":"EUR"},{"minor":5000,"currency":"EUR"},{"minor":10000,"currency":"EUR"},{"minor":1000,"currency":"GBP"},{"minor":2500,"currency":"GBP"},{"minor":5000,"currency":"GBP"},{"minor":10000,"currency":"GBP"},{"minor":1000,"currency":"USD"},{"minor":2500,"currency":"USD"},{"minor":5000,"currency":"USD"},{"minor":10000,"currency":"USD"}]', '2026-11-25 19:32:10.429459', '2026-11-25 19:32:10.429459');
INSERT INTO donors (id, email, name, created_at, updated_at)
    VALUES ('dnr_01M8A33EKT9QQYTYTKV7E90FGY', 'ann@example.org', 'Ann Reader', '2026-11-25 19:32:13.050271', '2026-11-25 19:32:13.050271');
INSERT INTO donors (id, email, name, created_at, updated_at)
    VALUES ('dnr_01M8A33EQM4423A0F1J83K92ZF', 'ben@example.org', 'Ben', '2026-11-25 19:32:13.172673', '2026-11-25 19:32:13.172673');
INSERT INTO donors (id, email, name, created_at, updated_at)
    VALUES ('dnr_01M8A33J3A7TP57HHDX9GSYS1H', 'emil@example.org', 'Emil', '2026-11-25 19:32:16.618103', '2026-11-25 19:32:16.618103');
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at)
    VALUES ('plg_01M8A33EH32QSGF0RQFV8SBMKX', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', 'dnr_01M8A33EKT9QQYTYTKV7E90FGY', 2500, 'EUR', 0, 'once', 'sandbox', 'ann@example.org', 'Ann Reader', NULL, {true}, NULL, NULL, NULL, '{}', 'en', 'fulfilled', NULL, NULL, '5CPrGQu_xd2AVJBJh9d1hg', '2026-11-25 19:32:12.963492', '2026-11-26 19:32:12.963492', '2026-11-25 19:32:13.050271');
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at)
    VALUES ('plg_01M8A33ENCHJYE1BA468EMS8NH', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', 'dnr_01M8A33EQM4423A0F1J83K92ZF', 4000, 'GBP', 0, 'once', 'sandbox', 'ben@example.org', 'Ben', NULL, {false}, NULL, NULL, NULL, '{}', 'en', 'fulfilled', NULL, NULL, 'vFKJhDH_M7f9bPlCPe2-mg', '2026-11-25 19:32:13.100082', '2026-11-26 19:32:13.100082', '2026-11-25 19:32:13.172673');
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at)
    VALUES ('plg_01M8A33EPRKRPVN4D543Y44BEG', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', NULL, 1000, 'EUR', 0, 'once', 'sandbox', 'cleo@example.org', 'Cleo', NULL, {false}, NULL, NULL, NULL, '{}', 'en', 'failed', NULL, NULL, 'XkWLnGnb4MZFXiPhobU0-w', '2026-11-25 19:32:13.144337', '2026-11-26 19:32:13.144337', '2026-11-25 19:32:13.300655');
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at)
    VALUES ('plg_01M8A33EX0P49KWNTASHK8Z3ME', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', NULL, 1200, 'EUR', 0, 'once', 'sandbox', 'dora@example.org', 'Dora', NULL, {false}, NULL, NULL, NULL, '{}', 'en', 'pending', NULL, NULL, 'D1Y4nUU64OR1StB7QyXKxQ', '2026-11-25 19:32:13.344248', '2026-11-26 19:32:13.344248', '2026-11-25 19:32:13.344248');
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at)
    VALUES ('plg_01M8A33EZ8PB6YT96YCYECCE1P', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', 'dnr_01M8A33J3A7TP57HHDX9GSYS1H', 1500, 'EUR', 0, 'once', 'bank_transfer', 'emil@example.org', 'Emil', NULL, {false}, NULL, NULL, NULL, '{}', 'en', 'fulfilled', 'RF45S5SRVEYNQP', NULL, 'qALRzS5ehs7uSLt9V4lcug', '2026-11-25 19:32:13.416644', '2027-01-24 19:32:13.416644', '2026-11-25 19:32:16.618103');
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at)
    VALUES ('plg_01M8A33F0PVK65SX5QNJF3PQHN', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', NULL, 1800, 'EUR', 0, 'once', 'bank_transfer', 'fay@example.org', 'Fay', NULL, {false}, NULL, NULL, NULL, '{}', 'en', 'pending', 'RF08DTG4GGEJRN', NULL, 'XeI3si1CkfmtKUyE4AcQbw', '2026-11-25 19:32:13.462803', '2027-01-24 19:32:13.462803', '2026-11-25 19:32:13.462803');
INSERT INTO pledges (id, campaign_id, donor_id, amount_minor, currency, fee_cover_minor, frequency, gateway, email, name, message, hidden, tribute_kind, tribute_name, source_article, source, locale, status, reference, form_key, fingerprint, created_at, expires_at, updated_at)
    VALUES ('plg_01M8A33F155W66DRDT7BTFC4S1', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', NULL, 500, 'EUR', 0, 'once', 'sandbox', 'gus@example.org', NULL, NULL, {false}, NULL, NULL, NULL, '{}', 'en', 'pending', NULL, NULL, 'Y2QKdLGXSqSoo5WqxQJXBQ', '2026-11-25 19:32:13.477457', '2026-11-26 19:32:13.477457', '2026-11-25 19:32:13.477457');
INSERT INTO attempts (id, pledge_id, gateway, outcome, remote_id, next_url, code, created_at, updated_at)
    VALUES ('att_01M8A33EH354YWP64K3G17EYZY', 'plg_01M8A33EH32QSGF0RQFV8SBMKX', 'sandbox', 'accepted', 'sbp_01M8A33EHFAHTBJSXP87DA8R1T', '/sandbox/pay/sbp_01M8A33EHFAHTBJSXP87DA8R1T', NULL, '2026-11-25 19:32:12.963492', '2026-11-25 19:32:12.989047');
INSERT INTO attempts (id, pledge_id, gateway, outcome, remote_id, next_url, code, created_at, updated_at)
    VALUES ('att_01M8A33ENCTYJPMP9MRKKTY9T9', 'plg_01M8A33ENCHJYE1BA468EMS8NH', 'sandbox', 'accepted', 'sbp_01M8A33ENF4YN2DWKEC2ST8RCC', '/sandbox/pay/sbp_01M8A33ENF4YN2DWKEC2ST8RCC', NULL, '2026-11-25 19:32:13.100082', '2026-11-25 19:32:13.104157');
INSERT INTO attempts (id, pledge_id, gateway, outcome, remote_id, next_url, code, created_at, updated_at)
    VALUES ('att_01M8A33EPRK7S3H0TTSETCAKV1', 'plg_01M8A33EPRKRPVN4D543Y44BEG', 'sandbox', 'accepted', 'sbp_01M8A33EQ44NR51YXJJ57JZ8H0', '/sandbox/pay/sbp_01M8A33EQ44NR51YXJJ57JZ8H0', NULL, '2026-11-25 19:32:13.144337', '2026-11-25 19:32:13.183519');
INSERT INTO attempts (id, pledge_id, gateway, outcome, remote_id, next_url, code, created_at, updated_at)
    VALUES ('att_01M8A33EX0VE4SY1NT2M2ZXQAA', 'plg_01M8A33EX0P49KWNTASHK8Z3ME', 'sandbox', 'accepted', 'sbp_01M8A33EX1FDJ66AD80F4GRD5J', '/sandbox/pay/sbp_01M8A33EX1FDJ66AD80F4GRD5J', NULL, '2026-11-25 19:32:13.344248', '2026-11-25 19:32:13.367935');
INSERT INTO attempts (id, pledge_id, gateway, outcome, remote_id, next_url, code, created_at, updated_at)
    VALUES ('att_01M8A33F15E69G069GZW869T12', 'plg_01M8A33F155W66DRDT7BTFC4S1', 'sandbox', 'accepted', 'sbp_01M8A33F1E5828BV8QH6PA056K', '/sandbox/pay/sbp_01M8A33F1E5828BV8QH6PA056K', NULL, '2026-11-25 19:32:13.477457', '2026-11-25 19:32:13.488300');
INSERT INTO donations (id, pledge_id, campaign_id, donor_id, gateway, remote_id, status, currency, gross_minor, fee_minor, refunded_minor, received_at, waiting_state, waiting_code, waiting_as_of, created_at, updated_at)
    VALUES ('don_01M8A33EKS2801BA598TMXFQAW', 'plg_01M8A33EH32QSGF0RQFV8SBMKX', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', 'dnr_01M8A33EKT9QQYTYTKV7E90FGY', 'sandbox', 'sbp_01M8A33EHFAHTBJSXP87DA8R1T', 'partly_refunded', 'EUR', 2500, 98, 1000, '2026-11-25 19:32:13.044376', NULL, NULL, NULL, '2026-11-25 19:32:13.049798', '2026-11-25 19:32:16.854410');
INSERT INTO donations (id, pledge_id, campaign_id, donor_id, gateway, remote_id, status, currency, gross_minor, fee_minor, refunded_minor, received_at, waiting_state, waiting_code, waiting_as_of, created_at, updated_at)
    VALUES ('don_01M8A33EQM1E7KWFTZYC8TC0QJ', 'plg_01M8A33ENCHJYE1BA468EMS8NH', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', 'dnr_01M8A33EQM4423A0F1J83K92ZF', 'sandbox', 'sbp_01M8A33ENF4YN2DWKEC2ST8RCC', 'succeeded', 'GBP', 4000, 141, 0, '2026-11-25 19:32:13.123202', NULL, NULL, NULL, '2026-11-25 19:32:13.172419', '2026-11-25 19:32:13.172673');
INSERT INTO donations (id, pledge_id, campaign_id, donor_id, gateway, remote_id, status, currency, gross_minor, fee_minor, refunded_minor, received_at, waiting_state, waiting_code, waiting_as_of, created_at, updated_at)
    VALUES ('don_01M8A33EVMXHWNWFY79X8PT3N6', 'plg_01M8A33EPRKRPVN4D543Y44BEG', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', NULL, 'sandbox', 'sbp_01M8A33EQ44NR51YXJJ57JZ8H0', 'failed', 'EUR', NULL, NULL, 0, NULL, 'failed', 'declined', '2026-11-25 19:32:13.267210', '2026-11-25 19:32:13.300387', '2026-11-25 19:32:13.300655');
INSERT INTO donations (id, pledge_id, campaign_id, donor_id, gateway, remote_id, status, currency, gross_minor, fee_minor, refunded_minor, received_at, waiting_state, waiting_code, waiting_as_of, created_at, updated_at)
    VALUES ('don_01M8A33J39E91GVPK89BHCKWWJ', 'plg_01M8A33EZ8PB6YT96YCYECCE1P', 'cmp_01M8A33BTNWVWRWS7E928TWRJD', 'dnr_01M8A33J3A7TP57HHDX9GSYS1H', 'bank_transfer', 'RF45S5SRVEYNQP/stmt/1', 'succeeded', 'EUR', 1400, 0, 0, '2026-11-25 12:00:00', NULL, NULL, NULL, '2026-11-25 19:32:16.617280', '2026-11-25 19:32:16.618103');
INSERT INTO refunds (id, donation_id, gateway, remote_id, amount_minor, currency, status, reason, request_key, created_at, updated_at)
    VALUES ('rfd_01M8A33JA0N3VEYXJZAF77N061', 'don_01M8A33EKS2801BA598TMXFQAW', 'sandbox', 'sbr_01M8A33JA0N3VEYXJZAF77N061', 1000, 'EUR', 'succeeded', 'made twice', NULL, '2026-11-25 19:32:16.832740', '2026-11-25 19:32:16.853723');
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EKTDN1EMBX7NZ39JCW1', 1, 'clearing:sandbox', 'EUR', 2500);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EKTDN1EMBX7NZ39JCW1', 2, 'income:donations', 'EUR', -2500);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EKVR4T52MVZ5CTF7DVK', 1, 'expense:fees', 'EUR', 98);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EKVR4T52MVZ5CTF7DVK', 2, 'clearing:sandbox', 'EUR', -98);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EQNSER2C7X799X21R8P', 1, 'clearing:sandbox', 'GBP', 4000);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EQNSER2C7X799X21R8P', 2, 'income:donations', 'GBP', -4000);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EQN8YR2HCD8J0Z4VRAY', 1, 'expense:fees', 'GBP', 141);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33EQN8YR2HCD8J0Z4VRAY', 2, 'clearing:sandbox', 'GBP', -141);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33J3AGT1CFXT6QYQN92YR', 1, 'clearing:bank_transfer', 'EUR', 1400);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33J3AGT1CFXT6QYQN92YR', 2, 'income:donations', 'EUR', -1400);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33JAPZ80EKF6JSJ63NB8K', 1, 'income:refunds', 'EUR', 1000);
INSERT INTO ledger_postings (entry_id, line, account, currency, amount_minor)
    VALUES ('ent_01M8A33JAPZ80EKF6JSJ63NB8K', 2, 'clearing:sandbox', 'EUR', -1000);
INSERT INTO ledger_entries (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at)
    VALUES ('ent_01M8A33EKTDN1EMBX7NZ39JCW1', 'donation', 'don_01M8A33EKS2801BA598TMXFQAW', NULL, 'EUR', 1, '2026-11-25 19:32:13.044376', '2026-11-25 19:32:13.050654');
INSERT INTO ledger_entries (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at)
    VALUES ('ent_01M8A33EKVR4T52MVZ5CTF7DVK', 'fee', 'don_01M8A33EKS2801BA598TMXFQAW', NULL, 'EUR', 2, '2026-11-25 19:32:13.044376', '2026-11-25 19:32:13.050654');
INSERT INTO ledger_entries (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at)
    VALUES ('ent_01M8A33EQNSER2C7X799X21R8P', 'donation', 'don_01M8A33EQM1E7KWFTZYC8TC0QJ', NULL, 'GBP', 1, '2026-11-25 19:32:13.123202', '2026-11-25 19:32:13.172975');
INSERT INTO ledger_entries (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at)
    VALUES ('ent_01M8A33EQN8YR2HCD8J0Z4VRAY', 'fee', 'don_01M8A33EQM1E7KWFTZYC8TC0QJ', NULL, 'GBP', 2, '2026-11-25 19:32:13.123202', '2026-11-25 19:32:13.172975');
INSERT INTO ledger_entries (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at)
    VALUES ('ent_01M8A33J3AGT1CFXT6QYQN92YR', 'donation', 'don_01M8A33J39E91GVPK89BHCKWWJ', NULL, 'EUR', 1, '2026-11-25 12:00:00', '2026-11-25 19:32:16.618592');
INSERT INTO ledger_entries (id, kind, donation_id, refund_id, currency, sequence, happened_at, recorded_at)
    VALUES ('ent_01M8A33JAPZ80EKF6JSJ63NB8K', 'refund', 'don_01M8A33EKS2801BA598TMXFQAW', 'rfd_01M8A33JA0N3VEYXJZAF77N061', 'EUR', 3, '2026-11-25 19:32:16.853159', '2026-11-25 19:32:16.854704');
INSERT INTO campaign_totals (campaign_id, currency, gross_minor, refunded_minor, donations, updated_at)
    VALUES ('cmp_01M8A33BTNWVWRWS7E928TWRJD', 'EUR', 3900, 1000, 2, '2026-11-25 19:32:16.854704');
INSERT INTO campaign_totals (campaign_id, currency, gross_minor, refunded_minor, donations, updated_at)
    VALUES ('cmp_01M8A33BTNWVWRWS7E928TWRJD', 'GBP', 4000, 0, 1, '2026-11-25 19:32:13.172975');
INSERT INTO receipt_series (series, year, last_number)
    VALUES ('R', 2026, 4);
INSERT INTO receipts (id, donation_id, series, year, number, status, net_minor, snapshot, replaces, issued_at, status_at)
    VALUES ('rcp_01M8A33EKVARKEV2BPY2FJ3YHK', 'don_01M8A33EKS2801BA598TMXFQAW', 'R', 2026, 1, 'replaced', 2500, '{"number":"R2026-000001","issued_on":"2026-11-25","organisation":{"name":"Mainstay","address":[],"registration":null,"statement":null},"donor_name":"Ann Reader","donor_email":"ann@example.org","campaign":"Press fund","received_on":"2026-11-25","method":"sandbox","gross":{"minor":2500,"currency":"EUR"},"refunded":{"minor":0,"currency":"EUR"},"net":{"minor":2500,"currency":"EUR"},"fee_cover":null,"tribute":null,"replaces":null,"locale":"en"}', NULL, '2026-11-25 19:32:13.051730', '2026-11-25 19:32:16.855603');
INSERT INTO receipts (id, donation_id, series, year, number, status, net_minor, snapshot, replaces, issued_at, status_at)
    VALUES ('rcp_01M8A33EQNJ5GRKJ9Y6NBWS47X', 'don_01M8A33EQM1E7KWFTZYC8TC0QJ', 'R', 2026, 2, 'sent', 4000, '{"number":"R2026-000002","issued_on":"2026-11-25","organisation":{"name":"Mainstay","address":[],"registration":null,"statement":null},"donor_name":"Ben","donor_email":"ben@example.org","campaign":"Press fund","received_on":"2026-11-25","method":"sandbox","gross":{"minor":4000,"currency":"GBP"},"refunded":{"minor":0,"currency":"GBP"},"net":{"minor":4000,"currency":"GBP"},"fee_cover":null,"tribute":null,"replaces":null,"locale":"en"}', NULL, '2026-11-25 19:32:13.173511', '2026-11-25 19:32:13.222271');
INSERT INTO receipts (id, donation_id, series, year, number, status, net_minor, snapshot, replaces, issued_at, status_at)
    VALUES ('rcp_01M8A33J3RPQCCVGCPMQJAC6JF', 'don_01M8A33J39E91GVPK89BHCKWWJ', 'R', 2026, 3, 'sent', 1400, '{"number":"R2026-000003","issued_on":"2026-11-25","organisation":{"name":"Mainstay","address":[],"registration":null,"statement":null},"donor_name":"Emil","donor_email":"emil@example.org","campaign":"Press fund","received_on":"2026-11-25","method":"bank_transfer","gross":{"minor":1400,"currency":"EUR"},"refunded":{"minor":0,"currency":"EUR"},"net":{"minor":1400,"currency":"EUR"},"fee_cover":null,"tribute":null,"replaces":null,"locale":"en"}', NULL, '2026-11-25 19:32:16.631757', '2026-11-25 19:32:17.707557');
INSERT INTO receipts (id, donation_id, series, year, number, status, net_minor, snapshot, replaces, issued_at, status_at)
    VALUES ('rcp_01M8A33JAQ96KCBFX2CGE3AB5N', 'don_01M8A33EKS2801BA598TMXFQAW', 'R', 2026, 4, 'sent', 1500, '{"number":"R2026-000004","issued_on":"2026-11-25","organisation":{"name":"Mainstay","address":[],"registration":null,"statement":null},"donor_name":"Ann Reader","donor_email":"ann@example.org","campaign":"Press fund","received_on":"2026-11-25","method":"sandbox","gross":{"minor":2500,"currency":"EUR"},"refunded":{"minor":1000,"currency":"EUR"},"net":{"minor":1500,"currency":"EUR"},"fee_cover":null,"tribute":null,"replaces":"R2026-000001","locale":"en"}', 'rcp_01M8A33EKVARKEV2BPY2FJ3YHK', '2026-11-25 19:32:16.855735', '2026-11-25 19:32:17.698363');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33C2JAT2V6EMFHCYBMPEM', 'expire_pledges', '{"kind":"expire_pledges"}', NULL, 'done', '2026-11-25 19:32:10.450439', NULL, 1, 0, NULL, '2026-11-25 19:32:10.450439', '2026-11-25 19:32:10.463833');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33C2JDYANA5EXQ7V5DC2X', 'clean_up', '{"kind":"clean_up"}', NULL, 'done', '2026-11-25 19:32:10.450634', NULL, 1, 0, NULL, '2026-11-25 19:32:10.450634', '2026-11-25 19:32:10.471454');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EKKZ056GBX42QKGN4FC', 'deliver_sandbox_event', '{"kind":"deliver_sandbox_event","event":"sbe_01M8A33EKKP5AQS5110K2YZMYG","repeat":0}', 'deliver_sandbox_event/sbe_01M8A33EKKP5AQS5110K2YZMYG/0', 'done', '2026-11-25 19:32:13.043634', NULL, 1, 0, NULL, '2026-11-25 19:32:13.043634', '2026-11-25 19:32:13.047669');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EKQC0D3J08GY2RCS66T', 'process_webhook', '{"kind":"process_webhook","event":"evt_01M8A33EKQN7DE46C8EPMB7ZYR"}', 'process_webhook/evt_01M8A33EKQN7DE46C8EPMB7ZYR', 'done', '2026-11-25 19:32:13.047241', NULL, 1, 0, NULL, '2026-11-25 19:32:13.047241', '2026-11-25 19:32:13.053085');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EKWRCVMY4W183VMHEVM', 'send_receipt', '{"kind":"send_receipt","receipt":"rcp_01M8A33EKVARKEV2BPY2FJ3YHK","copy":0}', 'send_receipt/rcp_01M8A33EKVARKEV2BPY2FJ3YHK/0', 'done', '2026-11-25 19:32:13.052175', NULL, 1, 0, NULL, '2026-11-25 19:32:13.052175', '2026-11-25 19:32:13.156353');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EP2ZD3YJ0MZWAKCQQ3E', 'deliver_sandbox_event', '{"kind":"deliver_sandbox_event","event":"sbe_01M8A33EP2358WP096DFPDWQ3H","repeat":0}', 'deliver_sandbox_event/sbe_01M8A33EP2358WP096DFPDWQ3H/0', 'done', '2026-11-25 19:32:13.122450', NULL, 1, 0, NULL, '2026-11-25 19:32:13.122450', '2026-11-25 19:32:13.156297');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EQ34GEEBWT1F9NNY74W', 'process_webhook', '{"kind":"process_webhook","event":"evt_01M8A33EQ3PJ4Q8AJJQJF34HA4"}', 'process_webhook/evt_01M8A33EQ3PJ4Q8AJJQJF34HA4', 'done', '2026-11-25 19:32:13.155512', NULL, 1, 0, NULL, '2026-11-25 19:32:13.155512', '2026-11-25 19:32:13.183405');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EQNSR3WWKAQZ0E031TK', 'send_receipt', '{"kind":"send_receipt","receipt":"rcp_01M8A33EQNJ5GRKJ9Y6NBWS47X","copy":0}', 'send_receipt/rcp_01M8A33EQNJ5GRKJ9Y6NBWS47X/0', 'done', '2026-11-25 19:32:13.173784', NULL, 1, 0, NULL, '2026-11-25 19:32:13.173784', '2026-11-25 19:32:13.222756');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33ETJRY8T32FDXZ35Z07G', 'deliver_sandbox_event', '{"kind":"deliver_sandbox_event","event":"sbe_01M8A33ETJM5ZF0Z3GWD9YC31E","repeat":0}', 'deliver_sandbox_event/sbe_01M8A33ETJM5ZF0Z3GWD9YC31E/0', 'done', '2026-11-25 19:32:13.266455', NULL, 1, 0, NULL, '2026-11-25 19:32:13.266455', '2026-11-25 19:32:13.291440');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EV3PDW647QK5P077C5D', 'process_webhook', '{"kind":"process_webhook","event":"evt_01M8A33EV3N5ATV2RAAT2KX53W"}', 'process_webhook/evt_01M8A33EV3N5ATV2RAAT2KX53W', 'done', '2026-11-25 19:32:13.283989', NULL, 1, 0, NULL, '2026-11-25 19:32:13.283989', '2026-11-25 19:32:13.307362');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33EZ8J2CQQ395F7M3ADXB', 'send_instructions', '{"kind":"send_instructions","pledge":"plg_01M8A33EZ8PB6YT96YCYECCE1P"}', 'send_instructions/plg_01M8A33EZ8PB6YT96YCYECCE1P', 'done', '2026-11-25 19:32:13.416857', NULL, 1, 0, NULL, '2026-11-25 19:32:13.416857', '2026-11-25 19:32:13.457466');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33F0Q6NNGZFC226A999JP', 'send_instructions', '{"kind":"send_instructions","pledge":"plg_01M8A33F0PVK65SX5QNJF3PQHN"}', 'send_instructions/plg_01M8A33F0PVK65SX5QNJF3PQHN', 'done', '2026-11-25 19:32:13.463001', NULL, 1, 0, NULL, '2026-11-25 19:32:13.463001', '2026-11-25 19:32:13.506294');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33J3R6SHBKC1GPY564NMJ', 'send_receipt', '{"kind":"send_receipt","receipt":"rcp_01M8A33J3RPQCCVGCPMQJAC6JF","copy":0}', 'send_receipt/rcp_01M8A33J3RPQCCVGCPMQJAC6JF/0', 'done', '2026-11-25 19:32:16.632485', NULL, 1, 0, NULL, '2026-11-25 19:32:16.632485', '2026-11-25 19:32:17.727540');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33JA0VAPCDVG4B3FJZY5B', 'carry_out_refund', '{"kind":"carry_out_refund","refund":"rfd_01M8A33JA0N3VEYXJZAF77N061"}', 'carry_out_refund/rfd_01M8A33JA0N3VEYXJZAF77N061', 'done', '2026-11-25 19:32:16.832972', NULL, 1, 0, NULL, '2026-11-25 19:32:16.832972', '2026-11-25 19:32:17.508282');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33JANA6BGDGYJAV08K3T5', 'send_refund_notice', '{"kind":"send_refund_notice","refund":"rfd_01M8A33JA0N3VEYXJZAF77N061"}', 'send_refund_notice/rfd_01M8A33JA0N3VEYXJZAF77N061', 'done', '2026-11-25 19:32:16.853946', NULL, 1, 0, NULL, '2026-11-25 19:32:16.853946', '2026-11-25 19:32:17.600076');
INSERT INTO jobs (id, kind, payload, unique_key, status, run_at, lease_until, attempt, failures, last_error, created_at, finished_at)
    VALUES ('job_01M8A33JART2FH51735PGBJN9V', 'send_receipt', '{"kind":"send_receipt","receipt":"rcp_01M8A33JAQ96KCBFX2CGE3AB5N","copy":0}', 'send_receipt/rcp_01M8A33JAQ96KCBFX2CGE3AB5N/0', 'done', '2026-11-25 19:32:16.856185', NULL, 1, 0, NULL, '2026-11-25 19:32:16.856185', '2026-11-25 19:32:17.699309');
INSERT INTO schedules (name, next_run_at)
    VALUES ('expire_pledges', '2026-11-25 19:37:10.450362');
INSERT INTO schedules (name, next_run_at)
    VALUES ('clean_up', '2026-11-25 20:32:10.450619');
INSERT INTO inbox (id, gateway, event_id, body, status, note, received_at, processed_at)
    VALUES ('evt_01M8A33EKQN7DE46C8EPMB7ZYR', 'sandbox', 'sbe_01M8A33EKKP5AQS5110K2YZMYG', {bytes:7b226964223a227362655f30314d38413333454b4b5035415153353131304b32595a4d5947222c227061796d656e74223a7b226964223a227362705f30314d38413333454846414854424a5358503837444138523154222c22617474656d7074223a226174745f30314d38413333454833353459575036344b3347313745595a59222c22616d6f756e745f6d696e6f72223a323530302c2263757272656e6379223a22455552222c22737461747573223a22737563636565646564222c226665655f6d696e6f72223a39382c22726566756e6473223a5b5d2c226368616e6765645f6174223a22323032362d31312d32355431393a33323a31332e3034343337365a227d7d}, 'processed', NULL, '2026-11-25 19:32:13.047092', '2026-11-25 19:32:13.049179');
INSERT INTO inbox (id, gateway, event_id, body, status, note, received_at, processed_at)
    VALUES ('evt_01M8A33EQ3PJ4Q8AJJQJF34HA4', 'sandbox', 'sbe_01M8A33EP2358WP096DFPDWQ3H', {bytes:7b226964223a227362655f30314d3841333345503233353857503039364446504457513348222c227061796d656e74223a7b226964223a227362705f30314d38413333454e4634594e3244574b454332535438524343222c22617474656d7074223a226174745f30314d38413333454e4354594a504d50394d524b4b5459395439222c22616d6f756e745f6d696e6f72223a343030302c2263757272656e6379223a22474250222c22737461747573223a22737563636565646564222c226665655f6d696e6f72223a3134312c22726566756e6473223a5b5d2c226368616e6765645f6174223a22323032362d31312d32355431393a33323a31332e3132333230325a227d7d}, 'processed', NULL, '2026-11-25 19:32:13.155418', '2026-11-25 19:32:13.171937');
INSERT INTO inbox (id, gateway, event_id, body, status, note, received_at, processed_at)
    VALUES ('evt_01M8A33EV3N5ATV2RAAT2KX53W', 'sandbox', 'sbe_01M8A33ETJM5ZF0Z3GWD9YC31E', {bytes:7b226964223a227362655f30314d3841333345544a4d355a46305a33475744395943333145222c227061796d656e74223a7b226964223a227362705f30314d38413333455134344e52353159584a4a35374a5a384830222c22617474656d7074223a226174745f30314d384133334550524b3753334830545453455443414b5631222c22616d6f756e745f6d696e6f72223a313030302c2263757272656e6379223a22455552222c22737461747573223a226661696c6564222c226665655f6d696e6f72223a302c22726566756e6473223a5b5d2c226368616e6765645f6174223a22323032362d31312d32355431393a33323a31332e3236373231305a227d7d}, 'processed', NULL, '2026-11-25 19:32:13.283903', '2026-11-25 19:32:13.299865');
INSERT INTO reviews (id, kind, subject, detail, created_at, resolved_at)
    VALUES ('rev_01M8A33J390GTCQ1SM8SVDJJ1W', 'amount_differs', 'don_01M8A33J39E91GVPK89BHCKWWJ', 'EUR 14.00 arrived for a promise of EUR 15.00', '2026-11-25 19:32:16.617980', NULL);
INSERT INTO idempotency_keys (scope, key, input_hash, pledge_id, created_at)
    VALUES ('POST /api/v1/pledges', 'one', '935b77c72ef536bc54d94c5a26bc9ed0e1cd47b37c96689dc2e431f8b2adf6dd', 'plg_01M8A33F155W66DRDT7BTFC4S1', '2026-11-25 19:32:13.477457');
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('cKVc40yOeh0oVh7zjMBVEw', 1795637652962964);
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('4CH4aiCSZp8KMfwkqbcS1g', 1795635852962964);
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('H7vW9AzHRNScZ00tNCIQgA', 1795635853099708);
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('zalnu2d1UGMvvRUvRDwN4g', 1795635853144020);
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('P0PRKLbpk4z7d5j6AZoYig', 1795635853343828);
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('YtHZVseZ8cXv6Ze2CAcMlA', 1795635853415799);
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('_gRH0zVxXXSBD_dudu0-pw', 1795635853462489);
INSERT INTO rate_limits (bucket, full_at_us)
    VALUES ('iDnsCUCjaRqQjkGtgMhYQQ', 1795635853477283);
INSERT INTO sandbox_payments (id, idempotency_key, amount_minor, currency, description, return_url, status, fee_minor, refunds, changed_at, created_at)
    VALUES ('sbp_01M8A33EHFAHTBJSXP87DA8R1T', 'att_01M8A33EH354YWP64K3G17EYZY', 2500, 'EUR', 'Mainstay', 'https://give.example.org/thanks/plg_01M8A33EH32QSGF0RQFV8SBMKX.-wnZVYl7WB6uIgrjwVKcsJ7-ud0_vNcrXNCr5VSBK7U', 'succeeded', 98, '[{"id":"sbr_01M8A33JA0N3VEYXJZAF77N061","refund":"rfd_01M8A33JA0N3VEYXJZAF77N061","amount_minor":1000,"status":"succeeded","at":"2026-11-25T19:32:16.843916Z"}]', '2026-11-25 19:32:13.044376', '2026-11-25 19:32:12.975853');
INSERT INTO sandbox_payments (id, idempotency_key, amount_minor, currency, description, return_url, status, fee_minor, refunds, changed_at, created_at)
    VALUES ('sbp_01M8A33ENF4YN2DWKEC2ST8RCC', 'att_01M8A33ENCTYJPMP9MRKKTY9T9', 4000, 'GBP', 'Mainstay', 'https://give.example.org/thanks/plg_01M8A33ENCHJYE1BA468EMS8NH.lJq0j-WUs-2zeARzDzYvjSyb30m3c3bY8dlIQrKzZ18', 'succeeded', 141, '[]', '2026-11-25 19:32:13.123202', '2026-11-25 19:32:13.103449');
INSERT INTO sandbox_payments (id, idempotency_key, amount_minor, currency, description, return_url, status, fee_minor, refunds, changed_at, created_at)
    VALUES ('sbp_01M8A33EQ44NR51YXJJ57JZ8H0', 'att_01M8A33EPRK7S3H0TTSETCAKV1', 1000, 'EUR', 'Mainstay', 'https://give.example.org/thanks/plg_01M8A33EPRKRPVN4D543Y44BEG.nsvir-1XEV1bMuwY8YmyuD1co4ZlUApZ8yQM1GrbE5s', 'failed', 0, '[]', '2026-11-25 19:32:13.267210', '2026-11-25 19:32:13.156168');
INSERT INTO sandbox_payments (id, idempotency_key, amount_minor, currency, description, return_url, status, fee_minor, refunds, changed_at, created_at)
    VALUES ('sbp_01M8A33EX1FDJ66AD80F4GRD5J', 'att_01M8A33EX0VE4SY1NT2M2ZXQAA', 1200, 'EUR', 'Mainstay', 'https://give.example.org/thanks/plg_01M8A33EX0P49KWNTASHK8Z3ME.A5zYCjDXrqxDDmjaAv5xienPSArUTdSFQA7XM7uv6ig', 'open', 0, '[]', '2026-11-25 19:32:13.345896', '2026-11-25 19:32:13.345896');
INSERT INTO sandbox_payments (id, idempotency_key, amount_minor, currency, description, return_url, status, fee_minor, refunds, changed_at, created_at)
    VALUES ('sbp_01M8A33F1E5828BV8QH6PA056K', 'att_01M8A33F15E69G069GZW869T12', 500, 'EUR', 'Mainstay', 'https://give.example.org/thanks/plg_01M8A33F155W66DRDT7BTFC4S1.8_sK_WFahc-jmKrVk_d4X1x1cJ1ahYVt5zuMeSA5Flo', 'open', 0, '[]', '2026-11-25 19:32:13.486848', '2026-11-25 19:32:13.486848');
INSERT INTO sandbox_events (id, payment_id, body, created_at)
    VALUES ('sbe_01M8A33EKKP5AQS5110K2YZMYG', 'sbp_01M8A33EHFAHTBJSXP87DA8R1T', '{"id":"sbe_01M8A33EKKP5AQS5110K2YZMYG","payment":{"id":"sbp_01M8A33EHFAHTBJSXP87DA8R1T","attempt":"att_01M8A33EH354YWP64K3G17EYZY","amount_minor":2500,"currency":"EUR","status":"succeeded","fee_minor":98,"refunds":[],"changed_at":"2026-11-25T19:32:13.044376Z"}}', '2026-11-25 19:32:13.043546');
INSERT INTO sandbox_events (id, payment_id, body, created_at)
    VALUES ('sbe_01M8A33EP2358WP096DFPDWQ3H', 'sbp_01M8A33ENF4YN2DWKEC2ST8RCC', '{"id":"sbe_01M8A33EP2358WP096DFPDWQ3H","payment":{"id":"sbp_01M8A33ENF4YN2DWKEC2ST8RCC","attempt":"att_01M8A33ENCTYJPMP9MRKKTY9T9","amount_minor":4000,"currency":"GBP","status":"succeeded","fee_minor":141,"refunds":[],"changed_at":"2026-11-25T19:32:13.123202Z"}}', '2026-11-25 19:32:13.122392');
INSERT INTO sandbox_events (id, payment_id, body, created_at)
    VALUES ('sbe_01M8A33ETJM5ZF0Z3GWD9YC31E', 'sbp_01M8A33EQ44NR51YXJJ57JZ8H0', '{"id":"sbe_01M8A33ETJM5ZF0Z3GWD9YC31E","payment":{"id":"sbp_01M8A33EQ44NR51YXJJ57JZ8H0","attempt":"att_01M8A33EPRK7S3H0TTSETCAKV1","amount_minor":1000,"currency":"EUR","status":"failed","fee_minor":0,"refunds":[],"changed_at":"2026-11-25T19:32:13.267210Z"}}', '2026-11-25 19:32:13.266397');
