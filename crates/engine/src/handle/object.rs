//! What touched objects: which of it can concern strangers, and which objects are to be looked at for it.
//!
//! Objects are written all the time. One that is written without a grant to anybody is its owner's alone, and matters
//! only where it takes the place of one that was open.

use std::collections::BTreeMap;

use bucketwatch_exposure::assessment::Objects;
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{Acl, ObjectAcl};
use bucketwatch_ingest::cloudtrail::{Change, Content, Kind, Scope, Target};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::bucket::Looked;
use super::desk::Desk;
use crate::cloud::ObjectName;
use crate::notice::OccurrenceKind;
use crate::observe::kept;
use crate::state::{BucketKey, BucketRecord, OutgoingNotice, StateError};

/// How many buckets are loaded at once.
const LOADED: usize = 64;

/// Why an object that could be read is told by itself.
const NO_ROOM: &str = "as many open objects of this bucket are known as are kept";

/// Whether a change can concern strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Concern {
    /// It can.
    Yes,
    /// It can where ACLs count.
    WhereAclsCount,
    /// It can where the object was open before.
    WhereOpenBefore,
    /// It cannot.
    No,
}

impl Concern {
    fn of(change: &Change) -> Self {
        match change.kind {
            Kind::ObjectWritten if grants(change) => Self::Yes,
            Kind::ObjectEncryption => Self::No,
            Kind::ObjectWritten | Kind::ObjectDeleted if change.outcome.is_done() => Self::WhereOpenBefore,
            Kind::UploadCompleted if change.outcome.is_done() => Self::WhereAclsCount,
            Kind::ObjectWritten | Kind::ObjectDeleted | Kind::UploadCompleted => Self::No,
            _ => Self::Yes,
        }
    }
}

impl Desk {
    /// Gives those of `changes` that can concern strangers, by what is known of their buckets.
    pub(super) async fn concerning(&self, changes: Vec<Change>) -> Result<Vec<Change>, StateError> {
        let in_doubt = |change: &&Change| {
            matches!(Concern::of(change), Concern::WhereAclsCount | Concern::WhereOpenBefore)
        };
        let mut keys: Vec<BucketKey> =
            changes.iter().filter(in_doubt).filter_map(|change| self.key_of(change)).collect();
        keys.sort();
        keys.dedup();
        let mut known: BTreeMap<BucketKey, BucketRecord> = BTreeMap::new();
        for part in keys.chunks(LOADED) {
            let records = self.store.load(part).await?;
            known.extend(records.into_iter().map(|record| (record.key.clone(), record)));
        }
        let concerns = |change: &Change| {
            let stored = || self.key_of(change).and_then(|key| known.get(&key));
            match Concern::of(change) {
                Concern::Yes => true,
                Concern::No => false,
                Concern::WhereOpenBefore => !open_before(change, stored()).is_empty(),
                Concern::WhereAclsCount => can_matter(stored()) || !open_before(change, stored()).is_empty(),
            }
        };
        Ok(changes.into_iter().filter(concerns).collect())
    }

    fn key_of(&self, change: &Change) -> Option<BucketKey> {
        let account = change.account.as_ref().unwrap_or(self.account()).clone();
        Some(BucketKey { account, name: change.target.bucket()?.clone() })
    }

    /// Gives the notices of objects that were asked for their ACLs and did not give them, and of those that find no room.
    pub(super) fn of_objects(
        &self,
        group: &[Change],
        looked: &Looked,
        now: Timestamp,
    ) -> Vec<OutgoingNotice> {
        let told = |change: &Change| {
            let name = named(change)?;
            let seen = looked.objects.iter().find(|sight| sight.object == name);
            if let Some(Observed::Unreadable(why)) = seen.map(|sight| &sight.acl) {
                let told = || self.unread_object(change, why.code.clone(), looked, now);
                return (!why.passing).then(told).flatten();
            }
            let open = looked.left_out.iter().find(|object| is(object, &name))?;
            let Observed::Present(grants) = open.grants.clone() else { return None };
            let acl = Acl { owner: open.owner.clone(), grants };
            let change = Change { content: Content::Acl(acl), ..change.clone() };
            let asked = self.asked_for(&change, looked.snapshot.clone(), now);
            self.unverified(&change, NO_ROOM.to_owned(), asked, now)
        };
        group.iter().filter_map(told).collect()
    }

    /// Gives the notice of an object whose ACL may not be read: of what the event asks for, or that nobody can say.
    fn unread_object(
        &self,
        change: &Change,
        why: String,
        looked: &Looked,
        now: Timestamp,
    ) -> Option<OutgoingNotice> {
        if change.kind == Kind::ObjectAcl && change.content == Content::Unstated {
            let why = Some(why.into());
            return Some(self.event_notice(OccurrenceKind::Unverified, change, why, Vec::new(), now));
        }
        let asked = self.asked_for(change, looked.snapshot.clone(), now);
        self.unverified(change, why, asked, now)
    }
}

/// Gives the objects to look at for `group`, which touched a bucket of which `stored` is known: those that may have
/// become open, and those of the same keys that were.
pub(super) fn touched(group: &[Change], stored: Option<&BucketRecord>) -> Vec<ObjectName> {
    let mut objects = Vec::new();
    for change in group.iter().filter(|change| change.kind.scope() == Scope::Object) {
        let may_open = match change.kind {
            Kind::ObjectAcl | Kind::UploadCompleted => true,
            Kind::ObjectWritten => grants(change),
            _ => false,
        };
        objects.extend(named(change).filter(|_| may_open && can_matter(stored)));
        objects.extend(open_before(change, stored));
    }
    distinct(objects)
}

/// Gives the objects of the bucket that are known to be open, and `others`, each once.
pub(super) fn with_open(stored: Option<&BucketRecord>, others: &[ObjectName]) -> Vec<ObjectName> {
    distinct(known_open(stored).into_iter().chain(others.iter().cloned()).collect())
}

/// Gives the object that `change` names.
pub(super) fn named(change: &Change) -> Option<ObjectName> {
    let Target::Object { key, version_id, .. } = &change.target else { return None };
    let named = !key.as_raw().is_empty();
    named.then(|| ObjectName { key: key.clone(), version_id: version_id.clone() })
}

/// Gives the open objects that `change` may have shut: those of its key, or all where it names none.
fn open_before(change: &Change, stored: Option<&BucketRecord>) -> Vec<ObjectName> {
    let key: Option<Untrusted> = named(change).map(|name| name.key);
    let is_meant = |open: &ObjectName| key.as_ref().is_none_or(|key| *key == open.key);
    known_open(stored).into_iter().filter(is_meant).collect()
}

fn known_open(stored: Option<&BucketRecord>) -> Vec<ObjectName> {
    stored.map(|record| kept(&record.facets)).unwrap_or_default()
}

/// Tells whether an object's ACL can matter, as far as is known: of a bucket that nobody has seen it can.
fn can_matter(stored: Option<&BucketRecord>) -> bool {
    let shown = stored.and_then(|record| record.assessment.as_ref());
    shown.is_none_or(|shown| shown.objects != Objects::CannotMatter)
}

fn grants(change: &Change) -> bool {
    matches!(&change.content, Content::Acl(acl) if !acl.grants.is_empty())
}

fn is(object: &ObjectAcl, name: &ObjectName) -> bool {
    object.key == name.key && object.version_id == name.version_id
}

fn distinct(mut objects: Vec<ObjectName>) -> Vec<ObjectName> {
    objects.sort();
    objects.dedup();
    objects
}
