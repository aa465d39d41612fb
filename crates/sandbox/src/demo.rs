//! The account of the demonstration: every kind of verdict once, and three changes.

mod policy;

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{AccessPoint, Acl, BlockPublicAccess, NetworkOrigin, Ownership};
use bucketwatch_policy::name::{AccountId, Partition};

use crate::account::{Account, BLOCK_ALL, Bucket, Object, canned};

/// Gives the number of the account that the demonstration and generated fleets use.
pub fn account_id() -> AccountId {
    AccountId::parse("111122223333").unwrap_or_else(|| unreachable!("it has twelve digits"))
}

/// One change of the demonstration.
#[derive(Clone, Copy, Debug)]
pub struct DemoStep {
    /// What happens, as one sentence.
    pub title: &'static str,
    /// The bucket that it happens to.
    pub bucket: &'static str,
    change: fn(&mut Bucket),
}

impl DemoStep {
    /// Makes the change; says whether the bucket is there.
    pub fn apply(&self, account: &mut Account) -> bool {
        account.change(self.bucket, self.change)
    }
}

/// Gives the three changes: one bucket opens by policy, one by ACL, one closes.
pub fn steps() -> [DemoStep; 3] {
    [
        DemoStep {
            title: "somebody attaches a policy that lets everybody read",
            bucket: "acme-press-kit",
            change: |bucket| set_policy(bucket, policy::PUBLIC_READ),
        },
        DemoStep {
            title: "somebody sets the canned ACL public-read-write",
            bucket: "acme-team-uploads",
            change: |bucket| set_acl(bucket, "public-read-write"),
        },
        DemoStep {
            title: "somebody turns on Block Public Access",
            bucket: "acme-open-data",
            change: |bucket| bucket.snapshot.bucket_block = Observed::Present(BLOCK_ALL),
        },
    ]
}

/// A bucket's name, its region, and what makes it of a bare one.
type Made = (&'static str, &'static str, fn(&mut Bucket));

/// How each bucket of the demonstration is made from one without policy, with ACLs disabled and nothing blocked.
const BUCKETS: [Made; 21] = [
    ("acme-any-account", "us-east-1", |bucket| set_acl(bucket, "authenticated-read")),
    ("acme-backups", "eu-west-1", |bucket| {
        set_policy(bucket, policy::PUBLIC_READ);
        block(bucket, BlockPublicAccess { restrict_public_buckets: true, ..BlockPublicAccess::default() });
    }),
    ("acme-cdn-origin", "us-east-1", |bucket| set_policy(bucket, policy::DISTRIBUTION)),
    ("acme-customer-records", "us-east-1", |bucket| block(bucket, BLOCK_ALL)),
    ("acme-data-lake", "eu-west-1", |bucket| {
        set_policy(bucket, policy::DELEGATES);
        add_access_point(bucket, "acme-lake-readers");
    }),
    ("acme-dropbox", "us-east-1", |bucket| set_acl(bucket, "public-read-write")),
    ("acme-half-internet", "eu-west-1", |bucket| set_policy(bucket, policy::HALF_THE_INTERNET)),
    ("acme-hotlink-guard", "us-east-1", |bucket| set_policy(bucket, policy::ESCAPABLE_DENY)),
    ("acme-invoices", "eu-west-1", |bucket| {
        set_acl(bucket, "public-read");
        block(bucket, BlockPublicAccess { ignore_public_acls: true, ..BlockPublicAccess::default() });
    }),
    ("acme-legacy-photos", "us-east-1", |bucket| set_acl(bucket, "public-read")),
    ("acme-office-reports", "eu-west-1", |bucket| set_policy(bucket, policy::OFFICE)),
    ("acme-open-data", "us-east-1", |bucket| set_policy(bucket, policy::PUBLIC_READ_AND_LIST)),
    ("acme-org-datasets", "us-east-1", |bucket| set_policy(bucket, policy::ORGANIZATION)),
    ("acme-org-only", "eu-west-1", |bucket| set_policy(bucket, policy::HOLDING_DENY)),
    ("acme-partner-exchange", "eu-west-1", |bucket| set_policy(bucket, policy::PARTNER)),
    ("acme-payroll", "us-east-1", |bucket| {
        bucket.snapshot.policy = Observed::Unreadable(Unreadable::denied());
    }),
    ("acme-press-kit", "us-east-1", |_| {}),
    ("acme-requester-pays", "us-east-1", |bucket| {
        set_policy(bucket, policy::PUBLIC_READ);
        bucket.snapshot.requester_pays = Observed::Present(true);
    }),
    ("acme-team-uploads", "eu-west-1", |bucket| set_acl(bucket, "private")),
    ("acme-trail-logs", "us-east-1", |bucket| set_policy(bucket, policy::UNSCOPED_TRAIL)),
    ("acme-website", "us-east-1", |bucket| {
        set_policy(bucket, policy::PUBLIC_READ);
        bucket.snapshot.website = Observed::Present(());
    }),
];

/// Gives the account of the demonstration.
pub fn account() -> Account {
    let mut account = Account::new(account_id(), Partition::Aws);
    for (name, region, make) in BUCKETS {
        let mut bucket = account.new_bucket(name, region);
        bucket.snapshot.bucket_block = Observed::Absent;
        let content = format!("an object of {name}\n").into_bytes();
        bucket.objects.insert("index.html".to_owned(), Object { content });
        make(&mut bucket);
        account.insert(bucket);
    }
    account
}

fn set_policy(bucket: &mut Bucket, template: &str) {
    bucket.snapshot.policy = Observed::Present(policy::text(template, bucket.name()));
}

/// Sets a canned ACL and enables ACLs.
fn set_acl(bucket: &mut Bucket, name: &str) {
    let acl: Option<Acl> = canned(&account_id(), name);
    bucket.snapshot.acl = acl.map_or(Observed::Absent, Observed::Present);
    bucket.snapshot.ownership = Observed::Present(Ownership::ObjectWriter);
}

fn block(bucket: &mut Bucket, switches: BlockPublicAccess) {
    bucket.snapshot.bucket_block = Observed::Present(switches);
}

fn add_access_point(bucket: &mut Bucket, name: &str) {
    let text = policy::of_open_access_point(&account_id(), bucket.region(), name);
    bucket.snapshot.access_points = Observed::Present(vec![AccessPoint {
        name: name.into(),
        account: Some(account_id()),
        origin: NetworkOrigin::Internet,
        policy: Observed::Present(text),
        block: Observed::Present(BlockPublicAccess::default()),
    }]);
}
