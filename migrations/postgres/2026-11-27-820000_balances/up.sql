-- What each account of the books holds: the sum of its lines, kept in the transaction that writes them, so that reading it
-- costs the same after any number of gifts. `mainstay doctor` holds it against a recount.
CREATE TABLE ledger_balances (
    account TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (account, currency)
);
INSERT INTO ledger_balances (account, currency, amount_minor)
    SELECT account, currency, CAST(SUM(amount_minor) AS BIGINT) FROM ledger_postings GROUP BY account, currency;
