-- What somebody accepted by the command. It stays when it counts no longer: who accepted what is part of the history.
CREATE TABLE exception (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    until_at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
