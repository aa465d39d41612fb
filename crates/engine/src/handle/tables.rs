//! Policies of tables and of their buckets. Their actions are not judged; that one may let somebody else in is told as
//! undetermined, and never taken for nothing.
//!
//! *Unknowns*: whether S3 Tables ever takes a request without a signature is not documented (`docs/semantics.md` B9). So
//! nothing here is called public, not even what names anybody.

mod whom;
mod word;

use std::collections::BTreeMap;

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_ingest::cloudtrail::{Change, Outcome, Target};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use futures::future::join_all;
use jiff::Timestamp;

use self::word::{Asked, why};
use super::attempt::REFUSALS;
use super::desk::{AT_ONCE, Desk};
use super::{HandleError, attribution, later, not_asked};
use crate::cloud::TableAddress;
use crate::identity::id_of;
use crate::notice::{Notice, NoticeBody, Occurrence, OccurrenceKind};
use crate::state::{Commit, OutgoingNotice, Revisit};

impl Desk {
    /// Looks at the policies that `changes` touched, each once, and tells of those that may let somebody else in. Gives how
    /// many were looked at.
    pub(super) async fn tables_changed(
        &self,
        changes: &[Change],
        now: Timestamp,
    ) -> Result<usize, HandleError> {
        let mut groups: BTreeMap<Option<TableAddress>, Vec<&Change>> = BTreeMap::new();
        for change in changes {
            groups.entry(address(change)).or_default().push(change);
        }
        for change in groups.remove(&None).unwrap_or_default() {
            let mut commit = Commit { changes: vec![self.recorded(change, None, now)], ..Commit::default() };
            commit.notices.extend(self.table_unseen(change, "the event names no table", now));
            self.write(commit).await?;
        }
        let groups: Vec<_> =
            groups.iter().filter_map(|(table, group)| Some((table.as_ref()?, group))).collect();
        for part in groups.chunks(AT_ONCE) {
            let work = part.iter().map(|(table, group)| self.table_changed(table, group, now));
            for made in join_all(work).await {
                made?;
            }
        }
        Ok(groups.len())
    }

    /// Handles the changes `group` of one policy, in the order of their times. Where what is stored says nothing of others,
    /// one more look is made when AWS's answers are settled, for the latest change of all.
    async fn table_changed(
        &self,
        table: &TableAddress,
        group: &[&Change],
        now: Timestamp,
    ) -> Result<(), HandleError> {
        let subject = table.subject();
        let stored = self.looker.table_policy(table).await?;
        let planned = self.store.revisit(self.account(), Some(&subject)).await?;
        let planned_for = planned.as_ref().and_then(|planned| planned.cause.done_at());
        let done_at = |change: &Change| Some((change.at, change.id.clone()));
        let latest = group.iter().map(|change| done_at(change)).max().flatten();
        let is_overtaken = planned_for.map(|(at, id)| (at, id.to_owned())) > latest;
        let mut commit = Commit::default();
        for change in group {
            commit.changes.push(self.recorded(change, Some(&subject), now));
            let is_latest = !is_overtaken && done_at(change) == latest;
            let asked = Asked::of(change, self.owner(change));
            // What is stored is the work of the latest change.
            if !is_latest && !matches!(asked, Asked::Others(_)) {
                continue;
            }
            match why(&stored, &asked, self.owner(change)) {
                Some(why) => commit.notices.push(self.unjudged(change, why, now)),
                None => commit.revisits.push(self.next_table_look(change, subject.clone(), now)),
            }
        }
        // What an earlier change planned would be told as the earlier one's work.
        if !is_overtaken && commit.revisits.is_empty() {
            commit.revisited.extend(planned);
        }
        self.write(commit).await
    }

