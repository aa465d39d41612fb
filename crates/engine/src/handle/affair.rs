//! A batch of events, sorted by what has to be done: bursts on one bucket become one affair.

use std::collections::BTreeMap;

use bucketwatch_ingest::cloudtrail::{Change, Content, Kind, Scope, Target};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

/// A batch, sorted. Each list is in the order of the events' own times.
#[derive(Debug, Default)]
pub(super) struct Affairs {
    /// What touched buckets of ours, by bucket.
    pub(super) buckets: BTreeMap<Untrusted, Vec<Change>>,
    /// What touched access points whose bucket is not known yet.
    pub(super) points: Vec<Change>,
    /// What touched the account, or the organization above it.
    pub(super) account: Vec<Change>,
    /// What was refused, what touched objects or what watches, and what happened in accounts that cannot be looked at.
    pub(super) told: Vec<Change>,
}

impl Affairs {
    /// Sorts `changes`, of which those of `ours` can be looked at.
    pub(super) fn sorted(changes: Vec<Change>, ours: &AccountId) -> Self {
        let mut affairs = Self::default();
        for change in changes {
            let foreign = change.account.as_ref().is_some_and(|account| account != ours);
            match change.kind.scope() {
                _ if foreign || !change.outcome.is_done() => affairs.told.push(change),
                Scope::Bucket | Scope::AccessPoints => affairs.put(change),
                Scope::Account | Scope::Organization => affairs.account.push(change),
                Scope::Object | Scope::Watcher | Scope::Elsewhere => affairs.told.push(change),
            }
        }
        affairs
    }

    fn put(&mut self, change: Change) {
        match &change.target {
            Target::Bucket(bucket) | Target::AccessPoint { bucket: Some(bucket), .. } => {
                self.buckets.entry(bucket.clone()).or_default().push(change);
            }
            Target::Buckets { buckets, .. } if !buckets.is_empty() => {
                for bucket in buckets.clone() {
                    self.buckets.entry(bucket).or_default().push(change.clone());
                }
            }
            _ => self.points.push(change),
        }
    }

    /// Puts a change of an access point to the buckets that it is about.
    pub(super) fn found(&mut self, change: &Change, buckets: Vec<Untrusted>) {
        for bucket in buckets {
            let group = self.buckets.entry(bucket).or_default();
            group.push(change.clone());
            group.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        }
    }
}

/// Tells whether a change can concern strangers at all. Objects are written all the time; one that is written without a
/// grant to anybody is its owner's alone.
pub(super) fn concerns(change: &Change) -> bool {
    let grants = matches!(&change.content, Content::Acl(acl) if !acl.grants.is_empty());
    match change.kind {
        Kind::ObjectWritten => grants,
        Kind::ObjectEncryption => false,
        _ => true,
    }
}

/// Gives the changes of which none after it is about the same, the latest first: what they ask for is what should be.
pub(super) fn latest_of_each(group: &[Change]) -> Vec<&Change> {
    let mut latest: Vec<&Change> = Vec::new();
    for change in group.iter().rev().filter(|change| change.content != Content::Unstated) {
        if latest.iter().all(|later| later.kind != change.kind) {
            latest.push(change);
        }
    }
    latest
}
