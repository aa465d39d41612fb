//! A little account whose buckets are changed by people, and events that tell of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::cloud::{Cause, CloudError, Identity, ObjectName, TableAddress};
use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::handle::{Accounts, HandleError, HandleOptions, Handled, Handler, OutOfReach};
use bucketwatch_engine::judgement::Judged;
use bucketwatch_engine::notice::{Notice, NoticeBody, TransitionRecord};
use bucketwatch_engine::observe::{Observer, ScanRecorder};
use bucketwatch_engine::operation::Operation;
use bucketwatch_engine::routing::Routing;
use bucketwatch_engine::scan::{AccountSight, BucketSight, Looker, ObjectSight, Recorder as _, Seen};
use bucketwatch_engine::state::{Claim, Coverage, HistoryQuery, StateStore};
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::assessment::Objects;
use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{Acl, BlockPublicAccess, BucketSnapshot, ObjectAcl, Ownership};
use bucketwatch_ingest::cloudtrail::{Change, Item, read_message};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::time::Instant;

/// The account as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) buckets: BTreeMap<String, BucketSnapshot>,
    pub(super) block: Observed<BlockPublicAccess>,
    pub(super) points: BTreeMap<String, String>,
    /// The ACLs of objects, by `bucket/key`.
    pub(super) objects: BTreeMap<String, Observed<Acl>>,
    /// The policies of tables and of their buckets, by what a notice calls them.
    pub(super) tables: BTreeMap<String, Observed<String>>,
    /// Nothing can be asked.
    pub(super) credentials_gone: bool,
    /// Looks that were made at buckets.
    pub(super) looks: usize,
    /// Objects that were asked for their ACLs.
    pub(super) asked: Vec<String>,
}

/// Shows the account to whoever looks.
pub(super) struct Account {
    identity: Identity,
    facts: Mutex<Facts>,
}

/// The other accounts, of which some let us in.
#[derive(Default)]
struct Others {
    accounts: Mutex<BTreeMap<AccountId, (bool, Arc<Account>)>>,
}

#[async_trait]
impl Accounts for Others {
    async fn looker(&self, account: &AccountId) -> Result<Arc<dyn Looker>, OutOfReach> {
        match self.accounts.lock().unwrap().get(account) {
            Some((true, account)) => Ok(Arc::clone(account) as _),
            _ => Err(OutOfReach("the role is refused".to_owned())),
        }
    }
}

