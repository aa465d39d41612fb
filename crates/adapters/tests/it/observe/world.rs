//! A little account whose buckets change between scans.

use std::collections::BTreeMap;
use std::sync::Arc;

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::cloud::Identity;
use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::judgement::Judged;
use bucketwatch_engine::notice::NoticeBody;
use bucketwatch_engine::observe::{Observer, ScanRecorder};
use bucketwatch_engine::scan::{AccountSight, BucketSight, Recorder, Seen};
use bucketwatch_engine::state::Coverage;
use bucketwatch_engine::state::{
    BucketKey, BucketRecord, Claim, HistoryQuery, RunId, StateStore, StatusQuery, StatusRow,
};
use bucketwatch_exposure::exception::Exception;
use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{
    Acl, BlockPublicAccess, BucketSnapshot, Grant, Grantee, Ownership, Permission,
};
use bucketwatch_policy::name::{AccountId, Partition};
use jiff::Timestamp;

use super::plain::judge;

/// The account as it is, and what bucketwatch remembers of it.
pub(super) struct World {
    pub(super) store: Arc<dyn StateStore>,
    pub(super) account_block: Observed<BlockPublicAccess>,
    pub(super) buckets: BTreeMap<&'static str, Seen>,
    pub(super) accepted: Vec<Exception>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::on(Arc::new(SqliteStore::temporary().await.unwrap()))
    }

    pub(super) fn on(store: Arc<dyn StateStore>) -> Self {
        Self { store, account_block: Observed::Absent, buckets: BTreeMap::new(), accepted: Vec::new() }
    }

    pub(super) fn put(&mut self, name: &'static str, snapshot: BucketSnapshot) {
        let account = Some(account());
        let snapshot = BucketSnapshot { bucket: Some(name.into()), account, ..snapshot };
        let judged = Judged::by(judge, snapshot, Timestamp::now());
        self.buckets.insert(name, Seen::There(Box::new(judged)));
    }

    /// Scans everything, and gives what changed as `kind bucket` or `kind(inner) bucket`, sorted.
    pub(super) async fn scan(&self) -> Vec<String> {
        self.scan_in_part(None).await
    }

    /// Scans; with a reason why only in part.
    pub(super) async fn scan_in_part(&self, partial: Option<&str>) -> Vec<String> {
        let (recorder, run) = self.begin().await;
        self.record(&recorder).await;
        recorder.finish(partial.map(str::to_owned), Coverage::default()).await.unwrap();
        self.transitions(&run).await
    }

    pub(super) async fn begin(&self) -> (ScanRecorder, RunId) {
        let notifiers = vec!["log".to_owned(), "syslog".to_owned()];
        let observer =
            Observer::new(Arc::clone(&self.store), AlertKind::DEFAULT.to_vec(), notifiers).judging_by(judge);
        self.begin_with(observer.accepting(self.accepted.clone())).await
    }

    /// Begins a run that `observer` records.
    pub(super) async fn begin_with(&self, observer: Observer) -> (ScanRecorder, RunId) {
        let recorder = ScanRecorder::new(Arc::clone(&self.store), observer, "host:1".to_owned());
        let identity = Identity { account: account(), partition: Partition::Aws, arn: "arn".into() };
        let run = recorder.begin(&identity).await.unwrap();
        (recorder, run)
    }

    pub(super) async fn record(&self, recorder: &ScanRecorder) {
        let observed_at = Timestamp::now();
        let block = self.account_block.clone();
        recorder.account(AccountSight { observed_at, block }).await.unwrap();
        let sight = |(name, seen): (&&'static str, &Seen)| {
            let mut seen = seen.clone();
            if let Seen::There(judged) = &mut seen {
                let account_block = self.account_block.clone();
                let snapshot = BucketSnapshot { account_block, ..judged.snapshot.clone() };
                **judged = Judged::by(judge, snapshot, observed_at);
            }
            BucketSight { name: (*name).into(), observed_at, seen, objects: Vec::new() }
        };
        recorder.buckets(self.buckets.iter().map(sight).collect()).await.unwrap();
    }

    async fn transitions(&self, run: &RunId) -> Vec<String> {
        let query = HistoryQuery { run: Some(run.clone()), ..HistoryQuery::default() };
        let rows = self.store.history(&query).await.unwrap().rows;
        let line = |kind: &str, inner: Option<&str>, bucket: &str| match inner {
            Some(inner) => format!("{kind}({inner}) {bucket}"),
            None => format!("{kind} {bucket}"),
        };
        let mut lines: Vec<_> =
            rows.iter().map(|row| line(&row.kind, row.inner.as_deref(), row.bucket.as_raw())).collect();
        lines.sort();
        lines
    }

    /// Takes every notice that `log` waits for, as `kind bucket` or `baseline buckets/public/undetermined`.
    pub(super) async fn told(&self) -> Vec<String> {
        let at = Timestamp::now();
        let (notifier, holder) = ("log".to_owned(), "host:1".to_owned());
        let claim = Claim { notifier, holder, at, until: Timestamp::MAX, limit: 100 };
        let claimed = self.store.claim(&claim).await.unwrap();
        let mut told: Vec<_> = claimed
            .iter()
            .map(|claimed| match &claimed.notice.body {
                NoticeBody::Transitions { transitions } => {
                    let [transition] = &transitions[..] else { panic!("one transition a notice") };
                    format!("{} {}", transition.kind, transition.bucket.as_raw())
                }
                NoticeBody::Group { buckets, .. } => format!("group of {buckets}"),
                NoticeBody::Event(event) => format!("{:?} {}", event.kind, event.deed.event),
                NoticeBody::Reminder { buckets, .. } => format!("reminder of {buckets}"),
                NoticeBody::Digest { notices } => format!("digest of {}", notices.len()),
                NoticeBody::Baseline { buckets, public, accepted, undetermined, .. } => {
                    let accepted =
                        if *accepted > 0 { format!(" ({accepted} accepted)") } else { String::new() };
                    format!("baseline {buckets}/{public}{accepted}/{undetermined}")
                }
            })
            .collect();
        told.sort();
        told
    }

    pub(super) async fn stored(&self, name: &str) -> BucketRecord {
        let key = BucketKey { account: account(), name: name.into() };
        self.store.load(&[key]).await.unwrap().remove(0)
    }

    pub(super) async fn status(&self) -> Vec<StatusRow> {
        self.store.status(&StatusQuery::default()).await.unwrap().rows
    }
}

