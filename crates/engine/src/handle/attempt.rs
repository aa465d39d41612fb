//! Events that are told for their own sake, by what they ask for.

use bucketwatch_exposure::assessment::{Assessment, Exposure, Path};
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BucketSnapshot, ObjectAcl};
use bucketwatch_ingest::cloudtrail::{Change, Content, Kind, Outcome, Scope, Target};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::affair::Affairs;
use super::desk::Desk;
use super::{HandleError, attribution, tables};
use crate::identity::id_of;
use crate::judgement::{Judge, assess_with};
use crate::notice::{Notice, NoticeBody, Occurrence, OccurrenceKind};
use crate::report::wire;
use crate::state::{BucketKey, ChangeRecord, Commit, OutgoingNotice, StateError};

/// Error codes that say that somebody may not, or that a block refused; others say that the request was wrong.
///
/// *Source*: S3 API reference, "Error responses" (read 2026-11-22); of S3 Tables, "PutTablePolicy" (read 2026-11-23).
pub(super) const REFUSALS: [&str; 7] = [
    "AccessDenied",
    "AccessDeniedException",
    "ForbiddenException",
    "UnauthorizedOperation",
    "AccessControlListNotSupported",
    "InvalidBucketAclWithObjectOwnership",
    "InvalidBucketAclWithBlockPublicAccessError",
];

/// What a request asked for, as exposures to strangers.
#[derive(Default)]
pub(crate) struct Asked {
    /// Those that would be open, or may be.
    open: Vec<Exposure>,
    /// Those that a block would hold.
    held: Vec<Exposure>,
}

impl Asked {
    /// Tells whether it asked for anything.
    pub(crate) fn is_any(&self) -> bool {
        !self.open.is_empty() || !self.held.is_empty()
    }
}

impl Desk {
    /// Tells what has to be told for its own sake, and records every event that touches no bucket of ours.
    pub(super) async fn tell(&self, affairs: &Affairs, now: Timestamp) -> Result<(), HandleError> {
        for change in &affairs.told {
            let mut commit = Commit {
                changes: vec![self.recorded(change, change.target.bucket(), now)],
                ..Commit::default()
            };
            commit.notices.extend(match change.kind.scope() {
                Scope::Watcher => self.watched(change, now),
                Scope::Table => self.table_unseen(change, &affairs.why, now),
                _ => self.told(change, &affairs.why, now).await?,
            });
            self.write(commit).await?;
        }
        let nowhere = affairs.points.iter().map(|change| {
            let record = self.recorded(change, None, now);
            ChangeRecord { opened: None, ..record }
        });
        let wide = affairs.account.iter().map(|change| self.recorded(change, None, now));
        let changes: Vec<_> = nowhere.chain(wide).collect();
        if changes.is_empty() {
            return Ok(());
        }
        self.write(Commit { changes, ..Commit::default() }).await
    }

    /// Gives what is remembered of `change`.
    pub(super) fn recorded(
        &self,
        change: &Change,
        bucket: Option<&Untrusted>,
        now: Timestamp,
    ) -> ChangeRecord {
        attribution::record(change, bucket, change.account.as_ref().unwrap_or(self.account()), now)
    }

