//! What can be wrong with the state.

use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

/// The cause of an error, as whatever the store's library gives.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why the state could not be read or written. Each names the place and, where there is something to do, what.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Another process wrote the bucket or account first; load again and decide again.
    #[error("the record of {subject:?} was changed by another process")]
    Conflict {
        /// The bucket or account.
        subject: Untrusted,
    },
    /// Another scan holds the lease.
    #[error(
        "another scan is running on this state: {holder}, since {since}; wait for it, or give this one a state of its own with `--state`"
    )]
    RunInProgress {
        /// Host and process id.
        holder: String,
        /// When it began.
        since: Timestamp,
    },
    /// The lease of this run is gone: it ran out and another scan took it.
    #[error("this scan lost its lease on the state to another one; what it had recorded stays")]
    LeaseLost,
    /// The database is damaged.
    #[error(
        "the state `{place}` is damaged ({detail}); nothing was changed in it: move it away to begin anew, or put a backup in its place"
    )]
    Damaged {
        /// Where it lies.
        place: String,
        /// What the check found.
        detail: String,
    },
    /// The place holds something that bucketwatch did not write.
    #[error(
        "`{place}` is not a state of bucketwatch ({detail}); nothing was changed in it: choose another place with `--state`"
    )]
    Foreign {
        /// Where it lies.
        place: String,
        /// What it seems to be.
        detail: String,
    },
    /// A newer bucketwatch wrote the database.
    #[error(
        "the state `{place}` was written by a newer bucketwatch (schema {found}, this one knows {known}); nothing was changed in it: update bucketwatch, or choose another place with `--state`"
    )]
    Newer {
        /// Where it lies.
        place: String,
        /// Its schema version.
        found: u32,
        /// The newest version that this program knows.
        known: u32,
    },
    /// The file or its folder cannot be written.
    #[error(
        "the state `{place}` cannot be written; make the file and its folder writable, or choose another place with `--state`"
    )]
    ReadOnly {
        /// Where it lies.
        place: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// The file or its folder cannot be opened or made.
    #[error(
        "the state `{place}` cannot be opened; check that its folder exists and is yours, or choose another place with `--state`"
    )]
    Unreadable {
        /// Where it lies.
        place: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// The disk is full.
    #[error(
        "the disk that holds the state `{place}` is full; what was recorded before stays, free some space and run again"
    )]
    DiskFull {
        /// Where it lies.
        place: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// The place cannot promise that what it acknowledges survives a power cut.
    #[error("the state `{place}` cannot be kept safely: {detail}")]
    NotDurable {
        /// Where it lies.
        place: String,
        /// What is missing.
        detail: String,
    },
    /// Somebody else kept the database locked for too long.
    #[error("the state `{place}` stayed locked by another process; try again when it is done")]
    Busy {
        /// Where it lies.
        place: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// There is no table of that name.
    #[error("there is no state at `{place}`; `bucketwatch state create --state {place}` makes one")]
    Missing {
        /// Where it should lie.
        place: String,
    },
    /// AWS refuses what the state needs.
    #[error("the state `{place}` is refused; `bucketwatch iam-policy --for state` prints what it needs")]
    Denied {
        /// Where it lies.
        place: String,
        /// What AWS says.
        #[source]
        source: Source,
    },
    /// AWS refuses calls because there are too many.
    #[error("the state `{place}` takes no more calls for now; try again later")]
    Throttled {
        /// Where it lies.
        place: String,
        /// What AWS says.
        #[source]
        source: Source,
    },
    /// A stored record cannot be understood.
    #[error("the state holds a record that cannot be read: {what}")]
    BadRecord {
        /// Which.
        what: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// Anything else.
    #[error("the state `{place}` failed")]
    Failed {
        /// Where it lies.
        place: String,
        /// Why.
        #[source]
        source: Source,
    },
}