pub(super) fn account() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

/// A bucket that nobody outside reaches.
pub(super) fn shut() -> BucketSnapshot {
    BucketSnapshot {
        bucket: None,
        account: None,
        partition: Partition::Aws,
        region: Some("eu-west-1".to_owned()),
        organization: None,
        policy: Observed::Absent,
        policy_status: Observed::NotAsked,
        acl: Observed::Present(Acl { owner: None, grants: Vec::new() }),
        ownership: Observed::Present(Ownership::ObjectWriter),
        bucket_block: Observed::Absent,
        account_block: Observed::NotAsked,
        website: Observed::NotAsked,
        requester_pays: Observed::Present(false),
        default_encryption: Observed::NotAsked,
        tags: Observed::NotAsked,
        access_points: Observed::NotAsked,
        multi_region_access_points: Observed::NotAsked,
        resource_control_policies: Observed::NotAsked,
        object_acls: Observed::NotAsked,
    }
}

/// A bucket whose ACL lets everybody do `permission`.
pub(super) fn open_for(permission: Permission) -> BucketSnapshot {
    let everybody = Grantee::Group("http://acs.amazonaws.com/groups/global/AllUsers".into());
    let grants = vec![Grant { grantee: everybody, permission }];
    BucketSnapshot { acl: Observed::Present(Acl { owner: None, grants }), ..shut() }
}

/// A bucket whose ACL lets everybody list it.
pub(super) fn open() -> BucketSnapshot {
    open_for(Permission::Read)
}

/// A bucket that could not be read for want of permission.
pub(super) fn denied() -> BucketSnapshot {
    BucketSnapshot { acl: Observed::Unreadable(Unreadable::denied()), ..shut() }
}

/// A bucket that could not be read because AWS was busy.
pub(super) fn throttled() -> BucketSnapshot {
    let why = Unreadable { code: "SlowDown".to_owned(), passing: true };
    BucketSnapshot { acl: Observed::Unreadable(why), ..shut() }
}