/// The account, what bucketwatch remembers of it, and what handles its events.
pub(super) struct World {
    pub(super) store: Arc<dyn StateStore>,
    pub(super) account: Arc<Account>,
    others: Arc<Others>,
    pub(super) handler: Handler,
    /// How many seconds have been waited.
    waited: Mutex<i64>,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::telling(Routing::to_all(AlertKind::ALL.to_vec(), vec!["log".to_owned()])).await
    }

    /// Gives a world whose events are told as `routing` says.
    pub(super) async fn telling(routing: Routing) -> Self {
        Self::on(Arc::new(SqliteStore::temporary().await.unwrap()), routing)
    }

    /// Gives a world that is remembered in `store` and whose events are told as `routing` says.
    pub(super) fn on(store: Arc<dyn StateStore>, routing: Routing) -> Self {
        let account = Account::new(account_id());
        let others = Arc::new(Others::default());
        let looker: Arc<dyn Looker> = Arc::clone(&account) as _;
        let options =
            HandleOptions { own: vec!["arn:aws:sqs:eu-west-1:1:mine".to_owned()], ..Default::default() };
        let handler = Handler::routed(Arc::clone(&store), looker, routing, options)
            .reaching(Arc::clone(&others) as Arc<dyn Accounts>);
        Self { store, account, others, handler, waited: Mutex::default() }
    }

    /// Gives another account, which lets us in or does not.
    pub(super) fn other(&self, id: &str, lets_in: bool) -> Arc<Account> {
        let id = AccountId::parse(id).unwrap();
        let mut accounts = self.others.accounts.lock().unwrap();
        let entry = accounts.entry(id.clone()).or_insert_with(|| (true, Account::new(id)));
        entry.0 = lets_in;
        Arc::clone(&entry.1)
    }

    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.account.facts()
    }

    pub(super) fn put(&self, name: &str, snapshot: BucketSnapshot) {
        self.account.put(name, snapshot);
    }

    /// Scans everything and forgets what that told.
    pub(super) async fn scan(&self) {
        self.scan_of(&self.account).await;
    }

    /// Scans everything of `account` and forgets what that told.
    pub(super) async fn scan_of(&self, account: &Account) {
        let observer =
            Observer::new(Arc::clone(&self.store), AlertKind::ALL.to_vec(), vec!["log".to_owned()]);
        let recorder = ScanRecorder::new(Arc::clone(&self.store), observer, "host:1".to_owned());
        recorder.begin(&account.identity).await.unwrap();
        let block = account.facts().block.clone();
        recorder.account(AccountSight { observed_at: Timestamp::now(), block }).await.unwrap();
        let names: Vec<String> = account.facts().buckets.keys().cloned().collect();
        let mut sights = Vec::new();
        for name in names {
            sights.push(account.bucket(&name.into(), None, &[]).await.unwrap());
        }
        recorder.buckets(sights).await.unwrap();
        recorder.finish(None, Coverage::default()).await.unwrap();
        self.notices().await;
        account.facts().looks = 0;
        account.facts().asked.clear();
    }

    pub(super) async fn try_handle(&self, events: &[Value]) -> Result<Handled, HandleError> {
        let deadline = Instant::now() + Duration::from_secs(600);
        self.handler.events(changes(events), Timestamp::now(), deadline).await
    }

    pub(super) async fn handle(&self, events: &[Value]) -> Handled {
        self.try_handle(events).await.unwrap()
    }

    /// Lets `seconds` pass, beside what passes anyway, and makes every look that is due then.
    pub(super) async fn wait(&self, seconds: i64) -> usize {
        let waited = {
            let mut waited = self.waited.lock().unwrap();
            *waited += seconds;
            *waited
        };
        let now = Timestamp::now() + SignedDuration::from_secs(waited);
        self.handler.revisit(now, Instant::now() + Duration::from_secs(600)).await.unwrap()
    }

    /// Gives what changed, oldest first.
    pub(super) async fn history(&self) -> Vec<TransitionRecord> {
        let mut rows = Vec::new();
        let mut query = HistoryQuery::default();
        loop {
            let page = self.store.history(&query).await.unwrap();
            rows.extend(page.rows);
            query.after = match page.next {
                Some(next) => Some(next),
                None => break,
            };
        }
        rows.reverse();
        rows
    }

    /// Gives what changed as `kind bucket`, oldest first.
    pub(super) async fn changed(&self) -> Vec<String> {
        let told = |row: TransitionRecord| format!("{} {}", row.kind, row.bucket.as_raw());
        self.history().await.into_iter().map(told).collect()
    }

    /// Gives the notices that nobody took yet, and takes them.
    pub(super) async fn notices(&self) -> Vec<Notice> {
        self.notices_to("log").await
    }

    /// Gives the notices to `notifier` that nobody took yet, and takes them.
    pub(super) async fn notices_to(&self, notifier: &str) -> Vec<Notice> {
        let (notifier, holder) = (notifier.to_owned(), "host:1".to_owned());
        let claim = Claim { notifier, holder, at: Timestamp::MAX, until: Timestamp::MAX, limit: 1000 };
        let claimed = self.store.claim(&claim).await.unwrap();
        let settle = |ticket| bucketwatch_engine::state::Settlement {
            ticket,
            at: Timestamp::now(),
            outcome: bucketwatch_engine::state::Outcome::Delivered,
        };
        let settlements = claimed.iter().map(|claimed| settle(claimed.ticket.clone())).collect();
        self.store.settle(settlements).await.unwrap();
        claimed.into_iter().map(|claimed| claimed.notice).collect()
    }

    /// The same in words.
    pub(super) async fn told(&self) -> Vec<String> {
        self.notices().await.iter().map(in_words).collect()
    }
}

