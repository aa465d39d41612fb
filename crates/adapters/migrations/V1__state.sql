-- Times are nanoseconds since 1970. Ranks sort as they are shown: the worst first.

CREATE TABLE run (
    id TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    leased_until INTEGER NOT NULL,
    ended_at INTEGER,
    partial TEXT,
    coverage TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX run_started ON run (started_at);

CREATE TABLE account (
    account TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    partition TEXT NOT NULL,
    block_observed_at INTEGER,
    block TEXT,
    revision INTEGER NOT NULL,
    failed_runs INTEGER NOT NULL,
    looked_at INTEGER NOT NULL,
    looked_run TEXT,
    baseline_run TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE bucket (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    region TEXT,
    incarnation INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL,
    looked_at INTEGER NOT NULL,
    looked_run TEXT,
    failed_runs INTEGER NOT NULL,
    account_revision INTEGER NOT NULL,
    sight_lost_at INTEGER,
    deleted_at INTEGER,
    -- The last look: public 0, undetermined 1, not public 2; NULL once it is deleted.
    verdict_rank INTEGER,
    -- Critical 0 … informational 4, no exposure 5.
    severity_rank INTEGER,
    objects TEXT,
    observed_at INTEGER,
    assessment TEXT,
    -- The last determined assessment.
    standing_verdict_rank INTEGER,
    standing_since INTEGER,
    standing TEXT,
    standing_side TEXT,
    UNIQUE (account, name)
) STRICT;

CREATE INDEX bucket_shown ON bucket (verdict_rank, severity_rank, account, name) WHERE verdict_rank IS NOT NULL;

CREATE TABLE facet (
    bucket INTEGER NOT NULL REFERENCES bucket (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    observed_at INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (bucket, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE policy (
    digest TEXT NOT NULL PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE facet_policy (
    bucket INTEGER NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES policy (digest),
    PRIMARY KEY (bucket, kind, digest),
    FOREIGN KEY (bucket, kind) REFERENCES facet (bucket, kind) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX facet_policy_digest ON facet_policy (digest);

CREATE TABLE transition (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    bucket TEXT NOT NULL,
    run TEXT,
    document TEXT NOT NULL
) STRICT;

CREATE INDEX transition_bucket ON transition (bucket, sequence);

CREATE INDEX transition_run ON transition (run, sequence) WHERE run IS NOT NULL;

CREATE TABLE notice (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    written_at INTEGER NOT NULL,
    document TEXT NOT NULL
) STRICT;

-- A delivery is here as long as it is not made. A claim moves `due_at` to the end of its lease.
CREATE TABLE delivery (
    notifier TEXT NOT NULL,
    notice INTEGER NOT NULL REFERENCES notice (sequence),
    -- When the notice was written or the delivery was revived: its age decides when it is given up.
    since_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    lease INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    failures INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    dead_at INTEGER,
    PRIMARY KEY (notifier, notice)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_due ON delivery (notifier, due_at) WHERE dead_at IS NULL;

CREATE INDEX delivery_notice ON delivery (notice);
