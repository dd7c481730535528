-- How many deliveries retention has removed, so that the ledger goes on counting them. A row is added to in the very
-- transaction that removes them. The currency is that of their completions: the ledger never mixes two.
CREATE TABLE ended_deliveries (
    app_id   TEXT NOT NULL,
    -- Days since 1970-01-01, UTC, on which they were created.
    day      BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status   TEXT NOT NULL CHECK (status IN ('delivered', 'dead', 'canceled')),
    count    BIGINT NOT NULL CHECK (count > 0),
    PRIMARY KEY (app_id, day, currency, status)
);

-- "Where is my reward?", asked with a click. Almost no completion of most installations has one.
CREATE INDEX completions_by_click ON completions (click_id, id) WHERE click_id IS NOT NULL;