pub(super) fn in_words(notice: &Notice) -> String {
    match &notice.body {
        NoticeBody::Transitions { transitions } => {
            let [transition] = &transitions[..] else { panic!("one transition a notice") };
            format!("{} {}", transition.kind, transition.bucket.as_raw())
        }
        NoticeBody::Group { buckets, transitions, .. } => {
            format!("group of {buckets}, {} shown", transitions.len())
        }
        NoticeBody::Event(event) => {
            let subject = event.subject.as_ref().map_or("account", |subject| subject.as_raw());
            let kind = format!("{:?}", event.kind).to_lowercase();
            format!("{kind} {} {subject}, {} asked", event.deed.name.as_raw(), event.exposures.len())
        }
        NoticeBody::Reminder { buckets, .. } => format!("reminder of {buckets}"),
        NoticeBody::Digest { notices } => format!("digest of {}", notices.len()),
        NoticeBody::Baseline { .. } => "baseline".to_owned(),
    }
}

#[async_trait]
impl Looker for Account {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn bucket(
        &self,
        name: &Untrusted,
        _: Option<&str>,
        objects: &[ObjectName],
    ) -> Result<BucketSight, CloudError> {
        let mut facts = self.facts.lock().unwrap();
        self.ask(&facts)?;
        facts.looks += 1;
        let observed_at = Timestamp::now();
        let mut sights = Vec::new();
        let seen = match facts.buckets.get(name.as_raw()).cloned() {
            Some(snapshot) => {
                let snapshot = BucketSnapshot {
                    bucket: Some(name.clone()),
                    account_block: facts.block.clone(),
                    ..snapshot
                };
                let mut judged = Judged::by(assess, snapshot, observed_at);
                if judged.assessment.objects != Objects::CannotMatter && !objects.is_empty() {
                    sights = objects.iter().map(|object| facts.ask_object(name, object)).collect();
                    let object_acls = Observed::Present(sights.iter().filter_map(shown).collect());
                    let snapshot = BucketSnapshot { object_acls, ..judged.snapshot };
                    judged = Judged::by(assess, snapshot, observed_at);
                }
                Seen::There(Box::new(judged))
            }
            None => Seen::Gone,
        };
        Ok(BucketSight { name: name.clone(), observed_at, seen, objects: sights })
    }

    async fn account(&self) -> Result<AccountSight, CloudError> {
        let facts = self.facts.lock().unwrap();
        self.ask(&facts)?;
        Ok(AccountSight { observed_at: Timestamp::now(), block: facts.block.clone() })
    }

    async fn bucket_behind(&self, name: &Untrusted, _: &str) -> Result<Option<Untrusted>, CloudError> {
        let facts = self.facts.lock().unwrap();
        self.ask(&facts)?;
        Ok(facts.points.get(name.as_raw()).map(|bucket| bucket.as_str().into()))
    }

    async fn buckets_behind_multi_region(&self) -> Result<Vec<Untrusted>, CloudError> {
        Ok(Vec::new())
    }

    async fn table_policy(&self, table: &TableAddress) -> Result<Observed<String>, CloudError> {
        let mut facts = self.facts.lock().unwrap();
        self.ask(&facts)?;
        facts.asked.push(table.to_string());
        Ok(facts.tables.get(&table.to_string()).cloned().unwrap_or(Observed::Absent))
    }
}

impl Facts {
    fn ask_object(&mut self, bucket: &Untrusted, object: &ObjectName) -> ObjectSight {
        let place = format!("{}/{}", bucket.as_raw(), object.key.as_raw());
        let acl = self.objects.get(&place).cloned().unwrap_or(Observed::Absent);
        self.asked.push(place);
        ObjectSight { object: object.clone(), acl }
    }
}

/// Gives an object's place in a snapshot.
fn shown(sight: &ObjectSight) -> Option<ObjectAcl> {
    let acl = sight.acl.present()?.clone();
    let ObjectName { key, version_id } = sight.object.clone();
    Some(ObjectAcl { key, version_id, owner: acl.owner, grants: Observed::Present(acl.grants) })
}

