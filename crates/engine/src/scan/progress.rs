//! How far a scan is.

use crate::cloud::CallEffort;

/// Is told how far a scan is, after every page of the listing and every bucket. Must return at once.
pub trait Progress: Send + Sync {
    /// Takes the counts of this moment.
    fn update(&self, tally: Tally);
}

/// Counts of a scan under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Buckets listed so far.
    pub listed: u64,
    /// Whether that is all of them.
    pub listing_done: bool,
    /// Buckets looked at.
    pub looked_at: u64,
    /// Calls so far.
    pub effort: CallEffort,
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn update(&self, _tally: Tally) {}
}
