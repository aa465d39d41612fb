//! Events that were handled, and looks to come.

use std::cmp::Reverse;

use bucketwatch_engine::state::{BucketKey, ChangeRecord, Revisit};
use jiff::Timestamp;

use super::Memory;

impl Memory {
    /// Gives the events about a bucket and about its account, the latest first.
    pub(super) fn changes_of(&self, key: &BucketKey, limit: usize) -> Vec<ChangeRecord> {
        let concerns = |change: &&ChangeRecord| {
            change.account == key.account && change.bucket.as_ref().is_none_or(|bucket| *bucket == key.name)
        };
        let mut found: Vec<&ChangeRecord> = self.changes.values().filter(concerns).collect();
        found.sort_by_key(|change| Reverse((change.deed.at, &change.deed.event)));
        found.into_iter().take(limit).cloned().collect()
    }

    /// Forgets events that were recorded before `instant`.
    pub(super) fn forget(&mut self, instant: Timestamp) -> u64 {
        let before = self.changes.len();
        self.changes.retain(|_, change| change.recorded_at >= instant);
        (before - self.changes.len()) as u64
    }

    /// Gives looks that are due, the longest overdue first.
    pub(super) fn due_revisits(&self, now: Timestamp, limit: usize) -> Vec<Revisit> {
        let due = self.revisits.values().filter(|revisit| revisit.due_at <= now);
        let mut due: Vec<&Revisit> = due.collect();
        due.sort_by_key(|revisit| revisit.due_at);
        due.into_iter().take(limit).cloned().collect()
    }

    /// Plans looks, each in the place of the one that is planned.
    pub(super) fn plan_revisits(&mut self, revisits: Vec<Revisit>) {
        for revisit in revisits {
            self.revisits.insert((revisit.account.clone(), revisit.bucket.clone()), revisit);
        }
    }

    /// Removes looks that are done, unless they were planned anew.
    pub(super) fn settle_revisits(&mut self, done: &[Revisit]) {
        for revisit in done {
            let key = (revisit.account.clone(), revisit.bucket.clone());
            if self.revisits.get(&key) == Some(revisit) {
                self.revisits.remove(&key);
            }
        }
    }
}
