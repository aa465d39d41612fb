//! Scans of an account that is made of closures.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{AccessPoint, Acl, BlockPublicAccess, BucketSnapshot, Ownership};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::SignedDuration;

use super::*;
use crate::cloud::{
    BucketAddress, BucketPage, CallEffort, Cause, ListedAccessPoint, ListedBucket, ObjectName, TableAddress,
};
use crate::operation::Operation;

type Answer<T> = Result<Option<T>, CloudError>;

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::*/*"}]}"#;

const PUBLIC_AND_DELEGATING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::*/open/*"},{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::*","arn:aws:s3:::*/*"],"Condition":{"StringEquals":{"s3:DataAccessPointAccount":"123456789012"}}}]}"#;

const NAMED: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::*/*"}]}"#;

/// An account whose pages hold `page` buckets each, and whose policies `policy` gives.
struct World {
    buckets: usize,
    page: usize,
    policy: fn(&str) -> Answer<String>,
    ownership: Option<Ownership>,
    listing_breaks_at: Option<usize>,
    /// Answers come after this long.
    latency: Duration,
    calls: AtomicU64,
    log: Mutex<BTreeMap<&'static str, u64>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            buckets: 25,
            page: 10,
            policy: |_| Ok(None),
            ownership: Some(Ownership::BucketOwnerEnforced),
            listing_breaks_at: None,
            latency: Duration::ZERO,
            calls: AtomicU64::new(0),
            log: Mutex::default(),
        }
    }
}

fn failure(cause: Cause, code: &str) -> CloudError {
    let operation = Operation::GetBucketPolicy;
    CloudError { cause, operation, subject: None, region: None, code: code.to_owned(), source: None }
}

impl World {
    async fn call(&self, operation: &'static str) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        *self.log.lock().unwrap().entry(operation).or_insert(0) += 1;
        tokio::time::sleep(self.latency).await;
    }

    fn count(&self, operation: &str) -> u64 {
        self.log.lock().unwrap().get(operation).copied().unwrap_or(0)
    }
}

#[async_trait]
impl Cloud for World {
    async fn identity(&self) -> Result<Identity, CloudError> {
        let account = AccountId::parse("123456789012").unwrap();
        Ok(Identity { account, partition: Partition::Aws, arn: "arn:aws:iam::123456789012:root".into() })
    }

    async fn list_buckets(&self, continuation: Option<&str>) -> Result<BucketPage, CloudError> {
        self.call("list").await;
        let from: usize = continuation.map_or(0, |token| token.parse().unwrap());
        if self.listing_breaks_at.is_some_and(|at| from >= at) {
            return Err(failure(Cause::Unavailable, "InternalError"));
        }
        let to = (from + self.page).min(self.buckets);
        let listed = |index| ListedBucket {
            name: Untrusted::new(format!("b{index:03}")),
            region: Some("eu-west-1".to_owned()),
            created_at: None,
        };
        let continuation = (to < self.buckets).then(|| to.to_string());
        Ok(BucketPage { buckets: (from..to).map(listed).collect(), continuation })
    }

    async fn account_block(&self, _: &AccountId) -> Answer<BlockPublicAccess> {
        self.call("account_block").await;
        Ok(None)
    }

    async fn ownership(&self, _: &BucketAddress) -> Answer<Ownership> {
        self.call("ownership").await;
        Ok(self.ownership)
    }

    async fn bucket_block(&self, _: &BucketAddress) -> Answer<BlockPublicAccess> {
        self.call("bucket_block").await;
        Ok(None)
    }

    async fn policy(&self, bucket: &BucketAddress) -> Answer<String> {
        self.call("policy").await;
        (self.policy)(bucket.name.as_raw())
    }

    async fn policy_status(&self, _: &BucketAddress) -> Answer<bool> {
        self.call("policy_status").await;
        Ok(None)
    }

    async fn acl(&self, _: &BucketAddress) -> Answer<Acl> {
        self.call("acl").await;
        Ok(Some(Acl { owner: Some("me".into()), grants: Vec::new() }))
    }

    async fn object_acl(&self, _: &BucketAddress, _: &ObjectName) -> Answer<Acl> {
        self.call("object_acl").await;
        Ok(None)
    }

    async fn website(&self, _: &BucketAddress) -> Answer<()> {
        self.call("website").await;
        Ok(None)
    }

    async fn requester_pays(&self, _: &BucketAddress) -> Answer<bool> {
        self.call("requester_pays").await;
        Ok(Some(false))
    }

    async fn default_encryption(&self, _: &BucketAddress) -> Answer<String> {
        self.call("default_encryption").await;
        Ok(Some("AES256".to_owned()))
    }

    async fn tags(&self, _: &BucketAddress) -> Answer<BTreeMap<Untrusted, Untrusted>> {
        self.call("tags").await;
        Ok(None)
    }

    async fn list_access_points(&self, _: &AccountId, _: &str) -> Result<Vec<ListedAccessPoint>, CloudError> {
        self.call("list_access_points").await;
        Ok(Vec::new())
    }

    async fn access_point(&self, _: &AccountId, _: &str, _: &ListedAccessPoint) -> AccessPoint {
        unreachable!("there are no access points")
    }

    async fn multi_region_access_points(
        &self,
        _: &AccountId,
    ) -> Result<Vec<(Untrusted, AccessPoint)>, CloudError> {
        self.call("multi_region").await;
        Ok(Vec::new())
    }

    async fn table_policy(&self, _: &TableAddress) -> Answer<String> {
        self.call("table_policy").await;
        Ok(None)
    }

    fn region_of(&self, bucket: &BucketAddress) -> String {
        bucket.region.clone().unwrap_or_default()
    }

    fn clock_offset(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    fn effort(&self) -> CallEffort {
        CallEffort { calls: self.calls.load(Ordering::Relaxed), ..CallEffort::default() }
    }
}

/// Keeps what it is told; refuses to record anything where `full`.
#[derive(Default)]
struct Notebook {
    full: bool,
    buckets: Mutex<Vec<BucketSight>>,
    ended: Mutex<Vec<Option<String>>>,
}

#[async_trait]
impl Recorder for Notebook {
    async fn begin(&self, _: &Identity) -> Result<RunId, StateError> {
        Ok(RunId::new("run"))
    }

    async fn account(&self, sight: AccountSight) -> Result<(), StateError> {
        assert_eq!(sight.block, Observed::Absent);
        Ok(())
    }

    async fn buckets(&self, sights: Vec<BucketSight>) -> Result<Recorded, StateError> {
        if self.full {
            return Err(StateError::LeaseLost);
        }
        self.buckets.lock().unwrap().extend(sights);
        Ok(Recorded::default())
    }

    async fn finish(&self, partial: Option<String>, _: Coverage) -> Result<(), StateError> {
        self.ended.lock().unwrap().push(partial);
        Ok(())
    }
}

impl Notebook {
    fn seen(&self, name: &str) -> Seen {
        let buckets = self.buckets.lock().unwrap();
        buckets.iter().find(|sight| sight.name.as_raw() == name).unwrap().seen.clone()
    }

    fn names(&self) -> Vec<String> {
        let buckets = self.buckets.lock().unwrap();
        let mut names: Vec<String> = buckets.iter().map(|sight| sight.name.as_raw().to_owned()).collect();
        names.sort();
        names
    }
}

async fn run(
    world: World,
    options: ScanOptions,
) -> (Arc<World>, Arc<Notebook>, Result<ScanOutcome, ScanError>) {
    run_into(Notebook::default(), world, options).await
}

async fn run_into(
    notebook: Notebook,
    world: World,
    options: ScanOptions,
) -> (Arc<World>, Arc<Notebook>, Result<ScanOutcome, ScanError>) {
    let (world, notebook) = (Arc::new(world), Arc::new(notebook));
    let cloud: Arc<dyn Cloud> = Arc::<World>::clone(&world);
    let recorder: Arc<dyn Recorder> = Arc::<Notebook>::clone(&notebook);
    let outcome = scan(cloud, recorder, options).await;
    (world, notebook, outcome)
}

#[tokio::test]
async fn every_bucket_of_every_page_is_looked_at_once_with_three_calls() {
    let (world, notebook, outcome) = run(World::default(), ScanOptions::default()).await;
    let outcome = outcome.unwrap();
    let expected: Vec<String> = (0..25).map(|index| format!("b{index:03}")).collect();
    assert_eq!(notebook.names(), expected);
    assert_eq!(
        (outcome.partial, outcome.coverage.buckets, outcome.coverage.calls),
        (None, 25, 3 + 1 + 3 * 25)
    );
    assert_eq!((world.count("acl"), world.count("policy_status"), world.count("website")), (0, 0, 0));
    assert_eq!(*notebook.ended.lock().unwrap(), [None]);
}

#[tokio::test]
async fn an_account_without_buckets_is_a_complete_scan() {
    let (_, notebook, outcome) = run(World { buckets: 0, ..World::default() }, ScanOptions::default()).await;
    assert_eq!((outcome.unwrap().coverage.buckets, notebook.names().len()), (0, 0));
}

#[tokio::test]
async fn what_lets_somebody_in_is_read_in_full_and_account_facts_once() {
    let world = World { policy: |_| Ok(Some(PUBLIC.to_owned())), ..World::default() };
    let (world, _, outcome) = run(world, ScanOptions::default()).await;
    assert_eq!(outcome.unwrap().partial, None);
    for operation in ["policy_status", "website", "requester_pays", "default_encryption", "tags"] {
        assert_eq!(world.count(operation), 25, "{operation}");
    }
    assert_eq!(world.count("account_block"), 1);
    assert!(world.count("list_access_points") <= 1 && world.count("multi_region") <= 1);
}

#[tokio::test]
async fn access_points_of_both_kinds_are_read_where_a_policy_delegates_even_if_it_is_public_anyway() {
    let world = World { policy: |_| Ok(Some(PUBLIC_AND_DELEGATING.to_owned())), ..World::default() };
    let (world, notebook, outcome) = run(world, ScanOptions::default()).await;
    assert_eq!(outcome.unwrap().partial, None);
    assert_eq!((world.count("list_access_points"), world.count("multi_region")), (1, 1));
    let Seen::There(judged) = notebook.seen("b001") else { panic!("it is there") };
    assert_eq!((judged.assessment.verdict, judged.assessment.undetermined), (Verdict::Public, vec![]));
    let unasked = BucketSnapshot { multi_region_access_points: Observed::NotAsked, ..judged.snapshot };
    let gaps = assess(&unasked, Timestamp::now()).undetermined;
    assert_eq!(gaps.iter().map(|gap| gap.what).collect::<Vec<_>>(), ["multi_region_access_points"]);
}

#[tokio::test]
async fn what_lets_named_accounts_in_needs_no_more_than_the_policy() {
    let world = World { policy: |_| Ok(Some(NAMED.to_owned())), ..World::default() };
    let (world, notebook, outcome) = run(world, ScanOptions::default()).await;
    assert_eq!(outcome.unwrap().partial, None);
    for operation in ["website", "requester_pays", "default_encryption", "tags"] {
        assert_eq!(world.count(operation), 0, "{operation}");
    }
    let Seen::There(judged) = notebook.seen("b001") else { panic!("it is there") };
    let assessment = judged.assessment;
    assert_eq!((assessment.verdict, assessment.exposures.len()), (Verdict::NotPublic, 1));
}

#[tokio::test]
async fn an_acl_is_read_where_acls_are_enabled() {
    for ownership in [None, Some(Ownership::ObjectWriter), Some(Ownership::BucketOwnerPreferred)] {
        let (world, _, _) = run(World { ownership, ..World::default() }, ScanOptions::default()).await;
        assert_eq!(world.count("acl"), 25, "{ownership:?}");
    }
}

#[tokio::test]
async fn a_bucket_that_vanishes_is_gone_and_the_rest_is_not_lost() {
    let policy = |name: &str| match name {
        "b007" => Err(failure(Cause::NotFound, "NoSuchBucket")),
        _ => Ok(None),
    };
    let (_, notebook, outcome) = run(World { policy, ..World::default() }, ScanOptions::default()).await;
    assert_eq!((notebook.seen("b007"), notebook.names().len()), (Seen::Gone, 25));
    let outcome = outcome.unwrap();
    assert_eq!((outcome.partial, outcome.coverage.buckets), (None, 24));
}

#[tokio::test]
async fn what_cannot_be_read_is_unreadable_and_says_whether_that_may_pass() {
    let policy = |name: &str| match name {
        "b001" => Err(failure(Cause::Denied, "AccessDenied")),
        "b002" => Err(failure(Cause::Throttled, "SlowDown")),
        "b003" => Err(failure(Cause::Unavailable, "Timeout")),
        _ => Ok(None),
    };
    let (_, notebook, outcome) = run(World { policy, ..World::default() }, ScanOptions::default()).await;
    assert_eq!(outcome.unwrap().partial, None);
    for (name, code, passing) in
        [("b001", "AccessDenied", false), ("b002", "SlowDown", true), ("b003", "Timeout", true)]
    {
        let Seen::There(judged) = notebook.seen(name) else { panic!("{name} is gone") };
        let expected = Observed::Unreadable(Unreadable { code: code.to_owned(), passing });
        assert_eq!(judged.snapshot.policy, expected, "{name}");
    }
}

#[tokio::test]
async fn a_bug_that_shows_in_one_bucket_leaves_that_bucket_undetermined_and_the_scan_going() {
    let judge: Judge = |snapshot, at| match snapshot.bucket.as_ref().map(Untrusted::as_raw) {
        Some("b003") => panic!("planted in the judgement"),
        _ => assess(snapshot, at),
    };
    let policy = |name: &str| match name {
        "b004" => panic!("planted in the reading"),
        _ => Ok(None),
    };
    let options = ScanOptions { judge, ..ScanOptions::default() };
    let (_, notebook, outcome) = run(World { policy, ..World::default() }, options).await;
    let outcome = outcome.unwrap();
    assert_eq!((outcome.partial, outcome.coverage.buckets, notebook.names().len()), (None, 25, 25));
    for (name, planted, read) in [("b003", "judgement", true), ("b004", "reading", false), ("b005", "", true)]
    {
        let Seen::There(judged) = notebook.seen(name) else { panic!("{name} is gone") };
        assert_eq!(judged.snapshot.policy.is_known(), read, "{name}");
        let why: String = judged.assessment.undetermined.iter().map(|gap| gap.why.as_str()).collect();
        assert_eq!(judged.assessment.verdict == Verdict::Undetermined, !planted.is_empty(), "{name}: {why}");
        assert!(why.contains(planted), "{name}: {why}");
    }
}

#[tokio::test]
async fn an_interrupt_keeps_what_was_recorded_and_makes_the_run_partial() {
    let options = ScanOptions { buckets_at_once: 2, ..ScanOptions::default() };
    let world = World { latency: Duration::from_millis(20), buckets: 500, ..World::default() };
    let stop = options.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        stop.now(Why::Interrupted);
    });
    let (_, notebook, outcome) = run(world, options).await;
    let outcome = outcome.unwrap();
    assert_eq!(outcome.partial, Some(Why::Interrupted));
    let recorded = notebook.names().len() as u64;
    assert!((1..500).contains(&recorded), "{recorded}");
    assert_eq!(outcome.coverage.buckets, recorded);
    assert_eq!(*notebook.ended.lock().unwrap(), [Some("interrupted".to_owned())]);
}

#[tokio::test]
async fn a_deadline_makes_the_run_partial() {
    let world = World { latency: Duration::from_secs(60), ..World::default() };
    let deadline = Some(Duration::from_millis(50));
    let began = std::time::Instant::now();
    let (_, notebook, outcome) = run(world, ScanOptions { deadline, ..ScanOptions::default() }).await;
    assert_eq!(outcome.unwrap().partial, Some(Why::Deadline));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    assert!(notebook.names().is_empty());
}

#[tokio::test]
async fn credentials_that_run_out_end_the_scan() {
    let policy = |_: &str| Err(failure(Cause::Credentials, "ExpiredToken"));
    let options = ScanOptions { buckets_at_once: 1, ..ScanOptions::default() };
    let (world, _, outcome) = run(World { policy, buckets: 500, ..World::default() }, options).await;
    assert_eq!(outcome.unwrap().partial, Some(Why::Credentials("ExpiredToken".to_owned())));
    assert!(world.count("policy") < 500);
}

#[tokio::test]
async fn a_listing_that_breaks_off_leaves_the_listed_buckets_looked_at() {
    let world = World { listing_breaks_at: Some(20), ..World::default() };
    let (_, notebook, outcome) = run(world, ScanOptions::default()).await;
    assert_eq!(outcome.unwrap().partial, Some(Why::Listing("InternalError".to_owned())));
    assert_eq!(notebook.names().len(), 20);
}

#[tokio::test]
async fn a_listing_that_cannot_begin_is_an_error_and_the_run_is_closed_as_partial() {
    let world = World { listing_breaks_at: Some(0), ..World::default() };
    let (_, notebook, outcome) = run(world, ScanOptions::default()).await;
    assert!(matches!(outcome, Err(ScanError::Cloud(_))));
    assert!(notebook.ended.lock().unwrap()[0].is_some());
}

#[tokio::test]
async fn a_state_that_refuses_ends_the_scan() {
    let notebook = Notebook { full: true, ..Notebook::default() };
    let world = World { buckets: 1_000, ..World::default() };
    let (_, notebook, outcome) = run_into(notebook, world, ScanOptions::default()).await;
    assert!(matches!(outcome, Err(ScanError::State(StateError::LeaseLost))));
    assert!(notebook.ended.lock().unwrap()[0].is_some());
}

#[tokio::test]
async fn snapshots_are_written_as_documents() {
    let folder = std::env::temp_dir().join(format!("bucketwatch-snapshots-{}", std::process::id()));
    let snapshots = Some(SnapshotFolder::create(&folder).unwrap());
    let (_, _, outcome) = run(World::default(), ScanOptions { snapshots, ..ScanOptions::default() }).await;
    outcome.unwrap();
    let text = std::fs::read_to_string(folder.join("b003.json")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["bucket"], "b003");
    assert_eq!(document["schema"], "bucketwatch.snapshot/1");
}
