-- When somebody was last reminded of what is still open.
CREATE TABLE reminder (
    account TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
