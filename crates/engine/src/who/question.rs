//! What CloudTrail's history is asked for.

use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_policy::name::Partition;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

/// Which events are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// By what they are found.
    pub by: By,
    /// In which region; `None` = wherever the client stands.
    pub region: Option<String>,
    /// Up to this instant only.
    pub before: Option<Timestamp>,
}

/// By what events are found: CloudTrail takes one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// By the bucket that they name.
    Bucket(Untrusted),
    /// By the event's name.
    Name(&'static str),
}

/// The events that can open a bucket.
const OF_BUCKETS: [&str; 7] = [
    "CreateBucket",
    "PutBucketPolicy",
    "PutBucketAcl",
    "PutBucketPublicAccessBlock",
    "DeleteBucketPublicAccessBlock",
    "PutBucketOwnershipControls",
    "DeleteBucketOwnershipControls",
];

/// The events that can lift the account's block. S3 Control logs them in the region that was asked.
const OF_THE_ACCOUNT: [&str; 2] = ["DeleteAccountPublicAccessBlock", "PutAccountPublicAccessBlock"];

/// The events that can lift what the organization holds, logged in the region of Organizations.
const OF_THE_ORGANIZATION: [&str; 7] = [
    "AttachPolicy",
    "DetachPolicy",
    "UpdatePolicy",
    "DisablePolicyType",
    "MoveAccount",
    "RemoveAccountFromOrganization",
    "LeaveOrganization",
];

/// Asks for what can have opened the bucket before `oldest`, whatever bucket it names.
pub(super) fn of_buckets(snapshot: &BucketSnapshot, oldest: Timestamp) -> impl Iterator<Item = Question> {
    let region = snapshot.region.clone();
    OF_BUCKETS.into_iter().map(move |name| Question {
        by: By::Name(name),
        region: region.clone(),
        before: Some(oldest),
    })
}

/// Asks for what can have lifted what the account or the organization held.
pub(super) fn above_the_bucket(snapshot: &BucketSnapshot) -> impl Iterator<Item = Question> {
    let home = home_of(snapshot.partition);
    let own = snapshot.region.clone().filter(|region| region != home);
    let regions: Vec<String> = own.into_iter().chain([home.to_owned()]).collect();
    let of_account = regions.into_iter().flat_map(|region| OF_THE_ACCOUNT.map(|name| (name, region.clone())));
    let of_organization = OF_THE_ORGANIZATION.into_iter().map(move |name| (name, home.to_owned()));
    of_account.chain(of_organization).map(|(name, region)| Question {
        by: By::Name(name),
        region: Some(region),
        before: None,
    })
}

/// Gives the region in which what is global is logged.
///
/// *Source*: AWS General Reference, "AWS Organizations endpoints and quotas" (read 2026-11-23).
fn home_of(partition: Partition) -> &'static str {
    match partition {
        Partition::Aws => "us-east-1",
        Partition::AwsCn => "cn-northwest-1",
        Partition::AwsUsGov => "us-gov-west-1",
    }
}
