-- Events that were handled, for as long as they are remembered.
CREATE TABLE change (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    -- NULL: the account as a whole.
    bucket TEXT,
    at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    opened TEXT,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX change_subject ON change (account, bucket, at);

CREATE INDEX change_age ON change (recorded_at);

-- Looks to come; the bucket '' is the account as a whole.
CREATE TABLE revisit (
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (account, bucket)
) STRICT, WITHOUT ROWID;

CREATE INDEX revisit_due ON revisit (due_at);

CREATE INDEX transition_group ON transition (json_extract(document, '$.group_key'), sequence);
