//! An account on loopback, a connection to it, and a recorder that keeps all it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bucketwatch_adapters::aws::{AwsCloud, ConnectOptions, Embedded, connect};
use bucketwatch_engine::cloud::{BucketAddress, Identity};
use bucketwatch_engine::scan::{
    AccountSight, BucketSight, Recorded, Recorder, ScanOptions, ScanOutcome, Seen, scan,
};
use bucketwatch_engine::state::{Coverage, RunId, StateError};
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::assessment::{Assessment, Verdict};
use bucketwatch_policy::name::AccountId;
use bucketwatch_sandbox::{Account, Handle, Sandbox, SandboxConfig};
use jiff::Timestamp;

pub(super) const KEY: &str = "AKIATESTTESTTESTTEST";

pub(super) async fn sandbox(account: Account) -> Handle {
    Sandbox::start(SandboxConfig::new(account)).await.unwrap()
}

pub(super) fn account_id() -> AccountId {
    AccountId::parse("123456789012").unwrap()
}

pub(super) fn to(url: &str) -> ConnectOptions {
    let embedded = Embedded { url: url.to_owned(), access_key_id: KEY.to_owned() };
    ConnectOptions { embedded: Some(embedded), ..ConnectOptions::default() }
}

pub(super) async fn connected(sandbox: &Handle) -> AwsCloud {
    connect(&to(&sandbox.endpoint_url())).await.unwrap()
}

pub(super) fn address(name: &str, region: Option<&str>, owner: &AccountId) -> BucketAddress {
    BucketAddress { name: name.into(), region: region.map(str::to_owned), owner: owner.clone() }
}

/// Scans what the options connect to and gives what was seen.
pub(super) async fn scanned(options: &ConnectOptions) -> (Arc<Notebook>, ScanOutcome) {
    let cloud = Arc::new(connect(options).await.unwrap());
    let notebook = Arc::new(Notebook::default());
    let scan_options = ScanOptions { buckets_at_once: options.concurrency, ..ScanOptions::default() };
    let outcome = scan(cloud, Arc::clone(&notebook) as Arc<dyn Recorder>, scan_options).await.unwrap();
    (notebook, outcome)
}

/// Keeps all it is told.
#[derive(Default)]
pub(super) struct Notebook {
    pub(super) account: Mutex<Option<AccountSight>>,
    pub(super) buckets: Mutex<Vec<BucketSight>>,
    pub(super) partial: Mutex<Option<String>>,
}

impl Notebook {
    /// Gives every bucket's verdict.
    pub(super) fn verdicts(&self, now: Timestamp) -> BTreeMap<String, Verdict> {
        self.assessments(now).into_iter().map(|(name, assessment)| (name, assessment.verdict)).collect()
    }

    /// Gives every bucket's assessment.
    pub(super) fn assessments(&self, now: Timestamp) -> BTreeMap<String, Assessment> {
        let buckets = self.buckets.lock().unwrap();
        let assessed = |sight: &BucketSight| match &sight.seen {
            Seen::There(judged) => Some((sight.name.as_raw().to_owned(), assess(&judged.snapshot, now))),
            Seen::Gone => None,
        };
        buckets.iter().filter_map(assessed).collect()
    }
}

#[async_trait]
impl Recorder for Notebook {
    async fn begin(&self, _identity: &Identity) -> Result<RunId, StateError> {
        Ok(RunId::new("run"))
    }

    async fn account(&self, sight: AccountSight) -> Result<(), StateError> {
        *self.account.lock().unwrap() = Some(sight);
        Ok(())
    }

    async fn buckets(&self, sights: Vec<BucketSight>) -> Result<Recorded, StateError> {
        self.buckets.lock().unwrap().extend(sights);
        Ok(Recorded::default())
    }

    async fn finish(&self, partial: Option<String>, _coverage: Coverage) -> Result<(), StateError> {
        *self.partial.lock().unwrap() = partial;
        Ok(())
    }
}