    /// Gives the notice of a refused attempt, or of a change that nobody here can look at.
    async fn told(
        &self,
        change: &Change,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<OutgoingNotice>, StateError> {
        let known = self.known(change).await?;
        let is_known = known.is_some();
        let asked = self.asked_for(change, known.unwrap_or_else(|| self.unseen(change)), now);
        Ok(match &change.outcome {
            Outcome::Refused { code, .. } => self.refused(change, code, asked, now),
            Outcome::Done if !is_known && lifts(change) => {
                let why = Some(why.into());
                Some(self.event_notice(OccurrenceKind::Unverified, change, why, asked.open, now))
            }
            Outcome::Done => self.unverified(change, why.to_owned(), asked, now),
        })
    }

    /// Gives the notice of an attempt that AWS refused; `None` where it would have opened nothing, or was merely wrong.
    fn refused(
        &self,
        change: &Change,
        code: &Untrusted,
        asked: Asked,
        now: Timestamp,
    ) -> Option<OutgoingNotice> {
        attribution::opened(change).filter(|_| REFUSALS.contains(&code.as_raw()))?;
        let exposures: Vec<_> = asked.open.into_iter().chain(asked.held).collect();
        // Whatever that would have led to.
        let told = !exposures.is_empty() || lifts(change);
        let code = Some(code.clone());
        told.then(|| self.event_notice(OccurrenceKind::Refused, change, code, exposures, now))
    }

    /// Gives the notice of a change of which nobody can read what it led to; `None` where it asks to let no stranger in.
    pub(super) fn unverified(
        &self,
        change: &Change,
        why: String,
        asked: Asked,
        now: Timestamp,
    ) -> Option<OutgoingNotice> {
        let Asked { open, .. } = asked;
        let code = Some(why.into());
        (!open.is_empty()).then(|| self.event_notice(OccurrenceKind::Unverified, change, code, open, now))
    }

    /// Gives what the state knows of the bucket that `change` is about.
    async fn known(&self, change: &Change) -> Result<Option<BucketSnapshot>, StateError> {
        let account = change.account.as_ref().unwrap_or(self.account()).clone();
        match change.target.bucket().cloned() {
            Some(name) => self.observer.known(&BucketKey { account, name }).await,
            None => Ok(None),
        }
    }

    /// Gives what is known of a bucket that nobody has seen.
    fn unseen(&self, change: &Change) -> BucketSnapshot {
        let account = change.account.as_ref().unwrap_or(self.account()).clone();
        let bucket = change.target.bucket().cloned();
        BucketSnapshot { account: Some(account), ..BucketSnapshot::unseen(bucket) }
    }

    /// Gives what strangers could do by what `change` asks for, as [`asked_for`] does.
    pub(super) fn asked_for(&self, change: &Change, snapshot: BucketSnapshot, now: Timestamp) -> Asked {
        asked_for(self.judge, change, snapshot, now)
    }

    /// Gives the notice of an event; a repeat of the event gives the same.
    pub(super) fn event_notice(
        &self,
        kind: OccurrenceKind,
        change: &Change,
        code: Option<Untrusted>,
        exposures: Vec<Exposure>,
        now: Timestamp,
    ) -> OutgoingNotice {
        let account = change.account.as_ref().unwrap_or(self.account()).clone();
        let subject = match &change.target {
            Target::Watcher(name) | Target::Buckets { name, .. } => Some(name.clone()),
            Target::AccessPoint { name, bucket } => Some(bucket.clone().unwrap_or_else(|| name.clone())),
            Target::TableBucket(bucket) | Target::Table { bucket, .. } => {
                Some(tables::address(change).map_or_else(|| bucket.clone(), |table| table.subject()))
            }
            target => target.bucket().cloned(),
        };
        let shown = exposures.iter().map(wire::Exposure::from);
        let occurrence = Occurrence {
            kind,
            subject,
            region: change.region.as_ref().map(|region| region.as_raw().to_owned()),
            deed: attribution::deed(change, &account),
            account,
            code,
            exposures: shown.filter_map(|exposure| serde_json::to_value(exposure).ok()).collect(),
        };
        self.observer.addressed(Notice {
            id: id_of(&["event", &change.id]),
            at: now,
            body: NoticeBody::Event(occurrence),
            group_key: change.id.clone(),
        })
    }
}

/// Tells whether `change` lifts a block, or says nothing of what it asks for: who that lets in depends on what it does not
/// show.
fn lifts(change: &Change) -> bool {
    let depends = matches!(change.content, Content::Unstated | Content::Block(_) | Content::Ownership(_));
    depends && attribution::opened(change).is_some()
}

/// Gives what strangers could do by what `change` asks for, if AWS had done it and all else were as in `snapshot`.
pub(crate) fn asked_for(
    judge: Judge,
    change: &Change,
    mut snapshot: BucketSnapshot,
    now: Timestamp,
) -> Asked {
    let before = strangers(&assess_with(judge, &snapshot, now));
    let path = match (&change.target, &change.content) {
        (Target::Object { key, version_id, .. }, Content::Acl(acl)) => {
            let grants = Observed::Present(acl.grants.clone());
            let (key, version_id) = (key.clone(), version_id.clone());
            let object = ObjectAcl { key, version_id, owner: acl.owner.clone(), grants };
            snapshot.object_acls = Observed::Present(vec![object]);
            Some(Path::ObjectAcl)
        }
        // A policy of an access point says nothing of the bucket's own.
        (Target::Object { .. } | Target::AccessPoint { .. } | Target::Buckets { .. }, _) => {
            return Asked::default();
        }
        (_, Content::Block(flags)) if change.kind == Kind::AccountBlock => {
            snapshot.account_block = flags.map_or(Observed::Absent, Observed::Present);
            None
        }
        (_, content) => {
            content.impose(&mut snapshot);
            match content {
                Content::Policy(_) => Some(Path::BucketPolicy),
                Content::Acl(_) | Content::Bucket { .. } => Some(Path::BucketAcl),
                _ => None,
            }
        }
    };
    let after = assess_with(judge, &snapshot, now);
    let is_known = |exposure: &Exposure| before.iter().any(|old| old.fingerprint == exposure.fingerprint);
    // What a policy or ACL asks for is all that it lets in; what lifting a block asks for is what this newly lets in.
    let is_asked = |exposure: &Exposure| match path {
        Some(path) => exposure.path == path,
        None => !is_known(exposure),
    };
    let held = after.latent.iter().map(|latent| latent.exposure.clone());
    Asked {
        open: strangers(&after).into_iter().filter(is_asked).collect(),
        held: held.filter(|exposure| path.is_some() && exposure.is_to_strangers()).filter(is_asked).collect(),
    }
}

/// Gives what is open to strangers, or may be, each way in once.
fn strangers(assessment: &Assessment) -> Vec<Exposure> {
    let in_doubt = assessment.undetermined.iter().flat_map(|gap| &gap.exposures);
    let mut found: Vec<Exposure> = Vec::new();
    for exposure in assessment.exposures.iter().chain(in_doubt).filter(|exposure| exposure.is_to_strangers())
    {
        if found.iter().all(|other| other.fingerprint != exposure.fingerprint) {
            found.push(exposure.clone());
        }
    }
    found
}
