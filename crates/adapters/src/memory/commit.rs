//! What was observed, what it means, and who is told: all of it or nothing.

use bucketwatch_engine::state::{AccountRecord, BucketRecord, Commit, StateError};
use bucketwatch_policy::untrusted::Untrusted;

use super::Memory;

impl Memory {
    /// Writes `commit`, once nothing in it is older than what is remembered.
    pub(super) fn commit(&mut self, commit: Commit) -> Result<(), StateError> {
        if let Some(run) = &commit.run {
            self.open_run(run)?;
        }
        self.check_versions(&commit)?;
        for account in commit.accounts {
            let written = AccountRecord { version: account.version + 1, ..account };
            self.accounts.insert(written.account.clone(), written);
        }
        for bucket in commit.buckets {
            let written = BucketRecord { version: bucket.version + 1, ..bucket };
            self.buckets.insert(written.key.clone(), written);
        }
        if let Some(reminded) = commit.reminded {
            self.reminders.insert(reminded.account, reminded.at);
        }
        self.transitions.extend(commit.transitions);
        commit.notices.into_iter().for_each(|outgoing| self.outbox.post(outgoing));
        self.exceptions
            .extend(commit.exceptions.into_iter().map(|exception| (exception.id.clone(), exception)));
        for change in commit.changes {
            self.changes.entry(change.deed.event.clone()).or_insert(change);
        }
        self.settle_revisits(&commit.revisited);
        self.plan_revisits(commit.revisits);
        Ok(())
    }

    fn check_versions(&self, commit: &Commit) -> Result<(), StateError> {
        for account in &commit.accounts {
            let stored = self.accounts.get(&account.account).map_or(0, |stored| stored.version);
            fresh(stored == account.version, || Untrusted::new(account.account.as_str()))?;
        }
        for bucket in &commit.buckets {
            let stored = self.buckets.get(&bucket.key).map_or(0, |stored| stored.version);
            fresh(stored == bucket.version, || bucket.key.name.clone())?;
        }
        let Some(reminded) = &commit.reminded else { return Ok(()) };
        let stored = self.reminders.get(&reminded.account).copied();
        fresh(stored == reminded.before, || Untrusted::new(reminded.account.as_str()))
    }
}

fn fresh(is_fresh: bool, subject: impl FnOnce() -> Untrusted) -> Result<(), StateError> {
    if is_fresh { Ok(()) } else { Err(StateError::Conflict { subject: subject() }) }
}
