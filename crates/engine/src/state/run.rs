//! A scan run and its lease.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The id of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// Gives an id that no other run has; ids of later runs sort later.
    pub fn unique() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }

    /// Takes `text` as an id, for stored ones and tests.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Gives the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What opens a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRequest {
    /// Its id.
    pub id: RunId,
    /// Who asks, for the message to a second scan: host and process id.
    pub holder: String,
    /// Now.
    pub at: Timestamp,
    /// When the lease ends unless it is renewed. A store that the kernel unlocks at the holder's death looks at the
    /// lock alone.
    pub until: Timestamp,
}

/// A run as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Who runs it.
    pub holder: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How it ended; `None` while it is open.
    pub end: Option<RunEnd>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// When.
    pub at: Timestamp,
    /// Why it is partial; `None` = it is complete.
    pub partial: Option<String>,
    /// What it covered.
    pub coverage: Coverage,
}

impl RunEnd {
    /// What the record of a run says whose process died.
    pub const INTERRUPTED: &str = "interrupted";

    /// Gives the end of a run whose process died, as it was found out at the instant `at`.
    pub fn interrupted(at: Timestamp) -> Self {
        Self { at, partial: Some(Self::INTERRUPTED.to_owned()), coverage: Coverage::default() }
    }
}

/// What a run covered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// Buckets looked at.
    pub buckets: u64,
    /// Of these, undetermined.
    pub undetermined: u64,
    /// Of these, with object ACLs that can matter and that nobody checked.
    pub objects_unchecked: u64,
    /// Calls made.
    pub calls: u64,
    /// Attempts beyond the first.
    pub retries: u64,
}