    /// Makes the second look at a policy, of which the first found nothing to tell.
    pub(super) async fn table_look(
        &self,
        revisit: Revisit,
        table: &TableAddress,
        now: Timestamp,
    ) -> Result<(), HandleError> {
        let stored = self.looker.table_policy(table).await?;
        let why = why(&stored, &Asked::Seen, &revisit.account);
        let mut commit = Commit::default();
        commit.notices.extend(why.and_then(|why| self.of_look(&revisit, why, now)));
        commit.revisited.push(revisit);
        self.write(commit).await
    }

    /// Gives the notice that nobody can make the second look at a policy.
    pub(super) fn unseen_table(
        &self,
        revisit: &Revisit,
        why: &str,
        now: Timestamp,
    ) -> Option<OutgoingNotice> {
        TableAddress::parse(revisit.bucket.as_ref()?.as_raw())?;
        let why = word::why(&unread(&not_asked(&revisit.account, why)), &Asked::Seen, &revisit.account)?;
        self.of_look(revisit, why, now)
    }

    /// Gives the notice of a change of a policy at which nobody here can look; of one that AWS refused, where it may have let
    /// somebody else in.
    pub(super) fn table_unseen(&self, change: &Change, why: &str, now: Timestamp) -> Option<OutgoingNotice> {
        let asked = Asked::of(change, self.owner(change));
        match &change.outcome {
            Outcome::Done => {
                let why = word::why(&unread(why), &asked, self.owner(change))?;
                Some(self.unjudged(change, why, now))
            }
            Outcome::Refused { code, .. } => {
                let is_told = matches!(asked, Asked::Others(_) | Asked::Unstated);
                let is_told = is_told && REFUSALS.contains(&code.as_raw());
                let told = || {
                    let kind = OccurrenceKind::Refused;
                    self.event_notice(kind, change, Some(code.clone()), Vec::new(), now)
                };
                is_told.then(told)
            }
        }
    }

    fn owner<'c>(&'c self, change: &'c Change) -> &'c AccountId {
        change.account.as_ref().unwrap_or(self.account())
    }

    fn unjudged(&self, change: &Change, why: String, now: Timestamp) -> OutgoingNotice {
        self.event_notice(OccurrenceKind::Unverified, change, Some(why.into()), Vec::new(), now)
    }

    fn next_table_look(&self, change: &Change, subject: Untrusted, now: Timestamp) -> Revisit {
        Revisit {
            account: self.account().clone(),
            bucket: Some(subject),
            region: change.region.as_ref().map(|region| region.as_raw().to_owned()),
            due_at: later(now, self.options.settle),
            since: now,
            attempts: 0,
            last: true,
            cause: attribution::deed(change, self.owner(change)).into(),
            objects: Vec::new(),
        }
    }

    /// Gives the notice of what a second look found, as the event's own.
    fn of_look(&self, revisit: &Revisit, why: String, now: Timestamp) -> Option<OutgoingNotice> {
        let deed = revisit.cause.deed()?;
        let (id, group_key) = (id_of(&["event", &deed.event]), deed.event.clone());
        let occurrence = Occurrence {
            kind: OccurrenceKind::Unverified,
            account: revisit.account.clone(),
            subject: revisit.bucket.clone(),
            region: revisit.region.clone(),
            deed,
            code: Some(why.into()),
            exposures: Vec::new(),
        };
        let body = NoticeBody::Event(occurrence);
        Some(self.observer.addressed(Notice { id, at: now, body, group_key }))
    }
}

/// Gives which policy a change is about, where the event names it wholly.
pub(super) fn address(change: &Change) -> Option<TableAddress> {
    match &change.target {
        Target::TableBucket(arn) => TableAddress::of_bucket(arn.as_raw()),
        Target::Table { bucket, namespace, name } => {
            TableAddress::of_table(bucket.as_raw(), namespace.as_raw(), name.as_raw())
        }
        _ => None,
    }
}

/// Gives a policy at which nobody could look, and why.
fn unread(why: &str) -> Observed<String> {
    Observed::Unreadable(Unreadable { code: why.to_owned(), passing: false })
}