impl Account {
    fn new(account: AccountId) -> Arc<Self> {
        let identity = Identity { account, partition: Partition::Aws, arn: "arn".into() };
        let facts = Facts { block: Observed::Absent, ..Facts::default() };
        Arc::new(Self { identity, facts: Mutex::new(facts) })
    }

    pub(super) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap()
    }

    pub(super) fn put(&self, name: &str, snapshot: BucketSnapshot) {
        let account = Some(self.identity.account.clone());
        self.facts().buckets.insert(name.to_owned(), BucketSnapshot { account, ..snapshot });
    }

    fn ask(&self, facts: &Facts) -> Result<(), CloudError> {
        if !facts.credentials_gone {
            return Ok(());
        }
        Err(CloudError {
            cause: Cause::Credentials,
            operation: Operation::GetBucketPolicy,
            subject: None,
            region: None,
            code: "ExpiredToken".to_owned(),
            source: None,
        })
    }
}

pub(super) fn account_id() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

/// A bucket that nobody outside reaches.
pub(super) fn shut() -> BucketSnapshot {
    BucketSnapshot {
        account: Some(account_id()),
        partition: Partition::Aws,
        region: Some("eu-west-1".to_owned()),
        policy: Observed::Absent,
        ownership: Observed::Present(Ownership::BucketOwnerEnforced),
        bucket_block: Observed::Absent,
        website: Observed::Absent,
        requester_pays: Observed::Present(false),
        default_encryption: Observed::Absent,
        tags: Observed::Absent,
        access_points: Observed::Absent,
        multi_region_access_points: Observed::Absent,
        ..BucketSnapshot::unseen(None)
    }
}

/// A bucket whose policy lets everybody read.
pub(super) fn open() -> BucketSnapshot {
    BucketSnapshot { policy: Observed::Present(public_policy().to_string()), ..shut() }
}

/// The same behind its own Block Public Access.
pub(super) fn held() -> BucketSnapshot {
    BucketSnapshot { bucket_block: Observed::Present(blocking()), ..open() }
}

/// A bucket whose policy nobody here may read.
pub(super) fn unreadable() -> BucketSnapshot {
    BucketSnapshot { policy: Observed::Unreadable(Unreadable::denied()), ..shut() }
}

pub(super) fn blocking() -> BlockPublicAccess {
    BlockPublicAccess {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    }
}

pub(super) fn public_policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*/*"}]})
}

/// An event of `ann`, so many seconds ago.
pub(super) fn event(id: &str, name: &str, seconds_ago: i64, request: Value) -> Value {
    let at = Timestamp::now() - SignedDuration::from_secs(seconds_ago);
    json!({
        "eventVersion": "1.11", "eventID": id, "eventName": name, "eventSource": "s3.amazonaws.com",
        "eventTime": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), "awsRegion": "eu-west-1",
        "recipientAccountId": "111122223333", "sourceIPAddress": "198.51.100.7",
        "userAgent": "[aws-cli/2.15.0 Python/3.11.6]", "requestParameters": request,
        "userIdentity": {"type": "IAMUser", "userName": "ann", "accountId": "111122223333"}
    })
}

/// The same with one member changed.
pub(super) fn with(mut event: Value, member: &str, value: Value) -> Value {
    event[member] = value;
    event
}

/// Somebody puts the public policy.
pub(super) fn policy_put(id: &str, bucket: &str, seconds_ago: i64) -> Value {
    let request = json!({"bucketName": bucket, "bucketPolicy": public_policy(), "policy": ""});
    event(id, "PutBucketPolicy", seconds_ago, request)
}

pub(super) fn by(event: Value, user: &str) -> Value {
    with(event, "userIdentity", json!({"type": "IAMUser", "userName": user, "accountId": "111122223333"}))
}

pub(super) fn changes(events: &[Value]) -> Vec<Change> {
    let change = |event: &Value| match read_message(event.to_string().as_bytes()).pop() {
        Some(Item::Change(change)) => *change,
        other => panic!("{other:?} of {event}"),
    };
    events.iter().map(change).collect()
}
