//! A batch of events, sorted by what has to be done: bursts on one bucket become one affair.

use std::collections::BTreeMap;

use bucketwatch_ingest::cloudtrail::{Change, Content, Kind, Scope, Target};
use bucketwatch_policy::untrusted::Untrusted;

use super::object;

/// A batch, sorted. Each list is in the order of the events' own times.
#[derive(Debug, Default)]
pub(super) struct Affairs {
    /// What touched buckets, by bucket.
    pub(super) buckets: BTreeMap<Untrusted, Vec<Change>>,
    /// What touched access points whose bucket is not known yet.
    pub(super) points: Vec<Change>,
    /// What touched the account, or the organization above it.
    pub(super) account: Vec<Change>,
    /// What touched the policies of tables and of their buckets.
    pub(super) tables: Vec<Change>,
    /// What was refused, what touched what watches, and what nobody here can look at.
    pub(super) told: Vec<Change>,
    /// Why nobody can.
    pub(super) why: String,
}

impl Affairs {
    /// Sorts `changes` of an account that can be looked at.
    pub(super) fn sorted(changes: Vec<Change>) -> Self {
        let mut affairs = Self { why: "the event names no object".to_owned(), ..Self::default() };
        for change in changes {
            match change.kind.scope() {
                _ if !change.outcome.is_done() => affairs.told.push(change),
                Scope::Bucket | Scope::AccessPoints => affairs.put(change),
                Scope::Object if object::named(&change).is_some() || change.kind == Kind::ObjectDeleted => {
                    affairs.put(change);
                }
                Scope::Account | Scope::Organization => affairs.account.push(change),
                Scope::Table => affairs.tables.push(change),
                Scope::Object | Scope::Watcher => affairs.told.push(change),
            }
        }
        affairs
    }

    /// Gives `changes` of an account that cannot be looked at, and `why`.
    pub(super) fn out_of_reach(changes: Vec<Change>, why: String) -> Self {
        Self { told: changes, why, ..Self::default() }
    }

    fn put(&mut self, change: Change) {
        match &change.target {
            Target::Bucket(bucket)
            | Target::Object { bucket, .. }
            | Target::AccessPoint { bucket: Some(bucket), .. } => {
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

/// Tells whether a look is what a change asks for.
pub(super) fn asks_for_a_look(change: &Change) -> bool {
    change.outcome.is_done() && change.kind.scope() != Scope::Watcher
}

/// Gives the changes of the bucket itself of which none after it is about the same, the latest first: what they ask for
/// is what should be.
pub(super) fn latest_of_each(group: &[Change]) -> Vec<&Change> {
    let mut latest: Vec<&Change> = Vec::new();
    let stated =
        |change: &&Change| change.content != Content::Unstated && change.kind.scope() != Scope::Object;
    for change in group.iter().rev().filter(stated) {
        if latest.iter().all(|later| later.kind != change.kind) {
            latest.push(change);
        }
    }
    latest
}
